"""What openpyxl cannot write into charts: texts of cells as labels, colours that let others through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree

from strategy_xl.ooxml.point_labels import label_range, series_labels

_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"
ZONE_OPACITY = "15000"
"""In thousandths of a percent: points and texts keep their contrast."""
_BEFORE_LABELS = ("idx", "order", "tx", "spPr", "invertIfNegative", "marker", "dPt")


class LabelledSeries(NamedTuple):
    """What stands beside the points of a series.

    Arguments:
        area: where the texts are, as charts take it.
        position: ``t`` above the point, ``r`` at its right.
        size: in points.
        colour: RGB hex.
        bold: whether they stand out.
    """

    area: str
    position: str
    size: float
    colour: str
    bold: bool


class Extras(NamedTuple):
    """What one chart is to get.

    Arguments:
        labels: index of the series → its labels.
        has_zones: whether it has error bars that colour zones.
    """

    labels: Mapping[int, LabelledSeries]
    has_zones: bool


def _element(data: bytes) -> etree._Element:
    wrapped = b'<chart xmlns="%b">%b</chart>' % (_CHART.encode(), data)
    return etree.fromstring(wrapped)[0]


def _look(label: LabelledSeries) -> bytes:
    style = f'<a:solidFill><a:srgbClr val="{label.colour}"/></a:solidFill>'
    text = (
        f'<txPr xmlns:a="{_MAIN}"><a:bodyPr wrap="none"/><a:p><a:pPr>'
        f'<a:defRPr sz="{label.size * 100:.0f}" b="{int(label.bold)}">{style}</a:defRPr></a:pPr>'
        "<a:endParaRPr/></a:p></txPr>"
    )
    return text.encode()


def finished(chart: bytes, extras: Extras) -> bytes:
    """A chart's part with its extras.

    Arguments:
        chart: the part as openpyxl wrote it.
        extras: what it is to get.
    """
    root = etree.fromstring(chart, etree.XMLParser(resolve_entities=False, no_network=True))
    for series in root.iter(f"{{{_CHART}}}ser"):
        index = series.find(f"{{{_CHART}}}idx")
        label = extras.labels.get(int(index.get("val", "-1"))) if index is not None else None
        if label is None:
            continue
        names = [etree.QName(child).localname for child in series]
        at = max((n for n, name in enumerate(names, 1) if name in _BEFORE_LABELS), default=0)
        series.insert(at, _element(series_labels(_look(label), label.position)))
        series.append(_element(label_range(label.area)))
    if extras.has_zones:
        for colour in root.iterfind(f".//{{{_CHART}}}errBars//{{{_MAIN}}}srgbClr"):
            etree.SubElement(colour, f"{{{_MAIN}}}alpha", val=ZONE_OPACITY)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
