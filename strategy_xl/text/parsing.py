"""Numbers, dates and yes/no typed as text, in the languages that there are.

Nothing is guessed: a text that two readers would take for two values is ``AMBIGUOUS``, and a date without
its day or year is not a date. Language decides only where one language has one reading.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from itertools import chain

from strategy_xl.languages import HOUSE, LANGUAGES, forms_of

_CENTURY_PIVOT = 50
"""Two-digit years below it belong to 2000–2049, the others to 1950–1999."""


class Problem(StrEnum):
    """Why a text is no value."""

    NONE = ""
    INVALID = "invalid"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from text. ``percent`` tells that a % sign was there (already divided by 100)."""

    value: float = 0.0
    problem: Problem = Problem.NONE
    percent: bool = False
    first: float | None = None
    second: float | None = None
    """The two readings of an ambiguous text."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date read from text; ``first`` and ``second`` are the two readings of an ambiguous one."""

    value: date | None = None
    problem: Problem = Problem.NONE
    first: date | None = None
    second: date | None = None


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """The text as labels are compared: no accents, no case, one kind of apostrophe and of space."""
    if text.isascii():
        return " ".join(text.casefold().split()).rstrip(" :*.")
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe").replace("Œ", "Oe"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split()).rstrip(" :*.")


_DASHES = str.maketrans({"−": "-", "–": "-", "‑": "-", "’": "'", "ʼ": "'"})
_CURRENCY = (
    r"(?:(?:us|ca|au|nz|hk|c|a|r)?\$(?:us|ca)?|[€£¥₹]|eur(?:os?)?|usd|gbp|chf|cad|aud|jpy|sek|nok|dkk|pln|mad"
    r"|tnd|dzd|xof|xaf|f ?cfa|sfr|fr\.|kr|zł|dhs?)"
)
_ENGLISH = frozenset({"$", "us$", "ca$", "c$", "au$", "a$", "nz$", "£", "usd", "gbp", "aud"})
"""Signs that stand before a number in English and behind it in French."""
_NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-])?\s*(?P<before>{_CURRENCY})?\s*(?P<inner>-)?"
    r"(?P<body>\d[\d ',.]*|[.,]\d+)(?P<exponent>e[+-]?\d{1,3})?"
    rf"\s*(?P<scale>k|m(?=\s*{_CURRENCY})|mds?(?=\s*(?:{_CURRENCY})?\)?$)|bn)?\s*(?P<after>-)?"
    rf"\s*{_CURRENCY}?(?:\s*(?:ht|ttc))?\s*(?P<percent>%)?\s*(?P<last>-)?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_HAS_CURRENCY = re.compile(rf"(?<![^\W\d_])(?:{_CURRENCY})(?![^\W\d_])", re.IGNORECASE)
