"""The journal of runs: what was planned, started, done, failed and skipped, and which run is at work.

One SQLite file beside the workbooks, in its oldest locking mode, the one that file servers know. Every
transaction opens the file, writes what has gathered and closes it, so that two runs, and a run's processes,
never share a connection; what is lost when a run is killed is a second of it. A journal that cannot be used
never stops a run: it says so, and the run goes on without.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from strategy_xl.errors import Finding, Location
from strategy_xl.ooxml.backups import make_folder
from strategy_xl.ooxml.snapshot import Stamp
from strategy_xl.runs.at_work import (
    VERSION,
    RunBusyError,
    birth_of,
    busy_in,
    neighbours,
    refuse_if_busy,
    space_here,
)
from strategy_xl.runs.marks import Mark
from strategy_xl.runs.outcome import RETRIED, Answer, stamp_of
from strategy_xl.runs.stores.keeping import note_address
from strategy_xl.runs.stores.store import Version
from strategy_xl.work.recompute import Lasting

_Result = TypeVar("_Result")

_BUSY_SECONDS = 10.0
_FLUSH_SECONDS, _BEAT_SECONDS = 1.0, 15.0
_RUNS_KEPT = 30
_POLL_SECONDS = 0.5
_SCHEMA = (
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY, state TEXT NOT NULL, task TEXT NOT NULL, day TEXT NOT NULL,
        started TEXT NOT NULL, ended TEXT, pid INTEGER NOT NULL, host TEXT NOT NULL, space TEXT NOT NULL,
        birth TEXT NOT NULL, seen REAL NOT NULL)""",
    """CREATE TABLE books (
        run INTEGER NOT NULL, path BLOB NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
        started TEXT, ended TEXT, seconds REAL, changed INTEGER, findings INTEGER, counts TEXT, failure TEXT,
        fingerprint TEXT, PRIMARY KEY (run, path)) WITHOUT ROWID""",
    f"PRAGMA user_version = {VERSION}",
)
_MARKS = """CREATE TABLE IF NOT EXISTS marks (
    path BLOB NOT NULL, task TEXT NOT NULL, run INTEGER NOT NULL, fingerprint TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (path, task)) WITHOUT ROWID"""
_MARKED = """INSERT OR REPLACE INTO marks (fingerprint, first, last, told, task, run, path)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_UNDELIVERED = """CREATE TABLE IF NOT EXISTS undelivered (
    target TEXT NOT NULL, path TEXT NOT NULL, day TEXT NOT NULL, entry TEXT NOT NULL,
    PRIMARY KEY (target, path, day)) WITHOUT ROWID"""
_STARTED = "UPDATE books SET state = 'started', started = ?, tries = tries + 1 WHERE run = ? AND path = ?"
_SETTLED = """UPDATE books SET state = ?, ended = ?, seconds = ?, changed = ?, findings = ?, counts = ?,
    failure = ?, fingerprint = ? WHERE run = ? AND path = ?"""


class Resumed(NamedTuple):
    """What a run that goes on has behind it.

    Arguments:
        day: its reference date.
        done: workbooks that are done and have not changed since.
        marks: what earlier runs of this task left of workbooks on which there was nothing more to do.
    """

    day: date
    done: frozenset[Path] = frozenset()
    marks: Mapping[Path, Mark] = {}


@cache
def _folder(folder: Path, home: Path) -> Path:
    """A folder as told from home, when it is below it."""
    place = folder.resolve()
    is_below = type(place) is type(home) and place.is_relative_to(home)
    return place.relative_to(home) if is_below else place


def _text(stamp: Stamp | Version | None) -> str:
    """A file's fingerprint; empty when it could not be looked at."""
    return ":".join(map(str, stamp or ()))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _marks(connection: sqlite3.Connection, task: str, books: Mapping[bytes, Path]) -> dict[Path, Mark]:
    """The marks of workbooks, by their names in the journal."""
    rows = connection.execute(
        "SELECT path, fingerprint, first, last, told FROM marks WHERE task = ?", (task,)
    )
    return {
        books[key]: Mark(Lasting(left, date.fromisoformat(first), date.fromisoformat(last)), told)
        for key, left, first, last, told in rows
        if key in books
    }


