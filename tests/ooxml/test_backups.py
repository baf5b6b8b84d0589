"""Earlier versions: kept by a move, named by time and hash, let go by number and age."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.ooxml.backups import MAX_AGE, Backups
from strategy_xl.ooxml.patch import set_cells

NOW = datetime(2027, 3, 1, 2, 30, tzinfo=UTC)


def keep(book: Path, content: bytes, days: int, count: int) -> Path:
    """A version of so many days after the start, replaced now."""
    old = book.with_name("old")
    book.write_bytes(content)
    backups = Backups(book, count)
    backups.prepare()
    book.rename(old)
    backups.take(old, int((NOW + timedelta(days=days)).timestamp()) * 10**9)
    assert not old.exists()
    assert backups.made is not None
    return backups.made


def test_name_and_content(tmp_path: Path) -> None:
    """A version lies in the hidden folder, under the book's name, with time and hash in its own."""
    made = keep(tmp_path / "plan.xlsm", b"one", 0, 1)
    short = hashlib.blake2b(b"one").hexdigest()[:8]
    assert made.relative_to(tmp_path) == Path(
        f".strategy_xl/backups/plan.xlsm/20270301T023000_000000Z-{short}.xlsm"
    )
    (version,) = Backups(tmp_path / "plan.xlsm", 0).versions()
    assert (version.name, version.replaced, version.path) == (made.stem, NOW, made)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_by_number(tmp_path: Path, count: int) -> None:
    """So many of the newest stay; other workbooks' versions and strangers' files are left alone."""
    book, other = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    foreign = keep(other, b"other", 0, 1)
    note = keep(book, b"0", 0, 1).with_name("my-note.xlsx")
    note.write_bytes(b"mine")
    for day in range(1, 8):
        keep(book, b"%d" % day, day, count)
    versions = Backups(book, 0).versions()
    assert [version.path.read_bytes() for version in versions] == [
        b"%d" % day for day in range(7, 7 - count, -1)
    ]
    assert foreign.exists()
    assert note.exists()


def test_by_age(tmp_path: Path) -> None:
    """Old versions go, but never the newest."""
    book = tmp_path / "a.xlsx"
    for day in (0, 1, 80, MAX_AGE.days + 1):
        keep(book, b"%d" % day, day, 10)
    assert [version.path.read_bytes() for version in Backups(book, 0).versions()] == [
        b"%d" % day for day in (MAX_AGE.days + 1, 80, 1)
    ]
    keep(book, b"late", 5 * MAX_AGE.days, 10)
    assert [version.path.read_bytes() for version in Backups(book, 0).versions()] == [b"late"]


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_those_who_may_use_the_folder_may_use_the_versions(tmp_path: Path) -> None:
    """The hidden folders have the mode of the workbook's own."""
    tmp_path.chmod(0o2770)
    made = keep(tmp_path / "a.xlsx", b"one", 0, 1)
    for folder in (made.parent, made.parents[1], made.parents[2]):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o2770


def test_nothing_changed_nothing_kept(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """A run that changes nothing makes no version; one told to keep none makes none; the inode is moved."""
    book = kit({"One": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')}).write(tmp_path / "a.xlsx")
    assert set_cells(book, book, {"One": {"A1": 1}}, backups=3).backup is None
    assert set_cells(book, book, {"One": {"A1": 2}}, backups=0).backup is None
    assert not (tmp_path / ".strategy_xl").exists()
    inode = book.stat().st_ino
    report = set_cells(book, book, {"One": {"A1": 3}}, backups=3)
    assert report.backup.stat().st_ino == inode
    assert set_cells(book, book, {"One": {"A1": 3}}, backups=3).backup is None
    assert len(Backups(book, 0).versions()) == 1


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    """The version that was just made stays, even when others seem to come from the future."""
    book = tmp_path / "a.xlsx"
    keep(book, b"future", 30, 1)
    made = keep(book, b"now", 0, 1)
    assert [version.path for version in Backups(book, 0).versions()] == [made]
