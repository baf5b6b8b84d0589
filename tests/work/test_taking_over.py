"""Drafts that people take over become rows of another table: once, in a free row, over nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport, plan_workbook, recompute_workbook

SPEC = load_default()
DAY = date(2026, 3, 17)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The French example of the SWOT and the objectives."""
    path = tmp_path_factory.mktemp("example") / "plan.xlsx"
    build(SPEC, path, lang="fr", today=DAY, example=True, only=("swot", "smart"))
    return path.read_bytes()


@pytest.fixture
def book(tmp_path: Path, example: bytes) -> Path:
    """A copy of it."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(example)
    return path


def put(path: Path, block: str, cells: dict[tuple[str, int], Any]) -> None:
    """Type into fields of a block, by key and row counted from 0."""
    data = read_workbook(path, SPEC).blocks[block]
    set_cells(
        path, path, {data.sheet: {data.cell(key, data.first_row + at): v for (key, at), v in cells.items()}}
    )


def night(path: Path) -> tuple[JobReport, WorkbookData]:
    """A night, and what the workbook holds after it."""
    report = recompute_workbook(path, SPEC, DAY)
    assert report.failure is None
    return report, read_workbook(path, SPEC)


def titles(data: WorkbookData) -> list[str]:
    """The objectives, from top to bottom."""
    return [str(title) for title in data.blocks["objectives"].frame["title"]]


def test_a_chosen_draft_is_an_objective_that_the_same_night_judges(book: Path) -> None:
    """It stands in the first free row with its verdict; all others are as before; a second night is quiet."""
    before = titles(read_workbook(book, SPEC))
    put(book, "tows_pairs", {("adopt", 0): "Oui"})
    _, data = night(book)
    after = titles(data)
    assert after[:-1] == before
    assert "Gains garantis par contrat" in after[-1]
    added = data.blocks["objectives"].frame.iloc[-1]
    assert added["verdict"] == "À retravailler"
    assert data.blocks["tows_pairs"].frame["adopted"].iloc[0] == "Repris le 17/03/2026"
    assert recompute_workbook(book, SPEC, DAY).changed == 0


def test_any_pair_can_be_taken_over_not_only_the_best(book: Path) -> None:
    """A crossing below the best three has no draft until people choose it."""
    put(book, "tows_pairs", {("adopt", 5): "Oui", ("adopt", 0): "Non"})
    _, data = night(book)
    assert titles(data)[-1].startswith("Corriger « Notre site web".replace("« ", "«\u00a0"))
    assert data.blocks["tows_pairs"].frame["adopted"].notna().sum() == 1


def test_a_reworded_or_deleted_objective_does_not_come_again(book: Path) -> None:
    """The mark beside the draft remembers; No clears it, and Yes then adds the draft once more."""
    count = len(titles(read_workbook(book, SPEC)))
    put(book, "tows_pairs", {("adopt", 0): "Oui"})
    night(book)
    put(book, "objectives", {("title", count): "Nos propres mots pour cet objectif"})
    _, data = night(book)
    assert titles(data)[-1] == "Nos propres mots pour cet objectif"
    assert len(titles(data)) == count + 1
    put(book, "tows_pairs", {("adopt", 0): "Non"})
    _, data = night(book)
    assert data.blocks["tows_pairs"].frame["adopted"].isna().all()
    put(book, "tows_pairs", {("adopt", 0): "Oui"})
    _, data = night(book)
    assert len(titles(data)) == count + 2


def test_a_draft_that_stands_already_is_marked_and_not_doubled(book: Path) -> None:
    """People may have copied it by hand."""
    _, data = night(book)
    draft = data.blocks["tows_pairs"].frame["draft"].iloc[0]
    count = len(titles(data))
    put(book, "objectives", {("title", count): draft})
    put(book, "tows_pairs", {("adopt", 0): "Oui"})
    _, data = night(book)
    assert titles(data).count(draft) == 1
    assert data.blocks["tows_pairs"].frame["adopted"].iloc[0]


def test_without_a_free_row_nothing_is_overwritten(book: Path) -> None:
    """The draft waits, and people are told."""
    block = read_workbook(book, SPEC).blocks["objectives"]
    free = [row - block.first_row for row in block.all_rows if row not in block.frame.index]
    put(book, "objectives", {("owner", at): "Yann Le Goff" for at in free})
    put(book, "tows_pairs", {("adopt", 0): "Oui"})
    # A workbook whose table the night makes longer first has free rows again: both are fine, a loss is not.
    report, data = night(book)
    kept = data.blocks["objectives"].frame
    assert (kept.loc[[at + block.first_row for at in free], "title"].isna()).all()
    waits = data.blocks["tows_pairs"].frame["adopted"].isna().all()
    assert waits == ("SX410" in {finding.code for finding in report.findings})


def test_nothing_is_taken_over_in_an_open_workbook(book: Path) -> None:
    """While others type, a row that was free may be free no longer."""
    put(book, "tows_pairs", {("adopt", 0): "Oui"})
    objectives = read_workbook(book, SPEC).blocks["objectives"]
    _, column = objectives.cell("title", objectives.first_row)
    for grows in (False, True):
        planned = plan_workbook(book, SPEC, DAY, grows=grows).columns.get(objectives.sheet, {})
        assert bool(planned.get(column, {}).keys() & set(objectives.all_rows)) == grows
