"""What the journal says of a run that is over: how long it took, what failed and why, what was left."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from strategy_xl.errors import Finding, Location, Severity

_LEFT = frozenset({"planned", "started"})


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run as its journal tells it.

    Arguments:
        started: when it began.
        seconds: how long it took; None when it was not ended.
        failures: workbook, as told from the journal's folder → what stopped it.
        left: workbooks that it did not come to.
        findings: workbook → how many things were told about it.
    """

    started: datetime
    seconds: float | None = None
    failures: Mapping[str, Finding] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    findings: Mapping[str, int] = field(default_factory=dict)


def past_run(file: Path, day: date) -> PastRun | None:
    """The last run of a reference day; None when the journal knows none, or cannot be read.

    Arguments:
        file: the journal.
        day: the reference day.
    """
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            run = connection.execute(
                "SELECT id, started, ended FROM runs WHERE day = ? ORDER BY id DESC LIMIT 1",
                (day.isoformat(),),
            ).fetchone()
            if run is None:
                return None
            rows = connection.execute(
                "SELECT path, state, findings, failure FROM books WHERE run = ?", (run[0],)
            ).fetchall()
    except sqlite3.Error:
        # The report is made from the history; the journal adds what it can.
        return None
    started = datetime.fromisoformat(run[1])
    failures: dict[str, Finding] = {}
    left, findings = set(), {}
    for path, state, told, failure in rows:
        name = os.fsdecode(path).replace(os.sep, "/")
        if failure is not None:
            args = json.loads(failure)
            failures[name] = Finding(args.pop("code"), Location(name), args, Severity.ERROR)
        if state in _LEFT:
            left.add(name)
        findings[name] = told or 0
    seconds = None if run[2] is None else (datetime.fromisoformat(run[2]) - started).total_seconds()
    return PastRun(started, seconds, failures, frozenset(left), findings)
