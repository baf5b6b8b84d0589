"""Functions over many cells: SUM, AVERAGE, COUNT, MEDIAN, PERCENTILE, LARGE, RANK, SUMPRODUCT and others."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from strategy_xl.formulas.arrays.cell_arrays import (
    BLANK,
    BOOL,
    DIV0,
    ERROR,
    NA,
    NUM,
    NUMBER,
    TEXT,
    VALUE,
    Bools,
    Cells,
    Floats,
    aligned,
    checked,
    error,
    errors_of,
    numbers,
    point,
)
from strategy_xl.formulas.arrays.kinds import numeric, parse_number
from strategy_xl.formulas.arrays.library import ALL, Environment, function
from strategy_xl.formulas.arrays.maths import failing
from strategy_xl.formulas.tree import UnsupportedError

FIRST = frozenset({0})


def flat_rows(cells: Cells) -> Cells:
    """The cells as (n, L): each row's range in one line."""
    return cells.map(lambda part: part.reshape(part.shape[0], -1))


def first_errors(cells: Cells) -> Floats | None:
    """The first error of each line of (n, L) cells, as (n, 1), -1 = none; None when there is none at all."""
    if not cells.may(ERROR):
        return None
    wrong = cells.kind == ERROR
    at = wrong.argmax(axis=1)[:, None]
    return np.where(wrong.any(axis=1)[:, None], np.take_along_axis(cells.number, at, axis=1), -1.0)


def pooled(args: Sequence[Cells]) -> tuple[Floats, Floats | None]:
    """All numbers of the arguments side by side: (n, L) with NaN for what does not count, and (n, 1) errors.

    In a reference only numbers count; a direct argument is made a number.
    """
    rows = max(part.shape[0] for part in args)
    found: list[Floats] = []
    errors: Floats | None = None
    for part in args:
        flat = flat_rows(part if part.ref else numeric(part))
        number = flat.number if flat.only(NUMBER) else np.where(flat.of(NUMBER), flat.number, np.nan)
        found.append(np.broadcast_to(number, (rows, flat.shape[1])))
        mine = first_errors(flat)
        if mine is not None:
            mine = np.broadcast_to(mine, (rows, 1))
            errors = mine if errors is None else np.where(errors >= 0, errors, mine)
    return (found[0] if len(found) == 1 else np.concatenate(found, axis=1)), errors


def answer(values: Floats, errors: Floats | None) -> Cells:
    """One result a line as (n, 1, 1)."""
    return checked(values.reshape(-1, 1, 1), None if errors is None else errors.reshape(-1, 1, 1))


def _counts(values: Floats) -> Floats:
    return np.asarray((~np.isnan(values)).sum(axis=1), dtype=np.float64)


def total(values: Floats) -> Floats:
    """Sum of each line, NaN left out."""
    return np.asarray(np.nansum(values, axis=1))


def extreme(values: Floats, reduce: Callable[..., Floats]) -> Floats:
    """Largest (``fmax.reduce``) or smallest number of each line; 0 where there is none."""
    if not values.shape[1]:
        return np.zeros(values.shape[0])
    return np.nan_to_num(reduce(values, axis=1), nan=0.0)


def _folded(args: Sequence[Cells], wins: Callable[[Any, Any], Any]) -> Cells | None:
    """The number of each row that wins over the others before it; None when not all are single numbers."""
    if any(part.sole != NUMBER or part.shape[1:] != (1, 1) for part in args):
        return None
    best: Any = args[0].number if args[0].point is None else args[0].point
    for part in args[1:]:
        other: Any = part.number if part.point is None else part.point
        if isinstance(best, float) and isinstance(other, float):
            best = other if wins(other, best) else best
        else:
            best = np.where(wins(other, best), other, best)
    return point(NUMBER, best) if isinstance(best, float) else checked(best)


