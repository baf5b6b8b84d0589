"""What is new in a part while it is made from its source: is it XML?

A sheet of many rows is not parsed again when it is written: its rows have the bytes they had, but for some.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import compress
from operator import ne

from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.xml_tree import well_formed
from strategy_xl.progress import tell

_PIECE = 1 << 20
_ROW_END = b"</row>"
_ROW_START = re.compile(rb'\s*<row [^<>]*?\br="(\d+)"')
_CELL_START = b'<c r="'
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
_SEAM = 12
_NINE = 9
_NONCHARACTERS = b"\xef\xbf"  # how those two begin that XML has not
_REFERENCE = re.compile(
    rb"&(?!#(?:[1-9]\d{2,3}|[4-9]\d|3[2-9]|[1-4]\d{4}|9|10|13);|(?:amp|lt|gt|quot|apos);|[#\w]{0,6}\Z)"
)
"""A reference that may be none: all but the five names and the usual characters, and what may go on."""
_LAST_ASCII = 127
_NUMBERED = 0xFF_00_00_00_FF_FF
_NUMBER = int.from_bytes(b"&#\0\0\0;", "little")


class Difference:
    """What a part that is being made has and its source has not.

    Of a part whose source is parsed nowhere, all bytes are looked at for what need not be XML.

    Arguments:
        package: the open source.
        name: member name.
        is_parsed: whether the source is parsed on its way.
    """

    def __init__(self, package: Package, name: str, *, is_parsed: bool) -> None:
        """See the class."""
        self._package, self._name, self._is_parsed = package, name, is_parsed
        self._read: deque[bytes] = deque()  # of the source, not looked at yet
        self._ahead: deque[bytes] = deque()  # of the part, not looked at yet
        self._seen: deque[bytes] = deque()  # of the part, not passed on yet
        self._error: BaseException | None = None
        self.is_sound = False
        """Whether the part is XML; known when all of it is made. False also where only a parser can tell."""

    def source(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces of the source, on their way to what makes the part."""
        for piece in pieces:
            self._read.append(piece)
            yield piece

    def made(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces of the part, on their way on.

        Errors: those of ``pieces``.
        """
        making = self._making(pieces)
        odd: list[bytes] = []
        new = self._new(making) if self._is_parsed else _watched(self._new(making), odd)
        try:
            for _ in well_formed(_new_rows(self._old(making), new), self._package.where, self._name):
                while self._seen:
                    yield self._seen.popleft()
            self.is_sound = not odd
        except WorkbookError:
            if self._error is not None:
                raise self._error from None
        yield from self._seen
        yield from self._ahead
        yield from making

    def _new(self, making: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces of the part, as they are looked at."""
        while (piece := self._ahead.popleft() if self._ahead else next(making, None)) is not None:
            self._seen.append(piece)
            yield piece

    def _old(self, making: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces of the source, as they are looked at; the part is made on until there is one."""
        while True:
            while not self._read:
                piece = next(making, None)
                if piece is None:
                    return
                self._ahead.append(piece)
            yield self._read.popleft()

    def _making(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces; what goes wrong in making them is told from what is wrong with them."""
        try:
            yield from pieces
        except BaseException as error:
            self._error = error
            raise


def _watched(pieces: Iterable[bytes], odd: list[bytes]) -> Iterator[bytes]:
    """The pieces as they are; those in which XML may not be what it seems by its tags go to ``odd`` too.

    Characters that XML has not, other encodings than UTF-8, references beyond the usual ones.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b""
    for piece in pieces:
        letters = _letters(piece)
        try:
            text = decoder.decode(letters)
        except UnicodeDecodeError:
            odd.append(piece)
            decoder.reset()
        else:
            if (
                _has_control(piece)
                or (_NONCHARACTERS in letters and ("\ufffe" in text or "\uffff" in text))
                or _has_odd_reference(piece)
                or _REFERENCE.search(last + piece[:_SEAM])
            ):
                odd.append(piece)
            last = piece[-_SEAM:]
        yield piece


def _letters(piece: bytes) -> bytes:
    """The bytes beyond ASCII, a blank wherever there are others: both are UTF-8, or none is."""
    import numpy as np  # loaded already in a night, and few others write large sheets

    data = np.frombuffer(piece, np.uint8)
    at = np.flatnonzero(data > _LAST_ASCII)
    between = np.cumsum(np.diff(at, prepend=-1) > 1)
    blanks = int(between[-1]) if len(at) else 0
    found = np.full(len(at) + blanks + (not len(at) or at[-1] < len(data) - 1), ord(" "), np.uint8)
    found[np.arange(len(at)) + between] = data[at]
    return found.tobytes()


def _has_control(piece: bytes) -> bool:
    import numpy as np

    has_low = np.frombuffer(piece, np.uint8).min(initial=ord(" ")) < ord(" ")
    return bool(has_low) and len(piece.translate(None, _CONTROLS)) < len(piece)


def _has_odd_reference(piece: bytes) -> bool:
    """Whether a reference may be none; the common forms are told by their characters, all at once."""
    import numpy as np

    data = np.frombuffer(piece, np.uint8)
    at = np.flatnonzero(data == ord("&"))
    inside = at[at < len(data) - _SEAM]
    first, second, third = (data[inside + offset] for offset in (1, 2, 3))
    is_usual = (second == ord("t")) & (third == ord(";")) & ((first == ord("l")) | (first == ord("g")))
    rest = inside[~is_usual]
    if len(rest):
        words = np.ndarray(len(piece) - 7, "<u8", piece, strides=(1,))[rest]
        is_usual = np.zeros(len(rest), bool)
        for name in (b"&amp;", b"&quot;"):
            mask = np.uint64((1 << 8 * len(name)) - 1)
            is_usual |= words & mask == np.uint64(int.from_bytes(name, "little"))
        # &#100; to &#999;: every one of them is a character.
        digits = [(words >> np.uint64(8 * offset)).astype(np.uint8) - ord("0") for offset in (2, 3, 4)]
        is_number = words & _NUMBERED == _NUMBER
        is_number &= (digits[0] > 0) & np.logical_and.reduce([digit <= _NINE for digit in digits])
        rest = rest[~(is_usual | is_number)]
    return any(_REFERENCE.match(piece, start) for start in [*rest.tolist(), *at[len(inside) :].tolist()])


class _Rows:
    """A sheet's bytes, taken in pieces that end with a row."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ended = False
        self.data = b""
        self.at = 0

    def fill(self, wanted: int = _PIECE) -> bytes:
        """What is left, at least so many bytes while there are any."""
        if len(self.data) - self.at < wanted and not self._ended:
            found = [self.data[self.at :]]
            size = len(found[0])
            while size < wanted and not self._ended:
                piece = next(self._pieces, b"")
                self._ended = not piece
                found.append(piece)
                size += len(piece)
            self.data, self.at = b"".join(found), 0
        return self.data

    def row(self) -> int:
        """Where the next row ends; the end of all when there is none any more."""
        while (end := self.data.find(_ROW_END, self.at)) < 0:
            wanted = 2 * (len(self.data) - self.at) + 1
            if len(self.fill(wanted)) - self.at < wanted:
                found = self.data.find(_ROW_END, self.at)
                return len(self.data) if found < 0 else found + len(_ROW_END)
        return end + len(_ROW_END)

    def rest(self) -> Iterator[bytes]:
        """All that is left."""
        yield self.data[self.at :]
        yield from self._pieces


class _Once:
    """Leaves out cells that are like those of the row before: in a table most of them are."""

    def __init__(self) -> None:
        self._known: list[bytes] = []

    def __call__(self, row: bytes) -> bytes:
        """The row, which is well-formed without them when it is with them."""
        start = _ROW_START.match(row)
        if start is None:
            return row
        number = start[1] + b'"'
        # Each from behind the place of a cell to the place of the next one.
        opened, *cells = row.split(number)
        known = self._known
        if len(cells) != len(known):
            known = self._known = [b""] * len(cells)
        kept = [opened]
        for at in compress(range(len(cells)), map(ne, cells, known)):
            cell = cells[at]
            kept.append(cell)
            rest, opens, letters = cell.rpartition(_CELL_START)
            begins = bool(opens) and letters.isalpha()
            known[at] = cell if begins and _is_whole(rest) else b""
            if not begins and at + 1 < len(cells):
                known[at + 1] = b""  # what follows is no cell, whatever it looks like
        return number.join(kept)


def _is_whole(rest: bytes) -> bool:
    """Whether what follows the place of a cell ends with the cell, by the number of its tags."""
    if rest.endswith(b"/>"):
        return b"<" not in rest
    return rest.endswith(b"</c>") and rest.count(b"<") + 1 == 2 * rest.count(b"</")


def _new_rows(old: Iterator[bytes], new: Iterator[bytes]) -> Iterator[bytes]:
    """A sheet without the rows that its source has too: what is left is well-formed when the whole is.

    Nothing is given now and then, so that whoever takes the rows can go on with other work.
    """
    one, other, once = _Rows(old), _Rows(new), _Once()
    end, one.at = other.row(), one.row()
    yield other.data[:end]  # with all that precedes the rows
    other.at = end
    stride = 0
    while True:
        tell("check")
        # As much at once as has been the same before, then row by row.
        if stride:
            left, right = one.fill(stride), other.fill(stride)
            stop = other.at + min(stride, len(left) - one.at, len(right) - other.at)
            stride = 0
            if left.startswith(right[other.at : stop], one.at):
                end = right.rfind(_ROW_END, other.at, stop)
                if end >= 0:
                    step = end + len(_ROW_END) - other.at
                    one.at, other.at = one.at + step, other.at + step
                    stride = min(2 * step, _PIECE)
                    yield b""
                    continue
        end, before = other.row(), one.row()
        row, was = other.data[other.at : end], one.data[one.at : before]
        if not row.endswith(_ROW_END):
            break
        other.at = end
        start, started = _ROW_START.match(row), _ROW_START.match(was)
        if row == was:
            stride = 4 * len(row)
        else:
            yield once(row)
        if row == was or start is None or started is None or start[0] == started[0]:
            one.at = before
    yield from other.rest()
    for _ in one.rest():
        pass
