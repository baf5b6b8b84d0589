"""All entities of a kind at once, as columns, and how they were on an earlier day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from strategy_xl.history.book_record import Plain
from strategy_xl.history.queries import EVERYTHING, Scope, held_on, joined
from strategy_xl.history.tables import entities, nights, states

Key = tuple[int, int]
"""Numbers of a workbook and of an entity in it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The entities of a kind that are there on a day, by workbook and position; columns of one length.

    Arguments:
        books, numbers: their numbers.
        identities, names, cells: who, where.
        first_days, state_days: since when they are known, and since when they are as they are.
        verdicts: keys of choices.
        values, latest: what is kept of each, by key.
    """

    books: Sequence[int] = ()
    numbers: Sequence[int] = ()
    identities: Sequence[str] = ()
    names: Sequence[str] = ()
    cells: Sequence[str] = ()
    first_days: Sequence[date] = ()
    state_days: Sequence[date] = ()
    verdicts: Sequence[str | None] = ()
    values: Sequence[Mapping[str, Plain]] = ()
    latest: Sequence[Mapping[str, Plain]] = ()

    def __len__(self) -> int:
        """How many there are."""
        return len(self.books)


_SHOWN = (
    entities.c.book, entities.c.number, entities.c.identity, entities.c.name, entities.c.cell,
    entities.c.first_day, states.c.day, states.c.verdict,
)  # fmt: skip


def _parsed(texts: Sequence[str | None]) -> list[Any]:
    """Many small objects read as one, which takes a quarter of the time."""
    return [found or {} for found in json.loads(f"[{','.join(text or 'null' for text in texts)}]")]


def snapshot(
    connection: sa.Connection, kind: str, scope: Scope = EVERYTHING, day: date | None = None
) -> Snapshot:
    """The entities of a kind on a day.

    Arguments:
        connection: of ``Database.reading``.
        kind: which, of ``schema.spec.EntityKind``.
        scope: in which workbooks.
        day: the newest known when None. Names, cells and ``latest`` are always those known now.
    """
    columns = [*_SHOWN, sa.cast(states.c["values"], sa.Text), sa.cast(entities.c.latest, sa.Text)]
    held = states.c.day == entities.c.state_day if day is None else held_on(day)
    query = joined(kind, scope, columns).where(states.c.is_there, held)
    rows = connection.execute(query.order_by(entities.c.book, entities.c.position)).all()
    if not rows:
        return Snapshot()
    columns_of = [list(column) for column in zip(*rows, strict=True)]
    return Snapshot(*columns_of[:-2], *map(_parsed, columns_of[-2:]))


@dataclass(frozen=True, slots=True)
class Before:
    """What an entity was like on an earlier day: its verdict, and what was kept of it."""

    verdict: str | None
    values: Mapping[str, Plain]


def changed_since(
    connection: sa.Connection, kind: str, day: date, scope: Scope = EVERYTHING
) -> dict[Key, Before]:
    """How the entities of a kind were on a day that have changed since; nothing of new ones.

    Arguments:
        connection, kind, scope: as ``snapshot``.
        day: the earlier day.
    """
    columns = [entities.c.book, entities.c.number, states.c.verdict, sa.cast(states.c["values"], sa.Text)]
    query = joined(kind, scope, columns).where(entities.c.state_day > day, states.c.is_there, held_on(day))
    rows = connection.execute(query).all()
    values = _parsed([row[3] for row in rows])
    return {(row[0], row[1]): Before(row[2], held) for row, held in zip(rows, values, strict=True)}


def gone_since(connection: sa.Connection, kind: str, day: date, scope: Scope = EVERYTHING) -> int:
    """How many entities of a kind were there on a day and are there no more."""
    now = states.alias()
    is_gone = sa.exists().where(
        now.c.book == entities.c.book,
        now.c.number == entities.c.number,
        now.c.day == entities.c.state_day,
        now.c.is_there.is_(False),
    )
    query = joined(kind, scope, [sa.func.count()]).where(
        entities.c.state_day > day, states.c.is_there, held_on(day), is_gone
    )
    return int(connection.execute(query).scalar_one())


def trends(
    connection: sa.Connection, kind: str, key: str, since: date, scope: Scope = EVERYTHING
) -> dict[Key, list[float]]:
    """The values that a number of each entity of a kind had, the oldest first.

    Arguments:
        connection, kind, scope: as ``snapshot``.
        key: which number.
        since: first day.
    """
    value = states.c["values"][key].as_float()
    query = joined(kind, scope, [states.c.book, states.c.number, value]).where(
        states.c.day >= since, states.c.is_there, value.is_not(None)
    )
    found: dict[Key, list[float]] = {}
    for book, number, amount in connection.execute(
        query.order_by(states.c.book, states.c.number, states.c.day)
    ):
        found.setdefault((book, number), []).append(float(amount))
    return found


def days_of(
    connection: sa.Connection, scope: Scope = EVERYTHING, until: date | None = None, limit: int = 1
) -> list[date]:
    """The last days on which there was a run over some workbooks, the newest first."""
    query = sa.select(nights.c.day).where(nights.c.book.in_(scope.ids())).distinct()
    if until is not None:
        query = query.where(nights.c.day <= until)
    return list(connection.execute(query.order_by(nights.c.day.desc()).limit(limit)).scalars())
