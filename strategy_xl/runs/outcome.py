"""What becomes of a workbook in a run, whichever engine treats it; and what a run asks of an engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.ooxml.snapshot import Stamp
from strategy_xl.progress import Step
from strategy_xl.runs.faults import fault, trace
from strategy_xl.runs.interrupts import Interrupts
from strategy_xl.runs.marks import Mark
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Version
from strategy_xl.work.recompute import JobReport

LOST, TOO_LONG = "SX108", "SX195"
RETRIED = frozenset({"SX113", "SX916"})
"""Open, or changed meanwhile: somebody is at these workbooks; they are tried again at the end of the run."""

Job = Callable[..., JobReport]
"""What is done with a workbook: called with its path, and its mark when it has one."""
Heard = Callable[[Path, Step], None]


class Answer(NamedTuple):
    """What became of a workbook.

    Arguments:
        report: the job's report.
        stamp: the file as the job left it, None when it is not there.
        trace: of a fault of the program, else empty.
    """

    report: JobReport
    stamp: Stamp | Version | None = None
    trace: str = ""


class Watch(Protocol):
    """Who keeps a record of what goes on."""

    def started(self, path: Path) -> None:
        """A workbook was handed to a process."""

    def beat(self) -> None:
        """Some time has passed."""


class Treat(Protocol):
    """An engine's way to treat workbooks; fewer answers than paths after an interrupt, or when it broke down.

    Whatever happens in one workbook is the answer of that one: SX108 when its process died, SX195 when it
    took too long; the others go on.
    """

    def __call__(  # noqa: PLR0913 - paths, job, how many at once; the rest are keywords
        self,
        paths: Collection[Path],
        job: Job,
        jobs: int,
        *,
        limit: float,
        interrupts: Interrupts,
        watch: Watch,
        heard: Heard,
        marks: Mapping[Path, Mark],
    ) -> Iterator[Answer]:
        """Treat workbooks, and answer as they are done.

        Arguments:
            paths: the workbooks.
            job: what to do with each; it crosses to other processes.
            jobs: how many at once.
            limit: seconds that a workbook may take; 0 for as long as it takes.
            interrupts: whether to end.
            watch: told when a workbook is begun, and every now and then.
            heard: told how far a workbook has come that takes longer, where the engine can tell.
            marks: what is known of workbooks; each goes along with its own.
        """


def stamp_of(path: Path | RemotePath) -> Stamp | Version | None:
    """The stamp of a file, or the version of an object; None when it cannot be looked at."""
    if isinstance(path, RemotePath):
        from strategy_xl.runs.stores.remote import version_of

        return version_of(path)
    try:
        return Stamp.of(path)
    except OSError:  # the job meets it too, and reports it
        return None


def guarded(path: Path, job: Job, mark: Mark | None = None) -> Answer:
    """Do a job; whatever it raises becomes the failure of that workbook."""
    start = time.perf_counter()
    before = stamp_of(path)
    try:
        report = job(path) if mark is None else job(path, mark)
    except Exception as error:  # noqa: BLE001 - nothing that happens in one workbook stops a run
        report = JobReport(path, failure=fault(path, error), seconds=time.perf_counter() - start)
        return Answer(report, before, trace(error))
    # What somebody saved since is not what was treated.
    return Answer(report, stamp_of(path) if report.changed else before)


def failed(path: Path, code: str, seconds: float = 0.0, **args: object) -> Answer:
    """The answer for a workbook whose process gave none; writing replaces at once, so the file is whole."""
    return Answer(
        JobReport(path, failure=Finding(code, Location(str(path)), args, Severity.ERROR), seconds=seconds)
    )
