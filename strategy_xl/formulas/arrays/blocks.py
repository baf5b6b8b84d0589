"""Excel's values as arrays: numbers, texts, booleans, errors and blanks, many cells at a time.

Every array has three axes: the rows of the block that is being computed, then the rows and the columns of
a range. A constant is (1, 1, 1), a row's own cell (N, 1, 1), a table column (1, M, 1); numpy broadcasting
does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.cellvalues import ErrorValue, to_serial

Floats = npt.NDArray[np.float64]
Kinds = npt.NDArray[np.uint8]
Objects = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
Shape = tuple[int, ...]

BLANK, NUMBER, TEXT, BOOL, ERROR = range(5)
"""Kinds of a cell, in Excel's order of comparison; a blank takes the other side's kind."""

ERRORS = tuple(error.value for error in ErrorValue)
DIV0, VALUE, REF, NUM, NA = (ERRORS.index(code) for code in ("#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#N/A"))

Value = float | str | bool | ErrorValue | None


class Cells:
    """Many cells of one shape.

    Arguments:
        kind: what each cell holds (``BLANK`` … ``ERROR``), shape S.
        number: numbers; 0 or 1 for booleans, position in ``ERRORS`` for errors, 0 for the others.
        text: texts, "" for the others; None when no cell is text.
        present: kinds that may occur, as bits (1 << kind): a superset is allowed.
        ref: the cells are a reference or a range, where aggregates skip text and booleans.
    """

    __slots__ = ("_folded", "kind", "number", "present", "ref", "text")

    def __init__(
        self, kind: Kinds, number: Floats, text: Objects | None = None, *, present: int, ref: bool = False
    ) -> None:
        """Take arrays of one shape; they are never changed afterwards."""
        self.kind = kind
        self.number = number
        self.text = text
        self.present = present
        self.ref = ref
        self._folded: Objects | None = None

    @property
    def shape(self) -> Shape:
        """Shape of the cells."""
        return self.number.shape

    @property
    def texts(self) -> Objects:
        """The texts, "" where a cell is none, shape S."""
        if self.text is None:
            return np.broadcast_to(_EMPTY, self.shape)
        return self.text

    @property
    def folded(self) -> Objects:
        """The texts in lower case, for comparisons, shape S."""
        if self.text is None:
            return self.texts
        if self._folded is None:
            base = _distinct_part(self.text)
            lowered = objects([text.lower() for text in base.ravel().tolist()], base.shape)
            self._folded = np.broadcast_to(lowered, self.shape)
        return self._folded

    def may(self, *kinds: int) -> bool:
        """Whether cells of one of these kinds may occur."""
        return any(self.present & (1 << kind) for kind in kinds)

    def only(self, *kinds: int) -> bool:
        """Whether all cells are of these kinds."""
        return not self.present & ~sum(1 << kind for kind in kinds)

    def of(self, kind: int) -> Bools:
        """Mask of the cells of one kind, shape S."""
        if not self.present & (1 << kind):
            return np.broadcast_to(np.False_, self.shape)
        if self.present == 1 << kind:
            return np.broadcast_to(np.True_, self.shape)
        return np.asarray(self.kind == kind)

    def map(self, change: Callable[[Any], Any], *, ref: bool | None = None) -> Cells:
        """The cells rearranged: ``change`` (a slice, a reshape…) is applied to each array alike."""
        return Cells(
            change(self.kind),
            change(self.number),
            None if self.text is None else change(self.text),
            present=self.present,
            ref=self.ref if ref is None else ref,
        )

    def spread(self, shape: Shape) -> Cells:
        """The cells broadcast to a shape (views, no copies)."""
        if shape == self.shape:
            return self
        found = self.map(lambda part: np.broadcast_to(part, shape))
        if self._folded is not None:
            found._folded = np.broadcast_to(self._folded, shape)  # noqa: SLF001 - its own class
        return found

    def flat(self) -> Cells:
        """The cells in one dimension, row by row."""
        return self.map(np.ravel)

    def tolist(self) -> list[Value]:
        """The cells as Python values, flattened; a blank is None."""
        if self.present == 1 << NUMBER:
            return [*self.number.ravel().tolist()]
        kind, number = self.kind.ravel(), self.number.ravel()
        found = np.full(kind.shape, None, dtype=object)
        if self.may(NUMBER):
            mask = kind == NUMBER
            found[mask] = number[mask]
        if self.may(BOOL):
            mask = kind == BOOL
            found[mask] = number[mask] != 0
        if self.may(TEXT):
            mask = kind == TEXT
            found[mask] = self.texts.ravel()[mask]
        if self.may(ERROR):
            mask = kind == ERROR
            found[mask] = [_ERROR_VALUES[int(code)] for code in number[mask]]
        values: list[Value] = found.tolist()
        return values


_EMPTY = np.array("", dtype=object)
_ERROR_VALUES = tuple(ErrorValue)


def _distinct_part(array: Objects) -> Objects:
    """The array without its broadcast axes (of stride 0), which only repeat."""
    keep = tuple(slice(0, 1) if stride == 0 else slice(None) for stride in array.strides)
    return array[keep]


def objects(values: Sequence[Any], shape: Shape) -> Objects:
    """An object array of a shape, from a flat sequence (numpy must not guess at nested ones)."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found.reshape(shape)


