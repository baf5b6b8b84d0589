"""What an objective acts on: its verb, its object and what narrows it."""

# ruff: noqa: C901, PLR0911, PLR0912, PLR0915 - a small grammar: one question a line

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.clauses import PUNCT
from strategy_xl.text.words.delimiters import Delimiters
from strategy_xl.text.words.numbers import Quantity
from strategy_xl.text.words.participles import passive_verb
from strategy_xl.text.words.sentence import Sentence


class ObjectReading(NamedTuple):
    """The object of an objective.

    Arguments:
        kind: indicator, counted, object, deliverable, loose (deliverable), concept, unknown (a noun that no
            lexicon has), abstract (the same, with an ending of abstract nouns) or empty.
        first, last: tokens of the object, −1 without one.
        verb: token of the verb or noun of action that rules it, −1 without one.
        direction: up, down, reach, keep, do, fuzzy, ambiguous, nominal or empty.
        delimiters: token ranges of what narrows it.
        unique: whether it is one deliverable, done or not done.
        every: whether it is all of a group.
        has_indicator: whether an indicator stands anywhere.
        sells: whether the verb is an act on things (sell, install, publish…).
    """

    kind: str
    first: int
    last: int
    verb: int
    direction: str
    delimiters: tuple[tuple[int, int], ...]
    unique: bool
    every: bool
    has_indicator: bool
    sells: bool


NO_OBJECT = ObjectReading("", -1, -1, -1, "", (), unique=False, every=False, has_indicator=False, sells=False)

_RANK = {
    "": 0,
    "concept": 1,
    "abstract": 2,
    "loose": 2,
    "unknown": 3,
    "object": 4,
    "deliverable": 5,
    "counted": 6,
    "indicator": 7,
}

# Words that give a direction or are an indicator; all others say nothing but at the start of a text.
_TELLING = lx.VERB | lx.NUP | lx.NDO | lx.IND


def read_object(sentence: Sentence, masked: Sequence[bool], quantities: Sequence[Quantity]) -> ObjectReading:
    """Find the object of a text and what narrows it.

    Arguments:
        sentence: the text.
        masked: per token, whether an expression of time holds it.
        quantities: the quantities of the text.
    """
    return _Reader(sentence, masked, quantities).read()


