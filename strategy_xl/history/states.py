"""The entities of a workbook and their states: a new state only where something differs from the last one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from strategy_xl.history.book_record import EntityTable, Plain
from strategy_xl.history.tables import blocks, entities, states

BY_NAME = "n:"
"""Begin of an identity that is but a name."""


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
    held = _held(connection, book, [table.kind for table in fresh if table.kind in known])
    last = connection.execute(
        sa.select(sa.func.max(entities.c.number)).where(entities.c.book == book)
    ).scalar()
    number = last or 0
    for table in fresh:
        number = _compare(table, held.get(table.kind, {}), changes, number)
    _write(connection, changes)
    for table in fresh:
        _enter_block(connection, book, table, is_known=table.kind in known)


def contents(table: EntityTable) -> Iterator[Content]:
    """What the table says of each of its entities, in its order."""
    keys = list(table.columns)
    rows = zip(*table.columns.values(), strict=True) if keys else ((),) * len(table)
    reasons = {codes: " ".join(codes) for codes in set(map(tuple, table.reasons))}
    missing = {codes: " ".join(codes) for codes in set(map(tuple, table.missing))}
    for verdict, row, why, lacks in zip(table.verdicts, rows, table.reasons, table.missing, strict=True):
        values = dict(zip(keys, row, strict=True))
        yield Content(True, verdict, values, reasons[tuple(why)], missing[tuple(lacks)])  # noqa: FBT003 - field


def _facts(table: EntityTable) -> Iterator[_Facts]:
    keys = list(table.latest)
    rows: Iterable[Any] = zip(*table.latest.values(), strict=True) if keys else (None,) * len(table)
    for name, cell, position, row in zip(table.names, table.cells, table.rows, rows, strict=True):
        yield _Facts(name, cell, position, None if row is None else dict(zip(keys, row, strict=True)))


def _held(connection: sa.Connection, book: int, kinds: Sequence[str]) -> dict[str, dict[str, _Held]]:
    """The entities that the database has of some kinds, by kind and identity, with their last state."""
    found: dict[str, dict[str, _Held]] = {kind: {} for kind in kinds}
    if not kinds:
        return found
    query = (
        sa.select(
            entities.c.kind,
            entities.c.number, entities.c.identity, entities.c.state_day,
            states.c.is_there, states.c.verdict, states.c["values"], states.c.reasons, states.c.missing,
            entities.c.name, entities.c.cell, entities.c.position, entities.c.latest,
        )
        .join(
            states,
            (states.c.book == entities.c.book)
            & (states.c.number == entities.c.number)
            & (states.c.day == entities.c.state_day),
        )
        .where(entities.c.book == book, entities.c.kind.in_(kinds))
    )  # fmt: skip
    for kind, number, identity, day, *rest in connection.execute(query):
        found[kind][identity] = _Held(number, identity, day, Content(*rest[:5]), _Facts(*rest[5:]))
    return found


def _compare(table: EntityTable, held: dict[str, _Held], changes: _Changes, number: int) -> int:
    """Find what is new in a table; the last number that was given."""
    others = {identity: one for identity, one in held.items() if identity not in set(table.identities)}
    by_name = {one.facts.name: one for one in others.values()}
    for identity, content, facts in zip(table.identities, contents(table), _facts(table), strict=True):
        one = held.get(identity)
        if one is None:
            one = by_name.get(facts.name)
            if one is not None and (one.identity.startswith(BY_NAME) or identity.startswith(BY_NAME)):
                # The same one: it had no mark yet, or people have deleted it.
                del others[one.identity], by_name[facts.name]
            else:
                number += 1
                _begin(table, identity, number, facts, changes)
                changes.new_states.append(changes.state(number, content, table.version))
                continue
        is_new = one.content != content
        if is_new:
            _change(one, content, table.version, changes)
        if is_new or one.facts != facts or one.identity != identity:
            _set_facts(one, identity, facts, changes, is_new=is_new)
    for one in others.values():
        if one.content.is_there:
            _change(one, GONE, table.version, changes)
            _set_facts(one, one.identity, one.facts, changes, is_new=True)
    return number


def _begin(table: EntityTable, identity: str, number: int, facts: _Facts, changes: _Changes) -> None:
    changes.new_entities.append(
        {"book": changes.book, "number": number, "kind": table.kind, "identity": identity}
        | {"first_day": changes.day, "state_day": changes.day}
        | facts._asdict()
    )


def _change(one: _Held, content: Content, version: str, changes: _Changes) -> None:
    if one.state_day == changes.day:
        changes.again.append((one, content, version))
    else:
        changes.new_states.append(changes.state(one.number, content, version))


def _set_facts(one: _Held, identity: str, facts: _Facts, changes: _Changes, *, is_new: bool) -> None:
    changes.new_facts.append(
        {"in_book": changes.book, "of": one.number, "identity": identity}
        | {"state_day": changes.day if is_new else one.state_day}
        | facts._asdict()
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
