"""Values of people and of pandas as cells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from weakref import ref

import numpy as np
import numpy.typing as npt

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.formulas.arrays.cell_arrays import (
    BLANK,
    BOOL,
    ERROR,
    ERRORS,
    NUMBER,
    TEXT,
    Cells,
    Floats,
    Objects,
    booleans,
    numbers,
    texts,
)

_DATE = 5


class _KindTable(dict[type, int]):
    """Kind by Python type; a type met for the first time is looked at once."""

    def __missing__(self, found: type) -> int:
        kind = self._look(found)
        self[found] = kind
        return kind

    @staticmethod
    def _look(found: type) -> int:
        if found.__name__ in ("NAType", "NaTType"):
            return BLANK
        for base, kind in (
            (bool | np.bool_, BOOL),
            (str, TEXT),
            (int | float | Decimal | np.number, NUMBER),
            (date, _DATE),
            (ErrorValue, ERROR),
        ):
            if issubclass(found, base):
                return kind
        raise TypeError(found)


_NOTHING = {type(None)}
_NUMBERS, _TEXTS = {float, int, *_NOTHING}, {str}
_KIND_OF = _KindTable({type(None): BLANK, float: NUMBER, int: NUMBER, str: TEXT, bool: BOOL})


def from_values(values: Any) -> Cells:
    """Cells of Python or numpy values (None, NaN, NA and NaT are blank), of the values' own shape.

    Errors: TypeError for a value that no cell can hold.
    """
    array = np.asarray(values)
    if array.dtype.kind in "US":
        array = array.astype(object)
    if array.dtype.kind == "b":
        return booleans(array)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[us]").astype(object)
    if array.dtype.kind in "iuf":
        return _from_floats(array.astype(np.float64, copy=False))
    return _from_objects(array.astype(object, copy=False))


def _from_floats(number: Floats) -> Cells:
    missing = np.isnan(number)
    if not missing.any():
        return numbers(number)
    kind = np.where(missing, np.uint8(BLANK), np.uint8(NUMBER))
    return Cells(kind, np.where(missing, 0.0, number), present=1 << BLANK | 1 << NUMBER)


def _from_objects(array: Objects) -> Cells:
    values = array.ravel().tolist()
    types = set(map(type, values))
    if types <= _NUMBERS and types != _NOTHING:
        return _from_floats(array.astype(np.float64))  # a None becomes NaN
    if types == _TEXTS:
        return texts(array)
    if types == _TEXTS | _NOTHING:
        missing = np.asarray(array == None)  # noqa: E711 - of each element
        kind = np.where(missing, np.uint8(BLANK), np.uint8(TEXT))
        words: Objects = np.where(missing, "", array)
        return Cells(kind, np.zeros(array.shape), words, present=1 << BLANK | 1 << TEXT)
    flat = array.ravel()
    kind = np.fromiter(map(_KIND_OF.__getitem__, map(type, values)), np.uint8, flat.size)
    counts = np.bincount(kind, minlength=_DATE + 1)
    number = np.zeros(flat.size)
    if counts[NUMBER] or counts[BOOL]:
        plain = (kind == NUMBER) | (kind == BOOL)
        number[plain] = flat[plain].astype(np.float64)
        missing = np.isnan(number)
        kind[missing], number[missing] = BLANK, 0.0
    if counts[_DATE]:
        days = kind == _DATE
        number[days] = [to_serial(day) for day in flat[days]]
        kind[days] = NUMBER
    if counts[ERROR]:
        wrong = kind == ERROR
        number[wrong] = [ERRORS.index(value.value) for value in flat[wrong]]
    text = np.where(kind == TEXT, flat, "").reshape(array.shape) if counts[TEXT] else None
    present = sum(1 << found for found, count in enumerate(np.bincount(kind)) if count)
    return Cells(kind.reshape(array.shape), number.reshape(array.shape), text, present=present)


_known: dict[int, tuple[ref[Any], Cells]] = {}


def column_cells(values: Any) -> Cells:
    """The cells of an array as a reference, in one dimension, read once for as long as the array lives.

    What is kept of an array holds as long as nobody changes it; whoever has new values has a new array.
    """
    if not isinstance(values, np.ndarray):
        return from_values(values).flat().referred()
    values = _column(values)
    known = _known.get(id(values))
    if known is not None and known[0]() is values:
        return known[1]
    found = from_values(values.copy()).flat().referred()  # a copy: cells must not keep the array alive
    _keep(values, found)
    return found


def shown_column(cells: Cells, size: int) -> Objects:
    """Cells (N, 1, 1) or one for all as an array (N,) of values, whose cells are known while it lives."""
    line = cells.spread((size, 1, 1)).flat().referred()
    found = line.objects()
    _keep(found, line)
    return found


def _keep(values: npt.NDArray[Any], cells: Cells) -> None:
    key = id(values)
    _known[key] = (ref(values, lambda _gone: _known.pop(key, None)), cells)


def _column(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The column that an array shows in another shape; the array itself when it is none."""
    base = values.base
    if values.ndim == 1 or not isinstance(base, np.ndarray) or base.ndim != 1 or base.size != values.size:
        return values
    return base if values.flags.c_contiguous and base.dtype == values.dtype else values
