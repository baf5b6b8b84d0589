"""``strategy-xl restore``: bring an earlier version of a workbook back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from strategy_xl.commands.place import Place
from strategy_xl.commands.render import json_option, show_json, text
from strategy_xl.errors import UsageError
from strategy_xl.runs.stores.remote_path import RemotePath

if TYPE_CHECKING:
    from strategy_xl.ooxml.backups import Version
    from strategy_xl.work.restore import RestoreReport


@click.command(help=text("cli.restore.help"))
@click.argument("book", type=Place(exists=False, dir_okay=False))
@click.option("--list", "as_list", is_flag=True, help=text("cli.restore.list.help"))
@click.option("--version", "version", metavar="V", default="", help=text("cli.restore.version.help"))
@json_option
def restore(book: Path, version: str, *, as_list: bool, as_json: bool) -> None:
    """Show the versions, or restore one."""
    if as_list and version:
        raise UsageError("SX179")
    if as_list:
        found = _versions(book)
        for item, size in found:
            click.echo(
                text(
                    "cli.restore.item",
                    version=item.name,
                    time=f"{item.replaced:%Y-%m-%d %H:%M}",
                    size=size // 1024,
                )
            )
        if as_json:
            versions = [
                {"version": item.name, "replaced": item.replaced, "bytes": size} for item, size in found
            ]
            show_json({"workbook": str(book), "versions": versions, "findings": []})
        return
    report = _restored(book, version)
    done = "cli.restore.done" if report.backup is not None else "cli.restore.same"
    kept = report.backup.stem if report.backup is not None else ""
    click.echo(text(done, book=book.name, version=report.version.name, kept=kept))
    if as_json:
        written = str(book) if report.backup is not None else None  # the same bytes: nothing to write
        backup = str(report.backup) if report.backup is not None else None
        data = {"workbook": str(book), "version": report.version.name, "written": written, "backup": backup}
        show_json(data | {"findings": []})


def _versions(book: Path | RemotePath) -> list[tuple[Version, int]]:
    """The earlier versions of a workbook with their bytes, wherever it lies."""
    if isinstance(book, RemotePath):
        from strategy_xl.runs.stores.earlier import versions

        return [(kept.version, kept.size) for kept in versions(book)]
    from strategy_xl.work.restore import versions as versions_of_file

    return [(version, version.path.stat().st_size) for version in versions_of_file(book)]


def _restored(book: Path | RemotePath, wanted: str) -> RestoreReport:
    if isinstance(book, RemotePath):
        from strategy_xl.runs.stores.earlier import restore

        return restore(book, wanted)
    from strategy_xl.work.restore import restore_workbook

    return restore_workbook(book, wanted)
