"""SWOT: worked examples of rules.md §e and the laws of the rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import swot

ITEMS = pd.DataFrame(
    [
        ("Savoir-faire", "strength", 5, 4),
        ("Livraison rapide", "strength", 4, 3),
        ("Prix", "strength", 3, 3),
        ("Site vieilli", "weakness", 5, 1),
        ("Pas de relance", "weakness", 3, 2),
        ("Nouvelle norme", "opportunity", 5, 3),
        ("Salon régional", "opportunity", 4, 2),
        ("Guerre des prix", "threat", 4, 2),
        ("Hausse des coûts", "threat", 2, 3),
    ],
    columns=["text", "box", "importance", "rating"],
    index=range(5, 14),
)
PAIRS = pd.DataFrame(
    {
        "internal": ["Savoir-faire", "Site vieilli", "Prix"],
        "external": ["Nouvelle norme", "Guerre des prix", "Salon régional"],
        "link": [2, 2, 0],
    }
)


def test_worked_example_ife_efe_and_quadrant() -> None:
    """IFE 2.60 and EFE 2.4667 lead to ST (defend)."""
    summary = swot.summarise(ITEMS)
    assert summary.ife == pytest.approx(2.60)
    assert summary.efe == pytest.approx(2.4667, abs=5e-5)
    assert summary.quadrant == "st"
    assert summary.codes == ("QUADRANT_ST",)


def test_worked_example_pairs() -> None:
    """F1×O1 with link 2 scores 16.67 and f1×M1 13.33; a pair without link is no draft."""
    result = swot.score_pairs(PAIRS, ITEMS)
    assert result.frame["score"].tolist() == pytest.approx([16.6667, 13.3333, 0.0], abs=5e-5)
    assert result.frame["strategy"].tolist() == ["so", "wt", "so"]
    assert result.reasons.lists() == [("TOP",), ("TOP",), ()]


def test_drafts_come_best_first_and_invent_nothing() -> None:
    """Drafts hold the two texts, a message key, and the list of what people must fill in."""
    drafts = swot.draft_objectives(PAIRS.iloc[::-1], ITEMS)
    assert drafts["rank"].tolist() == [1, 2]
    assert drafts["internal"].tolist() == ["Savoir-faire", "Site vieilli"]
    assert drafts["message"].tolist() == ["swot.draft.so", "swot.draft.wt"]
    assert drafts["missing"].iloc[0] == ("indicator", "baseline", "target", "deadline", "owner")


def test_only_the_top_three_pairs_become_drafts() -> None:
    """With five linked pairs exactly three are top."""
    pairs = pd.DataFrame({"internal": ["Savoir-faire"] * 5, "external": [*ITEMS["text"][5:], "x"], "link": 1})
    result = swot.score_pairs(pairs, ITEMS)
    assert int(result.reasons.has("TOP").sum()) == 3
    assert result.reasons.at(4) == ("EXTERNAL_UNKNOWN",)


@pytest.mark.parametrize(
    ("text", "box", "code"),
    [
        ("Le marché est en hausse", "strength", "LOOKS_EXTERNAL"),
        ("Nos CONCURRENTS sont moins chers", "weakness", "LOOKS_EXTERNAL"),
        ("Strong competition on price", "weakness", "LOOKS_EXTERNAL"),
        ("Notre site est lent", "threat", "LOOKS_INTERNAL"),
        ("L’équipe est fatiguée", "opportunity", "LOOKS_INTERNAL"),
        ("Our team is small", "threat", "LOOKS_INTERNAL"),
    ],
)
def test_text_of_the_other_side_is_reported(text: str, box: str, code: str) -> None:
    """An internal item about the market, or an external one about the team, is questioned."""
    frame = pd.DataFrame({"text": [text], "box": [box], "importance": [3], "rating": [3]})
    assert swot.score_items(frame).reasons.has(code).tolist() == [True]


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("Part de marché de 30 %", "strength"),
        ("Short time to market", "strength"),
        ("Marketing digital efficace", "strength"),
        ("Le marché recule", "threat"),
        ("Nostalgie des clients", "opportunity"),
    ],
)
def test_text_of_the_own_side_is_not_reported(text: str, box: str) -> None:
    """Market share, marketing and mere parts of words raise no question."""
    frame = pd.DataFrame({"text": [text], "box": [box], "importance": [3], "rating": [3]})
    reasons = swot.score_items(frame).reasons
    assert not reasons.has("LOOKS_EXTERNAL")[0]
    assert not reasons.has("LOOKS_INTERNAL")[0]


def test_checks_of_rating_weight_and_missing() -> None:
    """A rating on the wrong side, a dominating weight and empty cells are told."""
    frame = pd.DataFrame(
        {
            "text": ["a", "b", "c", "A"],
            "box": ["strength", "weakness", "opportunity", None],
            "importance": [5, 1, 9, 2],
            "rating": [2, 4, np.nan, 5],
        }
    )
    result = swot.score_items(frame)
    assert result.reasons.at(0) == ("RATING_SIDE", "WEIGHT_HIGH", "DUPLICATE_TEXT")
    assert result.reasons.at(1) == ("RATING_SIDE",)
    assert result.reasons.at(2) == ("INCOMPLETE", "IMPORTANCE_OUT")
    assert result.reasons.at(3) == ("INCOMPLETE", "RATING_OUT", "DUPLICATE_TEXT")
    assert result.missing.at(2) == ("rating",)
    assert result.missing.at(3) == ("box",)
    assert result.frame["weight"].isna().tolist() == [False, False, True, True]


def test_a_missing_rating_is_not_a_zero() -> None:
    """The score is the mean over the rated weight, and the coverage says how much that is."""
    frame = ITEMS.copy()
    frame["rating"] = frame["rating"].astype("float64")
    frame.loc[8, "rating"] = np.nan
    summary = swot.summarise(frame)
    assert summary.ife == pytest.approx((2.60 - 0.25) / 0.75)
    assert summary.ife_coverage == pytest.approx(0.75)
    assert "PARTIAL" in summary.codes


def test_boxes_with_too_few_or_too_many_items() -> None:
    """Under two or over eight items of a box are reported, on the summary and on the rows."""
    many = pd.DataFrame(
        {
            "text": [f"t{i}" for i in range(10)],
            "box": ["strength"] * 9 + ["threat"],
            "importance": 1,
            "rating": 3,
        }
    )
    summary = swot.summarise(many)
    assert {"MANY_STRENGTH", "FEW_WEAKNESS", "FEW_OPPORTUNITY", "FEW_THREAT"} <= set(summary.codes)
    assert swot.score_items(many).reasons.has("BOX_MANY").tolist() == [True] * 9 + [False]


def test_overview_is_the_summary_as_one_row() -> None:
    """The sheet's row holds the scores, the quadrant and the codes."""
    row = swot.overview(ITEMS).explained()
    assert row.index.tolist() == [1]
    assert row.loc[1, "ife"] == pytest.approx(2.60)
    assert (row.loc[1, "quadrant"], row.loc[1, "reasons"]) == ("st", ("QUADRANT_ST",))


