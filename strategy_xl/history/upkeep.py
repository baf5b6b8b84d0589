"""Care of a history: let old nights go, look whether all holds together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from strategy_xl.history.database import Database
from strategy_xl.history.tables import alerts, blocks, books, changes, entities, nights, runs, shares, states


class Pruned(NamedTuple):
    """How many rows went."""

    nights: int
    states: int
    entities: int
    books: int


class Contents(NamedTuple):
    """What a history holds: numbers of rows, first and last day."""

    shares: int
    books: int
    runs: int
    nights: int
    entities: int
    states: int
    first: date | None
    last: date | None


def prune(connection: sa.Connection, before: date) -> Pruned:
    """Let go what was before a day.

    Of every entity the state that held on that day stays, and of every workbook the last night in which it
    was read, so that what is known of today stays whole. Entities that had gone by then go, and so does a
    workbook that no run has seen since.

    Arguments:
        before: the first day that stays.
    """
    seen = sa.select(nights.c.book).where(nights.c.day >= before)
    gone_books = connection.execute(sa.delete(books).where(books.c.id.not_in(seen))).rowcount
    later = states.alias()
    newest = (
        sa.select(sa.func.max(later.c.day))
        .where(later.c.book == states.c.book, later.c.number == states.c.number, later.c.day <= before)
        .scalar_subquery()
    )
    old = connection.execute(sa.delete(states).where(states.c.day < before, states.c.day < newest)).rowcount
    left = (
        sa.exists()
        .where(states.c.book == entities.c.book, states.c.number == entities.c.number)
        .where(states.c.day == entities.c.state_day, ~states.c.is_there)
    )
    went = connection.execute(sa.delete(entities).where(entities.c.state_day < before, left)).rowcount
    of_nobody = ~sa.exists().where(entities.c.book == states.c.book, entities.c.number == states.c.number)
    old += connection.execute(sa.delete(states).where(of_nobody)).rowcount
    read = nights.alias()
    last_read = (
        sa.select(sa.func.max(read.c.day))
        .where(read.c.book == nights.c.book, read.c.counts.is_not(None))
        .scalar_subquery()
    )
    chosen = (nights.c.day < before) & (nights.c.day != sa.func.coalesce(last_read, before))
    went_nights = connection.execute(sa.delete(nights).where(chosen)).rowcount
    connection.execute(sa.delete(changes).where(changes.c.day < before))
    connection.execute(sa.delete(alerts).where(alerts.c.until <= before))
    connection.execute(sa.delete(runs).where(runs.c.day < before, runs.c.id.not_in(sa.select(nights.c.run))))
    return Pruned(went_nights, old, went, gone_books)


def contents(connection: sa.Connection) -> Contents:
    """What there is."""
    held = (shares, books, runs, nights, entities, states)
    counts = {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in held
    }
    first, last = connection.execute(sa.select(sa.func.min(nights.c.day), sa.func.max(nights.c.day))).one()
    return Contents(**counts, first=first, last=last)


def faults(database: Database, connection: sa.Connection) -> Iterator[str]:
    """What does not hold together, one line each; nothing when all is well."""
    if database.is_file:
        for (line,) in connection.execute(sa.text("PRAGMA quick_check")):
            if line != "ok":
                yield str(line)
    same = (states.c.book == entities.c.book) & (states.c.number == entities.c.number)
    now = same & (states.c.day == entities.c.state_day)
    for name, table, wanted in (
        ("entities without state", entities, sa.exists().where(now)),
        ("states without entity", states, sa.exists().where(same)),
        ("entities without block", entities, sa.exists().where(blocks.c.book == entities.c.book)),
    ):
        query = sa.select(sa.func.count()).select_from(table).where(~wanted.correlate(table))
        count = connection.execute(query).scalar_one()
        if count:
            yield f"{name}: {count}"
