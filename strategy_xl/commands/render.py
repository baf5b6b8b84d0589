"""What all commands share: the language of their messages, findings as text and JSON, exit codes."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from strategy_xl.commands.place import Here
from strategy_xl.errors import Finding, Severity, StrategyXlError
from strategy_xl.history.places import VARIABLE
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


_silenced: ContextVar[TextIO | None] = ContextVar("_silenced", default=None)
"""The output of a command that was told to be quiet."""


def is_quiet() -> bool:
    """Whether the command that runs was told to be quiet."""
    return _silenced.get() is not None


@contextmanager
def _silence() -> Iterator[None]:
    with open(os.devnull, "w", encoding="utf-8") as nothing:  # noqa: PTH123 (no path, a device)
        before = _silenced.set(sys.stdout)
        try:
            with redirect_stdout(nothing):
                yield
        finally:
            _silenced.reset(before)


def quiet_option() -> click.Option:
    """``--quiet``: nothing is told but what is wrong, on the error stream, and data asked for with --json."""

    def begin(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not context.resilient_parsing:
            context.with_resource(_silence())

    return click.Option(
        ["-q", "--quiet"], is_flag=True, expose_value=False, help=text("start.quiet.help"), callback=begin
    )


def show_json(data: object) -> None:
    """Print data as JSON; bytes of file names that are no UTF-8 are escapes, which read back as they were."""
    dumped = json.dumps(data, ensure_ascii=False, indent=2)
    click.echo(dumped.encode("utf-8", "backslashreplace").decode("utf-8"), file=_silenced.get())


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
