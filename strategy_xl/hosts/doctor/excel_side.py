"""Checks of Excel on Windows: itself, the add-in, and the Python and the library that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path, PureWindowsPath

from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.interpreter_side import ask as ask_interpreter
from strategy_xl.hosts.excel.install import ADDIN_FILE, addins_folder
from strategy_xl.hosts.excel.made import Made, read_made
from strategy_xl.hosts.excel.office import (
    OFFICE,
    OLDEST,
    excels,
    program_bits,
    user_versions,
)
from strategy_xl.hosts.excel.open_list import OpenList
from strategy_xl.hosts.machine import Machine
from strategy_xl.hosts.windows import Hive, Windows, expand, find_value


def windows_of(machine: Machine) -> Windows:
    """Access to Windows, which the checks of Excel are made on only."""
    if machine.windows is None:
        raise LookupError(machine.system)
    return machine.windows


def _loaded(machine: Machine, excel: str) -> OpenList:
    folder = addins_folder(machine.environment)
    return OpenList(windows_of(machine), excel, folder, machine.environment)


def addin_path(machine: Machine) -> Path:
    """Where the add-in is that Excel loads; where it would be put when Excel loads none."""
    for excel in reversed(user_versions(windows_of(machine))):
        for path in _loaded(machine, excel).paths(ADDIN_FILE):
            return path
    return addins_folder(machine.environment) / ADDIN_FILE


def made_addin(machine: Machine) -> Made | None:
    """The add-in that Excel loads, as it was made; None when there is none."""
    path = addin_path(machine)
    return read_made(path) if path.is_file() else None


def excel(machine: Machine) -> Iterator[Result]:
    """Which Excels there are."""
    found = excels(windows_of(machine))
    if not found:
        yield Result("excel", State.ATTENTION, "MISSING")
    for each in found:
        args = {
            "version": each.build or each.version,
            "bits": each.bits,
            "path": None if each.path is None else str(each.path),
        }
        if float(each.version) < OLDEST:
            yield Result("excel", State.PROBLEM, "OLD", args)
        elif each.is_from_store:
            yield Result("excel", State.ATTENTION, "STORE", args)
        elif each.bits is None:
            yield Result("excel", State.ATTENTION, "BITS", args)
        else:
            yield Result("excel", State.OK, "OK", args)


def addin(machine: Machine) -> Iterator[Result]:
    """Whether each Excel loads the add-in, and the file is there."""
    windows = windows_of(machine)
    path = addin_path(machine)
    lists = {version: _loaded(machine, version).paths(ADDIN_FILE) for version in user_versions(windows)}
    args = {"path": str(path)}
    if not path.is_file():
        is_loaded = any(lists.values())
        yield Result(
            "addin",
            State.PROBLEM if is_loaded else State.ATTENTION,
            "FILE_MISSING" if is_loaded else "NOT_INSTALLED",
            args,
        )
        return
    bad = False
    for version_, paths in lists.items():
        if _is_disabled(windows, version_):
            yield Result("addin", State.PROBLEM, "DISABLED", {"version": version_, "file": ADDIN_FILE})
        elif not paths:
            yield Result("addin", State.PROBLEM, "NOT_LOADED", {"version": version_, **args})
        elif len(paths) > 1:
            both = ", ".join(map(str, paths))
            yield Result("addin", State.ATTENTION, "TWICE", {"version": version_, "paths": both})
        else:
            continue
        bad = True
    if windows.is_on_network(path):
        bad = True
        yield Result("addin", State.ATTENTION, "NETWORK", args)
    if not lists:
        yield Result("addin", State.ATTENTION, "NO_EXCEL", args)
    elif not bad:
        yield Result("addin", State.OK, "OK", {**args, "versions": ", ".join(lists)})


def _is_disabled(windows: Windows, version: str) -> bool:
    """Whether Excel itself has switched the add-in off, after a crash: its path stands among the items."""
    items = windows.values(Hive.USER, rf"{OFFICE}\{version}\Excel\Resiliency\DisabledItems")
    held = (item.data for item in items.values())
    texts = (data.decode("utf-16-le", "ignore") for data in held if isinstance(data, bytes))
    return any(ADDIN_FILE in text.lower() for text in texts)


def addin_xlwings(machine: Machine) -> Iterator[Result]:
    """Whether the add-in's VBA was made by the xlwings that is installed: they go together."""
    made = made_addin(machine)
    if made is None:
        yield Result("addin_xlwings", State.NOT_HERE, "NO_ADDIN")
        return
    args = {"made": made.xlwings, "installed": version("xlwings")}
    if made.xlwings == args["installed"]:
        yield Result("addin_xlwings", State.OK, "OK", args)
    else:
        yield Result("addin_xlwings", State.PROBLEM, "OTHER_VERSION", args)


