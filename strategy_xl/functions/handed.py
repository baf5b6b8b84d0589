"""One cell as a host hands it over: an error, nothing, or a plain Python value."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from strategy_xl.cellvalues import ErrorValue, error_value

COM_ERRORS = range(-2_146_826_288, -2_146_825_788)
"""Excel's error cells as COM hands them over: integers, for its error codes 2000 (#NULL!) to 2499. Those up
to 2050 (#CALC!) are known; what a later Excel adds must not become a number here."""

_TOO_LARGE = 10**300
"""No spreadsheet has such a number; as text it is told to be none."""

_LARGEST = sys.float_info.max

_CONTROLS = "".join(chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127))
"""Characters that no cell shows: a sentence that repeats them would be cut or refused by a host."""

_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character beyond the first 65,536, as Excel's LEFT leaves it: no text that Python can encode."""

_NO_CONTROLS = str.maketrans("", "", _CONTROLS)
_NO_BLANKS = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
_CONTROL_BYTES = _CONTROLS.encode()


def is_error(value: object) -> bool:
    """Whether a cell holds an error value, however the host writes it."""
    if value.__class__ is float or value is None:  # what most cells are
        return False
    if isinstance(value, str):
        # French has a blank before ? and !, and LibreOffice writes it.
        return value[:1] in {"#", "E"} and error_value(value.translate(_NO_BLANKS)) is not None
    return isinstance(value, ErrorValue) or (isinstance(value, int) and value in COM_ERRORS)


def is_endless(cell: object) -> bool:
    """Whether a cell is a number beyond what programs calculate with."""
    if cell.__class__ is str or cell is None:
        return False
    if isinstance(cell, Decimal):
        return not cell.is_nan() and not -_TOO_LARGE < cell < _TOO_LARGE
    return isinstance(cell, int | float | np.floating) and bool(cell > _LARGEST or cell < -_LARGEST)


def visible(text: str) -> str:
    """A text without control characters; half a character is shown as one that cannot be read."""
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text.translate(_NO_CONTROLS))


def all_visible(texts: Iterable[str]) -> bool:
    """Whether ``visible`` would leave every text as it is."""
    try:
        raw = "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return len(raw.translate(None, _CONTROL_BYTES)) == len(raw)


def plain(value: Any) -> Any:
    """A cell as a plain Python value; None for blank (also NaN, NA, NaT and text that shows nothing)."""
    if value.__class__ is float:
        return None if math.isnan(value) else value
    if value.__class__ is str:
        text = value if value.isprintable() else visible(value)
        return text if text.strip() else None
    return None if value is None else _odd(value)


def _odd(value: Any) -> Any:
    """The same for what cells seldom are."""
    if isinstance(value, np.generic):
        value = value.astype("datetime64[us]").item() if isinstance(value, np.datetime64) else value.item()
    if value is pd.NA or value is pd.NaT or (isinstance(value, Decimal) and value.is_nan()):
        return None
    if isinstance(value, bool | date):
        return value
    if isinstance(value, int) and value in COM_ERRORS:
        return str(ErrorValue.UNKNOWN)
    if isinstance(value, int | Decimal) and -_TOO_LARGE < value < _TOO_LARGE:
        value = float(value)
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return None if value is None else plain(str(value))
