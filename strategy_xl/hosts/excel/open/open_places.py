"""Whether an open workbook still has its tables and fields where its copy had them.

Excel serves one at a time, but in a workbook that several people edit, theirs may arrive between the copy and
the writing: a row put in above would send every answer into the wrong line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import Columns
from strategy_xl.book.known_places import Place, parse_reference
from strategy_xl.errors import Location, WorkbookError
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.schema.names import anchor_name
from strategy_xl.schema.spec import FieldRole


def check_places(book: Any, data: WorkbookData, columns: Columns) -> None:
    """Refuse a workbook in which something that is to be written has moved since it was read.

    Arguments:
        book: xlwings' workbook.
        data: what was read from its copy.
        columns: what is to be written.

    A stored name that is gone says nothing: deleting a name moves no cell.
    Errors: WorkbookError SX995 with the first field or table that stands elsewhere now.
    """
    for key, block in data.blocks.items():
        planned = dict(_planned(block, columns))
        for field, place in planned.items():
            name = anchor_name(key, field)
            if data.anchors.get((key, field)) != place or not book.names.contains(name):
                continue
            if parse_reference(str(book.names[name].refers_to)) != place:
                raise _moved(place)
        if planned and block.table is not None and not _table_stays(book, block):
            raise _moved(Place(block.sheet, block.first_row - 1, block.table_left))


def _planned(block: BlockData, columns: Columns) -> Iterator[tuple[str, Place]]:
    """The owned fields of a block of which a cell is to be written, with their anchors."""
    for field in block.block.fields:
        place = block.places.get(field.key)
        if place is None or field.role is not FieldRole.OWNED:
            continue
        across = 1 if block.is_table else len(block.all_rows)
        written = columns.get(place.sheet, {})
        if any(place.column + step in written for step in range(across)):
            yield field.key, place


def _table_stays(book: Any, block: BlockData) -> bool:
    """Whether a table has the corner and the rows that it had."""
    tables = book.sheets[block.sheet].tables
    if block.table not in tables:
        return False
    table = tables[block.table]
    area = table.range
    last = area.row + area.shape[0] - 1 - bool(table.show_totals)
    return (area.row, area.column, last) == (block.first_row - 1, block.table_left, block.last_row)


def _moved(place: Place) -> WorkbookError:
    """What the user is told: where it was."""
    return WorkbookError("SX995", Location(None, place.sheet, cell_name(place.row, place.column)))
