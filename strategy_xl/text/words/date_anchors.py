"""Anchors of deadlines in words: months, weekdays, seasons, feasts, unresolved events.

The table ``HANDLERS`` says which reader a class of time words starts.
"""

# ruff: noqa: C901, PLR0911, PLR0912 - a small grammar: one form of date a line

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache

from strategy_xl.text.words.calendars import EVENTS, Period, month_period, season_period, unit_period
from strategy_xl.text.words.date_context import Context, TimeExpr, day_maker, left_modifiers, next_period
from strategy_xl.text.words.date_figures import (
    quarter_pattern,
    read_day,
    read_fiscal,
    read_numeric,
    read_quarter,
    read_tomorrow,
    read_week,
    read_year,
)
from strategy_xl.text.words.date_spans import starts_span
from strategy_xl.text.words.date_units import cadence_adverb, read_unit
from strategy_xl.text.words.lexicon import DEFDET, DEL, GEN, IDN, IND, NOUN, PREP, STOP
from strategy_xl.text.words.sentence import digits_value
from strategy_xl.text.words.time_words import PERIOD_ENDS, time_words
from strategy_xl.text.words.vocabulary import DateWords
from strategy_xl.text.words.wordlists import WORD_LANGUAGES, every

Handler = Callable[[Context, int], TimeExpr | None]


def _named_thing(context: Context, first: int, last: int) -> bool:
    """Whether it names a thing (``salon de mars``, ``the June newsletter``) rather than a deadline."""
    before = context.word(first - 1)
    if context.grammar.head_first:
        if before in context.any.of_short:
            noun = first - 2
            known = context.sentence.bits[noun] if noun >= 0 else 0
            if _is_moment(context, noun):
                return False  # « pour le comité de février »
            return noun >= 0 and bool(known & NOUN) and not known & IND and context.time_class(noun)[0] == ""
        return False
    following = context.word(last + 1)
    if (
        before in context.own.name_articles
        and following.isalpha()
        and context.word(first - 2) not in context.own.period_preps
    ):
        bits = context.sentence.bits[last + 1]
        return not bits & (PREP | STOP) and following not in context.own.deadline_nouns
    return False


def _is_moment(context: Context, noun: int) -> bool:
    """Whether a preposition of deadline rules a noun that is named by its month."""
    at = noun - 1
    while at > noun - 4 and context.word(at) not in context.own.moment_articles:
        at -= 1
    if context.word(at) in context.own.moment_contractions:
        return True
    return context.word(at) in context.own.moment_articles and (
        context.word(at - 1) in context.own.period_preps
    )


def read_month(context: Context, position: int) -> TimeExpr | None:
    """A month, with its day, part and year."""
    month = int(context.time_class(position)[1])
    word = context.words[position]
    first, part, shift = left_modifiers(context, position)
    last, year, day = position, None, None
    before = context.word(position - 1)
    if before in context.any.of_words:
        before = context.word(position - 2)
    number_at = position - 1 if before == context.word(position - 1) else position - 2
    if before in context.any.ordinals and number_at >= 1:
        number_at -= 1
    value = digits_value(context.words[number_at]) if number_at >= 0 and not part else None
    if value is None and before in context.any.first and not part:
        value = 1
    if value is not None and value == int(value) and 1 <= value <= 31:
        day, first = int(value), number_at
    elif context.grammar.month_first and not part:
        after = digits_value(context.word(position + 1) or "x")
        if after is not None and 1 <= after <= 31 and after == int(after) and _is_day(context, position + 1):
            day, last = int(after), position + 1
            if context.word(last + 1) in context.any.ordinals:
                last += 1
    if word in context.any.doubtful_months and not _is_month(context, position, first, day):
        return None
    follow = context.year_after(last)
    if follow is not None:
        year, last = follow
    elif context.time_class(last + 1)[0] == "x":
        last += 1
    elif context.time_class(last + 1)[0] == "l":
        shift, last = -1, last + 1
    if day is None and not part and year is None and shift == 0 and _named_thing(context, first, last):
        return None
    make = day_maker(month, day) if day is not None else (lambda y: month_period(y, month))
    period, absolute = next_period(context, year, make)
    if shift == -1:
        period = make(period[0].year - 1)
    return context.finish(first, last, period, part, absolute=absolute)


