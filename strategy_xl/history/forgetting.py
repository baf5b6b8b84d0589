"""Take a name out of a database for good: what is about it goes, what mentions it is rewritten.

The journal is a database like the history, so it is served too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from strategy_xl.history.packing import texts_in
from strategy_xl.history.queries import State
from strategy_xl.history.row_digests import forget_digests
from strategy_xl.history.tables import bases, books, digests, entities, metadata, states

Holds = Callable[[str], bool]
Replace = Callable[[str], str]

_STATE = [states.c[name] for name in State._fields]
_AT_ONCE = 500


class Held(NamedTuple):
    """An entity that the history keeps.

    Arguments:
        path: of its workbook, from the place of its share.
        book, number: its key.
        kind, name, cell, first_day: as the history has them.
        latest: values that change with the day alone.
        states: what it was like, the oldest first.
    """

    path: str
    book: int
    number: int
    kind: str
    name: str
    cell: str
    first_day: date
    latest: Mapping[str, Any] | None
    states: Sequence[State]


def held(connection: sa.Connection, is_name: Holds, kinds: Collection[str] = ()) -> list[Held]:
    """The entities of a name, with all that is known of them.

    Arguments:
        connection: of ``Database.reading``.
        is_name: whether a text is the name.
        kinds: of these kinds only; of all when there are none.
    """
    names = ("book", "number", "kind", "name", "cell", "first_day", "latest")
    query = sa.select(books.c.path, *(entities.c[name] for name in names)).join(
        books, books.c.id == entities.c.book
    )
    if kinds:
        query = query.where(entities.c.kind.in_(kinds))
    rows = connection.execute(query.order_by(books.c.path, entities.c.kind, entities.c.number))
    return [
        Held(**row._mapping, states=_states(connection, row.book, row.number))  # noqa: SLF001 - public
        for row in rows.all()
        if is_name(row.name)
    ]


def _states(connection: sa.Connection, book: int, number: int) -> list[State]:
    mine = (states.c.book == book) & (states.c.number == number)
    return [State(*row) for row in connection.execute(sa.select(*_STATE).where(mine).order_by(states.c.day))]


def past(
    connection: sa.Connection, kinds: Collection[str], contact: str, before: date
) -> list[tuple[Held, date]]:
    """The entities with which there was no contact since a day, each with the day of the last one.

    The last contact is what its newest state says; of one without, the last day on which it was in its
    workbook, when it is there no more.

    Arguments:
        connection: of ``Database.reading``.
        kinds: of which kinds.
        contact: key of the value that is the day of the last contact.
        before: that day.
    """
    found = []
    for entity in held(connection, lambda _name: True, kinds):
        newest = entity.states[-1] if entity.states else None
        told = next((_day(state.values.get(contact)) for state in reversed(entity.states)), None)
        if told is None and newest is not None and not newest.is_there:
            told = newest.day
        if told is not None and told < before:
            found.append((entity, told))
    return found


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def remove(connection: sa.Connection, keys: Sequence[tuple[int, int]]) -> None:
    """Remove entities with all that is kept of them: states, changes and why these came.

    Arguments:
        connection: of ``Database.writing``.
        keys: their workbooks and numbers.
    """
    owned = [table for table in reversed(metadata.sorted_tables) if {"book", "number"} <= set(table.c.keys())]
    for table in owned:
        for first in range(0, len(keys), _AT_ONCE):
            chosen = sa.tuple_(table.c.book, table.c.number).in_(keys[first : first + _AT_ONCE])
            connection.execute(sa.delete(table).where(chosen))
    forget_digests(connection, {book for book, _number in keys})


class Scrubbed(NamedTuple):
    """What became of the texts of a database.

    Arguments:
        changed: table → rows that were rewritten (or would be).
        removed: table → rows that had the name in their key, and went.
    """

    changed: dict[str, int]
    removed: dict[str, int]


def scrub(
    connection: sa.Connection,
    holds: Holds,
    replace: Replace,
    *,
    is_history: bool = True,
    dry_run: bool = False,
) -> Scrubbed:
    """Rewrite every text of every table that holds a name, those within JSON too.

    Arguments:
        connection: of ``Database.writing``.
        holds: whether a text holds the name.
        replace: gives the text without it.
        is_history: whether the tables are those of the history, beside which a server may have others; else
            all that there are.
        dry_run: only count.
    """
    changed: dict[str, int] = {}
    removed: dict[str, int] = {}
    for table in _tables(connection, is_history=is_history):
        keys = list(table.primary_key.columns)
        own = [column for column in table.columns if not column.primary_key and _is_text(column)]
        naming = [column for column in keys if _is_text(column)]
        if not keys or table in (bases, digests):
            continue
        todo: list[sa.Executable] = []
        query = sa.select(table).execution_options(yield_per=_AT_ONCE)
        for row in connection.execute(query):
            values = row._mapping  # noqa: SLF001 - the public name of it
            same = sa.and_(*(column == values[column.name] for column in keys))
            if any(holds(_text_of(values[column.name])) for column in naming):
                removed[table.name] = removed.get(table.name, 0) + 1
                todo.append(sa.delete(table).where(same))
                continue
            after = {column.name: _rewritten(values[column.name], holds, replace) for column in own}
            after = {name: value for name, value in after.items() if value != values[name]}
            if not after:
                continue
            changed[table.name] = changed.get(table.name, 0) + 1
            todo.append(sa.update(table).where(same).values(after))
        for statement in () if dry_run else todo:
            connection.execute(statement)
    return Scrubbed(changed, removed)


def mentions(
    connection: sa.Connection, holds: Holds, *, is_history: bool = True
) -> Iterator[tuple[str, str]]:
    """Every text that holds a name, with its table.

    Arguments:
        connection: of ``Database.looking``.
        holds: whether a text holds the name.
        is_history: as for ``scrub``.
    """
    for table in _tables(connection, is_history=is_history):
        if table is digests:
            continue  # numbers, which may look like anything
        texts = [column.name for column in table.columns if _is_text(column)]
        for row in connection.execute(sa.select(table)):
            for name in texts:
                value = row._mapping[name]  # noqa: SLF001 - as above
                found = texts_in(value) if table is bases else _strings(value)
                yield from ((table.name, text) for text in found if holds(text))


def _tables(connection: sa.Connection, *, is_history: bool) -> list[sa.Table]:
    if is_history:
        return metadata.sorted_tables
    known = sa.MetaData()
    known.reflect(connection)
    return known.sorted_tables


def _is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.String | sa.JSON | sa.LargeBinary)


def _text_of(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _rewritten(value: Any, holds: Holds, replace: Replace) -> Any:
    """A value without the name; a text that is JSON, in the form that it had."""
    if isinstance(value, str):
        if value[:1] in ("{", "["):
            try:
                inner = json.loads(value)
            except ValueError:
                inner = None
            if inner is not None:
                after = _rewritten(inner, holds, replace)
                return value if after == inner else json.dumps(after, ensure_ascii=value.isascii())
        return replace(value) if holds(value) else value
    if isinstance(value, list):
        return [_rewritten(each, holds, replace) for each in value]
    if isinstance(value, dict):
        return {
            replace(key) if holds(key) else key: _rewritten(each, holds, replace)
            for key, each in value.items()
        }
    return value


def _strings(value: Any) -> Iterator[str]:
    """All texts of a value, those within JSON too."""
    if isinstance(value, str):
        inner = None
        if value[:1] in ("{", "["):
            try:
                inner = json.loads(value)
            except ValueError:
                inner = None
        if inner is None:
            yield value
        else:
            yield from _strings(inner)
    elif isinstance(value, bytes):
        yield _text_of(value)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _strings(each)
