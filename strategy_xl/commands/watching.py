"""What other programs are told of a run: ``--log-json`` while it goes on, ``--metrics`` when it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import click

from strategy_xl import __version__
from strategy_xl.commands.place import Here
from strategy_xl.commands.render import text

if TYPE_CHECKING:
    from strategy_xl.errors import Finding
    from strategy_xl.work.recompute import JobReport

_Command = TypeVar("_Command", bound=Callable[..., Any])


def watching_options(command: _Command) -> _Command:
    """Add ``--log-json FILE`` and ``--metrics FILE``."""
    log = click.option(
        "--log-json",
        type=Here("SX818", dir_okay=False, allow_dash=True),
        metavar="FILE",
        help=text("operate.log.help"),
    )
    metrics = click.option(
        "--metrics",
        type=Here("SX818", dir_okay=False),
        metavar="FILE",
        help=text("operate.metrics.help"),
    )
    return log(metrics(command))


class Watching:
    """The log and the metrics of one run."""

    def __init__(self, options: dict[str, Any], home: Path) -> None:
        """The run begins now.

        Arguments:
            options: of the command.
            home: the folder of the run.
        """
        from strategy_xl.runs.event_log import EventLog

        self._metrics: Path | None = options["metrics"]
        self._jobs: int = options["jobs"]
        self._started, self._begun = _now(), time.perf_counter()
        self._log = EventLog(options["log_json"], home, _now)
        self._told: set[Path] = set()

    def __enter__(self) -> Self:
        """Open the log."""
        self._log.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the log."""
        self._log.__exit__(kind, error, trace)

    def begun(self, books: int) -> None:
        """It is known how many workbooks there are to treat."""
        self._log.begun(__version__, books, self._jobs)

    def done(self, report: JobReport) -> None:
        """A workbook was treated."""
        self._told.add(report.path)
        self._log.done(report)

    def ended(
        self,
        reports: Sequence[JobReport],
        notes: Sequence[Finding],
        day: date,
        resumed: int,
        code_of: Callable[[Sequence[Finding]], int],
    ) -> list[Finding]:
        """Tell the end; what could not be written is what this gives.

        Arguments:
            reports: of all workbooks.
            notes: what the run itself has to tell.
            day: reference date.
            resumed: how many workbooks were done before.
            code_of: the exit code, from all notes.
        """
        from strategy_xl.runs.event_log import unwritten
        from strategy_xl.runs.metrics import open_metrics, write
        from strategy_xl.runs.tally import Tally

        for report in reports:  # those that were left, and what could not even be opened
            if report.path not in self._told:
                self._log.done(report)
        faults = [self._log.fault] if self._log.fault is not None else []
        said = [*notes, *faults]
        tally = Tally.of(
            reports,
            version=__version__,
            day=day,
            started=self._started,
            ended=_now(),
            seconds=time.perf_counter() - self._begun,
            exit_code=code_of(said),
            resumed=resumed,
            notes=said,
        )
        if self._metrics is not None:
            try:
                write(self._metrics, open_metrics(tally))
            except OSError as error:
                faults.append(unwritten(self._metrics, error))
        self._log.ended(tally, [*notes, *faults])
        late = [] if self._log.fault is None or self._log.fault in faults else [self._log.fault]
        return [*faults, *late]


def _now() -> datetime:
    return datetime.now(UTC)
