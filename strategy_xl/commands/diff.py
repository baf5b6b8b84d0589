"""``strategy-xl diff``: what differs between two versions of a workbook, in words."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.place import Here, write_text
from strategy_xl.commands.render import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    chosen_day,
    finding_lines,
    json_option,
    language,
    load_spec,
    printable,
    show_findings,
    show_json,
    templates_option,
    text,
    today_option,
)
from strategy_xl.errors import StrategyXlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strategy_xl.report.diff_page import DiffPage
    from strategy_xl.schema.spec import WorkbookSpec
    from strategy_xl.work.diff import Difference
    from strategy_xl.work.diff_sentences import Section

_COLORS = {"+": "green", "-": "red", "~": "cyan", "»": "yellow", "!": "red"}
_NOTHING = frozenset({os.devnull, "/dev/null", "nul"})


@click.command(help=text("cli.diff.help"))
@click.argument("paths", nargs=-1, required=True, type=Here())
@json_option
@click.option("--html", type=Here("SX818", dir_okay=False), metavar="OUT", help=text("cli.diff.html"))
@click.option("--textconv", is_flag=True, help=text("cli.diff.textconv"))
@click.option("--git", "from_git", is_flag=True, help=text("cli.diff.git"))
@templates_option
@today_option
def diff(paths: tuple[Path, ...], templates: Path | None, today: Any, **options: Any) -> None:
    """Tell what differs; or, for git, do what it asks."""
    if options["as_json"] and (options["textconv"] or options["from_git"]):
        raise UsageError("SX662")  # git reads lines
    spec, day = load_spec(templates), chosen_day(today)
    if options["textconv"]:
        _expect(paths, 1)
        _list(paths[0], spec, day)
    elif options["from_git"]:
        # path old-file old-hex old-mode new-file new-hex new-mode, and two more for a renamed one
        if len(paths) not in {7, 9}:
            raise UsageError("SX502", found=len(paths))
        _for_git(paths[0], (paths[1], paths[4]), spec, day)
    else:
        _expect(paths, 2)
        raise SystemExit(_show((paths[0], paths[1]), spec, day, options))


def _expect(paths: Sequence[Path], count: int) -> None:
    if len(paths) != count:
        raise UsageError("SX502", found=len(paths))


def _show(paths: tuple[Path, Path], spec: WorkbookSpec, day: date, options: dict[str, Any]) -> int:
    """Compare, tell, and give the exit code."""
    missing = [str(path) in _NOTHING for path in paths]
    if any(missing):  # as git gives it for a workbook that came or went
        key = "diff.created" if missing[0] else "diff.deleted"
        click.echo(text(key, path=str(paths[1] if missing[0] else paths[0])))
        if options["as_json"]:
            before, after = (None if gone else str(path) for gone, path in zip(missing, paths, strict=True))
            show_json({"before": before, "after": after, "same": all(missing)})
        return EXIT_CLEAN if all(missing) else EXIT_FINDINGS
    from strategy_xl.commands.progressing import shown_wait
    from strategy_xl.work.diff import diff as compare
    from strategy_xl.work.diff_data import difference_data
    from strategy_xl.work.diff_sentences import DifferenceTeller

    with shown_wait(text("cli.progress.compare", a=paths[0].name, b=paths[1].name)):
        found = compare(*paths, spec, day)
    teller = DifferenceTeller(spec, language())
    if options["html"] is not None:
        _write_page(options["html"], found, teller, day)
    if options["as_json"]:
        show_json(difference_data(found))
    else:
        _tell(found, teller, [str(path) for path in paths])
        if options["html"] is not None:
            click.echo(text("cli.diff.written", path=str(options["html"])))
    return EXIT_CLEAN if found.is_same else EXIT_FINDINGS


def _tell(found: Difference, teller: Any, names: Sequence[str]) -> None:
    """Print a difference."""
    click.secho(text("diff.title", before=names[0], after=names[1]), bold=True)
    show_findings(found.notes)
    summary = teller.summary(found)
    click.echo(printable(", ".join(summary)) if summary else text("diff.same"))
    show_sections(teller.sections(found))


def show_sections(sections: Sequence[Section]) -> None:
    """Print sections, one line a difference, with the reason under it."""
    for section in sections:
        click.echo()
        click.secho(printable(section.title), bold=True)
        for line in section.lines:
            place = f" ({line.place})" if line.place else ""
            click.secho(f"  {line.mark} {printable(line.text)}", fg=_COLORS[line.mark], nl=False)
            click.echo(printable(place))
            if line.why:
                click.echo(f"      {printable(line.why)}")


def _write_page(target: Path, found: Difference, teller: Any, day: date) -> None:
    from strategy_xl.report.diff_page import DiffPage

    versions = [(text("diff.page.before"), found.before), (text("diff.page.after"), found.after)]
    notes = [finding_lines(note)[0] for note in found.notes]
    page = DiffPage(text("diff.page.title"), versions, teller.summary(found), teller.sections(found), notes)
    write_page(target, page, day)


def write_page(target: Path, page: DiffPage, day: date) -> None:
    """Write a page, over one that is there. Errors: UsageError SX147 its folder is not there."""
    from strategy_xl.ooxml.replace import check_target
    from strategy_xl.report.diff_page import diff_page

    check_target(target, overwrite=True)
    write_text(target, diff_page(page, language(), day))


# -- for git -------------------------------------------------------------------------------------------------


def _list(path: Path, spec: WorkbookSpec, day: date) -> None:
    """Print a workbook as lines; of what is none of ours its digest, since git stops at an error."""
    from strategy_xl.work.diff_listing import listing
    from strategy_xl.work.diff_version import read_version

    try:
        version = read_version(path, spec, day, judges=False)
    except StrategyXlError as error:
        _say_unreadable(error, [path])
        return
    for line in listing(spec, version):
        click.echo(printable(line))


def _for_git(name: Path, paths: tuple[Path, Path], spec: WorkbookSpec, day: date) -> None:
    """Tell one pair that git hands over; it goes on with the next whatever is wrong with this one."""
    click.secho(printable(f"diff --strategy-xl {name}"), bold=True)
    options = {"html": None, "as_json": False}
    try:
        _show(paths, spec, day, options)
    except StrategyXlError as error:
        _say_unreadable(error, [path for path in paths if str(path) not in _NOTHING])
    click.echo()


def _say_unreadable(error: StrategyXlError, paths: Sequence[Path]) -> None:
    click.echo(finding_lines(error.finding)[0])
    for path in paths:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else "-"
        click.echo(text("diff.unreadable", digest=digest))
