"""Whole columns of results at once: one search over a block of rows instead of one per cell.

Only for blocks in which every edited cell has a common shape; the count of what was found against what
was asked tells, and the row by row way takes the block otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.ooxml.cell_patch import PLAIN, CellPatcher, cell_pattern
from strategy_xl.ooxml.cells import Cached

_MISSING = object()
_MEMO = 4096
# Below this many edits per hundred rows, going row by row is cheaper than searching the whole block.
_DENSE = 25


class ColumnsPatcher:
    """Writes the edits of all columns into blocks of rows."""

    def __init__(self, cells: CellPatcher, edits: Mapping[int, Mapping[int, Any]]) -> None:
        """For edits column → row → value."""
        self._cells = cells
        self._by_letters = {column_letters(column).encode(): (column, rows) for column, rows in edits.items()}
        self._sorted = [sorted(rows) for rows in edits.values()]
        self._memo: dict[Any, bytes | None] = {}
        self._pattern = re.compile(cell_pattern(cells.prefix, _any_of(list(self._by_letters))))

    def _expected(self, first: int, last: int) -> int:
        """How many edits fall on rows first…last."""
        return sum(bisect_left(rows, last + 1) - bisect_left(rows, first) for rows in self._sorted)

    def patch(  # noqa: C901 - one loop over all cells, where a call for each costs more than its work
        self, block: bytes, first: int, last: int, row_count: int
    ) -> bytes | None:
        """The block with all columns written; None when it has to be done row by row.

        Arguments:
            block: whole rows, without comments or CDATA.
            first, last: the rows that the block stands for.
            row_count: how many rows it holds.
        """
        expected = self._expected(first, last)
        if expected * 100 < row_count * _DENSE:
            return None
        cells, memo, by_letters = self._cells, self._memo, self._by_letters
        out: list[bytes] = []
        done = count = unchanged = shown = row = 0
        before = b""
        for found in self._pattern.finditer(block):
            letters, number, style, kind, formula, _, raw, inline = found.groups()
            if number != before:
                before, row = number, int(number)
            column, rows = by_letters[letters]
            value = rows.get(row, _MISSING)
            if value is _MISSING:
                continue
            count += 1
            value_type = type(value)
            if formula is None and value_type in PLAIN:
                key = (style, kind, raw, inline, value_type, value)
                if key in memo:
                    tail = memo[key]
                else:
                    if len(memo) >= _MEMO:
                        memo.clear()
                    tail = memo[key] = cells.constant_tail(row, column, value, key[:4])
            elif formula is not None and value_type is Cached:
                tail = cells.cached_tail(row, column, value.value, (style, kind, formula, raw))
                shown += tail is not None
            else:
                return None
            if tail is None:
                unchanged += 1
                continue
            out += (block[done : found.end(2) + 1], tail)
            done = found.end()
        if count != expected:
            return None
        tally = cells.tally
        tally.changed += count - unchanged
        tally.unchanged += unchanged
        tally.recalculate += count - unchanged - shown
        out.append(block[done:])
        return b"".join(out)


def _any_of(columns: list[bytes]) -> bytes:
    """An expression for any of some columns' letters, one character class per beginning."""
    by_beginning: dict[bytes, bytes] = {}
    for letters in columns:
        by_beginning[letters[:-1]] = by_beginning.get(letters[:-1], b"") + letters[-1:]
    return b"|".join(
        beginning + (last if len(last) == 1 else b"[%b]" % last) for beginning, last in by_beginning.items()
    )
