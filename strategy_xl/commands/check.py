"""``strategy-xl check``: what is wrong in workbooks, cell by cell, without touching them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    chosen_day,
    exit_code,
    finding_data,
    load_spec,
    show_findings,
    show_json,
    templates_option,
    text,
    today_option,
)
from strategy_xl.errors import Finding


@click.command(help=text("cli.check.help"))
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help=text("cli.json.help"))
@templates_option
@today_option
def check(paths: tuple[str, ...], templates: Path | None, today: Any, *, as_json: bool) -> None:
    """Print the findings of each workbook."""
    from strategy_xl.runs.discover import workbooks
    from strategy_xl.runs.faults import logger, logging_to
    from strategy_xl.runs.workers import guarded
    from strategy_xl.work.check import check_workbook

    spec = load_spec(templates)
    books, failures, home = workbooks(paths)
    findings: list[Finding] = []
    unreadable = bool(failures)
    job = partial(check_workbook, spec=spec, today=chosen_day(today))
    with logging_to(home):
        for path in books:
            report, _stamp, trace = guarded(path, job)
            if trace:
                logger.error("%s\n%s", path, trace)
            findings += report.findings
            if report.failure is not None:
                findings.append(report.failure)
                unreadable = True
    findings += failures
    if as_json:
        show_json([finding_data(finding) for finding in findings])
    else:
        show_findings(findings)
        click.echo(text("cli.check.done", n=len(findings), books=len(books)))
    raise SystemExit(EXIT_UNREADABLE if unreadable else exit_code(findings))
