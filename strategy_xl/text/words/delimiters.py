"""What narrows an object: known segments, channels, places, products, names, and unknown nouns by place."""

# ruff: noqa: C901, PLR0911, PLR0912 - a small grammar: one question a line

from __future__ import annotations

from functools import lru_cache

from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.clauses import Clauses
from strategy_xl.text.words.time_words import time_words
from strategy_xl.text.words.vocabulary import ClauseWords, Grammar, QuantityWords
from strategy_xl.text.words.wordlists import every, own

_PURPOSE, _SEGMENT, _CODE, _NAME, _UNKNOWN = 1, 2, 4, 8, 16
_NOT_NAMES = lx.STOP | lx.GEN | lx.CON | lx.IND | lx.VERB | lx.OBJ | lx.PREP
_NOT_UNKNOWN = lx.STOP | lx.GEN | lx.CON | lx.PREP | lx.IND
_PLACED = lx.OBJ | lx.DEL | lx.DELG  # known nouns that narrow an object by their place


@lru_cache(maxsize=65536)
def _roles(lang: str, word: str, bits: int) -> int:
    """What a word may be beside an object, whatever the text: none of it for most words."""
    roles = _PURPOSE if word in own(ClauseWords, lang).purposes else 0
    if bits & lx.SEG:
        roles |= _SEGMENT
    if not word.isalpha():
        return roles | _CODE if word.isalnum() else roles
    if len(word) < 2 or word in time_words(lang).table:
        return roles
    if not bits & _NOT_NAMES and word not in every(ClauseWords).not_names:
        roles |= _NAME
    adverb = not bits and word.endswith(own(Grammar, lang).adverbs)
    verb = bits & lx.VERB and not bits & lx.NOUN
    if len(word) > 2 and not bits & _NOT_UNKNOWN and not verb and not adverb:
        roles |= _UNKNOWN if not bits or bits & _PLACED else 0
    return roles


class Delimiters(Clauses):
    """The delimiters of one text."""

    def delimiters(self, heads: set[int], verb: int, main: int = -1) -> tuple[tuple[int, int], ...]:
        """What narrows the object: known segments, channels, places, products, names, and unknown nouns."""
        found: list[tuple[int, int]] = []
        lang = self.sentence.lang
        purpose = False
        for index, unit in enumerate(self.units):
            first, last, bits, word = unit
            roles = _roles(lang, word, bits)
            if not roles or self.masked[first] or self.in_quantity[first] or index == verb:
                continue
            if roles & _PURPOSE and index > main >= 0 and self._is_purpose(index):
                purpose = True
            if index in heads and not self._is_scoped_head(index, main):
                continue
            if roles & _SEGMENT and not (index in heads and index == main):
                if not bits & lx.CON:
                    found.append((first, last))
                continue
            if (
                (roles & _CODE and self._is_code(index))
                or (roles & _NAME and self._is_name(index))
                or (roles & _UNKNOWN and not purpose and self._is_unknown_delimiter(index, main))
            ):
                found.append((first, last))
        return tuple(found)

    def _is_purpose(self, index: int) -> bool:
        """Whether a verb follows a word of purpose (« afin de mieux vendre »)."""
        units = self.units
        at = index + 1
        while at < len(units) and units[at].word in self.any.purpose_fill:
            at += 1
        if at >= len(units) or units[at].bits & lx.NOUN:
            return False
        return bool(units[at].bits & lx.VERB) or units[at].word.endswith(self.grammar.infinitives)

    def _is_scoped_head(self, index: int, main: int) -> bool:
        bits, word = self.units[index].bits, self.units[index].word
        if word[0].isalpha() and not word.isalpha():
            return True  # « vendre davantage de K50 »
        return index != main and (not bits or bool(bits & lx.SEG))  # « les ventes d'A320 »

    def _is_code(self, index: int) -> bool:
        """Whether a word with figures is a name: a letter at an end, or a number after its noun."""
        word = self.units[index].word
        if word[0].isalpha() or word[-1].isalpha():
            return True
        if self.units[index - 1].word in every(QuantityWords).area_articles:
            return bool(self.units[index - 2].bits & (lx.OBJ | lx.SEG))  # « les clients du 35 »
        return index > 0 and bool(self.units[index - 1].bits & (lx.IDN | lx.OBJ))

    def _is_name(self, index: int) -> bool:
        """Whether a word is a name by its capital inside of a sentence."""
        first = self.units[index].first
        return (
            index > 0
            and self.sentence.tokens.is_capital(first)
            and self.words[first - 1] not in {".", "!", "?", ":"}
            and not self.is_shouting()
        )

    def _is_unknown_delimiter(self, index: int, main: int) -> bool:
        """Whether an unknown (or deliverable) noun narrows the object by its place in the text."""
        if index == 0:
            return False
        unit = self.units[index]
        word = unit.word
        known = unit.bits
        before = units_before = self.units[index - 1]
        at = index - 1
        while at > 0 and (
            (units_before.bits & (lx.DEFDET | lx.SING | lx.GEN | lx.UNIV) and not units_before.bits & lx.PREP)
            or units_before.word in self.any.skipped
        ):
            if units_before.word in self.any.contractions:
                break
            at -= 1
            units_before = self.units[at]
        after_prep = bool(units_before.bits & lx.PREP) or units_before.word in self.any.openers
        if (
            not self.grammar.head_first
            and main == index + 1
            and known & lx.DEL
            and self.units[main].bits & lx.OBJ
            and word not in self.any.plain_parties
        ):
            return True  # « newsletter subscribers »
        if after_prep and before.word in self.any.means and index > main >= 0:
            return True  # « via les apporteurs », « grâce aux offres »
        if (
            after_prep
            and index > main >= 0
            and before.word in self.any.openers
            and self.units[index - 2].word in self.any.means
        ):
            return True
        if known & lx.OBJ:
            # « demandes de devis »: an object after another object names the product,
            # a bare client or prospect does not.
            return (
                after_prep
                and word.rstrip("s") not in self.any.plain_parties
                and index != main
                and main >= 0
                and not known & lx.DELG
            )
        if known & (lx.DEL | lx.DELG):
            return after_prep and index != main and not known & lx.DELG
        if word.endswith(self.grammar.verb_looks) and not after_prep:
            return False
        if (
            after_prep
            and word.endswith(self.grammar.short_infinitives)
            and units_before.word in self.any.infinitive_preps
        ):
            return False
        if main < 0:
            return after_prep
        if not self.grammar.head_first and main > index:
            # An unknown word before the head is part of a compound (« trade-in sales »).
            return all(
                self.units[k].word.isalpha() or self.units[k].word == "-" for k in range(index, main)
            ) and not any(self.units[k].bits & lx.PREP for k in range(index, main))
        if after_prep:
            return True
        return index > main and bool(
            before.bits & (lx.OBJ | lx.IND | lx.SEG | lx.DEL | lx.DELG)
            or (before.bits == 0 and before.word.isalpha())
        )
