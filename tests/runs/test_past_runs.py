"""A run that is over is told from its journal; a journal that cannot be read tells nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.outcome import Answer
from strategy_xl.runs.past_runs import past_run
from strategy_xl.work.recompute import JobReport

DAY = date(2027, 3, 1)


@pytest.fixture
def books(tmp_path: Path) -> list[Path]:
    """Three files with names of workbooks, one in a folder."""
    found = [tmp_path / name for name in ("a.xlsx", "b.xlsx", "Nord/c.xlsx")]
    for path in found:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return found


def test_failures_keep_their_details(tmp_path: Path, books: list[Path]) -> None:
    """What stopped a workbook comes back with all that its message needs; what was left is known by name."""
    file = tmp_path / ".strategy_xl" / "journal.sqlite"
    journal = Journal(file, tmp_path)
    journal.begin(books, "task", DAY)
    failure = Finding("SX195", Location(str(books[0])), {"minutes": 10}, Severity.ERROR)
    journal.settled(Answer(JobReport(books[0], failure=failure, seconds=1.0)))
    journal.settled(Answer(JobReport(books[1], findings=(Finding("SX204"),))))
    journal.end(whole=False)
    found = past_run(file, DAY)
    assert found is not None
    assert found.failures["a.xlsx"] == Finding("SX195", Location("a.xlsx"), {"minutes": 10}, Severity.ERROR)
    assert found.left == {"Nord/c.xlsx"}
    assert found.findings["b.xlsx"] == 1
    assert found.seconds is not None
    assert 0 <= found.seconds < 60


def test_unknown_days_and_files_tell_nothing(tmp_path: Path, books: list[Path]) -> None:
    """No journal, a day without a run, and a file that is no journal: nothing is known, nothing is made."""
    file = tmp_path / "journal.sqlite"
    assert past_run(file, DAY) is None
    assert not file.exists()
    journal = Journal(file, tmp_path)
    journal.begin(books, "task", DAY)
    journal.end(whole=True)
    assert past_run(file, date(2027, 3, 2)) is None
    file.write_bytes(b"no journal" * 500)
    assert past_run(file, DAY) is None
    assert file.read_bytes() == b"no journal" * 500
