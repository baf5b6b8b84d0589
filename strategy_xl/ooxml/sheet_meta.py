"""What a look at a sheet's bytes tells beside its values: extent, formulas, missing results, error cells."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from strategy_xl.formulas.cell_refs import Area, parse_area

_MERGED = re.compile(rb'<mergeCell\b[^>]*?\sref="([^"]*)"')
FARTHEST = 2**31 - 1
"""Rows and columns beyond are told as this one: more than the numbers kept can hold."""
_MANY_COLUMNS = 1 << 16
_NO_ROWS = np.zeros(0, np.int32)


@dataclass(frozen=True)
class ErrorCells:
    """Cells that show an error value (``#N/A``); all arrays have one entry a cell."""

    rows: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    columns: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    texts: npt.NDArray[np.object_] = field(default_factory=lambda: np.zeros(0, object))

    @classmethod
    def of(cls, cells: Sequence[tuple[int, int, str]]) -> ErrorCells:
        """Of row, column and text of each."""
        places = np.array([cell[:2] for cell in cells], np.int64).reshape(-1, 2).clip(max=FARTHEST)
        texts = np.array([cell[2] for cell in cells], dtype=object)
        return cls(places[:, 0].astype(np.int32), places[:, 1].astype(np.int32), texts)

    def within(self, column: int, first: int, last: int) -> ErrorCells:
        """Those of rows first…last of a column."""
        places = self._by_column.get(column, _NO_ROWS)
        rows = self.rows[places]
        held = places[(rows >= first) & (rows <= last)]
        return ErrorCells(self.rows[held], self.columns[held], self.texts[held])

    @cached_property
    def _by_column(self) -> Mapping[int, npt.NDArray[np.int32]]:
        """Which of them each column has."""
        return _rows_by_column(self.columns, np.arange(len(self.columns), dtype=np.int32))


@dataclass(frozen=True)
class SheetMeta:
    """What a look at a sheet's bytes tells.

    Arguments:
        rows, columns: last row and column that hold a cell (styled empty ones count).
        cells: number of cells.
        formula_rows, formula_columns: one entry per formula cell, in the sheet's order.
        uncached: for the same cells, whether the formula has no stored result.
        errors: cells that show an error value.
        merged: areas whose cells are merged; only the first of each holds anything.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    formula_rows: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    formula_columns: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    uncached: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    errors: ErrorCells = field(default_factory=ErrorCells)
    merged: tuple[Area, ...] = ()

    @property
    def area(self) -> int:
        """Cells of the rectangle from A1 to the last row and column."""
        return self.rows * self.columns

    def formulas_in(self, column: int, first: int, last: int) -> npt.NDArray[np.bool_]:
        """For rows first…last of a column: which hold a formula."""
        return _mask(self._by_column.get(column, _NO_ROWS), first, last)

    def uncached_in(self, column: int, first: int, last: int) -> npt.NDArray[np.bool_]:
        """For rows first…last of a column: which hold a formula without stored result."""
        return _mask(self._uncached_by_column.get(column, _NO_ROWS), first, last)

    def formula_at(self, row: int, column: int) -> tuple[bool, bool]:
        """Whether a cell holds a formula, and whether one without stored result."""
        held, uncached = self._by_column.get(column), self._uncached_by_column.get(column)
        return _holds(held, row), _holds(uncached, row)

    @cached_property
    def _by_column(self) -> Mapping[int, npt.NDArray[np.int32]]:
        return _rows_by_column(self.formula_columns, self.formula_rows)

    @cached_property
    def _uncached_by_column(self) -> Mapping[int, npt.NDArray[np.int32]]:
        return _rows_by_column(self.formula_columns[self.uncached], self.formula_rows[self.uncached])


def _rows_by_column(
    columns: npt.NDArray[np.int32], rows: npt.NDArray[np.int32]
) -> Mapping[int, npt.NDArray[np.int32]]:
    """The rows of each column, ascending."""
    # Mostly rows are in order, and columns few: sorting those alone takes a fraction.
    in_order = columns.max(initial=0) < _MANY_COLUMNS and bool((rows[1:] >= rows[:-1]).all())
    order = columns.astype(np.uint16).argsort(kind="stable") if in_order else np.lexsort((rows, columns))
    present, starts = np.unique(columns[order], return_index=True)
    parts = np.split(rows[order], starts[1:])
    return dict(zip(present.tolist(), parts, strict=False))  # of no column there is one empty part


def _holds(rows: npt.NDArray[np.int32] | None, row: int) -> bool:
    """Whether a row is among ascending ones."""
    if rows is None:
        return False
    at = bisect_left(rows, row)
    return at < len(rows) and bool(rows[at] == row)


def _mask(rows: npt.NDArray[np.int32], first: int, last: int) -> npt.NDArray[np.bool_]:
    """For first…last: which of them are among the rows."""
    mask = np.zeros(max(last - first + 1, 0), bool)
    low, high = np.searchsorted(rows, (first, last + 1))
    mask[rows[low:high] - first] = True
    return mask


def merged_areas(tail: bytes) -> tuple[Area, ...]:
    """The merged areas that what follows the rows of a sheet part states."""
    return areas_of(ref.decode() for ref in _MERGED.findall(tail))


def areas_of(refs: Iterable[str]) -> tuple[Area, ...]:
    """Areas by their references, those that are none left out."""
    return tuple(area for ref in refs if (area := parse_area(ref)) is not None)


def merge(parts: Iterable[SheetMeta]) -> SheetMeta:
    """What several runs of rows of a sheet tell together."""
    found = list(parts)
    if len(found) <= 1:
        return found[0] if found else SheetMeta()
    return SheetMeta(
        max(part.rows for part in found),
        max(part.columns for part in found),
        sum(part.cells for part in found),
        np.concatenate([part.formula_rows for part in found]),
        np.concatenate([part.formula_columns for part in found]),
        np.concatenate([part.uncached for part in found]),
        ErrorCells(
            np.concatenate([part.errors.rows for part in found]),
            np.concatenate([part.errors.columns for part in found]),
            np.concatenate([part.errors.texts for part in found]),
        ),
    )