def _is_day(context: Context, position: int) -> bool:
    """Whether the figures after a month are its day rather than a count of something."""
    following = context.word(position + 1)
    if not following or following in context.any.ordinals or following in context.any.day_followers:
        return True
    return context.year_at(position + 1) is not None or bool(context.sentence.bits[position + 1] & PREP)


def _is_month(context: Context, position: int, first: int, day: int | None) -> bool:
    """Whether an ambiguous word (may, march, sept, mars) is a month here."""
    if day is not None or first < position or context.year_after(position) is not None:
        return True
    before = context.word(position - 1)
    if context.words[position] in context.any.numeral_months:
        return context.word(position + 1) in {".", ""} or before in context.any.numeral_month_leads
    if context.word(position - 1) in context.own.name_articles and (
        context.word(position - 2) in context.own.period_preps
    ):
        return True  # « before the March stocktake »
    return before in context.any.month_leads


def read_weekday(context: Context, position: int) -> TimeExpr | None:
    """A weekday: the next one after ``by``, ``avant``…; a cadence after ``every``."""
    before = context.word(position - 1)
    if before == "-":
        return None
    if context.words[position].endswith(context.any.plurals):
        return TimeExpr("cadence", position - (before in context.any.weekday_articles), position, None, None)
    if context.time_class(position - 1)[0] == "k" or (
        before in context.any.habit_articles and context.time_class(position + 1)[0] != "x"
    ):
        start = position - 1
        if context.word(start - 1) in context.any.all_lead:
            start -= 1
        if before not in context.any.singular_articles or context.count_before(position + 1) is None:
            return TimeExpr("cadence", start, position, None, None)
    if context.time_class(position - 2)[0] == "W" or context.time_class(position + 2)[0] == "W":
        return TimeExpr("cadence", position, position, None, None)  # « Monday to Friday »
    thing = _is_thing(context, position + 1) and not context.sentence.bits[position + 1] & GEN
    if thing and context.time_class(position + 1)[0] == "":
        return None  # « Saturday workshops »
    last = position
    first = position
    if context.time_class(position + 1)[0] == "x":
        last += 1
    elif context.time_class(position - 1)[0] in {"x", "t"}:
        first -= 1
    elif context.time_class(position + 1)[0] == "l":
        return TimeExpr("past", position, position + 1, None, None)
    role, _ = context.role(first)
    if last == first == position and role not in {"strong", "deadline", "after"}:
        ruled = context.sentence.bits[position - 1] & (PREP | DEFDET) if position else 1
        if ruled or position + 1 < len(context.words):
            return None  # « rappeler le notaire mardi », no « le marché du samedi »
    weekday = int(context.time_class(position)[1])
    day = context.day + timedelta(days=(weekday - context.day.weekday()) % 7 or 7)
    return context.finish(first, last, (day, day), absolute=False)


def _is_thing(context: Context, position: int) -> bool:
    """Whether a noun follows that the moment only describes (``the spring catalogue``)."""
    return (
        not context.grammar.head_first
        and context.word(position).isalpha()
        and not context.sentence.bits[position] & (PREP | STOP)
    )


def read_season(context: Context, position: int) -> TimeExpr | None:
    """A season, only as a moment (``cet été``, ``by spring 2027``), not as a name (``soldes d'été``)."""
    season = int(context.time_class(position)[1])
    if _event_name(context, position)[1] > position:
        return read_event(context, position)  # « summer holidays »
    first, part, shift = left_modifiers(context, position)
    last, year = position, None
    follow = context.year_after(position)
    if follow is not None:
        year, last = follow
    elif context.time_class(position + 1)[0] in {"x", "l"}:
        shift = 1 if context.time_class(position + 1)[0] == "x" else -1
        last += 1
    has_this = any(context.time_class(at)[0] in {"t", "x"} for at in range(first, position))
    role, _ = context.role(first)
    before = context.word(first - 1)
    thing = context.sentence.bits[first - 2] if first > 1 else 0
    moment = (
        before in context.any.of_short
        and year is not None
        and bool(thing & NOUN)
        and not thing & (IDN | DEL | IND)
    )
    if moment:
        return context.finish(first, last, season_period(year or 0, season), part, role="deadline")
    if before in context.any.not_moments and not (before in context.own.to_moment and year):
        return None
    named = first > 0 and bool(context.sentence.bits[first - 1] & IDN)
    dated = year is not None and not named
    heads = first == 0 and (context.word(position + 1) == ":" or context.word(position + 2) == ":")
    if not (has_this or shift or part or dated or heads) and role not in {
        "strong",
        "deadline",
        "after",
        "start",
    }:
        return None
    following = context.word(last + 1)
    if following in context.any.season_nouns or following in context.any.goal_labels:
        last += 1
    elif _is_thing(context, last + 1):
        return None
    period, absolute = next_period(context, year, lambda y: season_period(y, season))
    if year is None and season == 4 and period[0] > context.day:
        earlier = season_period(period[0].year - 1, 4)
        period = earlier if earlier[1] >= context.day else period
    if shift == -1:
        period = season_period(period[0].year - 1, season)
    return context.finish(first, last, period, part, absolute=absolute)


