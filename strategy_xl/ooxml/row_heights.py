"""Heights of rows whose texts change, for programs that fit no rows when they open a file."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from strategy_xl.ooxml.xml_bytes import set_attribute

RowHeights = Mapping[int, float]
"""Row → points."""

_ROW: Final = re.compile(rb'row r="(\d{1,7})"[^<>]*>')
"""An opening tag from its name on: letters are found far faster in bytes than one ``<`` of many."""
_START: Final = re.compile(rb"<(?:[\w.-]+:)?\Z")
_OWN: Final = re.compile(rb' (?:customHeight|hidden|collapsed)="(?:1|true)"')


def with_heights(pieces: Iterable[bytes], heights: RowHeights) -> Iterator[bytes]:
    """The pieces of a sheet part, given rows at a height that holds their texts.

    A row that people gave a height, or hid, is theirs. The height is a proposal (no ``customHeight``):
    programs fit the row again as soon as somebody types in it.

    Arguments:
        pieces: the part; no row's opening tag is cut in two.
        heights: row → points.
    """
    rows = sorted(heights)
    for piece in pieces:
        # What stands in a comment or CDATA may look like a row.
        yield piece if not _concerns(piece, rows) or b"<!" in piece else _fitted(piece, heights)


def _concerns(piece: bytes, rows: Sequence[int]) -> bool:
    """Whether any of some rows may be among those of a piece, which are in order."""
    first = _ROW.search(piece)
    last = _ROW.search(piece, max(piece.rfind(b"row r="), 0)) if first is not None else None
    if first is None or last is None:
        return False
    return bisect_left(rows, int(first[1])) < bisect_right(rows, int(last[1]))


def _fitted(piece: bytes, heights: RowHeights) -> bytes:
    out: list[bytes] = []
    done = 0
    for found in _ROW.finditer(piece):
        height = heights.get(int(found[1]))
        start = piece.rfind(b"<", 0, found.start())
        if height is None or start < 0 or not _START.match(piece, start, found.start()):
            continue
        tag = piece[start : found.end()]
        if not _OWN.search(tag):
            out += (piece[done:start], set_attribute(tag, b"ht", b"%g" % height))
            done = found.end()
    return b"".join([*out, piece[done:]])
