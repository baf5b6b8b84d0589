"""Cells of one column or row as typed arrays; Python objects only for what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from strategy_xl.cellvalues import ErrorValue, error_value

NUMBER, TEXT, BOOL, DAY, ERROR, NOTHING = range(6)
"""Kinds of values; an error shows as nothing, as calamine has it."""

_DAY_ZERO: Final = np.datetime64("1899-12-30")


class Cells(Sequence[Any]):
    """Cells in a row or column, typed; as a sequence, values of Python.

    Arguments:
        kinds, numbers: as ``Values`` has them; ``NOTHING`` where nothing stands.
        texts: what the positions of texts mean.
        shows_errors: whether an error is an ``ErrorValue``, not nothing.
    """

    __slots__ = ("_texts", "kinds", "numbers", "shows_errors")

    def __init__(
        self,
        kinds: npt.NDArray[np.uint8],
        numbers: npt.NDArray[np.float64],
        texts: Sequence[str],
        *,
        shows_errors: bool = False,
    ) -> None:
        """See the class; nothing is copied."""
        self.kinds, self.numbers, self._texts, self.shows_errors = kinds, numbers, texts, shows_errors

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.kinds)

    def __iter__(self) -> Iterator[Any]:
        """The values one by one."""
        return iter(self.tolist())

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        """One value, or a list of some."""
        if isinstance(at, slice):
            return self._part(self.kinds[at], self.numbers[at])
        return self._of_kind(int(self.kinds[at]), self.numbers[at : at + 1 or None])[0]

    def tolist(self) -> list[Any]:
        """The values."""
        return self._part(self.kinds, self.numbers)

    def with_errors(self) -> Cells:
        """The same cells, errors shown."""
        return Cells(self.kinds, self.numbers, self._texts, shows_errors=True)

    def only(self, kind: int) -> bool:
        """Whether all that stands there is of a kind; errors aside."""
        kinds = self.kinds
        return bool(((kinds == kind) | (kinds == NOTHING) | (kinds == ERROR)).all())

    def floats(self) -> npt.NDArray[np.float64]:
        """The numbers; NaN where there is none."""
        return np.where(self.kinds == NUMBER, self.numbers, np.nan)

    def days(self) -> npt.NDArray[np.datetime64]:
        """The days; NaT where there is none."""
        days: npt.NDArray[np.datetime64] = _DAY_ZERO + self.numbers.astype(np.int64)
        days[self.kinds != DAY] = np.datetime64("NaT")
        return days

    def distinct(self) -> tuple[list[str], npt.NDArray[np.intp]]:
        """The different texts, "" for what is none, and for each cell which of them it is."""
        places, at = np.unique(np.where(self.kinds == TEXT, self.numbers, -1.0), return_inverse=True)
        return ["" if place < 0 else self._texts[int(place)] for place in places.tolist()], at

    def blank(self) -> npt.NDArray[np.bool_]:
        """Which cells show nothing, or white space only."""
        blank: npt.NDArray[np.bool_] = self.kinds == NOTHING
        if not self.shows_errors:
            blank |= self.kinds == ERROR
        if (self.kinds == TEXT).any():
            texts, at = self.distinct()
            blank |= (self.kinds == TEXT) & np.array([not text.strip() for text in texts])[at]
        return blank

    def _part(self, kinds: npt.NDArray[np.uint8], numbers: npt.NDArray[np.float64]) -> list[Any]:
        if not len(kinds):
            return []
        kind = int(kinds[0])
        if (kinds == kind).all():
            return self._of_kind(kind, numbers)
        found = np.empty(len(kinds), dtype=object)
        for kind in range(NOTHING + 1):
            chosen = np.flatnonzero(kinds == kind)
            if len(chosen):
                found[chosen] = self._of_kind(kind, numbers[chosen])
        return list(found.tolist())

    def _of_kind(self, kind: int, numbers: npt.NDArray[np.float64]) -> list[Any]:
        if kind == NUMBER:
            return list(numbers.tolist())
        if kind == TEXT:
            texts = self._texts
            return [texts[at] for at in numbers.astype(np.int64).tolist()]
        if kind == BOOL:
            return list(map(bool, numbers.tolist()))
        if kind == DAY:
            days: list[date] = (_DAY_ZERO + numbers.astype(np.int64)).tolist()
            return days
        if kind == ERROR and self.shows_errors:
            texts, places = self._texts, numbers.astype(np.int64)
            known = {at: error_value(texts[at]) or ErrorValue.UNKNOWN for at in set(places.tolist())}
            return [known[at] for at in places.tolist()]
        return [""] * len(numbers)
