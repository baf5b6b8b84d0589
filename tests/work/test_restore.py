"""Earlier versions come back, and that can be undone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from strategy_xl.errors import WorkbookError
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.work.restore import restore_workbook, versions

TODAY = date(2027, 3, 1)
SPEC = load_default()


def code_of(book: Path, wanted: str = "") -> str:
    """The code that a restoration is refused with."""
    with pytest.raises(WorkbookError) as error:
        restore_workbook(book, wanted)
    return error.value.finding.code


@pytest.fixture
def book(content: bytes, tmp_path: Path) -> Path:
    """The same, recomputed once."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    report = recompute_workbook(path, SPEC, TODAY)
    assert report.failure is None
    assert report.backup is not None
    assert report.backup.read_bytes() == content
    return path


def test_there_and_back(book: Path, content: bytes) -> None:
    """Restoring twice is as if nothing had been."""
    new = book.read_bytes()
    first = restore_workbook(book)
    assert book.read_bytes() == content
    assert first.backup is not None
    assert first.backup.read_bytes() == new
    restore_workbook(book, first.backup.stem)
    assert book.read_bytes() == new
    again = restore_workbook(book, first.backup.stem[-8:])
    assert again.backup is None  # it is that version
    assert {version.path.read_bytes() for version in versions(book)} == {content, new}


def test_the_file_system_sees_no_difference(book: Path) -> None:
    """A restored workbook has the mode of the one it replaces."""
    book.chmod(0o640)
    restore_workbook(book)
    assert book.stat().st_mode & 0o777 == 0o640


def test_a_deleted_workbook(book: Path, content: bytes) -> None:
    """A workbook that was deleted comes back under its name."""
    book.unlink()
    assert restore_workbook(book).backup is None
    assert book.read_bytes() == content
    assert book.stat().st_nlink == 1


def test_refusals(book: Path, tmp_path: Path) -> None:
    """No such version, several, none, a damaged one, a workbook that is open: told, nothing touched."""
    before = book.read_bytes()
    (version,) = versions(book)
    assert code_of(book, "19990101") == "SX176"
    (version.path.with_name(f"{version.name.partition('-')[0]}-00000000.xlsx")).write_bytes(b"x")
    assert code_of(book, version.name[:8]) == "SX176"
    assert code_of(book, "00000000") == "SX178"
    assert code_of(tmp_path / "other.xlsx") == "SX177"
    mark = book.with_name("~$plan.xlsx")
    mark.write_bytes(b"\x03Ann")
    assert code_of(book) == "SX113"
    mark.unlink()
    book.chmod(0o444)
    assert code_of(book, version.name) == "SX170"
    assert book.read_bytes() == before
