"""R of SMART: what the past, the capacity, the linked KPI and plain bounds say of a target (section b).

The change asked for over the objective's length is set beside all past changes over the same length: in
proportion, or absolute where the start is 0, negative or unknown. With too little past, rates are judged by
their odds, other figures by what they ask a year (under a year by the root of the time, as chance spreads).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from strategy_xl.model import KpiStatus
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
from strategy_xl.rules.kpi import KpiParams, status
from strategy_xl.rules.kpi_forecast import day_number
from strategy_xl.rules.wording import same_name
from strategy_xl.text.words.rule_words import ObjectiveWords
from strategy_xl.text.words.wordlists import every

DAYS_PER_YEAR = 365.25
YEAR = 365.0
"""Days under which the yearly bounds shrink with the root of the time instead of growths being annualised."""
HALF, STRETCHED, LITTLE = 0.5, 0.9, 0.25
"""Shares of the past windows: reached by half, a stretch at most, so little that it is remarked."""
ODDS_OK, ODDS_MAX = 0.25, 1.0
"""Rises of the odds of a rate that are realistic and that are a stretch."""
SLACK = 1e-12
"""A growth equal to the threshold keeps the better answer, rounding apart."""
KPI_READINGS = 4
"""Readings of the linked KPI from which its status says how real the target is."""


@dataclass(frozen=True, slots=True)
class RealismParams:
    """Thresholds of R.

    Arguments:
        windows_min: past windows needed to judge by the past; where as many do not overlap, their shares
            say what is a stretch too, else the best does.
        percentile: share of the past windows that a realistic target stays within (0–1); where as many do
            not overlap only with means, without them it is half.
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


def _windows(
    days: npt.ArrayLike, values: npt.ArrayLike, length: float, *, absolute: bool
) -> tuple[Floats, int]:
    """All past changes over one length in order of their start, and how many of their windows do not overlap.

    Arguments:
        days: day numbers of the readings, shape (n,), any order.
        values: the readings, shape (n,); missing ones, and for relative changes those ≤ 0, open no window.
        length: length in days; a window may differ from it by 7 % or 3 days.
        absolute: value_end − value_start, else value_end / value_start − 1.
    """
    day = np.asarray(days, dtype=np.float64)
    value = np.asarray(values, dtype=np.float64)
    keep = np.isfinite(day) & np.isfinite(value)
    order = np.argsort(day[keep], kind="stable")
    day, value = day[keep][order], value[keep][order]
    if day.size < 2 or not np.isfinite(length) or length <= 0:
        return np.empty(0), 0
    # The reading nearest to the end of each window, never the starting one.
    goal = day + length
    right = np.clip(np.searchsorted(day, goal), 0, day.size - 1)
    left = np.clip(right - 1, 0, day.size - 1)
    end = np.where(np.abs(day[left] - goal) <= np.abs(day[right] - goal), left, right)
    fits = (np.abs(day[end] - goal) <= max(3.0, 0.07 * length)) & (end > np.arange(day.size))
    if not absolute:
        fits &= value > 0
    apart, free = 0, 0
    for begin, last in zip(np.flatnonzero(fits), end[fits], strict=True):
        if begin >= free:
            apart, free = apart + 1, int(last)
    start, stop = value[fits], value[end[fits]]
    return (stop - start if absolute else stop / start - 1), apart


@dataclass(frozen=True, slots=True)
class _Past:
    """What the past says, arrays of shape (rows,); NaN and 0 without history."""

    low: Floats
    percentile: Floats
    median: Floats
    high: Floats
    best: Floats
    windows: Ints
    apart: Ints
    newest: Floats

    @classmethod
    def nothing(cls, rows: int) -> _Past:
        """No history at all."""
        low, percentile, median, high, best, newest = (np.full(rows, np.nan) for _ in range(6))
        windows, apart = (np.zeros(rows, dtype=np.int64) for _ in range(2))
        return cls(low, percentile, median, high, best, windows, apart, newest)


def _series(history: Frame | None) -> dict[str, tuple[Floats, Floats]]:
    """Days and values of each KPI's readings, by the identity of its name."""
    if history is None:
        return {}
    name, names = encoded(history, "kpi")
    day, value = _days(history, "date"), numbers(history, "value")
    known = np.flatnonzero((name >= 0) & ~np.isnan(day) & ~np.isnan(value))
    known = known[np.argsort(name[known], kind="stable")]
    groups = np.split(known, np.flatnonzero(np.diff(name[known])) + 1) if known.size else ()
    found: dict[str, tuple[Floats, Floats]] = {}
    for own in groups:
        key = same_name(names[name[own[0]]])
        before = found.get(key, (np.empty(0), np.empty(0)))
        found[key] = (np.append(before[0], day[own]), np.append(before[1], value[own]))
    return found


