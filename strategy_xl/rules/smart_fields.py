"""What the structured fields say on S, M, T and A, and where they contradict the text (rules, section b)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.rules.frame import (
    Bools,
    Dates,
    Floats,
    Frame,
    cells,
    dates,
    filled,
    flags,
    is_choice,
    numbers,
    texts,
)
from strategy_xl.rules.wording import same_name


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


def assess_agreement(
    objectives: Frame, params: AgreementParams, active_count: Mapping[str, int] | None = None
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
    confidence = numbers(objectives, "confidence")
    yes, no, talks = (is_choice(objectives, "agreement", key) for key in _AGREEMENTS)
    # Capitals do not make another person of an owner, here as in a formula; nor do kinds of apostrophes.
    names = [same_name(name) if isinstance(name, str) else name for name in cells(objectives, "owner")]
    counts = {same_name(name): count for name, count in (active_count or {}).items()}
    if active_count is None:
        active = cells(objectives, "active")
        counts = Counter(name for name, value in zip(names, active, strict=True) if value is None or value)
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


def merge_fields(objectives: Frame, text: Frame, today: date) -> FieldReading:
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
    s, m, t = (np.nan_to_num(numbers(text, name)) for name in "SMT")
    has_object, kind = flags(text, "has_object"), cells(text, "kind")
    quantity = has_target | (m == 2)
    # The indicator is the object; a value narrows it; a direction makes it unambiguous.
    s = np.where(indicator & quantity & (directed | (s == 2)), 2.0, s)
    s = np.where(indicator & (s < 1), 1.0, s)
    s = np.where(has_target & has_object & (s == 1) & directed, 2.0, s)
    m = np.where(has_target & (indicator | has_object), 2.0, m)
    m = np.where(indicator & (m == 1) & (kind != ""), 2.0, m)
    m = np.where((indicator | has_target) & (m < 1), 1.0, m)
    day = dates(objectives, "deadline")
    past = day < np.datetime64(today)
    t = np.where(has_deadline, np.where(past, 1.0, 2.0), t)
    return FieldReading(s, m, t, _conflict(objectives, text), _conflict_date(day, text), past)


_THOUSANDS = ("k€", "keur", "k$", "k£")
_MILLIONS = ("m€", "meur", "m$", "m£")


def _scale(objectives: Frame) -> Floats:
    """What the field's unit stands for: 143 in « k€ » is 143,000."""
    units = list(texts(objectives, "unit"))
    sizes = {unit: _size(unit.replace(" ", "").casefold()) for unit in set(units)}
    return np.array([sizes[unit] for unit in units])


def _size(unit: str) -> float:
    return 1e3 if unit.startswith(_THOUSANDS) else 1e6 if unit.startswith(_MILLIONS) else 1.0


def _conflict(objectives: Frame, text: Frame) -> Bools:
    """Rows where the text gives another target than the field."""
    target, baseline = numbers(objectives, "target"), numbers(objectives, "baseline")
    value, low, kind = numbers(text, "value"), numbers(text, "low"), cells(text, "kind")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, inverse = target / baseline, baseline / target
        growth = np.abs(ratio - 1)

    def same(left: Floats, right: Floats | float) -> Bools:
        return np.isclose(left, right, rtol=5e-3, atol=1e-9)

    # 20 % may stand for a level (0.20 or 20) or for the growth from baseline to target.
    agrees = same(target, value) | same(target * _scale(objectives), value)
    agrees |= (kind == "percent") & (same(target, value * 100) | same(growth, value))
    agrees |= (kind == "ratio") & (same(ratio, value) | same(inverse, value))
    agrees |= (kind == "points") & (
        same(np.abs(target - baseline), value) | same(np.abs(target - baseline) * 100, value)
    )
    agrees |= same(np.abs(target - baseline), value) & np.isnan(low)  # « 5 more clients » beside 20 → 25
    checked = np.isin(kind, ("percent", "money", "count", "ratio", "points", "score", "plain"))
    comparable = checked & ~np.isnan(value) & ~np.isnan(target)
    comparable &= ~(np.isin(kind, ("ratio", "points")) & np.isnan(baseline))
    conflict: Bools = comparable & ~agrees
    return conflict


def _conflict_date(day: Dates, text: Frame) -> Bools:
    """Rows where the deadline lies outside of the period that the text names."""
    start, end = dates(text, "period_start"), dates(text, "period_end")
    return ~np.isnat(start) & ~np.isnat(end) & ((day < start) | (day > end))
