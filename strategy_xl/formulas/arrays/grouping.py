"""Sums over the cells that match a row, without looking at every pair: by hashing and by sorting.

Of M cells, each with a group and perhaps a rank, and N rows, each asking for one group and perhaps for a
span of ranks: the work is that of one sort, not N × M.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from strategy_xl.formulas.arrays.cell_arrays import Floats

Ints = npt.NDArray[np.int64]

NOWHERE = -1
"""Group of a row that asks for what no cell has."""


def combined(pairs: Sequence[tuple[Ints, Ints]], cells: int, rows: int) -> tuple[Ints, Ints, int]:
    """Several keys made one.

    Arguments:
        pairs: for each criterion the codes of the cells (M,) and of the rows (N,); ``NOWHERE``
            matches nothing.
        cells, rows: M and N.

    Result: group of each cell, group of each row (``NOWHERE`` when no cell has it), number of groups.
    """
    cell_group = np.zeros(cells, dtype=np.int64)
    row_group = np.zeros(rows, dtype=np.int64)
    count = 1
    for position, (cell_codes, row_codes) in enumerate(pairs):
        width = int(max(cell_codes.max(initial=0), row_codes.max(initial=0))) + 1
        if position == 0:  # the codes of one key are groups as they are
            cell_group, row_group, count = cell_codes, row_codes, width
            continue
        lost = (row_group < 0) | (row_codes < 0)
        unused = cell_codes < 0
        cell_key = np.where(unused | (cell_group < 0), NOWHERE, cell_group * width + cell_codes)
        row_key = np.where(lost, NOWHERE, row_group * width + row_codes)
        known, cell_group = np.unique(cell_key, return_inverse=True)
        cell_group = cell_group.astype(np.int64)
        if known.size and known[0] < 0:
            known, cell_group = known[1:], cell_group - 1
        place = np.searchsorted(known, row_key)
        place = np.minimum(place, max(known.size - 1, 0))
        hit = (known[place] == row_key) if known.size else np.zeros(rows, dtype=bool)
        row_group = np.where(hit, place, NOWHERE)
        count = int(known.size)
    return cell_group, row_group, count


@dataclass(frozen=True, slots=True)
class Span:
    """Ranks that count for each row: from ``low`` on and below ``high`` (each (N,) or None)."""

    ranks: Ints
    low: Ints | None
    high: Ints | None


def sums(groups: tuple[Ints, Ints, int], weights: Floats, span: Span | None = None) -> Floats:
    """For each row the sum of the weights of its group's cells, within its span of ranks, shape (N,)."""
    cell_group, row_group, count = groups
    used = cell_group >= 0
    asked = np.maximum(row_group, 0)
    if span is None:
        per_group = np.bincount(cell_group[used], weights[used], minlength=max(count, 1))
        return np.where(row_group >= 0, per_group[asked], 0.0)
    width = (
        int(max(part.max(initial=0) for part in (span.ranks, span.low, span.high) if part is not None)) + 2
    )
    key = cell_group[used] * width + span.ranks[used]
    order = np.argsort(key, kind="stable")
    key = key[order]
    running = np.concatenate([[0], np.cumsum(weights[used][order].astype(np.longdouble))])
    low = np.zeros_like(asked) if span.low is None else span.low
    high = np.full_like(asked, width - 1) if span.high is None else span.high
    first = np.searchsorted(key, asked * width + low, side="left")
    last = np.maximum(np.searchsorted(key, asked * width + high, side="left"), first)
    found = np.asarray(running[last] - running[first], dtype=np.float64)
    return np.where((row_group >= 0) & (last > first), found, 0.0)


def extremes(groups: tuple[Ints, Ints, int], values: Floats, *, largest: bool) -> Floats:
    """For each row the largest (or smallest) value of its group's cells that is no NaN; 0 without one."""
    cell_group, row_group, count = groups
    used = (cell_group >= 0) & ~np.isnan(values)
    edge = -np.inf if largest else np.inf
    per_group = np.full(max(count, 1), edge)
    (np.maximum if largest else np.minimum).at(per_group, cell_group[used], values[used])
    found = np.where(row_group >= 0, per_group[np.maximum(row_group, 0)], edge)
    return np.where(np.isfinite(found), found, 0.0)


def first_marked(groups: tuple[Ints, Ints, int], marks: Floats) -> Floats:
    """For each row the first mark ≥ 0 among its group's cells, in their order; -1 where there is none."""
    cell_group, row_group, count = groups
    per_group = np.full(max(count, 1), -1.0)
    at = np.flatnonzero((cell_group >= 0) & (marks >= 0))[::-1]
    per_group[cell_group[at]] = marks[at]
    return np.where(row_group >= 0, per_group[np.maximum(row_group, 0)], -1.0)
