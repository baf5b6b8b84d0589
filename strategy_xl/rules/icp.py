"""Ideal client profile and prospects: criteria of the ideal clients, score and grade of each prospect.

Source: rules.md §k. The statistics are in ``strategy_xl.rules.icp_profile``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from strategy_xl.rules.frame import (
    Column,
    Floats,
    Frame,
    Ints,
    has_text,
    make_column,
    make_frame,
    numbered,
    numbers,
    rounded,
    text_array,
    texts,
)
from strategy_xl.rules.icp_profile import (
    CATEGORICAL,
    NUMERIC,
    PROFILE_CODES,
    VERSION,
    IcpParams,
    Profile,
    extract,
    match,
    match_fields,
    sentences,
)
from strategy_xl.rules.result import Codes, RuleResult, whole_sheet
from strategy_xl.rules.wording import fold, fold_all, same_name

DESCRIBED_FIRST = 3
RESERVES = ("reserve", "red_flag")
PROSPECT_CODES = (
    "GRADE_A", "GRADE_B", "GRADE_C", "EXCLUDED", "TO_COMPLETE", "NO_PROFILE", "OFFER_LIFTS",
)  # fmt: skip
PROFILE_FIELDS = (*CATEGORICAL, *NUMERIC)
ASKED = ("sector", "size", "region", "offer")
"""Fields that every prospect may have; others are looked at where the list has them."""
MISSING_CODES = tuple(f"{kind}_{key.upper()}" for kind in ("LACKS", "LOOK_UP") for key in PROFILE_FIELDS)
CRITERION_CODES = ("CRITERION_CATEGORY", "CRITERION_RANGE", "CRITERION_MANUAL")
FIELD_CODES = ("FIELD_SEGMENT", "FIELD_SECTOR", "FIELD_REGION", "FIELD_OFFER", "FIELD_SIZE")
CODES = (*PROFILE_CODES, *PROSPECT_CODES, *MISSING_CODES, *CRITERION_CODES, *FIELD_CODES)


def score_prospects(
    prospects: Frame,
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
    a (≥ 75), b (≥ 50), c. An empty field is unknown, never a mismatch. ``wanted_<field>``: what the profile
    asks of the field; ``score_with``: the score with the criterion that is missing most; ``from_a``,
    ``from_b``, ``from_known``: where a grade begins.
    Reasons: the grade, then the one criterion that is missing most (OFFER_LIFTS where another offer earns a
    better grade, else LACKS_<FIELD>, or LOOK_UP_<FIELD> where the field is empty). Source: rules.md §k.
    """
    params = params or IcpParams()
    rows = len(prospects)
    kept = profile.kept
    score, known = (np.full(rows, np.nan), np.zeros(rows)) if not len(kept) else match(prospects, kept)
    barred = {fold(label) for label in eliminating}
    excluded = np.array([flag in barred for flag in fold_all(texts(prospects, "red_flag_1"))], dtype=bool)
    unsure = ~excluded & ~(rounded(known) >= params.icp_known)
    graded = ~excluded & ~unsure
    top, middle = rounded(score) >= params.icp_grade_a, rounded(score) >= params.icp_grade_b
    grade = np.select([excluded, unsure, top, middle], ["excluded", "incomplete", "a", "b"], "c")
    gaps = _gaps(prospects, kept, score)
    lifted = rounded(gaps.lifted)
    better = ((lifted >= params.icp_grade_a) & ~top) | ((lifted >= params.icp_grade_b) & ~middle)
    offer = graded & (gaps.lacks == PROFILE_FIELDS.index("offer")) & better
    bounds = {"from_a": params.icp_grade_a, "from_b": params.icp_grade_b, "from_known": params.icp_known}
    frame = make_frame(
        {
            "score": score,
            "known": known,
            "grade": text_array(grade),
            "score_with": gaps.lifted,
            **{f"wanted_{key}": np.full(rows, value, dtype=object) for key, value in gaps.wanted.items()},
            **{key: np.full(rows, value) for key, value in bounds.items()},
        },
        prospects.index,
    )
    reasons = {
        "EXCLUDED": excluded,
        "NO_PROFILE": np.full(rows, not len(kept)),
        "TO_COMPLETE": unsure & (len(kept) > 0),
        "GRADE_A": graded & top,
        "GRADE_B": graded & middle & ~top,
        "GRADE_C": graded & ~middle,
        "OFFER_LIFTS": offer,
        **{
            f"LACKS_{key.upper()}": graded & ~offer & (gaps.lacks == place)
            for place, key in enumerate(PROFILE_FIELDS)
        },
        **{
            f"LOOK_UP_{key.upper()}": unsure & (gaps.empty == place)
            for place, key in enumerate(PROFILE_FIELDS)
        },
    }
    missing = {key: ~has_text(prospects, key) for key in sorted(set(texts(kept, "field")))}
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


@dataclass(frozen=True)
class _Gaps:
    """What prospects miss most; arrays of shape (rows,).

    Arguments:
        lacks: position in ``PROFILE_FIELDS`` of the field whose unmet criterion weighs most, -1 for none.
        empty: the same of the fields that are empty. lifted: the score with the criterion of ``lacks``.
        wanted: what the profile asks of each field.
    """

    lacks: Ints
    empty: Ints
    lifted: Floats
    wanted: dict[str, str | None]


