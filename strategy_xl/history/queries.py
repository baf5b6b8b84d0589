"""What the history knows, as plain rows; whoever asks gives a connection of ``Database.reading``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from strategy_xl.history.book_record import Plain
from strategy_xl.history.tables import blocks, books, changes, entities, nights, runs, shares, states

Connection = sa.Connection
"""What ``Database`` gives, for those who do not know SQL."""


class Scope(NamedTuple):
    """Which workbooks a question is about; all of them by default.

    Arguments:
        share: number of their share.
        under: path of one workbook, or of a folder with ``/`` at its end.
    """

    share: int | None = None
    under: str = ""

    def ids(self) -> sa.Select[tuple[int]]:
        """The numbers of these workbooks, for other questions."""
        query = sa.select(books.c.id)
        if self.share is not None:
            query = query.where(books.c.share == self.share)
        if self.under.endswith("/"):
            # LIKE does not tell capitals apart in SQLite.
            return query.where(sa.func.substr(books.c.path, 1, len(self.under)) == self.under)
        return query.where(books.c.path == self.under) if self.under else query


EVERYTHING = Scope()


class Share(NamedTuple):
    """A place that workbooks are told from: ``.`` beside the database, else a folder."""

    id: int
    place: str


class Book(NamedTuple):
    """A workbook: its path from the place of its share, and when it was first and last read."""

    id: int
    share: int
    path: str
    first_day: date
    content_day: date | None
    lang: str
    schema_version: int


class Run(NamedTuple):
    """A run over workbooks; one that was killed has no end."""

    id: str
    share: int
    day: date
    started: str
    ended: str | None
    program: str


class Night(NamedTuple):
    """What became of a workbook on a day; without figures unless it was treated.

    ``alerts`` counts by code. ``outcome`` is that of ``writing.Outcome``.
    """

    book: int
    day: date
    run: str
    outcome: str
    changed: int
    seconds: float
    failure: str | None
    reference_day: date | None
    counts: Mapping[str, float] | None
    completeness: Mapping[str, float] | None
    alerts: Mapping[str, int] | None


class BlockRow(NamedTuple):
    """Where the entities of a kind stand in a workbook, and which rule judged them last."""

    book: int
    kind: str
    block: str
    sheet: str
    rule: str
    version: str


class Entity(NamedTuple):
    """An entity as it is known now: name and place, and what changes with the day alone."""

    book: int
    number: int
    kind: str
    identity: str
    name: str
    cell: str
    position: int
    first_day: date
    latest: Mapping[str, Plain] | None


class State(NamedTuple):
    """What an entity was like from a day on; the text of codes and keys has spaces between."""

    book: int
    number: int
    day: date
    is_there: bool
    verdict: str | None
    values: Mapping[str, Plain]
    reasons: str
    missing: str
    version: str


class ChangeRow(NamedTuple):
    """A verdict that changed on a day, and why: ``detail`` is what ``answers.changes.Change.of_data`` takes.

    ``kind`` and ``name`` are those of the entity as it is known now.
    """

    book: int
    number: int
    day: date
    kind: str
    name: str
    verdict: str
    old: str | None
    new: str | None
    why: str
    detail: Mapping[str, Any]


_BOOK = [books.c[name] for name in Book._fields]
_NIGHT = [nights.c[name] for name in Night._fields]
_ENTITY = [entities.c[name] for name in Entity._fields]
_STATE = [states.c[name] for name in State._fields]


def shares_of(connection: sa.Connection) -> list[Share]:
    """The shares, as they came."""
    query = sa.select(shares.c.id, shares.c.place).order_by(shares.c.id)
    return [Share(*row) for row in connection.execute(query)]


def books_of(connection: sa.Connection, scope: Scope = EVERYTHING) -> list[Book]:
    """The workbooks, by path."""
    query = sa.select(*_BOOK).where(books.c.id.in_(scope.ids())).order_by(books.c.share, books.c.path)
    return [Book(*row) for row in connection.execute(query)]


def runs_of(
    connection: sa.Connection,
    share: int | None = None,
    limit: int | None = None,
    scope: Scope = EVERYTHING,
) -> list[Run]:
    """The runs, the last one first.

    Arguments:
        share: over workbooks of one share only.
        limit: no more than that.
        scope: of days only on which a run saw some of these workbooks.
    """
    columns = [runs.c[name] for name in Run._fields]
    query = sa.select(*columns).order_by(runs.c.day.desc(), runs.c.started.desc()).limit(limit)
    if share is not None:
        query = query.where(runs.c.share == share)
    if scope != EVERYTHING:
        query = query.where(runs.c.day.in_(sa.select(nights.c.day).where(nights.c.book.in_(scope.ids()))))
    return [Run(*row) for row in connection.execute(query)]


def nights_of(
    connection: sa.Connection,
    scope: Scope = EVERYTHING,
    *,
    since: date | None = None,
    run: str | None = None,
) -> list[Night]:
    """What became of workbooks, by workbook and day.

    Arguments:
        since: first day; the first known when None.
        run: of one run only.
    """
    query = sa.select(*_NIGHT).where(nights.c.book.in_(scope.ids()))
    if since is not None:
        query = query.where(nights.c.day >= since)
    if run is not None:
        query = query.where(nights.c.run == run)
    rows = connection.execute(query.order_by(nights.c.book, nights.c.day))
    return [Night(*row) for row in rows]


def contents_of(
    connection: sa.Connection, scope: Scope = EVERYTHING, until: date | None = None
) -> dict[int, Night]:
    """The newest night of each workbook in which it was read, with its figures, by number.

    Arguments:
        until: last day that counts; the newest known when None.
    """
    chosen = nights.c.book.in_(scope.ids()) & (nights.c.counts.is_not(None))
    if until is not None:
        chosen &= nights.c.day <= until
    newest = (
        sa.select(nights.c.book, sa.func.max(nights.c.day).label("day"))
        .where(chosen)
        .group_by(nights.c.book)
        .subquery()
    )
    query = sa.select(*_NIGHT).join(newest, (nights.c.book == newest.c.book) & (nights.c.day == newest.c.day))
    return {row.book: Night(*row) for row in connection.execute(query)}


def blocks_of(connection: sa.Connection, scope: Scope = EVERYTHING) -> dict[tuple[int, str], BlockRow]:
    """Where entities stand, by number of the workbook and kind."""
    columns = [blocks.c[name] for name in BlockRow._fields]
    query = sa.select(*columns).where(blocks.c.book.in_(scope.ids()))
    return {(row.book, row.kind): BlockRow(*row) for row in connection.execute(query)}


def entities_of(
    connection: sa.Connection, kind: str, scope: Scope = EVERYTHING
) -> dict[tuple[int, int], Entity]:
    """The entities of a kind, also those that are there no more, by the numbers of workbook and entity."""
    query = sa.select(*_ENTITY).where(entities.c.kind == kind, entities.c.book.in_(scope.ids()))
    return {(row.book, row.number): Entity(*row) for row in connection.execute(query)}


def states_of(
    connection: sa.Connection, kind: str, scope: Scope = EVERYTHING, *, since: date | None = None
) -> dict[tuple[int, int], list[State]]:
    """The states of the entities of a kind, by the numbers of workbook and entity, the oldest first.

    Arguments:
        since: states from that day on, and before them the one that held on it; all of them when None.
    """
    query = joined(kind, scope, _STATE)
    if since is not None:
        query = query.where((states.c.day >= since) | held_on(since))
    found: dict[tuple[int, int], list[State]] = {}
    for row in connection.execute(query.order_by(states.c.book, states.c.number, states.c.day)):
        found.setdefault((row.book, row.number), []).append(State(*row))
    return found


def states_on(
    connection: sa.Connection, kind: str, scope: Scope = EVERYTHING, day: date | None = None
) -> dict[tuple[int, int], State]:
    """The state of each entity of a kind on a day, by the numbers of workbook and entity.

    Those that were not there then have no state.

    Arguments:
        day: the newest known when None.
    """
    newest = states.c.day == entities.c.state_day
    query = joined(kind, scope, _STATE).where(states.c.is_there, newest if day is None else held_on(day))
    return {(row.book, row.number): State(*row) for row in connection.execute(query)}


def changes_of(
    connection: sa.Connection,
    scope: Scope = EVERYTHING,
    *,
    since: date | None = None,
    kind: str | None = None,
) -> list[ChangeRow]:
    """The verdicts that changed and why, the last ones first, in the order of the entities.

    Arguments:
        since: changes after that day; all of them when None.
        kind: of one kind of entities only.
    """
    same = (entities.c.book == changes.c.book) & (entities.c.number == changes.c.number)
    query: sa.Select[Any] = (
        sa.select(
            changes.c.book, changes.c.number, changes.c.day, entities.c.kind, entities.c.name,
            changes.c.verdict, changes.c.old, changes.c.new, changes.c.why, changes.c.detail,
        )
        .join(entities, same)
        .where(changes.c.book.in_(scope.ids()))
    )  # fmt: skip
    if since is not None:
        query = query.where(changes.c.day > since)
    if kind is not None:
        query = query.where(entities.c.kind == kind)
    order = (changes.c.day.desc(), changes.c.book, entities.c.kind, entities.c.position, changes.c.verdict)
    return [ChangeRow(*row) for row in connection.execute(query.order_by(*order))]


def joined(kind: str, scope: Scope, columns: Sequence[Any]) -> sa.Select[Any]:
    """States of the entities of a kind, with these: a query for some columns of both."""
    same = (entities.c.book == states.c.book) & (entities.c.number == states.c.number)
    return (
        sa.select(*columns)
        .select_from(states.join(entities, same))
        .where(entities.c.kind == kind, entities.c.book.in_(scope.ids()))
    )


def held_on(day: date) -> sa.ColumnElement[bool]:
    """Whether a state is the one that held on a day."""
    other = states.alias()
    newest = (
        sa.select(sa.func.max(other.c.day))
        .where(other.c.book == states.c.book, other.c.number == states.c.number, other.c.day <= day)
        .scalar_subquery()
    )
    return states.c.day == newest


def codes(text: str) -> Sequence[str]:
    """The codes or keys of a state's text."""
    return text.split()
