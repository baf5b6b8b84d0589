"""Anchors of deadlines in words: months, weekdays, seasons, feasts, unresolved events.

The table ``HANDLERS`` says which reader a class of time words starts.
"""

# ruff: noqa: C901, PLR0911, PLR0912 - a small grammar: one form of date a line

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache

from strategy_xl.text.words.calendars import EVENTS, Period, month_period, season_period, unit_period
from strategy_xl.text.words.date_context import Context, TimeExpr, day_maker, left_modifiers, next_period
from strategy_xl.text.words.date_figures import (
    QUARTER,
    read_day,
    read_fiscal,
    read_numeric,
    read_quarter,
    read_tomorrow,
    read_week,
    read_year,
)
from strategy_xl.text.words.date_units import cadence_adverb, read_unit
from strategy_xl.text.words.lexicon import DEL, IDN, IND, NOUN, PREP, STOP
from strategy_xl.text.words.sentence import digits_value
from strategy_xl.text.words.time_words import EVENT_PHRASES, TIME_TABLE

Handler = Callable[[Context, int], TimeExpr | None]


_ORDINAL_SUFFIXES = {"er", "ere", "e", "eme", "nd", "nde", "st", "rd", "th", "re"}


def _named_thing(context: Context, first: int, last: int) -> bool:
    """Whether it names a thing (``salon de mars``, ``the June newsletter``) rather than a deadline."""
    before = context.word(first - 1)
    if context.lang == "fr":
        if before in {"de", "d'"}:
            noun = first - 2
            known = context.sentence.bits[noun] if noun >= 0 else 0
            return noun >= 0 and bool(known & NOUN) and not known & IND and context.time_class(noun)[0] == ""
        return False
    following = context.word(last + 1)
    if (
        before in {"the", "our", "a"}
        and following.isalpha()
        and context.word(first - 2) not in {"by", "before", "during", "throughout", "until"}
    ):
        bits = context.sentence.bits[last + 1]
        return not bits & (PREP | STOP) and following not in {"deadline", "target"}
    return False


def read_month(context: Context, position: int) -> TimeExpr | None:
    """A month, with its day, part and year."""
    month = int(context.time_class(position)[1])
    word = context.words[position]
    first, part, shift = left_modifiers(context, position)
    last, year, day = position, None, None
    before = context.word(position - 1)
    if before in {"de", "of"}:
        before = context.word(position - 2)
    number_at = position - 1 if before == context.word(position - 1) else position - 2
    if before in _ORDINAL_SUFFIXES and number_at >= 1:
        number_at -= 1
    value = digits_value(context.words[number_at]) if number_at >= 0 and not part else None
    if value is None and before in {"premier", "first"} and not part:
        value = 1
    if value is not None and value == int(value) and 1 <= value <= 31:
        day, first = int(value), number_at
    elif context.lang == "en" and not part:
        after = digits_value(context.word(position + 1) or "x")
        if after is not None and 1 <= after <= 31 and after == int(after) and _is_day(context, position + 1):
            day, last = int(after), position + 1
            if context.word(last + 1) in _ORDINAL_SUFFIXES:
                last += 1
    if word in {"may", "march", "mar", "sept", "mars", "dec", "second"} and not _is_month(
        context, position, first, day
    ):
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
    """Whether the figures after an English month are its day rather than a count of something."""
    following = context.word(position + 1)
    if following in _ORDINAL_SUFFIXES or following in {"", ",", ".", ";", ":", ")", "and", "-", "!"}:
        return True
    return context.year_at(position + 1) is not None or bool(context.sentence.bits[position + 1] & PREP)


def _is_month(context: Context, position: int, first: int, day: int | None) -> bool:
    """Whether an ambiguous word (may, march, sept, mars) is a month here."""
    if day is not None or first < position or context.year_after(position) is not None:
        return True
    before = context.word(position - 1)
    if context.words[position] == "sept":
        return context.word(position + 1) in {".", ""} or before in {"fin", "en", "debut"}
    return before in {
        "by",
        "in",
        "before",
        "until",
        "through",
        "to",
        "from",
        "of",
        "en",
        "avant",
        "pour",
        "ici",
        "a",
        "de",
        "des",
        "et",
        "and",
        "for",
        "since",
        "this",
        "next",
        ":",
        "d'",
        "le",
        "courant",
    }


