"""Nights into the history: one row a workbook, and of its entities what has changed.

Whoever calls gives the transaction: what it writes of a workbook is there as a whole or not at all. A night
that is written twice leaves what the later one said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from strategy_xl.collection import no_collection
from strategy_xl.history.address import BESIDE
from strategy_xl.history.alert_rows import write_alerts
from strategy_xl.history.book_record import BookRecord, ChangeRecord
from strategy_xl.history.explained import keep_explained
from strategy_xl.history.states import write_entities
from strategy_xl.history.tables import books, nights, runs, shares

_AT_ONCE = 500
"""Names in one question: SQLite takes 32,766 values."""


class Outcome(StrEnum):
    """What became of a workbook in a night."""

    TREATED = "treated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run, as the history knows it.

    Arguments:
        id: a name that no other run has.
        day: reference day.
        started: moment, ``2027-03-01T02:00:00+00:00``.
        program: versions of program and templates.
    """

    id: str
    day: date
    started: str
    program: str

    def data(self) -> dict[str, str]:
        """The run as JSON can hold it."""
        return {"id": self.id, "day": self.day.isoformat(), "started": self.started, "program": self.program}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> RunEntry:
        """The run that ``data`` gave; KeyError, TypeError or ValueError for other things."""
        return cls(data["id"], date.fromisoformat(data["day"]), data["started"], data["program"])


@dataclass(frozen=True, slots=True)
class BookNight:
    """What became of one workbook in one night.

    Arguments:
        path: told from the place of its share, with ``/``.
        outcome: see ``Outcome``.
        changed: cells written.
        seconds: wall time.
        failure: code of what stopped it.
        record: what was found in it; None unless it was treated.
    """

    path: str
    outcome: Outcome
    changed: int = 0
    seconds: float = 0.0
    failure: str | None = None
    record: BookRecord | None = None

    def data(self) -> dict[str, Any]:
        """The night as JSON can hold it."""
        return asdict(self) | {"record": None if self.record is None else self.record.data()}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> BookNight:
        """The night that ``data`` gave, after a way through JSON; KeyError or TypeError for other things."""
        record = None if data["record"] is None else BookRecord.of_data(data["record"])
        return cls(**{**data, "outcome": Outcome(data["outcome"]), "record": record})


def share_id(connection: sa.Connection, home: str) -> tuple[int, str]:
    """Number and place of the share that a folder belongs to, entered if it is new.

    Arguments:
        home: ``.`` in the database beside the workbooks, else the folder that the run begins from; the share
            is the folder itself, or the one known that holds it.
    """
    known = {row.place: row.id for row in connection.execute(sa.select(shares.c.id, shares.c.place))}
    above = [home] if home == BESIDE else [home, *map(str, PurePosixPath(home).parents)]
    for place in above:
        if place in known:
            return known[place], place
    insert = _inserting(connection)(shares).values(place=home).on_conflict_do_nothing()
    connection.execute(insert)
    found: int = connection.execute(sa.select(shares.c.id).where(shares.c.place == home)).scalar_one()
    return found, home


def unended_run(connection: sa.Connection, share: int, run: RunEntry) -> RunEntry | None:
    """The last run of that day and program which did not end; None when there is none."""
    query = sa.select(runs).where(
        runs.c.share == share, runs.c.day == run.day, runs.c.program == run.program, runs.c.ended.is_(None)
    )
    row = connection.execute(query.order_by(runs.c.started.desc()).limit(1)).one_or_none()
    return None if row is None else RunEntry(row.id, row.day, row.started, row.program)


def begin_run(connection: sa.Connection, share: int, run: RunEntry) -> None:
    """Enter a run, if it is not there yet."""
    values = {"id": run.id, "share": share, "day": run.day, "started": run.started, "program": run.program}
    connection.execute(_inserting(connection)(runs).values(values).on_conflict_do_nothing())


def end_run(connection: sa.Connection, run: RunEntry, ended: str) -> None:
    """Say when a run ended."""
    connection.execute(sa.update(runs).where(runs.c.id == run.id).values(ended=ended))


