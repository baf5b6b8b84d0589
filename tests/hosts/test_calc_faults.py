"""Python missing, moved, another one, broken, killed or silent: what cells and ``doctor`` say of it.

One LibreOffice goes through all of it. The Python that its extension starts is a small program of ours in a
folder with spaces and accents, which becomes another one from step to step.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import in_calc
import openpyxl
import pytest

from strategy_xl.hosts.calc.extension import build_oxt
from strategy_xl.hosts.doctor import Result, State, calc_side
from strategy_xl.hosts.machine import Machine
from strategy_xl.text.catalog import message

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.xdist_group("faults in Calc"),
    pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Python is a script of a shell"),
]

REST, PATIENCE = 0.3, 6.0
FORMULA = "=ORG.STRATEGYXL.FUNCTIONS.CLIENTCLASS(8;9)"
ANSWER = "Ideal client"
WORKER = "import strategy_xl.hosts.calc.worker as worker, os, time"
GOOD = f'exec "{sys.executable}" "$@"'
CODE = {
    "dies": f"{WORKER}; worker.Answers.line = lambda *_: os.kill(os.getpid(), 9); worker.main()",
    "hangs": f"{WORKER}; worker.Answers.line = lambda *_: time.sleep(600); worker.main()",
}
"""The worker, killed or asleep as soon as a cell asks."""


@dataclass(frozen=True)
class Office:
    """A LibreOffice, the book that is open in it, and the Python that its extension starts."""

    calc: in_calc.Calc
    book: str
    python: Path
    machine: Machine

    def cell(self) -> object:
        """What a cell says that is calculated now, after the extension's rest."""
        time.sleep(REST * 2)
        step = {
            "open": self.book,
            "keep": True,
            "calculate": False,
            "timed": {"S!A1": FORMULA},
            "read": ["S!A1"],
        }
        found = self.calc.step(step)["S!A1"][0][0]["value"]
        self.calc.step({**step, "timed": {"S!A1": "=1"}})
        return found

    def doctor(self) -> Result:
        """What ``doctor`` says of the extension's Python."""
        (found,) = calc_side.extension_python(self.machine)
        return found

    def write(self, path: Path, lines: str) -> None:
        """A program of lines of a shell's; as worker (doctor gives it other words) it tells its number."""
        path.unlink(missing_ok=True)
        text = f'#!/bin/sh\n[ "$2$#" = -m3 ] && echo $$ > "{self.number}"\n{lines}\n'
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def become(self, lines: str) -> None:
        """Have the Python be these lines; the worker that runs is killed, as a system does for its memory."""
        self.write(self.python, lines)
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            os.kill(int(self.number.read_text()), signal.SIGKILL)

    def mend(self) -> None:
        """Have it be the one of the tests, and see that the next call answers."""
        self.become(GOOD)
        assert self.cell() == ANSWER

    @property
    def number(self) -> Path:
        """File with the number of the process that was started last."""
        return self.python.with_name("number")


def hurried(extension: Path) -> Path:
    """The extension with less patience: a test does not wait for half a minute."""
    target = extension.with_name("hurried.oxt")
    with zipfile.ZipFile(extension) as read, zipfile.ZipFile(target, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith("/client.py"):
                for old, new in ((b"REST_SECONDS = 15.0", REST), (b"\nCALL_SECONDS = 30.0", PATIENCE)):
                    assert old in content
                    content = content.replace(old, old.partition(b"=")[0] + b"= %r" % new)
            written.writestr(name, content)
    return target


@pytest.fixture(scope="module")
def office(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The office; its Python is not there yet."""
    uno = in_calc.uno_python()
    if uno is None:
        pytest.skip("no Python with UNO")
    home = tmp_path_factory.mktemp("Mes ventes été")
    book = openpyxl.Workbook()
    book.worksheets[0].title = "S"
    path, python = home / "à compléter.xlsx", home / "Mes programmes" / "python"
    book.save(path)
    python.parent.mkdir()
    extension = hurried(build_oxt(home / "strategy_xl.oxt", python=str(python)))
    machine = replace(Machine(), home=home, environment={}, which=lambda name: name if "/" in name else None)
    with in_calc.Calc(uno, soffice, home / ".config" / "libreoffice" / "4", extension) as calc:
        yield Office(calc, path.as_uri(), python, machine)


def told(key: str) -> str:
    """The sentence of a failure; it names the command that finds it."""
    sentence = message(f"calc.{key}", "en")
    assert "strategy-xl doctor" in sentence
    assert "\n" not in sentence
    return sentence


def test_python_is_gone(office: Office) -> None:
    """Moved or removed: the cell says so, ``doctor`` names the path and how to mend it."""
    office.python.unlink(missing_ok=True)
    assert office.cell() == told("NO_PYTHON")
    found = office.doctor()
    assert (found.state, found.code, found.args["path"]) == (State.PROBLEM, "GONE", str(office.python))
    assert "strategy-xl addin install --for calc" in message(f"{found.key}.hint", "en", **found.args)
    office.mend()
    assert office.doctor().state is State.OK


def test_another_python(office: Office) -> None:
    """One that does not have this program."""
    office.become(f'exec "{sys.executable}" -I -S "$@"')
    assert office.cell() == told("NO_PACKAGE")
    found = office.doctor()
    assert (found.state, found.code) == (State.PROBLEM, "NO_PACKAGE")
    office.mend()


def test_a_broken_environment(office: Office) -> None:
    """A package that cannot be loaded: no #VALUE!, and ``doctor`` says which."""
    broken = office.python.with_name("broken")
    broken.mkdir()
    (broken / "pandas.py").write_text('raise ImportError("DLL load failed")\n')
    office.become(f'export PYTHONPATH="{broken}"\nexec "{sys.executable}" "$@"')
    assert office.cell() == told("NO_PACKAGE")
    found = office.doctor()
    assert (found.state, found.code) == (State.PROBLEM, "BROKEN")
    assert "DLL load failed" in str(found.args["reason"])
    assert "pip install --force-reinstall" in message(f"{found.key}.hint", "en", **found.args)
    office.mend()


def test_a_worker_killed_in_mid_call(office: Office) -> None:
    """It is started again and asked again: the cell has its answer."""
    good = office.python.with_name("good")
    office.write(good, GOOD)
    office.become(f'mv "{good}" "{office.python}"\nexec "{sys.executable}" -c "{CODE["dies"]}"')
    assert office.cell() == ANSWER


def test_a_worker_that_always_dies(office: Office) -> None:
    """After the second time the cell says so."""
    office.become(f'exec "{sys.executable}" -c "{CODE["dies"]}"')
    assert office.cell() == told("DIED")
    office.mend()


def test_a_worker_that_hangs(office: Office) -> None:
    """It is waited for only so long, and ended."""
    office.become(f'exec "{sys.executable}" -c "{CODE["hangs"]}"')
    assert office.cell() == told("NO_ANSWER")
    office.mend()
