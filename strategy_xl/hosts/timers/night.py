"""What is to run when, whatever the system that starts it."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import strategy_xl
from strategy_xl.errors import UsageError

CANNOT = "SX188"
"""Finding: a text cannot be written in a form."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Night:
    """Commands that run one after the other, whatever became of the one before.

    Arguments:
        name: of the files, the units or the task: letters, digits, ``-``, ``_`` and ``.``.
        title: what people read in the lists of their system.
        commands: the words of each command, the program first, with its whole path.
        folder: where they run; what they say of paths is told from there.
        at: time of day, by the clock of the computer.
        days: days of the week, 0 for Monday; every day when there are none.
        environment: variables that they need.
        user: the account; empty for the one that installs the files.

    Errors: UsageError SX188 when a text cannot be part of a command on any system.
    """

    name: str
    title: str
    commands: tuple[tuple[str, ...], ...]
    folder: str
    at: time
    days: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""

    def __post_init__(self) -> None:
        """Refuse what no system takes."""
        if _NAME.fullmatch(self.name) is None:
            raise UsageError(CANNOT, text=self.name, form="--name")
        for text in (self.folder, self.user, *(word for command in self.commands for word in command)):
            if _CONTROL.search(text):
                raise UsageError(CANNOT, text=text, form=self.name)


def program() -> tuple[str, ...]:
    """The words that start this program, whatever the search path and the folder in which they are run."""
    suffix = ".exe" if sys.platform == "win32" else ""
    script = Path(sysconfig.get_path("scripts"), f"strategy-xl{suffix}")
    if script.is_file():
        return (str(script),)
    try:
        version("strategy-xl")
    except PackageNotFoundError:  # a checkout that is not installed
        return sys.executable, str((Path(strategy_xl.__file__).parents[1] / "cli").with_suffix(".py"))
    # -P: a module that lies among the workbooks is not taken for one of Python's.
    return sys.executable, "-P", "-m", "strategy_xl"
