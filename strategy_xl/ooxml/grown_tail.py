"""What follows the cells of a sheet, when a table gets more rows: its rules, formats, sparklines."""

from __future__ import annotations

import re

from strategy_xl.formulas.cell_refs import cell_name, parse_area, parse_cell
from strategy_xl.formulas.reaching import Reach, lengthened, moved_row
from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.xml_bytes import content, set_attribute, tags

# What may cover the data rows as a whole, and then grows with them.
_RULES = frozenset({b"conditionalFormatting", b"dataValidation", b"protectedRange", b"ignoredError"})
_FORMULAS = frozenset({b"formula", b"formula1", b"formula2", b"f"})
_SPARKLINE = re.compile(
    rb"<(?:\w+:)?sparkline(?:\s[^<>]*)?>\s*<(?:\w+:)?f>([^<]*)</(?:\w+:)?f>\s*"
    rb"<(?:\w+:)?sqref>\s*([A-Z]{1,3}\d{1,7})\s*</(?:\w+:)?sqref>\s*</(?:\w+:)?sparkline>"
)


def grown_tail(tail: bytes, reach: Reach, home: str) -> bytes:
    """The end of a sheet's part with its ranges over the rows of a table reaching the new last row.

    Arguments:
        tail: what follows the cells.
        reach: the table.
        home: title of the sheet; on another one than the table's, only formulas can mean it.
    """
    is_home = home.casefold() == reach.sheet.casefold()
    tail = _rules(tail, reach, home, is_home=is_home)
    return _SPARKLINE.sub(_Sparklines(tail, reach, home), tail) if is_home and b"sparkline" in tail else tail


def _rules(tail: bytes, reach: Reach, home: str, *, is_home: bool) -> bytes:
    """Rules over the data rows, and the formulas of all rules."""
    out: list[bytes] = []
    done = 0
    opened = -1
    kind = b""
    is_rule = False
    for tag in tags(tail):
        name = tag.local
        if name == b"sqref" or name in _FORMULAS:  # newer Excels keep also the ranges as an element
            if not tag.is_close:
                opened, kind = tag.end, name
            elif opened >= 0 and kind == name:
                old = tail[opened : tag.start]
                if name == b"sqref":
                    new = _longer(old, reach) if is_rule and is_home else old
                else:
                    new = _formula(old, reach, home)
                if new != old:
                    out += (tail[done:opened], new)
                    done = tag.start
                opened = -1
        elif name in _RULES:
            is_rule = not (tag.is_close or tag.is_empty)
            ranges = tag.attributes().get(b"sqref")
            if tag.is_close or ranges is None or not is_home:
                continue
            longer = _longer(ranges, reach)
            if longer != ranges:
                out += (tail[done : tag.start], set_attribute(tag.raw, b"sqref", longer))
                done = tag.end
    return b"".join([*out, tail[done:]])


def _formula(raw: bytes, reach: Reach, home: str) -> bytes:
    """A rule's formula; its bytes as they are unless it changes."""
    if b":" not in raw:
        return raw
    text = content(raw)
    longer = lengthened(text, home, reach)
    return raw if longer == text else escape_formula(longer)


def _longer(ranges: bytes, reach: Reach) -> bytes:
    """Ranges with those that cover the data rows, or the end of them, extended."""
    found = []
    for ref in ranges.split(b" "):
        area = parse_area(ref.decode("utf-8", "replace").strip())
        found.append(ref if area is None or not reach.covers_end(area) else str(reach.longer(area)).encode())
    return b" ".join(found)


class _Sparklines:
    """Gives every new row the sparklines of the last one."""

    def __init__(self, tail: bytes, reach: Reach, home: str) -> None:
        self._reach, self._home = reach, home
        self._taken = {found[2].decode() for found in _SPARKLINE.finditer(tail)}

    def __call__(self, found: re.Match[bytes]) -> bytes:
        """A sparkline, and behind it those of the new rows when it is one of the last row."""
        reach = self._reach
        place, text = parse_cell(found[2].decode()), content(found[1])
        if place is None or place[0] != reach.last or not reach.area.left <= place[1] <= reach.area.right:
            return found[0]
        raw = found[0]
        for row in range(reach.last + 1, reach.bottom + 1):
            cell = cell_name(row, place[1])
            moved = moved_row(text, reach.last, row)
            # One that reads fixed cells elsewhere says nothing of the row that it stands in.
            if moved != text and cell not in self._taken:
                new = found[0].replace(b">" + found[1] + b"<", b">" + escape_formula(moved) + b"<", 1)
                raw += re.sub(rb"(sqref>\s*)" + re.escape(found[2]), rb"\g<1>" + cell.encode(), new, count=1)
        return raw
