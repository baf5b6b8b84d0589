"""Styles of one workbook by their numbers in another: the same one found there, or a copy appended."""

from __future__ import annotations

from strategy_xl.ooxml.xml_bytes import attributes_of, set_attribute, tags, top_children
from strategy_xl.ooxml.xml_insert import insert_child, prefixed

_ORDER = (
    b"numFmts", b"fonts", b"fills", b"borders", b"cellStyleXfs", b"cellXfs", b"cellStyles", b"dxfs",
    b"tableStyles", b"colors", b"extLst",
)  # fmt: skip
_CUSTOM_FORMATS = 164  # numbers below are built in and mean the same everywhere


class _Styles:
    """A styles part with the items of each of its lists, as they stand."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._prefix = next(tags(data)).prefix
        self.lists: dict[bytes, list[bytes]] = {name: [] for name in _ORDER}
        for tag, end in top_children(data):
            whole = data[tag.start : end]
            if tag.local in self.lists:
                self.lists[tag.local] = [whole[item.start : stop] for item, stop in top_children(whole)]

    def number(self, name: bytes, raw: bytes) -> int:
        """Where an item stands in a list; it is appended when it is not there."""
        items, new = self.lists[name], prefixed(raw, self._prefix)
        if new not in items:
            items.append(new)
            self.data = insert_child(self.data, _ORDER, raw, into=name)
        return items.index(new)

    def format(self, code: bytes) -> int:
        """The number of a custom number format; it is appended when it is not there."""
        known = {found[b"formatCode"]: int(found[b"numFmtId"]) for found in self.formats()}
        if code not in known:
            known[code] = max([_CUSTOM_FORMATS - 1, *known.values()]) + 1
            self.number(b"numFmts", b'<numFmt numFmtId="%d" formatCode="%b"/>' % (known[code], code))
        return known[code]

    def formats(self) -> list[dict[bytes, bytes]]:
        """The custom number formats' attributes."""
        return [attributes_of(raw) for raw in self.lists[b"numFmts"]]


class StyleMap:
    """The styles of a source in a target, whose styles part only ever gets longer."""

    def __init__(self, source: bytes, target: bytes) -> None:
        """Over the two styles parts; the source's has no prefix."""
        self._source, self._target = _Styles(source), _Styles(target)
        self._formats = {found[b"numFmtId"]: found[b"formatCode"] for found in self._source.formats()}
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

    def difference(self, index: int) -> int:
        """The number of a differential style, as conditional formats have."""
        return self._target.number(b"dxfs", self._source.lists[b"dxfs"][index])

    def _moved(self, raw: bytes) -> bytes:
        """A cell style with the numbers that its parts have in the target."""
        opened = next(tags(raw))
        start, found = opened.raw, opened.attributes()
        for name, items in ((b"fontId", b"fonts"), (b"fillId", b"fills"), (b"borderId", b"borders")):
            item = self._source.lists[items][int(found[name])]
            start = set_attribute(start, name, b"%d" % self._target.number(items, item))
        code = self._formats.get(found[b"numFmtId"])
        if code is not None:
            start = set_attribute(start, b"numFmtId", b"%d" % self._target.format(code))
        return start + raw[opened.end :]
