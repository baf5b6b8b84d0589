"""The functions that formulas may call, by name, and what each does with its arguments' shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from strategy_xl.formulas.arrays.cell_arrays import Bools, Cells, Shape
from strategy_xl.formulas.tree import Node, UnsupportedError


class Environment(Protocol):
    """What a function may ask of the evaluation it is part of."""

    @property
    def decimal(self) -> str:
        """Decimal sign of texts made from numbers."""

    @property
    def thousands(self) -> str:
        """Thousands sign of TEXT."""

    @property
    def language(self) -> str:
        """Language of day and month names."""

    @property
    def size(self) -> int:
        """Rows that are being computed."""

    def value(self, node: Node) -> Cells:
        """The cells of a part of the formula."""

    def value_where(self, node: Node, mask: Bools) -> Cells:
        """The cells of a part where the mask (N, 1, 1) holds; in the other rows they may be anything."""

    def traits(self, node: Node) -> Traits:
        """What the shape of a part depends on."""

    def today(self) -> Cells:
        """The reference date."""

    def row_numbers(self, node: Node | None) -> Cells:
        """Sheet row numbers of a reference, of the formula's own rows without one."""


class Traits(NamedTuple):
    """What the cells of a part of a formula depend on, known without evaluating it.

    Arguments:
        rows: differs from row to row of the block that is computed.
        cols: spans the cells of a range.
        heavy: an aggregate over rows × cells, to be evaluated in slices of rows.
    """

    rows: bool
    cols: bool
    heavy: bool = False


ALL = frozenset(range(256))
NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Arguments:
        name: in capitals.
        call: ``call(args, env)`` on cells; on nodes when ``lazy``.
        low, high: how many arguments it takes.
        arrays: positions of the arguments that it takes whole; the result spans what the others span.
        engine: has its own way with rows × cells, unless one argument is that by itself.
        lazy: takes nodes, evaluates what it needs.
    """

    name: str
    call: Callable[[Sequence[Any], Environment], Cells]
    low: int
    high: int
    arrays: frozenset[int]
    engine: bool
    lazy: bool


FUNCTIONS: dict[str, Function] = {}


def common(*shapes: Shape) -> Shape:
    """The shape that cells of all these shapes spread to.

    Errors: UnsupportedError when there is none, of which Excel would make #N/A here and there.
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise UnsupportedError("ranges of different sizes") from error


def function(
    *names: str,
    args: tuple[int, int],
    arrays: frozenset[int] = NONE,
    engine: bool = False,
    lazy: bool = False,
) -> Callable[[Callable[[Sequence[Any], Environment], Cells]], Callable[[Sequence[Any], Environment], Cells]]:
    """Register a function under its names; see ``Function`` for the arguments."""

    def register(
        call: Callable[[Sequence[Any], Environment], Cells],
    ) -> Callable[[Sequence[Any], Environment], Cells]:
        for name in names:
            FUNCTIONS[name] = Function(name, call, args[0], args[1], arrays, engine, lazy)
        return call

    return register
