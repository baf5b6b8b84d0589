"""Put one more element into a part, at its place in the schema's order and with the part's prefix."""

from __future__ import annotations

import re
from collections.abc import Sequence

from strategy_xl.ooxml.xml_bytes import set_attribute, tags, top_children

AFTER_CELLS = (
    b"sheetCalcPr", b"sheetProtection", b"protectedRanges", b"scenarios", b"autoFilter", b"sortState",
    b"dataConsolidate", b"customSheetViews", b"mergeCells", b"phoneticPr", b"conditionalFormatting",
    b"dataValidations", b"hyperlinks", b"printOptions", b"pageMargins", b"pageSetup", b"headerFooter",
    b"rowBreaks", b"colBreaks", b"customProperties", b"cellWatches", b"ignoredErrors", b"smartTags",
    b"drawing", b"legacyDrawing", b"legacyDrawingHF", b"drawingHF", b"picture", b"oleObjects", b"controls",
    b"webPublishItems", b"tableParts", b"extLst",
)  # fmt: skip
"""What follows the cells of a sheet, in the schema's order (ECMA-376 part 1, 18.3.1.99)."""

_PRIORITY = re.compile(rb'(\bpriority=")(\d+)')
_PLAIN_NAME = re.compile(rb"<(/?)([A-Za-z_][\w.-]*)(?=[\s/>])")


def prefixed(raw: bytes, prefix: bytes) -> bytes:
    """XML without prefixes as it reads where the main namespace has one (with its colon)."""
    return _PLAIN_NAME.sub(rb"<\1" + prefix + rb"\2", raw) if prefix else raw


def insert_child(
    data: bytes, order: tuple[bytes, ...], raw: bytes, into: bytes | None = None, count: int = 1
) -> bytes:
    """A part with one more child of its root, after those that the schema puts before it.

    Arguments:
        data: the part.
        order: names of the root's children as the schema orders them.
        raw: the new element, without prefixes.
        into: name of the root's child to put it into, made when there is none; its count is kept right.
        count: how many elements ``raw`` is, all for ``into``.
    """
    root = next(tags(data))
    if root.is_empty:
        opened = data[: root.end - 2].rstrip() + b"></%b>" % root.name
        return insert_child(opened + data[root.end :], order, raw, into, count)
    name = into or next(tags(raw)).name
    before = order[: order.index(name) + (into is None)]
    at = root.end
    for tag, end in top_children(data):
        if tag.local == into:
            return data[: tag.start] + _with_items(data[tag.start : end], raw, count) + data[end:]
        if tag.local in before:
            at = end
    new = raw if into is None else b'<%b count="%d">%b</%b>' % (into, count, raw, into)
    return data[:at] + prefixed(new, root.prefix) + data[at:]


def with_children(tail: bytes, children: Sequence[tuple[bytes | None, bytes]]) -> bytes:
    """What follows the cells of a sheet, with more elements in it.

    Arguments:
        tail: it.
        children: of each the list that it goes into, None for none, and the element.
    """
    close = next(tags(tail), None)
    start = close.end if close is not None and close.is_close and close.local == b"sheetData" else 0
    last = max((int(found[2]) for found in _PRIORITY.finditer(tail)), default=0)

    def behind(found: re.Match[bytes]) -> bytes:
        return found[1] + b"%d" % (int(found[2]) + last)

    # It reads like a part of its own when it is opened by the tag that it closes.
    root = b"<%b>" % tail[tail.rindex(b"</") + 2 :].partition(b">")[0].strip()
    rest = root + tail[start:]
    for into, raw in children:
        rest = insert_child(rest, AFTER_CELLS, _PRIORITY.sub(behind, raw), into=into)
    return tail[:start] + rest.removeprefix(root)


def _with_items(container: bytes, raw: bytes, more: int) -> bytes:
    """A list with more items at its end."""
    opened = next(tags(container))
    start, inside = opened.raw, b""
    if (count := opened.attributes().get(b"count", b"")).isdigit():
        start = set_attribute(start, b"count", b"%d" % (int(count) + more))
    if opened.is_empty:
        start = start[:-2].rstrip() + b">"
    else:
        inside = container[opened.end : container.rindex(b"</")]
    return start + inside + prefixed(raw, opened.prefix) + b"</%b>" % opened.name
