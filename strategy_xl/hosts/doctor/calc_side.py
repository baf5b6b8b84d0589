"""Checks of LibreOffice: itself, its Python, the extension and the interpreter that the extension starts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from strategy_xl import __version__
from strategy_xl.hosts.calc.extension import MINIMAL_LIBREOFFICE
from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.interpreter_side import ask as ask_interpreter
from strategy_xl.hosts.libreoffice import extensions, office_program
from strategy_xl.hosts.machine import Machine

PYTHON_VARIABLE = "STRATEGY_XL_PYTHON"
"""Outranks the interpreter that the extension was built with."""

_VERSION = re.compile(r"LibreOffice\w*\s+(\d+(?:\.\d+)+)")
_PYTHON_FILES = ("pyuno.so", "libpyuno.so", "libpyuno.dylib", "pyuno.pyd", "python.exe")


def office(machine: Machine) -> Iterator[Result]:
    """Whether there is a LibreOffice, and new enough."""
    program = office_program(machine)
    if program is None:
        yield Result("office", State.NOT_HERE, "MISSING")
        return
    # On Windows soffice.exe prints nothing: soffice.com, beside it, does.
    printing = program.with_suffix(".com")
    told = machine.run([str(printing if printing.is_file() else program), "--version"])
    found = _VERSION.search(told)
    args = {"path": str(program), "oldest": MINIMAL_LIBREOFFICE, "version": found[1] if found else None}
    if found is None:
        yield Result("office", State.ATTENTION, "VERSION", args)
    elif _numbers(found[1]) < _numbers(MINIMAL_LIBREOFFICE):
        yield Result("office", State.PROBLEM, "OLD", args)
    else:
        yield Result("office", State.OK, "OK", args)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(".")]


def office_python(machine: Machine) -> Iterator[Result]:
    """Whether LibreOffice can run Python at all: on Linux that is a package of its own."""
    program = office_program(machine)
    if program is None:
        yield Result("office_python", State.NOT_HERE, "MISSING")
        return
    folder = program.resolve().parent
    folders = (folder, folder.parent / "Frameworks", folder.parent / "Resources")
    for place in (place / name for place in folders for name in _PYTHON_FILES):
        if place.exists():
            yield Result("office_python", State.OK, "OK", {"path": str(place)})
            return
    yield Result("office_python", State.PROBLEM, "NO_PYTHON", {"path": str(folder)})


def extension(machine: Machine) -> Iterator[Result]:
    """Whether the extension is installed, by which version, and the interpreter that it starts."""
    found = next(extensions(machine), None)
    if found is None:
        if office_program(machine) is None:
            yield Result("extension", State.NOT_HERE, "MISSING")
        else:  # where Excel is, LibreOffice is a second way only
            state = State.NOT_HERE if machine.system == "win32" else State.ATTENTION
            yield Result("extension", state, "NOT_INSTALLED")
        return
    args = {"path": str(found.folder), "release": found.release, "version": __version__}
    if found.release != __version__:
        yield Result("extension", State.ATTENTION, "STALE", args)
    else:
        yield Result("extension", State.OK, "OK", args)


def extension_python(machine: Machine) -> Iterator[Result]:
    """Whether the Python that the extension starts is there and has this program."""
    found = next(extensions(machine), None)
    if found is None:
        yield Result("extension_python", State.NOT_HERE, "NO_ADDIN")
        return
    chosen = machine.environment.get(PYTHON_VARIABLE) or found.python
    path = machine.which(chosen)
    yield from ask_interpreter("extension_python", machine, Path(path or chosen), found.release)
