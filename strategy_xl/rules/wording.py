"""Words of free text answers: how many, which, and whether the answer is only a placeholder.

The word count is defined so that a spreadsheet formula can give the same number: a fixed set of marks
counts as space, then the pieces between spaces are counted. No language is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

from strategy_xl.text.words.rule_words import AnswerWords
from strategy_xl.text.words.wordlists import every

SEPARATORS = "?!;:…«»*~\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\t\r\n"
"""Marks that count as spaces. ``*`` and ``~`` are among them because they are wildcards in formulas."""

_TO_SPACES = str.maketrans(dict.fromkeys(SEPARATORS, " "))
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def spaced(texts: pd.Series[str]) -> pd.Series[str]:
    """The texts with every separator mark as a space and no double, leading or trailing space."""
    return texts.str.translate(_TO_SPACES).str.replace(r" +", " ", regex=True).str.strip(" ")


def count_words(texts: pd.Series[str]) -> pd.Series[int]:
    """Number of words per text, int64, same index; 0 for an empty text."""
    clean = spaced(texts)
    return (clean.str.count(" ") + 1).where(clean != "", 0).astype("int64")


def is_placeholder(texts: pd.Series[str]) -> pd.Series[bool]:
    """Texts that are only a placeholder ("idem", "?", "à voir", "to be defined"), or only marks and dots."""
    clean = spaced(texts.str.lower().str.replace("’", "'").str.replace(".", "", regex=False))
    return clean.isin(every(AnswerWords).placeholders) | ((clean == "") & (texts.str.strip() != ""))


def fold(text: str) -> str:
    """The text in lower case without accents and with straight apostrophes, for word lists."""
    flat = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(char for char in flat if not unicodedata.combining(char))


def fold_all(texts: pd.Series[str]) -> pd.Series[str]:
    """``fold`` for a column."""
    return (
        texts.str.replace("’", "'")
        .str.casefold()
        .str.normalize("NFKD")
        .str.replace(r"[\u0300-\u036f]", "", regex=True)
    )


def word_set(text: str) -> frozenset[str]:
    """The distinct words of a text, folded."""
    return frozenset(_WORD.findall(fold(text)))


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Shared words over all words of two sets, 0 to 1; 0 when both are empty."""
    union = len(left | right)
    return len(left & right) / union if union else 0.0


def any_word(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds one of the words or phrases, whole, in a folded text."""
    alternatives = "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])")
