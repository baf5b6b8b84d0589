"""Defined names over the rows of a table that gets more of them."""

from __future__ import annotations

from collections.abc import Sequence

from strategy_xl.formulas.reaching import Reach, lengthened
from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.xml_bytes import content, tags

_PAGES = frozenset({b"_xlnm.Print_Area", b"_xlnm._FilterDatabase"})
"""What is printed and what is filtered: names of Excel itself, over more than the table alone."""


def grown_names(data: bytes, reaches: Sequence[Reach]) -> bytes:
    """A workbook part whose names over the rows of some tables reach their new last rows.

    Arguments:
        data: the part.
        reaches: the tables.

    A name means the table by its data rows, or by these and the headers.
    """
    pieces = Pieces(data)
    opened, name = -1, b""
    for tag in tags(data):
        if tag.local != b"definedName":
            continue
        if not tag.is_close:
            opened, name = (-1, b"") if tag.is_empty else (tag.end, tag.attributes().get(b"name", b""))
            continue
        raw = data[opened : tag.start] if opened >= 0 else b""
        if b":" in raw:
            longer = text = content(raw)
            for reach in reaches:
                covers = reach.covers_page if name in _PAGES else reach.covers_table
                longer = lengthened(longer, None, reach, covers)
            if longer != text:
                pieces.put(opened, tag.start, escape_formula(longer))
        opened = -1
    return pieces.result()
