"""The parts of a workbook into which columns are inserted: every reference in them where it leads afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from strategy_xl.formulas.cell_refs import MAX_COLUMN, MAX_ROW, Area, cell_name, parse_area, parse_cell
from strategy_xl.formulas.inserting import Insertion, Insertions
from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.workbook_part import TableInfo
from strategy_xl.ooxml.xml_bytes import (
    Tag,
    content,
    decode_xstring,
    encode_xstring,
    set_attribute,
    tags,
    top_children,
    unescape,
)
from strategy_xl.ooxml.xml_insert import prefixed

_FORMULAS = frozenset(
    {b"f", b"formula", b"formula1", b"formula2", b"calculatedColumnFormula", b"totalsRowFormula"}
)
_REFERENCES: Mapping[bytes, tuple[bytes, ...]] = {
    b"mergeCell": (b"ref",),
    b"hyperlink": (b"ref",),
    b"conditionalFormatting": (b"sqref",),
    b"dataValidation": (b"sqref",),
    b"protectedRange": (b"sqref",),
    b"ignoredError": (b"sqref",),
    b"selection": (b"sqref", b"activeCell"),
    b"sheetView": (b"topLeftCell",),
    b"autoFilter": (b"ref",),
    b"sortState": (b"ref",),
    b"sortCondition": (b"ref",),
    b"dimension": (b"ref",),
    b"cellWatch": (b"r",),
    b"inputCells": (b"r",),
    b"f": (b"ref", b"r1", b"r2"),
}
"""Elements of a sheet or table whose attributes name cells of the sheet that they are on."""
_PLACE = re.compile(rb"(<x:Row>\s*)(\d+)(\s*</x:Row>\s*<x:Column>\s*)(\d+)(\s*</x:Column>)")
_ANCHOR = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_CLIENT = re.compile(rb"<x:ClientData\b.*?</x:ClientData>", re.DOTALL)
_CORNER = re.compile(rb"(<(?:\w+:)?(col|row)>)\s*(\d+)\s*(</(?:\w+:)?(?:col|row)>)")


class _Rewriter:
    """One pass over a part: tags and the text of formulas, the rest as it stands."""

    def __init__(self, data: bytes, moves: Insertions, title: str | None) -> None:
        self.data, self.moves, self.title = data, moves, title
        self.is_home = title is not None and title.casefold() in moves.sheets
        self.out: list[bytes] = []
        self.done = 0

    def put(self, start: int, stop: int, new: bytes) -> None:
        """Replace some bytes."""
        self.out += (self.data[self.done : start], new)
        self.done = stop

    def result(self) -> bytes:
        """The part as it is now."""
        return b"".join([*self.out, self.data[self.done :]])

    def formula(self, start: int, stop: int) -> None:
        """Move the references of a formula."""
        old = self.data[start:stop]
        text = content(old)
        new = self.moves.formula(text, self.title)
        if new != text:
            self.put(start, stop, escape_formula(new))

    def ranges(self, raw: bytes) -> bytes:
        """References of the sheet itself, with spaces between."""
        assert self.title is not None
        found = []
        for ref in raw.split():
            area = parse_area(ref.decode("utf-8", "replace"))
            found.append(ref if area is None else str(self.moves.area(self.title, area)).encode())
        return b" ".join(found)

    def tag(self, tag: Tag) -> None:
        """Move what the attributes of an element name."""
        names = _REFERENCES.get(tag.local)
        if names is None or not self.is_home or tag.is_close:
            return
        raw, attributes = tag.raw, tag.attributes()
        for name in names:
            if name in attributes:
                raw = set_attribute(raw, name, self.ranges(attributes[name]))
        if raw != tag.raw:
            self.put(tag.start, tag.end, raw)


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
    coming = _Rows(moves, title, rows)
    work = _Rewriter(data, moves, title)
    shared = formula_texts(data) if b't="shared"' in data else {}
    cell: tuple[int, int] | None = None
    styled = b"0"
    opened, kind = -1, b""
    filters: Area | None = None
    for tag in tags(data):
        name = tag.local
        if name == b"c" and not tag.is_close:
            attributes = tag.attributes()
            before, cell = cell, parse_cell(attributes.get(b"r", b"").decode())
            look, styled = styled, attributes.get(b"s", b"0")
            if work.is_home and cell is not None:
                moved = moves.cell(title, *cell)
                if moved[1] != cell[1] and before == (cell[0], cell[1] - 1) and look == styled != b"0":
                    # A band that goes on at the right of what comes in goes on through it.
                    left = moves.column(title, cell[1] - 1, cell[0], cell[0])
                    new_cells = (cell_name(moved[0], column).encode() for column in range(left + 1, moved[1]))
                    raw = b"".join(b'<%b r="%b" s="%b"/>' % (tag.name, ref, styled) for ref in new_cells)
                    work.put(tag.start, tag.start, raw)
                if moved != cell:
                    ref = cell_name(*moved).encode()
                    work.put(tag.start, tag.end, set_attribute(tag.raw, b"r", ref))
        elif name == b"row" and not tag.is_close and work.is_home:
            number = int(tag.attributes().get(b"r", b"0"))
            raw = set_attribute(tag.raw, b"spans", None)
            raw = set_attribute(raw, b"r", b"%d" % moves.row(title, number)) if number else raw
            if number and (more := coming.before(number, tag)):
                work.put(tag.start, tag.start, more)
            if raw != tag.raw:
                work.put(tag.start, tag.end, raw)
        elif name == b"sheetData" and tag.is_close and work.is_home and (more := coming.before(MAX_ROW, tag)):
            work.put(tag.start, tag.start, more)
        elif name == b"pane" and work.is_home and not tag.is_close:
            work.put(tag.start, tag.end, _frozen(work, tag))
        elif name == b"f" and not tag.is_close and tag.attributes().get(b"t") == b"shared":
            _unshare(work, tag, shared.get(cell or (0, 0), ""))
            opened = -1
        elif name in _FORMULAS:
            if tag.is_close:
                if opened >= 0 and kind == name:
                    work.formula(opened, tag.start)
                opened = -1
            else:
                work.tag(tag)
                opened, kind = (-1 if tag.is_empty else tag.end), name
        elif name == b"sqref":
            if not tag.is_close:
                opened, kind = tag.end, name
            elif opened >= 0 and work.is_home:
                work.put(opened, tag.start, work.ranges(data[opened : tag.start]))
        elif name == b"cols" and work.is_home and not tag.is_close and not tag.is_empty:
            stop = data.index(b"</", tag.end)
            work.put(tag.end, stop, _widths(data[tag.end : stop], moves, title, new, tag.prefix))
        elif name == b"brk" and work.is_home and not tag.is_close:
            at = int(tag.attributes()[b"id"]) + 1
            after = moves.column(title, at) if _is_column_break(data, tag) else moves.row(title, at)
            work.put(tag.start, tag.end, set_attribute(tag.raw, b"id", b"%d" % (after - 1)))
        else:
            if name == b"autoFilter":
                filters = parse_area(tag.attributes().get(b"ref", b"").decode())
            if name == b"filterColumn" and filters is not None and work.is_home and not tag.is_close:
                _filter(work, tag, filters)
                continue
            work.tag(tag)
    return work.result()


class _Rows:
    """The rows that come into a sheet, as its cells are passed."""

    def __init__(self, moves: Insertions, title: str, rows: Mapping[Insertion, frozenset[int]]) -> None:
        self._moves, self._title = moves, title
        own = [item for item in moves.of(title) if item.is_rows]
        self._left = sorted(((item, rows.get(item, frozenset())) for item in own), key=lambda pair: pair[0].at)
        self._above: dict[int, bytes] = {}

    def before(self, number: int, tag: Tag) -> bytes:
        """What comes before a row; rows like those above it, which have passed."""
        out = b""
        while self._left and self._left[0][0].at <= number:
            item, hidden = self._left.pop(0)
            first = self._moves.row(self._title, item.at) - item.count
            for offset in range(item.count):
                raw = self._above.get(item.at - item.count + offset)
                raw = raw or b"<%brow/>" % tag.prefix
                raw = set_attribute(raw, b"r", b"%d" % (first + offset))
                raw = set_attribute(raw, b"hidden", b"1" if offset in hidden else None)
                out += raw
        if self._left and tag.local == b"row":
            raw = set_attribute(tag.raw, b"spans", None)
            self._above[number] = raw if tag.is_empty else raw[:-1].rstrip() + b"/>"
        return out


def _unshare(work: _Rewriter, tag: Tag, text: str) -> None:
    """A formula of its own for a cell of a group: the cells of a group may not move alike any more."""
    stop = tag.end if tag.is_empty else work.data.index(b">", work.data.index(b"</", tag.end)) + 1
    raw = tag.raw[:-2].rstrip() + b">" if tag.is_empty else tag.raw
    for name in (b"t", b"si", b"ref"):
        raw = set_attribute(raw, name, None)
    moved = work.moves.formula(text, work.title)
    work.put(tag.start, stop, raw + escape_formula(moved) + b"</%b>" % tag.name)


def _frozen(work: _Rewriter, tag: Tag) -> bytes:
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


def _filter(work: _Rewriter, tag: Tag, area: Area) -> None:
    """The column of a filter counts from the first one that is filtered."""
    assert work.title is not None
    number = int(tag.attributes().get(b"colId", b"0"))
    rows = area.top, area.bottom
    moved = work.moves.column(work.title, area.left + number, *rows)
    moved -= work.moves.column(work.title, area.left, *rows)
    if moved != number:
        work.put(tag.start, tag.end, set_attribute(tag.raw, b"colId", b"%d" % moved))


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


def moved_table(
    data: bytes, moves: Insertions, table: TableInfo, new: Sequence[Any], names: Mapping[str, str]
) -> bytes:
    """A table's part, with its new columns when it gets some.

    Arguments:
        data: the part.
        moves: what comes into the workbook.
        table: the table.
        new: its new columns.
        names: names of its columns before → afterwards, for those that have another.
    """
    work = _Rewriter(data, moves, table.sheet)
    opened, kind = -1, b""
    for tag in tags(data):
        name = tag.local
        if name in _FORMULAS:
            if tag.is_close:
                if opened >= 0 and kind == name:
                    work.formula(opened, tag.start)
                opened = -1
            else:
                opened, kind = (-1 if tag.is_empty else tag.end), name
        elif name in (b"table", b"autoFilter") and work.is_home and not tag.is_close:
            area = parse_area(tag.attributes().get(b"ref", b"").decode())
            if area is not None:
                moved = moves.area(table.sheet, area)
                at_end = sum(column.before == len(table.columns) for column in new)
                moved = moved._replace(right=moved.right + at_end)
                work.put(tag.start, tag.end, set_attribute(tag.raw, b"ref", str(moved).encode()))
        elif name == b"filterColumn" and work.is_home and not tag.is_close:
            _filter(work, tag, table.area)
        elif name == b"tableColumn" and not tag.is_close and names:
            called = decode_xstring(unescape(tag.attributes().get(b"name", b"")))
            if called in names:
                work.put(tag.start, tag.end, set_attribute(tag.raw, b"name", _header(names[called])))
        else:
            work.tag(tag)
    return _with_columns(work.result(), table, new) if new else work.result()


def _with_columns(data: bytes, table: TableInfo, new: Sequence[Any]) -> bytes:
    """The part with entries for its new columns."""
    for listed, end in top_children(data):
        if listed.local != b"tableColumns":
            continue
        number = max(column.id for column in table.columns)
        items = [data[listed.start : end][tag.start : stop] for tag, stop in top_children(data[listed.start : end])]
        out = b""
        for index in range(len(items) + 1):
            for column in new:
                if column.before == index:
                    number += 1
                    name = _header(column.name)
                    out += prefixed(b'<tableColumn id="%d" name="%b"/>' % (number, name), listed.prefix)
            out += items[index] if index < len(items) else b""
        count = b"%d" % (len(items) + len(new))
        opened = set_attribute(listed.raw, b"count", count)
        return data[: listed.start] + opened + out + b"</%b>" % listed.name + data[end:]
    return data


def _header(text: str) -> bytes:
    """A column's name as a table's part has it."""
    return encode_xstring(text).replace(b'"', b"&quot;").replace(b"\n", b"_x000a_")


def moved_workbook(data: bytes, moves: Insertions) -> bytes:
    """The workbook's part: its names."""
    return _texts(data, moves, frozenset({b"definedName"}))


