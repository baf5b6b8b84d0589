"""How much: worked example of rules.md §h, outside oracles, and the laws of the calculator."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import combien

WORKED = {
    "revenue_target": 150_000,
    "existing_revenue": 90_000,
    "retention_rate": 0.8,
    "basket": 2_600,
    "closing_rate": 0.25,
    "meeting_rate": 0.30,
    "weeks": 46,
    "hours_per_meeting": 2,
    "hours_per_lead": 0.25,
    "capacity_hours": 340,
}


def one(**changes: float | None) -> pd.Series:
    """The frame's only row for a plan that differs from the worked example."""
    return combien.calculate(pd.DataFrame([{**WORKED, **changes}])).explained().iloc[0]


def test_worked_example() -> None:
    """78,000 € → 30 sales → 120 meetings → 400 leads, 8.7 a week, 340 h."""
    row = one()
    assert row[["need", "sales", "meetings", "leads", "hours"]].tolist() == [78_000, 30, 120, 400, 340]
    assert row["leads_per_week"] == pytest.approx(8.7, abs=5e-2)
    assert row["reasons"] == ("WITHIN_CAPACITY", "PLAN")
    assert row["reachable_revenue"] == pytest.approx(150_000)


def test_outside_oracle_of_one_million() -> None:
    """1,000,000 / 10,000 → 100 sales → 250 → 500 (altitudeconseil.ca)."""
    row = one(revenue_target=1_000_000, existing_revenue=0, basket=10_000, closing_rate=0.4, meeting_rate=0.5)
    assert row[["sales", "meetings", "leads"]].tolist() == [100, 250, 500]


def test_outside_oracle_of_the_ideal_pipeline() -> None:
    """Three deals at 75, 50, 25 and 10 % stage-to-close need 4, 6, 12 and 30 (jmbellot.blogs.com)."""
    assert combien.ceil_stage(np.full(4, 3.0), np.array([0.75, 0.5, 0.25, 0.1])).tolist() == [4, 6, 12, 30]


def test_binary_noise_never_adds_a_unit() -> None:
    """21 / 0.07 is 300, not 301, although the binary quotient lies above it."""
    assert combien.ceil_stage(np.array([21.0]), 0.07).tolist() == [300]
    assert combien.ceil_stage(np.array([21.001]), 0.07).tolist() == [301]


def test_capacity_too_small_gives_the_reachable_revenue() -> None:
    """339 h carry 29 sales only."""
    row = one(capacity_hours=339)
    assert row["reasons"][0] == "OVER_CAPACITY"
    assert row["reachable_sales"] == 29
    assert row["reachable_revenue"] == pytest.approx(72_000 + 29 * 2_600)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"closing_rate": 0}, "CLOSING_RATE_OUT"),
        ({"closing_rate": 25}, "CLOSING_RATE_OUT"),
        ({"meeting_rate": -0.1}, "MEETING_RATE_OUT"),
        ({"retention_rate": 1.2}, "RETENTION_RATE_OUT"),
        ({"basket": 0}, "BASKET_OUT"),
        ({"weeks": 60}, "WEEKS_OUT"),
        ({"existing_revenue": -5}, "NEGATIVE"),
    ],
)
def test_impossible_values_are_named_and_do_not_count(changes: dict[str, float], code: str) -> None:
    """Each impossible value has its own code and leaves what depends on it missing."""
    row = one(**changes)
    assert code in row["reasons"]
    dependent = "leads_per_week"
    assert np.isnan(row[dependent])


def test_missing_values_are_listed_and_never_zero() -> None:
    """An empty existing revenue leaves the need unknown; with 0 no retention rate is needed."""
    row = one(existing_revenue=None)
    assert np.isnan(row["need"])
    assert "NOT_COMPUTABLE" in row["reasons"]
    assert "existing_revenue" in row["missing"]
    fresh = one(existing_revenue=0, retention_rate=None)
    assert fresh["need"] == 150_000
    assert fresh["missing"] == ()


def test_a_met_target_needs_nothing() -> None:
    """When loyal clients suffice, no sale, meeting, lead or hour is needed."""
    row = one(revenue_target=50_000, closing_rate=None)
    assert row[["need", "sales", "leads", "hours"]].tolist() == [0, 0, 0, 0]
    assert "NEED_MET" in row["reasons"]
    assert "PLAN" not in row["reasons"]


def test_no_hours_at_all_limit_nothing() -> None:
    """Without any effort the reachable revenue is unknown and told so."""
    row = one(hours_per_meeting=0, hours_per_lead=0)
    assert np.isnan(row["reachable_revenue"])
    assert "NO_EFFORT" in row["reasons"]


RATES = st.integers(1, 100).map(lambda percent: percent / 100)
PLANS = st.fixed_dictionaries(
    {
        "revenue_target": st.integers(0, 10**6),
        "existing_revenue": st.integers(0, 10**5),
        "retention_rate": RATES,
        "basket": st.integers(100, 20_000),
        "closing_rate": RATES,
        "meeting_rate": RATES,
        "weeks": st.integers(1, 52),
        "hours_per_meeting": st.sampled_from([0.5, 1.0, 2.0, 7.5]),
        "hours_per_lead": st.sampled_from([0.0, 0.25, 1.0, 10.0]),
        "capacity_hours": st.integers(0, 2_000),
    }
)


def hours_of(sales: int, plan: dict[str, float]) -> float:
    """Hours by the definition, with scalar arithmetic."""
    meetings = math.ceil(round(sales / plan["closing_rate"], 9))
    leads = math.ceil(round(meetings / plan["meeting_rate"], 9))
    return meetings * plan["hours_per_meeting"] + leads * plan["hours_per_lead"]


@given(plans=st.lists(PLANS, min_size=1, max_size=5))
def test_reachable_sales_are_the_most_that_fit(plans: list[dict[str, float]]) -> None:
    """The reachable number fits in the capacity and one more does not; vectorised equals naive."""
    frame = combien.calculate(pd.DataFrame(plans)).frame
    for plan, sales in zip(plans, frame["reachable_sales"], strict=True):
        assert hours_of(int(sales), plan) <= plan["capacity_hours"] + 1e-9
        assert hours_of(int(sales) + 1, plan) > plan["capacity_hours"]


@given(plan=PLANS, key=st.sampled_from(["closing_rate", "meeting_rate"]), better=RATES)
def test_better_rates_never_need_more_leads(plan: dict[str, float], key: str, better: float) -> None:
    """Leads are non-increasing in each rate and non-decreasing in the target."""
    raised = {**plan, key: max(plan[key], better)}
    more = {**plan, "revenue_target": plan["revenue_target"] + 1_000}
    leads = combien.calculate(pd.DataFrame([plan, raised, more])).frame["leads"]
    assert leads[1] <= leads[0] <= leads[2]


@given(plan=PLANS)
def test_the_plan_reaches_the_target(plan: dict[str, float]) -> None:
    """The sales found cover the need, and one sale less does not."""
    row = combien.calculate(pd.DataFrame([plan])).frame.iloc[0]
    assert row["sales"] * plan["basket"] >= row["need"] - 1e-4
    if row["sales"] > 0:
        assert (row["sales"] - 1) * plan["basket"] < row["need"]