def read_event(context: Context, position: int) -> TimeExpr | None:
    """A feast or fixed moment of the year, after a word of deadline only."""
    name, last = _event_name(context, position)
    if not name:
        return None
    first, part, shift = left_modifiers(context, position)
    if name in PERIOD_ENDS:
        return _period_end(context, name, position, last)
    role, start = context.role(first)
    year = None
    follow = context.year_after(last)
    if follow is not None:
        year, last = follow
    elif context.time_class(last + 1)[0] == "x":
        last += 1
    next_to_it = {context.word(first - 1), context.word(first - 2)}
    heads = first == 0 and context.word(last + 1) == ":"
    if role not in {"strong", "deadline", "after"} and not (part or shift or year or heads):
        return None
    if (
        not part
        and context.word(first - 1) in context.any.of_short
        and context.any.until.isdisjoint(next_to_it)
    ):
        thing = context.sentence.bits[first - 2] if first > 1 else 0
        if year is None or thing & (IDN | DEL):
            return None  # « catalogue de Noël »; « marché de Noël 2026 » is a moment
        role = "deadline"
    if context.word(start) in context.own.on_event:
        return None
    following = context.word(last + 1)
    if following in context.any.event_nouns:
        last += 1
    elif _is_thing(context, last + 1):
        return None

    def make(year: int) -> Period:
        day = EVENTS[name](year)
        return day, day

    period, absolute = next_period(context, year, make)
    return context.finish(first, last, period, absolute=absolute, role=role if role == "deadline" else None)


def _event_name(context: Context, position: int) -> tuple[str, int]:
    word = context.words[position]
    best, last = "", position
    for phrase, name in time_words(context.lang).events.items():
        if (
            phrase[0] == word
            and tuple(w for w in context.words[position : position + len(phrase) + 2] if w != "-")[
                : len(phrase)
            ]
            == phrase
        ):
            length = len(phrase) + context.words[position : position + len(phrase) + 2].count("-")
            if position + length - 1 >= last:
                best, last = name, position + length - 1
    if best:
        return best, last
    entry = context.table.get(word)
    return (str(entry[1]), position) if entry and entry[0] == "E" else ("", position)


def _period_end(context: Context, name: str, first: int, last: int) -> TimeExpr:
    unit = PERIOD_ENDS[name]
    follow = context.year_after(last)
    period = unit_period(context.day, unit, 0)
    absolute = False
    if follow is not None and unit == "year":
        year, last = follow
        period, absolute = (date(year, 1, 1), date(year, 12, 31)), True
    if context.word(first - 1) in context.any.fiscal:
        first -= 1
    return context.finish(first, last, period, "e", absolute=absolute)


def read_cue(context: Context, position: int) -> TimeExpr | None:
    """``après``, ``once``, ``quand``…: an event that cannot be put on the calendar."""
    if (
        context.word(position + 1) in context.any.possible_links
        and context.word(position + 2) in context.any.possible
    ):
        return None
    word = context.words[position]
    if context.word(position + 1) == "-" and context.sentence.tokens.glued(position):
        return None
    if word in context.any.once_nouns and not (
        context.word(position - 1) in context.any.once_leads
        and context.word(position + 1) in context.any.once_followers
    ):
        return None
    if starts_span(context, position):
        return None
    if word in context.any.whens and context.time_class(position + 1)[0] in {"k", "u"}:
        return None
    if word in context.any.once and context.word(position + 1) in context.any.indefinite:
        return None
    if word in context.any.suite and context.word(position + 1) not in context.any.suite_links:
        return None
    if word in context.any.issue and context.word(position + 1) not in context.any.issue_links:
        return None
    if word in context.any.following and position and context.words[position - 1] in context.any.our_articles:
        return None
    return TimeExpr("event", position, _clause_end(context, position), None, None)


