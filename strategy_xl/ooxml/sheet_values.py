"""The values of a workbook's sheets through python-calamine, kept from unbounded sheets.

calamine lays a sheet out as one rectangle from its first to its last cell. A stray cell in XFD1048576 would
ask for hundreds of gigabytes and end the process, so each sheet's real extent is looked at first, and an
overgrown sheet is cut down to the rows and columns that are asked for.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import python_calamine

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.refs import column_number, parse_area
from strategy_xl.ooxml.sheet_facts import SheetMeta, scan

_LARGE_AREA = 4_000_000
_LARGE_PART = 8 << 20
_SPARSE = 8
"""A rectangle this many times larger than its number of cells is cut down before it is laid out."""

_DIMENSION = re.compile(rb"<dimension\b[^>]*?\sref=\"([A-Z0-9:]+)\"")
_ROW = re.compile(rb"<row\b[^>]*?(?:/>|>.*?</row>)", re.DOTALL)
_ROW_NUMBER = re.compile(rb"<row\b[^>]*?\sr=\"(\d+)\"")
_CELL = re.compile(rb"<c\b(?=[^>]*?\sr=\"([A-Z]{1,3})\d+\")[^>]*?(?:/>|>.*?</c>)", re.DOTALL)

Row = list[Any]


class SheetValues:
    """Values and facts of the sheets of one workbook; each sheet is read once.

    Arguments:
        package: the open package of the same file.
        parts: sheet title → part name.
    """

    def __init__(self, package: Package, parts: Mapping[str, str]) -> None:
        """Keep what is needed; nothing is read yet."""
        self._package = package
        self._parts = parts
        self._book: python_calamine.CalamineWorkbook | None = None
        self._metas: dict[str, SheetMeta] = {}
        self._looks: dict[str, Future[SheetMeta]] = {}
        self._overgrown: dict[str, bool] = {}
        self._rows: dict[str, list[Row]] = {}

    def meta(self, sheet: str) -> SheetMeta:
        """Extent, formulas and error cells of a sheet.

        Errors: WorkbookError SX112 when the part is not well-formed.
        """
        if sheet not in self._metas:
            look = self._looks.pop(sheet, None)
            try:
                self._metas[sheet] = look.result() if look is not None else self._look(sheet)
            except ValueError as error:
                raise WorkbookError(
                    "SX112", Location(self._package.path, sheet), detail=str(error)
                ) from error
        return self._metas[sheet]

    def _look(self, sheet: str) -> SheetMeta:
        part = self._parts[sheet]
        return scan(lambda: self._package.chunks(part))

    def is_overgrown(self, sheet: str) -> bool:
        """Whether a sheet's cells lie so far apart that it must be cut down."""
        if sheet not in self._overgrown:
            if sheet not in self._metas and self._states_its_size(sheet):
                # The look at the bytes then runs beside calamine, which leaves Python alone while it reads.
                with_one = ThreadPoolExecutor(1)
                self._looks[sheet] = with_one.submit(self._look, sheet)
                with_one.shutdown(wait=False)
                self._overgrown[sheet] = False
            else:
                meta = self.meta(sheet)
                self._overgrown[sheet] = meta.area > _LARGE_AREA and meta.area > _SPARSE * meta.cells
        return self._overgrown[sheet]

    def _states_its_size(self, sheet: str) -> bool:
        """Whether a large sheet says itself that it covers a sensible rectangle (Excel writes that rightly).

        Small sheets are looked at first in any case: that costs little, and proves it.
        """
        member = self._package.members.get(self._parts[sheet])
        if member is None or member.size < _LARGE_PART:
            return False
        declared = _DIMENSION.search(next(iter(self._package.chunks(member.name)), b""))
        area = parse_area(declared[1].decode()) if declared is not None else None
        return area is not None and 1 < area.bottom * area.right < member.size

    def rows(self, sheet: str, last: int | None = None, width: int | None = None) -> list[Row]:
        """The values of a sheet, row 1 and column A first; "" where nothing stands.

        Arguments:
            last: last row wanted; the first call for a sheet decides.
            width: columns wanted, where the sheet must be cut down.

        Errors: WorkbookError SX112 when the file cannot be read.
        """
        known = self._rows.get(sheet)
        if known is None:
            try:
                if self.is_overgrown(sheet):
                    book = python_calamine.load_workbook(self._cut_down(sheet, last, width))
                else:
                    book = self._open()
                values = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=last)
            except (python_calamine.CalamineError, OSError, ValueError) as error:
                where = Location(self._package.path, sheet)
                raise WorkbookError("SX112", where, detail=str(error)) from error
            known = self._rows[sheet] = values
            self.meta(sheet)  # a look under way shares the package's file: wait before anyone else reads it
        return known

    def release(self, sheet: str) -> None:
        """Forget a sheet's values (its facts are small and stay)."""
        self._rows.pop(sheet, None)

    def _open(self) -> python_calamine.CalamineWorkbook:
        if self._book is None:
            self._book = python_calamine.load_workbook(io.BytesIO(self._package.whole()))
        return self._book

    def _cut_down(self, sheet: str, last: int | None, width: int | None) -> io.BytesIO:
        """A package with the one sheet, without the cells beyond the wanted rows and columns."""
        kept = {self._parts[sheet]}
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name in self._package.members:
                lower = name.lower()
                if name in kept:
                    content = _crop(self._package.read(name), last or 1 << 20, width or 256)
                    archive.writestr(name, content)
                elif lower.endswith(
                    (".rels", "workbook.xml", "styles.xml", "sharedstrings.xml")
                ) or lower in {
                    "[content_types].xml",
                    "xl/workbook.bin",
                }:
                    archive.writestr(name, self._package.read(name))
        target.seek(0)
        return target


def _crop(data: bytes, last: int, width: int) -> bytes:
    """A sheet part without the rows after ``last`` and the cells right of column ``width``."""

    def cell(match: re.Match[bytes]) -> bytes:
        return match[0] if column_number(match[1].decode()) <= width else b""

    def row(match: re.Match[bytes]) -> bytes:
        number = _ROW_NUMBER.match(match[0])
        if number is not None and int(number[1]) > last:
            return b""
        return _CELL.sub(cell, match[0])

    return re.sub(rb"<dimension\b[^>]*/>", b"", _ROW.sub(row, data))
