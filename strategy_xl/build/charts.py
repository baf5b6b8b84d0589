"""Native charts fed from the workbook's own cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.chart import BarChart, DoughnutChart, LineChart, Reference, ScatterChart, Series
from openpyxl.chart.data_source import AxDataSource, NumRef, StrRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineEndProperties, LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D

from strategy_xl.build import chart_parts as parts
from strategy_xl.build import network
from strategy_xl.build.chart_extras import Extras, LabelledSeries
from strategy_xl.build.chart_lines import chart_lines
from strategy_xl.build.layout import (
    CHART_GAP_CM,
    CM_PER_ROW,
    FIRST_COLUMN,
    PIXELS_PER_INCH,
    Area,
    pixels,
)
from strategy_xl.build.page import Book, Page
from strategy_xl.build.style import TONE_INK, TONE_STRONG, WHITE, mix
from strategy_xl.formulas.references import parse_argument
from strategy_xl.languages import forms_of
from strategy_xl.schema.spec import NUMERIC_TYPES, ChartSpec, FieldType, SeriesSpec, Tone

ZONES_PLOT = (0.055, 0.12, 0.925, 0.68)
"""Left, top, width and height of a plot with zones in shares of the chart."""
PALETTE = ("2F6FC9", "0F766E", "B45309", "7C3AED", "BE185D", "475569", "65A30D", "0891B2")
SECONDARY_AXIS = 200
EMU_PER_CM, EMU_PER_PIXEL = 360_000, 9_525
PERCENT = "0%"


class _Builder:
    """One chart in the making."""

    def __init__(self, page: Page, spec: ChartSpec) -> None:
        self.page, self.book, self.spec = page, page.book, spec
        self.ink, self.muted = page.book.spec.theme.ink, page.book.spec.theme.muted

    def colour(self, index: int, series: SeriesSpec) -> str:
        """The tone's colour, else the next of the palette."""
        if series.tone is not None:
            return TONE_STRONG[series.tone]
        return PALETTE[index % len(PALETTE)]

    def cells(self, area: Area) -> Reference:
        """An area as openpyxl takes it."""
        return parts.cells(self.book, area)

    def label(self, series: SeriesSpec) -> SeriesLabel:
        """The series' name: a text, a cell, or the header of its values."""
        if series.name is not None:
            return SeriesLabel(v=self.book.text(series.name))
        if series.name_from is not None:
            return SeriesLabel(strRef=StrRef(self.book.formulas.area(series.name_from).absolute))
        return SeriesLabel(v=self.book.formulas.header(series.y)[1])

    def type_of(self, reference: str) -> FieldType | None:
        """Type of the values behind ``block[key]``; None for the map's own columns."""
        owner, (key, *_others) = parse_argument(reference)
        if owner not in self.book.spec.data_blocks():
            return None
        return self.book.formulas.field(owner, key).type

    def series(self, series: SeriesSpec) -> Any:
        """The series over its cells, with its categories."""
        made: Any = Series(self.cells(self.book.formulas.area(series.y)))
        made.tx = self.label(series)
        labels = series.categories or series.x
        if labels is not None:
            area = self.book.formulas.area(labels).absolute
            numbers = self.type_of(labels) in NUMERIC_TYPES | {FieldType.DATE}
            made.cat = AxDataSource(numRef=NumRef(f=area)) if numbers else AxDataSource(strRef=StrRef(area))
        return made

    def lines_of(self, index: int, series: SeriesSpec) -> Any:
        """A series drawn as a line with dots."""
        made, colour = self.series(series), self.colour(index, series)
        made.graphicalProperties = parts.outline(colour, 2.25)
        made.marker = parts.marker(colour, 5)
        made.smooth = False
        return made

    def axes(self, chart: Any) -> None:
        """Show the axes, with quiet lines and the asked titles and bounds."""
        spec = self.spec
        for axis, text in ((chart.x_axis, spec.x_title), (chart.y_axis, spec.y_title)):
            axis.delete = False
            axis.graphicalProperties = parts.outline(parts.AXIS_LINE)
            axis.txPr = parts.rich(9, self.muted)
            axis.majorTickMark = "none"
            axis.tickLblPos = "low"
            if text is not None:
                axis.title = parts.title(self.book.text(text), 9, self.muted)
        chart.y_axis.majorGridlines.spPr = parts.outline(parts.GRID_LINE)
        if spec.type != "scatter":
            chart.y_axis.tickLblPos = "nextTo"
        if spec.percent:
            self.number_format(chart.y_axis, PERCENT)
        chart.y_axis.scaling.min, chart.y_axis.scaling.max = spec.minimum, spec.maximum

    @staticmethod
    def number_format(axis: Any, text: str) -> None:
        """Give an axis its own number format, whatever its cells have."""
        axis.number_format = text
        axis.numFmt.sourceLinked = False

    def scatter(self) -> Any:
        """Coloured points, named when alone, and helpers that the legend leaves out."""
        chart: Any = ScatterChart()
        chart.style, chart.scatterStyle = 2, "lineMarker"
        chart.series = [self.points(index, spec) for index, spec in enumerate(self.spec.series)]
        hidden = [index for index, spec in enumerate(self.spec.series) if self.is_helper(spec)]
        if hidden:
            chart.legend.legendEntry = [LegendEntry(idx=index, delete=True) for index in hidden]
        self.axes(chart)
        chart.x_axis.majorGridlines = None
        first = self.spec.series[0]
        if first.x is not None and self.type_of(first.x) is FieldType.DATE:
            self.number_format(chart.x_axis, forms_of(self.book.lang).month_cell)
        else:
            self.number_format(chart.x_axis, "General")
            chart.x_axis.scaling.min, chart.x_axis.scaling.max = self.spec.minimum, self.spec.maximum
        if not self.spec.percent:
            self.number_format(chart.y_axis, "General")
        return chart

    @staticmethod
    def is_helper(spec: SeriesSpec) -> bool:
        """Whether a series of a scatter explains others: a guide, an arrow, a zone, texts without points."""
        texts = spec.labels is not None and spec.tone is None
        return spec.guide or spec.arrow or spec.fill is not None or texts

    def points(self, index: int, spec: SeriesSpec) -> Any:
        """One series of a scatter."""
        area = self.book.formulas.area(spec.y)
        made: Any = Series(self.cells(area), self.cells(self.book.formulas.area(spec.x or spec.y)))
        made.tx, made.smooth = self.label(spec), False
        made.marker = Marker(symbol="none")
        if spec.fill is not None:
            self.fill_zone(made, spec, area)
            return made
        if self.is_helper(spec):
            drawn = LineProperties(noFill=True)
            if spec.guide:
                drawn = parts.line(parts.CROSS_LINE, 1.25, "dash")
            elif spec.arrow:
                drawn = parts.line(parts.CROSS_LINE)
                drawn.tailEnd = LineEndProperties(type="triangle", w="med", len="med")
            made.graphicalProperties = GraphicalProperties(ln=drawn)
            return made
        colour = self.colour(index, spec)
        alone = area.row == area.last_row and area.column == area.last_column
        made.marker = parts.marker(colour, 10 if alone else 7)
        drawn = parts.line(colour) if spec.line else LineProperties(noFill=True)
        made.graphicalProperties = GraphicalProperties(ln=drawn)
        if alone:
            made.dLbls = parts.labels("showSerName")
            made.dLbls.dLblPos = "t"
            made.dLbls.txPr = parts.rich(9, self.ink)
        return made

    def fill_zone(self, made: Any, spec: SeriesSpec, area: Area) -> None:
        """Turn points into strokes to an edge that touch each other.

        Error bars are the one thing that both Excel and LibreOffice draw from a point to the edge and in any
        thickness; areas do not go together with points. LibreOffice draws them over the points, so that they
        must let these through (``chart_extras.finished``).
        """
        share = ZONES_PLOT[3]
        width = self.spec.height * share / (area.last_row - area.row + 1) * EMU_PER_CM
        tone = spec.tone or Tone.NEUTRAL
        stroke = LineProperties(w=int(width), cap="flat", solidFill=TONE_STRONG[tone])
        made.marker = Marker(symbol="none")
        made.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
        made.errBars = ErrorBars(
            errDir="x",
            errBarType="minus" if spec.fill == "left" else "plus",
            errValType="fixedVal",
            val=(self.spec.maximum or 1) - (self.spec.minimum or 0),  # what is over the edge is cut off
            noEndCap=True,
            spPr=GraphicalProperties(ln=stroke),
        )

    def line(self) -> Any:
        """Lines over time or categories; empty cells leave gaps."""
        chart: Any = LineChart()
        for index, spec in enumerate(self.spec.series):
            chart.series.append(self.lines_of(index, spec))
        self.axes(chart)
        return chart

    def bars(self, *, horizontal: bool) -> Any:
        """Columns, or horizontal bars with the first category on top; some series may be lines over them."""
        chart: Any = BarChart()
        chart.type = "bar" if horizontal else "col"
        chart.gapWidth = 20 if self.spec.type == "funnel" else 45
        lines: Any = None
        for index, spec in enumerate(self.spec.series):
            if spec.line or spec.secondary:
                lines = lines or LineChart()
                lines.series.append(self.lines_of(index, spec))
                continue
            made, colour = self.series(spec), self.colour(index, spec)
            if self.is_centred:  # numbers stand on the bars, and over the ends of short ones
                colour = mix(colour, WHITE, 0.5)
            made.graphicalProperties = GraphicalProperties(solidFill=colour)
            made.invertIfNegative = False
            chart.series.append(made)
            if spec.spacer:
                made.graphicalProperties = GraphicalProperties(noFill=True)
                chart.grouping, chart.overlap = "stacked", 100
        self.axes(chart)
        if self.is_centred:
            chart.y_axis.delete, chart.y_axis.majorGridlines = True, None
        if horizontal:
            chart.x_axis.scaling.orientation = "maxMin"
            chart.y_axis.crosses = "max"
        if lines is not None:
            self.second_axis(chart, lines)
        return chart

    @property
    def is_centred(self) -> bool:
        """Whether bars stand in the middle, so that an axis from zero would mislead."""
        return any(spec.spacer for spec in self.spec.series)

    def second_axis(self, chart: Any, lines: Any) -> None:
        """Lines over the columns; those on the secondary axis run from 0 to 100 %."""
        if any(spec.secondary for spec in self.spec.series):
            axis = lines.y_axis
            axis.axId, axis.crosses, axis.delete = SECONDARY_AXIS, "max", False
            axis.majorGridlines = None
            self.number_format(axis, PERCENT)
            axis.scaling.min, axis.scaling.max = 0, 1
            axis.txPr = parts.rich(9, self.muted)
            axis.graphicalProperties = parts.outline(parts.AXIS_LINE)
            axis.majorTickMark = "none"
        chart += lines

    def doughnut(self) -> Any:
        """Shares of a whole."""
        chart: Any = DoughnutChart()
        chart.holeSize = 58
        for spec in self.spec.series:
            made = self.series(spec)
            area = self.book.formulas.area(spec.y)
            count = max(area.last_row - area.row, area.last_column - area.column) + 1
            for index in range(min(count, len(PALETTE))):
                point: Any = DataPoint(idx=index)
                fill = GraphicalProperties(solidFill=PALETTE[index], ln=parts.line(WHITE, 1))
                point.graphicalProperties = fill
                made.data_points.append(point)
            made.dLbls = parts.labels("showPercent")
            chart.series.append(made)
        return chart

    def kind(self) -> Any:
        """The chart of its type, with its series and axes."""
        match self.spec.type:
            case "scatter":
                return self.scatter()
            case "line":
                return self.line()
            case "bar" | "funnel":
                return self.bars(horizontal=True)
            case "column" | "pareto":
                return self.bars(horizontal=False)
            case "doughnut":
                return self.doughnut()
            case "network":
                return network.make(self.page, self.spec)

    def make(self) -> Any:
        """The finished chart."""
        spec, chart = self.spec, self.kind()
        single = sum(not series.spacer for series in spec.series) == 1
        if single and spec.type in {"funnel", "bar"}:
            labels = parts.labels("showVal")
            labels.txPr = parts.rich(9, self.ink)
            if self.is_centred:
                chart.series[-1].dLbls = labels
            else:
                chart.dataLabels = labels
        chart.title = parts.title(self.book.text(spec.title), 12, self.ink, bold=True)
        if single and spec.type != "doughnut":
            chart.legend = None
        elif chart.legend is not None:
            chart.legend.position = "r" if spec.type == "doughnut" else "b"
            chart.legend.overlay = False
            chart.legend.txPr = parts.rich(9, self.muted)
        if any(item.fill for item in spec.series):
            chart.layout = parts.plot_area(*ZONES_PLOT)
            chart.y_axis.majorGridlines = None
        chart.visible_cells_only = False
        chart.display_blanks = "gap"
        chart.graphical_properties = GraphicalProperties(
            solidFill=WHITE, ln=parts.line(parts.FRAME_LINE, 0.75)
        )
        chart.roundedCorners = False
        chart.width, chart.height = spec.width, spec.height
        return chart


