"""Where workbooks are treated: processes of this machine, or the workers of a Dask cluster. One file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.errors import Location, UsageError

if TYPE_CHECKING:
    from strategy_xl.runs.engines.dask import DaskEngine


def load_dask() -> type[DaskEngine]:
    """The engine that needs the extra ``dask``.

    Errors: UsageError SX801 when it is not installed.
    """
    try:
        from strategy_xl.runs.engines.dask import DaskEngine
    except ModuleNotFoundError as error:
        raise UsageError("SX801", Location(), extra="dask", missing=error.name) from error
    return DaskEngine
