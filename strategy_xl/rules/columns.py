"""Typed access to the columns of an input frame: an absent column is a column of missing values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.rules.result import Codes

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ROUNDING = 9
"""Decimals kept before a comparison with a limit or a rounding up: removes binary noise only."""


def numbers(frame: pd.DataFrame, key: str) -> Floats:
    """The column as float64, shape (rows,); NaN where missing, absent or not a number."""
    if key not in frame.columns:
        return np.full(len(frame), np.nan)
    column = frame[key]
    if column.dtype.kind not in "fiu":
        column = pd.to_numeric(column, errors="coerce")
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def texts(frame: pd.DataFrame, key: str) -> pd.Series[str]:
    """The column as stripped text with the frame's index; "" where missing, absent or blank."""
    if key not in frame.columns:
        return pd.Series("", index=frame.index, dtype="str")
    column = frame[key]
    if isinstance(column.dtype, pd.CategoricalDtype):
        kinds = np.array([*(str(kind).strip() for kind in column.cat.categories), ""], dtype=object)
        cells = kinds.take(column.cat.codes.to_numpy())
        return pd.Series(cells, index=frame.index, dtype="str", name=key)
    cells = column.to_numpy(dtype=object)
    shown = pd.Series(np.where(pd.isna(cells), "", cells), dtype="str").tolist()
    # One by one is faster than pandas' own way.
    return pd.Series([text.strip() for text in shown], index=frame.index, dtype="str", name=key)


def has_text(frame: pd.DataFrame, key: str) -> Bools:
    """Rows where the column holds a text that is not blank, shape (rows,)."""
    if key not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return np.fromiter(map(bool, texts(frame, key).tolist()), dtype=bool, count=len(frame))


def flags(frame: pd.DataFrame, key: str) -> Bools:
    """Rows where the column is true, shape (rows,); missing and absent are not true."""
    if key not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return frame[key].astype("boolean").fillna(value=False).to_numpy(dtype=bool)


def dates(frame: pd.DataFrame, key: str) -> pd.Series[pd.Timestamp]:
    """The column as dates with the frame's index; NaT where missing, absent or not a date."""
    if key not in frame.columns:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
    return pd.to_datetime(frame[key], errors="coerce")


def rounded(values: Floats) -> Floats:
    """The values without binary noise, for comparisons with a limit."""
    return np.round(values, ROUNDING)


def boolean(mask: npt.ArrayLike, index: pd.Index, known: npt.ArrayLike | None = None) -> pd.Series:
    """A nullable boolean column; NA where ``known`` is false."""
    column = pd.Series(np.asarray(mask, dtype=bool), index=index, dtype="boolean")
    return column if known is None else column.mask(~np.asarray(known, dtype=bool))


ONE_ROW = pd.RangeIndex(1, 2)
"""Index of an answer for a whole sheet: one row, numbered like the only instance of a form."""


def one_row_codes(codes: Sequence[str]) -> Codes:
    """The codes of an answer for a whole sheet, as the reasons of its only row."""
    return Codes.from_masks({code: np.array([True]) for code in codes}, 1)
