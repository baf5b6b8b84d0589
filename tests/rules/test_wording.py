"""Words of answers: counts that a formula can repeat, placeholders, and word lists."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import wording


def one(text: str) -> pd.Series:
    """A column with one text."""
    return pd.Series([text], dtype="str")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("?", 0),
        ("  trente nouveaux   clients ", 3),
        ("Quoi\u00a0? Une\u202foffre\nclaire\u00a0!", 4),
        ("30 % de clients", 4),
        ("l’offre «\u00a0Pro\u00a0»", 2),
        ("fin juin: 3.5 k€", 4),
    ],
)
def test_words_are_counted_between_spaces_and_marks(text: str, words: int) -> None:
    """Marks and every kind of space separate; apostrophes, dots and hyphens do not."""
    assert wording.count_words(one(text)).tolist() == [words]


@given(text=st.text(max_size=60))
def test_word_count_equals_a_character_loop(text: str) -> None:
    """The count is the number of runs of characters that are no separator."""
    runs, inside = 0, False
    for char in text:
        now = char not in wording.SEPARATORS and char != " "
        runs += now and not inside
        inside = now
    assert wording.count_words(one(text)).tolist() == [runs]


@pytest.mark.parametrize(
    "text",
    [
        "Idem",
        "?",
        "??",
        "À voir",
        "à voir.",
        "n/a",
        "N/A",
        "...",
        "I don’t know",
        "To be defined",
        "xxx",
        "-",
    ],
)
def test_placeholders(text: str) -> None:
    """Texts that say nothing are recognised in any case."""
    assert wording.is_placeholder(one(text)).tolist() == [True]


@pytest.mark.parametrize(
    "text", ["", "À voir avec Paul en mai", "idem que Lyon mais moins cher", "30 clients"]
)
def test_real_answers_and_empty_texts_are_no_placeholders(text: str) -> None:
    """An answer that only starts like a placeholder is an answer; an empty text is simply empty."""
    assert wording.is_placeholder(one(text)).tolist() == [False]


def test_folding_a_column_equals_folding_each_text() -> None:
    """Both ways of folding agree."""
    texts = ["L’ÉQUIPE", "Où ça ?", "naïve", ""]
    assert wording.fold_all(pd.Series(texts, dtype="str")).tolist() == [wording.fold(text) for text in texts]


def test_words_are_found_whole_only() -> None:
    """A word of the list inside another word does not count."""
    pattern = wording.any_word(["marché", "part de marché"])
    assert pattern.search(wording.fold("Le Marché monte"))
    assert not pattern.search(wording.fold("supermarchés"))


@given(left=st.frozensets(st.sampled_from("abcdef")), right=st.frozensets(st.sampled_from("abcdef")))
def test_jaccard_is_symmetric_between_0_and_1(left: frozenset[str], right: frozenset[str]) -> None:
    """Symmetric, 1 for equal sets that are not empty, 0 for disjoint ones."""
    value = wording.jaccard(left, right)
    assert value == wording.jaccard(right, left)
    assert 0 <= value <= 1
    assert (value == 1) == (left == right and bool(left))
