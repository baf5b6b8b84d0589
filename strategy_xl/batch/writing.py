"""What goes into which cell: owned cells get the answers, formula cells get what their formula now shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from strategy_xl.schema.spec import FieldRole, FieldSpec
from strategy_xl.xlsx.book_data import BlockData
from strategy_xl.xlsx.patch import Cached
from strategy_xl.xlsx.resolve import Place

Columns = dict[str, dict[int, dict[int, Any]]]
"""Sheet title → column number → row → value."""

BlockValues = Mapping[str, pd.Series]
"""Field key → cell values by Excel row (tables) or instance number (forms)."""


class CellPlan:
    """The edits of one workbook, gathered block by block."""

    def __init__(self) -> None:
        """Start without edits."""
        self.columns: Columns = {}

    def _put(self, block: BlockData, key: str, indices: Sequence[int], values: Sequence[Any]) -> None:
        if not indices:
            return
        sheet = self.columns.setdefault(block.sheet_of(key), {})
        if block.is_table:
            sheet.setdefault(block.places[key].column, {}).update(zip(indices, values, strict=True))
            return
        for index, value in zip(indices, values, strict=True):
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
            rows = [] if column is None else [int(row) for row in column.index]
            given = [] if column is None else [None if value == "" else value for value in column.tolist()]
            self._put(block, field.key, rows, given)
            stale = sorted({int(row) for row in block.to_clear.get(field.key, ())} - set(rows))
            self._put(block, field.key, stale, [None] * len(stale))

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
            self._put(block, field.key, rows, padded)

    def cache(self, block: BlockData, values: BlockValues) -> None:
        """Write what the formulas of a block show; a cell in which people replaced the formula is theirs."""
        for field in self._fields(block, FieldRole.COMPUTED):
            column = values.get(field.key)
            if column is None:
                continue
            overtyped = {int(row) for row in block.overtyped.get(field.key, ())}
            pairs = [
                (int(row), Cached("" if value is None else value))
                for row, value in zip(column.index, column.tolist(), strict=True)
                if int(row) not in overtyped
            ]
            self._put(block, field.key, [row for row, _ in pairs], [value for _, value in pairs])

    def cache_cell(self, place: Place, value: Any) -> None:
        """Write what one formula shows."""
        self.columns.setdefault(place.sheet, {}).setdefault(place.column, {})[place.row] = Cached(value)

    @staticmethod
    def _fields(block: BlockData, role: FieldRole) -> list[FieldSpec]:
        return [field for field in block.block.fields if field.role is role and field.key in block.places]
