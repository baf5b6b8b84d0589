"""Which objectives first: what they are worth to the firm, times how feasible they are.

Priority = importance (1–5) × feasibility (0–1). Feasibility is the share of the points of A and R that the
objective has: accepted by its owner, and realistic. A letter that cannot be assessed is left out; with
neither there is no priority, for nothing is known. Objectives on hold have none. Among equal priorities the
nearest deadline comes first, one without deadline last; what is equal in both shares its rank.
"""

from __future__ import annotations

import numpy as np

from strategy_xl.rules.frame import Frame, dates, flags, is_known, make_frame, numbers
from strategy_xl.rules.result import Codes, RuleResult

VERSION = "smart_rank 1"
FULL = 2.0
"""Points of a letter that is as it should be."""


def rank(objectives: Frame) -> RuleResult:
    """Rank the objectives.

    Arguments:
        objectives: block ``objectives`` with the answers of ``smart.assess``; used: a, r (points, NaN when
            not assessable), importance, active, deadline.

    Returns priority (0–5, NaN without) and rank (1 is first, NaN without).
    """
    letters = np.vstack([numbers(objectives, "a"), numbers(objectives, "r")])
    known = ~np.isnan(letters)
    with np.errstate(invalid="ignore"):
        feasible = np.where(known, letters, 0.0).sum(axis=0) / (FULL * known.sum(axis=0))
    paused = is_known(objectives, "active") & ~flags(objectives, "active")
    priority = np.where(paused, np.nan, numbers(objectives, "importance") * feasible)
    day = dates(objectives, "deadline").astype("datetime64[D]")
    late = np.where(np.isnat(day), np.inf, day.astype(np.float64))
    place = np.full(len(objectives), np.nan)
    order = np.lexsort((late, -priority))
    order = order[~np.isnan(priority[order])]
    new = np.ones(len(order), dtype=bool)  # whether a place in the order differs from the one before
    new[1:] = (np.diff(priority[order]) != 0) | (late[order][1:] != late[order][:-1])
    # The first of equals gives all of them its place.
    place[order] = np.maximum.accumulate(np.where(new, np.arange(1, len(order) + 1), 0))
    nothing = Codes.from_masks({}, len(objectives))
    return RuleResult(
        make_frame({"priority": priority, "rank": place}, objectives.index), nothing, nothing, VERSION
    )
