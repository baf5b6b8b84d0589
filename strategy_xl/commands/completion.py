"""``strategy-xl completion``: let a shell complete commands and options with the tabulator key."""

from __future__ import annotations

import os

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from strategy_xl.commands import COMPLETION
from strategy_xl.commands.render import text

PROGRAM = "strategy-xl"


@add_completion_class
class PowerShell(ShellComplete):
    """The way of PowerShell 5.1 and 7: a native completer that hands over the line typed so far."""

    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $line, $position)
    $env:%(complete_var)s = "powershell_complete"
    $env:COMP_WORDS = $line.ToString()
    $env:COMP_CWORD = $word
    try {
        & %(prog_name)s | ForEach-Object {
            $value, $tip = $_ -split "`t", 2
            if (-not $tip) { $tip = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, "ParameterValue", $tip)
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_CWORD
    }
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and that one."""
        incomplete = os.environ.get("COMP_CWORD", "")
        words = split_arg_string(os.environ["COMP_WORDS"])[1:]
        if incomplete and words and words[-1] == incomplete:
            words.pop()
        return words, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """What is offered, and the tip beside it."""
        return f"{item.value}\t{item.help or ''}"


@click.command(help=text("start.completion.help"))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", PowerShell.name]))
def completion(shell: str) -> None:
    """Print what the shell is to read when it starts."""
    kind = get_completion_class(shell)
    assert kind is not None
    command = click.get_current_context().find_root().command
    click.echo(kind(command, {}, PROGRAM, COMPLETION).source())
