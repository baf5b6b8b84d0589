"""The number formats of cells: which a workbook states, and which of them show dates."""

from __future__ import annotations

import re

from strategy_xl.ooxml.xml_bytes import unescape

DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})

_FORMATS = re.compile(rb"<(numFmts|cellXfs)\b[^<>]*>(.*?)</\1>", re.DOTALL)
_FORMAT = re.compile(rb'<numFmt numFmtId="(\d{1,9})" formatCode="([^"<>]*)"\s*/>')
_STYLE = re.compile(rb'<xf\b(?=[^<>]*? numFmtId="(\d{1,9})")')


def plain_formats(data: bytes) -> tuple[tuple[int, str | None], ...] | None:
    """The number formats of styles that are written the way of Excel and openpyxl; None of any other.

    A night asks nothing else of the styles, which are long.
    """
    parts = dict(_FORMATS.findall(data))
    formats, styles = parts.get(b"numFmts", b""), parts.get(b"cellXfs", b"")
    stated, numbers = _FORMAT.findall(formats), _STYLE.findall(styles)
    is_whole = formats.count(b"<") == len(stated) and styles.count(b"<xf") == len(numbers)
    if b"<!" in data or not is_whole or not numbers:
        return None
    custom = {int(number): unescape(code) for number, code in stated}
    return tuple((int(number), custom.get(int(number))) for number in numbers)


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time."""
    bare, skip = "", ""
    for char in code.lower().split(";")[0]:
        if skip == "\\":
            skip = ""
        elif skip:
            skip = "" if char == skip else skip
        elif char in '"\\[':
            skip = {"[": "]"}.get(char, char)
        else:
            bare += char
    # [h], [mm] and [ss] count hours, minutes and seconds beyond a day.
    counted = ("h", "hh", "m", "mm", "s", "ss")
    elapsed = any(part.split("]")[0] in counted for part in code.lower().split("[")[1:])
    return elapsed or ("general" not in bare and any(char in bare for char in "ydmhs"))
