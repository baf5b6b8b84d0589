"""``strategy-xl addin lambdas``: the functions as named LAMBDAs of workbooks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.each_book import done_to_each, show_end
from strategy_xl.commands.place import Here
from strategy_xl.commands.render import backup_option, chosen_day, json_option, show_json, text, today_option
from strategy_xl.errors import UsageError
from strategy_xl.languages import LANGUAGES

if TYPE_CHECKING:
    from strategy_xl.work.lambdas import LambdasReport


@click.command(help=text("addin.lambdas.help"))
@click.argument("paths", metavar="BOOK|FOLDER", nargs=-1)
@click.option("--lang", type=click.Choice(LANGUAGES), help=text("addin.lambdas.lang.help"))
@click.option("--remove", is_flag=True, help=text("addin.lambdas.remove.help"))
@click.option(
    "--gallery",
    "shown",
    type=Here("SX818", dir_okay=False),
    metavar="OUT.xlsx",
    help=text("addin.lambdas.gallery.help"),
)
@click.option("--force", is_flag=True, help=text("addin.lambdas.force.help"))
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@json_option
@backup_option
@today_option
def lambdas(paths: tuple[str, ...], shown: Path | None, *, as_json: bool, **options: Any) -> None:
    """Put the LAMBDAs into each workbook, or take them out, and say what changed."""
    if bool(paths) == (shown is not None):
        raise UsageError("SX537")
    if shown is not None:
        _make(shown, options, as_json=as_json)
        return
    from strategy_xl.work.lambdas import add_lambdas, remove_lambdas

    is_dry = options["dry_run"]
    how = {"dry_run": is_dry, "backups": options["backup"]}

    def work(path: Path) -> LambdasReport:
        if options["remove"]:
            return remove_lambdas(path, force=options["force"], **how)
        return add_lambdas(path, options["lang"], **how)

    show = None if as_json else partial(_show, is_dry=is_dry)
    reports, failures = done_to_each(paths, work, show, refusal="SX536", dry_run=is_dry)
    found = [finding for report in reports for finding in report.findings]

    def told() -> None:
        if any(report.added for report in reports) and not is_dry:
            click.echo(text("addin.lambdas.call"))

    books = [(report, _data(report)) for report in reports]
    raise SystemExit(show_end(books, found, failures, None if as_json else told))


def _show(report: LambdasReport, *, is_dry: bool) -> None:
    """A workbook, and how many LAMBDAs came or went."""
    path = str(report.path)
    for key, names in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        if names:
            click.echo(text(f"addin.lambdas.{key}", path=path, n=len(names)))
    if not report.done and not report.findings:
        click.echo(text("addin.lambdas.nothing", path=path))
    elif report.done and is_dry:
        click.echo("    " + text("addin.lambdas.would"))


def _data(report: LambdasReport) -> dict[str, object]:
    """A report as JSON."""
    return {
        "workbook": str(report.path),
        "lang": report.lang or None,
        "written": report.written,
        "backup": str(report.backup) if report.backup is not None else None,
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "same": list(report.same),
    }


def _make(target: Path, options: dict[str, Any], *, as_json: bool) -> None:
    """A new workbook that shows them all."""
    from strategy_xl.languages import HOUSE
    from strategy_xl.ooxml.replace import check_target
    from strategy_xl.work.gallery_cards import make_gallery

    check_target(target, overwrite=options["force"])
    lang = options["lang"] or HOUSE
    if options["dry_run"]:
        click.echo(text("addin.lambdas.would"))
        names: tuple[str, ...] = ()
    else:
        names = make_gallery(target, lang, chosen_day(options["today"]))
        click.echo(text("addin.lambdas.gallery.done", path=str(target), n=len(names)))
    if as_json:
        written = None if options["dry_run"] else str(target)
        show_json({"written": written, "lang": lang, "functions": list(names), "findings": []})
