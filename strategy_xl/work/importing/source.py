"""Read a list that people bring: CSV of any usual writing, or a sheet of a spreadsheet file.

Everything stays as it stands in the file; types come later, with the field each column is matched to.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml.foreign_values import foreign_rows
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.sheet_grid import listed
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo

SEPARATORS = ";,\t|"
_SAMPLE_ROWS = 30
_HEADER_ROWS = 20
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ZIPPED = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_SHEETS = _ZIPPED | {".xls", ".ods", ".xlsb"}


@dataclass(frozen=True)
class SourceList:
    """A list as it stands in its file.

    Arguments:
        path: the file.
        columns: titles, left to right; a title given twice keeps its place, later ones get a number.
        rows: the data rows, each as long as ``columns``; "" where nothing stands.
        first_row: number of the first data row in the file (1-based).
        separator: of a CSV, empty for a spreadsheet.
        encoding: of a CSV, empty for a spreadsheet.
        date1904: whether serial numbers count from 1904.
    """

    path: str
    columns: tuple[str, ...]
    rows: tuple[Sequence[Any], ...]
    first_row: int
    separator: str = ""
    encoding: str = ""
    date1904: bool = False

    def column(self, index: int) -> list[Any]:
        """All cells of a column."""
        return [row[index] for row in self.rows]


def read_list(path: Path | str, *, sheet: str | None = None) -> SourceList:
    """Read a list.

    Arguments:
        path: .csv, .tsv, .txt, or .xlsx, .xlsm, .xls, .xlsb, .ods.
        sheet: sheet of a spreadsheet file; its first one that holds something, when not given.

    Errors: WorkbookError SX150 not readable, SX151 no titles with data below.
    """
    path = Path(path)
    separator = encoding = ""
    date1904 = False
    try:
        if path.suffix.lower() in _SHEETS:
            rows, date1904 = _sheet_rows(path, sheet)
        else:
            text, encoding = decode(path.read_bytes())
            separator, text = _separator(text)
            rows = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise WorkbookError("SX150", Location(str(path)), detail=str(error)) from error
    header = _header(rows)
    if header is None:
        raise WorkbookError("SX151", Location(str(path)))
    titles = _titles(rows[header])
    kept = tuple(_sized(rows[header + 1 :], len(titles)))
    return SourceList(str(path), titles, kept, header + 2, separator, encoding, date1904)


def decode(data: bytes) -> tuple[str, str]:
    """The text of a CSV and its encoding: by its mark, else UTF-8, else Windows-1252."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252; Latin-1 has a (control) character for each.
        try:
            return data.decode("cp1252"), "cp1252"
        except UnicodeDecodeError:
            return data.decode("latin-1"), "latin-1"


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


def _sheet_rows(path: Path, sheet: str | None) -> tuple[list[list[Any]], bool]:
    if path.suffix.lower() not in _ZIPPED:
        return foreign_rows(path, sheet), False
    with Package.open(path) as package:
        info = WorkbookInfo(package)
        values = SheetValues(info)
        wanted = [info.sheet(sheet)] if sheet else [item for item in info.sheets if item.kind == "worksheet"]
        for item in wanted:
            if values.meta(item.name).cells and (rows := listed(values.grid(item.name))):
                return rows, info.is_1904
    return [], False


def _is_title(cell: object) -> bool:
    return isinstance(cell, str) and bool(cell.strip())


def _header(rows: Sequence[Sequence[Any]]) -> int | None:
    """Index of the row of titles: the first as wide as the list, made of texts, with a row below."""
    top = rows[:_HEADER_ROWS]
    width = max((sum(cell not in ("", None) for cell in row) for row in top), default=0)
    for index, row in enumerate(top[: len(rows) - 1]):
        filled = [cell for cell in row if cell not in ("", None)]
        if filled and len(filled) * 2 >= width and all(_is_title(cell) for cell in filled):
            return index
    return None


def _titles(row: Sequence[Any]) -> tuple[str, ...]:
    titles: list[str] = []
    last = max(index for index, cell in enumerate(row) if _is_title(cell)) + 1
    for cell in row[:last]:
        title = " ".join(str(cell).split())
        number = 2
        unique = title
        while unique and unique in titles:
            unique, number = f"{title} ({number})", number + 1
        titles.append(unique)
    return tuple(titles)


def _sized(rows: Sequence[Sequence[Any]], width: int) -> Iterator[Sequence[Any]]:
    """The rows, all of the same width."""
    for row in rows:
        cells = [("" if cell is None else cell) for cell in row[:width]]
        yield cells + [""] * (width - len(cells))