def _aggregate(
    *names: str,
    compute: Callable[[Floats], Floats],
    least: int = 0,
    code: int = DIV0,
    pair: Callable[[Any, Any], Any] | None = None,
) -> None:
    """Register an aggregate; with fewer than ``least`` numbers it is the error ``code``.

    ``pair``: whether a number wins over the one before it, where the aggregate is one of the numbers.
    """

    @function(*names, args=(1, 254), arrays=ALL)
    def _over(args: Sequence[Cells], _env: Environment) -> Cells:
        single = None if pair is None else _folded(args, pair)
        if single is not None:
            return single
        values, errors = pooled(args)
        if least:
            errors = failing((_counts(values) < least)[:, None], code, errors)
        with np.errstate(all="ignore"):
            found = compute(values)
        return answer(found if not least else np.nan_to_num(found, nan=0.0), errors)


def _variance(values: Floats, lost: int) -> Floats:
    count = _counts(values)
    mean = total(values) / count
    return np.asarray(np.nansum((values - mean[:, None]) ** 2, axis=1) / (count - lost))


def _median(values: Floats) -> Floats:
    return _quantile(np.sort(values, axis=1), _counts(values), np.full((values.shape[0], 1), 0.5))[:, 0]


def _quantile(ordered: Floats, count: Floats, share: Floats) -> Floats:
    """Interpolated quantiles (n, q) of sorted lines (n, L) with NaN last, ``share`` (n, q) from 0 to 1."""
    place = np.clip(share, 0, 1) * (np.maximum(count, 1) - 1)[:, None]
    low = np.floor(place + 1e-12 * (place > 0))
    part = np.maximum(place - low, 0)
    below = _taken(ordered, low)
    above = _taken(ordered, np.minimum(low + 1, np.maximum(count[:, None] - 1, 0)))
    return np.asarray(np.where(part == 0, below, below + part * (above - below)))


def _taken(ordered: Floats, place: Floats) -> Floats:
    if not ordered.shape[1]:
        return np.zeros(place.shape)
    at = np.clip(place, 0, ordered.shape[1] - 1).astype(np.intp)
    if ordered.shape[0] == 1:
        return np.asarray(np.nan_to_num(ordered[0][at], nan=0.0))
    lines = np.broadcast_to(ordered, (place.shape[0], ordered.shape[1]))
    return np.nan_to_num(np.take_along_axis(lines, at, axis=1), nan=0.0)


_aggregate("SUM", compute=total)
_aggregate("SUMSQ", compute=lambda values: total(values**2))
_aggregate("PRODUCT", compute=lambda values: np.where(_counts(values) > 0, np.nanprod(values, axis=1), 0.0))
_aggregate("MAX", compute=lambda values: extreme(values, np.fmax.reduce), pair=operator.gt)
_aggregate("MIN", compute=lambda values: extreme(values, np.fmin.reduce), pair=operator.lt)
_aggregate("AVERAGE", compute=lambda values: total(values) / _counts(values), least=1)
_aggregate("MEDIAN", compute=_median, least=1, code=NUM)
_aggregate("STDEV", "STDEV.S", compute=lambda values: np.sqrt(_variance(values, 1)), least=2)
_aggregate("STDEVP", "STDEV.P", compute=lambda values: np.sqrt(_variance(values, 0)), least=1)
_aggregate("VAR", "VAR.S", compute=lambda values: _variance(values, 1), least=2)
_aggregate("VARP", "VAR.P", compute=lambda values: _variance(values, 0), least=1)


def _tally(name: str, counts: Callable[[Cells], Bools]) -> None:
    """Register a count of cells; ``counts`` gives which of an argument count."""

    @function(name, args=(1, 254), arrays=ALL)
    def _count(args: Sequence[Cells], _env: Environment) -> Cells:
        found: Floats = np.zeros(1)
        for part in args:
            found = found + np.asarray(counts(part)).reshape(part.shape[0], -1).sum(axis=1)
        return numbers(found.reshape(-1, 1, 1))


