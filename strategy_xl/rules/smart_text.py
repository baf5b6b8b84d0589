"""What a text alone says on S, M and T, with the words that prove it (rules, section b)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.dates import NO_DEADLINE, Deadline, TimeExpr, best_deadline, parse_times
from strategy_xl.text.words.facts import is_fact
from strategy_xl.text.words.numbers import Quantity, parse_quantities
from strategy_xl.text.words.objects import NO_OBJECT, ObjectReading, read_object
from strategy_xl.text.words.rule_words import ObjectiveWords
from strategy_xl.text.words.sentence import Sentence, digits_value
from strategy_xl.text.words.wordlists import every, own

_FIRM = frozenset({"indicator", "counted", "object", "deliverable", "loose", "unknown", "abstract"})
_NOT_TARGETS = frozenset({"duration"})


@dataclass(frozen=True, slots=True)
class TextReading:
    """The judgement of one text.

    Arguments:
        sentence: the text as read.
        s, m, t: points, 0 to 2.
        what: its object.
        target: the quantity that carries the target, None without one.
        deadline: what it says on time.
        codes: reason codes, most telling first.
    """

    sentence: Sentence
    s: int
    m: int
    t: int
    what: ObjectReading
    target: Quantity | None
    deadline: Deadline
    codes: tuple[str, ...]
    confidence: tuple[float, int, int] | None = None
    owner: tuple[int, int] | None = None

    @property
    def has_object(self) -> bool:
        """Whether the text says on what the objective acts, other than a concept."""
        return self.what.kind in _FIRM or self.what.has_indicator

    def spans(self) -> tuple[str, str, str, str, str]:
        """The words that prove S, M, A, R and T, as written; empty without any."""
        tokens = self.sentence.tokens
        what, target, deadline = self.what, self.target, self.deadline
        object_span = ""
        if what.first >= 0 and self.s:
            first, last = what.first, what.last
            for start, end in what.delimiters:
                # The object with what narrows it, when they stand close together.
                if start - last <= 6 and first - end <= 6:
                    first, last = min(first, start), max(last, end)
            object_span = tokens.span(first, last)
        measure = tokens.span(target.first, target.last) if target is not None else ""
        if not measure and self.m == 2 and what.first >= 0:
            measure = tokens.span(what.first, what.last)
        agreed = ""
        if self.confidence is not None:
            agreed = tokens.span(self.confidence[1], self.confidence[2])
        elif self.owner is not None:
            agreed = tokens.span(*self.owner)
        time = tokens.span(deadline.first, deadline.last) if deadline.points else ""
        return object_span, measure, agreed, "", time


def confidence_points(confidence: tuple[float, int, int] | None) -> int | None:
    """A from a confidence written in the text (0–10), None without one; cuts of the settings' defaults."""
    if confidence is None:
        return None
    return 2 if confidence[0] >= 7 else 0 if confidence[0] <= 3 else 1


def read_text(text: str, lang: str | None, today: date | None) -> TextReading:
    """Judge one text.

    Arguments:
        text: the objective as written.
        lang: ``fr`` or ``en``; None detects it.
        today: the day from which deadlines count; None takes nothing for past.
    """
    sentence = Sentence(text, lang)
    times = parse_times(sentence, today)
    masked = [False] * len(sentence.words)
    for time in times:
        for at in range(time.first, time.last + 1):
            masked[at] = True
    confidence = _confidence(sentence, masked)
    owner = _owner(sentence)
    if owner is not None:
        for at in range(owner[0], owner[1] + 1):
            masked[at] = True
    quantities = parse_quantities(sentence, masked)
    what = read_object(sentence, masked, quantities)
    deadline = best_deadline(times)
    dated = deadline.kind == "date"
    if is_fact(sentence, masked, dated=dated, leads=dated and deadline.first == 0):
        return TextReading(sentence, 0, 0, 0, NO_OBJECT, None, NO_DEADLINE, ("FACT",))
    target = _target(sentence, what, quantities, times)
    m = _measurable(what, target)
    s = _specific(what, target, m)
    if target is not None and target.kind == "duration" and _is_effort(sentence, target.first):
        s = 2 if _has_more(sentence, masked, target) else 0
    return TextReading(
        sentence,
        s,
        m,
        deadline.points,
        what,
        target,
        deadline,
        _codes(what, target, deadline, s, m),
        confidence,
        owner,
    )


