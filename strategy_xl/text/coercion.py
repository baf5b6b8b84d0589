"""Turn the cells of one column into values of the field's type, and tell what could not be turned.

A column that holds what it should passes as a whole; only the odd cells are looked at one by one. A value
that cannot be trusted (ambiguous, out of bounds, a date where a number belongs) becomes missing and is
reported: missing shows as "to complete", a wrong value would show as a wrong class. The workbook itself is
never changed by reading.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.cellcolumns import DAY, NUMBER, TEXT, Cells
from strategy_xl.cellvalues import EARLIEST_YEAR, LATEST_YEAR, from_serial, to_serial
from strategy_xl.errors import Severity
from strategy_xl.languages import HOUSE, LANGUAGES, forms_of
from strategy_xl.schema.names import YES_NO
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType
from strategy_xl.text.catalog import format_value, message
from strategy_xl.text.choices import Choices
from strategy_xl.text.parsing import (
    Number,
    Problem,
    fold,
    parse_bool,
    parse_date,
    parse_number,
)

TEXT_DTYPE: Any = pd.Series([], dtype="str").dtype if int(pd.__version__.split(".", 1)[0]) >= 3 else object
_PLAIN_BOOLEANS: Mapping[object, bool | None] = {
    **{forms_of(lang).no[0].capitalize(): False for lang in LANGUAGES},
    **{forms_of(lang).yes[0].capitalize(): True for lang in LANGUAGES},
    "": None,
}
_KINDS: Mapping[FieldType, int] = {**dict.fromkeys(NUMERIC_TYPES, NUMBER), FieldType.DATE: DAY}
"""What cells of a field should hold; texts else."""
_LONGEST_SHOWN = 80
_MOST_SUGGESTIONS = 100
"""Different texts of one column for which a likely choice is looked up; more would not be read anyway."""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that could not be taken as it is.

    ``position`` counts from 0 in the column given; ``meant``: what the cell ought to hold, to be put right.
    """

    position: int
    code: str
    args: Mapping[str, object]
    severity: Severity = Severity.WARNING
    meant: object = None


@dataclass(frozen=True, slots=True)
class Coerced:
    """A column of values and what was wrong in it.

    ``array`` is a numpy array (float64, datetime64[ns], object for texts) or a pandas boolean array.
    """

    array: Any
    problems: tuple[CellProblem, ...] = ()

    @property
    def series(self) -> pd.Series[Any]:
        """The values as a Series with index 0…n-1; texts have pandas' text type."""
        return pd.Series(as_column(self.array))

    @property
    def given(self) -> npt.NDArray[np.bool_]:
        """Which cells have a value."""
        return ~np.asarray(pd.isna(self.array), dtype=bool)


def as_column(array: Any) -> Any:
    """An array as it goes into a frame: texts get pandas' text type."""
    if isinstance(array, np.ndarray) and array.dtype == object:
        return pd.array(array, dtype=TEXT_DTYPE) if TEXT_DTYPE is not object else array
    return array


