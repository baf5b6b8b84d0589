"""Status of each KPI: on track, at risk, late… by pace, gap or forecast; and the weakest per objective.

Rule c of the specification. Progress p = (current − baseline)/(target − baseline), elapsed e = days
elapsed/total. Few readings: the ratio p/e (UpRaise's cuts) or the gap e − p (Engagedly's). Four or more:
the forecast at the end date, run-rate for a running total, Theil–Sen for a level (``kpi_forecast``). A
running total that must stay low is a cap: late beyond the share of it that the time allows. Values that can
be meant in two ways are not judged (``kpi_doubts``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

import numpy as np

from strategy_xl.errors import WorkbookError
from strategy_xl.model import KpiElapsedAt, KpiNature, KpiRule, KpiStatus, KpiType
from strategy_xl.rules.frame import (
    Bools,
    Codes8,
    DataFrame,
    Floats,
    Frame,
    as_frame,
    cells,
    choice_array,
    choice_codes,
    has_text,
    is_choice,
    labels,
    make_frame,
    numbers,
    rounded,
    texts,
)
from strategy_xl.rules.kpi_doubts import far_readings, mixed_rates
from strategy_xl.rules.kpi_forecast import (
    NO_DAY,
    Days,
    Period,
    collect,
    day_number,
    days,
    seasonal_share,
    stamps,
    trends,
)
from strategy_xl.rules.result import Codes, RuleResult

__all__ = ["VERSION", "KpiParams", "status", "weakest"]

VERSION = "kpi 2"

STATUSES = tuple(KpiStatus)

WEAKNESS = (
    KpiStatus.MISSED,
    KpiStatus.LATE,
    KpiStatus.OFF_THRESHOLD,
    KpiStatus.AT_RISK,
    KpiStatus.STALE,
    KpiStatus.INCOMPLETE,
    KpiStatus.ON_TRACK,
    KpiStatus.TOO_EARLY,
    KpiStatus.NOT_STARTED,
    KpiStatus.ACHIEVED,
)
"""Statuses from weakest to strongest, for an objective with several KPIs."""


@dataclass(frozen=True, slots=True)
class KpiParams:
    """Thresholds of the KPI status; every field is a setting of the same key.

    Arguments:
        kpi_rule: ``pace`` (ratio p/e) or ``gap`` (e − p), used below ``kpi_forecast_points`` readings.
        kpi_pace_on_track, kpi_pace_at_risk: least p/e.
        kpi_gap_on_track, kpi_gap_at_risk: largest e − p (0.165 is 16.5 points).
        kpi_forecast_points: readings of the period from which the forecast decides.
        kpi_attainment_on_track, kpi_attainment_at_risk: least share of the way forecast at the end.
        kpi_too_early: elapsed share under which nothing is judged.
        kpi_stale_periods: reading periods without a value before data is stale.
        kpi_frequency_days: reading frequency when a KPI has none, days.
        kpi_season_months: months of history from which the seasonal share replaces the elapsed share.
        kpi_elapsed_at: elapsed share at ``today`` or at the last ``reading``.
        max_active_per_owner: active KPIs one owner can carry.

    Raises WorkbookError SX390 for a value that makes no sense, naming the setting.
    """

    kpi_rule: str = KpiRule.PACE
    kpi_pace_on_track: float = 0.95
    kpi_pace_at_risk: float = 0.75
    kpi_gap_on_track: float = 0.165
    kpi_gap_at_risk: float = 0.33
    kpi_forecast_points: float = 4
    kpi_attainment_on_track: float = 1.0
    kpi_attainment_at_risk: float = 0.90
    kpi_too_early: float = 0.10
    kpi_stale_periods: float = 2
    kpi_frequency_days: float = 30
    kpi_season_months: float = 24
    kpi_elapsed_at: str = KpiElapsedAt.TODAY
    max_active_per_owner: float = 5

    def __post_init__(self) -> None:
        """Refuse rules that do not exist, a trend through one point and cuts in the wrong order."""
        wrong = [
            name
            for name, fine in (
                ("kpi_rule", self.kpi_rule in tuple(KpiRule)),
                ("kpi_elapsed_at", self.kpi_elapsed_at in tuple(KpiElapsedAt)),
                ("kpi_pace_at_risk", self.kpi_pace_at_risk <= self.kpi_pace_on_track),
                ("kpi_gap_at_risk", self.kpi_gap_at_risk >= self.kpi_gap_on_track),
                ("kpi_forecast_points", self.kpi_forecast_points >= 2),
                ("kpi_attainment_at_risk", self.kpi_attainment_at_risk <= self.kpi_attainment_on_track),
                ("kpi_too_early", 0 < self.kpi_too_early < 1),
                ("kpi_frequency_days", self.kpi_frequency_days > 0),
            )
            if not fine
        ]
        if wrong:
            raise WorkbookError("SX390", setting=wrong[0])


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the status of each KPI is read from; arrays of shape (rows,)."""

    moving: Bools  # increase or decrease
    keeping: Bools
    cap: Bools  # a running total that must stay low, of neither of both
    cumulative: Bools
    baseline: Floats
    target: Floats
    start: Days
    end: Days
    frequency: Floats
    complete: Bools
    no_change: Bools
    wrong_way: Bools  # an increase to less, a decrease to more
    bad_dates: Bools


