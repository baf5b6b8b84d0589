"""Many workbooks: in the order given, alike in one process and in several, and none stops another."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.build import book
from strategy_xl.ooxml import replace as replacing
from strategy_xl.runs import runner
from strategy_xl.runs.runner import Task, run
from strategy_xl.work.recompute import JobReport

DAY = date(2026, 11, 27)
forked = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="the stand-in must reach the other processes"
)


def reports(paths: Sequence[Path], jobs: int, **task: Any) -> list[JobReport]:
    """The reports of a run without their times; each must have been announced once."""
    told: list[JobReport] = []
    found = run(paths, Task(None, DAY, **task), jobs, told.append)
    assert Counter(report.path for report in told) == Counter(report.path for report in found)
    assert all(any(report is other for other in told) for report in found)
    return [replace(report, seconds=0.0) for report in found]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good workbooks, in French and English, between broken ones."""
    path = tmp_path_factory.mktemp("run")
    for name, lang in (("a.xlsx", "fr"), ("d.xlsx", "en")):
        book.build(book_spec(), path / name, lang=lang, today=DAY, only=["swot"], example=True)
    (path / "b.xlsx").write_bytes(b"no workbook")
    (path / "c.xlsx").mkdir()
    return path


def book_spec() -> Any:
    """The templates."""
    return Task(None, DAY).spec()


def copied(folder: Path, target: Path) -> list[Path]:
    """A copy of the folder's workbooks, the last first, and one that is not there."""
    shutil.copytree(folder, target)
    return [*sorted(target.iterdir(), reverse=True), target / "gone.xlsx"]


def test_one_process_and_two_say_and_write_the_same(folder: Path, tmp_path: Path) -> None:
    """Reports in the order given, the broken ones with what is wrong with them, the good ones done."""
    alone, pair = copied(folder, tmp_path / "1"), copied(folder, tmp_path / "2")
    first, second = reports(alone, 1), reports(pair, 2)
    assert [report.path for report in first] == alone
    assert [report.path for report in second] == pair
    told = [report.failure.code if report.failure is not None else "" for report in first]
    assert told == ["", "SX918", "SX901", "", "SX918"]
    assert [report.failure.code if report.failure is not None else "" for report in second] == told
    for one, two in zip(first, second, strict=True):
        assert (one.changed, one.counts, one.sheets) == (two.changed, two.counts, two.sheets)
        assert [finding.code for finding in one.findings] == [finding.code for finding in two.findings]
        assert bool(one.changed) == (one.failure is None)
        if one.failure is None:
            assert one.path.read_bytes() == two.path.read_bytes()


def test_a_dry_run_writes_nothing(folder: Path, tmp_path: Path) -> None:
    """The same reports in as many processes, and every file as it was."""
    paths = copied(folder, tmp_path / "1")[:1]
    before = paths[0].read_bytes()
    (report,) = reports(paths, 4, dry_run=True)
    assert report.changed > 0
    assert paths[0].read_bytes() == before


def test_what_dead_runs_left_goes(folder: Path, tmp_path: Path) -> None:
    """Their temporary files are removed from the workbooks' folders; those of runs at work stay."""
    (path,) = copied(folder, tmp_path / "1")[:1]
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with pytest.MonkeyPatch.context() as patch:
        names = []
        for process in (dead.pid, os.getpid()):
            patch.setattr(os, "getpid", lambda process=process: process)
            names.append(replacing._temporary(path.parent))
    for name in names:
        name.write_bytes(b"PK")
    reports([path], 1, dry_run=True)
    assert [name.exists() for name in names] == [True, True]
    reports([path], 1)
    assert [name.exists() for name in names] == [False, True]


def test_no_workbook_no_report() -> None:
    """Nothing to do needs no process."""
    assert reports([], 4) == []


def dying(path: Path, *_arguments: object, **_options: object) -> JobReport:
    """Work that a fatal workbook kills, as running out of memory would."""
    if path.name.startswith("fatal"):
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)  # so that others are under way when one dies
    return JobReport(path, changed=1)


@forked
@pytest.mark.parametrize("jobs", [2, 3])
@pytest.mark.parametrize("fatal", [{3}, {0, 7}, set(range(8))])
def test_a_killed_process_is_one_lost_workbook(
    monkeypatch: pytest.MonkeyPatch, fatal: set[int], jobs: int
) -> None:
    """The workbook whose process dies is told to be as it was; all others are done, in order."""
    monkeypatch.setattr(runner, "recompute_workbook", dying)
    paths = [Path(f"{'fatal' if n in fatal else 'good'}{n}.xlsx") for n in range(8)]
    found = reports(paths, jobs)
    assert [report.path for report in found] == paths
    lost = {n for n, report in enumerate(found) if report.failure is not None}
    assert lost == fatal
    assert {found[n].failure.code for n in lost} == {"SX108"}  # type: ignore[union-attr]
    assert all(found[n].changed == 1 for n in set(range(8)) - lost)


@forked
def test_what_died_in_company_may_be_done_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A workbook that two processes had no memory for is tried again by itself, and done."""

    def dying_once(path: Path, *_arguments: object, **_options: object) -> JobReport:
        tried = tmp_path / "tried"
        if path.name == "fatal.xlsx" and not tried.exists():
            tried.touch()
            dying(path)
        return JobReport(path, changed=1)

    monkeypatch.setattr(runner, "recompute_workbook", dying_once)
    found = reports([Path(name) for name in ("fatal.xlsx", "a.xlsx", "b.xlsx")], 2)
    assert [(report.changed, report.failure) for report in found] == [(1, None)] * 3