def read_before(context: Context, position: int) -> TimeExpr | None:
    """``avant la prochaine assemblée``, ``before our relaunch``: an event that no calendar holds."""
    if context.word(position + 1) not in context.any.event_determiners:
        return None
    at = position + 2
    while context.time_class(at)[0] == "x":
        at += 1
    word = context.word(at)
    if not word.isalpha() or (
        not context.sentence.bits[at] & NOUN and context.sentence.bits[at] & (PREP | STOP)
    ):
        return None
    if any(
        handler_of(context.lang, near)
        for near in context.words[at : at + 4]
        if near not in context.any.as_soon
    ):
        return None
    if any(context.time_class(near)[0] for near in range(at, min(at + 3, context.size))):
        return None
    last = at
    while last + 1 < context.size and last < at + 4:
        word = context.words[last + 1]
        linked = word in context.any.event_links
        if not linked and (not word.isalpha() or context.sentence.bits[last + 1] & (PREP | STOP)):
            break
        last += 1
    return TimeExpr("event", position, last, None, None)


def _clause_end(context: Context, position: int) -> int:
    """The last token of the clause that starts at a position (a comma, a full stop or five words on)."""
    last = position
    while last + 1 < context.size and last < position + 6:
        word = context.words[last + 1]
        if word in {",", ".", ";", "(", ":"} or context.time_class(last + 1)[0] in {"m", "Y"}:
            break
        last += 1
        if last > position + 2 and word in context.own.clause_ends:
            return last - 1
    return last


def read_vague(context: Context, position: int) -> TimeExpr | None:
    """A vague word of time: no point; « as soon as » a thing happens is an event."""
    if (
        context.words[position] in context.any.soon
        and context.word(position + 1) in context.any.as_words
        and context.word(position + 2) not in context.any.possible
    ):
        return TimeExpr("event", position - 1, _clause_end(context, position), None, None)
    return TimeExpr("vague", position, position, None, None)


def read_as_soon(context: Context, position: int) -> TimeExpr | None:
    """``dès que`` a thing happens: an event, unless it is « dès que possible »."""
    if (
        context.word(position + 1) not in context.any.that
        or context.word(position + 2) in context.any.possible
    ):
        return None
    return TimeExpr("event", position, _clause_end(context, position), None, None)


HANDLERS: Mapping[str, Handler] = {
    "m": read_month,
    "u": read_unit,
    "W": read_weekday,
    "S": read_season,
    "E": read_event,
    "A": read_cue,
    "v": read_vague,
    "K": cadence_adverb,
}


@cache
def _starters() -> Mapping[str, Handler]:
    """The reader of each word that starts a deadline without being a word of time, in any language."""
    words = every(DateWords)
    readers = (
        (frozenset().union(*(time_words(lang).starts for lang in WORD_LANGUAGES)), read_event),
        (words.before, read_before),
        (words.as_soon, read_as_soon),
        (words.tomorrow, read_tomorrow),
        (words.fiscal_prefixes, read_fiscal),
    )
    return {word: reader for starts, reader in readers for word in starts}


@lru_cache(maxsize=65536)
def handler_of(lang: str, word: str) -> Handler | None:
    """The reader that a word starts, None for most words."""
    entry = time_words(lang).table.get(word)
    return other_handler(word) if entry is None else HANDLERS.get(entry[0])


def other_handler(word: str) -> Handler | None:
    """The handler of a word that is no word of time in itself: figures, T3, FY27, feasts of several words."""
    started = _starters().get(word)
    if started is not None or word.isalpha():
        return started
    if word[0].isdigit():
        if len(word) == 4 and word.isdigit():
            return read_year if 1990 <= int(word) <= 2069 else None
        if re.fullmatch(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{1,2}/\d{2,4}|\d{4}[/\-]\d{2,4}", word):
            return read_numeric
        if len(word) <= 2 and word.isdigit() and 1 <= int(word) <= 31:
            return read_day
        return read_quarter if quarter_pattern().fullmatch(word) else None
    if quarter_pattern().fullmatch(word):
        return read_quarter
    words = every(DateWords)
    if re.fullmatch(rf"(?:{'|'.join(words.fiscal_prefixes)})\d{{2,4}}", word):
        return read_fiscal
    if re.fullmatch(rf"(?:{'|'.join(words.week_letters)})\d{{1,2}}", word):
        return read_week
    return None
