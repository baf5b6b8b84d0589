"""Choice columns: from keys to positions and back, a byte a row."""

from __future__ import annotations

from collections.abc import Sequence

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
    aligned = column if column.index is index else column.reindex(index)
    places = {str(key): place for place, key in enumerate(keys)}
    if isinstance(aligned.dtype, pd.CategoricalDtype):
        codes, found = aligned.cat.codes.to_numpy(), list(aligned.cat.categories)
    else:
        codes, distinct = pd.factorize(aligned.astype(object))
        found = list(distinct)
    table = np.array([*(places.get(str(key), -1) for key in found), -1], dtype=np.int8)
    return table[codes]


def choice_column(codes: npt.NDArray[np.signedinteger], keys: Sequence[str], index: pd.Index) -> pd.Series:
    """A categorical column of the keys at these positions; -1 is NA."""
    labels = pd.Index([str(key) for key in keys])
    return pd.Series(pd.Categorical.from_codes(codes, categories=labels), index=index)


def is_choice(frame: pd.DataFrame, name: str, *keys: str) -> npt.NDArray[np.bool_]:
    """Rows whose choice in a column is one of the keys, shape (rows,); an absent column has none."""
    return choice_codes(frame.get(name), keys, frame.index) >= 0
