"""Quantities in French and English texts: amounts, percentages, ranges, ratios, ranks, zero, scores.

Years, dates, ordinals, identifiers (B2B, A320, Line 7, 3x5, 7-day…), hours of the day and numbers that
only describe a segment (« PME de 10 à 50 salariés », « our 14 stores ») are no quantities.
"""

# ruff: noqa: C901, PLR0911, PLR0912 - a small grammar: one form of number a line

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from strategy_xl.text.words.lexicon import CON, IND, NOUN, OBJ, POSS, PREP, SEG, STOP, VERB, ZERO, look_up
from strategy_xl.text.words.number_names import (
    CURRENCY,
    GLUED_MONEY,
    PERCENT,
    POINTS,
    SCALE,
    NumberContext,
)
from strategy_xl.text.words.sentence import NUMBER_WORDS, WEAK_NUMBERS, Sentence, digits_value


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


_TIMES = {"fois", "times", "x"}
_RATIO_WORDS = {
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
_FRACTIONS = frozenset({"third", "thirds", "tiers", "quart", "quarts", "quarter", "quarters"})
_RATIO_STEMS = re.compile(
    r"(doubl|tripl|quadrupl|quintupl|decupl|halv)(?:er|e|es|ons|ez|ent|era|erons|eront|ant|ement|ed|ing|ees?)"
)
_STEM_VALUE = {"doubl": 2.0, "tripl": 3.0, "quadrupl": 4.0, "quintupl": 5.0, "decupl": 10.0, "halv": 0.5}
_RANGE_LINKS = {"a", "to", "->", "→", "-", "et", "and", "jusqu'", "au"}
# « 40 points de vente » are shops.
_PLACES = {
    ("de", "vente"),
    ("de", "contact"),
    ("de", "collecte"),
    ("de", "retrait"),
    ("of", "sale"),
    ("of", "contact"),
    ("relais", ""),
}
_SCORE_TOPS = {5, 10, 20, 100}
_NOT_ZERO = {"longer", "later", "more", "less", "fewer", "matter", "one", "doubt", ".", "1", "°"}


def parse_quantities(sentence: Sentence, masked: Sequence[bool]) -> list[Quantity]:
    """The quantities of a text, in order.

    Arguments:
        sentence: the text.
        masked: per token, whether an expression of time holds it.
    """
    return QuantityReader(sentence, masked).read()


class QuantityReader(NumberContext):
    """One pass over the tokens."""

    def read(self) -> list[Quantity]:
        """All quantities, in order."""
        found: list[Quantity] = []
        until = 0
        lang = self.lang
        for position, word in enumerate(self.words):
            starter = _starter(lang, word)
            if starter and position >= until and not self.masked[position]:
                quantity = _STARTERS[starter](self, position)
                if quantity is not None:
                    found.append(quantity)
                    until = quantity.last + 1
        return found

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
        match = _RATIO_STEMS.fullmatch(word)
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
        value = _RATIO_WORDS[self.lang].get(word)
        if value is not None:
            if word == "half" and self.word(position + 1) in {"day", "price", "-", "term", "time"}:
                return None
            return Quantity("ratio", value, None, "x", position, position, -1, scope=False)
        if word in _FRACTIONS and position:
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

    def weak(self, position: int) -> Quantity | None:
        """``un sur cinq``, ``one in five``, ``au moins un``, ``une fois par mois``, ``one dealer``."""
        number = self.sentence.number_at(position)
        if number is not None and number[1] > position + 1:
            return self.number(position)
        share = self._share(position, 1.0, position + 1)
        if share is not None:
            return share
        following = self.word(position + 1)
        if following in _TIMES:
            if not self._has_cadence(position + 2):
                return None
            return Quantity("count", 1.0, None, "", position, position + 1, position + 1, scope=False)
        before, before2 = self.word(position - 1), self.word(position - 2)
        at_least = (before2, before) in {
            ("au", "moins"),
            ("at", "least"),
            ("pas", "plus"),
        } or before == "minimum"
        if at_least or (self.words[position] == "one" and following not in {"of", "to", "day", "stop", "-"}):
            noun = self.noun(position + 1)
            if noun >= 0:
                return Quantity("count", 1.0, None, "", position, noun, noun, scope=False)
        more = self.noun(position + 1)
        for at in range(more + 1, more + 4 if more >= 0 else 0):
            if (self.word(at), self.word(at + 1)) == ("de", "plus"):
                return Quantity("count", 1.0, None, "", position, at + 1, more, scope=False)
        # « un post par semaine », « one newsletter a month »: a count by its cadence.
        noun = self.noun(position + 1)
        known = noun >= 0 and (self.bits[noun] | self.phrase_bits(noun)) & (OBJ | SEG)
        unknown = noun >= 0 and not self.bits[noun] and len(self.words[noun]) > 2
        if (known or unknown) and self._has_cadence(noun + 1):
            return Quantity("count", 1.0, None, "", position, noun, noun, scope=False)
        return None

    def _counts(self, position: int) -> bool:
        """Whether a noun follows: « a third ring » is an order, « by a third » a share."""
        return (
            position < self.size
            and self.words[position].isalpha()
            and not self.bits[position] & (STOP | PREP)
        )

    def _has_cadence(self, position: int) -> bool:
        for at in range(position, min(position + 5, self.size)):
            unit = self.time.get(self.words[at], ("",))[0] == "u"
            if unit and self.word(at - 1) in {"par", "per", "a", "an", "each", "every", "chaque", "/"}:
                return True
        return False

    def figures(self, position: int) -> Quantity | None:
        """A number in figures, unless it is part of a name."""
        word = self.words[position]
        if digits_value(word) is None:
            return self.fraction(position)
        if self.is_name(position):
            return None
        return self.number(position)

    def fraction(self, position: int) -> Quantity | None:
        """``9/10``, ``4/20`` as scores, ``2/3`` as a share; dates were taken before."""
        match = re.fullmatch(r"(\d{1,2})/(\d{1,3})", self.words[position])
        if match is None or int(match[2]) == 0:
            return None
        top = int(match[2])
        kind = "score" if top in _SCORE_TOPS else "ratio"
        value = float(match[1]) if kind == "score" else int(match[1]) / top
        return Quantity(kind, value, None, "/" + match[2], position, position, -1, scope=False)

    def _unit(self, position: int, value: float) -> tuple[str, str, float, int]:
        """Kind, unit, scaled value and the position after the unit."""
        word = self.word(position)
        if word in GLUED_MONEY:
            return "money", "€", value * GLUED_MONEY[word], position + 1
        if word in SCALE and (
            word not in {"m", "k"}
            or self.sentence.tokens.glued(position - 1)
            or self.word(position + 1) in CURRENCY
        ):
            value *= SCALE[word]
            position += 1
            word = self.word(position)
            if word in {"d'", "de", "of"} and self.word(position + 1) in CURRENCY:
                position += 1
                word = self.words[position]
            if word not in CURRENCY:
                return "plain", "", value, position
        if word in CURRENCY:
            return "money", CURRENCY[word], value, position + 1
        if word in PERCENT:
            return "percent", "%", value / 100, position + 1
        if word in {"pour", "per"} and self.word(position + 1) == "cent":
            return "percent", "%", value / 100, position + 2
        if word in POINTS and (self.word(position + 1), self.word(position + 2)) not in _PLACES:
            return "points", "points", value, position + 1
        if word in _TIMES:
            return (
                (
                    "ratio"
                    if word == "x" or self.word(position + 1) in {"plus", "moins", "more", "as"}
                    else "count"
                ),
                "x",
                value,
                position + 1,
            )
        if self.time.get(word, ("",))[0] == "u":
            return "duration", str(self.time[word][1]), value, position + 1
        return "plain", "", value, position

    def number(self, position: int) -> Quantity | None:
        """A number with its unit, range and what it counts."""
        number = self.sentence.number_at(position)
        if number is None:
            return None
        value, after = number
        if self.words[position] == "neuf" and position and self.bits[position - 1] & NOUN:
            return None
        share = (
            self.ratio_word(after) if self.word(after) in _FRACTIONS else self._share(position, value, after)
        )
        if share is not None:
            return share
        first = position
        kind, unit, value, after = self._unit(after, value)
        if self.word(position - 1) in {"$", "€", "£"} and kind == "plain":
            kind, unit, first = "money", CURRENCY[self.words[position - 1]], position - 1
        if (
            self.word(after) == "/"
            and digits_value(self.word(after + 1) or "x") in _SCORE_TOPS
            and kind == "plain"
        ):
            return Quantity(
                "score", value, None, "/" + self.words[after + 1], first, after + 1, -1, scope=False
            )
        if (
            kind == "plain"
            and self.word(after) in {"sur", "out"}
            and digits_value(self.word(after + (1 if self.word(after) == "sur" else 2)) or "x") in _SCORE_TOPS
        ):
            after += 2 if self.word(after) == "sur" else 3
            return Quantity("score", value, None, "/", first, after - 1, -1, scope=False)
        ranged = self._range(after, value, kind)
        low: float | None = None
        if ranged is not None:
            low, (kind, unit, value, after) = value, ranged
            if kind == "percent" and low > 1:
                low /= 100
            elif kind == "money" and unit and low < value / 500:
                low *= 1e6 if value >= 1e6 else 1e3
        noun = -1
        if kind in {"plain", "duration"} or (kind == "count" and unit == "x"):
            start = after
            if kind == "duration" and self.word(after) in {"de", "d'", "of"}:
                start += 1
            if kind != "duration" or start != after:
                noun = self.noun(start)
            if (noun >= 0 and kind == "plain") or (noun >= 0 and kind == "duration" and start != after):
                kind = "count"
            elif kind == "count":
                noun = after - 1
        elif kind == "percent" and self.word(after) in {"de", "des", "d'", "of"}:
            noun = self.noun(after + 1)  # « 3 % de factures contestées »
            if noun >= 0 and self.bits[noun] & CON and not self.bits[noun] & (OBJ | IND):
                noun = -1
        last = max(after - 1, noun if kind == "count" else -1)
        return Quantity(kind, value, low, unit, first, last, noun, self.is_scope(first, after, noun))

    def _range(self, position: int, _value: float, kind: str) -> tuple[str, str, float, int] | None:
        """The second number of ``8 à 12``, ``from 8 to 12``, ``45 → 60``, with its unit."""
        link = self.word(position)
        if link in {"down", "up"} and self.word(position + 1) == "to":
            position += 1  # « from 62 down to 45 »
            link = "to"
        if link not in _RANGE_LINKS:
            return None
        at = position + 1
        if link == "jusqu'" or self.word(at) in {"a", ">", "$", "€", "£"}:
            at += 1
        if at >= self.size or self.masked[at]:
            return None
        number = self.sentence.number_at(at)
        if number is None or (self.words[at] in self.weak_words and self.lang == "en"):
            return None
        word = self.words[at]
        if len(word) == 4 and word.isdigit() and 1990 <= int(word) <= 2069 and not self.has_unit(number[1]):
            return None
        if link in {"et", "and"} and self.word(position - 2) not in {"entre", "between"}:
            return None
        second = self._unit(number[1], number[0])
        if second[0] == "plain" and kind in {"percent", "money"}:
            scaled = number[0] / 100 if kind == "percent" else number[0]
            return kind, "%" if kind == "percent" else "", scaled, second[3]
        return second

    def _share(self, first: int, value: float, after: int) -> Quantity | None:
        """``une vente sur cinq``, ``1 in 5``, ``two out of three``."""
        for at in range(after, min(after + 4, self.size - 1)):
            link = self.words[at]
            if link in {"sur", "in", "out"}:
                start = at + (2 if link == "out" else 1)
                if start >= self.size or self.masked[start]:
                    return None
                number = self.sentence.number_at(start)
                if number is None or not value < number[0] <= 20 or self.words[start] in self.weak_words:
                    return None
                if self.has_unit(number[1]) or self.time.get(self.word(number[1]), ("",))[0] == "u":
                    return None
                if (
                    link == "sur"
                    and at == after
                    and number[0] in _SCORE_TOPS
                    and value > 1
                    and self.words[first][0].isdigit()
                    and number[0] != 5
                ):
                    return None
                if (
                    link == "out"
                    and at == after
                    and number[0] in _SCORE_TOPS
                    and self.words[first][0].isdigit()
                    and self.noun(number[1]) < 0
                ):
                    return None  # « 8.5 out of 10 », but « 8 out of 10 customers »
                noun = self.noun(after) if at > after else -1
                noun = noun if after <= noun < at else -1
                return Quantity(
                    "ratio", value / number[0], None, "x", first, number[1] - 1, noun, scope=False
                )
            if self.bits[at] & (PREP | VERB) and not self.bits[at] & NOUN:
                return None
        return None


@lru_cache(maxsize=65536)
def _starter(lang: str, word: str) -> str:
    """Which reader a word may start, empty for most words."""
    if word[0].isdigit():
        return "figures"
    if look_up(lang, word)[1] & ZERO:
        return "zero"
    if word in {"plus", "pas", "not"}:
        return "none"
    if word in {"premiere", "first", "page"}:
        return "first"
    if word in NUMBER_WORDS[lang]:
        return "weak" if word in WEAK_NUMBERS[lang] else "number"
    if word[0] == "x" and word[1:].isdigit():
        return "times"
    if word in {"n°", "numero", "number", "no", "#", "n"}:
        return "rank"
    if word == "top":
        return "top"
    if word in _RATIO_WORDS[lang] or word in _FRACTIONS or _RATIO_STEMS.fullmatch(word):
        return "ratio"
    return ""


_STARTERS: Mapping[str, Callable[[QuantityReader, int], Quantity | None]] = {
    "figures": QuantityReader.figures,
    "zero": QuantityReader.zero,
    "none": QuantityReader.none,
    "first": QuantityReader.first_place,
    "number": QuantityReader.number,
    "weak": QuantityReader.weak,
    "times": QuantityReader.times,
    "rank": QuantityReader.rank,
    "top": QuantityReader.top,
    "ratio": QuantityReader.ratio_word,
}
