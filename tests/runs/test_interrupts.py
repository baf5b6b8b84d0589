"""Ending early: signals, --max-minutes; workbooks that somebody is at are tried again at the end."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy_xl.commands import cli
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.runs import runner
from strategy_xl.runs.interrupts import Interrupts
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.runner import Frame, Task, run
from strategy_xl.work.recompute import JobReport

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="jobs made here cross by forking only")

FORK = get_context("fork") if sys.platform == "linux" else get_context("spawn")


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Ctrl-C is heard although the tests were begun in the background, where shells have it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A folder of eight files."""
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(8):
        (folder / f"book{number}.xlsx").write_bytes(b"old")
    return folder


def work(monkeypatch: pytest.MonkeyPatch, job: Callable[[Path], Finding | None]) -> None:
    """Put a job in the place of recomputing."""

    def recompute(path: Path, *_arguments: object, **_options: object) -> JobReport:
        failure = job(path)
        if failure is None:
            path.write_bytes(b"new")
        return JobReport(path, changed=1, failure=failure)

    monkeypatch.setattr(runner, "recompute_workbook", recompute)


def treated(folder: Path) -> int:
    """How many workbooks are done."""
    return sum(path.read_bytes() == b"new" for path in folder.glob("*.xlsx"))


def until(condition: Callable[[], object]) -> None:
    """Wait for something that is to come."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _night(out: Path, arguments: list[str]) -> None:
    with out.open("w", encoding="utf-8") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
    os.setsid()
    cli.main(["recompute", *arguments])


@pytest.mark.parametrize(
    ("number", "whole_group"), [(signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGINT, True)]
)
def test_signal_ends_the_book_in_hand(
    share: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: signal.Signals, whole_group: bool
) -> None:
    """SIGTERM to the parent or all its processes, Ctrl-C: the book in hand is done, the rest said, exit 3."""
    begun = tmp_path / "begun"

    def job(path: Path) -> None:
        begun.write_text(path.name, encoding="utf-8")
        time.sleep(0.6)

    work(monkeypatch, job)
    out = tmp_path / "out"
    night = FORK.Process(target=_night, args=(out, [str(share), "--jobs", "1", "--today", "2027-03-01"]))
    night.start()
    until(lambda: begun.exists() and begun.read_text(encoding="utf-8") == "book1.xlsx")
    assert night.pid is not None
    (os.killpg if whole_group else os.kill)(night.pid, number)
    night.join()
    said = out.read_text(encoding="utf-8")
    assert night.exitcode == 3, said
    assert treated(share) == 2
    assert "Arrêt demandé" in said
    assert "6 classeurs restent à traiter" in said
    assert "book7" not in said  # those that are left are counted, not listed
    with closing(sqlite3.connect(share / ".strategy_xl" / "journal.sqlite")) as connection:
        assert connection.execute("SELECT state FROM runs").fetchall() == [("left",)]
        states = "SELECT state, count(*) FROM books GROUP BY state ORDER BY state"
        assert connection.execute(states).fetchall() == [("done", 2), ("planned", 6)]
    work(monkeypatch, lambda _path: None)
    result = CliRunner().invoke(cli, ["recompute", str(share), "--resume"])
    assert result.exit_code == 0, result.output
    assert "2 classeurs déjà faits" in result.output
    assert treated(share) == 8


def test_second_signal_ends_at_once(share: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Asked twice, the run ends with the book in hand as it was, and counts it among the rest."""
    begun = tmp_path / "begun"

    def job(_path: Path) -> None:
        begun.touch()
        time.sleep(600)

    work(monkeypatch, job)
    out = tmp_path / "out"
    night = FORK.Process(target=_night, args=(out, [str(share), "--jobs", "2"]))
    night.start()
    until(begun.exists)
    assert night.pid is not None
    os.kill(night.pid, signal.SIGTERM)
    time.sleep(0.5)
    assert night.is_alive()
    os.kill(night.pid, signal.SIGTERM)
    night.join(30)
    assert night.exitcode == 3
    assert treated(share) == 0
    assert "8 classeurs restent" in out.read_text(encoding="utf-8")


