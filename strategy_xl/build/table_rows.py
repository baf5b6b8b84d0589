"""The rows of a table: their heights, and which of them openpyxl need not write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Final

from openpyxl.utils import get_column_letter

from strategy_xl.book.shown import CellValue
from strategy_xl.build.layout import PlacedBlock
from strategy_xl.build.page import Page
from strategy_xl.build.streaming import Fitting, FittingRow, Row, TableStream
from strategy_xl.schema.spec import TableBlock

PATTERN_ROWS = 1
"""Rows at the top of a table that openpyxl writes; the last of them is the pattern of those below."""
_NOTHING: Final[Row] = {}


def written(page: Page, placed: PlacedBlock, block: TableBlock) -> int:
    """How many rows of a table openpyxl writes.

    They are all where rows are not alike or out of sight, and as many as have something else beside them.
    """
    if block.locked or block.hidden:
        return placed.count
    beside = (
        other.last - placed.body
        for other in page.layout.blocks
        if other is not placed and other.row <= placed.last
    )
    return min(max([PATTERN_ROWS, *beside]), placed.count)


def _fitting(page: Page, placed: PlacedBlock, block: TableBlock) -> Fitting:
    wrapped = {
        spec.key: page.layout.width(placed.columns[spec.key]) - 2 for spec in block.fields if spec.wraps
    }
    return Fitting(wrapped, max(spec.lines for spec in block.fields))


def fit(page: Page, placed: PlacedBlock, block: TableBlock, rows: Sequence[Row]) -> None:
    """Propose heights for rows that openpyxl writes; empty ones are left to the program that opens the book.

    Rows that get messages are fitted again when these are written.
    """
    fitting = _fitting(page, placed, block)
    below = placed.body + 1 + written(page, placed, block)
    for row, content in zip(range(placed.body + 1, below), chain(rows, repeat(_NOTHING)), strict=False):
        points = fitting.height(content)
        if points is not None:
            page.sheet.row_dimensions[row] = FittingRow(page.sheet, index=row, ht=points)


def stream(
    page: Page, placed: PlacedBlock, block: TableBlock, rows: Sequence[Row], defaults: Mapping[str, CellValue]
) -> None:
    """Leave the rows below those that openpyxl writes to the last stage.

    Arguments:
        page: the sheet.
        placed: the place of the table.
        block: the table.
        rows: what its rows hold, from the first one on.
        defaults: what fills the empty cells of each column that has no formula.
    """
    pattern = written(page, placed, block)
    page.streamed.append(
        TableStream(
            block.key,
            placed.body + pattern,
            pattern - 1,
            {key: get_column_letter(placed.columns[key]) for key in defaults},
            {key: value for key, value in defaults.items() if value is not None},
            _fitting(page, placed, block),
            rows,
        )
    )
