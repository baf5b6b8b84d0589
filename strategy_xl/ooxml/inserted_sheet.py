"""The part of a sheet into which columns and rows are inserted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from strategy_xl.formulas.cell_refs import MAX_COLUMN, MAX_ROW, Area, cell_name, parse_area, parse_cell
from strategy_xl.formulas.inserting import Insertion, Insertions
from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.inserted_text import Rewriter, move_filter
from strategy_xl.ooxml.rewriting import FORMULAS
from strategy_xl.ooxml.xml_bytes import Tag, set_attribute, tags
from strategy_xl.ooxml.xml_insert import prefixed


def moved_sheet(
    data: bytes,
    moves: Insertions,
    title: str,
    new: Mapping[int, Any],
    rows: Mapping[Insertion, frozenset[int]],
) -> bytes:
    """A sheet's part.

    Arguments:
        data: the part.
        moves: what comes in.
        title: of the sheet.
        new: column as it is afterwards → the new column there (its width, whether it is hidden).
        rows: rows that come in → which of them are out of sight.
    """
    work = _Sheet(data, moves, title, new, _Rows(moves, title, rows))
    for tag in tags(data):
        work.take(tag)
    return work.result()


class _Sheet(Rewriter):
    """The pass over one sheet."""

    def __init__(
        self, data: bytes, moves: Insertions, title: str, new: Mapping[int, Any], coming: _Rows
    ) -> None:
        super().__init__(data, moves, title)
        self._name, self._new, self._coming = title, new, coming
        self._shared = formula_texts(data) if b't="shared"' in data else {}
        self._cell: tuple[int, int] | None = None
        self._style = b"0"
        self._opened, self._kind = -1, b""
        self._filters: Area | None = None
        self._home: Mapping[bytes, Callable[[Tag], None]] = {
            b"c": self._take_cell,
            b"row": self._take_row,
            b"pane": self._take_pane,
            b"cols": self._take_columns,
            b"brk": self._take_break,
            b"autoFilter": self._take_filter,
            b"filterColumn": self._take_filter_column,
            b"sheetData": self._take_data,
        }

    def take(self, tag: Tag) -> None:
        """Move what a tag says, and the formula or ranges that it closes."""
        name = tag.local
        if name == b"f" and not tag.is_close and tag.attributes().get(b"t") == b"shared":
            _unshare(self, tag, self._shared.get(self._cell or (0, 0), ""))
            self._opened = -1
        elif name in FORMULAS or name == b"sqref":
            self._take_text(tag, name)
        elif name == b"c" and not self.is_home:
            if not tag.is_close:
                self._cell = parse_cell(tag.attributes().get(b"r", b"").decode())
        elif self.is_home and name in self._home:
            self._home[name](tag)
        else:
            self.tag(tag)

    def _take_text(self, tag: Tag, name: bytes) -> None:
        """The beginning or the end of a formula, or of a list of ranges."""
        if not tag.is_close:
            self.tag(tag)
            self._opened, self._kind = (-1 if tag.is_empty else tag.end), name
            return
        if self._opened >= 0 and self._kind == name:
            if name != b"sqref":
                self.formula(self._opened, tag.start)
            elif self.is_home:
                self.put(self._opened, tag.start, self.ranges(self.data[self._opened : tag.start]))
        self._opened = -1

    def _take_cell(self, tag: Tag) -> None:
        if tag.is_close:
            return
        attributes = tag.attributes()
        before, cell = self._cell, parse_cell(attributes.get(b"r", b"").decode())
        look, style = self._style, attributes.get(b"s", b"0")
        self._cell, self._style = cell, style
        if cell is None:
            return
        moved = self.moves.cell(self._name, *cell)
        if moved[1] != cell[1] and before == (cell[0], cell[1] - 1) and look == style != b"0":
            # A band that goes on at the right of what comes in goes on through it.
            left = self.moves.column(self._name, cell[1] - 1, cell[0], cell[0])
            refs = (cell_name(moved[0], column).encode() for column in range(left + 1, moved[1]))
            raw = b"".join(b'<%b r="%b" s="%b"/>' % (tag.name, ref, style) for ref in refs)
            self.put(tag.start, tag.start, raw)
        if moved != cell:
            self.put(tag.start, tag.end, set_attribute(tag.raw, b"r", cell_name(*moved).encode()))

    def _take_row(self, tag: Tag) -> None:
        if tag.is_close:
            return
        number = int(tag.attributes().get(b"r", b"0"))
        raw = set_attribute(tag.raw, b"spans", None)
        if number:
            raw = set_attribute(raw, b"r", b"%d" % self.moves.row(self._name, number))
            if more := self._coming.before(number, tag):
                self.put(tag.start, tag.start, more)
        if raw != tag.raw:
            self.put(tag.start, tag.end, raw)

    def _take_data(self, tag: Tag) -> None:
        if tag.is_close and (more := self._coming.before(MAX_ROW, tag)):
            self.put(tag.start, tag.start, more)

    def _take_pane(self, tag: Tag) -> None:
        if not tag.is_close:
            self.put(tag.start, tag.end, _frozen(self, tag))

    def _take_columns(self, tag: Tag) -> None:
        if not tag.is_close and not tag.is_empty:
            stop = self.data.index(b"</", tag.end)
            widths = _widths(self.data[tag.end : stop], self.moves, self._name, self._new, tag.prefix)
            self.put(tag.end, stop, widths)

    def _take_break(self, tag: Tag) -> None:
        if not tag.is_close:
            at = int(tag.attributes()[b"id"]) + 1
            is_column = _is_column_break(self.data, tag)
            after = self.moves.column(self._name, at) if is_column else self.moves.row(self._name, at)
            self.put(tag.start, tag.end, set_attribute(tag.raw, b"id", b"%d" % (after - 1)))

    def _take_filter(self, tag: Tag) -> None:
        if not tag.is_close:
            self._filters = parse_area(tag.attributes().get(b"ref", b"").decode())
        self.tag(tag)

    def _take_filter_column(self, tag: Tag) -> None:
        if not tag.is_close and self._filters is not None:
            move_filter(self, tag, self._filters)


class _Rows:
    """The rows that come into a sheet, as its cells are passed."""

    def __init__(self, moves: Insertions, title: str, rows: Mapping[Insertion, frozenset[int]]) -> None:
        self._moves, self._title = moves, title
        own = [item for item in moves.of(title) if item.is_rows]
        self._left = sorted(
            ((item, rows.get(item, frozenset())) for item in own), key=lambda pair: pair[0].at
        )
        self._above: dict[int, bytes] = {}

    def before(self, number: int, tag: Tag) -> bytes:
        """What comes before a row; rows like those above it, which have passed."""
        out = b""
        while self._left and self._left[0][0].at <= number:
            item, hidden = self._left.pop(0)
            first = self._moves.row(self._title, item.at) - item.many
            for offset in range(item.many):
                raw = self._above.get(item.at - item.many + offset)
                raw = raw or b"<%brow/>" % tag.prefix
                raw = set_attribute(raw, b"r", b"%d" % (first + offset))
                raw = set_attribute(raw, b"hidden", b"1" if offset in hidden else None)
                out += raw
        if self._left and tag.local == b"row":
            raw = set_attribute(tag.raw, b"spans", None)
            self._above[number] = raw if tag.is_empty else raw[:-1].rstrip() + b"/>"
        return out


def _unshare(work: Rewriter, tag: Tag, text: str) -> None:
    """A formula of its own for a cell of a group: the cells of a group may not move alike any more."""
    stop = tag.end if tag.is_empty else work.data.index(b">", work.data.index(b"</", tag.end)) + 1
    raw = tag.raw[:-2].rstrip() + b">" if tag.is_empty else tag.raw
    for name in (b"t", b"si", b"ref"):
        raw = set_attribute(raw, name, None)
    moved = work.moves.formula(text, work.title)
    work.put(tag.start, stop, raw + escape_formula(moved) + b"</%b>" % tag.name)


def _frozen(work: Rewriter, tag: Tag) -> bytes:
    """A pane: what is frozen holds the columns and rows that come into it."""
    attributes, title = tag.attributes(), work.title or ""
    raw = tag.raw
    if b"topLeftCell" in attributes:
        raw = set_attribute(raw, b"topLeftCell", work.ranges(attributes[b"topLeftCell"]))
    if attributes.get(b"state", b"").startswith(b"frozen"):
        for name, moved in ((b"xSplit", work.moves.column), (b"ySplit", work.moves.row)):
            if attributes.get(name, b"").isdigit() and (number := int(attributes[name])):
                raw = set_attribute(raw, name, b"%d" % moved(title, number))
    return raw


def _is_column_break(data: bytes, tag: Tag) -> bool:
    return data.rfind(b"colBreaks", 0, tag.start) > data.rfind(b"rowBreaks", 0, tag.start)


def _widths(inside: bytes, moves: Insertions, title: str, new: Mapping[int, Any], prefix: bytes) -> bytes:
    """The widths of columns, those of new ones among them."""
    found: dict[int, bytes] = {}
    runs: list[tuple[int, int, bytes]] = []
    for tag in tags(inside):
        attributes = tag.attributes()
        first, last = int(attributes[b"min"]), int(attributes[b"max"])
        # One run may say how all columns to the end of the sheet look: cut where something comes in.
        cuts = sorted({item.at for item in moves.of(title) if item.is_whole and first < item.at <= last})
        for start, stop in zip([first, *cuts], [*(at - 1 for at in cuts), last], strict=True):
            moved = moves.column(title, start) if start < MAX_COLUMN else start
            end = min(stop + moved - start, MAX_COLUMN)
            runs.append((moved, end, tag.raw))
    for at, column in new.items():
        hidden = b' hidden="1"' if column.is_hidden else b""
        width = b"%g" % (column.width or 10.0)
        found[at] = b'<col min="1" max="1" width="%b" customWidth="1"%b/>' % (width, hidden)
    runs += [(at, at, prefixed(raw, prefix)) for at, raw in found.items()]
    out = b""
    for first, last, raw in sorted(runs):
        raw_first = set_attribute(raw, b"min", b"%d" % first)
        out += set_attribute(raw_first, b"max", b"%d" % last)
    return out
