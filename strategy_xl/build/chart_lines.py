"""How a block's charts lie: from left to right, line below line."""

from __future__ import annotations

import math
from collections.abc import Iterable

from strategy_xl.build.layout import (
    CHART_GAP_CM,
    CHART_PAGE_CM,
    CM_PER_ROW,
    FIRST_COLUMN,
    PIXELS_PER_INCH,
    pixels,
)
from strategy_xl.build.widths import Columns
from strategy_xl.schema.spec import ChartSpec


def chart_rows(charts: Iterable[ChartSpec]) -> int:
    """Rows that a block's charts take, laid from left to right and then below."""
    return sum(math.ceil(height / CM_PER_ROW) + 1 for _, height in chart_lines(charts))


def chart_lines(charts: Iterable[ChartSpec]) -> list[tuple[list[ChartSpec], float]]:
    """Charts line by line, each line with the height of its tallest, in cm."""
    lines: list[tuple[list[ChartSpec], float]] = []
    used = 0.0
    for chart in charts:
        if not lines or used + chart.width > CHART_PAGE_CM:
            lines.append(([], 0.0))
            used = 0.0
        row, height = lines[-1]
        lines[-1] = ([*row, chart], max(height, chart.height))
        used += chart.width + CHART_GAP_CM
    return lines


def chart_end(charts: Iterable[ChartSpec], columns: Columns) -> int:
    """The column in which the widest line of charts ends."""
    lines = (
        sum(chart.width for chart in line) + CHART_GAP_CM * (len(line) - 1) for line, _ in chart_lines(charts)
    )
    left = max(lines, default=0.0) / 2.54 * PIXELS_PER_INCH
    column = FIRST_COLUMN
    while left > 0:
        width = columns.width(column)
        left -= pixels(width) if width else 0
        column += 1
    return max(column - 1, FIRST_COLUMN)
