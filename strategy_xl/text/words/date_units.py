"""Units of time in deadlines: ``sous 6 mois``, ``this quarter``, ``fin d'année``, cadences, service times."""

# ruff: noqa: C901, PLR0911, PLR0912, PLR0915, SIM102 - a small grammar: one form of date a line

from __future__ import annotations

from datetime import date

from strategy_xl.text.words.calendars import after, months_period, part_of, unit_period, week_period
from strategy_xl.text.words.date_context import Context, TimeExpr
from strategy_xl.text.words.lexicon import IND, OBJ, SING, TIMEIND, UNIV, VPROC
from strategy_xl.text.words.sentence import digits_value

# Words that make a count of units a deadline when they stand before it.
_WITHIN = {
    "fr": {
        "sous",
        "dans",
        "ici",
        "en",
        "sur",
        "pendant",
        "durant",
        "pdt",
        "deadline",
        "echeance",
        "horizon",
        "d'",
        "cours",
        "avant",
        "pour",
    },
    "en": {
        "within",
        "in",
        "over",
        "for",
        "during",
        "next",
        "coming",
        "throughout",
        "deadline",
        "before",
        "inside",
        "through",
        "under",
        "after",
    },
}
_SINCE = {
    "fr": {"depuis", "plus", "il", "y", "derniers", "dernieres", "dernier", "contre", "vs"},
    "en": {"since", "last", "past", "previous", "than", "older", "ago", "every"},
}
_FOLLOWING = {
    "fr": {
        "suivant",
        "suivants",
        "apres",
        "glissants",
        "glissant",
        "maximum",
        "maxi",
        "max",
        "ouvres",
        "ouvrables",
        "ouvre",
    },
    "en": {"of", "after", "from", "following"},
}
_SHORT = {"hour", "minute"}
_LAST_YEAR = 2150  # beyond, it is no deadline of a sales plan (nor a date that a table can hold)
# « inactive for 12 months »: how long a state has lasted.
_STATES = {
    "inactive",
    "dormant",
    "lapsed",
    "silent",
    "unpaid",
    "open",
    "overdue",
    "idle",
    "active",
    "quiet",
    "been",
}


def cadence_adverb(context: Context, position: int) -> TimeExpr | None:
    """``mensuel``, ``weekly``, ``daily``…."""
    if context.words[position] in {"regulierement", "regularly"}:
        return TimeExpr("vague", position, position, None, None)
    return TimeExpr("cadence", position, position, None, None)


def read_unit(context: Context, position: int) -> TimeExpr | None:
    """A unit of time with its count, its determiner or its rank."""
    unit = str(context.time_class(position)[1])
    before = context.word(position - 1)
    before_class = context.time_class(position - 1)[0]
    if before in {"-", "/"} and unit not in _SHORT and position >= 2:
        if before == "/":
            return TimeExpr("cadence", position - 1, position, None, None)
        previous = context.word(position - 2)
        if digits_value(previous or "x") is not None or previous in {"one", "two", "three", "six", "first"}:
            return _adjective(context, position)
        before, before_class = previous, context.time_class(position - 2)[0]
    if unit == "quarter" and before == "a" and context.word(position - 2) == "by":
        return None  # « fall by a quarter »
    if before_class == "k" and before not in {"tous", "toutes"}:
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
    if context.word(at) in {"a", "the"}:
        at -= 1
    if context.word(at) in {"within", "over", "in"} and context.word(position + 1) in {
        "period",
        "window",
        "timeframe",
        "",
    }:
        value = context.count_before(position - 2)
        if value is not None and value[0] < 1000:
            unit = str(context.time_class(position)[1])
            return context.finish(
                at, position, (context.day, after(context.day, value[0], unit)), absolute=False
            )
    return None


def _each(context: Context, position: int, first: int) -> TimeExpr:
    if context.time_class(first - 1)[0] == "e" or context.word(first - 1) == "de":
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
    elif before in {"er", "ere", "e", "eme", "nd", "nde", "st", "rd", "th"}:
        number = digits_value(context.word(position - 2) or "x")
        rank, first = (int(number), position - 2) if number else (0, position)
    if unit == "week":
        number = digits_value(context.word(position + 1) or "x")
        if number is None or number > 53 or context.word(position - 1) in {"par", "per", "a"}:
            return None
        week = week_period(context.day.year, int(number))
        if week is not None and week[1] < context.day:
            week = week_period(context.day.year + 1, int(number)) or week
        return context.finish(position, position + 1, week, absolute=False) if week else None
    follow = context.year_after(position)
    if unit in lengths and name == "l" and follow:
        rank, first = 12 // lengths[unit], position - 1
    if not rank or unit not in lengths or rank * lengths[unit] > 12:
        return None
    if context.word(first - 1) in {"l'", "les"}:
        return None
    last, year = (follow[1], follow[0]) if follow else (position, None)
    length = lengths[unit]
    period = months_period(year or context.day.year, 1 + (rank - 1) * length, length)
    if year is None and period[1] < context.day:
        period = months_period(context.day.year + 1, 1 + (rank - 1) * length, length)
    part, at = "", first - 1
    while context.word(at) in {"du", "de", "of", "the", "d'", "le"}:
        at -= 1
    if context.time_class(at)[0] in {"e", "b", "i"}:
        part, first = context.time_class(at)[0], at
    return context.finish(first, last, period, part, absolute=year is not None)


