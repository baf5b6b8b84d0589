"""Errors and days as Excel has them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.cellvalues import END_OF_DAYS, UNIX_DAY, ErrorValue, error_value, from_serial, to_serial

DAYS = st.dates(date(1904, 1, 1))


@pytest.mark.parametrize("error", ErrorValue)
def test_an_error_is_known_by_its_text(error: ErrorValue) -> None:
    """What the spreadsheet shows gives the same error again."""
    assert error_value(str(error)) is error


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("#VALEUR!", ErrorValue.VALUE), ("#NOMBRE!", ErrorValue.NUM), ("Err:502", ErrorValue.UNKNOWN),
        ("#1 sur le marché", None), ("", None), ("N/A", None),
    ],
)  # fmt: skip
def test_errors_in_other_tongues(text: str, error: ErrorValue | None) -> None:
    """French Excel and LibreOffice write some errors their own way; other texts are none."""
    assert error_value(text) is error


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (1, date(1900, 1, 1)), (59, date(1900, 2, 28)), (61, date(1900, 3, 1)), (UNIX_DAY, date(1970, 1, 1)),
        (46115, date(2026, 4, 3)), (END_OF_DAYS - 1, date(9999, 12, 31)),
    ],
)  # fmt: skip
def test_days_as_excel_counts_them(serial: int, day: date) -> None:
    """Serials follow the calendar; Excel's 29 February 1900 shifts the first ones."""
    found = from_serial(serial)
    assert found is not None
    assert (found.date(), to_serial(day)) == (day, serial)


def test_the_day_that_never_was_is_the_next_one() -> None:
    """Serial 60 is Excel's 29 February 1900."""
    assert from_serial(60) == datetime(1900, 3, 1)  # noqa: DTZ001 - Excel has no time zones


@pytest.mark.parametrize("serial", [-3, -0.001, END_OF_DAYS, 1e300, math.inf, math.nan])
def test_what_is_no_day(serial: float) -> None:
    """Outside Excel's calendar there is no day, whatever the workbook counts from."""
    assert from_serial(serial) is None
    assert from_serial(serial, is_1904=True) is None


@given(DAYS, st.times(), st.booleans())
def test_there_and_back(day: date, at: time, is_1904: bool) -> None:
    """A moment read back is the moment counted, to the microseconds that a number can hold."""
    moment = datetime.combine(day, at)
    found = from_serial(to_serial(moment, is_1904=is_1904), is_1904=is_1904)
    assert found is None or abs(found - moment) < timedelta(microseconds=50)
    assert found is not None or moment > datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - as above


@given(DAYS)
def test_1904_counts_four_years_less(day: date) -> None:
    """The calendar of old Macs starts 1,462 days later."""
    assert to_serial(day) - to_serial(day, is_1904=True) == 1462


def test_times_are_parts_of_a_day() -> None:
    """A time of day, a duration; a zone does not move the clock."""
    assert to_serial(time(18)) == 0.75
    assert to_serial(timedelta(hours=36)) == 1.5
    assert to_serial(datetime(2026, 4, 3, 6, tzinfo=UTC)) == 46115.25
