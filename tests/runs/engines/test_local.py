"""Processes: one that dies or hangs costs one workbook, as what a job raises; none outlives its parent."""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy_xl.book.read import read_workbook
from strategy_xl.commands import cli
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.runs import runner
from strategy_xl.runs.engines import local
from strategy_xl.runs.interrupts import Interrupts
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.runner import Frame, Task, run
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="jobs made here cross by forking only")


def books(folder: Path, count: int) -> list[Path]:
    """Files to treat."""
    paths = [folder / f"book{number:02}.xlsx" for number in range(count)]
    for path in paths:
        path.write_bytes(b"old")
    return paths


def reports(
    monkeypatch: pytest.MonkeyPatch, paths: list[Path], job: Callable[[Path], None], *, minutes: float = 0
) -> dict[str, str]:
    """Run a job in the place of recomputing, on two processes; name → failure, or "done"."""

    def recompute(path: Path, *_arguments: object, **_options: object) -> JobReport:
        job(path)
        path.write_bytes(b"new")
        return JobReport(path, changed=1)

    monkeypatch.setattr(runner, "recompute_workbook", recompute)
    frame = Frame(Interrupts(), Journal(None, Path()), book_minutes=minutes)
    seen: list[Path] = []
    found = run(paths, Task(None, date(2027, 3, 1)), 2, lambda report: seen.append(report.path), frame)
    assert [report.path for report in found] == paths
    assert sorted(seen) == paths
    return {report.path.stem: report.failure.code if report.failure else "done" for report in found}


@pytest.mark.parametrize(
    "error",
    [IndexError("x"), TypeError(), MemoryError(), RecursionError(), UnicodeEncodeError("a", "b", 0, 1, "c")],
)
def test_whatever_a_job_raises(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """It becomes the finding of that workbook, with its trace in the log; the others are treated."""

    def job(path: Path) -> None:
        if path.stem == "book01":
            raise error

    with caplog.at_level(logging.ERROR, "strategy_xl.runs"):
        found = reports(monkeypatch, books(tmp_path, 5), job)
    assert found.pop("book01") == "SX190"
    assert set(found.values()) == {"done"}
    assert "book01.xlsx" in caplog.text
    assert f"{type(error).__name__}" in caplog.text
    assert "in job" in caplog.text  # the place, not only the kind


@pytest.mark.parametrize("command", ["recompute", "check"])
def test_fault_on_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str) -> None:
    """A fault is a located finding with a hint and exit 3; its trace is in the log beside the workbooks."""
    for path in books(tmp_path, 2):
        path.with_suffix(".xlsm").write_bytes(b"PK")

    def fail(path: Path, *_arguments: object, **_options: object) -> JobReport:
        if path.name == "book00.xlsx":
            raise ZeroDivisionError("by\nzero")
        return JobReport(path)

    monkeypatch.setattr("strategy_xl.runs.runner.recompute_workbook", fail)
    monkeypatch.setattr("strategy_xl.work.check.recompute_workbook", fail)
    result = CliRunner().invoke(cli, [command, str(tmp_path)])
    assert result.exit_code == 3
    assert "book00.xlsx SX190" in result.output
    assert "ZeroDivisionError" in result.output
    assert "errors.log" in result.output
    log = (tmp_path / ".strategy_xl" / "errors.log").read_text(encoding="utf-8")
    assert "book00.xlsx" in log
    assert "Traceback" in log


@pytest.mark.parametrize(
    "death", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: os._exit(1), sys.exit]
)
def test_process_that_dies_costs_one_book(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, death: Callable[[], None]
) -> None:
    """It is tried once more, alone, then reported; all others are treated, whoever worked beside it."""
    tries = tmp_path / "tries"
    tries.mkdir()

    def job(path: Path) -> None:
        if path.stem in {"book01", "book04"}:
            (tries / f"{path.stem}.{time.monotonic_ns()}").touch()
            death()
        time.sleep(0.02)

    found = reports(monkeypatch, books(tmp_path, 8), job)
    assert found.pop("book01") == found.pop("book04") == "SX108"
    assert set(found.values()) == {"done"}
    assert len(list(tries.glob("book01.*"))) == len(list(tries.glob("book04.*"))) == 2


