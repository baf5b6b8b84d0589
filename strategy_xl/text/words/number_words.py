"""Quantities said in words: zero, ranks, ratios and fractions of French and English texts."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from strategy_xl.text.words.lexicon import CON, DEFDET, GEN, IDN, NOUN, POSS, PREP, STOP
from strategy_xl.text.words.number_names import NumberContext
from strategy_xl.text.words.sentence import digits_value
from strategy_xl.text.words.vocabulary import QuantityWords
from strategy_xl.text.words.wordlists import every


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


SCORE_TOPS = {5, 10, 20, 100}


@cache
def ratio_pattern() -> re.Pattern[str]:
    """The forms of the verbs that multiply or divide, their stem as the first group."""
    words = every(QuantityWords)
    return re.compile(rf"({'|'.join(words.stems)})(?:{'|'.join(words.stem_endings)})")


class WordQuantities(NumberContext):
    """The quantities that one word starts."""

    def zero(self, position: int) -> Quantity | None:
        """``aucun client``, ``no churn``, ``zéro impayé``."""
        if self.words[position] in self.own.no_words:
            following = self.word(position + 1)
            if following in self.own.not_zero or not following.isalpha():
                return self.rank(position)
        noun = self.noun(position + 1)
        last = noun if noun >= 0 else position
        return Quantity("zero", 0.0, None, "", position, last, noun, scope=False)

    def times(self, position: int) -> Quantity | None:
        """``x2``, not the second half of ``3x5``."""
        if position and self.sentence.tokens.glued(position - 1) and self.words[position - 1][0].isdigit():
            return None
        if self.bits[position - 1] & (IDN | NOUN) and self.sentence.tokens.is_capital(position):
            return None  # « modèle X200 »
        return Quantity(
            "ratio", float(self.words[position][1:]), None, "x", position, position, -1, scope=False
        )

    def none(self, position: int) -> Quantity | None:
        """``plus un seul litige``, ``not a single complaint``."""
        if self.word(position + 1) not in self.any.none_articles:
            return None
        if self.word(position + 2) not in self.any.single and self.word(position + 1) not in self.any.one:
            return None
        noun = self.noun(position + (2 if self.word(position + 1) in self.any.one else 3))
        return Quantity("zero", 0.0, None, "", position, max(noun, position + 1), noun, scope=False)

    def first_place(self, position: int) -> Quantity | None:
        """``première page``, ``first place``, ``page one``: a rank in words."""
        if self.words[position] in self.any.best_words:
            return self._superlative(position)
        if not self.any.ranked.isdisjoint(self.words[max(position - 3, 0) : position]):
            noun = self.noun(position + 1)
            if noun >= 0 and not self.bits[noun] & CON:
                return Quantity("rank", 1.0, None, "rank", position, position, noun, scope=False)
        place = self.any.places if self.words[position] not in self.any.page else self.any.first_numbers
        if self.word(position + 1) not in place:
            return None
        return Quantity("rank", 1.0, None, "rank", position, position + 1, -1, scope=False)

    def _superlative(self, position: int) -> Quantity | None:
        """``become the largest hire firm in Cornwall``: the first one of a named group."""
        noun = self.noun(position + 1)
        if (
            noun < 0
            or not self.bits[position - 1] & DEFDET
            or self.any.best_leads.isdisjoint(self.words[:position])
            or self.bits[noun] & CON
        ):
            return None
        group = self.word(noun + 1)
        if noun + 2 >= self.size or not self.bits[noun + 1] & PREP or not group:
            return None
        if self.bits[self.size - 1] & (CON | GEN) and not self.masked[self.size - 1]:
            return None  # « the best firm in the market »
        return Quantity("rank", 1.0, None, "rank", position, position, noun, scope=False)

    def nth(self, position: int) -> Quantity | None:
        """``3e place``, ``3rd spot``: a rank in figures."""
        if self.word(position + 1) not in self.any.ordinals or (
            self.word(position + 2) not in self.any.rank_places
        ):
            return None
        value = float(digits_value(self.words[position]) or 0)
        return Quantity("rank", value, None, "rank", position, position + 2, -1, scope=False)

    def rank(self, position: int) -> Quantity | None:
        """``n°1``, ``number one``, ``#1``."""
        at = position + 1
        while self.word(at) in {"°", "."}:
            at += 1
        if at >= self.size or self.masked[at]:
            return None
        value = (
            digits_value(self.word(at)) if self.word(at)[0].isdigit() else self.own.numbers.get(self.word(at))
        )
        if (
            value is None
            or value > 10
            or (self.words[position] in self.any.rank_shorts and at == position + 1)
        ):
            return None
        return Quantity("rank", float(value), None, "rank", position, at, -1, scope=False)

    def top(self, position: int) -> Quantity | None:
        """``top 3``."""
        at = position + 1
        if at >= self.size or self.masked[at]:
            return None
        value = self.sentence.number_at(at)
        if value is None or self.word(at) in self.own.weak:
            return None
        noun = self.noun(value[1])
        scope = position > 0 and (
            bool(self.bits[position - 1] & POSS) or self.words[position - 1] in self.any.of_top
        )
        return Quantity("rank", value[0], None, "top", position, value[1] - 1, noun, scope)

    def ratio_word(self, position: int) -> Quantity | None:
        """``doubler``, ``la moitié``, ``two thirds``."""
        word = self.words[position]
        match = ratio_pattern().fullmatch(word)
        if match is not None:
            if word in self.any.ratio_nouns and self.word(position + 1) in self.any.ratio_compounds:
                return None
            return Quantity("ratio", self.any.stems[match[1]], None, "x", position, position, -1, scope=False)
        value = self.own.ratios.get(word)
        if value is not None:
            if word in self.any.half and self.word(position + 1) in self.any.half_compounds:
                return None
            return Quantity("ratio", value, None, "x", position, position, -1, scope=False)
        if word in self.any.fractions and position:
            count = self.own.numbers.get(self.words[position - 1])
            linked = self.word(position + 1) in self.any.fraction_links or (
                self.word(position - 2) in self.any.by
            )
            if (
                count is not None
                and (linked or word not in self.any.rank_fractions or not self._counts(position + 1))
                and (linked or word not in self.any.period_fractions)
            ):
                share = count / self.any.fractions[word]
                return Quantity("ratio", share, None, "x", position - 1, position, -1, scope=False)
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
