"""A table as rules hand it on: columns by key over the same rows, without the cost of a frame of pandas.

Most blocks of a workbook have a few dozen rows, and there taking a column out of a frame costs more than what
a rule does with it. The frame is made when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


class Table:
    """Columns of one length by key, and the labels of their rows; never changed once made."""

    def __init__(
        self,
        columns: Mapping[str, Any] | pd.DataFrame,
        index: Any = None,
        make: Callable[[], pd.DataFrame] | None = None,
    ) -> None:
        """Take columns as they are.

        Arguments:
            columns: by key: an array, a column of pandas, a list, or one value for all rows. Arrays are not
                copied.
            index: labels of the rows (of pandas); None: numbered from 0, or as pandas aligns the columns.
            make: gives the same as a frame, where that is not made of the columns.
        """
        self._given = columns
        self._labels = index
        self._make = make
        self._arrays: dict[str, Any] = {}

    @classmethod
    def of(cls, frame: pd.DataFrame | Table) -> Table:
        """A frame as a table."""
        return frame if isinstance(frame, Table) else cls(frame, frame.index, lambda: frame)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table as a frame of pandas."""
        if self._make is not None:
            return self._make()
        return pd.DataFrame(dict(self._given), index=self._labels, copy=False)

    @cached_property
    def index(self) -> pd.Index:
        """The labels of the rows."""
        return self._labels if isinstance(self._labels, pd.Index) else self.frame.index

    @property
    def columns(self) -> Collection[str]:
        """The keys of the columns."""
        return self._given.keys()

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.index)

    def __iter__(self) -> Iterator[str]:
        """The keys of the columns, as a frame gives them."""
        return iter(self._given.keys())

    def __contains__(self, key: object) -> bool:
        """Whether there is a column of that key."""
        return key in self._given

    def array(self, key: str) -> Any:
        """A column as an array: of numpy, or of one of pandas' own types; not to be written to.

        Errors: KeyError when there is none.
        """
        found = self._arrays.get(key)
        if found is None:
            found = self._arrays[key] = self._array(self._given[key])
        return found

    def _array(self, column: Any) -> Any:
        if isinstance(column, pd.Series):
            if column.index is not self.index and not column.index.equals(self.index):
                column = column.reindex(self.index)
            found = column.array
            return found.to_numpy() if isinstance(found, pd.arrays.NumpyExtensionArray) else found
        if isinstance(column, np.ndarray | pd.api.extensions.ExtensionArray):
            return column
        return self._array(pd.Series(column, index=self.index))

    def objects(self, key: str) -> npt.NDArray[np.object_]:
        """A column as Python objects; missing ones as its type has them (None, NaN, NA, NaT)."""
        found = self.array(key)
        if isinstance(found, np.ndarray) and found.dtype.kind == "M":
            return np.asarray(pd.Series(found).astype(object), dtype=object)
        if isinstance(found, np.ndarray):
            return found.astype(object)
        return np.asarray(found.to_numpy(dtype=object), dtype=object)

    def values(self, key: str, rows: npt.NDArray[Any] | None = None) -> list[Any]:
        """A column, or some rows of it by position, as a list of Python's values."""
        return values_of(self.array(key) if rows is None else self.array(key).take(rows))

    def first(self, key: str) -> Any:
        """The value of a column in the first row."""
        return self.values(key, np.zeros(1, dtype=np.intp))[0]

    def on(self, index: pd.Index) -> dict[str, Any]:
        """The columns by key, over the rows of another table; missing in those that this one has not."""
        if index is self.index or index.equals(self.index):
            return {key: self.array(key) for key in self}
        return {key: self[key].reindex(index) for key in self}

    def __getitem__(self, key: str) -> pd.Series:
        """A column of pandas."""
        held = self.array(key)
        column: pd.Series = pd.Series(held, index=self.index, dtype=held.dtype, copy=False)
        return column

    def get(self, key: str) -> pd.Series | None:
        """A column of pandas; None when there is none."""
        return self[key] if key in self else None  # noqa: SIM401 - this is what it would call

    def take(self, rows: npt.NDArray[Any]) -> Table:
        """Some rows, by mask or by position."""
        chosen = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Table(_Taken(self, chosen), self.index.take(chosen), lambda: self.frame.iloc[chosen])

    def extended(self, columns: Mapping[str, Any]) -> Table:
        """The table with more columns, or with others in the place of those of the same key."""
        return Table({**self._given, **columns}, self.index)


def values_of(array: Any) -> list[Any]:
    """An array, of numpy or of one of pandas' own types, as a list of Python's values."""
    if isinstance(array, np.ndarray) and array.dtype.kind == "M":
        return list(pd.DatetimeIndex(array))
    return list(array.tolist())


class _Taken(Mapping[str, Any]):
    """The columns of some rows, each taken out when it is asked for."""

    def __init__(self, table: Table, rows: npt.NDArray[Any]) -> None:
        self._table = table
        self._rows = rows

    def __getitem__(self, key: str) -> Any:
        return self._table.array(key).take(self._rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table.columns)

    def __contains__(self, key: object) -> bool:
        return key in self._table
