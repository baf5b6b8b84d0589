"""What a chart reads, where it stands in another workbook."""

from __future__ import annotations

import re
from collections.abc import Callable

from strategy_xl.formulas.cell_refs import Area, column_letters, parse_area
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.xml_bytes import content, escape, tags

RANGE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!(),\s\[\]]+))!(\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)")
_CACHES = frozenset({b"numCache", b"strCache", b"multiLvlStrCache"})

Where = Callable[[str, Area], tuple[str, Area] | None]
"""Told the title of a sheet and some of its cells, where the same stand; None where they do not."""


def with_references(data: bytes, where: Where) -> bytes | None:
    """A chart's part that reads the same elsewhere; None when something of it is not there.

    Arguments:
        data: the part. where: told what it reads, where that stands.

    What it repeats of cells goes when it reads more or fewer of them: whoever opens it reads the cells.
    """
    pieces = Pieces(data)
    opened = begun = -1
    is_other = False
    for tag in tags(data):
        if tag.local == b"f" and not tag.is_close:
            opened, is_other = (-1 if tag.is_empty else tag.end), False
        elif tag.local == b"f" and opened >= 0:
            text = content(data[opened : tag.start])
            moved = _moved(text, where)
            if moved is None:
                return None
            is_other = moved[1]
            if moved[0] != text:
                pieces.put(opened, tag.start, escape(moved[0]))
            opened = -1
        elif tag.local in _CACHES and is_other:
            if not tag.is_close:
                begun = tag.start
            if tag.is_close or tag.is_empty:
                pieces.put(begun, tag.end, b"")
                is_other = False
    return pieces.result()


def title_in(found: re.Match[str]) -> str:
    """The title of the sheet of a ``RANGE``."""
    return (found[1] or found[2]).replace("''", "'")


def _moved(text: str, where: Where) -> tuple[str, bool] | None:
    """A reference as it reads elsewhere, and whether it is of another size."""
    out, done, is_other = "", 0, False
    for found in RANGE.finditer(text):
        area = parse_area(found[3].replace("$", ""))
        there = where(title_in(found), area) if area is not None else None
        if area is None or there is None:
            return None
        title, moved = there
        is_other = is_other or moved.bottom - moved.top != area.bottom - area.top
        if there != (title_in(found), area):
            quoted = title.replace("'", "''")
            first = f"${column_letters(moved.left)}${moved.top}"
            last = f"${column_letters(moved.right)}${moved.bottom}"
            ref = first if ":" not in found[3] and first == last else f"{first}:{last}"
            out += text[done : found.start()] + f"'{quoted}'!{ref}"
            done = found.end()
    return out + text[done:], is_other
