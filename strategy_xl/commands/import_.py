"""``strategy-xl import``: bring an existing list into a table of a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.import_preview import show_columns, show_rows
from strategy_xl.commands.render import (
    backup_option,
    exit_code,
    load_spec,
    show_backups,
    show_findings,
    templates_option,
    text,
)
from strategy_xl.errors import UsageError, WorkbookChangedError

if TYPE_CHECKING:
    from strategy_xl.work.importing.plan import ImportPlan


def _mapping(pairs: tuple[str, ...]) -> dict[str, str] | None:
    """``--column "Column=field"`` as a mapping; None when none was given."""
    if not pairs:
        return None
    found: dict[str, str] = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not equals or not column.strip():
            raise UsageError("SX114", pair=pair)
        found[column.strip()] = field.strip()
    return found


@click.command("import", help=text("cli.import.help"))
@click.argument("source", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--into",
    "book",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help=text("cli.import.into.help"),
)
@click.option("--module", required=True, help=text("cli.import.module.help"))
@click.option(
    "--column", "--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help=text("cli.import.map.help")
)
@click.option("--sheet", help=text("cli.import.sheet.help"))
@click.option(
    "--on-existing",
    type=click.Choice(["update", "skip", "refuse"]),
    default="update",
    show_default=True,
    help=text("cli.import.existing.help"),
)
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@backup_option
@templates_option
def import_(source: Path, book: Path, templates: Path | None, **options: Any) -> None:
    """Show how the columns match and what would change, then write."""
    from strategy_xl.commands.progressing import shown_steps
    from strategy_xl.work.importing.plan import apply

    with shown_steps(book):
        planned = _planned(source, book, templates, options)
    show_columns(planned)
    show_rows(planned, updates=options["on_existing"] == "update")
    show_findings(planned.findings, err=True)
    how = {"on_existing": options["on_existing"], "dry_run": options["dry_run"], "backups": options["backup"]}
    with shown_steps(book):
        try:
            report = apply(planned, book, **how)
        except WorkbookChangedError:  # somebody has just saved it: once more, for the workbook as it is now
            report = apply(_planned(source, book, templates, options), book, **how)
    show_findings([item for item in report.findings if item not in planned.findings], err=True)
    done = "cli.import.would" if options["dry_run"] else "cli.import.done"
    click.echo(
        text(done, added=report.added, updated=report.updated, skipped=report.skipped, grown=report.grown)
    )
    show_backups(int(report.patch is not None and report.patch.backup is not None))
    raise SystemExit(exit_code(report.findings))


def _planned(source: Path, book: Path, templates: Path | None, options: Mapping[str, Any]) -> ImportPlan:
    """Read workbook and list, and match them; formulas without result are calculated where possible."""
    from strategy_xl.book.read import read_workbook
    from strategy_xl.ooxml.open_marks import refuse_if_open
    from strategy_xl.work.importing.plan import plan

    if not options["dry_run"]:
        refuse_if_open(book)
    data = read_workbook(book, load_spec(templates), grows=True)
    how = {"mapping": _mapping(options["pairs"]), "sheet": options["sheet"]}
    planned = plan(source, options["module"], data, **how)
    if planned.uncached:
        from strategy_xl.hosts.calculated import calculated
        from strategy_xl.hosts.machine import Machine

        with TemporaryDirectory() as folder:
            copy = calculated(source, Path(folder), Machine())
            if copy is not None:
                planned = plan(source, options["module"], data, **how, calculated=copy)
    return planned
