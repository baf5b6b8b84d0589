"""Periods that are counted from now on: the first N months, at the end of N months, a goal's own horizon."""

# ruff: noqa: PLR0911 - a small grammar: one form of period a line

from __future__ import annotations

from strategy_xl.text.words.calendars import after
from strategy_xl.text.words.date_context import Context, TimeExpr
from strategy_xl.text.words.lexicon import DEFDET, VERB

_CALENDAR = {"quarter", "half", "third"}  # the first of these has its place in the year
_MONTHS = 36
_AT_HEAD = 2  # behind a preposition and an article
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
    ranked = _numbered(context, position, unit) if value is None and not is_first else None
    if ranked is not None:
        return ranked
    if is_first:
        return _first_units(context, position, unit, first, value)
    if value is None:
        return None
    described = context.word(position + 1) in context.any.of_short
    lead = _led(context, first)
    if described and lead != 0:
        lead = None  # « au bout d'un mois d'utilisation »
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
    last = position
    if context.word(position + 1) in (context.any.of_words | context.any.of_short):
        last = _whole_year(context, position + 2)
        if last < 0:
            return None  # « the first week of June »
    lead = _led(context, first)
    if lead is not None:
        return _from_now(context, lead, last, value or 1.0, unit)
    if value is None and _is_open(context, position, unit, first):
        return None
    if context.word(first - 1) in context.any.own_articles and first > _AT_HEAD:
        return None  # « every new seller in their first four weeks »
    role, start = context.role(first)
    if role in {"base", "start"} or _is_given(context, first):
        return None
    return _from_now(context, start if role != "head" else first, last, value or 1.0, unit)


def _is_open(context: Context, position: int, unit: str, first: int) -> bool:
    """Whether the first units without a number say no length, or have their place in the year."""
    if unit == "day" or (
        context.words[position].endswith(context.any.plurals)
        and context.words[position] not in context.any.single_units
    ):
        return True
    if unit in _CALENDAR:
        return context.time_class(position - 1)[0] == "o"  # « le premier trimestre »
    articles = context.any.plural_determiners | context.any.own_articles
    return unit == "month" and context.word(first - 1) in articles  # « dès les premiers mois »


def _is_given(context: Context, first: int) -> bool:
    """Whether a verb rules the units: « offrir les deux premiers mois »."""
    bits = context.sentence.bits
    if first and bits[first - 1] & VERB:
        return True
    return first > 1 and bool(bits[first - 1] & DEFDET and bits[first - 2] & VERB)


def _whole_year(context: Context, position: int) -> int:
    """The token of a year whose first months are meant (« de l'année », « of 2027 »), −1 without one."""
    at = position
    while context.word(at) in context.any.unit_articles or context.word(at) in context.any.year_kinds:
        at += 1
    if context.year_at(at) is not None or context.time_class(at)[1] in {"year", "fiscal"}:
        follow = context.year_after(at)
        return at if follow is None else follow[1]
    return -1


def _numbered(context: Context, position: int, unit: str) -> TimeExpr | None:
    """``in year one``, ``by month six``: a unit by its number."""
    if unit not in {"month", "year"} or context.role(position)[0] not in {"strong", "deadline"}:
        return None
    number = context.sentence.number_at(position + 1) if position + 1 < context.size else None
    if number is None or not 1 <= number[0] <= _MONTHS or number[0] % 1:
        return None
    return _from_now(context, context.role(position)[1], number[1] - 1, number[0], unit)


def _led(context: Context, first: int) -> int | None:
    """Where « au bout de », « at the end of », or « after » at the head of a clause starts."""
    starts = [first]
    while context.word(starts[-1] - 1) in context.any.unit_articles and starts[-1] > 1:
        starts.append(starts[-1] - 1)
    for start in starts:
        for phrase in context.any.span_leads:
            if tuple(context.words[max(start - len(phrase), 0) : start]) == phrase:
                return start - len(phrase)
    start = starts[-1]
    if context.word(start) in context.any.indefinite and context.word(start - 1) in context.any.once:
        return None  # « once a month »
    if context.word(start - 1) in context.any.span_afters and context.word(start - 2) in _HEAD:
        return start - 1
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
    if context.today is None:
        return TimeExpr("date", first, last, None, None)
    end = after(context.day, value, unit)
    return TimeExpr("date", first, last, context.today, end)
