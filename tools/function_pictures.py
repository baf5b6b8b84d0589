"""Pictures of cell functions at work in LibreOffice Calc, French and English.

    python tools/function_pictures.py OUT_FOLDER

Builds a small workbook, computes it in Calc with the extension, and draws it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import in_calc
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName

from strategy_xl.hosts.calc.extension import build_oxt

TITLE = Font(name="Calibri", size=14, bold=True, color="FFFFFF")
HEAD = Font(name="Calibri", bold=True, color="1F3864")
FORMULA = Font(name="Consolas", size=9, color="7F7F7F")
BAR, BAND = PatternFill("solid", fgColor="1F3864"), PatternFill("solid", fgColor="DCE6F2")
ANSWER = PatternFill("solid", fgColor="FFF6DD")
CROP = ("-x", "70", "-y", "100", "-W", "1070", "-H", "440")
"""What is drawn of the page, in pixels."""

WIDTHS = {"A": 34, "B": 12, "C": 12, "D": 12, "E": 20, "F": 70}

NUMBERS = {"fr": r"[>=1000]#\ ##0;0", "en": "#,##0"}
TEXTS: dict[str, dict[str, Any]] = {
    "fr": {
        "title": "Les fonctions STRAT_… dans les cellules",
        "clients": ("Client", "Apport /10", "Retour /10", "", "Classe", "Pourquoi"),
        "names": ("Marée Bleue", "Ateliers Voltarys", "Grand Hôtel du Parc", "Boucherie Lenoir"),
        "objectives": ("Objectif", "", "", "Note /10", "", "Conseil"),
        "goals": (
            "Signer 12 contrats de maintenance avec les hôtels de Lyon avant le 30/06/2027",
            "Être meilleur avec nos clients",
        ),
        "kpis": ("Indicateur", "Départ", "Cible", "Actuel", "Statut", "Formule"),
        "kpi": ("CA maintenance", "Croissance", "Cumul", "01/01/2027", "31/12/2027"),
        "revenue": ("Produit", "CA", "", "", "Classe ABC", "Formule"),
        "products": ("Chaudières", "Contrats", "Pièces", "Dépannages"),
    },
    "en": {
        "title": "The STRAT_… functions in cells",
        "clients": ("Client", "Brought /10", "Returned /10", "", "Class", "Why"),
        "names": ("Blue Tide", "Voltarys Works", "Park Grand Hotel", "Lenoir Butchers"),
        "objectives": ("Objective", "", "", "Score /10", "", "Advice"),
        "goals": (
            "Sign 12 maintenance contracts with hotels in Lyon before 30 June 2027",
            "Do better with our clients",
        ),
        "kpis": ("Indicator", "Start", "Target", "Current", "Status", "Formula"),
        "kpi": ("Maintenance revenue", "Increase", "Cumulative", "2027-01-01", "2027-12-31"),
        "revenue": ("Product", "Revenue", "", "", "ABC class", "Formula"),
        "products": ("Boilers", "Contracts", "Parts", "Repairs"),
    },
}


class Page:
    """A sheet filled from the top."""

    def __init__(self, sheet: Any, numbers: str) -> None:
        """An empty sheet, and the format of its numbers."""
        self.sheet = sheet
        self.numbers = numbers
        self.row = 1

    def head(self, titles: tuple[str, ...]) -> None:
        """A line of titles after a gap."""
        self.row += 1
        for column, title in enumerate(titles, 1):
            cell = self.sheet.cell(self.row, column, title)
            cell.font, cell.fill = HEAD, BAND
        self.row += 1

    def line(self, *cells: object) -> None:
        """A line; answers of functions stand out."""
        for column, value in enumerate(cells, 1):
            cell = self.sheet.cell(self.row, column, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top", indent=1)
            cell.number_format = self.numbers
            if isinstance(value, str) and value.startswith("="):
                cell.fill = ANSWER
            elif column == len(WIDTHS) and isinstance(value, str):
                cell.font, cell.value = FORMULA, value.strip()
                cell.data_type, cell.quotePrefix = "s", True  # it is shown, not computed
        self.row += 1


def build(path: Path, lang: str) -> None:
    """The workbook, not yet computed."""
    texts = TEXTS[lang]
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "STRAT"
    for column, width in WIDTHS.items():
        sheet.column_dimensions[column].width = width
        sheet[f"{column}1"].fill = BAR
    sheet["A1"], sheet["A1"].font = texts["title"], TITLE
    page = Page(sheet, NUMBERS[lang])
    page.head(texts["clients"])
    for name, brought, returned in zip(texts["names"], (8, 7, 3, 2), (9, 2, 6, 4), strict=True):
        given = f"B{page.row},C{page.row}"
        page.line(
            name, brought, returned, None, f"=STRAT_CLIENT_CLASS({given})", f"=STRAT_CLIENT_WHY({given})"
        )
    page.head(texts["objectives"])
    for goal in texts["goals"]:
        place = f"A{page.row}"
        page.line(goal, None, None, f"=STRAT_SMART_SCORE({place})", None, f"=STRAT_SMART_ADVICE({place})")
    page.head(texts["kpis"])
    name, kind, nature, start, end = texts["kpi"]
    cells = f"B{page.row},C{page.row}"
    status = f'STRAT_KPI_STATUS("{kind}","{nature}",{cells},"{start}","{end}",D{page.row})'
    page.line(name, 0, 120000, 44000, f"={status}", f" ={status}")
    page.head(texts["revenue"])
    first = page.row
    for product, revenue in zip(texts["products"], (62000, 30500, 7200, 1900), strict=True):
        formula = f"STRAT_REVENUE_ABC(B{first}:B{first + 3})"
        at = page.row - first + 1
        page.line(product, revenue, None, None, f"=INDEX({formula},{at},1)", f" =INDEX({formula},{at},1)")
    language = {"fr": "Français", "en": "English"}[lang]
    for row, (key, value) in enumerate((("language", language), ("reference_date", "2027-05-27")), 1):
        book_name = f"SX_{key}"
        sheet.cell(row, 30, value).font = Font(color="FFFFFF")
        book.defined_names[book_name] = DefinedName(book_name, attr_text=f"STRAT!$AD${row}")
    sheet.print_area = f"A1:F{page.row}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.sheet_view.showGridLines = False
    book.save(path)


def main() -> int:
    """Draw both pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    python, soffice = in_calc.uno_python(), shutil.which("soffice")
    if python is None or soffice is None:
        sys.exit("LibreOffice and a Python with UNO are needed")
    with tempfile.TemporaryDirectory() as made:
        here = Path(made)
        extension = build_oxt(here / "strategy_xl.oxt")
        steps = []
        for lang in TEXTS:
            build(here / f"{lang}.xlsx", lang)
            pdf = (here / f"functions-{lang}.pdf").as_uri()
            steps.append({"open": (here / f"{lang}.xlsx").as_uri(), "save": {pdf: "calc_pdf_Export"}})
        in_calc.drive(python, soffice, here / "profile", steps, extension)
        for lang in TEXTS:
            pdf_path = here / f"functions-{lang}.pdf"
            target = folder / f"functions-{lang}"
            command = ["pdftoppm", "-r", "110", *CROP, "-png", "-singlefile", str(pdf_path), str(target)]
            subprocess.run(command, check=True)  # noqa: S603 - our own command line
    return 0


if __name__ == "__main__":
    sys.exit(main())
