"""``strategy-xl release``: take our sheets out of a workbook that had taken them in."""

from __future__ import annotations

from pathlib import Path

import click

from strategy_xl.commands.place import Here, chosen_target
from strategy_xl.commands.render import (
    backup_option,
    exit_code,
    finding_data,
    json_option,
    show_backups,
    show_findings,
    show_json,
    text,
)


@click.command(help=text("release.help"))
@click.argument("book", type=Here(dir_okay=False))
@click.option("-o", "--out", type=Here("SX818", dir_okay=False), help=text("adopt.out.help"))
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@json_option
@backup_option
def release(book: Path, out: Path | None, backup: int, *, dry_run: bool, as_json: bool) -> None:
    """Take the sheets out, then say what is again as it was."""
    from strategy_xl.commands.progressing import shown_steps
    from strategy_xl.work.release import release_workbook

    target = chosen_target(book, out, dry_run=dry_run)
    with shown_steps(book):
        report = release_workbook(book, target, dry_run=dry_run, backups=backup)
    if as_json:
        show_json(
            {
                "workbook": str(book),
                "written": str(target) if report.written else None,
                "sheets": report.sheets,
                "restored": report.parts.restored,
                "shortened": report.parts.shortened,
                "left": report.parts.left,
                "backup": str(report.backup) if report.backup is not None else None,
                "findings": [finding_data(finding) for finding in report.findings],
            }
        )
    else:
        show_findings(report.findings, err=True)
        done = "release.would" if dry_run else "release.done"
        click.echo(text(done, n=len(report.sheets), path=str(target), parts=len(report.parts.restored)))
        show_backups(int(report.backup is not None))
    raise SystemExit(exit_code(report.findings))
