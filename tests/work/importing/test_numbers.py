"""Numbers of a list mean what their whole column says, and are never a thousand times wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_lists import codes, column, empty_book, planned
from openpyxl import Workbook

from strategy_xl.schema.spec import FieldType
from strategy_xl.text.parsing import number_writing, parse_hours, parse_number
from strategy_xl.work.importing.evidence import Evidence
from strategy_xl.work.importing.plan import plan
from strategy_xl.work.importing.source import SourceList


@pytest.mark.parametrize(
    ("title", "cells", "expected"),
    [
        ("CA", ["$1,200", "$62,000", "$7,500"], [1200, 62000, 7500]),
        ("CA", ["3.000", "1.234,56", "12.500"], [3000, 1234.56, 12500]),
        ("CA", ["3.000 €", "12.500 €"], [3000, 12500]),
        ("CA", ["1,250", "3.75", "2,000,000"], [1250, 3.75, 2000000]),
        ("CA", ["1,250", "3,7"], [1.25, 3.7]),
        ("CA", ["1 250,5", "2.000"], [1250.5, 2000]),
        ("CA", ["1'250.50 CHF", "900"], [1250.5, 900]),
        ("CA", ["120,00-", "(45,5)", "-3", "12 -"], [-120, -45.5, -3, -12]),
        ("CA", ["£1,200.50", "€3,000"], [1200.5, 3000]),
        ("CA", ["R$ 1.234,56", "R$ 3.000"], [1234.56, 3000]),
        ("CA", ["12 k€", "1,2 M€", "3,5"], [12000, 1200000, 3.5]),
        ("Effectif", ["1,050", "45", "120"], [1050, 45, 120]),
        ("Effectif", ["1.050", "45"], [1050, 45]),
        ("Effectif", ["1 050", "45"], [1050, 45]),
        ("CA", ["-", "n/a", "5"], [None, None, 5]),
    ],
)
def test_a_column_says_how_it_is_written(
    title: str, cells: list[str], expected: list[float | None], tmp_path: Path
) -> None:
    """Marks, signs and currencies of all cells together decide; what stands for nothing is nothing."""
    lines = [f"Client;{title}", *(f'"C{at}";"{cell}"' for at, cell in enumerate(cells))]
    found = planned(tmp_path, "\n".join(lines))
    assert column(found, "revenue" if title == "CA" else "size") == expected
    assert not [finding for finding in found.findings if finding.severity != "note"]


@pytest.mark.parametrize("cells", [["1.200", "62.000"], ["1,200", "62,000"], ["1,5", "1.5", "1.200"]])
def test_what_nothing_tells_is_not_guessed(cells: list[str], tmp_path: Path) -> None:
    """Amounts that may be a thousand times larger are told, as they stand in the file, and left empty."""
    lines = ["Client;CA", *(f"C{at};{cell}" for at, cell in enumerate(cells))]
    found = planned(tmp_path, "\n".join(lines))
    told = [finding for finding in found.findings if finding.code == "SX202"]
    assert [finding.args["found"] for finding in told] == [cell for cell in cells if len(cell) > 3]
    assert column(found, "revenue") == [1.5 if len(cell) == 3 else None for cell in cells]


def test_another_column_may_tell(tmp_path: Path) -> None:
    """An English column says how the column beside it is written."""
    found = planned(tmp_path, 'Client;CA;Marge\nA;"1,200";"250.5"\nB;"62,000";"3.25"\n')
    assert column(found, "revenue") == [1200, 62000]


def test_columns_that_are_no_numbers_tell_nothing(tmp_path: Path) -> None:
    """Telephone numbers and dates have marks too."""
    text = "Client;CA;Tel;Le\nA;1.200;01.02.03.04.05;31.10.2026\nB;2.400;06.07.08.09.10;01.11.2026\n"
    assert column(planned(tmp_path, text), "revenue") == [None, None]


def test_rates_are_rates(tmp_path: Path) -> None:
    """A cell shown as per cent is a rate already, in whatever format; only plain numbers are per cent."""
    sheet = Workbook()
    active = sheet.active
    assert active is not None
    formats = ["0%", None, '0.0" "%', "0.00 %", '0.00" %"', None]
    values = [0.4, 35, 0.52, 0.025, 12, 0.5]
    active.append(["Client", "Taux de marge"])
    for row, (value, form) in enumerate(zip(values, formats, strict=True), 2):
        active.cell(row, 1, f"C{row}")
        cell = active.cell(row, 2, value)
        if form:
            cell.number_format = form
    sheet.save(tmp_path / "list.xlsx")
    found = plan(tmp_path / "list.xlsx", "clients", empty_book())
    assert column(found, "margin_rate") == pytest.approx([0.4, 0.35, 0.52, 0.025, 0.12, 0.005])
    assert codes(found) == ["SX163"]


def test_rates_in_a_text_list(tmp_path: Path) -> None:
    """A sign says per cent; without one, 40 beside 0.5 is 40 per cent beside half a per cent."""
    found = planned(tmp_path, "Client;Taux de marge\nA;40 %\nB;0,5\nC;35\n")
    assert column(found, "margin_rate") == pytest.approx([0.4, 0.005, 0.35])
    found = planned(tmp_path, "Client;Taux de marge\nA;40 %\nB;0,5\n")
    assert column(found, "margin_rate") == pytest.approx([0.4, 0.5])


def test_durations_are_hours(tmp_path: Path) -> None:
    """Hours and minutes, however they are written; times of a spreadsheet mean the same."""
    cells = ["92:30", "18:00:00", "3h30", "3 h 30 min", "45 min", "2h", "1 heure", "12,5", "1 250:00"]
    found = planned(tmp_path, "Client;Heures\n" + "".join(f"C{n};{cell}\n" for n, cell in enumerate(cells)))
    assert column(found, "hours") == pytest.approx([92.5, 18, 3.5, 3.5, 0.75, 2, 1, 12.5, None], nan_ok=True)
    assert [finding.args["found"] for finding in found.findings] == ["1 250:00"]
    sheet = Workbook()
    assert sheet.active is not None
    for row in (["Client", "Heures"], ["A", timedelta(hours=92, minutes=30)], ["B", "92:30"]):
        sheet.active.append(row)
    sheet.save(tmp_path / "list.xlsx")
    found = plan(tmp_path / "list.xlsx", "clients", empty_book())
    assert column(found, "hours") == [92.5, 92.5]


@pytest.mark.parametrize("text", ["3:75", "2h90", "12", "h30", "3h30h", "1:2", "9999999h"])
def test_what_is_no_duration(text: str) -> None:
    """Numbers and impossible minutes are none."""
    assert parse_hours(text) is None


@pytest.mark.parametrize(
    ("title", "factor"), [("CA (k€)", 1000), ("CA en k€", 1000), ("CA (M€)", 1e6), ("CA (€)", 1), ("CA", 1)]
)
def test_the_unit_of_a_title_counts(title: str, factor: float, tmp_path: Path) -> None:
    """An amount in thousands is not a thousand times too small, and that is told."""
    found = planned(tmp_path, f"Client;{title}\nA;12,5\nB;3\n")
    assert column(found, "revenue") == [12.5 * factor, 3 * factor]
    assert codes(found) == (["SX185"] if factor > 1 else [])


def test_another_currency_is_told(tmp_path: Path) -> None:
    """Nothing is converted, and people know it."""
    assert codes(planned(tmp_path, "Client;CA\nA;$12\n")) == ["SX184"]
    assert codes(planned(tmp_path, "Client;Montant (USD)\nA;12\n")) == ["SX184"]
    assert codes(planned(tmp_path, "Client;CA\nA;12 €\n")) == []


@pytest.mark.parametrize(
    "text", ["#N/A", "#REF!", "#VALEUR!", "#DIV/0!", "#NOM?", "#WERT!", "Err:502", "#ERROR!", "#NV"]
)
def test_errors_are_no_values_in_any_column(text: str, tmp_path: Path) -> None:
    """An error is told, its cell is empty, and a row whose name is one is no record."""
    found = planned(tmp_path, f"Client;Secteur;CA;Note\n{text};Industrie;4;x\nAlpha;{text};{text};{text}\n")
    assert [dict(row.cells) for row in found.rows] == [{"name": "Alpha"}]
    assert codes(found) == ["SX160", *["SX206"] * 4]


def test_a_hash_is_no_error(tmp_path: Path) -> None:
    """Names may begin like one."""
    assert column(planned(tmp_path, "Client;CA\n#1 Conseil;3\nErreur Films;4\n"), "name") == [
        "#1 Conseil",
        "Erreur Films",
    ]


@given(st.floats(-1e9, 1e9).map(lambda value: round(value, 2)), st.sampled_from([",", "."]))
def test_a_known_mark_leaves_no_doubt(value: float, decimal: str) -> None:
    """A number written with thousands reads back, where the decimal mark is known."""
    group = "." if decimal == "," else ","
    text = f"{value:,.2f}".translate(str.maketrans({",": group, ".": decimal}))
    assert parse_number(text, "fr", decimal=decimal).value == pytest.approx(value)
    writing = number_writing(text)
    assert writing is not None
    assert writing.decimal == decimal


@given(
    st.lists(st.text(max_size=12), max_size=6),
    st.sampled_from(["fr", "en"]),
    st.sampled_from(list(FieldType)),
)
def test_evidence_of_anything(cells: list[str], lang: str, kind: FieldType) -> None:
    """Whatever stands in a column, its evidence is a mark, doubt or nothing."""
    listed = SourceList("x", ("A",), tuple([cell] for cell in cells), 2)
    assert Evidence(listed, lang).decimal(cells, kind, None) in {",", ".", "", None}
