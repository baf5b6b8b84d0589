"""An argument that is a workbook or folder of this machine, or an address in a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click

from strategy_xl.runs.stores.remote_path import RemotePath, is_remote


class Place(click.ParamType[Path]):
    """A path that is there; an address is taken as it is, since asking for it may take a while."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, or the ``RemotePath`` in its place."""
        if isinstance(value, str) and is_remote(value):
            return cast("Path", RemotePath.parse(value))
        found: Path = click.Path(exists=True, path_type=Path).convert(value, param, ctx)
        return found
