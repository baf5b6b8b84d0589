"""Functions of one or two numbers: ROUND, MOD, CEILING, POWER and others."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np

from strategy_xl.formulas.arrays.cell_arrays import (
    DIV0,
    NUM,
    Bools,
    Cells,
    Floats,
    aligned,
    checked,
    constant,
    errors_of,
)
from strategy_xl.formulas.arrays.kinds import numeric
from strategy_xl.formulas.arrays.library import Environment, function
from strategy_xl.formulas.arrays.operators import arithmetic

_SAME = 1e-15
"""Relative distance under which a scaled number is taken for the decimal it is nearest to."""


def floats(args: Sequence[Cells]) -> tuple[list[Floats], Floats | None]:
    """The arguments as numbers of one shape (or single), and the first error of each position (-1 = none)."""
    found = [numeric(part) for part in args]
    if len({part.shape for part in found if part.point is None}) > 1:
        found = aligned(found)
    return [part.number for part in found], errors_of(found)


def failing(mask: Bools, code: int, errors: Floats | None) -> Floats | None:
    """Errors with one more where the mask holds and there was none."""
    if not np.any(mask):
        return errors
    mine = np.where(mask, float(code), -1.0)
    return mine if errors is None else np.where(errors >= 0, errors, mine)


def _scaled(value: Floats, digits: Floats) -> tuple[Floats, Floats, Floats]:
    """|value| in units of the last digit kept, its slack, and the power of ten."""
    power = 10.0 ** np.abs(np.trunc(digits))
    with np.errstate(all="ignore"):
        size = np.where(digits >= 0, np.abs(value) * power, np.abs(value) / power)
    return size, size * _SAME, power


def _unscaled(units: Floats, value: Floats, digits: Floats, power: Floats) -> Floats:
    with np.errstate(all="ignore"):
        return np.copysign(np.where(digits >= 0, units / power, units * power), value) + 0.0


def rounded(value: Floats, digits: Floats) -> Floats:
    """ROUND: half away from zero, on the decimal a number shows (1.005 → 1.01); shapes broadcast."""
    size, slack, power = _scaled(value, digits)
    return _unscaled(np.floor(size + 0.5 + slack), value, digits, power)


def _rounding(name: str, units: Callable[[Floats, Floats], Floats], low: int = 2) -> None:
    @function(name, args=(low, 2))
    def _round(args: Sequence[Cells], _env: Environment) -> Cells:
        (value, digits), errors = floats([*args, constant(0.0)][:2])
        size, slack, power = _scaled(value, digits)
        return checked(_unscaled(units(size, slack), value, digits, power), errors)


_rounding("ROUND", lambda size, slack: np.floor(size + 0.5 + slack))
_rounding("ROUNDUP", lambda size, slack: np.ceil(size - slack))
_rounding("ROUNDDOWN", lambda size, slack: np.floor(size + slack))
_rounding("TRUNC", lambda size, slack: np.floor(size + slack), low=1)


def _simple(
    name: str, compute: Callable[[Floats], Floats], wrong: Callable[[Floats], Bools] | None = None
) -> None:
    """Register a function of one number; ``wrong`` says where it is #NUM!."""

    @function(name, args=(1, 1))
    def _one(args: Sequence[Cells], _env: Environment) -> Cells:
        (value,), errors = floats(args)
        if wrong is not None:
            errors = failing(wrong(value), NUM, errors)
        with np.errstate(all="ignore"):
            return checked(compute(value), errors)


_simple("ABS", np.abs)
_simple("INT", np.floor)
_simple("SIGN", np.sign)
_simple("SQRT", np.sqrt, lambda value: value < 0)
_simple("EXP", np.exp)
_simple("LN", np.log, lambda value: value <= 0)
_simple("LOG10", np.log10, lambda value: value <= 0)
_simple("SIN", np.sin)
_simple("COS", np.cos)
_simple("TAN", np.tan)
_simple("ATAN", np.arctan)
_simple("RADIANS", np.radians)
_simple("DEGREES", np.degrees)


