"""Market trends: impact times nearness."""

from __future__ import annotations

import pandas as pd

from strategy_xl.rules import trends


def test_the_near_and_strong_come_first() -> None:
    """From 9 (high, under one year) to 1 (low, far); missing with half of the answer."""
    frame = pd.DataFrame(
        {
            "impact_level": ["high", "medium", "low", "high", None, "other"],
            "horizon": ["short", "mid", "long", None, "short", "short"],
        }
    )
    result = trends.score(frame)
    assert result.frame["score"].fillna(0).tolist() == [9, 4, 1, 0, 0, 0]
    assert result.missing.lists()[3:] == [("horizon",), ("impact_level",), ("impact_level",)]
