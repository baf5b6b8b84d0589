"""The arguments of a call, sorted: the rows, what is given besides them, language and thresholds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_

import numpy as np
import pandas as pd

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.arguments import LANG, SETTINGS, Argument, Kind
from strategy_xl.functions.grid import Grid, grid
from strategy_xl.functions.handed import is_error, plain
from strategy_xl.functions.intake import (
    Refusal,
    Typed,
    are_titles,
    error_told,
    field_of,
    is_title,
    not_available,
    refuse,
    setting_field,
    spread,
    table,
    typed,
    whole,
)
from strategy_xl.functions.registry import CellFunction, Shape
from strategy_xl.languages import LANGUAGES, forms_of
from strategy_xl.rules.frame import Bools
from strategy_xl.text.catalog import message
from strategy_xl.text.coerced import as_text, cut
from strategy_xl.text.shortening import shorten

LANGUAGE_SETTING = "language"


@dataclass
class Rows:
    """The row-by-row arguments: typed columns of one length, the shape they came in, what is wrong.

    ``labels``: of the columns, for messages. ``lacking``: by row, that an argument it cannot do without is
    empty or does not count.
    """

    count: int
    shape: tuple[int, int]
    columns: dict[str, Typed] = field(default_factory=dict)
    ranged: list[str] = field(default_factory=list)
    labels: Mapping[str, str] = field(default_factory=dict)
    lacking: dict[int, str] = field(default_factory=dict)

    @cached_property
    def given(self) -> Bools:
        """Rows in which something stands (in a range, when there is one: a fixed cell makes no row)."""
        given = [self.columns[name].filled for name in self.ranged or self.columns]
        return reduce(or_, given) if given else np.zeros(self.count, dtype=bool)

    @cached_property
    def errors(self) -> Mapping[int, str]:
        """Rows with an error cell, and the label of its column."""
        found: dict[int, str] = {}
        for key, column in self.columns.items():
            for place in column.errors:
                found.setdefault(place, self.labels.get(key, key))
        return dict(sorted(found.items()))

    @cached_property
    def problems(self) -> Mapping[int, str]:
        """The first cell of each row that does not count, and why."""
        found: dict[int, str] = {}
        for item in self.columns.values():
            for place, text in item.problems.items():
                found.setdefault(place, text)
        return found

    def usable(self) -> Bools:
        """Rows that a function may see."""
        keep = self.given
        wrong = [*self.errors, *self.lacking]
        if wrong:
            keep = keep.copy()
            keep[wrong] = False
        return keep


def rows_given(arguments: Sequence[tuple[Argument, Grid]], lang: str, written: str) -> Rows:
    """The cells and ranges given, as columns of one length.

    Raises Refusal when two ranges differ in length.
    """
    if not arguments:
        return Rows(1, (1, 1))
    if any(cells.ends_early for _, cells in arguments):
        arguments = _to_last_row(arguments, lang)
    first = next((cells for _, cells in arguments if not cells.single), arguments[0][1])
    read = first.cells
    count = len(read)
    labels = {item.key: field_of(item).label.get(lang) for item, _ in arguments}
    rows = Rows(count, (first.rows, count // first.rows), labels=labels)
    for argument, cells in arguments:
        values = read if cells is first else cells.cells
        spec = field_of(argument)
        if cells.single:
            found = typed(values, spec, lang, written)
            every_row = np.zeros(count, dtype=np.intp)
            rows.columns[argument.key] = found if count == 1 else spread(found, every_row, spec)
            continue
        if len(values) != count or cells.rows != first.rows:
            _hold_to_shape(argument, cells, first, lang)
        if is_title(values[0], argument):
            values = [None, *values[1:]]
        rows.columns[argument.key] = typed(values, spec, lang, written)
        rows.ranged.append(argument.key)
    return rows


def _hold_to_shape(argument: Argument, cells: Grid, first: Grid, lang: str) -> None:
    """Raise Refusal for a range of another length than the first, or a block of another shape.

    A column beside a row of as many cells is taken cell by cell.
    """
    sizes = [math.prod(each.shape) for each in (cells, first)]
    if sizes[0] != sizes[1]:
        raise refuse("LENGTHS", lang, name=argument.name, found=sizes[0], expected=sizes[1])
    if cells.shape != first.shape and max(min(cells.shape), min(first.shape)) > 1:
        found, expected = (f"{high} × {wide}" for high, wide in (cells.shape, first.shape))
        raise refuse("SHAPES", lang, name=argument.name, found=found, expected=expected)


def _to_last_row(arguments: Sequence[tuple[Argument, Grid]], lang: str) -> Sequence[tuple[Argument, Grid]]:
    """Whole columns, to the last row in which one of them holds something.

    Raises Refusal as ``_hold_to_shape``.
    """
    ranges = [(argument, cells) for argument, cells in arguments if not cells.single]
    first = ranges[0][1]
    for argument, cells in ranges[1:]:
        _hold_to_shape(argument, cells, first, lang)
    rows, columns = (max(getattr(cells, side) for _, cells in ranges) for side in ("rows", "columns"))
    longest = max(rows, columns)

    def size(cells: Grid) -> tuple[int, int]:
        if min(cells.shape) > 1:
            return rows, columns
        return (longest, 1) if cells.shape[1] == 1 else (1, longest)

    return [(item, cells if cells.single else cells.filled(*size(cells))) for item, cells in arguments]


def as_table(function: CellFunction, given: Mapping[str, Grid]) -> str:
    """The block of the table that stands for all cells of the rows; ``""`` when there is none."""
    first = function.arguments[0]
    cells = given.get(first.name)
    others = (item.name for item in function.arguments[1:] if item.kind is Kind.CELLS)
    if not first.table or cells is None or any(name in given for name in others):
        return ""
    # One line may be its headers alone: they are no clients and no objectives.
    return first.table if min(cells.rows, cells.columns) > 1 or are_titles(cells.cells, first.table) else ""


def language(given: Mapping[str, Grid], settings: Mapping[str, object], lang: str) -> str:
    """The language of the argument, else the workbook's, else the host's."""
    argument = LANG.name in given
    wanted = _one_cell(LANG, given[LANG.name], lang) if argument else settings.get(LANGUAGE_SETTING)
    text = as_text(plain(wanted), lang) or ""
    folded = text.casefold().replace("ç", "c")
    chosen = next((code for code in LANGUAGES if folded == code or folded in forms_of(code).called), None)
    if chosen is not None:
        return chosen
    if argument:
        raise refuse("BAD_LANG", lang, found=cut(text), known=", ".join(LANGUAGES))
    return lang


def explicit_settings(given: Mapping[str, Grid], lang: str) -> dict[str, object]:
    """The thresholds of the ``settings`` argument: names in its first column or row, values beside."""
    cells = given.get(SETTINGS.name)
    if cells is None:
        return {}
    lines = list(map(list, cells.block))
    named = all(setting_field(str(name)) for name in lines[0] if plain(name) is not None)
    if cells.rows == 2 and (cells.columns != 2 or named):
        lines = [list(pair) for pair in zip(*lines, strict=True)]
    if any(len(line) != 2 for line in lines):
        raise refuse("SETTINGS_SHAPE", lang)
    found: dict[str, object] = {}
    for name, value in lines:
        if plain(name) is None or plain(value) is None:
            continue
        if is_error(name):
            raise not_available(SETTINGS.name, lang)
        spec = setting_field(str(name))
        if spec is None:
            raise refuse("UNKNOWN_SETTING", lang, name=cut(str(plain(name))))
        if plain(found.setdefault(spec.key, value)) != plain(value):
            raise refuse("TWICE", lang, name=SETTINGS.name, title=spec.label.get(lang))
    return found


def by_name(function: CellFunction, args: Sequence[object], lang: str) -> dict[str, Grid]:
    """The arguments that are not blank, by name."""
    given: dict[str, Grid] = {}
    for place, value in enumerate(args):
        if value is None or (isinstance(value, str) and not value):
            continue
        if place >= len(function.arguments):
            raise refuse("TOO_MANY", lang, name=function.name, n=len(function.arguments))
        cells = grid(value)
        if not cells.single or plain(cells.cells[0]) is not None:
            given[function.arguments[place].name] = cells
    return given


def require(function: CellFunction, given: Mapping[str, Grid], rows: Rows, lang: str) -> None:
    """See to the arguments that a function cannot do without.

    A row that lacks one is told so in its place. Raises Refusal when an argument, or a column of the table
    that stands for it, is left out as a whole.
    """
    aligned = function.shape in {Shape.COLUMN, Shape.ROWS}
    for item in function.arguments:
        if not item.required:
            continue
        if item.kind is not Kind.CELLS:
            if item.name not in given:
                raise refuse("MISSING_ARGUMENT", lang, name=item.name)
            continue
        found = rows.columns.get(item.key)
        if found is None and not (aligned and rows.count == 1):
            raise refuse("MISSING_ARGUMENT", lang, name=item.name)
        if aligned:
            lacking = rows.given if found is None else rows.given & ~found.given
            if lacking.any():
                told = message("functions.MISSING_ARGUMENT", lang, name=item.name)
                why = {} if found is None else found.problems
                for place in np.flatnonzero(lacking).tolist():
                    rows.lacking.setdefault(place, why.get(place, told))


def _one_cell(argument: Argument, cells: Grid, lang: str) -> object:
    """The cell of an argument that is one; Refusal for a range and for an error cell."""
    if not cells.single:
        raise refuse("ONE_CELL", lang, name=argument.name)
    if is_error(cells.cells[0]):
        raise not_available(argument.name, lang)
    return cells.cells[0]


def _single(argument: Argument, cells: Grid, lang: str, written: str) -> object:
    """The value of an argument that is one cell."""
    found = typed([_one_cell(argument, cells, lang)], field_of(argument), lang, written)
    if found.errors:
        raise not_available(argument.name, lang)
    if found.problems:
        raise Refusal(shorten(found.problems[0]))
    return found.array[0] if found.given[0] else None


def besides(
    function: CellFunction, given: Mapping[str, Grid], lang: str, written: str
) -> tuple[dict[str, pd.DataFrame], dict[str, object], str]:
    """What is given besides the rows: tables, and single values or ranges, by name.

    Third in the answer: the first cell of a table that does not count, and why.
    """
    tables: dict[str, pd.DataFrame] = {}
    others: dict[str, object] = {}
    doubts = ""
    for item in function.arguments:
        cells = given.get(item.name)
        if cells is None or item is SETTINGS or item is LANG:
            continue
        if item.kind is Kind.TABLE:
            found = table(item.name, cells, item.field, lang, written)
            if (place := found.first_error) is not None:
                text = error_told(item.name, lang)
                raise Refusal(ErrorValue.NA, message("functions.LINE", lang, n=place + 1, text=text))
            tables[item.name] = whole(found)
            if not doubts and (first := found.first_problem) is not None:
                place, text = first
                doubts = message("functions.TABLE_LINE", lang, name=item.name, n=place + 1, text=text)
        elif item.kind is Kind.SCALAR:
            others[item.name] = _single(item, cells, lang, written)
        elif item.kind is Kind.RANGE:
            others[item.name] = cells
    return tables, others, doubts
