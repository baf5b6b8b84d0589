"""What pages say is typed, held against the program and the shell."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable

from strategy_xl.commands import every_command

COMMANDS = dict(every_command())
OPTIONS = {
    option for command in COMMANDS.values() for parameter in command.params for option in parameter.opts
}
_SHELL = re.compile(r"```sh\n.*?```", re.DOTALL)


def unknown_options(text: str) -> set[str]:
    """Options that a page names outside of its shell blocks, and that no command has."""
    return set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", _SHELL.sub("", text))) - OPTIONS


def unknown_commands(text: str) -> set[str]:
    """Commands that a page names, and that are none."""
    return set(re.findall(r"`strategy-xl (\w+)", text)) - set(COMMANDS)


def read_by_a_shell(blocks: Iterable[str]) -> None:
    """Have a shell read lines without running them: they install programs."""
    shell = shutil.which("sh")
    assert shell is not None
    for block in blocks:
        subprocess.run([shell, "-n"], input=block, text=True, check=True)