def interpreter(machine: Machine) -> Iterator[Result]:
    """Whether the Python that the add-in names is there and has this program."""
    made = made_addin(machine)
    if made is None:
        yield Result("interpreter", State.NOT_HERE, "NO_ADDIN")
        return
    path = started_python(machine, made)
    if path is None:
        yield Result("interpreter", State.PROBLEM, "NOT_ON_PATH", {"name": made.interpreter})
        return
    if _is_bare(made.interpreter):
        args = {"name": made.interpreter, "path": str(path)}
        yield Result("interpreter", State.ATTENTION, "ON_PATH", args)
    page = _code_page(windows_of(machine))
    if not _can_write(str(path), page):
        yield Result("interpreter", State.PROBLEM, "LETTERS", {"path": str(path), "page": page})
    yield from ask_interpreter("interpreter", machine, path, made.program)


def _code_page(windows: Windows) -> str:
    """Windows' code page for programs that know no Unicode, as VBA hands texts to a library."""
    key = r"SYSTEM\CurrentControlSet\Control\Nls\CodePage"
    return str(find_value(windows, Hive.MACHINE, key, "ACP") or "1252")


def _can_write(text: str, page: str) -> bool:
    """Whether a code page has all letters of a text; an unknown page has."""
    try:
        text.encode("utf-8" if page == "65001" else f"cp{page}")
    except UnicodeEncodeError:
        return False
    except LookupError:
        return True
    return True


def _is_bare(name: str) -> bool:
    return PureWindowsPath(name).name == name


def started_python(machine: Machine, made: Made) -> Path | None:
    """The program that an add-in starts; None for a name that is not on the path."""
    name = expand(made.interpreter, machine.environment)
    if not _is_bare(name):
        return Path(name)
    found = machine.which(name)
    return None if found is None else Path(found)


def dll(machine: Machine) -> Iterator[Result]:
    """The DLL that the add-in's VBA loads into Excel: in the interpreter's folder or the one above.

    It must have the bits of Excel, whatever those of Python: the two are different processes.
    """
    made = made_addin(machine)
    wanted = made.xlwings if made is not None else version("xlwings")
    python = machine.python.path if made is None else started_python(machine, made)
    if python is None:
        yield Result("dll", State.NOT_HERE, "NO_PYTHON")
        return
    folders = (python.parent, python.parent.parent)
    known = {each.bits for each in excels(windows_of(machine)) if each.bits is not None}
    for bits in sorted(known or {64, 32}):
        name = f"xlwings{bits}-{wanted}.dll"
        yield _dll(name, bits, folders)


def _dll(name: str, bits: int, folders: tuple[Path, ...]) -> Result:
    args: dict[str, object] = {"file": name, "bits": bits, "folders": ", ".join(map(str, folders))}
    for folder in folders:
        path = folder / name
        if path.is_file():
            args["path"] = str(path)
            if program_bits(path) != bits:
                return Result("dll", State.PROBLEM, "DAMAGED", args)
            return Result("dll", State.OK, "OK", args)
    others = [each.name for folder in folders for each in sorted(folder.glob(f"xlwings{bits}-*.dll"))]
    if others:
        return Result("dll", State.PROBLEM, "OTHER_VERSION", {**args, "found": ", ".join(others)})
    return Result("dll", State.PROBLEM, "MISSING", args)
