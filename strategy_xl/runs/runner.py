"""Many workbooks: one after the other or in local processes; one broken workbook never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.schema.loader import load, load_default
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.recompute import JobReport, recompute_workbook


@dataclass(frozen=True, slots=True)
class Task:
    """What every workbook of a run shares; small, so that it crosses to a process as it is.

    Arguments:
        templates: the user's own template folder, if any.
        today: reference date.
        dry_run: write nothing.
        backups: how many earlier versions of each stay beside it.
    """

    templates: Path | None
    today: date
    dry_run: bool = False
    backups: int = 1

    def spec(self) -> WorkbookSpec:
        """The templates, read once a process when they are the program's own."""
        return load(self.templates) if self.templates is not None else load_default()


def _one(path: Path, task: Task) -> JobReport:
    return recompute_workbook(path, task.spec(), task.today, dry_run=task.dry_run, backups=task.backups)


def _lost(path: Path, detail: str) -> JobReport:
    """The report of a workbook whose process died: its file is as it was, since writing replaces at once."""
    return JobReport(path, failure=Finding("SX108", Location(str(path)), {"detail": detail}, Severity.ERROR))


def run(paths: Sequence[Path], task: Task, jobs: int, done: Callable[[JobReport], None]) -> list[JobReport]:
    """Recompute workbooks and report them in the order given.

    Arguments:
        paths: the workbooks.
        task: what they share.
        jobs: processes; with one, everything runs in this process.
        done: called with each report as it comes, for a progress bar.
    """
    reports: dict[Path, JobReport] = {}
    for report in _reports(paths, task, min(jobs, len(paths))):
        reports[report.path] = report
        done(report)
    return [reports[path] for path in paths]


def _reports(paths: Sequence[Path], task: Task, jobs: int) -> Iterator[JobReport]:
    if jobs <= 1:
        for path in paths:
            yield _one(path, task)
        return
    left = list(paths)
    while left:
        waiting = yield from _side_by_side(left, task, jobs)
        # A process that dies takes all that wait with it. It was at work on one of the first: these go alone.
        left = list(waiting)
        for path in left[:jobs]:
            for lost, detail in (yield from _side_by_side([path], task, 1)).items():
                yield _lost(lost, detail)
        del left[:jobs]


def _side_by_side(
    paths: Sequence[Path], task: Task, jobs: int
) -> Generator[JobReport, None, dict[Path, str]]:
    """The reports as they come, until a process dies; returns what is not done then, in order, and why."""
    undone: dict[Path, str] = {}
    with ProcessPoolExecutor(jobs) as pool:
        futures: dict[Future[JobReport], Path] = {}
        for path in paths:
            try:
                futures[pool.submit(_one, path, task)] = path
            except BrokenProcessPool as error:
                undone[path] = str(error)
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool as error:
                undone[futures[future]] = str(error)
    return {path: undone[path] for path in paths if path in undone}
