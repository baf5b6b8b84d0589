"""All functions, by importing the modules that register them."""

from __future__ import annotations

from strategy_xl.formulas.arrays import criteria, logic, lookup, maths, stats, strings
from strategy_xl.formulas.arrays import days as dates
from strategy_xl.formulas.arrays.library import FUNCTIONS

MODULES = (criteria, dates, logic, lookup, maths, stats, strings)

takes_whole = lookup.takes_whole


def function_names() -> tuple[str, ...]:
    """Names of all functions that formulas may call, sorted."""
    return tuple(sorted(FUNCTIONS))
