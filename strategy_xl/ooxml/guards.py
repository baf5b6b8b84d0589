"""Cells that other parts of the workbook own: pivot tables, table headers, queries, controls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strategy_xl.errors import Finding, Location, PatchRefusedError
from strategy_xl.formulas.cell_refs import MAX_COLUMN, MAX_ROW, Area, cell_name, parse_area
from strategy_xl.ooxml.cells import Cached, Kept, Styled
from strategy_xl.ooxml.package import part_key
from strategy_xl.ooxml.workbook_part import SheetInfo, TableInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import Tag, tags
from strategy_xl.ooxml.xml_tree import Element

Edits = Mapping[int, Mapping[int, Any]]

_ROW_HEIGHT = 190_500
"""Of a usual row, in the unit of drawings: 15 points."""


def check_edits(info: WorkbookInfo, sheet: SheetInfo, edits: Edits) -> list[Finding]:
    """Refuse edits that would break what owns the cell; warn about those that may not last.

    Arguments:
        info: the workbook.
        sheet: the sheet to be changed.
        edits: column → row → value.

    Result: warnings (SX941 result of a query, SX942 cell linked to a control).
    Errors: PatchRefusedError SX927 in a pivot table, SX928 header of a table, SX929 its totals row.
    """
    where = Location(info.package.path, sheet.name)
    for relation in info.relationships(sheet.part):
        part = info.package.find(relation.target)
        if relation.kind == "pivotTable" and part is not None:
            _check_pivot(info, part, where, edits)
    tables = info.tables_of(sheet)
    for table in tables:
        _check_table(table, where, edits)
    return [
        *_query_warnings(info, sheet, tables, where, edits),
        *_control_warnings(info, sheet, where, edits),
    ]


def pivot_areas(info: WorkbookInfo, part: str) -> tuple[str, list[Area]]:
    """A pivot table's name and the areas it fills: its body and its page filters above."""
    root = info.tree(part)
    location = root.find("location")
    body = parse_area(location.get("ref")) if location is not None else None
    if location is None or body is None:
        return root.get("name"), []
    areas = [body]
    rows = location.whole("rowPageCount", 0, high=MAX_ROW)
    columns = location.whole("colPageCount", 0, high=MAX_COLUMN)
    if rows:
        # The filters stand two cells wide above the body, one blank row between.
        top = max(1, body.top - 1 - rows)
        areas.append(Area(top, body.left, max(top, body.top - 2), body.left + 3 * max(columns, 1) - 2))
    return root.get("name"), areas


def standing_in(info: WorkbookInfo, sheet: SheetInfo, area: Area) -> Iterator[str]:
    """What lies over some cells of a sheet, so that no table can: tables, pivot tables, filters, merges."""
    yield from (f"{name} ({other})" for name, other in _lying_on(info, sheet) if other.overlaps(area))


def first_in_the_way(info: WorkbookInfo, sheet: SheetInfo, area: Area) -> int | None:
    """The first row of some cells in which a table, a pivot table, a filter or a merge lies; None without."""
    tops = [max(other.top, area.top) for _, other in _lying_on(info, sheet) if other.overlaps(area)]
    return min(tops, default=None)


def _lying_on(info: WorkbookInfo, sheet: SheetInfo) -> Iterator[tuple[str, Area]]:
    """All that lies over cells of a sheet, each with its name."""
    for table in info.tables_of(sheet):
        yield table.display_name, table.area
    for part in info.related(sheet.part, "pivotTable"):
        name, areas = pivot_areas(info, part)
        yield from ((name, other) for other in areas)
    for tag in _after_cells(info, sheet):
        if tag.local in (b"autoFilter", b"mergeCell"):
            ref = parse_area(tag.attributes().get(b"ref", b"").decode())
            if ref is not None:
                yield tag.local.decode(), ref


def is_drawn_over(info: WorkbookInfo, sheet: SheetInfo, area: Area) -> bool:
    """Whether a picture, a chart or a shape lies over some cells of a sheet."""
    return any(
        other.overlaps(area)
        for part in info.related(sheet.part, "drawing")
        for anchor in info.tree(part).children
        if (other := anchored(anchor)) is not None
    )


