"""No stale value: after a night every formula cell shows what a calculator gives that starts from nothing."""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from agreement import disagreements
from fewer import few_of
from made_books import TODAY, generated, spoil
from oracles import betteroffice
from plain_cells import formulas, values

from strategy_xl.build.book import render
from strategy_xl.cellvalues import to_serial
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook

SPEC = load_default()
UNKNOWN = "NORMSINV"
"""The one function of the templates that the calculator does not know."""
OWN_WAYS = {
    "=SUMIFS(": "passes over errors in what it adds up",
    "COUNTIFS(FunnelStages": "counts texts as numbers",
}
"""What it makes of odd cells in a way of its own; LibreOffice, made to calculate all, gives what we give."""


def same(shown: Any, calculated: object) -> bool:
    """Equal, numbers within nine digits; an empty text may be nothing."""
    if isinstance(shown, date | datetime):
        shown = to_serial(shown)
    if isinstance(shown, int | float) and isinstance(calculated, int | float):
        return math.isclose(shown, calculated, rel_tol=1e-9, abs_tol=1e-9)
    return str("" if shown is None else shown) == str(calculated)


def assert_agreement(book: Path) -> None:
    """Formulas show what the rules answer."""
    wrong, compared = disagreements(book, book, SPEC)
    assert compared > 2000
    assert wrong == []


def stale(book: Path, today: date) -> tuple[list[str], int]:
    """Formula cells that show something else than betteroffice calculates, and how many were compared."""
    calculated, shown = betteroffice(book, today), values(book)
    found: list[str] = []
    compared = 0
    for title, cells in formulas(book).items():
        for (row, column), text in cells.items():
            if UNKNOWN in text:
                continue
            compared += 1
            mine, theirs = shown[title].get((row, column)), calculated(title, row, column)
            if not same(mine, theirs):
                place = f"{title}!{cell_name(row, column)}"
                found.append(f"{place}: {mine!r}, calculated {theirs!r}: {text}")
    return found, compared


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("seed", few_of(2, [0, 1]))
def test_random_books(tmp_path: Path, seed: int) -> None:
    """Some 900 random rows and 7,000 formulas each, in both languages."""
    lang, book = ("fr", "en")[seed % 2], tmp_path / "book.xlsx"
    rows = generated(SPEC, lang, seed)
    # The calculator has no wildcards in MATCH, by which the card finds a persona when none is chosen.
    rows["card_view"] = [
        {"shown_persona": next(row["first_name"] for row in rows["personas"] if row["first_name"])}
    ]
    book.write_bytes(render(SPEC, lang=lang, company="", today=TODAY, rows=rows))
    assert recompute_workbook(book, SPEC, TODAY).failure is None
    assert_agreement(book)
    found, compared = stale(book, TODAY)
    assert compared > 7000
    assert found == []


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("seed", few_of(2, [2, 3]))
def test_odd_books(tmp_path: Path, seed: int) -> None:
    """Every fifth input is a text for a number, an error, out of scale, a space too many: idem."""
    lang, book = ("fr", "en")[seed % 2], tmp_path / "book.xlsx"
    book.write_bytes(render(SPEC, lang=lang, company="", today=TODAY, rows=generated(SPEC, lang, seed)))
    spoil(book, SPEC, seed)
    assert recompute_workbook(book, SPEC, TODAY).failure is None
    assert_agreement(book)
    card = SPEC.module("persona_card").sheet.get(lang)  # the calculator has no wildcards in MATCH
    found, compared = stale(book, TODAY)
    assert compared > 7000
    assert [cell for cell in found if not cell.startswith(card) and not any(map(cell.count, OWN_WAYS))] == []


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_new_books(tmp_path: Path, lang: str) -> None:
    """A workbook in which nobody has typed anything; the example is LibreOffice's (``test_choices.py``)."""
    book = tmp_path / "book.xlsx"
    book.write_bytes(render(SPEC, lang=lang, company="", today=TODAY, rows={}))
    assert recompute_workbook(book, SPEC, TODAY).failure is None
    found, compared = stale(book, TODAY)
    assert compared > 2000
    assert found == []
