"""Funnel: worked example of rules.md §i, Wilson against scipy, and the laws of the lever."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from strategy_xl.rules import funnel


def stages(**counts: float | None) -> pd.DataFrame:
    """The worked funnel with other counts."""
    values = {"leads": 400, "meetings": 96, "sales": 24, "retained": 38, "referrals": 9} | counts
    return pd.DataFrame(
        {
            "stage": list(funnel.STAGES),
            "count": [values[key] for key in funnel.STAGES],
            "base": [None, None, None, 45, 50],
            "target_rate": [None, 0.30, 0.25, 0.9, 0.3],
        }
    ).astype({"count": "float64", "base": "float64", "target_rate": "float64"})


def test_worked_example() -> None:
    """Rates .24, .25, .8444 and .18; raising meetings adds 6.0 sales and is the lever."""
    result = funnel.assess(stages())
    assert result.frame["rate"].tolist()[1:] == pytest.approx([0.24, 0.25, 0.8444, 0.18], abs=5e-5)
    assert result.frame["gain"].tolist()[1:3] == pytest.approx([6.0, 0.0])
    assert result.frame["is_lever"].tolist() == [pd.NA, True, False, pd.NA, pd.NA]
    assert result.frame.loc[2, ["wilson_low", "wilson_high"]].tolist() == pytest.approx(
        [0.1741, 0.3451], abs=5e-5
    )
    assert result.reasons.at(1) == ("LEVER",)
    assert result.reasons.at(2) == ("TARGET_MET",)


def test_worked_wilson_of_a_small_sample() -> None:
    """3 of 12 lies in [.0889, .5323] and is to be confirmed."""
    low, high = funnel.wilson([3], [12])
    assert [low[0], high[0]] == pytest.approx([0.0889, 0.5323], abs=5e-5)
    result = funnel.assess(stages(meetings=12, sales=3))
    assert result.reasons.has("SMALL_SAMPLE").tolist() == [False, False, True, False, False]


@given(
    pairs=st.lists(
        st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1,
        max_size=20,
    ),
    confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)
def test_wilson_equals_scipy(pairs: list[tuple[int, int]], confidence: float) -> None:
    """The vectorised interval is scipy's, for every count, also at its ends."""
    k, n = (np.array(column) for column in zip(*pairs, strict=True))
    low, high = funnel.wilson(k, n, confidence)
    for place, (successes, trials) in enumerate(pairs):
        expected = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
        assert low[place] == pytest.approx(expected.low, abs=1e-12)
        assert high[place] == pytest.approx(expected.high, abs=1e-12)


def test_impossible_counts_have_no_interval() -> None:
    """No trial, or more successes than trials, gives no interval."""
    low, high = funnel.wilson([0, 5, np.nan], [0, 3, 4])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_growing_counts_are_inconsistent() -> None:
    """More sales than meetings, or more kept clients than there were, has no rate."""
    result = funnel.assess(stages(sales=120, retained=46))
    assert result.reasons.has("INCONSISTENT").tolist() == [False, False, True, True, False]
    assert np.isnan(result.frame.loc[2, "rate"])
    assert np.isnan(result.frame.loc[1, "gain"])
    assert not result.reasons.has("LEVER").any()


def test_missing_counts_are_listed() -> None:
    """Without meetings neither their rate nor that of sales exists."""
    result = funnel.assess(stages(meetings=None))
    assert result.frame["rate"].isna().tolist() == [True, True, True, False, False]
    assert result.missing.at(1) == ("count",)
    assert result.reasons.has("NOT_COMPUTABLE").tolist() == [False, True, True, False, False]


def test_ties_go_to_the_earlier_stage() -> None:
    """With equal gains the meetings come first."""
    frame = stages(leads=100, meetings=50, sales=25)
    frame["target_rate"] = [np.nan, 0.6, 0.6, np.nan, np.nan]
    assert funnel.assess(frame).frame["gain"].tolist()[1:3] == pytest.approx([5.0, 5.0])
    assert funnel.assess(frame.iloc[::-1]).reasons.has("LEVER").tolist() == [False, False, False, True, False]


def test_impossible_target_is_reported() -> None:
    """A target of 30 (meant as 30 %) is out and gives no gain."""
    frame = stages()
    frame["target_rate"] = [np.nan, 30, 0.25, np.nan, np.nan]
    result = funnel.assess(frame)
    assert "TARGET_OUT" in result.reasons.at(1)
    assert np.isnan(result.frame.loc[1, "gain"])


COUNTS = st.tuples(st.integers(1, 2000), st.floats(0, 1), st.floats(0, 1)).map(
    lambda t: {"leads": t[0], "meetings": int(t[0] * t[1]), "sales": int(int(t[0] * t[1]) * t[2])}
)


@given(counts=COUNTS, factor=st.integers(2, 50), seed=st.integers(0, 2**16))
def test_lever_is_scale_free_and_order_free(counts: dict[str, int], factor: int, seed: int) -> None:
    """Multiplied counts and shuffled rows keep rates and lever."""
    base = funnel.assess(stages(**counts))
    scaled = funnel.assess(stages(**{key: value * factor for key, value in counts.items()}))
    shuffled = funnel.assess(stages(**counts).sample(frac=1, random_state=seed))
    assert scaled.frame["rate"].tolist()[:3] == pytest.approx(base.frame["rate"].tolist()[:3], nan_ok=True)
    assert scaled.reasons.has("LEVER").tolist() == base.reasons.has("LEVER").tolist()
    pd.testing.assert_frame_equal(shuffled.frame.sort_index(), base.frame)


@given(counts=COUNTS, target=st.integers(1, 99), step=st.integers(0, 50))
def test_gain_never_falls_with_the_target(counts: dict[str, int], target: int, step: int) -> None:
    """A higher target never promises fewer sales."""
    low, high = stages(**counts), stages(**counts)
    low.loc[1, "target_rate"], high.loc[1, "target_rate"] = target / 100, min(target + step, 100) / 100
    one, two = funnel.assess(low).frame.loc[1, "gain"], funnel.assess(high).frame.loc[1, "gain"]
    assert np.isnan(one) == np.isnan(two)
    assert np.isnan(one) or two >= one - 1e-12


def test_regularity_is_one_minus_the_coefficient_of_variation() -> None:
    """10 and 30 leads: mean 20, deviation 10, half regular; a burst in one month is 0, never less."""

    def regularity(*leads: float | None) -> float:
        months = pd.DataFrame({"leads": pd.Series(leads, dtype="float64")})
        return float(funnel.measure_regularity(months).frame["regularity"].iloc[0])

    assert regularity(10, 30) == pytest.approx(0.5)
    assert regularity(7, 7, None, 7) == 1
    assert regularity(0, 0, 0, 0, 0, 60) == 0
    assert np.isnan(regularity(5))
    assert np.isnan(regularity(0, 0))
