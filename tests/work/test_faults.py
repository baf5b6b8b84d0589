"""The short form of ``make faults``: whatever happens to a run, every workbook is the old or the new one."""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are killed in copies of this process")

LOOKING = frozenset(
    {"_path_normpath", "access", "fileno", "fspath", "getpid", "listxattr", "lstat", "read", "readable"}
    | {"readinto", "scandir", "seek", "stat", "urandom"}
)
"""Calls that change no file: killed there, a run leaves what it leaves at its last call that does (a seek may
bring what was written before it to a temporary file, which is as unfinished as it was)."""


@pytest.fixture(scope="module")
def faults() -> ModuleType:
    """The harness."""
    path = Path(__file__).parents[2] / "tools" / "faults.py"
    spec = importlib.util.spec_from_file_location("faults", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["faults"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def work(faults: ModuleType, tmp_path: Path) -> Any:
    """A workbook to do harm to."""
    return faults.Work.prepare(tmp_path / "work")


@pytest.fixture
def chance() -> random.Random:
    """The same moments each time, as far as the machine is as fast."""
    return random.Random(11)  # noqa: S311 - not for secrets


def test_killed_at_random_moments(faults: ModuleType, work: Any, chance: random.Random) -> None:
    """Twenty runs killed anywhere, half of them in the write."""
    found: Counter[str] = faults.killed_at_random(work, 20, chance)
    assert not found[faults.HARMED], found
    assert found["old"] + found["new"] + found["new, old version not kept"] == 20
    assert found["next run finished"] == 2


def test_killed_at_calls_of_the_system(faults: ModuleType, work: Any) -> None:
    """The write killed at one in five of its calls of the system that change something."""
    found: Counter[str] = faults.killed_at_calls(work, 5, LOOKING)
    assert not found[faults.HARMED], found
    assert found["kills"] >= 20
    assert found["old"] >= 1
    assert found["new"] >= 1
    assert found["next run finished"] == found["kills"]


def test_changed_between_reading_and_writing(faults: ModuleType, work: Any) -> None:
    """Twenty of twenty stay as somebody saved them."""
    assert faults.changed_between(work, 20) == {"untouched": 20}


def test_somebody_saves_meanwhile(faults: ModuleType, tmp_path: Path, chance: random.Random) -> None:
    """Eight seconds of another program's saves: each is there after it."""
    found: Counter[str] = faults.saved_meanwhile(tmp_path / "saved", 8, chance)
    assert not found[faults.HARMED], found
    assert found["saves"] >= 3
    assert found["next run finished"] == 1


def test_two_runs_at_once(faults: ModuleType, work: Any, chance: random.Random) -> None:
    """Two runs of one workbook do not disturb each other's file."""
    found: Counter[str] = faults.two_at_once(work, 3, chance)
    assert not found[faults.HARMED], found
    assert found["next run finished"] == 3


def test_full_disk(faults: ModuleType, work: Any, tmp_path: Path, chance: random.Random) -> None:
    """No room left, by a limit and by a file system: reported, the workbook is the old one."""
    found: Counter[str] = faults.full_disk(work, 5, chance)
    assert not found[faults.HARMED], found
    assert (found["reported"], found["old"]) == (5, 5)
    found = faults.full_file_system(tmp_path / "full", 3, chance)
    assert not found[faults.HARMED], found
    assert found["old"] == 3 or found["not tried: no right to mount"]


def test_harm_is_seen(faults: ModuleType, work: Any) -> None:
    """The harness itself: a torn workbook, a lost one and a missing version are told from good ones."""
    assert work.state() == "old"
    work.book.write_bytes(work.new)
    assert work.state() == "new, old version not kept"
    work.book.write_bytes(work.new[:-5])
    assert work.state() == faults.HARMED
    work.book.unlink()
    assert work.state() == faults.HARMED
