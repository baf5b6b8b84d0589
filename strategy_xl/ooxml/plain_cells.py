"""The cells of a sheet that this program built: every one says where it is and how it looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.xml_bytes import content, decode_xstring

_CELL = re.compile(rb'<c r="([A-Z]+\d+)" s="(\d+)"(?: t="(\w+)")?(?:/>|>(.*?)</c>)', re.DOTALL)
_FORMULA = re.compile(rb"<f\b([^>]*)>([^<]*)</f>")
_STORED = re.compile(rb"<v>([^<]*)</v>")
_TEXT = re.compile(rb"<t\b[^>]*>([^<]*)</t>")


def plain_cells(
    sheet: bytes, strings: Sequence[bytes], first: int, last: int
) -> Iterator[tuple[int, int, int, Any]]:
    """Row, column, number of the style and value of the cells of some rows.

    Arguments:
        sheet: the part.
        strings: the shared strings as they stand.
        first, last: which rows.
    """
    for cell in _CELL.finditer(sheet):
        place = parse_cell(cell[1].decode())
        if place is not None and first <= place[0] <= last:
            yield *place, int(cell[2]), _value(cell[3], cell[4] or b"", strings)


def _value(kind: bytes, inside: bytes, strings: Sequence[bytes]) -> Any:
    formula = _FORMULA.match(inside)
    if formula is not None:
        return Formula(content(formula[2]), array=b't="array"' in formula[1])
    stored = _STORED.search(inside)
    if stored is None:
        return None
    if kind == b"s":
        return decode_xstring("".join(content(text[1]) for text in _TEXT.finditer(strings[int(stored[1])])))
    return bool(int(stored[1])) if kind == b"b" else float(stored[1])
