"""Functions that find or arrange cells: INDEX, MATCH, VLOOKUP, LOOKUP, ROW, ROWS, TRANSPOSE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.formulas.arrays.cell_arrays import (
    BLANK,
    BOOL,
    ERROR,
    NA,
    NUMBER,
    REF,
    TEXT,
    VALUE,
    Cells,
    Floats,
    aligned,
    choose,
    constant,
    error,
    errors_of,
    numbers,
    point,
    with_errors,
)
from strategy_xl.formulas.arrays.kinds import numeric, significant, significant_one, truth
from strategy_xl.formulas.arrays.library import ALL, Environment, common, function
from strategy_xl.formulas.arrays.operators import collation, compare
from strategy_xl.formulas.arrays.strings import has_wildcard, wildcard
from strategy_xl.formulas.tree import Call, Literal, Missing, Node, UnsupportedError

Ints = npt.NDArray[np.int64]
_NOWHERE = -1
_FIRST = constant(1.0)


def takes_whole(node: Call) -> bool:
    """Whether INDEX gives a whole row or column rather than one cell."""
    index = node.args[1:]
    return any(isinstance(part, Missing) or part == Literal("number", 0.0) for part in index)


def _sort_keys(cells: Cells, kind: int) -> tuple[list[object], list[int]]:
    """Values of one kind in a line of cells, with their positions."""
    return cells.kept(f"sorted {kind}", lambda line: _sorted_keys(line, kind))


def _sorted_keys(cells: Cells, kind: int) -> tuple[list[object], list[int]]:
    at = np.flatnonzero(cells.kind == kind).tolist()
    if kind == TEXT:
        folded = cells.folded.tolist()
        return [collation(folded[place]) for place in at], at
    values: list[object] = significant(cells.number[at]).tolist()
    return values, at


def _key(kind: int, number: float, folded: str) -> tuple[int, object]:
    return (kind, folded if kind == TEXT else number)


def exact_places(wanted: Cells, line: Cells) -> Ints:
    """First position of each wanted value in a line of cells (-1 = nowhere); wildcards in texts."""
    found = np.full(wanted.shape, _NOWHERE, dtype=np.int64)
    kinds = np.broadcast_to(np.where(wanted.kind == BLANK, np.uint8(NUMBER), wanted.kind), wanted.shape)
    for kind in (NUMBER, TEXT, BOOL):
        asked = kinds == kind
        if not line.may(kind) or not asked.any():
            continue
        if kind == TEXT:
            found[asked] = _text_places(wanted.folded[asked].tolist(), _first_places(line, TEXT))
        else:
            places = _first_places(line, kind)
            values = significant(wanted.number[asked]).tolist()
            found[asked] = [places.get(value, _NOWHERE) for value in values]
    return found


def _exact_place(wanted: Cells, line: Cells) -> int:
    """The same for a single value."""
    kind, value = wanted.sole, wanted.point
    if isinstance(value, str):
        return _text_places([value.lower()], _first_places(line, TEXT))[0]
    places = _first_places(line, BOOL if kind == BOOL else NUMBER)
    return places.get(significant_one(float(value or 0.0)), _NOWHERE)


def _first_places(line: Cells, kind: int) -> dict[Any, int]:
    """First position of each value of one kind in a line of cells, in their order; texts in lower case."""
    return line.kept(f"places {kind}", lambda cells: _places_by_value(cells, kind))


def _places_by_value(line: Cells, kind: int) -> dict[Any, int]:
    at = np.flatnonzero(line.of(kind))
    values = (line.folded if kind == TEXT else significant(line.number))[at].tolist()
    found: dict[Any, int] = {}
    for value, place in zip(values, at.tolist(), strict=True):
        found.setdefault(value, place)
    return found


def _text_places(wanted: list[str], places: dict[str, int]) -> list[int]:
    if not has_wildcard("".join(wanted)):
        return [places.get(text, _NOWHERE) for text in wanted]
    found = {
        text: _first_like(text, places) if has_wildcard(text) else places.get(text, _NOWHERE)
        for text in set(wanted)
    }
    return [found[text] for text in wanted]


def _first_like(pattern: str, places: dict[str, int]) -> int:
    expression = wildcard(pattern)
    return next((place for text, place in places.items() if expression.fullmatch(text)), _NOWHERE)


def _bisect(values: list[object], sought: object, *, descending: bool) -> int:
    """How many leading values are ≤ (≥ when descending) the sought one, by halving, as Excel does."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        value = values[middle]
        within = value >= sought if descending else value <= sought  # type: ignore[operator]
        if within:
            low = middle + 1
        else:
            high = middle
    return low


