"""COUNTIFS, SUMIFS and their family: how many cells, and which numbers, the criteria of each row choose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strategy_xl.formulas.arrays.cell_arrays import (
    DIV0,
    ERROR,
    NUMBER,
    VALUE,
    Bools,
    Cells,
    Floats,
    checked,
    error,
)
from strategy_xl.formulas.arrays.conditions import ORDER, Asked, Key, Range, is_plain
from strategy_xl.formulas.arrays.grouping import (
    NOWHERE,
    Ints,
    Span,
    combined,
    extremes,
    first_marked,
    sums,
)
from strategy_xl.formulas.arrays.library import Environment, common, function
from strategy_xl.formulas.tree import UnsupportedError


class Selection:
    """The cells that each row asks for, by all criteria together."""

    def __init__(self, pairs: Sequence[tuple[Range, Asked]], rows: int) -> None:
        """Take for each criterion its range of M cells and what each of the N rows asks (or one for all)."""
        self.size = pairs[0][0].cells.number.size
        self.rows = rows
        keep = np.ones(self.size, dtype=bool)
        keys: list[tuple[Ints, Ints]] = []
        spans: list[tuple[Range, Asked]] = []
        self._rest: list[tuple[Range, Asked]] = []
        for line, asked in pairs:
            if len(asked) == 1:
                keep &= line.chosen(asked.criterion(0))
                continue
            codes = _codes(line, asked)
            if codes is not None:
                keys.append(codes)
            elif all(c.op in ORDER and c.kind == NUMBER and not c.empty for c in asked.criteria):
                spans.append((line, asked))
            else:
                self._rest.append((line, asked))
        if len({id(line) for line, _asked in spans}) > 1:
            self._rest += spans
            spans = []
        self._spans = spans
        self.span = _span(spans, rows) if spans else None
        cells, wanted = keys[0] if keys else (np.zeros(self.size, np.int64), np.zeros(rows, np.int64))
        self.groups = combined([(np.where(keep, cells, NOWHERE), wanted), *keys[1:]], self.size, rows)

    @property
    def spans_only(self) -> bool:
        """Whether groups and a span of ranks say it all."""
        return not self._rest

    def masks(self) -> tuple[list[Bools], Ints]:
        """The cells of each distinct combination of criteria, and which combination each row asks for.

        For what groups cannot say (patterns beside numbers, several unlike operators): the work is that of
        combinations × cells.
        """
        cell_group, row_group, _count = self.groups
        lines = [*self._rest, *self._spans]
        table = np.stack([row_group, *(asked.which for _line, asked in lines)], axis=1)
        known, which = np.unique(table, axis=0, return_inverse=True)
        single: dict[tuple[int, int], Bools] = {}
        found: list[Bools] = []
        for group, *chosen in known.tolist():
            mask = cell_group == group if group >= 0 else np.zeros(self.size, dtype=bool)
            for at, choice in enumerate(chosen):
                if (at, choice) not in single:
                    single[at, choice] = lines[at][0].matches(lines[at][1].criterion(choice))
                mask = mask & single[at, choice]
            found.append(mask)
        return found, which.ravel().astype(np.int64)


def _span(spans: Sequence[tuple[Range, Asked]], rows: int) -> Span:
    """The ranks of a range's numbers that lie within what each row asks."""
    line = spans[0][0]
    counts = line.cells.of(NUMBER)
    criteria = [asked.criteria for _line, asked in spans]
    limits = [np.array([c.number for c in part]) for part in criteria]
    known, place = np.unique(np.concatenate([line.numbers[counts], *limits]), return_inverse=True)
    ranks = np.zeros(line.cells.number.size, dtype=np.int64)
    start = int(counts.sum())
    ranks[counts] = place[:start] + 1
    last = known.size + 1
    low, high = np.ones(rows, dtype=np.int64), np.full(rows, last, dtype=np.int64)
    for (_line, asked), part in zip(spans, criteria, strict=True):
        at = place[start : start + len(part)] + 1
        start += len(part)
        ops = np.array([c.op for c in part])
        lows = np.where(ops == ">", at + 1, np.where(ops == ">=", at, 1))
        highs = np.where(ops == "<", at, np.where(ops == "<=", at + 1, last))
        low, high = np.maximum(low, lows[asked.which]), np.minimum(high, highs[asked.which])
    return Span(ranks, low, high)


def _codes(line: Range, asked: Asked) -> tuple[Ints, Ints] | None:
    """Codes of the cells and of the rows' criteria, equal where they match; None when patterns are asked."""
    wanted = asked.keys()
    if wanted is None:
        return None
    if all(map(is_plain, wanted)):  # only a text that is the same can match, whatever else a text may be
        places = {key: at for at, key in enumerate(wanted)}
        cells = np.array([places.get(text, NOWHERE) for text in line.cells.folded.tolist()], dtype=np.int64)
        return cells, asked.which
    codes: dict[Key, int] = {}
    cells = np.array([codes.setdefault(key, len(codes)) for key in line.keys()], dtype=np.int64)  # noqa: SIM118
    found = np.array([codes.get(key, NOWHERE) for key in wanted], dtype=np.int64)
    return cells, found[asked.which]


