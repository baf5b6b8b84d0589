"""``strategy-xl import``: bring an existing list into a table of a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.import_planning import chosen_columns, planned_import
from strategy_xl.commands.import_preview import show_columns, show_rows
from strategy_xl.commands.place import Here
from strategy_xl.commands.render import (
    backup_option,
    exit_code,
    load_spec,
    show_backups,
    show_findings,
    templates_option,
    text,
)
from strategy_xl.errors import WorkbookChangedError

if TYPE_CHECKING:
    from strategy_xl.work.importing.plan import ImportPlan


@click.command("import", help=text("cli.import.help"))
@click.argument("source", type=Here(dir_okay=False))
@click.option(
    "--into",
    "book",
    required=True,
    type=Here(dir_okay=False),
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
    """The plan for the workbook as it is now."""
    from strategy_xl.ooxml.open_marks import refuse_if_open

    if not options["dry_run"]:
        refuse_if_open(book)
    mapping = chosen_columns(options["pairs"])
    how = {"mapping": mapping, "sheet": options["sheet"]}
    return planned_import(source, book, load_spec(templates), options["module"], **how)
