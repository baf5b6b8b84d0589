"""What the structured fields say on S, M, T and A, and where they contradict the text (rules, section b)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.rules.choices import is_choice

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AgreementParams:
    """Thresholds of A.

    Arguments:
        agreed: confidence (0–10) from which the owner is taken to agree.
        refused: confidence up to which the owner is taken to refuse.
        max_active_per_owner: active objectives an owner can carry.
    """

    agreed: float = 7.0
    refused: float = 3.0
    max_active_per_owner: float = 5


_AGREEMENTS = ("yes", "no", "discussing")


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column of the block, all missing when the caller does not have it."""
    return frame[name] if name in frame else pd.Series(pd.NA, index=frame.index, dtype=object)


def filled(frame: pd.DataFrame, name: str) -> Bools:
    """Rows where a column holds something; blank texts do not count."""
    values = column(frame, name)
    present: Bools = np.array(values.notna(), dtype=bool)
    if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        blank = np.array([isinstance(value, str) and not value.strip() for value in values], dtype=bool)
        present &= ~blank
    return present


def assess_agreement(
    objectives: pd.DataFrame, params: AgreementParams, active_count: Mapping[str, int] | None = None
) -> tuple[Floats, dict[str, Bools]]:
    """A of every objective, and its reason codes.

    Arguments:
        objectives: block ``objectives``; used: owner, agreement, confidence, active.
        params: thresholds.
        active_count: active objectives by owner; None counts them in the table.

    The weakest evidence decides: no owner, a refusal or a low confidence gives 0; talks under way, a
    middling confidence or too many active objectives give 1; an owner who agreed or is confident gives 2;
    an owner of whom nothing else is known gives NaN (to be confirmed).
    """
    owner = filled(objectives, "owner")
    confidence = pd.to_numeric(column(objectives, "confidence"), errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    yes, no, talks = (is_choice(objectives, "agreement", key) for key in _AGREEMENTS)
    names = column(objectives, "owner")
    if active_count is None:
        active = column(objectives, "active")
        counted = np.array([pd.isna(value) or bool(value) for value in active], dtype=bool)
        active_count = {str(name): int(count) for name, count in names[counted].value_counts().items()}
    counts = active_count
    load = np.array(
        [counts.get(name, np.nan) if isinstance(name, str) else np.nan for name in names], dtype=np.float64
    )
    codes = {
        "A_NO_OWNER": ~owner,
        "A_REFUSED": no,
        "A_LOW_CONFIDENCE": confidence <= params.refused,
        "A_DISCUSSING": talks,
        "A_MEDIUM_CONFIDENCE": (confidence > params.refused) & (confidence < params.agreed),
        "A_OVERLOADED": owner & (load > params.max_active_per_owner),
    }
    refused = codes["A_NO_OWNER"] | codes["A_REFUSED"] | codes["A_LOW_CONFIDENCE"]
    doubtful = codes["A_DISCUSSING"] | codes["A_MEDIUM_CONFIDENCE"] | codes["A_OVERLOADED"]
    agreed = yes | (confidence >= params.agreed)
    points = np.where(refused, 0.0, np.where(doubtful, 1.0, np.where(agreed, 2.0, np.nan)))
    return points, {**codes, "A_UNKNOWN": np.isnan(points)}


@dataclass(frozen=True, slots=True)
class FieldReading:
    """S, M and T after the fields, arrays of shape (rows,), and the contradictions with the text."""

    s: Floats
    m: Floats
    t: Floats
    conflict: Bools
    conflict_date: Bools
    past: Bools


def merge_fields(objectives: pd.DataFrame, text: pd.DataFrame, today: pd.Timestamp) -> FieldReading:
    """S, M and T from the filled fields, which outrank the text.

    Arguments:
        objectives: block ``objectives``; used: indicator, unit, direction, baseline, target, deadline.
        text: per row, the reading of the title: S, M, T, has_object, kind, value, low, period_start and
            period_end.
        today: the day from which a deadline is past.
    """
    indicator, has_target, has_deadline = (
        filled(objectives, name) for name in ("indicator", "target", "deadline")
    )
    directed = filled(objectives, "direction") | (filled(objectives, "baseline") & has_target)
    s, m, t = (text[name].to_numpy(np.float64, na_value=np.nan).copy() for name in ("S", "M", "T"))
    quantity = has_target | (m == 2)
    # The indicator is the object; a value narrows it; a direction makes it unambiguous.
    s = np.where(indicator & quantity & (directed | (s == 2)), 2.0, s)
    s = np.where(indicator & (s < 1), 1.0, s)
    s = np.where(has_target & text["has_object"].to_numpy(bool) & (s == 1) & directed, 2.0, s)
    m = np.where(has_target & (indicator | text["has_object"].to_numpy(bool)), 2.0, m)
    m = np.where(indicator & ((m == 1) & text["kind"].ne("").to_numpy(bool)), 2.0, m)
    m = np.where((indicator | has_target) & (m < 1), 1.0, m)
    day = pd.to_datetime(column(objectives, "deadline"), errors="coerce")
    past = (day < today).to_numpy(bool)
    t = np.where(has_deadline, np.where(past, 1.0, 2.0), t)
    return FieldReading(s, m, t, _conflict(objectives, text), _conflict_date(day, text), past)


_THOUSANDS = ("k€", "keur", "k$", "k£")
_MILLIONS = ("m€", "meur", "m$", "m£")


def _scale(objectives: pd.DataFrame) -> Floats:
    """What the field's unit stands for: 143 in « k€ » is 143,000."""
    unit = column(objectives, "unit").astype(object).map(lambda text: str(text).replace(" ", "").casefold())
    return np.select(
        [unit.str.startswith(_THOUSANDS), unit.str.startswith(_MILLIONS)], [1e3, 1e6], default=1.0
    )


def _conflict(objectives: pd.DataFrame, text: pd.DataFrame) -> Bools:
    """Rows where the text gives another target than the field."""
    target = pd.to_numeric(column(objectives, "target"), errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    baseline = pd.to_numeric(column(objectives, "baseline"), errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    value = text["value"].to_numpy(np.float64, na_value=np.nan)
    low = text["low"].to_numpy(np.float64, na_value=np.nan)
    kind = text["kind"]
    percent = kind.eq("percent").to_numpy(bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, inverse = target / baseline, baseline / target
        growth = np.abs(ratio - 1)

    def same(left: Floats, right: Floats | float) -> Bools:
        return np.isclose(left, right, rtol=5e-3, atol=1e-9)

    # 20 % may stand for a level (0.20 or 20) or for the growth from baseline to target.
    agrees = same(target, value) | same(target * _scale(objectives), value)
    agrees |= percent & (same(target, value * 100) | same(growth, value))
    agrees |= kind.eq("ratio").to_numpy(bool) & (same(ratio, value) | same(inverse, value))
    agrees |= kind.eq("points").to_numpy(bool) & (
        same(np.abs(target - baseline), value) | same(np.abs(target - baseline) * 100, value)
    )
    agrees |= same(np.abs(target - baseline), value) & np.isnan(low)  # « 5 more clients » beside 20 → 25
    checked = kind.isin(["percent", "money", "count", "ratio", "points", "score", "plain"]).to_numpy(bool)
    comparable = checked & ~np.isnan(value) & ~np.isnan(target)
    comparable &= ~(kind.isin(["ratio", "points"]).to_numpy(bool) & np.isnan(baseline))
    conflict: Bools = comparable & ~agrees
    return conflict


def _conflict_date(day: pd.Series, text: pd.DataFrame) -> Bools:
    """Rows where the deadline lies outside of the period that the text names."""
    start = pd.to_datetime(text["period_start"])
    end = pd.to_datetime(text["period_end"])
    known = day.notna() & start.notna() & end.notna()
    outside: Bools = np.array(known & ((day < start) | (day > end)), dtype=bool)
    return outside
