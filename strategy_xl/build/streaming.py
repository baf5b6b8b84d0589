"""Rows of a table that openpyxl need not write: they are like the one before but for what they hold."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree
from openpyxl.cell._writer import lxml_write_cell
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from strategy_xl.book.shown import CellValue
from strategy_xl.build.page import put_value
from strategy_xl.cellvalues import LONGEST_TEXT
from strategy_xl.ooxml.row_pattern import Contents, Texts
from strategy_xl.progress import tell

Row = Mapping[str, CellValue]

_KNOWN: Final = 20_000
"""How many values are kept for when they come again."""
_TOLD: Final = 1000
_OPENED: Final = b'<c r="A1"'
_INLINE: Final = b' t="inlineStr"><is>'
_INLINE_END: Final = b"</is></c>"


class Column(NamedTuple):
    """A column of streamed rows.

    Arguments:
        slot: its place among those that are open, from 1 on.
        room: how many characters surely stand on the one line of its cells.
    """

    slot: int
    room: float


class Streamer:
    """Says what streamed rows hold, as openpyxl would write it."""

    def __init__(self, sheet: Worksheet, texts: Texts) -> None:
        """For cells of a sheet, with the texts of all sheets."""
        self._sheet, self._texts = sheet, texts
        self._known: dict[str, bytes] = {}
        self._others: dict[tuple[type, Any], bytes] = {}

    def rows(
        self, rows: Iterable[Row], columns: Mapping[str, Column], defaults: Row, tag: Callable[[Row], bytes]
    ) -> Iterator[Contents]:
        """What each of some rows holds.

        Arguments:
            rows: their values by column.
            columns: the columns that they may have.
            defaults: what fills the empty cells of some columns.
            tag: what follows the number in the tag of a row.
        """
        known, usual = self._known, tag({})
        for number, row in enumerate(rows):
            if number % _TOLD == 0:
                tell("write", number)
            found: list[tuple[int, bytes]] = []
            has_lines, again = False, 0
            # In the order of the columns, in which texts get their numbers.
            for key, (slot, room) in columns.items():
                value: Any = row.get(key)
                if value is None:
                    if key not in defaults:
                        continue
                    value = defaults[key]
                kind: type = type(value)
                if kind is str:
                    content = known.get(value)
                    if content is None:
                        content = self._text(value)
                    else:
                        again += 1
                    found.append((slot, content))
                    has_lines |= len(value) > room or "\n" in value
                elif (kind is float or kind is int) and value - value == 0:  # neither infinite nor no number
                    found.append((slot, b' t="n"><v>%.16g</v></c>' % value))
                else:
                    found.append((slot, self._other(kind, value)))
            self._texts.count += again
            found.append((0, tag(row) if has_lines else usual))
            yield found

    def _text(self, value: str) -> bytes:
        if len(value) > LONGEST_TEXT or not value.isprintable() or not value:
            content = self._written(value)
            if not content.startswith(_INLINE):
                return content
            text = content[len(_INLINE) : -len(_INLINE_END)]
        else:
            keep = ' xml:space="preserve"' if value != value.strip() else ""
            text = f"<t{keep}>{escape(value)}</t>".encode("ascii", "xmlcharrefreplace")
        if len(self._known) == _KNOWN:
            self._known.clear()
        content = self._known[value] = self._texts.place(text)
        return content

    def _other(self, kind: type, value: Any) -> bytes:
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
