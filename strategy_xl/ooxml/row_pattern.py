"""One row of a sheet part as the pattern of many: its number and some contents are left open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

_CELL = re.compile(rb'<c r="([A-Z]+)\d+"([^>]*)>(.*?)</c>', re.DOTALL)
_STYLE = re.compile(rb' s="\d+"')
_TAG = re.compile(rb"<[cf] [^>]*>")
_NUMBER = b"\0"
"""Stands for the row's number: no XML holds it."""
_PIECE = 1 << 19
"""About how many bytes of rows go on together."""

PlaceText = Callable[[bytes], bytes]
"""Takes the ``<t>`` element of a text; what follows the style in a cell that shows it."""
BLANK = b"/>"
"""What follows the style in a cell that shows nothing."""


@dataclass(frozen=True, slots=True)
class StreamedRows:
    """Rows that follow a row of a sheet part which is their pattern.

    Arguments:
        after: number of that row.
        open_columns: letters of the columns, in order, in which they do not say what it says.
        count: how many they are.
        contents: given the way to place a text, what each of them holds: what follows the number in the row's
            tag, then what follows the style in each open cell.
    """

    after: int
    open_columns: Sequence[str]
    count: int
    contents: Callable[[PlaceText], Iterable[Sequence[bytes]]]


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
        """
        wanted = iter(open_columns)
        column = next(wanted, None)
        self._parts = [b'<row r="' + _NUMBER, b""]
        fixed = b""
        for cell in _CELL.finditer(row):
            if column is None or cell[1].decode() != column:
                fixed += _unnumbered(cell[0], b'"' + cell[1], b'%d"' % number)
                continue
            style = _STYLE.search(cell[2])
            fixed += b'<c r="' + cell[1] + _NUMBER + b'"' + (style[0] if style else b"")
            self._parts += (fixed, b"")
            fixed = b""
            column = next(wanted, None)
        if column is not None:
            raise KeyError(column)
        self._parts.append(fixed + b"</row>")

    @property
    def size(self) -> int:
        """About how many bytes a row takes."""
        return sum(map(len, self._parts))

    def write(self, first: int, contents: Iterable[Sequence[bytes]]) -> Iterator[bytes]:
        """Rows, a good many at a time.

        Arguments:
            first: number of the first one.
            contents: for each row what ``StreamedRows.contents`` gives.
        """
        parts, number = self._parts, first
        together = max(_PIECE // self.size, 1)
        rows = iter(contents)
        while batch := list(islice(rows, together)):
            piece = []
            for given in batch:
                parts[1::2] = given
                piece.append(b"".join(parts).replace(_NUMBER, b"%d" % number))
                number += 1
            yield b"".join(piece)
