"""What narrows an object: known segments, channels, places, products, names, and unknown nouns by place."""

# ruff: noqa: C901, PLR0911, PLR0912 - a small grammar: one question a line

from __future__ import annotations

from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.clauses import Clauses


class Delimiters(Clauses):
    """The delimiters of one text."""

    def delimiters(self, heads: set[int], verb: int, main: int = -1) -> tuple[tuple[int, int], ...]:
        """What narrows the object: known segments, channels, places, products, names, and unknown nouns."""
        found: list[tuple[int, int]] = []
        units = self.units
        purpose = False
        for index, unit in enumerate(units):
            if self.masked[unit.first] or self.in_quantity[unit.first] or index == verb:
                continue
            word = unit.word
            if (
                word in self.own.purposes
                and index > 0
                and index + 1 < len(units)
                and main >= 0
                and index > main
            ):
                at = index + 1
                while at < len(units) and units[at].word in self.any.purpose_fill:
                    at += 1
                if at < len(units) and (
                    (units[at].bits & lx.VERB and not units[at].bits & lx.NOUN)
                    or (units[at].word.endswith(self.grammar.infinitives) and not units[at].bits & lx.NOUN)
                ):
                    purpose = True
            if index in heads and not self._is_scoped_head(index, main):
                continue
            if unit.bits & lx.SEG and not (index in heads and index == main):
                if not (unit.bits & lx.CON):
                    found.append((unit.first, unit.last))
                continue
            if self._is_named(index) or (not purpose and self._is_unknown_delimiter(index, main)):
                found.append((unit.first, unit.last))
        return tuple(found)

    def _is_scoped_head(self, index: int, main: int) -> bool:
        bits = self.units[index].bits
        return index != main and (not bits or bool(bits & lx.SEG))  # « les ventes d'A320 »

    def _is_named(self, index: int) -> bool:
        """Whether a unit is a name: a code with figures, a number after its noun, a capital inside."""
        unit = self.units[index]
        word = unit.word
        if not word.isalpha() and word.isalnum():
            if word[0].isalpha():
                return True
            return (index > 0 and bool(self.units[index - 1].bits & (lx.IDN | lx.OBJ))) or word[-1].isalpha()
        if self.shouting or not word.isalpha() or len(word) < 2 or word in self.any.not_names:
            return False
        if unit.bits & (lx.STOP | lx.GEN | lx.CON | lx.IND | lx.VERB | lx.OBJ | lx.PREP) or word in self.time:
            return False
        return (
            index > 0
            and self.sentence.tokens.is_capital(unit.first)
            and self.words[unit.first - 1] not in {".", "!", "?", ":"}
        )

    def _is_unknown_delimiter(self, index: int, main: int) -> bool:
        """Whether an unknown (or deliverable) noun narrows the object by its place in the text."""
        unit = self.units[index]
        word = unit.word
        if not word.isalpha() or len(word) < 3 or index == 0:
            return False
        known = unit.bits
        if known & (lx.STOP | lx.GEN | lx.CON | lx.PREP) or (known & lx.VERB and not known & lx.NOUN):
            return False
        if word in self.time or (word.endswith(self.grammar.adverbs) and not known):
            return False
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
        if known & lx.IND:
            return False
        if (
            not self.grammar.head_first
            and main == index + 1
            and known & lx.DEL
            and self.units[main].bits & lx.OBJ
            and word not in self.any.plain_parties
        ):
            return True  # « newsletter subscribers »
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
        if known:
            return False
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
