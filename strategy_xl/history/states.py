"""The entities of a workbook and their states: a new state only where something differs from the last one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from strategy_xl.history.book_record import EntityTable, Plain
from strategy_xl.history.tables import blocks, entities, states

BY_NAME = "n:"
"""Begin of an identity that is but a name."""
UNKNOWN, LEFT = 0, 1
"""Digests of an entity of which nobody has made one, and of one that is there no more."""
_NONE = (0, UNKNOWN)
_AT_ONCE = 5000
"""Numbers in one question: SQLite takes 32,766 values."""


class Content(NamedTuple):
    """What a state says of an entity.

    Arguments:
        is_there: False where it has gone.
        verdict: key of the choice.
        values: by key.
        reasons, missing: codes and keys, a space between two.
    """

    is_there: bool
    verdict: str | None
    values: Mapping[str, Plain]
    reasons: str
    missing: str


GONE = Content(is_there=False, verdict=None, values={}, reasons="", missing="")


class _Facts(NamedTuple):
    """What is known of an entity now only."""

    name: str
    cell: str
    position: int
    latest: Mapping[str, Plain] | None
    digest: int


class _Row(NamedTuple):
    """An entity as a table has it."""

    identity: str
    content: Content
    facts: _Facts


class _Held(NamedTuple):
    """An entity as the database has it."""

    number: int
    identity: str
    state_day: date
    content: Content
    facts: _Facts


@dataclass(slots=True)
class _Changes:
    """What is to be written of one workbook."""

    book: int
    day: date
    new_entities: list[dict[str, Any]] = field(default_factory=list)
    new_facts: list[dict[str, Any]] = field(default_factory=list)
    new_states: list[dict[str, Any]] = field(default_factory=list)
    again: list[tuple[_Held, Content, str]] = field(default_factory=list)
    """Entities that have a state of this very day, by an earlier run."""

    def state(self, number: int, content: Content, version: str) -> dict[str, Any]:
        return {"book": self.book, "number": number, "day": self.day, "version": version} | content._asdict()


def write_entities(connection: sa.Connection, book: int, day: date, tables: Sequence[EntityTable]) -> None:
    """Enter the entities of a workbook.

    A kind without a table stays as it was: nobody could judge it. One whose table is empty has none any more.

    Arguments:
        connection: its transaction is the caller's.
        book: number of the workbook; the history knows no later day of it.
        day: day of the run.
        tables: one a kind.
    """
    known = dict(
        connection.execute(sa.select(blocks.c.kind, blocks.c.digest).where(blocks.c.book == book)).all()
    )
    fresh = [table for table in tables if known.get(table.kind) != table.digest]
    if not fresh:
        return
    changes = _Changes(book, day)
    marks = _marks(connection, book, [table.kind for table in fresh if table.kind in known])
    last = connection.execute(
        sa.select(sa.func.max(entities.c.number)).where(entities.c.book == book)
    ).scalar()
    number = last or 0
    for table in fresh:
        number = _compare(connection, table, marks.get(table.kind, {}), changes, number)
    _write(connection, changes)
    for table in fresh:
        _enter_block(connection, book, table, is_known=table.kind in known)


def _rows(table: EntityTable, places: Sequence[int]) -> Iterator[_Row]:
    """What the table says of some of its entities."""
    values, latest = _gathered(table.columns, places), _gathered(table.latest, places)
    for at, held, day in zip(places, values, latest, strict=True):
        reasons, missing = " ".join(table.reasons[at]), " ".join(table.missing[at])
        digest = table.digests[at] if table.digests else UNKNOWN
        yield _Row(
            table.identities[at],
            Content(True, table.verdicts[at], held, reasons, missing),  # noqa: FBT003 - a field
            _Facts(table.names[at], table.cells[at], table.rows[at], day or None, digest),
        )


def _gathered(columns: Mapping[str, Sequence[Plain]], places: Sequence[int]) -> list[dict[str, Plain]]:
    """Some rows of columns, each by key."""
    if not columns:
        return [{} for _ in places]
    keys = list(columns)
    parts = [[values[at] for at in places] for values in columns.values()]
    return [dict(zip(keys, row, strict=True)) for row in zip(*parts, strict=True)]


def _marks(
    connection: sa.Connection, book: int, kinds: Sequence[str]
) -> dict[str, dict[str, tuple[int, int]]]:
    """Number and digest of the entities that the database has of some kinds, by kind and identity."""
    found: dict[str, dict[str, tuple[int, int]]] = {kind: {} for kind in kinds}
    if kinds:
        query = sa.select(entities.c.kind, entities.c.identity, entities.c.number, entities.c.digest)
        chosen = query.where(entities.c.book == book, entities.c.kind.in_(kinds))
        for kind, identity, number, digest in connection.execute(chosen):
            found[kind][identity] = (number, digest)
    return found


def _held(connection: sa.Connection, book: int, numbers: Sequence[int]) -> dict[int, _Held]:
    """Entities as the database has them, with their last state, by number."""
    query = (
        sa.select(
            entities.c.number, entities.c.identity, entities.c.state_day,
            states.c.is_there, states.c.verdict, states.c["values"], states.c.reasons, states.c.missing,
            entities.c.name, entities.c.cell, entities.c.position, entities.c.latest, entities.c.digest,
        )
        .join(
            states,
            (states.c.book == entities.c.book)
            & (states.c.number == entities.c.number)
            & (states.c.day == entities.c.state_day),
        )
        .where(entities.c.book == book)
    )  # fmt: skip
    found: dict[int, _Held] = {}
    for first in range(0, len(numbers), _AT_ONCE):
        chosen = query.where(entities.c.number.in_(numbers[first : first + _AT_ONCE]))
        for number, identity, day, *rest in connection.execute(chosen):
            found[number] = _Held(number, identity, day, Content(*rest[:5]), _Facts(*rest[5:]))
    return found


def _compare(
    connection: sa.Connection,
    table: EntityTable,
    marks: Mapping[str, tuple[int, int]],
    changes: _Changes,
    number: int,
) -> int:
    """Find what is new in a table; the last number that was given.

    What has the same digest is the same; of the others the last states are asked for.
    """
    places: Sequence[int] = range(len(table))
    if table.digests:
        known = [marks.get(identity, _NONE)[1] for identity in table.identities]
        pairs = zip(table.digests, known, strict=True)
        places = [at for at, (digest, before) in enumerate(pairs) if digest != before]
    present = set(table.identities)
    others = [one for name, (one, digest) in marks.items() if digest != LEFT and name not in present]
    asked = [marks[table.identities[at]][0] for at in places if table.identities[at] in marks]
    held = _held(connection, changes.book, [*asked, *others])
    gone = {one: held[one] for one in others}
    by_name = {one.facts.name: one for one in gone.values()}
    for row in _rows(table, places):
        if row.identity in marks:
            one = held[marks[row.identity][0]]
        elif row.facts.name in by_name and _may_be_one(row.identity, by_name[row.facts.name].identity):
            one = by_name.pop(row.facts.name)
            del gone[one.number]
        else:
            number += 1
            _begin(table, number, row, changes)
            continue
        is_new = one.content != row.content
        if is_new:
            _change(one, row.content, table.version, changes)
        if is_new or one.facts != row.facts or one.identity != row.identity:
            _set_facts(one, row, changes, is_new=is_new)
    for one in gone.values():
        _change(one, GONE, table.version, changes)
        left = _Row(one.identity, GONE, one.facts._replace(digest=LEFT))
        _set_facts(one, left, changes, is_new=True)
    return number


def _may_be_one(identity: str, other: str) -> bool:
    """Whether two of one name are one: it had no mark yet, or people have deleted it; two marks are two."""
    return identity.startswith(BY_NAME) or other.startswith(BY_NAME)


def _begin(table: EntityTable, number: int, row: _Row, changes: _Changes) -> None:
    changes.new_entities.append(
        {"book": changes.book, "number": number, "kind": table.kind, "identity": row.identity}
        | {"first_day": changes.day, "state_day": changes.day}
        | row.facts._asdict()
    )
    changes.new_states.append(changes.state(number, row.content, table.version))


def _change(one: _Held, content: Content, version: str, changes: _Changes) -> None:
    if one.state_day == changes.day:
        changes.again.append((one, content, version))
    else:
        changes.new_states.append(changes.state(one.number, content, version))


def _set_facts(one: _Held, row: _Row, changes: _Changes, *, is_new: bool) -> None:
    changes.new_facts.append(
        {"in_book": changes.book, "of": one.number, "identity": row.identity}
        | {"state_day": changes.day if is_new else one.state_day}
        | row.facts._asdict()
    )


def _write(connection: sa.Connection, changes: _Changes) -> None:
    if changes.new_entities:
        connection.execute(sa.insert(entities), changes.new_entities)
    if changes.new_facts:
        chosen = (entities.c.book == sa.bindparam("in_book")) & (entities.c.number == sa.bindparam("of"))
        connection.execute(sa.update(entities).where(chosen), changes.new_facts)
    if changes.new_states:
        connection.execute(sa.insert(states), changes.new_states)
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


def _enter_block(connection: sa.Connection, book: int, table: EntityTable, *, is_known: bool) -> None:
    values = {
        "block": table.block,
        "sheet": table.sheet,
        "rule": table.rule,
        "version": table.version,
        "digest": table.digest,
    }
    if is_known:
        chosen = (blocks.c.book == book) & (blocks.c.kind == table.kind)
        connection.execute(sa.update(blocks).where(chosen).values(**values))
    else:
        connection.execute(sa.insert(blocks).values(book=book, kind=table.kind, **values))
