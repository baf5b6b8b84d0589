"""The rows of a table: their heights, and which of them openpyxl need not write."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import RowDimension

from strategy_xl.book.shown import CellValue
from strategy_xl.build.layout import PlacedBlock
from strategy_xl.build.page import Page
from strategy_xl.build.streaming import Column, Row, Streamer
from strategy_xl.ooxml.row_pattern import PLAIN, Contents, StreamedRows, Texts
from strategy_xl.schema.spec import TableBlock
from strategy_xl.text.lines import line_letters, row_height, text_lines

PATTERN_ROWS = 1
"""Rows at the top of a table that openpyxl writes; the last of them is the pattern of those below."""
_NOTHING: Final[Row] = {}


class _FittingRow(RowDimension):
    """A row with a height that people's programs may still fit to its content."""

    @property
    def customHeight(self) -> bool:  # noqa: N802 - openpyxl's name
        """The height is a proposal, not a wish."""
        return False


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


def _wrapped(page: Page, placed: PlacedBlock, block: TableBlock) -> dict[str, float]:
    """The columns that wrap their texts, with the width that these have."""
    return {spec.key: page.layout.width(placed.columns[spec.key]) - 2 for spec in block.fields if spec.wraps}


def _height(row: Row, wrapped: Mapping[str, float], least: int) -> float | None:
    """The height in points of a row with that content; None for one line, as any row has."""
    lines = least
    for key, width in wrapped.items():
        value = row.get(key)
        if isinstance(value, str):
            lines = max(lines, text_lines(value, width))
    return row_height(lines) if lines > 1 else None


def fit(page: Page, placed: PlacedBlock, block: TableBlock, rows: Sequence[Row]) -> None:
    """Propose heights for rows that openpyxl writes; empty ones are left to the program that opens the book.

    Rows that get messages are fitted again when these are written.
    """
    wrapped, least = _wrapped(page, placed, block), max(spec.lines for spec in block.fields)
    below = placed.body + 1 + written(page, placed, block)
    for row, content in zip(range(placed.body + 1, below), chain(rows, repeat(_NOTHING)), strict=False):
        points = _height(content, wrapped, least)
        if points is not None:
            page.sheet.row_dimensions[row] = _FittingRow(page.sheet, index=row, ht=points)


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
    wrapped, least = _wrapped(page, placed, block), max(spec.lines for spec in block.fields)
    tags: dict[float | None, bytes] = {None: PLAIN}

    def tag(row: Row) -> bytes:
        points = _height(row, wrapped, least)
        if points not in tags:
            shown = "".join(f' {name}="{value}"' for name, value in _FittingRow(page.sheet, ht=points))
            tags[points] = f'"{shown}>'.encode()
        return tags[points]

    columns = {
        key: Column(slot, line_letters(wrapped.get(key, math.inf))) for slot, key in enumerate(defaults, 1)
    }
    filled = {key: value for key, value in defaults.items() if value is not None}

    def contents(texts: Texts) -> Iterator[Contents]:
        free = repeat(_NOTHING, placed.count - max(len(rows), pattern))
        below = chain(islice(rows, pattern, None), free)
        return Streamer(page.sheet, texts).rows(below, columns, filled, tag)

    letters = [get_column_letter(placed.columns[key]) for key in defaults]
    page.streamed.append(StreamedRows(placed.body + pattern, letters, placed.count - pattern, contents))
