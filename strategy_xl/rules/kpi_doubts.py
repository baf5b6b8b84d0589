"""Readings and targets of a KPI that can be meant in two ways: 30 or 30 %, 290 or 29.

Rule c of the specification, as amended. Nothing is judged on them: the KPI is to be completed, and people are
shown both readings. The workbook's formulas count the same readings with COUNTIFS.
"""

from __future__ import annotations

import numpy as np

from strategy_xl.rules.frame import Bools, Floats, Frame, Ints, numbers, texts
from strategy_xl.rules.kpi_forecast import NO_DAY, Days, Readings

RATE = "%"
"""Unit of the KPIs whose values are rates, 0.3 for 30 %."""
POINTS = (1.5, 100.0)
"""Where a number of per cent lies that was typed without its sign; 1 to 1.5 is a rate of 100 to 150 %."""
FAR = 10.0
"""Times the largest of start, target and earlier readings beyond which a reading is to be looked at."""


def is_rate(kpis: Frame) -> Bools:
    """KPIs whose values are rates, by their unit; shape (rows,)."""
    return np.asarray(texts(kpis, "unit") == RATE, dtype=bool)


def in_points(values: Floats) -> Bools:
    """Which values look like a number of per cent."""
    return (values >= POINTS[0]) & (values <= POINTS[1])


def below_one(values: Floats) -> Bools:
    """Which values can only be rates."""
    return (values > 0) & (values < 1)


def _any(mask: Bools, first: Ints, last: Ints) -> Bools:
    """Whether one of the readings of each KPI row is of the mask."""
    before = np.concatenate(([0], np.cumsum(mask)))
    return before[last] > before[first]


def mixed_rates(kpis: Frame, found: Readings, first: Ints, last: Ints) -> Bools:
    """Rates of which some are typed in points (29) and others as rates (0.25), shape (rows,).

    Arguments: found: the readings; first, last: range of those of each KPI's period.
    """
    baseline, target = numbers(kpis, "baseline"), numbers(kpis, "target")
    high = in_points(baseline) | in_points(target) | _any(in_points(found.raw), first, last)
    low = below_one(baseline) | below_one(target) | _any(below_one(found.raw), first, last)
    return is_rate(kpis) & high & low


def far_readings(kpis: Frame, found: Readings, current: Floats, last_day: Days) -> Bools:
    """Latest readings more than ten times the largest of start, target and all earlier ones, shape (rows,).

    Arguments: found: the readings; current, last_day: value and day of the latest of each KPI's period.
    """
    given = np.fmax(np.abs(numbers(kpis, "baseline")), np.abs(numbers(kpis, "target")))
    begin = found.position(found.row_name, np.full(len(current), NO_DAY), "left")
    end = np.maximum(begin, found.position(found.row_name, last_day, "left"))
    earlier = np.zeros(len(current))
    some = np.flatnonzero((end > begin) & (found.row_name >= 0))
    if some.size:
        sizes = np.append(np.abs(found.raw), 0.0)
        bounds = np.stack([begin[some], end[some]], axis=1).ravel()
        earlier[some] = np.maximum.reduceat(sizes, bounds)[::2]
    largest = np.fmax(given, earlier)
    return (given > 0) & (np.abs(current) > FAR * largest)