_MILLIONS = re.compile(r"(?<=[\d ])M(?=$|\))")
"""A capital M alone means millions; a small one could be metres, minutes or months."""
_PLAIN = re.compile(r"(-?[0-9]{1,15})(?:([.,])([0-9]{1,2}|[0-9]{4,15}))?")
"""What most numbers are: digits, and decimals that no language takes for thousands."""
_SCALES = {"k": 1e3, "m": 1e6, "md": 1e9, "mds": 1e9, "bn": 1e9}
_GROUPS = {mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+\Z") for mark in " '.,"}


def _ungroup(text: str, mark: str) -> str | None:
    """The digits without a thousands mark; None when the groups are not of three."""
    return text.replace(mark, "") if _GROUPS[mark].match(text) else None


def _one_mark(body: str, mark: str, lang: str, *, is_english: bool) -> tuple[str | None, str | None]:
    """Readings (digits with a point) of a body whose only mark stands once: (sure or first, second)."""
    head, _, tail = body.partition(mark)
    decimal = f"{head or '0'}.{tail}"
    if len(tail) != 3 or not 1 <= len(head) <= 3 or head.startswith("0"):
        return (decimal, None) if tail else (None, None)
    if forms_of(lang).decimal == ",":
        # A comma is the decimal mark. A point is neither mark of French: "1.234" can be either.
        # Behind a sign that only the English put before a number, the comma may be theirs too.
        return (decimal, None) if mark == "," and not is_english else (head + tail, decimal)
    return (head + tail, None) if mark == "," else (decimal, None)


def _known_mark(body: str, mark: str, decimal: str) -> str | None:
    """The reading of a body whose only mark stands once, where it is known which mark is the decimal one."""
    if mark != decimal:
        return _ungroup(body, mark)
    head, _, tail = body.partition(mark)
    return f"{head or '0'}.{tail}" if tail else None


def _digits(  # noqa: PLR0911 - one return per form
    body: str, lang: str, decimal: str | None, *, is_english: bool
) -> tuple[str | None, str | None]:
    """Readings of the digits of a number, as Python writes it; (None, None) when there is none."""
    spaces = [mark for mark in " '" if mark in body]
    marks = [mark for mark in ".," if mark in body]
    if len(spaces) > 1:
        return None, None
    if len(marks) == 2:
        behind = max(marks, key=body.rfind)
        group = "." if behind == "," else ","
        head, _, tail = body.rpartition(behind)
        plain = None if behind in head or group in tail or spaces else _ungroup(head, group)
        return (f"{plain}.{tail}", None) if plain and tail else (None, None)
    if spaces:
        head, _, tail = body.partition(marks[0]) if marks else (body, "", "")
        plain = _ungroup(head, spaces[0])
        if plain is None or (marks and not tail.isdigit()):
            return None, None
        return (f"{plain}.{tail}" if marks else plain), None
    if not marks:
        return body, None
    if body.count(marks[0]) > 1:
        return _ungroup(body, marks[0]), None
    if decimal:
        return _known_mark(body, marks[0], decimal), None
    if decimal == "":
        return _one_mark(body, marks[0], HOUSE, is_english=True)
    return _one_mark(body, marks[0], lang, is_english=is_english)


@cache
def _suffix(unit: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", unit).split())


def _parts(text: str, suffix: str) -> re.Match[str] | None:
    """The parts of a number; None when the text is none."""
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
    if suffix and plain.casefold().endswith(suffix.casefold()) and suffix != "%":
        plain = plain[: -len(suffix)].rstrip()
    match = _NUMBER.fullmatch(_MILLIONS.sub("m€", plain))
    return match if match is not None and bool(match["open"]) == bool(match["close"]) else None


@dataclass(frozen=True, slots=True)
class Writing:
    """What the writing of one number tells of others beside it.

    Arguments:
        decimal: the decimal mark that shows for sure; None when none does.
        open: a mark with three digits behind it, which may be decimal or mark thousands; None without one.
        has_currency: whether a currency is named.
    """

    decimal: str | None = None
    open: str | None = None
    has_currency: bool = False


_WRITINGS = {mark: Writing(mark) for mark in (None, ".", ",")}
_A_DIGIT = re.compile(r"\d")
_NO_NUMBER = re.compile(r"[^\W\d_]{6}")
"""More letters than any unit or currency has."""


def number_writing(text: str, unit: str | None = None) -> Writing | None:
    """How a number is written; None when the text is no number."""
    usual = _PLAIN.fullmatch(text)
    if usual is not None:
        return _WRITINGS[usual[2]]
    may_be = _A_DIGIT.search(text) and not _NO_NUMBER.search(text)
    match = _parts(text, _suffix(unit) if unit else "") if may_be else None
    body = match["body"].strip() if match is not None else ""
    if match is None or _digits(body, HOUSE, None, is_english=False) == (None, None):
        return None
    has_currency = _HAS_CURRENCY.search(unicodedata.normalize("NFKC", text)) is not None
    marks = [mark for mark in ".," if mark in body]
    if not marks:
        return Writing(has_currency=has_currency)
    mark = max(marks, key=body.rfind)
    other = "." if mark == "," else ","
    head, _, tail = body.rpartition(mark)
    is_grouped = len(marks) == 1 and mark in head
    is_open = len(marks) == 1 and len(tail) == 3 and head.isdigit() and len(head) <= 3 and head[0] != "0"
    if is_grouped or not is_open:
        return Writing(other if is_grouped else mark, has_currency=has_currency)
    if mark == "," and (match["before"] or "").casefold() in _ENGLISH:
        return Writing(".", has_currency=True)
    return Writing(None, mark, has_currency)


def parse_number(text: str, lang: str, unit: str | None = None, *, decimal: str | None = None) -> Number:
    """Read a number typed as text.

    Arguments:
        text: ``1 234,56``, ``1.234,56``, ``12 %``, ``3,5 k€``, ``(120)``, ``120,00-``; any kind of space.
        lang: language of the workbook; decides ``1,234`` (1.234 in French, 1234 in English).
        unit: unit of the field, allowed after the number (``12 h``).
        decimal: the decimal mark, where it is known: then nothing is ambiguous; "" where nobody knows: then
            whatever can be read in two ways is.

    Returns the number, or a problem: in French ``1.234`` and ``$1,234`` are ambiguous.
    """
    suffix = _suffix(unit) if unit else ""
    usual = _PLAIN.fullmatch(text)
    is_usual = usual is not None and (not decimal or usual[2] in {None, decimal})
    if usual is not None and is_usual and not (suffix and text.endswith(suffix)):
        return Number(float(f"{usual[1]}.{usual[3] or 0}"))
    match = _parts(text, suffix)
    if match is None:
        return Number(problem=Problem.INVALID)
    signs = [bool(match[part]) for part in ("open", "sign", "inner", "after", "last")]
    if sum(signs) > 1:
        return Number(problem=Problem.INVALID)
    is_english = (match["before"] or "").casefold() in _ENGLISH
    readings = _digits(match["body"].strip(), lang, decimal, is_english=is_english)
    if readings[0] is None:
        return Number(problem=Problem.INVALID)
    factor = _SCALES[match["scale"].casefold()] if match["scale"] else 1.0
    if any(signs) and match["sign"] != "+":
        factor = -factor
    percent = bool(match["percent"])

    def value(digits: str) -> float:
        number = float(digits + (match["exponent"] or "")) * factor
        return number / 100 if percent else number

    if readings[1] is not None:
        first, second = value(readings[0]), value(readings[1])
        return Number(problem=Problem.AMBIGUOUS, percent=percent, first=first, second=second)
    found = value(readings[0])
    return Number(found, percent=percent) if math.isfinite(found) else Number(problem=Problem.INVALID)


@cache
def _names() -> tuple[Mapping[str, int], frozenset[str]]:
    """Month numbers by folded name, and folded day names, of all languages."""
    from babel.dates import get_day_names, get_month_names

    months: dict[str, int] = {"sept": 9}
    days: set[str] = set()
    for lang in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=lang).items():
                months[fold(name)] = number
            days.update(fold(name) for name in get_day_names(width, locale=lang).values())
    return months, frozenset(days)


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:t?\d{4}(?:\d{2})?z?)?")
_NUMERIC = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_TIME = re.compile(
    r"(?<=\d)(?:t|,? (?:a |at )?)\d{1,2}(?:[:h]\d{2}){1,2}(?:[.,]\d+)?(?: ?[ap]\.? ?m)?"
    r"(?: ?(?:z|utc|gmt|cest|cet|[a-z]{2}t)|)(?: ?[+-]\d{2}:?\d{2})?"
)
"""A time of day behind a folded date."""
_DAY_FIRST = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?[- ]+(?:of )?([a-z]+)\.?,?[- ]+(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}|\d{2})")