class Undelivered(NamedTuple):
    """What a history that could not be reached is still to get.

    Arguments:
        target: address of the history.
        path: the workbook, as the history names it.
        day: day of the run, ``2027-03-01``.
        entry: what is to be told, as JSON.
    """

    target: str
    path: str
    day: str
    entry: str


class Journal:
    """The record that one run keeps of itself; without a file it keeps none."""

    def __init__(self, file: Path | None, home: Path) -> None:
        """Name the file; nothing is opened yet.

        Arguments:
            file: the journal's file, None for a run that keeps none.
            home: folder from which paths are told, so that they hold wherever a share is mounted.
        """
        self.fault: Finding | None = None
        self._file, self._home = file, home.resolve()
        self._run, self._task = 0, ""
        self._lines: list[tuple[str, tuple[object, ...]]] = []
        self._flushed = 0.0

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        assert self._file is not None  # callers see to it
        with closing(sqlite3.connect(self._file, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if not version:
                for statement in _SCHEMA:
                    connection.execute(statement)
            elif version != VERSION:
                raise sqlite3.DatabaseError("version", version)
            yield connection
            connection.execute("COMMIT")

    def _give_up(self, error: Exception) -> None:
        """Go on without a journal, and say why."""
        self.fault = Finding("SX196", Location(str(self._file)), {"detail": str(error)})
        self._file = None

    def _key(self, path: Path) -> bytes:
        """A workbook's name in the journal; bytes, since names need not be UTF-8."""
        return os.fsencode(str(_folder(path.parent, self._home) / path.name))

    def begin(
        self,
        books: Sequence[Path],
        task: str,
        day: date,
        *,
        resume: Callable[[date], bool] | None = None,
        wait: float = 0,
        stop: Callable[[], bool] = lambda: False,
    ) -> Resumed:
        """Enter a run with its workbooks as the one at work, or go on with one that did not end.

        Arguments:
            books: what is to be treated.
            task: what the result depends on beside workbook and day; another task is another run.
            day: reference date.
            resume: whether to go on with a run of that reference date; None for a new run.
            wait: seconds to wait for another run on these folders.
            stop: whether to stop waiting.

        Errors: RunBusyError SX191 when another run is at work.
        """
        others = neighbours(books)
        deadline = time.monotonic() + wait
        while True:
            try:
                for file in others:
                    refuse_if_busy(file)
                return self._begin(books, task, day, resume) if self._file else Resumed(day)
            except RunBusyError:
                if stop() or time.monotonic() >= deadline:
                    raise
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)
                return Resumed(day)
            time.sleep(_POLL_SECONDS)

    def _begin(
        self, books: Sequence[Path], task: str, day: date, resume: Callable[[date], bool] | None
    ) -> Resumed:
        assert self._file is not None  # the caller sees to it
        make_folder(self._file.parent)
        note_address(self._home)
        if not self._file.exists():
            self._file.touch()
            self._file.chmod(self._file.parent.stat().st_mode & 0o666)  # colleagues' runs write in it too
        pid, self._task = os.getpid(), task
        with self._transaction() as connection:
            busy = busy_in(connection, self._file)
            if busy is not None:
                raise busy
            connection.execute("UPDATE runs SET state = 'killed' WHERE state = 'running'")
            last = connection.execute(
                "SELECT id, day, state FROM runs WHERE task = ? ORDER BY id DESC LIMIT 1", (task,)
            ).fetchone()
            fingerprints: dict[bytes, str] = {}
            if resume and last and last[2] != "ended" and resume(date.fromisoformat(last[1])):
                self._run, day = last[0], date.fromisoformat(last[1])
                fingerprints = dict(
                    connection.execute(
                        "SELECT path, fingerprint FROM books WHERE run = ? AND state = 'done'", (self._run,)
                    )
                )
            else:
                self._run = (
                    connection.execute(
                        "INSERT INTO runs (state, task, day, started, pid, host, space, birth, seen) "
                        "VALUES ('', ?, ?, ?, 0, '', '', '', 0)",
                        (task, day.isoformat(), _now()),
                    ).lastrowid
                    or 0
                )
            connection.execute(
                "UPDATE runs SET state = 'running', ended = NULL, pid = ?, host = ?, space = ?, birth = ?, "
                "seen = ? WHERE id = ?",
                (pid, socket.gethostname(), space_here(), birth_of(pid), time.time(), self._run),
            )
            keys = {book: self._key(book) for book in books}
            done = frozenset(
                book
                for book, key in keys.items()
                if fingerprints.get(key) and fingerprints[key] == _text(stamp_of(book))
            )
            connection.executemany(
                "INSERT INTO books (run, path, state) VALUES (?, ?, 'planned') "
                "ON CONFLICT DO UPDATE SET state = 'planned'",
                [(self._run, key) for book, key in keys.items() if book not in done],
            )
            connection.execute(_MARKS)
            marks = _marks(connection, task, {key: book for book, key in keys.items() if book not in done})
            for table, column in (("runs", "id"), ("books", "run"), ("marks", "run")):
                connection.execute(f"DELETE FROM {table} WHERE {column} <= ?", (self._run - _RUNS_KEPT,))  # noqa: S608 - names from the line above
        return Resumed(day, done, marks)

    def started(self, path: Path) -> None:
        """A workbook is in hand."""
        self._note(_STARTED, path, _now())

    def settled(self, answer: Answer) -> None:
        """A workbook is done, has failed, or was skipped because somebody was at it."""
        report = answer.report
        failure = report.failure
        self._note(
            _SETTLED,
            report.path,
            "done" if failure is None else "skipped" if failure.code in RETRIED else "failed",
            _now(),
            report.seconds,
            report.changed,
            len(report.findings),
            json.dumps(dict(report.counts)),
            None if failure is None else json.dumps({"code": failure.code, **failure.args}, default=str),
            _text(answer.stamp),
        )
        mark = Mark.of(report)
        if mark is not None:
            (left, first, last), told = mark
            self._note(_MARKED, report.path, left, first.isoformat(), last.isoformat(), told, self._task)

    def keep(self, entries: Iterable[Undelivered]) -> bool:
        """Keep what a history could not take, the later of two of one workbook and day; whether it did."""
        insert = "INSERT OR REPLACE INTO undelivered VALUES (?, ?, ?, ?)"
        return self._of_undelivered(lambda at: at.executemany(insert, entries)) is not None

    def undelivered(self, target: str) -> list[Undelivered]:
        """What a history is still to get, the oldest first."""
        query = "SELECT target, path, day, entry FROM undelivered WHERE target = ? ORDER BY day, path"
        rows = self._of_undelivered(lambda at: at.execute(query, (target,)).fetchall())
        return [Undelivered(*row) for row in rows or ()]

    def delivered(self, entries: Iterable[Undelivered]) -> None:
        """Forget what has come to its history."""
        own = "DELETE FROM undelivered WHERE target = ? AND path = ? AND day = ? AND entry = ?"
        self._of_undelivered(lambda at: at.executemany(own, entries))

    def _of_undelivered(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result | None:
        """What comes of work on that table; None without a journal."""
        if self._file is None:
            return None
        try:
            with self._transaction() as connection:
                connection.execute(_UNDELIVERED)
                return work(connection)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
            return None

    def _note(self, statement: str, path: Path, *values: object) -> None:
        if self._file is not None:
            self._lines.append((statement, (*values, self._run, self._key(path))))

    @property
    def is_due(self) -> bool:
        """Whether the next beat writes."""
        waited = time.monotonic() - self._flushed
        return waited >= (_FLUSH_SECONDS if self._lines else _BEAT_SECONDS)

    def beat(self) -> None:
        """Write what has gathered, at most once a second, and now and then that the run is alive."""
        if self.is_due:
            self._flush("running")
            self._flushed = time.monotonic()

    def end(self, *, whole: bool) -> None:
        """Write the rest; whole when no workbook was left."""
        self._flush("ended" if whole else "left")

    def _flush(self, state: str) -> None:
        if self._file is None:
            return
        lines, self._lines = self._lines, []
        try:
            with self._transaction() as connection:
                for statement, values in lines:
                    connection.execute(statement, values)
                connection.execute(
                    "UPDATE runs SET state = ?, seen = ?, ended = ? WHERE id = ?",
                    (state, time.time(), None if state == "running" else _now(), self._run),
                )
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
