"""``strategy-xl history``: what moved in workbooks since a day; care of the history itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from strategy_xl.commands.place import Here, Place
from strategy_xl.commands.render import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    chosen_day,
    history_option,
    json_option,
    show_json,
    templates_option,
    text,
    today_option,
)
from strategy_xl.errors import Location
from strategy_xl.model import STALLED_DAYS

if TYPE_CHECKING:
    from strategy_xl.history.database import Database
    from strategy_xl.history.queries import Connection, Scope
    from strategy_xl.runs.histories import Target

SHOW = "show"
_MONTH = 30


class _History(click.Group):
    """``history FOLDER`` is short for ``history show FOLDER``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named, else the one that shows."""
        if args and args[0] not in self.commands:
            args = [SHOW, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options that come first are those of the command that shows."""
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = [SHOW, *args]
        return super().parse_args(ctx, args)


@click.group(name="history", cls=_History, help=text("cli.history.help"))
def history() -> None:
    """Hold the commands together."""


@history.command(name=SHOW, help=text("cli.history.show.help"))
@click.argument("place", metavar="BOOK|FOLDER", type=Place())
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help=text("cli.history.since.help")
)
@click.option(
    "--stalled-days",
    type=click.IntRange(1),
    default=STALLED_DAYS,
    show_default=True,
    metavar="N",
    help=text("cli.history.stalled.help"),
)
@json_option
@click.option(
    "--csv",
    type=Here("SX818", dir_okay=False),
    metavar="FILE",
    help=text("cli.history.csv.help"),
)
@click.option(
    "--parquet",
    type=Here("SX818", dir_okay=False),
    metavar="FILE",
    help=text("cli.history.parquet.help"),
)
@history_option
@templates_option
@today_option
def show(place: Path, **options: Any) -> None:
    """Print what moved, or write the states into a file."""
    from strategy_xl.commands import history_files, history_view
    from strategy_xl.commands.progressing import shown_wait
    from strategy_xl.commands.render import load_spec

    today = chosen_day(options["today"])
    since = options["since"].date() if options["since"] is not None else today - timedelta(days=_MONTH)
    if options["parquet"] is not None:
        history_files.need_pyarrow()
    spec = load_spec(options["templates"])
    with _opened(place, options["history"]) as (connection, scope):
        if options["csv"] is not None or options["parquet"] is not None:
            rows = history_files.rows(connection, scope, since)
            history_files.write(rows, spec, options["csv"], options["parquet"])
            if options["as_json"]:
                written = [str(path) for path in (options["csv"], options["parquet"]) if path is not None]
                show_json({"written": written, "rows": len(rows), "findings": []})
            return
        with shown_wait(text("cli.progress.history")):
            seen = history_view.View.of(connection, scope, since, today, options["stalled_days"])
    if options["as_json"]:
        show_json(seen.data())
    else:
        seen.show(spec)


@history.command(name="prune", help=text("cli.history.prune.help"))
@click.argument("place", metavar="[FOLDER]", type=Place(), default=".")
@click.option(
    "--keep-days", type=click.IntRange(1), required=True, metavar="N", help=text("cli.history.keep.help")
)
@json_option
@history_option
@today_option
def prune(place: Path, **options: Any) -> None:
    """Let go what is older, and give the room back."""
    from strategy_xl.history import upkeep

    first = chosen_day(options["today"]) - timedelta(days=options["keep_days"])
    database = _database(place, options["history"])[0]
    with database.reading():
        pass  # of this version, and there
    with database.writing() as connection:
        went = upkeep.prune(connection, first)
    database.compact()
    database.close()
    click.echo(text("cli.history.pruned", day=first, **went._asdict()))
    if options["as_json"]:
        where = str(database.location)
        show_json({"history": where, "before": first, "removed": went._asdict(), "findings": []})


@history.command(name="doctor", help=text("cli.history.doctor.help"))
@click.argument("place", metavar="[FOLDER]", type=Place(), default=".")
@click.option("--migrate", is_flag=True, help=text("cli.history.migrate.help"))
@json_option
@history_option
def doctor(place: Path, *, migrate: bool, as_json: bool, history: str | None) -> None:
    """Say what the history holds, and whether all of it holds together."""
    from strategy_xl.history import upkeep

    database, target = _database(place, history)
    if migrate:
        before = database.version()
        database.prepare()
        click.echo(text("cli.history.migrated", before=before or "—", after=database.version() or "—"))
    with database.reading() as connection:
        held = upkeep.contents(connection)
        wrong = list(upkeep.faults(database, connection))
    database.close()
    size = database.file.stat().st_size / 1e6 if database.file is not None else None
    click.echo(text("cli.history.where", where=str(database.location)))
    click.echo(text("cli.history.version", version=database.version() or "—"))
    click.echo(text("cli.history.holds", **held._asdict()))
    if size is not None:
        click.echo(text("cli.history.size", size=size))
    waiting = _waiting(target)
    if waiting:
        click.echo(text("cli.history.waiting", n=waiting))
    for line in wrong:
        click.secho(text("cli.history.fault", detail=line), fg="red")
    if wrong:
        click.echo(text("cli.history.fault.hint"))
    elif not waiting:
        click.echo(text("cli.history.sound"))
    if as_json:
        show_json(
            {
                "history": str(database.location),
                "version": database.version() or None,
                "holds": held._asdict(),
                "megabytes": size,
                "waiting": waiting,
                "faults": wrong,
            }
        )
    raise SystemExit(EXIT_FINDINGS if wrong or waiting else EXIT_CLEAN)


def _waiting(target: Target) -> int:
    """How many workbooks wait in the journal beside the workbooks to be told."""
    from strategy_xl.runs.at_work import FILE
    from strategy_xl.runs.journal import Journal
    from strategy_xl.runs.remembering import name_of
    from strategy_xl.runs.stores.keeping import keeping

    file = keeping(target.home) / FILE
    return len(Journal(file, cast("Path", target.home)).undelivered(name_of(target))) if file.is_file() else 0


def _database(place: Path, given: str | None) -> tuple[Database, Target]:
    """The history of a workbook or folder, and how it is found; HistoryError SX964 when there is none."""
    from strategy_xl.history.database import Database, HistoryError
    from strategy_xl.runs.histories import find_target
    from strategy_xl.runs.stores.remote import is_folder

    target = find_target(given, place if is_folder(place) else place.parent, begins=False)
    if target is None:
        raise HistoryError("SX964", Location(str(place)))
    return Database(target.where), target


@contextmanager
def _opened(place: Path, given: str | None) -> Iterator[tuple[Connection, Scope]]:
    """A connection, and the workbooks that people mean; HistoryError SX964, SX972 when none is known."""
    from strategy_xl.history import queries
    from strategy_xl.history.database import HistoryError
    from strategy_xl.runs.histories import part_of

    database, target = _database(place, given)
    with database.reading() as connection:
        part = part_of(target, place, queries.shares_of(connection))
        if part is None or not queries.books_of(connection, queries.Scope(*part)):
            raise HistoryError("SX972", Location(str(place)))
        yield connection, queries.Scope(*part)
    database.close()
