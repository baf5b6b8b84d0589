"""One row of a sheet part as the pattern of many: its number and some contents are left open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

_CELL = re.compile(rb'<c r="([A-Z]+)\d+"([^>]*)>(.*?)</c>', re.DOTALL)
_STYLE = re.compile(rb' s="\d+"')
_TAG = re.compile(rb"<[cf] [^>]*>")
_NUMBER = b"\0"
"""Stands for the row's number: no XML holds it."""
_PIECE = 1 << 19
"""About how many bytes of rows go on together."""

BLANK = b"/>"
"""What follows the style in a cell that shows nothing."""
PLAIN = b'">'
"""What follows the number in the tag of a row without a height."""
Contents = Iterable[tuple[int, bytes]]
"""What a row says beside its pattern: what follows the number in its tag (0), or the style in one of its open
cells (from 1 on)."""


class Texts(Protocol):
    """The texts of all sheets."""

    count: int
    """How many cells show one."""

    def place(self, text: bytes) -> bytes:
        """What follows the style in a cell that shows a text, given as its ``<t>`` element; it is counted."""


@dataclass(frozen=True, slots=True)
class StreamedRows:
    """Rows that follow a row of a sheet part which is their pattern.

    Arguments:
        after: number of that row.
        open_columns: letters of the columns, in order, in which they do not say what it says.
        count: how many they are.
        contents: given the texts of all sheets, what each of them says; open cells are blank else.
    """

    after: int
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
        # By turns what stands before a number, the number, and what is open behind it.
        self._parts = [b'<row r="', b"", PLAIN]
        self._open = [(2, b"")]
        wanted = iter(open_columns)
        column = next(wanted, None)
        before = b""
        for cell in _CELL.finditer(row):
            if column is not None and cell[1].decode() == column:
                style = _STYLE.search(cell[2])
                behind = b'"' + (style[0] if style else b"")
                self._open.append((len(self._parts) + 2, behind))
                self._parts += (before + b'<c r="' + cell[1], b"", behind + BLANK)
                before = b""
                column = next(wanted, None)
            else:
                fixed = _unnumbered(cell[0], b'"' + cell[1], b'%d"' % number)
                *numbered, before = (before + fixed).split(_NUMBER)
                for part in numbered:
                    self._parts += (part, b"", b"")
        if column is not None:
            raise KeyError(column)
        self._rest = before + b"</row>"

    @property
    def size(self) -> int:
        """About how many bytes a row takes."""
        return sum(map(len, self._parts)) + len(self._rest)

    def write(self, first: int, contents: Iterable[Contents]) -> Iterator[bytes]:
        """Rows, a good many at a time.

        Arguments:
            first: number of the first one.
            contents: for each row what it says beside the pattern.
        """
        opened, count = self._open, len(self._parts) // 3
        together = max(_PIECE // self.size, 1)
        number = first
        rows = iter(contents)
        while batch := list(islice(rows, together)):
            piece: list[bytes] = []
            for given in batch:
                parts = self._parts.copy()
                parts[1::3] = [b"%d" % number] * count
                for slot, content in given:
                    at, before = opened[slot]
                    parts[at] = before + content
                piece += parts
                piece.append(self._rest)
                number += 1
            yield b"".join(piece)