def _read_past(
    history: Frame | None, frame: Frame, length: Floats, sign: Floats, baseline: Floats, percentile: float
) -> _Past:
    """The windows of every objective; each KPI, length and direction is worked out once.

    Absolute where the start is not above 0 or unknown, else relative to the start.
    """
    past = _Past.nothing(len(frame))
    series = _series(history)
    known: dict[tuple[str, float, float, bool], tuple[Floats, int]] = {}
    for row, kpi in enumerate(cells(frame, "kpi") if series else ()):
        readings = series.get(same_name(kpi)) if isinstance(kpi, str) else None
        if readings is None:
            continue
        past.newest[row] = readings[1][np.argmax(readings[0])]
        absolute = not baseline[row] > 0
        key = (same_name(kpi), float(length[row]), float(sign[row]), absolute)
        if key not in known:
            changes, apart = _windows(*readings, length[row], absolute=absolute)
            known[key] = changes * sign[row], apart
        changes, past.apart[row] = known[key]
        past.windows[row] = changes.size
        if changes.size:
            shares = [LITTLE, percentile, HALF, STRETCHED, 1.0]
            quantiles = np.quantile(changes, shares)
            for column, value in zip(
                (past.low, past.percentile, past.median, past.high, past.best), quantiles, strict=True
            ):
                column[row] = value
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


def assess_realism(  # noqa: PLR0913 - the table, the day, the thresholds and four optional sources
    objectives: Frame,
    today: date,
    params: RealismParams,
    history: Frame | None = None,
    capacity: Mapping[str, float] | None = None,
    *,
    kpis: Frame | None = None,
    kpi_params: KpiParams | None = None,
) -> Realism:
    """R of every objective.

    Arguments:
        objectives: block ``objectives``; used when there: baseline, target, direction, unit, start,
            deadline, owner, means, hours_required, kpi.
        today: the day that stands for an empty start.
        params: thresholds.
        history: block ``readings`` (kpi, date, value).
        capacity: hours a week by owner.
        kpis: block ``kpis``, for the pace of the linked one.
        kpi_params: thresholds of that pace.

    Source: rules, section b (realistic), as amended.
    """
    baseline, target = numbers(objectives, "baseline"), numbers(objectives, "target")
    start, end = _days(objectives, "start"), _days(objectives, "deadline")
    start = np.where(np.isnan(start), day_number(today), start)
    length = end - start
    length[~(length > 0)] = np.nan
    sign = direction_sign(objectives, baseline, target)
    past = _read_past(history, objectives, length, sign, baseline, params.percentile)
    base = np.where(np.isnan(baseline), past.newest, baseline)
    has_means = is_known(objectives, "means")
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(base > 0, sign * (target / base - 1), np.nan)
        asked = np.where(baseline > 0, relative, sign * (target - base))
    relative, asked = (np.where(np.isnan(length), np.nan, one) for one in (relative, asked))
    by_past = (past.windows >= params.windows_min) & ~np.isnan(asked)
    apart = by_past & (past.apart >= params.windows_min)
    rate = _is_rate(objectives)
    top = np.where((base <= 1) | (np.isnan(base) & (target <= 1)), 1.0, 100.0)
    odds = np.where(np.isnan(length), np.nan, _odds(base / top, target / top, sign))
    by_odds = rate & ~by_past & ~np.isnan(odds)
    by_year = ~by_past & ~by_odds & ~np.isnan(relative)
    growth, shrink = _a_year(relative, sign, length)

    usual = np.where(apart & ~has_means, past.median, past.percentile)
    highest = np.where(apart, np.fmax(past.high, usual), params.stretch * past.best)
    by = [by_past, by_odds, by_year]
    figure = np.select(by, [asked, odds, growth], np.nan)
    low = np.select(by, [usual, ODDS_OK, params.annual_ok * shrink], np.nan)
    high = np.select(by, [highest, ODDS_MAX, params.annual_max * shrink], np.nan)
    points = np.where(figure <= low + SLACK, 2.0, np.where(figure <= high + SLACK, 1.0, 0.0))
    points[np.isnan(figure)] = np.nan

    impossible = rate & ((target < 0) | (target > top))
    extreme = rate & ~impossible & ((target == 0) | (target == top))
    # To keep at least what is there already is an objective like another.
    keeping = is_choice(objectives, "direction", "at_least", "at_most")
    reached = (sign * (target - base) <= 0) & ~impossible & ~keeping
    available = _hours_available(objectives, capacity, today, end)
    overbooked = numbers(objectives, "hours_required") > available
    late, at_risk, on_track = _pace(objectives, history, kpis, today, kpi_params)

    judged = points.copy()
    dated = ~np.isnan(length) & ~np.isnan(target)
    points = np.where(np.isnan(points) & on_track & dated, 2.0, points)
    points = np.where(extreme & ~np.isnan(points), np.minimum(points, 1.0), points)
    # By a long past, means are what lets the target go beyond the median.
    needs_means = apart & (judged < 2) & (asked <= past.percentile + SLACK)
    lowered = ~has_means & (((points == 2) & ~apart) | needs_means)
    points = np.where(lowered, 1.0, points)
    points = np.where(at_risk & dated, np.fmin(points, 1.0), points)
    zero = impossible | overbooked | reached | (late & dated)
    points = np.where(zero, 0.0, points)
    told = ~(impossible | reached)
    codes = {
        "IMPOSSIBLE": impossible,
        "CAPACITY": overbooked,
        "R_REACHED": reached,
        "R_KPI_LATE": late & dated & told,
        "R_KPI_AT_RISK": at_risk & dated & told,
        "R_ABOVE_BEST": by_past & (judged == 0) & told & (baseline > 0),
        "R_STRETCH": by_past & (judged == 1) & told & ~lowered & (baseline > 0),
        "R_ABOVE_PAST": by_past & (judged == 0) & told & ~(baseline > 0),
        "R_STRETCH_PAST": by_past & (judged == 1) & told & ~lowered & ~(baseline > 0),
        "R_ODDS_STEEP": by_odds & (judged < 2) & told & ~extreme,
        "R_TOO_STEEP": by_year & (judged == 0) & told,
        "R_STEEP": by_year & (judged == 1) & told,
        "EXTREME": extreme & ~reached,
        "MEANS": lowered & ~zero,
        "R_UNAMBITIOUS": by_past & (asked < past.low - SLACK) & told & (baseline > 0),
        "R_LOW_CONFIDENCE": (by_year | by_odds) & told,
        "R_UNKNOWN": np.isnan(points),
    }
    required = np.where(baseline > 0, relative, asked)
    return Realism(points, required, past.percentile, past.median, past.best, past.windows, available, codes)