def _confidence(sentence: Sentence, masked: list[bool]) -> tuple[float, int, int] | None:
    """A confidence (« confiance 8/10 », « 80% confident ») on 0–10 and its tokens, which it masks."""
    words, known = sentence.words, every(ObjectiveWords)
    if not any(map(sentence.tokens.folded.__contains__, known.confidence_stems)):
        return None
    for at, word in enumerate(words):
        if word not in known.confidence:
            continue
        for near in (*range(at + 1, min(at + 5, len(words))), *range(at - 1, max(at - 5, -1), -1)):
            value = digits_value(words[near])
            first, last = min(at, near), max(at, near)
            if value is None and words[near].endswith("/10") and words[near][:-3].isdigit():
                value = float(words[near][:-3])
            if value is None or value > 100 or (masked[near] and not words[near].endswith("/10")):
                continue
            if last + 2 < len(words) and words[last + 1] in known.confidence_of:
                last += 2
            elif last + 1 < len(words) and words[last + 1] == "%":
                last += 1
            for position in range(first, last + 1):
                masked[position] = True
            return (value / 10 if value > 10 else value), first, last
    return None


def _owner(sentence: Sentence) -> tuple[int, int] | None:
    """The tokens of the owner named in the text (« porté par Julie », « owner: Sam »)."""
    words, bits = sentence.words, sentence.bits
    if (
        len(words) > 2
        and words[1] in own(ObjectiveWords, sentence.lang).owner_verb_links
        and not bits[0]
        and sentence.tokens.is_capital(0)
        and bits[2] & lx.VERB
    ):
        return 0, 0  # « Sam to sign 5 dealers »
    cues = [(last, flags) for _, last, flags in sentence.phrases if flags & lx.OWNERCUE]
    cues += [(at, flags) for at, flags in enumerate(bits) if flags & lx.OWNERCUE]
    for last, _ in cues:
        start = last + 1
        colon = start < len(words) and words[start] == ":"
        if not colon and words[last] not in every(ObjectiveWords).owner_links:
            continue
        start += colon
        end = start
        while (
            end < len(words)
            and words[end].isalpha()
            and end < start + 3
            and not bits[end] & (lx.STOP | lx.PREP)
        ):
            end += 1
        if end > start:
            return start, end - 1
    return None


def _target(
    sentence: Sentence, what: ObjectReading, quantities: Sequence[Quantity], times: Sequence[TimeExpr]
) -> Quantity | None:
    """The quantity that says what to reach; a duration only for an indicator of time or a service."""
    best: Quantity | None = None
    for quantity in quantities:
        if quantity.kind == "ratio" and _is_day_part(sentence, quantity):
            quantity = quantity._replace(kind="duration", last=quantity.last + 1)  # noqa: PLW2901 - « half a day »
        if (quantity.scope and quantity.kind != "duration") or (
            quantity.kind in _NOT_TARGETS
            and not _is_time_target(sentence, quantity)
            and not _is_effort(sentence, quantity.first)
        ):
            continue
        if quantity.kind == "duration" and not quantity.noun >= 0 and _is_effort(sentence, quantity.first):
            quantity = quantity._replace(noun=quantity.last)  # noqa: PLW2901 - « 2 hours a day on calls »
        if best is None or _weight(quantity) > _weight(best):
            best = quantity
    if best is None:
        for time in times:
            if time.kind == "response":
                return Quantity("duration", 0.0, None, "day", time.first, time.last, -1, scope=False)
        if what.kind:
            return _clock(sentence)
    return best


