"""``upgrade`` on the command line: preview, upgrade, JSON; the night says once that a book is older."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy_xl.commands.recompute import recompute
from strategy_xl.commands.upgrade import upgrade

BOOK = Path(__file__).parents[1] / "data" / "books" / "small-3.xlsx"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbook of the last landed version, among people who read English."""
    monkeypatch.setenv("STRATEGY_XL_LANG", "en")
    return Path(shutil.copy(BOOK, tmp_path / "plan.xlsx"))


def test_a_preview_says_what_changes_and_writes_nothing(book: Path) -> None:
    """Sheet by sheet, in words; the file keeps its bytes."""
    before = book.read_bytes()
    told = CliRunner().invoke(upgrade, [str(book), "--dry-run"])
    assert told.exit_code == 0, told.output
    assert "version 3 → 4 (nothing is written)" in told.output
    assert "new column “Évolution”, at AB8" in told.output
    assert "1 workbook would be upgraded." in told.output
    assert book.read_bytes() == before


def test_the_night_says_once_that_a_workbook_is_older_and_no_more_when_it_is_not(book: Path) -> None:
    """It is treated all the same; what stops one workbook stops no other."""
    broken = book.with_name("broken.xlsx")
    broken.write_bytes(b"PK nothing")
    night = [str(book), "--no-journal", "--no-history"]
    assert "1 workbook comes from an earlier version" in CliRunner().invoke(recompute, night).output
    done = CliRunner().invoke(upgrade, [str(book), str(broken), "--json"])
    assert done.exit_code == 3
    data = json.loads(done.stdout)
    (report,) = data["workbooks"]
    assert (report["from"], report["to"], report["written"]) == (3, 4, True)
    assert {change["kind"] for change in report["changes"]} >= {"column", "sheet", "line", "list"}
    assert [(found["workbook"], found["code"]) for found in data["findings"]] == [(str(broken), "SX902")]
    assert "earlier version" not in CliRunner().invoke(recompute, night).output
