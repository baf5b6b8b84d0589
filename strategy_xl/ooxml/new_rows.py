"""Rows of a sheet part that are not there yet: what comes again in every row is written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import is_
from typing import Any

from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.ooxml.cell_patch import CellPatcher
from strategy_xl.ooxml.cells import Formula, Peek, Styled, Typed, constant_bytes, number_bytes

_ABSENT = object()
_UNKNOWN = object()
_MOST_KNOWN = 10_000
_MOST_PATTERNS = 256
_USUAL = 1000
"""Characters of a text that is surely not too long."""


class NewRows:
    """Writes whole rows."""

    def __init__(
        self,
        cells: CellPatcher,
        edits: Mapping[int, Mapping[int, Any]],
        style_of: Callable[[int], bytes | None],
    ) -> None:
        """For edits in column order.

        Arguments:
            cells: writes single cells, and keeps the count.
            edits: column → row → value.
            style_of: the style that a column gives to its cells.
        """
        self._cells = cells
        known = _Texts(cells), _Numbers(cells.prefix)
        self._columns = [
            _Column(cells, column, rows, style_of(column), known) for column, rows in edits.items()
        ]
        self._close = b"</%brow>" % cells.prefix
        self._patterns: dict[tuple[bool, ...], _Pattern] = {}
        self._again: list[object] = [column.value for column in self._columns]

    def write(self, row: int) -> bytes:
        """The row; empty when its edits leave nothing to write."""
        number = b'%d"' % row
        values = [column.rows.get(row, _ABSENT) for column in self._columns]
        same = tuple(map(is_, values, self._again))
        pattern = self._patterns.get(same)
        if pattern is None:
            if len(self._patterns) == _MOST_PATTERNS:
                self._patterns.clear()
            pattern = self._patterns[same] = _Pattern(self._columns, same)
        written = pattern.cells
        body = [number.join(pattern.first)]
        seen = 0
        for index, fixed in pattern.others:
            value = values[index]
            if value is not _ABSENT:
                column = self._columns[index]
                raw = column.usual(number, value)
                written += bool(raw)
                if not raw:
                    raw = column.any(row, value)
                    seen += column.value is value
                body.append(raw)
            body.append(number.join(fixed))
        if seen:
            self._again = [column.value for column in self._columns]
            self._patterns.clear()
        tally = self._cells.tally
        tally.changed += written
        tally.recalculate += written
        tally.inserted_cells += written
        tally.unchanged += pattern.nothing
        if not any(body):
            return b""
        tally.inserted_rows += 1
        return b'<%brow r="%d">' % (self._cells.prefix, row) + b"".join(body) + self._close


class _Pattern:
    """What rows have in common in which the same columns say what they said before.

    Their cells are cut where they say their row; ``others`` are the columns that may say something else, each
    with the cells that follow.
    """

    __slots__ = ("cells", "first", "nothing", "others")

    def __init__(self, columns: Sequence[_Column], same: Sequence[bool]) -> None:
        self.first: list[bytes] = [b""]
        self.others: list[tuple[int, list[bytes]]] = []
        self.cells = self.nothing = 0
        """How many of the cells are written, and for how many there is nothing to write."""
        parts = self.first
        for index, (column, is_same) in enumerate(zip(columns, same, strict=True)):
            if not is_same:
                parts = [b""]
                self.others.append((index, parts))
            elif column.parts:
                self.cells += 1
                *cut, last = column.parts
                for part in cut:
                    parts[-1] += part + column.place
                    parts.append(b"")
                parts[-1] += last
            else:
                self.nothing += 1


class _Texts:
    """What usual texts are in cells; empty bytes for those that take more care."""

    def __init__(self, cells: CellPatcher) -> None:
        self._prefix, self._inline = cells.prefix, cells.facts.inline
        self._known: dict[str, bytes] = {}

    def __call__(self, text: str) -> bytes:
        found = self._known.get(text)
        if found is not None:
            return found
        found = b""
        if 0 < len(text) <= _USUAL and text.isprintable():
            kind, body = constant_bytes(Typed("s", text), self._prefix, inline=self._inline)
            found = b' t="%b">%b</%bc>' % (kind, body, self._prefix)
        if len(self._known) < _MOST_KNOWN:
            self._known[text] = found
        return found


class _Numbers(dict[float, bytes]):
    """What finite numbers are in cells."""

    def __init__(self, prefix: bytes) -> None:
        super().__init__()
        self._open, self._close = b"><%bv>" % prefix, b"</%bv></%bc>" % (prefix, prefix)

    def __missing__(self, number: float) -> bytes:
        found = self._open + number_bytes(number) + self._close
        if number and len(self) < _MOST_KNOWN:  # the two zeros are equal and look different
            self[number] = found
        return found


class _Column:
    """The cells of a column."""

    __slots__ = (
        "_cells", "_column", "_numbers", "_opened", "_style", "_texts", "parts", "place", "rows", "value",
    )  # fmt: skip

    def __init__(
        self,
        cells: CellPatcher,
        column: int,
        rows: Mapping[int, Any],
        style: bytes | None,
        known: tuple[_Texts, _Numbers],
    ) -> None:
        letters = column_letters(column).encode()
        self._cells, self._column, self._style = cells, column, style
        self._texts, self._numbers = known
        self._opened = b'<%bc r="%b' % (cells.prefix, letters)
        self.rows = rows
        self.place = b'"' + letters
        self.value: object = _UNKNOWN
        """The last value that says the same in every row."""
        self.parts: list[bytes] = []
        """Its cell, cut where it says its place; none when there is nothing to write."""

    def usual(self, number: bytes, value: Any) -> bytes:
        """A cell with a usual text or number; empty when it takes more care."""
        content, style = (value.value, value.style) if type(value) is Styled else (value, self._style)
        if type(content) is str:
            body = self._texts(content)
        elif type(content) is float and content - content == 0:  # neither infinite nor no number
            body = self._numbers[content]
        else:
            return b""
        if not body or style is None:
            return body and self._opened + number + body
        return b'%b%b s="%b"%b' % (self._opened, number, style, body)

    def any(self, row: int, value: Any) -> bytes:
        """A cell; where the same value comes again, its parts are put together again."""
        raw = self._cells.new(row, self._column, value, self._style)
        content = value.value if type(value) is Styled else value
        if content is None or type(content) in (Formula, Peek):
            self.value = value
            is_array = type(content) is Formula and content.array
            self.parts = raw.split(self.place + b'%d"' % row, 1 + is_array) if raw else []
        return raw
