"""Functions of logic and of kinds: IF, IFERROR, AND, ISBLANK, HYPERLINK and others."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from strategy_xl.formulas.arrays.cell_arrays import (
    BLANK,
    BOOL,
    ERROR,
    NA,
    NUMBER,
    ONE,
    TEXT,
    VALUE,
    Bools,
    Cells,
    Floats,
    aligned,
    booleans,
    choose,
    error,
    errors_of,
    fitted,
    numbers,
    point,
    texts,
    with_errors,
)
from strategy_xl.formulas.arrays.kinds import FALSE, TRUE, logical, numeric, truth
from strategy_xl.formulas.arrays.library import ALL, Environment, function
from strategy_xl.formulas.arrays.operators import compare
from strategy_xl.formulas.tree import Node


def pick(condition: Cells, yes: Cells, no: Cells) -> Cells:
    """``yes`` where the condition is true, ``no`` where it is false, the condition's error elsewhere."""
    condition, yes, no = aligned([condition, yes, no])
    mask, errors = truth(condition)
    return with_errors(choose(mask, yes, no), errors)


@function("IF", args=(2, 3), lazy=True)
def _if(args: Sequence[Node], env: Environment) -> Cells:
    condition = env.value(args[0])
    if condition.shape[1:] != (1, 1):
        no = env.value(args[2]) if len(args) > 2 else FALSE
        return pick(condition, env.value(args[1]), no)
    truths = logical(condition)
    if truths.sole == ERROR and not any(env.traits(node).cols for node in args[1:]):
        return truths
    if truths.sole == BOOL:  # a branch that no row takes is not evaluated
        mask = truths.true
        if truths.point is not None:
            taken = bool(truths.point)
        else:
            taken = bool(mask.all())
            if not taken and mask.any():
                return choose(mask, *fitted(_branch(args, 1, env, mask), _branch(args, 2, env, ~mask)))
        return env.value(args[1]) if taken else env.value(args[2]) if len(args) > 2 else FALSE
    mask, _errors = truth(truths)
    no = _branch(args, 2, env, ~mask)
    return pick(condition, _branch(args, 1, env, mask), no)


def _branch(args: Sequence[Node], at: int, env: Environment, mask: Bools) -> Cells:
    """A branch of IF, where the mask (N, 1, 1) holds at least."""
    return env.value_where(args[at], mask) if at < len(args) else FALSE


@function("IFERROR", args=(2, 2), lazy=True)
def _iferror(args: Sequence[Node], env: Environment) -> Cells:
    value = env.value(args[0])
    if not value.may(ERROR):
        return value
    other = env.value(args[1])
    if value.sole == ERROR and value.point is not None:
        return other.referred(ref=other.ref and value.ref)
    value, other = fitted(value, other)
    return choose(value.of(ERROR), other, value)


@function("IFNA", args=(2, 2), lazy=True)
def _ifna(args: Sequence[Node], env: Environment) -> Cells:
    value = env.value(args[0])
    if not value.may(ERROR):
        return value
    value, other = fitted(value, env.value(args[1]))
    return choose(value.of(ERROR) & (value.number == NA), other, value)


@function("IFS", args=(2, 254))
def _ifs(args: Sequence[Cells], _env: Environment) -> Cells:
    if len(args) % 2:
        return error(NA)
    found = error(NA)
    for condition, value in reversed(list(zip(args[::2], args[1::2], strict=True))):
        found = pick(condition, value, found)
    return found


@function("SWITCH", args=(3, 254))
def _switch(args: Sequence[Cells], _env: Environment) -> Cells:
    subject, rest = args[0], args[1:]
    found = error(NA) if len(rest) % 2 == 0 else rest[-1]
    pairs = rest if len(rest) % 2 == 0 else rest[:-1]
    for wanted, value in reversed(list(zip(pairs[::2], pairs[1::2], strict=True))):
        found = pick(compare("=", subject, wanted), value, found)
    return found


@function("CHOOSE", args=(2, 254), lazy=True)
def _choose(args: Sequence[Node], env: Environment) -> Cells:
    index = numeric(env.value(args[0]))
    wanted = np.trunc(index.number)
    found = error(VALUE, wanted.shape)
    for position, node in enumerate(args[1:], start=1):
        if (wanted == position).any():
            mask, value, other = aligned([booleans(wanted == position), env.value(node), found])
            found = choose(mask.number != 0, value, other)
    return with_errors(found, errors_of((index,)))


def _bare(args: Sequence[Cells]) -> list[Any] | None:
    """The conditions as masks or truths, when each is a number or a truth of every row and nothing else."""
    if any(part.sole not in (BOOL, NUMBER) or part.shape[1:] != (1, 1) for part in args):
        return None
    return [part.true if part.point is None else bool(part.point) for part in args]


def _answered(found: Any) -> Cells:
    if isinstance(found, bool):
        return TRUE if found else FALSE
    return booleans(found)


