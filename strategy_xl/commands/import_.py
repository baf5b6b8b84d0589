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
    finding_data,
    json_option,
    load_spec,
    show_backups,
    show_findings,
    show_json,
    templates_option,
    text,
)
from strategy_xl.errors import WorkbookChangedError

if TYPE_CHECKING:
    from strategy_xl.work.importing.plan import ImportPlan, ImportReport
    from strategy_xl.work.importing.records import ImportRow


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
@json_option
@backup_option
@templates_option
def import_(source: Path, book: Path, templates: Path | None, **options: Any) -> None:
    """Show how the columns match and what would change, then write."""
    from strategy_xl.commands.progressing import shown_steps
    from strategy_xl.work.importing.plan import apply

    with shown_steps(book):
        planned = _planned(source, book, templates, options)
    as_json = options["as_json"]
    show_columns(planned)
    show_rows(planned, updates=options["on_existing"] == "update")
    if not as_json:
        show_findings(planned.findings, err=True)
    how = {"on_existing": options["on_existing"], "dry_run": options["dry_run"], "backups": options["backup"]}
    with shown_steps(book):
        try:
            report = apply(planned, book, **how)
        except WorkbookChangedError:  # somebody has just saved it: once more, for the workbook as it is now
            planned = _planned(source, book, templates, options)
            report = apply(planned, book, **how)
    if as_json:
        show_json(_data(planned, report, written=not options["dry_run"]))
    else:
        show_findings([item for item in report.findings if item not in planned.findings], err=True)
    done = "cli.import.would" if options["dry_run"] else "cli.import.done"
    click.echo(
        text(done, added=report.added, updated=report.updated, skipped=report.skipped, grown=report.grown)
    )
    show_backups(int(report.patch is not None and report.patch.backup is not None))
    raise SystemExit(exit_code(report.findings))


def _data(planned: ImportPlan, report: ImportReport, *, written: bool) -> dict[str, object]:
    """An import with stable keys: fields as the templates name them, records by what makes them the same."""
    patch = report.patch
    return {
        "workbook": planned.book,
        "list": planned.source,
        "table": planned.data.block.key,
        "written": planned.book if written and patch is not None and patch.written else None,
        "columns": [
            {"column": view.column, "field": view.field, "confidence": round(view.confidence, 3)}
            for view in planned.columns
        ],
        "added": report.added,
        "updated": report.updated,
        "skipped": report.skipped,
        "unchanged": report.unchanged,
        "grown": report.grown,
        "new": [_record(planned, row) for row in planned.new],
        "changes": [
            {
                "record": _record(planned, row),
                "fields": {key: {"before": old, "after": new} for key, (old, new) in row.changes.items()},
            }
            for row in planned.changed
        ],
        "gone": planned.gone,
        "backup": str(patch.backup) if patch is not None and patch.backup is not None else None,
        "findings": list(map(finding_data, report.findings)),
    }


def _record(planned: ImportPlan, row: ImportRow) -> dict[str, object]:
    return {key: row.cells[key] for key in planned.keys if row.cells.get(key) is not None}


def _planned(source: Path, book: Path, templates: Path | None, options: Mapping[str, Any]) -> ImportPlan:
    """The plan for the workbook as it is now."""
    from strategy_xl.ooxml.open_marks import refuse_if_open

    if not options["dry_run"]:
        refuse_if_open(book)
    mapping = chosen_columns(options["pairs"])
    how = {"mapping": mapping, "sheet": options["sheet"]}
    return planned_import(source, book, load_spec(templates), options["module"], **how)
