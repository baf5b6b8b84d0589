"""R of SMART: the worked examples of the rule, its bounds and its laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules.smart_realism import Realism, RealismParams, assess_realism, past_changes

TODAY = pd.Timestamp("2027-01-01")
YEARLY = pd.DataFrame(
    {
        "kpi": "ca",
        "date": pd.to_datetime([f"{year}-12-31" for year in range(2022, 2027)]),
        "value": [100.0, 108.0, 115.0, 126.0, 133.0],
    }
)


def objective(**values: object) -> pd.DataFrame:
    """One objective over the year 2027, with means given."""
    row: dict[str, object] = {
        "baseline": 133.0,
        "target": 143.0,
        "direction": "up",
        "unit": "k€",
        "start": pd.Timestamp("2027-01-01"),
        "deadline": pd.Timestamp("2027-12-31"),
        "owner": "Julie",
        "means": "two reps",
        "hours_required": np.nan,
        "kpi": "ca",
    }
    return pd.DataFrame([row | values])


def judge(frame: pd.DataFrame, **kwargs: object) -> Realism:
    """R with the default thresholds."""
    return assess_realism(frame, TODAY, RealismParams(), **kwargs)  # type: ignore[arg-type]


def test_past_changes_of_the_worked_example() -> None:
    """Yearly revenue 100, 108, 115, 126, 133 gives +8.00, 6.48, 9.57, 5.56 %."""
    changes = past_changes([0, 365, 730, 1096, 1461], [100, 108, 115, 126, 133], 365)
    assert (100 * changes).round(2).tolist() == [8.0, 6.48, 9.57, 5.56]


@pytest.mark.parametrize(
    ("target", "growth", "points", "code"),
    [(143, 7.52, 2, None), (147, 10.53, 1, "R_STRETCH"), (160, 20.30, 0, "R_ABOVE_BEST")],
)
def test_worked_targets(target: float, growth: float, points: int, code: str | None) -> None:
    """P75 is 8.39 %, 1.25 times the best 11.96 %: 143 is realistic, 147 a stretch, 160 neither."""
    result = judge(objective(target=float(target)), history=YEARLY)
    assert round(100 * result.required[0], 2) == growth
    assert round(100 * result.percentile[0], 2) == 8.39
    assert round(125 * result.best[0], 2) == 11.96
    assert result.windows[0] == 4
    assert result.points[0] == points
    assert [name for name in ("R_STRETCH", "R_ABOVE_BEST") if result.codes[name][0]] == (
        [code] if code else []
    )


def test_a_target_below_the_median_is_noted_as_not_ambitious() -> None:
    """The note costs no point."""
    result = judge(objective(target=135.0), history=YEARLY)
    assert result.points[0] == 2
    assert result.codes["R_UNAMBITIOUS"][0]


@pytest.mark.parametrize(
    ("target", "points", "code"), [(119, 2, None), (140, 1, "R_STEEP"), (160, 0, "R_TOO_STEEP")]
)
def test_without_enough_past_the_yearly_slope_decides(target: float, points: int, code: str | None) -> None:
    """Up to 20 % a year is realistic, up to 50 % a stretch, with low confidence."""
    result = judge(objective(baseline=100.0, target=float(target)))
    assert result.points[0] == points
    assert result.codes["R_LOW_CONFIDENCE"][0]
    assert [name for name in ("R_STEEP", "R_TOO_STEEP") if result.codes[name][0]] == ([code] if code else [])


def test_the_slope_is_annualised() -> None:
    """10 % in three months is over 46 % a year: a stretch, not a realistic target."""
    quarter = objective(baseline=100.0, target=110.0, deadline=pd.Timestamp("2027-03-31"))
    assert judge(quarter).points[0] == 1


def test_a_decrease_is_judged_by_decreases() -> None:
    """For « less is better » the past changes change their sign."""
    churn = YEARLY.assign(value=[10.0, 9.5, 9.0, 8.6, 8.2])
    assert judge(objective(baseline=8.2, target=7.8, direction="down"), history=churn).points[0] == 2
    assert judge(objective(baseline=8.2, target=4.0, direction="down"), history=churn).points[0] == 0


@pytest.mark.parametrize(
    ("values", "points", "code"),
    [
        ({"unit": "%", "baseline": 0.9, "target": 1.2}, 0, "IMPOSSIBLE"),
        ({"unit": "%", "baseline": 90.0, "target": 105.0}, 0, "IMPOSSIBLE"),
        ({"unit": "%", "baseline": np.nan, "target": -5.0}, 0, "IMPOSSIBLE"),
        ({"unit": "%", "baseline": 95.0, "target": 100.0}, 1, "EXTREME"),
        ({"unit": "%", "baseline": 0.05, "target": 0.0, "direction": "down"}, 0, "EXTREME"),
        ({"unit": "k€", "baseline": 95.0, "target": 100.0}, 2, None),
        ({"means": pd.NA, "baseline": 100.0, "target": 110.0}, 1, "MEANS"),
    ],
)
def test_bounds_and_means(values: dict[str, object], points: int, code: str | None) -> None:
    """A rate outside of 0–100 % is impossible, its ends leave no margin, missing means cost one point."""
    result = judge(objective(kpi=pd.NA, **values))
    assert result.points[0] == points
    if code is not None:
        assert result.codes[code][0]


def test_capacity_is_compared_with_the_hours_left() -> None:
    """500 hours do not fit in a year of nine hours a week; 400 do."""
    assert judge(objective(hours_required=500.0), history=YEARLY, capacity={"Julie": 9.0}).points[0] == 0
    assert judge(objective(hours_required=400.0), history=YEARLY, capacity={"Julie": 9.0}).points[0] == 2
    assert judge(objective(hours_required=500.0), history=YEARLY, capacity={"Marc": 9.0}).points[0] == 2


def test_no_baseline_and_no_past_is_not_a_fail() -> None:
    """R is then not assessable."""
    result = judge(objective(baseline=np.nan, kpi=pd.NA))
    assert np.isnan(result.points[0])
    assert result.codes["R_UNKNOWN"][0]


def test_the_newest_reading_stands_for_a_missing_baseline() -> None:
    """The linked KPI gives the start."""
    result = judge(objective(baseline=np.nan), history=YEARLY.sample(frac=1, random_state=3))
    assert round(100 * result.required[0], 2) == 7.52


@given(
    st.floats(1, 1000),
    st.lists(st.floats(1, 1000), min_size=4, max_size=12),
    st.floats(0, 500),
    st.floats(0, 500),
)
def test_a_higher_target_is_never_more_realistic(
    base: float, values: list[float], one: float, two: float
) -> None:
    """R does not rise with the target."""
    past = pd.DataFrame(
        {"kpi": "ca", "date": pd.date_range("2010-12-31", periods=len(values), freq="YE"), "value": values}
    )
    low, high = sorted((base + one, base + two))
    frame = pd.concat([objective(baseline=base, target=low), objective(baseline=base, target=high)])
    points = judge(frame, history=past).points
    assert points[0] >= points[1]


@given(st.permutations(range(5)))
def test_the_order_of_readings_does_not_matter(order: list[int]) -> None:
    """Readings may come in any order."""
    result = judge(objective(), history=YEARLY.iloc[order])
    assert result.windows[0] == 4
    assert result.points[0] == 2