# The standard library's normal distribution, a value at a time: rare here, and SciPy takes 0.2 s to import.
_NORMAL = NormalDist()
_normal_cdf = np.vectorize(_NORMAL.cdf, otypes=[np.float64])


def _normal_quantile(value: Floats) -> Floats:
    inside = (value > 0) & (value < 1)
    found: Floats = np.vectorize(_NORMAL.inv_cdf, otypes=[np.float64])(np.where(inside, value, 0.5))
    return found


for _name in ("NORM.S.INV", "NORMSINV"):
    _simple(_name, _normal_quantile, lambda value: (value <= 0) | (value >= 1))
_simple("NORMSDIST", _normal_cdf)


@function("NORM.S.DIST", args=(2, 2))
def _norm_s_dist(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, cumulative), errors = floats(args)
    density = np.exp(-(value**2) / 2) / math.sqrt(2 * math.pi)
    return checked(np.where(cumulative != 0, _normal_cdf(value), density), errors)


@function("PI", args=(0, 0))
def _pi(_args: Sequence[Cells], _env: Environment) -> Cells:
    return constant(math.pi)


@function("LOG", args=(1, 2))
def _log(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, base), errors = floats([*args, constant(10.0)][:2])
    errors = failing((value <= 0) | (base <= 0), NUM, errors)
    errors = failing(base == 1, DIV0, errors)
    with np.errstate(all="ignore"):
        return checked(np.where(base == 10, np.log10(value), np.log(value) / np.log(base)), errors)


@function("POWER", args=(2, 2))
def _power(args: Sequence[Cells], _env: Environment) -> Cells:
    return arithmetic("^", args[0], args[1])


@function("MOD", args=(2, 2))
def _mod(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, divisor), errors = floats(args)
    errors = failing(divisor == 0, DIV0, errors)
    with np.errstate(all="ignore"):
        return checked(value - divisor * np.floor(value / divisor), errors)


@function("QUOTIENT", args=(2, 2))
def _quotient(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, divisor), errors = floats(args)
    errors = failing(divisor == 0, DIV0, errors)
    with np.errstate(all="ignore"):
        return checked(np.trunc(value / divisor) + 0.0, errors)


def _steps(value: Floats, step: Floats, whole: Callable[[Floats], Floats]) -> Floats:
    """A whole number of steps; one that is as good as whole stays."""
    with np.errstate(all="ignore"):
        count = value / step
        near = np.rint(count)
        found = np.where(np.abs(count - near) <= _SAME * np.abs(count), near, whole(count)) * step
    return np.where(step == 0, 0.0, found) + 0.0


@function("CEILING", args=(2, 2))
def _ceiling(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, step), errors = floats(args)
    errors = failing((value > 0) & (step < 0), NUM, errors)
    return checked(_steps(value, step, np.ceil), errors)


@function("FLOOR", args=(2, 2))
def _floor(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, step), errors = floats(args)
    errors = failing((value > 0) & (step < 0), NUM, errors)
    errors = failing((value != 0) & (step == 0), DIV0, errors)
    return checked(_steps(value, step, np.floor), errors)


@function("CEILING.MATH", args=(1, 2))
def _ceiling_math(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, step), errors = floats([*args, constant(1.0)][:2])
    return checked(_steps(value, np.abs(step), np.ceil), errors)


@function("FLOOR.MATH", args=(1, 2))
def _floor_math(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, step), errors = floats([*args, constant(1.0)][:2])
    return checked(_steps(value, np.abs(step), np.floor), errors)


@function("MROUND", args=(2, 2))
def _mround(args: Sequence[Cells], _env: Environment) -> Cells:
    (value, step), errors = floats(args)
    errors = failing(value * step < 0, NUM, errors)
    return checked(_steps(value, step, lambda count: np.floor(count + 0.5)), errors)
