"""``strategy-xl check``: what is wrong in workbooks, cell by cell, without touching them."""

from __future__ import annotations

import json
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
    from strategy_xl.work.check import check_workbook

    spec = load_spec(templates)
    findings: list[Finding] = []
    unreadable = False
    books = workbooks(paths)
    for path in books:
        report = check_workbook(path, spec, chosen_day(today))
        findings += report.findings
        if report.failure is not None:
            findings.append(report.failure)
            unreadable = True
    if as_json:
        click.echo(json.dumps([finding_data(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        show_findings(findings)
        click.echo(text("cli.check.done", n=len(findings), books=len(books)))
    raise SystemExit(EXIT_UNREADABLE if unreadable else exit_code(findings))
