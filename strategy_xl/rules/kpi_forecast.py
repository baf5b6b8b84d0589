"""Where a KPI is heading: its dated readings, the Theil–Sen trend and the seasonal share.

Rule c of the specification. Theil–Sen (Sen 1968): the slope is the median of the slopes of all pairs of
readings, the level the median of value − slope × date; one wrong reading does not move it. Same answer
as ``scipy.stats.theilslopes(y, x, method="joint")``, for many KPIs at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.rules.frame import (
    Bools,
    Dates,
    Floats,
    Frame,
    Ints,
    dates,
    distinct,
    encoded,
    months_before,
    numbers,
    texts,
)
from strategy_xl.text.identity import identity_key

Days = Ints

NO_DAY = np.iinfo(np.int64).min
MAX_POINTS = 60
"""Latest readings used for a trend: a constant because the workbook's formula lists them."""

_PAIRS_AT_ONCE = 4_000_000
_DAY_SPAN = 1 << 22  # days in a packed key: about 11 000 years
_DAY_SHIFT = 1 << 21
_MOST_MONTHS = 100_000  # no history is as long, and no date as early


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return int(np.datetime64(day, "D").astype(np.int64))


def days(frame: Frame, key: str) -> Days:
    """The date column as days since 1970-01-01, shape (rows,); ``NO_DAY`` where missing or no date."""
    return dates(frame, key).astype("datetime64[D]").astype(np.int64)


def stamps(values: Days) -> Dates:
    """Days since 1970-01-01 as datetime64[s]; NaT where ``NO_DAY``."""
    return values.astype("datetime64[D]").astype("datetime64[s]")


@dataclass(frozen=True, slots=True)
class Readings:
    """Usable readings of the KPIs (name, date and number present, not after today), sorted by name, day.

    Arguments:
        name: position of the KPI name each reading belongs to. day: days since 1970-01-01.
        value: the reading; several on one day are each replaced by their mean, so that order is nothing.
        raw: the reading as it was typed.
        row_name: position of the name of each KPI row, -1 without a name.
    """

    name: Ints
    day: Days
    value: Floats
    raw: Floats
    row_name: Ints

    def position(self, name: Ints, day: Days, side: str) -> Ints:
        """Where readings of a name reach a day: first at or after it (left), first after it (right)."""
        keys = self.name * _DAY_SPAN + np.clip(self.day, -_DAY_SHIFT, _DAY_SHIFT - 1) + _DAY_SHIFT
        wanted = name * _DAY_SPAN + np.clip(day, -_DAY_SHIFT, _DAY_SHIFT - 1) + _DAY_SHIFT
        return np.searchsorted(keys, wanted, side="left" if side == "left" else "right")

    def slices(self, start: Days, end: Days) -> tuple[Ints, Ints]:
        """Half-open range of readings of each KPI row with start ≤ day ≤ end."""
        first = self.position(self.row_name, start, "left")
        last = self.position(self.row_name, end, "right")
        return first, np.maximum(first, last)


def collect(kpis: Frame, readings: Frame, today: date) -> Readings:
    """The readings that count for the KPIs, by the identity of names.

    Arguments: kpis (column ``name``), readings (``kpi``, ``date``, ``value``), today (later ones are
    left out).
    """
    own = [identity_key(name) or None for name in texts(kpis, "name")]
    row_name, known = distinct(np.array(own, dtype=object))
    place = {name: number for number, name in enumerate(known)}
    position, labels = encoded(readings, "kpi")
    numbered = [place.get(identity_key(str(label)), -1) for label in labels]
    name = np.array([*numbered, -1], dtype=np.int64)[position]
    day, value = days(readings, "date"), numbers(readings, "value")
    usable = (name >= 0) & (day != NO_DAY) & (day <= day_number(today)) & ~np.isnan(value)
    name, day, value = name[usable], day[usable], value[usable]
    order = np.lexsort((value, day, name))
    name, day, value = name[order], day[order], value[order]
    raw = value
    if value.size:
        new = np.concatenate(([True], (name[1:] != name[:-1]) | (day[1:] != day[:-1])))
        if not new.all():
            heads = np.flatnonzero(new)
            sizes = np.diff(np.append(heads, value.size))
            value = np.repeat(np.add.reduceat(value, heads) / sizes, sizes)
    return Readings(name, day, value, raw, row_name)


