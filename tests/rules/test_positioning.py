"""Positioning: worked examples of rules.md §f, Kotler's four errors and the laws of distances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import positioning as pos

WORKED = pd.DataFrame(
    {
        "name": ["Qualité", "Délai", "Prix", "Conseil"],
        "weight": [0.4, 0.3, 0.2, 0.1],
        "perceived": [6, 5, 7, 4],
        "desired": [8, 7, 7, 8],
        "competitor_1": [8, 6, 7, 7],
        "competitor_2": [3, 9, 4, 2],
        "competitor_3": [6, 5, 6, 5],
        "ideal": [9, 7, 6, 8],
        "respondents": [5, 8, 5, 6],
    }
)


def test_worked_example() -> None:
    """Gap 20.98 with its shares, distances, relevance 7.75 and the competitor too close."""
    result = pos.assess(WORKED, {"competitor_1": "Alpha"})
    assert result.summary.gap == pytest.approx(20.98, abs=5e-3)
    assert result.summary.gap_class == "adjust"
    assert result.attributes.frame["share"].tolist() == pytest.approx([0.364, 0.273, 0, 0.364], abs=5e-4)
    near = result.competitors.frame
    assert near["distance_desired"].tolist() == pytest.approx([6.32, 40.74, 19.75], abs=5e-3)
    assert near.loc["competitor_3", "distance_perceived"] == pytest.approx(5.48, abs=5e-3)
    assert result.summary.relevance == pytest.approx(7.75, abs=5e-3)
    assert (result.summary.nearest, result.summary.crowding) == ("Alpha", 1)
    assert result.summary.codes == ("GAP_ADJUST", "NEAREST_TOO_CLOSE")
    assert result.summary.errors == ()
    assert result.competitors.reasons.at(0) == ("TOO_CLOSE", "CROWDING")


def table(perceived: list[float], desired: list[float], **more: object) -> pd.DataFrame:
    """Attributes with equal weights and enough respondents."""
    return pd.DataFrame({"perceived": perceived, "desired": desired, "respondents": 9, **more})


def errors(frame: pd.DataFrame) -> tuple[str, ...]:
    """Kotler's errors found in a table."""
    return pos.assess(frame).summary.errors


def test_under_positioning_is_looking_like_the_average_competitor_everywhere() -> None:
    """Within one mark of the competitors' mean everywhere is under-positioned; one stand-out is not."""
    rivals = {"competitor_1": [5, 6, 7], "competitor_2": [7, 6, 5]}
    assert errors(table([6, 6, 6.5], [6, 6, 6.5], **rivals)) == ("under",)
    assert errors(table([6, 6, 8], [6, 6, 8], **rivals)) == ()


def test_under_positioning_needs_competitors() -> None:
    """Without competitors' marks nothing can be said to be undifferentiated."""
    assert errors(table([6, 6], [6, 6])) == ()


def test_over_positioning_is_one_peak_and_nothing_else() -> None:
    """Nine on a third of the weight and at most five elsewhere is over-positioned."""
    assert errors(table([10, 3, 4], [9, 4, 5])) == ("over",)
    assert errors(table([10, 3, 7], [9, 4, 7])) == ()


def test_confused_positioning_has_gaps_both_ways_or_clients_who_disagree() -> None:
    """Two marks too low here and two too high there, or a wide spread of answers, is confused."""
    assert errors(table([4, 8, 6], [6, 6, 6])) == ("confused",)
    assert errors(table([5, 6], [5, 6], spread=[1.0, 2.6])) == ("confused",)
    assert errors(table([5, 6], [5, 6], spread=[1.0, 2.4])) == ()


def test_doubtful_positioning_is_a_claim_far_above_what_clients_see() -> None:
    """Three marks above on an attribute of at least average weight is doubtful, on a light one it is not."""
    heavy = table([3, 6], [7, 6], weight=[0.6, 0.4])
    light = table([3, 6], [7, 6], weight=[0.3, 0.7])
    assert errors(heavy) == ("doubtful",)
    assert pos.assess(heavy).attributes.reasons.has("OVERCLAIM").tolist() == [True, False]
    assert errors(light) == ()


def test_phantom_gap_is_an_empty_place_far_from_the_ideal_client() -> None:
    """Free but unwanted is a phantom gap; crowded and unwanted is only irrelevant."""
    free = table([9, 9], [9, 9], ideal=[2, 2], competitor_1=[2, 3])
    crowded = table([9, 9], [9, 9], ideal=[2, 2], competitor_1=[9, 9])
    assert {"IRRELEVANT", "PHANTOM_GAP"} <= set(pos.assess(free).summary.codes)
    assert "PHANTOM_GAP" not in pos.assess(crowded).summary.codes


@pytest.mark.parametrize(
    ("shift", "expected"), [(1.0, "aligned"), (1.1, "adjust"), (2.5, "adjust"), (2.6, "reposition")]
)
def test_gap_class_limits_belong_to_the_class_below(shift: float, expected: str) -> None:
    """A gap of exactly 10 is aligned, exactly 25 is to adjust."""
    assert pos.assess(table([5, 5], [5 + shift, 5 + shift])).summary.gap_class == expected