def numbers(values: Floats) -> Cells:
    """Cells that are all numbers."""
    return Cells(
        np.broadcast_to(np.uint8(NUMBER), values.shape),
        values.astype(np.float64, copy=False),
        present=1 << NUMBER,
    )


def booleans(values: Bools) -> Cells:
    """Cells that are all booleans."""
    return Cells(np.broadcast_to(np.uint8(BOOL), values.shape), values.astype(np.float64), present=1 << BOOL)


def texts(values: Objects) -> Cells:
    """Cells that are all texts."""
    return Cells(
        np.broadcast_to(np.uint8(TEXT), values.shape),
        np.broadcast_to(np.float64(0), values.shape),
        values,
        present=1 << TEXT,
    )


def error(code: int, shape: Shape = (1, 1, 1)) -> Cells:
    """Cells that are all one error."""
    return Cells(
        np.broadcast_to(np.uint8(ERROR), shape),
        np.broadcast_to(np.float64(code), shape),
        present=1 << ERROR,
    )


def checked(values: Floats, errors: Floats | None = None) -> Cells:
    """Numbers where a result is finite, else #NUM!; ``errors`` (-1 = none) come first."""
    bad = ~np.isfinite(values)
    found = np.where(bad, float(NUM), -1.0) if bad.any() else None
    if errors is not None:
        errors = np.broadcast_to(errors, values.shape)
        found = errors if found is None else np.where(errors >= 0, errors, found)
    return with_errors(numbers(values), found)


def with_errors(cells: Cells, errors: Floats | None) -> Cells:
    """The cells with an error (-1 = none) in their place where there is one."""
    if errors is None:
        return cells
    errors = np.broadcast_to(errors, cells.shape)
    mask = errors >= 0
    if not mask.any():
        return cells
    return Cells(
        np.where(mask, np.uint8(ERROR), cells.kind),
        np.where(mask, errors, cells.number),
        None if cells.text is None else np.where(mask, "", cells.text),
        present=cells.present | 1 << ERROR,
        ref=cells.ref,
    )


def errors_of(cells: Iterable[Cells]) -> Floats | None:
    """The first error of each position over several arrays (-1 = none); None when there is none at all."""
    found: Floats | None = None
    for part in cells:
        if part.may(ERROR):
            mine = np.where(part.kind == ERROR, part.number, -1.0)
            found = mine if found is None else np.where(found >= 0, found, mine)
    return found


def choose(mask: Bools, yes: Cells, no: Cells) -> Cells:
    """``yes`` where the mask holds, else ``no``; shapes broadcast."""
    text = None
    if yes.text is not None or no.text is not None:
        text = np.where(mask, yes.texts, no.texts)
    return Cells(
        np.where(mask, yes.kind, no.kind),
        np.where(mask, yes.number, no.number),
        text,
        present=yes.present | no.present,
        ref=yes.ref and no.ref,
    )


def aligned(cells: Sequence[Cells]) -> list[Cells]:
    """The arrays on one shape; where a range is too short for another one, Excel fills with #N/A."""
    shapes = {part.shape for part in cells}
    if len(shapes) == 1:
        return list(cells)
    size = tuple(max(axis) for axis in zip(*shapes, strict=True))
    return [_padded(part, size).spread(size) for part in cells]


def _padded(part: Cells, size: Shape) -> Cells:
    if all(mine in (1, wanted) for mine, wanted in zip(part.shape, size, strict=True)):
        return part
    target = tuple(mine if mine == 1 else wanted for mine, wanted in zip(part.shape, size, strict=True))
    inside = tuple(slice(0, mine) for mine in part.shape)
    kind = np.full(target, ERROR, dtype=np.uint8)
    number = np.full(target, float(NA))
    text = np.full(target, "", dtype=object)
    kind[inside], number[inside], text[inside] = part.kind, part.number, part.texts
    return Cells(kind, number, text, present=part.present | 1 << ERROR, ref=part.ref)


_DATE = 5


def stacked(parts: Sequence[Cells], *, ref: bool = False) -> Cells:
    """Cells one after the other along their first axis."""
    with_text = any(part.text is not None for part in parts)
    present = 0
    for part in parts:
        present |= part.present
    return Cells(
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.number for part in parts]),
        np.concatenate([part.texts for part in parts]) if with_text else None,
        present=present,
        ref=ref,
    )


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
    flat = array.ravel()
    kind = np.fromiter(map(_KIND_OF.__getitem__, map(type, flat.tolist())), np.uint8, flat.size)
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


def constant(value: Value) -> Cells:
    """One value as (1, 1, 1)."""
    return from_values(objects([value], (1, 1, 1)))
