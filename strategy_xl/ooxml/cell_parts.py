"""A cell of any shape taken apart: its tag, formula, value and whatever else it holds."""

from __future__ import annotations

from typing import NamedTuple

from strategy_xl.ooxml.cell_read import SheetFacts, rich_text, stored_value
from strategy_xl.ooxml.cells import Typed
from strategy_xl.ooxml.xml_bytes import Tag, attributes_of, content, escape, tags


class CellParts(NamedTuple):
    """A cell taken apart."""

    open: Tag
    kind: bytes
    formula: bytes  # the whole element, empty when there is none
    formula_attributes: dict[bytes, bytes]
    formula_text: bytes
    value: tuple[int, int] | None  # span of the element that holds the value
    old: Typed
    rest: bytes  # other children, such as extLst


def take_apart(raw: bytes, facts: SheetFacts) -> CellParts:
    """A cell taken apart by its tags.

    Arguments:
        raw: the whole element.
        facts: what the workbook tells about cells.
    """
    opened: Tag | None = None
    spans: dict[bytes, tuple[int, int, Tag]] = {}
    rest = b""
    depth = 0
    child: Tag | None = None
    for tag in tags(raw):
        if opened is None:
            opened = tag
            continue
        if not tag.is_close:
            if depth == 0:
                child = tag
            if not tag.is_empty:
                depth += 1
                continue
        else:
            depth -= 1
        if depth == 0 and child is not None:
            if child.local in (b"f", b"v", b"is") and child.local not in spans:
                spans[child.local] = (child.start, tag.end, child)
            else:
                rest += raw[child.start : tag.end]
            child = None
    assert opened is not None
    kind = opened.attributes().get(b"t", b"")
    formula, f_attributes, f_text = b"", {}, b""
    if b"f" in spans:
        start, end, tag = spans[b"f"]
        formula, f_attributes = raw[start:end], attributes_of(tag.raw)
        f_text = b"" if tag.is_empty else formula[len(tag.raw) : formula.rindex(b"<")]
    value = spans.get(b"v") or spans.get(b"is")
    old = _stored(facts, raw, spans, kind)
    span = None if value is None else (value[0], value[1])
    return CellParts(opened, kind, formula, f_attributes, f_text, span, old, rest)


def _stored(facts: SheetFacts, raw: bytes, spans: dict[bytes, tuple[int, int, Tag]], kind: bytes) -> Typed:
    if kind == b"inlineStr" and b"is" in spans:
        start, end, _ = spans[b"is"]
        return Typed("s", rich_text(raw[start:end]))
    inner: bytes | None = None
    if b"v" in spans:
        start, end, tag = spans[b"v"]
        inner = b"" if tag.is_empty else raw[start + len(tag.raw) : raw.rindex(b"<", start, end)]
        if b"<" in inner:
            inner = escape(content(inner))
    found = stored_value(facts, kind or None, inner, None)
    return Typed("unknown", inner) if found is None else found
