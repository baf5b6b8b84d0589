"""Cells of a workbook open in Excel: what they hold and are to hold, written in runs and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from strategy_xl.book.edits import Columns
from strategy_xl.cellvalues import to_serial
from strategy_xl.errors import Finding, Location, WorkbookError
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.patch import Formula

ARRAY_TEXT = 8_000
"""Longest text that goes to Excel together with others: it refuses an array that holds one above 8,203."""

_STARTS = ("=", "+", "-", "@", "'")
_WORDS = frozenset({"true", "false", "vrai", "faux"})
_DATED = 40  # no date, time or amount that Excel reads out of a text is longer


# -- what a cell holds -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell of the open workbook: its value, and its formula or constant as Excel writes it."""

    value: Any
    formula: str

    @property
    def is_formula(self) -> bool:
        """Whether it calculates; a text that begins with ``=`` is its own value."""
        return self.formula.startswith("=") and self.value != self.formula

    def again(self) -> str:
        """What puts the cell back when it is given as formula."""
        if isinstance(self.value, str) and not self.is_formula:
            return typed_text(self.value)
        return self.formula


def typed_text(text: str) -> str:
    """A text with an apostrophe before it when Excel would take it for a formula, number, date or answer."""
    short = len(text) <= _DATED and (
        any(letter.isdigit() for letter in text) or text.strip().casefold() in _WORDS
    )
    return f"'{text}" if short or text.startswith((*_STARTS, "#")) else text


def holds(cell: Shown, wanted: Any, *, is_1904: bool = False) -> bool:  # noqa: PLR0911 - a line a kind
    """Whether a cell shows already what it is to show.

    Arguments:
        cell: the cell as it is in Excel.
        wanted: value, None or ``""`` for blank, ``Formula``.
        is_1904: whether the workbook counts days from 1904.
    """
    if isinstance(wanted, Formula):
        return cell.is_formula and cell.formula == f"={wanted.text.removeprefix('=')}"
    if cell.is_formula:
        return False
    if wanted is None or wanted == "":
        return cell.formula == ""
    if isinstance(wanted, bool) or isinstance(cell.value, bool):
        return cell.value is wanted
    if isinstance(wanted, date):
        given = to_serial(cell.value, is_1904=is_1904) if isinstance(cell.value, date) else cell.value
        return isinstance(given, float) and given == to_serial(wanted, is_1904=is_1904)
    if isinstance(wanted, str):
        return bool(cell.value == wanted)
    if isinstance(cell.value, Decimal):  # under a format of money the value has four decimals, this has all
        return _digits(float(cell.formula)) == _digits(wanted)
    return isinstance(cell.value, int | float) and _digits(cell.value) == _digits(wanted)


def _digits(number: float) -> str:
    """The 15 digits that Excel keeps of a number."""
    return f"{float(number):.15g}"


# -- writing -----------------------------------------------------------------------------------------------


def _column(data: Any) -> list[Any]:
    """A column as xlwings' two engines give it raw: a cell, a list, or rows of one cell."""
    if not isinstance(data, list | tuple):
        return [data]
    return [row[0] if isinstance(row, list | tuple) else row for row in data]


def _read(sheet: Any, column: int, first: int, last: int) -> list[Shown]:
    """The cells of a column."""
    area = sheet.range((first, column), (last, column))
    formulas = ["" if text is None else str(text) for text in _column(area.formula)]
    values = _column(area.options(ndim=2).value)
    return [Shown(value, formula) for value, formula in zip(values, formulas, strict=True)]


@dataclass(frozen=True, slots=True)
class Run:
    """Cells below each other that are written at once: what they are to hold, what they held."""

    sheet: str
    column: int
    first: int
    wanted: tuple[Any, ...]
    held: tuple[Shown, ...]

    @property
    def last(self) -> int:
        """The last row."""
        return self.first + len(self.wanted) - 1

    @property
    def where(self) -> Location:
        """The first cell."""
        return Location(None, self.sheet, cell_name(self.first, self.column))


def _kind(wanted: Any) -> object:
    """Cells of one kind can be written at once; a very long text stands alone."""
    if isinstance(wanted, str) and len(wanted) > ARRAY_TEXT:
        return object()
    return isinstance(wanted, Formula)


