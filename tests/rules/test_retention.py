"""Retention: cohorts, period to period, repeat rate, and what the outside data set says."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from strategy_xl.rules import retention

BUYS = pd.DataFrame(
    [
        ("a", "2025-01-03", 10.0),
        ("a", "2025-02-10", 20.0),
        ("a", "2025-02-11", 5.0),
        ("b", "2025-01-20", 30.0),
        ("b", "2025-03-01", 40.0),
        ("c", "2025-02-05", 50.0),
        ("c", "2025-03-05", -50.0),
        ("d", "2025-04-02", 1.0),
    ],
    columns=["customer", "date", "amount"],
)


def test_periods_and_cohorts_by_hand() -> None:
    """Two clients in January, one of them back in February, none of those in March."""
    result = retention.assess(BUYS, date(2025, 4, 10))
    frame = result.periods.frame
    assert frame["clients"].tolist() == [2, 2, 1, 1]
    assert frame["new"].tolist() == [2, 1, 0, 1]
    assert frame["returning"].tolist() == [0, 1, 0, 0]
    assert frame["retention"].tolist() == pytest.approx([np.nan, 0.5, 0.0, np.nan], nan_ok=True)
    assert frame["revenue"].tolist() == [40, 75, -10, 1]
    assert frame["growth"].tolist() == pytest.approx([np.nan, 0.875, -85 / 75, np.nan], nan_ok=True)
    january = result.cohorts.iloc[0].tolist()
    assert january == pytest.approx([1.0, 0.5, 0.5, np.nan], nan_ok=True)
    assert result.periods.reasons.at(3)[0] == "INCOMPLETE_PERIOD"


def test_repeat_rate_counts_days_not_rows() -> None:
    """Two of four clients bought on two days; the interval is Wilson's."""
    result = retention.assess(BUYS, date(2025, 4, 10))
    assert (result.customers, result.repeat, result.repeat_rate) == (4, 2, 0.5)
    expected = stats.binomtest(2, 4).proportion_ci(method="wilson")
    assert (result.repeat_low, result.repeat_high) == pytest.approx((expected.low, expected.high))


def test_without_amounts_dates_are_enough() -> None:
    """A list of purchases without amounts gives retention, and revenue is missing."""
    result = retention.assess(BUYS.drop(columns="amount"), date(2025, 4, 30))
    assert result.periods.frame["revenue"].isna().all()
    assert result.periods.frame["clients"].tolist() == [2, 2, 2, 1]
    assert result.periods.missing.at(0) == ("amount",)


def test_nothing_to_study() -> None:
    """No purchase up to today gives no rate."""
    result = retention.assess(BUYS, date(2024, 1, 1))
    assert result.codes == ("NO_PURCHASE",)
    assert np.isnan(result.repeat_rate)


PURCHASES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 400)), min_size=1, max_size=60).map(
    lambda rows: pd.DataFrame(
        {
            "customer": [f"c{customer}" for customer, _ in rows],
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta([day for _, day in rows], unit="D"),
        }
    )
)


@given(frame=PURCHASES, seed=st.integers(0, 2**16))
def test_retention_is_order_free_and_equals_set_arithmetic(frame: pd.DataFrame, seed: int) -> None:
    """Shuffled purchases give the same answer, and it is that of sets of clients."""
    today = date(2025, 6, 30)
    result = retention.assess(frame, today)
    shuffled = retention.assess(frame.sample(frac=1, random_state=seed), today)
    pd.testing.assert_frame_equal(result.periods.frame, shuffled.periods.frame)
    pd.testing.assert_frame_equal(result.cohorts, shuffled.cohorts)
    active = {
        period: set(frame.loc[frame["date"].dt.to_period("M") == period, "customer"])
        for period in result.periods.frame.index
    }
    periods = list(active)
    for before, now in pairwise(periods):
        if active[before]:
            expected = len(active[before] & active[now]) / len(active[before])
            assert result.periods.frame.loc[now, "retention"] == pytest.approx(expected)
    shares = result.cohorts.to_numpy()
    assert np.nanmin(shares) >= 0
    assert np.nanmax(shares) <= 1


@pytest.mark.shared
def test_repeat_rate_of_a_published_sample(shared: Path) -> None:
    """On a published list of purchases the counts agree with a plain count of distinct days."""
    raw = pd.read_csv(shared / "data/cdnow/example_transactions.csv", parse_dates=["date"])
    result = retention.assess(raw.rename(columns={"id": "customer"}), date(2015, 1, 1))
    days = raw.drop_duplicates()["id"].value_counts()
    assert (result.customers, result.repeat) == (raw["id"].nunique(), int((days > 1).sum()))
    assert result.periods.frame["clients"].sum() == len(
        raw.assign(month=raw["date"].dt.to_period("M")).drop_duplicates(["id", "month"])
    )
