"""Check of the Pythons that a Windows computer has: which ones, and whether the add-in starts this one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.excel_side import made_addin, started_python, windows_of
from strategy_xl.hosts.doctor.interpreter_side import PACKAGE
from strategy_xl.hosts.machine import Machine
from strategy_xl.hosts.windows import Hive, find_value, is_store_app, same_path

_REGISTERED = r"Software\Python"
"""Where Pythons register themselves: PEP 514."""


def _registered(machine: Machine) -> Iterator[Path]:
    """The Pythons that have registered themselves."""
    windows = windows_of(machine)
    for hive, bits in ((Hive.USER, 64), (Hive.MACHINE, 64), (Hive.MACHINE, 32)):
        for company in windows.keys(hive, _REGISTERED, bits=bits):
            for tag in windows.keys(hive, rf"{_REGISTERED}\{company}", bits=bits):
                key = rf"{_REGISTERED}\{company}\{tag}\InstallPath"
                program = find_value(windows, hive, key, "ExecutablePath", bits=bits)
                folder = find_value(windows, hive, key, "", bits=bits)
                if isinstance(program, str) and program:
                    yield Path(program)
                elif isinstance(folder, str) and folder:
                    yield Path(folder, "python.exe")


def pythons(machine: Machine) -> Iterator[Result]:
    """Which Pythons the computer has, and whether the add-in starts this one."""
    own = machine.python.path
    found: list[Path] = []
    for path in (own, *_registered(machine)):
        if path.is_file() and not any(same_path(path, known) for known in found):
            found.append(path)
    args = {"n": len(found), "paths": ", ".join(map(str, found)), "path": str(own), "package": PACKAGE}
    stub = _opens_the_store(machine)
    if stub is not None:
        yield Result("pythons", State.ATTENTION, "STUB", {"path": stub})
    made = made_addin(machine)
    started = None if made is None else started_python(machine, made)
    # python.exe and pythonw.exe beside each other are one Python.
    if started is not None and not same_path(started.parent, own.parent):
        yield Result("pythons", State.ATTENTION, "ANOTHER", {**args, "started": _with_console(started)})
    elif stub is None:
        yield Result("pythons", State.OK, "OK", args)


def _with_console(path: Path) -> str:
    """The program that can be typed in a terminal."""
    return str(path.with_name("python.exe") if PureWindowsPath(path).name.lower() == "pythonw.exe" else path)


def _opens_the_store(machine: Machine) -> str | None:
    """The command ``python`` where it is no Python, but opens the Microsoft Store's page of it."""
    command = machine.which("python")
    if command is None or not is_store_app(command):
        return None
    try:
        machine.run([command, "--version"])
    except (OSError, subprocess.SubprocessError):
        return command
    return None
