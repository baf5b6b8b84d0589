"""Sales funnel: conversion rates with their margin of error, incoherent counts, and the best lever.

Source: rules.md §i. Interval: Wilson score interval, as ``scipy.stats.binomtest(...).proportion_ci``.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from strategy_xl.rules.frame import Floats, Frame, Texts, flag_array, make_frame, numbers, rounded, texts
from strategy_xl.rules.result import Codes, RuleResult, whole_sheet

VERSION = "1"
FEWEST_MONTHS = 2
STAGES = ("leads", "meetings", "sales", "retained", "referrals")
CODES = (
    "INCONSISTENT", "NEGATIVE", "LEVER", "SMALL_SAMPLE", "BELOW_TARGET", "TARGET_MET", "TARGET_OUT",
    "NOT_COMPUTABLE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FunnelParams:
    """Settings of the funnel rule.

    Arguments:
        wilson_confidence: confidence of the interval, 0 to 1.
        funnel_min_sample: cases from which a rate needs no confirmation.
    """

    wilson_confidence: float = 0.95
    funnel_min_sample: int = 30


def wilson(
    successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Wilson score interval of proportions, without continuity correction.

    Arguments:
        successes, trials: counts, same shape; NaN, no trial or more successes than trials give NaN.
        confidence: between 0 and 1.

    Result: low and high ends, each of that shape. The same numbers as ``scipy.stats.binomtest(k, n)
    .proportion_ci(confidence, "wilson")``, which takes one proportion at a time.

    >>> low, high = wilson([24], [96])
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.1741, 0.3451)
    """
    k, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    valid = (n > 0) & (k >= 0) & (k <= n)
    n = np.where(valid, n, np.nan)
    p = k / n
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At 0 and n successes the end is exactly 0 or 1; the formula leaves binary noise there.
    return np.where(k == 0, 0.0, centre - half) + 0 * n, np.where(k == n, 1.0, centre + half) + 0 * n


def _of_stage(stage: Texts, values: Floats, key: str) -> float:
    """The value of the first row of a stage; NaN without such a row."""
    return next((float(values[row]) for row in np.flatnonzero(stage == key)), float("nan"))


def _trials(stage: Texts, count: Floats, base: Floats) -> Floats:
    """Cases behind each stage's rate: the stage before, or the base of the last two stages."""
    before = [_of_stage(stage, count, key) for key in ("leads", "meetings")]
    own_base = np.isin(stage, ("retained", "referrals"))
    return np.select([own_base, stage == "meetings", stage == "sales"], [base, *before], np.nan)


def assess(stages: Frame, params: FunnelParams | None = None) -> RuleResult:
    """Rates, intervals, gains and the best lever of one funnel.

    Arguments:
        stages: one row per stage: ``stage`` (leads, meetings, sales, retained, referrals), ``count``,
            ``base`` (retained: clients of last year; referrals: active clients), ``target_rate`` in (0, 1].
        params: settings.

    Result: ``rate``, ``wilson_low``, ``wilson_high``; ``gain``: for meetings and sales the extra sales if the
    stage reached its target while the others stayed, for retained and referrals the extra clients (another
    unit, hence never compared); ``is_lever``: the meetings or sales stage with the greatest gain, ties to the
    earlier one. A stage with more cases than the one before is INCONSISTENT and has no rate.
    Source: rules.md §i.
    """
    params = params or FunnelParams()
    stage = texts(stages, "stage")
    count, base, target = (numbers(stages, key) for key in ("count", "base", "target_rate"))
    trials = _trials(stage, count, base)
    has_rate = np.isin(stage, STAGES[1:])
    inconsistent = has_rate & (count > trials)
    valid = has_rate & (trials > 0) & (count >= 0) & ~inconsistent
    rate = np.where(valid, count / np.where(trials > 0, trials, np.nan), np.nan)
    low, high = wilson(np.where(valid, count, np.nan), trials, params.wilson_confidence)
    allowed = (target > 0) & (target <= 1)
    goal = np.where(allowed, target, np.nan)
    closing = _of_stage(stage, rate, "sales") if len(set(stage)) == len(stage) else float("nan")
    extra = np.maximum(trials * goal - count, 0.0)
    # An extra meeting is worth the closing rate; an extra sale is a sale.
    gain = np.where(valid, np.where(stage == "meetings", extra * closing, extra), np.nan)
    front = np.isin(stage, ("meetings", "sales"))
    candidates = np.where(front & (rounded(gain) > 0), rounded(gain), -np.inf)
    order = np.select([stage == key for key in STAGES], list(range(len(STAGES))), len(STAGES))
    lever = np.zeros(len(stages), dtype=bool)
    if len(stages) and np.isfinite(candidates).any():
        lever[np.lexsort((order, -candidates))[0]] = True
    columns = {"rate": rate, "wilson_low": low, "wilson_high": high, "gain": gain, "trials": trials}
    frame = make_frame({**columns, "is_lever": flag_array(lever, front & ~np.isnan(gain))}, stages.index)
    missing = {
        "count": np.isnan(count),
        "base": np.isin(stage, ("retained", "referrals")) & np.isnan(base),
        "target_rate": has_rate & np.isnan(target),
    }
    reasons = {
        "INCONSISTENT": inconsistent,
        "NEGATIVE": (count < 0) | (base < 0),
        "LEVER": lever,
        "SMALL_SAMPLE": valid & (trials < params.funnel_min_sample),
        "BELOW_TARGET": (rounded(rate) < goal) & ~lever,
        "TARGET_MET": rounded(rate) >= goal,
        "TARGET_OUT": ~np.isnan(target) & ~allowed,
        "NOT_COMPUTABLE": has_rate & ~valid & ~inconsistent,
    }
    rows = len(stages)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def measure_regularity(months: Frame) -> RuleResult:
    """How evenly leads come in over the months.

    Arguments:
        months: one row a month, column ``leads`` (counts).

    Result: one row, ``regularity`` = 1 − standard deviation / mean, from 0 to 1 (1 = every month the same);
    missing under two months or without any lead. The coefficient of variation is the usual measure of how
    uneven counts are; the deviation is that of the months themselves, not of a sample of them.

    >>> float(measure_regularity(make_frame({"leads": [10, 10, 10]})).frame["regularity"].iloc[0])
    1.0
    """
    leads = numbers(months, "leads")
    leads = leads[~np.isnan(leads)]
    known = len(leads) >= FEWEST_MONTHS and leads.sum() > 0
    value = max(0.0, 1 - float(leads.std()) / float(leads.mean())) if known else float("nan")
    return whole_sheet({"regularity": value}, (), {"lead_months": not known}, VERSION)
