"""SUMPRODUCT((table[a]=[x])*(table[b]<[y])*…) for many rows without rows × cells of work.

A factor that compares a column with the row becomes a key (=) or a span of ranks (< > <= >=); the other
factors are weights of the cells or of the rows. What is not of this form is left to the general way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from strategy_xl.formulas.arrays.cell_arrays import (
    BLANK,
    BOOL,
    ERROR,
    NUMBER,
    TEXT,
    Cells,
    Floats,
    errors_of,
    numbers,
    stacked,
    with_errors,
)
from strategy_xl.formulas.arrays.grouping import Ints, Span, combined, sums
from strategy_xl.formulas.arrays.kinds import numeric, significant
from strategy_xl.formulas.arrays.library import Environment
from strategy_xl.formulas.arrays.operators import text_ranks
from strategy_xl.formulas.tree import Binary, Node, Unary

_MIRROR = {"=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass
class _Plan:
    """Factors by what they depend on."""

    cells: list[tuple[Node, bool]] = field(default_factory=list)  # a node, and whether text counts as 0
    rows: list[Node] = field(default_factory=list)
    tests: list[tuple[str, Node, Node]] = field(default_factory=list)  # column op row
    sign: float = 1.0


def _sort_out(node: Node, env: Environment, plan: _Plan) -> bool:
    """Put a factor where it belongs; False when it fits nowhere."""
    traits = env.traits(node)
    if not (traits.rows and traits.cols):
        if traits.cols:
            plan.cells.append((node, False))
        else:
            plan.rows.append(node)
        return True
    if isinstance(node, Unary) and node.op in "+-":
        plan.sign *= -1.0 if node.op == "-" else 1.0
        return _sort_out(node.operand, env, plan)
    if isinstance(node, Binary) and node.op == "*":
        return _sort_out(node.left, env, plan) and _sort_out(node.right, env, plan)
    if isinstance(node, Binary) and node.op in _MIRROR:
        left, right = env.traits(node.left), env.traits(node.right)
        if left.cols and not left.rows and not right.cols:
            plan.tests.append((node.op, node.left, node.right))
            return True
        if right.cols and not right.rows and not left.cols:
            plan.tests.append((_MIRROR[node.op], node.right, node.left))
            return True
    return False


def _plan(args: Sequence[Node], env: Environment) -> _Plan | None:
    plan = _Plan()
    first = args[0]
    if not isinstance(first, Binary | Unary) or (isinstance(first, Binary) and first.op != "*"):
        return None  # a bare comparison is booleans, which count as 0
    if not _sort_out(first, env, plan):
        return None
    for node in args[1:]:
        traits = env.traits(node)
        if traits.rows or not traits.cols:
            return None
        plan.cells.append((node, True))
    ordered = {id(column) for op, column, _row in plan.tests if op != "="}
    return plan if plan.tests and len(ordered) <= 1 else None


def grouped_sumproduct(args: Sequence[Node], env: Environment) -> Cells | None:
    """SUMPRODUCT of these nodes for all rows, (N, 1, 1); None when it has to be done the general way."""
    plan = _plan(args, env)
    if plan is None:
        return None
    columns = [env.value(column) for _op, column, _row in plan.tests]
    rows = [env.value(row) for _op, _column, row in plan.tests]
    shapes = {part.shape for part in columns} | {env.value(node).shape for node, _flag in plan.cells}
    sizes = {shape for shape in shapes if shape != (1, 1, 1)}
    if len(sizes) != 1 or any(part.may(ERROR) for part in columns):
        return None
    size = sizes.pop()
    weights = _weights(plan, env, size)
    if weights is None or any(part.shape == (1, 1, 1) for part in columns):
        return None
    grouped = _grouped(plan, columns, rows, env.size)
    if grouped is None:
        return None
    keys, span = grouped
    groups = combined(keys, weights.size, env.size)
    found: Cells = numbers(plan.sign * sums(groups, weights, span).reshape(-1, 1, 1))
    return _times(found, [env.value(node) for node in plan.rows], rows)


def _weights(plan: _Plan, env: Environment, size: tuple[int, ...]) -> Floats | None:
    weights = np.ones(int(np.prod(size)))
    for node, skips_text in plan.cells:
        cells = env.value(node)
        if skips_text:
            number = np.where(cells.of(NUMBER), cells.number, 0.0)
        else:
            cells = numeric(cells)
            number = cells.number
        if cells.may(ERROR):
            return None
        weights = weights * np.broadcast_to(number, size).ravel()
    return weights


def _times(found: Cells, factors: Sequence[Cells], rows: Sequence[Cells]) -> Cells:
    number, errors = found.number, errors_of(rows)
    for factor in map(numeric, factors):
        number = number * factor.number
        mine = errors_of((factor,))
        if mine is not None:
            errors = mine if errors is None else np.where(errors >= 0, errors, mine)
    size = number.shape if errors is None else np.broadcast_shapes(number.shape, errors.shape)
    return with_errors(numbers(np.broadcast_to(number, size)), errors)


def _grouped(
    plan: _Plan, columns: Sequence[Cells], rows: Sequence[Cells], size: int
) -> tuple[list[tuple[Ints, Ints]], Span | None] | None:
    """Keys and span of the tests; None when blanks make equality ambiguous.

    All values that the rows compare one column with are ranked together with it.
    """
    keys: list[tuple[Ints, Ints]] = []
    sides: list[tuple[str, Cells]] = []
    ordered: Cells | None = None
    for (op, _column, _row), column, row in zip(plan.tests, columns, rows, strict=True):
        asked = row.map(np.ravel).spread((size,))
        if op != "=":
            sides.append((op, asked))
            ordered = column.flat()
            continue
        codes = joint_ranks(column.flat(), asked, ordered=False)
        if codes is None:
            return None
        keys.append(codes)
    if ordered is None:
        return keys, None
    codes = joint_ranks(ordered, stacked([asked for _op, asked in sides]))
    if codes is None:
        return None
    low, high = np.zeros(size, dtype=np.int64), None
    for (op, _asked), part in zip(sides, np.split(codes[1], len(sides)), strict=True):
        mine_low, mine_high = _limits(op, part)
        if mine_low is not None:
            low = np.maximum(low, mine_low)
        if mine_high is not None:
            high = mine_high if high is None else np.minimum(high, mine_high)
    return keys, Span(codes[0], low, high)


def _limits(op: str, asked: Ints) -> tuple[Ints | None, Ints | None]:
    """Span of ranks of the cells for which ``cell op row`` holds."""
    match op:
        case "<":
            return None, asked
        case "<=":
            return None, asked + 1
        case ">":
            return asked + 1, None
        case _:
            return asked, None


def joint_ranks(column: Cells, rows: Cells, *, ordered: bool = True) -> tuple[Ints, Ints] | None:
    """Ranks of the cells (M,) and of the rows' values (N,) in Excel's order of all of them.

    Not ``ordered``: equal where the values are equal, in any order (cheaper for texts).

    None when blanks stand beside cells of several kinds: they would have to be equal to each.
    """
    kinds = [kind for kind in (NUMBER, TEXT, BOOL) if column.may(kind) or rows.may(kind)]
    if column.may(BLANK) or rows.may(BLANK):
        kinds = [kind for kind in kinds if column.of(kind).any() or rows.of(kind).any()]
        if len(kinds) > 1:
            return None
    found = [np.zeros(column.shape, dtype=np.int64), np.zeros(rows.shape, dtype=np.int64)]
    start = 1
    sides = (column, rows)
    for kind in kinds or [NUMBER]:
        if kind == TEXT:
            values = text_ranks(column, rows, ordered=ordered)
        else:
            values = (significant(column.number), significant(rows.number))
        masks = [side.of(kind) | side.of(BLANK) for side in sides]
        used = [part[mask] for part, mask in zip(values, masks, strict=True)]
        known, place = np.unique(np.concatenate(used), return_inverse=True)
        found[0][masks[0]] = place[: used[0].size] + start
        found[1][masks[1]] = place[used[0].size :] + start
        start += known.size
    return found[0], found[1]
