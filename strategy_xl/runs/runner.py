"""Many workbooks, each reported: once more at the end those that somebody is at, alone those that kill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from strategy_xl.errors import Finding, Location, Severity, StrategyXlError
from strategy_xl.ooxml.replace import remove_stale
from strategy_xl.runs.engines import local
from strategy_xl.runs.faults import logger
from strategy_xl.runs.interrupts import Interrupts
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.marks import Mark
from strategy_xl.runs.outcome import LOST, RETRIED, Answer, Heard, Treat
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.staging import tidy, treated
from strategy_xl.schema.loader import load, load_default
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.recompute import JobReport, recompute_workbook

if TYPE_CHECKING:  # a run without a history needs no database
    from strategy_xl.runs.remembering import Memory

LEFT = "SX194"
BOOK_MINUTES = 10.0
"""Minutes that one workbook may take, unless told; the largest measured takes one."""


@dataclass(frozen=True, slots=True)
class Task:
    """What every workbook of a run shares.

    Arguments:
        templates: the user's own template folder, if any.
        today: reference date.
        dry_run: write nothing.
        backups: how many earlier versions of each stay beside it.
        compact: deflate large sheets rather small than fast.
        tidies: put inputs right that Excel does not count.
        remembers: make the records that the history keeps.
    """

    templates: Path | None
    today: date
    dry_run: bool = False
    backups: int = 1
    compact: bool = False
    tidies: bool = False
    remembers: bool = False

    def spec(self) -> WorkbookSpec:
        """The templates, read once a process when they are the program's own."""
        return load(self.templates) if self.templates is not None else load_default()


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a run.

    Arguments:
        interrupts: whether to end before the last workbook.
        journal: where the run keeps its record.
        book_minutes: time that one workbook may take; 0 for as long as it takes.
        marks: what earlier runs left of workbooks on which there was nothing more to do.
        memory: what the run tells the history; None for a run that no history is to know.
        treat: the engine's way to treat them.
    """

    interrupts: Interrupts
    journal: Journal
    book_minutes: float = BOOK_MINUTES
    marks: Mapping[Path, Mark] = field(default_factory=dict)
    memory: Memory | None = None
    treat: Treat = local.treat

    def started(self, path: Path) -> None:
        """A workbook was handed to a process."""
        self.journal.started(path)

    def beat(self) -> None:
        """Some time has passed: what has gathered is written, in the history first."""
        if self.memory is not None:
            self.memory.beat()
        self.journal.beat()

    def settled(self, answer: Answer) -> JobReport:
        """Enter what became of a workbook; its report, without what is in the history now."""
        if self.memory is not None:
            self.memory.take(answer)
        self.journal.settled(answer)
        report = answer.report
        return report if report.record is None else replace(report, record=None)

    def end(self, *, whole: bool) -> None:
        """Write the rest; whole when no workbook was left."""
        if self.memory is not None:
            self.memory.flush()
        self.journal.end(whole=whole)


def _one(path: Path | RemotePath, mark: Mark | None = None, *, spec: WorkbookSpec, task: Task) -> JobReport:
    if isinstance(path, RemotePath):
        job = partial(_one, mark=mark, spec=spec, task=replace(task, backups=0))
        return treated(path, job, backups=task.backups, writes=not task.dry_run)
    known = None if mark is None else mark.report(path, task.today)
    if known is not None:
        return known
    return recompute_workbook(
        path,
        spec,
        task.today,
        dry_run=task.dry_run,
        backups=task.backups,
        compact=task.compact,
        tidies=task.tidies,
        remembers=task.remembers,
    )


def _tidy(folders: Iterable[Path | RemotePath]) -> None:
    """Remove what runs that were killed in the middle of a write left beside the workbooks."""
    for folder in folders:
        try:
            removed = tidy(folder) if isinstance(folder, RemotePath) else remove_stale(folder)
        except (
            OSError,
            StrategyXlError,
        ) as error:  # workbooks that were named one by one, in a folder that may not be listed
            logger.warning("%s: %s", folder, error)
            continue
        for path in removed:
            logger.info("removed %s", path)


def _code(answer: Answer) -> str | None:
    return None if answer.report.failure is None else answer.report.failure.code


def _answers(paths: Sequence[Path], jobs: int, treated: Callable[..., Iterator[Answer]]) -> Iterator[Answer]:
    """The last answer of each workbook that was begun."""
    opened: dict[Path, Answer] = {}
    lost: dict[Path, Answer] = {}
    for answer in treated(paths, jobs=jobs):
        later = opened if _code(answer) in RETRIED else lost if _code(answer) == LOST else None
        if later is None:
            yield answer
        else:
            later[answer.report.path] = answer
    for answer in treated(list(opened), jobs=jobs):
        del opened[answer.report.path]
        if _code(answer) == LOST:
            lost[answer.report.path] = answer
        else:
            yield answer
    # A workbook that needs all memory gets all memory, and kills no other's process.
    for answer in treated(list(lost), jobs=1):
        del lost[answer.report.path]
        yield answer
    yield from (*opened.values(), *lost.values())


def run(
    paths: Sequence[Path],
    task: Task,
    jobs: int,
    done: Callable[[JobReport], None],
    frame: Frame | None = None,
    heard: Heard = lambda _path, _step: None,
) -> list[JobReport]:
    """Recompute workbooks and report them in the order given; those that were left have the finding SX194.

    Arguments:
        paths: the workbooks.
        task: what they share.
        jobs: processes.
        done: called with each report as it comes, for a progress bar.
        frame: limits and record of the run; by default those of a run without a journal.
        heard: called with how far a workbook has come that takes longer.
    """
    frame = frame or Frame(Interrupts(), Journal(None, Path()))
    treated = partial(
        frame.treat,
        job=partial(_one, spec=task.spec(), task=task),
        limit=60 * frame.book_minutes,
        interrupts=frame.interrupts,
        watch=frame,
        heard=heard,
        marks=frame.marks,
    )
    if not task.dry_run:
        _tidy({path.parent for path in paths})
    reports: dict[Path, JobReport] = {}
    for answer in _answers(paths, jobs, treated):
        reports[answer.report.path] = frame.settled(answer)
        if answer.trace:
            logger.error("%s\n%s", answer.report.path, answer.trace)
        done(reports[answer.report.path])
    left = {
        path: JobReport(path, failure=Finding(LEFT, Location(str(path)), {}, Severity.ERROR))
        for path in paths
        if path not in reports
    }
    frame.end(whole=not left)
    reports |= left
    return [reports[path] for path in paths]
