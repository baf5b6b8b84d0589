"""Draw people and their links: a scatter chart without axes, fed point by point from cells.

Each point carries its name as a series of its own whose name is a cell: Excel and LibreOffice follow such a
name at once when the cell changes. Labels from a range of cells would stay in LibreOffice what they were when
the file was written, and name the wrong point as soon as another account is chosen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineEndProperties, LineProperties

from strategy_xl.build import chart_parts as parts
from strategy_xl.build.layout import Area
from strategy_xl.build.page import Page
from strategy_xl.build.style import TONE_STRONG
from strategy_xl.schema.spec import ChartSpec, SeriesSpec, Tone

LINKS: dict[int, tuple[str, float, str | None]] = {
    3: ("5B21B6", 4.0, None),
    2: ("8B5CF6", 2.25, None),
    1: ("9CA3AF", 1.25, "dash"),
}
"""Colour, thickness in points and dashes of a link by its strength: never told by the colour alone."""
GUIDE_COLOUR = "E5E7EB"
POINT_SIZE, LABEL_SIZE = 13, 9
PLOT = (0.01, 0.11, 0.98, 0.74)
"""Left, top, width and height of the plot in shares of the chart: the title above, the legend below."""
SYMBOLS = ("diamond", "square", "circle", "triangle")
"""Shapes of the kinds of points, in their order: a kind is never told by its colour alone."""


class _Network:
    """One network in the making."""

    def __init__(self, page: Page, spec: ChartSpec) -> None:
        self.page, self.spec, self.formulas = page, spec, page.book.formulas
        self.chart: Any = ScatterChart()
        self.chart.style, self.chart.scatterStyle = 2, "lineMarker"
        self.unlisted: list[int] = []

    def cells(self, area: Area) -> Reference:
        """An area as openpyxl takes it."""
        return parts.cells(self.page.book, area)

    def rows(self, reference: str, series: SeriesSpec) -> Area:
        """The rows of a column, or of neighbouring columns, that a series takes."""
        area = self.formulas.area(reference)
        first, last = series.rows or (1, area.last_row - area.row + 1)
        return replace(area, row=area.row + first - 1, last_row=area.row + last - 1)

    def pair(self, x: Area, y: Area, offset: int) -> Any:
        """A series over one row of two columns, or of two pairs of columns."""
        across, up = (replace(area, row=area.row + offset, last_row=area.row + offset) for area in (x, y))
        return Series(self.cells(up), self.cells(across))

    def whole(self, series: SeriesSpec) -> Any:
        """A series over all its rows."""
        return Series(
            self.cells(self.rows(series.y, series)), self.cells(self.rows(series.x or series.y, series))
        )

    def add(self, made: Any, *, listed: bool) -> None:
        """Append a series, in or out of the legend."""
        made.smooth = False
        if not listed:
            self.unlisted.append(len(self.chart.series))
        self.chart.series.append(made)

    def guide(self, series: SeriesSpec) -> None:
        """A thin line through cells, under everything else and out of the legend."""
        made = self.whole(series)
        made.marker = Marker(symbol="none")
        made.graphicalProperties = GraphicalProperties(ln=parts.line(GUIDE_COLOUR, 1.0))
        self.add(made, listed=False)

    def name(self, series: SeriesSpec) -> SeriesLabel:
        """The text that the legend shows."""
        return SeriesLabel(v=self.page.book.text(series.name) if series.name is not None else "")

    def links(self, series: SeriesSpec, strength: int) -> None:
        """Arrows: one series a row, from the first column of x and y to the second."""
        colour, points, dash = LINKS[strength]
        line: Any = parts.line(colour, points, dash)
        line.tailEnd = LineEndProperties(type="triangle", w="med", len="med")
        x, y = self.rows(series.x or series.y, series), self.rows(series.y, series)
        for offset in range(y.last_row - y.row + 1):
            made = self.pair(x, y, offset)
            made.tx = self.name(series)
            made.marker = Marker(symbol="none")
            made.graphicalProperties = GraphicalProperties(ln=line)
            self.add(made, listed=offset == 0)

    @staticmethod
    def marker(series: SeriesSpec, symbol: str) -> Marker:
        """The point of a kind."""
        made: Any = parts.marker(TONE_STRONG[series.tone or Tone.NEUTRAL], POINT_SIZE)
        made.symbol = symbol
        return made  # type: ignore[no-any-return]

    def points(self, series: SeriesSpec, symbol: str) -> None:
        """The points of one kind, joined in their order when the series is a line."""
        made = self.whole(series)
        made.tx = self.name(series)
        made.marker = self.marker(series, symbol)
        line: Any = parts.line(LINKS[2][0], LINKS[2][1]) if series.line else LineProperties(noFill=True)
        if series.line:
            line.tailEnd = LineEndProperties(type="triangle", w="med", len="med")
        made.graphicalProperties = GraphicalProperties(ln=line)
        self.add(made, listed=True)

    def names(self, series: SeriesSpec, symbol: str) -> None:
        """A name over each point: a series for every cell of the labels.

        It has its point again, so that the name stands clear of it; a name without a point stands alone.
        """
        labels = self.formulas.area(series.labels or "")
        x, y = self.rows(series.x or series.y, series), self.rows(series.y, series)
        for offset in range(y.last_row - y.row + 1):
            cell = replace(labels, row=labels.row + offset, last_row=labels.row + offset)
            made = self.pair(x, y, offset)
            made.tx = SeriesLabel(strRef=StrRef(cell.absolute))
            made.marker = Marker(symbol="none") if series.name is None else self.marker(series, symbol)
            made.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
            made.dLbls = parts.labels("showSerName")
            made.dLbls.dLblPos = "t"
            made.dLbls.txPr = parts.rich(LABEL_SIZE, self.page.book.spec.theme.ink)
            self.add(made, listed=False)

    def draw(self) -> None:
        """All series: guides under the links, links under the points, names over them."""
        for series in self.spec.series:
            if series.guide:
                self.guide(series)
        for series in self.spec.series:
            if series.strength is not None:
                self.links(series, series.strength)
        dots = [series for series in self.spec.series if series.strength is None and not series.guide]
        for at, series in enumerate(dots):
            if series.name is not None:
                self.points(series, SYMBOLS[at % len(SYMBOLS)])
        for at, series in enumerate(dots):
            if series.labels is not None:
                self.names(series, SYMBOLS[at % len(SYMBOLS)])

    def make(self) -> Any:
        """The chart, without axes and with a legend where there is more than one thing to tell apart."""
        chart = self.chart
        self.draw()
        for axis, span in ((chart.x_axis, self.spec.x_span), (chart.y_axis, self.spec.y_span)):
            axis.delete, axis.majorGridlines = True, None
            axis.scaling.min, axis.scaling.max = -span, span
        if len(chart.series) - len(self.unlisted) > 1:
            chart.legend.legendEntry = [LegendEntry(idx=at, delete=True) for at in self.unlisted]
        else:
            chart.legend = None
        chart.layout = parts.plot_area(*PLOT)
        return chart


def make(page: Page, spec: ChartSpec) -> Any:
    """The network that a template describes, as openpyxl's chart.

    Arguments:
        page: the sheet being written.
        spec: a chart of type ``network``; series with a strength are links, whose ``x`` and ``y`` are two
            neighbouring columns (from, to); series with labels name their points.
    """
    return _Network(page, spec).make()
