"""Read a list that people bring: CSV of any usual writing, or a sheet of a spreadsheet file.

Everything stays as it stands in the file, but for what nobody sees around a text; types come later, with the
field each column is matched to.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.formulas.cell_refs import Area, column_letters
from strategy_xl.ooxml.foreign_values import foreign_list
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.percent_cells import percent_cells
from strategy_xl.ooxml.sheet_grid import listed
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.text.identity import trimmed, visible
from strategy_xl.work.importing.encodings import decode

SEPARATORS = ";,\t|"
_SAMPLE_ROWS = 30
_HEADER_ROWS = 20
_ZIPPED = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_SHEETS = _ZIPPED | {".xls", ".ods", ".xlsb"}
_YEARS = range(1990, 2101)


@dataclass(frozen=True)
class SourceList:
    """A list as it stands in its file.

    Arguments:
        path: the file.
        columns: titles, left to right; a title given twice keeps its place, later ones get a number; a column
            with cells and without title has its letter in brackets.
        rows: the data rows, each as long as ``columns``; "" where nothing stands.
        first_row: number of the first data row in the file (1-based).
        separator: of a CSV, empty for a spreadsheet.
        encoding: of a CSV, empty for a spreadsheet.
        date1904: whether serial numbers count from 1904.
        rates: column → positions of the rows whose number is shown as per cent: it is a rate already.
        uncached: position and column of formulas that no program has calculated.
        spread: merged areas whose text was filled down.
        lone: merged areas whose number stays in their first row: it is not the number of each.
        headings: positions of rows that are one merged cell.
        shows_formats: whether the file tells how its numbers are shown.
    """

    path: str
    columns: tuple[str, ...]
    rows: tuple[Sequence[Any], ...]
    first_row: int
    separator: str = ""
    encoding: str = ""
    date1904: bool = False
    rates: Mapping[int, frozenset[int]] = field(default_factory=dict)
    uncached: tuple[tuple[int, int], ...] = ()
    spread: tuple[Area, ...] = ()
    lone: tuple[Area, ...] = ()
    headings: frozenset[int] = frozenset()
    shows_formats: bool = True

    def column(self, index: int) -> list[Any]:
        """All cells of a column."""
        return list(self._by_column[index])

    @cached_property
    def _by_column(self) -> list[tuple[Any, ...]]:
        return list(zip(*self.rows, strict=True)) or [()] * len(self.columns)

    @cached_property
    def is_filled(self) -> npt.NDArray[np.bool_]:
        """Which cells hold something, columns × rows."""
        found = [[cell != "" for cell in column] for column in self._by_column]
        return np.array(found, dtype=bool).reshape(len(self.columns), len(self.rows))


def different_texts(cells: Iterable[Any]) -> set[str]:
    """The texts of a column, each once; what holds nothing is none."""
    return {cell for cell in set(cells) if isinstance(cell, str) and cell}


@dataclass
class _Sheet:
    """What a sheet holds; places are row and column, from 1."""

    rows: list[list[Any]]
    date1904: bool = False
    rates: Iterable[tuple[int, int]] = ()
    uncached: Iterable[tuple[int, int]] = ()
    merged: Iterable[Area] = ()
    shows_formats: bool = True


def read_list(path: Path | str, *, sheet: str | None = None, area: Area | None = None) -> SourceList:
    """Read a list.

    Arguments:
        path: .csv, .tsv, .txt, or .xlsx, .xlsm, .xls, .xlsb, .ods.
        sheet: sheet of a spreadsheet file; its first one that holds something, when not given.
        area: the cells of that sheet that are the list; all when not given.

    Errors: WorkbookError SX150 not readable, SX151 no titles with data below.
    """
    path = Path(path)
    separator = encoding = ""
    lines_above = 0
    try:
        if path.suffix.lower() in _SHEETS:
            found = _sheet(path, sheet)
        else:
            text, encoding = decode(path.read_bytes())
            separator, rest = _separator(text)
            lines_above = int(len(rest) < len(text))
            found = _Sheet(list(csv.reader(io.StringIO(rest, newline=""), delimiter=separator)))
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise WorkbookError("SX150", Location(str(path)), detail=str(error)) from error
    rows = [[_cell(cell) for cell in row] for row in found.rows]
    if area is not None:
        rows = _within(rows, area)
        found.merged = [merged for merged in found.merged if area.overlaps(merged)]
        found.uncached = [
            (row, column)
            for row, column in found.uncached
            if row <= area.bottom and area.left <= column <= area.right
        ]
    above = area.top - 1 if area is not None else 0
    header = _header(rows[above:])
    if header is None:
        raise WorkbookError("SX151", Location(str(path), sheet))
    header += above
    first = header + 2
    spread, lone, headings = _unmerged(rows, first, found.merged)
    titles = _titles(rows[header], rows[header + 1 :])
    rates: dict[int, set[int]] = {}
    for row, column in found.rates:
        rates.setdefault(column - 1, set()).add(row - first)
    return SourceList(
        str(path),
        titles,
        tuple(_sized(rows[header + 1 :], len(titles))),
        first + lines_above,
        separator,
        encoding,
        found.date1904,
        {column: frozenset(positions) for column, positions in rates.items()},
        tuple((row - first, column - 1) for row, column in found.uncached if row >= first),
        spread,
        lone,
        headings,
        found.shows_formats,
    )


def _within(rows: list[list[Any]], area: Area) -> list[list[Any]]:
    """The rows with nothing outside of an area, each cell still in its place."""
    return [
        [cell if area.left <= at <= area.right else "" for at, cell in enumerate(row[: area.right], 1)]
        if number >= area.top
        else []
        for number, row in enumerate(rows[: area.bottom], 1)
    ]


def _cell(cell: Any) -> Any:
    """A cell without what nobody sees around it."""
    return trimmed(cell) if isinstance(cell, str) else "" if cell is None else cell


def _separator(text: str) -> tuple[str, str]:
    """The separator and the text without a leading ``sep=`` line (Excel's own hint)."""
    first, _, rest = text.partition("\n")
    hint = first.strip()
    if hint.lower().startswith("sep=") and len(hint) == 5:
        return hint[4], rest
    best, score = ",", 0.0
    for mark in SEPARATORS:
        sample = islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), _SAMPLE_ROWS)
        widths = [len(row) for row in sample if row]
        if not widths or max(widths) < 2:
            continue
        usual = max(set(widths), key=widths.count)
        # Rows of the same width speak for a separator; more columns settle a draw.
        agreement = widths.count(usual) / len(widths)
        if usual > 1 and agreement + usual / 1000 > score:
            best, score = mark, agreement + usual / 1000
    return best, text


