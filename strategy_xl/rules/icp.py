"""Ideal client profile and prospects: criteria of the ideal clients, score and grade of each prospect.

Source: rules.md §k. The statistics are in ``strategy_xl.rules.icp_profile``.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from strategy_xl.rules.columns import ONE_ROW, one_row_codes, rounded, texts
from strategy_xl.rules.icp_profile import (
    PROFILE_CODES,
    VERSION,
    IcpParams,
    Profile,
    extract,
    match,
    sentences,
)
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.wording import fold

RESERVES = ("reserve", "red_flag")
PROSPECT_CODES = (
    "GRADE_A", "GRADE_B", "GRADE_C", "EXCLUDED", "TO_COMPLETE", "NO_PROFILE", "MISMATCH",
)  # fmt: skip
CRITERION_CODES = ("CRITERION_CATEGORY", "CRITERION_RANGE", "CRITERION_MANUAL")
FIELD_CODES = ("FIELD_SEGMENT", "FIELD_SECTOR", "FIELD_REGION", "FIELD_OFFER", "FIELD_SIZE")
CODES = (*PROFILE_CODES, *PROSPECT_CODES, *CRITERION_CODES, *FIELD_CODES)


def score_prospects(
    prospects: pd.DataFrame,
    profile: Profile,
    params: IcpParams | None = None,
    eliminating: Collection[str] = (),
) -> RuleResult:
    """Score and grade of each prospect against the profile.

    Arguments:
        prospects: one row each, with the profile's fields and ``red_flag_1`` (label).
        profile: from ``icp_profile.extract``.
        params: settings.
        eliminating: labels of the red flags that exclude.

    Result: ``score`` = 100 · matched weight / known weight (missing without a known criterion), ``known``
    (known share of the weight, 0–1), ``grade``: excluded (eliminating flag), incomplete (known < .5),
    a (≥ 75), b (≥ 50), c. An empty field is unknown, never a mismatch. Source: rules.md §k.
    """
    params = params or IcpParams()
    rows = len(prospects)
    kept = profile.kept
    score, known = (np.full(rows, np.nan), np.zeros(rows)) if kept.empty else match(prospects, kept)
    barred = {fold(label) for label in eliminating}
    excluded = texts(prospects, "red_flag_1").map(fold).isin(barred).to_numpy()
    unsure = ~excluded & ~(rounded(known) >= params.icp_known)
    graded = ~excluded & ~unsure
    top, middle = rounded(score) >= params.icp_grade_a, rounded(score) >= params.icp_grade_b
    grade = np.select([excluded, unsure, top, middle], ["excluded", "incomplete", "a", "b"], "c")
    frame = pd.DataFrame(
        {"score": score, "known": known, "grade": pd.Series(grade, index=prospects.index, dtype="str")},
        index=prospects.index,
    )
    reasons = {
        "EXCLUDED": excluded,
        "NO_PROFILE": np.full(rows, kept.empty),
        "TO_COMPLETE": unsure & (not kept.empty),
        "GRADE_A": graded & top,
        "GRADE_B": graded & middle & ~top,
        "GRADE_C": graded & ~middle,
        "MISMATCH": graded & (rounded(score) < 100),
    }
    missing = {str(key): (texts(prospects, str(key)) == "").to_numpy() for key in sorted(set(kept["field"]))}
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def ideal_sample(clients: pd.DataFrame) -> pd.Series[bool]:
    """Ideal clients that may shape the profile: class ideal, not under reserve.

    Arguments: ``clients`` with ``class_final`` (else ``class_live``, ``class_computed``) and ``status_mark``.
    """
    found = pd.Series("", index=clients.index, dtype="str")
    for key in ("class_final", "class_live", "class_computed"):
        found = found.where(found != "", texts(clients, key))
    return (found == "ideal") & ~texts(clients, "status_mark").isin(RESERVES)


def manual_criteria(profiles: pd.DataFrame) -> pd.DataFrame:
    """Criteria given by hand on the profiles form: sector and region of each profile."""
    parts = [
        pd.DataFrame({"field": key, "value": texts(profiles, key).to_numpy()}) for key in ("sector", "region")
    ]
    criteria = pd.concat(parts, ignore_index=True)
    return criteria.loc[criteria["value"] != ""].drop_duplicates(ignore_index=True)


def workbook_profile(
    clients: pd.DataFrame, profiles: pd.DataFrame, params: IcpParams | None = None
) -> Profile:
    """The profile from the clients; the criteria by hand serve only while there are too few ideal clients."""
    ideal = ideal_sample(clients)
    few = int(ideal.sum()) < (params or IcpParams()).icp_min_sample
    return extract(clients, ideal, params, manual=manual_criteria(profiles) if few else None)


def grade(
    prospects: pd.DataFrame,
    clients: pd.DataFrame,
    profiles: pd.DataFrame,
    red_flags: pd.DataFrame,
    params: IcpParams | None = None,
) -> RuleResult:
    """Score and grade of every prospect of the workbook.

    Arguments:
        prospects: as for ``score_prospects``.
        clients: with their class and mark (see ``ideal_sample``).
        profiles: the form of ideal profiles (``sector``, ``region``).
        red_flags: ``label``, ``severity`` (eliminating flags exclude).
        params: settings.

    Result: as ``score_prospects``. Source: rules.md §k.
    """
    barred = texts(red_flags, "label")[(texts(red_flags, "severity") == "eliminating").to_numpy()]
    profile = workbook_profile(clients, profiles, params)
    return score_prospects(prospects, profile, params, barred.tolist())


def list_criteria(
    clients: pd.DataFrame, profiles: pd.DataFrame, params: IcpParams | None = None
) -> RuleResult:
    """The profile's criteria as a list, heaviest first.

    Arguments: as for ``grade``. Result: index 1, 2…; ``criterion`` (code of the field's name: FIELD_SECTOR…),
    ``value``, ``low``, ``high``, ``support``, ``lift``, ``weight``, ``count`` and ``n`` (ideal clients).
    The reason is the criterion as a sentence. Source: rules.md §k.
    """
    profile = workbook_profile(clients, profiles, params)
    kept = profile.kept.reset_index(drop=True)
    rows = len(kept)
    told = sentences(profile, IcpParams(icp_top=max(rows, 1)))
    frame = pd.DataFrame(
        {
            "criterion": "FIELD_" + kept["field"].astype("str").str.upper(),
            "value": [str(sentence.args["value"]) for sentence in told],
            "low": kept["low"].astype("float64"),
            "high": kept["high"].astype("float64"),
            "support": kept["support"].astype("float64"),
            "lift": kept["lift"].astype("float64"),
            "weight": kept["weight"].astype("float64"),
            "count": kept["ideal_count"].astype("float64"),
            "n": profile.ideal,
        }
    )
    frame.index = pd.RangeIndex(1, rows + 1)
    kind = kept["kind"].astype("str").str.upper()
    reasons = {code: (kind == code.removeprefix("CRITERION_")).to_numpy() for code in CRITERION_CODES}
    missing = {"value": np.zeros(rows, dtype=bool)}
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def overview(clients: pd.DataFrame, profiles: pd.DataFrame, params: IcpParams | None = None) -> RuleResult:
    """The profile as one row, for the sheet: ``ideal`` and ``base`` clients, and what to watch.

    Arguments and source: as for ``grade``.
    """
    profile = workbook_profile(clients, profiles, params)
    frame = pd.DataFrame([profile.args], index=ONE_ROW)
    missing = {"clients": np.array([profile.ideal == 0])}
    return RuleResult(frame, one_row_codes(profile.codes), Codes.from_masks(missing, 1), VERSION)
