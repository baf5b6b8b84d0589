"""The other forms of a report say what the page says, and are safe to open."""

from __future__ import annotations

import csv
import io
import json
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from nasty_report import NASTY, WRITTEN, nasty
from openxml_audit import OpenXmlValidator
from package_audit import audit
from report_data import Portfolio

from strategy_xl.privacy.files import holds, is_report
from strategy_xl.report.data import BookState, ReportData
from strategy_xl.report.highlights import highlights
from strategy_xl.report.junit import as_junit
from strategy_xl.report.listings import listings
from strategy_xl.report.mail import mail
from strategy_xl.report.morning_page import page
from strategy_xl.report.plain_forms import as_csv, as_json
from strategy_xl.report.portfolio import portfolio
from strategy_xl.text.sought import Sought


def test_json_holds_every_list(small: ReportData) -> None:
    """JSON has each list whole, verdicts as keys, days as people sort them."""
    found = json.loads(as_json(small, "fr"))
    for listing in listings(small, "fr"):
        assert len(found["lists"][listing.key]) == len(listing)
    first = found["lists"]["clients"][0]
    assert first["class"] in {"ideal", "happy", "at_risk", "avoid", "incomplete"}
    assert first["cell"] == small.clients.places.cell(0)
    assert first["workbook"] == small.books[small.clients.places.books[0]].path
    assert found["night"]["day"] == "2027-03-01"
    assert found["highlights"]["today"] == highlights(small, "fr").today


@pytest.mark.parametrize(("lang", "mark"), [("fr", ";"), ("en", ",")])
def test_csv_reads_back(small: ReportData, lang: str, mark: str) -> None:
    """Each list is one file in the language's form, headings first."""
    files = dict(as_csv(small, lang))
    assert list(files) == [
        f"{key}.csv" for key in ("alerts", "clients", "kpis", "objectives", "accounts", "books")
    ]
    rows = list(csv.reader(io.StringIO(files["clients.csv"]), delimiter=mark))
    assert len(rows) == 241
    assert {len(row) for row in rows} == {len(rows[0])}
    revenue = {"fr": "CA 12 mois", "en": "12-month revenue"}[lang]
    assert float(rows[1][rows[0].index(revenue)] or "0") == (small.clients.revenues[0] or 0.0)


def test_no_text_is_a_formula() -> None:
    """What begins like a formula is a text in every table that spreadsheets open."""
    for content in dict(as_csv(nasty(), "fr")).values():
        for row in csv.reader(io.StringIO(content), delimiter=";"):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t"))]
    book = openpyxl.load_workbook(io.BytesIO(portfolio(nasty(), "fr", WRITTEN)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}
    names = {row[0].value for row in book["Portefeuille"].iter_rows(min_row=2)}
    assert NASTY[5] in names


def test_portfolio_of_nothing() -> None:
    """A report without anything in it is a workbook all the same."""
    data = ReportData(Portfolio(1, 1).data().night)
    assert len(openpyxl.load_workbook(io.BytesIO(portfolio(data, "en", WRITTEN))).sheetnames) == 7


def test_portfolio_is_a_sound_workbook(small: ReportData, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The workbook keeps to the file format, has its charts, and links that lead to the cells."""
    path = tmp_path_factory.mktemp("portfolio") / "report.xlsx"
    path.write_bytes(portfolio(small, "fr", WRITTEN))
    assert not audit(path)
    found = OpenXmlValidator().validate(path)
    assert found.is_valid, found.errors[:3]
    book = openpyxl.load_workbook(path)
    assert len(book["L’essentiel"]._charts) == 4
    sheet = book["KPI"]
    assert sheet.max_row == len(small.kpis.places) + 1
    assert sheet.auto_filter.ref.startswith("A1:")
    link = sheet.cell(2, sheet.max_column).hyperlink
    assert link.target.endswith(f"#'KPI'!A{sheet.cell(2, sheet.max_column).value.rpartition('A')[2]}")
    assert sorted(row[0].value for row in book["Portefeuille"].iter_rows(min_row=2)) == sorted(
        small.clients.names
    )


def test_junit_counts_what_it_holds() -> None:
    """A workbook is a suite; one that failed has an error, one that was open is skipped, alerts fail."""
    data = Portfolio(120, 300).data()
    root = ET.fromstring(as_junit(data, "en"))  # noqa: S314 - our own
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == [book.path for book in data.books]
    for name, kind in (
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        assert int(root.get(name, "")) == len(list(root.iter(kind)))
    assert len(list(root.iter("failure"))) == list(data.alerts.severities).count("error")
    assert len(list(root.iter("error"))) == sum(book.state is BookState.FAILED for book in data.books) > 0
    assert ET.fromstring(as_junit(nasty(), "fr")).get("tests") == str(1 + len(NASTY))  # noqa: S314


def test_mail_is_a_draft_with_the_page(small: ReportData) -> None:
    """The mail has the sentences as text and as HTML, the page attached, and addresses only when told."""
    raw = bytes(mail(small, "fr", WRITTEN, recipients=["directrice@example.invalid"]))
    found = message_from_bytes(raw, policy=default)
    assert found["To"] == "directrice@example.invalid"
    assert found["From"] is None
    assert found["X-Unsent"] == "1"
    assert found["Subject"] == "Rapport du matin, 01/03/2027"
    plain, rich = found.get_body(["plain"]), found.get_body(["html"])
    assert plain is not None
    assert rich is not None
    assert highlights(small, "fr").worse in plain.get_content()
    assert "<script" not in rich.get_content()
    (attached,) = found.iter_attachments()
    assert attached.get_filename() == "rapport-2027-03-01.html"
    assert attached.get_content().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", ["report.html", "report.json", "report.xml", "report.eml", "report.xlsx"])
def test_reports_are_known_again(name: str, tmp_path: Path) -> None:
    """Whoever is to be forgotten is found in every form, packed or not, and the form is known as a report."""
    data = Portfolio(2, 30).data()
    forms = {
        "report.html": lambda: page(data, "fr", WRITTEN).encode(),
        "report.json": lambda: as_json(data, "fr").encode(),
        "report.xml": lambda: as_junit(data, "fr"),
        "report.eml": lambda: bytes(mail(data, "fr", WRITTEN)),
        "report.xlsx": lambda: portfolio(data, "fr", WRITTEN),
    }
    path = tmp_path / name
    path.write_bytes(forms[name]())
    assert is_report(path)
    assert holds(path, Sought((data.alerts.names[0],)))
    assert not holds(path, Sought(("Nobody of that name",)))


def test_mail_escapes() -> None:
    """Texts of cells are no markup in a mail either, and no header."""
    found = message_from_bytes(bytes(mail(nasty(), "en", WRITTEN)), policy=default)
    body = found.get_body(["html"])
    assert body is not None
    assert "<img" not in body.get_content()
    assert NASTY[0].replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;") in body.get_content()
