"""Give rows of a sheet a height that fits what they say now; a height that people chose stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from strategy_xl.ooxml.xml_bytes import set_attribute

_ROW = re.compile(rb'<(?:\w+:)?row\b[^<>]*?\br="(\d+)"[^<>]*>')
_CHOSEN = re.compile(rb'\bcustomHeight="(?:1|true)"')
_LONGEST_TAG = 4096


def with_heights(pieces: Iterable[bytes], heights: Mapping[int, float]) -> Iterator[bytes]:
    """The pieces of a sheet with the heights of some rows set.

    Arguments:
        pieces: of the part, in UTF-8, cut anywhere.
        heights: row → height in points.
    """
    if not heights:
        yield from pieces
        return

    def fitted(found: re.Match[bytes]) -> bytes:
        height = heights.get(int(found[1]))
        if height is None or _CHOSEN.search(found[0]):
            return found[0]
        return set_attribute(found[0], b"ht", f"{height:g}".encode())

    rest = b""
    for piece in pieces:
        data = rest + piece
        cut = data.rfind(b"<")  # a tag may go on in the next piece
        if cut < 0 or b">" in data[cut:] or len(data) - cut > _LONGEST_TAG:
            cut = len(data)
        yield _ROW.sub(fitted, data[:cut])
        rest = data[cut:]
    yield rest
