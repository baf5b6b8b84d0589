"""What goes into which cell: owned cells get the answers, formula cells get what their formula now shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from strategy_xl.schema.spec import FieldRole, FieldSpec
from strategy_xl.xlsx.book_data import BlockData, WorkbookData
from strategy_xl.xlsx.patch import Cached

Columns = dict[str, dict[int, dict[int, Any]]]
"""Sheet title → column number → row → value."""

BlockValues = Mapping[str, pd.Series]
"""Field key → cell values by Excel row (tables) or instance number (forms)."""


class CellPlan:
    """The edits of one workbook, gathered block by block."""

    def __init__(self, data: WorkbookData) -> None:
        """Start without edits."""
        self._data = data
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

    def fill(self, block: BlockData, values: BlockValues) -> None:
        """Write a block's answers.

        Arguments:
            block: the block as read.
            values: by field key; owned cells outside the given rows are cleared, formula cells outside
                them are left alone. A value of None clears an owned cell and shows nothing in a formula.
        """
        for field in block.block.fields:
            if field.key not in block.places or field.role is FieldRole.INPUT:
                continue
            column = values.get(field.key)
            if field.role is FieldRole.OWNED:
                self._own(block, field, column)
            elif column is not None:
                self._cache(block, field, column)

    def _own(self, block: BlockData, field: FieldSpec, column: pd.Series | None) -> None:
        rows = [] if column is None else [int(row) for row in column.index]
        given = [] if column is None else [None if value == "" else value for value in column.tolist()]
        self._put(block, field.key, rows, given)
        stale = sorted(set(block.to_clear.get(field.key, ())) - set(rows))
        self._put(block, field.key, [int(row) for row in stale], [None] * len(stale))

    def _cache(self, block: BlockData, field: FieldSpec, column: pd.Series) -> None:
        """Only the shown value; a cell in which people replaced the formula is theirs."""
        overtyped = {int(row) for row in block.overtyped.get(field.key, ())}
        pairs = [
            (int(row), Cached("" if value is None else value))
            for row, value in zip(column.index, column.tolist(), strict=True)
            if int(row) not in overtyped
        ]
        self._put(block, field.key, [row for row, _ in pairs], [value for _, value in pairs])

    def list_from_top(self, block: BlockData, values: BlockValues) -> None:
        """Write a listing (a ranking, a board) from the table's first row on, and clear what is left below."""
        rows = list(block.all_rows)
        for field in block.block.fields:
            if field.key not in block.places:
                continue
            column = values.get(field.key)
            given: list[Any] = [] if column is None else column.tolist()[: len(rows)]
            if field.role is FieldRole.OWNED:
                padded = [None if value == "" else value for value in given] + [None] * (
                    len(rows) - len(given)
                )
                self._put(block, field.key, rows, padded)
            elif column is not None:
                shown = [Cached("" if value is None else value) for value in given]
                self._put(block, field.key, rows[: len(given)], shown)
