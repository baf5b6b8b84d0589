"""Texts, lines and labels of charts, in the workbook's look."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.chart.text import Text as ChartText
from openpyxl.chart.title import Title
from openpyxl.descriptors import MinMax
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun

from strategy_xl.build.layout import Area
from strategy_xl.build.page import Book
from strategy_xl.build.style import WHITE
from strategy_xl.formulas.cell_refs import MAX_ROW

EMU_PER_POINT = 12700
GRID_LINE, AXIS_LINE, FRAME_LINE, CROSS_LINE = "E5E7EB", "C5CAD3", "D1D5DB", "6B7280"


def characters(size: float, colour: str, *, bold: bool = False) -> CharacterProperties:
    """Size in points, colour and weight of a chart text."""
    return CharacterProperties(sz=int(size * 100), b=bold, solidFill=colour)


def rich(size: float, colour: str) -> RichText:
    """Text properties of axes, legends and labels."""
    style = characters(size, colour)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=style), endParaRPr=style)])


def title(text: str, size: float, colour: str, *, bold: bool = False) -> Title:
    """A title beside the plot, never over it."""
    style = characters(size, colour, bold=bold)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=style), r=[RegularTextRun(rPr=style, t=text)])
    made: Any = Title(overlay=False)
    made.tx = ChartText(rich=RichText(p=[paragraph]))
    return made  # type: ignore[no-any-return]


def line(colour: str, points: float = 1.75, dash: str | None = None) -> LineProperties:
    """A line of a width in points."""
    made: Any = LineProperties(solidFill=colour, w=int(points * EMU_PER_POINT))
    made.prstDash = dash
    return made  # type: ignore[no-any-return]


def outline(colour: str, points: float = 0.75) -> GraphicalProperties:
    """Nothing but a line."""
    return GraphicalProperties(ln=line(colour, points))


class _Cells(Reference):
    """An area; openpyxl's own knows no row beyond a million."""

    min_row = MinMax(min=1, max=MAX_ROW, expected_type=int)
    max_row = MinMax(min=1, max=MAX_ROW, expected_type=int)


def cells(book: Book, area: Area) -> Reference:
    """An area of the workbook as openpyxl's charts take it."""
    sheet: Any = book.workbook[area.sheet]
    return _Cells(sheet, area.column, area.row, area.last_column, area.last_row)


def plot_area(left: float, top: float, width: float, height: float) -> Layout:
    """Where a chart draws, axes and texts not counted, in shares of it."""
    return Layout(
        ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=left, y=top, w=width, h=height)
    )


def marker(colour: str, size: int) -> Marker:
    """A filled dot with a white rim, so that dots that touch stay apart."""
    made: Any = Marker(symbol="circle", size=size)
    made.graphicalProperties = GraphicalProperties(solidFill=colour, ln=line(WHITE, 0.75))
    return made  # type: ignore[no-any-return]


def labels(shown: str) -> DataLabelList:
    """Data labels that show one thing: ``showVal``, ``showSerName`` or ``showPercent``."""
    kinds = ("showVal", "showSerName", "showCatName", "showLegendKey", "showPercent")
    return DataLabelList(**{kind: kind == shown for kind in kinds})
