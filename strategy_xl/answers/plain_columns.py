"""Columns of answers as plain values, each with a number that tells a value from all others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.history.book_record import Plain
from strategy_xl.history.kept_columns import FEW, MOST_KEYS, KeptColumn, column_of
from strategy_xl.rules.table import values_of

DECIMALS = 6
"""Of numbers in a record: what differs beyond is noise, and no reason for a new state."""
_MISSING = "\0"
_TEXTS, _ONLY_TEXTS = frozenset({str, type(None)}), frozenset({str})
_BEGIN = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)

Marks = npt.NDArray[np.uint64]


class PlainColumn(NamedTuple):
    """A column: its values, and for each a number that is another one for another value."""

    plain: Sequence[Any]
    marks: Marks


def plain_column(held: Any) -> PlainColumn:
    """An array, of numpy or of one of pandas' own types, as plain values; days as texts."""
    if isinstance(held, pd.arrays.NumpyExtensionArray):
        held = held.to_numpy()
    if isinstance(held, np.ndarray) and held.dtype.kind == "f":
        return _numbers(held)
    if isinstance(held, pd.Categorical):
        return _chosen(list(map(str, held.categories)), held.codes)
    if isinstance(held, pd.arrays.BooleanArray):
        return _chosen([False, True], held.to_numpy(dtype=np.int8, na_value=-1))
    values = values_of(held)
    if not _TEXTS.issuperset(map(type, values)):
        values = [value if value.__class__ is str else plain_value(value) for value in values]
    return PlainColumn(column_of(values), text_marks(values))


def missing_column(rows: int) -> PlainColumn:
    """A column that is missing in all rows."""
    return _chosen([], np.full(rows, -1, dtype=np.int8))


def text_marks(values: Iterable[Plain]) -> Marks:
    """The numbers of values that are mostly texts."""
    texts = list(values)
    if not _ONLY_TEXTS.issuperset(map(type, texts)):
        texts = [
            value if value.__class__ is str else _MISSING if value is None else repr(value) for value in texts
        ]
    held = np.empty(len(texts), dtype=object)
    held[:] = texts
    found: Marks = pd.util.hash_array(held, categorize=False)
    return found


def joined(columns: Sequence[Marks]) -> npt.NDArray[np.int64]:
    """One number a row out of those of its columns; it fits into 64 bits with a sign."""
    found = np.full(len(columns[0]), _BEGIN)
    for marks in columns:
        found = (found ^ marks) * _PRIME
    return found.view(np.int64)


def _chosen(keys: list[Plain], codes: npt.NDArray[np.integer[Any]]) -> PlainColumn:
    """A column of a few values; a negative code stands for a missing one."""
    known = [*keys, None]
    marks = text_marks(known)[codes]
    if len(codes) >= FEW and len(known) <= MOST_KEYS:
        return PlainColumn(KeptColumn.choices(codes, keys), marks)
    return PlainColumn([known[code] for code in codes.tolist()], marks)


def _numbers(held: npt.NDArray[np.float64]) -> PlainColumn:
    rounded = np.round(held, DECIMALS) + 0.0  # no minus zero
    rounded[~np.isfinite(rounded)] = np.nan
    marks = pd.util.hash_array(rounded, categorize=False)
    if len(rounded) >= FEW:
        return PlainColumn(KeptColumn.numbers(rounded), marks)
    return PlainColumn([None if number != number else number for number in rounded.tolist()], marks)  # noqa: PLR0124


def plain_value(value: Any) -> Plain:
    """One value; None for what is missing, or what no field holds."""
    match value:
        case str():
            return value
        case bool() | np.bool_():
            return bool(value)
        case int() | float() | np.number():
            number = round(float(value), DECIMALS)
            return number if np.isfinite(number) else None
        case date():  # moments of pandas are days too, NaT among them
            return None if pd.isna(value) else value.isoformat()[:10]
    return None
