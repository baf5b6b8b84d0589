"""Somebody spends an afternoon with a workbook in LibreOffice; upgraded and translated, it has it all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from office_session import OTHER_SHEET, OWN_SHEET, session
from openpyxl import load_workbook
from people_belongings import kept_not, shown_otherwise, typed_not
from running_office import RunningOffice

from strategy_xl.book.read import read_workbook
from strategy_xl.schema.loader import load_default
from strategy_xl.work.restore import restore_workbook
from strategy_xl.work.translate import translate_workbook
from strategy_xl.work.upgrade import upgrade_workbook

SPEC = load_default()
BOOK = Path(__file__).parents[1] / "data" / "books" / "small-3.xlsx"
DAY = date(2026, 11, 30)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.mark.libreoffice
def test_an_afternoon_in_libreoffice_survives_upgrade_and_translation(
    office: RunningOffice, recalculated: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Rows, columns, sheets, notes, colours, filter and print area stay; own formulas show what they showed.

    ``make edited`` goes the whole way, with every version.
    """
    before, book = tmp_path / "before.xlsx", tmp_path / "plan.xlsx"
    done = session(read_workbook(BOOK, SPEC))
    office.save(BOOK, before, *done.operations, locale=done.locale)
    shutil.copy(before, book)
    assert list(typed_not(load_workbook(before), done.texts)) == []

    report = upgrade_workbook(book, book, SPEC, DAY)
    assert report.conflicts == ()
    told = {(item.sheet, item.before) for item in report.changes if item.kind in ("header", "text")}
    assert list(kept_not(before, book, told)) == []
    upgraded = book.read_bytes()

    assert translate_workbook(book, SPEC, "en", DAY).findings == ()
    english, shown = load_workbook(book), load_workbook(recalculated(book), data_only=True)
    assert list(typed_not(english, done.texts)) == []
    was = load_workbook(before, data_only=True)
    assert was[OWN_SHEET]["B5"].value > 0
    assert list(shown_otherwise(was, shown, (OWN_SHEET, OTHER_SHEET))) == []
    restore_workbook(book, "")
    assert book.read_bytes() == upgraded
