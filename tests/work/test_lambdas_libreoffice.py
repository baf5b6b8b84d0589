"""LibreOffice, which knows no LAMBDA, opens a workbook that has some: all else is as before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from strategy_xl.build.book import build
from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.ooxml.named_formulas import NamedFormula, named_formulas
from strategy_xl.ooxml.package import Package
from strategy_xl.schema.loader import load_default
from strategy_xl.text.catalog import message
from strategy_xl.work.gallery_cards import show_lambdas
from strategy_xl.work.lambdas import add_lambdas, is_ours
from strategy_xl.work.recompute import recompute_workbook

DAY = date(2027, 3, 1)
SPEC = load_default()
pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, recalculated: Callable[[Path], Path]) -> dict[str, Path]:
    """A workbook with LAMBDAs and their sheet, the same without, and both as LibreOffice saved them."""
    folder = tmp_path_factory.mktemp("lambdas")
    bare, full = folder / "bare.xlsx", folder / "full.xlsx"
    build(SPEC, bare, lang="fr", today=DAY, only=["swot"], example=True)
    assert recompute_workbook(bare, SPEC, DAY, backups=0).failure is None
    shutil.copy(bare, full)
    show_lambdas(full, SPEC, DAY)
    return {"full": full, "bare after": recalculated(bare), "full after": recalculated(full)}


def _values(path: Path) -> dict[tuple[str, str], Any]:
    book = load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def _names(path: Path) -> dict[str, NamedFormula]:
    with Package.open(path) as package:
        found = named_formulas(package.read("xl/workbook.xml"))
    return {item.name: item for item in found if item.name.startswith("STRATX_")}


def test_the_other_sheets_are_computed_as_without_them(saved: dict[str, Path]) -> None:
    """Each cell of the plan shows the same, and none an error that it would not show otherwise."""
    one, other = _values(saved["bare after"]), _values(saved["full after"])
    assert {place: value for place, value in other.items() if place[0] != "Fonctions"} == one


def test_a_check_says_what_is_missing(saved: dict[str, Path]) -> None:
    """In a sentence, for every function; the list at the top has a dash."""
    sheet = load_workbook(saved["full after"], data_only=True)["Fonctions"]
    rows = [row for row in range(6, sheet.max_row + 1) if sheet.cell(row, 2).value == "Contrôle"]
    assert {sheet.cell(row, 3).value for row in rows} == {message("lambdas.gallery.unknown", "fr")}
    assert len(rows) == len(definitions())
    assert {sheet.cell(row, 10).value for row in range(5, 5 + len(rows))} == {"–"}


def test_what_it_saves_is_known_again(saved: dict[str, Path], tmp_path: Path) -> None:
    """Every name is left, in small letters and without comment; the command puts all of them right."""
    before, after = _names(saved["full"]), _names(saved["full after"])
    assert after.keys() == before.keys()
    assert all(map(is_ours, after.values()))
    book = Path(shutil.copy(saved["full after"], tmp_path / "plan.xlsx"))
    assert len(add_lambdas(book).changed) == len(definitions())
    assert _names(book) == before
