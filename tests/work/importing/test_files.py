"""Files as programs write them: encodings without mark, formulas that nothing has calculated, odd titles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from import_lists import codes, column, empty_book, new_book, planned_sheet, read
from openpyxl import Workbook

from strategy_xl.hosts.calculated import calculated
from strategy_xl.hosts.machine import Machine
from strategy_xl.work.importing.encodings import decode
from strategy_xl.work.importing.plan import apply, plan
from strategy_xl.work.importing.source import read_list

TEXTS = (
    "Client;CA 12 mois\nAlpha élec;12000\n",
    "Société;Région;Téléphone\nBéta & fils;Île-de-France;01 02\nÉts Noël;Rhône-Alpes;04\n",
    "Nom;Prénom\nLefèvre;Chloé\nGüntürk;Zoë\n",
    "Client;Débit;Crédit\n411DUPONT;1 250,00;0,00\nTOTAL GÉNÉRAL;1250,00;0,00\nÀ reporter;;\n",
    "Name;Note\nAcme;client fidèle depuis 2012, très satisfait du résultat\n",
)
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "mac_roman", "cp850", "utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", TEXTS)
def test_encodings_show_by_their_letters(text: str, encoding: str) -> None:
    """Windows, old Mac, DOS and Unicode with or without a mark."""
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff", "\ufeff\ufeff\ufeff", "ï»¿", "\ufeffï»¿"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_marks_at_the_start_are_no_text(mark: str, encoding: str) -> None:
    """However many there are, also one that was decoded wrongly."""
    assert decode(f"{mark}Client;CA".encode(encoding))[0] == "Client;CA"


def test_titles_are_what_can_be_seen(tmp_path: Path) -> None:
    """Characters without width around and in titles do not count; nor do cells of nothing else."""
    path = tmp_path / "list.csv"
    path.write_text("\u200bClient\u2060;CA\u00ad 12 mois\nAlpha;12\n\u200b;\ufeff\n", encoding="utf-8")
    listed = read_list(path)
    assert listed.columns == ("Client", "CA 12 mois")
    assert listed.rows[1] == ["", ""]


def test_years_may_be_titles(tmp_path: Path) -> None:
    """Columns of figures by year; the latest one is taken."""
    found = planned_sheet(tmp_path, [["Client", "CA 2025", "CA 2026", 2024], ["A", 1, 2, 3], ["B", 4, 5, 6]])
    assert [view.column for view in found.columns] == ["Client", "CA 2025", "CA 2026", "2024"]
    assert column(found, "revenue") == [2, 5]


def test_a_hint_of_excel_is_a_line_of_the_file(tmp_path: Path) -> None:
    """Findings name the row that people see."""
    path = tmp_path / "list.csv"
    path.write_text("sep=;\nClient;CA\nAlpha;x\n", encoding="utf-8")
    found = plan(path, "clients", empty_book())
    assert [finding.location.cell for finding in found.findings] == ["B3"]


@pytest.fixture
def uncalculated(tmp_path: Path) -> Path:
    """A list with formulas, as a script writes them."""
    sheet = Workbook()
    assert sheet.active is not None
    for row in (["Client", "CA", "Heures"], ["Alpha", "=5000*12+2000", 3], ["Béta", "=B2/2", "=C2+1"]):
        sheet.active.append(row)
    sheet.save(tmp_path / "formulas.xlsx")
    return tmp_path / "formulas.xlsx"


def test_formulas_without_result_are_told(uncalculated: Path) -> None:
    """They are read as empty, and named."""
    found = plan(uncalculated, "clients", empty_book())
    assert (codes(found), found.uncached) == (["SX181"], 3)
    assert found.findings[0].args == {"n": 3, "cells": "B2, B3, C3"}
    assert column(found, "revenue") == [None, None]
    absent = Machine(which=lambda _: None, windows=None, system="linux")
    assert calculated(uncalculated, uncalculated.parent / "none", absent) is None


@pytest.mark.libreoffice
def test_libreoffice_calculates_them(soffice: str, uncalculated: Path, tmp_path: Path) -> None:
    """Where it is there, the list is read as it calculates it; the list itself stays."""
    before = uncalculated.read_bytes()
    copy = calculated(uncalculated, tmp_path / "office", Machine())
    found = plan(uncalculated, "clients", empty_book(), calculated=copy)
    assert (codes(found), found.uncached) == (["SX182"], 0)
    assert column(found, "revenue") == [62000, 31000]
    assert column(found, "hours") == [3, 4]
    assert found.source == str(uncalculated)
    assert uncalculated.read_bytes() == before


# -- the shared cases -------------------------------------------------------------------------------------

CASES = {
    "us_revenue.xlsx": ("clients", {"revenue": [1200, 62000, 7500], "size": [45, 120, 1050]}),
    "dot_thousands.csv": ("clients", {"revenue": [3000, 1234.56, 12500], "hours": [12.5, 8, 20]}),
    "percent_mixed.xlsx": ("clients", {"margin_rate": [0.4, 0.35, 0.52]}),
    "total_row.csv": ("clients", {"name": ["Alpha SA", "Beta SARL"]}),
    "grouped_export.xlsx": ("clients", {"name": ["Alpha SA", "Beta SARL", "Gamma SAS"]}),
    "error_texts.csv": ("clients", {"name": ["Alpha SA"], "sector": [None], "revenue": [12000]}),
    "merged_company.xlsx": ("contacts", {"account": ["Alpha SA", "Alpha SA", "Alpha SA", "Beta SARL"]}),
    "us_dates_comma.csv": ("readings", {"date": [None, None, None]}),
    "ampm_dates.csv": ("readings", {"date": [date(2026, 3, 1), date(2026, 4, 15), date(2026, 10, 31)]}),
    "clock_hours.csv": ("clients", {"hours": [92.5, 18, 3.5]}),
    "trailing_minus.csv": ("clients", {"margin": [-120, 45], "revenue": [1250, 300]}),
    "utf16_no_bom.csv": ("clients", {"name": ["Alpha élec"], "revenue": [12000]}),
    "double_bom.csv": ("clients", {"name": ["Alpha élec"], "revenue": [12000]}),
    "nom_et_societe.csv": ("clients", {"name": ["Alpha SA", "Beta SARL"]}),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", CASES)
def test_lists_that_failed(name: str, shared: Path) -> None:
    """Lists that were once read wrongly."""
    target, expected = CASES[name]
    found = plan(shared / "cases" / "values" / name, target, empty_book())
    for key, values in expected.items():
        assert column(found, key) == pytest.approx(values) if key == "hours" else column(found, key) == values


@pytest.mark.shared
def test_the_same_client_with_another_apostrophe(shared: Path, tmp_path: Path) -> None:
    """It is recognised, and its name stays as people have it."""
    book = new_book(tmp_path / "plan.xlsx", {"clients": [{"name": "Saveurs de l’Erdre", "revenue": 1.0}]})
    found = plan(shared / "cases" / "values" / "dup_apostrophe.csv", "clients", read(book))
    report = apply(found, book)
    assert (report.added, report.updated) == (0, 1)
    assert [finding.code for finding in report.findings] == ["SX162"]
    assert list(read(book).blocks["clients"].frame["name"]) == ["Saveurs de l’Erdre"]
