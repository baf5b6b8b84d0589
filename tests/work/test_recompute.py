"""Recomputing a file: started over when it changed, its version kept, what forbids a replacement reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.book.read import read_workbook
from strategy_xl.ooxml.backups import Backups
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.work import recompute
from strategy_xl.work.recompute import recompute_workbook

TODAY = date(2027, 3, 1)
SPEC = load_default()


@pytest.fixture
def book(content: bytes, tmp_path: Path) -> Path:
    """The same in a file."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    return path


def hours(path: Path) -> list[Any]:
    """What people typed."""
    return list(read_workbook(path, SPEC).blocks["clients"].frame["hours"])


def saving(monkeypatch: pytest.MonkeyPatch, save: Callable[[int], object]) -> list[int]:
    """Let somebody save between every reading and its writing; the readings so far."""
    real, readings = recompute.plan_workbook, []

    def plan(*args: Any, **options: Any) -> Any:
        found = real(*args, **options)
        readings.append(len(readings))
        save(len(readings))
        return found

    monkeypatch.setattr(recompute, "plan_workbook", plan)
    return readings


def type_hours(path: Path, value: float) -> None:
    """What somebody else does: other hours for the first client."""
    block = read_workbook(path, SPEC, blocks=["clients"]).blocks["clients"]
    set_cells(path, path, {block.sheet: {block.cell("hours", block.first_row): value}})


def test_a_save_meanwhile_starts_over(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was saved in between is what is computed in the end."""
    readings = saving(monkeypatch, lambda n: type_hours(book, 50) if n == 1 else None)
    report = recompute_workbook(book, SPEC, TODAY)
    assert report.failure is None
    assert len(readings) == 2
    assert hours(book)[0] == 50
    monkeypatch.undo()
    assert recompute_workbook(book, SPEC, TODAY).changed == 0


def test_saves_without_end_leave_the_file(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook that changes twice is reported under its own code, and is as it was saved last."""
    readings = saving(monkeypatch, lambda n: type_hours(book, 50 + n))
    report = recompute_workbook(book, SPEC, TODAY)
    assert report.failure is not None
    assert report.failure.code == "SX916"
    assert len(readings) == 2
    assert hours(book)[0] == 52
    assert Backups(book, 1).versions() == []


def test_versions(book: Path, content: bytes) -> None:
    """The version before is kept, so many as wanted; a run that changes nothing keeps none."""
    first = recompute_workbook(book, SPEC, TODAY)
    assert first.backup is not None
    assert first.backup.read_bytes() == content
    assert recompute_workbook(book, SPEC, TODAY).backup is None
    assert recompute_workbook(book, SPEC, TODAY, dry_run=True).backup is None
    for value in (60, 61, 62):
        type_hours(book, value)
        assert recompute_workbook(book, SPEC, TODAY, backups=2).backup is not None
    assert len(Backups(book, 0).versions()) <= 2


@pytest.mark.parametrize(("mode", "links", "code"), [(0o444, 1, "SX170"), (0o644, 2, "SX171")])
def test_what_must_not_be_replaced(book: Path, content: bytes, mode: int, links: int, code: str) -> None:
    """A read-only file and one of several names are reported; when nothing would change they are clean."""
    book.chmod(mode)
    if links > 1:
        book.with_name("other.xlsx").hardlink_to(book)
    report = recompute_workbook(book, SPEC, TODAY)
    assert report.failure is not None
    assert report.failure.code == code
    assert book.read_bytes() == content
    assert recompute_workbook(book, SPEC, TODAY, dry_run=True).failure is None