def _marker(page: Page, offset_cm: float) -> tuple[int, int]:
    """Column (1-based) and offset in pixels at that many cm right of column B."""
    left = int(offset_cm / 2.54 * PIXELS_PER_INCH)
    column = FIRST_COLUMN
    while column < page.layout.last_column:
        width = page.layout.width(column)
        size = pixels(width) if width else 0
        if left < size:
            break
        left -= size
        column += 1
    return column, left


def _labels(page: Page, spec: ChartSpec) -> dict[int, LabelledSeries]:
    """What stands beside the points of a chart's series."""
    ink = page.book.spec.theme.ink
    return {
        index: LabelledSeries(
            page.book.formulas.area(series.labels).absolute,
            "r" if series.labels_at == "right" else "t",
            size=8 if series.labels_at == "above" else 9,
            colour=ink if series.tone is None else TONE_INK[series.tone],
            bold=series.labels_at == "right",
        )
        for index, series in enumerate(spec.series)
        if series.labels is not None
    }


def description(book: Book, spec: ChartSpec) -> str:
    """What a chart shows, for those who do not see it: the template's words, else title, kind, series, axes.

    Arguments:
        book: the workbook that it is drawn in.
        spec: what the template says.
    """
    if spec.alt is not None:
        return book.text(spec.alt)
    shown = [series for series in spec.series if not (series.spacer or series.guide or series.fill)]
    names = [
        book.text(series.name) if series.name else book.formulas.header(series.y)[1]
        for series in shown
        if series.name or ":" not in series.y  # fields one under the other have no name in common
    ]
    kind = book.say(f"chart.{spec.type}")
    sentences = [book.text(spec.title), book.say("chart.kind", kind=kind, names=", ".join(names))]
    for axis, text in (("x", spec.x_title), ("y", spec.y_title)):
        if text is not None:
            sentences.append(book.say(f"chart.axis_{axis}", title=book.text(text)))
    return " ".join(
        sentence if sentence.endswith(("?", "!")) else f"{sentence.rstrip('.')}." for sentence in sentences
    )


def write(page: Page, row: int, charts: Sequence[ChartSpec]) -> None:
    """Write charts from a row on: left to right while they fit, then below."""
    for line, height in chart_lines(charts):
        offset = 0.0
        for spec in line:
            column, shift = _marker(page, offset)
            chart = _Builder(page, spec).make()
            page.book.alternatives.append(description(page.book, spec))
            start = AnchorMarker(col=column - 1, colOff=shift * EMU_PER_PIXEL, row=row - 1, rowOff=0)
            size = XDRPositiveSize2D(int(spec.width * EMU_PER_CM), int(spec.height * EMU_PER_CM))
            chart.anchor = OneCellAnchor(_from=start, ext=size)
            page.sheet.add_chart(chart)
            labels = {} if spec.type == "network" else _labels(page, spec)
            page.book.charts.append(Extras(labels, any(item.fill for item in spec.series)))
            offset += spec.width + CHART_GAP_CM
        row += -int(-height // CM_PER_ROW) + 1
