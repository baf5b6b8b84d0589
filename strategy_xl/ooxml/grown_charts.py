"""Charts over the rows of a table that gets more of them: what they read, and what they keep of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from strategy_xl.formulas.cell_refs import Area, parse_area
from strategy_xl.formulas.reaching import Reach, lengthened
from strategy_xl.ooxml.cells import Typed, ValueProblem, number_bytes, typed_value
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.xml_bytes import Tag, content, escape, tags

_CACHES = frozenset({b"numCache", b"strCache", b"multiLvlStrCache", b"dlblRangeCache", b"lvl"})
"""What follows a chart's reference and repeats the cells; ``lvl`` is that of the newer kinds of chart."""

Values = Mapping[int, Sequence[Any]]
"""Column of a sheet → what its cells show, from a table's first data row to its new last one."""


def chart_parts(info: WorkbookInfo) -> Iterator[str]:
    """The parts of all charts of a workbook."""
    seen: set[str] = set()
    for sheet in info.sheets:
        for drawing in info.related(sheet.part, "drawing") if sheet.part else ():
            for kind in ("chart", "chartEx"):
                for part in info.related(drawing, kind):
                    if part not in seen:
                        seen.add(part)
                        yield part


def grown_chart(data: bytes, reach: Reach, values: Values, *, is_1904: bool) -> bytes:
    """A chart's part whose ranges over exactly the data rows of a table reach its new last row.

    Arguments:
        data: the part.
        reach: the table.
        values: what is known of its cells. What the chart repeats of them follows; of cells that are not
            known it goes, and whoever opens the workbook reads the cells.
        is_1904: whether the workbook counts days from 1904.

    The names of points belong to them one by one: they reach as far as their series, also where LibreOffice,
    which leaves them behind when a row is inserted, made them end before it.
    """
    out: list[bytes] = []
    done = 0
    meant = _Meant(reach)
    opened: Tag | None = None
    grown: Area | None = None
    cache: Tag | None = None
    for tag in tags(data):
        if cache is not None:
            if tag.is_close and tag.name == cache.name:
                new = _cache(data[cache.start : tag.end], cache, grown, reach, values, is_1904=is_1904)
                out += (data[done : cache.start], new)
                done = tag.end
                cache = None
            continue
        meant.see(tag)
        if tag.local in (b"f", b"sqref"):
            grown = None
            if not tag.is_close:
                opened = None if tag.is_empty else tag
            elif opened is not None:
                text = content(data[opened.end : tag.start])
                longer = lengthened(text, None, reach, meant.covers)
                if longer != text:
                    meant.is_longer = True
                    out += (data[done : opened.end], escape(longer))
                    done = tag.start
                    grown = parse_area(longer.rpartition("!")[2]) or reach.area
                opened = None
        elif grown is not None and tag.local in _CACHES and not tag.is_close:
            cache = None if tag.is_empty else tag
        elif tag.local not in (b"nf", b"formatCode"):
            grown = None
    return b"".join([*out, data[done:]])


class _Meant:
    """Which ranges get longer at a place of a chart; ``is_longer`` says that one of the series did."""

    def __init__(self, reach: Reach) -> None:
        """At the beginning of a chart."""
        self._reach, self.is_longer = reach, False
        self.covers = reach.covers_data

    def see(self, tag: Tag) -> None:
        """Go on to the next tag."""
        if tag.local == b"ser":
            self.is_longer = False
        elif tag.local == b"datalabelsRange":
            is_label = self.is_longer and not tag.is_close
            self.covers = self._reach.begins_data if is_label else self._reach.covers_data


def _cache(
    raw: bytes, opened: Tag, area: Area | None, reach: Reach, values: Values, *, is_1904: bool
) -> bytes:
    """What a chart keeps of the cells of a range; nothing where they are not known."""
    known = values.get(area.left) if area is not None and area.left == area.right else None
    name = opened.local
    if name == b"dlblRangeCache" and (known is None or not all(map(_is_label, known))):
        return _counted(raw, reach)  # labels that only the chart shows would be lost with it
    if known is None or name not in (b"numCache", b"strCache", b"dlblRangeCache"):
        return b""
    prefix = _point_prefix(raw, opened)
    points = b""
    for at, value in enumerate(known):
        shown = _shown(value, is_number=name == b"numCache", is_1904=is_1904)
        if shown:
            points += b'<%bpt idx="%d"><%bv>%b</%bv></%bpt>' % (prefix, at, prefix, shown, prefix, prefix)
    count = b'<%bptCount val="%d"/>' % (prefix, len(known))
    return opened.raw + _format(raw) + count + points + b"</%b>" % opened.name


def _is_label(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _point_prefix(raw: bytes, opened: Tag) -> bytes:
    return next((tag.prefix for tag in tags(raw) if tag.local == b"ptCount"), opened.prefix)


def _format(raw: bytes) -> bytes:
    """The number format of the cells, when the chart keeps one."""
    start = -1
    for tag in tags(raw):
        if tag.local == b"formatCode":
            if not tag.is_close:
                start = tag.start
            if tag.is_close or tag.is_empty:
                return raw[start : tag.end]
    return b""


def _counted(raw: bytes, reach: Reach) -> bytes:
    """The points that are known, of as many as there are now."""
    for tag in tags(raw):
        if tag.local == b"ptCount" and not tag.is_close:
            count = b'<%b val="%d"/>' % (tag.name, reach.bottom - reach.first + 1)
            end = tag.end if tag.is_empty else raw.index(b">", raw.index(b"</", tag.end)) + 1
            return raw[: tag.start] + count + raw[end:]
    return raw


def _shown(value: Any, *, is_number: bool, is_1904: bool) -> bytes:
    """A value as a chart keeps it; empty where it has no point."""
    if value is None or value == "":
        return b""
    try:
        typed: Typed = typed_value(value, is_1904=is_1904)
    except ValueProblem:
        return b""
    if typed.kind == "n":
        return number_bytes(typed.value)
    if typed.kind == "b":
        return b"%d" % typed.value
    return b"" if is_number or typed.kind == "blank" else escape(str(typed.value))
