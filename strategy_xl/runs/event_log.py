"""The log of a run for other programs: one JSON object a line, written as things happen.

A line has ``time`` (UTC) and ``event``. Nothing in it names a person, a client or a workbook (see ``tally``).
A log that cannot be written never stops a run: it says so, and the run goes on without.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from strategy_xl.errors import Finding, Location, StrategyXlError
from strategy_xl.runs.tally import Tally, book_id, codes, state
from strategy_xl.work.recompute import JobReport

UNWRITTEN = "SX115"
"""Finding: what was to be written beside a run could not be."""
ERRORS = Path("-")
"""Stands for the error stream, which systemd and others keep."""


class EventLog:
    """A log, as a context manager; without a file it does nothing.

    Arguments:
        file: what is added to; ``-`` for the error stream, None for none.
        home: the folder of the run, from which workbooks are told.
        clock: gives the time.
    """

    def __init__(self, file: Path | None, home: Path, clock: Callable[[], datetime]) -> None:
        """Nothing is opened yet."""
        self.fault: Finding | None = None
        self._file, self._home, self._clock = file, home, clock
        self._stream: TextIO | None = None

    def __enter__(self) -> Self:
        """Open the file."""
        if self._file == ERRORS:
            self._stream = sys.stderr
        elif self._file is not None:
            try:
                self._stream = self._file.open("a", encoding="utf-8")
            except OSError as error:
                self._give_up(error)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Tell what stopped a run before its end, by its kind alone; else ``ended`` is still to come."""
        if error is not None:
            code = error.finding.code if isinstance(error, StrategyXlError) else None
            self._write("run.stopped", kind=type(error).__name__, code=code)
            self._close()

    def begun(self, version: str, books: int, jobs: int) -> None:
        """A run begins.

        Arguments:
            version: of the program.
            books: how many workbooks there are to treat.
            jobs: processes.
        """
        self._write("run.started", version=version, books=books, jobs=jobs)

    def done(self, report: JobReport) -> None:
        """A workbook was treated, or could not be."""
        self._write(
            "book.done",
            book=book_id(report.path, self._home),
            state=state(report),
            failure=None if report.failure is None else report.failure.code,
            findings=codes(report.findings),
            changed_cells=report.changed,
            seconds=round(report.seconds, 3),
        )

    def ended(self, tally: Tally, notes: list[Finding]) -> None:
        """A run has ended; the log is closed.

        Arguments:
            tally: its figures.
            notes: what the run itself has to tell.
        """
        self._write(
            "run.ended",
            day=tally.day.isoformat(),
            exit_code=tally.exit_code,
            seconds=round(tally.seconds, 3),
            books=dict(tally.books),
            failures=dict(tally.failures),
            notes=codes(notes),
        )
        self._close()

    def _write(self, event: str, **facts: object) -> None:
        if self._stream is None:
            return
        now = self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        try:
            self._stream.write(json.dumps({"time": now, "event": event, **facts}) + "\n")
            self._stream.flush()  # who looks on sees it now, and a run that is killed has told so far
        except OSError as error:
            self._give_up(error)

    def _close(self) -> None:
        if self._stream is not None and self._stream is not sys.stderr:
            try:
                self._stream.close()
            except OSError as error:
                self._give_up(error)
        self._stream = None

    def _give_up(self, error: OSError) -> None:
        """Go on without."""
        self._stream = None
        self.fault = unwritten(self._file or ERRORS, error)


def unwritten(path: Path, error: OSError) -> Finding:
    """The finding of a file beside a run that could not be written."""
    return Finding(UNWRITTEN, Location(str(path)), {"detail": error.strerror or str(error)})
