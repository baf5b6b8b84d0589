"""A Windows computer on which all is well, a stand-in, and what the doctor's checks find on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from fake_windows import FakeWindows, program

from strategy_xl import __version__
from strategy_xl.hosts.doctor import CHECKS, Result, State
from strategy_xl.hosts.excel.install import install
from strategy_xl.hosts.machine import Interpreter, Machine
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import message

XLWINGS = version("xlwings")
OK = [(State.OK, "OK")]


@dataclass
class Programs:
    """Other programs: what they print, or the error that they end with."""

    answers: dict[str, str | Exception] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)

    def run(self, command: Sequence[str]) -> str:
        """What a program prints."""
        self.asked.append(list(command))
        answer = self.answers[command[0]]
        if isinstance(answer, Exception):
            raise answer
        return answer


def good_computer(tmp_path: Path, windows: FakeWindows, programs: Programs) -> Machine:
    """A Windows computer on which all is well: Python with its DLLs, Excel, the add-in installed."""
    home = tmp_path / "Python"
    python = program(home / "python.exe")
    program(home / "pythonw.exe")
    for bits in (64, 32):
        program(home / f"xlwings{bits}-{XLWINGS}.dll", bits)
    programs.answers[str(python)] = f"noise\n{json.dumps([__version__, XLWINGS])}\n"
    (tmp_path / "Documents").mkdir()
    found = Machine(
        system="win32",
        environment={"APPDATA": str(tmp_path / "Roaming")},
        windows=windows,
        python=Interpreter(python, "3.12.1", 64),
        encoding="utf-8",
        home=tmp_path,
        books=tmp_path / "Documents",
        run=programs.run,
        which=lambda _name: None,
    )
    install(windows, found.environment, python=str(home / "pythonw.exe"))
    return found


def look(key: str, machine: Machine) -> list[Result]:
    """What one check finds; every sentence and remedy can be said in both languages."""
    check = next(each for each in CHECKS if each.key == key)
    results = list(check.run(machine))
    for result in results:
        for lang in LANGUAGES:
            assert "{" not in message(result.key, lang, **result.args)
            if result.state in {State.ATTENTION, State.PROBLEM} and result.code != "FAILED":
                assert "{" not in message(f"{result.key}.hint", lang, **result.args)
    return results


def codes(key: str, machine: Machine) -> list[tuple[State, str]]:
    """State and code of what a check finds."""
    return [(result.state, result.code) for result in look(key, machine)]
