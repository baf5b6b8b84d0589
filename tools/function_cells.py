"""A picture of every cell function at work in a cell of LibreOffice Calc, French and English.

    python tools/function_cells.py OUT_FOLDER

An example of each function stands on a sheet of its own, computed by Calc with the extension; the answers are
shaded. One with words is drawn in French only. What Calc answers is what ``docs/functions.*.md`` says, or
nothing is drawn.
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import in_calc
from function_docs import drawn, picture_name
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from shrink import shrink

from strategy_xl.functions.calling import call
from strategy_xl.functions.examples import lay_out
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, Example
from strategy_xl.hosts.calc.extension import build_oxt
from strategy_xl.languages import LANGUAGES

FORMULA, ANSWER = Font(name="Consolas", size=9, color="595959"), PatternFill("solid", fgColor="FFF6DD")
LOCALE = {"fr": "[$-40C]", "en": "[$-409]"}
WIDEST, NARROWEST, TALLEST = 44, 9, 620


def _format(value: object, lang: str) -> str:
    """How a number looks in a language; four decimals at most."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "General"
    return LOCALE[lang] + ("#,##0" if value == int(value) else "#,##0.0###")


def _put(cell: Any, value: object, lang: str) -> None:
    if isinstance(value, str):
        cell.value, cell.data_type = value, "s"
    else:
        cell.value = value
    if isinstance(value, date):
        cell.number_format = {"fr": "dd/mm/yyyy", "en": "d mmm yyyy"}[lang]
    else:
        cell.number_format = _format(value, lang)
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _seen(value: object) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


Answer = Sequence[Sequence[object]]


