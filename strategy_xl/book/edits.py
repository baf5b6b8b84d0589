"""What goes into which cell: owned cells get the answers, formula cells get what their formula now shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from strategy_xl.book.data import BlockData
from strategy_xl.book.resolve import Place
from strategy_xl.ooxml.patch import Cached
from strategy_xl.schema.spec import FieldRole, FieldSpec

Columns = dict[str, dict[int, dict[int, Any]]]
"""Sheet title → column number → row → value."""

BlockValues = Mapping[str, pd.Series]
"""Field key → cell values by Excel row (tables) or instance number (forms)."""


def _blank(value: Any) -> Any:
    return "" if value is None else value


def _same(shown: Any, value: Any) -> bool:
    """Whether a cell shows the value already; the patcher looks again at those that may not.

    A link is compared by its text alone only when the patcher does: a formula is never the same here.
    """
    if shown is value:
        return True
    if value is None or value == "":
        return bool(shown == "" or shown is None)
    kind = type(shown)
    return (kind is type(value) and bool(shown == value)) or (
        kind is float and type(value) is int and shown == value
    )


class CellPlan:
    """The edits of one workbook, gathered block by block."""

    def __init__(self) -> None:
        """Start without edits."""
        self.columns: Columns = {}

    def _put(
        self, block: BlockData, key: str, rows: Sequence[int], values: Sequence[Any], *, cached: bool
    ) -> None:
        """Note the cells that do not show the value yet."""
        shown = block.shown.get(key, [])
        edits = {
            row: Cached(_blank(value)) if cached else value
            for row, value in zip(rows, values, strict=True)
            if not _same(shown[row - block.first_row], value)
        }
        if not edits:
            return
        sheet = self.columns.setdefault(block.sheet_of(key), {})
        if block.is_table:
            sheet.setdefault(block.places[key].column, {}).update(edits)
            return
        for index, value in edits.items():
            row, column = block.cell(key, index)
            sheet.setdefault(column, {})[row] = value

    def own(self, block: BlockData, values: BlockValues) -> None:
        """Write the owned cells of a block.

        Arguments:
            block: the block as read.
            values: by field key, index: Excel row or instance; None clears. Old answers in rows that are
                blank now are cleared.
        """
        for field in self._fields(block, FieldRole.OWNED):
            column = values.get(field.key)
            rows = [] if column is None else column.index.tolist()
            given = [] if column is None else [None if value == "" else value for value in column.tolist()]
            stale = sorted({int(row) for row in block.to_clear.get(field.key, ())} - set(rows))
            self._put(block, field.key, [*rows, *stale], [*given, *[None] * len(stale)], cached=False)

    def list_from_top(self, block: BlockData, values: BlockValues) -> None:
        """Write a board (a ranking, a list of alerts) from the table's first row on; clear the rest."""
        rows = list(block.all_rows)
        for field in self._fields(block, FieldRole.OWNED):
            column = values.get(field.key)
            given: list[Any] = [] if column is None else column.tolist()[: len(rows)]
            padded = [
                *(None if value == "" else value for value in given),
                *[None] * (len(rows) - len(given)),
            ]
            self._put(block, field.key, rows, padded, cached=False)

    def cache(self, block: BlockData, values: BlockValues) -> None:
        """Write what the formulas of a block show; a cell in which people replaced the formula is theirs."""
        for field in self._fields(block, FieldRole.COMPUTED):
            column = values.get(field.key)
            if column is None:
                continue
            rows, given = column.index.tolist(), column.tolist()
            overtyped = {int(row) for row in block.overtyped.get(field.key, ())}
            if overtyped:
                kept = [position for position, row in enumerate(rows) if row not in overtyped]
                rows, given = [rows[position] for position in kept], [given[position] for position in kept]
            self._put(block, field.key, rows, given, cached=True)

    def cache_cell(self, place: Place, value: Any) -> None:
        """Write what one formula shows."""
        self.columns.setdefault(place.sheet, {}).setdefault(place.column, {})[place.row] = Cached(value)

    @staticmethod
    def _fields(block: BlockData, role: FieldRole) -> list[FieldSpec]:
        return [field for field in block.block.fields if field.role is role and field.key in block.places]
