"""What stands on a sheet, from above: parts with blank rows between them, and what may be left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from strategy_xl.build.layout import QUESTION_ROW
from strategy_xl.formulas.cell_refs import Area
from strategy_xl.ooxml.sheet_geometry import SheetGeometry
from strategy_xl.ooxml.sheet_grid import Grid
from strategy_xl.ooxml.workbook_part import TableInfo

_HEADING = 2
"""Rows that stand above something, and never alone at the foot of a page."""
_ENOUGH = 14
"""Characters in which any number has room."""
_SHORT = 28
"""Characters up to which a text stands on one line."""
_BOLD = 1.15
"""Width of a bold letter, in characters."""
TWO_LINES = 22.0
"""Height from which on a row has more than one line."""


class Part(NamedTuple):
    """Rows without a blank one between them.

    Arguments:
        top, bottom: first and last row.
        right: last column in which something stands.
        table: the longest table in it.
    """

    top: int
    bottom: int
    right: int
    table: TableInfo | None


@dataclass(frozen=True)
class Parts:
    """A sheet being laid out; rows and columns are counted from 1.

    Arguments:
        measured: its size.
        grid: its values.
        area: what is printed of it.
        filled: where something can be seen: rows by columns, both from 0.
        columns_out: columns that are left out.
        columns, rows: those with another size than in the workbook: characters, points.
        shares: what remains of the width of drawings, by their first cell.
    """

    measured: SheetGeometry
    grid: Grid
    area: Area
    filled: npt.NDArray[np.bool_]
    columns_out: frozenset[int] = frozenset()
    columns: Mapping[int, float] = field(default_factory=dict)
    rows: Mapping[int, float] = field(default_factory=dict)
    shares: Mapping[tuple[int, int], float] = field(default_factory=dict)

    @classmethod
    def of(
        cls, measured: SheetGeometry, grid: Grid, area: Area, unknown: Iterable[tuple[int, int]] = ()
    ) -> Parts:
        """The parts of a sheet of which an area is printed.

        Arguments:
            measured, grid, area: as above.
            unknown: cells, row and column, whose formulas no program has calculated yet: LibreOffice will.
        """
        found = np.zeros((area.bottom, area.right), bool)
        for column in range(1, min(area.right, grid.width) + 1):
            if column not in measured.hidden_columns:
                values = grid.column(column, 1, area.bottom)
                found[:, column - 1] = [value is not None and value != "" for value in values]
        for row, column in unknown:
            if row <= area.bottom and column <= area.right:
                found[row - 1, column - 1] = column not in measured.hidden_columns
        return cls(measured, grid, area, found)

    def _used(self) -> npt.NDArray[np.bool_]:
        """Rows in which something can be seen, from 0."""
        return np.asarray(self.filled.any(axis=1), bool)

    @cached_property
    def tables(self) -> tuple[TableInfo, ...]:
        """The tables that are printed."""
        return tuple(table for table in self.measured.tables if table.area.overlaps(self.area))

    @cached_property
    def blank_rows(self) -> frozenset[int]:
        """Blank rows at the end of tables that have others: they wait for entries, which paper takes none of.

        A row beside which something stands, or is drawn, stays.
        """
        used, found = self._used(), set[int]()
        for table in self.tables:
            rows = used[table.first_row - 1 : table.last_row]
            if rows.any():
                last = table.first_row + int(np.flatnonzero(rows)[-1])
                found.update(range(last + 1, min(table.last_row, self.area.bottom) + 1))
        for area in (*self.measured.drawn, *self.measured.merged):
            found.difference_update(range(area.top, area.bottom + 1))
        return frozenset(row for row in found if not used[row - 1])

    @cached_property
    def empty_columns(self) -> frozenset[int]:
        """Columns in which nothing stands in any row of a table that has entries, nor anything elsewhere."""
        found: set[int] = set()
        for table in self.tables:
            rows = self.filled[table.first_row - 1 : table.last_row, : table.area.right]
            empty = np.flatnonzero(~rows.any(axis=0)) + 1 if rows.any() else ()
            found.update(int(column) for column in empty if column > table.area.left)
        heads = {table.area.top for table in self.tables}
        for row in np.flatnonzero(self._used()) + 1:
            if row not in heads and row > QUESTION_ROW:
                found.difference_update((np.flatnonzero(self.filled[row - 1]) + 1).tolist())
        for area in (*self.measured.drawn, *map(self._reached, self._filled_merges)):
            found.difference_update(range(area.left, area.right + 1))
        return frozenset(column for column in found if column not in self.measured.hidden_columns)

    @cached_property
    def all(self) -> tuple[Part, ...]:
        """The parts, from above; one of a row or two goes with what it stands above."""
        used = self._used()
        rights = np.where(used, self.area.right - np.argmax(self.filled[:, ::-1], axis=1), 0)
        rights[:QUESTION_ROW] = 0  # the firm stands at the right edge, wherever that is
        tables = (table.area for table in self.tables)
        for area in (*self.measured.drawn, *tables, *map(self._reached, self._filled_merges)):
            used[area.top - 1 : area.bottom] = True
            reach = max((c for c in range(area.left, area.right + 1) if self.measured.width_of(c)), default=0)
            here = slice(area.top - 1, area.bottom)
            rights[here] = np.maximum(rights[here], min(reach, self.area.right))
        out = self.blank_rows | self.measured.hidden_rows
        shown = np.array([row for row in range(self.area.top, self.area.bottom + 1) if row not in out], int)
        places = np.flatnonzero(used[shown - 1])
        runs = np.split(shown[places], np.flatnonzero(np.diff(places) > 1) + 1) if len(places) else []
        parts: list[Part] = []
        top = 0
        for run in runs:
            top, bottom = top or int(run[0]), int(run[-1])
            if len(run) <= _HEADING and run is not runs[-1]:
                continue
            inside = [table for table in self.tables if top <= table.area.top <= bottom]
            longest = max(inside, key=lambda table: table.area.size, default=None)
            parts.append(Part(top, bottom, int(rights[top - 1 : bottom].max()), longest))
            top = 0
        return tuple(parts)

    @property
    def _filled_merges(self) -> list[Area]:
        return [
            area
            for area in self.measured.merged
            if QUESTION_ROW < area.top <= self.area.bottom
            and area.left <= self.area.right
            and self.filled[area.top - 1, area.left - 1]
        ]

    def _reached(self, merged: Area) -> Area:
        """As much of merged cells as their text takes, when it stands on one line."""
        text, used, right = self.grid.cell(merged.top, merged.left), 0.0, merged.left
        taken = len(str(text)) * self.measured.character * _BOLD
        if taken > self.width(merged.left, merged.right):
            return merged
        while used + self.measured.width_of(right) < taken:
            used += self.measured.width_of(right)
            right += 1
        return merged._replace(right=right)

    # -- sizes -----------------------------------------------------------------------------------------------

    def width(self, first: int, last: int) -> float:
        """Width of some columns."""
        return sum(self.measured.width_of(column) for column in range(first, last + 1))

    def height(self, top: int, bottom: int) -> float:
        """Height of some rows without those that are blank."""
        return float(self._ends[max(bottom, top - 1)] - self._ends[top - 1])

    @cached_property
    def _ends(self) -> npt.NDArray[np.float64]:
        """Where each row ends, row 0 first."""
        rows = range(1, self.area.bottom + 1)
        return np.cumsum(
            [0.0, *(0.0 if row in self.blank_rows else self.measured.height_of(row) for row in rows)]
        )

    def first_beyond(self, top: int, height: float) -> int:
        """The first row, from one on, that ends below a height."""
        return int(np.searchsorted(self._ends, self._ends[top - 1] + height, side="right"))

    @property
    def right(self) -> int:
        """The last column in which something stands."""
        return max((part.right for part in self.all), default=self.area.right)

    # -- as it could be --------------------------------------------------------------------------------------

    def without_empty_columns(self) -> Parts:
        """The sheet without the columns in which nothing stands."""
        hidden = self.measured.hidden_columns | self.empty_columns
        return replace(
            self, measured=replace(self.measured, hidden_columns=hidden), columns_out=self.empty_columns
        )

    def fitted(self) -> Parts:
        """The sheet with columns of its tables only as wide as what stands in them, on no more lines.

        Columns that reach into something else than tables keep their width.
        """
        kept: set[int] = set()
        for area in (*self.measured.drawn, *map(self._reached, self._filled_merges)):
            kept.update(range(area.left, area.right + 1))
        columns: dict[int, float] = {}
        for table in self.tables:
            for column in range(table.area.left, table.area.right + 1):
                width = self.measured.width_of(column)
                needed = self._needed(table, column) * self.measured.character
                if column not in kept and max(needed, columns.get(column, 0.0)) < width:
                    columns[column] = max(needed, columns.get(column, 0.0))
                else:
                    kept.add(column)
        columns = {column: width for column, width in columns.items() if column not in kept}
        return self._resized(columns, {})

    def _needed(self, table: TableInfo, column: int) -> float:
        """Characters that a column of a table takes; without end for texts of several lines."""
        title = str(self.grid.cell(table.area.top, column)) if table.header_rows else ""
        longest = max(map(len, title.split()), default=0)
        needed = [_BOLD * max(longest, len(title) / 2 + 2)]
        for value in self.grid.column(column, table.first_row, min(table.last_row, self.area.bottom)):
            if isinstance(value, str):
                needed.append(len(value) if len(value) <= _SHORT else math.inf)
            elif value is not None:
                needed.append(_ENOUGH)
        return max(needed) + 2

    def narrowed(self, limit: float, least: float) -> Parts | None:
        """The sheet in a width, its columns narrower and its rows of several lines higher.

        Arguments:
            limit: the width.
            least: what must remain of a column of texts; one of numbers remains wide enough for them.

        None when that is not enough.
        """
        excess = self.width(1, self.right) - limit
        if excess <= 0:
            return self
        spare = self._spare(least)
        room = sum(spare.values())
        return None if room < excess else self._taken(spare, excess / room, least)

    def narrowest(self, least: float) -> Parts:
        """The sheet with columns as narrow as may be, when that much must remain of those of texts."""
        return self._taken(self._spare(least), 1.0, least)

    def _taken(self, spare: Mapping[int, float], share: float, least: float) -> Parts:
        """The sheet with columns that have lost a share of what they may."""
        columns = {c: self.measured.width_of(c) - share * width for c, width in spare.items() if width}
        higher = 1 / (1 - share * (1 - least))
        rows = {row: height * higher for row, height in self._of_lines().items()}
        return self._resized(columns, rows)

    def _resized(self, columns: Mapping[int, float], rows: Mapping[int, float]) -> Parts:
        """The sheet with other sizes, in points; drawings take the share of the columns under them."""
        measured, character = self.measured, self.measured.character
        changed = replace(measured, columns={**measured.columns, **columns}, rows={**measured.rows, **rows})
        shares = dict(self.shares)
        for area in measured.drawn:
            span = range(area.left, area.right + 1)
            before, now = (sum(map(sizes.width_of, span)) for sizes in (measured, changed))
            shares[area.top, area.left] = shares.get((area.top, area.left), 1.0) * (
                now / before if before else 1.0
            )
        own = {**self.columns, **{column: width / character for column, width in columns.items()}}
        return replace(self, measured=changed, columns=own, rows={**self.rows, **rows}, shares=shares)

    def _spare(self, least: float) -> Mapping[int, float]:
        """What columns may lose of their width."""
        enough, found = _ENOUGH * self.measured.character, {}
        for column in range(1, self.right + 1):
            width = self.measured.width_of(column)
            rows = np.flatnonzero(self.filled[:, column - 1]) + 1
            values = (self.grid.cell(int(row), column) for row in rows)
            has_texts = all(isinstance(value, str | bool) for value in values)
            spare = width * (1 - least)
            found[column] = max(0.0, min(spare, width - enough if not has_texts else spare))
        return {column: spare for column, spare in found.items() if self.measured.width_of(column) >= enough}

    def _of_lines(self) -> Mapping[int, float]:
        """Rows of more than one line: those that are that high, and those under a merge over several."""
        merged = {
            row
            for area in self._filled_merges
            if area.top < area.bottom
            for row in range(area.top, area.bottom + 1)
        }
        return {
            row: height for row, height in self.measured.rows.items() if height >= TWO_LINES or row in merged
        }
