"""The values of a workbook's sheets: in one pass over the bytes, or through python-calamine.

A sheet that is written the plain way is read by ``sheet_pass``; any doubt gives the whole sheet to calamine,
kept from unbounded sheets. It lays a sheet out as one rectangle from its first to its last cell: a stray one
in XFD1048576 would ask for hundreds of gigabytes and end the process, so each sheet's real extent is looked
at first, and an overgrown sheet is cut down to the rows and columns that are asked for.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import python_calamine

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.formulas.cell_refs import MAX_ROW, column_number
from strategy_xl.ooxml.cell_scan import NotPlainError
from strategy_xl.ooxml.foreign_values import panics_told
from strategy_xl.ooxml.formula_texts import array_areas
from strategy_xl.ooxml.limits import SPARE_ROWS, whole
from strategy_xl.ooxml.meta_scan import scan
from strategy_xl.ooxml.plain_parts import PlainParts
from strategy_xl.ooxml.sheet_grid import Grid, RowsGrid
from strategy_xl.ooxml.sheet_meta import SheetMeta
from strategy_xl.ooxml.sheet_pass import BookFacts, read_sheet
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.xml_tree import well_formed

_LARGE_AREA = 4_000_000
_WIDTH = 256
_ROW_COST = 8  # a row costs as much as that many cells
_SMALLEST_ROW = len('<row><c r="A1"><v>1</v></c></row>')
_SPARSE = 8
"""A rectangle this many times larger than its number of cells is cut down before it is laid out."""

_STATED_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*?\sr=[\"'](\d{1,7})[\"']")
_OWN_SIZE = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?dimension\s*>)")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?(?:/>|>.*?</(?:\w+:)?row\s*>)", re.DOTALL)
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\b[^>]*?\sr\s*=\s*[\"'](\d+)[\"']")
_CELL = re.compile(
    rb"<(?:\w+:)?c\b(?=[^>]*?\sr\s*=\s*[\"']([A-Za-z]+)(\d+)[\"'])[^>]*?(?:/>|>.*?</(?:\w+:)?c\s*>)",
    re.DOTALL,
)
_FAR_NUMBER = re.compile(
    rb"(<(?:\w+:)?c\b[^<>]*?)\ss=\"\d+\"([^<>]*>(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"<(?:\w+:)?v>(-?\d+(?:\.\d*)?(?:[eE]\+?\d+)?)</(?:\w+:)?v>)"
)
_FAR = 1e10
_CLAIM = re.compile(rb"uniqueCount\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,40})")
_LONGEST_CLAIM = 80


class SheetValues:
    """Values and facts of the sheets of one workbook; each sheet is read once.

    Arguments:
        info: the workbook; its package is open.
    """

    def __init__(self, info: WorkbookInfo) -> None:
        """Keep what is needed; nothing is read yet."""
        self._info = info
        self._package = info.package
        self._is_checked = False
        self._parts = {sheet.name: sheet.part for sheet in info.sheets}
        self._book: python_calamine.CalamineWorkbook | None = None
        self._facts: BookFacts | None = None
        self._metas: dict[str, SheetMeta] = {}
        self._overgrown: dict[str, bool] = {}
        self._arrays: dict[str, frozenset[tuple[int, int]]] = {}
        self._grids: dict[str, Grid] = {}
        self._odd: set[str] = set()

    def meta(self, sheet: str) -> SheetMeta:
        """Extent, formulas and error cells of a sheet.

        Errors: WorkbookError SX112 when the part is not well-formed.
        """
        if sheet not in self._metas and not self._pass(sheet):
            part = self._parts[sheet]
            try:
                self._metas[sheet] = scan(
                    lambda: self._package.chunks(part), Location(self._package.path, sheet), part
                )
            except ValueError as error:
                raise WorkbookError(
                    "SX112", Location(self._package.path, sheet), detail=str(error)
                ) from error
        return self._metas[sheet]

    def _pass(self, sheet: str) -> bool:
        """Read a sheet in one pass; whether it could be."""
        if sheet in self._odd or self._parts[sheet] not in self._package.members:
            return False
        try:
            if self._facts is None:
                self._check_claims()
                self._facts = BookFacts.of(self._info)
            part = self._package.member(self._parts[sheet])
            found = read_sheet(self._package.chunks(part.name), self._facts, part.size)
        except NotPlainError:
            self._odd.add(sheet)
            return False
        self._metas[sheet], self._grids[sheet] = found.meta, found.grid
        if not found.has_ranges:
            PlainParts.of(self._package).add(self._parts[sheet])
        return True

    def array_cells(self, sheet: str) -> frozenset[tuple[int, int]]:
        """Row and column of the cells of a sheet that array formulas fill."""
        if sheet not in self._arrays:
            part = self._parts[sheet]
            is_plain = part in PlainParts.of(self._package)
            areas = [] if is_plain else array_areas(self._package.read(part))
            self._arrays[sheet] = frozenset(
                (row, column)
                for area in areas
                for row in range(area.top, area.bottom + 1)
                for column in range(area.left, area.right + 1)
            )
        return self._arrays[sheet]

    def is_overgrown(self, sheet: str) -> bool:
        """Whether a sheet's cells lie so far apart that it must be cut down."""
        if sheet not in self._overgrown:
            meta = self.meta(sheet)
            is_large = meta.area + _ROW_COST * meta.rows > _LARGE_AREA
            self._overgrown[sheet] = is_large and meta.area > _SPARSE * meta.cells
        return self._overgrown[sheet]

    def grid(self, sheet: str, last: int | None = None, width: int | None = None) -> Grid:
        """The values of a sheet.

        Arguments:
            sheet: its title.
            last: last row wanted; the first call for a sheet decides.
            width: columns wanted, where the sheet must be cut down.

        Errors: WorkbookError SX112 when the file cannot be read.
        """
        if sheet not in self._grids and self._pass(sheet) and self.is_overgrown(sheet):
            # Whatever stands far below, there are no more rows than cells to be looked at.
            self._grids[sheet] = self._grids[sheet].within(self._bottom(sheet, last), width or _WIDTH)
        known = self._grids.get(sheet)
        if known is None:
            try:
                known = self._grids[sheet] = RowsGrid(self._values(sheet, last, width))
            except (python_calamine.CalamineError, OSError, ValueError) as error:
                where = Location(self._package.path, sheet)
                raise WorkbookError("SX112", where, detail=str(error)) from error
        return known

    def _bottom(self, sheet: str, last: int | None) -> int:
        """The last row to look at of a sheet whose cells lie far apart."""
        return min(last or MAX_ROW, self.meta(sheet).cells + SPARE_ROWS)

    def _values(self, sheet: str, last: int | None, width: int | None) -> list[list[Any]]:
        if self.is_overgrown(sheet):
            bottom = self._bottom(sheet, last)
            return self._read(sheet, last, lambda data: _crop(data, bottom, width or _WIDTH))
        try:
            return self._read(sheet, last)
        except python_calamine.CalamineError as fault:
            # The size that a sheet states of itself is advice: without it, the same sheet may be read.
            try:
                return self._read(sheet, last, _without_size)
            except (WorkbookError, python_calamine.CalamineError):
                raise fault from None

    def _read(
        self, sheet: str, last: int | None, change: Callable[[bytes], bytes] | None = None
    ) -> list[list[Any]]:
        book = self._open() if change is None else self._alone(sheet, change)
        with panics_told():
            return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=last)

    def last_row(self, sheet: str, header: int, claimed: int) -> int:
        """The last row to look at of a table that claims to reach down to a row.

        A range costs nothing to write down: it is taken at its word as long as the sheet's part is large
        enough to hold such rows, else it ends where the rows of the sheet do.
        """
        member = self._package.members.get(self._parts[sheet])
        if claimed - header > SPARE_ROWS + (0 if member is None else member.size // _SMALLEST_ROW):
            last = header
            for row in sorted(set(self._row_numbers(sheet))):
                if last < row <= min(last + SPARE_ROWS, claimed):
                    last = row
            claimed = min(last, header + self.meta(sheet).cells)
        return max(claimed, header)

    def _row_numbers(self, sheet: str) -> Iterator[int]:
        """The numbers of the rows that a sheet states."""
        rest = b""
        for piece in self._package.chunks(self._parts[sheet]):
            data = rest + piece
            cut = data.rfind(b"<") if data.rfind(b"<") > 0 else len(data)
            yield from map(int, _STATED_ROW.findall(data, 0, cut))
            rest = data[cut:]
        yield from map(int, _STATED_ROW.findall(rest))

    def release(self, sheet: str) -> None:
        """Forget a sheet's values (its facts are small and stay)."""
        self._grids.pop(sheet, None)

    def _open(self) -> python_calamine.CalamineWorkbook:
        if self._book is None:
            self._check_claims()
            with panics_told():
                self._book = python_calamine.load_workbook(io.BytesIO(self._package.whole()))
        return self._book

    def _check_claims(self) -> None:
        """Hold the number of shared texts to what their part can hold: calamine makes room for it at once.

        Errors: WorkbookError SX977; without it the process would be ended.
        """
        parts = [name for name in self._package.members if name.lower().endswith("sharedstrings.xml")]
        for name in parts if not self._is_checked else ():
            size, rest = self._package.member(name).size, b""
            for piece in self._package.chunks(name):
                for claim in _CLAIM.findall(rest + piece):
                    whole(claim, 0, size, self._package.where, name, "uniqueCount")
                rest = piece[-_LONGEST_CLAIM:]
        self._is_checked = True

    def _alone(self, sheet: str, change: Callable[[bytes], bytes]) -> python_calamine.CalamineWorkbook:
        """The one sheet with its part changed, as a workbook of its own.

        Errors: WorkbookError SX914 when the part is not well-formed.
        """
        self._check_claims()
        part = self._parts[sheet]
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name in self._package.members:
                lower = name.lower()
                if name == part:
                    pieces = well_formed(
                        [self._package.read(name)], Location(self._package.path, sheet), name
                    )
                    archive.writestr(name, _without_far_dates(change(b"".join(pieces))))
                elif lower.endswith(
                    (".rels", "workbook.xml", "styles.xml", "sharedstrings.xml")
                ) or lower in {
                    "[content_types].xml",
                    "xl/workbook.bin",
                }:
                    archive.writestr(name, self._package.read(name))
        target.seek(0)
        with panics_told():
            return python_calamine.load_workbook(target)


def _crop(data: bytes, last: int, width: int) -> bytes:
    """A sheet part without the rows after ``last`` and the cells right of column ``width``."""

    def cell(match: re.Match[bytes]) -> bytes:
        is_inside = column_number(match[1].decode().upper()) <= width and int(match[2][:9]) <= last
        return match[0] if is_inside else b""

    def row(match: re.Match[bytes]) -> bytes:
        number = _ROW_NUMBER.match(match[0])
        if number is not None and int(number[1][:9]) > last:
            return b""
        return _CELL.sub(cell, match[0])

    return _without_size(_ROW.sub(row, data))


def _without_far_dates(data: bytes) -> bytes:
    """A sheet part whose largest numbers have no format: calamine gives up at a date that far away."""

    def cell(match: re.Match[bytes]) -> bytes:
        return match[0] if abs(float(match[3])) < _FAR else match[1] + match[2]

    return _FAR_NUMBER.sub(cell, data)


def _without_size(data: bytes) -> bytes:
    """A sheet part that does not say how large it is."""
    return _OWN_SIZE.sub(b"", data)
