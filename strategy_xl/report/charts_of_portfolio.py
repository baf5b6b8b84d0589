"""The native charts of the portfolio workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from strategy_xl.report.data import Label

_COLOURS = {"good": "2F8F6B", "info": "2F6FCF", "warn": "B8731A", "bad": "B73A41", "neutral": "8A94A3"}
_MARKS = ("good", "warn", "bad", "neutral")
MOST_POINTS = 32_000
"""Points that Excel draws of one series."""


def matrix_chart(
    title: str,
    spans: Sequence[tuple[Label, tuple[int, int]]],
    columns: tuple[int, int],
    words: Callable[..., str],
    lang: str,
) -> Any:
    """The matrix of clients: a series a class.

    Arguments:
        title: of the sheet with the clients, which may be made later.
        spans: label of each class, its first and last row.
        columns: of x and y.
        words: messages of the report.
        lang: language of the labels.
    """
    from openpyxl.chart import ScatterChart, Series
    from openpyxl.chart.shapes import GraphicalProperties
    from openpyxl.utils import get_column_letter, quote_sheetname

    chart: Any = ScatterChart(scatterStyle="lineMarker")
    chart.style = 13
    chart.title = words("list.clients")
    chart.width, chart.height = 24, 15
    for axis, key in ((chart.x_axis, "page.x"), (chart.y_axis, "page.y")):
        axis.title = words(key)
        axis.scaling.min, axis.scaling.max, axis.majorUnit = 0, 100, 25
        axis.delete = False
        axis.number_format = "0"
    chart.legend.position = "b"
    for label, (first, last) in spans:
        end = min(last, first + MOST_POINTS - 1)
        refs = [
            f"{quote_sheetname(title)}!${letter}${first}:${letter}${end}"
            for letter in map(get_column_letter, columns)
        ]
        series = Series(_Range(refs[1]), _Range(refs[0]), title=label.get(lang))
        series.marker.symbol, series.marker.size = "circle", 5
        colour = _COLOURS[label.tone]
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.marker.graphicalProperties.line.solidFill = colour
        series.graphicalProperties = GraphicalProperties()
        series.graphicalProperties.line.noFill = True
        chart.series.append(series)
    return chart


class _Range(str):
    """A range by its text, where openpyxl asks for one of its own references."""

    __slots__ = ()


def bars(sheet: Any, title: str, first: int, last: int, labels: Sequence[Label]) -> Any:
    """Bars of a small table: its head in the first row, names in column A, counts in B.

    Arguments:
        sheet: where the table is.
        title: of the chart.
        first, last: rows of the table.
        labels: one a bar, for its colour.
    """
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.label import DataLabelList
    from openpyxl.chart.marker import DataPoint

    chart: Any = BarChart()
    chart.type = "bar"
    chart.title, chart.legend = title, None
    chart.width, chart.height = 24, 7.5
    chart.add_data(Reference(sheet, min_col=2, min_row=first, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=first + 1, max_row=last))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.gapWidth = 40
    series = chart.series[0]
    series.dLbls = DataLabelList()
    series.dLbls.showVal = True
    series.dLbls.showSerName = series.dLbls.showCatName = series.dLbls.showLegendKey = False
    for at, label in enumerate(labels):
        point = DataPoint(idx=at)
        point.graphicalProperties.solidFill = _COLOURS[label.tone]
        series.dPt.append(point)
    return chart


def letters_chart(sheet: Any, title: str, first: int, last: int) -> Any:
    """Objectives by letter and mark, as shares of the whole."""
    from openpyxl.chart import BarChart, Reference

    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap = "bar", "percentStacked", 100
    chart.title = title
    chart.width, chart.height = 24, 7.5
    chart.add_data(Reference(sheet, min_col=2, max_col=5, min_row=first, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=first + 1, max_row=last))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.gapWidth = 40
    chart.legend.position = "b"
    for series, tone in zip(chart.series, _MARKS, strict=True):
        series.graphicalProperties.solidFill = _COLOURS[tone]
    return chart