def test_process_that_dies_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A workbook whose process was killed from outside is done in the second try, with no other beside it."""
    mark, together = tmp_path / "mark", tmp_path / "together"

    def job(path: Path) -> None:
        if path.stem == "book00":
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            together.write_text(str(len(multiprocessing.active_children())), encoding="utf-8")
            done = [other.read_bytes() == b"new" for other in tmp_path.glob("*.xlsx") if other != path]
            assert all(done)

    assert set(reports(monkeypatch, books(tmp_path, 6), job).values()) == {"done"}
    assert together.exists()


def test_process_that_died_while_it_had_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The next workbook is not lost with it."""
    pids = tmp_path / "pids"
    pids.mkdir()
    slow = tmp_path / "book01.xlsx"

    def job(path: Path) -> None:
        (pids / str(os.getpid())).touch()
        if path == slow:
            time.sleep(0.3)
            for other in pids.iterdir():
                if other.name != str(os.getpid()):
                    os.kill(int(other.name), signal.SIGKILL)
            time.sleep(0.3)

    assert set(reports(monkeypatch, books(tmp_path, 2), job).values()) == {"done"}


def test_book_that_hangs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is ended after its time, not tried again, and the others go on; nothing goes on behind the run."""
    pid = tmp_path / "pid"

    def job(path: Path) -> None:
        if path.stem == "book02":
            pid.write_text(f"{pid.read_text() if pid.exists() else ''}{os.getpid()} ", encoding="utf-8")
            time.sleep(600)

    start = time.monotonic()
    found = reports(monkeypatch, books(tmp_path, 6), job, minutes=0.5 / 60)
    assert time.monotonic() - start < 60
    assert found.pop("book02") == "SX195"
    assert set(found.values()) == {"done"}
    assert (tmp_path / "book02.xlsx").read_bytes() == b"old"
    (only,) = pid.read_text(encoding="utf-8").split()
    assert not Path(f"/proc/{only}").exists()


def test_no_process_to_be_had(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A system that gives no process costs the workbooks meant for it, tried once more; the run ends."""
    started = local._Worker.start.__func__
    turns = iter([started, None, None, None, started])

    def start(cls: type, job: Callable[..., JobReport]) -> object:
        turn = next(turns)
        if turn is None:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return turn(cls, job)

    monkeypatch.setattr(local._Worker, "start", classmethod(start))
    found = reports(monkeypatch, books(tmp_path, 3), lambda _path: time.sleep(0.05))
    assert set(found.values()) <= {"done", "SX108"}
    assert "done" in found.values()


def test_answers_larger_than_a_pipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A report of megabytes comes through."""

    def recompute(path: Path, *_arguments: object, **_options: object) -> JobReport:
        return JobReport(path, sheets={"x": "y" * 5_000_000})

    monkeypatch.setattr(runner, "recompute_workbook", recompute)
    found = run(books(tmp_path, 3), Task(None, date(2027, 3, 1)), 2, lambda _report: None)
    assert {len(report.sheets["x"]) for report in found} == {5_000_000}


def digests(folder: Path) -> dict[str, str]:
    """Hash of every workbook."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.xlsx")}


def children(pid: int) -> list[int]:
    """Processes of a process."""
    return [
        int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ]