def _sheet(path: Path, sheet: str | None) -> _Sheet:
    if path.suffix.lower() not in _ZIPPED:
        found = foreign_list(path, sheet)
        return _Sheet(
            found.rows,
            rates=found.rates or (),
            merged=found.merged,
            shows_formats=found.rates is not None,
        )
    with Package.open(path) as package:
        info = WorkbookInfo(package)
        values = SheetValues(info)
        wanted = [info.sheet(sheet)] if sheet else [item for item in info.sheets if item.kind == "worksheet"]
        for item in wanted:
            meta = values.meta(item.name)
            if meta.cells and (rows := listed(values.grid(item.name))):
                errors = meta.errors
                for row, column, text in zip(errors.rows, errors.columns, errors.texts, strict=True):
                    if row <= len(rows) and column <= len(rows[row - 1]):
                        rows[row - 1][column - 1] = text
                places = zip(meta.formula_rows.tolist(), meta.formula_columns.tolist(), strict=True)
                uncached = [place for place, is_so in zip(places, meta.uncached, strict=True) if is_so]
                rates = percent_cells(package, info, item.part)
                return _Sheet(rows, info.is_1904, rates, uncached, meta.merged)
    return _Sheet([])


def _is_title(cell: object) -> bool:
    return isinstance(cell, str) and bool(cell)


def _may_be_title(cell: object) -> bool:
    """A text, or a year or month over a column of figures."""
    is_year = isinstance(cell, float | int) and cell in _YEARS
    return _is_title(cell) or is_year or isinstance(cell, date)


def _header(rows: Sequence[Sequence[Any]]) -> int | None:
    """Index of the row of titles: the first as wide as the list, made of texts, with a row below."""
    top = rows[:_HEADER_ROWS]
    width = max((sum(cell != "" for cell in row) for row in top), default=0)
    for index, row in enumerate(top[: len(rows) - 1]):
        filled = [cell for cell in row if cell != ""]
        if len(filled) * 2 < width or not all(_may_be_title(cell) for cell in filled):
            continue
        if sum(_is_title(cell) for cell in filled) * 2 > len(filled):
            return index
    return None


def _titles(row: Sequence[Any], below: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """The titles, up to the last column with a title or a cell."""
    width = 0
    for line in (row, *below):
        last = len(line)
        while last > width and line[last - 1] == "":
            last -= 1
        width = max(width, last)
    titles: list[str] = []
    for at in range(width):
        cell = row[at] if at < len(row) else ""
        shown = str(int(cell)) if isinstance(cell, float) else str(cell)
        title = " ".join(visible(shown).split())
        if not title and any(at < len(line) and line[at] != "" for line in below):
            title = f"[{column_letters(at + 1)}]"
        number = 2
        unique = title
        while unique and unique in titles:
            unique, number = f"{title} ({number})", number + 1
        titles.append(unique)
    return tuple(titles)


def _unmerged(
    rows: list[list[Any]], first: int, merged: Iterable[Area]
) -> tuple[tuple[Area, ...], tuple[Area, ...], frozenset[int]]:
    """Fill the texts of merged cells down; the areas filled, those of numbers, and rows that are headings."""
    spread, lone, headings = [], [], set()
    for area in merged:
        if area.top < first or area.top > len(rows) or area.left > len(rows[area.top - 1]):
            continue
        cell = rows[area.top - 1][area.left - 1]
        if area.bottom == area.top:
            others = [value for value in rows[area.top - 1] if value != ""]
            if len(others) == 1 and cell != "":
                headings.add(area.top - first)
            continue
        if cell == "":
            continue
        if not isinstance(cell, str | date):
            lone.append(area)
            continue
        for row in rows[area.top : min(area.bottom, len(rows))]:
            row.extend([""] * (area.left - len(row)))
            row[area.left - 1] = cell
        spread.append(area)
    return tuple(spread), tuple(lone), frozenset(headings)


def _sized(rows: Sequence[Sequence[Any]], width: int) -> Iterator[Sequence[Any]]:
    """The rows, all of the same width."""
    for row in rows:
        yield row if len(row) == width else [*row[:width], *[""] * (width - len(row))]
