"""Trend and season: agreement with scipy, robustness, and past years' share."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from strategy_xl.rules.kpi import status
from strategy_xl.rules.kpi_forecast import theil_sen


@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt:RuntimeWarning")
@given(
    series=st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.integers(-50, 50)), min_size=6, max_size=6),
        min_size=1,
        max_size=4,
    )
)
def test_theil_sen_equals_scipy(series: list[list[tuple[int, int]]]) -> None:
    """Many series at once get the slope and forecast that scipy gives each."""
    points = np.array([sorted(one) for one in series], dtype=float)
    x, y = points[:, :, 0], points[:, :, 1]
    slope, forecast = theil_sen(x, y, np.full(len(series), 40.0))
    for row in range(len(series)):
        if np.unique(x[row]).size < 2:
            assert np.isnan(slope[row])
            continue
        fit = theilslopes(y[row], x[row], method="joint")
        assert slope[row] == pytest.approx(fit.slope)
        assert forecast[row] == pytest.approx(fit.intercept + fit.slope * 40.0)


def monthly(totals: dict[int, list[float]]) -> pd.DataFrame:
    """Month-end running totals by year."""
    rows = [
        ("CA", pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd(0), total)
        for year, values in totals.items()
        for month, total in enumerate(values, 1)
    ]
    return pd.DataFrame(rows, columns=["kpi", "date", "value"])


CA = pd.DataFrame(
    {
        "name": ["CA"],
        "kpi_type": ["increase"],
        "nature": ["cumulative"],
        "baseline": [0.0],
        "target": [120.0],
        "start": pd.to_datetime(["2026-01-01"]),
        "end": pd.to_datetime(["2026-12-31"]),
        "frequency_days": [30.0],
    }
)
LATE_SEASON = [2.0, 4, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100]


def test_season_replaces_elapsed_with_two_years_of_history() -> None:
    """A business done late in the year is not late in spring when past years were the same."""
    history = monthly(
        {2024: LATE_SEASON, 2025: [2 * value for value in LATE_SEASON], 2026: [3, 6, 9, 12, 13]}
    )
    row = status(CA, history, date(2026, 5, 31)).explained().iloc[0]
    assert row["season_share"] == pytest.approx(0.10)
    assert row["forecast"] == pytest.approx(130)
    assert row["reasons"] == ("ON_TRACK_FORECAST", "SEASONAL")
    bare = status(CA, history[history["date"] >= "2026"], date(2026, 5, 31)).frame.iloc[0]
    assert np.isnan(bare["season_share"])
    assert bare["status"] == "late"


def test_running_totals_that_never_restart_give_the_same_share() -> None:
    """History kept as one running total has the same months' share as totals that start again each year."""
    restarted = monthly({2024: LATE_SEASON, 2025: LATE_SEASON, 2026: [3, 6]})
    carried = monthly({2024: LATE_SEASON, 2025: [100 + value for value in LATE_SEASON], 2026: [203, 206]})
    shares = [
        status(CA, table, date(2026, 3, 1)).frame["season_share"].iloc[0] for table in (restarted, carried)
    ]
    assert shares == pytest.approx([0.04, 0.04])


def test_one_year_of_history_is_not_a_season() -> None:
    """With less than 24 months the calendar decides."""
    history = monthly({2025: LATE_SEASON, 2026: [3, 6]})
    assert np.isnan(status(CA, history, date(2026, 3, 1)).frame["season_share"].iloc[0])


def test_only_the_latest_sixty_readings_make_the_trend() -> None:
    """A hundred daily readings are judged on the latest sixty, as in the workbook."""
    days = pd.date_range("2026-01-01", periods=100)
    values = [0.0] * 40 + [float(n) for n in range(60)]
    kpis = CA.assign(nature="level", target=500.0)
    table = pd.DataFrame({"kpi": "CA", "date": days, "value": values})
    row = status(kpis, table, date(2026, 4, 10)).frame.iloc[0]
    assert row["forecast"] == pytest.approx(59 + (pd.Timestamp("2026-12-31") - days[-1]).days)