def test_few_respondents_are_an_internal_view() -> None:
    """Fewer than five answers, or an unknown number, is told."""
    frame = table([5, 5, 5], [5, 5, 5]).assign(respondents=[4, 5, np.nan])
    assert pos.assess(frame).attributes.reasons.has("INTERNAL_VIEW").tolist() == [True, False, True]


def test_weights_all_empty_are_equal_and_one_empty_waits() -> None:
    """No weight at all means equal weights; a single empty one does not count and is told."""
    equal = pos.assess(WORKED.drop(columns="weight"))
    assert equal.attributes.frame["weight_used"].tolist() == [0.25] * 4
    assert "EQUAL_WEIGHTS" in equal.summary.codes
    part = pos.assess(WORKED.assign(weight=[0.4, 0.3, 0.2, np.nan]))
    assert part.attributes.frame["weight_used"].tolist() == pytest.approx([4 / 9, 3 / 9, 2 / 9, 0])
    assert part.attributes.reasons.has("WEIGHT_MISSING").tolist() == [False, False, False, True]


def test_missing_marks_are_left_out_until_half_the_weight_is_gone() -> None:
    """A distance uses the attributes that both have, and is missing below half of the weight."""
    weights = np.array([0.5, 0.3, 0.2])
    full, hole = np.array([5.0, 5, 5]), np.array([7.0, np.nan, np.nan])
    assert pos.distance(weights, full, hole) == pytest.approx(20.0)
    assert np.isnan(pos.distance(weights, full, np.array([np.nan, 7.0, np.nan])))
    frame = table([np.nan, 5], [5, np.nan])
    assert pos.assess(frame).summary.codes[0] == "NOT_COMPUTABLE"


def test_marks_outside_the_scale_do_not_count() -> None:
    """A mark of 11 is reported and left out."""
    result = pos.assess(table([11, 5], [5, 5]))
    assert result.attributes.reasons.has("MARK_OUT").tolist() == [True, False]
    assert np.isnan(result.attributes.frame["gap"].iloc[0])


def test_overview_is_the_summary_as_one_row() -> None:
    """The sheet's row holds the gap, the nearest competitor by name and all five distances."""
    row = (
        pos.overview(WORKED, pd.DataFrame({"name_1": ["Alpha"], "name_2": [None]}, index=[1]))
        .explained()
        .loc[1]
    )
    assert (row["gap_class"], row["nearest"], row["crowding"]) == ("adjust", "Alpha", 1)
    assert row["distance_2"] == pytest.approx(40.74, abs=5e-3)
    assert np.isnan(row["distance_5"])
    assert row["reasons"] == ("GAP_ADJUST", "NEAREST_TOO_CLOSE")


def test_equal_weights_leave_empty_rows_out() -> None:
    """A row without name and marks has no weight."""
    frame = table([5, np.nan, 6], [5, np.nan, 6], competitor_1=[1.0, 2, 3])
    assert pos.assess(frame).attributes.frame["weight_used"].tolist() == [0.5, 0, 0.5]


MARKS = st.lists(st.tuples(*[st.floats(0, 10)] * 2, st.floats(0.01, 1)), min_size=1, max_size=8)


@given(rows=MARKS, scale=st.floats(0.1, 1000), seed=st.integers(0, 2**16))
def test_distance_is_a_scale_free_order_free_metric(
    rows: list[tuple[float, float, float]], scale: float, seed: int
) -> None:
    """Symmetric, zero at itself, within 0–100, and independent of the weights' scale and the rows' order."""
    left, right, weights = (np.array(column) for column in zip(*rows, strict=True))
    value = pos.distance(weights, left, right)
    order = np.random.default_rng(seed).permutation(len(rows))
    assert 0 <= value <= 100 + 1e-9
    assert pos.distance(weights, left, left) == 0
    assert pos.distance(weights, right, left) == pytest.approx(value, abs=1e-9)
    assert pos.distance(weights * scale, left, right) == pytest.approx(value, abs=1e-6)
    assert pos.distance(weights[order], left[order], right[order]) == pytest.approx(value, abs=1e-9)
    naive = 10 * sum(w / weights.sum() * (a - b) ** 2 for a, b, w in rows) ** 0.5
    assert value == pytest.approx(naive, abs=1e-9)


@given(rows=MARKS, seed=st.integers(0, 2**16))
def test_order_of_attributes_does_not_matter(rows: list[tuple[float, float, float]], seed: int) -> None:
    """Shuffled attributes give the same class, errors and codes."""
    frame = pd.DataFrame(rows, columns=["perceived", "desired", "weight"]).round(2).assign(respondents=5)
    one, two = pos.assess(frame).summary, pos.assess(frame.sample(frac=1, random_state=seed)).summary
    assert (one.gap_class, one.errors, one.codes) == (two.gap_class, two.errors, two.codes)


def test_the_list_of_errors_says_which_are_found() -> None:
    """Yes and No for each of Kotler's four; nothing while the marks allow no distance."""
    listed = pd.DataFrame({"error": [*pos.ERRORS, None]})
    marks = table([5, 7], [9, 4], weight=[0.6, 0.4])
    found = pos.find_errors(listed, marks).frame["detected"].tolist()
    assert found == [False, False, True, True, pd.NA]
    assert [key for key, seen in zip(pos.ERRORS, found, strict=False) if seen] == list(errors(marks))
    assert pos.find_errors(listed, marks.iloc[:0]).frame["detected"].isna().all()
