"""Evaluate template formulas for all rows of a block at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeGuard

import numpy as np

from strategy_xl.cellvalues import LONGEST_TEXT, ErrorValue
from strategy_xl.formulas.arrays import all as library
from strategy_xl.formulas.arrays.blocks import (
    ERRORS,
    Cells,
    Value,
    constant,
    from_values,
    objects,
    stacked,
    texts,
)
from strategy_xl.formulas.arrays.kinds import settled
from strategy_xl.formulas.arrays.library import FUNCTIONS, Function, Traits
from strategy_xl.formulas.arrays.operators import operate, sign
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

_DEPTH = 200
"""Levels of a tree that is evaluated: each takes some calls within calls of Python."""

TODAY = "today"


@dataclass(frozen=True, eq=False)
class Context:
    """What the references of a formula stand for.

    A value is a number, text, bool, date, ``ErrorValue``, or None (also NaN, NA, NaT) for an empty cell.

    Arguments:
        rows: the block's own columns by key, each of shape (N,): ``[key]``.
        columns: ``(block, key)`` → the whole column of a table, shape (M,); one value for a form's field;
            shape (1, instances) for the fields of a form with several instances: ``block[key]``.
        setting: key → value: ``@key``; ``today`` is the reference date.
        label: (list, choice) → label: ``#list.choice``.
        size: N, where it cannot be taken from ``rows``.
        row_number: sheet row number of each of the N rows, for ROW().
        row_numbers: block → sheet row numbers of its whole columns, for ROW(block[key]).
        decimal, thousands: signs of texts made from numbers.
        language: of day and month names (``fr`` or ``en``).
    """

    rows: Mapping[str, Any]
    columns: Callable[[str, str], Any]
    setting: Callable[[str], Any]
    label: Callable[[str, str], str]
    size: int | None = None
    row_number: Any = None
    row_numbers: Callable[[str], Any] | None = None
    decimal: str = "."
    thousands: str = ","
    language: str = "en"
    _kept: dict[tuple[str, ...], tuple[Any, Cells]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def rows_count(self) -> int:
        """N: the rows to compute; 1 when the block has no columns of its own."""
        if self.size is not None:
            return self.size
        for key in self.rows:
            return len(self.rows[key])
        return 1

    def cells(self, key: tuple[str, ...], source: Any) -> Cells:
        """The cells of a reference, converted once for as long as its source stays the same object."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] is source:
            return kept[1]
        found = from_values(source)
        shape: tuple[int, ...] = found.shape
        if len(shape) == 0:
            shape = (1, 1, 1)
        elif len(shape) == 1:
            shape = (shape[0], 1, 1) if key[0] == "row" else (1, shape[0], 1)
        else:
            shape = (1, *shape)
        found = found.map(lambda part: part.reshape(shape), ref=True)
        if not all(shape[1:]):  # a table of no rows still has one empty row on its sheet
            found = constant(None).map(lambda part: part, ref=True)
        self._kept[key] = (source, found)
        return found


@dataclass(frozen=True)
class Compiled:
    """A formula ready to be evaluated, with what its parts depend on."""

    formula: str
    root: Node
    traits: Mapping[int, Traits]

    def evaluate(self, context: Context) -> Vector:
        """The formula's value in each of the N rows; of an array, its first element, as Excel's cells do.

        Errors: UnsupportedError when the result is a range, of which Excel would take the cell beside.
        """
        size = context.rows_count()
        if size == 0:
            return []
        found = settled(_Run(self, context, slice(0, size)).value(self.root))
        if found.shape[1:] != (1, 1):
            if _spans_cells(self.root):
                message = f"the result is a range: {self.formula!r}"
                raise UnsupportedError(message)
            found = found.map(lambda part: part[:, :1, :1])
        values = found.tolist()
        return values * size if len(values) == 1 else values


@lru_cache(maxsize=4096)
def compile_formula(formula: str) -> Compiled:
    """Parse a formula and check its functions; kept for the next time.

    Errors: FormulaError when it cannot be read, UnsupportedError naming an unknown function.
    """
    if len(formula) > LONGEST_TEXT:
        message = f"a formula of {len(formula)} characters"
        raise UnsupportedError(message)
    tree = parse(formula)
    _check_depth(tree)
    root = simplified(tree)
    traits: dict[int, Traits] = {}
    _analyse(root, traits)
    return Compiled(formula, root, traits)


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


def _analyse(node: Node, traits: dict[int, Traits]) -> Traits:
    known = traits.get(id(node))
    if known is not None:
        return known
    parts = [_analyse(part, traits) for part in children(node)]
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
    traits[id(node)] = found
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