def test_empty_swot_is_not_computable() -> None:
    """Without items there is no score and no quadrant."""
    summary = swot.summarise(ITEMS.iloc[:0])
    assert summary.quadrant is None
    assert summary.codes[0] == "NOT_COMPUTABLE"
    assert swot.score_pairs(PAIRS, ITEMS.iloc[:0]).frame["score"].isna().all()


def test_slots_number_the_items_of_each_box_by_importance() -> None:
    """Slots start at 101, 201, 301 and 401; ties stand in the order of the index."""
    assert swot.score_items(ITEMS).frame["slot"].tolist() == [101, 102, 103, 201, 202, 301, 302, 401, 402]


ITEM_FRAMES = st.lists(
    st.tuples(st.sampled_from(swot.BOXES), st.integers(1, 5), st.integers(1, 4)), min_size=1, max_size=25
).map(
    lambda rows: pd.DataFrame(rows, columns=["box", "importance", "rating"]).assign(
        text=lambda frame: [f"item {i}" for i in frame.index]
    )
)


@given(frame=ITEM_FRAMES, seed=st.integers(0, 2**16))
def test_order_of_rows_does_not_matter(frame: pd.DataFrame, seed: int) -> None:
    """Shuffled rows give the same answer per row and the same summary."""
    shuffled = frame.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(
        swot.score_items(frame).frame, swot.score_items(shuffled).frame.loc[frame.index]
    )
    one, two = swot.summarise(frame), swot.summarise(shuffled)
    assert (one.quadrant, one.codes) == (two.quadrant, two.codes)


