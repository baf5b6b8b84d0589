"""Rows of a table that openpyxl need not write: they are like the one before but for what they hold."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat
from math import inf, isfinite
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree
from openpyxl import Workbook
from openpyxl.cell._writer import lxml_write_cell
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.dimensions import RowDimension

from strategy_xl.book.shown import CellValue
from strategy_xl.build.written import put_value
from strategy_xl.cellvalues import LONGEST_TEXT
from strategy_xl.ooxml.row_pattern import BLANK, PLAIN, Contents, StreamedRows, Texts
from strategy_xl.progress import tell
from strategy_xl.text.lines import line_letters, row_height, text_lines

Row = Mapping[str, CellValue]

_KNOWN: Final = 20_000
"""How many values are kept for when they come again."""
_TOGETHER: Final = 50
"""How many rows are said at a time."""
_TOLD: Final = 1000
_PLAIN: Final = frozenset({float, int, type(None)})
_OPENED: Final = b'<c r="A1"'
_INLINE: Final = b' t="inlineStr"><is>'
_INLINE_END: Final = b"</is></c>"
_NOTHING: Final[Row] = {}


class Column(NamedTuple):
    """A column of streamed rows.

    Arguments:
        slot: its place among those that are open, from 1 on.
        room: how many characters surely stand on the one line of its cells.
    """

    slot: int
    room: float


class _Numbers(dict[float | None, bytes]):
    """What numbers, or none, look like in cells; the last ones are kept."""

    def __missing__(self, value: float | None) -> bytes:
        content = BLANK if value is None else b' t="n"><v>%.16g</v></c>' % value
        if value != 0:  # the two zeros are equal and look different
            if len(self) == _KNOWN:
                self.clear()
            self[value] = content
        return content


class _Mixed(NamedTuple):
    """A column of some rows whose values are not all numbers.

    Arguments:
        room: that of the column.
        values: what its cells hold.
        said: how they say it.
    """

    room: float
    values: Sequence[Any]
    said: list[bytes]


class FittingRow(RowDimension):
    """A row with a height that people's programs may still fit to its content."""

    @property
    def customHeight(self) -> bool:  # noqa: N802 - openpyxl's name
        """The height is a proposal, not a wish."""
        return False


@dataclass(frozen=True, slots=True)
class Fitting:
    """What the height of rows depends on.

    Arguments:
        wrapped: the columns that wrap their texts, with the width that these have.
        least: lines that every row has.
    """

    wrapped: Mapping[str, float]
    least: int

    def height(self, row: Row) -> float | None:
        """The height in points of a row with that content; None for one line, as any row has."""
        lines = self.least
        for key, width in self.wrapped.items():
            value = row.get(key)
            if isinstance(value, str):
                lines = max(lines, text_lines(value, width))
        return row_height(lines) if lines > 1 else None


@dataclass(frozen=True, slots=True)
class TableStream:
    """The rows of a table that are left to the last stage.

    Arguments:
        key: that of the table.
        first: the row of the sheet that openpyxl writes as their pattern; they begin there.
        skipped: how many rows of the table are above.
        letters: column of the sheet by column of the table that has no formula.
        defaults: what fills the empty cells of some of these.
        fitting: what their heights depend on.
        own: what the rows of the table hold, from its first one on, when nothing else is given.
    """

    key: str
    first: int
    skipped: int
    letters: Mapping[str, str]
    defaults: Row
    fitting: Fitting
    own: Sequence[Row]

    def streamed(self, rows: Sequence[Row] | None, count: int) -> StreamedRows:
        """The rows for the last stage.

        Arguments:
            rows: what the rows of the table hold.
            count: how many rows the table has.
        """
        held = self.own if rows is None else rows
        columns = {
            key: Column(slot, line_letters(self.fitting.wrapped.get(key, inf)))
            for slot, key in enumerate(self.letters, 1)
        }

        def contents(texts: Texts) -> Iterator[Contents]:
            free = repeat(_NOTHING, count - max(len(held), self.skipped))
            below = chain(islice(held, self.skipped, None), free)
            return Streamer(texts).rows(below, columns, self.defaults, self.fitting)

        return StreamedRows(self.first, list(self.letters.values()), count - self.skipped, contents)


class Streamer:
    """Says what streamed rows hold, as openpyxl would write it."""

    def __init__(self, texts: Texts) -> None:
        """With the texts of all sheets."""
        self._texts = texts
        self._sheet: Any = Workbook().active
        self._tags: dict[float | None, bytes] = {None: PLAIN}
        self._known: dict[str, bytes] = {}
        self._numbers = _Numbers()
        self._others: dict[tuple[type, Any], bytes] = {}

    def rows(
        self, rows: Iterable[Row], columns: Mapping[str, Column], defaults: Row, fitting: Fitting
    ) -> Iterator[Contents]:
        """What some rows hold, a good many of them at a time.

        Arguments:
            rows: their values by column.
            columns: the columns that they may have.
            defaults: what fills the empty cells of some columns.
            fitting: what their heights depend on.
        """
        given = iter(rows)
        done = 0
        while batch := list(islice(given, _TOGETHER)):
            if done % _TOLD == 0:
                tell("write", done)
            done += len(batch)
            yield self._said(batch, columns, defaults, fitting)

    def _tag(self, row: Row, fitting: Fitting) -> bytes:
        """What follows the number in the tag of a row."""
        points = fitting.height(row)
        if points not in self._tags:
            shown = "".join(f' {name}="{value}"' for name, value in FittingRow(self._sheet, ht=points))
            self._tags[points] = f'"{shown}>'.encode()
        return self._tags[points]

    def _said(
        self, rows: Sequence[Row], columns: Mapping[str, Column], defaults: Row, fitting: Fitting
    ) -> Contents:
        """What rows hold: columns of numbers at once, the others row by row."""
        slots: dict[int, list[bytes]] = {}
        mixed: list[_Mixed] = []
        named = set(defaults).union(*rows)
        for key, (slot, room) in columns.items():
            if key not in named:
                continue
            values: list[Any] = [row.get(key) for row in rows]
            if key in defaults:
                values = [defaults[key] if value is None else value for value in values]
            if _PLAIN.issuperset(map(type, values)) and all(map(isfinite, filter(None, values))):
                slots[slot] = list(map(self._numbers.__getitem__, values))
            else:
                slots[slot] = [BLANK] * len(rows)  # filled in below
                mixed.append(_Mixed(room, values, slots[slot]))
        tall = self._say(mixed, len(rows))
        usual = self._tag(_NOTHING, fitting)
        if tall or usual != PLAIN:
            tags = slots[0] = [usual] * len(rows)
            for at in tall:
                tags[at] = self._tag(rows[at], fitting)
        return Contents(len(rows), slots)

    def _say(self, mixed: Sequence[_Mixed], count: int) -> list[int]:
        """Fill in columns, in the order of cells, in which texts get their numbers.

        Result: the rows that may have more than one line.
        """
        known, numbers = self._known, self._numbers
        again = 0
        tall: list[int] = []
        for at in range(count):
            has_lines = False
            for room, values, said in mixed:
                value = values[at]
                kind: type = type(value)
                if kind is str:
                    content = known.get(value)
                    if content is None:
                        content = self._text(value)
                    else:
                        again += 1
                    has_lines |= len(value) > room or "\n" in value
                elif value is None or (kind in _PLAIN and isfinite(value)):
                    content = numbers[value]
                else:
                    content = self._other(kind, value)
                said[at] = content
            if has_lines:
                tall.append(at)
        self._texts.count += again
        return tall

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