class _Run:
    """One evaluation, of all rows or of a slice of them."""

    def __init__(self, compiled: Compiled, context: Context, rows: slice, whole: _Run | None = None) -> None:
        self._compiled = compiled
        self._context = context
        self._rows = rows
        self._whole = whole
        self._known: dict[int, Cells] = {}
        self.decimal = context.decimal
        self.thousands = context.thousands
        self.language = context.language

    @property
    def size(self) -> int:
        return int(self._rows.stop - self._rows.start)

    def traits(self, node: Node) -> Traits:
        return self._compiled.traits[id(node)]

    def value(self, node: Node) -> Cells:
        known = self._known.get(id(node))
        if known is not None:
            return known
        traits = self.traits(node)
        found = self._from_whole(node, traits)
        if found is None:
            found = self._sliced(node) if traits.heavy else self.compute(node)
        if traits.cols and not found.ref:
            found = found.map(lambda part: part, ref=True)
        self._known[id(node)] = found
        return found

    def _from_whole(self, node: Node, traits: Traits) -> Cells | None:
        """In a slice: what does not span rows × cells, taken from the evaluation of all rows."""
        if self._whole is None or (traits.rows and traits.cols):
            return None
        found = self._whole.value(node)
        return found.map(lambda part: part[self._rows]) if found.shape[0] > 1 else found

    def _sliced(self, node: Node) -> Cells:
        """Evaluate an aggregate over rows × cells a few rows at a time."""
        assert isinstance(node, Call)
        step = max(1, CHUNK // max(1, self._widest(node)))
        if step >= self.size:
            return self.compute(node)
        if node.name == "SUMPRODUCT":
            found = grouped_sumproduct(node.args, self)
            if found is not None:
                return found
        parts: list[Cells] = []
        for start in range(0, self.size, step):
            rows = slice(start, min(start + step, self.size))
            part = _Run(self._compiled, self._context, rows, self).compute(node)
            parts.append(part.spread((rows.stop - rows.start, *part.shape[1:])))
        return stacked(parts, ref=parts[0].ref)

    def _widest(self, node: Node) -> int:
        found = [self._widest(part) for part in children(node)]
        if _is_column(node):
            found.append(int(np.prod(self.value(node).shape[1:])))
        return max(found, default=1)

    def compute(self, node: Node) -> Cells:  # noqa: C901, PLR0911 - one arm a kind of node
        """Evaluate a node from its parts, whatever was kept of it."""
        match node:
            case Literal(kind=kind, value=value):
                return constant(ErrorValue(str(value)) if kind == "error" else value)
            case Reference(kind="row", key=key):
                found = self._context.cells(("row", key), self._context.rows[key])
                return found.map(lambda part: part[self._rows]) if self._whole is not None else found
            case Reference(kind="column", key=key, owner=block):
                return self._context.cells(("column", block, key), self._context.columns(block, key))
            case Reference(kind="setting", key=key):
                return self._context.cells(("setting", key), self._context.setting(key))
            case Reference(key=key, owner=listed):
                return texts(objects([self._context.label(listed, key)], (1, 1, 1)))
            case Missing():
                return constant(None)
            case Group(inner=inner):
                return self.value(inner)
            case Array(rows=rows):
                return self._array(rows)
            case Unary(op=op, operand=operand):
                return sign(op, self.value(operand))
            case Binary(op=op, left=left, right=right):
                return operate(op, self.value(left), self.value(right), self.decimal)
            case Call():
                spec = FUNCTIONS[node.name]
                if spec.lazy:
                    return spec.call(node.args, self)
                return spec.call([self.value(part) for part in node.args], self)

    def _array(self, rows: tuple[tuple[Literal, ...], ...]) -> Cells:
        values = [part for row in rows for item in row for part in self.value_of(item)]
        return from_values(objects(values, (1, len(rows), len(rows[0]))))

    def value_of(self, item: Literal) -> list[Value]:
        """The one value of an element of an array constant."""
        return self.compute(item).tolist()

    def today(self) -> Cells:
        return self._context.cells(("setting", TODAY), self._context.setting(TODAY))

    def row_numbers(self, node: Node | None) -> Cells:
        context = self._context
        if _is_column(node):
            if context.row_numbers is None:
                raise UnsupportedError("ROW of a column without row_numbers in the context")
            return context.cells(("numbers", node.owner), context.row_numbers(node.owner))
        if node is None or (isinstance(node, Reference) and node.kind == "row"):
            if context.row_number is None:
                raise UnsupportedError("ROW() without row_number in the context")
            found = context.cells(("row", "#"), context.row_number)
            return found.map(lambda part: part[self._rows]) if self._whole is not None else found
        raise UnsupportedError("ROW of anything but a reference")