@given(frame=ITEM_FRAMES)
def test_scores_stay_on_the_scale_and_weights_sum_to_one(frame: pd.DataFrame) -> None:
    """IFE and EFE lie between 1 and 4, weights of a side add up to 1."""
    summary, weight = swot.summarise(frame), swot.score_items(frame).frame["weight"]
    internal = frame["box"].isin(swot.INTERNAL)
    for score, side in ((summary.ife, internal), (summary.efe, ~internal)):
        assert np.isnan(score) == (not side.any())
        if side.any():
            assert 1 - 1e-9 <= score <= 4 + 1e-9
            assert weight[side].sum() == pytest.approx(1)


@given(frame=ITEM_FRAMES, data=st.data())
def test_a_better_rating_never_lowers_the_score(frame: pd.DataFrame, data: st.DataObject) -> None:
    """IFE and EFE are non-decreasing in every rating."""
    row = data.draw(st.sampled_from(list(frame.index)))
    better = frame.copy()
    better.loc[row, "rating"] = min(4, int(better.loc[row, "rating"]) + 1)
    before, after = swot.summarise(frame), swot.summarise(better)
    for one, two in ((before.ife, after.ife), (before.efe, after.efe)):
        assert np.isnan(one) or two >= one - 1e-12


@given(frame=ITEM_FRAMES)
def test_vectorised_equals_naive(frame: pd.DataFrame) -> None:
    """The weighted ratings equal a loop over the definition."""
    result = swot.score_items(frame).frame
    for row in frame.index:
        inside = frame.loc[row, "box"] in swot.INTERNAL
        side = frame.loc[frame["box"].isin(swot.INTERNAL) == inside, "importance"].sum()
        expected = frame.loc[row, "importance"] / side * frame.loc[row, "rating"]
        assert result.loc[row, "weighted"] == pytest.approx(expected)


def test_no_pair_no_draft() -> None:
    """Pairs that link nothing give no draft objective at all."""
    items = pd.DataFrame({"text": ["a"], "box": ["strength"], "importance": [3], "rating": [4]})
    pairs = pd.DataFrame({"internal": ["a"], "external": ["?"], "link": [2]}, index=[7])
    assert len(swot.draft_objectives(pairs, items)) == 0


def test_a_pair_that_people_take_over_gets_a_draft() -> None:
    """Whatever its rank; without a strategy there is none."""
    items = pd.DataFrame(
        {"text": ["a", "b"], "box": ["strength", "threat"], "importance": [1, 1], "rating": [4, 2]}
    )
    pairs = pd.DataFrame(
        {"internal": ["a", "a"], "external": ["b", "?"], "link": [0, 2], "adopt": [True, True]}
    )
    assert swot.score_pairs(pairs, items).frame["draft"].fillna("").tolist() == ["draft.st", ""]
    assert swot.score_pairs(pairs.drop(columns="adopt"), items).frame["draft"].isna().all()