def theil_sen(x: Floats, y: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Theil–Sen slope and forecast of many series of one length.

    Arguments: x, y of shape (series, points), x ascending in each row; at of shape (series,).
    Result: slopes and values at ``at``, shape (series,); NaN where all x of a row are equal.
    """
    left, right = np.triu_indices(x.shape[1], 1)
    slope = np.full(len(x), np.nan)
    block = max(1, _PAIRS_AT_ONCE // max(1, left.size))
    for begin in range(0, len(x), block):
        part = slice(begin, begin + block)
        run = x[part][:, right] - x[part][:, left]
        rise = y[part][:, right] - y[part][:, left]
        apart = run > 0
        pairs = np.where(apart, rise / np.where(apart, run, 1.0), np.inf)
        pairs.sort(axis=1)
        number = apart.sum(axis=1)
        lines = np.arange(len(pairs))
        middle = (
            pairs[lines, np.maximum(number - 1, 0) // 2]
            + pairs[lines, np.minimum(number // 2, left.size - 1)]
        )
        slope[part] = np.where(number > 0, middle / 2, np.nan)
    return slope, np.median(y + slope[:, None] * (at[:, None] - x), axis=1)


def trends(found: Readings, first: Days, last: Days, rows: Ints, end: Days) -> Floats:
    """Theil–Sen forecast at the end date for some KPI rows; NaN elsewhere and without two dates.

    Arguments: first, last: range of readings per KPI row (``Readings.slices``); rows: positions of the
    rows wanted; end: end day per KPI row. At most the ``MAX_POINTS`` latest readings count.
    """
    forecast = np.full(len(first), np.nan)
    begin = np.maximum(first, last - MAX_POINTS)
    length = last - begin
    for points in np.unique(length[rows]):
        if points < 2:
            continue
        group = rows[length[rows] == points]
        places = begin[group][:, None] + np.arange(points)
        x, y = found.day[places].astype(np.float64), found.value[places]
        forecast[group] = theil_sen(x, y, end[group].astype(np.float64))[1]
    return forecast


@dataclass(frozen=True, slots=True)
class Period:
    """Per KPI row: start and end of its period, the day looked at, its reading frequency (days)."""

    start: Days
    end: Days
    seen: Days
    frequency: Floats


def seasonal_share(found: Readings, period: Period, wanted: Bools, months: float) -> Floats:
    """Share of a period's total usually done by this date, from the same months of past years.

    Arguments:
        found: the readings, those before the period being the history (totals so far that start again
            each period, or one running total).
        period: see ``Period``. wanted: KPI rows asked for (cumulative, with all dates).
        months: history needed, from the first reading to the day looked at.

    Result: shape (rows,), in (0, 1]; NaN without enough history or when past totals are not positive.
    A past year counts when readings start within one frequency (and five days) of its start.
    """
    share = np.full(len(period.start), np.nan)
    if not found.day.size:
        return share
    opening = found.position(found.row_name, np.full(len(share), -_DAY_SHIFT), "left")
    has = (opening < found.name.size) & (
        found.name[np.minimum(opening, found.name.size - 1)] == found.row_name
    )
    oldest = found.day[np.minimum(opening, found.day.size - 1)]
    needed = _back(period.seen, months=round(min(months, _MOST_MONTHS)))
    rows = np.flatnonzero(wanted & has & (oldest <= needed))
    if not rows.size:
        return share
    fresh = np.concatenate(([True], found.name[1:] != found.name[:-1]))
    step = np.diff(found.value, prepend=0.0)
    # A total lower than the one before has started again: what it holds is new.
    gain = np.where(fresh | (step < 0), found.value, step)
    running = np.concatenate(([0.0], np.cumsum(gain)))
    done, whole = np.zeros(rows.size), np.zeros(rows.size)
    names = found.row_name[rows]
    latest = oldest[rows] - period.frequency[rows] - 5
    start, end, seen = period.start[rows], period.end[rows], period.seen[rows]
    for years in range(1, 1 + int((seen.max() - oldest[rows].min()) // 365)):
        begin = _back(start, years=years)
        counts = begin >= latest
        low = found.position(names, begin, "left")
        so_far = running[found.position(names, _back(seen, years=years), "right")] - running[low]
        total = running[found.position(names, _back(end, years=years), "right")] - running[low]
        done += np.where(counts, so_far, 0.0)
        whole += np.where(counts, total, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = done / whole
    share[rows] = np.where((whole > 0) & (ratio > 0), np.minimum(ratio, 1.0), np.nan)
    return share


def _back(day: Days, *, years: int = 0, months: int = 0) -> Days:
    """The same day so many years or months before (28 February for the 29th); ``NO_DAY`` stays."""
    moved = months_before(day.astype("datetime64[D]"), 12 * years + months)
    return moved.astype(np.int64)
