"""Completeness: counting, weighting, limits."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules.completeness import BlockNeed, block_completeness, completeness, overall
from strategy_xl.rules.frame import filled

TABLE = BlockNeed("t", "m", ("a", "b"), 3)
FORM = BlockNeed("f", "m", ("x", "y", "z", "w"), 1)


def test_a_table_is_counted_over_the_rows_it_needs() -> None:
    """Two full rows of a table that needs three are two thirds; a fourth row raises what is asked."""
    rows = pd.DataFrame({"a": [1, 2], "b": ["u", "v"]})
    assert block_completeness({"t": rows}, [TABLE]).frame.loc["t", "completeness"] == pytest.approx(4 / 6)
    four = pd.DataFrame({"a": [1, 2, 3, 4], "b": ["u", None, " ", ""]})
    assert block_completeness({"t": four}, [TABLE]).frame.loc["t"].tolist() == ["m", 5, 8, 5 / 8]


def test_a_module_weighs_blocks_by_required_cells() -> None:
    """Six cells of a table at 4/6 and four of a form at 1/4 make 5/10."""
    tables = {"t": pd.DataFrame({"a": [1, 2], "b": ["u", "v"]}), "f": pd.DataFrame({"x": [0]})}
    result = completeness(tables, [TABLE, FORM])
    assert result.frame.loc["m", "completeness"] == pytest.approx(0.5)
    assert result.explained().loc["m", "missing"] == ("t", "f")
    assert result.reasons.at(0) == ("ADVANCED",)


def test_zero_and_false_are_filled_and_nothing_is_not() -> None:
    """A zero or a No is an answer; a missing value, a date that is none and blanks are not."""
    frame = pd.DataFrame(
        {
            "n": [0.0, None],
            "b": pd.array([False, None], dtype="boolean"),
            "d": pd.to_datetime(["2026-01-01", None]),
            "s": ["x", "\N{NO-BREAK SPACE} "],
        }
    )
    assert [filled(frame, key).tolist() for key in frame] == [[True, False]] * 4


def test_a_cell_that_a_result_judges_counts_when_it_is_said_to() -> None:
    """Three answers of which one is "idem" are two; without the result none is known to count."""
    need = BlockNeed("q", "m", ("answer", "who"), 1, {"answer": "answered"})
    rows = pd.DataFrame({"answer": ["we do", "idem", "x y z"], "who": ["a", None, "b"]})
    judged = rows.assign(answered=pd.array([True, False, True], dtype="boolean"))
    assert block_completeness({"q": judged}, [need]).frame.loc["q", "filled"] == 2 + 2
    assert block_completeness({"q": rows}, [need]).frame.loc["q", "filled"] == 0 + 2


def test_absent_blocks_are_empty_and_blocks_without_needs_do_not_count() -> None:
    """A sheet that was deleted is 0 %; a block without required inputs changes nothing."""
    result = completeness({}, [TABLE, BlockNeed("free", "m", ()), BlockNeed("g", "other", ("k",))])
    assert result.frame["completeness"].tolist() == [0, 0]
    assert result.frame["required"].tolist() == [6, 1]
    assert result.reasons.lists() == [("EMPTY",), ("EMPTY",)]
    assert overall(result.frame) == 0
    assert overall(result.frame.iloc[:0]) == 0


@given(
    cells=st.lists(
        st.tuples(st.none() | st.integers(), st.none() | st.sampled_from(["", " ", "x"])), max_size=8
    ),
    least=st.integers(0, 6),
)
def test_share_is_bounded_and_full_only_when_full(cells: list[tuple[object, object]], least: int) -> None:
    """The share is within 0–1, equals the plain count, and is 1 only when no cell is missing."""
    frame = pd.DataFrame(cells, columns=["a", "b"])
    result = completeness({"t": frame}, [BlockNeed("t", "m", ("a", "b"), least)])
    share = result.frame["completeness"].iloc[0]
    count = sum((a is not None) + (b == "x") for a, b in cells)
    assert share == pytest.approx(count / (2 * max(1, least, len(cells))))
    assert result.reasons.has("COMPLETE")[0] == (count == 2 * max(1, least, len(cells)))
