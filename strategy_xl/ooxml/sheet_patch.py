"""Walk through a sheet part as bytes, in pieces, and change only the edited cells.

Rows that no edit touches are never looked into. Common shapes take fast ways made of whole-buffer
searches; comments, CDATA, missing references or unusual attribute orders take the careful way, which
reads tag by tag. Both give the same result; the tests hold them against each other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from operator import lt
from typing import Any

from strategy_xl.errors import PatchRefusedError
from strategy_xl.formulas.cell_refs import MAX_ROW, Area, parse_area, parse_cell
from strategy_xl.ooxml.cell_patch import CellPatcher
from strategy_xl.ooxml.cell_read import SheetFacts
from strategy_xl.ooxml.cells import Cached
from strategy_xl.ooxml.column_patch import ColumnsPatcher
from strategy_xl.ooxml.limits import MAX_ID, whole
from strategy_xl.ooxml.new_rows import NewRows
from strategy_xl.ooxml.row_patch import RowPatcher
from strategy_xl.ooxml.xml_bytes import TOKEN, Tag, attributes_of, set_attribute, tags
from strategy_xl.progress import tell

ColumnEdits = Mapping[int, Mapping[int, Any]]

_TOGETHER = 100
"""New rows that go on at once."""
_LARGEST_HEAD = 4 << 20
"""Bytes before the cells; a sheet all of whose columns have a style takes a third of it."""


def _is_filled(value: Any) -> bool:
    return value is not None and value != ""


class SheetPatcher:
    """Patches one sheet part; ``run`` once, then read ``tally``."""

    def __init__(
        self,
        facts: SheetFacts,
        edits: ColumnEdits,
        edit_tail: Callable[[bytes], bytes] | None = None,
        *,
        adds_rows: bool = True,
    ) -> None:
        """Prepare for edits given as column → row → value.

        Arguments:
            facts: what the workbook tells about cells.
            edits: the values to write.
            edit_tail: changes what follows the cells (validations…); for the growth of tables.
            adds_rows: whether edits of rows that are not there make them.
        """
        self._facts = facts
        self._edits = {column: edits[column] for column in sorted(edits) if edits[column]}
        self._edit_rows = sorted(set().union(*self._edits.values())) if self._edits else []
        self._edit_tail = edit_tail
        self._adds_rows = adds_rows
        self._next = 0  # index of the next edited row
        self._last_row = 0
        self._taken = 0  # bytes
        self._careful = False
        self.merged: list[Area] = []

    def run(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The new content of the part, piece by piece.

        Errors: PatchRefusedError, located: an edit is not possible (see ``patch.set_cells``); SX937 when
        the part is not built as a sheet.
        """
        source = iter(pieces)
        head, opened, rest = self._read_head(source)
        yield self._start(head, opened)
        if opened.is_empty:
            rows = self._rows_before(None)
            yield opened.raw if not rows else self._opened(opened) + rows + b"</%b>" % opened.name
        else:
            yield opened.raw
            rest = yield from self._read_rows(source, rest)
        yield self._tail(rest + b"".join(source), has_end=not opened.is_empty)

    # -- before the cells ------------------------------------------------------------------------------

    def _broken(self, reason: str) -> PatchRefusedError:
        return PatchRefusedError("SX937", self._facts.where, reason=reason)

    def _whole(self, attributes: Mapping[bytes, bytes], name: bytes, high: int = MAX_ID) -> int:
        """The whole number, at least 1, of an attribute."""
        facts = self._facts
        return whole(attributes.get(name, b""), 1, high, facts.where, facts.part, name.decode())

    def _read_head(self, source: Iterator[bytes]) -> tuple[bytes, Tag, bytes]:
        """What precedes the cells, the tag that opens them, and what was read beyond."""
        data = b""
        for piece in source:
            data += piece
            at = data.find(b"sheetData")
            if (len(data) if at < 0 else at) > _LARGEST_HEAD:
                break
            if at < 0:
                continue
            for tag in complete_tags(data):
                if tag.local == b"sheetData" and not tag.is_close:
                    return data[: tag.start], tag, data[tag.end :]
        raise self._broken("sheetData")

    def _start(self, head: bytes, opened: Tag) -> bytes:
        """Learn the prefix and the columns' styles; the head with its dimension brought up to date."""
        prefix = opened.prefix
        self.cells = CellPatcher(self._facts, prefix)
        self.tally = self.cells.tally
        self._close = b"</%bsheetData" % prefix
        self._row_open = b"<%brow" % prefix
        self._formula_close = b"</%bf" % prefix
        self._row_close = b"</%brow>" % prefix
        self._row_number = re.compile(rb'<%brow(?: r="(\d{1,7})")?' % re.escape(prefix))
        whole_row = rb"<%(p)brow\b[^<>]*?(?:/>|>.*?</%(p)brow>)" % {b"p": re.escape(prefix)}
        self._row_split = re.compile(whole_row, re.DOTALL)
        self._formula = re.compile(rb"<%bf\b([^<>]*)>" % re.escape(prefix))
        styles: list[tuple[int, int, bytes]] = []
        dimension: Tag | None = None
        for tag in tags(head):
            if tag.local == b"col" and not tag.is_close:
                found = tag.attributes()
                if found.get(b"style", b"0") != b"0" and found[b"style"].isdigit():
                    first, last = (self._whole(found, name) for name in (b"min", b"max"))
                    styles.append((first, last, found[b"style"]))
            elif tag.local == b"dimension" and not tag.is_close:
                dimension = tag
        self.rows = RowPatcher(self.cells, self._edits, styles)
        self._new_rows = NewRows(self.cells, self._edits, self.rows.column_style)
        self._columns = ColumnsPatcher(self.cells, self._edits)
        if dimension is None:
            return head
        area = parse_area(dimension.attributes().get(b"ref", b"").decode())
        wider = self._wider(area) if area else None
        if wider is None:
            return head
        raw = set_attribute(dimension.raw, b"ref", str(wider).encode())
        return head[: dimension.start] + raw + head[dimension.end :]

    def _wider(self, area: Area) -> Area | None:
        """The area with the edits outside it; None when all are inside."""
        found = area
        for column, rows in self._edits.items():
            if area.left <= column <= area.right and min(rows) >= area.top and max(rows) <= area.bottom:
                continue
            ordered = sorted(rows)
            first = next((row for row in ordered if _is_filled(rows[row])), None)
            if first is not None:
                last = next(row for row in reversed(ordered) if _is_filled(rows[row]))
                found = Area(
                    min(found.top, first),
                    min(found.left, column),
                    max(found.bottom, last),
                    max(found.right, column),
                )
        return found if found != area else None

    @staticmethod
    def _opened(tag: Tag) -> bytes:
        return tag.raw[:-2].rstrip() + b">"

    # -- the rows --------------------------------------------------------------------------------------

    def _read_rows(self, source: Iterator[bytes], data: bytes) -> Generator[bytes, None, bytes]:
        """Yield the rows patched; return what follows, from the closing tag on."""
        checked = 0
        while True:
            if not self._careful:
                end = data.find(self._close, max(0, checked - len(self._close)))
                region = end if end >= 0 else len(data)
                since = max(0, checked - 1)
                # One character is searched much faster than two, and mostly there is none.
                self._careful = any(
                    data.find(mark[1:], since, region) >= 0 and data.find(mark, since, region) >= 0
                    for mark in (b"<!", b"<?")
                )
            if self._careful:
                rows, data, is_done = self._careful_rows(data)
                yield rows
                if is_done:
                    break
            elif end >= 0:
                yield self._block(data[:end])
                data = data[end:]
                break
            else:
                cut = data.rfind(self._row_close) + len(self._row_close)
                if cut >= len(self._row_close):
                    yield self._block(data[:cut])
                    data = data[cut:]
                checked = len(data)
            piece = next(source, None)
            if piece is None:
                raise self._broken("end of part")
            data += piece
            self._taken += len(piece)
            tell("write", self._last_row, self._taken / self._facts.size if self._facts.size else 0.0)
        yield from self._rows_after()
        return data

    def _block(self, block: bytes) -> bytes:  # noqa: C901, PLR0911 - a ladder of shapes, the cheapest first
        """A run of whole rows, patched."""
        if self._is_untouched(block):
            return block
        if b"<" + self._close[2:] in block:
            raise self._broken("sheetData")
        self._find_computed(block)
        found = self._row_number.findall(block)
        if b"" in found:
            return b"".join(self._careful_rows(block)[:2])
        if not found:
            return block
        numbers = list(map(int, found))
        if numbers[0] <= self._last_row or not all(map(lt, numbers, numbers[1:])):
            raise self._broken("order of rows")
        first, self._last_row = self._last_row + 1, numbers[-1]
        pending = self._next < len(self._edit_rows) and self._edit_rows[self._next] <= numbers[-1]
        if not pending and not self.cells.masters:
            return block
        if pending and not self.cells.masters:
            whole = self._columns.patch(block, first, numbers[-1], len(numbers))
            if whole is not None:
                self._next = bisect_left(self._edit_rows, numbers[-1] + 1, self._next)
                return whole
        if block.count(self._row_close) == len(found):
            pieces = block.split(self._row_close)
            return self._row_close.join(self._patched(pieces, numbers, found)) + self._row_close + pieces[-1]
        spans = [match.span() for match in self._row_split.finditer(block)]
        if len(spans) != len(found):
            self._last_row = first - 1
            return b"".join(self._careful_rows(block)[:2])
        starts = [0, *(end for _, end in spans)]
        pieces = [block[start:end] for start, (_, end) in zip(starts, spans, strict=False)]
        return b"".join(self._patched(pieces, numbers, found, is_whole=True)) + block[starts[-1] :]

    def _is_untouched(self, block: bytes) -> bool:
        """Whether a run of rows of a sheet that is known to be plain is no edit's concern."""
        if not self._facts.is_plain or self.cells.masters:
            return False
        last = self._row_number.match(block, max(block.rfind(self._row_open), 0))
        if last is None or not last[1]:
            return False
        row = int(last[1])
        if self._next < len(self._edit_rows) and self._edit_rows[self._next] <= row:
            return False
        self._note_formulas(block)
        self._last_row = row
        return True

    def _note_formulas(self, block: bytes) -> None:
        if not self.tally.has_formulas:
            self.tally.has_formulas = self._formula_close in block

    def _patched(
        self, pieces: list[bytes], numbers: list[int], found: list[bytes], *, is_whole: bool = False
    ) -> Iterator[bytes]:
        """The rows of a block; ``is_whole`` when each still has its closing tag."""
        edit_rows, count = self._edit_rows, len(self._edit_rows)
        upcoming = edit_rows[self._next] if self._next < count else -1
        patch = self.rows.patch_whole if is_whole else self.rows.patch_open
        for index, row in enumerate(numbers):
            piece = pieces[index]
            inserted = b""
            if -1 < upcoming < row:
                inserted = self._rows_before(row)
                upcoming = edit_rows[self._next] if self._next < count else -1
            if upcoming == row:
                piece = patch(piece, row, found[index])
                self._next += 1
                upcoming = edit_rows[self._next] if self._next < count else -1
            elif self.cells.masters:
                piece = patch(piece, row, found[index])
            if inserted:  # directly before the row, after white space, wherever the stream was cut
                start = piece.index(b"<")
                piece = piece[:start] + inserted + piece[start:]
            yield piece

    def _rows_before(self, row: int | None) -> bytes:
        """New rows for the edits of rows that are missing before ``row`` (None: up to the end)."""
        stop = len(self._edit_rows) if row is None else bisect_left(self._edit_rows, row, self._next)
        missing = self._edit_rows[self._next : stop] if self._adds_rows else ()
        rows = b"".join(map(self._new_rows.write, missing))
        self._next = stop
        return rows

    def _rows_after(self) -> Iterator[bytes]:
        """New rows below all that there are, some at a time."""
        while self._next < len(self._edit_rows):
            stop = self._edit_rows[min(self._next + _TOGETHER, len(self._edit_rows)) - 1] + 1
            yield self._rows_before(stop)

    def _careful_rows(self, data: bytes) -> tuple[bytes, bytes, bool]:
        """Whole rows of the buffer, patched; what is left over; whether the cells have ended."""
        out: list[bytes] = []
        done = depth = 0
        row_tag: Tag | None = None
        for tag in complete_tags(data):
            if tag.is_close:
                if depth == 0:
                    return b"".join([*out, data[done : tag.start]]), data[tag.start :], True
                depth -= 1
            else:
                if depth == 0:
                    if tag.name != self._row_open[1:]:
                        raise self._broken(tag.name.decode("utf-8", "replace"))
                    row_tag = tag
                depth += not tag.is_empty
            if depth == 0 and row_tag is not None:
                out.append(data[done : row_tag.start])
                out.append(self._careful_row(data[row_tag.start : tag.end], row_tag))
                done, row_tag = tag.end, None
        rest = data[done:]
        if rest.strip() or not out:
            return b"".join(out), rest, False
        return b"".join([*out, rest]), b"", False

    def _careful_row(self, raw: bytes, tag: Tag) -> bytes:
        self._find_computed(raw)
        attributes = tag.attributes()
        row = self._whole(attributes, b"r", MAX_ROW) if attributes.get(b"r") else self._implied_row(raw)
        if row <= self._last_row:
            raise self._broken("order of rows")
        self._last_row = row
        inserted = self._rows_before(row)
        is_edited = self._next < len(self._edit_rows) and self._edit_rows[self._next] == row
        if is_edited:
            self._next += 1
        return inserted + (self.rows.careful(raw, row) if is_edited or self.cells.masters else raw)

    def _implied_row(self, raw: bytes) -> int:
        """The number of a row that does not say it: by its first cell, else the one after the last."""
        for tag in tags(raw):
            if tag.local == b"c" and (ref := tag.attributes().get(b"r")):
                place = parse_cell(ref.decode())
                if place is not None:
                    return place[0]
        return self._last_row + 1

    def _find_computed(self, block: bytes) -> None:
        """Note array formulas, spills and data tables, and refuse edits of a part of one."""
        self._note_formulas(block)
        if not (
            b'"array"' in block
            or b'"dataTable"' in block
            or (b"'" in block and (b"'array'" in block or b"'dataTable'" in block))
        ):
            return
        for found in self._formula.finditer(block):
            attributes = attributes_of(found[1])
            kind = attributes.get(b"t")
            if kind not in (b"array", b"dataTable"):
                continue
            area = parse_area(attributes.get(b"ref", b"").decode())
            if area is None:
                continue
            self.cells.computed.append(area)
            if area.size == 1 and kind == b"array":
                continue
            for row, column, value in area.cells_of(self._edits):
                if not isinstance(value, Cached):
                    code = "SX925" if kind == b"array" else "SX926"
                    raise PatchRefusedError(code, self._facts.at(row, column), area=str(area))

    # -- after the cells -------------------------------------------------------------------------------

    def _tail(self, tail: bytes, *, has_end: bool) -> bytes:
        """What follows the cells: no more of them, and hidden cells of merged areas may not be written."""
        name = self._close[2:]
        if tail.count(name) > has_end and sum(tag.name == name for tag in tags(tail)) > has_end:
            raise self._broken("sheetData")
        if b"mergeCell" in tail:
            for tag in tags(tail):
                if tag.local == b"mergeCell" and not tag.is_close:
                    area = parse_area(tag.attributes().get(b"ref", b"").decode())
                    if area is not None:
                        self.merged.append(area)
                        self._check_merged(area)
        return self._edit_tail(tail) if self._edit_tail else tail

    def _check_merged(self, area: Area) -> None:
        for row, column, value in area.cells_of(self._edits):
            is_content = value is not None and value != "" and not isinstance(value, Cached)
            if is_content and (row, column) != (area.top, area.left):
                raise PatchRefusedError("SX924", self._facts.at(row, column), area=str(area))


def complete_tags(data: bytes) -> Iterator[Tag]:
    """The tags of a buffer up to the first that is not whole yet."""
    at = data.find(b"<")
    while at >= 0:
        found = TOKEN.match(data, at)
        if found is None:
            return
        raw = found[0]
        if raw[1:2] not in b"!?":
            yield Tag(raw, at, found.end())
        at = data.find(b"<", found.end())
