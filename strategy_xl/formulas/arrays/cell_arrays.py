"""Excel's values as arrays: numbers, texts, booleans, errors and blanks, many cells at a time.

Every array has three axes: the rows of the block that is being computed, then the rows and the columns of
a range. A constant is (1, 1, 1), a row's own cell (N, 1, 1), a table column (1, M, 1); numpy broadcasting
does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import isfinite
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from strategy_xl.cellvalues import ErrorValue

Floats = npt.NDArray[np.float64]
Kinds = npt.NDArray[np.uint8]
Objects = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
Shape = tuple[int, ...]
Kept = TypeVar("Kept")

ONE: Shape = (1, 1, 1)
"""Shape of a single cell."""

BLANK, NUMBER, TEXT, BOOL, ERROR = range(5)
"""Kinds of a cell, in Excel's order of comparison; a blank takes the other side's kind."""

ERRORS = tuple(error.value for error in ErrorValue)
DIV0, VALUE, REF, NUM, NA = (ERRORS.index(code) for code in ("#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#N/A"))

Value = float | str | bool | ErrorValue | None


class Cells:
    """Many cells of one shape, or one cell as a Python value: a *point*.

    Arguments:
        kind: what each cell holds (``BLANK`` … ``ERROR``), shape S; None when ``present`` says it.
        number: numbers; 0 or 1 (or a mask) for booleans, position in ``ERRORS`` for errors, 0 for the
            others; None when all are texts.
        text: texts, "" for the others; None when no cell is text.
        present: kinds that may occur, as bits (1 << kind): a superset is allowed.
        ref: the cells are a reference or a range, where aggregates skip text and booleans.

    Attributes:
        shape: S.
        sole: the kind of all cells; None when it may differ from cell to cell.
        point: the one cell's number, or its text where ``sole`` is ``TEXT``; None for arrays.
    """

    __slots__ = ("_kept", "_kind", "_number", "_text", "point", "present", "ref", "shape", "sole")

    def __init__(
        self,
        kind: Kinds | None,
        number: Floats | Bools | None,
        text: Objects | None = None,
        *,
        present: int,
        ref: bool = False,
    ) -> None:
        """Take arrays of one shape; they are never changed afterwards."""
        self._kind = kind
        self._number = number
        self._text = text
        self.present = present
        self.ref = ref
        self.sole = _SOLE[present]
        self.point: float | str | None = None
        self.shape: Shape = number.shape if number is not None else () if text is None else text.shape
        self._kept: dict[str, Any] | None = None

    @property
    def kind(self) -> Kinds:
        """What each cell holds, shape S."""
        if self._kind is None:
            assert self.sole is not None
            self._kind = np.broadcast_to(np.uint8(self.sole), self.shape)
        return self._kind

    @property
    def number(self) -> Floats:
        """The numbers, shape S."""
        found = self._number
        if found is None:
            if self.sole == TEXT or self.point is None:
                self._number = np.broadcast_to(np.float64(0), self.shape)
            else:
                self._number = np.full(self.shape, self.point)
        elif found.dtype == np.bool_:
            self._number = found.astype(np.float64)
        number: Floats = self._number  # type: ignore[assignment]
        return number

    @property
    def true(self) -> Bools:
        """Mask of the numbers that are not 0, shape S."""
        found: Any = self._number
        if found is None or found.dtype != np.bool_:
            found = self.number != 0
        mask: Bools = found
        return mask

    @property
    def text(self) -> Objects | None:
        """The texts, shape S; None when no cell is text."""
        if self._text is None and self.sole == TEXT:
            self._text = objects([self.point], self.shape)
        return self._text

    @property
    def texts(self) -> Objects:
        """The texts, "" where a cell is none, shape S."""
        found = self.text
        return np.broadcast_to(_EMPTY, self.shape) if found is None else found

    @property
    def folded(self) -> Objects:
        """The texts in lower case, for comparisons, shape S."""
        return self.texts if not self.present & 1 << TEXT else self.kept("folded", _folded)

    def kept(self, name: str, make: Callable[[Cells], Kept]) -> Kept:
        """What ``make`` derives from the cells, made once."""
        known = self._kept
        if known is None:
            known = self._kept = {}
        if name not in known:
            known[name] = make(self)
        found: Kept = known[name]
        return found

    def may(self, *kinds: int) -> bool:
        """Whether cells of one of these kinds may occur."""
        return bool(self.present & _bits(kinds))

    def only(self, *kinds: int) -> bool:
        """Whether all cells are of these kinds."""
        return not self.present & ~_bits(kinds)

    def of(self, kind: int) -> Bools:
        """Mask of the cells of one kind, shape S."""
        if not self.present & (1 << kind):
            return np.broadcast_to(np.False_, self.shape)
        if self.sole is not None:
            return np.broadcast_to(np.True_, self.shape)
        return np.asarray(self.kind == kind)

    def map(self, change: Callable[[Any], Any], *, ref: bool | None = None) -> Cells:
        """The cells rearranged: ``change`` (a slice, a reshape…) is applied to each array alike."""
        text = self.text
        return Cells(
            None if self.sole is not None else change(self.kind),
            None if self.sole == TEXT else change(self.number if self._number is None else self._number),
            None if text is None else change(text),
            present=self.present,
            ref=self.ref if ref is None else ref,
        )

    def referred(self, *, ref: bool = True) -> Cells:
        """The same cells as a reference (or as none)."""
        if self.ref == ref:
            return self
        found = Cells(self._kind, self._number, self._text, present=self.present, ref=ref)
        found.shape, found.point = self.shape, self.point
        return found

    def cell(self, row: int, column: int) -> Cells:
        """One cell of a range that is the same for all rows, counted from 0."""
        kind = self.sole if self.sole is not None else int(self.kind[0, row, column])
        value = self.texts[0, row, column] if kind == TEXT else float(self.number[0, row, column])
        return point(kind, value, ref=self.ref)

    def pointed(self) -> Cells:
        """The same cells; a single one as a point."""
        if self.point is not None or self.shape != ONE:
            return self
        kind = self.sole if self.sole is not None else int(self.kind.item())
        return point(kind, self.texts.item() if kind == TEXT else float(self.number.item()), ref=self.ref)

    def spread(self, shape: Shape) -> Cells:
        """The cells broadcast to a shape (views, no copies)."""
        if shape == self.shape:
            return self
        found = self.map(lambda part: spread(part, shape))
        if self._kept is not None and "folded" in self._kept:
            found._kept = {"folded": np.broadcast_to(self.folded, shape)}  # noqa: SLF001 - its own class
        return found

    def flat(self) -> Cells:
        """The cells in one dimension, row by row."""
        return self.kept("flat", lambda cells: cells.map(np.ravel))

    def shaped(self, shape: Shape) -> Cells:
        """Cells in one dimension in another shape, which share what is kept of them."""
        found = self.map(lambda part: part.reshape(shape))
        found._kept = {"flat": self}  # noqa: SLF001 - its own class
        return found

    def tolist(self) -> list[Value]:
        """The cells as Python values, flattened; a blank is None."""
        return [*self._values().tolist()]

    def objects(self) -> Objects:
        """The cells as Python values, in a new array of one dimension; a blank is None."""
        return self._values().astype(np.object_, copy=False)

    def _values(self) -> npt.NDArray[Any]:
        """Python values or what becomes them, in one dimension; objects in a new array."""
        if self.sole == NUMBER:
            return self.number.ravel()
        if self.sole == BOOL:
            return self.true.ravel()
        if self.sole == TEXT:
            return self.texts.flatten()
        kind, number = self.kind.ravel(), self.number.ravel()
        found: Objects
        if self.may(TEXT):
            found = self.texts.flatten()
            if self.may(BLANK):
                found[kind == BLANK] = None
        else:
            found = np.full(kind.shape, None, dtype=object)
        if self.may(NUMBER):
            mask = kind == NUMBER
            found[mask] = number[mask]
        if self.may(BOOL):
            mask = kind == BOOL
            found[mask] = number[mask] != 0
        if self.may(ERROR):
            mask = kind == ERROR
            found[mask] = _ERROR_VALUES[number[mask].astype(np.intp)]
        return found


_EMPTY = np.array("", dtype=object)
_ERROR_VALUES = np.array(tuple(ErrorValue), dtype=object)
_SOLE = tuple(next((kind for kind in range(5) if bits == 1 << kind), None) for bits in range(32))


@cache
def _bits(kinds: tuple[int, ...]) -> int:
    return sum(1 << kind for kind in kinds)


def point(kind: int, value: float | str, *, ref: bool = False) -> Cells:
    """One cell, (1, 1, 1): a number (0 for a blank), or a text where the kind is ``TEXT``."""
    found = Cells(None, None, present=1 << kind, ref=ref)
    found.shape = ONE
    found.point = value
    return found


def _folded(cells: Cells) -> Objects:
    if len(cells.shape) > 1 and min(cells.texts.strides) > 0:
        return cells.flat().folded.reshape(cells.shape)
    base = _distinct_part(cells.texts)
    lowered = objects([text.lower() for text in base.ravel().tolist()], base.shape)
    return np.broadcast_to(lowered, cells.shape)


def spread(array: npt.NDArray[Any], shape: Shape) -> npt.NDArray[Any]:
    """An array broadcast to a shape (a view, no copy)."""
    return array if array.shape == shape else np.broadcast_to(array, shape)


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
    return Cells(None, values.astype(np.float64, copy=False), present=1 << NUMBER)


def booleans(values: Bools) -> Cells:
    """Cells that are all booleans."""
    return Cells(None, values, present=1 << BOOL)


def texts(values: Objects) -> Cells:
    """Cells that are all texts."""
    return Cells(None, None, values, present=1 << TEXT)


def error(code: int, shape: Shape = ONE) -> Cells:
    """Cells that are all one error."""
    if shape == ONE:
        return point(ERROR, float(code))
    return Cells(None, np.broadcast_to(np.float64(code), shape), present=1 << ERROR)


def constant(value: Value) -> Cells:
    """One value as (1, 1, 1)."""
    if isinstance(value, ErrorValue):
        return error(ERRORS.index(value.value))
    if isinstance(value, str):
        return point(TEXT, value)
    if value is None or value != value:  # noqa: PLR0124 - NaN is a blank
        return point(BLANK, 0.0)
    return point(BOOL if isinstance(value, bool) else NUMBER, float(value))


def finite(values: Floats) -> bool:
    """Whether all numbers are finite: one sum, and a closer look where that is not."""
    return isfinite(np.add.reduce(values, axis=None)) or bool(np.isfinite(values).all())


def checked(values: Floats, errors: Floats | None = None) -> Cells:
    """Numbers where a result is finite, else #NUM!; ``errors`` (-1 = none) come first."""
    found = None if finite(values) else np.where(np.isfinite(values), -1.0, float(NUM))
    if errors is not None:
        errors = spread(errors, values.shape)
        found = errors if found is None else np.where(errors >= 0, errors, found)
    return with_errors(numbers(values), found)


