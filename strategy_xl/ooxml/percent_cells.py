"""Which cells of a sheet show their number as a rate: 0.4 with a percent format is 40 %."""

from __future__ import annotations

import re

from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.workbook_part import WorkbookInfo

_BUILT_IN = frozenset({9, 10})
_QUOTED = re.compile(r'"[^"]*"|\\.')
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_REFERENCE = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([A-Za-z]{1,3}[0-9]{1,7})[\"']")
_STYLE = re.compile(rb"(?:^|\s)s\s*=\s*[\"']([0-9]{1,9})[\"']")


def percent_cells(package: Package, info: WorkbookInfo, part: str) -> frozenset[tuple[int, int]]:
    """Row and column of the cells of a sheet part whose format ends a number with a percent sign."""
    styles = {
        str(index).encode()
        for index, (number, code) in enumerate(info.number_formats)
        if (number in _BUILT_IN if code is None else "%" in _QUOTED.sub("", code))
    }
    if not styles:
        return frozenset()
    found = set()
    for tag in _CELL.findall(package.read(part)):
        style, reference = _STYLE.search(tag), _REFERENCE.search(tag)
        if style and reference and style[1] in styles and (place := parse_cell(reference[1].decode())):
            found.add(place)
    return frozenset(found)
