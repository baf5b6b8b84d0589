"""Quantities said in words: zero, ranks, ratios and fractions of French and English texts."""

from __future__ import annotations

import re
from typing import NamedTuple

from strategy_xl.text.words.lexicon import POSS, PREP, STOP
from strategy_xl.text.words.number_names import NumberContext
from strategy_xl.text.words.sentence import digits_value


class Quantity(NamedTuple):
    """A quantity of a text.

    Arguments:
        kind: percent, points, money, count, ratio, rank, zero, score, duration, plain or all.
        value: the (target) value; percentages as fractions, money in the currency's unit.
        low: the starting value of a range, None without one.
        unit: ``%``, ``€``, ``$``, ``£``, ``points``, ``x``, a unit of time, or empty.
        first, last: its tokens.
        noun: the token of what is counted, −1 when nothing follows.
        scope: whether it only describes a segment.
    """

    kind: str
    value: float
    low: float | None
    unit: str
    first: int
    last: int
    noun: int
    scope: bool


RATIO_WORDS = {
    "fr": {"moitie": 0.5, "double": 2.0, "triple": 3.0, "quadruple": 4.0},
    "en": {
        "half": 0.5,
        "twice": 2.0,
        "thrice": 3.0,
        "double": 2.0,
        "triple": 3.0,
        "quadruple": 4.0,
        "halve": 0.5,
    },
}
FRACTIONS = frozenset({"third", "thirds", "tiers", "quart", "quarts", "quarter", "quarters"})
RATIO_STEMS = re.compile(
    r"(doubl|tripl|quadrupl|quintupl|decupl|halv)(?:er|e|es|ons|ez|ent|era|erons|eront|ant|ement|ed|ing|ees?)"
)
_STEM_VALUE = {"doubl": 2.0, "tripl": 3.0, "quadrupl": 4.0, "quintupl": 5.0, "decupl": 10.0, "halv": 0.5}
SCORE_TOPS = {5, 10, 20, 100}
_NOT_ZERO = {"longer", "later", "more", "less", "fewer", "matter", "one", "doubt", ".", "1", "°"}


class WordQuantities(NumberContext):
    """The quantities that one word starts."""

    def zero(self, position: int) -> Quantity | None:
        """``aucun client``, ``no churn``, ``zéro impayé``."""
        if self.lang == "en" and self.words[position] == "no":
            following = self.word(position + 1)
            if following in _NOT_ZERO or not following.isalpha():
                return self.rank(position)
        noun = self.noun(position + 1)
        last = noun if noun >= 0 else position
        return Quantity("zero", 0.0, None, "", position, last, noun, scope=False)

    def times(self, position: int) -> Quantity | None:
        """``x2``, not the second half of ``3x5``."""
        if position and self.sentence.tokens.glued(position - 1) and self.words[position - 1][0].isdigit():
            return None
        return Quantity(
            "ratio", float(self.words[position][1:]), None, "x", position, position, -1, scope=False
        )

    def none(self, position: int) -> Quantity | None:
        """``plus un seul litige``, ``not a single complaint``."""
        if self.word(position + 1) not in {"un", "une", "a", "one"}:
            return None
        if self.word(position + 2) not in {"seul", "seule", "single"} and self.word(position + 1) != "one":
            return None
        noun = self.noun(position + (2 if self.word(position + 1) == "one" else 3))
        return Quantity("zero", 0.0, None, "", position, max(noun, position + 1), noun, scope=False)

    def first_place(self, position: int) -> Quantity | None:
        """``première page``, ``first place``, ``page one``: a rank in words."""
        place = (
            {"page", "place", "position", "marche"} if self.words[position] != "page" else {"one", "un", "1"}
        )
        if self.word(position + 1) not in place:
            return None
        return Quantity("rank", 1.0, None, "rank", position, position + 1, -1, scope=False)

    def rank(self, position: int) -> Quantity | None:
        """``n°1``, ``number one``, ``#1``."""
        at = position + 1
        while self.word(at) in {"°", "."}:
            at += 1
        if at >= self.size or self.masked[at]:
            return None
        value = digits_value(self.word(at)) if self.word(at)[0].isdigit() else self.table.get(self.word(at))
        if value is None or value > 10 or (self.words[position] in {"n", "no"} and at == position + 1):
            return None
        return Quantity("rank", float(value), None, "rank", position, at, -1, scope=False)

    def top(self, position: int) -> Quantity | None:
        """``top 3``."""
        at = position + 1
        if at >= self.size or self.masked[at]:
            return None
        value = self.sentence.number_at(at)
        if value is None or self.word(at) in self.weak_words:
            return None
        before = self.word(position - 1)
        noun = self.noun(value[1])
        scope = bool(position and self.bits[position - 1] & POSS) or before in {"du", "des", "of"}
        if noun >= 0 and not scope and before in {"the", "le", "les", ""} and self.lang == "en":
            scope = False
        return Quantity("rank", value[0], None, "top", position, value[1] - 1, noun, scope)

    def ratio_word(self, position: int) -> Quantity | None:
        """``doubler``, ``la moitié``, ``two thirds``."""
        word = self.words[position]
        match = RATIO_STEMS.fullmatch(word)
        if match is not None:
            if word in {"double", "triple"} and self.word(position + 1) in {
                "opt",
                "-",
                "vitrage",
                "glazing",
                "check",
            }:
                return None
            return Quantity("ratio", _STEM_VALUE[match[1]], None, "x", position, position, -1, scope=False)
        value = RATIO_WORDS[self.lang].get(word)
        if value is not None:
            if word == "half" and self.word(position + 1) in {"day", "price", "-", "term", "time"}:
                return None
            return Quantity("ratio", value, None, "x", position, position, -1, scope=False)
        if word in FRACTIONS and position:
            count = self.table.get(self.words[position - 1])
            linked = self.word(position + 1) in {"of", "de", "des", "du", "d'"} or (
                self.word(position - 2) == "by"
            )
            if (
                count is not None
                and (linked or word != "third" or not self._counts(position + 1))
                and (linked or not word.startswith("quarter"))
            ):
                whole = 3.0 if word[0] == "t" else 4.0
                return Quantity("ratio", count / whole, None, "x", position - 1, position, -1, scope=False)
        return None

    def fraction(self, position: int) -> Quantity | None:
        """``9/10``, ``4/20`` as scores, ``2/3`` as a share; dates were taken before."""
        match = re.fullmatch(r"(\d{1,2})/(\d{1,3})", self.words[position])
        if match is None or int(match[2]) == 0:
            return None
        top = int(match[2])
        kind = "score" if top in SCORE_TOPS else "ratio"
        value = float(match[1]) if kind == "score" else int(match[1]) / top
        return Quantity(kind, value, None, "/" + match[2], position, position, -1, scope=False)

    def _counts(self, position: int) -> bool:
        """Whether a noun follows: « a third ring » is an order, « by a third » a share."""
        return (
            position < self.size
            and self.words[position].isalpha()
            and not self.bits[position] & (STOP | PREP)
        )