def _gaps(prospects: Frame, kept: Frame, score: Floats) -> _Gaps:
    rows = len(prospects)
    lacks, empty = np.full(rows, -1), np.full(rows, -1)
    unmet, unseen, known = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    wanted: dict[str, str | None] = dict.fromkeys(PROFILE_FIELDS)
    for one in match_fields(prospects, kept) if len(kept) else ():
        known += np.where(one.is_known, one.weight, 0.0)
        asked = one.field in ASKED or (one.field in PROFILE_FIELDS and one.field in prospects)
        if not asked:
            continue
        wanted[one.field] = one.wanted
        place = PROFILE_FIELDS.index(one.field)
        gap = np.where(one.is_known, one.weight - one.best, 0.0)
        lacks, unmet = np.where(gap > unmet, place, lacks), np.maximum(unmet, gap)
        hole = np.where(one.is_known, 0.0, one.weight)
        empty, unseen = np.where(hole > unseen, place, empty), np.maximum(unseen, hole)
    lifted = score + 100 * unmet / np.where(known > 0, known, 1.0)
    return _Gaps(lacks, empty, lifted, wanted)


def ideal_sample(clients: Frame) -> Column:
    """Ideal clients that may shape the profile: class ideal, not under reserve.

    Arguments: ``clients`` with ``class_final`` (else ``class_live``, ``class_computed``) and ``status_mark``.
    """
    final, live, computed = (texts(clients, key) for key in ("class_final", "class_live", "class_computed"))
    found = np.where(final != "", final, np.where(live != "", live, computed))
    return make_column((found == "ideal") & ~np.isin(texts(clients, "status_mark"), RESERVES), clients.index)


def manual_criteria(profiles: Frame) -> Frame:
    """Criteria given by hand on the profiles form: sector and region of each profile."""
    given = dict.fromkeys(
        (key, value) for key in ("sector", "region") for value in texts(profiles, key) if value
    )
    fields, values = [key for key, _ in given], [value for _, value in given]
    return make_frame({"field": text_array(fields), "value": text_array(values)})


def workbook_profile(clients: Frame, profiles: Frame, params: IcpParams | None = None) -> Profile:
    """The profile from the clients; the criteria by hand serve only while there are too few ideal clients."""
    ideal = ideal_sample(clients)
    few = int(ideal.sum()) < (params or IcpParams()).icp_min_sample
    return extract(clients, ideal, params, manual=manual_criteria(profiles) if few else None)


def grade(
    prospects: Frame,
    clients: Frame,
    profiles: Frame,
    red_flags: Frame,
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
    barred = texts(red_flags, "label")[texts(red_flags, "severity") == "eliminating"]
    profile = workbook_profile(clients, profiles, params)
    return score_prospects(prospects, profile, params, barred.tolist())


def list_criteria(clients: Frame, profiles: Frame, params: IcpParams | None = None) -> RuleResult:
    """The profile's criteria as a list, heaviest first.

    Arguments: as for ``grade``. Result: index 1, 2…; ``criterion`` (code of the field's name: FIELD_SECTOR…),
    ``value``, ``low``, ``high``, ``support``, ``lift``, ``weight``, ``count`` and ``n`` (ideal clients).
    The reason is the criterion as a sentence. Source: rules.md §k.
    """
    profile = workbook_profile(clients, profiles, params)
    kept = profile.kept
    rows = len(kept)
    told = sentences(profile, IcpParams(icp_top=max(rows, 1)))
    columns: dict[str, object] = {
        "criterion": text_array([f"FIELD_{key.upper()}" for key in texts(kept, "field")]),
        "value": [str(sentence.args["value"]) for sentence in told],
        **{key: numbers(kept, key) for key in ("low", "high", "support", "lift", "weight")},
        "count": numbers(kept, "ideal_count"),
        "n": np.full(rows, profile.ideal),
    }
    frame = make_frame(columns, numbered(rows))
    kind = texts(kept, "kind")
    reasons = {code: kind == code.removeprefix("CRITERION_").lower() for code in CRITERION_CODES}
    missing = {"value": np.zeros(rows, dtype=bool)}
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def overview(
    clients: Frame, profiles: Frame, params: IcpParams | None = None, described: Iterable[object] = ()
) -> RuleResult:
    """The profile as one row, for the sheet: ``ideal`` and ``base`` clients, and what to watch.

    Arguments:
        clients, profiles, params: as for ``grade``; ``revenue`` too, where it is known.
        described: names in the table of ideal clients (name, assignment, in what).

    Also ``undescribed``, the ideal clients that the table does not name yet, and ``describe_first``, the
    three of them with the largest revenue. Source: rules.md §k.
    """
    profile = workbook_profile(clients, profiles, params)
    told = {same_name(name) for name in described if isinstance(name, str)}
    ideal = texts(clients, "class_final") == "ideal"
    left = [
        row
        for row, name in enumerate(texts(clients, "name").tolist())
        if ideal[row] and name and same_name(name) not in told
    ]
    revenue = np.nan_to_num(numbers(clients, "revenue"))
    left.sort(key=lambda row: -revenue[row])
    names = texts(clients, "name")[left[:DESCRIBED_FIRST]]
    values = {**profile.args, "undescribed": len(left), "describe_first": ", ".join(names.tolist())}
    return whole_sheet(values, profile.codes, {"clients": profile.ideal == 0}, VERSION)
