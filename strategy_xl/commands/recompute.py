"""``strategy-xl recompute``: the main job, on files, folders and patterns."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl import __version__
from strategy_xl.collection import no_collection
from strategy_xl.commands.engine import chosen_engine, engine_options
from strategy_xl.commands.place import Here
from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    backup_option,
    chosen_day,
    exit_code,
    finding_data,
    history_option,
    is_quiet,
    json_option,
    printable,
    show_backups,
    show_findings,
    show_json,
    templates_option,
    text,
    today_option,
)
from strategy_xl.commands.results_table import show_results
from strategy_xl.commands.watching import Watching, watching_options

if TYPE_CHECKING:
    from strategy_xl.errors import Finding
    from strategy_xl.progress import Step
    from strategy_xl.runs.discover import Found
    from strategy_xl.runs.journal import Journal, Resumed
    from strategy_xl.runs.remembering import Memory
    from strategy_xl.runs.runner import Frame, Task
    from strategy_xl.schema.spec import FigureSpec, WorkbookSpec
    from strategy_xl.work.recompute import JobReport


@click.command(help=text("cli.recompute.help"))
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=lambda: min(os.cpu_count() or 1, 8),
    show_default=text("cli.jobs.default"),
    help=text("cli.jobs.help"),
)
@engine_options
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@json_option
@backup_option
@click.option("--compact", is_flag=True, help=text("cli.compact.help"))
@click.option("--tidy", is_flag=True, help=text("cli.tidy.help"))
@click.option("--resume", is_flag=True, help=text("cli.resume.help"))
@click.option("--wait", type=click.FloatRange(0), default=0, metavar="SECONDS", help=text("cli.wait.help"))
@click.option(
    "--max-minutes", type=click.FloatRange(0, min_open=True), metavar="N", help=text("cli.max_minutes.help")
)
@click.option(
    "--book-minutes",
    type=click.FloatRange(0),
    default=10,
    show_default=True,
    metavar="N",
    help=text("cli.book_minutes.help"),
)
@click.option(
    "--journal",
    type=Here(dir_okay=False),
    metavar="PATH",
    help=text("cli.journal.help"),
)
@click.option("--no-journal", is_flag=True, help=text("cli.no_journal.help"))
@history_option
@click.option("--no-history", is_flag=True, help=text("cli.no_history.help"))
@watching_options
@click.option("--ignore-marks", is_flag=True, help=text("cli.ignore_marks.help"))
@templates_option
@today_option
def recompute(paths: tuple[str, ...], templates: Path | None, **options: Any) -> None:
    """Recompute each workbook and print the table of results."""
    with no_collection():
        from strategy_xl.runs.discover import workbooks
        from strategy_xl.runs.faults import logging_to
        from strategy_xl.runs.interrupts import Interrupts
        from strategy_xl.runs.journal import Journal
        from strategy_xl.runs.runner import Frame, Task
        from strategy_xl.runs.stores.keeping import keeping
        from strategy_xl.runs.tally import book_id
        from strategy_xl.schema.loader import load, load_default
        from strategy_xl.work.recompute import JobReport

        # A wrong template stops the run before the first workbook.
        spec = load_default() if templates is None else load(templates)
    found = workbooks(paths)
    if options["history"]:
        from strategy_xl.history.database import parse

        parse(options["history"])  # a wrong address stops the run as well
    file = _journal_file(found, options)
    journal = Journal(file, found.home)
    log = nullcontext() if options["no_journal"] else logging_to(keeping(found.home))
    with (
        Interrupts(options["max_minutes"], _tell_of_end) as interrupts,
        log,
        chosen_engine(options, found.home) as engine,
        Watching(options, found.home) as watching,
    ):
        day = chosen_day(options["today"])
        resumed = journal.begin(
            () if options["dry_run"] else found.books,
            "" if file is None else _fingerprint(spec, None if options["journal"] is None else found.home),
            day,
            resume=(lambda begun: options["today"] is None or begun == day) if options["resume"] else None,
            wait=options["wait"],
            stop=lambda: interrupts.ending,
        )
        books = [book for book in found.books if book not in resumed.done]
        memory = _memory(found, options, journal, spec, resumed.day)
        # A mark tells that there is nothing to recompute, not that there is nothing to put right.
        marks = {} if options["ignore_marks"] or options["tidy"] else resumed.marks
        if memory is not None:
            memory.begin(resumes=options["resume"])
            known = memory.known(marks)
            marks = {book: mark for book, mark in marks.items() if book in known}
        watching.begun(len(books))
        reports = _with_progress(
            books,
            Task(
                templates,
                resumed.day,
                dry_run=options["dry_run"],
                backups=options["backup"],
                compact=options["compact"],
                tidies=options["tidy"],
                remembers=memory is not None,
            ),
            engine.jobs,
            Frame(interrupts, journal, options["book_minutes"], marks, memory, engine.treat),
            told=watching.done,
        )
    reports += [
        JobReport(Path(str(failure.location.workbook)), failure=failure) for failure in found.failures
    ]
    if options["as_json"]:
        data = [*map(_data, reports), *map(_resumed_data, resumed.done)]
        show_json([each | {"id": book_id(str(each["workbook"]), found.home)} for each in data])
    else:
        _print(reports, spec.figures, dry_run=options["dry_run"])
    _print_rest(reports, resumed, err=options["as_json"])
    notes = [fault for fault in (journal.fault, engine.fault()) if fault is not None]
    if memory is not None:
        memory.end(_moment(), whole=not any(map(_is_left, reports)))
        notes += memory.findings
    notes += watching.ended(reports, notes, resumed.day, len(resumed.done), partial(_exit_code, reports))
    show_findings(notes, err=True)
    raise SystemExit(_exit_code(reports, notes))


def _journal_file(found: Found, options: dict[str, Any]) -> Path | None:
    """The file of the run's journal; one workbook alone needs none, but keeps to one that is there."""
    from strategy_xl.runs.at_work import FILE
    from strategy_xl.runs.stores.keeping import keeping

    file: Path = options["journal"] or keeping(found.home) / FILE
    needless = options["journal"] is None and not found.gathers and not file.exists()
    return None if options["no_journal"] or options["dry_run"] or needless else file


