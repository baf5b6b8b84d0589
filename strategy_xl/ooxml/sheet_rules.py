"""What the part of a sheet says of some of its cells, moved: merged areas, validations, conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from strategy_xl.formulas.cell_refs import Area, parse_area
from strategy_xl.formulas.shifting import shift_formula
from strategy_xl.ooxml.xml_bytes import Tag, content, escape, set_attribute, tags, top_children

_FORMULA = re.compile(rb"(<formula[12]?>)([^<]*)(</formula[12]?>)")

Words = Callable[[str], str]
"""Gives a formula with the words of where it goes."""
Rule = tuple[bytes | None, bytes]
"""The list that an element goes into, None for none, and the element."""


def _same(text: str) -> str:
    return text


def rules_in(sheet: bytes, first: int, last: int) -> list[Rule]:
    """What the part of a sheet says of some rows, each with the list it goes into."""
    found: list[Rule] = []
    for tag, stop in top_children(sheet):
        raw = sheet[tag.start : stop]
        if tag.local in (b"mergeCells", b"dataValidations"):
            items = (raw[item.start : end] for item, end in top_children(raw))
            found += [(tag.local, item) for item in items if _within(item, first, last)]
        elif tag.local == b"conditionalFormatting" and (areas := _within(raw, first, last)):
            found.append((None, _limited(raw, areas)))
    return found


def lowered(raw: bytes, rows: int) -> bytes:
    """A merged area, condition or rule so many rows further down."""
    if not rows:
        return raw
    opened = next(tags(raw))
    start = opened.raw
    for name in (b"ref", b"sqref"):
        areas = _areas(opened.attributes().get(name, b""))
        if areas:
            moved = (area._replace(top=area.top + rows, bottom=area.bottom + rows) for area in areas)
            start = set_attribute(start, name, " ".join(map(str, moved)).encode())
    return start + _shifted(raw[opened.end :], rows, 0)


def rules_of(sheet: bytes, cell: tuple[int, int], area: Area, words: Words) -> Iterator[Rule]:
    """What the part of a sheet says of a cell, for another area."""
    for tag, stop in top_children(sheet):
        raw = sheet[tag.start : stop]
        items: list[tuple[bytes, bytes | None]]
        if tag.local == b"dataValidations":
            items = [(raw[item.start : end], b"dataValidations") for item, end in top_children(raw)]
        elif tag.local == b"conditionalFormatting":
            items = [(raw, None)]
        else:
            continue
        for item, into in items:
            opened = next(tags(item))
            areas = _areas(opened.attributes().get(b"sqref", b""))
            if any(found.has(*cell) for found in areas):
                rows, columns = cell[0] - areas[0].top, cell[1] - areas[0].left
                yield into, _on(opened, [area]) + _shifted(item[opened.end :], rows, columns, words)


def _areas(refs: bytes) -> list[Area]:
    return [area for ref in refs.decode().split() if (area := parse_area(ref)) is not None]


def _within(raw: bytes, first: int, last: int) -> list[Area]:
    """Areas of an element that lie within some rows."""
    found = next(tags(raw)).attributes()
    areas = _areas(found.get(b"sqref") or found.get(b"ref", b""))
    return [area for area in areas if first <= area.top and area.bottom <= last]


def _limited(raw: bytes, areas: Sequence[Area]) -> bytes:
    """A conditional format for some of its areas; its conditions read from the first one."""
    opened = next(tags(raw))
    base = parse_area(opened.attributes()[b"sqref"].decode().split()[0])
    assert base is not None  # one of the areas is
    rows, columns = areas[0].top - base.top, areas[0].left - base.left
    return _on(opened, areas) + _shifted(raw[opened.end :], rows, columns)


def _on(opened: Tag, areas: Sequence[Area]) -> bytes:
    """The opening tag of an element for other areas."""
    return set_attribute(opened.raw, b"sqref", " ".join(map(str, areas)).encode())


def _shifted(raw: bytes, rows: int, columns: int, words: Words = _same) -> bytes:
    """The inside of an element with its formulas as they read so many cells further."""

    def moved(found: re.Match[bytes]) -> bytes:
        return found[1] + escape(words(shift_formula(content(found[2]), rows, columns))) + found[3]

    return _FORMULA.sub(moved, raw)
