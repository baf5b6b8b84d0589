"""Dates of a list mean what their column, or another one, shows; else nothing is guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from import_lists import column, empty_book, planned
from openpyxl import Workbook

from strategy_xl.text.parsing import Order, parse_date
from strategy_xl.work.importing.plan import plan


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["3/1/2026 2:05 PM", "4/15/2026 9:00 AM", "20261031"], ["2026-03-01", "2026-04-15", "2026-10-31"]),
        (["03/01/2026", "15/04/2026"], ["2026-01-03", "2026-04-15"]),
        (["03/04/2026", "05/06/2026"], ["2026-04-03", "2026-06-05"]),
        (["31.10.2026", "1.2.26"], ["2026-10-31", "2026-02-01"]),
        (["2026-10-31T14:05:00Z", "2026-10-31 14:05:33.120+01:00"], ["2026-10-31", "2026-10-31"]),
        (["Oct 31, 2026, 2:05 PM", "31 oct. 2026 à 14:05", "31-Oct-26"], ["2026-10-31"] * 3),
        (["46326", "mardi 3 mars 2026"], ["2026-10-31", "2026-03-03"]),
    ],
)
def test_a_column_says_its_order(cells: list[str], expected: list[str], tmp_path: Path) -> None:
    """A 15 can be no month; without any, the language of a French list decides."""
    text = "KPI;Date;Valeur\n" + "".join(f'T{n};"{cell}";{n}\n' for n, cell in enumerate(cells))
    found = planned(tmp_path, text, "readings")
    assert [str(day) for day in column(found, "date")] == expected
    assert found.findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "KPI,Date,Value\nT,03/04/2026,12\nT,05/06/2026,13\n",
        "KPI;Reading date;Value\nT;03/04/2026;12\nT;05/06/2026;13\n",
        "KPI;Date;Valeur\nT;03/04/2026;12.5\nT;05/06/2026;13.25\n",
        "KPI;Date;Valeur\nT;03/04/2026;12\nT;05/06/2026;13\nT;25/06/2026;13\nT;06/25/2026;13\n",
    ],
)
def test_dates_of_english_programs_are_not_guessed(text: str, tmp_path: Path) -> None:
    """English separators, titles, decimal points or contradictions: told as they stand, never chosen."""
    found = planned(tmp_path, text, "readings")
    told = [finding for finding in found.findings if finding.code == "SX212"]
    assert [finding.args["found"] for finding in told] == ["03/04/2026", "05/06/2026"]


def test_another_column_shows_the_order(tmp_path: Path) -> None:
    """What one column of dates shows goes for the others."""
    text = "Nom;Compte;Dernier contact;Created\nA;X;03/04/2026;4/15/2026\nB;X;05/06/2026;1/2/2026\n"
    found = planned(tmp_path, text, "contacts")
    assert column(found, "last_contact") == [date(2026, 3, 4), date(2026, 5, 6)]


def test_messages_quote_the_file(tmp_path: Path) -> None:
    """What cannot be read is told as it stands, though the column is month first."""
    found = planned(
        tmp_path, "KPI;Date;Valeur\nT;4/15/2026;1\nT;4/31/2026;1\nT;demain;1\nT;bientôt;1\n", "readings"
    )
    assert [finding.args["found"] for finding in found.findings] == ["4/31/2026", "demain", "bientôt"]
    assert len(found.rows) == 4


def test_dates_as_numbers(tmp_path: Path) -> None:
    """Compact dates in a spreadsheet are numbers; serial numbers stay what they are."""
    sheet = Workbook()
    assert sheet.active is not None
    for row in (["KPI", "Date", "Valeur"], ["T", 20261031, 1], ["T", 46326, 2], ["T", date(2026, 10, 31), 3]):
        sheet.active.append(row)
    sheet.save(tmp_path / "list.xlsx")
    found = plan(tmp_path / "list.xlsx", "readings", empty_book())
    assert column(found, "date") == [date(2026, 10, 31)] * 3


@pytest.mark.parametrize("text", ["20261301", "3/1/2026 25 PM", "14:05", "2026", "PM", "3/1/2026 x"])
def test_what_is_no_date(text: str) -> None:
    """Nothing is made of half a date."""
    assert parse_date(text, "fr", Order.DAY).value is None
