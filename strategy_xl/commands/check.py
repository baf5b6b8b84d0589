"""``strategy-xl check``: what is wrong in workbooks, cell by cell, without touching them."""

from __future__ import annotations

from pathlib import Path

import click

from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    exit_code,
    finding_data,
    load_spec,
    show_findings,
    show_json,
    templates_option,
    text,
)
from strategy_xl.errors import Finding, StrategyXlError


@click.command(help=text("cli.check.help"))
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help=text("cli.json.help"))
@templates_option
def check(paths: tuple[str, ...], templates: Path | None, *, as_json: bool) -> None:
    """Print the findings of each workbook."""
    from strategy_xl.book.read import check as check_workbook
    from strategy_xl.runs.discover import workbooks
    from strategy_xl.runs.faults import fault, logger, logging_to

    spec = load_spec(templates)
    books, failures, home = workbooks(paths)
    findings: list[Finding] = []
    unreadable = bool(failures)
    with logging_to(home):
        for path in books:
            try:
                findings += check_workbook(path, spec)
            except StrategyXlError as error:
                findings.append(error.finding)
                unreadable = True
            except Exception as error:  # noqa: BLE001 - logged, and the others are treated
                logger.exception(path)
                findings.append(fault(path, error))
                unreadable = True
    findings += failures
    if as_json:
        show_json([finding_data(finding) for finding in findings])
    else:
        show_findings(findings)
        click.echo(text("cli.check.done", n=len(findings), books=len(books)))
    raise SystemExit(EXIT_UNREADABLE if unreadable else exit_code(findings))
