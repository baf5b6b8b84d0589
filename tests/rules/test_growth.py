"""Growth: worked examples of rules.md §g and §c, Theil–Sen against scipy, and the laws of the rates."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from strategy_xl.rules import growth


def test_worked_example_cagr() -> None:
    """100 → 133 in four years is 7.39 % a year."""
    frame = growth.grow(pd.DataFrame([[100.0, 108, 115, 126, 133]])).frame
    assert frame.loc[0, "cagr"] == pytest.approx(0.0739, abs=5e-5)
    assert frame.loc[0, "yoy"] == pytest.approx(133 / 126 - 1)
    assert frame.loc[0, "direction"] == "growing"


def test_worked_example_outlier_does_not_move_the_trend() -> None:
    """10, 12, 13, 30, 15, 16 has slope 1.0 (least squares would say 1.6)."""
    assert growth.theil_sen(np.array([[10.0, 12, 13, 30, 15, 16]])).tolist() == [1.0]


@given(
    rows=st.integers(2, 9).flatmap(
        lambda n: st.lists(st.lists(st.integers(-1000, 1000), min_size=n, max_size=n), min_size=1, max_size=6)
    )
)
def test_theil_sen_equals_scipy(rows: list[list[int]]) -> None:
    """The slopes of many series at once are scipy's, one by one."""
    values = np.array(rows, dtype=np.float64)
    expected = [stats.theilslopes(row, np.arange(len(row)))[0] for row in values]
    assert growth.theil_sen(values).tolist() == pytest.approx(expected)


def test_theil_sen_leaves_missing_periods_out() -> None:
    """Gaps keep their place on the time axis; below two values there is no slope."""
    values = np.array([[1.0, np.nan, 3.0, 4.0], [np.nan, 2.0, np.nan, np.nan]])
    assert growth.theil_sen(values).tolist() == pytest.approx([1.0, np.nan], nan_ok=True)


def test_theil_sen_in_blocks_equals_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small memory budget gives the same slopes."""
    values = np.random.default_rng(1).normal(size=(50, 12))
    whole = growth.theil_sen(values)
    monkeypatch.setattr(growth, "_PAIR_BUDGET", 200)
    assert growth.theil_sen(values).tolist() == whole.tolist()


@pytest.mark.parametrize(
    ("values", "direction"),
    [
        ([100, 101, 102, 103], "stable"),
        ([100, 98, 101, 100], "stable"),
        ([100, 110, 120], "insufficient"),
        ([100, 90, 80, 70], "declining"),
        ([100, 104, 108, 112], "growing"),
    ],
)
def test_direction(values: list[float], direction: str) -> None:
    """Under 2 % a year is stable, under four points insufficient."""
    result = growth.grow(pd.DataFrame([values], dtype=float))
    assert result.frame.loc[0, "direction"] == direction
    assert result.reasons.at(0)[0] == direction.upper()


def test_monthly_rates_are_told_per_year() -> None:
    """Half a percent a month is above 2 % a year, hence growing."""
    table = pd.DataFrame([[100 + 0.5 * month for month in range(13)]])
    result = growth.grow(table, frequency="month").frame.loc[0]
    assert result["direction"] == "growing"
    assert result["yoy"] == pytest.approx(0.06)
    assert result["cagr"] == pytest.approx(0.06)


def test_rates_from_zero_or_less_are_missing() -> None:
    """No rate starts from 0."""
    frame = growth.grow(pd.DataFrame([[0.0, 10], [-5.0, 10]])).frame
    assert frame[["yoy", "cagr"]].isna().all().all()


def test_periods_not_over_and_undated_lines_are_left_out() -> None:
    """The running year would look like a fall; a year without line is missing, not 0."""
    lines = pd.DataFrame(
        {
            "period": ["2021-02-01", "2021-09-01", "2023-12-31", "2024-01-05", None],
            "product": "a",
            "revenue": [10.0, 20, 50, 1, 7],
        }
    )
    table = growth.by_period(lines, "product", date(2024, 3, 1))
    assert table.loc["a"].tolist() == pytest.approx([30, np.nan, 50], nan_ok=True)
    assert growth.by_period(lines, "product", date(2023, 12, 31)).shape == (1, 3)
    assert growth.by_period(lines, "product", date(2020, 1, 1)).shape[1] == 0


SERIES = st.lists(st.integers(1, 1000).map(float), min_size=4, max_size=10)


@given(values=SERIES, scale=st.sampled_from([0.5, 4.0, 1024.0]))
def test_growth_is_scale_free(values: list[float], scale: float) -> None:
    """Another currency gives the same rates and direction."""
    table = pd.DataFrame([values])
    pd.testing.assert_frame_equal(growth.grow(table).frame, growth.grow(table * scale).frame)


@given(values=SERIES)
def test_a_series_run_backwards_turns_the_trend(values: list[float]) -> None:
    """Reversed series have the opposite slope."""
    one, two = growth.theil_sen(np.array([values])), growth.theil_sen(np.array([values[::-1]]))
    assert one[0] == pytest.approx(-two[0])


@given(values=SERIES, more=st.integers(1, 100))
def test_a_better_last_year_never_lowers_the_rates(values: list[float], more: int) -> None:
    """Year on year, compound rate and slope are non-decreasing in the last value."""
    better = [*values[:-1], values[-1] + more]
    one, two = (growth.grow(pd.DataFrame([row])).frame.loc[0] for row in (values, better))
    assert two["yoy"] > one["yoy"]
    assert two["cagr"] > one["cagr"]
    slopes = growth.theil_sen(np.array([values, better]))
    assert slopes[1] >= slopes[0]
