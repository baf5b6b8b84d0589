"""One row of a sheet part: find the edited cells, or the place where they belong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from operator import lt
from typing import Any, NamedTuple

from strategy_xl.errors import PatchRefusedError
from strategy_xl.formulas.cell_refs import column_letters, column_number, parse_cell
from strategy_xl.ooxml.cell_patch import CellPatcher
from strategy_xl.ooxml.xml_bytes import Tag, set_attribute, tags

_SPAN = re.compile(rb"\b\d{1,5}\b")


class _Cell(NamedTuple):
    """A cell found in a row."""

    column: int
    start: int
    end: int


class RowPatcher:
    """Writes the edits of one row at a time."""

    def __init__(
        self,
        cells: CellPatcher,
        edits: Mapping[int, Mapping[int, Any]],
        styles: list[tuple[int, int, bytes]],
    ) -> None:
        """For edits in column order.

        Arguments:
            cells: writes the single cells.
            edits: column → row → value.
            styles: (first column, last column, style index) of columns with a style.
        """
        self._cells = cells
        self._columns = [(column, column_letters(column).encode(), rows) for column, rows in edits.items()]
        self._styles = styles
        prefix = cells.prefix
        self._close = b"</%brow>" % prefix
        self._cell_open = b'<%bc r="' % prefix
        self._cell_any = b"<%bc" % prefix
        self._cell_close = b"</%bc>" % prefix
        self._column = re.compile(re.escape(self._cell_open) + rb"([A-Z]+)")
        self._place_of = re.compile(self._column.pattern + rb'(\d+)"')
        self._row_tag = re.compile(rb"<%brow\b[^<>]*>" % re.escape(prefix))

    # -- the fast way ----------------------------------------------------------------------------------

    def patch_whole(self, piece: bytes, row: int, number: bytes) -> bytes:
        """Patch a row that has its closing tag, or is an empty tag."""
        if piece.endswith(self._close):
            return self.patch_open(piece[: -len(self._close)], row, number) + self._close
        start = piece.index(b"<")
        return piece[:start] + self.careful(piece[start:], row)

    def patch_open(self, piece: bytes, row: int, number: bytes) -> bytes:
        """Patch a row given without its closing tag.

        Arguments:
            piece: the row's bytes, maybe with white space before.
            row: its number.
            number: the same, as bytes.
        """
        tally = self._cells.tally
        before = (tally.changed, tally.unchanged, tally.recalculate, tally.inserted_cells)
        patched = None if self._cells.masters else self._try_fast(piece, row, number)
        if patched is not None:
            return patched
        tally.changed, tally.unchanged, tally.recalculate, tally.inserted_cells = before
        start = piece.index(b"<")
        return piece[:start] + self.careful(piece[start:] + self._close, row)[: -len(self._close)]

    def _try_fast(self, piece: bytes, row: int, number: bytes) -> bytes | None:
        """The patched row, or None when its shape is uncommon and the careful way has to take it."""
        cells, opening = self._cells, self._cell_open
        out: list[bytes] = []
        done = 0
        inserted: list[int] = []
        for column, letters, rows in self._columns:
            if row not in rows:
                continue
            value = rows[row]
            ref = letters + number
            at = piece.find(opening + ref + b'"', done)
            if at >= 0:
                patched = cells.fast(piece, at, row, column, value)
                if patched is None or cells.masters:
                    return None
                new, end = patched
            else:
                if not inserted and not self._is_plain(piece, number):
                    return None
                new = cells.new(row, column, value, self._style(piece, column))
                if not new:
                    continue
                at = end = self._place(piece, done, column)
                inserted.append(column)
            out += (piece[done:at], new)
            done = end
        if not out:
            return piece
        out.append(piece[done:])
        patched_row = b"".join(out)
        return self._widen(patched_row, inserted[0], inserted[-1]) if inserted else patched_row

    def _is_plain(self, piece: bytes, number: bytes) -> bool:
        """Whether every cell says where it is, first thing, and they are in order."""
        places = self._place_of.findall(piece)
        columns = [_number(letters) for letters, _ in places]
        return (
            piece.count(self._cell_any) == len(places)
            and all(row == number for _, row in places)
            and all(map(lt, columns, columns[1:]))
        )

    def _place(self, piece: bytes, done: int, column: int) -> int:
        """Where in a plain row, not before ``done``, a new cell of that column goes."""
        last = piece.rfind(self._cell_open)
        if last < done:  # everything before has been dealt with, or there is no cell at all
            return done or self._tag_end(piece)
        letters = self._column.match(piece, last)
        if letters is not None and _number(letters[1]) < column:
            end = piece.index(b">", last)
            if piece[end - 1 : end] == b"/":
                return end + 1
            return piece.index(self._cell_close, end) + len(self._cell_close)
        for found in self._column.finditer(piece, done):
            if _number(found[1]) > column:
                return found.start()
        return len(piece)

    def _tag_end(self, piece: bytes) -> int:
        found = self._row_tag.search(piece)
        assert found is not None
        return found.end()

    def _widen(self, piece: bytes, first: int, last: int) -> bytes:
        """The row with its ``spans`` wide enough for new cells; the hint is wrong otherwise."""
        found = self._row_tag.search(piece)
        if found is None or b"spans" not in found[0]:
            return piece
        raw = _wider_spans(found[0], first, last)
        return piece[: found.start()] + raw + piece[found.end() :]

    def _style(self, piece: bytes, column: int) -> bytes | None:
        """The style that an absent cell shows: its row's, else its column's."""
        if b"customFormat" in piece:
            found = self._row_tag.search(piece)
            if found is not None:
                attributes = Tag(found[0], 0, len(found[0])).attributes()
                if attributes.get(b"customFormat") in (b"1", b"true") and attributes.get(b"s", b"").isdigit():
                    return attributes[b"s"]
        return self.column_style(column)

    def column_style(self, column: int) -> bytes | None:
        """The style that a column gives to its cells."""
        return next((style for first, last, style in self._styles if first <= column <= last), None)

    # -- the careful way -------------------------------------------------------------------------------

    def careful(self, raw: bytes, row: int) -> bytes:
        """Patch a whole row of any shape, from ``<row`` to its end.

        Errors: PatchRefusedError SX937 when the cells are not in order or name another row.
        """
        self._cells.forget_masters(row)
        opened, found, content_end = self._cells_of(raw, row)
        edits = [(column, rows[row]) for column, _, rows in self._columns if row in rows]
        out: list[bytes] = []
        done = opened.end
        inserted: list[int] = []
        for cell in found:
            while edits and edits[0][0] < cell.column:
                column, value = edits.pop(0)
                if new := self._cells.new(row, column, value, self._style(opened.raw, column)):
                    out += (raw[done : cell.start], new)
                    done = cell.start
                    inserted.append(column)
            piece = raw[cell.start : cell.end]
            out.append(raw[done : cell.start])
            if edits and edits[0][0] == cell.column:
                piece = self._cells.general(piece, row, cell.column, edits.pop(0)[1])
            if self._cells.masters and b"shared" in piece:
                piece = self._cells.promote(piece, row, cell.column)
            out.append(piece)
            done = cell.end
        for column, value in edits:
            if new := self._cells.new(row, column, value, self._style(opened.raw, column)):
                out += (raw[done:content_end], new)
                done = content_end
                inserted.append(column)
        body = b"".join(out)
        tag = _wider_spans(opened.raw, inserted[0], inserted[-1]) if inserted else opened.raw
        if not opened.is_empty:
            return tag + body + raw[done:]
        return tag[:-2].rstrip() + b">" + body + b"</%b>" % opened.name if body else raw

    def _cells_of(self, raw: bytes, row: int) -> tuple[Tag, list[_Cell], int]:
        """The row's tag, its cells in order, and where a further cell would go."""
        opened: Tag | None = None
        found: list[_Cell] = []
        start: Tag | None = None
        depth = column = 0
        for tag in tags(raw):
            if opened is None:
                opened = tag
                continue
            if tag.is_close:
                depth -= 1
            else:
                if depth == 0 and tag.local == b"c":
                    start = tag
                depth += not tag.is_empty
            if depth == 0 and start is not None:
                column = self._column_of(start, row, column)
                found.append(_Cell(column, start.start, tag.end))
                start = None
        assert opened is not None
        return opened, found, found[-1].end if found else opened.end

    def _column_of(self, tag: Tag, row: int, last: int) -> int:
        """The column of a cell: what it says, else the one after the last."""
        ref = tag.attributes().get(b"r")
        if not ref:
            return last + 1
        place = parse_cell(ref.decode("utf-8", "replace"))
        if place is None or place[0] != row or place[1] <= last:
            raise PatchRefusedError("SX937", self._cells.facts.at(row, max(last, 1)), reason="order of cells")
        return place[1]


@cache
def _number(letters: bytes) -> int:
    return column_number(letters.decode())


def _wider_spans(tag: bytes, first: int, last: int) -> bytes:
    """The row's tag with ``spans`` (``1:5`` or several) including the columns first…last."""
    spans = Tag(tag, 0, len(tag)).attributes().get(b"spans", b"")
    numbers = list(map(int, _SPAN.findall(spans)))
    if not numbers or (min(numbers) <= first and last <= max(numbers)):
        return tag
    return set_attribute(tag, b"spans", b"%d:%d" % (min(*numbers, first), max(*numbers, last)))
