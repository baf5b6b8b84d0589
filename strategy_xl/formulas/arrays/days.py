"""Functions of dates, on Excel's serial numbers (1900 system)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.cellvalues import END_OF_DAYS, LEAP_BUG, UNIX_DAY
from strategy_xl.formulas.arrays.cell_arrays import (
    NUM,
    NUMBER,
    Cells,
    Floats,
    aligned,
    checked,
    constant,
    errors_of,
)
from strategy_xl.formulas.arrays.kinds import numeric, textual
from strategy_xl.formulas.arrays.library import Environment, function
from strategy_xl.formulas.arrays.maths import failing, floats
from strategy_xl.formulas.tree import UnsupportedError

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]


def _days(serial: Floats) -> Days:
    """Calendar days of serial numbers; what is outside Excel's calendar becomes its edge."""
    whole = np.clip(np.floor(serial), 0, END_OF_DAYS - 1)
    whole = whole + (whole < LEAP_BUG)
    found: Days = (whole - UNIX_DAY).astype(np.int64).astype("datetime64[D]")
    return found


def _serials(days: Days) -> Floats:
    whole = days.astype("datetime64[D]").astype(np.int64).astype(np.float64) + UNIX_DAY
    return np.asarray(whole - (whole < LEAP_BUG))


def _parts(days: Days) -> tuple[Ints, Ints, Ints]:
    """Year, month (1–12) and day of the month."""
    months = days.astype("datetime64[M]")
    count = months.astype(np.int64)
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return count // 12 + 1970, count % 12 + 1, day


