"""The notes that people put beside cells, as text; where there is a conversation, its short form."""

from __future__ import annotations

from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import decode_xstring


def comments_of(info: WorkbookInfo, sheet: SheetInfo) -> dict[tuple[int, int], str]:
    """Cell (row, column) → text of its note.

    Arguments:
        info: the workbook. sheet: one of its sheets.

    Errors: WorkbookError SX914 when a part is not well-formed.
    """
    found: dict[tuple[int, int], str] = {}
    for part in info.related(sheet.part, "comments") if sheet.part else ():
        for comment in info.tree(part).walk("comment"):
            place = parse_cell(comment.get("ref"))
            text = "".join(piece.text for piece in comment.walk("t"))
            if place is not None and text.strip():
                found[place] = decode_xstring(text)
    return found