def _facts(kpis: Frame, params: KpiParams) -> tuple[_Facts, dict[str, Bools]]:
    baseline, target = numbers(kpis, "baseline"), numbers(kpis, "target")
    start, end = days(kpis, "start"), days(kpis, "end")
    increasing = is_choice(kpis, "kpi_type", KpiType.INCREASE)
    decreasing = is_choice(kpis, "kpi_type", KpiType.DECREASE)
    keeping = is_choice(kpis, "kpi_type", KpiType.KEEP_ABOVE, KpiType.KEEP_BELOW)
    cumulative = is_choice(kpis, "nature", KpiNature.CUMULATIVE)
    typed = increasing | decreasing | keeping
    cap = cumulative & (decreasing | is_choice(kpis, "kpi_type", KpiType.KEEP_BELOW))
    moving, keeping = (increasing | decreasing) & ~cap, keeping & ~cap
    frequency = numbers(kpis, "frequency_days")
    frequency = np.where(frequency > 0, frequency, params.kpi_frequency_days)
    missing = {
        "kpi_type": ~typed,
        "nature": ~(cumulative | is_choice(kpis, "nature", KpiNature.LEVEL)),
        "baseline": moving & np.isnan(baseline),
        "target": np.isnan(target),
        "start": start == NO_DAY,
        "end": end == NO_DAY,
    }
    bad_dates = (start != NO_DAY) & (end != NO_DAY) & (end <= start)
    no_change = moving & (rounded(target - baseline) == 0)
    wrong_way = moving & ~no_change & np.where(increasing, target < baseline, target > baseline)
    complete = ~np.logical_or.reduce([*missing.values(), bad_dates, no_change, wrong_way])
    facts = _Facts(
        moving, keeping, cap, cumulative, baseline, target,
        start, end, frequency, complete, no_change, wrong_way, bad_dates,
    )  # fmt: skip
    return facts, missing


@dataclass(frozen=True, slots=True)
class _Measures:
    """Numbers behind the status; arrays of shape (rows,), NaN (or ``NO_DAY``) where unknown."""

    count: Days
    read: Bools
    last_day: Days
    current: Floats
    elapsed: Floats
    season: Floats
    progress: Floats
    pace: Floats
    gap: Floats
    forecast: Floats
    attainment: Floats
    meets: Bools
    allowed: Floats  # of a cap, by now
    mixed: Bools
    far: Bools


