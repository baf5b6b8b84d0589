"""Choice columns: from keys to positions and back, a byte a row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes8 = npt.NDArray[np.int8]


def choice_codes(column: pd.Series | None, keys: Sequence[str], index: pd.Index) -> Codes8:
    """Positions in ``keys`` of a column of keys, shape (rows,); -1 where missing or any other value.

    Arguments: column: keys by ``index`` (rows it does not have are missing); None: all missing.
    """
    if column is None:
        return np.full(len(index), -1, dtype=np.int8)
    aligned = column if column.index.is_(index) else column.reindex(index)
    places = {str(key): place for place, key in enumerate(keys)}
    held = aligned.array
    if isinstance(held, pd.Categorical):
        codes, found = held.codes, list(held.categories)
    else:
        codes, distinct = pd.factorize(aligned.to_numpy(dtype=object))
        found = list(distinct)
    table: Codes8 = np.array([*(places.get(str(key), -1) for key in found), -1], dtype=np.int8)
    return table.take(codes)


def choice_array(codes: npt.NDArray[np.signedinteger], keys: Sequence[str]) -> pd.Categorical:
    """The keys at these positions; -1 is NA."""
    return pd.Categorical.from_codes(codes, dtype=_dtype(tuple(keys)))


@cache
def _dtype(keys: tuple[str, ...]) -> pd.CategoricalDtype:
    """The type of a column of these keys; making one takes longer than filling a hundred rows."""
    return pd.CategoricalDtype(pd.Index([str(key) for key in keys]))


def is_choice(frame: pd.DataFrame, name: str, *keys: str) -> npt.NDArray[np.bool_]:
    """Rows whose choice in a column is one of the keys, shape (rows,); an absent column has none."""
    return choice_codes(frame.get(name), keys, frame.index) >= 0
