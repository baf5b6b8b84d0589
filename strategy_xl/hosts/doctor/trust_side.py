"""Checks of what keeps Excel from running the add-in's macros, and these from starting Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from strategy_xl.errors import WorkbookError
from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.excel_side import addin_path, windows_of
from strategy_xl.hosts.excel import trust as excel_trust
from strategy_xl.hosts.excel.made import signatures
from strategy_xl.hosts.excel.office import user_versions
from strategy_xl.hosts.excel.trust import Addin, is_forced, is_on, is_trusted
from strategy_xl.hosts.machine import Machine
from strategy_xl.hosts.windows import Hive, Windows, find_value

_ZONE = re.compile(r"^ZoneId\s*=\s*(\d+)", re.MULTILINE | re.IGNORECASE)
_INTERNET = 3
_WORKBOOKS = {".xlsx", ".xlsm", ".xlsb"}
_LOOKED_AT = 200
"""Workbooks of a folder that are looked at: a folder of thousands makes nobody wait."""
_SHOWN = 3

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
_PROMPT_KEY = r"Software\Policies\Microsoft\Windows\System"
_APPLOCKER_KEY = r"Software\Policies\Microsoft\Windows\SrpV2\Dll"


def trust(machine: Machine) -> Iterator[Result]:
    """What Excel's trust centre and the administrator's policies say of add-ins and macros."""
    windows = windows_of(machine)
    path = addin_path(machine)
    signed = _signatures(path)
    addin = Addin(path, is_signed=bool(signed))
    bad = asks = False
    for version in user_versions(windows):
        args = {"version": version, "file": path.name, "folder": str(path.parent)}
        asks = asks or excel_trust.asks_for_publisher(windows, version)
        for code in excel_trust.obstacles(windows, version, addin, machine.environment):
            bad = True
            yield Result("trust", State.PROBLEM, code, args)
        macros = excel_trust.macros_off(windows, version, addin, machine.environment)
        if macros is not None:
            bad = True
            code = "MACROS_POLICY" if macros.is_policy else "MACROS"
            yield Result("trust", State.ATTENTION, code, args)
    if signed and asks:
        yield Result("trust", State.ATTENTION, "PUBLISHER", {"file": path.name, "kinds": ", ".join(signed)})
    elif not bad:
        yield Result("trust", State.OK, "OK")


def _signatures(path: Path) -> tuple[str, ...]:
    """The kinds of signature that the add-in bears."""
    try:
        return signatures(path) if path.is_file() else ()
    except WorkbookError:
        return ()  # damaged: the checks of its Python say so


def _is_marked(windows: Windows, path: Path) -> bool:
    """Whether a file bears the mark of a download from the Internet."""
    found = _ZONE.search(windows.download_mark(path) or "")
    return found is not None and int(found[1]) >= _INTERNET


def download_mark(machine: Machine) -> Iterator[Result]:
    """Whether the add-in bears the mark of a download: Excel then loads none of its macros."""
    path = addin_path(machine)
    if not path.is_file():
        yield Result("mark", State.NOT_HERE, "NO_ADDIN")
        return
    windows = windows_of(machine)
    versions = user_versions(windows)
    args = {"path": str(path)}
    if not _is_marked(windows, path):
        yield Result("mark", State.OK, "OK", args)
    elif versions and all(is_trusted(windows, each, path.parent, machine.environment) for each in versions):
        yield Result("mark", State.OK, "TRUSTED", args)
    elif any(is_forced(windows, each, "blockcontentexecutionfrominternet") for each in versions):
        yield Result("mark", State.PROBLEM, "MARKED_POLICY", args)
    else:
        yield Result("mark", State.PROBLEM, "MARKED", args)


def protected_view(machine: Machine) -> Iterator[Result]:
    """Whether workbooks here open in Protected View, where no add-in computes."""
    windows = windows_of(machine)
    versions = user_versions(windows)
    args: dict[str, object] = {"path": str(machine.books)}
    switch = "DisableInternetFilesInPV"
    if versions and all(is_on(windows, each, switch, r"Security\ProtectedView") for each in versions):
        yield Result("protected_view", State.OK, "OFF")
        return
    books = (path for path in machine.books.iterdir() if path.suffix.lower() in _WORKBOOKS)
    marked = [path.name for path in islice(books, _LOOKED_AT) if _is_marked(windows, path)]
    if marked and not all(is_trusted(windows, each, machine.books, machine.environment) for each in versions):
        shown = ", ".join(sorted(marked)[:_SHOWN])
        args |= {"n": len(marked), "names": shown if len(marked) <= _SHOWN else f"{shown}…"}
        yield Result("protected_view", State.ATTENTION, "MARKED", args)
    else:
        yield Result("protected_view", State.OK, "OK", args)


# -- what keeps the macros from starting Python ------------------------------------------------------------


def rules(machine: Machine) -> Iterator[Result]:
    """Rules of the administrator that stop an add-in from starting Python, or from loading a library."""
    windows = windows_of(machine)
    asr = _defender(windows)
    blocking = [code for rule, code in _RULES.items() if asr.get(rule) == _BLOCKS]
    for code in blocking:
        yield Result("defender", State.ATTENTION, code)
    # xlwings' library starts Python by cmd.exe.
    prompt = find_value(windows, Hive.USER, _PROMPT_KEY, "DisableCMD")
    if prompt:
        yield Result("defender", State.PROBLEM, "NO_PROMPT")
    applocker = find_value(windows, Hive.MACHINE, _APPLOCKER_KEY, "EnforcementMode")
    if applocker == 1:
        yield Result("defender", State.ATTENTION, "APPLOCKER")
    if not blocking and not prompt and applocker != 1:
        yield Result("defender", State.OK, "OK")


def _defender(windows: Windows) -> Mapping[str, str]:
    """Defender's rules in force: identifier → what is done (``1`` block, ``2`` note, ``6`` warn)."""
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