def _runs(
    sheet: Any, column: int, rows: Mapping[int, Any], held: Sequence[Shown], *, is_1904: bool
) -> list[Run]:
    """What is to be written in one column; ``held`` begins at its first planned row."""
    top = min(rows)
    groups: list[tuple[object, int, list[Any], list[Shown]]] = []
    for row in sorted(rows):
        wanted, cell = rows[row], held[row - top]
        if holds(cell, wanted, is_1904=is_1904):
            continue
        kind = _kind(wanted)
        if groups and groups[-1][0] == kind and groups[-1][1] + len(groups[-1][2]) == row:
            groups[-1][2].append(wanted)
            groups[-1][3].append(cell)
        else:
            groups.append((kind, row, [wanted], [cell]))
    return [Run(sheet.name, column, first, tuple(new), tuple(old)) for _, first, new, old in groups]


def _put(sheet: Any, column: int, first: int, wanted: Sequence[Any]) -> None:
    """Write cells of one kind below each other."""
    area = sheet.range((first, column), (first + len(wanted) - 1, column))
    if isinstance(wanted[0], Formula):
        area.formula = [[f"={item.text.removeprefix('=')}"] for item in wanted]
    else:
        area.value = [[_given(item)] for item in wanted]


def _given(wanted: Any) -> Any:
    """A value as Excel takes it: it knows no day without a time."""
    if isinstance(wanted, str):
        return typed_text(wanted)
    if isinstance(wanted, date) and not isinstance(wanted, datetime):
        return datetime.combine(wanted, time())
    return wanted


class Writer:
    """Writes runs of cells, and takes them back."""

    def __init__(self, book: Any, *, is_1904: bool) -> None:
        """For an open workbook."""
        self._book = book
        self._is_1904 = is_1904
        self._begun: list[Run] = []

    def runs(self, columns: Columns) -> list[Run]:
        """Everything that differs from the plan, in its order."""
        found: list[Run] = []
        for title, by_column in columns.items():
            sheet = self._book.sheets[title]
            for column, rows in by_column.items():
                held = _read(sheet, column, min(rows), max(rows))
                found += _runs(sheet, column, rows, held, is_1904=self._is_1904)
        return found

    def write(self, run: Run) -> Finding | None:
        """Write a run, and look whether Excel took it: behind a filter it may skip cells of a range.

        Result: SX990 when cells show something else in spite of that, as under a format for text.
        Errors: WorkbookError SX987 when Excel refuses.
        """
        self._begun.append(run)
        sheet = self._book.sheets[run.sheet]
        try:
            _put(sheet, run.column, run.first, run.wanted)
            missed = self._missed(run)
            for row in missed:
                _put(sheet, run.column, row, [run.wanted[row - run.first]])
            missed = self._missed(run) if missed else []
        except Exception as error:
            raise WorkbookError("SX987", run.where, detail=reason(error)) from error
        if not missed:
            return None
        return Finding(
            "SX990", Location(None, run.sheet, cell_name(missed[0], run.column)), {"n": len(missed)}
        )

    def _missed(self, run: Run) -> list[int]:
        """The rows that do not hold what was written."""
        cells = _read(self._book.sheets[run.sheet], run.column, run.first, run.last)
        pairs = enumerate(zip(cells, run.wanted, strict=True), run.first)
        return [row for row, (cell, wanted) in pairs if not holds(cell, wanted, is_1904=self._is_1904)]

    def undo(self) -> None:
        """Put back what stood in all cells written so far, the last ones first.

        Errors: WorkbookError SX988 with the first cell that could not be put back; the others are.
        """
        lost: WorkbookError | None = None
        for run in reversed(self._begun):
            try:
                self._put_back(run)
            except Exception as error:  # noqa: BLE001 - whatever Excel says, the others are put back
                lost = WorkbookError("SX988", run.where, detail=reason(error))
        if lost is not None:
            raise lost

    def _put_back(self, run: Run) -> None:
        """Give the cells of a run what they held, at once, then one by one those behind a filter."""
        sheet = self._book.sheets[run.sheet]
        if self._differing(run):
            area = sheet.range((run.first, run.column), (run.last, run.column))
            area.formula = [[cell.again()] for cell in run.held]
            for row in self._differing(run):
                sheet.range((row, run.column)).formula = run.held[row - run.first].again()

    def _differing(self, run: Run) -> list[int]:
        """The rows that hold something else than before."""
        cells = _read(self._book.sheets[run.sheet], run.column, run.first, run.last)
        pairs = enumerate(zip(cells, run.held, strict=True), run.first)
        return [row for row, (cell, held) in pairs if cell.again() != held.again()]


def reason(error: BaseException) -> str:
    """What Excel said, in one line; a COM error keeps it inside."""
    for part in error.args:
        if isinstance(part, tuple) and len(part) > 2 and part[2]:
            return str(part[2])
    return " ".join(str(error).split())[:200] or type(error).__name__
