"""Evaluate template formulas for all rows of a block at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import prod
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from strategy_xl.cellvalues import LONGEST_TEXT, ErrorValue
from strategy_xl.formulas.arrays import all as library
from strategy_xl.formulas.arrays.cell_arrays import (
    ERRORS,
    TEXT,
    Bools,
    Cells,
    Objects,
    Value,
    constant,
    objects,
    stacked,
)
from strategy_xl.formulas.arrays.context import Context
from strategy_xl.formulas.arrays.grouping import Ints
from strategy_xl.formulas.arrays.kinds import settled
from strategy_xl.formulas.arrays.library import FUNCTIONS, Function, Traits
from strategy_xl.formulas.arrays.operators import operate, sign
from strategy_xl.formulas.arrays.reading import from_values, shown_column
from strategy_xl.formulas.arrays.sumproduct import grouped_sumproduct
from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import (
    Array,
    Binary,
    Call,
    Group,
    Literal,
    Missing,
    Node,
    Unary,
    UnsupportedError,
    children,
    parse,
    simplified,
)

Vector = list[Value]
"""One value a row: float, str, bool or ErrorValue (never None: a blank result is 0)."""

CHUNK = 2_000_000
"""Most cells of a rows × cells table held at a time (about 16 MB an array)."""

LARGEST_SHARED = 20_000
"""Most cells of what is kept from one formula to the next (1 MB with texts)."""

MANY = 200
"""Rows from which on a branch that few of them take is evaluated for those alone."""

_DEPTH = 200
"""Levels of a tree that is evaluated: each takes some calls within calls of Python."""

TODAY = "today"


class Step(NamedTuple):
    """How one part of a formula is evaluated, and what its cells depend on."""

    traits: Traits
    compute: Callable[[_Run], Cells]


@dataclass(frozen=True)
class Compiled:
    """A formula ready to be evaluated.

    Arguments:
        formula: its text.
        root: its tree.
        steps: how each node is evaluated, by the node's identity.
        shared: nodes that other formulas of its block have too, by identity.
    """

    formula: str
    root: Node
    steps: Mapping[int, Step]
    shared: frozenset[int] = frozenset()

    def evaluate(self, context: Context) -> Vector:
        """The formula's value in each of the N rows; of an array, its first element, as Excel's cells do.

        Errors: UnsupportedError when the result is a range, of which Excel would take the cell beside.
        """
        size = context.rows_count()
        if size == 0:
            return []
        values = self._result(context, size).tolist()
        return values * size if len(values) == 1 else values

    def column(self, context: Context) -> Objects:
        """The same values as an array (N,) that other formulas read without looking at each value again.

        Errors: as ``evaluate``. Nobody may change the array.
        """
        size = context.rows_count()
        return shown_column(self._result(context, size), size) if size else np.empty(0, dtype=object)

    def _result(self, context: Context, size: int) -> Cells:
        run = _Run(self, context, size)
        run.known.update((part, context.parts[part]) for part in self.shared if part in context.parts)
        with np.errstate(all="ignore"):
            found = settled(run.value(self.root))
        for part in self.shared.intersection(run.known):
            if prod(run.known[part].shape) <= LARGEST_SHARED:
                context.parts[part] = run.known[part]
        if found.shape[1:] == (1, 1):
            return found
        if _spans_cells(self.root):
            message = f"the result is a range: {self.formula!r}"
            raise UnsupportedError(message)
        return found.map(lambda part: part[:, :1, :1])


@lru_cache(maxsize=4096)
def compile_formula(formula: str) -> Compiled:
    """Parse a formula and check its functions; kept for the next time.

    Errors: FormulaError when it cannot be read, UnsupportedError naming an unknown function.
    """
    steps: dict[int, Step] = {}
    return Compiled(formula, _root(formula, {}, steps), steps)


@lru_cache(maxsize=1024)
def compile_together(formulas: tuple[str, ...]) -> Mapping[str, Compiled]:
    """The formulas of one block by their text; what several of them have in common is computed once.

    For contexts in which all that a formula refers to is there before it is evaluated, and stays.

    Errors: as ``compile_formula``.
    """
    steps: dict[int, Step] = {}
    known: dict[object, Node] = {}
    roots = {formula: _root(formula, known, steps) for formula in formulas}
    parts = {formula: _parts(root) for formula, root in roots.items()}
    times = Counter(chain.from_iterable(parts.values()))
    return {
        formula: Compiled(formula, root, steps, frozenset(part for part in parts[formula] if times[part] > 1))
        for formula, root in roots.items()
    }


def _root(formula: str, known: dict[object, Node], steps: dict[int, Step]) -> Node:
    """The tree of a formula, checked, with the steps of its nodes put to the others."""
    if len(formula) > LONGEST_TEXT:
        message = f"a formula of {len(formula)} characters"
        raise UnsupportedError(message)
    tree = parse(formula)
    _check_depth(tree)
    root = simplified(tree, known)
    _analyse(root, steps)
    return root


def _parts(root: Node) -> frozenset[int]:
    """The nodes of a tree that are computed from others, by identity."""
    found: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in found and (below := children(node)):
            found.add(id(node))
            waiting += below
    return frozenset(found)


def _check_depth(tree: Node) -> None:
    """Refuse what cannot be walked: here a sum of thousands is as deep as it is long."""
    level: tuple[Node, ...] = (tree,)
    for _ in range(_DEPTH):
        level = tuple(part for parent in level for part in children(parent))
        if not level:
            return
    message = f"more than {_DEPTH} parts within parts"
    raise UnsupportedError(message)


def evaluate(formula: str, context: Context) -> Vector:
    """The values of a template formula, one for each of the context's N rows."""
    return compile_formula(formula).evaluate(context)