def _measure(facts: _Facts, kpis: Frame, readings: Frame, today: date, params: KpiParams) -> _Measures:
    found = collect(kpis, readings, today)
    now, rows = day_number(today), len(kpis)
    # Without a start every reading counts; without a name none does.
    first, last = found.slices(facts.start, np.full(rows, now))
    first = np.where(found.row_name < 0, last, first)
    count = last - first
    read = count > 0
    current, last_day = np.full(rows, np.nan), np.full(rows, NO_DAY)
    current[read], last_day[read] = found.value[last[read] - 1], found.day[last[read] - 1]

    at_reading = params.kpi_elapsed_at == KpiElapsedAt.READING
    seen = np.where(read & at_reading, last_day, now)
    dated = (facts.start != NO_DAY) & (facts.end != NO_DAY) & ~facts.bad_dates
    length = np.where(dated, facts.end - facts.start, 1)
    elapsed = np.where(dated, np.clip(np.where(dated, seen - facts.start, 0) / length, 0.0, 1.0), np.nan)
    period = Period(facts.start, facts.end, seen, facts.frequency)
    running = facts.cumulative & dated & (now >= facts.start)
    season = seasonal_share(found, period, running, params.kpi_season_months)
    share = np.where(np.isnan(season), elapsed, season)

    way = np.where(facts.moving & ~facts.no_change, facts.target - facts.baseline, np.nan)
    progress = (current - facts.baseline) / way
    with np.errstate(divide="ignore", invalid="ignore"):
        pace = np.where(share > 0, progress / share, np.nan)
        ready = (rounded(elapsed) >= params.kpi_too_early) & (share > 0)
        run_rate = np.where(ready, current / share, np.nan)
    level = np.flatnonzero((count >= params.kpi_forecast_points) & ~facts.cumulative & dated)
    forecast = np.where(facts.cumulative, run_rate, trends(found, first, last, level, facts.end))
    meets = np.where(
        is_choice(kpis, "kpi_type", KpiType.KEEP_ABOVE),
        rounded(current) >= rounded(facts.target),
        rounded(current) <= rounded(facts.target),
    )
    return _Measures(
        count, read, last_day, current, elapsed, season, progress, pace,
        share - progress, forecast, (forecast - facts.baseline) / way, meets,
        np.where(facts.cap, facts.target * share, np.nan),
        mixed_rates(kpis, found, first, last), far_readings(kpis, found, current, last_day),
    )  # fmt: skip


def _quiet(facts: _Facts, got: _Measures, now: int, params: KpiParams) -> tuple[Floats, Floats]:
    """Days without a reading, until the end at most (NaN: no start), and those after which data is stale."""
    until = np.minimum(now, facts.end)
    since = np.where(got.read, until - got.last_day, until - facts.start).astype(np.float64)
    dated = (facts.end != NO_DAY) & (got.read | (facts.start != NO_DAY))
    return np.where(dated, since, np.nan), params.kpi_stale_periods * facts.frequency


