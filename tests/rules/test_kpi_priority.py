"""KPI priority: the worked example, ties, owners and capacity."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules.kpi import KpiParams
from strategy_xl.rules.kpi_priority import rank

WORKED = pd.DataFrame(
    {
        "name": ["K1", "K2", "K3", "K4"],
        "impact": [5.0, 3.0, 3.0, 2.0],
        "certainty": [0.8, 0.9, 0.5, 0.4],
        "effort": [2.0, 3.0, 1.0, 2.0],
        "hours_week": [6.0, 5.0, 3.0, 4.0],
    }
)


def test_worked_example() -> None:
    """Priorities 2.0, 0.9, 1.5, 0.4 and 12 hours keep K1 and K3 (9 h) and defer K2 and K4."""
    result = rank(WORKED, capacity=12)
    np.testing.assert_allclose(result.frame["priority"], [2.0, 0.9, 1.5, 0.4])
    assert result.frame["keep"].tolist() == [True, False, True, False]
    assert result.frame["kept_hours"].max() == 9
    assert result.reasons.lists()[1] == ("NO_CAPACITY",)


def test_ties_go_to_the_nearest_end_then_to_the_name() -> None:
    """Equal priorities are ordered by end date, an undated one last, then by name."""
    ends = pd.to_datetime(["2026-06-30", "2026-03-31", None, "2026-06-30"])
    tied = WORKED.assign(impact=2.0, certainty=0.5, effort=1.0, end=ends, name=["b", "z", "a", "A"])
    assert rank(tied).frame["rank"].tolist() == [3, 1, 4, 2]


def test_an_owner_carries_five() -> None:
    """The sixth KPI of one owner is deferred; another owner's is kept, and no owner has no limit."""
    many = pd.DataFrame({"impact": 5.0, "certainty": 1.0, "effort": 1.0, "hours_week": 1.0}, index=range(8))
    many["name"] = [f"k{n}" for n in range(8)]
    many["owner"] = ["Zoé"] * 6 + ["Ali", None]
    result = rank(many)
    assert result.frame["keep"].tolist() == [True] * 5 + [False, True, True]
    assert result.reasons.at(5) == ("OWNER_FULL",)
    assert rank(many, KpiParams(max_active_per_owner=6)).frame["keep"].all()


def test_closed_and_unrated_kpis_take_no_hours() -> None:
    """An achieved KPI frees its hours; one without rating is not ranked."""
    unrated = WORKED.assign(effort=[2.0, 0.0, 1.0, 2.0])
    result = rank(unrated, capacity=7, status=pd.Series(["achieved", None, "late", "late"]))
    assert result.frame["keep"].isna().tolist() == [True, True, False, False]
    assert result.frame["keep"].tolist()[2:] == [True, True]
    assert result.reasons.lists()[:2] == [("CLOSED",), ("NO_PRIORITY",)]


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 10), st.integers(1, 5), st.integers(0, 9)), min_size=1
    ),
    capacity=st.integers(0, 40),
    seed=st.integers(0, 3),
)
def test_kept_hours_fit_in_any_order(rows: list[tuple[int, int, int, int]], capacity: int, seed: int) -> None:
    """The hours kept never exceed the capacity, and the order of rows changes nothing."""
    table = pd.DataFrame(rows, columns=["impact", "certainty", "effort", "hours_week"], dtype=float)
    table["certainty"] /= 10
    table["name"] = [f"k{n}" for n in range(len(rows))]
    frame = rank(table, capacity=capacity).frame
    assert table["hours_week"][frame["keep"].astype(bool)].sum() <= capacity
    again = rank(table.sample(frac=1, random_state=seed), capacity=capacity).frame.loc[frame.index]
    pd.testing.assert_frame_equal(again, frame)
