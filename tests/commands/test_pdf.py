"""``strategy-xl pdf`` as people run it, with LibreOffice: what comes out, and what stops it."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from openpyxl.chart import LineChart, Reference
from pypdf import PageObject, PdfReader

from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.commands import cli
from strategy_xl.errors import StrategyXlError
from strategy_xl.schema.loader import load_default

DAY = "2026-11-30"


def run(*arguments: object, **environment: str) -> Result:
    """Run a command in this process; what stops it stays in ``result.exception``."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env=environment)


def code_of(result: Result) -> str:
    """The code of what stopped a command."""
    assert isinstance(result.exception, StrategyXlError)
    return result.exception.finding.code


def size_of(page: PageObject, text: str) -> float:
    """The size in points in which a text stands on a page."""
    sizes: list[float] = []

    def visit(shown: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text in shown:
            sizes.append(size * abs(cm[3] * tm[3]))

    page.extract_text(visitor_text=visit)
    return min(sizes)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workbook with sheets of people's own: one long, one with nothing on it, one hidden."""
    path = tmp_path_factory.mktemp("pdf") / "plan été.xlsx"
    rows = {
        "swot_items": [{"text": "Équipe stable", "box": "strength", "importance": 5, "rating": 4}],
        "clients": [{"name": "Cliente fidèle", "revenue": 1000, "sector": "Énergie", "note": "Note"}],
    }
    spec = only(load_default(), ["swot", "journey", "client_matrix"])
    path.write_bytes(render(spec, lang="fr", company="Énergie & fils", today=date(2026, 11, 28), rows=rows))
    opened = load_workbook(path)
    mine = opened.create_sheet("Mes chiffres", 1)
    for row in range(1, 151):
        mine.append([f"ligne {row}", row])
    mine["B1"] = "=1/4"
    mine["B1"].number_format = "0.00"
    chart = LineChart()
    chart.add_data(Reference(mine, min_col=2, min_row=1, max_row=20))
    mine.add_chart(chart, "D2")
    opened.create_sheet("Rien")
    opened.create_sheet("Caché")["A1"] = "secret de polichinelle"
    opened["Caché"].sheet_state = "hidden"
    opened.save(path)
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook that waits for no result."""
    path = tmp_path_factory.mktemp("small") / "plan été.xlsx"
    path.write_bytes(
        render(only(load_default(), ["swot"]), lang="fr", company="", today=date(2026, 11, 28), rows={})
    )
    return path


@pytest.mark.libreoffice
@pytest.mark.xdist_group("pdf")
def test_sheets_with_their_pages(book: Path, soffice: str) -> None:
    """Only what was asked for, beside the workbook, which is not touched.

    Each sheet stands where contents, bookmarks and its own footer say; a wide table can be read, with the
    name of the client on each page.
    """
    before, target, unwanted = book.read_bytes(), book.with_suffix(".pdf"), "Parcours client"
    asked = [name for name in load_workbook(book).sheetnames if name not in {unwanted, "Caché"}]
    options = [part for name in reversed(asked) for part in ("--sheets", name)]
    try:
        result = run("pdf", book, *options, "--today", DAY, "--json", "--paper", "letter")
        assert result.exit_code == 0, result.exception
        assert {path.name for path in book.parent.iterdir()} == {book.name, target.name}
        reader = PdfReader(BytesIO(target.read_bytes()))
    finally:
        target.unlink(missing_ok=True)
    assert book.read_bytes() == before
    said = json.loads(result.stdout)
    assert said["pages"] == len(reader.pages)
    assert [finding["code"] for finding in said["findings"]] == ["SX998"]
    assert said["findings"][0]["sheet"] == "Rien"
    titles = [sheet["title"] for sheet in said["sheets"]]
    assert titles == [title for title in asked if title != "Rien"]
    for page in reader.pages:
        assert sorted((float(page.mediabox.width), float(page.mediabox.height))) == pytest.approx(
            [612, 792], abs=1
        )
    shown = [
        " ".join(page.extract_text().replace("\N{NO-BREAK SPACE}", " ").split()) for page in reader.pages
    ]
    assert "polichinelle" not in " ".join(shown)
    assert unwanted not in " ".join(shown[1:])
    assert "Énergie & fils" in shown[0]
    assert "Édition du 30/11/2026" in shown[0]
    lead = len(reader.pages) - sum(label.isdecimal() for label in reader.page_labels)
    count = len(reader.pages) - lead
    for sheet in said["sheets"]:
        assert f"{sheet['title']} {sheet['page']}" in " ".join(shown[1:lead]).replace(" . ", " ")
        if sheet["title"] != "Mes chiffres":  # theirs has no footer
            own = shown[lead + sheet["page"] - 1]
            assert f"{sheet['title']} {sheet['page']} / {count}" in own
    mine = next(sheet["page"] for sheet in said["sheets"] if sheet["title"] == "Mes chiffres")
    assert "ligne 1 0,25" in shown[lead + mine - 1]  # as French people write it, whatever the system
    numbers = [sheet["page"] for sheet in said["sheets"]] + [count + 1]
    place = titles.index("Matrice clients")
    wide = range(lead + numbers[place] - 1, lead + numbers[place + 1] - 1)
    named = [number for number in wide if "Cliente fidèle" in shown[number]]
    assert len(named) > 1
    assert "Pourquoi" in shown[named[0]]
    assert "Note" in shown[named[-1]]
    for number in named:
        assert size_of(reader.pages[number], "Cliente fidèle") >= 6.4
    marks = [item for part in reader.outline if isinstance(part, list) for item in part]
    assert [(mark.title, reader.get_destination_page_number(mark)) for mark in marks] == [
        (sheet["title"], lead + sheet["page"] - 1) for sheet in said["sheets"]
    ]


def test_without_libreoffice_nothing_is_written(small: Path, tmp_path: Path) -> None:
    """It is said what is missing and which command tells more; the page for a board needs none."""
    nowhere, target = {"PATH": str(tmp_path)}, tmp_path / "plan.pdf"
    result = run("pdf", small, "-o", target, **nowhere)
    assert code_of(result) == "SX974"
    assert not list(tmp_path.iterdir())
    result = run("pdf", small, "-o", target, "--one-page", "--today", DAY, **nowhere)
    assert result.exit_code == 0, result.exception
    assert len(PdfReader(target).pages) == 1


@pytest.mark.parametrize("status", [0, 81])
def test_what_libreoffice_cannot_print_is_told(small: Path, tmp_path: Path, status: int) -> None:
    """A LibreOffice that fails leaves no PDF and its last word is in the message."""
    program = tmp_path / "bin" / "soffice"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'Error: source file could not be loaded'\nexit {status}\n")
    program.chmod(0o755)
    result = run("pdf", small, "-o", tmp_path / "plan.pdf", PATH=str(program.parent))
    assert code_of(result) == "SX975"
    assert isinstance(result.exception, StrategyXlError)
    assert result.exception.finding.args["reason"] == "Error: source file could not be loaded"
    assert not (tmp_path / "plan.pdf").exists()


def test_what_makes_no_sense_is_refused(small: Path, tmp_path: Path) -> None:
    """A target that is there, one that is no PDF (the workbook itself), other files, sheets on one page."""
    there = tmp_path / "plan.pdf"
    there.write_text("mine")
    before = small.read_bytes()
    assert code_of(run("pdf", small, "-o", there, "--one-page")) == "SX144"
    assert code_of(run("pdf", small, "-o", small, "--one-page", "--force")) == "SX939"
    assert code_of(run("pdf", small, "--sheets", "SWOT", "--one-page")) == "SX593"
    foreign, broken = tmp_path / "liste.xlsx", tmp_path / "casse.xlsx"
    opened = load_workbook(small)
    opened.defined_names.clear()
    for title in opened.sheetnames[1:]:
        del opened[title]
    opened.active.title = "Liste"
    opened.save(foreign)
    broken.write_bytes(before[:5000])
    (tmp_path / "old.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096))
    for path in (foreign, broken, tmp_path / "old.xlsx", tmp_path / "nulle-part.xlsx"):
        result = run("pdf", path, "--one-page", "-o", tmp_path / "new.pdf")
        assert isinstance(result.exception, StrategyXlError), path
        assert result.exception.finding.location.workbook == str(path)
        assert not (tmp_path / "new.pdf").exists()
    assert there.read_text() == "mine"
    assert small.read_bytes() == before
    assert run("pdf", small, "-o", there, "--one-page", "--force").exit_code == 0
    assert len(PdfReader(there).pages) == 1


def test_formulas_without_result_are_told(book: Path, tmp_path: Path) -> None:
    """States that no program has calculated yet are missing, and the sheet is named."""
    path = tmp_path / "plan.xlsx"
    rows = {"clients": [{"name": "Une cliente", "revenue": 1000}]}
    spec = only(load_default(), ["client_matrix"])
    path.write_bytes(render(spec, lang="fr", company="", today=date(2026, 11, 28), rows=rows))
    result = run("pdf", path, "--one-page", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert [(item["code"], item["sheet"]) for item in said["findings"]] == [("SX999", "Matrice clients")]
    assert (tmp_path / "plan-une-page.pdf").is_file()
    assert isinstance(cli, click.Group)
