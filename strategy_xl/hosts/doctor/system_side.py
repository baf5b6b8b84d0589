"""Checks of the processor, of the folder where the workbooks are, and of what the button needs on a Mac."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path, PureWindowsPath

from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.machine import Machine
from strategy_xl.hosts.windows import Hive, find_value

_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_SYNCED = r"Software\SyncEngines\Providers\OneDrive"
_PROCESSOR = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
_MAC_EXCEL = Path("/Applications/Microsoft Excel.app")


def synced_folders(machine: Machine) -> list[str]:
    """The folders that OneDrive or SharePoint keeps in step, each once, in the order found."""
    found = [machine.environment[name] for name in _VARIABLES if machine.environment.get(name)]
    if machine.windows is not None:
        for name in machine.windows.keys(Hive.USER, _SYNCED):
            place = find_value(machine.windows, Hive.USER, rf"{_SYNCED}\{name}", "MountPoint")
            if isinstance(place, str) and place:
                found.append(place)
    if machine.system == "darwin":
        found += map(str, sorted(machine.home.glob("Library/CloudStorage/OneDrive*")))
    unique = {PureWindowsPath(each): each for each in reversed(found)}
    return list(reversed(unique.values()))


def books(machine: Machine) -> Iterator[Result]:
    """Whether the workbooks are in a synchronised folder, where marks of open workbooks may be missing."""
    folders = synced_folders(machine)
    books_ = PureWindowsPath(machine.books)
    args = {"path": str(machine.books), "folders": ", ".join(folders)}
    if any(books_.is_relative_to(PureWindowsPath(each)) for each in folders):
        yield Result("books", State.ATTENTION, "SYNCED", args)
    elif folders:
        yield Result("books", State.OK, "ELSEWHERE", args)
    else:
        yield Result("books", State.OK, "OK", args)


def processor(machine: Machine) -> Iterator[Result]:
    """Whether the processor is ARM64, for which xlwings has no library: Excel must load the one for x64."""
    told = machine.environment.get("PROCESSOR_ARCHITECTURE", "")
    if machine.windows is not None:  # a program for x64 is told of an x64
        told = str(find_value(machine.windows, Hive.MACHINE, _PROCESSOR, "PROCESSOR_ARCHITECTURE") or told)
    args = {"name": told or None}
    if told.upper() == "ARM64":
        yield Result("processor", State.ATTENTION, "ARM64", args)
    else:
        yield Result("processor", State.OK, "OK", args)


def mac(machine: Machine, excel: Path = _MAC_EXCEL) -> Iterator[Result]:
    """Whether the add-in's button can start Python on a Mac; functions in cells cannot."""
    if not excel.exists():
        yield Result("mac", State.NOT_HERE, "NO_EXCEL")
        return
    folder = machine.home / "Library" / "Application Scripts" / "com.microsoft.Excel"
    script = folder / f"xlwings-{version('xlwings')}.applescript"
    if script.is_file():
        yield Result("mac", State.OK, "OK", {"path": str(script)})
    else:
        yield Result("mac", State.ATTENTION, "NO_SCRIPT", {"path": str(script)})
