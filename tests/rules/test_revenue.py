"""Revenue: worked example of rules.md §g, netting, candidates and the laws of ABC and HHI."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import revenue

WORKED = [400.0, 250, 120, 90, 60, 40, 25, 15]


def lines(values: list[float], **more: object) -> pd.DataFrame:
    """One line per product: P0, P1 and so on."""
    return pd.DataFrame({"product": [f"P{place}" for place in range(len(values))], "revenue": values, **more})


def test_worked_example() -> None:
    """AAAABBCC, HHI 2,510.5 (high), top-1 40 %, top-3 77 %, effective 3.98."""
    result = revenue.split(lines(WORKED))
    assert "".join(result.items.frame["abc"]).upper() == "AAAABBCC"
    found = result.concentration
    assert found.hhi == pytest.approx(2510.5)
    assert (found.top1, found.top3) == (pytest.approx(0.40), pytest.approx(0.77))
    assert found.effective == pytest.approx(3.98, abs=5e-3)
    assert (found.hhi_level, found.top1_level, found.top3_level) == ("high", "high", "high")
    assert found.codes == ("HHI_HIGH", "TOP1_HIGH", "TOP3_HIGH")


def test_credits_are_netted_per_item_first() -> None:
    """A credit lowers its own product, not the others."""
    frame = pd.DataFrame(
        {"product": ["a", "a", "b"], "revenue": [100.0, -40, 60], "margin": [50.0, -20, np.nan]}
    )
    items = revenue.split(frame).items
    assert items.frame["revenue"].to_dict() == {"a": 60.0, "b": 60.0}
    assert items.frame["margin"].tolist() == pytest.approx([30.0, np.nan], nan_ok=True)
    assert items.reasons.has("NO_MARGIN").tolist() == [False, True]


def test_negative_items_lower_the_total_and_are_class_c() -> None:
    """A product with more credits than sales is told, and holds no share of the concentration."""
    result = revenue.split(lines([100.0, 100, -50]))
    assert result.items.frame["share"].tolist() == pytest.approx([0.5, 0.5, np.nan], nan_ok=True)
    assert result.items.frame["abc"].tolist() == ["a", "a", "c"]
    assert result.items.reasons.at(2)[0] == "NET_NEGATIVE"
    assert result.concentration.hhi == pytest.approx(5000)
    assert result.concentration.codes[-1] == "NETTED"


def test_nothing_sold_yet_is_no_total_of_zero() -> None:
    """Without a line there is no total either: the cell stays empty, as its formula says."""
    result = revenue.split(lines([])).concentration
    assert result.codes == ("NO_REVENUE",)
    assert np.isnan(result.total)


@pytest.mark.parametrize("values", [[0.0], [50.0, -50], [-10.0]])
def test_total_of_zero_or_less_is_not_computable(values: list[float]) -> None:
    """Nothing but the sums is given when the net total is not positive."""
    result = revenue.split(lines(values))
    assert result.concentration.codes[0] == "TOTAL_NOT_POSITIVE"
    assert np.isnan(result.concentration.hhi)
    assert result.items.frame["share"].isna().all()
    assert result.items.frame["abc"].isna().all()


def test_levels_at_their_limits() -> None:
    """HHI 2,500 is medium and 1,500 too; ten equal items are low everywhere but for the top three."""
    assert revenue.concentration(np.full(4, 1.0)).hhi_level == "medium"
    assert revenue.concentration(np.full(10, 1.0)).hhi_level == "low"
    assert revenue.concentration(np.full(10, 1.0)).top1_level == "low"
    assert revenue.concentration(np.full(5, 1.0)).top1_level == "medium"
    assert revenue.concentration(np.full(8, 1.0)).top3_level == "medium"
    # shares .3, .2 and five of .1: HHI 900 + 400 + 500 = 1,800
    assert revenue.concentration(np.array([3.0, 2, 1, 1, 1, 1, 1])).hhi == pytest.approx(1800)


def test_ranks_stand_side_by_side_and_a_candidate_grows_below_class_a() -> None:
    """Margin, growth and share each have their own rank; the candidate grows above the median below A."""
    growth = pd.Series({"P0": 0.30, "P1": 0.02, "P2": 0.10, "P3": -0.05})
    frame = lines([800.0, 120, 50, 30], margin=[10.0, 60, 20, 20])
    items = revenue.split(frame, growth=growth).items
    assert items.frame["rank_share"].tolist() == [1, 2, 3, 4]
    assert items.frame["rank_margin"].tolist() == [4, 1, 2, 2]
    assert items.frame["rank_growth"].tolist() == [1, 3, 2, 4]
    assert items.frame["abc"].tolist() == ["a", "b", "b", "c"]
    assert items.reasons.has("CANDIDATE").tolist() == [False, False, True, False]


def test_products_of_today_with_their_history() -> None:
    """The split shows the last twelve months, the growth the whole history."""
    rows = [(f"{year}-06-30", "Old", 100.0) for year in range(2022, 2026)]
    rows += [
        (f"{year}-06-30", "New", value)
        for year, value in zip(range(2022, 2026), (5.0, 10, 15, 20), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["period", "product", "revenue"])
    result = revenue.assess_products(frame, date(2026, 1, 15))
    assert result.items.frame["revenue"].to_dict() == {"Old": 100.0, "New": 20.0}
    assert result.items.frame["growth"].tolist() == pytest.approx([0.0, 5 / 12.5])
    assert result.items.reasons.has("CANDIDATE").tolist() == [False, True]
    later = pd.concat([frame, frame.tail(1).assign(period=None)], ignore_index=True)
    assert revenue.assess_products(later, date(2026, 1, 15)).concentration.codes[-1] == "UNDATED"


def test_products_without_any_date_still_split() -> None:
    """Undated lines are all of today, without growth."""
    result = revenue.assess_products(lines(WORKED), date(2026, 1, 15))
    assert "".join(result.items.frame["abc"]) == "aaaabbcc"
    assert result.items.frame["growth"].isna().all()


def test_list_and_overview_for_the_sheet() -> None:
    """The list names the product in a column, the overview holds the levels."""
    frame = lines(WORKED[::-1]).assign(period=pd.Timestamp("2025-03-01"))
    listed = revenue.list_products(frame, date(2026, 1, 1))
    assert listed.frame.index.tolist() == list(range(1, 9))
    assert listed.frame["product"].iloc[0] == "P7"
    row = revenue.overview(frame, date(2026, 1, 1)).explained().loc[1]
    assert (row["total"], row["hhi_level"]) == (1000, "high")
    assert revenue.overview(frame.iloc[:0], date(2026, 1, 1)).missing.at(0) == ("revenue_lines",)


@pytest.mark.shared
def test_split_of_published_sales(shared: Path) -> None:
    """On a published list of sales the shares add up and the classes follow them."""
    raw = pd.read_csv(shared / "data/superstore/superstore.csv")
    frame = raw.rename(columns={"Sub-Category": "product", "Sales": "revenue", "Profit": "margin"})
    result = revenue.split(frame)
    assert result.items.frame["share"].sum() == pytest.approx(1)
    assert result.items.frame["revenue"].sum() == pytest.approx(raw["Sales"].sum())
    naive = (raw.groupby("Sub-Category")["Sales"].sum() / raw["Sales"].sum() * 100) ** 2
    assert result.concentration.hhi == pytest.approx(naive.sum())


VALUES = st.lists(st.integers(1, 10_000).map(float), min_size=1, max_size=40)


@given(values=VALUES, seed=st.integers(0, 2**16), scale=st.sampled_from([0.5, 2.0, 1024.0]))
def test_split_is_order_free_and_scale_free(values: list[float], seed: int, scale: float) -> None:
    """Shuffled lines and another currency give the same shares, classes and ranks."""
    frame = lines(values)
    base = revenue.split(frame).items.frame
    shuffled = revenue.split(frame.sample(frac=1, random_state=seed)).items.frame
    scaled = revenue.split(frame.assign(revenue=frame["revenue"] * scale)).items.frame
    pd.testing.assert_frame_equal(base, shuffled)
    pd.testing.assert_frame_equal(base.drop(columns="revenue"), scaled.drop(columns="revenue"))


@given(values=VALUES)
def test_abc_equals_the_definition(values: list[float]) -> None:
    """Each class follows from the whole-number sum of the items before; the first item is always A."""
    frame = revenue.split(lines(values)).items.frame
    total, before = sum(values), 0.0
    for value, letter in zip(frame["revenue"], frame["abc"], strict=True):
        expected = "a" if before * 100 < total * 80 else "b" if before * 100 < total * 95 else "c"
        assert letter == expected
        before += value
    assert frame["abc"].iloc[0] == "a"
    assert list(frame["abc"]) == sorted(frame["abc"])


@given(values=VALUES)
def test_hhi_lies_between_equal_shares_and_monopoly(values: list[float]) -> None:
    """10,000/n ≤ HHI ≤ 10,000 and the effective number lies between 1 and n."""
    found = revenue.concentration(np.array(values))
    assert 10_000 / len(values) - 1e-6 <= found.hhi <= 10_000 + 1e-6
    assert 1 - 1e-9 <= found.effective <= len(values) + 1e-9
    assert found.top1 <= found.top3 + 1e-12


@given(values=VALUES, amount=st.integers(1, 100))
def test_moving_revenue_to_the_greatest_item_concentrates(values: list[float], amount: int) -> None:
    """HHI never falls when the smallest item loses to the greatest."""
    ordered = sorted(values)
    if len(ordered) < 2 or ordered[0] <= amount:
        return
    moved = [ordered[0] - amount, *ordered[1:-1], ordered[-1] + amount]
    assert revenue.concentration(np.array(moved)).hhi >= revenue.concentration(np.array(ordered)).hhi - 1e-9


def test_the_proposal_is_the_candidate_that_grows_fastest() -> None:
    """Class A and slow items are never proposed; without a candidate there is no proposal."""
    growth = pd.Series({"a": 0.5, "b": 0.1, "c": 0.3, "d": 0.2})
    frame = pd.DataFrame({"revenue": [850.0, 60, 50, 40], "product": ["a", "b", "c", "d"]})
    items = revenue.split(frame, "product", growth=growth).items.frame
    assert revenue.propose(items) == "c"
    assert revenue.propose(revenue.split(frame, "product").items.frame) is None


def test_lists_by_segment_and_by_client() -> None:
    """Greatest revenue first, with shares; a client's revenue is the one of the client matrix."""
    day = date(2026, 3, 1)
    frame = pd.DataFrame(
        {"revenue": [10.0, 70, 20], "segment": ["x", "y", "x"], "period": pd.to_datetime([day] * 3)}
    )
    found = revenue.list_segments(frame, day).frame
    assert found["segment"].tolist() == ["y", "x"]
    assert found["share"].tolist() == pytest.approx([0.7, 0.3])
    clients = pd.DataFrame({"name": ["u", "v", "w"], "revenue": [10.0, None, 30]})
    found = revenue.list_clients(clients).frame
    assert found["client"].tolist() == ["w", "u"]
    assert found["cumulated"].tolist() == pytest.approx([0.75, 1])


@given(st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 2)), min_size=1, max_size=8))
def test_shares_and_concentration_are_of_the_same_items(values: list[float]) -> None:
    """HHI and top shares follow from the shares, negative items left out of all four."""
    result = revenue.split(lines(values))
    share, found = result.items.frame["share"].to_numpy(float), result.concentration
    held = np.sort(share[~np.isnan(share)])[::-1]
    if not result.concentration.total > 0:
        assert not held.size
        return
    assert held.sum() == pytest.approx(1)
    assert found.hhi == pytest.approx(10_000 * (held**2).sum())
    assert (found.top1, found.top3) == pytest.approx((held[0], held[:3].sum()))
