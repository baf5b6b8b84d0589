"""Real sessions: people type below a table in LibreOffice, insert, sort, save; the night puts all right."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fewer import few_of
from package_audit import audit

from strategy_xl.book.below import SPARE
from strategy_xl.book.data import BlockData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole
from strategy_xl.work.recompute import JobReport, recompute_workbook

pytestmark = pytest.mark.libreoffice

TODAY = date(2026, 11, 28)
SPEC = load_default()
SHEET = "Matrice clients"

Do = Callable[..., Path]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The French example of the clients, computed."""
    path = tmp_path_factory.mktemp("small") / "plan.xlsx"
    build(SPEC, path, lang="fr", only=("client_matrix",), example=True, today=TODAY)
    assert recompute_workbook(path, SPEC, TODAY).failure is None
    return path


def clients(path: Path) -> BlockData:
    """The table of clients."""
    return read_workbook(path, SPEC).blocks["clients"]


def typed(block: BlockData, row: int, name: str) -> list[tuple[Any, ...]]:
    """What somebody types in a row."""
    return [
        ("text", SHEET, block.a1("name", row), name),
        ("value", SHEET, block.a1("revenue", row), 12000.0),
        ("value", SHEET, block.a1("hours", row), 30.0),
        ("value", SHEET, block.a1("satisfaction", row), 9.0),
    ]


def complaints(path: Path) -> set[tuple[str, str | None]]:
    """What is wrong with a file that LibreOffice saved, or the night after it."""
    return {(item.code, item.location.sheet) for item in audit(path)}


def part(path: Path, beginning: str) -> dict[str, str]:
    """The parts whose name begins so."""
    with zipfile.ZipFile(path) as archive:
        return {
            name: archive.read(name).decode() for name in archive.namelist() if name.startswith(beginning)
        }


def sessions(block: BlockData) -> dict[str, tuple[list[tuple[Any, ...]], list[str], int]]:
    """What is done, the names it adds, and how many rows of the old table there are."""
    last, count = block.last_row, len(block.all_rows)
    names = ["Delta", "Epsilon"]
    below = [*typed(block, last + 1, "Delta"), *typed(block, last + 2, "Epsilon")]
    inserted = [("insert_rows", SHEET, last, 1), *typed(block, last, "Zêta")]
    moved = [*typed(block, last + 2, "Delta"), *typed(block, last + 3, "Epsilon")]
    area = f"B{block.first_row}:{block.a1(block.block.fields[-1].key, last)}"
    by_revenue = block.places["revenue"].column - block.table_left
    return {
        "typed below": (below, names, count),
        "a row inserted before the last one, and typed below": (
            [*inserted, *moved],
            ["Zêta", *names],
            count + 1,
        ),
        "sorted, and typed below": ([("sort", SHEET, area, by_revenue, False), *below], names, count),
    }


@pytest.mark.parametrize(
    "kind",
    few_of(
        3, ["typed below", "a row inserted before the last one, and typed below", "sorted, and typed below"]
    ),
)
def test_the_night_after_a_session(
    kind: str, small: Path, example: tuple[Path, JobReport], people: Do, recalculated: Callable[[Path], Path]
) -> None:
    """Rows are taken in and judged, ranges reach them, tables are mended, a second night rests.

    The session with all of it is held in the whole workbook, the others in its sheets of clients.
    """
    book = example[0] if kind.startswith("a row inserted") else small
    before = clients(book)
    operations, names, count = sessions(before)[kind]
    path = people(book, *operations)
    saved = complaints(path)
    assert "calculatedColumnFormula" not in "".join(part(path, "xl/tables/").values())

    report = recompute_workbook(path, SPEC, TODAY)
    assert report.failure is None
    told = dict(Counter(item.code for item in report.findings))
    assert told.pop("SX128") == 1
    assert set(told) <= {"SX210"}  # the formulas of a row that was inserted
    written = path.read_bytes()
    again = recompute_workbook(path, SPEC, TODAY)
    assert (again.failure, again.changed) == (None, 0)
    assert path.read_bytes() == written
    assert complaints(path) <= saved

    after = clients(path)
    assert sorted(after.frame["name"]) == sorted([*before.frame["name"], *names])
    assert len(after.all_rows) == count + 2 + SPARE
    assert not after.erased
    new = after.frame[after.frame["name"].isin(names)]
    assert new["net"].notna().all()
    assert new["reasons"].notna().all()

    if kind.startswith("sorted"):
        assert after.frame["revenue"].iloc[0] == before.frame["revenue"].max()

    # What LibreOffice took from the tables, and what ends with the table's last row.
    built, mended = part(book, "xl/tables/"), part(path, "xl/tables/")
    said = [re.findall(r"<calculatedColumnFormula.*?</", text) for text in built.values()]
    back = [re.findall(r"<calculatedColumnFormula.*?</", text) for text in mended.values()]
    assert sorted(map(len, said)) == sorted(map(len, back))
    assert all("<tableStyleInfo " in text for text in mended.values())
    charts = "".join(part(path, "xl/charts/chart").values())
    ranges = set(
        re.findall(rf"Matrice clients(?:'|&apos;)!\$[A-Z]+\${after.first_row}:\$[A-Z]+\$(\d+)", charts)
    )
    assert ranges == {str(after.last_row)}

    # LibreOffice calculates what the night wrote.
    theirs = clients(recalculated(path))
    assert theirs.last_row == after.last_row
    for spec in after.block.fields:
        if spec.role is FieldRole.COMPUTED and not spec.hidden:
            mine, other = after.frame[spec.key].tolist(), theirs.frame[spec.key].tolist()
            if isinstance(mine[0], float):
                assert other == pytest.approx(mine, nan_ok=True), spec.key
            else:
                assert [str(value) for value in other] == [str(value) for value in mine], spec.key
