"""Periods that are counted from now on: the first N months, at the end of N months, a goal's own horizon."""

# ruff: noqa: PLR0911 - a small grammar: one form of period a line

from __future__ import annotations

from strategy_xl.text.words.calendars import after
from strategy_xl.text.words.date_context import Context, TimeExpr
from strategy_xl.text.words.lexicon import DEFDET, VERB
from strategy_xl.text.words.sentence import digits_value

_CALENDAR = {"quarter", "half", "third"}  # the first of these has its place in the year
_HEAD = {"", ".", ":", "-", "(", ","}
_LABEL_ENDS = {":", "-", "→", "=", "(", "."}


def read_span(context: Context, position: int, unit: str) -> TimeExpr | None:
    """``les six premiers mois``, ``at the end of twelve months``, ``90-day target:``, from a unit of time.

    Arguments:
        context: the text and the day.
        position: token of the unit.
        unit: its name.
    """
    first, value, is_first = _count(context, position)
    if context.word(position - 1) in {"-", ""} or value is None:
        label = _before_label(context, position, first, value, unit)
        if label is not None:
            return label
    if is_first:
        return _first_units(context, position, unit, first, value)
    if value is None:
        return None
    described = context.word(position + 1) in context.any.of_short
    lead = None if described else _led(context, first)
    if lead is not None and context.any.one_by_one.isdisjoint(context.words[:lead]):
        return _from_now(context, lead, position, value, unit)
    behind = tuple(context.words[position + 1 : position + 3])
    if behind in context.any.span_ends_now or (first == 0 and behind[:1] in context.any.span_ends_now):
        return _from_now(context, first, position + len(behind), value, unit)
    if _in_label(context, first, position):
        return _from_now(context, first, position, value, unit)
    return None


def starts_span(context: Context, position: int) -> bool:
    """Whether a word of « after » opens such a period rather than an event."""
    for at in range(position + 1, min(position + 6, context.size)):
        name, unit = context.time_class(at)
        if name == "u":
            span = read_span(context, at, str(unit))
            return span is not None and span.first <= position
    return False


def _count(context: Context, position: int) -> tuple[int, float | None, bool]:
    """The first token of what counts the unit, the number and whether the first such units are meant."""
    at, is_first, value = position - 1, False, None
    while at >= 0:
        word = context.words[at]
        if word in context.any.first_units:
            is_first = True
        elif word != "-" or at != position - 1:
            number = None if value is not None else context.count_before(at)
            if number is None or number[0] >= 1000:
                break
            value, at = number
        at -= 1
    return at + 1, value, is_first


def _first_units(
    context: Context, position: int, unit: str, first: int, value: float | None
) -> TimeExpr | None:
    if value is None:
        plural = context.words[position].endswith(context.any.plurals)
        if (plural and context.words[position] not in context.any.single_units) or unit == "day":
            return None
        if unit in _CALENDAR and context.word(position - 1) in context.any.first:
            return None  # « le premier trimestre » has its place in the year
        if unit in _CALENDAR and context.time_class(position - 1)[0] == "o":
            return None
        if unit == "month" and context.word(first - 1) in context.any.plural_determiners:
            return None  # « dès les premiers mois »
    last = position
    if context.word(position + 1) in (context.any.of_words | context.any.of_short):
        last = _whole_year(context, position + 2)
        if last < 0:
            return None  # « the first week of June »
    lead = _led(context, first)
    if lead is not None:
        return _from_now(context, lead, last, value or 1.0, unit)
    role, start = context.role(first)
    ruled = first > 0 and context.sentence.bits[first - 1] & (VERB | DEFDET) and role in {"none", "article"}
    if role in {"base", "start"} or (ruled and start > 0):
        return None  # « offrir les deux premiers mois »
    if context.word(first - 1) in context.any.own_articles:
        if first > 2:
            return None  # « pendant leurs premiers mois »
        start = 0
    return _from_now(context, start if role != "head" else first, last, value or 1.0, unit)


def _whole_year(context: Context, position: int) -> int:
    """The token of a year whose first months are meant (« de l'année », « of 2027 »), −1 without one."""
    at = position
    while context.word(at) in context.any.unit_articles or context.word(at) in context.any.year_kinds:
        at += 1
    if context.year_at(at) is not None or context.time_class(at)[1] in {"year", "fiscal"}:
        follow = context.year_after(at)
        return at if follow is None else follow[1]
    return -1


def _led(context: Context, first: int) -> int | None:
    """Where « au bout de », « at the end of », or « after » at the head of a clause starts."""
    for phrase in context.any.span_leads:
        if tuple(context.words[max(first - len(phrase), 0) : first]) == phrase:
            return first - len(phrase)
    while context.word(first - 1) in context.any.unit_articles and first > 1:
        first -= 1
    if context.word(first) in context.any.indefinite and context.word(first - 1) in context.any.once:
        return None  # « once a month »
    if context.word(first - 1) in context.any.span_afters and context.word(first - 2) in _HEAD:
        return first - 1
    return None


def _in_label(context: Context, first: int, position: int) -> bool:
    """Whether the period stands in a label before the goal: « Objectif à 9 mois : … »."""
    alone = first <= 1 or (first == 2 and context.word(0) in context.own.goal_labels)
    labelled = alone or any(word in context.any.goal_labels for word in context.words[: min(first, 4)])
    return labelled and context.word(position + 1) in _LABEL_ENDS and first <= 5


def _before_label(
    context: Context, position: int, first: int, value: float | None, unit: str
) -> TimeExpr | None:
    """``Six-month goal``, ``Quarter target``: the unit before the word of the goal, at the head of a text."""
    if context.grammar.head_first or context.word(position + 1) not in context.any.goal_labels:
        return None
    if context.word(position + 2) not in _LABEL_ENDS or first > 1:
        return None
    return _from_now(context, first, position, value or 1.0, unit)


def _from_now(context: Context, first: int, last: int, value: float, unit: str) -> TimeExpr | None:
    if digits_value(context.word(last + 1) or "x") is not None and context.word(last + 1) != ":":
        return None
    if context.today is None:
        return TimeExpr("date", first, last, None, None)
    end = after(context.day, value, unit)
    return TimeExpr("date", first, last, context.today, end)
