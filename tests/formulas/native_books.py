"""The native formulas on plain cells of a workbook, for calculators that are asked what they give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import native_data as data
import native_templates as templates
import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.formulas.arrays import evaluate
from strategy_xl.formulas.excel import write
from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import parse

FORMULAS = Path(__file__).with_name("native_formulas.txt")
ROWS = 12
COLUMN_OF = {key: get_column_letter(position) for position, key in enumerate(data.DATA, start=1)}
SETTING_CELL = {key: f"Settings!$A${row}" for row, key in enumerate(data.SETTINGS, start=1)}

Shown = Callable[[str, int, int], Any]
"""Sheet, row and column → what a calculator shows there."""

UNSPECIFIC = "#VALUE!"
OWN_CODES = ("#NUM!", "#REF!")
"""LibreOffice's own errors (Err:502 …) are written to .xlsx as #VALUE!, where Excel has these."""


def listed() -> list[tuple[str, bool]]:
    """Formulas of the list, and whether each is entered as an array formula."""
    lines = FORMULAS.read_text(encoding="utf-8").splitlines()
    return [
        (line.removeprefix("array:"), line.startswith("array:"))
        for line in lines
        if line and not line.startswith("# ") and line != "#"
    ]


def in_cells(formula: str, row: int) -> str:
    """The formula with plain cell references, for one sheet row."""

    def resolve(reference: Reference) -> str:
        match reference.kind:
            case "row":
                return f"Data!${COLUMN_OF[reference.key]}{row}"
            case "column":
                letter = COLUMN_OF[reference.key]
                return f"Data!${letter}${data.FIRST_ROW}:${letter}${data.FIRST_ROW + ROWS - 1}"
            case "setting":
                return SETTING_CELL[reference.key]
            case _:
                return f'"{data.LABEL}"'

    return "=" + write(parse(formula), resolve)


def write_book(path: Path, formulas: list[tuple[str, bool]]) -> None:
    """One sheet of data, one of settings, one with a column a formula."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Data"
    for position, (key, values) in enumerate(data.DATA.items(), start=1):
        sheet.cell(1, position, key)
        for row, value in enumerate(values, start=data.FIRST_ROW):
            sheet.cell(row, position, f"={value}" if isinstance(value, ErrorValue) else value)
    settings = book.create_sheet("Settings")
    for row, value in enumerate(data.SETTINGS.values(), start=1):
        settings.cell(row, 1, value)
    results = book.create_sheet("Results")
    for position, (formula, array) in enumerate(formulas, start=1):
        for row in range(data.FIRST_ROW, data.FIRST_ROW + ROWS):
            text = in_cells(formula, row)
            cell = results.cell(row, position)
            cell.value = ArrayFormula(cell.coordinate, text) if array else text
    book.save(path)


def plain(value: Any) -> Any:
    """A value that both sides write alike."""
    if isinstance(value, ErrorValue):
        return str(value)
    if isinstance(value, datetime | date):
        return to_serial(value)
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    if value is None:
        return ""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def same(mine: Any, theirs: Any) -> bool:
    """Equal, numbers within 12 digits."""
    if isinstance(mine, float) and isinstance(theirs, float):
        return mine == pytest.approx(theirs, rel=1e-12, abs=1e-12)
    if theirs == UNSPECIFIC:
        return mine in (UNSPECIFIC, *OWN_CODES)
    return type(mine) is type(theirs) and mine == theirs


def differences(formulas: list[tuple[str, bool]], shown: Shown) -> Iterator[tuple[str, str]]:
    """The listed formulas that the calculator answers in another way, and how."""
    context = data.make_context()
    for position, (formula, _array) in enumerate(formulas, start=1):
        for row, mine in enumerate(evaluate(formula, context), start=data.FIRST_ROW):
            theirs = shown("Results", row, position)
            if not same(plain(mine), plain(theirs)):
                yield formula, f"row {row}: {plain(mine)!r}, there {plain(theirs)!r}"


def template_cells(sheet: Any, block: str, key: str, row: int, cells: templates.Cells) -> str:
    """Write a field's cells into a sheet row of their own kind; gives the range they take, without sheet."""
    values = cells.values(block, key)
    for at, value in enumerate(values):
        place = (row, 1 + at) if templates.is_row_of_instances(block) else (templates.FIRST_ROW + at, row)
        sheet.cell(*place, value if value != "" else '=""')
    if templates.is_row_of_instances(block):
        return f"$A${row}:${get_column_letter(len(values))}${row}"
    letter = get_column_letter(row)
    last = templates.FIRST_ROW + len(values) - 1
    return f"${letter}${templates.FIRST_ROW}" + (
        f":${letter}${last}" if templates.has_rows(block, key) else ""
    )


