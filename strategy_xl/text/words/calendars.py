"""Calendar arithmetic for deadlines: periods, moving feasts, ends of months. Pure; no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache

Period = tuple[date, date]


def month_period(year: int, month: int) -> Period:
    """First and last day of a month."""
    return date(year, month, 1), _end_of_month(year, month)


def _end_of_month(year: int, month: int) -> date:
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return following - timedelta(days=1)


def months_period(year: int, first: int, count: int) -> Period:
    """First and last day of ``count`` months from ``first`` (quarters, halves)."""
    return date(year, first, 1), _end_of_month(year, first + count - 1)


def add_months(day: date, count: int) -> date:
    """The same day ``count`` months later, or the month's last day."""
    total = day.year * 12 + day.month - 1 + count
    year, month = divmod(total, 12)
    last = _end_of_month(year, month + 1)
    return last if day.day > last.day else day.replace(year=year, month=month + 1)


def part_of(period: Period, part: str) -> Period:
    """Begin (``b``), middle (``i``) or end (``e``) third of a period; else the period."""
    start, end = period
    third = timedelta(days=(end - start).days // 3)
    if part == "b":
        return start, start + third - timedelta(days=third.days == 10)
    if part == "i":
        return start + third, start + timedelta(days=(end - start).days // 2)
    if part == "e":
        return end - third, end
    return period


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday (Gregorian computus of Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_weekday(year: int, month: int, weekday: int) -> date:
    last = _end_of_month(year, month)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _black_friday(year: int) -> date:
    return _nth_weekday(year, 11, 3, 4) + timedelta(days=1)


def _mothers_day_fr(year: int) -> date:
    day = _last_weekday(year, 5, 6)
    # Moved to the first Sunday of June when it would fall on Pentecost.
    return day + timedelta(days=7) if day == easter(year) + timedelta(days=49) else day


EVENTS: Mapping[str, Callable[[int], date]] = {
    "christmas": lambda year: date(year, 12, 25),
    "festive": lambda year: date(year, 12, 31),
    "easter": easter,
    "ascension": lambda year: easter(year) + timedelta(days=39),
    "pentecost": lambda year: easter(year) + timedelta(days=49),
    "back_to_school": lambda year: date(year, 9, 1),
    "all_saints": lambda year: date(year, 11, 1),
    "halloween": lambda year: date(year, 10, 31),
    "holidays": lambda year: date(year, 7, 5),
    "holidays_en": lambda year: date(year, 12, 20),
    "valentine": lambda year: date(year, 2, 14),
    "black_friday": _black_friday,
    "cyber_monday": lambda year: _black_friday(year) + timedelta(days=3),
    "thanksgiving": lambda year: _nth_weekday(year, 11, 3, 4),
    "new_year": lambda year: date(year, 1, 1),
    "new_year_eve": lambda year: date(year, 12, 31),
    "mothers_day_fr": _mothers_day_fr,
    "mothers_day_en": lambda year: _nth_weekday(year, 5, 6, 2),
    "fathers_day": lambda year: _nth_weekday(year, 6, 6, 3),
    "summer_sales_fr": lambda year: _last_weekday(year, 6, 2),
    "winter_sales_fr": lambda year: _nth_weekday(year, 1, 2, 2),
    "labor_day": lambda year: _nth_weekday(year, 9, 0, 1),
    "memorial_day": lambda year: _last_weekday(year, 5, 0),
    "independence_day": lambda year: date(year, 7, 4),
    "candlemas": lambda year: date(year, 2, 2),
    "st_patrick": lambda year: date(year, 3, 17),
    "mothering_sunday": lambda year: easter(year) - timedelta(days=21),
    "st_john": lambda year: date(year, 6, 24),
    "australia_day": lambda year: date(year, 1, 26),
    "bonfire_night": lambda year: date(year, 11, 5),
    "giving_tuesday": lambda year: _nth_weekday(year, 11, 3, 4) + timedelta(days=5),
    "year_end": lambda year: date(year, 12, 31),
    "fiscal_end": lambda year: date(year, 12, 31),
}

_SEASONS = {1: (3, 20), 2: (6, 21), 3: (9, 22), 4: (12, 21)}


def season_period(year: int, season: int) -> Period:
    """Start and end of a season (1 spring … 4 winter, which ends the year after), northern hemisphere."""
    start = date(year, *_SEASONS[season])
    following = date(year + 1, *_SEASONS[1]) if season == 4 else date(year, *_SEASONS[season + 1])
    return start, following - timedelta(days=1)


def week_period(year: int, week: int) -> Period | None:
    """Monday and Sunday of an ISO week, None when the year has no such week."""
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return monday, monday + timedelta(days=6)


def unit_period(day: date, unit: str, shift: int) -> Period:
    """The week, month, quarter, half or year around a day, shifted by whole units."""
    if unit == "day":
        moved = day + timedelta(days=shift)
        return moved, moved
    if unit in {"week", "fortnight"}:
        monday = day - timedelta(days=day.weekday()) + timedelta(weeks=shift)
        return monday, monday + timedelta(days=6)
    length = {"month": 1, "quarter": 3, "third": 4, "half": 6}.get(unit, 12)
    index = (day.year * 12 + day.month - 1) // length + shift
    year, month = divmod(index * length, 12)
    return months_period(year, month + 1, length)


def after(day: date, count: float, unit: str) -> date:
    """The day ``count`` units later."""
    if unit in {"day", "week", "fortnight"}:
        return day + timedelta(days=round(count * {"day": 1, "week": 7, "fortnight": 14}[unit]))
    length = {"month": 1, "quarter": 3, "third": 4, "half": 6, "decade": 120}.get(unit, 12)
    whole = int(count * length)
    return add_months(day, whole)
