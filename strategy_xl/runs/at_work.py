"""Whether a run is at work on some workbooks, by the journals that runs on their folders would keep."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from strategy_xl.errors import Finding, Location, StrategyXlError
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.runs.stores.keeping import keeping

FILE = "journal.sqlite"
"""Name of a journal, in the folder that a run keeps."""
VERSION = 1
"""Of the tables in it."""
_DEAD_SECONDS = 120.0


class RunBusyError(StrategyXlError):
    """Another run is at work on the same workbooks."""


def space_here() -> str:
    """What process numbers count in: this start of this machine, this container. Empty where unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def birth_of(pid: int) -> str:
    """When a process of this space began, to tell it from a later one of its number; empty when dead."""
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def busy_in(connection: sqlite3.Connection, file: Path) -> RunBusyError | None:
    """The run that is at work by a journal, to be raised; runs of processes that died are none."""
    rows = connection.execute(
        "SELECT pid, host, space, birth, seen, started FROM runs WHERE state = 'running'"
    )
    for pid, host, space, birth, seen, started in rows:
        is_here = space and space == space_here()
        if birth and birth == birth_of(pid) if is_here else time.time() - seen < _DEAD_SECONDS:
            since = datetime.fromisoformat(started).astimezone().strftime("%Y-%m-%d %H:%M")
            place = file.parent.parent if file.parent.name == HIDDEN else file
            return RunBusyError("SX191", Location(str(place)), pid=pid, host=host, since=since)
    return None


class Seen(NamedTuple):
    """What somebody who only looks finds in a journal.

    Arguments:
        runs: how many are kept.
        last_state, last_started: of the newest one; empty when there is none.
        busy: finding SX191 when a run is at work.
        wrong: why the journal cannot be used; empty when it can.
    """

    runs: int = 0
    last_state: str = ""
    last_started: str = ""
    busy: Finding | None = None
    wrong: str = ""


def look_into(file: Path) -> Seen:
    """What a journal says, without changing anything in it.

    Arguments:
        file: the journal; it is there.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != VERSION:
                return Seen(wrong=f"version {version}")
            state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if state != "ok":
                return Seen(wrong=state)
            runs = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
            query = "SELECT state, started FROM runs ORDER BY id DESC LIMIT 1"
            last = connection.execute(query).fetchone() or ("", "")
            busy = busy_in(connection, file)
    except (sqlite3.Error, OSError) as error:
        return Seen(wrong=str(error))
    return Seen(runs, last[0], last[1], None if busy is None else busy.finding)


def refuse_if_busy(file: Path) -> None:
    """Raise RunBusyError when a run is at work by the journal of another folder."""
    if not os.path.isfile(file):  # noqa: PTH113 - Path.is_file raises where the folder is closed
        return
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            busy = busy_in(connection, file)
    except sqlite3.Error:  # no journal of ours, or one that cannot be read: nothing is known of a run there
        return
    if busy is not None:
        raise busy


def neighbours(books: Iterable[Path]) -> set[Path]:
    """The journals that a run on the folders of these workbooks, or on any folder above them, would keep."""
    folders = {folder.resolve() for folder in {book.parent for book in books}}
    return {keeping(place) / FILE for folder in folders for place in (folder, *folder.parents)}