def moved_chart(data: bytes, moves: Insertions) -> bytes:
    """A chart's part: what it reads."""
    return _texts(data, moves, frozenset({b"f", b"sqref"}))


def _texts(data: bytes, moves: Insertions, names: frozenset[bytes]) -> bytes:
    work = _Rewriter(data, moves, None)
    opened = -1
    for tag in tags(data):
        if tag.local not in names:
            continue
        if tag.is_close:
            if opened >= 0:
                work.formula(opened, tag.start)
            opened = -1
        else:
            opened = -1 if tag.is_empty else tag.end
    return work.result()


def moved_comments(data: bytes, moves: Insertions, title: str) -> bytes:
    """The part of a sheet's notes, or of its threads of comments."""
    work = _Rewriter(data, moves, title)
    for tag in tags(data):
        ref = tag.attributes().get(b"ref") if tag.local in (b"comment", b"threadedComment") else None
        if ref is not None:
            work.put(tag.start, tag.end, set_attribute(tag.raw, b"ref", work.ranges(ref)))
    return work.result()


def moved_notes(data: bytes, moves: Insertions, title: str) -> bytes:
    """The drawing in which a sheet's notes and controls are."""

    def one(found: re.Match[bytes]) -> bytes:
        raw = found[0]
        place = _PLACE.search(raw)
        rows = (int(place[2]) + 1,) * 2 if place is not None else (1, MAX_ROW)
        if place is not None:
            row, column = moves.cell(title, int(place[2]) + 1, int(place[4]) + 1)
            new = b"%d" % (row - 1), b"%d" % (column - 1)
            raw = _PLACE.sub(lambda m: m[1] + new[0] + m[3] + new[1] + m[5], raw)

        def anchor(match: re.Match[bytes]) -> bytes:
            numbers = [int(part) for part in match[2].split(b",")]
            for index in (0, 4):
                numbers[index] = moves.column(title, numbers[index] + 1, *rows) - 1
                numbers[index + 2] = moves.row(title, numbers[index + 2] + 1) - 1
            return match[1] + b", ".join(b"%d" % number for number in numbers) + match[3]

        return _ANCHOR.sub(anchor, raw)

    return _CLIENT.sub(one, data)


