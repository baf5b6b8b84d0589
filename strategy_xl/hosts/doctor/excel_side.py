"""Checks of Excel on Windows: itself, the add-in and what it needs, and what security settings forbid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path, PureWindowsPath

from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.python_side import interpreter as ask_interpreter
from strategy_xl.hosts.excel.install import ADDIN_FILE, OpenList, addins_folder
from strategy_xl.hosts.excel.made import Made, read_made
from strategy_xl.hosts.excel.office import (
    OFFICE,
    OLDEST,
    excels,
    program_bits,
    security,
    user_versions,
)
from strategy_xl.hosts.excel.office import obstacles as found_obstacles
from strategy_xl.hosts.machine import Machine
from strategy_xl.hosts.windows import Hive, Windows, expand, find_value

_ZONE = re.compile(r"^ZoneId\s*=\s*(\d+)", re.MULTILINE | re.IGNORECASE)
_INTERNET = 3
_MACROS_SIGNED, _MACROS_OFF = 3, 4
_RULES_KEY = (
    r"Software\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
    r"Software\Policies\Microsoft\Windows Defender\Policy Manager",
)
_RULES = {
    # Excel starts Python: "Block all Office applications from creating child processes".
    "d4f940ab-401b-4efc-aadc-ad5f3c50688a": "CHILD_PROCESSES",
    # The add-in's VBA loads xlwings' DLL: "Block Win32 API calls from Office macros".
    "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b": "API_CALLS",
}
_BLOCKS = "1"


def _windows(machine: Machine) -> Windows:
    if machine.windows is None:
        raise LookupError(machine.system)
    return machine.windows


def _loaded(machine: Machine, excel: str) -> OpenList:
    folder = addins_folder(machine.environment)
    return OpenList(_windows(machine), excel, folder, machine.environment)


def addin_path(machine: Machine) -> Path:
    """Where the add-in is that Excel loads; where it would be put when Excel loads none."""
    for excel in reversed(user_versions(_windows(machine))):
        for path in _loaded(machine, excel).paths(ADDIN_FILE):
            return path
    return addins_folder(machine.environment) / ADDIN_FILE


def _made(machine: Machine) -> Made | None:
    path = addin_path(machine)
    return read_made(path) if path.is_file() else None


def excel(machine: Machine) -> Iterator[Result]:
    """Which Excels there are."""
    found = excels(_windows(machine))
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
        elif each.bits is None:
            yield Result("excel", State.ATTENTION, "BITS", args)
        else:
            yield Result("excel", State.OK, "OK", args)


def addin(machine: Machine) -> Iterator[Result]:
    """Whether each Excel loads the add-in, and the file is there."""
    windows = _windows(machine)
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
    made = _made(machine)
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
    made = _made(machine)
    if made is None:
        yield Result("interpreter", State.NOT_HERE, "NO_ADDIN")
        return
    path = _resolved(machine, made.interpreter)
    if path is None:
        yield Result("interpreter", State.PROBLEM, "NOT_ON_PATH", {"name": made.interpreter})
        return
    if _is_bare(made.interpreter):
        args = {"name": made.interpreter, "path": str(path)}
        yield Result("interpreter", State.ATTENTION, "ON_PATH", args)
    yield from ask_interpreter("interpreter", machine, path, made.program)


def _is_bare(name: str) -> bool:
    return PureWindowsPath(name).name == name


def _resolved(machine: Machine, name: str) -> Path | None:
    """The interpreter's program; None for a name that is not on the path."""
    name = expand(name, machine.environment)
    if not _is_bare(name):
        return Path(name)
    found = machine.which(name)
    return None if found is None else Path(found)


def dll(machine: Machine) -> Iterator[Result]:
    """The DLL that the add-in's VBA loads into Excel: in the interpreter's folder or the one above.

    It must have the bits of Excel, whatever those of Python: the two are different processes.
    """
    made = _made(machine)
    wanted = made.xlwings if made is not None else version("xlwings")
    python = machine.python.path if made is None else _resolved(machine, made.interpreter)
    if python is None:
        yield Result("dll", State.NOT_HERE, "NO_PYTHON")
        return
    folders = (python.parent, python.parent.parent)
    known = {each.bits for each in excels(_windows(machine)) if each.bits is not None}
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


def trust(machine: Machine) -> Iterator[Result]:
    """What Excel's trust centre and the administrator's policies say of add-ins and macros."""
    windows = _windows(machine)
    bad = False
    for excel_version in user_versions(windows):
        args = {"version": excel_version, "file": ADDIN_FILE}
        for code in found_obstacles(windows, excel_version, ADDIN_FILE):
            bad = True
            yield Result("trust", State.PROBLEM, code, args)
        macros = security(windows, excel_version, "VBAWarnings")
        if macros is not None and macros.value in {_MACROS_SIGNED, _MACROS_OFF}:
            bad = True
            code = "MACROS_POLICY" if macros.is_policy else "MACROS"
            yield Result("trust", State.ATTENTION, code, args)
    if not bad:
        yield Result("trust", State.OK, "OK")


def download_mark(machine: Machine) -> Iterator[Result]:
    """Whether the add-in bears the mark of a download: Excel then loads none of its macros."""
    path = addin_path(machine)
    if not path.is_file():
        yield Result("mark", State.NOT_HERE, "NO_ADDIN")
        return
    found = _ZONE.search(_windows(machine).download_mark(path) or "")
    args = {"path": str(path)}
    if found and int(found[1]) >= _INTERNET:
        yield Result("mark", State.PROBLEM, "MARKED", args)
    else:
        yield Result("mark", State.OK, "OK", args)


def defender(machine: Machine) -> Iterator[Result]:
    """Rules of Microsoft Defender, set by the administrator, that stop an add-in from starting Python."""
    windows = _windows(machine)
    rules = _rules(windows)
    blocking = [code for rule, code in _RULES.items() if rules.get(rule) == _BLOCKS]
    for code in blocking:
        yield Result("defender", State.ATTENTION, code)
    if not blocking:
        yield Result("defender", State.OK, "OK")


def _rules(windows: Windows) -> Mapping[str, str]:
    """The rules in force: identifier → what is done (``1`` block, ``2`` note, ``6`` warn)."""
    listed, managed = _RULES_KEY
    found = {
        name.lower().strip("{}"): str(value.data)
        for name, value in windows.values(Hive.MACHINE, listed).items()
    }
    text = find_value(windows, Hive.MACHINE, managed, "ASRRules")
    for part in str(text or "").split("|"):
        name, is_set, action = part.partition("=")
        if is_set:
            found[name.strip().lower().strip("{}")] = action.strip()
    return found
