"""Anchors of deadlines in figures: dates, years, quarters and halves by letter, fiscal years, weeks."""

# ruff: noqa: C901, PLR0911 - a small grammar: one form of date a line

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache, lru_cache

from strategy_xl.text.words.calendars import Period, month_period, months_period, week_period
from strategy_xl.text.words.date_context import Context, TimeExpr, day_maker, left_modifiers, next_period
from strategy_xl.text.words.lexicon import IDN, IND, OBJ, PREP, STOP, VDO, VERB
from strategy_xl.text.words.vocabulary import DateWords
from strategy_xl.text.words.wordlists import every


@cache
def quarter_pattern() -> re.Pattern[str]:
    """Quarters and halves by their letter and rank, with or without a year: T3, 3T27, Q1FY27."""
    words = every(DateWords)
    letter = "|".join((*words.quarter_letters, *words.half_letters))
    fiscal = "|".join(words.fiscal_prefixes)
    return re.compile(rf"(?:({letter})([1-4])|([1-4])({letter}))(?:{fiscal})?(\d{{2}}|\d{{4}})?")


@lru_cache(maxsize=4096)
def _parts(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of a date in figures, and how many figures each has."""
    parts = re.split(r"[/.\-]", word)
    return tuple(map(int, parts)), tuple(map(len, parts))


def read_numeric(context: Context, position: int) -> TimeExpr | None:
    """Dates in figures: 30/06/2027, 2027-06-30, 30/06, 06/2027, 2026/27."""
    parts, sizes = _parts(context.words[position])
    if len(parts) == 3:
        year, month, day = parts if sizes[0] == 4 else (parts[2], parts[1], parts[0])
        year = 2000 + year if year < 100 else year
        if month > 12 >= day:
            day, month = month, day
        if not (1 <= month <= 12 and 1 <= day <= 31 and 1990 <= year <= 2069):
            return None
        return context.finish(position, position, day_maker(month, day)(year))
    low, high = parts
    if sizes[0] == 4:  # 2026-2027, 2026/27
        year = high if sizes[1] == 4 else 2000 + high
        if 1990 <= low <= 2069 and low < year <= low + 5:
            return context.finish(position, position, (date(low, 1, 1), date(year, 12, 31)))
        return None
    if sizes[1] == 4:
        return (
            context.finish(position, position, month_period(high, low))
            if 1 <= low <= 12 and 1990 <= high <= 2069
            else None
        )
    if context.word(position - 1) in context.any.span_nouns and high == low + 1:
        return context.finish(position, position, (date(2000 + low, 1, 1), date(2000 + high, 12, 31)))
    day, month = (high, low) if high > 12 >= low else (low, high)
    if not (1 <= month <= 12 and 1 <= day <= 31) or sizes[1] == 1:
        return None
    following = context.word(position + 1)
    role, _ = context.role(position)
    if role in {"none", "head"} or (following in context.any.counted_after):
        return None
    if context.word(position - 1) in context.any.not_dates_after and role != "strong":
        return None
    period, _ = next_period(context, None, day_maker(month, day))
    return context.finish(position, position, period, absolute=False)


def _describes(context: Context, position: int) -> bool:
    """Whether a word is a participle after a known group (``des clients acquis``, ``the customers won``)."""
    word = context.word(position)
    participle = word.endswith(context.own.participles) and context.sentence.bits[position] & VERB
    if position < 2 or not participle:
        return False
    return any(context.word(at) in context.any.group_articles for at in (position - 2, position - 3))


def read_year(context: Context, position: int) -> TimeExpr | None:
    """A year, when it is a period and not part of a name (``catalogue 2027``) or of figures."""
    year = int(context.words[position])
    if context.sentence.tokens.glued(position) and context.word(position + 1) in context.any.glued_year_units:
        return None
    if context.word(position + 1) in context.any.year_units:
        return None
    if context.word(position - 1) in {"$", "€", "£"}:
        return None
    counted = position + 1 < context.size and context.sentence.bits[position + 1] & OBJ
    if counted and (position == 0 or context.sentence.bits[position - 1] & VERB):
        return None  # « 2000 abonnés »
    if is_named(context, position) and context.word(position + 1) == ":":
        return None
    first, part, _ = left_modifiers(context, position)
    before = context.word(first - 1)
    if before in context.any.in_words and year <= context.day.year and _describes(context, first - 2):
        # « les clients acquis en 2026 »: which ones, not by when.
        return TimeExpr("start", first - 1, position, date(year, 1, 1), None)
    role, _ = context.role(first)
    bits = context.sentence.bits[first - 1] if first else 0
    following = context.word(position + 1)
    next_bits = context.sentence.bits[position + 1] if position + 1 < context.size else 0
    if (
        first == position
        and before in context.own.of_year
        and context.word(first - 2) not in context.any.over_time
    ):
        # « objectif de 2027 », « de 2026 à 2027 »: the first year of a range, else a name.
        return TimeExpr("start", position, position, date(year, 1, 1), None)
    if (not part and role == "none") or (role == "article" and before not in context.any.fiscal_years):
        named = bits & (IND | OBJ) and bits & IND
        aimed = before in context.any.aimed
        ahead = next_bits & IND or following in context.any.aims
        if not (named or aimed or ahead) or (before in context.any.budget and not ahead):
            return _before_event(context, position, year)
    elif not context.grammar.head_first and following.isalpha() and first == position and role != "strong":
        # « in the 2027 catalogue »: a name.
        season = not context.any.season.isdisjoint((following, context.word(position + 2)))
        season = season or context.word(first - 2) in context.own.period_preps  # « at the 2027 awards »
        if (
            context.word(first - 1) in context.any.our_articles
            and not season
            and not next_bits & (IND | PREP | STOP)
        ):
            return None
    last = position
    if context.word(position + 1) in {"/", "-"} and (other := context.year_at(position + 2)):
        year, last = other, position + 2
    return context.finish(first, last, (date(year, 1, 1), date(year, 12, 31)), part)


def _before_event(context: Context, position: int, year: int) -> TimeExpr | None:
    """« avant les moissons 2027 »: an event of a year, after a word that can only announce a deadline."""
    for at in range(position - 1, max(position - 5, -1), -1):
        word = context.words[at]
        if word in context.any.event_leads and context.sentence.bits[position - 1] & ~(PREP | STOP) == 0:
            return context.finish(at, position, (date(year, 1, 1), date(year, 12, 31)), role="deadline")
    return None


def is_named(context: Context, position: int) -> bool:
    """Whether a year or a quarter is part of the name before it: « gamme 2027 : », « plan H2 »."""
    if not position or context.word(position - 1) in context.any.goal_labels:
        return False
    bits = context.sentence.bits[position - 1]
    return bool(bits & IDN) and not bits & IND


def read_quarter(context: Context, position: int) -> TimeExpr | None:
    """T3, Q2, S1, H2, 3T27, Q1 FY27; not a three-room flat (« 5 T3 », « appartements T2 »)."""
    match = quarter_pattern().fullmatch(context.words[position])
    if match is None:
        return None
    letter, rank = match[1] or match[4], int(match[2] or match[3])
    if letter in context.any.half_letters and rank > 2:
        return None
    before = context.word(position - 1)
    if before in context.any.flat_leads or is_named(context, position):
        return None
    if context.count_before(position - 1) is not None and context.year_at(position - 1) is None:
        return None
    first, part, shift = left_modifiers(context, position)
    last, year = position, None
    if match[5]:
        year = int(match[5]) if len(match[5]) == 4 else 2000 + int(match[5])
    elif follow := context.year_after(position):
        year, last = follow
    elif context.year_at(position - 1):
        year, first = context.year_at(position - 1), position - 1
    length = 3 if letter in context.any.quarter_letters else 6

    def make(when: int) -> Period:
        return months_period(when, 1 + length * (rank - 1), length)

    period, absolute = next_period(context, year, make)
    if shift == -1:
        period = make(period[0].year - 1)
    return context.finish(first, last, period, part, absolute=absolute)


def read_fiscal(context: Context, position: int) -> TimeExpr | None:
    """FY27, FY 2027, FY26/27."""
    word = context.words[position]
    last = position
    digits = context.fiscal_figures(word)
    if not digits:
        follow = context.word(position + 1)
        if not follow.isdigit():
            return None
        digits, last = follow, position + 1
    year = int(digits)
    year = 2000 + year if year < 100 else year
    if context.word(last + 1) == "/" and context.word(last + 2).isdigit():
        last += 2
        year = 2000 + int(context.word(last)) % 100
    if not 1990 <= year <= 2069:
        return None
    first, part, _ = left_modifiers(context, position)
    return context.finish(first, last, (date(year, 1, 1), date(year, 12, 31)), part)


def read_week(context: Context, position: int) -> TimeExpr | None:
    """W12, S26, wk12: a numbered week."""
    week = int(re.sub(r"\D", "", context.words[position]))
    follow = context.year_after(position)
    year = follow[0] if follow else context.day.year
    period = week_period(year, week)
    if period is None:
        return None
    if follow is None and period[1] < context.day:
        period = week_period(year + 1, week) or period
    return context.finish(position, follow[1] if follow else position, period, absolute=follow is not None)


def read_day(context: Context, position: int) -> TimeExpr | None:
    """A day without month (``d'ici le 15``, ``by the 15th``): the next one, after a word of deadline only."""
    if context.word(position - 1) not in context.any.day_articles:
        return None
    last = position + (context.word(position + 1) in context.any.day_suffixes)
    following = context.word(last + 1)
    role, _ = context.role(position)
    if role != "strong" or (following.isalpha() and not context.sentence.bits[last + 1] & (PREP | STOP)):
        return None
    if following in context.any.day_links:
        return None
    number, month = int(context.words[position]), context.day.month
    day = day_maker(month, number)(context.day.year)[0]
    if day < context.day:
        year, month = (context.day.year + 1, 1) if month == 12 else (context.day.year, month + 1)
        day = day_maker(month, number)(year)[0]
    return context.finish(position, last, (day, day), absolute=False)


def read_tomorrow(context: Context, position: int) -> TimeExpr | None:
    """Tomorrow, and today behind an order: « envoyer la facture aujourd'hui »."""
    word = context.words[position]
    if word in context.any.today and position + 1 == len(context.words) and context.sentence.bits[0] & VERB:
        return context.finish(position, position, (context.day, context.day), absolute=False)
    named = position == 1 and not context.sentence.bits[0] & VDO and bool(context.sentence.bits[0] & VERB)
    unknown = position == 1 and not context.sentence.bits[0]
    if word in context.any.today or named or unknown:  # « inventer demain »
        return None
    day = context.day + timedelta(days=1)
    return context.finish(position, position, (day, day), absolute=False)