def moved_drawing(data: bytes, moves: Insertions, title: str) -> bytes:
    """The drawing of a sheet: where its pictures and charts are fixed, when whole columns come in."""

    def one(found: re.Match[bytes]) -> bytes:
        at = int(found[3]) + 1
        moved = moves.column(title, at) if found[2] == b"col" else moves.row(title, at)
        return found[1] + b"%d" % (moved - 1) + found[4]

    return _CORNER.sub(one, data)


def moved_pivot(data: bytes, moves: Insertions, title: str) -> bytes:
    """A pivot table of a sheet: where it is."""
    work = _Rewriter(data, moves, title)
    for tag in tags(data):
        ref = tag.attributes().get(b"ref") if tag.local == b"location" else None
        if ref is not None:
            work.put(tag.start, tag.end, set_attribute(tag.raw, b"ref", work.ranges(ref)))
    return work.result()


def moved_pivot_source(data: bytes, moves: Insertions) -> bytes:
    """What a pivot table is made from."""
    for tag in tags(data):
        found = tag.attributes() if tag.local == b"worksheetSource" else {}
        if b"ref" in found and b"sheet" in found:
            title = content(found[b"sheet"])
            work = _Rewriter(data, moves, title)
            work.put(tag.start, tag.end, set_attribute(tag.raw, b"ref", work.ranges(found[b"ref"])))
            return work.result()
    return data
