"""From a function's answer to cells: plain values, texts of at most 255 characters, real error values."""

from __future__ import annotations

import gc
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.text.catalog import format_value, has_message, message
from strategy_xl.text.shortening import MAX_TEXT, length, shorten

if TYPE_CHECKING:
    import pandas as pd

    from strategy_xl.errors import StrategyXlError

_MANY = 1000
"""Cells of an answer from which the garbage collector is made to wait for it."""


Cell = str | float | bool | ErrorValue
Block = list[list[Cell]]


def error_text(error: StrategyXlError, lang: str) -> str:
    """The sentence of an expected error, as a cell shows it."""
    finding = error.finding
    if has_message(finding.code, lang):
        return shorten(message(finding.code, lang, **finding.args))
    return shorten(str(error))


def to_cell(value: Any, lang: str) -> Cell:
    """One value as a cell: ``""`` for missing, #N/A for infinite, dates as text in the language's form."""
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else "" if math.isnan(value) else ErrorValue.NA
    if kind is str:
        return shorten(value)
    if kind is bool or kind is ErrorValue:
        return cast("Cell", value)
    return _odd_cell(value, lang)


def _odd_cell(value: Any, lang: str) -> Cell:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return ""
    if isinstance(value, str):
        return shorten(str(value))
    if isinstance(value, date):
        return format_value(value.date() if isinstance(value, datetime) else value, "date", lang)
    return to_cell(value.item() if hasattr(value, "item") else float(value), lang)


class Texts(list[str]):
    """A column of texts that fit in their cells as they are."""


def column(values: Any, lang: str) -> Sequence[Cell]:
    """A column (list, array or Series) as cells."""
    if type(values) is Texts:
        return values
    if getattr(values, "dtype", None) == "float64":
        return _numbers(values)
    plain = values if type(values) is list else values.tolist() if hasattr(values, "tolist") else list(values)
    if set(map(type, plain)) == {str} and max(map(length, set(plain))) <= MAX_TEXT:
        return plain  # labels, mostly: nothing to do
    return [to_cell(value, lang) for value in plain]


def _numbers(values: Any) -> list[Cell]:
    """A float64 column as cells; only what is no finite number needs a look."""
    import numpy as np

    numbers = np.asarray(values)
    finite = np.isfinite(numbers)
    if finite.all():
        cells: list[Cell] = numbers.tolist()
        return cells
    missing = np.isnan(numbers)
    if missing.all():
        return [""] * len(numbers)
    objects = numbers.astype(object)
    objects[missing] = ""
    objects[~finite & ~missing] = ErrorValue.NA
    return list(objects.tolist())


def labelled(keys: pd.Series, labels: Mapping[str, str]) -> list[str]:
    """A choice column as labels, ``""`` where missing; several keys joined by ``+`` are each labelled."""
    import numpy as np
    import pandas as pd

    held = keys.array
    if isinstance(held, pd.Categorical):
        names = [shorten(labels.get(str(key), str(key))) for key in held.categories]
        return Texts(np.array([*names, ""], dtype=object).take(held.codes).tolist())
    return [
        " + ".join(labels.get(part, part) for part in key.split("+")) if isinstance(key, str) else ""
        for key in keys.astype(object).tolist()
    ]


def with_error_texts(block: Block) -> list[list[object]]:
    """The cells with errors as their text, for a host to which no error value can be sent."""
    return [[str(cell) if isinstance(cell, ErrorValue) else cell for cell in row] for row in block]


def rows_of(columns: Sequence[Sequence[Cell]]) -> Block:
    """Columns of equal length as rows."""
    # Ten thousand new rows set the garbage collector off a dozen times, now and then over all that the host
    # holds: it waits until they are there.
    waits = sum(map(len, columns)) >= _MANY and gc.isenabled()
    if waits:
        gc.disable()
    try:
        if len(columns) == 1:
            return [[cell] for cell in columns[0]]
        return list(map(list, zip(*columns, strict=True)))
    finally:
        if waits:
            gc.enable()