@dataclass(frozen=True)
class Context:
    """What coercion must know of the workbook."""

    lang: str = HOUSE
    date1904: bool = False
    choices: Mapping[str, Choices] = field(default_factory=dict)
    strict: bool = True
    """Report problems and check bounds; off for computed and owned cells, which people did not type."""
    counts: bool = False
    """Count what Excel's own formulas count and nothing else: a number or date typed as text, or a choice
    with a space too many, is missing, and told with what was probably meant."""
    tidies: bool = False
    """With ``counts``: take what was meant as if it stood there already; it is going to be written."""

    @cached_property
    def yes_no(self) -> Mapping[object, bool | None]:
        """The cells of a yes-or-no column that need no closer look."""
        if not self.counts:
            return _PLAIN_BOOLEANS
        labels = self.choices[YES_NO].by_key
        return {labels["yes"]: True, labels["no"]: False, "": None}


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing: no value, NaN, or text of spaces only."""
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, float) and math.isnan(value)


def coerce_column(values: Sequence[object], spec: FieldSpec, context: Context) -> Coerced:
    """The values of a column by the type of its field.

    Arguments:
        values: cells as read: float, str, bool, date, datetime, time, timedelta, "" or None for empty.
        spec: the field; type, unit, choices and bounds count.
        context: language, date system and lists of the workbook.

    Returns float64 (numbers, NaN missing), nullable booleans, datetime64 (dates) or texts (also the keys of
    choices), with the problems in order. Coercing the result again changes nothing.
    """
    if isinstance(values, Cells) and not values.only(_KINDS.get(spec.type, TEXT)):
        values = list[object](values)
    if spec.type in NUMERIC_TYPES:
        return _numbers(values, spec, context)
    if spec.type is FieldType.DATE:
        return _dates(values, context)
    if spec.type is FieldType.BOOL:
        return _bools(values, context)
    if spec.type is FieldType.CHOICE and spec.choices is not None:
        choices = context.choices[spec.choices]
        if choices.folded or not choices.open:  # else a list of their own, still empty: texts
            return _choices(values, choices, context)
    if isinstance(values, Cells):
        found, at = values.distinct()
        return Coerced(_texts([text.strip() or None for text in found])[at])
    lang = context.lang
    texts = [(cell.strip() or None) if cell.__class__ is str else _text(cell, lang) for cell in values]
    return Coerced(_texts(texts))


# -- the cells one by one ------------------------------------------------------------------------------

_Problem = tuple[str, Mapping[str, object]] | tuple[str, Mapping[str, object], Severity, object]
_Answer = tuple[Any, _Problem | None]
"""The value, missing when it cannot be trusted, and what is wrong: all of ``CellProblem`` but its place."""


def show(value: object, lang: str) -> str:
    """A cell's value as people see it in a message, cut after 80 characters."""
    return _cut(_text(value, lang) or "")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _each(
    values: Sequence[object], one: Callable[[object], _Answer], dtype: str, context: Context
) -> Coerced:
    """Coerce every cell; equal texts are looked at once."""
    known: dict[tuple[type, object], _Answer] = {}
    found: list[Any] = []
    problems: list[CellProblem] = []
    for position, value in enumerate(values):
        if value.__class__ is str and not value:
            found.append(None)
            continue
        key = (type(value), value)
        answer = known.get(key)
        if answer is None:
            answer = known[key] = (None, None) if is_blank(value) else one(value)
        found.append(answer[0])
        if answer[1] is not None and context.strict:
            problems.append(CellProblem(position, *answer[1]))
    if dtype == "text":
        return Coerced(_texts(found), tuple(problems))
    if dtype == "boolean":
        return Coerced(pd.array(found, dtype="boolean"), tuple(problems))
    return Coerced(np.array(found, dtype=dtype), tuple(problems))


def _texts(values: Sequence[object]) -> npt.NDArray[np.object_]:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


def _text(value: object, lang: str) -> str | None:
    """A cell as text: whole numbers without decimals, dates in the language's order."""
    if value.__class__ is str:
        return value.strip() or None
    if is_blank(value):
        return None
    if isinstance(value, bool):
        return message("core.yes" if value else "core.no", lang)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, date):
        return value.strftime(forms_of(lang).date_text)
    return str(value).strip() or None


def _bools(values: Sequence[object], context: Context) -> Coerced:
    if isinstance(values, Cells):
        texts, at = values.distinct()
        if all(text in _PLAIN_BOOLEANS for text in texts):
            truths = [_PLAIN_BOOLEANS[text] for text in texts]
            return Coerced(pd.array(truths, dtype="boolean")[at])
        values = list[object](values)
    kinds = set(map(type, values))
    if kinds <= ({str} if context.counts else {str, bool}):
        plain = context.yes_no
        found: list[Any] = [plain.get(value, value) for value in values]
        if set(map(type, found)) <= {bool, type(None)}:
            return Coerced(pd.array(found, dtype="boolean"))
    return _each(values, lambda cell: _counted_bool(cell, context), "boolean", context)


def _counted_bool(value: object, context: Context) -> _Answer:
    """Yes or no; for ``counts`` only a label of the workbook's list, as formulas compare with it."""
    answer = _bool(value, context)
    if not context.counts or answer[0] is None:
        return answer
    label = context.choices[YES_NO].by_key["yes" if answer[0] else "no"]
    return answer if _equal(value, label) else _meant(answer[0], value, label, context)


