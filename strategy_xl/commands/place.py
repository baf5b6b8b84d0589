"""An argument that is a workbook or folder of this machine, or an address in a store; or no address."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click

from strategy_xl.errors import Location, UsageError
from strategy_xl.runs.stores.remote_path import RemotePath, is_remote


class Place(click.ParamType[Path]):
    """A path; an address is taken as it is, since asking for it may take a while.

    Arguments:
        rules: what ``click.Path`` asks of a path of this machine; that it is there, unless told.
    """

    name = "path"

    def __init__(self, **rules: bool) -> None:
        """As told."""
        self._path = click.Path(**{"exists": True, **rules}, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, or the ``RemotePath`` in its place."""
        if isinstance(value, str) and is_remote(value):
            return cast("Path", RemotePath.parse(value))
        found: Path = self._path.convert(value, param, ctx)
        return found

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """What a shell offers for a path."""
        return self._path.shell_complete(ctx, param, incomplete)


class Here(click.Path):
    """A path of this machine only; an address is refused, with what to do instead.

    Arguments:
        refusal: the code of the message: SX817 for what is read, SX818 for what is written.
        rules: what ``click.Path`` asks of it.
    """

    def __init__(self, refusal: str = "SX817", **rules: bool) -> None:
        """As told."""
        super().__init__(**rules, path_type=Path)
        self._refusal = refusal

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Errors: UsageError for an address."""
        if isinstance(value, str) and is_remote(value):
            raise UsageError(self._refusal, Location(value), command=_name(ctx))
        return super().convert(value, param, ctx)


def _name(ctx: click.Context | None) -> str:
    """What people type to call a command, without the program."""
    if ctx is None:
        return ""
    below = ctx.command_path.removeprefix(ctx.find_root().command_path).strip()
    return below or (ctx.info_name or "").rpartition(" ")[2]


def write_text(target: Path, content: str) -> None:
    """Write a text whole or not at all. Errors: those of ``atomic_replace``."""
    from strategy_xl.ooxml.replace import atomic_replace

    with atomic_replace(target) as stream:
        stream.write(content.encode())


def chosen_target(book: Path, out: Path | None, *, dry_run: bool) -> Path:
    """Where a command writes: a new file, else over the workbook.

    Errors: UsageError SX144 the new file is there already, SX147 its folder is not; WorkbookError SX113
    somebody has the workbook open, unless nothing is written.
    """
    from strategy_xl.ooxml.open_marks import refuse_if_open
    from strategy_xl.ooxml.replace import check_target

    target = out or book
    if out is not None:
        check_target(out, overwrite=False)
    if not dry_run:
        refuse_if_open(target)
    return target
