"""Deadlines in French and English texts, resolved against a day.

An anchor (month, quarter, unit of time, year, weekday, season, feast, figures) is read with what stands
left and right of it. The answer says what the expression is: ``date`` (one future end date), ``past``,
``event`` (not resolved), ``cadence``, ``start``, ``vague`` or ``response`` (a service time, no deadline).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import repeat
from typing import NamedTuple

from strategy_xl.text.words import date_anchors as anchors
from strategy_xl.text.words.date_context import Context, TimeExpr
from strategy_xl.text.words.sentence import Sentence

__all__ = ["Deadline", "TimeExpr", "best_deadline", "parse_times"]

_POINTS = {"date": 2, "past": 1, "event": 1, "cadence": 1, "start": 1, "vague": 0, "response": 0}


class Deadline(NamedTuple):
    """What a text says about time.

    Arguments:
        points: 2 one future end date, 1 event, cadence, start or past date, 0 nothing or vague.
        kind: kind of the expression that decided, empty when there is none.
        first, last: its tokens, −1 when there is none.
        start, end: the period it means, None when it cannot be resolved.
    """

    points: int
    kind: str
    first: int
    last: int
    start: date | None
    end: date | None


NO_DEADLINE = Deadline(0, "", -1, -1, None, None)


def parse_times(sentence: Sentence, today: date | None) -> list[TimeExpr]:
    """All expressions of time of a text, in order, not overlapping.

    Arguments:
        sentence: the text.
        today: the day from which relative dates count; None leaves them without a date and takes
            nothing for past.
    """
    context: Context | None = None
    found: list[TimeExpr] = []
    for position, handler in enumerate(map(anchors.handler_of, repeat(sentence.lang), sentence.words)):
        if handler is None:
            continue
        if context is None:
            context = Context(sentence, today)
        expression = handler(context, position)
        if expression is not None:
            found.append(expression)
    return _without_overlaps(found) if len(found) > 1 else found


def _without_overlaps(found: list[TimeExpr]) -> list[TimeExpr]:
    """Keep the longer of two expressions that share tokens."""
    kept: list[TimeExpr] = []
    for expression in sorted(
        found, key=lambda item: (item.first - item.last, -_POINTS[item.kind], item.first)
    ):
        if all(expression.last < other.first or expression.first > other.last for other in kept):
            kept.append(expression)
    return sorted(kept, key=lambda item: item.first)


def best_deadline(expressions: Sequence[TimeExpr]) -> Deadline:
    """The expression that decides: a date before an event, the latest of several dates."""
    best: TimeExpr | None = None
    for expression in expressions:
        if best is None or _rank(expression) > _rank(best):
            best = expression
    if best is None:
        return NO_DEADLINE
    return Deadline(_POINTS[best.kind], best.kind, best.first, best.last, best.start, best.end)


def _rank(expression: TimeExpr) -> tuple[int, bool, date]:
    points = _POINTS[expression.kind]
    return points, expression.kind in {"date", "past", "event", "cadence"}, expression.end or date.min
