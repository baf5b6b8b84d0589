"""The lexicon knows forms and forgives one slip."""

from __future__ import annotations

import pytest

from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.wordlists import read


@pytest.mark.parametrize(
    ("lang", "word", "bit"),
    [
        ("fr", "augmenterons", lx.VUP),
        ("fr", "reduisons", lx.VDOWN),
        ("fr", "vendu", lx.VDO),
        ("fr", "syndics", lx.SEG),
        ("fr", "commerciaux", lx.OBJ),
        ("en", "selling", lx.VDO),
        ("en", "halving", lx.VDOWN),
        ("en", "pharmacies", lx.SEG),
        ("en", "leads", lx.OBJ),
        ("fr", "leads", lx.OBJ),
    ],
)
def test_forms_are_known(lang: str, word: str, bit: int) -> None:
    """Verb forms and plurals carry the class of their entry."""
    assert lx.look_up(lang, word)[1] & bit


@pytest.mark.parametrize(
    ("lang", "typed", "meant"),
    [
        ("fr", "augmneter", "augmenter"),
        ("fr", "septmbre", "septembre"),
        ("fr", "commercail", "commercial"),
        ("en", "incraese", "increase"),
        ("en", "custmers", "customers"),
        ("en", "revenu", "revenue"),
    ],
)
def test_one_slip_is_corrected(lang: str, typed: str, meant: str) -> None:
    """A letter lost, added, swapped or changed leads to the known word."""
    assert lx.look_up(lang, typed)[0] == meant


@pytest.mark.parametrize(("lang", "word"), [("fr", "tendre"), ("fr", "centre"), ("en", "sight")])
def test_other_words_are_left_alone(lang: str, word: str) -> None:
    """A word with another first letter, or too short, is no slip."""
    assert lx.look_up(lang, word)[0] == word


def test_both_languages_have_the_same_classes() -> None:
    """A class named in one language exists in the other."""
    assert set(read("fr/lexicon")) == set(read("en/lexicon"))
