"""Checks of the Python that runs this program, of its packages, and of what is printed."""

from __future__ import annotations

import importlib
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


def python(machine: Machine) -> Iterator[Result]:
    """The interpreter that runs this program."""
    found = machine.python
    args = {"version": found.version, "bits": found.bits, "path": str(found.path)}
    numbers = tuple(int(part) for part in found.version.split(".")[:2])
    if numbers < OLDEST_PYTHON:
        yield Result("python", State.PROBLEM, "OLD", args)
    elif machine.windows is not None and found.is_from_store:
        yield Result("python", State.ATTENTION, "STORE", args)
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
