"""The command line: parse, call, render, exit code. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Any

import click

from strategy_xl import __version__
from strategy_xl.collection import no_collection
from strategy_xl.commands.examples import EXAMPLES
from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    EXIT_USAGE,
    finding_data,
    language,
    quiet_option,
    show_error,
    show_json,
    text,
)
from strategy_xl.errors import Finding, Location, Severity, StrategyXlError, TemplateError, UsageError

COMPLETION = "_STRATEGY_XL_COMPLETE"
"""Set by what a shell calls, so that the program answers with completions."""
_COMMANDS = {
    "new": ("new", "cli.new.help"),
    "check": ("check", "cli.check.help"),
    "recompute": ("recompute", "cli.recompute.help"),
    "report": ("report", "cli.report.help"),
    "pdf": ("pdf", "pdf.help"),
    "repair": ("repair", "cli.repair.help"),
    "diff": ("diff", "cli.diff.help"),
    "merge": ("merge", "cli.merge.help"),
    "upgrade": ("upgrade", "cli.upgrade.help"),
    "translate": ("translate", "cli.translate.help"),
    "import": ("import_", "cli.import.help"),
    "adopt": ("adopt", "adopt.help"),
    "release": ("release", "release.help"),
    "restore": ("restore", "cli.restore.help"),
    "history": ("history", "cli.history.help"),
    "functions": ("functions_", "functions.cli.help"),
    "addin": ("addin", "addin.help"),
    "doctor": ("doctor", "doctor.help"),
    "schedule": ("schedule", "schedule.help"),
    "forget": ("forget", "privacy.forget.help"),
    "export": ("export_", "privacy.export.help"),
    "purge": ("purge", "privacy.purge.help"),
    "register": ("register", "privacy.register.help"),
    "serve": ("serve", "web.cli.serve.help"),
    "lite": ("lite", "web.cli.lite.help"),
    "completion": ("completion", "start.completion.help"),
}
"""Name → module, and the help that the list of commands shows without importing it."""


def imported(name: str) -> click.Command:
    """A command with its options, its module imported.

    Arguments:
        name: what people type.
    """
    with no_collection():
        module = import_module(f"{__name__}.{_COMMANDS[name][0]}")
    command = next(
        value for value in vars(module).values() if isinstance(value, click.Command) and value.name == name
    )
    _complete(command, name)
    return command


def every_command() -> Iterator[tuple[str, click.Command]]:
    """What people type to call each command, those of groups after the group, and the command, imported."""

    def below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield name, command
        if isinstance(command, click.Group):
            for inner, member in command.commands.items():
                yield from below(f"{name} {inner}", member)

    for name in _COMMANDS:
        yield from below(name, imported(name))


def _complete(command: click.Command, name: str) -> None:
    """Give a command, and those of a group, what all have: examples, and ``--quiet``."""
    if isinstance(command, click.Group):
        for inner, member in command.commands.items():
            _complete(member, f"{name} {inner}")
    if not any(option.name == "quiet" for option in command.params):
        command.params.append(quiet_option())
    lines = "\n".join(f"  {line}" for line in EXAMPLES.get(name, ()))
    command.epilog = f"\b\n{text('start.examples')}\n{lines}" if lines else None


class _Commands(click.Group):
    """The commands; each is imported when it is run, since the list of them needs their help only."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is to be run."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed if name is None or listed is None else imported(name), rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that is named; what stops it is data where ``--json`` asks for data."""
        asks = "--json" in takewhile(lambda word: word != "--", ctx.args)
        try:
            return super().invoke(ctx)
        except (click.ClickException, StrategyXlError) as error:
            if not asks:
                raise
            code = error.exit_code if isinstance(error, click.ClickException) else _stopped(error)
            show_json({"exit_code": code, "findings": [finding_data(_finding(error))]})
            ctx.exit(code)


def _finding(error: click.ClickException | StrategyXlError) -> Finding:
    """What stopped a command; of what Click says of options and arguments, a finding of our own."""
    if isinstance(error, StrategyXlError):
        return error.finding
    context = getattr(error, "ctx", None) or click.get_current_context()
    args = {"detail": error.format_message(), "command": context.command_path}
    return Finding("SX660", Location(), args, Severity.ERROR)


def _stopped(error: StrategyXlError) -> int:
    """The exit code of what stopped a command."""
    return EXIT_USAGE if isinstance(error, UsageError | TemplateError) else EXIT_UNREADABLE


def _color() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None


@click.group(
    cls=_Commands,
    commands=[click.Command(name, help=text(key)) for name, (_, key) in _COMMANDS.items()],
    help=text("cli.help"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="strategy-xl", help=text("cli.version.help"))
@click.pass_context
def cli(context: click.Context) -> None:
    """Hold the commands together; NO_COLOR (no-color.org) is known to Rich, not to Click."""
    context.color = _color()


def _speak() -> None:
    """Let Click say its own words (usage, options, errors) in the user's language: it asks gettext."""
    os.environ["LANGUAGE"] = language()
    gettext.bindtextdomain("click", Path(__file__).parent / "locales")
    gettext.textdomain("click")


def main() -> None:
    """Entry point: run a command, show what stopped it as a located message, exit with the agreed code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console in cp1252 must not stop on a narrow space
            stream.reconfigure(errors="replace")
    _speak()
    if COMPLETION in os.environ:
        import_module(f"{__name__}.completion")  # knows PowerShell, which Click does not
    try:
        cli.main(standalone_mode=True)
    except StrategyXlError as error:
        with click.Context(cli, color=_color()):
            show_error(error)
        sys.exit(_stopped(error))
