"""Tables as rules see them: numpy columns read by key, answers made into a table of the same rows.

With ``table`` the one module of the rules that knows the frame library. A rule reads each column it needs as
an array of one type (an absent column is a column of missing values), works on arrays, and gives its answers
back as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from math import isfinite
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.rules.table import Table

Frame = pd.DataFrame | Table
"""What rules take: a table, or a frame of pandas."""
DataFrame = pd.DataFrame
Column = pd.Series
Index = pd.Index

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Codes8 = npt.NDArray[np.int8]
Dates = npt.NDArray[np.datetime64]
Objects = npt.NDArray[np.object_]
Texts = npt.NDArray[np.object_]
"""Python strings, none of them missing."""

ROUNDING = 9
"""Decimals kept before a comparison with a limit or a rounding up: removes binary noise only."""

_FEW = 500
"""Values up to which adding them one by one takes less time than pandas needs to begin."""


# -- reading -----------------------------------------------------------------------------------------------


def numbers(frame: Frame, key: str) -> Floats:
    """The column as float64, shape (rows,); NaN where missing, absent or not a number."""
    held = _array(frame, key)
    if held is None:
        return np.full(len(frame), np.nan)
    if isinstance(held, np.ndarray) and held.dtype.kind in "fiu":
        return held.astype(np.float64, copy=False)
    column = pd.Series(held, dtype=held.dtype)
    if column.dtype.kind not in "fiu":
        column = pd.to_numeric(column, errors="coerce")
    found: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return found


def texts(frame: Frame, key: str) -> Texts:
    """The column as stripped texts, shape (rows,); "" where missing, absent or blank."""
    array = _array(frame, key)
    if array is None:
        return np.full(len(frame), "", dtype=object)
    if isinstance(array, pd.Categorical):
        kinds = np.array([*(str(kind).strip() for kind in array.categories), ""], dtype=object)
        return kinds.take(array.codes)
    held = Table.of(frame).objects(key)
    # One by one is faster than pandas' own way.
    shown = [cell.strip() if cell.__class__ is str else _shown(cell) for cell in held.tolist()]
    return np.array(shown, dtype=object)


def _shown(cell: object) -> str:
    return "" if cell is None or is_missing(cell) else str(cell).strip()


def has_text(frame: Frame, key: str) -> Bools:
    """Rows where the column holds a text that is not blank, shape (rows,)."""
    return texts(frame, key).astype(bool)


def flags(frame: Frame, key: str) -> Bools:
    """Rows where the column is true, shape (rows,); missing and absent are not true."""
    held = _array(frame, key)
    if held is None:
        return np.zeros(len(frame), dtype=bool)
    if isinstance(held, pd.arrays.BooleanArray):
        return np.asarray(held.to_numpy(dtype=bool, na_value=False), dtype=bool)
    if isinstance(held, np.ndarray) and held.dtype == bool:
        truths: Bools = held
        return truths
    nullable = pd.Series(held, dtype=held.dtype).astype("boolean")
    return np.asarray(nullable.fillna(value=False).to_numpy(dtype=bool))


def dates(frame: Frame, key: str) -> Dates:
    """The column as datetime64[us], shape (rows,); NaT where missing, absent or not a date."""
    held = _array(frame, key)
    if held is None:
        return np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[us]")
    if isinstance(held, np.ndarray) and held.dtype.kind == "M":
        return held.astype("datetime64[us]")
    days = pd.to_datetime(pd.Series(held, dtype=held.dtype), errors="coerce")
    return np.asarray(days.to_numpy(dtype="datetime64[us]"))


def cells(frame: Frame, key: str) -> Objects:
    """What stands in the column, as Python objects, shape (rows,); None where missing or absent."""
    if key not in frame:
        return np.full(len(frame), None, dtype=object)
    held = Table.of(frame).objects(key).copy()
    held[pd.isna(held)] = None
    return held


def encoded(frame: Frame, key: str) -> tuple[Ints, Objects]:
    """``distinct`` for what stands in a column; an absent column has no values."""
    if key not in frame:
        return np.full(len(frame), -1, dtype=np.int64), np.empty(0, dtype=object)
    return distinct(Table.of(frame).objects(key))


def is_known(frame: Frame, key: str) -> Bools:
    """Rows where the column is not missing, shape (rows,); a blank text is not missing."""
    held = _array(frame, key)
    return np.zeros(len(frame), dtype=bool) if held is None else ~missing_in(held)


def missing_in(array: Any) -> Bools:
    """Where an array, of numpy or of one of pandas' own types, has None, NaN, NaT or NA; shape (rows,)."""
    if isinstance(array, np.ndarray) and array.dtype.kind == "f":
        return np.asarray(np.isnan(array))
    return np.asarray(pd.isna(array), dtype=bool)


