"""Clauses of an objective: units (words and known phrases), verbs, directions, noun phrases."""

# ruff: noqa: C901, PLR0911 - a small grammar: one question a line, in the order in which they decide

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from string import ascii_lowercase
from typing import NamedTuple

from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.numbers import Quantity
from strategy_xl.text.words.sentence import Sentence
from strategy_xl.text.words.time_words import time_words
from strategy_xl.text.words.vocabulary import ClauseWords, Grammar
from strategy_xl.text.words.wordlists import every, own


class Unit(NamedTuple):
    """A word or known phrase: its tokens and classes."""

    first: int
    last: int
    bits: int
    word: str


PUNCT = frozenset(",;:.!?()→=<>≤≥*")
_SMALL = ascii_lowercase.encode()


class Clauses:
    """The units of a text and their roles."""

    def __init__(self, sentence: Sentence, masked: Sequence[bool], quantities: Sequence[Quantity]) -> None:
        """Build the units of the text."""
        self.sentence = sentence
        self.own = own(ClauseWords, sentence.lang)
        self.any = every(ClauseWords)
        self.grammar = own(Grammar, sentence.lang)
        self.nouns = lx.NOUN | lx.GEN if self.grammar.noun_verbs else lx.NOUN
        self.words = sentence.words
        self.time = time_words(sentence.lang).table
        self.masked = masked
        self.counted: dict[int, Quantity] = {
            q.noun: q for q in quantities if q.noun >= 0 and q.kind != "duration"
        }
        self.in_quantity = bytearray(len(sentence.words))
        for quantity in quantities:
            for at in range(quantity.first, quantity.last + 1):
                self.in_quantity[at] = at not in self.counted
        self.units = self.build_units()

    def is_shouting(self) -> bool:
        """Whether the text is in capitals, which then say nothing of names."""
        text = self.sentence.tokens.text
        if text.isupper():
            return True
        # Where half of a text is plain small letters, nobody needs to count its capitals.
        plain = text.encode("ascii", "ignore")
        small = len(plain) - len(plain.translate(None, _SMALL))
        return 2 * small < len(text) and 2 * sum(map(str.isupper, text)) > len(text)

    def build_units(self) -> list[Unit]:
        """The units in order; phrases that an expression of time holds stay single words."""
        words, size = self.words, len(self.words)
        fields = zip(range(size), range(size), self.sentence.bits, words, strict=True)
        units: list[Unit] = list(map(tuple.__new__, repeat(Unit), fields))  # as ``Unit``, without its calls
        for first, last, flags in reversed(self.sentence.phrases):
            if True not in self.masked[first : last + 1]:
                units[first : last + 1] = [Unit(first, last, flags, words[last])]
        return units

    def unit_of(self, token: int) -> int:
        """The unit that holds a token."""
        for index, unit in enumerate(self.units):
            if unit.first <= token <= unit.last:
                return index
        return 0

    def direction(self, index: int) -> str:
        """The direction a unit gives when it is a verb or a noun of action here, else empty."""
        unit = self.units[index]
        bits = unit.bits
        if not bits & (lx.VERB | lx.NUP | lx.NDO) or unit.first in self.counted:
            return ""
        if bits & lx.VERB and self.is_verb(index):
            if bits & lx.VDOWN:
                return "down"
            if bits & lx.VUP:
                return "up"
            if bits & lx.VREACH:
                return "reach"
            if bits & lx.VDO:
                return "do"
            if bits & lx.VKEEP:
                return "keep"
            return "fuzzy" if bits & lx.VFUZ else "ambiguous"
        if bits & lx.NUP and (index == 0 or unit.word not in self.any.not_changes):
            following = self.units[index + 1].word if index + 1 < len(self.units) else ""
            if index == 0 and bits & (lx.IND | lx.OBJ) and following not in self.any.change_preps:
                return ""  # « Ventes T2 : 340 k€ »: the indicator itself
            if index == 0 or following in self.own.change_links or unit.word in self.own.change_words:
                return "up"
        if bits & lx.NDO and (index == 0 or self.grammar.head_first):
            following = self.units[index + 1].word if index + 1 < len(self.units) else ""
            if following in self.any.of_act:
                return "do"
        return ""

    def is_verb(self, index: int) -> bool:
        """Whether a unit with a verb reading is a verb here, by what stands before it."""
        unit = self.units[index]
        before = ""
        at = index - 1
        while at >= 0 and (
            (self.units[at].word.endswith(self.grammar.adverbs) and not self.units[at].bits & lx.NOUN)
            or self.masked[self.units[at].first]
        ):
            at -= 1
        if at < 0:
            return not (self.grammar.noun_verbs and unit.bits & lx.NOUN and self.is_noun_lead(index))
        before = self.units[at].word
        if before in self.own.verb_leads:
            if (
                before in self.own.infinitive_marks
                and unit.word.endswith(self.grammar.past)
                and unit.word not in self.own.not_past
            ):
                return False  # « to approved garages »
            if before in self.own.noun_leads and unit.bits & self.nouns:
                # A verb by its ending (« de vendre »), or because it opens a clause of its own.
                return unit.word.endswith(self.grammar.verbals) or (
                    before in self.own.clause_joins
                    and not self.is_noun_lead(index)
                    and unit.first == unit.last
                    and self.starts_clause(at)
                )
            return True
        word = unit.word if unit.first == unit.last else self.words[unit.first]
        if unit.bits & (lx.NOUN | lx.GEN | lx.NUP):
            return False
        if self.grammar.finite:
            return word.endswith(self.grammar.finite)
        if word.endswith(self.grammar.inflected) and unit.first == unit.last:
            return False
        if self.units[at].bits & (lx.PREP | lx.DEFDET | lx.SING):
            return False
        plural = (before.endswith(self.own.plurals) or word.endswith(self.own.plurals)) or (
            before in self.own.plural_groups
        )
        return bool(self.units[at].bits & (lx.OBJ | lx.SEG | lx.STOP)) and plural

    def is_unknown_verb(self, unit: Unit) -> bool:
        """Whether an unknown first word is a verb by its ending, or by what follows it."""
        if unit.bits or not unit.word.isalpha():
            return False
        if self.grammar.infinitives:
            return unit.word.endswith(self.grammar.infinitives)
        return len(self.units) > 1 and bool(self.units[1].bits & (lx.DEFDET | lx.SING | lx.POSS))

    def starts_clause(self, at: int) -> bool:
        """Whether what stands before a joining word is a whole clause (it has a verb), or a label."""
        return any(self.units[index].bits & lx.VERB for index in range(at)) or self.units[at].word in {
            ":",
            "(",
            ".",
        }

    def is_noun_lead(self, index: int) -> bool:
        """Whether a first word of both kinds is a noun (« Sales up 8% », « Orders: 40 »)."""
        unit = self.units[index]
        if index + 1 >= len(self.units):
            return False
        following = self.units[index + 1]
        if unit.word.endswith(self.own.plurals) and unit.word not in self.own.single_verbs:
            return True
        if following.word in self.own.noun_followers or (
            following.bits & lx.VERB and following.word in self.own.directions
        ):
            return True
        return bool(
            following.word in self.own.noun_preps
            and unit.bits & (lx.IND | lx.OBJ)
            and not unit.bits & (lx.VDO | lx.VUP)
        )

    def skips(self, unit: Unit) -> bool:
        """Whether a unit may stand between a verb and its object."""
        if self.in_quantity[unit.first] or self.masked[unit.first]:
            return True
        if unit.bits & lx.UNIV or (unit.word in self.own.quantifiers and not unit.bits & (lx.IND & ~lx.IND)):
            return True
        if unit.bits & lx.GEN and not unit.bits & lx.NOUN:
            return True
        if unit.word.endswith(self.grammar.adverbs) and not unit.bits & lx.NOUN:
            return True
        return bool(unit.bits & lx.STOP) and not unit.bits & lx.NOUN

    def before_quantity(self, index: int) -> bool:
        """Whether a quantity follows a preposition."""
        following = self.units[index + 1 : index + 3]
        return any(self.in_quantity[unit.first] or unit.first in self.counted for unit in following)

    def is_verb_here(self, index: int) -> bool:
        """Whether a unit is a verb outside of expressions of time."""
        return (
            bool(self.units[index].bits & lx.VERB)
            and not self.masked[self.units[index].first]
            and self.is_verb(index)
        )

    def complement(self, verb: int) -> int | None:
        """The unit that a verb or noun of action acts on."""
        units = self.units
        index = verb + 1
        loose = units[verb].bits & (lx.NUP | lx.NDO)
        blocked = False
        while index < len(units):
            unit = units[index]
            word = unit.word
            if unit.first in self.counted:
                return index
            if word in PUNCT and word not in "<>≤≥:=→" and not self.masked[unit.first]:
                return None
            if self.is_verb_here(index):
                return None
            if (
                unit.bits & lx.PREP
                and not unit.bits & lx.NOUN
                and not self.in_quantity[unit.first]
                and not self.masked[unit.first]
            ):
                quantified = (
                    units[index - 1].word in self.own.quantifiers or self.in_quantity[units[index - 1].first]
                )
                linked = word in self.any.object_links and (
                    quantified
                    or units[index - 1].bits & lx.UNIV
                    or loose
                    or word in self.own.plural_partitives
                )
                # « conquérir de nouveaux clients », « trouver d'autres revendeurs »
                partitive = (
                    index == verb + 1
                    and word in self.any.of_words
                    and index + 1 < len(units)
                    and self.words[index_first := units[index + 1].first].endswith(self.any.plurals)
                    and bool(self.sentence.bits[index_first] & lx.GEN)
                )
                governed = (
                    index == verb + 1
                    and (
                        word in self.any.act_preps
                        or (word in self.any.stage_preps and units[verb].word in self.any.stage_verbs)
                    )
                    and units[verb].bits & (lx.VPROC | lx.VDO)
                )
                if (
                    not linked
                    and not partitive
                    and not governed
                    and not (word in self.any.quantity_preps and self.before_quantity(index))
                ):
                    blocked = True
            elif not self.skips(unit) and (word[0].isalpha() or word[0].isdigit()):
                if blocked:
                    return None
                if unit.bits & lx.UNIV:
                    index += 1
                    continue
                return self.noun_phrase_head(index)
            index += 1
        return None

    def noun_phrase_head(self, index: int) -> int:
        """The head of the noun phrase that starts at a unit: the first known noun, or the last."""
        units = self.units
        best = index
        if self.grammar.head_first:
            if units[index].bits & lx.NOUN:
                return index
            # An unknown adjective may stand before the noun (« les meilleurs taux »).
            follow = index + 1
            if (
                follow < len(units)
                and units[follow].bits & (lx.IND | lx.OBJ)
                and not self.masked[units[follow].first]
            ):
                return follow
            return index
        at = index
        while at < len(units):
            unit = units[at]
            if self.masked[unit.first] or unit.word in self.own.possessives:
                if unit.word in self.own.possessives:
                    at += 1
                    continue
                break
            if (self.in_quantity[unit.first] and at > index) or unit.word in PUNCT:
                break
            if unit.bits & (lx.PREP | lx.STOP) and not unit.bits & lx.NOUN:
                break
            if self.is_verb_here(at) and at > index:
                break
            if at > index and unit.bits & lx.DONE and units[best].bits & lx.NOUN:
                break  # « the site live », « the kit ready »
            if (
                at > index
                and unit.word.endswith(self.grammar.past)
                and unit.bits & lx.VERB
                and units[best].bits & lx.NOUN
            ):
                break  # « orders placed by phone »
            if (
                unit.word[0].isalpha()
                and not (unit.bits & lx.GEN and not unit.bits & lx.NOUN)
                and unit.word != "-"
                and not unit.word.endswith(self.grammar.adverbs)
            ):
                best = at
            at += 1
        return best
