"""Numbers, dates and measures as people write them, in the language's form.

A number that is told beside another takes as many decimals as show on which side of it it is, so that no
sentence says "below 50" of a 49.6 that it writes 50.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, cast

from strategy_xl.languages import forms_of

NBSP = "\N{NO-BREAK SPACE}"
NNBSP = "\N{NARROW NO-BREAK SPACE}"
MISSING = "—"
MEASURE = "measure"
"""Form of a value whose unit stands in the row's column ``unit``."""
STEP, BARE = "step", "bare"
"""Forms of a difference of such values, with its unit (of rates: points) and without."""
IN_UNIT = frozenset({MEASURE, STEP, BARE})

MOST_DECIMALS = 6
LARGE_STEP, MIDDLE_STEP = 100, 10
"""Differences from which no decimal, and one, is told; below, two."""
WHOLE_PERCENT = 2.0
"""Largest rate (200 %) up to which a figure in ``%`` is a share; beyond, it was typed in points."""
FAR = 10.0
"""Times its target from which a rate beyond that is taken for one in points too."""


# Numbers are written here rather than with Babel's format_decimal, which takes 15 µs each: a large book
# has a million of them. A test holds both to the same output.
def _number(value: float, lang: str, decimals: int) -> str:
    text = f"{float(value):,.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    if text in {"-0", "-"}:
        text = "0"
    forms = forms_of(lang)
    if forms.decimal == ".":
        return text.replace(",", forms.thousands)
    return text.replace(",", "\0").replace(".", forms.decimal).replace("\0", forms.thousands)


def _money(value: float, lang: str, decimals: int) -> str:
    text = _number(value, lang, decimals)
    if not forms_of(lang).currency_first:
        return f"{text}{NBSP}€"
    return f"-€{text[1:]}" if text.startswith("-") else f"€{text}"


def _cost(value: float, lang: str, decimals: int) -> str:
    return _money(abs(value), lang, decimals)


def _percent(value: float, lang: str, decimals: int) -> str:
    return f"{_number(value * 100, lang, decimals)}{forms_of(lang).space}%"


def _fall(value: float, lang: str, decimals: int) -> str:
    return _percent(abs(value), lang, decimals)


def _growth(value: float, lang: str, decimals: int) -> str:
    """A change as people say it: 28 % more, but thirty times as much rather than 2 900 % more."""
    if value < WHOLE_PERCENT:
        return _percent(value, lang, decimals)
    return f"×{forms_of(lang).space}{_number(1 + value, lang, 1)}"


@lru_cache(maxsize=4096)
def _date(value: date, lang: str) -> str:
    forms = forms_of(lang)
    name = forms.months[value.month - 1] if forms.months else ""
    return forms.date.format(day=value.day, month=value.month, year=value.year, name=name)


class _Form(NamedTuple):
    """Decimals at most, what the value is multiplied by when it is shown, and how it is written."""

    decimals: int
    scale: float
    write: Callable[[Any, str, int], str]


_NUMBERS: Mapping[str, _Form] = {
    "int": _Form(0, 1.0, _number),
    "dec1": _Form(1, 1.0, _number),
    "dec2": _Form(2, 1.0, _number),
    "money": _Form(0, 1.0, _money),
    "cost": _Form(0, 1.0, _cost),
    "percent": _Form(0, 100.0, _percent),
    "percent1": _Form(1, 100.0, _percent),
    "fall": _Form(0, 100.0, _fall),
    "growth": _Form(1, 100.0, _growth),
}

NUMBER_FORMS: Mapping[str, tuple[int, float]] = {
    form: (held.decimals, held.scale) for form, held in _NUMBERS.items()
}
"""By form of a number: its decimals at most, and what it is multiplied by when it is shown."""

FORMS = frozenset({"text", "date", *_NUMBERS, *IN_UNIT})
"""Every form that a placeholder can name."""


def is_missing(value: object) -> bool:
    """Whether there is nothing to be shown: None, NaN, NA, NaT."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in {"NAType", "NaTType"}


def format_value(value: object, form: str, lang: str) -> str:
    """One value as people write it; an em dash when it is missing.

    Arguments:
        value: number, date or text.
        form: ``text``, ``int``, ``dec1``, ``dec2``, ``money`` (€), ``cost`` (€ without a sign), ``percent``,
            ``percent1``, ``fall`` (without a sign), ``growth`` (all 0–1), ``date``.
        lang: one of ``LANGUAGES``.
    """
    if is_missing(value):
        return MISSING
    if form in _NUMBERS:
        decimals, _scale, write = _NUMBERS[form]
        return write(value, lang, decimals)
    return _date(cast("date", value), lang) if form == "date" else str(value)


def _decimals_apart(value: float, other: float, fewest: int, scale: float) -> int:
    """The fewest decimals with which two numbers show which of them is the larger one, or that none is."""
    shown, beside = value * scale, other * scale
    equal = math.isclose(shown, beside, rel_tol=0, abs_tol=1e-9)
    for decimals in range(fewest, MOST_DECIMALS):
        rounded = round(shown, decimals)
        if math.isclose(rounded, shown, abs_tol=1e-9) if equal else rounded != round(beside, decimals):
            return decimals
    return MOST_DECIMALS


def format_beside(value: object, other: object, form: str, lang: str) -> str:
    """A number as people write it beside another, on its side of it; as ``format_value`` without one."""
    if is_missing(value) or is_missing(other):
        return format_value(value, form, lang)
    fewest, scale, write = _NUMBERS[form]
    number, beside = cast("float", value), cast("float", other)
    return write(number, lang, _decimals_apart(number, beside, fewest, scale))


@dataclass(frozen=True, slots=True)
class Scale:
    """What a value in its own unit is told beside.

    Arguments:
        target: a value of the same row: shows whether rates are shares (0.3) or points (30); None: unknown.
        beside: a value from which it is to be told apart; None for none.
    """

    target: object = None
    beside: object = None


def _factor(number: float, target: object) -> float:
    """What a rate is multiplied by when it is shown in per cent."""
    known = abs(number) if is_missing(target) else abs(cast("float", target))
    in_points = known > WHOLE_PERCENT or abs(number) > max(WHOLE_PERCENT, FAR * known)
    return 1.0 if in_points else 100.0


def measure(value: object, unit: object, lang: str, scale: Scale | None = None, form: str = MEASURE) -> str:
    """A value in its own unit: a rate of 0.055 in ``%`` is 5.5 %, the others have their unit behind them.

    Arguments:
        value, unit: the figure and its unit, as people typed them.
        lang: one of ``LANGUAGES``.
        scale: what it is told beside; a rate beside a target of 30 is one in points, 28 is 28 %.
        form: ``measure``, or ``step`` for a difference (of rates: in points), ``bare`` without its unit.
    """
    if is_missing(value):
        return MISSING
    scale = scale or Scale()
    number = cast("float", value)
    factor = _factor(number, scale.target) if unit == "%" else 1.0
    size = abs(number * factor)
    decimals = 1 if form == MEASURE else 0 if size >= LARGE_STEP else 1 if size >= MIDDLE_STEP else 2
    if not is_missing(scale.beside):
        decimals = _decimals_apart(number, cast("float", scale.beside), decimals, factor)
    text = _number(number * factor, lang, decimals)
    if form == BARE or not isinstance(unit, str) or not unit:
        return text
    if form == STEP and (unit == "%" or unit.startswith("/")):
        return f"{text}{NBSP}pt"
    close = unit.startswith("/") or (unit == "%" and not forms_of(lang).space)
    return f"{text}{unit}" if close else f"{text}{NBSP}{unit}"
