"""Ranking of objectives: importance × feasibility, ties, what has no rank."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules.smart_rank import rank

WORKED = pd.DataFrame(
    {
        "importance": [5.0, 4.0, 3.0, 5.0, np.nan, 2.0],
        "a": [2.0, 2.0, np.nan, np.nan, 2.0, 0.0],
        "r": [0.0, 2.0, 2.0, np.nan, 2.0, 0.0],
    }
)


def test_worked_example() -> None:
    """5 × ½, 4 × 1, 3 × 1 by R alone; nothing known or no importance gives no priority; 2 × 0 is the last."""
    frame = rank(WORKED).frame
    np.testing.assert_allclose(frame["priority"], [2.5, 4.0, 3.0, np.nan, np.nan, 0.0])
    np.testing.assert_allclose(frame["rank"], [3, 1, 2, np.nan, np.nan, 4])


def test_ties_go_to_the_nearest_deadline_then_share_the_rank() -> None:
    """An undated one comes after the dated ones; what is equal in both has the same rank."""
    ends = pd.to_datetime(["2027-06-30", "2027-03-31", None, "2027-06-30"])
    tied = pd.DataFrame({"importance": 3.0, "a": 2.0, "r": 2.0, "deadline": ends})
    assert rank(tied).frame["rank"].tolist() == [2, 1, 4, 2]


def test_an_objective_on_hold_has_no_rank() -> None:
    """And the others close up; an empty cell is no hold."""
    held = WORKED.assign(active=pd.Series([None, False, True, None, None, None], dtype=object))
    np.testing.assert_allclose(rank(held).frame["rank"], [2, np.nan, 1, np.nan, np.nan, 3])


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12))
def test_a_greater_priority_never_ranks_lower(rows: list[tuple[int, int, int]]) -> None:
    """Rank follows priority, whatever the order of the rows."""
    frame = rank(pd.DataFrame(rows, columns=["importance", "a", "r"], dtype=float)).frame
    for high in frame.itertuples():
        assert all(high.rank < low.rank for low in frame.itertuples() if high.priority > low.priority)


@given(st.lists(st.tuples(st.integers(1, 2), st.sampled_from([None, 1, 2, 3])), max_size=12))
def test_a_rank_counts_the_objectives_before_it(rows: list[tuple[int, int | None]]) -> None:
    """One more than there are objectives with a greater priority, or the same and a nearer deadline."""
    ends = pd.to_datetime([None if day is None else f"2027-01-0{day}" for _, day in rows])
    table = pd.DataFrame({"importance": [float(worth) for worth, _ in rows], "a": 2.0, "deadline": ends})
    keys = [(-worth, 9 if day is None else day) for worth, day in rows]
    assert rank(table).frame["rank"].tolist() == [1 + sum(other < key for other in keys) for key in keys]
