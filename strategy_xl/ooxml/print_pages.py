"""How one sheet is to be printed, written into its part: columns, rows, page setup, breaks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from strategy_xl.formulas.cell_refs import Area, column_letters
from strategy_xl.ooxml.sheet_geometry import split_at_cells
from strategy_xl.ooxml.xml_bytes import escape, set_attribute, tags, top_children
from strategy_xl.ooxml.xml_insert import AFTER_CELLS, insert_child

_ROW: Final = re.compile(rb"<(?:[\w.-]+:)?row\s[^<>]*>")
_NUMBER: Final = re.compile(rb'\sr="(\d{1,7})"')
_ONE_CELL: Final = re.compile(
    rb"<(?:[\w.-]+:)?from>\s*<(?:[\w.-]+:)?col>(\d+)</.*?<(?:[\w.-]+:)?row>(\d+)</.*?"
    rb"</(?:[\w.-]+:)?from>\s*<(?:[\w.-]+:)?ext\s+cx=\"(\d+)\"",
    re.DOTALL,
)
_GONE: Final = (b"sheetProtection", b"rowBreaks", b"colBreaks")
_LAST: Final = {b"rowBreaks": 16383, b"colBreaks": 1048575}


@dataclass(frozen=True)
class SheetPages:
    """The pages of a sheet; what is None or empty stays as the sheet says it.

    Arguments:
        rows_out, columns_out: rows and columns that are left out.
        columns, rows: widths in characters, heights in points.
        shares: what remains of the width of drawings that keep to one cell, by that cell.
        landscape: whether the paper lies.
        scale: per cent; None for one page wide.
        areas: what is printed, each area on pages of its own.
        row_breaks, column_breaks: rows and columns that end a page.
        title_rows, title_columns: first and last ones repeated on each page.
    """

    rows_out: frozenset[int] = frozenset()
    columns_out: frozenset[int] = frozenset()
    columns: Mapping[int, float] = field(default_factory=dict)
    rows: Mapping[int, float] = field(default_factory=dict)
    shares: Mapping[tuple[int, int], float] = field(default_factory=dict)
    landscape: bool | None = None
    scale: int | None = None
    areas: tuple[Area, ...] = ()
    row_breaks: tuple[int, ...] = ()
    column_breaks: tuple[int, ...] = ()
    title_rows: tuple[int, int] | None = None
    title_columns: tuple[int, int] | None = None

    def names(self, title: str) -> list[tuple[bytes, bytes]]:
        """The defined names that say what is printed and repeated, with their texts as XML."""
        sheet = "'" + title.replace("'", "''") + "'!"
        areas = [
            f"{sheet}${column_letters(a.left)}${a.top}:${column_letters(a.right)}${a.bottom}"
            for a in self.areas
        ]
        repeated = []
        if self.title_columns is not None:
            first, last = map(column_letters, self.title_columns)
            repeated.append(f"{sheet}${first}:${last}")
        if self.title_rows is not None:
            repeated.append(f"{sheet}${self.title_rows[0]}:${self.title_rows[1]}")
        named = ((b"_xlnm.Print_Area", areas), (b"_xlnm.Print_Titles", repeated))
        return [(name, escape(",".join(refs))) for name, refs in named if refs]


def with_pages(data: bytes, paper: int, pages: SheetPages) -> bytes:
    """A sheet part on a paper, without protection, under which LibreOffice fits no heights of rows.

    Arguments:
        data: the part.
        paper: number of the paper.
        pages: what is to be changed besides.
    """
    head, cells, tail = split_at_cells(data)
    if not cells:
        return data
    root = next(tags(head))
    opened = head[root.start : root.end]
    rest = _with_setup(opened + tail, paper, pages)
    for name, ends in ((b"rowBreaks", pages.row_breaks), (b"colBreaks", pages.column_breaks)):
        if ends:
            breaks = b"".join(
                b'<brk id="%d" max="%d" man="1"/>' % (end, _LAST[name]) for end in sorted({*ends})
            )
            raw = b'<%b count="%d" manualBreakCount="%d">%b</%b>'
            rest = insert_child(rest, AFTER_CELLS, raw % (name, len({*ends}), len({*ends}), breaks, name))
    if pages.rows or pages.rows_out:
        cells = _ROW.sub(lambda found: _row(found[0], pages), cells)
    if pages.columns or pages.columns_out:
        head = _with_columns(head, pages)
    if pages.scale is not None or pages.areas:
        head = _fitted(head, fits=pages.scale is None)
    return head + cells + rest[len(opened) :]


def _with_setup(rest: bytes, paper: int, pages: SheetPages) -> bytes:
    """What follows the cells, with another page setup; breaks only go when there are new areas."""
    gone = _GONE if pages.areas else _GONE[:1]
    attributes: dict[bytes, bytes | None] = {b"paperSize": b"%d" % paper}
    if pages.landscape is not None:
        attributes[b"orientation"] = b"landscape" if pages.landscape else b"portrait"
    if pages.scale is not None:
        attributes |= {b"scale": b"%d" % pages.scale, b"fitToWidth": None, b"fitToHeight": None}
        attributes[b"pageOrder"] = b"overThenDown"
    elif pages.areas:
        attributes |= {b"scale": None, b"fitToWidth": b"1", b"fitToHeight": b"0"}
    pieces, at, said = [], 0, False
    for tag, end in top_children(rest):
        if tag.local in gone:
            pieces.append(rest[at : tag.start])
            at = end
        elif tag.local == b"pageSetup":
            pieces += [rest[at : tag.start], _set(tag.raw, attributes)]
            at, said = tag.end, True
    rest = b"".join([*pieces, rest[at:]])
    return rest if said else insert_child(rest, AFTER_CELLS, _set(b"<pageSetup/>", attributes))


def _set(raw: bytes, attributes: Mapping[bytes, bytes | None]) -> bytes:
    for name, value in attributes.items():
        raw = set_attribute(raw, name, value)
    return raw


def _row(raw: bytes, pages: SheetPages) -> bytes:
    """The opening tag of a row, hidden or higher."""
    found = _NUMBER.search(raw)
    row = int(found[1]) if found else 0
    if row in pages.rows_out:
        return set_attribute(raw, b"hidden", b"1")
    if row in pages.rows:
        return _set(raw, {b"ht": b"%g" % pages.rows[row], b"customHeight": b"1"})
    return raw


def _with_columns(head: bytes, pages: SheetPages) -> bytes:
    """What stands before the cells, with some columns hidden or narrower; each changed one gets a tag."""
    changed = {*pages.columns, *pages.columns_out}
    spans: list[tuple[int, bytes]] = []
    start = end = len(head)
    prefix = next(tags(head)).prefix
    for tag, stop in top_children(head):
        if tag.local == b"cols":
            start, end = tag.start, stop
            spans = [
                span
                for item in tags(head, tag.end, stop)
                if item.local == b"col" and not item.is_close
                for span in _split(item.raw, changed)
            ]
    said = {first for first, _ in spans}
    bare = b"<%bcol/>" % prefix
    spans += [(column, _set(bare, _span(column, column))) for column in changed - said]
    items = b"".join(_column(raw, first, pages) for first, raw in sorted(spans))
    return head[:start] + b"<%bcols>%b</%bcols>" % (prefix, items, prefix) + head[end:]


def _split(raw: bytes, changed: Collection[int]) -> list[tuple[int, bytes]]:
    """The tag of some columns as tags of those that are changed, and of those between."""
    said = next(tags(raw)).attributes()
    first, last = int(said[b"min"]), int(said[b"max"])
    own = sorted(column for column in changed if first <= column <= last)
    spans = []
    for column in own:
        if column > first:
            spans.append((first, column - 1))
        spans.append((column, column))
        first = column + 1
    if first <= last:
        spans.append((first, last))
    return [(start, _set(raw, _span(start, end))) for start, end in spans]


def _span(first: int, last: int) -> dict[bytes, bytes | None]:
    return {b"min": b"%d" % first, b"max": b"%d" % last}


def _column(raw: bytes, first: int, pages: SheetPages) -> bytes:
    if first in pages.columns:
        raw = _set(raw, {b"width": b"%.2f" % pages.columns[first], b"customWidth": b"1"})
    return set_attribute(raw, b"hidden", b"1") if first in pages.columns_out else raw


def _fitted(head: bytes, *, fits: bool) -> bytes:
    """What stands before the cells, the sheet fitted on pages or printed at a scale."""
    for tag in tags(head):
        if tag.local == b"pageSetUpPr" and not tag.is_close:
            raw = set_attribute(tag.raw, b"fitToPage", b"1" if fits else None)
            return head[: tag.start] + raw + head[tag.end :]
    return head


def with_drawn(data: bytes, pages: SheetPages) -> bytes:
    """The drawing of a sheet, its charts and pictures as wide as their columns have become."""

    def resized(found: re.Match[bytes]) -> bytes:
        share = pages.shares.get((int(found[2]) + 1, int(found[1]) + 1), 1.0)
        start, end = found.start(3) - found.start(), found.end(3) - found.start()
        return found[0][:start] + b"%d" % round(int(found[3]) * share) + found[0][end:]

    return _ONE_CELL.sub(resized, data)
