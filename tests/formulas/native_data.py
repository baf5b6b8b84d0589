"""The small table that the evaluator's tests compute on: twelve rows of every kind of value."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.arrays import Context

NA, DIV0 = ErrorValue("#N/A"), ErrorValue("#DIV/0!")

DATA: dict[str, list[Any]] = {
    "n": [3.0, -7.25, 0.0, 12.5, 1234.565, -0.05, 3.0, 99.995, 45.0, -20.0, 6.75, 0.125],
    "m": [7.0, 3.0, 2.5, 11.0, 3.0, 0.5, 18.0, 27.5, 100.0, 8.0, 3.0, 64.0],
    "k": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0],
    "s": ["alpha", "Beta", "gamma", "ALPHA", "delta", "éta", "zeta", "beta blocker", "a", "Ab", "theta",
          "alphabet"],
    "g": ["a", "b", "a", "c", "b", "a", "A", "c", "b", "a", "d", "b"],
    "b": [True, False, True, True, False, False, True, False, True, False, True, False],
    "d": [
        date(2024, 1, 31), date(2023, 12, 25), date(2024, 2, 29), date(2025, 6, 1), date(2022, 3, 15),
        date(2024, 7, 14), date(2024, 12, 31), date(2021, 1, 1), date(2026, 10, 10), date(2020, 2, 29),
        date(2024, 5, 5), date(2023, 8, 30),
    ],
    "e": [
        date(2024, 3, 1), date(2024, 1, 5), date(2025, 2, 28), date(2025, 6, 1), date(2024, 3, 14),
        date(2025, 1, 1), date(2026, 1, 1), date(2021, 12, 31), date(2027, 4, 30), date(2024, 2, 28),
        date(2024, 5, 6), date(2026, 8, 29),
    ],
    "mix": [5.0, "x", None, True, -1.0, "Hello", None, 5.0, "x", 0.0, False, 8.5],
    "err": [NA, 1.0, DIV0, 2.0, NA, 3.0, 4.0, NA, DIV0, 5.0, 6.0, 7.0],
    "z": [None] * 12,
}  # fmt: skip

SETTINGS: dict[str, Any] = {"today": date(2024, 6, 15), "label": "Bonjour", "number": 41.0}
LABEL = "Idéal"
FIRST_ROW = 2
"""Sheet row of the first of the twelve."""


def column(key: str) -> Any:
    """A column as an object array."""
    found = np.empty(len(DATA[key]), dtype=object)
    found[:] = DATA[key]
    return found


COLUMNS = {key: column(key) for key in DATA}
ROW_NUMBERS = np.arange(FIRST_ROW, FIRST_ROW + 12)


def make_context(**changes: Any) -> Context:
    """The context of the twelve rows, which are block ``t``."""
    given: dict[str, Any] = {
        "rows": COLUMNS,
        "columns": lambda _block, key: COLUMNS[key],
        "setting": SETTINGS.__getitem__,
        "label": lambda _list, _choice: LABEL,
        "row_number": ROW_NUMBERS,
        "row_numbers": lambda _block: ROW_NUMBERS,
    }
    return Context(**(given | changes))
