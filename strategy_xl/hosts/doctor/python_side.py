"""Checks of Python and its packages, of the interpreters that others start, and of what is printed."""

from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from strategy_xl import __version__
from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.machine import Machine

OLDEST_PYTHON = (3, 11)
_PACKAGE = "strategy-xl"
_COMPILED = {
    "numpy": "numpy",
    "pandas": "pandas",
    "pydantic": "pydantic",
    "lxml.etree": "lxml",
    "python_calamine": "python-calamine",
}
"""Module and name for pip; isal is left out: without it, the work is only slower."""

_LETTERS = "éàçœ€«»’—"
_ASK = (
    "import json; from importlib.metadata import version; import xlwings.utils, strategy_xl; "
    "print(json.dumps([strategy_xl.__version__, version('xlwings')]))"
)


def python(machine: Machine) -> Iterator[Result]:
    """The interpreter that runs this program."""
    found = machine.python
    args = {"version": found.version, "bits": found.bits, "path": str(found.path)}
    numbers = tuple(int(part) for part in found.version.split(".")[:2])
    if numbers < OLDEST_PYTHON:
        yield Result("python", State.PROBLEM, "OLD", args)
    else:
        yield Result("python", State.OK, "OK", args)


def package(machine: Machine) -> Iterator[Result]:
    """This program: where it is, and whether pip knows the same version."""
    folder = Path(__file__).resolve().parents[2]
    args: dict[str, object] = {"version": __version__, "path": str(folder)}
    try:
        installed = version(_PACKAGE)
    except PackageNotFoundError:
        yield Result("package", State.ATTENTION, "NOT_INSTALLED", args)
        return
    if installed != __version__:
        yield Result("package", State.ATTENTION, "STALE", {**args, "installed": installed})
    elif machine.windows is not None and machine.windows.is_on_network(folder):
        yield Result("package", State.ATTENTION, "NETWORK", args)
    else:
        yield Result("package", State.OK, "OK", args)


def packages(_machine: Machine) -> Iterator[Result]:
    """The packages with parts for one processor and one Python only: whether these parts can be loaded."""
    bad = False
    for module, project in _COMPILED.items():
        try:
            importlib.import_module(module)
        except ImportError as error:
            bad = True
            args = {"project": project, "reason": str(error)}
            yield Result("packages", State.PROBLEM, "BROKEN", args)
    if not bad:
        yield Result("packages", State.OK, "OK", {"names": ", ".join(_COMPILED.values())})


def xlwings(_machine: Machine) -> Iterator[Result]:
    """The package that carries cells between Excel and Python."""
    try:
        yield Result("xlwings", State.OK, "OK", {"version": version("xlwings")})
    except PackageNotFoundError:
        yield Result("xlwings", State.PROBLEM, "MISSING")


def pywin32(_machine: Machine) -> Iterator[Result]:
    """The package that speaks to Excel: whether its libraries can be loaded."""
    for module in ("pywintypes", "pythoncom", "win32com.client"):
        try:
            importlib.import_module(module)
        except ImportError as error:
            yield Result("pywin32", State.PROBLEM, "MISSING", {"module": module, "reason": str(error)})
            return
    yield Result("pywin32", State.OK, "OK")


def console(machine: Machine) -> Iterator[Result]:
    """Whether what is printed shows French letters."""
    try:
        _LETTERS.encode(machine.encoding)
    except (UnicodeEncodeError, LookupError):
        yield Result("console", State.ATTENTION, "LETTERS", {"encoding": machine.encoding})
    else:
        yield Result("console", State.OK, "OK", {"encoding": machine.encoding})


def interpreter(check: str, machine: Machine, path: Path, made_by: str | None) -> Iterator[Result]:
    """Whether a Python that an office program starts is there and has this program, in the version wanted.

    Arguments:
        check: key of the check that asks; it has the messages GONE, NO_PACKAGE, OTHER_VERSION and OK.
        path: its program. ``pythonw.exe`` prints nothing: the ``python.exe`` beside it is asked.
        made_by: the version of this program that made the add-in; None when it does not say.
    """
    args: dict[str, object] = {"path": str(path), "made_by": made_by, "package": _PACKAGE}
    if not path.is_file():
        yield Result(check, State.PROBLEM, "GONE", args)
        return
    asked = path.with_name("python.exe") if path.name.lower() == "pythonw.exe" else path
    try:
        lines = machine.run([str(asked if asked.is_file() else path), "-B", "-c", _ASK]).splitlines()
        found, xlwings_version = json.loads(lines[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        yield Result(check, State.PROBLEM, "NO_PACKAGE", {**args, "reason": last_line(error)})
        return
    args |= {"version": found, "xlwings": xlwings_version}
    if made_by is not None and made_by != found:
        yield Result(check, State.ATTENTION, "OTHER_VERSION", args)
    else:
        yield Result(check, State.OK, "OK", args)


def last_line(error: Exception) -> str:
    """What went wrong, in a line: the last one that the interpreter printed, when it printed any."""
    printed = getattr(error, "output", None)
    text = printed.decode("utf-8", "replace") if isinstance(printed, bytes) else str(printed or error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
