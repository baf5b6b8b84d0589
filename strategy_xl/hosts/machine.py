"""The computer that this program runs on, as far as hosts ask for it; tests put a stand-in in its place."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from strategy_xl.hosts.windows import Windows, is_store_app, this_windows

SECONDS = 60.0
"""Longest wait for another program's answer."""
LONG_SECONDS = 1800.0
"""The same where it works on a whole workbook for somebody who waits for it."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python: its program, its version and its bits.

    Arguments:
        path, version, bits: of the program.
        base: folder of the installation, which a virtual environment was made from; None when unknown.
    """

    path: Path
    version: str
    bits: int
    base: Path | None = None

    @property
    def is_from_store(self) -> bool:
        """Whether it is the Microsoft Store's: Excel does not see the files that it writes to AppData."""
        return any(is_store_app(place) for place in (self.path, self.base) if place is not None)


def _this_interpreter() -> Interpreter:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Interpreter(Path(sys.executable), version, struct.calcsize("P") * 8, Path(sys.base_prefix))


def outer_environment() -> dict[str, str]:
    """The variables for a program that has a Python of its own, as LibreOffice has, or is another Python.

    Hosts point Python to their own library: another one must find its own. And an environment that is
    activated leaves the path: a Python within a program looks for its library beside the first ``python3``,
    and a Python of conda finds its libraries by what activating has put there, which Excel's will not.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONDA_"))}
    kept.pop("VIRTUAL_ENV", None)
    conda = os.environ.get("CONDA_PREFIX")
    own = {Path(sys.prefix, name) for name in ("bin", "Scripts")} if sys.prefix != sys.base_prefix else set()
    if "PATH" in kept:
        kept["PATH"] = os.pathsep.join(
            place
            for place in kept["PATH"].split(os.pathsep)
            if Path(place) not in own and not (conda and Path(place).is_relative_to(conda))
        )
    return kept


def _run(command: Sequence[str], seconds: float = SECONDS) -> str:
    """What a program prints, its errors too. Raises OSError, subprocess.SubprocessError (also too slow)."""
    done = subprocess.run(  # noqa: S603 - the programs that Excel or LibreOffice themselves would start
        command,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds,
        env=outer_environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    return done.stdout.decode("utf-8", "replace")


def _run_long(command: Sequence[str]) -> str:
    """As ``_run``, for what may take long."""
    return _run(command, LONG_SECONDS)


@dataclass(frozen=True)
class Machine:
    """What may be looked at: this computer, or a stand-in.

    Arguments:
        system: ``win32``, ``darwin``, ``linux``.
        environment: the variables of the system.
        windows: access to Windows, None elsewhere.
        python: the interpreter that runs this program.
        encoding: of the text that this program prints.
        home: the user's folder.
        books: the folder where the workbooks are.
        run: starts a program and gives what it prints.
        run_long: the same for one that may take long.
        which: finds a program on the path.
    """

    system: str = sys.platform
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    windows: Windows | None = field(default_factory=this_windows)
    python: Interpreter = field(default_factory=_this_interpreter)
    encoding: str = field(default_factory=lambda: sys.stdout.encoding or "ascii")
    home: Path = field(default_factory=Path.home)
    books: Path = field(default_factory=Path.cwd)
    run: Callable[[Sequence[str]], str] = _run
    run_long: Callable[[Sequence[str]], str] = _run_long
    which: Callable[[str], str | None] = shutil.which