def read_weekday(context: Context, position: int) -> TimeExpr | None:
    """A weekday: the next one after ``by``, ``avant``…; a cadence after ``every``."""
    before = context.word(position - 1)
    if before == "-":
        return None
    if context.words[position].endswith("s"):
        return TimeExpr("cadence", position - (before in {"les", "on"}), position, None, None)
    if context.time_class(position - 1)[0] == "k" or (
        before in {"les", "le"} and context.time_class(position + 1)[0] != "x"
    ):
        start = position - 1
        if context.word(start - 1) == "tous":
            start -= 1
        if before != "le" or context.count_before(position + 1) is None:
            return TimeExpr("cadence", start, position, None, None)
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
        return None
    weekday = int(context.time_class(position)[1])
    day = context.day + timedelta(days=(weekday - context.day.weekday()) % 7 or 7)
    return context.finish(first, last, (day, day), absolute=False)


def read_season(context: Context, position: int) -> TimeExpr | None:
    """A season, only as a moment (``cet été``, ``by spring 2027``), not as a name (``soldes d'été``)."""
    season = int(context.time_class(position)[1])
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
        before in {"de", "d'"} and year is not None and bool(thing & NOUN) and not thing & (IDN | DEL | IND)
    )
    if moment:
        return context.finish(first, last, season_period(year or 0, season), part, role="deadline")
    if before in {"de", "d'", "ont", "a", "ai"} and not (before == "a" and context.lang == "fr" and year):
        return None
    named = first > 0 and bool(context.sentence.bits[first - 1] & IDN)
    dated = year is not None and not named
    if not (has_this or shift or part or dated) and role not in {"strong", "deadline", "after", "start"}:
        return None
    following = context.word(last + 1)
    if following in {"season", "period"}:
        last += 1
    elif context.lang == "en" and following.isalpha() and not context.sentence.bits[last + 1] & (PREP | STOP):
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
    if name in {"year_end", "month_end", "quarter_end", "week_end"}:
        return _period_end(context, name, position, last)
    role, start = context.role(first)
    year = None
    follow = context.year_after(last)
    if follow is not None:
        year, last = follow
    elif context.time_class(last + 1)[0] == "x":
        last += 1
    next_to_it = {context.word(first - 1), context.word(first - 2)}
    if role not in {"strong", "deadline", "after"} and not (part or shift or year):
        return None
    if not part and context.word(first - 1) in {"de", "d'"} and "ici" not in next_to_it:
        thing = context.sentence.bits[first - 2] if first > 1 else 0
        if year is None or thing & (IDN | DEL):
            return None  # « catalogue de Noël »; « marché de Noël 2026 » is a moment
        role = "deadline"
    if context.lang == "fr" and context.word(start) == "sur":
        return None
    following = context.word(last + 1)
    if following in {"season", "period", "time", "holidays", "holiday", "weekend", "break"}:
        last += 1
    elif context.lang == "en" and following.isalpha() and not context.sentence.bits[last + 1] & (PREP | STOP):
        return None

    def make(year: int) -> Period:
        day = EVENTS[name](year)
        return day, day

    period, absolute = next_period(context, year, make)
    return context.finish(first, last, period, absolute=absolute, role=role if role == "deadline" else None)


def _event_name(context: Context, position: int) -> tuple[str, int]:
    word = context.words[position]
    best, last = "", position
    for phrase, name in EVENT_PHRASES[context.lang].items():
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
    unit = {"year_end": "year", "month_end": "month", "quarter_end": "quarter", "week_end": "week"}[name]
    follow = context.year_after(last)
    period = unit_period(context.day, unit, 0)
    absolute = False
    if follow is not None and unit == "year":
        year, last = follow
        period, absolute = (date(year, 1, 1), date(year, 12, 31)), True
    if context.word(first - 1) in {"fiscal", "financial", "tax"}:
        first -= 1
    return context.finish(first, last, period, "e", absolute=absolute)


