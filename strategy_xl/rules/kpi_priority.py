"""Which KPIs first, and how many can be carried: priority, owner's load, weekly hours.

Rule c of the specification. Priority = impact (1–5) × certainty (0–1) / effort (1–5); ties go to the
nearest end date, then to the name. In that order a KPI is kept while its owner has few enough and the
hours kept so far leave room for it.
"""

from __future__ import annotations

import numpy as np

from strategy_xl.model import KpiStatus
from strategy_xl.rules.frame import (
    Column,
    Floats,
    Frame,
    choice_codes,
    flag_array,
    make_frame,
    numbers,
    rounded,
    texts,
)
from strategy_xl.rules.kpi import KpiParams
from strategy_xl.rules.kpi_forecast import NO_DAY, days
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.wording import name_keys

__all__ = ["VERSION", "priority", "rank"]

VERSION = "kpi_priority 1"

CLOSED = (KpiStatus.ACHIEVED, KpiStatus.MISSED)
"""Statuses that need no more hours."""


def priority(kpis: Frame) -> Floats:
    """Impact × certainty / effort, shape (rows,); NaN when one is missing or effort is not positive."""
    effort = numbers(kpis, "effort")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(effort > 0, numbers(kpis, "impact") * numbers(kpis, "certainty") / effort, np.nan)


def rank(
    kpis: Frame,
    params: KpiParams | None = None,
    capacity: float | None = None,
    status: Column | None = None,
) -> RuleResult:
    """Order the KPIs and say which ones fit.

    Arguments:
        kpis: columns of block ``kpis`` (impact, certainty, effort, hours_week, owner, end, name).
        params: ``max_active_per_owner``.
        capacity: hours a week the team has; None or NaN: no limit.
        status: final status per KPI; achieved and missed ones are closed and take no hours.

    Result frame: priority; rank (1 is first, NaN without priority); keep (nullable bool, NA when closed
    or without priority); kept_hours (hours kept so far, this one included, when kept).
    A KPI that does not fit is deferred, and a smaller one after it may still fit. Unknown hours take no
    room and are said so.
    Reasons: KEPT, OWNER_FULL, NO_CAPACITY, CLOSED, NO_PRIORITY, HOURS_UNKNOWN. Missing: input keys.
    """
    params = params or KpiParams()
    value = priority(kpis)
    rows = len(kpis)
    end = days(kpis, "end")
    end = np.where(end == NO_DAY, np.iinfo(np.int64).max, end)
    names, owners = (name_keys(texts(kpis, key)) for key in ("name", "owner"))
    hours = numbers(kpis, "hours_week")
    known = ~np.isnan(value)
    closed = np.zeros(rows, dtype=bool)
    if status is not None:
        closed = choice_codes(status, CLOSED, kpis.index) >= 0
    first = list(zip(-rounded(value), end, names, strict=True))
    order = np.array(sorted(np.flatnonzero(known), key=first.__getitem__), dtype=np.int64)
    place = np.full(rows, np.nan)
    place[order] = np.arange(1, order.size + 1)

    limit = np.inf if capacity is None or np.isnan(capacity) else float(capacity)
    total, loads = 0.0, dict.fromkeys(owners, 0)
    keep, owner_full, no_room = (np.zeros(rows, dtype=bool) for _ in range(3))
    kept_hours = np.full(rows, np.nan)
    for row in order[~closed[order]]:
        need = 0.0 if np.isnan(hours[row]) else max(0.0, float(hours[row]))
        if owners[row] and loads[owners[row]] >= params.max_active_per_owner:
            owner_full[row] = True
        elif round(total + need - limit, 9) > 0:
            no_room[row] = True
        else:
            total += need
            loads[owners[row]] += 1
            keep[row] = True
            kept_hours[row] = total
    frame = make_frame(
        {
            "priority": value,
            "rank": place,
            "keep": flag_array(keep, known & ~closed),
            "kept_hours": kept_hours,
        },
        kpis.index,
    )
    reasons = {
        "KEPT": keep,
        "OWNER_FULL": owner_full,
        "NO_CAPACITY": no_room,
        "CLOSED": closed,
        "NO_PRIORITY": ~known & ~closed,
        "HOURS_UNKNOWN": np.isnan(hours) & ~closed,
    }
    missing = {key: np.isnan(numbers(kpis, key)) for key in ("impact", "certainty", "effort", "hours_week")}
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)
