"""Evaluate the native formulas of the templates without Excel, for all rows of a block at once.

Ours, because no library serves: ``formulas`` is EUPL, ``pycel`` GPL, and engines under free licences
(IronCalc: 20,000 SUMIFS over 20,000 rows in 32 s) work cell by cell on finished sheets, where a nightly
run needs whole columns of 200,000 rows in the templates' own notation.
"""

from __future__ import annotations

from strategy_xl.formulas.arrays.all import function_names
from strategy_xl.formulas.arrays.cell_arrays import Value
from strategy_xl.formulas.arrays.context import Context
from strategy_xl.formulas.arrays.engine import Compiled, Vector, compile_formula, compile_together, evaluate
from strategy_xl.formulas.order import CircularError, dependencies, evaluation_order
from strategy_xl.formulas.tree import FormulaError, UnsupportedError

__all__ = [
    "CircularError",
    "Compiled",
    "Context",
    "FormulaError",
    "UnsupportedError",
    "Value",
    "Vector",
    "compile_formula",
    "compile_together",
    "dependencies",
    "evaluate",
    "evaluation_order",
    "function_names",
]
