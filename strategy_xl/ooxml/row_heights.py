"""Heights of rows whose texts change, for programs that fit no rows when they open a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from strategy_xl.ooxml.xml_bytes import set_attribute

RowHeights = Mapping[int, float]
"""Row → points."""

_ROW: Final = re.compile(rb'<(?:[\w.-]+:)?row r="(\d{1,7})"[^<>]*>')
_OWN: Final = re.compile(rb' (?:customHeight|hidden|collapsed)="(?:1|true)"')


def with_heights(pieces: Iterable[bytes], heights: RowHeights) -> Iterator[bytes]:
    """The pieces of a sheet part, given rows at a height that holds their texts.

    A row that people gave a height, or hid, is theirs. The height is a proposal (no ``customHeight``):
    programs fit the row again as soon as somebody types in it.

    Arguments:
        pieces: the part; no row's opening tag is cut in two.
        heights: row → points.
    """

    def fit(match: re.Match[bytes]) -> bytes:
        height = heights.get(int(match[1]))
        if height is None or _OWN.search(match[0]):
            return match[0]
        return set_attribute(match[0], b"ht", b"%g" % height)

    for piece in pieces:
        # What stands in a comment or CDATA may look like a row.
        yield piece if b"<!" in piece else _ROW.sub(fit, piece)
