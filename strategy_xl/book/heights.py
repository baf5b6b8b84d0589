"""How high the rows of tables must be that get other texts: nothing cut, no empty lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import Columns
from strategy_xl.ooxml.cells import shown
from strategy_xl.schema.spec import FieldRole, FieldSpec
from strategy_xl.text.lines import row_height, text_lines

SheetHeights = dict[str, dict[int, float]]
"""Sheet title → row → points."""


def row_heights(data: WorkbookData, columns: Columns) -> SheetHeights:
    """Heights of the rows in which a text is written that wraps.

    Arguments:
        data: the workbook as read; the templates tell how wide its columns are.
        columns: what is to be written.
    """
    found: SheetHeights = {}
    for block in data.blocks.values():
        if not block.is_table:
            continue
        fields = [spec for spec in block.block.fields if spec.wraps and spec.key in block.places]
        changed = sorted({row for spec in fields for row in _written(block, spec, columns)})
        for row in changed:
            lines = max(1, *(_lines(block, spec, row, columns) for spec in fields))
            found.setdefault(block.sheet, {})[row] = row_height(lines)
    return found


def _written(block: BlockData, spec: FieldSpec, columns: Columns) -> Iterator[int]:
    """Rows in which a field's cell gets something else."""
    place = block.places[spec.key]
    rows = columns.get(place.sheet, {}).get(place.column, {})
    yield from (row for row in rows if row in block.all_rows)


def _lines(block: BlockData, spec: FieldSpec, row: int, columns: Columns) -> int:
    """Lines that a cell will show."""
    place = block.places[spec.key]
    value: Any = columns.get(place.sheet, {}).get(place.column, {}).get(row)
    if value is not None:
        value = shown(value)
    elif spec.role is FieldRole.INPUT:
        value = block.rows[spec.key].get(row)
    else:
        value = block.shown[spec.key][row - block.first_row]
    # What the column has more than the template's width goes to the indent and the sides.
    return text_lines(value, spec.width) if isinstance(value, str) else 0
