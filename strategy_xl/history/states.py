"""The entities of workbooks and their states: a new state only where something differs from the last one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from strategy_xl.history.book_record import EntityTable, Plain
from strategy_xl.history.inserting import Row, day_value, insert_rows, json_texts
from strategy_xl.history.kept_columns import plain_list
from strategy_xl.history.known_entities import LEFT, UNKNOWN, Content, Facts, Held, Known, known_entities
from strategy_xl.history.row_digests import RowDigests, digest_array, keep_digests, kept_digests
from strategy_xl.history.tables import blocks, entities, states

BY_NAME = "n:"
"""Begin of an identity that is but a name."""
GONE = Content(is_there=False, verdict=None, values={}, reasons="", missing="")
_ENTITY = (
    "book", "number", "kind", "identity", "name", "cell", "position",
    "first_day", "state_day", "digest", "latest",
)  # fmt: skip
_STATE = ("book", "number", "day", "is_there", "verdict", "values", "reasons", "missing", "version")
_BLOCK = ("block", "sheet", "rule", "version", "digest")
_AT_ONCE = 500


class _Row(NamedTuple):
    """An entity as a table has it."""

    identity: str
    content: Content
    facts: Facts


@dataclass(slots=True)
class _Changes:
    """What is to be written of one workbook."""

    book: int
    day: date
    told_day: date | str
    is_known: bool
    new_entities: list[Row] = field(default_factory=list)
    new_facts: list[dict[str, Any]] = field(default_factory=list)
    new_states: list[Row] = field(default_factory=list)
    again: list[tuple[Held, Content, str]] = field(default_factory=list)
    """Entities that have a state of this very day, by an earlier run."""
    last: int | None = None

    def next_number(self, connection: sa.Connection, count: int) -> int:
        """The first of so many numbers that no entity of the workbook has."""
        if self.last is None and self.is_known:
            query = sa.select(sa.func.max(entities.c.number)).where(entities.c.book == self.book)
            self.last = connection.execute(query).scalar()
        last = self.last or 0
        self.last = last + count
        return last + 1


def write_entities(
    connection: sa.Connection, day: date, found: Sequence[tuple[int, Sequence[EntityTable]]]
) -> None:
    """Enter the entities of workbooks.

    A kind without a table stays as it was: nobody could judge it. One whose table is empty has none any more.

    Arguments:
        connection: its transaction is the caller's.
        day: day of the run; the history knows no later one of these workbooks.
        found: number of each workbook, and its tables, one a kind.
    """
    known = _blocks(connection, [book for book, _ in found])
    fresh = []
    for book, tables in found:
        own = known.get(book, {})
        fresh.append((book, [table for table in tables if own.get(table.kind) != table.digest]))
    rows = kept_digests(connection, [book for book, tables in fresh if tables and book in known])
    changes, digests = [], []
    for book, tables in fresh:
        own = known.get(book, {})
        written = _Changes(book, day, day_value(connection, day), is_known=bool(own))
        for table in tables:
            before = rows.get(book, {}).get(table.kind)
            entered = known_entities(connection, book, table, before, is_new=table.kind not in own)
            numbers = _compare(connection, table, entered, written)
            digests.append((book, table.kind, numbers))
        changes.append(written)
    _write(connection, changes)
    _enter_blocks(connection, fresh, known)
    keep_digests(connection, digests)


def _blocks(connection: sa.Connection, books: Sequence[int]) -> dict[int, dict[str, str]]:
    """Digests of the tables that are known of workbooks, by number and kind."""
    found: dict[int, dict[str, str]] = {}
    for first in range(0, len(books), _AT_ONCE):
        query = sa.select(blocks.c.book, blocks.c.kind, blocks.c.digest)
        chosen = query.where(blocks.c.book.in_(books[first : first + _AT_ONCE]))
        for book, kind, digest in connection.execute(chosen):
            found.setdefault(book, {})[kind] = digest
    return found


def _compare(
    connection: sa.Connection, table: EntityTable, known: Known, changes: _Changes
) -> RowDigests | None:
    """Find what is new in a table; the rows as they are now, where they have digests."""
    numbers, gone = known.numbers, known.gone
    by_name = {one.facts.name: one for one in gone.values()}
    is_first = not (known.held or gone)
    new = []
    for at in () if is_first else known.places:
        identity, name = table.identities[at], table.names[at]
        one = known.held.get(identity)
        if one is None and name in by_name and _may_be_one(identity, by_name[name].identity):
            one = by_name.pop(name)
            del gone[one.number]
        if one is None:
            new.append(at)
            continue
        numbers[at] = one.number
        (row,) = _rows(table, [at])
        is_new = one.content != row.content
        if is_new:
            _change(one, row.content, table.version, changes)
        if is_new or one.facts != row.facts or one.identity != row.identity:
            _set_facts(one, row, changes, is_new=is_new)
    _begin(connection, table, known.places if is_first else new, numbers, changes)
    for one in gone.values():
        _change(one, GONE, table.version, changes)
        left = _Row(one.identity, GONE, one.facts._replace(digest=LEFT))
        _set_facts(one, left, changes, is_new=True)
    return RowDigests(np.array(numbers), digest_array(table.digests)) if table.digests else None


def _rows(table: EntityTable, places: Sequence[int]) -> Iterator[_Row]:
    """What the table says of some of its entities."""
    values, latest = _gathered(table.columns, places), _gathered(table.latest, places)
    for at, held, day in zip(places, values, latest, strict=True):
        reasons, missing = " ".join(table.reasons[at]), " ".join(table.missing[at])
        digest = table.digests[at] if table.digests else UNKNOWN
        yield _Row(
            table.identities[at],
            Content(True, table.verdicts[at], held, reasons, missing),  # noqa: FBT003 - a field
            Facts(table.names[at], table.cells[at], table.rows[at], day or None, digest),
        )


def _gathered(columns: Mapping[str, Sequence[Plain]], places: Sequence[int]) -> list[dict[str, Plain]]:
    """Some rows of columns, each by key."""
    if not columns:
        return [{} for _ in places]
    keys = list(columns)
    parts = [_chosen(values, places) for values in columns.values()]
    return [dict(zip(keys, row, strict=True)) for row in zip(*parts, strict=True)]


def _chosen(values: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """Some rows of a column."""
    if len(places) == len(values):
        return plain_list(values)
    return [values[at] for at in places]


def _may_be_one(identity: str, other: str) -> bool:
    """Whether two of one name are one: it had no mark yet, or people have deleted it; two marks are two."""
    return identity.startswith(BY_NAME) or other.startswith(BY_NAME)


def _begin(
    connection: sa.Connection,
    table: EntityTable,
    places: Sequence[int],
    numbers: list[int],
    changes: _Changes,
) -> None:
    """Enter the entities in some rows as new ones, and their numbers."""
    if not len(places):
        return
    first = changes.next_number(connection, len(places))
    given = range(first, first + len(places))
    for at, number in zip(places, given, strict=True):
        numbers[at] = number

    def of(values: Sequence[Any]) -> list[Any]:
        return _chosen(values, places)

    book, day = repeat(changes.book), repeat(changes.told_day)
    latest: Sequence[str | None] = [None] * len(places)
    if table.latest:
        latest = json_texts(_gathered(table.latest, places))
    digests = of(table.digests) if table.digests else repeat(UNKNOWN)
    facts = (of(table.identities), of(table.names), of(table.cells), of(table.rows))
    changes.new_entities += zip(book, given, repeat(table.kind), *facts, day, day, digests, latest)
    values = json_texts(_gathered(table.columns, places))
    reasons, missing = ([" ".join(codes) for codes in of(each)] for each in (table.reasons, table.missing))
    told = (repeat(True), of(table.verdicts), values, reasons, missing)  # noqa: FBT003 - a column
    changes.new_states += zip(book, given, day, *told, repeat(table.version))


def _change(one: Held, content: Content, version: str, changes: _Changes) -> None:
    if one.state_day == changes.day:
        changes.again.append((one, content, version))
        return
    values = json_texts([content.values])[0]
    told = (content.is_there, content.verdict, values, content.reasons, content.missing, version)
    changes.new_states.append((changes.book, one.number, changes.told_day, *told))


def _set_facts(one: Held, row: _Row, changes: _Changes, *, is_new: bool) -> None:
    changes.new_facts.append(
        {"in_book": changes.book, "of": one.number, "identity": row.identity}
        | {"state_day": changes.day if is_new else one.state_day}
        | row.facts._asdict()
    )


def _write(connection: sa.Connection, found: Sequence[_Changes]) -> None:
    insert_rows(connection, entities, _ENTITY, [row for changes in found for row in changes.new_entities])
    facts = [row for changes in found for row in changes.new_facts]
    if facts:
        chosen = (entities.c.book == sa.bindparam("in_book")) & (entities.c.number == sa.bindparam("of"))
        connection.execute(sa.update(entities).where(chosen), facts)
    insert_rows(connection, states, _STATE, [row for changes in found for row in changes.new_states])
    for changes in found:
        if changes.again:
            _write_again(connection, changes)


def _write_again(connection: sa.Connection, changes: _Changes) -> None:
    """States of a day that an earlier run of the day has written: what it said is as if it never was."""
    before = _before(connection, changes)
    own = (states.c.book == changes.book) & (states.c.day == changes.day)
    for one, content, version in changes.again:
        day, was = before.get(one.number, (None, GONE))
        state = own & (states.c.number == one.number)
        if was != content:
            new = content._asdict() | {"version": version}
            connection.execute(sa.update(states).where(state).values(**new))
            continue
        connection.execute(sa.delete(states).where(state))
        entity = (entities.c.book == changes.book) & (entities.c.number == one.number)
        if day is None:  # it came in the earlier run and is not there
            connection.execute(sa.delete(entities).where(entity))
        else:
            connection.execute(sa.update(entities).where(entity).values(state_day=day))


def _before(connection: sa.Connection, changes: _Changes) -> dict[int, tuple[date, Content]]:
    """The last state before the day of every entity of the workbook that has one, by number."""
    earlier = (states.c.book == changes.book) & (states.c.day < changes.day)
    last = (
        sa.select(states.c.number, sa.func.max(states.c.day).label("day"))
        .where(earlier)
        .group_by(states.c.number)
        .subquery()
    )
    query = sa.select(
        states.c.number, states.c.day,
        states.c.is_there, states.c.verdict, states.c["values"], states.c.reasons, states.c.missing,
    ).join(last, (states.c.number == last.c.number) & (states.c.day == last.c.day))  # fmt: skip
    rows = connection.execute(query.where(states.c.book == changes.book))
    return {number: (day, Content(*content)) for number, day, *content in rows}


def _enter_blocks(
    connection: sa.Connection,
    found: Sequence[tuple[int, Sequence[EntityTable]]],
    known: Mapping[int, Mapping[str, str]],
) -> None:
    """Where the tables stand, and which rule judged them."""
    new, changed = [], []
    for book, tables in found:
        for table in tables:
            values = {key: getattr(table, key) for key in _BLOCK}
            if table.kind in known.get(book, ()):
                changed.append({"in_book": book, "of": table.kind} | values)
            else:
                new.append((book, table.kind, *values.values()))
    insert_rows(connection, blocks, ("book", "kind", *_BLOCK), new)
    if changed:
        chosen = (blocks.c.book == sa.bindparam("in_book")) & (blocks.c.kind == sa.bindparam("of"))
        connection.execute(sa.update(blocks).where(chosen), changed)