def test_end_of_the_time(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--max-minutes begins no workbook after its time; JSON names those that are left; exit 3."""
    work(monkeypatch, lambda _path: time.sleep(0.3))
    result = CliRunner().invoke(
        cli, ["recompute", str(share), "--jobs", "1", "--json", "--max-minutes", str(0.7 / 60)]
    )
    assert result.exit_code == 3
    status = [entry["status"] for entry in json.loads(result.stdout)]
    assert 1 <= status.count("changed") == treated(share) <= 4
    assert status.count("left") == 8 - treated(share)
    left = json.loads(result.stdout)[-1]
    assert left["failure"]["code"] == "SX194"
    assert "--resume" in left["failure"]["hint"]


def test_time_enough(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is done before its time says nothing of it."""
    work(monkeypatch, lambda _path: None)
    result = CliRunner().invoke(cli, ["recompute", str(share), "--max-minutes", "5"])
    assert (result.exit_code, treated(share)) == (0, 8)
    assert "reste" not in result.output


def test_signals_are_given_back() -> None:
    """After a run signals mean what they meant; one that is ignored (nohup) stays ignored."""
    before = signal.getsignal(signal.SIGTERM)
    ignored = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not interrupts.ending
            os.kill(os.getpid(), signal.SIGTERM)
            assert interrupts.ending
            assert not interrupts.at_once
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupts.at_once
        assert signal.getsignal(signal.SIGTERM) is before
    finally:
        signal.signal(signal.SIGHUP, ignored)


def test_run_outside_the_main_thread(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no signal can be heard, a run works all the same."""
    work(monkeypatch, lambda _path: None)

    def other() -> None:
        with Interrupts() as interrupts:
            frame = Frame(interrupts, Journal(None, share))
            run(sorted(share.glob("*.xlsx")), Task(None, date(2027, 3, 1)), 2, lambda _report: None, frame)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert treated(share) == 8


def open_by(user: str, path: Path) -> Finding:
    """The finding of a workbook that somebody has open."""
    args = {"user": user, "mark": "m", "hours": 0.1}
    return Finding("SX113", Location(str(path)), args, Severity.ERROR)


@pytest.mark.parametrize("code", ["SX113", "SX916"])
def test_book_that_somebody_was_at(
    share: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    """Open or changed when its turn came, closed at the end of the run: treated, and nothing is reported."""
    order = tmp_path / "order"

    def job(path: Path) -> Finding | None:
        with order.open("a", encoding="utf-8") as stream:
            stream.write(path.stem + "\n")
        first = order.read_text(encoding="utf-8").split().count("book2") == 1
        if path.stem == "book2" and first:
            return open_by("Alice", path) if code == "SX113" else Finding(code, Location(str(path)))
        return None

    work(monkeypatch, job)
    result = CliRunner().invoke(cli, ["recompute", str(share), "--jobs", "1"])
    assert (result.exit_code, treated(share)) == (0, 8), result.output
    assert order.read_text(encoding="utf-8").split()[-1] == "book2"
    assert "Alice" not in result.output


def test_book_that_stays_open(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Still open at the end: one line names workbooks and people, exit 3."""
    people = {"book2": "Alice", "book5": ""}
    work(monkeypatch, lambda path: open_by(people[path.stem], path) if path.stem in people else None)
    result = CliRunner().invoke(cli, ["recompute", str(share)])
    assert (result.exit_code, treated(share)) == (3, 6)
    assert "2 classeurs laissés" in result.stdout
    assert "book2.xlsx (Alice), book5.xlsx." in result.stdout


def test_real_marks_of_people(tmp_path: Path) -> None:
    """A real run among marks of Excel and LibreOffice, in a real process."""
    book = tmp_path / "plan.xlsx"
    assert CliRunner().invoke(cli, ["new", str(book), "--only", "client_matrix"]).exit_code == 0
    for name, mark, content in (
        ("a.xlsx", "~$a.xlsx", bytes([3]) + b"Zoe".ljust(54) + b"\x03\x00" + "Zoé".encode("utf-16-le")),
        ("b.xlsx", ".~lock.b.xlsx#", b",Bob,host,01.03.2027 10:00,profile;"),
    ):
        (tmp_path / name).write_bytes(book.read_bytes())
        (tmp_path / mark).write_bytes(content)
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [sys.executable, "-m", "strategy_xl", "recompute", str(tmp_path), "--jobs", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "a.xlsx (Zoé), b.xlsx (Bob)" in done.stdout
    assert "plan.xlsx" in done.stdout
