"""What differs between two versions of a workbook is told by key, with why verdicts moved."""

from __future__ import annotations

from pathlib import Path

import pytest
import versions
from versions import DAY, SPEC, clients, patched

from strategy_xl.answers.changes import Why
from strategy_xl.work.diff import Difference, RowKind, diff
from strategy_xl.work.diff_cells import Odd, OwnFormula
from strategy_xl.work.diff_listing import listing
from strategy_xl.work.diff_own import OwnKind
from strategy_xl.work.diff_sentences import DifferenceTeller
from strategy_xl.work.diff_version import read_version
from strategy_xl.work.recompute import recompute_workbook


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook after its night."""
    path = tmp_path_factory.mktemp("diff") / "base.xlsx"
    path.write_bytes(versions.content())
    assert recompute_workbook(path, SPEC, DAY).failure is None
    return path


def told(found: Difference, lang: str = "fr") -> list[str]:
    """All lines of a difference."""
    return [
        f"{line.mark} {line.text}"
        for part in DifferenceTeller(SPEC, lang).sections(found)
        for line in part.lines
    ]


def test_a_copy_is_the_same(base: Path, tmp_path: Path) -> None:
    """Neither a copy nor another night on it is a difference."""
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(versions.content())
    assert diff(base, base, SPEC, DAY).is_same
    assert diff(copy, base, SPEC, DAY).is_same


def test_a_class_that_moved_is_told_with_its_reason(base: Path, tmp_path: Path) -> None:
    """The cell, old → new, and the threshold that was crossed."""
    other = patched(base, tmp_path / "b.xlsx", clients({("Belloc", "revenue"): 900.0}))
    found = diff(base, other, SPEC, DAY)
    (change,) = [one for one in found.changes if one.verdict == "class_final"]
    assert (change.name, change.why, change.causes[0].key) == ("Belloc", Why.CELL, "revenue")
    (block,) = found.blocks
    assert [(cell.name, cell.key, cell.old, cell.new) for cell in block.cells] == [
        ("Belloc", "revenue", 50_001.0, 900.0)
    ]
    assert "1 client change de classe" in DifferenceTeller(SPEC, "fr").summary(found)
    assert any("50\u202f001" in line or "50 001" in line.replace("\u202f", " ") for line in told(found))


def test_rows_are_told_as_sorted_inserted_renamed(base: Path, tmp_path: Path) -> None:
    """A sort is no change of cells; a new row, a new name and a row that went are told as such."""
    sorted_ = patched(base, tmp_path / "sorted.xlsx", versions.sorted_clients)
    found = diff(base, sorted_, SPEC, DAY)
    assert [(block.block, block.moved, block.rows, block.cells) for block in found.blocks] == [
        ("clients", 5, (), ())
    ]
    edits = clients({("Belloc", "name"): "Belloc SA", ("+Guérande", "revenue"): 10.0})
    other = patched(sorted_, tmp_path / "other.xlsx", edits)
    rows = next(block.rows for block in diff(base, other, SPEC, DAY).blocks if block.block == "clients")
    assert {(row.kind, row.name, row.former) for row in rows} == {
        (RowKind.RENAMED, "Belloc SA", "Belloc"),
        (RowKind.ADDED, "Guérande", ""),
    }
    gone = next(block.rows for block in diff(other, base, SPEC, DAY).blocks if block.block == "clients")
    assert (RowKind.GONE, "Guérande") in {(row.kind, row.name) for row in gone}


def test_what_stands_over_a_formula_is_told(base: Path, tmp_path: Path) -> None:
    """A value over a formula of the templates, and a formula over a value, by what they are."""
    other = patched(base, tmp_path / "b.xlsx", versions.typed_over)
    (block,) = diff(base, other, SPEC, DAY).blocks
    over = next(cell for cell in block.cells if cell.is_computed)
    assert (over.old, over.new) == (None, Odd(12.0))
    own = next(cell for cell in block.cells if cell.key == "hours")
    assert isinstance(own.new, OwnFormula)
    assert any("*2" in line for line in told(diff(base, other, SPEC, DAY)))
    back = next(cell for cell in diff(other, base, SPEC, DAY).blocks[0].cells if cell.is_computed)
    assert back.new is None


def test_own_sheets_notes_and_cells_are_told(base: Path, tmp_path: Path) -> None:
    """What people have beyond the templates is told, with its place."""
    other = versions.with_own_things(base, tmp_path / "own.xlsx")
    other = patched(other, other, lambda data: {data.blocks["clients"].sheet: {(300, 3): "en bas"}})
    found = diff(base, other, SPEC, DAY)
    kinds = {(change.kind, change.sheet, change.name) for change in found.own}
    sheet = versions.read(base).blocks["clients"].sheet
    assert (OwnKind.SHEET_ADDED, "Mes notes", "") in kinds
    assert any(kind is OwnKind.COMMENT_ADDED and title == sheet for kind, title, _ in kinds)
    (cells,) = [change for change in found.own if change.kind is OwnKind.CELLS]
    assert [(cell.cell, cell.old, cell.new) for cell in cells.cells] == [("C300", None, "en bas")]
    back = diff(other, base, SPEC, DAY)
    assert OwnKind.SHEET_GONE in {change.kind for change in back.own}
    again = patched(other, tmp_path / "again.xlsx", lambda _: {"Mes notes": {"B2": 13}})
    (cells,) = diff(other, again, SPEC, DAY).own
    assert [(cell.cell, cell.old, cell.new) for cell in cells.cells] == [("B2", 12.0, 13.0)]


def test_two_languages_compare_by_key(base: Path, tmp_path: Path) -> None:
    """A French and an English workbook with the same entries have no difference; the languages are noted."""
    english = tmp_path / "en.xlsx"
    english.write_bytes(versions.content("en"))
    found = diff(base, english, SPEC, DAY)
    assert told(found) == []
    assert [note.code for note in found.notes] == ["SX500"]
    other = patched(english, tmp_path / "b.xlsx", clients({("Belloc", "hours"): 61.0}))
    (block,) = diff(base, other, SPEC, DAY).blocks
    assert [(cell.key, cell.new) for cell in block.cells] == [("hours", 61.0)]


def test_lines_of_a_workbook_do_not_move_with_its_rows(base: Path, tmp_path: Path) -> None:
    """Sorted rows are the same lines of text: git sees no change in them."""
    sorted_ = patched(base, tmp_path / "sorted.xlsx", versions.sorted_clients)
    lines = [sorted(listing(SPEC, read_version(path, SPEC, DAY, judges=False))) for path in (base, sorted_)]
    assert lines[0] == lines[1]
    assert any("Belloc" in line and "50" in line for line in lines[0])