def filled(frame: Frame, key: str) -> Bools:
    """Rows where the column holds something of any type, blank texts apart; shape (rows,)."""
    held = is_known(frame, key)
    array = _array(frame, key)
    if array is not None and array.dtype.kind == "O" and held.any():
        blank = (isinstance(cell, str) and not cell.strip() for cell in array)
        held = held & ~np.fromiter(blank, dtype=bool, count=len(held))
    return held


def _array(frame: Frame, key: str) -> Any:
    """A column as an array of its type; None when there is none."""
    return Table.of(frame).array(key) if key in frame else None


def matrix(frame: Frame) -> Floats:
    """A table of numbers as float64, shape (rows, columns)."""
    return as_frame(frame).to_numpy(dtype=np.float64)


def is_missing(value: object) -> bool:
    """Whether one value is None, NaN, NaT or NA."""
    return value is None or bool(pd.isna(cast("Any", value)))


def as_day(value: object) -> date | None:
    """The day of a date, or of a text that is one; None for anything else."""
    stamp = pd.to_datetime(value, errors="coerce") if isinstance(value, str | date) else None
    return None if stamp is None or pd.isna(stamp) else stamp.date()


# -- choices: keys as positions, a byte a row --------------------------------------------------------------


def choice_codes(column: Column | None, keys: Sequence[str], index: Index) -> Codes8:
    """Positions in ``keys`` of a column of keys, shape (rows,); -1 where missing or any other value.

    Arguments: column: keys by ``index`` (rows it does not have are missing); None: all missing.
    """
    if column is None:
        return np.full(len(index), -1, dtype=np.int8)
    own = column if column.index.is_(index) else column.reindex(index)
    return _choice_codes(own.array, keys)


def _choice_codes(held: Any, keys: Sequence[str]) -> Codes8:
    """``choice_codes`` of a column given as an array."""
    places = {str(key): place for place, key in enumerate(keys)}
    codes: npt.NDArray[np.signedinteger]
    if isinstance(held, pd.Categorical):
        codes, found = held.codes, list(held.categories)
    else:
        codes, labels = distinct(np.asarray(held, dtype=object))
        found = list(labels)
    table: Codes8 = np.array([*(places.get(str(key), -1) for key in found), -1], dtype=np.int8)
    return table.take(codes)


def choice_array(codes: npt.NDArray[np.signedinteger], keys: Sequence[str]) -> pd.Categorical:
    """The keys at these positions; -1 is NA."""
    return pd.Categorical.from_codes(codes, dtype=_choice_type(tuple(keys)))


@cache
def _choice_type(keys: tuple[str, ...]) -> pd.CategoricalDtype:
    """The type of a column of these keys; making one takes longer than filling a hundred rows."""
    return pd.CategoricalDtype(pd.Index([str(key) for key in keys]))


def is_choice(frame: Frame, name: str, *keys: str) -> Bools:
    """Rows whose choice in a column is one of the keys, shape (rows,); an absent column has none."""
    held = _array(frame, name)
    return np.zeros(len(frame), dtype=bool) if held is None else _choice_codes(held, keys) >= 0


# -- arrays ------------------------------------------------------------------------------------------------


def rounded(values: Floats) -> Floats:
    """The values without binary noise, for comparisons with a limit."""
    return np.round(values, ROUNDING)


def distinct(values: Objects) -> tuple[Ints, Objects]:
    """Position of each value among the distinct ones, -1 where missing; the distinct ones as they come."""
    codes, labels = pd.factorize(values)
    return codes.astype(np.int64, copy=False), labels


def totals(values: Floats, group: Ints, groups: int) -> Floats:
    """Sum of the known values of each group (numbers from 0), NaN for one without any; shape (groups,)."""
    if not np.isnan(values).any() and (group[1:] >= group[:-1]).all():
        found = np.full(groups, np.nan)
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        found[group[starts]] = np.add.reduceat(values, starts) if len(starts) else 0.0
        return found
    if len(values) <= _FEW:
        return _few_totals(values, group, groups)
    sums = pd.Series(values).groupby(group).sum(min_count=1).reindex(range(groups))
    return np.asarray(sums, dtype=np.float64)