def is_running(pid: int) -> bool:
    """Whether a process still does something."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def stale_book(path: Path) -> None:
    """A small workbook in which the next run changes an answer."""
    today = ["--today", "2027-03-01"]
    made = CliRunner().invoke(cli, ["new", str(path), "--only", "client_matrix", "--with-example", *today])
    assert made.exit_code == 0, made.output
    block = read_workbook(path, load_default()).blocks["clients"]
    set_cells(path, path, {block.sheet: {block.a1("class_final", block.first_row): "?"}})


def test_workers_die_with_their_parent(tmp_path: Path) -> None:
    """The parent alone is killed at 20 moments of a run: afterwards no workbook changes, each is whole."""
    seed, new = tmp_path / "seed.xlsx", tmp_path / "new.xlsx"
    stale_book(seed)
    shutil.copy(seed, new)
    order = ["--today", "2027-03-01", "--no-journal"]
    start = time.monotonic()
    assert CliRunner().invoke(cli, ["recompute", str(new), *order]).exit_code in {0, 1}
    one_book = time.monotonic() - start
    whole = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (seed, new)}
    assert len(whole) == 2
    folder = tmp_path / "share"
    folder.mkdir()
    for path in books(folder, 12):
        shutil.copy(seed, path)
    context = multiprocessing.get_context("fork")
    killed_at_work = changed_in_all = 0
    old = hashlib.sha256(seed.read_bytes()).hexdigest()
    for number in range(20):
        night = context.Process(
            target=cli.main, args=(["recompute", str(folder), "--jobs", "2", "--json", *order],)
        )
        night.start()
        assert night.pid is not None
        at_work: list[int] = []
        while len(at_work) < 2 and night.is_alive():
            at_work = children(night.pid)
        time.sleep(number / 10 * one_book)
        at_work = children(night.pid)
        os.kill(night.pid, signal.SIGKILL)
        night.join()
        time.sleep(0.02)  # a call of the system that has begun ends
        killed_at_work += len(at_work)
        after = digests(folder)
        assert set(after.values()) <= whole
        deadline = time.monotonic() + 10  # dead they are; being gone takes a turn on a busy machine
        while any(map(is_running, at_work)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not any(map(is_running, at_work))
        assert digests(folder) == after
        changed_in_all += sum(found != old for found in after.values())
        for path in folder.glob("*.xlsx"):
            shutil.copy(seed, path)
    assert killed_at_work >= 20  # else there was nothing to see
    assert changed_in_all


def _outlive(ready: str) -> None:
    """A process that would go on after its parent, but for the pipe that it follows."""
    local.threading.Thread(target=local._follow_parent, daemon=True).start()
    Path(ready).write_text(str(os.getpid()), encoding="ascii")
    time.sleep(600)


def _parent(ready: str) -> None:
    multiprocessing.get_context("fork").Process(target=_outlive, args=(ready,)).start()
    time.sleep(600)


def test_the_way_of_other_systems(tmp_path: Path) -> None:
    """Where the kernel does not end workers, the pipe that they watch does."""
    ready = tmp_path / "ready"
    parent = multiprocessing.get_context("fork").Process(target=_parent, args=(str(ready),))
    parent.start()
    while not ready.exists() or not ready.read_text(encoding="ascii"):
        time.sleep(0.02)
    child = int(ready.read_text(encoding="ascii"))
    assert is_running(child)
    parent.kill()
    parent.join()
    deadline = time.monotonic() + 20
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def test_real_books_beside_a_killed_process(tmp_path: Path) -> None:
    """A worker of a real run is killed from outside: every workbook is treated all the same."""
    seed = tmp_path / "seed.xlsx"
    assert CliRunner().invoke(cli, ["new", str(seed), "--only", "client_matrix"]).exit_code == 0
    folder = tmp_path / "share"
    folder.mkdir()
    for path in books(folder, 12):
        shutil.copy(seed, path)
    out = tmp_path / "out.json"

    def night() -> None:
        with out.open("w", encoding="utf-8") as stream:
            os.dup2(stream.fileno(), 1)
            sys.stdout = os.fdopen(1, "w", encoding="utf-8")
            cli.main(["recompute", str(folder), "--jobs", "2", "--json"])

    parent = multiprocessing.get_context("fork").Process(target=night)
    parent.start()
    assert parent.pid is not None
    at_work: list[int] = []
    while len(at_work) < 2 and parent.is_alive():
        at_work = children(parent.pid)
    os.kill(at_work[0], signal.SIGKILL)
    parent.join()
    assert parent.exitcode == 0
    assert [entry["status"] for entry in json.loads(out.read_text(encoding="utf-8"))] == ["unchanged"] * 12
