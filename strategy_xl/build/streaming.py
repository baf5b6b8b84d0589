"""Rows of a table that openpyxl need not write: they are like the one before but for what they hold."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from lxml import etree
from openpyxl.cell._writer import lxml_write_cell
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from strategy_xl.book.shown import CellValue
from strategy_xl.build.page import put_value
from strategy_xl.cellvalues import LONGEST_TEXT
from strategy_xl.ooxml.row_pattern import BLANK, PlaceText

Row = Mapping[str, CellValue]

_KNOWN: Final = 20_000
"""How many values are kept for when they come again."""
_OPENED: Final = b'<c r="A1"'
_INLINE: Final = b' t="inlineStr"><is>'
_INLINE_END: Final = b"</is></c>"


class Contents:
    """What follows the style in the cell of a value, as openpyxl would write it."""

    def __init__(self, sheet: Worksheet, place: PlaceText) -> None:
        """For cells of a sheet, with the way to place their texts."""
        self._sheet, self._place = sheet, place
        self._texts: dict[str, bytes] = {}
        self._others: dict[tuple[type, Any], bytes] = {}

    def __call__(self, value: Any) -> bytes:
        """What follows the style."""
        if value is None:
            return BLANK
        kind: type = type(value)
        if kind is str:
            text = self._texts.get(value)
            return self._text(value) if text is None else self._place(text)
        if (kind is float or kind is int) and value - value == 0:  # neither infinite nor no number
            return b' t="n"><v>%.16g</v></c>' % value
        return self._other(kind, value)

    def _text(self, value: str) -> bytes:
        if len(value) > LONGEST_TEXT or not value.isprintable() or not value:
            content = self._written(value)
            if not content.startswith(_INLINE):
                return content
            text = content[len(_INLINE) : -len(_INLINE_END)]
        else:
            keep = ' xml:space="preserve"' if value != value.strip() else ""
            text = f"<t{keep}>{escape(value)}</t>".encode("ascii", "xmlcharrefreplace")
        if len(self._texts) == _KNOWN:
            self._texts.clear()
        self._texts[value] = text
        return self._place(text)

    def _other(self, kind: type, value: CellValue) -> bytes:
        found = self._others.get((kind, value))
        if found is None:
            if len(self._others) == _KNOWN:
                self._others.clear()
            found = self._others[kind, value] = self._written(value)
        return found

    def _written(self, value: CellValue) -> bytes:
        """What openpyxl itself writes."""
        cell = Cell(self._sheet, 1, 1)
        put_value(cell, value)
        out = io.BytesIO()
        with etree.xmlfile(out) as file:
            lxml_write_cell(file, self._sheet, cell)
        return out.getvalue().removeprefix(_OPENED)


def contents(
    rows: Iterable[Row],
    columns: Sequence[tuple[str, CellValue]],
    opening: Callable[[Row], bytes],
    cell: Callable[[CellValue], bytes],
) -> Iterator[Sequence[bytes]]:
    """What each of some rows holds, as ``StreamedRows`` takes it.

    Arguments:
        rows: their values by column.
        columns: the columns, in order, each with the value that fills its empty cells.
        opening: what follows the number in the tag of a row.
        cell: what follows the style in the cell of a value.
    """
    for row in rows:
        get = row.get
        found = [opening(row)]
        for key, default in columns:
            value = get(key)
            found.append(cell(default if value is None else value))
        yield found
