"""One row of a sheet part as the pattern of many: its number and some contents are left open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

_CELL = re.compile(rb'<c r="([A-Z]+)\d+"([^>]*)>(.*?)</c>', re.DOTALL)
_STYLE = re.compile(rb' s="\d+"')
_TAG = re.compile(rb"<[cf] [^>]*>")
_NUMBER = b"\0"
"""Stands for the row's number: no XML holds it."""
BLANK = b"/>"
"""What follows the style in a cell that shows nothing."""
PLAIN = b'">'
"""What follows the number in the tag of a row without a height."""


class Contents(NamedTuple):
    """What some rows say beside their pattern.

    Arguments:
        rows: how many they are.
        slots: for each of them what follows the number in its tag (0), or the style in one of its open cells
            (from 1 on); what is not there is ``PLAIN`` or ``BLANK`` in all of them.
    """

    rows: int
    slots: Mapping[int, Sequence[bytes]]


class Texts(Protocol):
    """The texts of all sheets."""

    count: int
    """How many cells show one."""

    def place(self, text: bytes) -> bytes:
        """What follows the style in a cell that shows a text, given as its ``<t>`` element; it is counted."""


@dataclass(frozen=True, slots=True)
class StreamedRows:
    """Rows in the place of a row of a sheet part which is their pattern.

    Arguments:
        first: number of that row.
        open_columns: letters of the columns, in order, in which they do not say what it says.
        count: how many they are.
        contents: given the texts of all sheets, what they say.
    """

    first: int
    open_columns: Sequence[str]
    count: int
    contents: Callable[[Texts], Iterable[Contents]]


def _unnumbered(cell: bytes, column: bytes, number: bytes) -> bytes:
    """A cell whose tags leave open in which row it is; what its formula says stays."""
    return _TAG.sub(lambda tag: tag[0].replace(column + number, column + _NUMBER + b'"'), cell)


class RowPattern:
    """A row taken apart, to be written again under other numbers."""

    def __init__(self, row: bytes, number: int, open_columns: Sequence[str]) -> None:
        """Take a row apart.

        Arguments:
            row: the row as openpyxl writes it, every cell with a closing tag of its own.
            number: its number.
            open_columns: letters of the columns, in order, whose contents are left open.

        Errors: KeyError when the row has no cell in one of them.
        """
        # What stands before each slot and behind the last one, the row's number left open.
        self._fixed = [b'<row r="' + _NUMBER]
        wanted = iter(open_columns)
        column = next(wanted, None)
        before = b""
        for cell in _CELL.finditer(row):
            if column is not None and cell[1].decode() == column:
                style = _STYLE.search(cell[2])
                self._fixed.append(
                    before + b'<c r="' + cell[1] + _NUMBER + b'"' + (style[0] if style else b"")
                )
                before = b""
                column = next(wanted, None)
            else:
                before += _unnumbered(cell[0], b'"' + cell[1], b'%d"' % number)
        if column is not None:
            raise KeyError(column)
        self._fixed.append(before + b"</row>")
        self._between: dict[tuple[int, ...], list[bytes]] = {}

    @property
    def size(self) -> int:
        """About how many bytes a row takes."""
        return sum(map(len, self._fixed))

    def write(self, first: int, contents: Iterable[Contents]) -> Iterator[bytes]:
        """Rows, as many at a time as they are given.

        Arguments:
            first: number of the first one.
            contents: what they say beside the pattern.
        """
        for count, slots in contents:
            used = tuple(sorted(slots))
            numbers = [b"%d" % number for number in range(first, first + count)]
            first += count
            width = 2 * len(used) + 1
            pieces = [b""] * (width * count)
            for at, fixed in enumerate(self._without(used)):
                pieces[2 * at :: width] = [fixed.replace(_NUMBER, number) for number in numbers]
            for at, slot in enumerate(used):
                pieces[2 * at + 1 :: width] = slots[slot]
            yield b"".join(pieces)

    def _without(self, used: tuple[int, ...]) -> list[bytes]:
        """What stands before each of some slots and behind the last one, where the others are blank."""
        if used not in self._between:
            found = [b""]
            for slot, fixed in enumerate(self._fixed):
                found[-1] += fixed
                if slot in used:
                    found.append(b"")
                elif slot < len(self._fixed) - 1:
                    found[-1] += BLANK if slot else PLAIN
            self._between[used] = found
        return self._between[used]
