"""Dask: the same as local processes; a worker or scheduler that dies loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import distributed
import pytest
from click.testing import CliRunner

from strategy_xl.book.read import read_workbook
from strategy_xl.commands import cli
from strategy_xl.ooxml.backups import Backups
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.runs.at_work import FILE
from strategy_xl.runs.engines import bundles, dask, local
from strategy_xl.runs.interrupts import Interrupts
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.outcome import Treat
from strategy_xl.runs.runner import Frame, Task, run
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
    pytest.mark.xdist_group("dask"),
]
DAY = date(2027, 3, 1)
TODAY = ["--today", DAY.isoformat()]
TESTS = Path(__file__).parents[2]


class Machines:
    """A scheduler and workers, each a process of its own, as on several machines."""

    def __init__(self, folder: Path) -> None:
        """Start the scheduler."""
        self.file = folder / "scheduler.json"
        self.importable = folder / "importable"
        self.importable.mkdir()
        (self.importable / "tests").symlink_to(TESTS)  # what workers do here is defined in this file
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        while not self.file.exists() or not self.file.read_text(encoding="utf-8"):
            assert self.scheduler.poll() is None
            time.sleep(0.02)
        self.address: str = json.loads(self.file.read_text(encoding="utf-8"))["address"]

    def _start(self, tool: str, *options: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            "PYTHONPATH": str(self.importable),
        }
        order = [sys.executable, "-m", f"distributed.cli.{tool}", "--no-dashboard"]
        process = subprocess.Popen(
            [*order, "--scheduler-file", str(self.file), *options],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def add(self, workers: int, *options: str) -> None:
        """Start workers."""
        for _ in range(workers):
            self._start("dask_worker", "--nthreads", "1", "--host", "127.0.0.1", *options)

    def wait_for(self, workers: int) -> None:
        """Until so many workers are there: one that was killed begins again in its own time."""
        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def end(self) -> None:
        """End all of them; workers follow their nannies."""
        for process in self.processes:
            process.kill()
            process.wait(30)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler with two workers that their nannies start again when they die."""
    made = Machines(tmp_path_factory.mktemp("machines"))
    made.add(2)
    yield made
    made.end()


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workbook in which the next run changes an answer."""
    path = tmp_path_factory.mktemp("seed") / "seed.xlsx"
    made = CliRunner().invoke(cli, ["new", str(path), "--only", "client_matrix", "--with-example", *TODAY])
    assert made.exit_code == 0, made.output
    block = read_workbook(path, load_default()).blocks["clients"]
    set_cells(path, path, {block.sheet: {block.a1("class_final", block.first_row): "?"}})
    return path


def share(folder: Path, seed: Path, count: int) -> list[Path]:
    """Copies of the workbook in a folder of their own."""
    folder.mkdir()
    paths = [folder / f"book{number:02}.xlsx" for number in range(count)]
    for path in paths:
        shutil.copy(seed, path)
    return paths


def versions(path: Path) -> int:
    """How many versions of a workbook were replaced."""
    return len(Backups(path, 9).versions())


def treated(
    paths: list[Path], treat: Treat, done: Callable[[JobReport], None] = lambda _report: None
) -> list[JobReport]:
    """The reports of a run that keeps every version that it replaces."""
    frame = Frame(Interrupts(), Journal(None, Path()), treat=treat)
    return run(paths, Task(None, DAY, backups=9), 0, done, frame)


def outcomes(
    machines: Machines, paths: list[Path], job: Callable[[Path], JobReport], **settings: Any
) -> dict[str, str]:
    """What workers answer of a job in the place of recomputing; name → code of the failure, or "done"."""
    with dask.DaskEngine(machines.address, 2) as engine:
        engine.check(None)
        journal = Journal(None, Path())
        known = {"limit": 0.0, "interrupts": Interrupts(), "watch": journal} | settings
        answers = list(engine.treat(paths, job, 0, **known))
        assert engine.fault is None
    return {
        answer.report.path.stem: answer.report.failure.code if answer.report.failure else "done"
        for answer in answers
    }


def test_the_same_as_local_processes(machines: Machines, seed: Path, tmp_path: Path) -> None:
    """The same reports in the same order, the same bytes; unchanged workbooks from their marks."""
    here, there = share(tmp_path / "here", seed, 4), share(tmp_path / "there", seed, 4)
    for paths in (here, there):
        paths[1].write_bytes(b"no workbook")
    frame = Frame(Interrupts(), Journal(None, Path()), treat=local.treat)
    first = run(here, Task(None, DAY), 2, lambda _report: None, frame)
    with dask.DaskEngine(machines.address, 2) as engine:
        engine.check(str(tmp_path))
        second = treated(there, engine.treat)
    assert [report.path for report in second] == there
    for one, two, left, right in zip(first, second, here, there, strict=True):
        assert (one.changed, one.counts, one.sheets, one.findings) == (
            two.changed,
            two.counts,
            two.sheets,
            two.findings,
        )
        assert getattr(one.failure, "code", "") == getattr(two.failure, "code", "")
        assert left.read_bytes() == right.read_bytes()
    assert [bool(report.changed) for report in second] == [True, False, True, True]


def test_worker_killed_in_the_middle(machines: Machines, seed: Path, tmp_path: Path) -> None:
    """Its workbook is treated by another; every workbook is changed, and replaced once."""
    paths = share(tmp_path / "share", seed, 8)
    killed: list[int] = []

    def kill(_report: JobReport) -> None:
        if not killed:
            killed.extend(engine.client.run(os.getpid).values())
            os.kill(killed[0], signal.SIGKILL)

    with dask.DaskEngine(machines.address, 2) as engine:
        reports = treated(paths, engine.treat, kill)
        assert engine.fault is None
    assert killed
    assert [report.failure for report in reports] == [None] * 8
    assert [versions(path) for path in paths] == [1] * 8
    assert len({path.read_bytes() for path in paths}) == 1


@pytest.mark.long
def test_no_worker_then_no_scheduler(seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without workers a run refuses; killed in the middle, it leaves what it does not know, for --resume."""
    machines = Machines(tmp_path)
    with dask.DaskEngine(machines.address, 1, patience=0.3) as engine:
        with pytest.raises(dask.StrategyXlError, match="SX804"):
            engine.check(None)
        frame = Frame(Interrupts(), Journal(None, Path()), treat=engine.treat)
        (left,) = run([tmp_path / "x.xlsx"], Task(None, DAY, dry_run=True), 0, lambda _report: None, frame)
        assert left.failure is not None
        assert left.failure.code == "SX194"
        assert engine.fault is not None
        assert engine.fault.code == "SX804"
    machines.add(1, "--no-nanny")
    paths = share(tmp_path / "share", seed, 8)

    def kill() -> None:
        while sum(map(versions, paths)) < 3:
            time.sleep(0.01)
        machines.scheduler.kill()

    threading.Thread(target=kill, daemon=True).start()
    order = ["recompute", str(tmp_path / "share"), *TODAY, "--backup", "9", "--json"]
    result = CliRunner().invoke(cli, [*order, "--engine", "dask", "--scheduler", machines.address])
    machines.end()
    with monkeypatch.context() as patch:
        patch.setattr(dask, "_REPLY", 0.3)
        with pytest.raises(dask.StrategyXlError, match="SX802"), dask.DaskEngine(machines.address, 1):
            pass
    assert result.exit_code == 3
    assert "SX803" in result.stderr
    told = {entry["workbook"]: entry["status"] for entry in json.loads(result.stdout)}
    assert set(told.values()) == {"changed", "left"}
    assert all(path.read_bytes() != seed.read_bytes() for path in paths if told[str(path)] == "changed")
    rest = CliRunner().invoke(cli, [*order, "--resume", "--jobs", "2"])
    assert rest.exit_code in {0, 1}
    after = {entry["workbook"]: entry["status"] for entry in json.loads(rest.stdout)}
    assert {after[name] for name, status in told.items() if status == "changed"} == {"resumed"}
    assert [versions(path) for path in paths] == [1] * 8
    assert len({path.read_bytes() for path in paths}) == 1
    connection = sqlite3.connect(tmp_path / "share" / ".strategy_xl" / FILE)
    assert connection.execute("SELECT state, count(*) FROM books GROUP BY 1").fetchall() == [("done", 8)]
    connection.close()


