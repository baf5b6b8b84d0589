"""Formulas of the templates that spell the rows of a table cell by cell: they follow when it gets longer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.edits import Columns, Shown
from strategy_xl.book.lost import single_cells
from strategy_xl.formulas.cell_refs import Area
from strategy_xl.formulas.reaching import Reach, lengthened
from strategy_xl.ooxml.cells import Cached, Formula
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.spec import FieldRole, WorkbookSpec

_Cell = tuple[int, int]


def lengthen(spec: WorkbookSpec, data: WorkbookData, shown: Shown, columns: Columns) -> None:
    """Put into the edits those of the templates' formulas that must reach a table's new last row.

    Arguments:
        spec: the templates.
        data: the workbook as read, with the rows that its tables are to have.
        shown: what its formulas show.
        columns: the edits so far; changed in place.

    Formulas that name the table follow by themselves; one names its cells where people made a range of it for
    a while, or another program did. What people's own formulas read is theirs.
    """
    longer = [block for block in data.blocks.values() if block.is_longer and block.places]
    if not longer:
        return
    with Package.open(data.snapshot) as package:
        info = WorkbookInfo.of(package)
        reaches = []
        for block in longer:
            area: Area = info.table(block.table or "").area
            area = area._replace(bottom=block.table_last)
            reaches.append(Reach(block.sheet, area, block.first_row, block.last_row))
        spelled = re.compile(b"|".join(rb"\$?%d:\$?[A-Z]{1,3}\$?%d\b" % (r.first, r.last) for r in reaches))
        for sheet in info.sheets:
            if sheet.kind != "worksheet":
                continue
            part = package.read(sheet.part)
            if spelled.search(part):
                own = dict(_own(spec, data, shown, sheet.name))
                _reword(columns, sheet.name, formula_texts(part), own, reaches)


def _reword(
    columns: Columns,
    sheet: str,
    texts: Mapping[_Cell, str],
    own: Mapping[_Cell, tuple[Any, bool]],
    reaches: Sequence[Reach],
) -> None:
    """Change the formulas of one sheet that are the templates'."""
    for (row, column), text in texts.items():
        if (row, column) not in own:
            continue
        longer = text
        for reach in reaches:
            longer = lengthened(longer, sheet, reach)
        value, is_array = own[row, column]
        edit = columns.get(sheet, {}).get(column, {}).get(row)
        if longer == text or isinstance(edit, Formula):
            continue
        value = edit.value if isinstance(edit, Cached) else value
        columns.setdefault(sheet, {}).setdefault(column, {})[row] = Formula(longer, value, array=is_array)


def _own(
    spec: WorkbookSpec, data: WorkbookData, shown: Shown, sheet: str
) -> Iterator[tuple[_Cell, tuple[Any, bool]]]:
    """The cells of a sheet in which formulas belong, with what each shows and whether it is an array."""
    for block in data.blocks.values():
        for field in block.block.fields:
            is_here = field.key in block.places and block.sheet_of(field.key) == sheet
            if field.role is FieldRole.COMPUTED and is_here:
                for index, value in zip(block.all_rows, block.shown[field.key], strict=True):
                    yield block.cell(field.key, index), (value, field.array)
    values = dict(shown.cells)
    for place in single_cells(spec, data.anchors):
        if place.sheet == sheet:
            yield (place.row, place.column), (values.get(place, ""), False)
