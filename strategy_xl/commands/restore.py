"""``strategy-xl restore``: bring an earlier version of a workbook back."""

from __future__ import annotations

from pathlib import Path

import click

from strategy_xl.commands.render import text
from strategy_xl.errors import UsageError


@click.command(help=text("cli.restore.help"))
@click.argument("book", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--list", "as_list", is_flag=True, help=text("cli.restore.list.help"))
@click.option("--version", "version", metavar="V", default="", help=text("cli.restore.version.help"))
def restore(book: Path, version: str, *, as_list: bool) -> None:
    """Show the versions, or restore one."""
    from strategy_xl.work.restore import restore_workbook, versions

    if as_list and version:
        raise UsageError("SX179")
    if as_list:
        for item in versions(book):
            size = item.path.stat().st_size // 1024
            click.echo(
                text("cli.restore.item", version=item.name, time=f"{item.replaced:%Y-%m-%d %H:%M}", size=size)
            )
        return
    report = restore_workbook(book, version)
    done = "cli.restore.done" if report.backup is not None else "cli.restore.same"
    kept = report.backup.stem if report.backup is not None else ""
    click.echo(text(done, book=book.name, version=report.version.name, kept=kept))
