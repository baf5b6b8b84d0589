"""Catalogues: the same keys in both languages, the same placeholders, right typography, fresh .mo files."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.text import catalog
from strategy_xl.text.figures import FORMS

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "strategy_xl" / "text" / "locales"


_BAD_FRENCH = re.compile(
    r"\w'\w|[^\u00a0\u202f\s][;?!](?=\s|$)| [:;?!»](?=\s|$)|« |«[^\u00a0\u202f]|[^\u00a0\u202f]»|  "
)


def entries(lang: str) -> dict[str, tuple[str, ...]]:
    """Every message of a language: key → its text, or its plural forms."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(LOCALES.glob(f"{lang}/LC_MESSAGES/*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale=lang):
                if message.id:
                    key = message.id[0] if isinstance(message.id, tuple) else message.id
                    assert key not in found, f"{key} stands twice ({path.name})"
                    found[key] = message.string if isinstance(message.string, tuple) else (message.string,)
    return found


def placeholders(texts: tuple[str, ...]) -> set[tuple[str, str]]:
    """Names and forms of a message's placeholders."""
    return {
        (name, form or "text")
        for text in texts
        for _literal, name, form, _conversion in string.Formatter().parse(text)
        if name is not None
    }


def test_same_keys() -> None:
    """Every key has a French and an English message."""
    assert set(entries("fr")) == set(entries("en"))


def test_none_empty() -> None:
    """No message is empty."""
    assert not [key for lang in catalog.LANGUAGES for key, texts in entries(lang).items() if not all(texts)]


def test_same_placeholder_names() -> None:
    """Both languages fill in the same values."""
    french, english = entries("fr"), entries("en")
    differing = [
        key
        for key in french
        if {name for name, _ in placeholders(french[key])} != {name for name, _ in placeholders(english[key])}
    ]
    assert not differing


def test_known_forms() -> None:
    """Every placeholder names a form that exists."""
    wrong = [
        (key, form)
        for lang in catalog.LANGUAGES
        for key, texts in entries(lang).items()
        for _name, form in placeholders(texts)
        if form.partition(catalog.APART)[0] not in FORMS
    ]
    assert not wrong


def test_french_typography() -> None:
    """French messages: no straight apostrophe, a no-break space before high punctuation and in guillemets."""
    wrong = {}
    for key, texts in entries("fr").items():
        for text in texts:
            plain = re.sub(r"\{[^}]*\}", "x", text)
            bad = _BAD_FRENCH.search(plain)
            if bad:
                wrong[key] = bad[0]
    assert not wrong


def test_compiled_files_are_fresh() -> None:
    """The .mo files are those of the .po files."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "messages.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@given(st.floats(-1e12, 1e12), st.sampled_from(catalog.LANGUAGES), st.integers(0, 2))
def test_numbers_as_babel_writes_them(value: float, lang: str, decimals: int) -> None:
    """The fast number forms write what Babel writes."""
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    expected = format_decimal(round(value, decimals), format=pattern, locale=lang)
    expected = "0" if expected == "-0" else expected
    shown = catalog.format_value(round(value, decimals), ("int", "dec1", "dec2")[decimals], lang)
    assert shown == expected


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_dates_as_babel_writes_them(day: date) -> None:
    """The fast date forms write what Babel writes."""
    assert catalog.format_value(day, "date", "fr") == format_date(day, "dd/MM/yyyy", locale="fr")
    assert catalog.format_value(day, "date", "en") == format_date(day, "d MMM yyyy", locale="en")


@pytest.mark.parametrize(
    ("value", "form", "french", "english"),
    [
        (1500, "money", "1\u202f500\u00a0€", "€1,500"),
        (-1500, "money", "-1\u202f500\u00a0€", "-€1,500"),
        (0.125, "percent1", "12,5\u00a0%", "12.5%"),
        (None, "int", "—", "—"),
        (float("nan"), "money", "—", "—"),
    ],
)
def test_forms(value: object, form: str, french: str, english: str) -> None:
    """Money, percentages and missing values as people write them."""
    assert catalog.format_value(value, form, "fr") == french
    assert catalog.format_value(value, form, "en") == english


def test_plural_picks_the_form() -> None:
    """The number ``n`` picks singular or plural, by the language's own rule (0 is singular in French)."""
    assert catalog.message("cli.check.done", "fr", n=0, books=1).startswith("0 constat ")
    assert catalog.message("cli.check.done", "en", n=0, books=1).startswith("0 findings ")


def test_many_rows_as_one_by_one() -> None:
    """A column of messages equals the messages one by one."""
    rows = {"n": [0, 1, 2], "books": [1, 1, 5]}
    assert catalog.messages("cli.check.done", "fr", rows, 3) == [
        catalog.message("cli.check.done", "fr", n=n, books=books)
        for n, books in zip(*rows.values(), strict=True)
    ]


def test_unknown_key() -> None:
    """A key without message is a fault, never shown as text."""
    with pytest.raises(catalog.MissingMessageError):
        catalog.message("no.such.key", "fr")