def _is_counted(cells: Cells) -> Bools:
    if cells.ref:
        return cells.of(NUMBER)
    texts = [parse_number(text) is not None for text in cells.texts.ravel().tolist()]
    numeric_text = np.array(texts, dtype=bool).reshape(cells.shape)
    return np.asarray(cells.of(NUMBER) | cells.of(BOOL) | cells.of(BLANK) | cells.of(TEXT) & numeric_text)


_tally("COUNT", _is_counted)
_tally("COUNTA", lambda cells: ~cells.of(BLANK) if cells.ref else np.ones(cells.shape, dtype=bool))
_tally("COUNTBLANK", lambda cells: cells.of(BLANK) | cells.of(TEXT) & (cells.texts == ""))


def _placed(name: str, place: Callable[[Floats, Floats], Floats], scale: float | None = None) -> None:
    """Register a function of a range and a rank or share: ``place(k, count)`` is the share or position."""

    @function(name, args=(2, 2), arrays=FIRST)
    def _at(args: Sequence[Cells], _env: Environment) -> Cells:
        values, errors = pooled(args[:1])
        wanted = numeric(args[1])
        shape = (max(values.shape[0], wanted.shape[0]), *wanted.shape[1:])
        asked = np.broadcast_to(flat_rows(wanted).number, (shape[0], int(np.prod(shape[1:]))))
        count = np.broadcast_to(_counts(values), (shape[0],))
        ordered = np.sort(values, axis=1)
        if scale is None:
            at = place(np.trunc(asked), count[:, None])
            outside = (at < 0) | (at >= count[:, None])
            found = _taken(ordered, at)
        else:
            share = place(asked, count[:, None]) / scale
            outside = (share < 0) | (share > 1) | (count[:, None] == 0)
            found = _quantile(ordered, count, share)
        mine = errors_of((flat_rows(wanted),))
        if mine is not None:
            errors = mine if errors is None else np.where(errors >= 0, errors, mine)
        errors = failing(outside, NUM, errors)
        if errors is not None:
            errors = np.broadcast_to(errors, found.shape).reshape(shape)
        return checked(found.reshape(shape), errors)


_placed("SMALL", lambda asked, _count: asked - 1)
_placed("LARGE", lambda asked, count: count - asked)
_placed("PERCENTILE", lambda asked, _count: asked, 1.0)
_placed("PERCENTILE.INC", lambda asked, _count: asked, 1.0)
_placed("QUARTILE", lambda asked, _count: np.trunc(asked), 4.0)
_placed("QUARTILE.INC", lambda asked, _count: np.trunc(asked), 4.0)


def _rank(name: str, *, average: bool) -> None:
    @function(name, args=(2, 3), arrays=frozenset({1}), engine=True)
    def _ranked(args: Sequence[Cells], _env: Environment) -> Cells:
        value = numeric(args[0])
        line, errors = pooled([args[1].map(lambda part: part, ref=True)])
        if line.shape[0] > 1:
            message = f"{name} in a range that differs from row to row"
            raise UnsupportedError(message)
        known = np.sort(line[0][~np.isnan(line[0])])
        before = np.searchsorted(known, value.number, side="left")
        after = np.searchsorted(known, value.number, side="right")
        ascending = np.broadcast_to(np.False_, (1, 1, 1)) if len(args) < 3 else numeric(args[2]).number != 0
        place = np.where(ascending, before, known.size - after) + 1.0
        if average:
            place = place + (after - before - 1) / 2
        errors = None if errors is None else errors.reshape(1, 1, 1)
        mine = errors_of((value,))
        if mine is not None:
            errors = mine if errors is None else np.where(mine >= 0, mine, errors)
        return checked(place, failing(after == before, NA, errors))


_rank("RANK", average=False)
_rank("RANK.EQ", average=False)
_rank("RANK.AVG", average=True)

_SUBTOTALS = dict(
    enumerate(
        (
            "AVERAGE",
            "COUNT",
            "COUNTA",
            "MAX",
            "MIN",
            "PRODUCT",
            "STDEV.S",
            "STDEV.P",
            "SUM",
            "VAR.S",
            "VAR.P",
        ),
        start=1,
    )
)


