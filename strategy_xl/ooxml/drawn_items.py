"""What lies over the cells of a sheet: charts, pictures and shapes, one by one, as two workbooks compare."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from strategy_xl.formulas.cell_refs import parse_area
from strategy_xl.ooxml.chart_references import RANGE, title_in
from strategy_xl.ooxml.workbook_part import Relationship, SheetInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import attributes_of, content, tags, top_children, unescape

_ANCHORS = frozenset({b"twoCellAnchor", b"oneCellAnchor", b"absoluteAnchor"})
_LINK = re.compile(rb"""[\w.-]+:(?:id|embed|link|pict)\s*=\s*["']([^"']*)["']""")
_NAME = re.compile(rb"<(?:[\w.-]+:)?cNvPr\b[^<>]*>")
_TEXT = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^<>]*)?>([^<]*)</")
_FORM = re.compile(rb"<(?:[\w.-]+:)?prstGeom\b[^<>]*?\bprst=[\"']([^\"']*)")
_READ = re.compile(rb"<(?:[\w.-]+:)?f>([^<]*)</(?:[\w.-]+:)?f>")
_MORE = re.compile(rb"<((?:[\w.-]+:)?extLst)[\s>].*?</\1>", re.DOTALL)
_COPIED = frozenset({"chart", "image", "hyperlink"})
"""Relations of a drawing that can be followed into another workbook."""

Read = tuple[str, int, int]


class DrawnKind(StrEnum):
    """What lies over cells."""

    CHART = "chart"
    PICTURE = "picture"
    SHAPE = "shape"
    OTHER = "other"
    """What belongs to something else in its workbook: controls, slicers, diagrams."""


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """Something that lies over cells.

    Arguments:
        kind: what. name: what it is called.
        mark: what it shows, the same whichever program has saved it: the title of a chart, the bytes of a
            picture, the form and texts of a shape.
        pictures: checksums of the pictures in it.
        reads: what a chart reads: title of a sheet, first and last column; rows left out, since tables grow.
        at: its position in the drawing. raw: its element. root: the opening tag of the drawing.
        links: relations of the drawing that it uses, by their ids.
    """

    kind: DrawnKind
    name: str
    mark: Hashable
    pictures: tuple[int, ...]
    reads: frozenset[Read]
    at: int
    raw: bytes
    root: bytes
    links: Mapping[str, Relationship]


def drawn_on(info: WorkbookInfo, sheet: SheetInfo) -> list[DrawnItem]:
    """What lies over the cells of a sheet, the lowest first.

    Errors: WorkbookError SX914 when its part is not well-formed.
    """
    found = []
    for part in info.related(sheet.part, "drawing") if sheet.part else ():
        info.tree(part)  # refuses what is not well-formed
        data = info.package.read(part)
        links = {link.id: link for link in info.relationships(part)}
        root = next(tags(data)).raw
        for at, (tag, end) in enumerate(top_children(data)):
            found.append(_item(info, at, data[tag.start : end], root, links))
    return found


def _item(
    info: WorkbookInfo, at: int, raw: bytes, root: bytes, links: Mapping[str, Relationship]
) -> DrawnItem:
    used = {name: links[name] for found in _LINK.findall(raw) if (name := unescape(found)) in links}
    named = _NAME.search(raw)
    name = unescape(attributes_of(named[0]).get(b"name", b"")) if named is not None else ""
    kind = _kind(raw, used)
    if any(not link.is_external and info.package.find(link.target) is None for link in used.values()):
        kind = DrawnKind.OTHER  # it leads to a cell, or nowhere
    parts = [part for link in used.values() if (part := info.package.find(link.target)) is not None]
    mark: Hashable
    pictures: tuple[int, ...] = ()
    reads: frozenset[Read] = frozenset()
    if kind is DrawnKind.CHART:
        charts = [info.package.read(part) for part in parts]
        mark = tuple("".join(_title(data)) for data in charts)
        reads = frozenset(read for data in charts for read in _reads(data))
    else:
        pictures = tuple(sorted(info.package.member(part).crc for part in parts))
        texts = b"".join(_TEXT.findall(raw)), *_FORM.findall(raw)
        mark = (*pictures, *(texts if kind is not DrawnKind.PICTURE else ()))
    return DrawnItem(kind, name, (kind, mark), pictures, reads, at, raw, root, used)


def _kind(raw: bytes, links: Mapping[str, Relationship]) -> DrawnKind:
    names = {tag.local for tag in tags(raw)}
    if b"AlternateContent" in names or names.isdisjoint(_ANCHORS):
        return DrawnKind.OTHER
    if any(link.kind not in _COPIED for link in links.values()):
        return DrawnKind.OTHER
    if b"graphicFrame" in names:
        is_chart = [link.kind for link in links.values()].count("chart") == 1 and b"grpSp" not in names
        return DrawnKind.CHART if is_chart else DrawnKind.OTHER
    if b"pic" in names and b"grpSp" not in names:
        return DrawnKind.PICTURE
    return DrawnKind.SHAPE if names & {b"sp", b"cxnSp", b"grpSp"} else DrawnKind.OTHER


def _reads(data: bytes) -> Iterator[Read]:
    """What a chart reads; what stands in extensions many programs lose."""
    for raw in _READ.findall(_MORE.sub(b"", data)):
        for found in RANGE.finditer(content(raw)):
            area = parse_area(found[3].replace("$", ""))
            if area is not None:
                yield title_in(found), area.left, area.right


def _title(data: bytes) -> Iterator[str]:
    """The texts of a chart's own title."""
    depth, opened = 0, -1
    for tag in tags(data):
        if tag.local == b"plotArea":
            return
        if tag.local == b"title":
            depth += -1 if tag.is_close else not tag.is_empty
        elif tag.local == b"t" and depth:
            if tag.is_close and opened >= 0:
                yield content(data[opened : tag.start])
            opened = -1 if tag.is_close or tag.is_empty else tag.end