def _from_parts(year: Ints, month: Ints, day: Ints) -> Days:
    """The day ``day`` (from 1, over the edge if need be) of a month counted from January of a year."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    found: Days = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    return found


def _month_end(months: Ints) -> Ints:
    """Days in each month, given as months since January 1970."""
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray((following - first).astype(np.int64))


def _outside(serial: Floats) -> npt.NDArray[np.bool_]:
    return (serial < 0) | (serial >= END_OF_DAYS)


def _part(name: str, compute: Callable[[Days], Any]) -> None:
    @function(name, args=(1, 1))
    def _one(args: Sequence[Cells], _env: Environment) -> Cells:
        (serial,), errors = floats(args)
        return checked(
            np.asarray(compute(_days(serial)), dtype=np.float64), failing(_outside(serial), NUM, errors)
        )


_part("YEAR", lambda days: _parts(days)[0])
_part("MONTH", lambda days: _parts(days)[1])
_part("DAY", lambda days: _parts(days)[2])


def _iso_week(days: Days) -> Ints:
    """Week by ISO 8601: the week of a year's first Thursday is 1."""
    thursday = days + (3 - (days.astype(np.int64) + 3) % 7)
    first = thursday.astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray((thursday - first).astype(np.int64) // 7 + 1)


_part("ISOWEEKNUM", _iso_week)


@function("TODAY", "NOW", args=(0, 0))
def _today(_args: Sequence[Cells], env: Environment) -> Cells:
    return env.today()


@function("DATE", args=(3, 3))
def _date(args: Sequence[Cells], _env: Environment) -> Cells:
    (year, month, day), errors = floats(args)
    year, month, day = np.trunc(year), np.trunc(month), np.trunc(day)
    year = np.where((year >= 0) & (year < 1900), year + 1900, year)
    errors = failing((year < 1900) | (year > 9999), NUM, errors)
    edge = 120_000
    whole = [np.clip(part, -edge, edge).astype(np.int64) for part in (np.clip(year, 0, 9999), month, day)]
    found = _serials(_from_parts(*whole))
    return checked(found, failing(_outside(found), NUM, errors))


def _shifted(args: Sequence[Cells], *, to_end: bool) -> Cells:
    (serial, count), errors = floats(args)
    year, month, day = _parts(_days(serial))
    months = (year - 1970) * 12 + month - 1 + np.clip(np.trunc(count), -120_000, 120_000).astype(np.int64)
    last = _month_end(months)
    kept = last if to_end else np.minimum(day, last)
    found = _serials(months.astype("datetime64[M]").astype("datetime64[D]") + (kept - 1))
    return checked(found, failing(_outside(serial) | _outside(found), NUM, errors))


@function("EDATE", args=(2, 2))
def _edate(args: Sequence[Cells], _env: Environment) -> Cells:
    return _shifted(args, to_end=False)


@function("EOMONTH", args=(2, 2))
def _eomonth(args: Sequence[Cells], _env: Environment) -> Cells:
    return _shifted(args, to_end=True)


@function("DAYS", args=(2, 2))
def _days_between(args: Sequence[Cells], _env: Environment) -> Cells:
    (end, start), errors = floats(args)
    return checked(np.floor(end) - np.floor(start), failing(_outside(end) | _outside(start), NUM, errors))


def _difference(unit: str, start: Days, end: Days) -> Ints | None:
    """DATEDIF in one unit; None for an unknown one."""
    (y1, m1, d1), (y2, m2, d2) = _parts(start), _parts(end)
    months = (y2 - y1) * 12 + m2 - m1 - (d2 < d1)
    if unit == "d":
        return (end - start).astype(np.int64)
    if unit in ("m", "y", "ym"):
        return months if unit == "m" else months // 12 if unit == "y" else months % 12
    if unit == "md":
        return (end - _from_parts(y2, m2 - (d2 < d1), d1)).astype(np.int64)
    if unit == "yd":
        passed = (m2 < m1) | ((m2 == m1) & (d2 < d1))
        return (end - _from_parts(y2 - passed, m1, d1)).astype(np.int64)
    return None


@function("DATEDIF", args=(3, 3))
def _datedif(args: Sequence[Cells], _env: Environment) -> Cells:
    start, end, unit = aligned([numeric(args[0]), numeric(args[1]), textual(args[2])])
    errors = errors_of((start, end, unit))
    found = np.zeros(start.shape)
    folded = unit.folded
    for name in set(folded.ravel().tolist()):
        mask = folded == name
        value = _difference(name, _days(start.number), _days(end.number))
        if value is None:
            errors = failing(mask, NUM, errors)
        else:
            found = np.where(mask, value, found)
    wrong = _outside(start.number) | _outside(end.number) | (np.floor(end.number) < np.floor(start.number))
    return checked(found, failing(wrong, NUM, errors))


def _thirty(start: Days, end: Days, *, european: bool) -> Ints:
    """Days between two dates of a year of 12 months of 30 days."""
    (y1, m1, d1), (y2, m2, d2) = _parts(start), _parts(end)
    if european:
        d1, d2 = np.minimum(d1, 30), np.minimum(d2, 30)
    else:
        last1 = (m1 == 2) & (d1 == _month_end((y1 - 1970) * 12 + m1 - 1))
        last2 = (m2 == 2) & (d2 == _month_end((y2 - 1970) * 12 + m2 - 1))
        d2 = np.where(last1 & last2, 30, d2)
        d1 = np.where(last1, 30, d1)
        d2 = np.where((d2 == 31) & (d1 >= 30), 30, d2)
        d1 = np.minimum(d1, 30)
    return np.asarray((y2 - y1) * 360 + (m2 - m1) * 30 + d2 - d1)


def _is_leap(year: Ints) -> npt.NDArray[np.bool_]:
    return np.asarray((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)))


def _actual_year(start: Days, end: Days) -> Floats:
    """Length of a year for YEARFRAC basis 1: 366 when a 29 February counts, else the years' average."""
    (y1, m1, d1), (y2, m2, d2) = _parts(start), _parts(end)
    within = (y1 == y2) | ((y2 == y1 + 1) & ((m1 > m2) | ((m1 == m2) & (d1 >= d2))))
    leap_first = _is_leap(y1) & ((m1 < 2) | ((m1 == 2) & (d1 <= 29)))
    leap_last = _is_leap(y2) & ((m2 > 2) | ((m2 == 2) & (d2 == 29)))
    leap = np.where(y1 == y2, _is_leap(y1), leap_first | leap_last)
    january = np.ones_like(y1)
    span = (_from_parts(y2 + 1, january, january) - _from_parts(y1, january, january)).astype(np.int64)
    return np.asarray(np.where(within, np.where(leap, 366, 365), span / (y2 - y1 + 1)))


