"""How large what stands on a sheet is, and how the sheet says that it is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from strategy_xl.formulas.cell_refs import MAX_COLUMN, MAX_ROW, Area, parse_area
from strategy_xl.ooxml.guards import anchored
from strategy_xl.ooxml.workbook_part import SheetInfo, TableInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import Tag, attributes_of, tags, top_children
from strategy_xl.ooxml.xml_tree import Element

_CELLS = re.compile(rb"<(?:[\w.-]+:)?sheetData(?:\s[^<>]*)?>")
_CELLS_END = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>|<(?:[\w.-]+:)?sheetData\s*/>")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\s([^<>]*)>")
_TRUE = (b"1", b"true")
_INCH: Final = 72.0
_POINT: Final = 12_700
"""In the unit of drawings."""
_LARGEST: Final = 2**31
_DEFAULT_WIDTH: Final = 8.71
_DEFAULT_HEIGHT: Final = 15.0
_DEFAULT_FONT: Final = 11.0
_DIGIT: Final = 0.507
_WIDER_DIGIT: Final = 0.556
"""Width of a digit in sizes of the font: Calibri (and Carlito in its place), and most of the others."""
_NARROW_FONTS: Final = ("calibri", "carlito", "aptos narrow")


class PrintSetup(NamedTuple):
    """What a sheet says about its printing.

    Arguments:
        landscape: whether the paper lies.
        fits: whether it is fitted on a number of pages; else ``scale`` per cent count.
        wide, high: that number; 0 for as many as are needed.
        scale: per cent.
        margins: left, right, top, bottom, in points.
        has_breaks: whether pages are broken by hand.
    """

    landscape: bool
    fits: bool
    wide: int
    high: int
    scale: int
    margins: tuple[float, float, float, float]
    has_breaks: bool


@dataclass(frozen=True)
class SheetGeometry:
    """A sheet as paper sees it; lengths in points at 100 %.

    Arguments:
        setup: how it is printed.
        character: width of a character, by which columns are measured.
        columns: width of columns that have one of their own.
        width, height: of the others, and of rows without one of their own.
        rows: height of rows that have one of their own.
        hidden_columns, hidden_rows: which are not to be seen.
        frozen: rows and columns that stay in sight.
        drawn, merged: cells under charts and pictures, and merged ones.
        tables: the Excel tables.
    """

    setup: PrintSetup
    character: float
    columns: Mapping[int, float]
    width: float
    rows: Mapping[int, float]
    height: float
    hidden_columns: frozenset[int]
    hidden_rows: frozenset[int]
    frozen: tuple[int, int]
    drawn: tuple[Area, ...]
    merged: tuple[Area, ...]
    tables: tuple[TableInfo, ...]

    def width_of(self, column: int) -> float:
        """Width of a column, 0 of one that is hidden."""
        return 0.0 if column in self.hidden_columns else self.columns.get(column, self.width)

    def height_of(self, row: int) -> float:
        """Height of a row, 0 of one that is hidden."""
        return 0.0 if row in self.hidden_rows else self.rows.get(row, self.height)


def split_at_cells(data: bytes) -> tuple[bytes, bytes, bytes]:
    """A sheet part in three: before the cells, the cells, behind them; without cells all is before."""
    opened, ends = _CELLS.search(data), list(_CELLS_END.finditer(data))
    if opened is None or not ends:
        return data, b"", b""
    return data[: opened.start()], data[opened.start() : ends[-1].end()], data[ends[-1].end() :]


def geometry(info: WorkbookInfo, sheet: SheetInfo, character: float) -> SheetGeometry:
    """Measure a sheet.

    Arguments:
        info: the workbook; its package is open.
        sheet: one of its worksheets.
        character: as ``character_width`` gives it.
    """
    head, cells, tail = split_at_cells(info.package.read(sheet.part))
    root = next(tags(head))
    opened = head[root.start : root.end]
    facts: dict[bytes, Mapping[bytes, bytes]] = {}
    merged: list[Area] = []
    columns: dict[int, float] = {}
    hidden, has_breaks = set[int](), False
    for tag in (*_inside(head[root.start :]), *_inside(opened + tail)):
        found = tag.attributes()
        if tag.local == b"col":
            span = range(_int(found, b"min"), min(_int(found, b"max"), MAX_COLUMN) + 1)
            if b"width" in found:
                columns.update(dict.fromkeys(span, _number(found, b"width", 0.0) * character))
            if found.get(b"hidden") in _TRUE:
                hidden.update(span)
        elif tag.local == b"mergeCell":
            area = parse_area(found.get(b"ref", b"").decode())
            merged += [area] if area is not None else []
        has_breaks = has_breaks or tag.local == b"brk"
        facts.setdefault(tag.local, found)
    rows, hidden_rows = _rows(cells)
    shape, pane = facts.get(b"sheetFormatPr", {}), facts.get(b"pane", {})
    is_frozen = pane.get(b"state", b"").startswith(b"frozen")
    measured = SheetGeometry(
        _setup(facts, has_breaks=has_breaks),
        character,
        columns,
        _number(shape, b"defaultColWidth", _DEFAULT_WIDTH) * character,
        rows,
        _number(shape, b"defaultRowHeight", _DEFAULT_HEIGHT),
        frozenset(hidden),
        hidden_rows,
        (_int(pane, b"ySplit"), _int(pane, b"xSplit")) if is_frozen else (0, 0),
        (),
        tuple(merged),
        info.tables_of(sheet),
    )
    drawings = (info.tree(part) for part in info.related(sheet.part, "drawing"))
    drawn = (_drawn(anchor, measured) for drawing in drawings for anchor in drawing.children)
    return replace(measured, drawn=tuple(area for area in drawn if area is not None))


def _drawn(anchor: Element, measured: SheetGeometry) -> Area | None:
    """The cells under a drawing: to its other corner, or as far as its size reaches."""
    area, size = anchored(anchor), anchor.find("ext")
    if area is None or size is None or anchor.find("to") is not None:
        return area
    across, down = (size.whole(side, 0, high=_LARGEST) / _POINT for side in ("cx", "cy"))
    right, bottom = area.left, area.top
    while (across := across - measured.width_of(right)) > 0 and right < MAX_COLUMN:
        right += 1
    while (down := down - measured.height_of(bottom)) > 0 and bottom < MAX_ROW:
        bottom += 1
    return Area(area.top, area.left, bottom, right)


def _inside(data: bytes) -> Iterator[Tag]:
    """Opening tags of the children of a root, and of their children; extensions are left out."""
    for child, end in top_children(data):
        if child.local != b"extLst":
            yield from (tag for tag in tags(data, child.start, end) if not tag.is_close)


def _rows(cells: bytes) -> tuple[dict[int, float], frozenset[int]]:
    """Heights of rows that have one of their own, and the rows that are hidden."""
    heights, hidden = {}, set()
    for found in _ROW.finditer(cells):
        said = attributes_of(found[1])
        row = _int(said, b"r")
        if b"ht" in said:
            heights[row] = _number(said, b"ht", _DEFAULT_HEIGHT)
        if said.get(b"hidden") in _TRUE:
            hidden.add(row)
    return heights, frozenset(hidden)


def _setup(facts: Mapping[bytes, Mapping[bytes, bytes]], *, has_breaks: bool) -> PrintSetup:
    page, margins = facts.get(b"pageSetup", {}), facts.get(b"pageMargins", {})
    usual = {b"left": 0.7, b"right": 0.7, b"top": 0.75, b"bottom": 0.75}
    left, right, top, bottom = (_number(margins, side, inches) * _INCH for side, inches in usual.items())
    return PrintSetup(
        page.get(b"orientation") == b"landscape",
        facts.get(b"pageSetUpPr", {}).get(b"fitToPage") in _TRUE,
        int(_number(page, b"fitToWidth", 1)),
        int(_number(page, b"fitToHeight", 1)),
        int(_number(page, b"scale", 100)),
        (left, right, top, bottom),
        has_breaks,
    )


def character_width(info: WorkbookInfo) -> float:
    """Width of a character of a workbook's usual font, as LibreOffice measures it, in points."""
    size, wide = _DEFAULT_FONT, _DIGIT
    part = info.styles_part
    fonts = info.tree(part).find("fonts") if part is not None else None
    if fonts is not None and fonts.children:
        found, name = fonts.children[0].find("sz"), fonts.children[0].find("name")
        size = _number({b"": found.get("val").encode()}, b"", size) if found is not None else size
        narrow = name is None or name.get("val").casefold() in _NARROW_FONTS
        wide = _DIGIT if narrow else _WIDER_DIGIT
    return size * wide


def _number(found: Mapping[bytes, bytes], name: bytes, otherwise: float) -> float:
    try:
        return float(found.get(name, otherwise))
    except ValueError:
        return otherwise


def _int(found: Mapping[bytes, bytes], name: bytes) -> int:
    return int(_number(found, name, 0))
