"""Texts beside the points of a chart, taken from a range of cells ("value from cells", Excel 2013).

Excel reads the range. LibreOffice shows the texts that the file keeps beside the range, and only for points
that have a label of their own; so both are written whenever the cells change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from strategy_xl.formulas.cell_refs import Area, parse_area
from strategy_xl.ooxml.cells import shown
from strategy_xl.ooxml.xml_bytes import content, escape, unescape

Texts = Callable[[str, Area], Mapping[int, str]]
"""Told a sheet and an area of it: number of the point → its text, for those whose cells have changed."""

_MAIN = b'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_EXTENSION = b'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"'
_LABEL_URI, _RANGE_URI = b"{CE6537A1-D6FC-4f65-9D91-7224C49458BB}", b"{02D57815-91ED-43cb-92C2-25804820EDAC}"
_OURS = b"-5358-4C42-8000-000000000001}"  # ends the identifiers of the labels written here
_SHOWN = (b"LegendKey", b"Val", b"CatName", b"SerName", b"Percent", b"BubbleSize")

_SERIES = re.compile(rb"<((?:\w+:)?)ser>.*?</\1ser>", re.DOTALL)
_RANGE = re.compile(
    rb"<c15:f>([^<]*)</c15:f>\s*(?:<c15:dlblRangeCache>(.*?)</c15:dlblRangeCache>|<c15:dlblRangeCache/>)?",
    re.DOTALL,
)
_POINT = re.compile(rb'<(?:\w+:)?pt idx="(\d+)">\s*<(?:\w+:)?v>([^<]*)</', re.DOTALL)
_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(.+)")
_LOOK = re.compile(rb"<a:defRPr([^>]*)>(.*?)</a:defRPr>", re.DOTALL)
_SIDE = re.compile(rb'<(?:\w+:)?idx val="(\d+)"/>.*?dLblPos val="(\w+)"', re.DOTALL)
_POSITION = re.compile(rb'dLblPos val="(\w+)"')


def text_of(value: Any) -> str:
    """The text that a cell shows which gets a value."""
    found = shown(value)
    return found if isinstance(found, str) else "" if found is None else str(found)


def _nothing_else(prefix: bytes) -> bytes:
    """Labels show the texts of the cells and nothing of the series itself."""
    return b"".join(b'<%bshow%b val="0"/>' % (prefix, name) for name in _SHOWN)


def _extension(prefix: bytes) -> bytes:
    """What says that labels show texts of cells."""
    inside = b'<c15:showDataLabelsRange val="1"/>'
    return b'<%bextLst><%bext uri="%b" %b>%b</%bext></%bextLst>' % (
        prefix, prefix, _LABEL_URI, _EXTENSION, inside, prefix, prefix,
    )  # fmt: skip


def series_labels(look: bytes, position: str, prefix: bytes = b"") -> bytes:
    """The labels of a series that come from cells, none for a single point yet.

    Arguments:
        look: how the texts look, as ``txPr`` element.
        position: ``t`` above, ``r`` at the right.
        prefix: of the chart's namespace, with its colon.
    """
    return b'<%bdLbls>%b<%bdLblPos val="%b"/>%b%b</%bdLbls>' % (
        prefix, look, prefix, position.encode(), _nothing_else(prefix), _extension(prefix), prefix,
    )  # fmt: skip


def label_range(area: str, prefix: bytes = b"") -> bytes:
    """The extension of a series that says where the texts are; what they say is not known yet."""
    return (
        b'<%bextLst><%bext uri="%b" %b><c15:datalabelsRange><c15:f>%b</c15:f></c15:datalabelsRange>'
        b"</%bext></%bextLst>"
    ) % (prefix, prefix, _RANGE_URI, _EXTENSION, escape(area), prefix, prefix)


def _anywhere(_sheet: str, _area: Area) -> Mapping[int, str]:
    return {}


def refreshed(chart: bytes, texts: Texts, sides: Texts = _anywhere) -> bytes:
    """A chart's part with the texts that cells show now; the same bytes when nothing changes.

    Arguments:
        chart: the part.
        texts: what cells show now.
        sides: the side of the point on which each text stands (``t``, ``b``, ``l``, ``r``), where it is not
            the one where it stands already, or else the one that the series says.
    """
    if b"datalabelsRange>" not in chart:
        return chart
    return _SERIES.sub(lambda found: _refreshed(found[0], found[1], texts, sides), chart)


def _refreshed(series: bytes, prefix: bytes, texts: Texts, sides: Texts) -> bytes:
    found = _RANGE.search(series)
    named = _SHEET.fullmatch(content(found[1])) if found is not None else None
    area = parse_area(named[3].replace("$", "")) if named is not None else None
    if found is None or named is None or area is None:
        return series
    known = {int(point[1]): unescape(point[2]) for point in _POINT.finditer(found[2] or b"")}
    title = (named[1] or named[2]).replace("''", "'")
    now = {at: text for at, text in sorted({**known, **texts(title, area)}.items()) if text}
    if now != known:
        series = _with_cache(series, prefix, found, area, now)
    return _with_labels(series, prefix, now, sides(title, area)) if now or known else series


def _with_cache(
    series: bytes, prefix: bytes, found: re.Match[bytes], area: Area, named: Mapping[int, str]
) -> bytes:
    """The series with other texts kept beside the range."""
    points = b"".join(
        b'<%bpt idx="%d"><%bv>%b</%bv></%bpt>' % (prefix, at, prefix, escape(text), prefix, prefix)
        for at, text in named.items()
    )
    count = (area.bottom - area.top + 1) * (area.right - area.left + 1)
    cache = b'<c15:dlblRangeCache><%bptCount val="%d"/>%b</c15:dlblRangeCache>' % (prefix, count, points)
    return series[: found.start()] + b"<c15:f>%b</c15:f>%b" % (found[1], cache) + series[found.end() :]


def _with_labels(series: bytes, prefix: bytes, named: Mapping[int, str], sides: Mapping[int, str]) -> bytes:
    """The series with a label for each point that has a text, unless people have made labels of their own."""
    opened = b"<%bdLbls>" % prefix
    labels = re.compile(rb"<%bdLbl>.*?</%bdLbl>" % (prefix, prefix), re.DOTALL)
    before = labels.findall(series)
    if opened not in series or any(_OURS not in label for label in before):
        return series
    at_side = {int(place[1]): place[2] for place in map(_SIDE.search, before) if place is not None}
    at_side.update((at, side.encode()) for at, side in sides.items())
    bare = labels.sub(b"", series)
    position, look = _POSITION.search(bare), _LOOK.search(bare)
    usual = position[1] if position else b"t"
    written = (look[1], look[2]) if look else (b"", b"")
    made = b"".join(_label(prefix, at, at_side.get(at, usual), *written) for at in named)
    return bare.replace(opened, opened + made, 1)


def _label(prefix: bytes, at: int, position: bytes, style: bytes, fill: bytes) -> bytes:
    """The label of one point: a field that stands for the text of its cell."""
    field = (
        b'<a:bodyPr %b wrap="none"/><a:p %b><a:fld id="{%08X%b" type="CELLRANGE"><a:rPr%b>%b</a:rPr><a:pPr/>'
        b"<a:t>[CELLRANGE]</a:t></a:fld><a:endParaRPr/></a:p>"
    ) % (_MAIN, _MAIN, at, _OURS, style, fill)
    return (
        b'<%bdLbl><%bidx val="%d"/><%btx><%brich>%b</%brich></%btx><%bdLblPos val="%b"/>%b%b</%bdLbl>'
    ) % (
        prefix, prefix, at, prefix, prefix, field, prefix, prefix, prefix, position,
        _nothing_else(prefix), _extension(prefix), prefix,
    )  # fmt: skip