def _analyse(node: Node, steps: dict[int, Step]) -> Traits:
    known = steps.get(id(node))
    if known is not None:
        return known.traits
    parts = [_analyse(part, steps) for part in children(node)]
    match node:
        case Reference(kind="row"):
            found = Traits(rows=True, cols=False)
        case Reference(kind="column") | Array():
            found = Traits(rows=False, cols=True)
        case Call():
            found = _analyse_call(node, parts)
        case Literal(kind="error", value=code) if code not in ERRORS:
            raise UnsupportedError(str(code))
        case _:
            found = Traits(any(part.rows for part in parts), any(part.cols for part in parts))
    steps[id(node)] = Step(found, _computing(node))
    return found


def _analyse_call(node: Call, parts: Sequence[Traits]) -> Traits:
    spec = _function(node)
    cols = any(part.cols for position, part in enumerate(parts) if position not in spec.arrays)
    if node.name == "INDEX":
        cols = cols or library.takes_whole(node)
    if node.name in ("ROW", "TRANSPOSE"):
        cols = any(part.cols for part in parts)
    rows = any(part.rows for part in parts) or (node.name == "ROW" and not parts)
    whole = [part for position, part in enumerate(parts) if position in spec.arrays]
    heavy = any(part.rows and part.cols for part in whole)
    if not spec.engine:
        heavy = heavy or (any(part.rows for part in parts) and any(part.cols for part in whole))
    return Traits(rows, cols, heavy and not cols)


def _is_column(node: Node | None) -> TypeGuard[Reference]:
    return isinstance(node, Reference) and node.kind == "column"


def _spans_cells(node: Node) -> bool:
    """Whether cells of a range reach the result one by one (an array constant or ROW(range) do not)."""
    if _is_column(node):
        return True
    if isinstance(node, Call):
        arrays = FUNCTIONS[node.name].arrays
        taken = [part for at, part in enumerate(node.args) if at not in arrays]
        return node.name != "ROW" and any(map(_spans_cells, taken))
    return any(map(_spans_cells, children(node)))


def _function(node: Call) -> Function:
    spec = FUNCTIONS.get(node.name)
    if spec is None:
        raise UnsupportedError(node.name)
    if not spec.low <= len(node.args) <= spec.high:
        message = f"{node.name} with {len(node.args)} arguments"
        raise UnsupportedError(message)
    return spec


def _computing(node: Node) -> Callable[[_Run], Cells]:  # noqa: C901, PLR0911 - one arm a kind of node
    """How a node is evaluated from its parts."""
    match node:
        case Literal() | Missing() | Array():
            cells = _written(node)
            return lambda _run: cells
        case Reference(kind="row", key=key):
            return lambda run: run.row(key)
        case Reference(kind="column", key=key, owner=block):
            return lambda run: run.context.cells(("column", block, key), run.context.columns(block, key))
        case Reference(kind="setting", key=key):
            return lambda run: run.context.cells(("setting", key), run.context.setting(key))
        case Reference(key=key, owner=listed):
            return lambda run: constant(run.context.label(listed, key))
        case Group(inner=inner):
            return lambda run: run.value(inner)
        case Unary(op=op, operand=operand):
            return lambda run: sign(op, run.value(operand))
        case Binary(op=op, left=left, right=right):
            return lambda run: operate(op, run.value(left), run.value(right), run.decimal)
        case Call(args=args):
            call = FUNCTIONS[node.name].call
            if FUNCTIONS[node.name].lazy:
                return lambda run: call(args, run)
            return lambda run: call([run.value(part) for part in args], run)


def _written(node: Literal | Missing | Array) -> Cells:
    """The cells of what is written out."""
    match node:
        case Literal(kind=kind, value=value):
            return constant(ErrorValue(str(value)) if kind == "error" else value)
        case Missing():
            return constant(None)
        case Array(rows=rows):
            values = [item for row in rows for part in row for item in _written(part).tolist()]
            return from_values(objects(values, (1, len(rows), len(rows[0]))))