def with_errors(cells: Cells, errors: Floats | None) -> Cells:
    """The cells with an error (-1 = none) in their place where there is one."""
    if errors is None:
        return cells
    errors = spread(errors, cells.shape)
    mask = errors >= 0
    if not mask.any():
        return cells
    text = cells.text
    return Cells(
        np.where(mask, np.uint8(ERROR), cells.kind),
        np.where(mask, errors, cells.number),
        None if text is None else np.where(mask, "", text),
        present=cells.present | 1 << ERROR,
        ref=cells.ref,
    )


def errors_of(cells: Iterable[Cells]) -> Floats | None:
    """The first error of each position over several arrays (-1 = none); None when there is none at all."""
    found: Floats | None = None
    for part in cells:
        if part.present & 1 << ERROR:
            mine = part.number if part.sole == ERROR else np.where(part.kind == ERROR, part.number, -1.0)
            found = mine if found is None else np.where(found >= 0, found, mine)
    return found


def choose(mask: Bools, yes: Cells, no: Cells) -> Cells:
    """``yes`` where the mask holds, else ``no``; shapes broadcast."""
    size = mask.shape
    if not {yes.shape, no.shape} <= {size, ONE}:
        mask = np.broadcast_to(mask, np.broadcast_shapes(size, yes.shape, no.shape))
    present = yes.present | no.present
    sole = yes.sole if yes.sole == no.sole else None
    return Cells(
        None if sole is not None else np.where(mask, _kinds(yes), _kinds(no)),
        None if sole == TEXT else np.where(mask, _payload(yes), _payload(no)),
        np.where(mask, _words(yes), _words(no)) if present & 1 << TEXT else None,
        present=present,
        ref=yes.ref and no.ref,
    )


def _kinds(cells: Cells) -> Kinds | np.uint8:
    return cells.kind if cells.sole is None else np.uint8(cells.sole)


def _payload(cells: Cells) -> Floats | np.float64:
    if cells.sole == TEXT:
        return np.float64(0)
    return cells.number if cells.point is None else np.float64(cells.point)


def _words(cells: Cells) -> Objects:
    return _EMPTY if cells.text is None else cells.texts


def fitting(one: Shape, two: Shape) -> bool:
    """Whether arrays of these shapes spread to a common one."""
    return one == two or all(mine in (1, other) or other == 1 for mine, other in zip(one, two, strict=True))


def fitted(one: Cells, two: Cells) -> Sequence[Cells]:
    """Two arrays that numpy can spread to a common shape; where a range is too short, filled with #N/A."""
    return (one, two) if fitting(one.shape, two.shape) else aligned((one, two))


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