def _sheet(sheet: Any, function: CellFunction, example: Example, lang: str) -> tuple[str, Answer]:
    """The cells of an example, its formula in words, and the answer below; where that stands, what it is."""
    laid = lay_out(function, example)
    answer = call(function.name, example.args, settings=example.settings, lang=lang, today=EXAMPLE_DAY)
    for row, line in enumerate(laid.rows, 1):
        for column, value in enumerate(line, 1):
            _put(sheet.cell(row, column), value, lang)
    head = len(laid.rows) + 2 if laid.rows else 1
    across = max(len(answer[0]), len(laid.rows[0]) if laid.rows else 1)
    formula = sheet.cell(head, 1)
    formula.value, formula.data_type, formula.font = laid.formula(lang), "s", FORMULA
    first, last = f"A{head + 1}", f"{get_column_letter(len(answer[0]))}{head + len(answer)}"
    written = laid.formula("en")
    sheet[first] = written if first == last else ArrayFormula(f"{first}:{last}", written)
    for down, line in enumerate(answer, head + 1):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(down, column)
            cell.fill, cell.number_format = ANSWER, _format(value, lang)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    columns: list[list[str]] = [[] for _ in range(across)]
    for line in (*laid.rows, *answer):
        for column, value in enumerate(line):
            columns[column].append(_seen(value))
    for column, texts in enumerate(columns, 1):
        width = min(WIDEST, max(NARROWEST, *(len(text) + 3 for text in texts)))
        sheet.column_dimensions[get_column_letter(column)].width = width
    for down, line in enumerate(answer, head + 1):
        widths = [sheet.column_dimensions[get_column_letter(at)].width for at in range(1, len(line) + 1)]
        lines = max(
            -(-len(str(value or "")) // (width - 3)) for value, width in zip(line, widths, strict=True)
        )
        sheet.row_dimensions[down].height = 15 * max(1, lines)
    while sum(sheet.column_dimensions[get_column_letter(at)].width for at in range(1, across + 1)) < len(
        laid.formula(lang)
    ):
        across += 1  # the formula is read whole
    sheet.print_area = f"A1:{get_column_letter(across)}{head + len(answer)}"
    return f"{first}:{last}", answer


def build(path: Path, lang: str) -> dict[str, Answer]:
    """A workbook with a sheet a function, not yet computed; what its cells are to answer, by range.

    The language and the day stand in named cells.
    """
    expected = {}
    book = Workbook()
    book.remove(book.worksheets[0])
    for function, example in drawn(lang):
        sheet: Any = book.create_sheet(function.name.removeprefix("STRAT_")[:31])
        place, answer = _sheet(sheet, function, example, lang)
        expected[f"{sheet.title}!{place}"] = answer
        sheet.print_options.headings = sheet.print_options.gridLines = True
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8  # A3
        sheet.page_setup.fitToHeight = sheet.page_setup.fitToWidth = 1
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    named: Any = book.create_sheet("named")
    named.sheet_state = "hidden"
    language = {"fr": "Français", "en": "English"}[lang]
    for row, (key, value) in enumerate((("language", language), ("reference_date", EXAMPLE_DAY)), 1):
        named.cell(row, 1, value)
        book.defined_names[f"SX_{key}"] = DefinedName(f"SX_{key}", attr_text=f"named!$A${row}")
    book.save(path)
    return expected


def _agrees(found: Sequence[Sequence[dict[str, Any]]], answer: Answer) -> bool:
    """Whether Calc shows what Python answers; nothing is an empty text there."""
    for shown, line in zip(found, answer, strict=True):
        for cell, wanted in zip(shown, line, strict=True):
            value = cell["value"]
            if isinstance(wanted, int | float):
                if not isinstance(value, int | float) or not math.isclose(value, wanted, abs_tol=1e-9):
                    return False
            elif not isinstance(wanted, date) and (value or "") != (wanted or ""):
                return False
    return True


def asked(here: Path) -> tuple[list[dict[str, Any]], list[dict[str, Answer]]]:
    """What Calc is to do (``calc_driver.py``) with a workbook a language, and what its cells are to answer.

    Arguments: here: where the workbooks go, and what is printed of them.
    """
    steps, expected = [], []
    for lang in LANGUAGES:
        book = here / f"{lang}.xlsx"
        expected.append(build(book, lang))
        printed = {(here / f"{lang}.pdf").as_uri(): "calc_pdf_Export"}
        steps.append({"open": book.as_uri(), "read": list(expected[-1]), "save": printed})
    return steps, expected


def cut(
    here: Path, found: Sequence[Any], expected: Sequence[Mapping[str, Answer]], folder: Path
) -> Iterator[Path]:
    """The pictures, out of what was printed.

    Errors: SystemExit when Calc answers otherwise than the page of the functions says.
    """
    for answers, wanted in zip(found, expected, strict=True):
        if wrong := [place for place, answer in wanted.items() if not _agrees(answers[place], answer)]:
            sys.exit(f"LibreOffice answers otherwise: {wrong[0]} {answers[wrong[0]]}")
    for lang in LANGUAGES:
        command = ["pdftoppm", "-r", "84", "-png", str(here / f"{lang}.pdf"), str(here / lang)]
        subprocess.run(command, check=True)  # noqa: S603 - our own command line
        pages = sorted(here.glob(f"{lang}-*.png"))
        for page, (function, _example) in zip(pages, drawn(lang), strict=True):
            target = folder / picture_name(function, lang)
            shutil.copy(page, target)
            shrink(target, height=TALLEST)
            yield target


def draw(folder: Path) -> None:
    """Draw every function in both languages.

    Errors: SystemExit without LibreOffice, or when it answers otherwise than the page of the functions says.
    """
    python, soffice = in_calc.uno_python(), shutil.which("soffice")
    if python is None or soffice is None:
        raise SystemExit("LibreOffice and a Python with UNO are needed")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        here = Path(made)
        extension = build_oxt(here / "strategy_xl.oxt")
        steps, expected = asked(here)
        found = in_calc.drive(python, soffice, here / "profile", steps, extension)
        for _made in cut(here, found, expected, folder):
            pass


def main() -> int:
    """Draw into the folder of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    draw(parser.parse_args().folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