def _truths(args: Sequence[Cells]) -> tuple[Bools, Bools, Floats | None]:
    """All conditions side by side: (n, L) truths, which of them count, and the first error of each row."""
    rows = max(part.shape[0] for part in args)
    found: list[Cells] = []
    counts: list[Bools] = []
    for part in args:
        flat = part.map(lambda array: array.reshape(array.shape[0], -1))
        counting = flat.of(NUMBER) | flat.of(BOOL) if part.ref else np.ones(flat.shape, dtype=bool)
        if part.ref and flat.may(TEXT):
            kind = np.where(flat.kind == TEXT, np.uint8(BLANK), flat.kind)  # a text there is no truth
            flat = Cells(kind, flat.number, present=flat.present & ~(1 << TEXT) | 1 << BLANK)
        value = logical(flat)
        size = (rows, flat.shape[1])
        found.append(value.spread(size))
        counts.append(np.broadcast_to(counting, size))
    errors = errors_of(
        Cells(part.kind[:, [at]], part.number[:, [at]], present=part.present)
        for part in found
        if part.may(ERROR)
        for at in range(part.shape[1])
    )
    truths = np.concatenate([part.true for part in found], axis=1)
    return truths, np.concatenate(counts, axis=1), None if errors is None else errors.reshape(rows, 1, 1)


def _joined(found: Bools, counts: Bools, errors: Floats | None) -> Cells:
    cells = booleans(found.reshape(-1, 1, 1))
    if not counts.all():
        nothing = ~counts.any(axis=1).reshape(-1, 1, 1)
        mine = np.where(nothing, float(VALUE), -1.0)
        errors = mine if errors is None else np.where(errors >= 0, errors, mine)
    return with_errors(cells, errors)


@function("AND", args=(1, 254), arrays=ALL)
def _and(args: Sequence[Cells], _env: Environment) -> Cells:
    bare = _bare(args)
    if bare is not None:
        return _answered(reduce(operator.and_, bare))
    truths, counts, errors = _truths(args)
    return _joined(np.asarray((truths | ~counts).all(axis=1)), counts, errors)


@function("OR", args=(1, 254), arrays=ALL)
def _or(args: Sequence[Cells], _env: Environment) -> Cells:
    bare = _bare(args)
    if bare is not None:
        return _answered(reduce(operator.or_, bare))
    truths, counts, errors = _truths(args)
    return _joined(np.asarray((truths & counts).any(axis=1)), counts, errors)


@function("XOR", args=(1, 254), arrays=ALL)
def _xor(args: Sequence[Cells], _env: Environment) -> Cells:
    truths, counts, errors = _truths(args)
    return _joined((truths & counts).sum(axis=1) % 2 == 1, counts, errors)


@function("NOT", args=(1, 1))
def _not(args: Sequence[Cells], _env: Environment) -> Cells:
    found = logical(args[0])
    if found.point is not None:
        return found.referred(ref=False) if found.sole == ERROR else FALSE if found.point else TRUE
    return with_errors(booleans(~found.true), errors_of((found,)))


@function("TRUE", args=(0, 0))
def _true(_args: Sequence[Cells], _env: Environment) -> Cells:
    return TRUE


@function("FALSE", args=(0, 0))
def _false(_args: Sequence[Cells], _env: Environment) -> Cells:
    return FALSE


@function("NA", args=(0, 0))
def _na(_args: Sequence[Cells], _env: Environment) -> Cells:
    return error(NA)


def _asks(name: str, *kinds: int, test: Callable[[Cells], Bools] | None = None) -> None:
    """Register a question about the kind of a cell; errors are answered, not passed on."""

    @function(name, args=(1, 1))
    def _ask(args: Sequence[Cells], _env: Environment) -> Cells:
        cells = args[0]
        if cells.sole is not None and (test is None or cells.sole not in kinds):
            answer = cells.sole in kinds
            return _answered(answer if cells.shape == ONE else np.broadcast_to(np.bool_(answer), cells.shape))
        found = reduce(operator.or_, map(cells.of, kinds))
        return booleans(np.asarray(found if test is None else found & test(cells)))


_asks("ISBLANK", BLANK)
_asks("ISNUMBER", NUMBER)
_asks("ISTEXT", TEXT)
_asks("ISNONTEXT", BLANK, NUMBER, BOOL, ERROR)
_asks("ISLOGICAL", BOOL)
_asks("ISERROR", ERROR)
_asks("ISERR", ERROR, test=lambda cells: cells.number != NA)
_asks("ISNA", ERROR, test=lambda cells: cells.number == NA)


@function("ISEVEN", args=(1, 1))
def _iseven(args: Sequence[Cells], _env: Environment) -> Cells:
    found = numeric(args[0])
    return with_errors(booleans(np.trunc(found.number) % 2 == 0), errors_of((found,)))


@function("ISODD", args=(1, 1))
def _isodd(args: Sequence[Cells], _env: Environment) -> Cells:
    found = numeric(args[0])
    return with_errors(booleans(np.trunc(found.number) % 2 != 0), errors_of((found,)))


@function("N", args=(1, 1))
def _n(args: Sequence[Cells], _env: Environment) -> Cells:
    cells = args[0]
    if cells.point is not None:
        if cells.sole == ERROR:
            return cells.referred(ref=False)
        return point(NUMBER, 0.0 if cells.sole == TEXT else cells.point)
    if not cells.may(ERROR):
        return numbers(cells.number)
    return with_errors(numbers(np.where(cells.of(ERROR), 0.0, cells.number)), errors_of((cells,)))


@function("T", args=(1, 1))
def _t(args: Sequence[Cells], _env: Environment) -> Cells:
    return with_errors(texts(args[0].texts), errors_of(args))


@function("HYPERLINK", args=(1, 2))
def _hyperlink(args: Sequence[Cells], _env: Environment) -> Cells:
    return args[-1]