def sorted_places(wanted: Cells, line: Cells, *, descending: bool = False) -> Ints:
    """Position of the last value ≤ the wanted one (≥ in a descending line), among its kind; -1 = nowhere."""
    keys = {kind: _sort_keys(line, kind) for kind in (NUMBER, TEXT, BOOL) if line.may(kind)}
    known: dict[tuple[int, object], int] = {}
    found: list[int] = []
    sought = wanted.folded.ravel().tolist() if wanted.may(TEXT) else None
    values = significant(wanted.number).ravel().tolist()
    for at, kind in enumerate(np.broadcast_to(wanted.kind, wanted.shape).ravel().tolist()):
        kind = NUMBER if kind == BLANK else kind  # noqa: PLW2901 - an empty lookup value is 0
        key = _key(kind, values[at], sought[at] if sought is not None else "")
        if key not in known:
            known[key] = _NOWHERE
            if kind in keys:
                wanted_key: object = collation(str(key[1])) if kind == TEXT else key[1]
                count = _bisect(keys[kind][0], wanted_key, descending=descending)
                known[key] = keys[kind][1][count - 1] if count else _NOWHERE
        found.append(known[key])
    return np.array(found, dtype=np.int64).reshape(wanted.shape)


def _places(wanted: Cells, table: Cells, mode: float) -> Ints:
    """Positions by MATCH's third argument, for a range that may differ from row to row."""
    if table.shape[0] == 1:
        line = table.flat()
        if mode == 0:
            return exact_places(wanted, line)
        return sorted_places(wanted, line, descending=mode < 0)
    if wanted.shape[1:] != (1, 1):
        raise UnsupportedError("an array looked up in a range that differs from row to row")
    flat = table.map(lambda part: part.reshape(part.shape[0], -1, 1))
    rows = max(table.shape[0], wanted.shape[0])
    wanted = wanted.spread((rows, 1, 1))
    if mode == 0 and not _patterned(wanted):
        return _first_equal(wanted, flat).reshape(rows, 1, 1)
    found = np.full((rows, 1, 1), _NOWHERE, dtype=np.int64)
    for row in range(rows):
        single = _row_of(wanted, row)
        line = _row_of(flat, row).flat()
        part = exact_places(single, line) if mode == 0 else sorted_places(single, line, descending=mode < 0)
        found[row] = part
    return found


def _row_of(cells: Cells, row: int) -> Cells:
    return cells.map(lambda part: part[row : row + 1])


def _patterned(wanted: Cells) -> bool:
    return wanted.may(TEXT) and any(has_wildcard(text) for text in set(wanted.texts.ravel().tolist()))


def _first_equal(wanted: Cells, table: Cells) -> Ints:
    filled = ~table.of(BLANK) & ~table.of(ERROR)
    clean = choose(filled, table, constant("").spread((1, 1, 1)))
    kind = np.where(wanted.kind == BLANK, NUMBER, wanted.kind)
    same = (compare("=", wanted, clean).number != 0) & filled & (table.kind == kind)
    return np.asarray(np.where(same.any(axis=1), same.argmax(axis=1), _NOWHERE), dtype=np.int64)


def _position(places: Ints) -> Cells:
    """Positions from 1; #N/A where there is none."""
    errors = np.where(places < 0, float(NA), -1.0)
    return with_errors(numbers((places + 1).astype(np.float64)), errors)