def read_cue(context: Context, position: int) -> TimeExpr | None:
    """``après``, ``once``, ``quand``…: an event that cannot be put on the calendar."""
    if context.word(position + 1) in {"possible", "que"} and context.word(position + 2) == "possible":
        return None
    word = context.words[position]
    if context.word(position + 1) == "-" and context.sentence.tokens.glued(position):
        return None
    if word == "fois" and not (
        context.word(position - 1) == "une"
        and context.word(position + 1) in {"que", "qu'", "le", "la", "les", "l'", "notre", "nos"}
    ):
        return None
    if word in {"once", "when"} and context.time_class(position + 1)[0] in {"k", "u"}:
        return None
    if word == "once" and context.word(position + 1) in {"a", "an"}:
        return None
    if word == "suite" and context.word(position + 1) not in {"a", "au", "aux"}:
        return None
    if word == "issue" and context.word(position + 1) not in {"de", "du", "des"}:
        return None
    if word == "following" and position and context.words[position - 1] in {"the", "our"}:
        return None
    return TimeExpr("event", position, _clause_end(context, position), None, None)


def read_before(context: Context, position: int) -> TimeExpr | None:
    """``avant la prochaine assemblée``, ``before our relaunch``: an event that no calendar holds."""
    if context.word(position + 1) not in _DETERMINERS:
        return None
    at = position + 2
    while context.time_class(at)[0] == "x":
        at += 1
    word = context.word(at)
    if not word.isalpha() or (
        not context.sentence.bits[at] & NOUN and context.sentence.bits[at] & (PREP | STOP)
    ):
        return None
    if any(handler_of(context.lang, near) for near in context.words[at : at + 4] if near != "des"):
        return None
    if any(context.time_class(near)[0] for near in range(at, min(at + 3, context.size))):
        return None
    last = at
    while last + 1 < context.size and last < at + 4:
        word = context.words[last + 1]
        linked = word in {"de", "du", "des", "d'", "'s", "of", "'"}
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
        if last > position + 2 and context.lang == "fr" and word in {"aupres", "chez"}:
            return last - 1
    return last


def read_vague(context: Context, position: int) -> TimeExpr | None:
    """A vague word of time: no point; « as soon as » a thing happens is an event."""
    if (
        context.words[position] == "soon"
        and context.word(position + 1) == "as"
        and context.word(position + 2) != "possible"
    ):
        return TimeExpr("event", position - 1, _clause_end(context, position), None, None)
    return TimeExpr("vague", position, position, None, None)


def read_as_soon(context: Context, position: int) -> TimeExpr | None:
    """``dès que`` a thing happens: an event, unless it is « dès que possible »."""
    if context.word(position + 1) not in {"que", "qu'"} or context.word(position + 2) == "possible":
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


_DETERMINERS = frozenset(["le", "la", "l'", "les", "notre", "nos", "the", "our", "their", "my"])
_WORDS: Mapping[str, Handler] = {
    "avant": read_before,
    "before": read_before,
    "des": read_as_soon,
    "demain": read_tomorrow,
    "tomorrow": read_tomorrow,
    "fy": read_fiscal,
    **{
        phrase[0]: read_event
        for table in EVENT_PHRASES.values()
        for phrase in table
        if phrase[0] not in {"vacances", "fetes", "year", "month", "quarter", "fin", "christmas", "conges"}
    },
}


@lru_cache(maxsize=65536)
def handler_of(lang: str, word: str) -> Handler | None:
    """The reader that a word starts, None for most words."""
    entry = TIME_TABLE[lang].get(word)
    return other_handler(word) if entry is None else HANDLERS.get(entry[0])


def other_handler(word: str) -> Handler | None:
    """The handler of a word that is no word of time in itself: figures, T3, FY27, feasts of several words."""
    if word.isalpha():
        return _WORDS.get(word)
    if word[0].isdigit():
        if len(word) == 4 and word.isdigit():
            return read_year if 1990 <= int(word) <= 2069 else None
        if re.fullmatch(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{1,2}/\d{2,4}|\d{4}[/\-]\d{2,4}", word):
            return read_numeric
        if len(word) <= 2 and 1 <= int(word) <= 31:
            return read_day
        return read_quarter if QUARTER.fullmatch(word) else None
    if QUARTER.fullmatch(word):
        return read_quarter
    if re.fullmatch(r"fy\d{2,4}", word):
        return read_fiscal
    if re.fullmatch(r"(?:s|w|wk|sem)\d{1,2}", word):
        return read_week
    if word == "aujourd'hui":
        return read_tomorrow
    return None
