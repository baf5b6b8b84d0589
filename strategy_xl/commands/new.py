"""``strategy-xl new``: make a workbook from the templates."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.import_planning import planned_import
from strategy_xl.commands.place import Here
from strategy_xl.commands.render import (
    chosen_day,
    finding_data,
    json_option,
    load_spec,
    show_findings,
    show_json,
    templates_option,
    text,
)
from strategy_xl.commands.render import today_option as with_today
from strategy_xl.errors import UsageError, WorkbookError
from strategy_xl.languages import LANGUAGES

if TYPE_CHECKING:
    from strategy_xl.schema.spec import WorkbookSpec

LIST_MODULE = "clients"
"""Where the list of ``--import`` goes."""


@click.command(help=text("cli.new.help"))
@click.argument("out", type=Here("SX818", dir_okay=False), metavar="[OUT.xlsx]", required=False)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="fr", show_default=True, help=text("cli.new.lang.help")
)
@click.option("--company", help=text("cli.new.company.help"))
@click.option("--market", metavar="KEY", help=text("cli.new.market.help"))
@click.option("--team", type=click.IntRange(1), metavar="N", help=text("cli.new.team.help"))
@click.option("--only", multiple=True, metavar="MODULE", help=text("cli.new.only.help"))
@click.option(
    "--import",
    "listed",
    type=Here(exists=True, dir_okay=False),
    metavar="LIST",
    help=text("cli.new.import.help"),
)
@click.option("--with-example", "example", is_flag=True, help=text("cli.new.example.help"))
@click.option("--protect", is_flag=True, help=text("cli.new.protect.help"))
@click.option("--lambdas", is_flag=True, help=text("cli.new.lambdas.help"))
@click.option("--force", is_flag=True, help=text("cli.new.force.help"))
@json_option
@templates_option
@with_today
def new(out: Path | None, *, as_json: bool, **options: Any) -> None:
    """Build the workbook, put a list in, then fill its results so that it reads right in every viewer."""
    from strategy_xl.commands.guided import ask, can_ask
    from strategy_xl.commands.progressing import shown_steps
    from strategy_xl.text.naming import find_module
    from strategy_xl.work.beginning import Beginning, begin_workbook
    from strategy_xl.work.fitting import MISFITS

    spec = load_spec(options["templates"])
    asks = out is None and not as_json and can_ask()
    if asks:
        out, said = ask(spec, out)
        options |= said
    if out is None:
        raise UsageError("SX592")
    wanted = Beginning(
        out,
        options["lang"],
        options["company"],
        options["market"],
        options["team"],
        [find_module(spec, name) or name for name in options["only"]],
        example=options["example"],
        protect=options["protect"],
        overwrite=options["force"],
        lambdas=options["lambdas"],
    )
    filling = _Filling(spec, out, options, asks=asks, silent=as_json)
    with nullcontext() if asks else shown_steps(out):  # a line that moves would run into the last question
        report = begin_workbook(wanted, spec, chosen_day(options["today"]), filling.fill)
    if report.failure is not None:
        raise WorkbookError(report.failure.code, report.failure.location, **report.failure.args)
    misfits = [finding for finding in report.findings if finding.code in MISFITS]
    if as_json:
        findings = [finding_data(finding) for finding in misfits]
        data = {"workbook": str(out), "sheets": list(report.sheets.values()), "imported": filling.added}
        show_json(data | {"findings": findings})
        return
    show_findings(misfits, err=True)
    click.echo(text("cli.new.done", path=str(out), sheets=len(report.sheets)))


class _Filling:
    """What happens between the build and the first results: the list, and the last question.

    Arguments:
        spec: the templates.
        out: where the workbook goes.
        options: those of the command.
        asks: show what is to be done and ask.
        silent: print nothing.
    """

    def __init__(
        self, spec: WorkbookSpec, out: Path, options: dict[str, Any], *, asks: bool, silent: bool
    ) -> None:
        """Nothing is imported yet."""
        self.added = 0
        self._spec, self._out, self._options, self._asks, self._silent = spec, out, options, asks, silent

    def fill(self, book: Path, sheets: int) -> None:
        """Put the list in, after what is to be done was shown and, with questions, allowed."""
        from strategy_xl.commands.guided import command_line, confirmed
        from strategy_xl.commands.import_preview import show_columns, show_rows
        from strategy_xl.work.beginning import HOURS_EACH
        from strategy_xl.work.importing.plan import apply

        if self._asks:
            click.echo(text("start.plan", path=str(self._out), sheets=sheets))
            if self._options["team"]:
                hours = self._options["team"] * HOURS_EACH
                click.echo(text("start.capacity", hours=hours, each=HOURS_EACH))
        listed = self._options["listed"]
        planned = None
        if listed is not None:
            planned = planned_import(listed, book, self._spec, LIST_MODULE)
            if not self._silent:
                show_columns(planned)
                show_rows(planned, updates=True)
                show_findings(planned.findings, err=True)
        if self._asks:
            click.echo(text("start.same"))
            click.echo(f"  {command_line(self._out, self._options)}")
            confirmed()
        if planned is not None:
            self.added = apply(planned, book, backups=0).added
