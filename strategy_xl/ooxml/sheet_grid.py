"""The values of a sheet by column: typed arrays as they were read, Python objects only for what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from strategy_xl.cellcolumns import NOTHING, Cells

_COLUMNS: Final = 1 << 15
_FEW: Final = 64
"""Cells of a column up to which objects cost less than arrays."""
_MANY: Final = 20_000
"""Cells above which single ones are searched for, not kept by their place."""


class Grid(Protocol):
    """Values of a sheet; row 1 and column A first, "" where nothing stands."""

    def __len__(self) -> int:
        """Number of the last row that holds anything."""

    @property
    def width(self) -> int:
        """Number of the last column that holds anything."""

    def column(self, column: int, first: int, last: int) -> Sequence[Any]:
        """The cells of a column from row ``first`` to ``last``."""

    def cell(self, row: int, column: int) -> Any:
        """One cell."""

    def row(self, row: int) -> list[Any]:
        """The cells of a row, from column A to the last one of the sheet."""

    def within(self, last: int, width: int) -> Grid:
        """The sheet without what stands below a row and right of a column."""


def listed(grid: Grid) -> list[list[Any]]:
    """All cells of a sheet, row by row."""
    columns = [grid.column(column, 1, len(grid)) for column in range(1, grid.width + 1)]
    return [list(row) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True)
class RowsGrid:
    """A sheet given row by row, all of the same width."""

    rows: Sequence[Sequence[Any]]

    def __len__(self) -> int:
        """Number of the last row that holds anything."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """Number of the last column that holds anything."""
        return len(self.rows[0]) if self.rows else 0

    def column(self, column: int, first: int, last: int) -> list[Any]:
        """The cells of a column from row ``first`` to ``last``."""
        count = max(last - first + 1, 0)
        found = [row[column - 1] for row in self.rows[first - 1 : last]] if column <= self.width else []
        return found + [""] * (count - len(found))

    def cell(self, row: int, column: int) -> Any:
        """One cell."""
        return self.rows[row - 1][column - 1] if row <= len(self.rows) and column <= self.width else ""

    def row(self, row: int) -> list[Any]:
        """The cells of a row, from column A to the last one of the sheet."""
        return list(self.rows[row - 1]) if row <= len(self.rows) else [""] * self.width

    def within(self, last: int, width: int) -> RowsGrid:
        """The sheet without what stands below a row and right of a column."""
        return RowsGrid([row[:width] for row in self.rows[:last]])


@dataclass(frozen=True, slots=True)
class Values:
    """Cells with a value; all arrays have one entry a cell.

    Arguments:
        rows, columns: where each is, from 1.
        kinds: ``NUMBER``, ``TEXT``, ``BOOL``, ``DAY`` or ``ERROR``.
        numbers: the number; of a text or an error its position among the texts, of a truth 0 or 1, of a day
            its number since 30 December 1899.
    """

    rows: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    columns: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    kinds: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    numbers: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def at(self, chosen: Any) -> Values:
        """Some of the cells, by index or mask."""
        return Values(self.rows[chosen], self.columns[chosen], self.kinds[chosen], self.numbers[chosen])

    @classmethod
    def by_column(cls, parts: list[Values]) -> Values:
        """The cells of several runs of rows, column by column; within each, rows stay in order.

        The list is empty afterwards: one array after the other is given up, that a large sheet is not held
        three times.
        """
        if not parts:
            return cls()
        held = [[part.rows, part.columns, part.kinds, part.numbers] for part in parts]
        parts.clear()
        order = np.argsort(np.concatenate([arrays[1] for arrays in held]), kind="stable")
        return cls(*(np.concatenate([arrays.pop(0) for arrays in held])[order] for _ in range(4)))


class ColumnsGrid:
    """A sheet as typed columns."""

    def __init__(self, values: Values, texts: Sequence[str]) -> None:
        """Take sorted cells.

        Arguments:
            values: the cells, column by column.
            texts: what the positions of texts mean.
        """
        self._last = int(values.rows.max(initial=0))
        self._width = int(values.columns.max(initial=0))
        self._values = values
        self._starts = np.searchsorted(self._values.columns, np.arange(self._width + 2))
        self._texts = texts
        self._by_place: dict[int, Any] | None = None

    def __len__(self) -> int:
        """Number of the last row that holds anything."""
        return self._last

    @property
    def width(self) -> int:
        """Number of the last column that holds anything."""
        return self._width

    def column(self, column: int, first: int, last: int) -> Sequence[Any]:
        """The cells of a column from row ``first`` to ``last``."""
        count = max(last - first + 1, 0)
        part = self._part(column, first, last)
        rows, kinds, numbers = self._values.rows[part], self._values.kinds[part], self._values.numbers[part]
        if len(rows) < count:
            at = rows - first
            kinds, held, numbers, known = np.full(count, NOTHING, np.uint8), kinds, np.zeros(count), numbers
            kinds[at], numbers[at] = held, known
        found = Cells(kinds, numbers, self._texts)
        return found if count > _FEW else found.tolist()

    def cell(self, row: int, column: int) -> Any:
        """One cell."""
        count = len(self._values.rows)
        if count > _MANY:
            found = self._objects(self._part(column, row, row))
            return found[0] if found else ""
        if self._by_place is None:
            places = self._values.rows.astype(np.int64) * _COLUMNS + self._values.columns
            values = self._objects(slice(0, count))
            self._by_place = dict(zip(places.tolist(), values, strict=True))
        return self._by_place.get(row * _COLUMNS + column, "")

    def row(self, row: int) -> list[Any]:
        """The cells of a row, from column A to the last one of the sheet."""
        return [self.cell(row, column) for column in range(1, self._width + 1)]

    def within(self, last: int, width: int) -> ColumnsGrid:
        """The sheet without what stands below a row and right of a column."""
        values = self._values
        return ColumnsGrid(values.at((values.rows <= last) & (values.columns <= width)), self._texts)

    def _part(self, column: int, first: int, last: int) -> slice:
        """The cells of a column between two rows."""
        if not 0 < column <= self._width:
            return slice(0, 0)
        start, stop = int(self._starts[column]), int(self._starts[column + 1])
        low, high = np.searchsorted(self._values.rows[start:stop], (first, last + 1))
        return slice(start + int(low), start + int(high))

    def _objects(self, part: slice) -> list[Any]:
        """Cells as Python has them."""
        return Cells(self._values.kinds[part], self._values.numbers[part], self._texts).tolist()
