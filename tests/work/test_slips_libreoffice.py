"""The slips of real sessions: LibreOffice does them, saves, and the night goes on as before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fewer import few_of
from package_audit import audit

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.work.repair import repair_workbook

pytestmark = pytest.mark.libreoffice

TODAY = date(2026, 11, 28)
SPEC = load_default()
SHEET = "Matrice clients"

Do = Callable[..., Path]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The French example of the clients, computed."""
    path = tmp_path_factory.mktemp("example") / "plan.xlsx"
    build(SPEC, path, lang="fr", only=("client_matrix",), example=True, today=TODAY)
    assert recompute_workbook(path, SPEC, TODAY).failure is None
    return path


# What is done, the lines it gives, and how many clients are left of 40.
SESSIONS: dict[str, tuple[list[tuple[Any, ...]], dict[str, int], int]] = {
    "saved again": ([], {}, 40),
    "row inserted": ([("insert_rows", SHEET, 33, 1)], {"SX210": 1}, 40),
    "row deleted": ([("delete_rows", SHEET, 33, 1)], {}, 39),
    "row cleared": ([("clear", SHEET, "A33:BJ33")], {"SX210": 1}, 39),
    "cells cut and pasted over formulas": ([("move_range", SHEET, "G33:G35", "AN33")], {"SX209": 1}, 40),
    "column inserted in the table": ([("insert_columns", SHEET, 4, 1)], {}, 40),
    "table turned into a range": ([("drop_table", SHEET, "Clients")], {"SX124": 1}, 40),
    "sheet copied": ([("copy_sheet", SHEET, "Copie")], {"SX118": 1}, 40),
    "cells of a blank row merged": ([("merge", SHEET, "G82:I84")], {"SX133": 1}, 40),
}


@pytest.mark.parametrize("kind", few_of(2, SESSIONS))
def test_a_session_costs_no_more_than_its_slip(kind: str, book: Path, people: Do) -> None:
    """The night is done, one line tells what was mended or how to mend it, a second night writes nothing."""
    operations, lines, clients = SESSIONS[kind]
    target = people(book, *operations)
    report = recompute_workbook(target, SPEC, TODAY)
    assert report.failure is None
    assert dict(Counter(finding.code for finding in report.findings)) == lines
    data = read_workbook(target, SPEC)
    assert len(data.blocks["clients"].frame) == clients
    again = recompute_workbook(target, SPEC, TODAY)
    assert (again.failure, again.changed) == (None, 0)


@pytest.mark.parametrize(
    ("operation", "brought"),
    [
        (("delete_sheet", "Paramètres"), "SX134"),
        (("drop_table", SHEET, "Clients"), "SX136"),
        (("delete_rows", SHEET, 29, 62), "SX135"),
    ],
)
def test_what_libreoffice_deleted_is_brought_back(
    operation: tuple[Any, ...], brought: str, book: Path, people: Do, recalculated: Callable[[Path], Path]
) -> None:
    """Repaired, the workbook that LibreOffice saved opens again there, and nothing is missing any more."""
    target = people(book, operation)
    repaired = target.with_name("repaired.xlsx")
    report = repair_workbook(target, repaired, SPEC, TODAY)
    assert [finding.code for finding in report.findings] == [brought]
    before, after = (
        [(item.code, item.location.sheet, item.location.cell) for item in audit(path)]
        for path in (target, repaired)
    )
    assert before == after
    for path in (repaired, recalculated(repaired)):
        recompute_workbook(path, SPEC, TODAY)  # finds the errors that LibreOffice left, and writes over them
        found = recompute_workbook(path, SPEC, TODAY)
        assert found.failure is None
        assert not {finding.code for finding in found.findings} & {"SX120", "SX124", "SX127", "SX211"}


def test_a_formula_put_back_is_calculated(
    book: Path, people: Do, recalculated: Callable[[Path], Path]
) -> None:
    """What LibreOffice calculates with the formulas put back is what the night wrote."""
    target = people(book, ("clear", SHEET, "AN33:AO35"))
    report = recompute_workbook(target, SPEC, TODAY)
    assert [(finding.code, finding.args["n"]) for finding in report.findings] == [("SX210", 6)]
    mine = read_workbook(target, SPEC).blocks["clients"]
    theirs = read_workbook(recalculated(target), SPEC).blocks["clients"]
    for key in ("net", "per_hour"):
        assert theirs.frame[key].tolist() == pytest.approx(mine.frame[key].tolist(), nan_ok=True)