def _clock(sentence: Sentence) -> Quantity | None:
    """An hour of the day until which something is done each time (« avant 14 h », « by noon »)."""
    words, known = sentence.words, every(ObjectiveWords)
    if known.clock_leads.isdisjoint(words):
        return None
    for at in range(1, len(words)):
        if words[at - 1] not in known.clock_leads:
            continue
        value = digits_value(words[at])
        following = words[at + 1] if at + 1 < len(words) else ""
        if words[at] in known.clock_words:
            return Quantity("duration", 12.0, None, "hour", at - 1, at, -1, scope=False)
        if value is not None and value <= 24 and (following in known.clock_marks or following == ":"):
            return Quantity("duration", value, None, "hour", at - 1, at + 1, -1, scope=False)
    return None


def _is_day_part(sentence: Sentence, quantity: Quantity) -> bool:
    """Whether a half is that of a day which is saved (« libérer une demi-journée »)."""
    words, known = sentence.words, every(ObjectiveWords)
    behind = words[quantity.last + 1 : quantity.last + 3]
    return not known.day_parts.isdisjoint(behind) and _is_effort(sentence, quantity.first)


def _weight(quantity: Quantity) -> tuple[int, int]:
    order = {"rank": 1, "duration": 1, "plain": 1, "score": 2, "zero": 2}
    return (3 if quantity.low is not None else 0) + order.get(quantity.kind, 2), -quantity.first


def _is_time_target(sentence: Sentence, quantity: Quantity) -> bool:  # noqa: PLR0911 - one form a line
    """Whether a duration is the value of a time (delay, cycle) or of a service (reply within 2 h)."""
    bits = sentence.bits
    words = sentence.words
    known = every(ObjectiveWords)
    first = _before_mark(words, quantity.first)
    before = words[first - 1] if first else ""
    if before in known.time_levels and words[first - 2] in known.downs:
        return True  # « bring production down to 3 weeks »
    if quantity.unit in {"hour", "minute"} and _is_limit(words, quantity.first):
        return any(bits[at] & lx.VERB for at in range(quantity.first))
    if quantity.low is not None or before in known.time_leads:
        if any(bits[at] & lx.TIMEIND for at in range(quantity.first)):
            return True
        if before in known.time_changes and any(flags & lx.TIMEIND for flags in bits):
            return True
        if quantity.unit in {"hour", "minute", "day"} and (
            before not in known.not_service_leads or words[quantity.first - 2] in known.less
        ):
            return any(bits[at] & lx.VPROC for at in range(quantity.first))
    if before in known.time_levels and any(bits[at] & lx.VDOWN for at in range(quantity.first)):
        # « réduire à 48 heures le temps de traitement », « ramener à 3 semaines la fabrication »
        return any(
            bits[at] & (lx.TIMEIND | lx.NOUN) or not bits[at] for at in range(quantity.last + 1, len(words))
        )
    return quantity.low is not None and any(bits[at] & (lx.VDOWN | lx.VUP) for at in range(quantity.first))


def _before_mark(words: Sequence[str], first: int) -> int:
    """Where « la barre des », « the … mark » before a value starts, or the value itself."""
    known, at = every(ObjectiveWords), first
    while at and (words[at - 1] in known.limit_marks or words[at - 1] in known.limit_fill):
        at -= 1
    return first if known.limit_marks.isdisjoint(words[at:first]) else at


def _is_effort(sentence: Sentence, first: int) -> bool:
    """Whether a duration is the time given to something (« consacrer 2 h », « spend 2 hours »)."""
    known, before = every(ObjectiveWords), sentence.words[max(first - 3, 0) : first]
    if not known.effort.isdisjoint(before):
        return True
    # « gagner 3 heures », no « trim the delay to 40 days »
    return not known.savers.isdisjoint(before) and before[-1] not in known.time_levels