@function("MATCH", args=(2, 3), arrays=frozenset({1}), engine=True)
def _match(args: Sequence[Cells], _env: Environment) -> Cells:
    wanted, table = args[0], args[1]
    mode = constant(1.0) if len(args) < 3 else numeric(args[2])
    if min(table.shape[1:]) > 1:
        return error(NA)
    if wanted.point is not None and mode.point == 0 and mode.sole != ERROR and table.shape[0] == 1:
        if wanted.sole == ERROR:
            return wanted.referred(ref=False)
        place = _exact_place(wanted, table.flat())
        return error(NA) if place < 0 else point(NUMBER, place + 1.0)
    errors = errors_of((wanted, mode))
    found: Cells | None = None
    for sign in sorted(set(np.sign(mode.number).ravel().tolist())):
        mine = _position(_places(wanted, table, sign))
        mask = np.sign(mode.number) == sign
        found = mine if found is None else choose(*_same_shape(mask, mine, found))
    assert found is not None
    return _prefer(errors, found)


def _same_shape(
    mask: npt.NDArray[np.bool_], yes: Cells, no: Cells
) -> tuple[npt.NDArray[np.bool_], Cells, Cells]:
    yes, no = aligned([yes, no])
    return mask, yes, no


def _prefer(errors: Floats | None, found: Cells) -> Cells:
    """The result, but the arguments' own errors first."""
    if errors is None:
        return found
    size = common(errors.shape, found.shape)
    return with_errors(found.spread(size), np.broadcast_to(errors, size))


def _taken(table: Cells, row: Ints, column: Ints) -> Cells:
    """The cells at 0-based places (which must be inside), of the places' shape."""
    row, column = np.broadcast_arrays(row, column)
    if table.shape[0] == 1:
        return table.map(lambda part: part[0][row, column])
    line = np.arange(table.shape[0]).reshape(-1, 1, 1)
    return table.map(lambda part: part[line, row, column])


def _within(table: Cells, row: Floats, column: Floats, errors: Floats | None) -> Cells:
    """INDEX at places counted from 1: #VALUE! below, #REF! beyond the range."""
    size = common(row.shape, column.shape)
    row, column = np.broadcast_to(np.trunc(row), size), np.broadcast_to(np.trunc(column), size)
    wrong = np.where(
        (row < 1) | (column < 1),
        float(VALUE),
        np.where((row > table.shape[1]) | (column > table.shape[2]), float(REF), -1.0),
    )
    at_row = np.clip(row, 1, table.shape[1]).astype(np.int64) - 1
    at_column = np.clip(column, 1, table.shape[2]).astype(np.int64) - 1
    found = _taken(table, at_row, at_column)
    if errors is not None:
        wrong = np.where(errors >= 0, errors, wrong)
    return with_errors(found, np.broadcast_to(wrong, found.shape))


def _single(table: Cells, row: Cells, column: Cells) -> Cells | None:
    """INDEX at one place of a range that is the same for all rows; None for a whole row or column."""
    found = next((part for part in (row, column) if part.sole == ERROR), None)
    if found is None:
        down, right = float(row.point or 0), float(column.point or 0)
        if down == 0 or right == 0:
            return None
        if down < 1 or right < 1:
            found = error(VALUE)
        elif down >= table.shape[1] + 1 or right >= table.shape[2] + 1:
            found = error(REF)
        else:
            return table.cell(int(down) - 1, int(right) - 1)
    return found.referred(ref=table.ref)


