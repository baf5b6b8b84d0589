"""R of SMART: what the past, the capacity and plain bounds say of a target (rules, section b).

The required growth over the objective's length is set beside all past changes over the same length.
With fewer than three such windows, the growth is annualised and the answer has low confidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from strategy_xl.rules.frame import (
    Bools,
    Floats,
    Frame,
    Ints,
    cells,
    dates,
    encoded,
    is_choice,
    is_known,
    numbers,
    texts,
)
from strategy_xl.rules.kpi_forecast import day_number
from strategy_xl.text.words.rule_words import ObjectiveWords
from strategy_xl.text.words.wordlists import every

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class RealismParams:
    """Thresholds of R.

    Arguments:
        windows_min: past windows needed to judge by the past.
        percentile: share of the past windows that a realistic target stays within (0–1).
        stretch: times the best past window that stays a stretch.
        annual_ok, annual_max: annualised growths (0–1) of the fallback, realistic and stretched.
    """

    windows_min: int = 3
    percentile: float = 0.75
    stretch: float = 1.25
    annual_ok: float = 0.20
    annual_max: float = 0.50


@dataclass(frozen=True, slots=True)
class Realism:
    """R of a table of objectives, arrays of shape (rows,).

    Arguments:
        points: 0, 1, 2, NaN when it cannot be assessed.
        required, percentile, median, best: growths over the objective's length as fractions, positive
            in the direction wanted; NaN without data.
        windows: number of past windows.
        hours_available: hours the owner has until the deadline, NaN when unknown.
        codes: boolean mask by reason code.
    """

    points: Floats
    required: Floats
    percentile: Floats
    median: Floats
    best: Floats
    windows: Ints
    hours_available: Floats
    codes: dict[str, Bools]


def past_changes(days: npt.ArrayLike, values: npt.ArrayLike, length: float) -> Floats:
    """All past relative changes over one length.

    Arguments:
        days: day numbers of the readings, shape (n,), any order.
        values: the readings, shape (n,); readings ≤ 0 or missing open no window.
        length: length in days; a window may differ from it by 7 % or 3 days.

    Returns the changes value_end / value_start − 1 in order of their start, shape (m,).
    """
    day = np.asarray(days, dtype=np.float64)
    value = np.asarray(values, dtype=np.float64)
    keep = np.isfinite(day) & np.isfinite(value)
    order = np.argsort(day[keep], kind="stable")
    day, value = day[keep][order], value[keep][order]
    if day.size < 2 or not np.isfinite(length) or length <= 0:
        return np.empty(0)
    # The reading nearest to the end of each window, never the starting one.
    goal = day + length
    right = np.clip(np.searchsorted(day, goal), 0, day.size - 1)
    left = np.clip(right - 1, 0, day.size - 1)
    end = np.where(np.abs(day[left] - goal) <= np.abs(day[right] - goal), left, right)
    fits = (np.abs(day[end] - goal) <= max(3.0, 0.07 * length)) & (end > np.arange(day.size)) & (value > 0)
    return value[end[fits]] / value[fits] - 1


@dataclass(frozen=True, slots=True)
class _Past:
    """What the past says, arrays of shape (rows,); NaN and 0 without history."""

    percentile: Floats
    median: Floats
    best: Floats
    windows: Ints
    newest: Floats


def _read_past(history: Frame | None, frame: Frame, length: Floats, sign: Floats, percentile: float) -> _Past:
    """The windows of every objective; each KPI, length and direction is worked out once."""
    rows = len(frame)
    blank = np.full(rows, np.nan)
    past = _Past(blank.copy(), blank.copy(), blank.copy(), np.zeros(rows, dtype=np.int64), blank.copy())
    if history is None:
        return past
    name, names = encoded(history, "kpi")
    day, value = _days(history, "date"), numbers(history, "value")
    known = np.flatnonzero((name >= 0) & ~np.isnan(day) & ~np.isnan(value))
    known = known[np.argsort(name[known], kind="stable")]
    groups = np.split(known, np.flatnonzero(np.diff(name[known])) + 1) if known.size else ()
    series = {names[name[own[0]]]: (day[own], value[own]) for own in groups}
    changes_of: dict[tuple[object, float, float], Floats] = {}
    for row, kpi in enumerate(cells(frame, "kpi")):
        readings = series.get(kpi) if isinstance(kpi, str) else None
        if readings is None:
            continue
        past.newest[row] = readings[1][np.argmax(readings[0])]
        key = (kpi, float(length[row]), float(sign[row]))
        if key not in changes_of:
            changes_of[key] = past_changes(*readings, length[row]) * sign[row]
        changes = changes_of[key]
        past.windows[row] = changes.size
        if changes.size:
            past.percentile[row] = np.quantile(changes, percentile)
            past.median[row] = np.median(changes)
            past.best[row] = changes.max()
    return past


def _days(frame: Frame, key: str) -> Floats:
    """Days since 1970-01-01; NaN where missing."""
    values = dates(frame, key).astype("datetime64[D]")
    return np.where(np.isnat(values), np.nan, values.astype(np.float64))


def direction_sign(frame: Frame, baseline: Floats, target: Floats) -> Floats:
    """+1 when more is better, −1 when less is better: the direction field, else target against baseline."""
    inferred = np.where(target < baseline, -1.0, 1.0)
    more, less = (
        is_choice(frame, "direction", "up", "at_least"),
        is_choice(frame, "direction", "down", "at_most"),
    )
    return np.select([more, less], [1.0, -1.0], inferred)


def assess_realism(
    objectives: Frame,
    today: date,
    params: RealismParams,
    history: Frame | None = None,
    capacity: Mapping[str, float] | None = None,
) -> Realism:
    """R of every objective.

    Arguments:
        objectives: block ``objectives``; used when there: baseline, target, direction, unit, start,
            deadline, owner, means, hours_required, kpi.
        today: the day that stands for an empty start.
        params: thresholds.
        history: block ``readings`` (kpi, date, value).
        capacity: hours a week by owner.

    Source: rules, section b (realistic).
    """
    baseline, target = numbers(objectives, "baseline"), numbers(objectives, "target")
    start, end = _days(objectives, "start"), _days(objectives, "deadline")
    start = np.where(np.isnan(start), day_number(today), start)
    length = end - start
    length[~(length > 0)] = np.nan
    sign = direction_sign(objectives, baseline, target)
    past = _read_past(history, objectives, length, sign, params.percentile)
    base = np.where(np.isnan(baseline), past.newest, baseline)
    with np.errstate(divide="ignore", invalid="ignore"):
        required = np.where(base > 0, sign * (target / base - 1), np.nan)
        years = length / DAYS_PER_YEAR
        annual = np.where(
            sign > 0,
            np.power(1 + required, 1 / years) - 1,
            1 - np.power(np.clip(1 - required, 0, None), 1 / years),
        )
    required = np.where(np.isnan(length), np.nan, required)
    annual = np.where(np.isnan(required), np.nan, annual)
    by_past = (past.windows >= params.windows_min) & ~np.isnan(required)
    by_year = ~by_past & ~np.isnan(required)
    low = np.where(by_past, past.percentile, params.annual_ok)
    high = np.where(by_past, params.stretch * past.best, params.annual_max)
    growth = np.where(by_past, required, annual)
    slack = 1e-12  # a growth equal to the threshold keeps the better answer, rounding apart
    points = np.where(growth <= low + slack, 2.0, np.where(growth <= high + slack, 1.0, 0.0))
    points[np.isnan(required)] = np.nan

    rate = _is_rate(objectives)
    top = np.where((base <= 1) | (np.isnan(base) & (target <= 1)), 1.0, 100.0)
    impossible = rate & ((target < 0) | (target > top))
    extreme = rate & ~impossible & ((target == 0) | (target == top))
    hours = numbers(objectives, "hours_required")
    available = _hours_available(objectives, capacity, today, end)
    overbooked = hours > available
    has_means = is_known(objectives, "means")

    judged = points.copy()
    points = np.where(extreme & ~np.isnan(points), np.minimum(points, 1.0), points)
    lowered = ~has_means & (points == 2)
    points = np.where(lowered, 1.0, points)
    points = np.where(impossible | overbooked, 0.0, points)
    codes = {
        "IMPOSSIBLE": impossible,
        "CAPACITY": overbooked,
        "R_ABOVE_BEST": by_past & (judged == 0) & ~impossible,
        "R_STRETCH": by_past & (judged == 1) & ~impossible,
        "R_TOO_STEEP": by_year & (judged == 0) & ~impossible,
        "R_STEEP": by_year & (judged == 1) & ~impossible,
        "EXTREME": extreme,
        "MEANS": lowered,
        "R_UNAMBITIOUS": by_past & (growth < past.median - slack),
        "R_LOW_CONFIDENCE": by_year & ~impossible,
        "R_UNKNOWN": np.isnan(points),
    }
    return Realism(points, required, past.percentile, past.median, past.best, past.windows, available, codes)


def _is_rate(objectives: Frame) -> Bools:
    """Whether the target is a level between 0 and 100 %, by its unit."""
    rates = every(ObjectiveWords).rate_units
    return np.array([unit.lower() in rates for unit in texts(objectives, "unit")], dtype=bool)


def _hours_available(
    objectives: Frame, capacity: Mapping[str, float] | None, today: date, end: Floats
) -> Floats:
    """Hours of the owner from the later of today and the start until the deadline."""
    hours = capacity or {}
    week = np.array([hours.get(owner, np.nan) for owner in cells(objectives, "owner")], dtype=np.float64)
    begin = np.fmax(_days(objectives, "start"), float(day_number(today)))
    return week * np.clip(end - begin + 1, 0, None) / 7