def _is_limit(words: Sequence[str], first: int) -> bool:
    """Whether « sous », « dans les », « within », « in less than » stands before a duration."""
    known, before = every(ObjectiveWords), words[max(first - 3, 0) : first]
    return not known.limits.isdisjoint(before) or tuple(before[-2:]) in known.limit_phrases


def _measurable(what: ObjectReading, target: Quantity | None) -> int:
    """M: a quantity tied to the object, or one deliverable."""
    tied = what.kind in _FIRM or what.has_indicator or (what.kind == "" and bool(what.delimiters))
    if target is not None:
        if target.noun >= 0 or target.kind in {"money", "score"}:
            return 2
        if tied:
            return 2
        return 1
    if (
        what.unique
        and (what.kind != "" or what.delimiters)
        and (what.kind != "loose" or what.delimiters)
        and what.kind != "concept"
    ):
        return 2
    if what.every:
        return 2
    countable = what.kind == "unknown" and what.sells
    return 1 if what.has_indicator or countable or what.kind in {"indicator", "object", "counted"} else 0


def _has_more(sentence: Sentence, masked: Sequence[bool], target: Quantity) -> bool:
    """Whether something stands behind a time that is won or given: « sur la facturation », « par devis »."""
    plain = lx.NOUN | lx.VERB
    rest = range(target.last + 1, len(sentence.words))
    return any(
        not masked[at]
        and sentence.words[at].isalpha()
        and (sentence.bits[at] & plain or not sentence.bits[at])
        for at in rest
    )


def _specific(what: ObjectReading, target: Quantity | None, m: int) -> int:  # noqa: PLR0911 - the table of S, top down
    """S: object, delimiter and direction."""
    if what.kind == "concept":
        return 1
    if what.kind == "":
        if what.delimiters and (
            what.unique or (target is not None and target.kind in {"money", "score", "rank"})
        ):
            return 2
        return (
            1
            if (what.delimiters and what.direction) or (target is not None and target.kind == "money")
            else 0
        )
    clear = what.direction not in {"", "ambiguous"} or target is not None or what.unique
    if target is None and (
        (what.kind == "abstract" and not (what.direction in {"up", "down"} and what.delimiters))
        or (what.kind == "loose" and not what.sells and not (what.unique and what.delimiters))
    ):
        return 1
    if what.kind in {"unknown", "abstract"}:
        if target is not None and (target.kind != "duration" or m == 2):
            return 2
        if what.unique:
            return 2
        concrete = what.direction in {"up", "down", "do", "other", "fuzzy"} or what.sells
        return 2 if clear and what.delimiters and concrete else 0
    narrowed = (target is not None and m == 2) or bool(what.delimiters) or what.every
    if what.unique and what.kind in {"deliverable", "object"}:
        narrowed = True
    if what.kind == "object" and not narrowed and what.direction in {"", "ambiguous"}:
        return 0
    return 2 if clear and narrowed else 1


def _codes(
    what: ObjectReading, target: Quantity | None, deadline: Deadline, s: int, m: int
) -> tuple[str, ...]:
    codes: list[str] = []
    if s < 2:
        codes.append("S_OBJECT" if s == 0 else "S_CONCEPT" if what.kind == "concept" else "S_SCOPE")
    if m < 2:
        codes.append("M_NONE" if m == 0 else "M_OBJECT" if target is not None else "M_TARGET")
    if deadline.points < 2:
        kind = deadline.kind
        codes.append(
            {
                "past": "T_PAST",
                "event": "T_EVENT",
                "cadence": "T_CADENCE",
                "start": "T_START",
                "vague": "T_VAGUE",
            }.get(kind, "T_NONE")
        )
    if what.direction in {"fuzzy", "ambiguous"}:
        codes.append("FUZZY_VERB")
    return tuple(codes)