class _Run:
    """One evaluation, of all N rows."""

    def __init__(self, compiled: Compiled, context: Context, size: int) -> None:
        self.compiled = compiled
        self.context = context
        self.size = size
        self.known: dict[int, Cells] = {}
        self._steps = compiled.steps
        self.decimal = context.decimal
        self.thousands = context.thousands
        self.language = context.language

    def traits(self, node: Node) -> Traits:
        return self._steps[id(node)].traits

    def value(self, node: Node) -> Cells:
        found = self.known.get(id(node))
        if found is None:
            traits, compute = self._steps[id(node)]
            found = self._sliced(node) if traits.heavy else compute(self)
            found = self.known[id(node)] = _single(found, traits)
        return found

    def value_where(self, node: Node, mask: Bools) -> Cells:
        traits = self.traits(node)
        if self.size < MANY or id(node) in self.known or traits.cols or not (traits.rows and children(node)):
            return self.value(node)
        rows = np.flatnonzero(mask)
        if rows.size * 2 > self.size:
            return self.value(node)
        if not rows.size:
            return constant(None)
        if rows.size == 1:  # a single row would do as a constant does, which some functions take otherwise
            rows = np.append(rows, (rows + 1) % self.size)
        return _scattered(_Part(self, rows).value(node), rows, self.size)

    def _sliced(self, node: Node) -> Cells:
        """Evaluate an aggregate over rows × cells a few rows at a time."""
        assert isinstance(node, Call)
        compute = self._steps[id(node)].compute
        step = max(1, CHUNK // max(1, self._widest(node)))
        if step >= self.size:
            return compute(self)
        if node.name == "SUMPRODUCT":
            found = grouped_sumproduct(node.args, self)
            if found is not None:
                return found
        parts: list[Cells] = []
        for start in range(0, self.size, step):
            rows = np.arange(start, min(start + step, self.size))
            part = compute(_Slice(self, rows))
            parts.append(part.spread((rows.size, *part.shape[1:])))
        return stacked(parts, ref=parts[0].ref)

    def _widest(self, node: Node) -> int:
        found = [self._widest(part) for part in children(node)]
        if _is_column(node):
            found.append(int(np.prod(self.value(node).shape[1:])))
        return max(found, default=1)

    def row(self, key: str) -> Cells:
        """The rows' own cells in a column of their block."""
        return self.context.cells(("row", key), self.context.rows[key])

    def today(self) -> Cells:
        return self.context.cells(("setting", TODAY), self.context.setting(TODAY))

    def row_numbers(self, node: Node | None) -> Cells:
        context = self.context
        if _is_column(node):
            if context.row_numbers is None:
                raise UnsupportedError("ROW of a column without row_numbers in the context")
            return context.cells(("numbers", node.owner), context.row_numbers(node.owner))
        if node is None or (isinstance(node, Reference) and node.kind == "row"):
            if context.row_number is None:
                raise UnsupportedError("ROW() without row_number in the context")
            return context.cells(("row", "#"), context.row_number)
        raise UnsupportedError("ROW of anything but a reference")


class _Part(_Run):
    """An evaluation for some rows only, which takes what is known of all rows."""

    def __init__(self, whole: _Run, rows: Ints) -> None:
        super().__init__(whole.compiled, whole.context, rows.size)
        self._whole = whole
        self._rows = rows

    def value(self, node: Node) -> Cells:
        found = self.known.get(id(node))
        if found is None:
            if self.is_shared(node):
                found = self.known[id(node)] = self._mine(self._whole.value(node))
            else:
                found = super().value(node)
        return found

    def is_shared(self, node: Node) -> bool:
        """Whether a part of the formula is evaluated for all rows: what is the same in all, or is known."""
        return not self.traits(node).rows or id(node) in self._whole.known

    def _mine(self, cells: Cells) -> Cells:
        return cells.map(lambda part: part[self._rows]).pointed() if cells.shape[0] > 1 else cells

    def row(self, key: str) -> Cells:
        return self._mine(self._whole.row(key))

    def row_numbers(self, node: Node | None) -> Cells:
        found = self._whole.row_numbers(node)
        return found if _is_column(node) else self._mine(found)


class _Slice(_Part):
    """Some rows of an aggregate over rows × cells: only what spans both is evaluated here."""

    def is_shared(self, node: Node) -> bool:
        traits = self.traits(node)
        return not (traits.rows and traits.cols)


def _single(found: Cells, traits: Traits) -> Cells:
    """The cells as other parts take them: one as a point, those of a range as a reference."""
    found = found.pointed()
    return found.referred() if traits.cols else found


def _scattered(part: Cells, rows: Ints, size: int) -> Cells:
    """Cells of some rows (k, 1, 1) in their places among all rows; elsewhere anything."""
    if part.shape[0] == 1:
        return part

    def spread(array: Any, filling: Any) -> Any:
        found = np.full((size, 1, 1), filling, dtype=array.dtype)
        found[rows] = array
        return found

    return Cells(
        None if part.sole is not None else spread(part.kind, part.kind[0]),
        None if part.sole == TEXT else spread(part.number, 0.0),
        None if part.text is None else spread(part.text, ""),
        present=part.present,
        ref=part.ref,
    )
