"""The number formats of a workbook's cells by what they say, and other ones in their stead."""

from __future__ import annotations

import re
from collections.abc import Mapping

from openpyxl.styles.numbers import BUILTIN_FORMATS

from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import child_of
from strategy_xl.ooxml.xml_bytes import escape, set_attribute, tags, unescape
from strategy_xl.ooxml.xml_insert import prefixed

_STYLED = re.compile(rb'<c r="([A-Z]+\d+)" s="(\d+)"')


def _code(number: int, stated: str | None) -> str:
    return stated if stated is not None else str(BUILTIN_FORMATS.get(number, "General"))


def row_formats(info: WorkbookInfo, sheet: SheetInfo) -> dict[int, list[str]]:
    """The number formats of the cells in each row of a sheet that this program built.

    Arguments:
        info: the workbook. sheet: of it.
    """
    codes = [_code(number, stated) for number, stated in info.number_formats]
    found: dict[int, list[str]] = {}
    for cell in _STYLED.finditer(info.package.read(sheet.part)):
        place = parse_cell(cell[1].decode())
        if place is not None:
            found.setdefault(place[0], []).append(codes[int(cell[2])])
    return found


def with_formats(data: bytes, formats: Mapping[str, str], rules: Mapping[str, str]) -> bytes:
    """The part of the styles with other number formats in the stead of some.

    Arguments:
        data: the part.
        formats: what a format of cells says → what it is to say.
        rules: the same for the formats that rules give.
    """
    found = child_of(data, b"dxfs")
    cells_end = found[0].start if found is not None else len(data)
    pieces, highest = Pieces(data), 163
    known: set[str] = set()
    for tag in tags(data):
        if tag.local != b"numFmt" or tag.is_close:
            continue
        attributes = tag.attributes()
        highest = max(highest, int(attributes.get(b"numFmtId", b"0")))
        code = unescape(attributes.get(b"formatCode", b""))
        known.add(code)
        new = (formats if tag.start < cells_end else rules).get(code)
        if new is not None:
            pieces.put(tag.start, tag.end, set_attribute(tag.raw, b"formatCode", escape(new)))
    # Who has both a stated one and the built-in one had two that said different things in the other language.
    left = {code: new for code, new in formats.items() if code not in known}
    return _with_stated(pieces.result(), left, highest)


def _with_stated(data: bytes, formats: Mapping[str, str], highest: int) -> bytes:
    """The same for formats that have a number alone: the workbook gets one of its own for them."""
    looks, stated = child_of(data, b"cellXfs"), child_of(data, b"numFmts")
    if looks is None or stated is None or stated[0].is_empty:
        return data
    pieces, numbers = Pieces(data[looks[0].end : looks[1]]), dict[int, int]()
    for tag in tags(pieces.data):
        raw = tag.attributes().get(b"numFmtId", b"") if tag.local == b"xf" else b""
        number = int(raw) if raw.isdigit() else 0
        if number in BUILTIN_FORMATS and BUILTIN_FORMATS[number] in formats:
            own = numbers.setdefault(number, highest + 1 + len(numbers))
            pieces.put(tag.start, tag.end, set_attribute(tag.raw, b"numFmtId", b"%d" % own))
    if not numbers:
        return data
    data = data[: looks[0].end] + pieces.result() + data[looks[1] :]
    new = b"".join(
        b'<numFmt numFmtId="%d" formatCode="%b"/>' % (own, escape(formats[str(BUILTIN_FORMATS[number])]))
        for number, own in numbers.items()
    )
    head = stated[0]
    count = int(head.attributes().get(b"count", b"0")) + len(numbers)
    opened = set_attribute(head.raw, b"count", b"%d" % count)
    return data[: head.start] + opened + prefixed(new, head.prefix) + data[head.end :]