def _select(pairs: Sequence[Cells]) -> tuple[Selection, tuple[int, ...]] | Cells:
    """The selection of range–criterion pairs and the shape of the result; the error when sizes differ."""
    ranges, criteria = pairs[::2], pairs[1::2]
    if len(ranges) != len(criteria):
        raise UnsupportedError("a criteria range without its criterion")
    if any(part.shape[0] > 1 for part in ranges):
        raise UnsupportedError("a criteria range that differs from row to row")
    if len({part.shape for part in ranges}) > 1:
        return error(VALUE)
    shape = common(*(part.shape for part in criteria))
    rows = int(np.prod(shape))
    paired = [
        (line.flat().kept("range", Range), Asked(part if part.number.size == 1 else part.spread(shape)))
        for line, part in zip(ranges, criteria, strict=True)
    ]
    return Selection(paired, rows), shape


def _totals(selection: Selection, weights: Floats) -> Floats:
    if selection.spans_only:
        return sums(selection.groups, weights, selection.span)
    masks, which = selection.masks()
    return np.array([float(weights[mask].sum()) for mask in masks])[which]


def _marks(selection: Selection, marks: Floats) -> Floats:
    """First error among the chosen cells of each row (-1 = none)."""
    if selection.spans_only and selection.span is None:
        return first_marked(selection.groups, marks)
    masks, which = selection.masks()
    found = [marks[mask & (marks >= 0)] for mask in masks]
    return np.array([float(part[0]) if part.size else -1.0 for part in found])[which]


def _extremes(selection: Selection, values: Floats, *, largest: bool) -> Floats:
    if selection.spans_only and selection.span is None:
        return extremes(selection.groups, values, largest=largest)
    masks, which = selection.masks()
    kept = [values[mask & ~np.isnan(values)] for mask in masks]
    found = [0.0 if not part.size else float(part.max() if largest else part.min()) for part in kept]
    return np.array(found)[which]


def _over(values: Cells, pairs: Sequence[Cells], what: str) -> Cells:
    """An aggregate ``what`` (sum, average, max, min) of the chosen cells' numbers."""
    selected = _select(pairs)
    if isinstance(selected, Cells):
        return selected
    selection, shape = selected
    if values.shape[0] > 1:
        raise UnsupportedError("a range to add up that differs from row to row")
    line = values.flat()
    if line.number.size != selection.size:
        return error(VALUE)
    errors: Floats | None = None
    if line.may(ERROR):
        errors = _marks(selection, np.where(line.of(ERROR), line.number, -1.0))
    is_number = line.of(NUMBER)
    if what in ("max", "min"):
        number = np.where(is_number, line.number, np.nan)
        found = _extremes(selection, number, largest=what == "max")
    else:
        found = _totals(selection, np.where(is_number, line.number, 0.0))
    if what == "average":
        count = _totals(selection, is_number.astype(np.float64))
        none = np.where(count == 0, float(DIV0), -1.0)
        errors = none if errors is None else np.where(errors >= 0, errors, none)
        found = found / np.maximum(count, 1)
    return checked(found.reshape(shape), None if errors is None else errors.reshape(shape))


@function("COUNTIFS", args=(2, 254), arrays=frozenset(range(0, 254, 2)), engine=True)
@function("COUNTIF", args=(2, 2), arrays=frozenset({0}), engine=True)
def _countifs(args: Sequence[Cells], _env: Environment) -> Cells:
    selected = _select(args)
    if isinstance(selected, Cells):
        return selected
    selection, shape = selected
    return checked(_totals(selection, np.ones(selection.size)).reshape(shape))


_ODD = frozenset({0, *range(1, 254, 2)})


def _family(name: str, what: str) -> None:
    @function(name, args=(3, 253), arrays=_ODD, engine=True)
    def _ifs(args: Sequence[Cells], _env: Environment) -> Cells:
        return _over(args[0], args[1:], what)


_family("SUMIFS", "sum")
_family("AVERAGEIFS", "average")
_family("MAXIFS", "max")
_family("MINIFS", "min")


def _single(name: str, what: str) -> None:
    @function(name, args=(2, 3), arrays=frozenset({0, 2}), engine=True)
    def _if(args: Sequence[Cells], _env: Environment) -> Cells:
        return _over(args[2] if len(args) > 2 else args[0], args[:2], what)


_single("SUMIF", "sum")
_single("AVERAGEIF", "average")