class _Reader(Delimiters):
    """The object of one text."""

    def read(self) -> ObjectReading:
        units = self.units
        heads: list[tuple[int, str, int, int, str]] = []  # rank, kind, unit, verb unit, direction
        ambiguous_only, any_verb, has_indicator = True, -1, False
        for index, unit in enumerate(units):
            if (index and not unit.bits & _TELLING) or self.masked[unit.first]:
                continue
            has_indicator = has_indicator or bool(unit.bits & lx.IND)
            direction = self.direction(index)
            if not direction and index == 0 and self.is_unknown_verb(unit):
                direction = "other"
            if not direction:
                continue
            any_verb = index if any_verb < 0 else any_verb
            if direction != "ambiguous":
                ambiguous_only = False
            head = self.complement(index)
            if head is not None:
                kind = self._kind(head)
                heads.append((_RANK[kind], kind, head, index, direction))
        passive = self._passive_head()
        if passive is not None:
            kind = self._kind(passive[0])
            heads = [head for head in heads if head[2] < passive[0]]
            heads.append((_RANK[kind], kind, *passive, "do"))
            any_verb, ambiguous_only = passive[1], False
        if not heads or max(heads)[0] <= 1 or any_verb < 0:
            nominal = self._nominal_head(any_verb)
            if nominal is not None:
                kind = self._kind(nominal)
                heads.append((_RANK[kind], kind, nominal, -1, "nominal"))
        if not heads and any_verb > 0:
            # « complaints must fall »: the subject of a verb that acts on nothing.
            subject = self._subject(any_verb)
            if subject is not None:
                kind = self._kind(subject)
                heads.append((_RANK[kind], kind, subject, any_verb, self.direction(any_verb)))
        for noun in self.counted:
            index = self.unit_of(noun)
            if not self.counted[noun].scope and not (
                units[index].bits & lx.CON and not units[index].bits & (lx.OBJ | lx.IND)
            ):
                heads.append((_RANK["counted"], "counted", index, any_verb, "reach"))
        indicator = (
            self._indicator_head(any_verb) if has_indicator and (not heads or max(heads)[0] <= 2) else None
        )
        if indicator is not None:
            heads.append(indicator)
        if not heads:
            direction = "" if any_verb < 0 else ("ambiguous" if ambiguous_only else self.direction(any_verb))
            delimiters = self.delimiters(set(), any_verb)
            verb = units[any_verb].first if any_verb >= 0 else -1
            alone = any_verb >= 0 and bool(units[any_verb].bits & lx.VSELF)
            return NO_OBJECT._replace(
                direction=direction,
                delimiters=delimiters,
                has_indicator=has_indicator,
                verb=verb,
                unique=alone,
            )
        clear = [head for head in heads if head[4] != "ambiguous"] or heads
        _, kind, head, verb, direction = max(clear, key=lambda item: (item[0], -item[2]))
        if (
            all(item[4] == "ambiguous" for item in heads if item[1] != "counted")
            and ambiguous_only
            and any_verb >= 0
        ):
            direction = "ambiguous"
        if verb < 0:
            verb = any_verb
        taken = {item[2] for item in heads}
        delimiters = self.delimiters(taken, verb, head)
        first, last = units[head].first, units[head].last
        return ObjectReading(
            kind,
            first,
            last,
            units[verb].first if verb >= 0 else -1,
            direction,
            delimiters,
            self._is_unique(head, verb, kind)
            or (direction == "other" and bool(delimiters) and self._is_act_on_one(head, verb, kind))
            or (passive is not None and head == passive[0]),
            self._is_every(head, verb),
            has_indicator,
            verb >= 0 and bool(units[verb].bits & lx.VDO),
        )

    def _passive_head(self) -> tuple[int, int] | None:
        """The units of a thing that will be done and of the participle that says so."""
        participle = passive_verb(self.sentence, self.masked)
        if participle < 0:
            return None
        verb = self.unit_of(participle)
        for index in range(verb):
            unit = self.units[index]
            if self.masked[unit.first] or unit.word in PUNCT:
                continue
            if unit.first in self.counted or self.in_quantity[unit.first]:
                return None  # the number says it
            if unit.bits & lx.PREP or self.is_verb_here(index):
                return None
            if not self.skips(unit) and unit.word[0].isalnum():
                head = self.noun_phrase_head(index)
                kind = self._kind(head)
                done = kind in {"deliverable", "loose", "object", "unknown", "abstract"}
                return (head, verb) if done and self.units[head].word not in self.any.collectives else None
        return None

    def _kind(self, index: int) -> str:
        unit = self.units[index]
        bits = unit.bits
        if unit.first in self.counted or unit.last in self.counted:
            return "counted"
        if bits & lx.IND:
            return "indicator"
        if bits & lx.NDO and not bits & lx.NOUN:
            return "deliverable"
        if bits & lx.DEL and not bits & lx.OBJ:
            return "loose" if bits & lx.DELG else "deliverable"
        if bits & (lx.OBJ | lx.SEG):
            return "object"
        if bits & lx.CON:
            return "concept"
        if bits & lx.DELG:
            return "loose"
        if bits & lx.VERB and unit.word.endswith(self.own.gerunds):
            return "unknown"  # « shorten onboarding »
        if bits & (lx.GEN | lx.STOP | lx.VERB) or not unit.word[0].isalnum():
            return ""
        if (
            unit.word.endswith(self.grammar.short_infinitives)
            and index
            and self.units[index - 1].word in self.any.causatives
        ):
            return ""  # « faire rayonner »
        return "abstract" if unit.word.endswith(self.any.abstract) else "unknown"

    def _nominal_head(self, verb: int) -> int | None:
        """The head of a text without verb: the first indicator, object or deliverable before any comma."""
        if verb >= 0:
            return None
        first_known: int | None = None
        for index, unit in enumerate(self.units):
            if unit.bits & lx.PREP and not unit.bits & lx.NOUN and first_known is not None:
                break
            if self.masked[unit.first] or self.in_quantity[unit.first]:
                continue
            if unit.bits & (lx.IND | lx.OBJ | lx.DEL | lx.SEG | lx.CON):
                head = self.noun_phrase_head(index)
                if self.units[head].bits & (lx.IND | lx.OBJ) or (
                    self.units[head].bits & lx.NDO and head > index
                ):
                    return head
                if first_known is None and self.units[head].bits & lx.NOUN:
                    first_known = head
        return first_known

    def _indicator_head(self, verb: int) -> tuple[int, str, int, int, str]:
        """The first indicator, as the head of a text without better one."""
        first = next(k for k, u in enumerate(self.units) if u.bits & lx.IND and not self.masked[u.first])
        direction = self.direction(verb) if verb >= 0 else "nominal"
        return _RANK["indicator"], "indicator", first, verb, direction

    def _subject(self, verb: int) -> int | None:
        """The known thing that stands before a verb, outside of time, quantities and prepositions."""
        for index in range(verb):
            unit = self.units[index]
            if unit.bits & lx.PREP and not unit.bits & lx.NOUN:
                return None
            if (
                unit.bits & (lx.IND | lx.OBJ)
                and not self.masked[unit.first]
                and not self.in_quantity[unit.first]
            ):
                return self.noun_phrase_head(index)
        return None

    def _is_unique(self, head: int, verb: int, kind: str) -> bool:
        """Whether the object is one deliverable with a verb of completion: it is done or it is not."""
        units = self.units
        if not self.grammar.head_first and units[head].bits & lx.NDO and head > 0 and verb < 0:
            return True  # « web shop launch »
        bare = not head and verb < 0 and units[0].bits & lx.NDO and not units[0].bits & (lx.VPROC | lx.IND)
        if bare and not units[0].word.endswith(self.own.plurals):
            return True  # « certification Qualiopi »
        if verb < 0 and units[head].bits & lx.DEL and self._is_bare_deliverable(head):
            return True  # « catalogue traiteur », « Etsy shop »
        if verb < 0 and kind in {"deliverable", "loose", "object"} and self._is_done(head):
            return True  # « brochure site live », « bail signé »
        if (
            verb < 0
            or kind in {"", "concept", "abstract", "counted"}
            or (kind == "indicator" and not units[head].bits & lx.NDO)
        ):
            return False
        bits = units[verb].bits
        if units[verb].word in self.any.presenting and self._has_many_parties(head):
            return False
        lead = self.words[units[head].first] if self.grammar.head_first else units[head].word
        if lead in self.any.collectives or self.words[units[verb].first] in self.any.activities:
            return False
        if units[verb].word in self.any.having and self._is_done(head):
            return True
        if (
            (units[verb].word in self.any.put_words or units[verb].word.startswith(self.any.put_stems))
            and units[head].bits & lx.DEL
            and head + 1 < len(units)
            and units[head + 1].word in self.any.put_links
        ):
            return True  # « mettre le site en anglais »
        if (
            units[verb].word in self.any.finishing
            and units[head].word.endswith(self.any.gerunds)
            and head == verb + 1
        ):
            return True  # « finish training the reps »
        if (
            units[verb].word in self.any.owning
            and units[head].bits & lx.DEL
            and self._is_main(verb)
            and self.words[units[verb].last + 1] in self.any.single_articles
        ):
            return True  # « avoir un commercial dédié à l'export »
        if kind == "unknown" and head == verb + 1 and self._is_bare_name(head, verb) and self._is_main(verb):
            return True  # « déployer Salesforce », « sign Airbus »
        if kind == "unknown" and not bits & (lx.VDO | lx.NDO) and not (bits & lx.VGET and head > verb + 1):
            return False
        if (kind == "unknown" and units[verb].word in self.any.light_verbs) or not self._is_main(verb):
            return False
        open_act = kind in {"deliverable", "loose"} and not bits & lx.VERB  # an unknown verb
        span = range(units[verb].last + 1, units[head].first)
        words = [self.words[at] for at in span]
        # « develop a marketing plan »: a fuzzy verb makes a deliverable that does not exist yet.
        begun = kind == "deliverable" and bits & lx.VFUZ and not self.any.indefinite.isdisjoint(words)
        if not bits & (lx.VDO | lx.NDO | lx.VGET) and not open_act and not begun:
            return False
        if units[head].bits & lx.CON and not units[head].bits & (lx.DEL | lx.OBJ):
            return False
        if kind == "deliverable" and units[verb].word in self.own.completing and self._is_definite(words):
            return True
        plural = any(
            word in self.any.many_determiners or (word in self.any.elided_of and words[-1] == word)
            for word in words
        )
        if plural:
            return False
        word = units[head].word
        singular = any(self.sentence.bits[at] & lx.SING for at in span)
        if units[verb].word in self.any.light_verbs and units[head].last == len(self.words) - 1:
            return False  # « faire une étude »
        if not self.grammar.head_first:
            if word in self.own.plural_nouns or (
                word.endswith(self.own.plurals)
                and not word.endswith(self.own.singular_endings)
                and word not in self.own.singular_nouns
            ):
                return False
            return singular or kind == "deliverable"
        plural = self.words[units[head].first].endswith(self.own.plurals)
        return (singular or bool(bits & lx.NDO)) and not (
            plural and not self.own.elided_articles.isdisjoint(words)
        )

    def _is_bare_deliverable(self, head: int) -> bool:
        """Whether one deliverable stands alone with something of its own that narrows it."""
        units = self.units
        word = self.words[units[head].first] if self.grammar.head_first else units[head].word
        if word.endswith(self.own.plurals) and not word.endswith(self.own.singular_endings or ("ss",)):
            return False
        if any(units[at].word in self.any.many_determiners for at in range(head)):
            return False
        plain = lx.GEN | lx.CON | lx.DELG | lx.STOP
        return any(
            index != head
            and unit.word.isalpha()
            and not self.masked[unit.first]
            and not self.in_quantity[unit.first]
            and (not unit.bits or unit.bits & lx.NOUN)
            and not unit.bits & plain
            for index, unit in enumerate(units)
        )

    def _is_act_on_one(self, head: int, verb: int, kind: str) -> bool:
        """Whether an unknown act is done on one definite thing: « planter la haie du parking »."""
        if (
            kind not in {"unknown", "object", "deliverable"}
            or self.units[head].word in self.any.plain_parties
        ):
            return False
        span = range(self.units[verb].last + 1, self.units[head].first)
        one = any(self.sentence.bits[at] & lx.SING for at in span)
        return one and not self.units[head].word.endswith(self.own.plurals)

    def _has_many_parties(self, head: int) -> bool:
        """Whether a plural party without number follows the object: « aux bijoutiers »."""
        units = self.units
        for index in range(head + 1, len(units) - 1):
            following = units[index + 1]
            if units[index].word in self.own.many_parties and not self.in_quantity[following.first]:
                return following.word.endswith(self.own.plurals) and following.first not in self.counted
        return False

    def _is_definite(self, words: Sequence[str]) -> bool:
        """Whether a whole known set is meant, by the determiner."""
        return any(lx.DEFDET & lx.look_up(self.sentence.lang, word)[1] for word in words)

    def _is_bare_name(self, head: int, verb: int) -> bool:
        """Whether an unknown singular word without determiner after an act is a name, capital or not."""
        unit = self.units[head]
        if unit.bits or unit.word.endswith(self.any.not_name_endings):
            return False
        act = self.units[verb]
        if self.own.completed:
            return act.word in self.own.completed
        following = self.units[head + 1].word if head + 1 < len(self.units) else ""
        # « prendre soin de », « faire preuve de » are no names.
        return (
            bool(act.bits & (lx.VDO | lx.VGET))
            and act.word not in self.any.light_verbs
            and following not in self.any.of_words
            and not unit.word.endswith(self.grammar.short_infinitives)
        )

    def _is_done(self, head: int) -> bool:
        """Whether a singular thing is said to be done (live, signed, en ligne) in a text without verb."""
        if self.units[head].word.endswith(self.any.plurals):
            return False
        return any(unit.bits & lx.DONE for unit in self.units[head + 1 : head + 6])

    def _is_main(self, verb: int) -> bool:
        """Whether a verb is the first one or joined to it, and depends on no other verb."""
        if self.units[verb].bits & lx.NDO and not self.is_verb_here(verb):
            # « boucler le recrutement du directeur »: the act is what the first verb completes.
            return all(self.units[at].bits & lx.VDO for at in range(verb) if self.is_verb_here(at))
        if verb == 1 and self.units[0].word in self.any.auxiliaries:
            return True
        if verb == 0 or self.units[verb - 1].word in self.any.coordinators:
            return True
        return not any(self.is_verb_here(at) for at in range(verb))

    def _is_every(self, head: int, verb: int) -> bool:
        """Whether the object is all of a group (tous les, chaque, every) after a verb of action."""
        if verb < 0 or not self.units[verb].bits & (lx.VDO | lx.VREACH | lx.VPROC):
            return False
        if self.units[verb].bits & lx.VKEEP and not self.units[verb].bits & lx.VDO:
            return False
        span = range(self.units[verb].last + 1, self.units[head].first)
        return any(self.sentence.bits[at] & lx.UNIV for at in span) and bool(
            self.units[head].bits & (lx.OBJ | lx.SEG | lx.DEL)
        )
