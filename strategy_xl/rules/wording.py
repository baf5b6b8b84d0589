"""Words of free text answers: how many, which, and whether the answer is only a placeholder.

The word count is defined so that a spreadsheet formula can give the same number: a fixed set of marks
counts as space, then the pieces between spaces are counted. No language is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import numpy as np

from strategy_xl.rules.frame import Bools, Ints, Texts
from strategy_xl.text.identity import identity_key
from strategy_xl.text.words.rule_words import AnswerWords
from strategy_xl.text.words.wordlists import every

SEPARATORS = "?!;:…«»*~\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\t\r\n"
"""Marks that count as spaces. ``*`` and ``~`` are among them because they are wildcards in formulas."""

_TO_SPACES = str.maketrans(dict.fromkeys(SEPARATORS, " "))
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def _pieces(text: str) -> list[str]:
    """What stands between spaces, every separator mark being one."""
    return [piece for piece in text.translate(_TO_SPACES).split(" ") if piece]


def count_words(texts: Iterable[str]) -> Ints:
    """Number of words per text; 0 for an empty text."""
    return np.array([len(_pieces(text)) for text in texts], dtype=np.int64)


def is_placeholder(texts: Iterable[str]) -> Bools:
    """Texts that are only a placeholder ("idem", "?", "à voir", "to be defined"), or only marks and dots."""
    placeholders = every(AnswerWords).placeholders
    found = []
    for text in texts:
        clean = " ".join(_pieces(text.lower().replace("’", "'").replace(".", "")))
        found.append(clean in placeholders or (not clean and bool(text.strip())))
    return np.array(found, dtype=bool)


def fold(text: str) -> str:
    """The text in lower case without accents and with straight apostrophes, for word lists."""
    flat = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(char for char in flat if not unicodedata.combining(char))


def fold_all(texts: Iterable[str]) -> Texts:
    """``fold`` for a column."""
    return np.array([fold(text) for text in texts], dtype=object)


def name_keys(texts: Iterable[str]) -> Texts:
    """The texts of a column as names are compared (``text.identity``)."""
    return np.array([identity_key(text) for text in texts], dtype=object)


def same_name(name: object) -> str:
    """A name as two tables are joined by it (``text.identity``)."""
    return identity_key(str(name))


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