def _equal(value: object, label: str) -> bool:
    """Whether Excel's ``=`` takes a cell for a text: capitals do not matter, all else does."""
    return isinstance(value, str) and value.casefold() == label.casefold()


def _meant(
    value: Any, cell: object, meant: object, context: Context, form: str = "text"
) -> tuple[Any, tuple[str, Mapping[str, object], Severity, object]]:
    """What Excel does not count: missing, or put right.

    Arguments: value: what it is once it is put right; cell: what stands there; meant: what ought to stand
    there, told in a form of the catalogue.
    """
    found = _cut(cell) if isinstance(cell, str) else show(cell, context.lang)
    if isinstance(cell, bool | np.bool_):
        found = message("core.true" if cell else "core.false", context.lang)
    args = {"found": found, "meant": format_value(meant, form, context.lang)}
    if context.tidies:
        return value, ("SX222", args, Severity.NOTE, meant)
    return None, ("SX221", args, Severity.WARNING, meant)


def _bool(value: object, context: Context) -> _Answer:
    if isinstance(value, bool | np.bool_):
        return bool(value), None
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value), None
    if isinstance(value, str) and (found := parse_bool(value)) is not None:
        return found, None
    if YES_NO in context.choices and (key := context.choices[YES_NO].folded.get(fold(str(value)))):
        return key == "yes", None
    return None, ("SX205", {"found": show(value, context.lang)})


# -- choices -------------------------------------------------------------------------------------------


def _choices(values: Sequence[object], choices: Choices, context: Context) -> Coerced:
    exact = choices.exact
    if isinstance(values, Cells):
        texts, at = values.distinct()
        if all(text in exact or not text for text in texts):
            return Coerced(_texts([exact.get(text) for text in texts])[at])
        values = list[object](values)
    try:
        keys = [exact.get(value) for value in values]  # type: ignore[call-overload]
    except TypeError:
        keys = [None] * len(values)
    left = [position for position, key in enumerate(keys) if key is None and values[position] != ""]
    if not left:
        return Coerced(_texts(keys))
    rest = [values[position] for position in left]
    asked = 0

    def one(cell: object) -> _Answer:
        nonlocal asked
        asked += 1
        return _choice(cell, choices, context, suggest=context.strict and asked <= _MOST_SUGGESTIONS)

    odd = _each(rest, one, "text", context)
    for position, key in zip(left, odd.array, strict=True):
        keys[position] = key
    problems = tuple(replace(item, position=left[item.position]) for item in odd.problems)
    return Coerced(_texts(keys), problems)


def _choice(value: object, choices: Choices, context: Context, *, suggest: bool) -> _Answer:
    text = _text(value, context.lang) or ""
    key = choices.folded.get(fold(text))
    if key is None and not context.strict and fold(text) in choices.renamed:
        key = choices.exact[choices.renamed[fold(text)]]  # what an earlier run wrote
    if key is not None:
        label = choices.by_key.get(key, key)
        if context.counts and not choices.open and not _equal(value, label):
            return _meant(key, value, label, context)
        return key, None
    suggestion = choices.suggest(text) if suggest else None
    if choices.open:
        # A label nearly like a known one is likely a slip, but it is theirs to keep.
        return text, ("SX214", {"found": _cut(text), "suggestion": suggestion}) if suggestion else None
    if suggestion:
        return None, ("SX204", {"found": _cut(text), "suggestion": suggestion})
    return None, ("SX220", {"found": _cut(text), "expected": ", ".join(choices.labels)})


# -- numbers -------------------------------------------------------------------------------------------


def _without_blanks(
    values: Sequence[object], kinds: set[type], missing: float | None
) -> npt.NDArray[np.object_] | None:
    """The cells with the empty ones replaced; None when anything else is not of the kinds."""
    if not set(map(type, values)) <= kinds | {str}:
        return None
    cells = _texts(values)
    blank = np.asarray(cells == "", dtype=bool)
    if str in set(map(type, cells[~blank])):
        return None
    cells[blank] = missing
    return cells


