"""Units of time in deadlines: ``sous 6 mois``, ``this quarter``, ``fin d'année``, cadences, service times."""

# ruff: noqa: C901, PLR0911, PLR0912, PLR0915, SIM102 - a small grammar: one form of date a line

from __future__ import annotations

from datetime import date

from strategy_xl.text.words.calendars import after, months_period, part_of, unit_period, week_period
from strategy_xl.text.words.date_context import Context, TimeExpr
from strategy_xl.text.words.date_spans import read_span
from strategy_xl.text.words.lexicon import IND, OBJ, SING, TIMEIND, UNIV, VPROC
from strategy_xl.text.words.sentence import digits_value

_SHORT = {"hour", "minute"}
_LAST_YEAR = 2150  # beyond, it is no deadline of a sales plan (nor a date that a table can hold)
_MORE = "more than"  # stands for every word of « more than » and « older than »


def cadence_adverb(context: Context, position: int) -> TimeExpr | None:
    """``mensuel``, ``weekly``, ``daily``…."""
    if context.words[position] in context.any.vague_cadences:
        return TimeExpr("vague", position, position, None, None)
    return TimeExpr("cadence", position, position, None, None)


def read_unit(context: Context, position: int) -> TimeExpr | None:
    """A unit of time with its count, its determiner or its rank."""
    unit = str(context.time_class(position)[1])
    before = context.word(position - 1)
    before_class = context.time_class(position - 1)[0]
    span = None if unit in _SHORT else read_span(context, position, unit)
    if span is not None:
        return span
    if before in {"-", "/"} and unit not in _SHORT and position >= 2:
        if before == "/":
            return TimeExpr("cadence", position - 1, position, None, None)
        previous = context.word(position - 2)
        if digits_value(previous or "x") is not None or previous in context.any.adjective_numbers:
            return _adjective(context, position)
        before, before_class = previous, context.time_class(position - 2)[0]
    if unit == "quarter" and (context.word(position - 2), before) in context.any.share_leads:
        return None  # « fall by a quarter »
    if before_class == "k" and before not in context.any.all_words:
        return _each(context, position, position - 1)
    if unit in _SHORT:
        return None
    for reader in (_ranked, _counted, _determined):
        expression = reader(context, position, unit)
        if expression is not None:
            return expression
    return None


def _adjective(context: Context, position: int) -> TimeExpr | None:
    """``7-day retention``, ``a six-month pilot``: part of a name, unless a word of deadline rules it."""
    at = position - 3
    if context.word(at) in context.any.adjective_articles:
        at -= 1
    following = context.word(position + 1)
    if context.word(at) in context.any.adjective_preps and (
        not following or following in context.any.span_ends
    ):
        value = context.count_before(position - 2)
        if value is not None and value[0] < 1000:
            unit = str(context.time_class(position)[1])
            return context.finish(
                at, position, (context.day, after(context.day, value[0], unit)), absolute=False
            )
    return None


def _each(context: Context, position: int, first: int) -> TimeExpr:
    if context.time_class(first - 1)[0] == "e" or context.word(first - 1) in context.any.of_each:
        first -= 1
    return TimeExpr("cadence", first, position, None, None)


def _ranked(context: Context, position: int, unit: str) -> TimeExpr | None:
    """``3e trimestre 2027``, ``first half``, ``dernier trimestre 2027``, ``semaine 12``."""
    lengths = {"quarter": 3, "half": 6, "third": 4}
    rank, first = 0, position
    before = context.word(position - 1)
    name, value = context.time_class(position - 1)
    if name == "o":
        rank, first = int(value), position - 1
    elif before in context.any.rank_suffixes:
        number = digits_value(context.word(position - 2) or "x")
        rank, first = (int(number), position - 2) if number else (0, position)
    if unit == "week":
        number = digits_value(context.word(position + 1 + (context.word(position + 1) == ".")) or "x")
        if number is None or number > 53 or context.word(position - 1) in context.any.per_words:
            return None
        week = week_period(context.day.year, int(number))
        if week is not None and week[1] < context.day:
            week = week_period(context.day.year + 1, int(number)) or week
        return context.finish(position, position + 1, week, absolute=False) if week else None
    dot = context.word(position + 1) == "."
    numbered = digits_value(context.word(position + 1 + dot) or "x")
    if unit in lengths and not rank and numbered in {1, 2, 3, 4} and first == position:
        rank, position = int(numbered or 0), position + 1 + dot  # « trimestre 3 », « trim. 3 »
    follow = context.year_after(position)
    if unit in lengths and name == "l" and follow:
        rank, first = 12 // lengths[unit], position - 1
    if not rank or unit not in lengths or rank * lengths[unit] > 12:
        return None
    if context.word(first - 1) in context.any.not_ranked_after:
        return None
    last, year = (follow[1], follow[0]) if follow else (position, None)
    length = lengths[unit]
    period = months_period(year or context.day.year, 1 + (rank - 1) * length, length)
    if year is None and period[1] < context.day:
        period = months_period(context.day.year + 1, 1 + (rank - 1) * length, length)
    part, at = "", first - 1
    while context.word(at) in context.any.rank_links:
        at -= 1
    if context.time_class(at)[0] in {"e", "b", "i"}:
        part, first = context.time_class(at)[0], at
    return context.finish(first, last, period, part, absolute=year is not None)


