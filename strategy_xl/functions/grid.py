"""The shape of an argument: cells in rows and columns, however a host hands them over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

_CELL_TYPES = frozenset({float, str, int, bool})
"""What a single cell mostly is."""

_SEARCHED = 100
"""Cells among which a list of cells is searched for rows; longer ones are told by their first."""

LONG = 100_000
"""Rows (or columns of one row, a tenth of that) from which a range is taken for a whole column: what is
blank at its end is no row. A shorter range gives an answer in each of its rows, as it was drawn."""

_STEP = 10_000
_NOTHING = frozenset({None, ""})


class Grid:
    """An argument's cells in rows and columns.

    A range is gone through when its cells are asked for, and they are not kept: ten thousand cells that are
    read at once are still in the processor's cache.
    """

    def __init__(self, given: Sequence[Any], *, nested: bool, blanks: tuple[int, int] = (0, 0)) -> None:
        """Keep a list of rows (nested) or of the cells of a column; at least one.

        Arguments: blanks: blank rows below and columns on the right that are left out.
        """
        self._given = given
        self._nested = nested
        self._blanks = blanks

    def _column(self) -> Sequence[object] | None:
        """The cells when they stand in one column."""
        if not self._nested:
            return self._given
        try:
            return [cell for (cell,) in self._given]
        except (TypeError, ValueError):
            return None

    @cached_property
    def block(self) -> Sequence[Sequence[object]]:
        """Rows of equal length."""
        if not self._nested:
            return [(cell,) for cell in self._given]
        return _even(self._given) if self._column() is None else self._given

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._given)

    @cached_property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.block[0]) if self._column() is None else 1

    @property
    def cells(self) -> Sequence[object]:
        """The cells, row after row."""
        column = self._column()
        return list(chain.from_iterable(self.block)) if column is None else column

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return len(self._given) == 1 and (not self._nested or self.columns == 1) and self._blanks == (0, 0)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the range, with the blanks that are left out."""
        return self.rows + self._blanks[0], self.columns + self._blanks[1]

    @property
    def ends_early(self) -> bool:
        """Whether blanks are left out."""
        return self._blanks != (0, 0)

    def filled(self, rows: int, columns: int) -> Grid:
        """The range with as many rows and columns as given, at least its own: the rest is blank."""
        if (rows, columns) == (self.rows, self.columns):
            return self
        block = [(*line, *(None,) * (columns - self.columns)) for line in self.block]
        block += [(None,) * columns] * (rows - self.rows)
        return Grid(block, nested=True)


def grid(value: object) -> Grid:
    """An argument as cells in rows and columns.

    Arguments: a cell, a list of cells (taken as a column), a list of rows (short rows are filled up with
    blanks), a numpy array, a Series or a DataFrame.
    """
    if value.__class__ in _CELL_TYPES:
        return Grid((value,), nested=False)
    if isinstance(value, pd.DataFrame):
        value = value.to_numpy(dtype=object)
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        value = value.tolist()
    if not isinstance(value, list | tuple) or not value:
        return Grid((None if isinstance(value, list | tuple) else value,), nested=False)
    searched = value if len(value) < _SEARCHED else value[:1]
    nested = any(isinstance(row, list | tuple) for row in searched)
    if len(value) >= LONG:
        used = _used(value, nested=nested)
        return Grid(value[:used], nested=nested, blanks=(len(value) - used, 0))
    if nested and len(value) == 1 and 10 * len(value[0]) >= LONG:
        used = _used(value[0], nested=False)
        return Grid([value[0][:used]], nested=True, blanks=(0, len(value[0]) - used))
    return Grid(value, nested=nested)


def _used(given: Sequence[Any], *, nested: bool) -> int:
    """Rows (nested) or cells up to the last one in which something stands; at least 1."""

    def is_blank(row: Any) -> bool:
        return (set(row) if nested else {row}) <= _NOTHING

    end = len(given)
    try:
        if is_blank(given[-1]):  # counting its likes is the quickest way to look at a million rows
            while end > _STEP and given[end - _STEP : end].count(given[-1]) == _STEP:
                end -= _STEP
        while end > 1 and is_blank(given[end - 1]):
            end -= 1
    except (TypeError, ValueError):  # a row that is none among rows, a cell that is no cell: not blank
        return end
    return end


def _even(value: Sequence[Any]) -> Sequence[Sequence[object]]:
    """A list of rows with all rows of one length, at least one cell."""
    rows = [row if isinstance(row, list | tuple) else (row,) for row in value]
    lengths = set(map(len, rows))
    width = max(1, *lengths)
    return rows if lengths == {width} else [(*row, *(None,) * (width - len(row))) for row in rows]
