"""The values of spreadsheet files that are no OOXML package, .xls, .xlsb, .ods; and calamine's manners."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import python_calamine

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.formulas.cell_refs import Area


@contextmanager
def panics_told() -> Iterator[None]:
    """Where calamine's own code gives up, the error that it tells all else with.

    A panic is no Exception in Python: it would end a run.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise python_calamine.CalamineError(str(error)) from error


class ForeignList(NamedTuple):
    """A sheet of a file that is no OOXML package.

    Arguments:
        rows: its values, row 1 and column A first; "" where nothing stands.
        merged: its merged areas.
        rates: row and column of the cells that are shown as per cent; None where the file does not tell.
    """

    rows: list[list[Any]]
    merged: tuple[Area, ...] = ()
    rates: frozenset[tuple[int, int]] | None = None


def foreign_list(path: Path, sheet: str | None = None) -> ForeignList:
    """The values of a sheet, and what else is known of it.

    Arguments:
        path: the file.
        sheet: title of the sheet; None: the first that holds something. Empty when none does.

    Errors: WorkbookError SX150 when the file cannot be read or has no such sheet.
    """
    try:
        with panics_told():
            book = python_calamine.load_workbook(path)
            for name in [sheet] if sheet else book.sheet_names:
                read = book.get_sheet_by_name(name)
                rows = read.to_python(skip_empty_area=False)
                if rows and path.suffix.lower() == ".ods":
                    return open_document_list(path, name, rows)
                if rows:
                    return ForeignList(rows, tuple(_areas(read.merged_cell_ranges or ())))
    except (OSError, python_calamine.CalamineError) as error:
        raise WorkbookError("SX150", Location(str(path)), detail=str(error)) from error
    return ForeignList([])


def _areas(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[Area]:
    for (top, left), (bottom, right) in ranges:
        yield Area(top + 1, left + 1, bottom + 1, right + 1)


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def open_document_list(path: Path, sheet: str, rows: list[list[Any]]) -> ForeignList:
    """A sheet of an OpenDocument file with its merged cells and rates, of which calamine knows nothing.

    Arguments:
        path, sheet: the file and the title of the sheet.
        rows: its values; what stands beyond them is not looked at.
    """
    from lxml import etree

    merged, rates = [], set()
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
            row, is_wanted = 0, False
            for event, element in etree.iterparse(
                stream, ("start", "end"), resolve_entities=False, no_network=True
            ):
                if element.tag == f"{_TABLE}table" and event == "start":
                    is_wanted = element.get(f"{_TABLE}name") == sheet
                if element.tag != f"{_TABLE}table-row" or event == "start":
                    continue
                repeated = _count(element, "rows-repeated")
                if is_wanted and row < len(rows):
                    last = min(row + repeated, len(rows))
                    for column, cell in _cells(element, len(rows[row])):
                        down, right = (_count(cell, f"{way}-spanned") for way in ("rows", "columns"))
                        if down > 1 or right > 1:
                            merged.append(Area(row + 1, column, row + down, column + right - 1))
                        if cell.get(f"{_OFFICE}value-type") == "percentage":
                            rates |= {(at, column) for at in range(row + 1, last + 1)}
                    row += repeated
                element.clear()
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError):
        return ForeignList(rows)
    return ForeignList(rows, tuple(merged), frozenset(rates))


def _count(element: Any, name: str) -> int:
    """How often something is repeated or how far it reaches; 1 where nothing sensible says so."""
    text = element.get(f"{_TABLE}number-{name}", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() else 1


def _cells(row: Any, width: int) -> Iterator[tuple[int, Any]]:
    """The cells of a row with their columns, up to a width; covered ones count as room."""
    column = 1
    for cell in row:
        for at in range(column, min(column + _count(cell, "columns-repeated"), width + 1)):
            yield at, cell
        column += _count(cell, "columns-repeated")
        if column > width:
            return