class TemplateBook:
    """A workbook with a sheet of cells and one of results for each block of the templates."""

    def __init__(self, cells: templates.Cells) -> None:
        """Write all cells."""
        self.book = openpyxl.Workbook()
        self._cells = cells
        self._areas: dict[tuple[str, str], str] = {}
        for block, (_module, found) in templates.BLOCKS.items():
            sheet = self.book.create_sheet(block)
            for at, spec in enumerate(found.fields, start=1):
                self._areas[block, spec.key] = template_cells(sheet, block, spec.key, at, cells)
        for at, key in enumerate(("module", "completeness", *templates.MODULES), start=1):
            sheet = self.book["map"] if at > 1 else self.book.create_sheet("map")
            self._areas["map", key] = template_cells(sheet, "map", key, at, cells)
        self.book.create_sheet("today").cell(1, 1, templates.TODAY)
        self._next: dict[str, int] = {}

    def _row_cell(self, block: str, key: str, row: int) -> str:
        area = self._areas[block, key]
        if templates.is_row_of_instances(block):
            return f"{block}!${get_column_letter(row + 1)}{area.split('$')[2].rstrip(':')}"
        return f"{block}!${area.split('$')[1]}{templates.FIRST_ROW + row}"

    def add(self, given: templates.TemplateFormula) -> tuple[str, int]:
        """Write a formula for all rows of its block; gives the sheet and column of its results."""

        def resolve(reference: Reference) -> str:
            match reference.kind:
                case "row":
                    return self._row_cell(given.block, reference.key, row)
                case "column":
                    return f"{reference.owner}!{self._areas[reference.owner, reference.key]}"
                case "setting":
                    if reference.key == "today":
                        return "today!$A$1"
                    return f"params!{self._areas['params', reference.key]}"
                case _:
                    return f'"{templates.label(reference.owner, reference.key)}"'

        name = f"={given.block}"
        sheet = self.book[name] if name in self.book else self.book.create_sheet(name)
        column = self._next[name] = self._next.get(name, 0) + 1
        for row in range(self._cells.size(given.block)):
            text = "=" + write(parse(given.formula), resolve)
            cell = sheet.cell(templates.FIRST_ROW + row, column)
            cell.value = ArrayFormula(cell.coordinate, text) if given.array else text
        return name, column


def template_differences(
    cells: templates.Cells, path: Path, calculate: Callable[[Path], Shown]
) -> Iterator[tuple[str, str]]:
    """The template fields that the calculator answers in another way on these cells, and how."""
    book = TemplateBook(cells)
    places = [(given, *book.add(given)) for given in templates.formulas()]
    book.book.save(path)
    shown = calculate(path)
    for given, sheet, column in places:
        for row, mine in enumerate(evaluate(given.formula, cells.context(given.block))):
            theirs = plain(shown(sheet, templates.FIRST_ROW + row, column))
            if not same(plain(mine), theirs):
                yield f"{given.block}.{given.key}", f"row {row}: {plain(mine)!r}, there {theirs!r}"
