"""Market trends: a score that says which one to answer first.

Source: rules.md §g. Impact times nearness, both from 1 to 3, as in a risk matrix.
"""

from __future__ import annotations

import numpy as np

from strategy_xl.rules.frame import Frame, make_frame, texts
from strategy_xl.rules.result import Codes, RuleResult

VERSION = "1"
CODES: tuple[str, ...] = ()
IMPACTS = {"low": 1.0, "medium": 2.0, "high": 3.0}
NEARNESS = {"long": 1.0, "mid": 2.0, "short": 3.0}


def score(trends: Frame) -> RuleResult:
    """Score of every trend.

    Arguments:
        trends: columns ``impact_level`` (low, medium, high) and ``horizon`` (short, mid, long). Unique index.

    Result: ``score`` = impact (1–3) × nearness (1–3), from 1 to 9; missing while one of them is.

    >>> score(make_frame({"impact_level": ["high"], "horizon": ["mid"]})).frame["score"].tolist()
    [6.0]
    """
    impact, near = (
        np.array([weights.get(one, np.nan) for one in texts(trends, key)], dtype=np.float64)
        for key, weights in (("impact_level", IMPACTS), ("horizon", NEARNESS))
    )
    frame = make_frame({"score": impact * near}, trends.index)
    missing = {"impact_level": np.isnan(impact), "horizon": np.isnan(near)}
    rows = len(trends)
    return RuleResult(frame, Codes.from_masks({}, rows), Codes.from_masks(missing, rows), VERSION)