def _counted(context: Context, position: int, unit: str) -> TimeExpr | None:
    """``sous 6 mois``, ``within the next two quarters``, ``tous les 15 jours``."""
    lang = context.lang
    at = position - 1
    is_next = False
    while context.time_class(at)[0] in {"x", "l"} or context.word(at) in {
        "business",
        "working",
        "full",
        "calendar",
    }:
        if context.time_class(at)[0] == "l":
            return TimeExpr("past", at, position, None, None)
        is_next = is_next or context.time_class(at)[0] == "x"
        at -= 1
    number = context.count_before(at)
    if number is None and context.words[position] in {"quinzaine", "huitaine"}:
        number = (1.0, position)
    if number is None:
        return None
    value, first = number
    if value >= 1000:
        return None  # « before the 2027 season »
    article = context.words[at] in {"a", "an"} and lang == "en"
    last = position
    if context.time_class(position + 1)[0] in {"x", "l"}:
        if context.time_class(position + 1)[0] == "l":
            return TimeExpr("past", first, position + 1, None, None)
        is_next, last = True, position + 1
    elif context.word(position + 1) in {"a", "to"} and context.word(position + 2) in {"venir", "come"}:
        is_next, last = True, position + 2
    if context.word(last + 1) in {"et", "and"} and context.word(last + 2) in {"demi", "a"}:
        value, last = value + 0.5, last + (2 if lang == "fr" else 3)
    prep, start, under = _preposition(context, first)
    if context.time_class(start)[0] == "x" or context.word(start) == "coming":
        is_next = True
        prep, start, under = _preposition(context, start)
    if prep in {"tous", "toutes", "every", "each", "par", "per"}:
        return TimeExpr("cadence", start, last, None, None)
    if article and prep not in _WITHIN["en"]:
        return TimeExpr("cadence", at, position, None, None)
    if context.word(last + 1) in {"ago", "glissants", "glissant"} or (prep in _SINCE[lang] and not is_next):
        return None
    if prep == "for" and context.word(start - 1) in _STATES:
        return None
    if not is_next and prep not in _WITHIN[lang] and not under:
        return None
    if prep == "en" and context.word(last + 1) == "de":
        return None
    if (not is_next and prep in {"sous", "dans", "within", "in", "en", "under", "after", ""}) or under:
        if _is_service(context, start, first, last, unit):
            return TimeExpr("response", start, last, None, None)
    if prep in {"for", "pour"} and context.word(last + 1) in {"de", "of"}:
        return None
    if prep == "after":
        return TimeExpr("event", start, last, None, None)
    end = after(context.day, value, unit)
    if end.year > _LAST_YEAR:
        return None
    if prep == "ici" and context.word(start - 1) == "d'":
        start -= 1
    return _relative(context, start, last, end)


def _relative(context: Context, first: int, last: int, end: date) -> TimeExpr:
    if context.today is None:
        return TimeExpr("date", first, last, None, None)
    return TimeExpr("date", first, last, context.today, end)


def _preposition(context: Context, first: int) -> tuple[str, int, bool]:
    """The word that rules a count of units, its position, and whether « less than » stands between."""
    at, under = first - 1, False
    while at >= 0:
        word = context.words[at]
        if word in {
            "les",
            "le",
            "la",
            "l'",
            ":",
            "the",
            "des",
            "our",
            "de",
            "a",
            "delai",
            "un",
            "period",
            "of",
            "maximum",
            "max",
            "plus",
            "au",
            "cours",
            "environ",
            "about",
            "these",
            "ces",
        }:
            at -= 1
        elif word in {"moins", "less", "under", "fewer"}:
            under = True
            at -= 1
        elif word == "than":
            at -= 1
        else:
            break
    word = context.word(at)
    if word in {"plus", "more", "older"}:
        return "plus" if context.lang == "fr" else "than", at, False
    if at + 1 <= first - 1 and context.words[at + 1] == "au" and "cours" in context.words[at + 1 : first]:
        return "cours", at + 1, under
    between = context.words[at + 1 : first]
    if "plus" in between or ("than" in between and not under):
        return ("plus" if context.lang == "fr" else "than"), at + 1, False
    if under and word not in _WITHIN[context.lang]:
        return "", at + 1, True
    return word, max(at, 0), under


