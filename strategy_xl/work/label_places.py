"""On which side of its point a name stands in a chart, so that names do not run over each other.

Charts know four places; each name takes the one where it hides least of what is there already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from strategy_xl.book.data import WorkbookData
from strategy_xl.formulas.references import parse_argument
from strategy_xl.schema.spec import ChartSpec, SeriesSpec, WorkbookSpec

LETTER_CM, LINE_CM, DOT_CM = 0.135, 0.34, 0.13
"""Room of a letter, a line and a point of a chart, in cm on the screen."""
PLOT_WIDTH, PLOT_HEIGHT = 0.92, 0.68
"""Share of a chart that its axes take."""

Places = Mapping[tuple[str, int], Mapping[int, str]]
"""Sheet and column of the names → row → ``t``, ``b``, ``l`` or ``r``."""


class _Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float


def _candidates(x: float, y: float, text: str) -> Iterator[tuple[str, _Box]]:
    wide = len(text) * LETTER_CM
    for side, left, bottom in (
        ("t", x - wide / 2, y + DOT_CM),
        ("r", x + DOT_CM, y - LINE_CM / 2),
        ("l", x - DOT_CM - wide, y - LINE_CM / 2),
        ("b", x - wide / 2, y - DOT_CM - LINE_CM),
    ):
        yield side, _Box(left, bottom, left + wide, bottom + LINE_CM)


def sides(points: Mapping[int, tuple[float, float, str]], frame: tuple[float, float]) -> dict[int, str]:
    """The side of each name.

    Arguments:
        points: key → x, y (in cm from the lower left corner of the plot) and name; those without a name are
            in the way of names only.
        frame: width and height of the plot in cm.
    """
    named = sum(bool(text) for _, _, text in points.values())
    taken = np.zeros((len(points) + named, len(_Box._fields)))
    spots = np.array([point[:2] for point in points.values()]).reshape(-1, 2)
    taken[: len(points)] = np.hstack([spots - DOT_CM, spots + DOT_CM])
    count, (wide, high) = len(points), frame
    found: dict[int, str] = {}
    for key, (x, y, text) in points.items():
        if not text:
            continue
        costs = []
        for rank, (side, box) in enumerate(_candidates(x, y, text)):
            outside = max(-box.left, 0.0) + max(box.right - wide, 0.0) + max(box.top - high, 0.0)
            costs.append((round(_hidden(box, taken[:count]) + outside * LINE_CM, 9), rank, side, box))
        *_, side, taken[count] = min(costs)
        count += 1
        found[key] = side
    return found


def _hidden(box: _Box, others: npt.NDArray[np.float64]) -> float:
    """The area that a box shares with others (left, bottom, right, top in each line)."""
    low, high = np.maximum(others[:, :2], box[:2]), np.minimum(others[:, 2:], box[2:])
    return float(np.prod(np.clip(high - low, 0.0, None), axis=1).sum())


def _value(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _series(spec: WorkbookSpec) -> Iterator[tuple[ChartSpec, SeriesSpec]]:
    """Series whose names may stand on any side, of charts whose axes have fixed ends."""
    for chart in spec.charts():
        if chart.minimum is not None and chart.maximum is not None:
            yield from ((chart, item) for item in chart.series if item.labels and item.x)


def label_places(spec: WorkbookSpec, data: WorkbookData, shown: Mapping[str, Mapping[str, Any]]) -> Places:
    """The side of every name of the templates' charts.

    Arguments:
        spec, data: the templates, and the workbook as read.
        shown: what computed columns show, by block and field key.
    """
    found: dict[tuple[str, int], dict[int, str]] = {}
    for chart, series in _series(spec):
        columns = [parse_argument(text) for text in (series.x or "", series.y, series.labels or "")]
        owner = columns[0][0]
        block = data.blocks.get(owner)
        keys = [key for _owner, (key, *_more) in columns]
        known = shown.get(owner, {})
        if (
            series.labels_at != "above"
            or block is None
            or not block.is_table
            or any(each != owner for each, _keys in columns)
            or any(key not in known or key not in block.places for key in keys)
        ):
            continue
        low, high = chart.minimum or 0.0, chart.maximum or 1.0
        frame = chart.width * PLOT_WIDTH, chart.height * PLOT_HEIGHT
        points: dict[int, tuple[float, float, str]] = {}
        for row, x, y, text in zip(block.all_rows, *(known[key] for key in keys), strict=False):
            across, up = _value(x), _value(y)
            if across is not None and up is not None:
                shares = (across - low) / (high - low), (up - low) / (high - low)
                name = text if isinstance(text, str) else ""
                points[row] = shares[0] * frame[0], shares[1] * frame[1], name
        place = block.places[keys[2]]
        found[block.sheet_of(keys[2]), place.column] = sides(points, frame)
    return found
