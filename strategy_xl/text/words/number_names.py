"""Numbers that are no quantity: names, years, ordinals, hours, sizes of a segment; and what is counted."""

# ruff: noqa: C901, PLR0911, PLR0912 - a list of traps, each with its line

from __future__ import annotations

from collections.abc import Sequence

from strategy_xl.text.words.lexicon import CON, GEN, IDN, IND, NOUN, OBJ, PREP, SEG, SIZE, STOP, UNIV, VERB
from strategy_xl.text.words.sentence import Sentence, digits_value
from strategy_xl.text.words.time_words import time_words
from strategy_xl.text.words.vocabulary import Grammar, QuantityWords
from strategy_xl.text.words.wordlists import every, own


class NumberContext:
    """The tokens around a number, and the questions its reading asks."""

    def __init__(self, sentence: Sentence, masked: Sequence[bool]) -> None:
        """Prepare."""
        self.sentence = sentence
        self.words = sentence.words
        self.bits = sentence.bits
        self.lang = sentence.lang
        self.size = len(sentence.words)
        self.masked = masked
        self.own = sentence.own
        self.any = every(QuantityWords)
        self.head_first = own(Grammar, sentence.lang).head_first
        self.time = time_words(sentence.lang).table

    def word(self, position: int) -> str:
        """The word at a position, empty outside of the text."""
        return self.words[position] if 0 <= position < self.size else ""

    def is_name(self, position: int) -> bool:
        """Whether figures belong to a name: a year, an ordinal, a line, a format, an hour, a place."""
        word = self.words[position]
        tokens = self.sentence.tokens
        following = self.word(position + 1)
        glued = tokens.glued(position)
        if (
            len(word) == 4
            and word.isdigit()
            and 1990 <= int(word) <= 2069
            and not self.has_unit(position + 1)
        ):
            noun = self.noun(position + 1)
            ruled = position == 0 or bool(self.bits[position - 1] & VERB)
            if noun < 0 or not self.bits[noun] & OBJ or not ruled:
                return True
        if glued:
            if (
                following in self.any.ordinals
                or following in self.any.clock_marks
                or (following[:1] == "x" and following[1:].isdigit())
            ):
                return True
            if following == "-" and tokens.glued(position + 1):
                # « 7-day », « 3-step »; « 8-12 » is a range.
                after = self.word(position + 2)
                return (
                    after.isalpha()
                    and after not in self.any.scale_letters
                    and self.word(position - 1) not in {"$", "€", "£"}
                )
            if (
                following.isalpha()
                and len(following) > 1
                and not self.has_unit(position + 1)
                and following not in self.any.hours
            ):
                return following not in self.time and not self.bits[position + 1] & NOUN
            if following in self.any.hour_letters and self.word(position - 1) in self.any.hour_leads:
                return True
        before = self.word(position - 1)
        if (
            following in self.any.hours
            and before in self.any.clock_leads
            and float(digits_value(word) or 0) <= 24
        ):
            return self.word(position - 2) not in self.any.level_words
        if position and tokens.glued(position - 1) and before in {"-", "/"} and position >= 2:
            prior = self.words[position - 2]
            if prior.isalpha() and tokens.glued(position - 2) and not self.has_unit(position + 1):
                return True  # « T-7 », « covid-19 »
            if (prior, word) in {("24", "7"), ("7", "7")} or (
                prior in self.any.day_letters and before == "/"
            ):
                return True
        if following == "/" and self.word(position + 2) in {"7", "24"} and word in {"24", "7"}:
            return True
        if following in self.any.day_letters and self.word(position + 2) == "/":
            return True
        if before == "°" and self.word(position - 2) in self.any.degree_leads:
            return True
        if position and self.bits[position - 1] & IDN and not self.has_unit(position + 1):
            noun = self.noun(position + 1)
            return noun < 0 or not self.bits[noun] & (OBJ | IND)
        if position > 1 and not self.bits[position - 1] and self._is_code(position):
            return True
        if (
            before in self.any.area_articles
            and (following in {"", ",", ".", ")"} or following in self.any.area_followers)
            and "." not in word
            and len(word) <= 3
        ):
            return (
                self.word(position - 2) in self.any.area_preps or before in self.any.area_of
            )  # a department by its number
        if following == "°" or (
            following in self.any.measures and position > 0 and bool(self.bits[position - 1] & NOUN)
        ):
            return True
        return following in self.any.in_words and self.word(position + 2) in self.any.in_ones

    def _is_code(self, position: int) -> bool:
        """Whether a whole number belongs to the name before it: « vélo E-Bike 500 »."""
        if not (self.words[position - 1].isalpha() and self.words[position].isdigit()):
            return False
        named = self.sentence.tokens.is_capital(position - 1) and not self.sentence.tokens.text.isupper()
        if not named or self.has_unit(position + 1):
            return False
        following = self.word(position + 1)
        return not following or following == "," or bool(self.bits[position + 1] & (PREP | STOP))

    def has_unit(self, position: int) -> bool:
        """Whether a unit of quantity stands at a position."""
        word = self.word(position)
        return (
            word in self.any.currencies
            or word in self.any.percent
            or word in self.any.points
            or word in self.any.glued_money
            or (word in self.any.scales and len(word) <= 3)
            or word == "x"
            or (word, self.word(position + 1)) in self.any.percent_phrases
        )

    def noun(self, position: int) -> int:
        """The token of what is counted from a position on, −1 when nothing is."""
        noun = spare = -1
        at = position
        stop = min(position + 6, self.size)
        while at < stop:
            word = self.words[at]
            bits = self.bits[at]
            phrase = self.sentence.phrase_at.get(at)
            if phrase is not None and phrase[1] & NOUN and not any(self.masked[at : phrase[0] + 1]):
                noun = phrase[0]
                at = phrase[0] + 1
                if self.head_first:
                    break
                continue
            if self.masked[at] or not word[0].isalpha():
                if word in {"-", "&"} and noun >= 0:
                    at += 1
                    continue
                break
            if bits & (STOP | PREP) and not bits & (OBJ | IND) and word not in self.any.noun_openers:
                if word in self.any.of_short and noun >= 0 and self.words[noun] in self.any.group_counts:
                    at += 1
                    continue
                if noun < 0 and at == position and word in self.any.of_short:
                    at += 1
                    continue
                break
            if word in self.time and self.time[word][0] in {"u", "m"}:
                break
            if not bits & GEN or bits & (NOUN & ~CON):
                noun = at
                if self.head_first:
                    break
            elif not self.head_first and word[-1] == "s" and word not in self.any.not_plurals:
                spare = at
            at += 1
        return noun if noun >= 0 else spare

    def is_scope(self, first: int, after: int, noun: int) -> bool:
        """Whether the number describes a segment: its size, an age, a known group after a preposition."""
        before, before2 = self.word(first - 1), self.word(first - 2)
        if noun >= 0 and self.bits[noun] & SIZE and before in self.any.size_preps:
            at = first - 2
            while at > 0 and self.words[at] in self.any.size_fill:
                at -= 1
            return at >= 0 and bool(self.bits[at] & (OBJ | SEG | GEN | IND)) and not self.bits[at] & VERB
        if self.word(after) in self.any.ages and before in self.any.age_leads:
            return True
        if self.word(after) in self.any.superlatives:
            return False  # « parmi les 3 premiers fournisseurs »
        if first > 2 and any(last == first - 2 and flags & VERB for _, last, flags in self.sentence.phrases):
            return False  # « reprendre contact avec les 35 prospects »
        if before in self.any.known_articles and first >= 2:
            linked = (
                self.bits[first - 2] & PREP
                and before2 not in self.any.level_preps
                and not self.bits[first - 2] & (VERB | UNIV)
            )
            return bool(linked) and self.word(after) != "%"
        return before in self.any.known_contractions and noun >= 0 and "%" not in self.words[first:after]

    def phrase_bits(self, last: int) -> int:
        """Classes of the known phrase that ends at a token, 0 without one."""
        return next((flags for _, end, flags in self.sentence.phrases if end == last), 0)
