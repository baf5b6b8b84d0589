"""``strategy-xl report``: what a run found and what has changed, as a page, a workbook, files or a mail."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.collection import no_collection
from strategy_xl.commands.place import Here, Place
from strategy_xl.commands.render import (
    history_option,
    json_option,
    language,
    load_spec,
    show_json,
    templates_option,
    text,
)
from strategy_xl.errors import Location, StrategyXlError, UsageError
from strategy_xl.languages import LANGUAGES

if TYPE_CHECKING:
    from strategy_xl.history.queries import Connection, Scope
    from strategy_xl.report.collect import Journaled, Question
    from strategy_xl.report.data import ReportData
    from strategy_xl.runs.histories import Target
    from strategy_xl.runs.stores.remote_path import RemotePath

FORMATS = ("html", "xlsx", "json", "csv", "junit")
_SUFFIXES = {"html": ".html", "xlsx": ".xlsx", "json": ".json", "csv": "", "junit": ".xml"}


@click.command(help=text("cli.report.help"))
@click.argument("folder", default=".", type=Place())
@click.option("-o", "--output", type=Here("SX818"), help=text("cli.report.output"))
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="html",
    show_default=True,
    help=text("cli.report.format"),
)
@click.option("--last", is_flag=True, help=text("cli.report.last"))
@click.option("--run", "run", metavar="ID", default="", help=text("cli.report.run"))
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help=text("cli.report.since")
)
@click.option("--lang", type=click.Choice(LANGUAGES), help=text("cli.report.lang"))
@click.option("--mail", type=Here("SX818", dir_okay=False), metavar="FILE", help=text("cli.report.mail"))
@click.option("--to", "recipients", multiple=True, metavar="ADDRESS", help=text("cli.report.to"))
@click.option("--from", "sender", default="", metavar="ADDRESS", help=text("cli.report.from"))
@click.option(
    "--journal",
    type=Here(dir_okay=False),
    metavar="PATH",
    help=text("cli.journal.help"),
)
@json_option
@history_option
@templates_option
def report(folder: Path, *, as_json: bool, **options: Any) -> None:
    """Write a report of the last run over a folder, or of another one; as data, when that is asked for.

    As for ``export``, a file keeps what it is asked to hold: then the data says where it is.
    """
    if options["last"] and options["run"]:
        raise UsageError("SX148")
    lang = options["lang"] or language()
    output = options["output"]
    is_data = as_json and output is None and options["mail"] is None
    if not as_json and output is None and options["mail"] is None:
        output = Path(f"report{_SUFFIXES[options['format_']]}")
    from strategy_xl.commands.progressing import shown_wait

    with no_collection():
        with shown_wait(text("cli.progress.history")):
            page = output or options["mail"] or Path("report")
            data = _data(folder, options, page.absolute().parent, lang)
        written = datetime.now().astimezone()
        if output is not None:
            _write(data, output, options["format_"], lang, written)
            click.echo(text("cli.report.written", path=str(output)))
        if options["mail"] is not None:
            from strategy_xl.report.mail import mail

            content = mail(data, lang, written, sender=options["sender"], recipients=options["recipients"])
            _replace(options["mail"], bytes(content))
            click.echo(text("cli.report.mailed", path=str(options["mail"])))
        if is_data:
            from strategy_xl.report.plain_forms import as_data

            show_json(as_data(data, lang))
        elif as_json:
            written_to = [str(path) for path in (output, options["mail"]) if path is not None]
            show_json({"written": written_to, "findings": []})


def _data(folder: Path, options: dict[str, Any], page: Path, lang: str) -> ReportData:
    """What the history of a folder knows, and what its journal adds."""
    from strategy_xl.commands.report_places import Anywhere
    from strategy_xl.history.database import Database, HistoryError
    from strategy_xl.report.collect import Question, collect
    from strategy_xl.runs.histories import find_target

    target = find_target(options["history"], _home(folder), journal=options["journal"], begins=False)
    if target is None:
        _refuse_empty(folder)
        raise HistoryError("SX964", Location(str(folder)))
    database = Database(target.where)
    spec = load_spec(options["templates"])
    with database.reading() as connection:
        scope, home = _scope(connection, target, folder)
        day, run = _run(connection, folder, scope, options["run"])
        since = options["since"].date() if options["since"] is not None else None
        question = Question(scope, Anywhere(home, page), day, since, run, lang)
        journaled = _journaled(options["journal"], folder, home, question, connection)
        data = collect(connection, question, spec, journaled)
    if data is None:
        raise _unseen(folder)
    return data


def _refuse_empty(folder: Path) -> None:
    """Raise UsageError SX107 for a folder without any workbook."""
    from strategy_xl.runs.discover import workbooks

    workbooks([str(folder)])


def _unseen(folder: Path) -> StrategyXlError:
    """What to say of workbooks that no run has seen, although others of the history were."""
    from strategy_xl.history.database import HistoryError

    _refuse_empty(folder)
    return HistoryError("SX972", Location(str(folder)))


def _home(folder: Path) -> Path:
    from strategy_xl.runs.stores.remote import is_folder

    return folder if is_folder(folder) else folder.parent


def _scope(connection: Connection, target: Target, folder: Path) -> tuple[Scope, Path | RemotePath]:
    """The workbooks below a folder, as the history names them, and where they are told from.

    Errors: HistoryError SX972 when it knows none there, UsageError SX107 when there are none.
    """
    from strategy_xl.history.address import BESIDE
    from strategy_xl.history.queries import Scope, shares_of
    from strategy_xl.runs.histories import part_of
    from strategy_xl.runs.stores.remote_path import path_of

    shares = shares_of(connection)
    part = part_of(target, folder, shares)
    if part is None:
        raise _unseen(folder)
    place = next(share.place for share in shares if share.id == part[0])
    base = target.home if place == BESIDE else path_of(place)
    return Scope(*part), base.resolve()


def _run(connection: Connection, folder: Path, scope: Scope, run: str) -> tuple[date | None, str]:
    """The day and the name of a run that is told by the beginning of its name; of the last one without.

    Errors: UsageError SX149 for a run that is not known or saw none of these workbooks, SX972 as ``_unseen``.
    """
    from strategy_xl.history.queries import runs_of

    known = runs_of(connection, scope.share, scope=scope)
    if not known:
        raise _unseen(folder)
    if not run:
        return None, known[0].id
    found = [entry for entry in known if entry.id.startswith(run) or entry.day.isoformat() == run]
    if not found:
        raise UsageError(
            "SX149", run=run, known=", ".join(f"{entry.id[:8]} ({entry.day})" for entry in known[:5])
        )
    return found[0].day, found[0].id


def _journaled(
    journal: Path | None, folder: Path, told: Path | RemotePath, question: Question, connection: Connection
) -> Journaled:
    """What the journal of the folder, or of one above it, knows of the run."""
    from strategy_xl.history.snapshots import days_of
    from strategy_xl.report.collect import Journaled
    from strategy_xl.runs.at_work import FILE
    from strategy_xl.runs.histories import place_of, told_from
    from strategy_xl.runs.past_runs import past_run
    from strategy_xl.runs.stores.keeping import keeping

    days = days_of(connection, question.scope, question.day)
    if not days:
        return Journaled()
    place = _home(folder).resolve()
    for home in (place, *place.parents):
        run = past_run(journal or keeping(home) / FILE, days[0])
        if run is not None:
            base = home if journal is None else place

            def name(path: str, base: Path = base) -> str:
                return told_from(told, place_of(base, path))

            return Journaled(
                run.started,
                run.seconds,
                {name(path): failure for path, failure in run.failures.items()},
                frozenset(map(name, run.left)),
                {name(path): count for path, count in run.findings.items()},
            )
    return Journaled()


def _write(data: ReportData, output: Path, format_: str, lang: str, written: datetime) -> None:
    """Write a report in one of its forms."""
    if format_ == "html":
        from strategy_xl.report.morning_page import page

        _replace(output, page(data, lang, written).encode())
    elif format_ == "xlsx":
        from strategy_xl.report.portfolio import portfolio

        _replace(output, portfolio(data, lang, written))
    elif format_ == "json":
        from strategy_xl.report.plain_forms import as_json

        _replace(output, as_json(data, lang).encode())
    elif format_ == "junit":
        from strategy_xl.report.junit import as_junit

        _replace(output, as_junit(data, lang))
    else:
        from strategy_xl.report.plain_forms import as_csv

        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritten(output, error) from error
        for name, content in as_csv(data, lang):
            _replace(output / name, content.encode("utf-8-sig"))


def _unwritten(path: Path, error: OSError) -> UsageError:
    return UsageError("SX116", Location(str(path)), detail=error.strerror or str(error))


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: who has the page open never sees half of one."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unwritten(path, error) from error
