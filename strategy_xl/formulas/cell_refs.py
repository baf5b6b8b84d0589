"""Cell references: ``C7`` to numbers and back, and rectangular ranges.

LibreOffice's own Python, 3.8 on older ones, runs this very file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})\Z")


@lru_cache(maxsize=None)
def column_letters(column: int) -> str:
    """The letters of a column number: 1 is ``A``, 28 is ``AB``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=None)
def column_number(letters: str) -> int:
    """The number of column letters (upper case): ``A`` is 1, ``AB`` is 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def cell_name(row: int, column: int) -> str:
    """The reference of a cell: row 7, column 3 is ``C7``."""
    return f"{column_letters(column)}{row}"


def parse_cell(ref: str) -> tuple[int, int] | None:
    """(row, column) of a reference such as ``C7`` or ``$C$7``; None when it is not one."""
    match = _CELL.match(ref)
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1].upper())
    return (row, column) if row <= MAX_ROW and column <= MAX_COLUMN else None


class Area(NamedTuple):
    """A rectangle of cells, both ends included, 1-based."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """``B2:C9``, or ``B2`` for one cell."""
        first = cell_name(self.top, self.left)
        return first if self.size == 1 else f"{first}:{cell_name(self.bottom, self.right)}"

    @property
    def size(self) -> int:
        """How many cells."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    def has(self, row: int, column: int) -> bool:
        """Whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def overlaps(self, other: Area) -> bool:
        """Whether the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def cells_of(self, edits: Mapping[int, Mapping[int, Any]]) -> Iterator[tuple[int, int, Any]]:
        """The edits (column → row → value) that fall inside, as (row, column, value)."""
        for column, rows in edits.items():
            if not self.left <= column <= self.right:
                continue
            if self.bottom - self.top < len(rows):
                for row in range(self.top, self.bottom + 1):
                    if row in rows:
                        yield row, column, rows[row]
            else:
                for row, value in rows.items():
                    if self.top <= row <= self.bottom:
                        yield row, column, value


def parse_area(ref: str) -> Area | None:
    """The area of ``B2:C9``, ``B2``, ``$B$2:$C$9``; None when it is something else."""
    first, colon, last = ref.partition(":")
    start = parse_cell(first)
    end = parse_cell(last) if colon else start
    if start is None or end is None:
        return None
    return Area(min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1]))
