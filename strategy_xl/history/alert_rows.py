"""The alerts of workbooks, each as long as it was there and said the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from strategy_xl.errors import Severity
from strategy_xl.history.book_record import AlertRecord
from strategy_xl.history.database import to_json
from strategy_xl.history.queries import EVERYTHING, Night, Scope
from strategy_xl.history.tables import alerts, books

_PLACE = ("row", "sheet", "cell")
"""Columns of an alert that change when rows move; it is the same one then."""
_SAID = ("text", "action")
"""Columns of JSON."""
_FIELDS = tuple(AlertRecord.__dataclass_fields__)
_PLAIN = tuple(name for name in _FIELDS if name not in {*_PLACE, *_SAID})
_SEVERITIES = {str(severity): severity.rank for severity in Severity}


class _Held(NamedTuple):
    """An alert as the table has it."""

    since: date
    at: int
    until: date | None
    place: list[Any]


def write_alerts(connection: sa.Connection, book: int, day: date, found: Sequence[AlertRecord]) -> None:
    """Enter the alerts of a workbook: new ones begin, those that are no more end.

    Arguments:
        connection: its transaction is the caller's.
        book: number of the workbook; the history knows no later day of it.
        day: day of the run; what an earlier run of the day said is as if it never was.
        found: all of its alerts.
    """
    own = alerts.c.book == book
    names = ("day", "place", "until", *_PLACE, *_PLAIN)
    query = sa.select(
        *(alerts.c[name] for name in names), *(sa.cast(alerts.c[name], sa.Text) for name in _SAID)
    )
    rows = connection.execute(query.where(own, alerts.c.until.is_(None) | (alerts.c.until == day))).all()
    held: dict[Hashable, list[_Held]] = defaultdict(list)
    for since, at, until, *values in rows:
        if since < day:
            held[tuple(values[len(_PLACE) :])].append(_Held(since, at, until, values[: len(_PLACE)]))
    if any(row.day == day for row in rows):
        connection.execute(sa.delete(alerts).where(own, alerts.c.day == day))
    fresh = []
    for alert in found:
        same = held.get(_said(alert))
        if not same:
            fresh.append(alert)
            continue
        before = same.pop(0)
        place = [getattr(alert, name) for name in _PLACE]
        if before.until is not None or before.place != place:
            same_one = own & (alerts.c.day == before.since) & (alerts.c.place == before.at)
            now = dict(zip(_PLACE, place, strict=True))
            connection.execute(sa.update(alerts).where(same_one).values(**now, until=None))
    ended = [
        {"since": one.since, "at": one.at} for left in held.values() for one in left if one.until is None
    ]
    if ended:
        end = sa.update(alerts).where(
            own, alerts.c.day == sa.bindparam("since"), alerts.c.place == sa.bindparam("at")
        )
        connection.execute(end.values(until=day), ended)
    if fresh:
        new = [{"book": book, "day": day, "place": at} | alert.data() for at, alert in enumerate(fresh)]
        connection.execute(sa.insert(alerts), new)


def _said(alert: AlertRecord) -> Hashable:
    """All of an alert but its place, as the table has it: many are compared, few are another one."""
    plain = (getattr(alert, name) for name in _PLAIN)
    return (*plain, *(to_json(getattr(alert, name)) for name in _SAID))


@dataclass(frozen=True, slots=True)
class KnownAlerts:
    """The alerts of workbooks on a day.

    Arguments:
        of: those of each workbook, by number, the greatest stake first.
        untold: of which workbooks only the number is known, and that number.
    """

    of: Mapping[int, Sequence[AlertRecord]]
    untold: Mapping[int, int]


def alerts_of(
    connection: sa.Connection,
    contents: Mapping[int, Night],
    scope: Scope = EVERYTHING,
    day: date | None = None,
) -> KnownAlerts:
    """The alerts of workbooks as they were last read.

    Arguments:
        connection: of ``Database.reading``.
        contents: the night in which each was read, as ``queries.contents_of``.
        scope: which workbooks.
        day: until that day; the newest known when None.
    """
    columns = [alerts.c[name] for name in _FIELDS]
    held: sa.ColumnElement[bool] = alerts.c.until.is_(None)
    if day is not None:
        held = (alerts.c.day <= day) & (held | (alerts.c.until > day))
    query = sa.select(alerts.c.book, *columns).where(alerts.c.book.in_(scope.ids()), held)
    found: dict[int, list[AlertRecord]] = defaultdict(list)
    for book, *values in connection.execute(query):
        found[book].append(AlertRecord(*values))
    if day is None:
        # Until they are read again, workbooks have what an earlier program has put into words.
        worded = sa.select(books.c.id, books.c.alerts).where(
            books.c.id.in_(scope.ids()), books.c.alerts.is_not(None)
        )
        for book, told in connection.execute(worded):
            found[book] += [AlertRecord(**alert) for alert in told or ()]
    for told in found.values():
        told.sort(key=lambda alert: (-alert.stake, _SEVERITIES.get(alert.severity, 0), alert.due or "9"))
    counts = {book: sum((night.alerts or {}).values()) for book, night in contents.items()}
    return KnownAlerts(found, {book: count for book, count in counts.items() if count and book not in found})
