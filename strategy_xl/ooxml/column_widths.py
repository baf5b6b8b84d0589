"""How wide the columns of a sheet are."""

from __future__ import annotations

from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import tags


def width_of(info: WorkbookInfo, sheet: SheetInfo, column: int) -> float | None:
    """The width of a column in characters; None where the sheet does not say one.

    Arguments:
        info: the workbook. sheet: one of its sheets. column: from 1.
    """
    data = info.package.read(sheet.part)
    for tag in tags(data, 0, max(data.find(b"sheetData"), 0)):
        if tag.local == b"col" and not tag.is_close:
            found = tag.attributes()
            first, last = (found.get(name, b"") for name in (b"min", b"max"))
            if first.isdigit() and last.isdigit() and int(first) <= column <= int(last):
                try:
                    return float(found[b"width"])
                except (KeyError, ValueError):
                    return None
    return None