def _numbers(values: Sequence[object], spec: FieldSpec, context: Context) -> Coerced:
    problems: list[CellProblem] = []
    if isinstance(values, Cells):
        numbers = values.floats()
    elif set(map(type, values)) <= {float, int}:
        numbers = np.array(values, dtype=np.float64)
    elif (cells := _without_blanks(values, {float, int}, math.nan)) is not None:
        numbers = cells.astype(np.float64)
    else:
        odd = _each(values, lambda cell: _counted_number(cell, spec, context), "float64", context)
        numbers = odd.array
        problems += odd.problems
    infinite = np.isinf(numbers)
    if infinite.any():  # more than any program calculates with
        problems += [
            CellProblem(int(at), "SX201", {"found": show(values[int(at)], context.lang)})
            for at in np.flatnonzero(infinite)
        ]
        numbers = np.where(infinite, math.nan, numbers)
    if context.strict:
        numbers = _bounded(numbers, spec, problems, context)
    problems.sort(key=lambda item: item.position)
    return Coerced(numbers, tuple(problems))


def _counted_number(value: object, spec: FieldSpec, context: Context) -> _Answer:
    """A number; for ``counts`` only one that stands as such in the cell."""
    number, problem = _number(value, spec, context)
    if context.counts and isinstance(value, date):
        # To Excel's formulas a day is a number like another.
        number = to_serial(value, is_1904=context.date1904)
        return math.nan if _beyond(np.array([number]), spec)[0] else number, problem
    if not context.counts or problem is not None or isinstance(value, int | float):
        return number, problem
    beyond = _beyond(np.array([number]), spec)
    if not math.isfinite(number) or beyond[0]:
        return number, None  # told as what it is
    number, problem = _meant(number, value, number, context, _form(spec))
    return (math.nan if number is None else number), problem


def _form(spec: FieldSpec) -> str:
    """How a number of the field is told."""
    return "percent1" if spec.type is FieldType.PERCENT else "dec2"


def _number(value: object, spec: FieldSpec, context: Context) -> _Answer:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), None
    if (
        isinstance(value, time | timedelta)
        and spec.unit is not None
        and spec.unit.fr.casefold().startswith("h")
    ):
        return _hours(value), None
    if not isinstance(value, str):
        code = "SX213" if isinstance(value, time | timedelta | date) else "SX201"
        return math.nan, (code, {"found": show(value, context.lang)})
    return _number_text(value, spec, context)


def _number_text(text: str, spec: FieldSpec, context: Context) -> _Answer:
    number = parse_number(text, context.lang, spec.unit.get(context.lang) if spec.unit else None)
    if number.problem is Problem.AMBIGUOUS:
        return math.nan, ("SX202", {"found": _cut(text), "first": number.first, "second": number.second})
    misplaced = number.percent and spec.type not in {FieldType.NUMBER, FieldType.PERCENT}
    if number.problem is Problem.INVALID or misplaced:
        return math.nan, ("SX201", {"found": _cut(text)})
    return _percent(text, number) if spec.type is FieldType.PERCENT else (number.value, None)


def _percent(text: str, number: Number) -> _Answer:
    """A rate typed as text: ``12 %``, ``12`` and ``0,12`` are twelve per cent; ``1`` could be 1 or 100."""
    if number.percent or abs(number.value) < 1:
        return number.value, None
    if abs(number.value) == 1:
        return math.nan, ("SX202", {"found": text, "first": number.value, "second": number.value / 100})
    return number.value / 100, None


def _hours(value: time | timedelta) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds() / 3600
    return value.hour + value.minute / 60 + value.second / 3600


def _beyond(numbers: npt.NDArray[np.float64], spec: FieldSpec) -> npt.NDArray[np.bool_]:
    """Which numbers are out of the field's bounds."""
    outside = np.zeros(len(numbers), bool)
    if spec.minimum is not None:
        outside |= numbers < spec.minimum
    if spec.maximum is not None:
        outside |= numbers > spec.maximum
    return outside


