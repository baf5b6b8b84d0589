"""Lists that became plain ranges, on their way back to tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.build.layout import table_rows
from strategy_xl.errors import Finding, Location
from strategy_xl.formulas.cell_refs import Area, cell_name
from strategy_xl.ooxml.guards import ruled_down_to, standing_in
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.workbook_part import TableColumn, WorkbookInfo
from strategy_xl.schema.names import TABLE_STYLE
from strategy_xl.schema.spec import FieldRole, TableBlock
from strategy_xl.work.standing_formulas import StandingBook


@dataclass(frozen=True)
class NewTable:
    """A table to be made of a range.

    Arguments:
        name: of the table.
        area: its cells, the headers first.
        mended: the block as it is read afterwards.
        headers: titles of all its columns.
        retitled: column number → title, where the header's cell does not hold it as a text yet.
    """

    name: str
    area: Area
    mended: BlockData
    headers: tuple[str, ...]
    retitled: Mapping[int, str] = field(default_factory=dict)

    def put(self, splice: Splice, formulas: StandingBook) -> None:
        """Make the table."""
        block = self.mended
        by_column = {
            block.places[spec.key].column: spec for spec in block.block.fields if spec.key in block.places
        }
        columns: list[tuple[str, str, bool]] = []
        for column, header in enumerate(self.headers, self.area.left):
            spec = by_column.get(column)
            text = (
                formulas.at(block.block.key, spec.formula, block.first_row) if spec and spec.formula else ""
            )
            columns.append((header, text, bool(spec and spec.array)))
        splice.table(block.sheet, self.name, self.area, columns, TABLE_STYLE)
        splice.cells(block.sheet, {column: {self.area.top: text} for column, text in self.retitled.items()})


def new_tables(
    data: WorkbookData, info: WorkbookInfo, values: SheetValues
) -> tuple[dict[str, NewTable], tuple[Finding, ...]]:
    """The tables to be made of a workbook's ranges by block key, and what stands in the way of others."""
    found: dict[str, NewTable] = {}
    findings: list[Finding] = []
    for key, block in data.blocks.items():
        if not isinstance(block.block, TableBlock) or block.table is not None:
            continue
        columns = [place.column for place in block.places.values()]
        area = Area(block.first_row - 1, min(columns), block.last_row, max(columns))
        ruled = ruled_down_to(info, info.sheet(block.sheet), area._replace(top=block.first_row))
        area = area._replace(bottom=_last_row(data, block, block.block, values, ruled))
        others = [
            *standing_in(info, info.sheet(block.sheet), area),
            *_namesakes(info, block.block.table_name),
        ]
        if others:
            where = Location(data.path, block.sheet, cell_name(area.top, area.left))
            args = {"table": block.block.table_name, "area": str(area), "other": others[0]}
            findings.append(Finding("SX137", where, args))
            continue
        found[key] = _new_table(block, block.block, area, values, data.lang)
    return found, tuple(findings)


def _namesakes(info: WorkbookInfo, name: str) -> list[str]:
    """Defined names that a table of that name would clash with."""
    return [item.name for item in info.names_like(name) if item.name.casefold() == name.casefold()]


def _new_table(block: BlockData, spec: TableBlock, area: Area, values: SheetValues, lang: str) -> NewTable:
    columns = range(area.left, area.right + 1)
    row = values.grid(block.sheet).row(area.top)
    meta = values.meta(block.sheet)
    labels = {
        block.places[item.key].column: item.label.get(lang)
        for item in spec.fields
        if item.key in block.places
    }
    headers: list[str] = []
    retitled: dict[int, str] = {}
    for column in columns:
        shown = row[column - 1] if column <= len(row) else ""
        is_text = isinstance(shown, str) and bool(shown.strip())
        header = _free(str(shown) if is_text else labels.get(column) or str(shown) or "_", headers)
        headers.append(header)
        if header != shown or meta.formulas_in(column, area.top, area.top)[0]:
            retitled[column] = header
    found = {
        key: TableColumn(place.column - area.left + 1, headers[place.column - area.left], "")
        for key, place in block.places.items()
    }
    mended = replace(
        block, table=spec.table_name, table_left=area.left, table_columns=found, last_row=area.bottom
    )
    return NewTable(spec.table_name, area, mended, tuple(headers), retitled)


def _free(title: str, taken: Collection[str]) -> str:
    """The title, numbered when another column has it: a table has none twice."""
    known = {other.casefold() for other in taken}
    names = (f"{title}{number if number > 1 else ''}" for number in range(1, len(known) + 2))
    return next(name for name in names if name.casefold() not in known)


def _last_row(data: WorkbookData, block: BlockData, spec: TableBlock, values: SheetValues, ruled: int) -> int:
    """The last row of the list: what is filled, and the rows that were made ready below it.

    Those are told by the formulas that run on and by the rules of the columns (``ruled``); where there are
    neither, by the number that the template makes ready. A row that only sums up those above ends the list
    before it.
    """
    sums = {
        item.location.cell
        for item in data.findings
        if item.code == "SX132" and item.location.sheet == block.sheet
    }
    last = block.last_row
    while spec.identity_key in block.places and block.a1(spec.identity_key, last) in sums:
        last -= 1
    if last < block.last_row:
        return max(last, block.first_row)
    meta = values.meta(block.sheet)
    for item in spec.fields:
        place = block.places.get(item.key)
        if item.role is FieldRole.COMPUTED and place is not None:
            runs = meta.formulas_in(place.column, last + 1, max(meta.rows, last) + 1)
            last += int((~runs).argmax())
    last = max(last, ruled or block.first_row - 1 + table_rows(spec))
    return last if block.bottom is None else max(min(last, block.bottom), block.first_row)
