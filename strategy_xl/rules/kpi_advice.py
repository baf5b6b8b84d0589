"""What each KPI needs from now on: so much a week until its end, beside what was done so far.

The status says whether a KPI will arrive, this what it takes. A change of less than one a week is told by the
month where there are months left. Differences are in the KPI's own unit, of rates in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.model import KpiNature, KpiStatus, KpiType
from strategy_xl.rules.frame import (
    Bools,
    Floats,
    Frame,
    is_choice,
    make_frame,
    numbers,
    rounded,
    texts,
)
from strategy_xl.rules.kpi_forecast import NO_DAY, Days, day_number, days
from strategy_xl.rules.result import Codes, RuleResult

__all__ = ["VERSION", "advise"]

VERSION = "kpi_advice 1"

WEEK = 7.0
WEEKS_A_MONTH = 365.25 / 12 / WEEK
LONG = 9.0
"""Weeks from which a slow pace is told by the month."""
CURRENCIES = {"€": 1.0, "k€": 1e3, "m€": 1e6}
"""Units in which what is missing is revenue, and what they are worth in euros."""
MISSING_FIRST = ("target", "baseline", "start", "end", "kpi_type", "nature")


@dataclass(frozen=True)
class _Way:
    """What is left of the way of each KPI; arrays of shape (rows,)."""

    moving: Bools
    capped: Bools
    cumulative: Bools
    target: Floats
    current: Floats
    left: Floats
    weeks: Floats
    need: Floats
    done: Floats


def _span(later: Days, earlier: Days) -> Floats:
    """Weeks from a day to another; NaN without one of them."""
    known = (later != NO_DAY) & (earlier != NO_DAY)
    weeks: Floats = np.where(known, np.where(known, later - earlier, 0) / WEEK, np.nan)
    return weeks


def _way(kpis: Frame, judged: Frame, today: date) -> _Way:
    decreasing = is_choice(kpis, "kpi_type", KpiType.DECREASE)
    cumulative = is_choice(kpis, "nature", KpiNature.CUMULATIVE)
    baseline, target = numbers(kpis, "baseline"), numbers(kpis, "target")
    current = numbers(judged, "current")
    start, end = days(kpis, "start"), days(kpis, "end")
    now = np.full(len(kpis), day_number(today))
    reached = np.where(np.isnan(current), baseline, current)
    left = np.abs(target - reached)
    weeks = np.maximum(_span(end, np.maximum(now, start)), 1 / WEEK)
    gone = np.maximum(_span(now, start), 1 / WEEK)
    towards = np.where(decreasing, baseline - current, current - baseline)
    return _Way(
        moving=is_choice(kpis, "kpi_type", KpiType.INCREASE) | (decreasing & ~cumulative),
        capped=decreasing & cumulative,
        cumulative=cumulative,
        target=target,
        current=current,
        left=left,
        weeks=weeks,
        need=left / weeks,
        done=np.where(towards > 0, towards / gone, np.nan),
    )


def advise(kpis: Frame, judged: Frame, today: date) -> RuleResult:
    """One thing to do about each KPI, with what it takes.

    Arguments:
        kpis: one row a KPI, columns of block ``kpis``.
        judged: the answer of ``kpi.status`` (``current``, ``status_final``, ``forecast``, ``last_date``),
            same index.
        today: the reference date.

    Result frame, in the KPI's unit: remaining: from the latest value to the target. need, done: what it takes
    from now to the end, and what was done from the start to now, a week (a month where the code ends in
    _MONTH); done is missing where nothing was won. behind: distance from the target. stale_days: days since
    the last reading. stake: what is missing of a KPI in euros, €.
    Reasons: one code a KPI at most. Missing: none. Source: rule c, amendment 9.
    """
    way = _way(kpis, judged, today)
    slow = way.cumulative & (way.need < 1) & (way.weeks >= LONG)
    by = np.where(slow, WEEKS_A_MONTH, 1.0)
    seen = days(judged, "last_date")
    status = {name: is_choice(judged, "status_final", name) for name in KpiStatus}
    behind = np.abs(way.target - way.current)
    frame = make_frame(
        {
            "remaining": way.left,
            "need": way.need * by,
            "done": way.done * by,
            "behind": behind,
            "stale_days": _span(np.full(len(kpis), day_number(today)), seen) * WEEK,
            "stake": _stake(kpis, judged, way, status),
        },
        kpis.index,
    )
    masks = _codes(kpis, way, status, slow)
    left = np.ones(len(kpis), dtype=bool)
    chosen: dict[str, Bools] = {}
    for code, mask in masks.items():
        chosen[code] = mask & left
        left = left & ~mask
    rows = len(kpis)
    return RuleResult(frame, Codes.from_masks(chosen, rows), Codes.from_masks({}, rows), VERSION)


def _stake(kpis: Frame, judged: Frame, way: _Way, status: dict[KpiStatus, Bools]) -> Floats:
    """Revenue that is missing at the end of a KPI in euros; 0 for the others."""
    worth = np.array([CURRENCIES.get(unit.casefold(), 0.0) for unit in texts(kpis, "unit")])
    forecast = numbers(judged, "forecast")
    reached = np.where(np.isnan(forecast) | status[KpiStatus.MISSED], way.current, forecast)
    short = status[KpiStatus.LATE] | status[KpiStatus.AT_RISK] | status[KpiStatus.MISSED]
    return np.nan_to_num(np.where(short, np.abs(way.target - reached) * worth, 0.0))


def _codes(kpis: Frame, way: _Way, status: dict[KpiStatus, Bools], slow: Bools) -> dict[str, Bools]:
    weak = status[KpiStatus.LATE] | status[KpiStatus.AT_RISK]
    good, off = status[KpiStatus.ON_TRACK], status[KpiStatus.OFF_THRESHOLD]
    none = np.isnan(way.current)
    known = ~np.isnan(way.need)
    over = rounded(way.current) > rounded(way.target)
    exact = rounded(way.current - way.target) == 0
    level = way.moving & ~way.cumulative & known
    total = way.moving & way.cumulative & known
    lacks = {key: np.isnan(numbers(kpis, key)) for key in ("target", "baseline")}
    lacks |= {key: days(kpis, key) == NO_DAY for key in ("start", "end")}
    lacks["kpi_type"] = ~is_choice(kpis, "kpi_type", *KpiType)
    lacks["nature"] = ~is_choice(kpis, "nature", *KpiNature)
    keeps = is_choice(kpis, "kpi_type", KpiType.KEEP_ABOVE, KpiType.KEEP_BELOW)
    lacks["baseline"] &= ~keeps
    incomplete = status[KpiStatus.INCOMPLETE]
    early, waiting = status[KpiStatus.TOO_EARLY], status[KpiStatus.NOT_STARTED]
    return {
        **{f"FILL_{key.upper()}": incomplete & lacks[key] for key in MISSING_FIRST},
        "FIRST": (status[KpiStatus.STALE] | early) & none,
        "STALE": status[KpiStatus.STALE],
        "MISSED": status[KpiStatus.MISSED] & ~exact,
        "NEXT": status[KpiStatus.ACHIEVED],
        "OFF": off,
        "CAP_OVER": way.capped & over & (weak | good),
        "CAP": way.capped & (weak | good | early),
        "CHANGE": level & weak,
        "RUN_MONTH": total & weak & slow,
        "RUN": total & weak,
        "KEEP_EXACT": good & keeps & exact,
        "KEEP": good & keeps,
        "HOLD_MONTH": total & (good | early) & slow,
        "HOLD": (total | level) & (good | early),
        "START_MONTH": total & waiting & slow,
        "START": (total | level) & waiting,
    }
