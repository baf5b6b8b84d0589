"""The texts of the templates and of the example are well written, in French and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import ChoiceSpec, SheetText, Spec, Text

BOOK = load_default()

Row = tuple[str, int, dict[str, str]]


def _every(value: object, path: str = "") -> Iterator[tuple[str, Spec]]:
    """Every spec of a spec tree, and every pair of texts in a seed, with where it stands."""
    if isinstance(value, Spec):
        yield path, value
        for name in type(value).model_fields:
            yield from _every(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, dict) and value.keys() == {"fr", "en"}:
        yield path, Text(fr=value["fr"], en=value["en"])
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _every(item, f"{path}.{name}")
    elif isinstance(value, tuple | list):
        for place, item in enumerate(value):
            yield from _every(item, f"{path}[{getattr(item, 'key', place)}]")


def _texts(lang: str, rows: list[Row]) -> list[tuple[str, str]]:
    """Every text people read in a language: templates, lists, seeds, example."""
    found = [
        (path, spec.get(lang))
        for path, spec in _every(BOOK)
        if isinstance(spec, Text | SheetText | ChoiceSpec)
    ]
    for name, line, cells in rows:
        found += [
            (f"{name}.csv:{line}:{column}", text)
            for column, text in cells.items()
            if text and (column.endswith(f":{lang}") or (name, column) == ("lists", lang))
        ]
    return found


CHECKS = {
    "straight quote or apostrophe": r"['\"]",
    "no hard space before : ; ? ! »": r"[^\u00a0\u202f?!][;?!»]|[^\u00a0\u202f\d]:(?!//)",
    "no hard space after «": r"«[^\u00a0\u202f]",
    "plain space before a unit": r"\d [%€]|\d (?:h|j)\b",
    "two spaces": r"  ",
    "space at an end": r"^\s|\s$",
    "three dots": r"\.\.\.",
    "space before , or .": r" [,.](?!\d)",
}


def _fault(text: str) -> str | None:
    """What is wrong with the typography of a French text, None when nothing is."""
    return next((name for name, pattern in CHECKS.items() if re.search(pattern, text)), None)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Qui décide\u00a0?", None),
        ("Qui décide ?", "no hard space before : ; ? ! »"),
        ("Qui décide?", "no hard space before : ; ? ! »"),
        ("l'offre", "straight quote or apostrophe"),
        ("« oui »", "no hard space before : ; ? ! »"),
        ("« oui\u00a0»", "no hard space after «"),
        ("«\u00a0oui\u00a0»", None),
        ("25 %", "plain space before a unit"),
        ("Deux  mots", "two spaces"),
        ("Un mot ", "space at an end"),
        ("?", None),
        ("Note : oui", "no hard space before : ; ? ! »"),
        ("Et puis...", "three dots"),
        ("Oui , non", "space before , or ."),
    ],
)
def test_the_linter_finds_what_it_should(text: str, fault: str | None) -> None:
    """The linter itself: right and wrong samples of each rule."""
    assert _fault(text) == fault


def test_french_texts_have_french_typography(example_rows: list[Row]) -> None:
    """Apostrophes are curly, hard spaces stand where French wants them, in every text of the workbook."""
    texts = _texts("fr", example_rows)
    assert len(texts) > 1500
    assert [(path, text, _fault(text)) for path, text in texts if _fault(text)] == []


NAMES = re.compile(
    "Pays de la Loire|Provence-Alpes-Côte d’Azur|Centre-Val de Loire|Ille-et-Vilaine|Île-de-France|"
    "Hauts-de-France|Bourgogne-Franche-Comté|Yann Le Goff"
)
"""Names that hold a French word and are the same in every language."""

FRENCH = re.compile(
    r"\b(?:le|la|les|des|du|une|un|et|est|sont|pour|avec|dans|sur|qui|que|vos|votre|nos|notre|aux|ou|où|à|"
    r"chiffre|objectif|prénom|adresse|idéal|idéaux)\b"
)


def test_english_texts_have_no_french_left(example_rows: list[Row]) -> None:
    """No French word, French quotation mark or hard space stands in an English text."""
    texts = _texts("en", example_rows)
    assert len(texts) > 1500
    unwanted = re.compile("[«»\u00a0\u202f'\"]|  |^\\s|\\s$")
    assert [pair for pair in texts if FRENCH.search(NAMES.sub("", pair[1])) or unwanted.search(pair[1])] == []


def test_both_languages_are_translated() -> None:
    """A text of several words that is the same in both languages was forgotten."""
    same = [
        (path, spec.fr)
        for path, spec in _every(BOOK)
        if isinstance(spec, Text) and spec.fr == spec.en and len(spec.fr.split()) > 2
    ]
    assert same == []
