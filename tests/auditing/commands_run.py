"""A command run in this process, whose errors are the test's."""

from __future__ import annotations

from click.testing import CliRunner, Result

from strategy_xl.commands import cli
from strategy_xl.errors import StrategyXlError


def run(*arguments: object, answer: str = "") -> Result:
    """Run a command; errors of the program are raised."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], input=answer)
    if isinstance(result.exception, StrategyXlError):
        raise result.exception
    return result
