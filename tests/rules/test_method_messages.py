"""Every reason code of the method's rules has a short sentence in French and English, and none is unused."""

from __future__ import annotations

import re
import string
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from babel.messages.pofile import read_po

import strategy_xl.text
from strategy_xl.languages import LANGUAGES
from strategy_xl.rules import (
    combien,
    cqqcoqp,
    funnel,
    growth,
    icp,
    icp_profile,
    persona,
    positioning,
    revenue,
    swot,
)
from strategy_xl.text.catalog import has_message, message

MODULES = (
    "swot",
    "positioning",
    "combien",
    "funnel",
    "revenue",
    "growth",
    "cqqcoqp",
    "persona",
    "icp",
)
EXTRA = {
    *(f"swot.draft.{strategy}" for strategy in ("so", "st", "wo", "wt")),
    *(f"icp.sentence.{kind}" for kind in ("category", "range", "manual")),
}
CODES = [f"{name}.{code}" for name in MODULES for code in import_module(f"strategy_xl.rules.{name}").CODES]


@cache
def catalogue(lang: str) -> dict[str, list[str]]:
    """Texts (all plural forms) by key of one language's catalogue."""
    source = Path(strategy_xl.text.__file__).parent / "locales" / lang / "LC_MESSAGES" / "method.po"
    with source.open("rb") as stream:
        entries = read_po(stream, locale=lang)
    return {
        str(entry.id[0] if isinstance(entry.id, tuple) else entry.id): [
            str(text) for text in (entry.string if isinstance(entry.string, tuple | list) else [entry.string])
        ]
        for entry in entries
        if entry.id
    }


def filled(key: str, lang: str, n: int) -> str:
    """The message with plausible long values."""
    args = {
        name: "Une désignation de quarante caractères !" if form in ("", "text") else 123456.78
        for text in catalogue(lang)[key]
        for _, first, form, _ in string.Formatter().parse(text)
        for name in (first, (form or "").partition("~")[2])
        if name
    }
    return message(key, lang, **(args | {"n": n}))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_message_and_no_message_is_unused(lang: str) -> None:
    """The catalogue holds exactly the codes, their actions and the sentence pieces."""
    expected = {*CODES, *EXTRA}
    keys = set(catalogue(lang))
    assert expected <= keys
    assert {key.removesuffix(".action") for key in keys} == expected
    assert all(has_message(key, lang) for key in keys)


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    """A translation fills in the same values."""
    french, english = catalogue("fr"), catalogue("en")
    assert french.keys() == english.keys()
    for key, texts in french.items():
        assert len(texts) == len(english[key])
        for one, two in zip(texts, english[key], strict=True):
            names = [
                sorted(name for _, name, _, _ in string.Formatter().parse(t) if name) for t in (one, two)
            ]
            assert names[0] == names[1], key


@cache
def offers() -> dict[str, set[str]]:
    """By code: names of its row's columns (inputs and outputs) or of its summary; from rules on no data."""
    empty, today = pd.DataFrame(), date(2026, 1, 1)
    box = {"text", "box", "importance", "rating"}
    pair = {"internal", "external", "link", *swot.score_pairs(empty, empty).frame}
    attribute = {"weight", "perceived", "desired", *positioning.assess_attributes(empty).frame}
    stage = {"stage", "count", "base", "target_rate", *funnel.assess(empty).frame}
    answer = {"dimension", "question", "answer", *cqqcoqp.assess_answers(empty).frame}
    prospect = {"red_flag_1", "size", *icp.grade(empty, empty, empty, empty).frame}
    profile = icp_profile.extract(empty, pd.Series(dtype=bool))
    # Later entries replace earlier ones: a code of a summary has the summary's names.
    groups: list[tuple[str, tuple[str, ...], set[str]]] = [
        ("swot", swot.ITEM_CODES, {*box, *swot.score_items(empty).frame}),
        ("swot", swot.PAIR_CODES, pair),
        ("swot", swot.SUMMARY_CODES, set(swot.overview(empty).frame)),
        ("positioning", positioning.ATTRIBUTE_CODES, attribute),
        ("positioning", positioning.COMPETITOR_CODES, set(positioning.assess(empty).competitors.frame)),
        ("positioning", positioning.SUMMARY_CODES, set(positioning.overview(empty, empty).frame)),
        ("combien", combien.CODES, {*combien.INPUTS, *combien.calculate(empty).frame}),
        ("funnel", funnel.CODES, stage),
        ("revenue", revenue.ITEM_CODES, set(revenue.list_products(empty, today).frame)),
        ("revenue", revenue.SUMMARY_CODES, set(revenue.overview(empty, today).frame)),
        ("growth", growth.CODES, set(growth.grow(empty).frame)),
        ("cqqcoqp", cqqcoqp.CODES, answer),
        ("cqqcoqp", ("COMPLETE", "PARTIAL", "EMPTY"), set(cqqcoqp.overview(empty).frame)),
        ("persona", persona.CODES, {"age", "n", *persona.assess(empty).frame}),
        ("icp", icp.CODES, prospect),
        ("icp", icp.PROFILE_CODES, set(profile.args)),
        ("icp", icp.CRITERION_CODES, set(icp.list_criteria(empty, empty).frame)),
    ]
    return {f"{rule}.{code}": names for rule, codes, names in groups for code in codes}


@pytest.mark.parametrize("key", CODES)
def test_messages_only_use_what_their_answer_offers(key: str) -> None:
    """Every placeholder of a sentence or an action is a column of the answer that carries the code."""
    french = catalogue("fr")
    for name in (key, f"{key}.action"):
        for text in french.get(name, []):
            parsed = list(string.Formatter().parse(text))
            used = {part for _, part, _, _ in parsed if part}
            used |= {form.partition("~")[2] for _, _, form, _ in parsed if form and "~" in form}
            assert used <= offers()[key], name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_messages_are_short_enough_for_a_cell(lang: str) -> None:
    """No sentence is longer than 255 characters, even with long values."""
    for key in catalogue(lang):
        for n in (0, 1, 5):
            assert len(filled(key, lang, n)) <= 255, key


def test_french_typography() -> None:
    """Double marks and quotes have their no-break spaces, apostrophes are curly."""
    for key, texts in catalogue("fr").items():
        for text in texts:
            plain = re.sub(r"\{[^}]*\}", "X", text)
            assert not re.search(r"[^\u00a0\u202f][:;!?»%€]", plain), (key, text)
            assert not re.search(r"«[^\u00a0\u202f]", plain), (key, text)
            assert "'" not in plain, (key, text)
            assert "..." not in plain, (key, text)


def test_plural_forms() -> None:
    """French says one for 0 and 1, English for 1 only."""
    assert message("icp.FEW_IDEAL", "fr", n=1).startswith("1 client idéal seulement")
    assert message("icp.FEW_IDEAL", "fr", n=0).startswith("0 client idéal seulement")
    assert message("icp.FEW_IDEAL", "fr", n=3).startswith("3 clients idéaux seulement")
    assert message("icp.FEW_IDEAL", "en", n=0).startswith("Only 0 ideal clients")
    assert message("icp.FEW_IDEAL", "en", n=1).startswith("Only 1 ideal client:")