def _judge(facts: _Facts, got: _Measures, now: int, params: KpiParams) -> tuple[Codes8, Bools, Bools]:
    """Positions in ``STATUSES``, and where the forecast and where the gap was the rule."""
    over = now > facts.end
    since, longest = _quiet(facts, got, now, params)
    stale = since > longest
    arrived = facts.moving & (rounded(got.progress) >= 1)
    beyond = facts.cap & ~got.meets
    enough = got.count >= params.kpi_forecast_points
    by_forecast = enough & ~np.isnan(got.attainment)
    by_gap = ~by_forecast & (params.kpi_rule == KpiRule.GAP)
    reached, gap, pace = rounded(got.attainment), rounded(got.gap), rounded(got.pace)
    rules = [by_forecast, by_gap]
    good = [reached >= params.kpi_attainment_on_track, gap <= params.kpi_gap_on_track]
    fair = [reached >= params.kpi_attainment_at_risk, gap <= params.kpi_gap_at_risk]
    ladder: list[tuple[Bools, KpiStatus]] = [
        (~facts.complete | got.mixed | got.far, KpiStatus.INCOMPLETE),
        (now < facts.start, KpiStatus.NOT_STARTED),
        (~got.read & stale, KpiStatus.STALE),
        (~got.read, KpiStatus.TOO_EARLY),
        (arrived, KpiStatus.ACHIEVED),
        (beyond & ~over, KpiStatus.LATE),
        (beyond, KpiStatus.MISSED),
        (stale, KpiStatus.STALE),
        (over & (facts.keeping | facts.cap) & got.meets, KpiStatus.ACHIEVED),
        (over, KpiStatus.MISSED),
        (facts.keeping & got.meets, KpiStatus.ON_TRACK),
        (facts.keeping, KpiStatus.OFF_THRESHOLD),
        (rounded(got.elapsed) < params.kpi_too_early, KpiStatus.TOO_EARLY),
        (facts.cap & (rounded(got.current) <= rounded(got.allowed)), KpiStatus.ON_TRACK),
        (facts.cap, KpiStatus.LATE),
        (np.select(rules, good, pace >= params.kpi_pace_on_track), KpiStatus.ON_TRACK),
        (np.select(rules, fair, pace >= params.kpi_pace_at_risk), KpiStatus.AT_RISK),
    ]
    place = {name: number for number, name in enumerate(STATUSES)}
    masks = [np.asarray(mask, dtype=bool) for mask, _ in ladder]
    code = np.select(masks, [place[name] for _, name in ladder], place[KpiStatus.LATE])
    return code.astype(np.int8), by_forecast, by_gap


