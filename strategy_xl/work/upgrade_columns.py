"""The columns that an upgrade brings into tables, and where people's own decisions keep them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.inserted_columns import NewColumn
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.spec import INDENT_WIDTH, FieldSpec, TableBlock, WorkbookSpec
from strategy_xl.work.upgrade_base import Base


@dataclass(frozen=True, slots=True)
class Renamed:
    """A header that reads otherwise now: block, field, before and after."""

    block: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that people and the templates have both changed.

    Arguments:
        sheet, cell: where; the first cell when there are several.
        label: what people call it.
        mine: how it reads in the workbook.
        template: how it reads in a new workbook.
        count: how many cells.
        key: block and field.
        kind: ``header`` or ``formula``.
    """

    sheet: str
    cell: str
    label: str
    mine: str
    template: str
    count: int
    key: tuple[str, str]
    kind: str


@dataclass
class ColumnPlan:
    """What becomes of the columns of all tables.

    Arguments:
        added: table name → its new columns.
        fields: block key → fields of these columns, in the same order.
        renamed: headers that read otherwise.
        conflicts: headers that people have renamed too.
        findings: what stays as people left it.
    """

    added: dict[str, list[NewColumn]] = field(default_factory=dict)
    fields: dict[str, list[FieldSpec]] = field(default_factory=dict)
    renamed: list[Renamed] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def column_plan(base: Base, spec: WorkbookSpec, info: WorkbookInfo) -> ColumnPlan:
    """Compare the tables of a workbook with its own templates and with the present ones."""
    plan = ColumnPlan()
    old_blocks = base.spec.data_blocks()
    for key, (_, block) in spec.data_blocks().items():
        data = base.data.blocks.get(key)
        if not isinstance(block, TableBlock) or data is None or key not in old_blocks:
            continue
        old = {item.key: item for item in old_blocks[key][1].fields}
        _tell_deleted(plan, base.data, data, block, old)
        new = [item for item in block.fields if item.key not in old and item.key not in data.places]
        if data.table is None:
            if new:
                title = (block.title or data.module.title).get(base.data.lang)
                where = Location(base.data.path, data.sheet, cell_name(data.first_row - 1, 2))
                plan.findings.append(Finding("SX602", where, {"title": title, "n": len(new)}))
            continue
        _rename(plan, base.data, data, block, old)
        if new:
            _add(plan, base.data, data, block, new, info)
    return plan


def _tell_deleted(
    plan: ColumnPlan, book: WorkbookData, data: BlockData, block: TableBlock, old: Mapping[str, FieldSpec]
) -> None:
    for item in block.fields:
        if item.key in old and item.key not in data.places and not item.hidden:
            where = Location(book.path, data.sheet)
            args = {"label": item.label.get(book.lang)}
            plan.findings.append(Finding("SX603", where, args, Severity.NOTE))


def _rename(
    plan: ColumnPlan, book: WorkbookData, data: BlockData, block: TableBlock, old: Mapping[str, FieldSpec]
) -> None:
    """Headers whose label has changed; one that people have renamed is theirs."""
    taken = {column.name.casefold() for column in data.table_columns.values()}
    for item in block.fields:
        known = data.table_columns.get(item.key)
        if item.key not in old or known is None:
            continue
        before, after = old[item.key].label.get(book.lang), item.label.get(book.lang)
        if after in (before, known.name):
            continue
        place = data.places[item.key]
        if known.name != before or after.casefold() in taken:
            cell = cell_name(place.row, place.column)
            conflict = Conflict(
                data.sheet, cell, before, known.name, after, 1, (block.key, item.key), "header"
            )
            plan.conflicts.append(conflict)
        plan.renamed.append(Renamed(block.key, item.key, known.name, after))


def _add(
    plan: ColumnPlan,
    book: WorkbookData,
    data: BlockData,
    block: TableBlock,
    new: list[FieldSpec],
    info: WorkbookInfo,
) -> None:
    """Each new column behind the one that it follows in the templates, when people have that still."""
    table = info.table(data.table or "")
    taken = {column.name.casefold() for column in table.columns}
    before = len(table.columns)
    columns: list[tuple[int, int, NewColumn, FieldSpec]] = []
    last: int | None = None
    by_key = {item.key: item for item in new}
    for item in block.fields:
        place = data.places.get(item.key)
        if item.key in by_key:
            at = before if last is None else last
            name = _free(item.label.get(book.lang), taken)
            width = 0.0 if item.hidden else item.width + INDENT_WIDTH
            columns.append((at, len(columns), NewColumn(at, name, width or None, item.hidden), item))
        elif place is not None:
            last = place.column - table.area.left + 1
    columns.sort(key=lambda found: found[:2])
    plan.added[table.name] = [column for _, _, column, _ in columns]
    plan.fields[block.key] = [item for _, _, _, item in columns]


def _free(label: str, taken: set[str]) -> str:
    """A header that the table does not have yet."""
    name, number = label, 1
    while name.casefold() in taken:
        number += 1
        name = f"{label} {number}"
    taken.add(name.casefold())
    return name