@function("SUBTOTAL", args=(2, 254), arrays=ALL)
def _subtotal(args: Sequence[Cells], env: Environment) -> Cells:
    from strategy_xl.formulas.arrays.library import FUNCTIONS

    if args[0].number.size != 1 or not args[0].only(NUMBER):
        raise UnsupportedError("SUBTOTAL with a function that is not a constant")
    name = _SUBTOTALS.get(int(args[0].number.item()) % 100)
    return error(VALUE) if name is None else FUNCTIONS[name].call(args[1:], env)


@function("SUMPRODUCT", args=(1, 254), arrays=ALL)
def _sumproduct(args: Sequence[Cells], _env: Environment) -> Cells:
    if len({part.shape[1:] for part in args}) > 1:
        return error(VALUE)
    found: Floats | None = None
    errors: Floats | None = None
    for part in args:
        flat = flat_rows(part)
        number = flat.number if flat.only(NUMBER) else np.where(flat.of(NUMBER), flat.number, 0.0)
        found = number if found is None else found * number
        mine = first_errors(flat)
        if mine is not None:
            errors = mine if errors is None else np.where(errors >= 0, errors, mine)
    assert found is not None
    return answer(found.sum(axis=1), errors)


def _paired(*names: str, compute: Callable[[Floats, Floats], Floats], code: int = DIV0) -> None:
    """Register a function of two ranges of the same size; pairs that are not both numbers are left out."""

    @function(*names, args=(2, 2), arrays=ALL)
    def _two(args: Sequence[Cells], _env: Environment) -> Cells:
        if args[0].shape[1:] != args[1].shape[1:]:
            return error(NA)
        one, two = (flat_rows(part) for part in aligned(list(args)))
        errors = errors_of(part for part in map(_error_line, (one, two)) if part is not None)
        both = one.of(NUMBER) & two.of(NUMBER)
        a, b = np.where(both, one.number, np.nan), np.where(both, two.number, np.nan)
        with np.errstate(all="ignore"):
            found = compute(a, b)
        errors = failing(~np.isfinite(found)[:, None], code, errors)
        return answer(np.nan_to_num(found, nan=0.0), errors)


def _error_line(cells: Cells) -> Cells | None:
    found = first_errors(cells)
    if found is None:
        return None
    kind = np.where(found >= 0, np.uint8(ERROR), np.uint8(NUMBER))
    return Cells(kind, found, present=1 << ERROR | 1 << NUMBER)


def _centred(values: Floats) -> Floats:
    return values - (total(values) / _counts(values))[:, None]


def _slope(ys: Floats, xs: Floats) -> Floats:
    return np.asarray(total(_centred(xs) * _centred(ys)) / total(_centred(xs) ** 2))


def _correlation(ys: Floats, xs: Floats) -> Floats:
    spread = np.sqrt(total(_centred(xs) ** 2) * total(_centred(ys) ** 2))
    return np.asarray(total(_centred(xs) * _centred(ys)) / spread)


_paired("SUMXMY2", compute=lambda a, b: total((a - b) ** 2))
_paired("SLOPE", compute=_slope)
_paired(
    "INTERCEPT",
    compute=lambda ys, xs: total(ys) / _counts(ys) - _slope(ys, xs) * total(xs) / _counts(xs),
)
_paired("CORREL", "PEARSON", compute=_correlation)
_paired("RSQ", compute=lambda ys, xs: _correlation(ys, xs) ** 2)


@function("FORECAST", "FORECAST.LINEAR", args=(3, 3), arrays=frozenset({1, 2}))
def _forecast(args: Sequence[Cells], env: Environment) -> Cells:
    from strategy_xl.formulas.arrays.library import FUNCTIONS
    from strategy_xl.formulas.arrays.operators import arithmetic

    slope = FUNCTIONS["SLOPE"].call(args[1:], env)
    start = FUNCTIONS["INTERCEPT"].call(args[1:], env)
    return arithmetic("+", start, arithmetic("*", slope, args[0]))
