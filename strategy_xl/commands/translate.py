"""``strategy-xl translate``: put workbooks into another language, around what people wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    backup_option,
    chosen_day,
    exit_code,
    finding_data,
    load_spec,
    show_backups,
    show_findings,
    show_json,
    templates_option,
    text,
    today_option,
)

if TYPE_CHECKING:
    from strategy_xl.work.translate import TranslateReport


@click.command(help=text("cli.translate.help"))
@click.argument("paths", metavar="BOOK|FOLDER", nargs=-1, required=True)
@click.option("--to", "target", required=True, metavar="fr|en", help=text("cli.translate.to.help"))
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@click.option("--json", "as_json", is_flag=True, help=text("cli.json.help"))
@backup_option
@templates_option
@today_option
def translate(
    paths: tuple[str, ...], target: str, templates: Path | None, *, as_json: bool, **options: Any
) -> None:
    """Put each workbook into a language, and say what follows and what people have to look at."""
    from strategy_xl.errors import Finding, Location, Severity, StrategyXlError, UsageError
    from strategy_xl.model import LANGUAGES
    from strategy_xl.ooxml.open_marks import refuse_if_open
    from strategy_xl.runs.discover import workbooks
    from strategy_xl.runs.faults import fault
    from strategy_xl.runs.stores.remote_path import RemotePath
    from strategy_xl.work.translate import translate_workbook

    if target not in LANGUAGES:
        raise UsageError("SX146", lang=target, known=", ".join(LANGUAGES))
    given = workbooks(paths)
    failures = given.failures
    spec, today = load_spec(templates), chosen_day(options["today"])
    reports: list[TranslateReport] = []
    for path in given.books:
        try:
            where: object = path
            if isinstance(where, RemotePath):
                failures.append(Finding("SX658", Location(str(path)), {}, Severity.ERROR))
                continue
            if not options["dry_run"]:
                refuse_if_open(path)
            report = translate_workbook(
                path, spec, target, today, dry_run=options["dry_run"], backups=options["backup"]
            )
        except StrategyXlError as error:
            failures.append(error.finding)
            continue
        except Exception as error:  # noqa: BLE001 - nothing that happens in one workbook stops the others
            failures.append(fault(path, error))
            continue
        reports.append(report)
        if not as_json:
            _show(report, is_dry=options["dry_run"])
    found = [finding for report in reports for finding in report.findings]
    if as_json:
        show_json(
            {
                "workbooks": [_data(report) for report in reports],
                "findings": [finding_data(finding) for finding in (*found, *failures)],
            }
        )
    else:
        show_findings((*found, *failures))
        done = sum(report.lang != report.target for report in reports)
        told = "cli.translate.would" if options["dry_run"] else "cli.translate.done"
        click.echo(text(told if done else "cli.translate.nothing", n=done))
        show_backups(sum(report.backup is not None for report in reports))
    raise SystemExit(EXIT_UNREADABLE if failures else exit_code(found))


def _show(report: TranslateReport, *, is_dry: bool) -> None:
    """A workbook and what follows in it, sheet by sheet."""
    args = {"path": str(report.path), "before": report.lang, "after": report.target}
    if report.lang == report.target:
        click.echo(text("cli.translate.current", **args))
        return
    click.secho(text("cli.translate.book.would" if is_dry else "cli.translate.book", **args), bold=True)
    for change in report.changes:
        name = change.sheet if change.sheet == change.title else f"{change.sheet} → {change.title}"
        click.echo(f"  {name}")
        for kind, count in (
            ("headers", change.headers),
            ("choices", change.choices),
            ("texts", change.texts),
        ):
            if count:
                click.echo("    " + text(f"cli.translate.{kind}", n=count))


def _data(report: TranslateReport) -> dict[str, object]:
    """A report as JSON."""
    return {
        "workbook": str(report.path),
        "from": report.lang,
        "to": report.target,
        "written": report.written,
        "backup": str(report.backup) if report.backup is not None else None,
        "sheets": [
            {
                "before": change.sheet,
                "after": change.title,
                "headers": change.headers,
                "choices": change.choices,
                "texts": change.texts,
            }
            for change in report.changes
        ],
    }
