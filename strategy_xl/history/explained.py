"""Why verdicts changed: what the nights remember of the cells, and the changes that were explained by it.

Of a workbook only the newest day is remembered, and the last one before it, from which another run of the
same day begins. The changes stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from strategy_xl.history.book_record import BookRecord, ChangeRecord
from strategy_xl.history.inserting import Row, day_value, insert_rows, json_texts
from strategy_xl.history.kept_columns import plain_list
from strategy_xl.history.packing import texts_in
from strategy_xl.history.tables import bases, books, changes, entities

_AT_ONCE = 500
_CHANGE = ("book", "number", "day", "verdict", "old", "new", "why", "detail")


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
    connection: sa.Connection, day: date, read: Sequence[tuple[int, BookRecord, Sequence[ChangeRecord]]]
) -> None:
    """Remember workbooks' cells, and enter changes in the place of what an earlier run of the day said.

    Arguments:
        connection: its transaction is the caller's.
        day: day of the run; the history knows no later one of these workbooks.
        read: number of each workbook, whose entities are written; what was found in it; the changes since
            the day before.
    """
    if not read:
        return
    own = (changes.c.book == sa.bindparam("of")) & (changes.c.day == day)
    connection.execute(sa.delete(changes).where(own), [{"of": book} for book, _, _ in read])
    rows = [
        row for book, record, found in read if found for row in _told(connection, book, day, record, found)
    ]
    insert_rows(connection, changes, _CHANGE, rows)
    _keep_bases(connection, day, {book: record.basis for book, record, _ in read})


def _told(
    connection: sa.Connection, book: int, day: date, record: BookRecord, found: Sequence[ChangeRecord]
) -> list[Row]:
    """The rows of changes; those of what is no entity are left out."""
    numbers = _numbers(connection, book, record, {(change.block, change.row) for change in found})
    known = [change for change in found if (change.block, change.row) in numbers]
    told = day_value(connection, day)
    return [
        (book, numbers[one.block, one.row], told, one.verdict, one.old, one.new, one.why, detail)
        for one, detail in zip(known, json_texts([dict(one.detail) for one in known]), strict=True)
    ]


def _keep_bases(connection: sa.Connection, day: date, found: Mapping[int, bytes]) -> None:
    """Remember cells; beside them those of the last day before stay."""
    days: dict[int, list[date]] = {}
    numbers = list(found)
    for first in range(0, len(numbers), _AT_ONCE):
        query = sa.select(bases.c.book, bases.c.day).where(
            bases.c.book.in_(numbers[first : first + _AT_ONCE])
        )
        for book, known in connection.execute(query):
            days.setdefault(book, []).append(known)
    outdated = []
    for book, known in days.items():
        last = max((one for one in known if one < day), default=day)
        outdated += [{"of": book, "on": one} for one in known if one == day or one < last]
    if outdated:
        own = (bases.c.book == sa.bindparam("of")) & (bases.c.day == sa.bindparam("on"))
        connection.execute(sa.delete(bases).where(own), outdated)
    told = day_value(connection, day)
    rows = [(book, told, basis) for book, basis in found.items() if basis]
    insert_rows(connection, bases, ("book", "day", "content"), rows)


def _numbers(
    connection: sa.Connection, book: int, record: BookRecord, rows: Collection[tuple[str, int]]
) -> Mapping[tuple[str, int], int]:
    """The numbers of a workbook's entities in some rows, by block and row."""
    wanted: dict[tuple[str, str], tuple[str, int]] = {}
    for table in record.tables:
        own = {row for block, row in rows if block == table.block}
        places = [at for at, row in enumerate(plain_list(table.rows)) if row in own] if own else ()
        wanted |= {(table.kind, table.identities[at]): (table.block, table.rows[at]) for at in places}
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
