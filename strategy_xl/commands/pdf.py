"""``strategy-xl pdf``: a workbook on paper, or its strategy on one page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.place import Here
from strategy_xl.commands.render import (
    chosen_day,
    exit_code,
    finding_data,
    json_option,
    load_spec,
    show_findings,
    show_json,
    templates_option,
    text,
    today_option,
)
from strategy_xl.errors import Location, UsageError

if TYPE_CHECKING:
    from strategy_xl.schema.spec import WorkbookSpec
    from strategy_xl.work.printing.plan import Bound, PrintPlan

PAPERS = ("a4", "letter")
SUFFIX = ".pdf"


@click.command(help=text("pdf.help"))
@click.argument("book", type=Here(dir_okay=False), metavar="BOOK")
@click.option(
    "-o",
    "--output",
    type=Here("SX818", dir_okay=False),
    metavar="FILE",
    help=text("pdf.output.help"),
)
@click.option("--sheets", multiple=True, metavar="SHEET", help=text("pdf.sheets.help"))
@click.option(
    "--paper", type=click.Choice(PAPERS), default="a4", show_default=True, help=text("pdf.paper.help")
)
@click.option("--one-page", is_flag=True, help=text("pdf.one_page.help"))
@click.option("--force", is_flag=True, help=text("cli.new.force.help"))
@json_option
@templates_option
@today_option
def pdf(book: Path, *, one_page: bool, as_json: bool, **options: Any) -> None:
    """Plan, let LibreOffice print a copy, bind, and put the PDF in its place."""
    from strategy_xl.commands.progressing import shown_steps
    from strategy_xl.ooxml.replace import atomic_replace, check_target
    from strategy_xl.report.data import PROGRAM
    from strategy_xl.work.printing.paper import FORMATS
    from strategy_xl.work.printing.plan import board_page, plan_printing

    if one_page and options["sheets"]:
        raise UsageError("SX593")
    ending = f"-{text('pdf.one_page.name')}{SUFFIX}" if one_page else SUFFIX
    target = options["output"] or book.with_name(book.stem + ending)
    if target.suffix.lower() != SUFFIX:
        raise UsageError("SX939", Location(str(target)))
    check_target(target, overwrite=options["force"])
    spec, day = load_spec(options["templates"]), chosen_day(options["today"])
    with shown_steps(book):
        plan = plan_printing(book, spec, options["sheets"], FORMATS[options["paper"]])
        bound = board_page(plan, spec, day, PROGRAM) if one_page else None
    if bound is None:
        bound = _print(book, plan, spec, day)
    with atomic_replace(target) as stream:
        stream.write(bound.content)
    if as_json:
        show_json(_data(book, target, bound))
    else:
        show_findings(bound.findings, err=True)
        click.echo(text("pdf.done", path=str(target), n=bound.pages))
    raise SystemExit(exit_code(bound.findings))


def _print(book: Path, plan: PrintPlan, spec: WorkbookSpec, day: date) -> Bound:
    """Have a copy printed, in a folder that is gone afterwards."""
    from strategy_xl.commands.progressing import shown_wait
    from strategy_xl.hosts.machine import Machine
    from strategy_xl.hosts.printed import check_printer, printed
    from strategy_xl.report.data import PROGRAM
    from strategy_xl.work.printing.plan import bind, copy_for_printer

    machine = Machine()
    check_printer(book, machine)
    with TemporaryDirectory() as name:
        folder = Path(name)
        copy = folder / "copy" / book.name  # a footer may show the name of the file
        copy.parent.mkdir()
        with copy.open("wb") as stream:
            copy_for_printer(plan, spec, stream)
        with shown_wait(text("pdf.printing", n=len(plan.sheets), name=book.name)):
            printout = printed(book, copy, folder, machine, plan.data.lang)
        return bind(plan, spec, printout, day, PROGRAM)


def _data(book: Path, target: Path, bound: Bound) -> dict[str, object]:
    sheets = [{"title": entry.title, "page": entry.page} for entry in bound.entries]
    findings = [finding_data(finding) for finding in bound.findings]
    return {
        "workbook": str(book),
        "pdf": str(target),
        "pages": bound.pages,
        "sheets": sheets,
        "findings": findings,
    }
