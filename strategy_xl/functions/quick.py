"""Columns that need no look at each cell: numbers, days or texts alone, and texts that repeat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
from pandas.api.types import infer_dtype

from strategy_xl.cellvalues import EARLIEST_YEAR, LATEST_YEAR, LONGEST_TEXT, UNIX_DAY, to_serial
from strategy_xl.functions.handed import COM_ERRORS, all_visible

_NUMBERS = frozenset({"floating", "integer", "mixed-integer-float", "empty"})
"""What pandas calls cells that are numbers or None and nothing else (no booleans)."""

_TEXT_OR_BLANK = frozenset({str, type(None)})
_LOOKED_AT = 100
"""Cells at the top of a column by which it is told whether it is one of texts."""

_FIRST_DAY = to_serial(date(EARLIEST_YEAR, 1, 1))
_LAST_DAY = to_serial(date(LATEST_YEAR, 12, 31))
_MICROSECONDS = 86_400_000_000  # of a day; what a moment is rounded to


def plain_numbers(cells: Sequence[object], low: float, high: float) -> npt.NDArray[np.float64] | None:
    """The cells when all are numbers within some bounds or None; None when one needs a closer look."""
    # Comparisons with NaN are false: a missing value is in no way out of bounds. Infinite ones are.
    if len(cells) == 1:
        return np.array(cells) if cells[0].__class__ is float and low <= cells[0] <= high else None
    objects = np.fromiter(cells, object, len(cells))
    kind = infer_dtype(objects, skipna=True)
    if kind not in _NUMBERS:
        return None
    try:
        numbers = objects.astype(np.float64)
    except (OverflowError, TypeError):  # an endless integer; NA, which is no float
        return None
    if (numbers < low).any() or (numbers > high).any():
        return None
    if kind != "floating" and (numbers <= COM_ERRORS[-1]).any():
        return None
    return numbers


def plain_days(cells: Sequence[object]) -> npt.NDArray[np.datetime64] | None:
    """The cells as days when all are serial numbers of a day that may be meant, or None; else None."""
    numbers = plain_numbers(cells, _FIRST_DAY, _LAST_DAY)
    if numbers is None:
        return None
    days = np.floor(np.rint(numbers * _MICROSECONDS) / _MICROSECONDS) - UNIX_DAY
    missing = np.isnan(days)
    found = np.where(missing, 0, days).astype("datetime64[D]").astype("datetime64[ns]")
    found[missing] = np.datetime64("NaT")
    return found


def repeated_texts(cells: Sequence[object]) -> tuple[list[object], npt.NDArray[np.intp]] | None:
    """The different cells and where each one stands among them; None unless they are texts that repeat."""
    if not set(map(type, cells[:_LOOKED_AT])) <= _TEXT_OR_BLANK:
        return None
    place: defaultdict[object, int] = defaultdict(count().__next__)
    try:
        codes = np.fromiter(map(place.__getitem__, cells), np.intp, len(cells))
    except TypeError:  # a cell that is no cell: a dictionary, a list
        return None
    repeat = 2 * len(place) <= len(cells) and set(map(type, place)) <= _TEXT_OR_BLANK
    return (list(place), codes) if repeat else None


def plain_texts(cells: Sequence[Any]) -> npt.NDArray[np.object_] | None:
    """The cells stripped when all are texts or None and none needs a closer look; else None."""
    if not set(map(type, cells)) <= _TEXT_OR_BLANK:
        return None
    texts = np.empty(len(cells), dtype=object)
    texts[:] = [cell.strip() or None if cell else None for cell in cells]
    held = [text for text in texts.tolist() if text]
    starts = {text[:4] for text in held}
    if any(start[0] == "#" or start == "Err:" for start in starts) or not all_visible(held):
        return None
    return None if max(map(len, held), default=0) > LONGEST_TEXT else texts