def _counted(context: Context, position: int, unit: str) -> TimeExpr | None:
    """``sous 6 mois``, ``within the next two quarters``, ``tous les 15 jours``."""
    own = context.own
    at = position - 1
    is_next = False
    while context.time_class(at)[0] in {"x", "l"} or context.word(at) in context.any.day_kinds:
        if context.time_class(at)[0] == "l":
            return TimeExpr("past", at, position, None, None)
        is_next = is_next or context.time_class(at)[0] == "x"
        at -= 1
    number = context.count_before(at)
    if number is None and context.words[position] in context.any.single_spans:
        number = (1.0, position)
    if number is None:
        return None
    value, first = number
    if value >= 1000:
        return None  # « before the 2027 season »
    article = context.words[at] in own.indefinite
    last = position
    if context.time_class(position + 1)[0] in {"x", "l"}:
        if context.time_class(position + 1)[0] == "l":
            return TimeExpr("past", first, position + 1, None, None)
        is_next, last = True, position + 1
    elif (
        context.word(position + 1) in context.any.come_links
        and context.word(position + 2) in context.any.come
    ):
        is_next, last = True, position + 2
    if context.word(last + 1) in context.any.and_words and context.word(last + 2) in context.any.half_words:
        value, last = value + 0.5, last + context.grammar.half_tokens
    prep, start, under = _preposition(context, first)
    if context.time_class(start)[0] == "x" or context.word(start) in context.any.coming:
        is_next = True
        prep, start, under = _preposition(context, start)
    if prep in context.any.each_words:
        return TimeExpr("cadence", start, last, None, None)
    if not is_next and _describes_span(context, prep, start, last):
        return None
    if article and prep not in own.within:
        return TimeExpr("cadence", at, position, None, None)
    if context.word(last + 1) in context.any.rolling or (
        (prep in own.since or prep == _MORE) and not is_next
    ):
        return None
    if prep in context.any.for_words and context.word(start - 1) in context.any.states:
        return None
    if not is_next and prep not in own.within and not under:
        return None
    if prep in context.any.in_course_leads and context.word(last + 1) in context.any.of_each:
        return None
    if (not is_next and (not prep or prep in context.any.service_preps)) or under:
        if _is_service(context, start, first, last, unit):
            return TimeExpr("response", start, last, None, None)
    if prep in context.any.for_span and context.word(last + 1) in context.any.of_words:
        return None
    if prep in context.any.after_words:
        return TimeExpr("event", start, last, None, None)
    end = after(context.day, value, unit)
    if end.year > _LAST_YEAR:
        return None
    if prep in context.any.until and context.word(start - 1) in context.any.elided_of:
        start -= 1
    return _relative(context, start, last, end)


def _describes_span(context: Context, prep: str, start: int, last: int) -> bool:
    """Whether a count of units says how long or old a thing is: « abonnements d'un an », « 3 years old »."""
    if prep in context.any.elided_of and context.word(start + 1) not in context.any.until:
        return start > 0 and context.word(start - 1) not in context.any.goal_labels
    return context.word(last + 1) in context.any.lasting or (
        prep in context.any.lasting_leads and context.word(last + 1) in context.any.of_words
    )


def _relative(context: Context, first: int, last: int, end: date) -> TimeExpr:
    if context.today is None:
        return TimeExpr("date", first, last, None, None)
    return TimeExpr("date", first, last, context.today, end)


def _preposition(context: Context, first: int) -> tuple[str, int, bool]:
    """The word that rules a count of units, its position, and whether « less than » stands between."""
    at, under = first - 1, False
    while at >= 0:
        word = context.words[at]
        if word in context.any.count_fill:
            at -= 1
        elif word in context.any.under:
            under = True
            at -= 1
        elif word in context.any.than:
            at -= 1
        else:
            break
    word = context.word(at)
    if word in context.any.more_words:
        return _MORE, at, False
    between = context.words[at + 1 : first]
    course = next((word for word in between if word in context.any.course), "")
    if course and between[0] in context.any.course_leads:
        return course, at + 1, under
    if not context.any.more_between.isdisjoint(between) or (
        not context.any.than.isdisjoint(between) and not under
    ):
        return _MORE, at + 1, False
    if under and word not in context.own.within:
        return "", at + 1, True
    return word, max(at, 0), under


