"""``--engine`` and ``--scheduler``: where the workbooks of a run are treated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from strategy_xl.commands.render import text

if TYPE_CHECKING:
    from strategy_xl.errors import Finding
    from strategy_xl.runs.outcome import Treat
    from strategy_xl.runs.stores.remote_path import RemotePath

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Engine(NamedTuple):
    """Where workbooks are treated.

    Arguments:
        treat: how.
        jobs: how many at once; 0 for as many as it has workers.
        fault: what became of the engine itself, asked when all is done; None when nothing.
    """

    treat: Treat
    jobs: int
    fault: Callable[[], Finding | None] = lambda: None


def engine_options(command: _Command) -> _Command:
    """Add ``--engine local|dask`` and ``--scheduler ADDRESS``."""
    scheduler = click.option("--scheduler", metavar="ADDRESS", help=text("cli.scheduler.help"))
    engine = click.option(
        "--engine",
        type=click.Choice(["local", "dask"]),
        default="local",
        show_default=True,
        help=text("cli.engine.help"),
    )
    return engine(scheduler(command))


@contextmanager
def chosen_engine(options: dict[str, Any], home: Path | RemotePath) -> Iterator[Engine]:
    """The engine that the options name, ready to be used.

    Arguments:
        options: of the command, ``jobs`` among them.
        home: the folder of the workbooks, which all workers must see.

    Errors: UsageError SX801 Dask is not installed; StrategyXlError SX802 to SX806 the cluster cannot be used.
    """
    if options["engine"] == "local":
        if options["scheduler"] is not None:
            raise click.UsageError(text("cli.scheduler.needless"))
        from strategy_xl.runs.engines import local

        yield Engine(local.treat, options["jobs"])
        return
    from strategy_xl.runs.engines import load_dask
    from strategy_xl.runs.stores.remote_path import RemotePath

    given = click.get_current_context().get_parameter_source("jobs") is not ParameterSource.DEFAULT
    address: str | None = options["scheduler"]
    with load_dask()(address, options["jobs"]) as engine:
        engine.check(None if isinstance(home, RemotePath) else str(home.absolute()))
        # The workers of a cluster that is there say how many they are, unless told.
        yield Engine(engine.treat, options["jobs"] if given and address else 0, lambda: engine.fault)