def status(kpis: Frame, readings: Frame, today: date, params: KpiParams | None = None) -> RuleResult:
    """Status of each KPI with progress, forecast, reasons and what is missing.

    Arguments:
        kpis: one row a KPI, columns of block ``kpis``.
        readings: columns ``kpi``, ``date``, ``value``. Those from the start of the KPI's period to today
            are its points; older ones are its history. Several on one day count as their mean.
        today: the reference date.
        params: thresholds; the defaults when None.

    Result frame:
        readings_count, last_date, current: number of points, date and value of the latest (NaT, NaN).
        elapsed: (day − start)/(end − start) held to 0–1. season_share: what replaces it, NaN for none.
        progress: p, for increase and decrease. pace: p / (seasonal or elapsed share), gap: that share − p.
        forecast: value at the end; for a running total current / share (from ``kpi_too_early`` on), for a
        level Theil–Sen (from ``kpi_forecast_points`` points on). attainment: (forecast − baseline) /
        (target − baseline). allowed: of a cap, target × (seasonal or elapsed) share. quiet_days: days without
        a reading, quiet_limit: those after which data is stale. status; status_final:
        the forced status if any. The choice columns are categorical.

    A running total that must stay low (complaints of the year) is a cap: on track while it is within
    ``allowed``, late beyond, whatever the baseline. A rise to less, a fall to more, rates typed in points
    beside others and a latest reading ten times larger than all else are not judged. A keep KPI is achieved
    only after its end. An end that passed without a reading near it is stale, not missed.
    Reasons: FORCED…, then the status (with the rule that gave it), then remarks. Missing: input keys, and
    ``value`` when there is no reading yet. Source: rule c.
    """
    params = params or KpiParams()
    facts, missing = _facts(kpis, params)
    now = day_number(today)
    got = _measure(facts, kpis, readings, today, params)
    code, by_forecast, by_gap = _judge(facts, got, now, params)
    quiet, longest = _quiet(facts, got, now, params)

    given = choice_codes(kpis.get("forced_status"), STATUSES, kpis.index)
    final = np.where(given >= 0, given, code).astype(np.int8)
    frame = make_frame(
        {
            "readings_count": got.count,
            "last_date": stamps(got.last_day),
            "current": got.current,
            "elapsed": got.elapsed,
            "season_share": got.season,
            "progress": got.progress,
            "pace": got.pace,
            "gap": got.gap,
            "forecast": got.forecast,
            "attainment": got.attainment,
            "allowed": got.allowed,
            "quiet_days": quiet,
            "quiet_limit": longest,
            "status": choice_array(code, STATUSES),
            "status_final": choice_array(final, STATUSES),
        },
        kpis.index,
    )

    def is_(name: KpiStatus) -> Bools:
        return np.equal(code, STATUSES.index(name))

    judged = is_(KpiStatus.ON_TRACK) | is_(KpiStatus.AT_RISK) | is_(KpiStatus.LATE)
    moved = judged & facts.moving
    # Who is further away than at the start has made no share of the way.
    back = is_(KpiStatus.LATE) & moved & ~by_forecast & (rounded(got.progress) < 0)
    by_now = moved & ~by_forecast & ~back
    rule_of = {"FORECAST": by_forecast & moved, "GAP": by_gap & by_now, "PACE": ~by_gap & by_now}
    reasoned = has_text(kpis, "forced_reason")
    awaited = facts.complete & ~got.read & (now >= facts.start)
    restarted = (facts.baseline != 0) & (got.current < facts.baseline)
    reasons = {
        "FORCED": (given >= 0) & reasoned,
        "FORCED_NO_REASON": (given >= 0) & ~reasoned,
        "FORCED_DRIFT": (given >= 0) & (given != code),
        **{
            f"{name.name}_{rule}": is_(name) & mask
            for name in (KpiStatus.LATE, KpiStatus.AT_RISK, KpiStatus.ON_TRACK)
            for rule, mask in rule_of.items()
        },
        "LATE_CAP": is_(KpiStatus.LATE) & facts.cap,
        "ON_TRACK_CAP": is_(KpiStatus.ON_TRACK) & facts.cap,
        "LATE_BACK": back,
        "ON_TRACK_KEPT": is_(KpiStatus.ON_TRACK) & facts.keeping,
        "OFF_THRESHOLD": is_(KpiStatus.OFF_THRESHOLD),
        "MISSED": is_(KpiStatus.MISSED),
        "ACHIEVED": is_(KpiStatus.ACHIEVED),
        "STALE": is_(KpiStatus.STALE) & got.read,
        "NO_READING": awaited,
        "TOO_EARLY": is_(KpiStatus.TOO_EARLY) & got.read,
        "NOT_STARTED": is_(KpiStatus.NOT_STARTED),
        "BAD_DATES": facts.bad_dates,
        "NO_CHANGE": facts.no_change,
        "WRONG_WAY": facts.wrong_way,
        "MIXED_RATES": facts.complete & got.mixed,
        "FAR_READING": facts.complete & got.far & ~got.mixed,
        "INCOMPLETE": ~facts.complete & ~facts.bad_dates & ~facts.no_change & ~facts.wrong_way,
        "TOTAL_BASELINE": facts.cumulative & facts.moving & restarted,
        "SEASONAL": ~np.isnan(got.season) & (moved | (judged & facts.cap)),
    }
    missing["value"] = awaited
    rows = len(kpis)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def weakest(kpis: Frame, judged: Frame) -> DataFrame:
    """The weakest status among the KPIs of each objective (Perdoo's rule).

    Arguments: kpis (columns ``objective``, ``name``); judged: the frame of ``status`` (column
    ``status_final``), same index.
    Result: one row an objective (index: its text, sorted), columns ``status``, ``kpi`` (name of the
    weakest, first by name) and ``kpis_count``. KPIs without an objective are left out.
    """
    rank = {str(name): number for number, name in enumerate(WEAKNESS)}
    state = cells(judged, "status_final")
    weakness = [rank.get(name, len(rank)) for name in state]
    rows = zip(texts(kpis, "objective"), weakness, texts(kpis, "name"), state, strict=True)
    ranked = sorted((row for row in rows if row[0]), key=itemgetter(0, 1, 2))
    groups = [list(own) for _, own in groupby(ranked, itemgetter(0))]
    columns = {
        "status": [own[0][3] for own in groups],
        "kpi": [own[0][2] for own in groups],
        "kpis_count": [len(own) for own in groups],
    }
    return as_frame(make_frame(columns, labels((own[0][0] for own in groups), "objective")))
