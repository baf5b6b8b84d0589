"""Put columns into tables of a workbook: what is at their right moves, and all that refers to it follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from strategy_xl.errors import Location, PatchRefusedError
from strategy_xl.formulas.cell_refs import MAX_COLUMN, Area, cell_name
from strategy_xl.formulas.counted_columns import CountedTable
from strategy_xl.formulas.inserting import Insertion, Insertions
from strategy_xl.ooxml.calc_chain import chain_part, edit_part, unlisted
from strategy_xl.ooxml.grown_charts import chart_parts
from strategy_xl.ooxml.guards import pivot_areas
from strategy_xl.ooxml.inserted_parts import (
    moved_chart,
    moved_comments,
    moved_drawing,
    moved_notes,
    moved_pivot,
    moved_pivot_source,
    moved_table,
    moved_workbook,
)
from strategy_xl.ooxml.inserted_sheet import moved_sheet
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.workbook_part import SheetInfo, TableInfo, WorkbookInfo

Edit = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column that a table is to get.

    Arguments:
        before: index of the table's column before which it comes; the number of its columns puts it last.
        name: its header.
        width: in characters; None leaves the sheet's.
        is_hidden: whether it is out of sight.
    """

    before: int
    name: str
    width: float | None = None
    is_hidden: bool = False


def insert_columns(
    package: Package,
    wanted: Mapping[str, Sequence[NewColumn]],
    renamed: Mapping[str, Mapping[str, str]],
    rows: Mapping[Insertion, frozenset[int]],
) -> bytes:
    """A workbook with more columns in some tables, other names for some columns, and more rows.

    Arguments:
        package: the open workbook.
        wanted: name of a table → its new columns.
        renamed: name of a table → names of columns before → afterwards.
        rows: rows that come in → which of them are out of sight, from 0. They have the height of those above.

    The tables and all formulas know them; the cells of new columns are blank, the headers' cells still say
    what they said.

    Result: the bytes of the workbook, every part that nothing refers from as it was.

    Errors: WorkbookError SX950 no such table; PatchRefusedError SX604 where another table, a pivot table or
    a merged area would be torn apart, SX606 where the sheet has no more columns.
    """
    info = WorkbookInfo.of(package)
    items = list(rows)
    for name, columns in wanted.items():
        items += _insertions(info, info.table(name), columns, alone=_is_alone(info, wanted, name))
    try:
        return _written(package, info, Insertions(items, renamed, _counted_tables(info)), wanted, rows)
    except OverflowError as error:
        where = Location(package.path, items[0].sheet)
        raise PatchRefusedError("SX606", where, column=str(error)) from error


def _counted_tables(info: WorkbookInfo) -> dict[str, CountedTable]:
    return {
        name: CountedTable(table.sheet, table.area, [column.name for column in table.columns])
        for table in info.tables
        for name in (table.name, table.display_name)
    }


def _is_alone(info: WorkbookInfo, wanted: Mapping[str, Sequence[NewColumn]], name: str) -> bool:
    sheet = info.table(name).sheet
    return all(info.table(other).sheet != sheet for other in wanted if other != name)


def _insertions(
    info: WorkbookInfo, table: TableInfo, columns: Sequence[NewColumn], *, alone: bool
) -> Iterator[Insertion]:
    """Whole columns where they part nothing else of the sheet, else cells of the table's rows only."""
    sheet = info.sheet(table.sheet)
    places = sorted({table.area.left + column.before for column in columns})
    others = [(item.display_name, item.area) for item in info.tables_of(sheet) if item.part != table.part]
    for part in info.related(sheet.part, "pivotTable"):
        name, areas = pivot_areas(info, part)
        others += [(name, area) for area in areas]
    is_whole = alone and not any(area.left < at <= area.right for _, area in others for at in places)
    for at in places:
        count = sum(table.area.left + column.before == at for column in columns)
        if is_whole:
            yield Insertion(table.sheet, at, count)
            continue
        rows = Area(table.area.top, at, table.area.bottom, MAX_COLUMN)
        others += [(str(area), area) for area in _merged(info, sheet) if not _is_within(area, rows)]
        for name, area in others:
            if area.overlaps(rows) and not _is_within(area, rows):
                where = Location(info.package.path, table.sheet, cell_name(area.top, area.left))
                raise PatchRefusedError("SX604", where, name=table.display_name, other=name)
        yield Insertion(table.sheet, at, count, table.area.top, table.area.bottom)


