"""Styles of one workbook by their numbers in another: the same one found there, or a copy appended."""

from __future__ import annotations

import re
from collections.abc import Iterable

from strategy_xl.ooxml.xml_bytes import attributes_of, set_attribute, tags, top_children
from strategy_xl.ooxml.xml_insert import insert_child, prefixed

_ORDER = (
    b"numFmts", b"fonts", b"fills", b"borders", b"cellStyleXfs", b"cellXfs", b"cellStyles", b"dxfs",
    b"tableStyles", b"colors", b"extLst",
)  # fmt: skip
_APPLY = {b"numFmtId": b"applyNumberFormat", b"fontId": b"applyFont", b"fillId": b"applyFill"}
_CUSTOM_FORMATS = 164  # numbers below are built in and mean the same everywhere
_NUMBERED = re.compile(rb'(<(?:[\w.-]+:)?numFmt\b[^<>]*?\bnumFmtId=")(\d+)("[^<>]*>)')


class _Styles:
    """A styles part with the items of each of its lists, as they stand; what is new waits to be put in."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._prefix = next(tags(data)).prefix
        self.lists: dict[bytes, list[bytes]] = {name: [] for name in _ORDER}
        for tag, end in top_children(data):
            whole = data[tag.start : end]
            if tag.local in self.lists:
                self.lists[tag.local] = [whole[item.start : stop] for item, stop in top_children(whole)]
        self._known: dict[bytes, dict[bytes, int]] = {}
        self._new: dict[bytes, list[bytes]] = {}

    @property
    def data(self) -> bytes:
        """The part with what is new."""
        data = self._data
        for name, new in self._new.items():
            data = insert_child(data, _ORDER, b"".join(new), into=name, count=len(new))
        return data

    def number(self, name: bytes, raw: bytes) -> int:
        """Where an item stands in a list; it is appended when it is not there."""
        items, new = self.lists[name], prefixed(raw, self._prefix)
        if name not in self._known:
            self._known[name] = {item: at for at, item in reversed(list(enumerate(items)))}
        known = self._known[name]
        if new not in known:
            known[new] = len(items)
            items.append(new)
            self._new.setdefault(name, []).append(raw)
        return known[new]

    def formats(self) -> list[dict[bytes, bytes]]:
        """The custom number formats' attributes."""
        return [attributes_of(raw) for raw in self.lists[b"numFmts"]]

    def normal(self) -> bytes:
        """The number of the style that cells have by nature."""
        styles = (attributes_of(raw) for raw in self.lists[b"cellStyles"])
        return next((found[b"xfId"] for found in styles if found.get(b"builtinId") == b"0"), b"0")


class StyleMap:
    """The styles of a source in a target, whose styles part only ever gets longer."""

    def __init__(self, source: bytes, target: bytes) -> None:
        """Over the two styles parts; the source's has no prefix."""
        self._source, self._target = _Styles(source), _Styles(target)
        self._formats = {found[b"numFmtId"]: found[b"formatCode"] for found in self._source.formats()}
        self._given = {
            found[b"formatCode"]: int(found[b"numFmtId"])
            for found in self._target.formats()
            if found.get(b"numFmtId", b"").isdigit() and b"formatCode" in found
        }
        self._listed = set(self._given)
        taken = (int(found[2]) for found in _NUMBERED.finditer(target))
        self._last_format = max(taken, default=0)
        self._normal = self._target.normal()
        self._cells: dict[int, int] = {}

    @property
    def part(self) -> bytes:
        """The target's styles part with what was appended."""
        return self._target.data

    def cell(self, index: int) -> int:
        """The number of a cell style."""
        if index not in self._cells:
            moved = self._moved(self._source.lists[b"cellXfs"][index])
            self._cells[index] = self._target.number(b"cellXfs", moved)
        return self._cells[index]

    def mixed(self, own: int, index: int, aspects: Iterable[bytes]) -> int:
        """The number of a cell style of the target in which something is as in one of the source.

        Arguments:
            own: number in the target. index: number in the source.
            aspects: names of the attributes that are as in the source.
        """
        raw = self._target.lists[b"cellXfs"][own]
        opened = next(tags(raw))
        if opened.prefix:
            return own
        start, there = opened.raw, attributes_of(self._moved(self._source.lists[b"cellXfs"][index]))
        for name in aspects:
            start = set_attribute(start, name, there[name])
            start = set_attribute(start, _APPLY[name], b"1")
        return self._target.number(b"cellXfs", start + raw[opened.end :])

    def difference(self, index: int) -> int:
        """The number of a differential style, as conditional formats have."""
        raw = self._source.lists[b"dxfs"][index]
        found = _NUMBERED.search(raw)
        if found is not None:
            code = attributes_of(found[0])[b"formatCode"]
            raw = raw[: found.start(2)] + b"%d" % self._format(code) + raw[found.end(2) :]
        return self._target.number(b"dxfs", raw)

    def _format(self, code: bytes) -> int:
        """The number of a custom number format, a free one when the target does not have it."""
        if code not in self._given:
            self._last_format = max(_CUSTOM_FORMATS - 1, self._last_format) + 1
            self._given[code] = self._last_format
        return self._given[code]

    def _moved(self, raw: bytes) -> bytes:
        """A cell style with the numbers that its parts have in the target."""
        opened = next(tags(raw))
        start, found = opened.raw, opened.attributes()
        for name, items in ((b"fontId", b"fonts"), (b"fillId", b"fills"), (b"borderId", b"borders")):
            item = self._source.lists[items][int(found.get(name, b"0"))]
            start = set_attribute(start, name, b"%d" % self._target.number(items, item))
        code = self._formats.get(found.setdefault(b"numFmtId", b"0"))
        if code is not None:
            number = self._format(code)
            start = set_attribute(start, b"numFmtId", b"%d" % number)
            if code not in self._listed:
                self._listed.add(code)
                self._target.number(b"numFmts", b'<numFmt numFmtId="%d" formatCode="%b"/>' % (number, code))
        if b"xfId" in found:
            start = set_attribute(start, b"xfId", self._normal)
        return start + raw[opened.end :]
