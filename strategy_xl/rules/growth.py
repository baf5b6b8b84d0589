"""Growth of series: year on year, compound rate, and a trend that one odd period cannot move.

Source: rules.md §g. Trend: Theil–Sen (median of the slopes between all pairs), as
``scipy.stats.theilslopes``, for many series at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from strategy_xl.rules.frame import (
    DataFrame,
    Floats,
    Frame,
    as_frame,
    dates,
    labels,
    make_frame,
    make_grid,
    matrix,
    numbers,
    periods,
    rounded,
    text_array,
    texts,
    totals,
)
from strategy_xl.rules.result import Codes, RuleResult

VERSION = "1"
Frequency = Literal["year", "quarter", "month"]
PER_YEAR: dict[Frequency, int] = {"year": 1, "quarter": 4, "month": 12}
_PERIOD_ALIAS: dict[Frequency, str] = {"year": "Y", "quarter": "Q", "month": "M"}
CODES = ("INSUFFICIENT", "GROWING", "DECLINING", "STABLE", "NOT_COMPUTABLE")

_PAIR_BUDGET = 4_000_000
"""Slopes held at once: bounds the memory to some 30 MB a block."""


@dataclass(frozen=True, slots=True)
class GrowthParams:
    """Settings of the growth rule.

    Arguments:
        growth_min_points: periods with a value from which a trend is told.
        growth_stable: trend per year (0.02 = 2 %) below which, up or down, a series is stable.
    """

    growth_min_points: int = 4
    growth_stable: float = 0.02


def theil_sen(values: Floats) -> Floats:
    """Median slope per step of each row, missing values left out.

    Arguments:
        values: shape (series, periods), equally spaced periods, NaN = missing.

    Result: shape (series,), in units of the values per period; NaN below two values.

    >>> theil_sen(np.array([[10.0, 12, 13, 30, 15, 16]])).tolist()
    [1.0]
    """
    series, periods = values.shape
    if periods < 2 or series == 0:
        return np.full(series, np.nan)
    first, second = np.triu_indices(periods, k=1)
    step = max(_PAIR_BUDGET // len(first), 1)
    result = np.empty(series)
    for start in range(0, series, step):
        block = values[start : start + step]
        slopes = (block[:, second] - block[:, first]) / (second - first)
        known = ~np.isnan(slopes).all(axis=1)
        medians = np.full(len(block), np.nan)
        medians[known] = np.nanmedian(slopes[known], axis=1)
        result[start : start + step] = medians
    return result


def _row_median(values: Floats) -> Floats:
    result = np.full(len(values), np.nan)
    known = ~np.isnan(values).all(axis=1)
    result[known] = np.nanmedian(values[known], axis=1)
    return result


def by_period(lines: Frame, by: str, today: date, frequency: Frequency = "year") -> DataFrame:
    """Revenue per item (index) and complete period (columns, no gap), NaN where the item has no line.

    A period that is not over at ``today`` is left out: half a year would look like a fall.
    """
    months = 12 // PER_YEAR[frequency]
    name, revenue, day = texts(lines, by), numbers(lines, "revenue"), dates(lines, "period")
    period = day.astype("datetime64[M]").astype(np.int64) // months
    ends = ((period + 1) * months).astype("datetime64[M]")
    used = (name != "") & ~np.isnan(revenue) & ~np.isnat(day) & (ends <= np.datetime64(today, "D") + 1)
    items, item = np.unique(name[used], return_inverse=True)
    first, last = (int(end) for end in (period[used].min(), period[used].max())) if used.any() else (0, -1)
    count = last - first + 1
    # Sorted before adding up: the same lines in another order then give the same sum to the last bit.
    order = np.lexsort((revenue[used], item))
    sums = totals(revenue[used][order], (item * count + period[used] - first)[order], len(items) * count)
    columns = periods(first, count, _PERIOD_ALIAS[frequency])
    return as_frame(make_grid(sums.reshape(len(items), count), labels(items, "item"), columns))


def grow(table: Frame, params: GrowthParams | None = None, frequency: Frequency = "year") -> RuleResult:
    """Growth of each row of a table of periods.

    Arguments:
        table: index = item, columns = equally spaced periods in order, values ≥ 0 or NaN (missing).
        params: settings.
        frequency: length of a period, to express rates per year.

    Result: ``points``; ``yoy`` = last period over the one a year before − 1; ``cagr`` = compound rate per
    year from the first to the last value; ``trend`` = Theil–Sen slope over the median value, per period;
    ``trend_year`` = the same per year; ``growth`` = trend_year from four points, else cagr; ``direction``
    (growing, declining, stable, insufficient). A rate from a value ≤ 0 is missing. Source: rules.md §g.

    >>> table = make_grid(np.array([[100.0, 108, 115, 126, 133]]), labels(["a"]), periods(50, 5, "Y"))
    >>> round(float(grow(table).frame["cagr"].iloc[0]) * 100, 2)
    7.39
    """
    params = params or GrowthParams()
    values = matrix(table)
    rows, periods = values.shape
    known = ~np.isnan(values)
    points = known.sum(axis=1)
    per_year = PER_YEAR[frequency]
    nan = np.full(rows, np.nan)
    yoy, cagr = nan.copy(), nan.copy()
    if periods > per_year:
        before, last = values[:, -1 - per_year], values[:, -1]
        yoy = np.where(before > 0, last / np.where(before > 0, before, 1.0) - 1, np.nan)
    several = points >= 2
    if several.any():
        row = np.arange(rows)
        start, end = known.argmax(axis=1), periods - 1 - known[:, ::-1].argmax(axis=1)
        first, final = values[row, start], values[row, end]
        usable = several & (first > 0) & (final >= 0)
        ratio = np.where(usable, final, 1.0) / np.where(usable, first, 1.0)
        years = np.where(usable, end - start, 1) / per_year
        cagr = np.where(usable, ratio ** (1 / years) - 1, np.nan)
    level = _row_median(values)
    trend = theil_sen(values) / np.where(level > 0, level, np.nan)
    trend_year = trend * per_year
    enough = (points >= params.growth_min_points) & ~np.isnan(trend_year)
    speed = rounded(trend_year)
    stable = enough & (np.abs(speed) < params.growth_stable)
    masks = {
        "INSUFFICIENT": ~enough,
        "GROWING": enough & ~stable & (speed > 0),
        "DECLINING": enough & ~stable & (speed < 0),
        "STABLE": stable,
        "NOT_COMPUTABLE": np.isnan(cagr) & np.isnan(trend_year),
    }
    direction = np.select(
        [masks["GROWING"], masks["DECLINING"], masks["STABLE"]],
        ["growing", "declining", "stable"],
        "insufficient",
    )
    frame = make_frame(
        {
            "points": points,
            "yoy": yoy,
            "cagr": cagr,
            "trend": trend,
            "trend_year": trend_year,
            "growth": np.where(enough, trend_year, cagr),
            "direction": text_array(direction),
        },
        table.index,
    )
    missing = {"period": points < params.growth_min_points}
    return RuleResult(frame, Codes.from_masks(masks, rows), Codes.from_masks(missing, rows), VERSION)


def assess_growth(
    lines: Frame,
    by: str,
    today: date,
    params: GrowthParams | None = None,
    frequency: Frequency = "year",
) -> RuleResult:
    """Growth of each item of the revenue lines.

    Arguments: ``lines`` with ``period`` (date), ``revenue`` (€) and the column ``by``; the others as in
    ``by_period`` and ``grow``. A period without a line of the item is missing, not zero. Result: as ``grow``.
    """
    return grow(by_period(lines, by, today, frequency), params, frequency)
