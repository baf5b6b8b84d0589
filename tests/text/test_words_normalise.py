"""Folding and tokens keep the place of every word in the original text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.text.words.normalise import Tokens, fold


def test_folds_case_accents_apostrophes_and_spaces() -> None:
    """Typography and case disappear."""
    assert fold("L’Été\u00a0À\u202fPÂQUES – ½")[0] == "l'ete a paques - 1/2"


def test_spans_are_original_text_even_after_a_change_of_length() -> None:
    """An evidence is shown as written although œ became two letters."""
    tokens = Tokens("Œuvre : augmenter le Chœur")
    assert tokens.words == ["oeuvre", ":", "augmenter", "le", "choeur"]
    assert tokens.span(4, 4) == "Chœur"
    assert tokens.span(0, 0) == "Œuvre"


def test_numbers_dates_and_codes_are_single_tokens() -> None:
    """Grouped figures, dates and codes are not torn apart."""
    assert Tokens("12 000 € le 30/06/2027, A320 T3 2Q27").words == [
        "12 000", "€", "le", "30/06/2027", ",", "a320", "t3", "2q27",
    ]  # fmt: skip


@given(st.text(max_size=80))
def test_every_token_lies_in_the_text(text: str) -> None:
    """Any text at all is split without error and every span is a part of it."""
    tokens = Tokens(text)
    for position in range(len(tokens.words)):
        span = tokens.span(position, position)
        assert span
        assert span in text


@given(st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folding is idempotent on Latin texts."""
    once = fold(text)[0]
    assert fold(once)[0] == once
