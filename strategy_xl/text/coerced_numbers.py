"""Cells of a column as numbers or days, within the bounds of their field."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.cellcolumns import Cells
from strategy_xl.cellvalues import EARLIEST_YEAR, LATEST_YEAR, from_serial, to_serial
from strategy_xl.errors import Severity
from strategy_xl.schema.spec import FieldSpec, FieldType
from strategy_xl.text.coerced import (
    Answer,
    CellProblem,
    Coerced,
    Context,
    cells_of,
    cut,
    each,
    show,
    uncounted,
)
from strategy_xl.text.parsing import Number, Problem, parse_date, parse_number


def _without_blanks(
    values: Sequence[object], kinds: set[type], missing: float | None
) -> npt.NDArray[np.object_] | None:
    """The cells with the empty ones replaced; None when anything else is not of the kinds."""
    if not set(map(type, values)) <= kinds | {str}:
        return None
    cells = cells_of(values)
    blank = np.asarray(cells == "", dtype=bool)
    if str in set(map(type, cells[~blank])):
        return None
    cells[blank] = missing
    return cells


def coerce_numbers(values: Sequence[object], spec: FieldSpec, context: Context) -> Coerced:
    """A column of numbers; arguments and result as ``coerce_column``."""
    problems: list[CellProblem] = []
    if isinstance(values, Cells):
        numbers = values.floats()
    elif set(map(type, values)) <= {float, int}:
        numbers = np.array(values, dtype=np.float64)
    elif (cells := _without_blanks(values, {float, int}, math.nan)) is not None:
        numbers = cells.astype(np.float64)
    else:
        odd = each(values, lambda cell: _counted_number(cell, spec, context), "float64", context)
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


def _counted_number(value: object, spec: FieldSpec, context: Context) -> Answer:
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
    number, problem = uncounted(number, value, number, context, _form(spec))
    return (math.nan if number is None else number), problem


def _form(spec: FieldSpec) -> str:
    """How a number of the field is told."""
    return "percent1" if spec.type is FieldType.PERCENT else "dec2"


def _number(value: object, spec: FieldSpec, context: Context) -> Answer:
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


def _number_text(text: str, spec: FieldSpec, context: Context) -> Answer:
    number = parse_number(text, context.lang, spec.unit.get(context.lang) if spec.unit else None)
    if number.problem is Problem.AMBIGUOUS:
        return math.nan, ("SX202", {"found": cut(text), "first": number.first, "second": number.second})
    misplaced = number.percent and spec.type not in {FieldType.NUMBER, FieldType.PERCENT}
    if number.problem is Problem.INVALID or misplaced:
        return math.nan, ("SX201", {"found": cut(text)})
    return _percent(text, number) if spec.type is FieldType.PERCENT else (number.value, None)


def _percent(text: str, number: Number) -> Answer:
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
            put_right[position], problem = uncounted(meant, numbers[position], meant, context, _form(spec))
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


def _plain_days(values: Sequence[object]) -> npt.NDArray[np.datetime64] | None:
    """The cells as days; None when any is something else."""
    if isinstance(values, Cells):
        return values.days()
    cells = _without_blanks(values, {date}, None)
    return None if cells is None else cells.astype("datetime64[D]")


def coerce_dates(values: Sequence[object], context: Context) -> Coerced:
    """A column of days; arguments and result as ``coerce_column``."""
    days = _plain_days(values)
    if days is not None:
        first, last = np.datetime64(f"{EARLIEST_YEAR}-01-01"), np.datetime64(f"{LATEST_YEAR}-12-31")
        if not ((days < first) | (days > last)).any():
            return Coerced(days.astype("datetime64[ns]"))
    return each(values, lambda cell: _counted_date(cell, context), "datetime64[ns]", context)


def _counted_date(value: object, context: Context) -> Answer:
    """A day; for ``counts`` only one that stands as such in the cell."""
    day, problem = _date(value, context)
    if not context.counts or problem is not None or day is None or not isinstance(value, str):
        return day, problem
    return uncounted(day, value, day.astype("datetime64[D]").item(), context, "date")


def _plausible(day: date, shown: str) -> Answer:
    """The day, unless it lies outside the years of a sales plan."""
    if EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return np.datetime64(day.isoformat(), "ns"), None
    return None, ("SX216", {"found": shown})


def _date(value: object, context: Context) -> Answer:
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


def _date_text(text: str, shown: str, context: Context) -> Answer:
    read = parse_date(text, context.lang)
    if read.problem is Problem.AMBIGUOUS:
        return None, ("SX212", {"found": shown, "first": read.first, "second": read.second})
    return _plausible(read.value, shown) if read.value is not None else (None, ("SX203", {"found": shown}))
