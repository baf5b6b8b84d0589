"""Why verdicts changed: what the nights remember of the cells, and the changes that were explained by it.

Of a workbook only the newest day is remembered, and the last one before it, from which another run of the
same day begins. The changes stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from strategy_xl.history.book_record import BookRecord, ChangeRecord
from strategy_xl.history.packing import texts_in
from strategy_xl.history.tables import bases, books, changes, entities

_AT_ONCE = 500


def remembered(connection: sa.Connection, share: int, paths: Sequence[str], day: date) -> dict[str, bytes]:
    """What was remembered of workbooks on the last day before a day, by path; those without are left out."""
    found: dict[str, bytes] = {}
    for first in range(0, len(paths), _AT_ONCE):
        chosen = (books.c.share == share) & books.c.path.in_(paths[first : first + _AT_ONCE])
        query = (
            sa.select(books.c.path, bases.c.content)
            .join(bases, bases.c.book == books.c.id)
            .where(chosen, bases.c.day < day)
            .order_by(bases.c.day)
        )
        found.update((path, content) for path, content in connection.execute(query))
    return found


def keep_explained(
    connection: sa.Connection, book: int, day: date, record: BookRecord, found: Sequence[ChangeRecord]
) -> None:
    """Remember a workbook's cells, and enter its changes in the place of what an earlier run of the day said.

    Arguments:
        connection: its transaction is the caller's.
        book: number of the workbook, whose entities are written.
        day: day of the run; the history knows no later one.
        record: what was found in it.
        found: the changes since the day before.
    """
    connection.execute(sa.delete(changes).where(changes.c.book == book, changes.c.day == day))
    told = {(change.block, change.row) for change in found}
    numbers = _numbers(connection, book, record, told) if told else {}
    rows = [
        {"book": book, "number": numbers[change.block, change.row], "day": day, "verdict": change.verdict}
        | {"old": change.old, "new": change.new, "why": change.why, "detail": dict(change.detail)}
        for change in found
        if (change.block, change.row) in numbers
    ]
    if rows:
        connection.execute(sa.insert(changes), rows)
    own = bases.c.book == book
    last = connection.execute(sa.select(sa.func.max(bases.c.day)).where(own, bases.c.day < day)).scalar()
    outdated = bases.c.day == day if last is None else (bases.c.day == day) | (bases.c.day < last)
    connection.execute(sa.delete(bases).where(own, outdated))
    if record.basis:
        connection.execute(sa.insert(bases).values(book=book, day=day, content=record.basis))


def _numbers(
    connection: sa.Connection, book: int, record: BookRecord, rows: Collection[tuple[str, int]]
) -> Mapping[tuple[str, int], int]:
    """The numbers of a workbook's entities in some rows, by block and row."""
    wanted = {
        (table.kind, identity): (table.block, row)
        for table in record.tables
        for row, identity in zip(table.rows, table.identities, strict=True)
        if (table.block, row) in rows
    }
    names = sorted({identity for _, identity in wanted})
    query = sa.select(entities.c.kind, entities.c.identity, entities.c.number).where(entities.c.book == book)
    found = {}
    for first in range(0, len(names), _AT_ONCE):
        chosen = query.where(entities.c.identity.in_(names[first : first + _AT_ONCE]))
        for kind, identity, number in connection.execute(chosen):
            if (kind, identity) in wanted:
                found[wanted[kind, identity]] = number
    return found


def forget_bases(connection: sa.Connection, holds: Callable[[str], bool], *, dry_run: bool = False) -> int:
    """Forget the remembered cells of the workbooks in which a name stands: their next night has no reasons.

    Arguments:
        connection: its transaction is the caller's.
        holds: whether a text holds the name.
        dry_run: only count.

    Result: how many days of workbooks were forgotten.
    """
    found = [
        (book, day)
        for book, day, content in connection.execute(sa.select(bases.c.book, bases.c.day, bases.c.content))
        if any(map(holds, texts_in(content)))
    ]
    if not dry_run:
        for book, day in found:
            connection.execute(sa.delete(bases).where(bases.c.book == book, bases.c.day == day))
    return len(found)