def _odds(base: Floats, target: Floats, sign: Floats) -> Floats:
    """How much the odds of a rate have to rise (of a fall: shrink) as a fraction; NaN for no odds."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (target / (1 - target)) / (base / (1 - base))
        found = np.where(sign > 0, ratio, 1 / ratio) - 1
    inside = (base > 0) & (base < 1) & (target >= 0) & (target <= 1)
    return np.where(inside, found, np.nan)


def _a_year(relative: Floats, sign: Floats, length: Floats) -> tuple[Floats, Floats]:
    """The growth to judge, annualised from a year on, and by how much the yearly bounds shrink under one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        years = length / DAYS_PER_YEAR
        annual = np.where(
            sign > 0,
            np.power(1 + relative, 1 / years) - 1,
            1 - np.power(np.clip(1 - relative, 0, None), 1 / years),
        )
        whole = length >= YEAR - 1  # 1 January to 31 December
        return np.where(whole, annual, relative), np.where(whole, 1.0, np.sqrt(length / YEAR))


def _pace(
    objectives: Frame,
    history: Frame | None,
    kpis: Frame | None,
    today: date,
    params: KpiParams | None,
) -> tuple[Bools, Bools, Bools]:
    """Objectives whose linked KPI is late, at risk or on track; it counts from four readings on."""
    rows = len(objectives)
    late, at_risk, on_track = (np.zeros(rows, dtype=bool) for _ in range(3))
    if kpis is None or history is None or not len(kpis):
        return late, at_risk, on_track
    judged = status(kpis, history, today, params).table
    enough = numbers(judged, "readings_count") >= KPI_READINGS
    state = {
        same_name(name): key
        for name, key, counts in zip(texts(kpis, "name"), cells(judged, "status"), enough, strict=True)
        if name and counts
    }
    for row, kpi in enumerate(cells(objectives, "kpi")):
        found = state.get(same_name(kpi)) if isinstance(kpi, str) else None
        late[row] = found in {KpiStatus.LATE, KpiStatus.MISSED, KpiStatus.OFF_THRESHOLD}
        at_risk[row] = found == KpiStatus.AT_RISK
        on_track[row] = found in {KpiStatus.ON_TRACK, KpiStatus.ACHIEVED}
    return late, at_risk, on_track


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
