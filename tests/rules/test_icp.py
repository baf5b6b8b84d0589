"""Ideal client profile: worked example of rules.md §k, exclusions, width, and the laws of the score."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import icp, icp_profile


def worked() -> tuple[pd.DataFrame, pd.Series]:
    """40 clients, 10 ideal: sector 7/10 against 12/40, size 8/10 against 24/40, region 5/10 against 21/40."""
    sector = (
        ["Industrie"] * 7 + [f"S{i}" for i in range(3)] + ["Industrie"] * 5 + [f"T{i}" for i in range(25)]
    )
    offer = ["20-50"] * 8 + ["autre"] * 2 + ["20-50"] * 16 + ["autre"] * 14
    region = ["Sud"] * 5 + ["Nord"] * 5 + ["Sud"] * 16 + ["Nord"] * 14
    frame = pd.DataFrame({"sector": sector, "offer": offer, "region": region})
    return frame, pd.Series([True] * 10 + [False] * 30)


FIELDS = (("sector", "offer", "region"), ())


def test_worked_example_of_lift_and_weight() -> None:
    """Sector 2.1538 and .7748, size 1.26 and .2667, region .9545 and dropped."""
    clients, ideal = worked()
    profile = icp_profile.extract(clients, ideal, fields=FIELDS)
    kept = profile.kept
    assert kept["value"].tolist() == ["Industrie", "20-50"]
    assert kept["lift"].tolist() == pytest.approx([2.1538, 1.26], abs=5e-5)
    assert kept["weight"].tolist() == pytest.approx([0.7748, 0.2667], abs=5e-5)
    region = profile.criteria.frame.loc[profile.criteria["value"] == "Sud"].iloc[0]
    assert region["lift"] == pytest.approx(0.9545, abs=5e-5)
    assert not region["kept"]
    assert profile.codes == ("PROFILE",)


def test_worked_example_of_a_prospect() -> None:
    """Right sector and wrong size give 74.39: grade B."""
    clients, ideal = worked()
    profile = icp_profile.extract(clients, ideal, fields=FIELDS)
    prospects = pd.DataFrame({"sector": ["industrie"], "offer": ["autre"], "region": ["Nord"]})
    result = icp.score_prospects(prospects, profile)
    assert result.frame.loc[0, "score"] == pytest.approx(74.39, abs=5e-3)
    assert result.frame.loc[0, "grade"] == "b"
    assert result.reasons.at(0) == ("GRADE_B", "OFFER_LIFTS")


def test_grades_exclusion_and_unknown_fields() -> None:
    """An unknown field is no mismatch, too little known gives no grade, an eliminating flag excludes."""
    clients, ideal = worked()
    profile = icp_profile.extract(clients, ideal, fields=FIELDS)
    prospects = pd.DataFrame(
        {
            "sector": ["Industrie", "Industrie", None, "Autre"],
            "offer": [None, "20-50", "20-50", "autre"],
            "red_flag_1": [None, "Ne paie pas", "Trop loin", None],
        }
    )
    result = icp.score_prospects(prospects, profile, eliminating=["ne paie pas"])
    assert result.frame["grade"].tolist() == ["a", "excluded", "incomplete", "c"]
    assert result.frame["score"].tolist() == pytest.approx([100, 100, 100, 0])
    assert result.missing.at(0) == ("offer",)


def test_numeric_field_is_one_range_between_percentiles() -> None:
    """P10 to P90 of ten ideal sizes is one criterion, matched within its ends."""
    sizes = [*range(10, 110, 10), *[1000] * 30]
    clients = pd.DataFrame({"size": sizes})
    profile = icp_profile.extract(clients, pd.Series([True] * 10 + [False] * 30), fields=((), ("size",)))
    row = profile.kept.frame.iloc[0]
    assert (row["kind"], row["low"], row["high"]) == ("range", pytest.approx(19), pytest.approx(91))
    assert (row["ideal_count"], row["base_count"]) == (8, 8)
    prospects = pd.DataFrame({"size": [19, 91, 92, np.nan]})
    assert icp.score_prospects(prospects, profile).frame["grade"].tolist() == ["a", "a", "c", "incomplete"]


def test_small_sample_uses_only_criteria_given_by_hand() -> None:
    """With four ideal clients nothing is computed; alternatives of one field do not add up."""
    clients, _ = worked()
    few = pd.Series([True] * 4 + [False] * 36)
    manual = pd.DataFrame(
        {
            "field": ["sector", "sector", "size"],
            "value": ["BTP", "Industrie", None],
            "low": [np.nan, np.nan, 10],
        }
    )
    profile = icp_profile.extract(clients, few, fields=FIELDS, manual=manual)
    assert profile.codes == ("FEW_IDEAL", "MANUAL", "PROFILE")
    prospects = pd.DataFrame({"sector": ["BTP", "Santé"], "size": [12, 12]})
    assert icp.score_prospects(prospects, profile).frame["score"].tolist() == [100, 50]


def test_no_criterion_gives_no_profile() -> None:
    """When ideal clients look like all others there is no profile and no grade."""
    clients = pd.DataFrame({"sector": ["a", "b"] * 20})
    profile = icp_profile.extract(
        clients, pd.Series([True, True] * 5 + [False, False] * 15), fields=(("sector",), ())
    )
    assert profile.codes == ("NO_CRITERIA",)
    result = icp.score_prospects(clients.head(2), profile)
    assert result.frame["grade"].tolist() == ["incomplete"] * 2
    assert result.reasons.at(0) == ("NO_PROFILE",)


def test_a_profile_that_most_of_the_base_matches_is_too_wide() -> None:
    """Above 40 % of A in the base the profile is too wide; exactly 40 % is not."""
    ideal = pd.Series([True] * 10 + [False] * 10)
    wide = pd.DataFrame({"sector": ["x"] * 10 + ["x"] * 2 + ["y"] * 8})
    assert icp_profile.extract(wide, ideal, fields=(("sector",), ())).codes[0] == "PROFILE_WIDE"
    limit = pd.DataFrame({"sector": ["x"] * 8 + ["y"] * 12})
    assert icp_profile.extract(limit, ideal, fields=(("sector",), ())).codes[0] == "PROFILE"


def test_sentences_tell_the_best_criteria() -> None:
    """Pieces of sentences come best first, with counts of ideal clients."""
    clients, ideal = worked()
    told = icp_profile.sentences(icp_profile.extract(clients, ideal, fields=FIELDS))
    assert [sentence.message for sentence in told] == ["icp.sentence.category"] * 2
    assert told[0].args["field"] == "sector"
    assert (told[0].args["value"], told[0].args["count"], told[0].args["n"]) == ("Industrie", 7, 10)


CLIENTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", ""]), st.integers(1, 50), st.booleans()),
    min_size=8,
    max_size=40,
).map(lambda rows: pd.DataFrame(rows, columns=["sector", "region", "size", "ideal"]))


@given(frame=CLIENTS, seed=st.integers(0, 2**16))
def test_profile_and_scores_are_order_free(frame: pd.DataFrame, seed: int) -> None:
    """Shuffled clients give the same criteria, and each prospect keeps its score."""
    fields = (("sector", "region"), ("size",))
    shuffled = frame.sample(frac=1, random_state=seed)
    one = icp_profile.extract(frame, frame["ideal"], fields=fields)
    two = icp_profile.extract(shuffled, shuffled["ideal"], fields=fields)
    pd.testing.assert_frame_equal(one.criteria.frame, two.criteria.frame)
    assert one.codes == two.codes
    left = icp.score_prospects(frame, one).frame
    pd.testing.assert_frame_equal(left, icp.score_prospects(shuffled, two).frame.loc[frame.index])


@given(frame=CLIENTS, scale=st.sampled_from([0.25, 2.0, 64.0]))
def test_scores_are_free_of_the_weights_scale_and_within_bounds(frame: pd.DataFrame, scale: float) -> None:
    """Weights on another scale give the same scores, always 0 to 100."""
    manual = pd.DataFrame({"field": ["sector", "region", "size"], "value": ["a", "x", None]})
    manual = manual.assign(low=[np.nan, np.nan, 10], high=[np.nan, np.nan, 30], weight=[1.0, 0.5, 2.0])
    none = pd.Series(data=False, index=frame.index)
    one = icp_profile.extract(frame, none, manual=manual)
    two = icp_profile.extract(frame, none, manual=manual.assign(weight=manual["weight"] * scale))
    left, right = icp.score_prospects(frame, one).frame, icp.score_prospects(frame, two).frame
    pd.testing.assert_frame_equal(left, right)
    assert left["score"].dropna().between(0, 100).all()


@given(frame=CLIENTS)
def test_score_equals_the_definition(frame: pd.DataFrame) -> None:
    """The vectorised score equals a loop over prospects and criteria."""
    profile = icp_profile.extract(frame, frame["ideal"], fields=(("sector", "region"), ()))
    result = icp.score_prospects(frame, profile).frame
    for row in frame.index:
        known = matched = 0.0
        for field, group in profile.kept.frame.groupby("field"):
            if frame.loc[row, field] == "":
                continue
            known += group["weight"].max()
            matched += (
                group.loc[group["value"] == frame.loc[row, field], "weight"].max()
                if (group["value"] == frame.loc[row, field]).any()
                else 0.0
            )
        expected = 100 * matched / known if known else np.nan
        assert result.loc[row, "score"] == pytest.approx(expected, nan_ok=True)


def book(ideal_clients: int = 10) -> dict[str, pd.DataFrame]:
    """The tables of a workbook whose first clients are ideal."""
    clients, _ = worked()
    clients["class_final"] = ["ideal"] * ideal_clients + ["happy"] * (40 - ideal_clients)
    return {
        "clients": clients,
        "profiles": pd.DataFrame({"sector": ["BTP", None], "region": ["Sud", "Sud"]}),
        "red_flags": pd.DataFrame({"label": ["Ne paie pas", "Loin"], "severity": ["eliminating", "minor"]}),
    }


def test_prospects_of_a_workbook() -> None:
    """Classes of the client sheet and eliminating flags of the settings decide; a minor flag does not."""
    prospects = pd.DataFrame(
        {"sector": ["Industrie"] * 3, "offer": ["autre"] * 3, "red_flag_1": [None, "Ne paie pas", "Loin"]}
    )
    result = icp.grade(prospects, **book())
    assert result.frame["grade"].tolist() == ["b", "excluded", "b"]


def test_clients_under_reserve_do_not_shape_the_profile() -> None:
    """A red flag or a reserve takes a client out; an empty final class falls back to the live one."""
    clients = pd.DataFrame(
        {
            "class_final": ["ideal", "ideal", None, "avoid"],
            "class_live": ["ideal", "ideal", "ideal", "ideal"],
            "status_mark": [None, "reserve", "borderline", None],
        }
    )
    assert icp.ideal_sample(clients).tolist() == [True, False, True, False]


def test_criteria_list_of_a_workbook() -> None:
    """Criteria come heaviest first with codes for their names; with few ideal clients those by hand serve."""
    tables = book()
    listed = icp.list_criteria(tables["clients"], tables["profiles"])
    assert listed.frame["criterion"].tolist() == ["FIELD_SECTOR", "FIELD_OFFER"]
    assert listed.frame["value"].tolist() == ["Industrie", "20-50"]
    assert listed.reasons.lists() == [("CRITERION_CATEGORY",)] * 2
    few = book(3)
    by_hand = icp.list_criteria(few["clients"], few["profiles"])
    assert by_hand.frame["value"].tolist() == ["Sud", "BTP"]
    assert icp.overview(few["clients"], few["profiles"]).reasons.at(0) == ("FEW_IDEAL", "MANUAL", "PROFILE")
    nothing = icp.list_criteria(few["clients"], few["profiles"].iloc[:0])
    assert nothing.frame.empty


def test_ideal_clients_that_nobody_described() -> None:
    """Those without a row, the largest revenues first; case and spaces of names do not matter."""
    clients = pd.DataFrame(
        {
            "name": ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"],
            "class_final": ["ideal", "ideal", "ideal", "happy", "ideal"],
            "revenue": [10.0, 30.0, None, 90.0, 20.0],
        }
    )
    told = icp.overview(clients, pd.DataFrame({"sector": []}), described=["  bETA "]).frame
    assert told["undescribed"].tolist() == [3]
    assert told["describe_first"].tolist() == ["Epsilon, Alpha, Gamma"]
