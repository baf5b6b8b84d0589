"""``strategy-xl repair``: bring back the sheets and tables that were deleted from a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from strategy_xl.commands.place import Here, chosen_target
from strategy_xl.commands.render import (
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


@click.command(help=text("cli.repair.help"))
@click.argument("book", type=Here(dir_okay=False))
@click.option("-o", "--out", type=Here("SX818", dir_okay=False), help=text("cli.repair.out.help"))
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@json_option
@backup_option
@templates_option
@today_option
def repair(book: Path, out: Path | None, templates: Path | None, *, as_json: bool, **options: Any) -> None:
    """Repair the workbook, then say what came back and what could not."""
    from strategy_xl.commands.progressing import shown_steps
    from strategy_xl.work.repair import repair_workbook

    target = chosen_target(book, out, dry_run=options["dry_run"])
    with shown_steps(book):
        report = repair_workbook(
            book,
            target,
            load_spec(templates),
            chosen_day(options["today"]),
            dry_run=options["dry_run"],
            backups=options["backup"],
        )
    if as_json:
        data = {
            "workbook": str(book),
            "written": str(target) if report.written else None,
            "sheets": report.sheets,
            "blocks": report.blocks,
            "tables": report.tables,
            "backup": str(report.backup) if report.backup is not None else None,
            "findings": [finding_data(finding) for finding in report.findings],
        }
        show_json(data)
    else:
        show_findings(report.findings)
        count = len(report.sheets) + len(report.blocks) + len(report.tables)
        done = "cli.repair.would" if options["dry_run"] else "cli.repair.done"
        click.echo(text(done if count else "cli.repair.nothing", n=count, path=str(target)))
        show_backups(int(report.backup is not None))
    raise SystemExit(exit_code(report.findings))