def _is_within(area: Area, rows: Area) -> bool:
    return rows.top <= area.top and area.bottom <= rows.bottom and area.left >= rows.left


def _merged(info: WorkbookInfo, sheet: SheetInfo) -> list[Area]:
    from strategy_xl.ooxml.sheet_values import SheetValues

    return list(SheetValues(info).meta(sheet.name).merged)


def _written(
    package: Package,
    info: WorkbookInfo,
    moves: Insertions,
    wanted: Mapping[str, Sequence[NewColumn]],
    rows: Mapping[Insertion, frozenset[int]],
) -> bytes:
    replaced: dict[str, bytes] = {}

    def put(part: str | None, edit: Edit) -> None:
        known = replaced.get(part or "")
        changed = None if part is None else edit(known) if known is not None else edit_part(info, part, edit)
        if part is not None and changed is not None:
            replaced[part] = changed

    widths = _widths(info, wanted, moves)
    for sheet in info.sheets:
        if sheet.kind == "worksheet":
            new = widths.get(sheet.name, {})
            put(sheet.part, partial(moved_sheet, moves=moves, title=sheet.name, new=new, rows=rows))
            _put_around(info, sheet, moves, wanted, put)
    for part in chart_parts(info):
        put(part, partial(moved_chart, moves=moves))
    for link in info.relationships(info.part):
        if link.kind == "pivotCacheDefinition":
            put(package.find(link.target), partial(moved_pivot_source, moves=moves))
    put(info.part, partial(moved_workbook, moves=moves))
    removed = {part for part in (chain_part(info),) if part is not None}
    replaced.update(unlisted(info, removed) if removed else {})
    stream = BytesIO()
    write_package(package, stream, replaced, removed)
    return stream.getvalue()


def _put_around(
    info: WorkbookInfo,
    sheet: SheetInfo,
    moves: Insertions,
    wanted: Mapping[str, Sequence[NewColumn]],
    put: Callable[[str | None, Edit], None],
) -> None:
    """The parts that belong to a sheet."""
    for table in info.tables_of(sheet):
        own = wanted.get(table.name) or wanted.get(table.display_name) or ()
        names = moves.renamed.get(table.name, {})
        put(table.part, partial(moved_table, moves=moves, table=table, new=own, names=names))
    if not moves.of(sheet.name):
        return
    for kind, edit in (
        ("comments", moved_comments),
        ("threadedComment", moved_comments),
        ("vmlDrawing", moved_notes),
        ("drawing", moved_drawing),
        ("pivotTable", moved_pivot),
    ):
        for part in info.related(sheet.part, kind):
            put(part, partial(edit, moves=moves, title=sheet.name))


def _widths(
    info: WorkbookInfo, wanted: Mapping[str, Sequence[NewColumn]], moves: Insertions
) -> dict[str, dict[int, NewColumn]]:
    """Sheet title → column as it is afterwards → the new column there, where whole columns come in."""
    found: dict[str, dict[int, NewColumn]] = {}
    for name, columns in wanted.items():
        table = info.table(name)
        if not any(item.is_whole for item in moves.of(table.sheet)):
            continue
        for at, column in new_places(table, columns, moves):
            found.setdefault(table.sheet, {})[at] = column
    return found


def new_places(
    table: TableInfo, columns: Sequence[NewColumn], moves: Insertions
) -> Iterator[tuple[int, NewColumn]]:
    """The new columns of a table, each with the sheet's column in which it stands afterwards."""
    done: dict[int, int] = {}
    for column in columns:
        at = table.area.left + column.before
        before = sum(
            item.many
            for item in moves.of(table.sheet)
            if item.at < at and item.moves(table.area.top, table.area.bottom)
        )
        yield at + before + done.get(at, 0), column
        done[at] = done.get(at, 0) + 1
