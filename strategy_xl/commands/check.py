"""``strategy-xl check``: what is wrong in workbooks, cell by cell, without touching them; or put right."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    backup_option,
    chosen_day,
    exit_code,
    finding_data,
    json_option,
    load_spec,
    show_backups,
    show_findings,
    show_json,
    templates_option,
    text,
    today_option,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from strategy_xl.errors import Finding
    from strategy_xl.work.recompute import JobReport


@click.command(help=text("cli.check.help"))
@click.argument("paths", nargs=-1, required=True)
@json_option
@click.option("--fix", is_flag=True, help=text("cli.fix.help"))
@backup_option
@templates_option
@today_option
def check(
    paths: tuple[str, ...], templates: Path | None, today: Any, backup: int, *, as_json: bool, fix: bool
) -> None:
    """Print the findings of each workbook; with ``fix`` also what was put right, and what is left."""
    from strategy_xl.commands.progressing import counted, shown_steps
    from strategy_xl.runs.discover import workbooks
    from strategy_xl.runs.faults import logger, logging_to
    from strategy_xl.runs.outcome import guarded
    from strategy_xl.runs.stores.keeping import keeping
    from strategy_xl.runs.stores.staging import at_hand
    from strategy_xl.work.check import check_workbook, fix_workbook

    spec = load_spec(templates)
    books, failures, home, _ = workbooks(paths)
    findings: list[Finding] = []
    unreadable = bool(failures)
    look = at_hand(partial(check_workbook, spec=spec, today=chosen_day(today)))
    mend = at_hand(partial(fix_workbook, spec=spec), backups=backup)
    fixed = backups = 0

    def done(path: Path, job: Callable[[Path], JobReport], before: str) -> JobReport:
        with shown_steps(path, before):
            report, _stamp, trace = guarded(path, job)
        if trace:
            logger.error("%s\n%s", path, trace)
        return report

    with logging_to(keeping(home)):
        for number, path in enumerate(books, 1):
            before = counted(number, len(books))
            report = done(path, look, before)
            if fix and report.failure is None:
                mended = done(path, mend, before)
                fixed += mended.changed
                backups += mended.backup is not None
                if mended.changed and not as_json:
                    show_findings([*report.findings, *mended.findings])
                report = done(path, look, before) if mended.failure is None else mended
            findings += report.findings
            if report.failure is not None:
                findings.append(report.failure)
                unreadable = True
    findings += failures
    if as_json:
        show_json([finding_data(finding) for finding in findings])
    else:
        show_findings(findings)
        if fix:
            click.echo(text("cli.check.fixed", n=fixed))
            show_backups(backups)
        click.echo(text("cli.check.done", n=len(findings), books=len(books)))
    raise SystemExit(EXIT_UNREADABLE if unreadable else exit_code(findings))
