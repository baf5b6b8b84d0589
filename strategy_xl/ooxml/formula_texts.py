"""The texts of all formulas of a sheet, those of shared groups written out; what array formulas fill."""

from __future__ import annotations

import re

from strategy_xl.formulas.cell_refs import Area, parse_area, parse_cell
from strategy_xl.formulas.shifting import ShiftError, shift_formula
from strategy_xl.ooxml.xml_bytes import attributes_of, content

_FORMULA = re.compile(rb"<(?:[\w.-]+:)?c\s([^<>]*)>\s*<(?:[\w.-]+:)?f\b([^<>]*?)(?:/>|>([^<]*)</)", re.DOTALL)
_ARRAY = re.compile(rb"<(?:[\w.-]+:)?f\b([^<>]*\bt=[\"']array[\"'][^<>]*)>")


def array_areas(data: bytes) -> list[Area]:
    """The cells that each array formula fills.

    Arguments: data: the sheet's part.
    """
    refs = (attributes_of(match[1]).get(b"ref", b"").decode() for match in _ARRAY.finditer(data))
    return [area for area in map(parse_area, refs) if area is not None]


def formula_texts(data: bytes) -> dict[tuple[int, int], str]:
    """Cell (row, column) → text of its formula, without ``=``.

    Arguments:
        data: the sheet's part. A cell that does not say where it is, or whose formula cannot be moved from
            the first of its group, is left out.
    """
    found: dict[tuple[int, int], str] = {}
    masters: dict[bytes, tuple[tuple[int, int], str]] = {}
    for match in _FORMULA.finditer(data):
        place = parse_cell(attributes_of(match[1]).get(b"r", b"").decode())
        if place is None:
            continue
        text, group = content(match[3] or b""), attributes_of(match[2]).get(b"si")
        if group is not None and text:
            masters[group] = place, text
        elif group is not None and group in masters:
            (row, column), master = masters[group]
            try:
                text = shift_formula(master, place[0] - row, place[1] - column)
            except ShiftError:
                continue
        if text:
            found[place] = text
    return found
