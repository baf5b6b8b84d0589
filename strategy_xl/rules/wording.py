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

SEPARATORS = "?!;:…«»*~\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\t\r\n"
"""Marks that count as spaces. ``*`` and ``~`` are among them because they are wildcards in formulas."""

_TO_SPACES = str.maketrans(dict.fromkeys(SEPARATORS, " "))
_WORD = re.compile(r"[^\W_]+", re.UNICODE)

PLACEHOLDERS: frozenset[str] = frozenset(
    {
        # French
        "idem", "idem ci-dessus", "idem que ci-dessus", "idem que plus haut", "idem que précédemment",
        "voir ci-dessus", "voir plus haut", "cf ci-dessus", "comme ci-dessus", "à voir", "a voir",
        "à voir plus tard", "a voir plus tard", "à définir", "a definir", "à définir plus tard",
        "à compléter", "a completer", "à compléter plus tard", "à déterminer", "a determiner", "à préciser",
        "à faire", "a faire", "en cours", "en cours de réflexion", "en cours de définition", "plus tard",
        "on verra", "on verra plus tard", "ne sait pas", "ne sais pas", "je ne sais pas", "je sais pas",
        "on ne sait pas", "nous ne savons pas", "ne savons pas encore", "je ne sais pas encore",
        "aucune idée", "aucune idée pour le moment", "rien pour le moment", "rien pour l'instant",
        "pas encore défini", "pas encore de réponse", "non défini", "inconnu", "sans objet", "sans réponse",
        "non applicable", "pas de réponse", "ras", "néant", "nsp", "s/o",
        # English
        "same", "same as above", "same as before", "ditto", "see above", "see the answer above", "as above",
        "to be defined", "to be determined", "to be decided", "to be confirmed", "to be completed", "to do",
        "tbd", "tbc", "tba", "todo", "later", "work in progress", "not yet known", "not known yet",
        "not applicable", "not sure yet", "no idea", "no idea yet", "no answer yet", "nothing for now",
        "unknown", "don't know", "don't know yet", "i don't know", "we don't know", "i do not know",
        "we do not know", "we will see", "we'll see later", "dunno", "none", "n/a", "na",
        # both
        "x", "xx", "xxx", "-", "--", "---",
    }
)  # fmt: skip
"""Whole answers, in lower case, that say nothing; compared after ``plain``."""


def _pieces(text: str) -> list[str]:
    """What stands between spaces, every separator mark being one."""
    return [piece for piece in text.translate(_TO_SPACES).split(" ") if piece]


def count_words(texts: Iterable[str]) -> Ints:
    """Number of words per text; 0 for an empty text."""
    return np.array([len(_pieces(text)) for text in texts], dtype=np.int64)


def is_placeholder(texts: Iterable[str]) -> Bools:
    """Texts that are only a placeholder ("idem", "?", "à voir", "to be defined"), or only marks and dots."""
    found = []
    for text in texts:
        clean = " ".join(_pieces(text.lower().replace("’", "'").replace(".", "")))
        found.append(clean in PLACEHOLDERS or (not clean and bool(text.strip())))
    return np.array(found, dtype=bool)


def fold(text: str) -> str:
    """The text in lower case without accents and with straight apostrophes, for word lists."""
    flat = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(char for char in flat if not unicodedata.combining(char))


def fold_all(texts: Iterable[str]) -> Texts:
    """``fold`` for a column."""
    return np.array([fold(text) for text in texts], dtype=object)


def caseless(texts: Iterable[str]) -> Texts:
    """The texts of a column as names are compared: whatever their capitals."""
    return np.array([text.casefold() for text in texts], dtype=object)


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
