"""The parts of a workbook without some of its sheets: their tabs, names, relations and types taken out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet

from strategy_xl.ooxml.package import part_key
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.workbook_part import resolve
from strategy_xl.ooxml.workbook_tabs import child_of
from strategy_xl.ooxml.xml_bytes import Tag, set_attribute, tags, top_children, unescape


def without_sheets(data: bytes, titles: AbstractSet[str], is_ours: Callable[[str], bool]) -> bytes:
    """A workbook part without some sheets, and without names.

    Arguments:
        data: the part.
        titles: of the sheets; names of theirs go with them.
        is_ours: told the name of a defined name of the workbook, whether it goes.

    What counts sheets (names of one sheet, the tab that is shown) counts those that are left.
    """
    places: dict[int, int] = {}  # old → new
    keep: list[tuple[int, int]] = []
    gone = [False]
    at = 0
    sheets = child_of(data, b"sheets")
    if sheets is not None:
        gone = []
        for tag, end in top_children(data[sheets[0].start : sheets[1]]):
            title = unescape(tag.attributes().get(b"name", b""))
            gone.append(title in titles)
            if title in titles:
                keep.append((sheets[0].start + tag.start, sheets[0].start + end))
            else:
                places[len(gone) - 1] = at
                at += 1
    data = _cut(data, keep)
    listed = child_of(data, b"definedNames")
    if listed is not None:
        data = _renamed(data, listed, places, is_ours)
    pieces = Pieces(data)
    for tag in tags(data):
        if tag.local == b"workbookView" and not tag.is_close:
            raw = tag.raw
            for name in (b"activeTab", b"firstSheet"):
                number = tag.attributes().get(name, b"")
                if number.isdigit():
                    raw = set_attribute(raw, name, b"%d" % _nearest(int(number), places))
            if raw != tag.raw:
                pieces.put(tag.start, tag.end, raw)
    return pieces.result()


def _nearest(place: int, places: dict[int, int]) -> int:
    """Where a tab is now; the one before it when it is gone."""
    return max((new for old, new in places.items() if old <= place), default=0)


def _renamed(
    data: bytes, listed: tuple[Tag, int], places: dict[int, int], is_ours: Callable[[str], bool]
) -> bytes:
    """The part with the names that stay, those of one sheet counted anew; without any, the list goes."""
    start, end = listed[0].start, listed[1]
    pieces, left = Pieces(data[start:end]), 0
    for tag, stop in top_children(pieces.data):
        found = tag.attributes()
        scope = found.get(b"localSheetId")
        name = unescape(found.get(b"name", b""))
        number = int(scope) if scope is not None and scope.isdigit() else None
        if (number is None and is_ours(name)) or (number is not None and number not in places):
            pieces.put(tag.start, stop, b"")
            continue
        left += 1
        if number is not None and places[number] != number:
            raw = set_attribute(tag.raw, b"localSheetId", b"%d" % places[number])
            pieces.put(tag.start, tag.end, raw)
    return data[:start] + (pieces.result() if left else b"") + data[end:]


def without_targets(data: bytes, folder: str, removed: Collection[str]) -> bytes:
    """Relations of a part without those to some parts, whose names are given as ``part_key`` does."""
    cut = []
    for tag, end in top_children(data):
        found = tag.attributes()
        if found.get(b"TargetMode") != b"External":
            target = resolve(folder, unescape(found.get(b"Target", b"")))
            if part_key(target) in removed:
                cut.append((tag.start, end))
    return _cut(data, cut)


def without_types(data: bytes, removed: Collection[str]) -> bytes:
    """Content types without those of some parts, whose names are given as ``part_key`` does."""
    cut = [
        (tag.start, end)
        for tag, end in top_children(data)
        if part_key(unescape(tag.attributes().get(b"PartName", b"")).lstrip("/")) in removed
    ]
    return _cut(data, cut)


def _cut(data: bytes, spans: Collection[tuple[int, int]]) -> bytes:
    pieces = Pieces(data)
    for start, end in spans:
        pieces.put(start, end, b"")
    return pieces.result()
