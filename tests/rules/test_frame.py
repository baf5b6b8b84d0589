"""The rules' door to tables: what is absent is missing, and its own arithmetic is that of the library."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import frame as door

TABLE = pd.DataFrame(
    {
        "any": pd.Series(["x", " ", "", None, 0, False], dtype=object),
        "choice": pd.Series(["x", " ", None, "y", "x", "y"], dtype=object).astype("category"),
        "day": pd.Series([date(2026, 5, 1), datetime(2026, 5, 1, 18), "2026-05-01", "never", None, pd.NaT]),  # noqa: DTZ001
        "number": [1.0, np.nan, 0.0, -1.0, 2.0, np.nan],
    }
)


def test_an_absent_column_is_a_column_of_missing_values() -> None:
    """Every way of reading answers for all rows, with nothing."""
    assert np.isnan(door.numbers(TABLE, "no")).all()
    assert np.isnat(door.dates(TABLE, "no")).all()
    assert door.texts(TABLE, "no").tolist() == [""] * 6
    assert door.cells(TABLE, "no").tolist() == [None] * 6
    for read in (door.flags, door.has_text, door.is_known, door.filled):
        assert read(TABLE, "no").tolist() == [False] * 6
    codes, values = door.encoded(TABLE, "no")
    assert (codes.tolist(), values.tolist()) == ([-1] * 6, [])


def test_what_fills_a_cell() -> None:
    """Zero and No fill a cell, a blank text does not, whatever the type of the column."""
    assert door.filled(TABLE, "any").tolist() == [True, False, False, False, True, True]
    assert door.filled(TABLE, "choice").tolist() == [True, False, False, True, True, True]
    assert door.filled(TABLE, "number").tolist() == [True, False, True, True, True, False]
    assert door.is_known(TABLE, "any").tolist() == [True, True, True, False, True, True]


def test_dates_of_any_kind_are_moments() -> None:
    """Days, moments and texts that are days are read; the rest is no date."""
    moments = door.dates(TABLE, "day")
    assert moments.dtype == "datetime64[us]"
    days = [str(day) for day in moments.astype("datetime64[D]")]
    assert days == ["2026-05-01"] * 3 + ["NaT"] * 3
    assert str(moments[1]) == "2026-05-01T18:00:00.000000"


@given(moment=st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), months=st.integers(0, 600))  # noqa: DTZ001
def test_months_before_are_those_of_the_calendar(moment: datetime, months: int) -> None:
    """The same day and hour so many months before, else the last day of that month."""
    found = door.months_before(np.array([moment, None], dtype="datetime64[us]"), months)
    assert pd.Timestamp(found[0]) == pd.Timestamp(moment) - pd.DateOffset(months=months)
    assert np.isnat(found[1])


def test_totals_leave_out_what_is_missing() -> None:
    """A group of missing values has no sum, and neither has a group without a row."""
    found = door.totals(TABLE["number"].to_numpy(), np.array([0, 0, 2, 2, 2, 3]), 5)
    np.testing.assert_array_equal(found, [1.0, np.nan, 1.0, np.nan, np.nan])


AMOUNT = st.one_of(
    st.floats(-1e6, 1e6), st.sampled_from([0.0, -0.0, 0.1, 1e16, -1e16, 1e308, np.inf, -np.inf, np.nan])
)


@pytest.mark.skipif(int(pd.__version__.partition(".")[0]) < 3, reason="it adds up otherwise, to the last bit")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # infinities of both signs
@pytest.mark.parametrize("few", [0, 500])
@given(cells=st.lists(st.tuples(AMOUNT, st.integers(0, 5)), max_size=30), in_order=st.booleans())
def test_totals_are_those_of_pandas(few: int, cells: list[tuple[float, int]], in_order: bool) -> None:
    """To the last bit, of few values and of many, in the order of their groups or not."""
    values = np.array([value for value, _ in cells], dtype=np.float64)
    group = np.array([at for _, at in cells], dtype=np.int64)
    group = np.sort(group) if in_order else group
    expected = pd.Series(values).groupby(group).sum(min_count=1).reindex(range(6)).to_numpy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "_FEW", few)
        found = door.totals(values, group, 6)
    np.testing.assert_array_equal(found, expected, strict=True)
    np.testing.assert_array_equal(
        np.copysign(1, found[~np.isnan(found)]), np.copysign(1, expected[~np.isnan(expected)])
    )


@pytest.mark.parametrize(("value", "day"), [(date(2026, 5, 1), date(2026, 5, 1)), ("x", None), (5, None)])
def test_a_day_is_told_from_anything_else(value: object, day: date | None) -> None:
    """Dates and texts that are dates, nothing else."""
    assert door.as_day(value) == day