def _few_totals(values: Floats, group: Ints, groups: int) -> Floats:
    """The same to the last bit, with what each addition lost carried along as pandas does (after Kahan)."""
    sums, lost = [0.0] * groups, [0.0] * groups
    known = ~np.isnan(values)
    for value, at in zip(values[known].tolist(), group[known].tolist(), strict=True):
        wanted = value - lost[at]
        found = sums[at] + wanted
        carried = found - sums[at] - wanted
        lost[at] = carried if isfinite(carried) else 0.0
        sums[at] = found
    return np.where(np.bincount(group[known], minlength=groups) > 0, sums, np.nan)


def months_before(moments: Dates, months: int) -> Dates:
    """The same moments so many months before; the last day of a month that is too short."""
    month, day = moments.astype("datetime64[M]"), moments.astype("datetime64[D]")
    earlier = month - months
    last = (earlier + 1).astype(day.dtype) - 1
    moved: Dates = np.minimum(earlier.astype(day.dtype) + (day - month), last) + (moments - day)
    return moved


# -- making ------------------------------------------------------------------------------------------------


def make_frame(columns: Mapping[str, object], index: Index | None = None) -> Table:
    """A table of columns by key; numbered from 0 without an index."""
    return Table(columns, index)


def make_grid(values: Floats, index: Index, columns: Index) -> Table:
    """A table of the numbers of a matrix."""
    return Table.of(pd.DataFrame(values, index=index, columns=columns))


def as_frame(table: Frame) -> pd.DataFrame:
    """A table as a frame of pandas."""
    return Table.of(table).frame


def make_column(values: npt.ArrayLike, index: Index) -> Column:
    """A column that stands alone."""
    return pd.Series(values, index=index)


def object_column(values: Sequence[object] | Objects, index: Index | None = None) -> Column:
    """A column of Python objects, whatever they are; numbered from 0 without an index."""
    return pd.Series(values, index=index, dtype=object)


def as_array(values: Sequence[Any]) -> Any:
    """A column as an array: one that stands alone by its type, a list as Python objects."""
    if hasattr(values, "dtype"):
        return getattr(values, "array", values)
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def text_array(values: Sequence[Any] | npt.NDArray[Any]) -> Any:
    """Values of a text column; None is missing."""
    return pd.array(values, dtype="str")


def whole_array(values: Sequence[float | None] | Floats) -> Any:
    """Values of a column of whole numbers; None and NaN are NA."""
    return pd.array(values, dtype="Float64").astype("Int64")


def flag_array(mask: Bools, known: Bools | None = None) -> Any:
    """Values of a nullable column of truths; NA where ``known`` is false."""
    return pd.arrays.BooleanArray(mask, np.zeros_like(mask) if known is None else ~known)


def day_array(days: Sequence[date | None]) -> Any:
    """Values of a column of days; None is NaT."""
    return pd.to_datetime(pd.Series(list(days), dtype=object)).astype("datetime64[ns]").array


def labels(names: Iterable[str], title: str | None = None) -> Index:
    """An index of texts."""
    return pd.Index(list(names), dtype="str", name=title)


def numbered(rows: int) -> Index:
    """Rows numbered from 1, as people count them."""
    return pd.RangeIndex(1, rows + 1)


def periods(first: int, count: int, alias: str) -> Index:
    """Consecutive periods; ``first`` is counted from the one of 1970-01-01, ``alias`` is Y, Q or M."""
    return pd.period_range(pd.Period(ordinal=first, freq=alias), periods=count)


# -- rows and columns of tables ----------------------------------------------------------------------------


def pick(frame: Frame, rows: Bools | npt.NDArray[np.integer]) -> Table:
    """Some rows, by mask or by position."""
    return Table.of(frame).take(rows)


def extended(frame: Frame, columns: Mapping[str, Any]) -> Table:
    """The table with more columns, or with others in the place of those of the same key."""
    return Table.of(frame).extended(columns)


def aligned(frame: Frame, index: Index) -> Table:
    """The rows of an index, in its order; missing where the table has none."""
    table = Table.of(frame)
    return table if table.index is index else Table.of(table.frame.reindex(index))


def index_order(index: Index) -> npt.NDArray[np.intp]:
    """Positions of the rows in the order of their index."""
    return index.argsort(kind="stable")


def listed(frame: Frame, key: str) -> Table:
    """The table as a list: its index is the first column, rows are numbered from 1."""
    rows = as_frame(frame).rename_axis(key).reset_index()
    return Table.of(rows.set_axis(numbered(len(rows))))
