"""Quantities in French and English texts: amounts, percentages, ranges, ratios, ranks, zero, scores.

Years, dates, ordinals, identifiers (B2B, A320, Line 7, 3x5, 7-day…), hours of the day and numbers that
only describe a segment (« PME de 10 à 50 salariés », « our 14 stores ») are no quantities.
"""

# ruff: noqa: C901, PLR0911, PLR0912 - a small grammar: one form of number a line

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat

from strategy_xl.text.words.lexicon import CON, IND, NOUN, OBJ, PREP, SEG, TIMEIND, VERB, ZERO, look_up
from strategy_xl.text.words.number_words import SCORE_TOPS, Quantity, WordQuantities, ratio_pattern
from strategy_xl.text.words.sentence import Sentence, digits_value
from strategy_xl.text.words.vocabulary import QuantityWords
from strategy_xl.text.words.wordlists import every, own

__all__ = ["Quantity", "QuantityReader", "parse_quantities"]


def parse_quantities(sentence: Sentence, masked: Sequence[bool]) -> list[Quantity]:
    """The quantities of a text, in order.

    Arguments:
        sentence: the text.
        masked: per token, whether an expression of time holds it.
    """
    return QuantityReader(sentence, masked).read()


class QuantityReader(WordQuantities):
    """One pass over the tokens."""

    def read(self) -> list[Quantity]:
        """All quantities, in order."""
        found: list[Quantity] = []
        until = 0
        for position, starter in enumerate(map(_starter, repeat(self.lang), self.words)):
            if starter and position >= until and not self.masked[position]:
                quantity = _STARTERS[starter](self, position)
                if quantity is not None:
                    found.append(quantity)
                    until = quantity.last + 1
        return found

    def weak(self, position: int) -> Quantity | None:
        """``un sur cinq``, ``one in five``, ``au moins un``, ``une fois par mois``, ``one dealer``."""
        number = self.sentence.number_at(position)
        if number is not None and number[1] > position + 1:
            return self.number(position)
        share = self._share(position, 1.0, position + 1)
        if share is not None:
            return share
        following = self.word(position + 1)
        if following in self.any.times:
            if not self._has_cadence(position + 2):
                return None
            return Quantity("count", 1.0, None, "", position, position + 1, position + 1, scope=False)
        before, before2 = self.word(position - 1), self.word(position - 2)
        at_least = (before2, before) in self.any.at_least or before in self.any.minimum
        if at_least or (self.words[position] in self.any.one and following not in self.any.one_compounds):
            noun = self.noun(position + 1)
            if noun >= 0:
                return Quantity("count", 1.0, None, "", position, noun, noun, scope=False)
        more = self.noun(position + 1)
        for at in range(more + 1, more + 4 if more >= 0 else 0):
            if (self.word(at), self.word(at + 1)) in self.any.more_phrases:
                return Quantity("count", 1.0, None, "", position, at + 1, more, scope=False)
        # « un post par semaine », « one newsletter a month »: a count by its cadence.
        noun = self.noun(position + 1)
        known = noun >= 0 and (self.bits[noun] | self.phrase_bits(noun)) & (OBJ | SEG)
        unknown = noun >= 0 and not self.bits[noun] and len(self.words[noun]) > 2
        if (known or unknown) and self._has_cadence(noun + 1):
            return Quantity("count", 1.0, None, "", position, noun, noun, scope=False)
        return None

    def _has_cadence(self, position: int) -> bool:
        for at in range(position, min(position + 5, self.size)):
            unit = self.time.get(self.words[at], ("",))[0] == "u"
            if unit and self.word(at - 1) in self.any.cadence_links:
                return True
        return False

    def figures(self, position: int) -> Quantity | None:
        """A number in figures, unless it is part of a name."""
        word = self.words[position]
        if digits_value(word) is None:
            return self.fraction(position)
        if self.is_name(position):
            return self.nth(position) or self._span_of_time(position)
        return self.number(position)

    def _span_of_time(self, position: int) -> Quantity | None:
        """``a 72-hour turnaround``: the value of an indicator of time."""
        unit = self.time.get(self.word(position + 2), ("", ""))
        if self.word(position + 1) != "-" or unit[0] != "u":
            return None
        for at in range(position + 3, min(position + 6, self.size)):
            if self.bits[at] & TIMEIND or self.phrase_bits(at) & TIMEIND:
                value = float(digits_value(self.words[position]) or 0)
                return Quantity(
                    "duration", value, None, str(unit[1]), position, position + 2, at, scope=False
                )
        return None

    def _unit(self, position: int, value: float) -> tuple[str, str, float, int]:
        """Kind, unit, scaled value and the position after the unit."""
        word = self.word(position)
        if word in self.any.glued_money:
            return "money", "€", value * self.any.glued_money[word], position + 1
        if word in self.any.scales and (
            word not in self.any.scale_letters
            or self.sentence.tokens.glued(position - 1)
            or self.word(position + 1) in self.any.currencies
        ):
            value *= self.any.scales[word]
            position += 1
            word = self.word(position)
            if word in self.any.of_amount and self.word(position + 1) in self.any.currencies:
                position += 1
                word = self.words[position]
            if word not in self.any.currencies:
                return "plain", "", value, position
        if word in self.any.currencies:
            return "money", self.any.currencies[word], value, position + 1
        if word in self.any.percent:
            return "percent", "%", value / 100, position + 1
        if (word, self.word(position + 1)) in self.any.percent_phrases:
            return "percent", "%", value / 100, position + 2
        if word in self.any.points and not self._is_place(position):
            return "points", "points", value, position + 1
        if word in self.any.times:
            return (
                ("ratio" if word == "x" or self.word(position + 1) in self.any.ratio_followers else "count"),
                "x",
                value,
                position + 1,
            )
        if self.time.get(word, ("",))[0] == "u":
            return "duration", str(self.time[word][1]), value, position + 1
        return "plain", "", value, position

    def _is_place(self, position: int) -> bool:
        """Whether « points » are places: points de vente, points relais."""
        behind = tuple(self.words[position + 1 : position + 3])
        return behind in self.any.point_phrases or behind[:1] in self.any.point_phrases

    def number(self, position: int) -> Quantity | None:
        """A number with its unit, range and what it counts."""
        number = self.sentence.number_at(position)
        if number is None:
            return None
        value, after = number
        if (
            self.words[position] in self.any.numeral_adjectives
            and position
            and self.bits[position - 1] & NOUN
        ):
            return None
        share = (
            self.ratio_word(after)
            if self.word(after) in self.any.fractions
            else self._share(position, value, after)
        )
        if share is not None:
            return share
        first = position
        kind, unit, value, after = self._unit(after, value)
        if self.word(position - 1) in {"$", "€", "£"} and kind == "plain":
            kind, unit, first = "money", self.any.currencies[self.words[position - 1]], position - 1
        if (
            self.word(after) == "/"
            and digits_value(self.word(after + 1) or "x") in SCORE_TOPS
            and kind == "plain"
        ):
            return Quantity(
                "score", value, None, "/" + self.words[after + 1], first, after + 1, -1, scope=False
            )
        if (
            kind == "plain"
            and self.word(after) in self.any.score_links
            and digits_value(self.word(after + (1 if self.word(after) in self.any.on_words else 2)) or "x")
            in SCORE_TOPS
        ):
            after += 2 if self.word(after) in self.any.on_words else 3
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
            if kind == "duration" and self.word(after) in self.any.of_amount:
                start += 1
            if kind != "duration" or start != after:
                noun = self.noun(start)
            if (noun >= 0 and kind == "plain") or (noun >= 0 and kind == "duration" and start != after):
                kind = "count"
            elif kind == "count":
                noun = after - 1
        elif kind == "percent" and self.word(after) in self.any.share_of:
            noun = self.noun(after + 1)  # « 3 % de factures contestées »
            if noun >= 0 and self.bits[noun] & CON and not self.bits[noun] & (OBJ | IND):
                noun = -1
        last = max(after - 1, noun if kind == "count" else -1)
        if kind in {"count", "plain"} and not self.any.among.isdisjoint(
            self.words[max(first - 2, 0) : first]
        ):
            return Quantity("rank", value, None, "top", first, last, noun, scope=False)
        scope = self.is_scope(first, after, noun) or (kind == "money" and self._is_price(first))
        return Quantity(kind, value, low, unit, first, last, noun, scope)

    def _is_price(self, first: int) -> bool:
        """Whether an amount is the price of what is sold: « des menus à 39 € »."""
        thing = self.bits[first - 2] if first > 1 else 0
        priced = self.word(first - 1) in self.any.price_preps and thing & OBJ and not thing & IND
        if any(bits & IND for bits in self.bits[: first - 2]):
            return False  # « prix moyen de vente des bouquets à 38 € »
        return bool(priced) and self.words[first - 2].endswith(self.any.price_plurals)

    def _range(self, position: int, _value: float, kind: str) -> tuple[str, str, float, int] | None:
        """The second number of ``8 à 12``, ``from 8 to 12``, ``45 → 60``, with its unit."""
        link = self.word(position)
        if link in self.any.directions and self.word(position + 1) in self.any.to_words:
            position += 1  # « from 62 down to 45 »
            link = self.word(position)
        if link not in self.any.range_links:
            return None
        at = position + 1
        if link in self.any.as_far or self.word(at) in self.any.range_fill:
            at += 1
        if at >= self.size or self.masked[at]:
            return None
        number = self.sentence.number_at(at)
        if number is None or self.words[at] in self.own.not_range_ends:
            return None
        word = self.words[at]
        if len(word) == 4 and word.isdigit() and 1990 <= int(word) <= 2069 and not self.has_unit(number[1]):
            return None
        if link in self.any.and_words and self.word(position - 2) not in self.any.between:
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
            if link in self.any.share_links:
                start = at + (2 if link in self.any.out_words else 1)
                if start >= self.size or self.masked[start]:
                    return None
                number = self.sentence.number_at(start)
                if number is None or not value < number[0] <= 20 or self.words[start] in self.own.weak:
                    return None
                if self.has_unit(number[1]) or self.time.get(self.word(number[1]), ("",))[0] == "u":
                    return None
                if (
                    link in self.any.on_words
                    and at == after
                    and number[0] in SCORE_TOPS
                    and value > 1
                    and self.words[first][0].isdigit()
                    and (number[0] != 5 or value % 1)
                ):
                    return None
                if (
                    link in self.any.out_words
                    and at == after
                    and number[0] in SCORE_TOPS
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
    words, here = every(QuantityWords), own(QuantityWords, lang)
    if look_up(lang, word)[1] & ZERO:
        return "zero"
    if word in words.none_words:
        return "none"
    if word in words.first_words:
        return "first"
    if word in here.numbers:
        return "weak" if word in here.weak else "number"
    if word[0] == "x" and word[1:].isdigit():
        return "times"
    if word in words.rank_words:
        return "rank"
    if word in words.top:
        return "top"
    if word in here.ratios or word in words.fractions or ratio_pattern().fullmatch(word):
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
