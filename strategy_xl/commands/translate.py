"""``strategy-xl translate``: put workbooks into another language, around what people wrote."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.each_book import done_to_each, show_end
from strategy_xl.commands.render import (
    backup_option,
    chosen_day,
    json_option,
    load_spec,
    templates_option,
    text,
    today_option,
)
from strategy_xl.languages import LANGUAGES

if TYPE_CHECKING:
    from strategy_xl.work.translate import TranslateReport


@click.command(help=text("cli.translate.help"))
@click.argument("paths", metavar="BOOK|FOLDER", nargs=-1, required=True)
@click.option(
    "--to", "target", required=True, metavar="|".join(LANGUAGES), help=text("cli.translate.to.help")
)
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@json_option
@backup_option
@templates_option
@today_option
def translate(
    paths: tuple[str, ...], target: str, templates: Path | None, *, as_json: bool, **options: Any
) -> None:
    """Put each workbook into a language, and say what follows and what people have to look at."""
    from strategy_xl.errors import UsageError
    from strategy_xl.work.translate import translate_workbook

    if target not in LANGUAGES:
        raise UsageError("SX146", lang=target, known=", ".join(LANGUAGES))
    spec, today, is_dry = load_spec(templates), chosen_day(options["today"]), options["dry_run"]

    def work(path: Path) -> TranslateReport:
        return translate_workbook(path, spec, target, today, dry_run=is_dry, backups=options["backup"])

    show = None if as_json else partial(_show, is_dry=is_dry)
    reports, failures = done_to_each(paths, work, show, refusal="SX658", dry_run=is_dry)
    found = [finding for report in reports for finding in report.findings]

    def told() -> None:
        done = sum(report.lang != report.target for report in reports)
        would = "cli.translate.would" if is_dry else "cli.translate.done"
        click.echo(text(would if done else "cli.translate.nothing", n=done))

    books = [(report, _data(report)) for report in reports]
    raise SystemExit(show_end(books, found, failures, None if as_json else told))


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