def _memory(
    found: Found, options: dict[str, Any], journal: Journal, spec: WorkbookSpec, day: date
) -> Memory | None:
    """What the run tells the history; one workbook alone begins none, but goes on with one that is there.

    Nor does a run that keeps no journal, and so is to leave nothing behind.
    """
    from strategy_xl.runs.histories import find_target

    if options["no_history"] or options["dry_run"] or not found.books:
        return None
    begins = found.gathers and not options["no_journal"]
    target = find_target(options["history"], found.home, journal=options["journal"], begins=begins)
    if target is None:
        return None
    from strategy_xl.history.writing import RunEntry
    from strategy_xl.runs.remembering import Memory

    program = f"{__version__} {_templates(spec)}"
    return Memory(target, journal, RunEntry(uuid.uuid4().hex, day, _moment(), program), spec)


def _moment() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _templates(spec: WorkbookSpec) -> str:
    """What tells templates from others."""
    return hashlib.sha256(spec.model_dump_json().encode()).hexdigest()[:16]


def _fingerprint(spec: WorkbookSpec, home: Path | None) -> str:
    """What makes a run beside workbooks and day: program, templates, in a common journal the folder."""
    from strategy_xl.runs.marks import program

    return " ".join(
        (__version__, program(), _templates(spec), *([ascii(str(home.resolve()))] if home else ()))
    )


def _tell_of_end() -> None:
    click.echo(text("cli.recompute.ending"), err=True)


def _with_progress(
    books: Sequence[Path],
    task: Task,
    jobs: int,
    frame: Frame,
    *,
    told: Callable[[JobReport], None],
) -> list[JobReport]:
    """Run with a progress bar on the error stream, so that the output can be piped."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from strategy_xl.commands.progressing import step_text
    from strategy_xl.runs.runner import run

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # Drawn when a workbook is done, not by a thread: a process that is forked inherits the locks of threads.
    with Progress(
        *columns,
        console=console,
        transient=True,
        disable=is_quiet() or not console.is_terminal,
        auto_refresh=False,
    ) as progress:
        title = text("cli.recompute.progress")
        bar = progress.add_task(title, total=len(books))

        def done(report: JobReport) -> None:
            told(report)
            progress.update(bar, advance=1, description=title, refresh=True)

        def heard(path: Path, step: Step) -> None:
            progress.update(bar, description=step_text(path, step), refresh=True)

        return run(books, task, jobs, done, frame, heard)


def _exit_code(reports: Sequence[JobReport], notes: Sequence[Finding]) -> int:
    if any(report.failure is not None for report in reports):
        return EXIT_UNREADABLE
    return exit_code([*notes, *(finding for report in reports for finding in report.findings)])


def _is_left(report: JobReport) -> bool:
    from strategy_xl.runs.runner import LEFT

    return report.failure is not None and report.failure.code == LEFT


def _status(report: JobReport, *, dry_run: bool) -> str:
    if report.failure is not None:
        return "left" if _is_left(report) else "failed"
    if not report.changed:
        return "unchanged"
    return "would_change" if dry_run else "changed"


def _print(reports: Sequence[JobReport], figures: Sequence[FigureSpec], *, dry_run: bool) -> None:
    """Findings, then the table of results; workbooks that were left are in neither."""
    shown = [report for report in reports if not _is_left(report)]
    for report in shown:
        show_findings(report.findings, err=True)
        if report.failure is not None:
            show_findings([report.failure], err=True)
    states = [text(f"cli.status.{_status(report, dry_run=dry_run)}") for report in shown]
    show_results(list(zip(shown, states, strict=True)), figures)
    show_backups(sum(report.backup is not None for report in reports))


def _print_rest(reports: Sequence[JobReport], resumed: Resumed, *, err: bool) -> None:
    """One line each for the workbooks that somebody is at, those that were left, and those done before."""
    from strategy_xl.runs.outcome import RETRIED

    names = []
    for report in reports:
        if report.failure is not None and report.failure.code in RETRIED:
            user = report.failure.args.get("user")
            names.append(printable(f"{report.path.name} ({user})" if user else report.path.name))
    left = sum(map(_is_left, reports))
    if names:
        click.echo(text("cli.recompute.skipped", n=len(names), names=", ".join(names)), err=err)
    if left:
        click.echo(text("cli.recompute.left", n=left), err=err)
    earlier = sum(report.is_earlier for report in reports)
    if earlier:
        click.echo(text("cli.recompute.earlier", n=earlier), err=err)
    if resumed.done:
        click.echo(text("cli.recompute.resumed", n=len(resumed.done), day=resumed.day), err=err)


def _data(report: JobReport) -> dict[str, object]:
    """A report for ``--json``."""
    return {
        "workbook": str(report.path),
        "status": _status(report, dry_run=False),
        "changed_cells": report.changed,
        "counts": dict(report.counts),
        "findings": [finding_data(finding) for finding in report.findings],
        "failure": finding_data(report.failure) if report.failure is not None else None,
        "seconds": round(report.seconds, 3),
        "backup": str(report.backup) if report.backup is not None else None,
    }


def _resumed_data(book: Path) -> dict[str, object]:
    """A workbook that the run had done before it was stopped, for ``--json``."""
    from strategy_xl.work.recompute import JobReport

    return _data(JobReport(book)) | {"status": "resumed"}