def _is_service(context: Context, start: int, first: int, last: int, unit: str) -> bool:
    """Whether the count is a service time (each order within 3 days) rather than the objective's deadline."""
    if context.word(last + 1) in context.own.service_followers:
        return True
    bits = context.sentence.bits
    short = unit in {"day", "week", "fortnight"}
    if short and not context.any.one_by_one.isdisjoint(context.words):
        return True  # « chaque dossier en 3 jours »
    if not context.any.service_marks.isdisjoint(context.words[last + 1 : last + 4]):
        return True  # « en 10 jours au lieu de 25 »
    # « ramener le délai moyen sous 3 semaines », « reply time under 2 days »
    if any(bits[at] & TIMEIND for at in range(start)) and not any(
        bits[at] & TIMEIND == 0 and digits_value(context.words[at]) is not None for at in range(start)
    ):
        return True
    verb = next(
        (
            at
            for at in range(start)
            if bits[at] & VPROC and not (at and (bits[at] & IND or context.count_before(at - 1)))
        ),
        None,
    )
    if verb is None or unit in {"month", "quarter", "half", "year"}:
        return False
    between = range(verb + 1, start)
    if any(bits[at] & UNIV for at in between) or "%" in context.words[verb:]:
        return True
    if any(digits_value(context.words[at]) is not None for at in between):
        return False
    singular = any(bits[at] & SING and context.words[at] not in context.any.indefinite for at in between)
    plural = any(bits[at] & OBJ and context.words[at].endswith(context.any.plurals) for at in between) or (
        any(context.words[at] in context.any.plural_determiners for at in between)
    )
    del first
    return plural or not singular


def _determined(context: Context, position: int, unit: str) -> TimeExpr | None:
    """``ce trimestre``, ``next year``, ``fin de mois``, ``l'an prochain``, ``l'année 2027``."""
    shift: int | None = None
    part = ""
    first = last = position
    plural = (
        context.words[position].endswith(context.any.plurals)
        and context.words[position] not in context.any.single_units
    )
    after_class = context.time_class(position + 1)[0]
    if after_class in {"x", "l"}:
        shift, last = (1 if after_class == "x" else -1), position + 1
        plural = plural or context.words[position + 1].endswith(context.any.plurals)
    elif (
        context.word(position + 1) in context.any.in_course_leads
        and context.word(position + 2) in context.any.course
    ):
        shift, last = 0, position + 2
    elif (
        context.word(position + 1) in context.any.come_links
        and context.word(position + 2) in context.any.come
    ):
        shift, last, plural = 1, position + 2, True
    at = position - 1
    article = False
    while at >= 0:
        word = context.words[at]
        name = context.table.get(word, ("", 0))[0]
        plural = plural or word in context.any.plural_modifiers
        if name == "x":
            shift = (shift or 0) + 1
        elif name == "l":
            shift = (shift or 0) - 1
        elif name == "t":
            shift = shift or 0
        elif name in {"e", "b", "i"}:
            part, shift = name, shift or 0
        elif word in context.any.unit_articles:
            article = True
            at -= 1
            continue
        elif word in context.any.unit_links:
            at -= 1
            continue
        else:
            break
        first = at
        at -= 1
    follow = context.year_after(position) if unit in {"year", "fiscal", "season"} else None
    if follow is not None and last == position:
        year, last = follow
        return context.finish(first, last, (date(year, 1, 1), date(year, 12, 31)), part)
    if unit in {"year", "fiscal"} and context.word(position + 1) in context.own.ends:
        shift, part, last = shift or 0, "e", position + 1
        if context.word(position - 1) in context.any.year_kinds:
            first = position - 1
    elif unit in {"quarter", "month"} and context.word(position + 1) in context.any.ends:
        shift, part, last = shift or 0, "e", position + 1
    elif (
        context.word(position + 1) in context.any.end_links and context.word(position + 2) in context.any.end
    ):
        shift, part, last = shift or 0, "e", position + 2
    if shift is None and article and unit != "day":
        role, _ = context.role(position)
        lead = (context.word(position - 2), context.word(position - 3))
        if role in {"strong", "deadline"} and not context.own.current_leads.isdisjoint(lead):
            shift = 0
    if shift is None:
        return None
    if plural and not part:
        return TimeExpr("past" if shift < 0 else "vague", first, last, None, None)
    if unit == "day" and (part or shift == 0):
        return None
    if (context.word(last + 1), context.word(last + 2)) in context.any.own_clauses:
        return None  # « dans le mois qui suit »
    period = unit_period(context.day, unit, shift)
    if part and shift == 0 and context.today and part_of(period, part)[1] < context.today:
        period = unit_period(context.day, unit, 1)  # « by mid-year » once June is over
    return context.finish(first, last, period, part, absolute=False)
