"""``strategy-xl recompute``: the main job, on files, folders and patterns."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    backup_option,
    chosen_day,
    exit_code,
    finding_data,
    language,
    show_backups,
    show_findings,
    templates_option,
    text,
    today_option,
)

if TYPE_CHECKING:
    from strategy_xl.schema.spec import FigureSpec
    from strategy_xl.work.recompute import JobReport

_ALWAYS = ("alerts", "completeness")
"""Figures that every workbook has, whatever its templates count."""


@click.command(help=text("cli.recompute.help"))
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=lambda: min(os.cpu_count() or 1, 8),
    show_default=text("cli.jobs.default"),
    help=text("cli.jobs.help"),
)
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@click.option("--json", "as_json", is_flag=True, help=text("cli.json.help"))
@backup_option
@templates_option
@today_option
def recompute(paths: tuple[str, ...], jobs: int, templates: Path | None, **options: Any) -> None:
    """Recompute each workbook and print the table of results."""
    from strategy_xl.runs.discover import workbooks
    from strategy_xl.runs.runner import Task, run
    from strategy_xl.schema.loader import load, load_default

    # A wrong template stops the run before the first workbook.
    spec = load_default() if templates is None else load(templates)
    books = workbooks(paths)
    task = Task(
        templates, chosen_day(options["today"]), dry_run=options["dry_run"], backups=options["backup"]
    )
    reports = _with_progress(books, task, jobs, run, quiet=options["as_json"])
    if options["as_json"]:
        click.echo(json.dumps([_data(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        _print(reports, spec.figures, dry_run=options["dry_run"])
    raise SystemExit(_exit_code(reports))


def _with_progress(books: Sequence[Path], task: Any, jobs: int, run: Any, *, quiet: bool) -> list[JobReport]:
    """Run with a progress bar on the error stream, so that the output can be piped."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as progress:
        bar = progress.add_task(text("cli.recompute.progress"), total=len(books))
        reports: list[JobReport] = run(books, task, jobs, lambda _report: progress.advance(bar))
    return reports


def _exit_code(reports: Sequence[JobReport]) -> int:
    if any(report.failure is not None for report in reports):
        return EXIT_UNREADABLE
    return exit_code(finding for report in reports for finding in report.findings)


def _status(report: JobReport, *, dry_run: bool) -> str:
    if report.failure is not None:
        return "failed"
    if not report.changed:
        return "unchanged"
    return "would_change" if dry_run else "changed"


def _print(reports: Sequence[JobReport], figures: Sequence[FigureSpec], *, dry_run: bool) -> None:
    """Findings, then the table of results."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    for report in reports:
        show_findings(report.findings, err=True)
        if report.failure is not None:
            show_findings([report.failure], err=True)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(text("cli.table.workbook"), overflow="fold")
    table.add_column(text("cli.table.status"))
    for figure in figures:
        table.add_column(figure.label.get(language()), justify="right")
    for heading in (*_ALWAYS, "findings", "cells", "seconds"):
        table.add_column(text(f"cli.table.{heading}"), justify="right")
    headings = (*(figure.key for figure in figures), *_ALWAYS)
    for report in reports:
        table.add_row(
            report.path.name,
            text(f"cli.status.{_status(report, dry_run=dry_run)}"),
            *(_shown(heading, report.counts.get(heading)) for heading in headings),
            str(len(report.findings)),
            str(report.changed),
            f"{report.seconds:.2f}",
        )
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    console.print(table)
    show_backups(sum(report.backup is not None for report in reports))


def _shown(heading: str, value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.0%}" if heading == "completeness" else f"{value:.0f}"


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
