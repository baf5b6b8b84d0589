"""Inside Wine: install the Excel add-in, look, and take it away, with the registry that Wine has.

Excel is not there: a key says where it would be. What is written is what a real Windows would get; the mark
of a download cannot be tried, since Wine keeps no streams beside a file.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
import winreg
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from click.testing import CliRunner

from strategy_xl.commands import cli
from strategy_xl.hosts.doctor import CHECKS
from strategy_xl.hosts.excel.install import ADDIN_FILE, addins_folder
from strategy_xl.hosts.excel.made import read_made
from strategy_xl.hosts.machine import Machine

OFFICE = r"Software\Microsoft\Office\16.0"
OPTIONS = rf"{OFFICE}\Excel\Options"
SECURITY = rf"{OFFICE}\Excel\Security"
TRUSTED = rf"{SECURITY}\Trusted Locations\Location9"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
WALLS = (
    (POLICY, "requireaddinsig", "trust", "SIGNED_ONLY_POLICY"),
    (SECURITY, "DisableAllAddins", "trust", "ADDINS_OFF"),
    (r"Software\Policies\Microsoft\Windows\System", "DisableCMD", "defender", "NO_PROMPT"),
    (SECURITY, "VBAWarnings", "trust", "MACROS"),
)
"""A value of the registry, and what the doctor then says."""
OTHER = r'"C:\Library\SOLVER.XLAM"'


def put(root: int, key: str, name: str, value: str | int) -> None:
    """Write a value of the registry."""
    kind = winreg.REG_SZ if isinstance(value, str) else winreg.REG_DWORD
    with winreg.CreateKey(root, key) as handle:
        winreg.SetValueEx(handle, name, 0, kind, value)


def drop(key: str, name: str) -> None:
    """Remove a value of the user's own root, where there is one."""
    with (
        suppress(FileNotFoundError),
        winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_WRITE) as handle,
    ):
        winreg.DeleteValue(handle, name)


def opened() -> dict[str, str]:
    """What Excel would load at its start."""
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, OPTIONS) as handle:
        values = [winreg.EnumValue(handle, at) for at in range(winreg.QueryInfoKey(handle)[1])]
    return {name: data for name, data, _ in values if name.startswith("OPEN")}


def run(*words: str) -> Any:
    """A command; its code and what it printed."""
    return CliRunner().invoke(cli, list(words))


def found(key: str) -> list[str]:
    """The codes that a check of the doctor gives."""
    return [each.code for check in CHECKS if check.key == key for each in check.run(Machine())]


def judge(report: TextIO) -> int:
    """Go through it; the number of things that are not as they should be."""
    target = addins_folder(os.environ) / ADDIN_FILE
    for key, name, _, _ in WALLS:  # of a run before that was stopped
        drop(key, name)
    drop(TRUSTED, "Path")
    run("addin", "uninstall", "--for", "excel")
    put(winreg.HKEY_LOCAL_MACHINE, rf"{OFFICE}\Excel\InstallRoot", "Path", r"C:\Office16")
    put(winreg.HKEY_CURRENT_USER, OPTIONS, "OPEN", OTHER)
    wrong = 0

    def claim(text: str, found: object, wanted: object) -> None:
        nonlocal wrong
        if found != wanted:
            wrong += 1
            print(f"{text}: {found!r} instead of {wanted!r}", file=report)

    both = {"OPEN": OTHER, "OPEN1": f'"{target}"'}
    for _ in range(2):
        done = run("addin", "install", "--for", "excel")
        claim(f"install says {done.output}", done.exit_code, 0)
        claim("what Excel loads", opened(), both)
    own = str(Path(sys.executable).with_name("pythonw.exe"))
    claim("its Python", read_made(target).interpreter.lower(), own.lower())
    told = {each["check"]: each["code"] for each in json.loads(run("doctor", "--json").stdout)}
    for check in ("addin", "addin_xlwings", "interpreter", "dll", "trust", "mark", "defender"):
        claim(f"doctor, {check}", told[check], "OK")
    print("doctor: " + ", ".join(f"{check} {code}" for check, code in told.items()), file=report)
    for key, name, check, code in WALLS:
        put(winreg.HKEY_CURRENT_USER, key, name, 4 if name == "VBAWarnings" else 1)
        claim(f"doctor with {name}", found(check), [code])
        if name != "VBAWarnings":
            drop(key, name)
    put(winreg.HKEY_CURRENT_USER, TRUSTED, "Path", str(target.parent))
    claim("doctor with a trusted location", found("trust"), ["OK"])
    made = Path("finished.xlam").absolute()
    claim("build", run("addin", "build", str(made), "--python", own, "--force").exit_code, 0)
    claim("install --file", run("addin", "install", "--for", "excel", "--file", str(made)).exit_code, 0)
    claim("the installed file", target.read_bytes() == made.read_bytes(), True)  # noqa: FBT003
    for _ in range(2):
        claim("uninstall", run("addin", "uninstall", "--for", "excel").exit_code, 0)
        claim("what Excel loads then", opened(), {"OPEN": OTHER})
        claim("the file then", target.exists(), False)  # noqa: FBT003
    print(f"installed, looked at and taken away twice in Wine's registry, {wrong} wrong", file=report)
    return wrong


if __name__ == "__main__":
    code = 1
    with Path(sys.argv[1]).open("w", encoding="utf-8", buffering=1) as report:
        try:
            code = min(judge(report), 1)
        except Exception:  # noqa: BLE001 - told here, as in the client
            traceback.print_exc(file=report)
    os._exit(code)
