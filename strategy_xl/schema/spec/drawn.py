"""Charts fed from the workbook’s own cells, and the places of a card."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from strategy_xl.schema.spec.field import Tone
from strategy_xl.schema.spec.said import Spec, Text


class SeriesSpec(Spec):
    """One series: ``y`` over ``x`` (or over ``categories``).

    Arguments:
        name, name_from: its name, or the ``block[key]`` that holds it.
        x, y, categories: ``block[key]``, or ``block[key:other]`` for fields one under the other.
        line: drawn as a line over columns or points.
        secondary: on the second axis.
        guide: a line without points, kept out of the legend (the threshold on a scatter, a network’s ring).
        arrow: a line without points that ends in an arrow head, kept out of the legend (the way from one
            point of a scatter to another).
        spacer: holds the place before the next series of a funnel, so that its bars stand in the middle; not
            drawn and kept out of the legend.
        fill: colours a zone of a scatter: flat strokes from the points to the left or the right edge, all
            together as thick as the plot is high: points one under the other, in equal steps, fill the zone;
            kept out of the legend.
        labels: ``block[key]`` whose texts stand beside the points; without a tone the points themselves do
            not show, and the series is kept out of the legend. In a network each text is one cell, and the
            series shows its points when it has a name.
        labels_at: above the points, or at their right and bold (titles).
        rows: first and last row of the columns that the series takes, from 1 (a network).
        strength: of the links that the series draws, 1 to 3 (a network); points when there is none.
    """

    name: Text | None = None
    name_from: str | None = None
    x: str | None = None
    y: str
    categories: str | None = None
    tone: Tone | None = None
    line: bool = False
    secondary: bool = False
    guide: bool = False
    arrow: bool = False
    spacer: bool = False
    fill: Literal["left", "right"] | None = None
    labels: str | None = None
    labels_at: Literal["above", "right"] = "above"
    rows: tuple[int, int] | None = None
    strength: Literal[1, 2, 3] | None = None


class ChartSpec(Spec):
    """A native chart fed from the workbook's own cells.

    Arguments:
        type: ``network`` draws named points and the links between them, without axes.
        alt: what a screen reader says of the chart; its title when there is none.
        x_span, y_span: half the width and half the height of a network, in units of its coordinates.
    """

    type: Literal["scatter", "line", "bar", "column", "pareto", "funnel", "doughnut", "network"]
    title: Text
    alt: Text | None = None
    series: tuple[SeriesSpec, ...] = Field(min_length=1)
    x_title: Text | None = None
    y_title: Text | None = None
    minimum: float | None = None
    maximum: float | None = None
    percent: bool = False
    x_span: float = Field(default=1.0, gt=0)
    y_span: float = Field(default=1.0, gt=0)
    width: float = Field(default=18, gt=4, le=40)
    height: float = Field(default=9, gt=3, le=30)


class CardPlace(Spec):
    """Where a field stands on a card: a rectangle of lines and twelfths of the page, counted from 1.

    Arguments:
        row, column: its first line and first twelfth.
        rows, columns: its size.
        label: ``top`` over the value, ``left`` beside it, or ``none``.
        look: ``title``, ``quote`` or ``bar`` instead of plain text.
    """

    row: int = Field(ge=1, le=60)
    column: int = Field(ge=1, le=12)
    rows: int = Field(default=1, ge=1, le=30)
    columns: int = Field(default=3, ge=1, le=12)
    label: Literal["top", "left", "none"] = "top"
    look: Literal["plain", "title", "quote", "bar", "photo"] = "plain"