@function("YEARFRAC", args=(2, 3))
def _yearfrac(args: Sequence[Cells], _env: Environment) -> Cells:
    (first, last, basis), errors = floats([*args, constant(0.0)][:3])
    errors = failing(_outside(first) | _outside(last) | (basis < 0) | (basis >= 5), NUM, errors)
    one, two = _days(first), _days(last)
    start, end = np.minimum(one, two), np.maximum(one, two)
    actual = (end - start).astype(np.int64)
    found = np.select(
        [np.trunc(basis) == code for code in range(5)],
        [
            _thirty(start, end, european=False) / 360,
            actual / _actual_year(start, end),
            actual / 360,
            actual / 365,
            _thirty(start, end, european=True) / 360,
        ],
        0.0,
    )
    return checked(found, errors)


_WEEK_STARTS = {1: 6, 2: 0, 3: 0, 11: 0, 12: 1, 13: 2, 14: 3, 15: 4, 16: 5, 17: 6}
"""First day of the week (0 = Monday) by WEEKDAY's second argument; for 3 the count starts at 0."""


@function("WEEKDAY", args=(1, 2))
def _weekday(args: Sequence[Cells], _env: Environment) -> Cells:
    (serial, kind), errors = floats([*args, constant(1.0)][:2])
    monday = (np.floor(serial).astype(np.int64) - 2) % 7
    starts = np.full(serial.shape, -1, dtype=np.int64)
    for code, start in _WEEK_STARTS.items():
        starts = np.where(np.trunc(kind) == code, start, starts)
    errors = failing((starts < 0) | _outside(serial), NUM, errors)
    return checked(((monday - starts) % 7 + np.where(np.trunc(kind) == 3, 0, 1)).astype(np.float64), errors)


@function("WEEKNUM", args=(1, 2))
def _weeknum(args: Sequence[Cells], _env: Environment) -> Cells:
    (serial, kind), errors = floats([*args, constant(1.0)][:2])
    days = _days(serial)
    starts = np.where(np.trunc(kind) == 21, -1, np.full(serial.shape, -2))
    for code, start in _WEEK_STARTS.items():
        if code != 3:
            starts = np.where(np.trunc(kind) == code, start, starts)
    first = days.astype("datetime64[Y]").astype("datetime64[D]")
    lead = ((first.astype(np.int64) + 3) % 7 - starts) % 7
    week = ((days - first).astype(np.int64) + lead) // 7 + 1
    found = np.where(starts == -1, _iso_week(days), week).astype(np.float64)
    return checked(found, failing((starts == -2) | _outside(serial), NUM, errors))


def _holidays(args: Sequence[Cells]) -> list[np.datetime64]:
    if len(args) < 3:
        return []
    if args[2].shape[0] > 1:
        raise UnsupportedError("holidays that differ from row to row")
    return list(_days(args[2].number[args[2].of(NUMBER)]))


@function("NETWORKDAYS", args=(2, 3), arrays=frozenset({2}), engine=True)
def _networkdays(args: Sequence[Cells], _env: Environment) -> Cells:
    (first, last), errors = floats(args[:2])
    one, two = _days(first), _days(last)
    start, end = np.minimum(one, two), np.maximum(one, two)
    count = np.busday_count(start, end + 1, holidays=_holidays(args))
    found = np.where(one > two, -count, count).astype(np.float64)
    return checked(found, failing(_outside(first) | _outside(last), NUM, errors))


@function("WORKDAY", args=(2, 3), arrays=frozenset({2}), engine=True)
def _workday(args: Sequence[Cells], _env: Environment) -> Cells:
    (first, count), errors = floats(args[:2])
    days, whole = _days(first), np.clip(np.trunc(count), -1e6, 1e6).astype(np.int64)
    roll_back = np.busday_offset(days, whole, roll="preceding", holidays=_holidays(args))
    roll_on = np.busday_offset(days, whole, roll="following", holidays=_holidays(args))
    found = np.where(whole > 0, _serials(roll_back), np.where(whole < 0, _serials(roll_on), np.floor(first)))
    return checked(found, failing(_outside(first) | _outside(found), NUM, errors))


def _clock(name: str, unit: int, of: int) -> None:
    @function(name, args=(1, 1))
    def _one(args: Sequence[Cells], _env: Environment) -> Cells:
        (serial,), errors = floats(args)
        seconds = np.rint((serial - np.floor(serial)) * 86400) % 86400
        return checked(seconds // unit % of, failing(serial < 0, NUM, errors))


_clock("HOUR", 3600, 24)
_clock("MINUTE", 60, 60)
_clock("SECOND", 1, 60)
