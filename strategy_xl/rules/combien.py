"""How much: from a revenue target to sales, meetings and leads, and from hours back to reachable revenue.

Source: rules.md §h (calculator). Rounded up at each stage, after removing binary noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy_xl.rules.frame import Bools, Floats, Frame, make_frame, numbers, rounded
from strategy_xl.rules.result import Codes, RuleResult

VERSION = "1"
INPUTS = (
    "revenue_target", "existing_revenue", "retention_rate", "basket", "closing_rate", "meeting_rate",
    "weeks", "hours_per_meeting", "hours_per_lead", "capacity_hours",
)  # fmt: skip
CODES = (
    "CLOSING_RATE_OUT", "MEETING_RATE_OUT", "RETENTION_RATE_OUT", "BASKET_OUT", "WEEKS_OUT", "NEGATIVE",
    "NOT_COMPUTABLE", "OVER_CAPACITY", "NEED_MET", "WITHIN_CAPACITY", "PLAN", "NO_EFFORT",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CombienParams:
    """Settings of the calculator.

    Arguments:
        combien_max_weeks: most weeks a period can have.
    """

    combien_max_weeks: float = 53.0


def ceil_stage(count: Floats, rate: Floats | float) -> Floats:
    """Units needed before a stage: ⌈count / rate⌉, noise removed first (9 decimals); NaN stays NaN.

    Arguments: counts ≥ 0, rates in (0, 1].

    >>> ceil_stage(np.array([3.0, 3.0]), np.array([0.75, 0.10])).tolist()
    [4.0, 30.0]
    """
    return np.asarray(np.ceil(rounded(count / rate)), dtype=np.float64)


def _hours(sales: Floats, data: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Meetings, leads and hours of a number of sales."""
    meetings = ceil_stage(sales, data["closing_rate"])
    leads = ceil_stage(meetings, data["meeting_rate"])
    return meetings, leads, meetings * data["hours_per_meeting"] + leads * data["hours_per_lead"]


def _reachable_sales(data: dict[str, Floats]) -> Floats:
    """Most sales whose hours fit in the capacity; NaN when unknown or when a sale costs no hour.

    Without rounding up, capacity / (hours of a sale) sales would fit. Rounding up adds less than one meeting
    and two leads' worth, that is at most two sales' hours: the answer is that number or one or two below.
    """
    closing, meeting = data["closing_rate"], data["meeting_rate"]
    per_sale = data["hours_per_meeting"] / closing + data["hours_per_lead"] / (closing * meeting)
    per_sale = np.where(per_sale > 0, per_sale, np.nan)
    top = np.floor(rounded(data["capacity_hours"] / per_sale))
    best = np.where(np.isnan(top), np.nan, 0.0)
    for below in (2, 1, 0):
        tried = np.maximum(top - below, 0)
        fits = rounded(_hours(tried, data)[2]) <= data["capacity_hours"]
        best = np.where(fits, tried, best)
    return best


def _clean(raw: dict[str, Floats], params: CombienParams) -> tuple[dict[str, Floats], dict[str, Bools]]:
    """Inputs with what is out of range set to missing, and the codes that say so."""
    allowed = {
        "CLOSING_RATE_OUT": ("closing_rate", (raw["closing_rate"] > 0) & (raw["closing_rate"] <= 1)),
        "MEETING_RATE_OUT": ("meeting_rate", (raw["meeting_rate"] > 0) & (raw["meeting_rate"] <= 1)),
        # Keeping nobody is a fact of one-off trades and divides nothing: 0 is allowed here only.
        "RETENTION_RATE_OUT": (
            "retention_rate",
            (raw["retention_rate"] >= 0) & (raw["retention_rate"] <= 1),
        ),
        "BASKET_OUT": ("basket", raw["basket"] > 0),
        "WEEKS_OUT": ("weeks", (raw["weeks"] > 0) & (raw["weeks"] <= params.combien_max_weeks)),
    }
    data = dict(raw)
    reasons: dict[str, Bools] = {}
    for code, (key, allowed_rows) in allowed.items():
        reasons[code] = ~np.isnan(raw[key]) & ~allowed_rows
        data[key] = np.where(allowed_rows, raw[key], np.nan)
    amounts = ("revenue_target", "existing_revenue", "hours_per_meeting", "hours_per_lead", "capacity_hours")
    for key in amounts:
        data[key] = np.where(raw[key] >= 0, raw[key], np.nan)
    reasons["NEGATIVE"] = np.logical_or.reduce([raw[key] < 0 for key in amounts])
    return data, reasons


def calculate(plans: Frame, params: CombienParams | None = None) -> RuleResult:
    """Both ways of the calculator, for any number of plans.

    Arguments:
        plans: one row per plan: ``revenue_target``, ``existing_revenue`` (€ of the period),
            ``retention_rate`` 0–1, ``basket`` (€ a sale), ``closing_rate`` and ``meeting_rate`` in (0, 1],
            ``weeks`` worked, ``hours_per_meeting``, ``hours_per_lead``, ``capacity_hours`` (hours of the
            whole period).
        params: settings.

    Result: ``need`` (€, not below 0), ``sales``, ``meetings``, ``leads`` (whole numbers, each rounded up),
    ``leads_per_week``, ``hours``, ``reachable_sales``, ``reachable_revenue`` (kept revenue + reachable sales
    × basket). Without existing revenue (0) no retention rate is needed; an empty cell is missing, never 0.
    Source: rules.md §h.

    >>> plan = make_frame({"revenue_target": [150000], "existing_revenue": [90000], "retention_rate": [0.8],
    ...     "basket": [2600], "closing_rate": [0.25], "meeting_rate": [0.3], "weeks": [46]})
    >>> calculate(plan).frame.loc[0, ["need", "sales", "meetings", "leads"]].tolist()
    [78000.0, 30.0, 120.0, 400.0]
    """
    params = params or CombienParams()
    raw = {key: numbers(plans, key) for key in INPUTS}
    data, reasons = _clean(raw, params)
    existing = data["existing_revenue"]
    kept = np.where(existing == 0, 0.0, existing * data["retention_rate"])
    need = np.maximum(data["revenue_target"] - kept, 0.0)
    sales = ceil_stage(need, data["basket"])
    # A target that is met needs nothing, whatever the rates.
    met = rounded(need) <= 0
    sales = np.where(met, 0.0, sales)
    meetings, leads, hours = _hours(sales, data)
    meetings, leads, hours = (np.where(met, 0.0, value) for value in (meetings, leads, hours))
    reachable_sales = _reachable_sales(data)
    capacity = data["capacity_hours"]
    frame = make_frame(
        {
            "need": need,
            "sales": sales,
            "meetings": meetings,
            "leads": leads,
            "leads_per_week": leads / data["weeks"],
            "hours": hours,
            "reachable_sales": reachable_sales,
            "reachable_revenue": kept + reachable_sales * data["basket"],
        },
        plans.index,
    )
    missing = {key: np.isnan(values) for key, values in raw.items()}
    missing["retention_rate"] &= existing != 0
    reasons |= {
        "NOT_COMPUTABLE": np.isnan(leads),
        "OVER_CAPACITY": rounded(hours) > capacity,
        "NEED_MET": met,
        "WITHIN_CAPACITY": (rounded(hours) <= capacity) & ~met,
        "PLAN": ~np.isnan(leads) & ~met,
        "NO_EFFORT": (data["hours_per_meeting"] == 0) & (data["hours_per_lead"] == 0),
    }
    rows = len(plans)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)