def _day(year: str, month: int, day: int) -> date | None:
    number = int(year)
    if len(year) <= 2:
        number += 2000 if number < _CENTURY_PIVOT else 1900
    try:
        return date(number, month, day)
    except ValueError:
        return None


class Order(StrEnum):
    """Whether the day or the month comes first in dates written with figures; ``OPEN``: nobody knows."""

    DAY = "day"
    MONTH = "month"
    OPEN = "open"


def _numeric_day(first: int, second: int, year: str, order: Order) -> Day:
    """``03/04/2027`` in an order; a date that reads only the other way is read that way."""
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if order is Order.MONTH:
        found = month_first or day_first
        return Day(found) if found else Day(problem=Problem.INVALID)
    if day_first and month_first and day_first != month_first and order is Order.OPEN:
        return Day(problem=Problem.AMBIGUOUS, first=day_first, second=month_first)
    found = day_first or month_first
    return Day(found) if found else Day(problem=Problem.INVALID)


def parse_date(text: str, lang: str, order: Order | None = None) -> Day:
    """Read a date typed as text: ``03/04/2027``, ``3 mars 2027``, ``2027-03-03``, ``20270303``.

    Arguments:
        text: the date; a time of day after it is dropped (``2:05 PM`` too).
        lang: in French the day comes first; in English ``03/04/2027`` is ambiguous, ``25/04/2027`` is not.
        order: which comes first, where that is known better than by the language.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
    plain = fold(plain)
    if (":" in plain or "h" in plain) and (timed := _TIME.search(plain)) and timed.end() == len(plain):
        plain = plain[: timed.start()].rstrip(" ,")
    order = order or (Order.DAY if forms_of(lang).day_first else Order.OPEN)
    found = _day_text(plain, order)
    head, _, rest = plain.partition(" ")
    if found.problem is Problem.INVALID and rest and head.rstrip(".,") in _names()[1]:
        # After, not before: "mar." is Tuesday in French and March in English.
        return _day_text(rest, order)
    return found


def _day_text(plain: str, order: Order) -> Day:
    """Read a folded date without the name of its day."""
    if match := _NUMERIC.fullmatch(plain):
        return _numeric_day(int(match[1]), int(match[2]), match[3], order)
    found: date | None = None
    if match := _ISO.fullmatch(plain) or _COMPACT.fullmatch(plain):
        found = _day(match[1], int(match[2]), int(match[3]))
    elif match := _DAY_FIRST.fullmatch(plain):
        month = _names()[0].get(match[2])
        found = _day(match[3], month, int(match[1])) if month else None
    elif match := _MONTH_FIRST.fullmatch(plain):
        month = _names()[0].get(match[1])
        found = _day(match[3], month, int(match[2])) if month else None
    return Day(found) if found else Day(problem=Problem.INVALID)


_HOURS = re.compile(
    r"(?P<sign>-)?(?:(?P<h>\d{1,5}) ?(?:h|hrs?|hours?|heures?)\.? ?"
    r"(?:(?P<hm>\d{1,2}) ?(?:m|mn|min|minutes?)?\.?)?"
    r"|(?P<m>\d{1,5}) ?(?:mn|min|minutes?)\.?|(?P<ch>\d{1,5}):(?P<cm>[0-5]\d)(?::(?P<cs>[0-5]\d))?)"
)


def parse_hours(text: str) -> float | None:
    """Read a duration in hours: ``92:30``, ``18:00:00``, ``3h30``, ``45 min``; None when it is none."""
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).casefold().split())
    match = _HOURS.fullmatch(plain)
    if match is None or int(match["hm"] or 0) > 59:
        return None
    parts = [int(match[part] or 0) for part in ("h", "ch", "hm", "m", "cm", "cs")]
    hours = parts[0] + parts[1] + (parts[2] + parts[3] + parts[4]) / 60 + parts[5] / 3600
    return -hours if match["sign"] else hours


_TRUE = ("x", "1", "✓", "✔", "☑", *chain.from_iterable(forms_of(lang).yes for lang in LANGUAGES))
_FALSE = ("0", "☐", *chain.from_iterable(forms_of(lang).no for lang in LANGUAGES))
BOOLEANS: Mapping[str, bool] = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
"""Folded texts that mean yes or no, in all languages."""


def parse_bool(text: str) -> bool | None:
    """Read yes or no; None when the text is neither."""
    return BOOLEANS.get(fold(text))