def anchored(anchor: Element) -> Area | None:
    """The cells that a drawing lies over; of one that gives its size, as many rows as usual ones."""
    start, end, size = anchor.find("from"), anchor.find("to"), anchor.find("ext")
    if start is None:
        return None
    top, left = _marked(start)
    if end is not None:
        bottom, right = _marked(end)
    else:
        height = size.whole("cy", 0) if size is not None else 0
        bottom, right = top + -(-height // _ROW_HEIGHT), MAX_COLUMN
    return Area(top, left, max(top, bottom), max(left, right))


def _marked(marker: Element) -> tuple[int, int]:
    """Row and column of a drawing's corner."""
    found = {}
    for key in ("row", "col"):
        element = marker.find(key)
        text = element.text.strip() if element is not None else ""
        found[key] = int(text) + 1 if text.isdecimal() and len(text) < 8 else 1
    return found["row"], found["col"]


def ruled_down_to(info: WorkbookInfo, sheet: SheetInfo, area: Area) -> int:
    """The last row of the rules and conditions that begin where some cells do; 0 when there are none."""
    bottoms = [0]
    for tag in _after_cells(info, sheet):
        if tag.local in (b"dataValidation", b"conditionalFormatting"):
            for ref in tag.attributes().get(b"sqref", b"").decode().split():
                other = parse_area(ref)
                is_inside = other is not None and area.left <= other.left and other.right <= area.right
                if other is not None and is_inside and other.top == area.top:
                    bottoms.append(other.bottom)
    return max(bottoms)


def _after_cells(info: WorkbookInfo, sheet: SheetInfo) -> Iterator[Tag]:
    """The opening tags of what follows the cells of a sheet."""
    data = info.package.read(sheet.part)
    return (tag for tag in tags(data, max(data.rfind(b"sheetData"), 0)) if not tag.is_close)


def _check_pivot(info: WorkbookInfo, part: str, where: Location, edits: Edits) -> None:
    name, areas = pivot_areas(info, part)
    for area in areas:
        for row, column, _ in area.cells_of(edits):
            raise PatchRefusedError("SX927", _at(where, row, column), name=name, area=str(area))


def _check_table(table: TableInfo, where: Location, edits: Edits) -> None:
    area = table.area
    if table.header_rows:
        header = Area(area.top, area.left, area.top + table.header_rows - 1, area.right)
        for row, column, edit in header.cells_of(edits):
            index, value = column - area.left, edit.value if isinstance(edit, Styled) else edit
            name = table.columns[index].name if index < len(table.columns) else ""
            if not isinstance(value, Kept) and (not isinstance(value, str) or value != name):
                raise PatchRefusedError(
                    "SX928", _at(where, row, column), name=table.display_name, column=name
                )
    if table.totals_rows:
        totals = Area(area.bottom - table.totals_rows + 1, area.left, area.bottom, area.right)
        for row, column, value in totals.cells_of(edits):
            if not isinstance(value.value if isinstance(value, Styled) else value, Cached | Kept):
                raise PatchRefusedError("SX929", _at(where, row, column), name=table.display_name)


def _query_warnings(
    info: WorkbookInfo, sheet: SheetInfo, tables: tuple[TableInfo, ...], where: Location, edits: Edits
) -> Iterator[Finding]:
    areas = [(table.display_name, table.area) for table in tables if table.has_query]
    for part in info.related(sheet.part, "queryTable"):
        name = info.tree(part).get("name")
        for defined in info.defined_names:
            if defined.scope == sheet.name and defined.name.casefold() == name.casefold():
                area = parse_area(defined.text.rpartition("!")[2])
                if area is not None:
                    areas.append((name, area))
    for name, area in areas:
        count = 0
        first: tuple[int, int] | None = None
        for row, column, _ in area.cells_of(edits):
            count += 1
            first = min(first or (row, column), (row, column))
        if first is not None:
            yield Finding("SX941", _at(where, *first), {"name": name, "n": count})


def _control_warnings(
    info: WorkbookInfo, sheet: SheetInfo, where: Location, edits: Edits
) -> Iterator[Finding]:
    """Cells that a check box, list or spinner of any sheet keeps its state in."""
    for holder in info.sheets:
        for part in info.related(holder.part, "ctrlProp") if holder.part else ():
            control = part_key(part).rpartition("/")[2]
            owner, _, ref = info.tree(part).get("fmlaLink").rpartition("!")
            area = parse_area(ref)
            named = owner.strip("'").replace("''", "'") or holder.name
            if area is None or named != sheet.name:
                continue
            for row, column, _ in area.cells_of(edits):
                yield Finding("SX942", _at(where, row, column), {"control": control})


def _at(where: Location, row: int, column: int) -> Location:
    return Location(where.workbook, where.sheet, cell_name(row, column))
