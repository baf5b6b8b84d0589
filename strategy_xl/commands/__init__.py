"""The command line: parse, call, render, exit code. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import gettext
import os
import sys
from pathlib import Path

import click

from strategy_xl import __version__
from strategy_xl.commands.addin import addin
from strategy_xl.commands.check import check
from strategy_xl.commands.doctor import doctor
from strategy_xl.commands.functions_ import functions
from strategy_xl.commands.import_ import import_
from strategy_xl.commands.lite import lite
from strategy_xl.commands.new import new
from strategy_xl.commands.recompute import recompute
from strategy_xl.commands.render import EXIT_UNREADABLE, EXIT_USAGE, language, show_error, text
from strategy_xl.commands.repair import repair
from strategy_xl.commands.restore import restore
from strategy_xl.commands.serve import serve
from strategy_xl.errors import StrategyXlError, TemplateError, UsageError


@click.group(
    help=text("cli.help"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="strategy-xl", help=text("cli.version.help"))
def cli() -> None:
    """Hold the commands together."""


for command in (new, check, recompute, repair, import_, restore, functions, addin, doctor, serve, lite):
    cli.add_command(command)


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
    try:
        cli.main(standalone_mode=True)
    except StrategyXlError as error:
        show_error(error)
        sys.exit(EXIT_USAGE if isinstance(error, UsageError | TemplateError) else EXIT_UNREADABLE)
