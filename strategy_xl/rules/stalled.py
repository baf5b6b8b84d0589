"""Objectives that do not advance: the KPI behind them has shown the same value for too long.

An objective's value is the latest reading of its KPI: of the one that it names, else of the first one that
serves it. Each night keeps it in the objective's trail when it changed. Standing still is told only while it
can be mended: the objective is not on hold, its KPI has not reached the target, its deadline is ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.model import STALLED_DAYS, KpiStatus
from strategy_xl.rules.frame import (
    Bools,
    Floats,
    Frame,
    Ints,
    dates,
    day_array,
    flag_array,
    flags,
    is_choice,
    is_known,
    make_frame,
    numbers,
    texts,
)
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.trails import TRAIL, Trail, prolonged, written
from strategy_xl.rules.wording import name_keys

__all__ = ["VERSION", "StalledParams", "follow"]

VERSION = "stalled 1"


@dataclass(frozen=True, slots=True)
class StalledParams:
    """When an objective stands still; every field is a setting of the same key.

    Arguments:
        stalled_days: days without a new value of its KPI.
    """

    stalled_days: float = STALLED_DAYS


def follow(objectives: Frame, kpis: Frame, today: date, params: StalledParams | None = None) -> RuleResult:
    """The trail of each objective, the day of its last progress, and whether it stands still.

    Arguments:
        objectives: block ``objectives`` with its verdicts; used: entity_id, trail, title, verdict, kpi,
            active, deadline.
        kpis: block ``kpis`` with its answers; used: name, objective, current, status.
        today: the reference date.
        params: ``stalled_days``.

    Result frame: trail; progress_since: the day on which its KPI's present value was first seen, NaT without
    one; stalled_days: how long ago that was; stalled: whether that is too long, NA without a value.
    Reasons: STALLED. Missing: ``kpi`` when no KPI serves the objective.
    """
    params = params or StalledParams()
    rows = len(objectives)
    place = _kpi_of(objectives, kpis)
    served = place >= 0
    values = _taken(numbers(kpis, "current"), place)
    trails = prolonged(objectives, objectives["verdict"], values, today)
    since = [_steady_since(trail) for trail in trails]
    days = np.array([np.nan if day is None else (today - day).days for day in since], dtype=np.float64)
    achieved = np.append(is_choice(kpis, "status", KpiStatus.ACHIEVED), [False])[place]
    paused = is_known(objectives, "active") & ~flags(objectives, "active")
    deadline = dates(objectives, "deadline").astype("datetime64[D]")
    ahead = np.isnat(deadline) | (deadline >= np.datetime64(today, "D"))
    stalled: Bools = (days >= params.stalled_days) & ~achieved & ~paused & ahead
    frame = make_frame(
        {
            TRAIL: written(objectives, trails),
            "progress_since": day_array(since),
            "stalled_days": days,
            "stalled": flag_array(stalled, ~np.isnan(days)),
        },
        objectives.index,
    )
    missing = Codes.from_masks({"kpi": ~served}, rows)
    return RuleResult(frame, Codes.from_masks({"STALLED": stalled}, rows), missing, VERSION)


def _kpi_of(objectives: Frame, kpis: Frame) -> Ints:
    """Position of the KPI behind each objective, -1 when there is none."""
    by_name: dict[str, int] = {}
    by_objective: dict[str, int] = {}
    named, serving = (name_keys(texts(kpis, key)) for key in ("name", "objective"))
    for at, (name, objective) in enumerate(zip(named, serving, strict=True)):
        by_name.setdefault(name, at)
        by_objective.setdefault(objective, at)
    wanted = zip(name_keys(texts(objectives, "kpi")), name_keys(texts(objectives, "title")), strict=True)
    found = [by_name.get(kpi, -1) if kpi else by_objective.get(title, -1) for kpi, title in wanted]
    return np.array(found, dtype=np.int64)


def _taken(values: Floats, place: Ints) -> Floats:
    """The values at some positions; NaN at -1."""
    return np.append(values, np.nan)[place]


def _steady_since(trail: Trail) -> date | None:
    """The first day of the trail's last value; None without one."""
    if not trail or trail[-1].value is None:
        return None
    since = trail[-1].day
    for entry in reversed(trail):
        if entry.value != trail[-1].value:
            break
        since = entry.day
    return since