def _is_service(context: Context, start: int, first: int, last: int, unit: str) -> bool:
    """Whether the count is a service time (each order within 3 days) rather than the objective's deadline."""
    if context.word(last + 1) in _FOLLOWING[context.lang]:
        return True
    bits = context.sentence.bits
    # « ramener le délai moyen sous 3 semaines », « reply time under 2 days »
    if any(bits[at] & TIMEIND for at in range(start)) and not any(
        bits[at] & TIMEIND == 0 and digits_value(context.words[at]) is not None for at in range(start)
    ):
        return True
    verb = next((at for at in range(start) if bits[at] & VPROC and not (at and bits[at] & IND)), None)
    if verb is None or unit in {"month", "quarter", "half", "year"}:
        return False
    between = range(verb + 1, start)
    if any(bits[at] & UNIV for at in between) or "%" in context.words[verb:]:
        return True
    if any(digits_value(context.words[at]) is not None for at in between):
        return False
    singular = any(bits[at] & SING for at in between)
    plural = any(bits[at] & OBJ and context.words[at].endswith(("s", "x")) for at in between) or (
        any(context.words[at] in {"les", "aux", "nos", "des"} for at in between)
    )
    del first
    return plural or not singular


def _determined(context: Context, position: int, unit: str) -> TimeExpr | None:
    """``ce trimestre``, ``next year``, ``fin de mois``, ``l'an prochain``, ``l'année 2027``."""
    shift: int | None = None
    part = ""
    first = last = position
    plural = context.words[position].endswith("s") and context.words[position] != "mois"
    after_class = context.time_class(position + 1)[0]
    if after_class in {"x", "l"}:
        shift, last = (1 if after_class == "x" else -1), position + 1
        plural = plural or context.words[position + 1].endswith("s")
    elif context.word(position + 1) == "en" and context.word(position + 2) == "cours":
        shift, last = 0, position + 2
    elif context.word(position + 1) in {"a", "to"} and context.word(position + 2) in {"venir", "come"}:
        shift, last, plural = 1, position + 2, True
    at = position - 1
    article = False
    while at >= 0:
        word = context.words[at]
        name = context.table.get(word, ("", 0))[0]
        plural = plural or word in {"prochains", "prochaines", "derniers", "dernieres"}
        if name == "x":
            shift = (shift or 0) + 1
        elif name == "l":
            shift = (shift or 0) - 1
        elif name == "t":
            shift = shift or 0
        elif name in {"e", "b", "i"}:
            part, shift = name, shift or 0
        elif word in {"le", "la", "l'", "les", "the", "du"}:
            article = True
            at -= 1
            continue
        elif word in {
            "de",
            "d'",
            "of",
            "fiscal",
            "financial",
            "calendar",
            "tax",
            "current",
            "-",
            "our",
            "business",
            "sales",
            "school",
            "cours",
            "a",
        }:
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
    if unit in {"year", "fiscal"} and context.word(position + 1) in {"end", "close"} and context.lang == "en":
        shift, part, last = shift or 0, "e", position + 1
        if context.word(position - 1) in {"fiscal", "financial", "tax", "calendar"}:
            first = position - 1
    elif unit in {"quarter", "month"} and context.word(position + 1) in {"end", "close"}:
        shift, part, last = shift or 0, "e", position + 1
    elif context.word(position + 1) in {"'s", "-"} and context.word(position + 2) == "end":
        shift, part, last = shift or 0, "e", position + 2
    if shift is None and article and unit != "day":
        role, _ = context.role(position)
        lead = {context.word(position - 2), context.word(position - 3)}
        if role in {"strong", "deadline"} and lead & (
            {"sur", "dans", "pendant", "avant", "ici", "durant"}
            if context.lang == "fr"
            else {"for", "during", "over", "in", "this", "by", "within"}
        ):
            shift = 0
    if shift is None:
        return None
    if plural and not part:
        return TimeExpr("past" if shift < 0 else "vague", first, last, None, None)
    if unit == "day" and (part or shift == 0):
        return None
    period = unit_period(context.day, unit, shift)
    if part and shift == 0 and context.today and part_of(period, part)[1] < context.today:
        period = unit_period(context.day, unit, 1)  # « by mid-year » once June is over
    return context.finish(first, last, period, part, absolute=False)