def _bounded(
    numbers: npt.NDArray[np.float64], spec: FieldSpec, problems: list[CellProblem], context: Context
) -> npt.NDArray[np.float64]:
    """The numbers with those out of the field's bounds made missing, each reported."""
    outside = _beyond(numbers, spec)
    put_right: dict[int, Any] = {}
    for position in np.flatnonzero(outside).tolist():
        code, args = _out_of_bounds(float(numbers[position]), spec)
        meant = args.get("suggestion")
        if meant is not None and context.tidies:
            put_right[position], problem = _meant(meant, numbers[position], meant, context, _form(spec))
            problems.append(CellProblem(position, *problem))
        else:
            problems.append(CellProblem(position, code, args, meant=meant))
    if spec.type is FieldType.INTEGER:
        whole = np.isnan(numbers) | (numbers == np.floor(numbers)) | outside
        for position in np.flatnonzero(~whole).tolist():
            args = {"found": float(numbers[position])}
            problems.append(CellProblem(position, "SX208", args, Severity.NOTE))
    if not outside.any():
        return numbers
    bounded = np.where(outside, math.nan, numbers)
    bounded[list(put_right)] = list(put_right.values())
    return bounded


def _out_of_bounds(value: float, spec: FieldSpec) -> tuple[str, Mapping[str, object]]:
    low, high = spec.minimum, spec.maximum
    if spec.type is FieldType.PERCENT and high is not None and high < value <= high * 100:
        return "SX219", {"found": value, "suggestion": value / 100}
    args = {"found": value, "minimum": low, "maximum": high}
    if low is not None and high is not None:
        return "SX207", args
    return ("SX217" if low is not None else "SX218"), args


# -- dates ---------------------------------------------------------------------------------------------


def _plain_days(values: Sequence[object]) -> npt.NDArray[np.datetime64] | None:
    """The cells as days; None when any is something else."""
    if isinstance(values, Cells):
        return values.days()
    cells = _without_blanks(values, {date}, None)
    return None if cells is None else cells.astype("datetime64[D]")


def _dates(values: Sequence[object], context: Context) -> Coerced:
    days = _plain_days(values)
    if days is not None:
        first, last = np.datetime64(f"{EARLIEST_YEAR}-01-01"), np.datetime64(f"{LATEST_YEAR}-12-31")
        if not ((days < first) | (days > last)).any():
            return Coerced(days.astype("datetime64[ns]"))
    return _each(values, lambda cell: _counted_date(cell, context), "datetime64[ns]", context)


def _counted_date(value: object, context: Context) -> _Answer:
    """A day; for ``counts`` only one that stands as such in the cell."""
    day, problem = _date(value, context)
    if not context.counts or problem is not None or day is None or not isinstance(value, str):
        return day, problem
    return _meant(day, value, day.astype("datetime64[D]").item(), context, "date")


def _plausible(day: date, shown: str) -> _Answer:
    """The day, unless it lies outside the years of a sales plan."""
    if EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return np.datetime64(day.isoformat(), "ns"), None
    return None, ("SX216", {"found": shown})


def _date(value: object, context: Context) -> _Answer:
    shown = show(value, context.lang)
    if isinstance(value, str):
        serial = value.strip()
        if not (serial.isascii() and serial.isdigit() and len(serial) == 5):
            return _date_text(value, shown, context)
        value = float(serial)
    day: date | None = None
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
    elif isinstance(value, float | int) and not isinstance(value, bool):
        moment = from_serial(value, is_1904=context.date1904) if value >= 1 else None  # else a time of day
        day = None if moment is None else moment.date()
    return _plausible(day, shown) if day is not None else (None, ("SX203", {"found": shown}))


def _date_text(text: str, shown: str, context: Context) -> _Answer:
    read = parse_date(text, context.lang)
    if read.problem is Problem.AMBIGUOUS:
        return None, ("SX212", {"found": shown, "first": read.first, "second": read.second})
    return _plausible(read.value, shown) if read.value is not None else (None, ("SX203", {"found": shown}))


def blank_mask(values: Iterable[object]) -> npt.NDArray[np.bool_]:
    """Which cells hold nothing."""
    if isinstance(values, Cells):
        return values.blank()
    return np.array([value == "" or is_blank(value) for value in values], dtype=bool)