@function("INDEX", args=(2, 4), arrays=frozenset({0}), engine=True)
def _index(args: Sequence[Cells], _env: Environment) -> Cells:
    table, row = args[0], numeric(args[1])
    column = numeric(args[2]) if len(args) > 2 else None
    if column is None and table.shape[1] == 1 and table.shape[2] > 1:
        row, column = _FIRST, row
    if table.shape[0] == 1 and row.point is not None and (column is None or column.point is not None):
        single = _single(table, row, column or _FIRST)
        if single is not None:
            return single
    errors = errors_of(aligned([row, column if column is not None else _FIRST]))
    whole_row = column is not None and column.number.size == 1 and column.number.item() == 0
    whole_column = row.number.size == 1 and row.number.item() == 0
    if errors is None and (whole_row or whole_column):
        if whole_row and whole_column:
            return table
        if whole_column:
            places = np.trunc(column.number) if column is not None else np.ones((1, 1, 1))
            return _within(table, np.arange(1.0, table.shape[1] + 1).reshape(1, -1, 1), places, None)
        return _within(
            table, np.trunc(row.number), np.arange(1.0, table.shape[2] + 1).reshape(1, 1, -1), None
        )
    place = column.number if column is not None else np.ones((1, 1, 1))
    return _within(table, row.number, place, errors)


def _approximate(args: Sequence[Cells]) -> bool:
    if len(args) < 4:
        return True
    mask, errors = truth(args[3])
    if errors is not None or (mask.any() and not mask.all()):
        raise UnsupportedError("a lookup whose kind of match differs from row to row")
    return bool(mask.all())


def _looked_up(args: Sequence[Cells], *, vertical: bool) -> Cells:
    table = args[1]
    if table.shape[0] > 1:
        raise UnsupportedError("a lookup table that differs from row to row")
    keys = table.map(lambda part: part[:, :, :1] if vertical else part[:, :1, :])
    place = _places(args[0], keys, 1.0 if _approximate(args) else 0.0)
    index = numeric(args[2])
    errors = errors_of(aligned([args[0], index]))
    missing = np.where(place < 0, float(NA), -1.0)
    errors = missing if errors is None else np.where(errors >= 0, errors, missing)
    one, two = np.maximum(place, 0) + 1.0, index.number
    return _within(table, one, two, errors) if vertical else _within(table, two, one, errors)


@function("VLOOKUP", args=(3, 4), arrays=frozenset({1}), engine=True)
def _vlookup(args: Sequence[Cells], _env: Environment) -> Cells:
    return _looked_up(args, vertical=True)


@function("HLOOKUP", args=(3, 4), arrays=frozenset({1}), engine=True)
def _hlookup(args: Sequence[Cells], _env: Environment) -> Cells:
    return _looked_up(args, vertical=False)


@function("LOOKUP", args=(2, 3), arrays=frozenset({1, 2}), engine=True)
def _lookup(args: Sequence[Cells], _env: Environment) -> Cells:
    keys = result = args[1]
    if len(args) > 2:
        result = args[2]
    elif keys.shape[1] >= keys.shape[2]:
        keys, result = keys.map(lambda part: part[:, :, :1]), keys.map(lambda part: part[:, :, -1:])
    else:
        keys, result = keys.map(lambda part: part[:, :1, :]), keys.map(lambda part: part[:, -1:, :])
    place = _places(args[0], keys, 1.0)
    flat = result.map(lambda part: part.reshape(part.shape[0], -1, 1))
    missing = np.where(place < 0, float(NA), -1.0)
    mine = errors_of((args[0],))
    errors = missing if mine is None else np.where(mine >= 0, mine, missing)
    return _within(flat, np.maximum(place, 0) + 1.0, np.ones((1, 1, 1)), errors)


@function("TRANSPOSE", args=(1, 1))
def _transpose(args: Sequence[Cells], _env: Environment) -> Cells:
    return args[0].map(lambda part: np.swapaxes(part, 1, 2))


@function("ROWS", args=(1, 1), arrays=ALL)
def _rows(args: Sequence[Cells], _env: Environment) -> Cells:
    return constant(float(args[0].shape[1]))


@function("COLUMNS", args=(1, 1), arrays=ALL)
def _columns(args: Sequence[Cells], _env: Environment) -> Cells:
    return constant(float(args[0].shape[2]))


@function("ROW", args=(0, 1), lazy=True)
def _row(args: Sequence[Node], env: Environment) -> Cells:
    return env.row_numbers(args[0] if args else None)
