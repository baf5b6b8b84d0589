"""Asking the Python that an office program starts."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.machine import Machine

PACKAGE = "strategy-xl"
_ASK = (
    "import json; from importlib.metadata import version; import xlwings.utils, strategy_xl; "
    "print(json.dumps([strategy_xl.__version__, version('xlwings')]))"
)
_HOME = re.compile(r"^home\s*=\s*(.+?)\s*$", re.MULTILINE)


def ask(check: str, machine: Machine, path: Path, made_by: str | None) -> Iterator[Result]:
    """Whether a Python that an office program starts is there and has this program, in the version wanted.

    Arguments:
        check: key of the check that asks; it has the messages GONE, BROKEN_ENV, CONDA, NO_PACKAGE,
            OTHER_VERSION and OK.
        path: its program. ``pythonw.exe`` prints nothing: the ``python.exe`` beside it is asked.
        made_by: the version of this program that made the add-in; None when it does not say.
    """
    args: dict[str, object] = {"path": str(path), "made_by": made_by, "package": PACKAGE}
    if not path.is_file():
        yield Result(check, State.PROBLEM, "GONE", args)
        return
    asked = path.with_name("python.exe") if path.name.lower() == "pythonw.exe" else path
    try:
        lines = machine.run([str(asked if asked.is_file() else path), "-B", "-c", _ASK]).splitlines()
        found, xlwings_version = json.loads(lines[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        args["reason"] = _last_line(error)
        yield Result(check, State.PROBLEM, _why(path, args), args)
        return
    args |= {"version": found, "xlwings": xlwings_version}
    if made_by is not None and made_by != found:
        yield Result(check, State.ATTENTION, "OTHER_VERSION", args)
    else:
        yield Result(check, State.OK, "OK", args)


def _why(path: Path, args: dict[str, object]) -> str:
    """The code for a Python that does not answer, by what it is."""
    home = _environment_of(path)
    if home is not None and not home.is_dir():
        args["home"] = str(home)
        return "BROKEN_ENV"
    folders = (path.parent, path.parent.parent)
    return "CONDA" if any((folder / "conda-meta").is_dir() for folder in folders) else "NO_PACKAGE"


def _environment_of(path: Path) -> Path | None:
    """The folder of the Python that a virtual environment was made from; None when it is none."""
    note = path.parent.parent / "pyvenv.cfg"
    found = _HOME.search(note.read_text("utf-8", "replace")) if note.is_file() else None
    return None if found is None else Path(found[1])


def _last_line(error: Exception) -> str:
    """What went wrong, in a line: the last one that the interpreter printed, when it printed any."""
    printed = getattr(error, "output", None)
    text = printed.decode("utf-8", "replace") if isinstance(printed, bytes) else str(printed or error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
