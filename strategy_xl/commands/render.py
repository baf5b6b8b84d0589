"""What all commands share: the language of their messages, findings as text and JSON, exit codes."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from strategy_xl.commands.place import Here
from strategy_xl.errors import Finding, Severity, StrategyXlError
from strategy_xl.history.address import VARIABLE
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import has_message, message

if TYPE_CHECKING:
    from strategy_xl.schema.spec import WorkbookSpec

EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, EXIT_UNREADABLE = 0, 1, 2, 3

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_Command = TypeVar("_Command", bound=Callable[..., Any])


def language() -> str:
    """Language of the messages: ``STRATEGY_XL_LANG``, else the system's, else French."""
    for name in ("STRATEGY_XL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")[:2].lower()
        if value in LANGUAGES:
            return value
    return "fr"


def text(key: str, /, **args: object) -> str:
    """A message of the command line in the user's language; texts of files are made printable."""
    shown = {name: printable(value) if isinstance(value, str) else value for name, value in args.items()}
    return message(key, language(), **shown)


def printable(line: str) -> str:
    """A line for people's screens: what moves a cursor or turns a text, and bytes of none, as escapes."""
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], line)


_output: ContextVar[TextIO | None] = ContextVar("_output", default=None)
"""Where the data goes of a command that is to tell nothing else there."""
_quiet: ContextVar[bool] = ContextVar("_quiet", default=False)


def is_quiet() -> bool:
    """Whether the command that runs was told to be quiet."""
    return _quiet.get()


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing reaches the output but data."""
    with open(os.devnull, "w", encoding="utf-8") as nothing:  # noqa: PTH123 (no path, a device)
        before = _output.set(_output.get() or sys.stdout)
        try:
            with redirect_stdout(nothing):
                yield
        finally:
            _output.reset(before)


@contextmanager
def _quietly() -> Iterator[None]:
    before = _quiet.set(True)
    try:
        with _silence():
            yield
    finally:
        _quiet.reset(before)


def _within(how: Callable[[], AbstractContextManager[None]]) -> Callable[[click.Context, Any, bool], bool]:
    """What an option does that counts until the program ends, whatever else is wrong with the command."""

    def begin(context: click.Context, _: click.Parameter, value: bool) -> bool:
        if value and not context.resilient_parsing:
            context.find_root().with_resource(how())
        return value

    return begin


def quiet_option() -> click.Option:
    """``--quiet``: nothing is told but what is wrong, on the error stream, and data asked for with --json."""
    help_text, begin = text("start.quiet.help"), _within(_quietly)
    return click.Option(["-q", "--quiet"], is_flag=True, expose_value=False, help=help_text, callback=begin)


def json_option(command: _Command) -> _Command:
    """Add ``--json``: the output is data, and what is told to people besides goes nowhere."""
    help_text, begin = text("cli.json.help"), _within(_silence)
    return click.option("--json", "as_json", is_flag=True, help=help_text, callback=begin)(command)


def _plain(value: object) -> object:
    """A day as ``2027-03-01``, a path as text, a number of numpy as one of Python's."""
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else str(value)


def show_json(data: object, *, in_one_line: bool = False) -> None:
    """Print data as JSON; bytes of file names that are no UTF-8 are escapes, which read back as they were.

    Arguments:
        data: mappings and lists; what JSON does not have, as text.
        in_one_line: for a program that reads on while this one runs.
    """
    dumped = json.dumps(data, ensure_ascii=False, indent=None if in_one_line else 2, default=_plain)
    click.echo(dumped.encode("utf-8", "backslashreplace").decode("utf-8"), file=_output.get())


def finding_lines(finding: Finding) -> tuple[str, str]:
    """A finding as text — ``plan.xlsx!Clients!C7 SX204 …`` — and its hint, ``""`` when it has none."""
    sentence = text(finding.code, **finding.args)
    hint = f"{finding.code}.hint"
    head = " ".join(part for part in (str(finding.location), finding.code) if part)
    return printable(f"{head} {sentence}"), text(hint, **finding.args) if has_message(hint) else ""


def show_findings(findings: Iterable[Finding], *, err: bool = False) -> None:
    """Print findings, one a line, each with its hint below."""
    for finding in findings:
        line, hint = finding_lines(finding)
        click.secho(line, fg=_STYLES[finding.severity], err=err)
        if hint:
            click.echo(f"    → {hint}", err=err)


def show_error(error: StrategyXlError) -> None:
    """Print what stopped a command."""
    show_findings([error.finding], err=True)


def finding_data(finding: Finding) -> dict[str, object]:
    """A finding for ``--json``: stable keys, with both the code and the sentence."""
    sentence, hint = text(finding.code, **finding.args), f"{finding.code}.hint"
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "workbook": finding.location.workbook,
        "sheet": finding.location.sheet,
        "cell": finding.location.cell,
        "message": sentence,
        "hint": text(hint, **finding.args) if has_message(hint) else None,
    }


def exit_code(findings: Iterable[Finding]) -> int:
    """The exit code of findings: clean when there is nothing but notes."""
    to_mend = any(finding.severity is not Severity.NOTE for finding in findings)
    return EXIT_FINDINGS if to_mend else EXIT_CLEAN


def templates_option(command: _Command) -> _Command:
    """Add ``--templates DIR``."""
    return click.option(
        "--templates",
        type=Here(exists=True, file_okay=False),
        help=text("cli.templates.help"),
    )(command)


def history_option(command: _Command) -> _Command:
    """Add ``--history PATH|URL``."""
    return click.option(
        "--history",
        metavar="PATH|URL",
        envvar=VARIABLE,
        help=text("cli.history.option"),
    )(command)


def today_option(command: _Command) -> _Command:
    """Add ``--today DATE``."""
    return click.option(
        "--today", type=click.DateTime(["%Y-%m-%d"]), help=text("cli.today.help"), metavar="YYYY-MM-DD"
    )(command)


class _Versions(click.ParamType[int]):
    """``last``, ``none`` or a number of earlier versions to keep."""

    name = "versions"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        number = {"last": "1", "none": "0"}.get(str(value), str(value))
        if not number.isdecimal():
            self.fail(text("cli.backup.wrong", value=value), param, ctx)
        return int(number)


def backup_option(command: _Command) -> _Command:
    """Add ``--backup last|none|N``."""
    return click.option(
        "--backup",
        type=_Versions(),
        default="last",
        show_default=True,
        metavar="last|none|N",
        help=text("cli.backup.help"),
    )(command)


def show_backups(count: int) -> None:
    """Say where the earlier versions are that a run has kept; nothing when there are none."""
    from strategy_xl.ooxml.backups import FOLDER

    if count:
        click.echo(text("cli.backup.kept", n=count, folder=FOLDER.as_posix()))


def chosen_day(value: Any) -> date:
    """The day of ``--today``, else the system's."""
    return value.date() if value is not None else date.today()  # noqa: DTZ011 (people's own calendar day)


def load_spec(folder: Path | None) -> WorkbookSpec:
    """The templates, with a user's folder laid over them."""
    from strategy_xl.schema.loader import load, load_default

    return load(folder) if folder is not None else load_default()
