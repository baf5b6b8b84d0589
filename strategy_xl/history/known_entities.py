"""The entities of a workbook as the database has them: those that a new table may be about otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from strategy_xl.history.book_record import EntityTable, Plain
from strategy_xl.history.kept_columns import plain_list
from strategy_xl.history.row_digests import RowDigests, others
from strategy_xl.history.tables import entities, states

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


class Facts(NamedTuple):
    """What is known of an entity now only."""

    name: str
    cell: str
    position: int
    latest: Mapping[str, Plain] | None
    digest: int


class Held(NamedTuple):
    """An entity as the database has it."""

    number: int
    identity: str
    state_day: date
    content: Content
    facts: Facts


@dataclass(frozen=True, slots=True)
class Known:
    """What the database has of the entities of a table.

    Arguments:
        numbers: of each row the number of its entity; 0 where that is to be found out.
        places: the rows that may be about a new entity, or otherwise about a known one.
        held: the known entities that these rows may be about, by identity.
        gone: those of which no row is there any more, by number.
    """

    numbers: list[int]
    places: Sequence[int]
    held: Mapping[str, Held]
    gone: dict[int, Held]


def known_entities(
    connection: sa.Connection, book: int, table: EntityTable, before: RowDigests | None, *, is_new: bool
) -> Known:
    """What the database has of the entities of a table.

    Arguments:
        connection: to ask it.
        book: number of the workbook.
        table: its entities now.
        before: the rows of that kind as they were, where they were kept.
        is_new: whether the database has nothing of this kind of the workbook.
    """
    if is_new:
        return Known([0] * len(table), range(len(table)), {}, {})
    quick = _by_rows(connection, book, table, before) if before is not None and table.digests else None
    return quick or _by_identity(connection, book, table)


def _by_rows(connection: sa.Connection, book: int, table: EntityTable, before: RowDigests) -> Known | None:
    """Only the rows with another digest, and the entities that stood in them; None when these do not fit."""
    found = others(before, table.digests)
    if found is None:
        return None
    held = _held(connection, book, entities.c.number, found.left)
    if len(held) != len(found.left):
        return None
    named = {table.identities[at] for at in found.places}
    by_identity = {one.identity: one for one in held.values()}
    more = [identity for identity in sorted(named) if identity not in by_identity]
    back = _held(connection, book, entities.c.identity, more, table.kind)
    gone = {number: one for number, one in held.items() if one.identity not in named}
    by_identity |= {one.identity: one for one in back.values()}
    return Known(found.numbers.tolist(), found.places, by_identity, gone)


def _by_identity(connection: sa.Connection, book: int, table: EntityTable) -> Known:
    """All entities of the kind are asked for; what has the same digest is the same."""
    query = sa.select(entities.c.identity, entities.c.number, entities.c.digest)
    chosen = query.where(entities.c.book == book, entities.c.kind == table.kind)
    marks = {name: (number, digest) for name, number, digest in connection.execute(chosen)}
    names = plain_list(table.identities)
    known = [marks.get(name, _NONE) for name in names]
    places: Sequence[int] = range(len(table))
    if table.digests:
        pairs = zip(plain_list(table.digests), known, strict=True)
        places = [at for at, (digest, (_, before)) in enumerate(pairs) if digest != before]
    present = set(names)
    left = [one for name, (one, digest) in marks.items() if digest != LEFT and name not in present]
    asked = [known[at][0] for at in places if known[at][0]]
    held = _held(connection, book, entities.c.number, [*asked, *left])
    by_identity = {held[number].identity: held[number] for number in asked}
    return Known([number for number, _ in known], places, by_identity, {one: held[one] for one in left})


def _held(
    connection: sa.Connection, book: int, column: sa.Column[Any], wanted: Sequence[Any], kind: str = ""
) -> dict[int, Held]:
    """Entities with their last state, by number.

    Arguments: the workbook; what they are known by, and those that are wanted; of one kind only.
    """
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
    if kind:
        query = query.where(entities.c.kind == kind)
    found: dict[int, Held] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        chosen = query.where(column.in_(wanted[first : first + _AT_ONCE]))
        for number, identity, day, *rest in connection.execute(chosen):
            found[number] = Held(number, identity, day, Content(*rest[:5]), Facts(*rest[5:]))
    return found
