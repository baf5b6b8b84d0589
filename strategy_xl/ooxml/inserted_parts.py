"""Parts of a workbook into which columns are inserted: all references where they lead afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from strategy_xl.formulas.cell_refs import MAX_ROW, parse_area
from strategy_xl.formulas.inserting import Insertions
from strategy_xl.ooxml.inserted_text import Rewriter, move_filter
from strategy_xl.ooxml.rewriting import FORMULAS
from strategy_xl.ooxml.workbook_part import TableInfo
from strategy_xl.ooxml.xml_bytes import (
    content,
    decode_xstring,
    encode_xstring,
    set_attribute,
    tags,
    top_children,
    unescape,
)
from strategy_xl.ooxml.xml_insert import prefixed

_PLACE = re.compile(rb"(<x:Row>\s*)(\d+)(\s*</x:Row>\s*<x:Column>\s*)(\d+)(\s*</x:Column>)")
_ANCHOR = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_CLIENT = re.compile(rb"<x:ClientData\b.*?</x:ClientData>", re.DOTALL)
_CORNER = re.compile(rb"(<(?:\w+:)?(col|row)>)\s*(\d+)\s*(</(?:\w+:)?(?:col|row)>)")


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
    work = Rewriter(data, moves, table.sheet)
    opened, kind = -1, b""
    for tag in tags(data):
        name = tag.local
        if name in FORMULAS:
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
            move_filter(work, tag, table.area)
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
        items = [
            data[listed.start : end][tag.start : stop] for tag, stop in top_children(data[listed.start : end])
        ]
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
    work = Rewriter(data, moves, None)
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
    work = Rewriter(data, moves, title)
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
    work = Rewriter(data, moves, title)
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
            work = Rewriter(data, moves, title)
            work.put(tag.start, tag.end, set_attribute(tag.raw, b"ref", work.ranges(found[b"ref"])))
            return work.result()
    return data