def hanging(path: Path) -> JobReport:
    """Work that does not end on one workbook, kills the process on another, fails on a third."""
    if path.stem == "book01":
        time.sleep(600)
    if path.stem == "book03":
        os.kill(os.getpid(), signal.SIGKILL)
    if path.stem == "book05":
        raise ZeroDivisionError("by zero")
    return JobReport(path)


def test_books_that_hang_kill_or_fail(machines: Machines, tmp_path: Path) -> None:
    """Each costs itself: out of time, lost after as many deaths as the scheduler allows, a fault."""
    paths = [tmp_path / f"book{number:02}.xlsx" for number in range(12)]
    found = outcomes(machines, paths, hanging, limit=3.0)  # the others take a moment, on a busy machine too
    assert (found.pop("book01"), found.pop("book03"), found.pop("book05")) == ("SX195", "SX108", "SX190")
    assert set(found.values()) <= {"done", "SX108"}  # who lay ready on a worker that died twice dies with it
    assert len(found) == 9


def noting(path: Path, *, hang: str = "", kill: str = "", fail: str = "") -> JobReport:
    """Work that leaves a note each time it is done; not on workbooks that hang, kill the process or fail."""
    if path.stem == hang:
        time.sleep(600)
    if path.stem == kill:
        os.kill(os.getpid(), signal.SIGKILL)
    if path.stem == fail:
        raise ZeroDivisionError("by zero")
    with path.with_suffix(".log").open("a", encoding="ascii") as log:
        log.write("+")
    return JobReport(path)