@no_collection()
def write_nights(
    connection: sa.Connection,
    share: int,
    run: RunEntry,
    found: Sequence[BookNight],
    is_gone: Callable[[str], bool] = lambda _path: False,
    changes: Mapping[str, Sequence[ChangeRecord]] = MappingProxyType({}),
) -> list[str]:
    """Enter what became of workbooks.

    Arguments:
        connection: its transaction is the caller's.
        share: number of their share.
        run: the run, entered before.
        found: the workbooks, each once.
        is_gone: whether the file of a path is there no more: one with the same content under another name is
            the same workbook then, renamed or moved, else a copy with a life of its own.
        changes: the verdicts of each workbook that changed since an earlier day, by path.

    Result: the paths that were left out, because the history knows a later day of them.
    """
    known = _known_books(connection, share, found)
    refused: list[str] = []
    rows, read = [], []
    for night in found:
        number, content_day = known.get(night.path) or _entered(connection, share, run, night, is_gone)
        known[night.path] = number, content_day
        if content_day is not None and content_day > run.day:
            refused.append(night.path)
            continue
        rows.append(_night_row(number, run, night))
        if night.record is not None:
            read.append((number, night.record, changes.get(night.path, ())))
    _keep_content(connection, run.day, [(number, record) for number, record, _ in read])
    keep_explained(connection, run.day, read)
    _write_rows(connection, rows)
    return refused


def read_before(connection: sa.Connection, share: int) -> set[str]:
    """The paths of the workbooks that were read once: of these the history needs to be told only changes."""
    query = sa.select(books.c.path).where(books.c.share == share, books.c.content_day.is_not(None))
    return set(connection.execute(query).scalars())


def _known_books(
    connection: sa.Connection, share: int, found: Sequence[BookNight]
) -> dict[str, tuple[int, date | None]]:
    known: dict[str, tuple[int, date | None]] = {}
    for first in range(0, len(found), _AT_ONCE):
        paths = [night.path for night in found[first : first + _AT_ONCE]]
        query = sa.select(books.c.path, books.c.id, books.c.content_day)
        for row in connection.execute(query.where(books.c.share == share, books.c.path.in_(paths))):
            known[row.path] = (row.id, row.content_day)
    return known


def _entered(
    connection: sa.Connection, share: int, run: RunEntry, night: BookNight, is_gone: Callable[[str], bool]
) -> tuple[int, date | None]:
    """A workbook under a name that is new: one known under another, or a new one."""
    if night.record is not None and night.record.found:
        query = sa.select(books.c.id, books.c.path, books.c.content_day).where(
            books.c.share == share, books.c.fingerprint == night.record.found
        )
        for row in connection.execute(query.order_by(books.c.id.desc())).all():
            if is_gone(row.path):
                connection.execute(sa.update(books).where(books.c.id == row.id).values(path=night.path))
                return row.id, row.content_day
    values = {"share": share, "path": night.path, "first_day": run.day, "fingerprint": ""}
    insert = sa.insert(books).values(**values, lang="", schema_version=0).returning(books.c.id)
    return connection.execute(insert).scalar_one(), None


def _night_row(book: int, run: RunEntry, night: BookNight) -> dict[str, object]:
    record = night.record
    return {
        "book": book,
        "day": run.day,
        "run": run.id,
        "outcome": str(night.outcome),
        "changed": night.changed,
        "seconds": night.seconds,
        "failure": night.failure,
        "reference_day": None if record is None else date.fromisoformat(record.reference_day),
        "counts": None if record is None else dict(record.counts),
        "completeness": None if record is None else dict(record.completeness),
        "alerts": None if record is None else Counter(alert.code for alert in record.alerts),
    }


def _write_rows(connection: sa.Connection, rows: Sequence[dict[str, object]]) -> None:
    """The rows of nights; what was found on a day stays when a later run of that day finds nothing new."""
    insert = _inserting(connection)(nights)
    values = {column.name: insert.excluded[column.name] for column in nights.c if not column.primary_key}
    read = str(Outcome.TREATED)
    for chosen, kept in (
        ([row for row in rows if row["outcome"] == read], None),
        ([row for row in rows if row["outcome"] != read], nights.c.outcome != read),
    ):
        if chosen:
            connection.execute(
                insert.on_conflict_do_update(index_elements=["book", "day"], set_=values, where=kept), chosen
            )


def _keep_content(connection: sa.Connection, day: date, found: Sequence[tuple[int, BookRecord]]) -> None:
    """What was read of workbooks."""
    if not found:
        return
    write_entities(connection, day, [(book, record.tables) for book, record in found])
    for book, record in found:
        write_alerts(connection, book, day, record.alerts)
    values = [
        {
            "of": book,
            "content_day": day,
            "fingerprint": record.left,
            "lang": record.lang,
            "schema_version": record.schema_version,
            "alerts": None,
        }
        for book, record in found
    ]
    connection.execute(sa.update(books).where(books.c.id == sa.bindparam("of")), values)


def _inserting(connection: sa.Connection) -> Callable[[sa.Table], sqlite.Insert | postgresql.Insert]:
    """The insert of the database at hand, which can say what becomes of a row that is there."""
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