@pytest.mark.long
def test_bundles_cost_no_neighbour(
    machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small workbooks go together; one that hangs, kills or fails costs itself, those beside it go alone."""
    machines.wait_for(2)
    together: list[list[str]] = []
    take = dask._Hand.take

    def noted(hand: dask._Hand, books: list[tuple[Path, Any]]) -> None:
        together.append([path.stem for path, _mark in books])
        take(hand, books)

    monkeypatch.setattr(dask._Hand, "take", noted)
    monkeypatch.setattr(bundles.Bundling, "next", by_eight)
    paths = [tmp_path / f"book{number:02}.xlsx" for number in range(16)]
    names = [path.stem for path in paths]
    found = outcomes(machines, paths, partial(noting, hang="book12", fail="book11"), limit=3.0)
    assert (found.pop("book12"), found.pop("book11")) == ("SX195", "SX190")
    assert found == dict.fromkeys(set(names) - {"book11", "book12"}, "done")
    assert together == [names[:8], names[8:], ["book13"], ["book14"], ["book15"]]
    # The worker has told which one hangs, and what was done before it: that is not done again.
    assert {path.stem: path.read_text("ascii") for path in tmp_path.glob("*.log")} == dict.fromkeys(
        found, "+"
    )

    machines.wait_for(2)
    together.clear()
    found = outcomes(machines, paths, partial(noting, kill="book03"))
    assert found.pop("book03") == "SX108"
    assert set(found.values()) <= {"done", "SX108"}  # who lay ready on a worker that died twice dies with it
    assert len(found) == 15
    assert all([name] in together for name in names[:8])


def by_eight(bundling: bundles.Bundling, waiting: deque[Path], _places: int) -> list[Path]:
    """Bundles as of workbooks that take no time, however few."""
    if bundling:
        return [bundling._again.popleft()]
    return [waiting.popleft() for _ in range(min(8, len(waiting)))]


def test_few_are_in_hand(machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many workbooks, the scheduler knows two bundles a worker; a run that ends begins no more."""
    machines.wait_for(2)
    most = 0
    take = dask._Hand.take

    def counted(hand: dask._Hand, *arguments: Any) -> None:
        nonlocal most
        take(hand, *arguments)
        most = max(most, len(hand))

    monkeypatch.setattr(dask._Hand, "take", counted)
    paths = [tmp_path / f"book{number:02}.xlsx" for number in range(60)]
    assert set(outcomes(machines, paths, JobReport).values()) == {"done"}
    assert most == 4

    class Ending(Interrupts):
        """Heard when ten workbooks are begun."""

        begun = 0

        def started(self, _path: Path) -> None:
            self.begun += 1

        def beat(self) -> None:
            """Nothing is kept."""

        @property
        def ending(self) -> bool:
            return self.begun >= 10

    ending = Ending()
    found = outcomes(machines, paths, JobReport, interrupts=ending, watch=ending)
    assert 10 <= len(found) < 60
    assert len(found) == ending.begun  # what was in hand was finished


def test_addresses_cross_too(machines: Machines) -> None:
    """A workbook in a store is treated by a worker as it is here, and told under its own path."""
    path = RemotePath.parse("memory://share/plan.xlsx")
    begun: list[object] = []

    class Watching:
        """Remembers what is begun."""

        def started(self, path: Path) -> None:
            begun.append(path)

        def beat(self) -> None:
            """Nothing is kept."""

    assert outcomes(machines, [path], JobReport, watch=Watching()) == {"plan": "done"}  # type: ignore[list-item]
    assert begun == [path]


def test_another_program_or_no_folder(
    machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that would do something else are refused before the first workbook, and when they come late."""
    order = ["recompute", "--engine", "dask", "--scheduler", machines.address]
    (tmp_path / "book.xlsx").write_bytes(b"")
    with dask.DaskEngine(machines.address, 2) as engine:
        engine.check(str(tmp_path))
        with pytest.raises(dask.StrategyXlError, match="SX806"):
            engine.check(str(tmp_path / "nowhere"))
        monkeypatch.setattr(dask, "program", lambda: "another")
        with pytest.raises(dask.StrategyXlError, match="SX805"):
            engine.check(None)
        late = next(
            iter(
                engine.treat(
                    [tmp_path / "book.xlsx"],
                    JobReport,
                    0,
                    limit=0,
                    interrupts=Interrupts(),
                    watch=Journal(None, Path()),
                )
            )
        )
    assert late.report.failure is not None
    assert late.report.failure.code == "SX805"
    result = CliRunner().invoke(cli, [*order, str(tmp_path)])
    assert result.exit_code == 1  # CliRunner does not go through main
    assert "SX805" in str(result.exception)


def test_options_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask that is not installed is told with what installs it; local processes have no scheduler."""
    monkeypatch.setitem(sys.modules, "strategy_xl.runs.engines.dask", None)
    monkeypatch.delattr("strategy_xl.runs.engines.dask")
    (tmp_path / "x.xlsx").touch()
    result = CliRunner().invoke(cli, ["recompute", str(tmp_path), "--engine", "dask"])
    assert "SX801" in str(result.exception)
    needless = CliRunner().invoke(cli, ["recompute", str(tmp_path), "--scheduler", "tcp://x:1"])
    assert needless.exit_code == 2
    assert "--engine dask" in needless.output


def test_a_cluster_of_this_machine(seed: Path, tmp_path: Path) -> None:
    """Without an address the run starts its own, and ends it: no process of it is left."""
    paths = share(tmp_path / "share", seed, 3)
    order = ["recompute", str(tmp_path / "share"), *TODAY, "--jobs", "1", "--engine", "dask", "--json"]
    before = set(children())
    result = CliRunner().invoke(cli, order)
    assert result.exit_code in {0, 1}
    assert [entry["status"] for entry in json.loads(result.stdout)] == ["changed"] * 3
    assert [versions(path) for path in paths] == [1] * 3
    assert set(children()) <= before | {tracker()}


def children() -> list[int]:
    """Processes of this one."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def tracker() -> int:
    """The process in which Python keeps account of what its children share; it stays until the end."""
    from multiprocessing.resource_tracker import _resource_tracker  # type: ignore[attr-defined]

    return int(_resource_tracker._pid or 0)
