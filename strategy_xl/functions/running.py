"""One call of a cell function: sort the arguments, run the function on the rows that can be used, spill."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from operator import or_
from typing import cast

import numpy as np
import pandas as pd

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.arguments import LANG, SETTINGS, Argument, Kind
from strategy_xl.functions.given import Given, setting_value
from strategy_xl.functions.grid import Grid, grid
from strategy_xl.functions.intake import (
    Refusal,
    Typed,
    as_frame,
    field_of,
    plain,
    refuse,
    setting_field,
    spread,
    table,
    typed,
    whole,
)
from strategy_xl.functions.registry import CellFunction, Shape
from strategy_xl.functions.results import Block, Cell, column, rows_of
from strategy_xl.languages import LANGUAGES, forms_of
from strategy_xl.rules.frame import Bools
from strategy_xl.schema.consistency import REFERENCE_DATE
from strategy_xl.text.catalog import message
from strategy_xl.text.shortening import shorten

LANGUAGE_SETTING = "language"
_SENTENCES = frozenset({"reasons", "advice", "whatif"})
"""Results that are sentences: they say which cell does not count."""


# -- sorting the arguments ---------------------------------------------------------------------------------


@dataclass
class _Rows:
    """The row-by-row arguments: typed columns of one length, the shape they came in, what is wrong.

    ``lacking``: by row, that an argument it cannot do without is empty or does not count.
    """

    count: int
    shape: tuple[int, int]
    columns: dict[str, Typed] = field(default_factory=dict)
    ranged: list[str] = field(default_factory=list)
    lacking: dict[int, str] = field(default_factory=dict)

    @cached_property
    def given(self) -> Bools:
        """Rows in which something stands (in a range, when there is one: a fixed cell makes no row)."""
        given = [self.columns[name].filled for name in self.ranged or self.columns]
        return reduce(or_, given) if given else np.zeros(self.count, dtype=bool)

    @cached_property
    def errors(self) -> Sequence[int]:
        """Rows with an error cell."""
        return sorted({place for found in self.columns.values() for place in found.errors})

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


def _rows(arguments: Sequence[tuple[Argument, Grid]], lang: str, written: str) -> _Rows:
    """The cells and ranges given, as columns of one length.

    Raises Refusal when two ranges differ in length.
    """
    if not arguments:
        return _Rows(1, (1, 1))
    first = next((cells for _, cells in arguments if not cells.single), arguments[0][1])
    read = first.cells
    count = len(read)
    rows = _Rows(count, (first.rows, count // first.rows))
    for argument, cells in arguments:
        values = read if cells is first else cells.cells
        spec = field_of(argument)
        found = typed(values, spec, lang, written)
        if cells.single:
            every_row = np.zeros(count, dtype=np.intp)
            rows.columns[argument.key] = found if count == 1 else spread(found, every_row, spec)
            continue
        if len(values) != count:
            raise refuse("LENGTHS", lang, name=argument.name, found=len(values), expected=count)
        rows.columns[argument.key] = found
        rows.ranged.append(argument.key)
    return rows


def _as_table(function: CellFunction, given: Mapping[str, Grid]) -> str:
    """The block of the table that stands for all cells of the rows; ``""`` when there is none."""
    first = function.arguments[0]
    cells = given.get(first.name)
    others = (item.name for item in function.arguments[1:] if item.kind is Kind.CELLS)
    if not first.table or cells is None or any(name in given for name in others):
        return ""
    return "" if min(cells.rows, cells.columns) < 2 else first.table


def _language(given: Mapping[str, Grid], settings: Mapping[str, object], lang: str) -> str:
    """The language of the argument, else the workbook's, else the host's."""
    argument = LANG.name in given
    wanted = given[LANG.name].cells[0] if argument else settings.get(LANGUAGE_SETTING)
    text = str(plain(wanted) or "").strip().casefold().replace("ç", "c")
    chosen = next((code for code in LANGUAGES if text == code or text in forms_of(code).called), None)
    if chosen is not None:
        return chosen
    if argument:
        raise refuse("BAD_LANG", lang, found=text, known=", ".join(LANGUAGES))
    return lang


def _explicit_settings(given: Mapping[str, Grid], lang: str) -> dict[str, object]:
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
        spec = setting_field(str(name))
        if spec is None:
            raise refuse("UNKNOWN_SETTING", lang, name=str(name))
        found[spec.key] = value
    return found


def _sort(function: CellFunction, args: Sequence[object], lang: str) -> dict[str, Grid]:
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


def _require(function: CellFunction, given: Mapping[str, Grid], rows: _Rows, lang: str) -> None:
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


def _single(argument: Argument, cells: Grid, lang: str, written: str) -> object:
    """The value of an argument that is one cell."""
    if not cells.single:
        raise refuse("ONE_CELL", lang, name=argument.name)
    found = typed(cells.cells, field_of(argument), lang, written)
    if found.errors:
        raise Refusal(ErrorValue.NA)
    if found.problems:
        raise Refusal(shorten(found.problems[0]))
    return found.array[0] if found.given[0] else None


def _besides(
    function: CellFunction, given: Mapping[str, Grid], lang: str, written: str
) -> tuple[dict[str, pd.DataFrame], dict[str, object]]:
    """What is given besides the rows: tables, and single values or ranges, by name."""
    tables: dict[str, pd.DataFrame] = {}
    others: dict[str, object] = {}
    for item in function.arguments:
        cells = given.get(item.name)
        if cells is None or item is SETTINGS or item is LANG:
            continue
        if item.kind is Kind.TABLE:
            tables[item.name] = whole(table(item.name, cells, item.field, lang, written))
        elif item.kind is Kind.SCALAR:
            others[item.name] = _single(item, cells, lang, written)
        elif item.kind is Kind.RANGE:
            others[item.name] = cells
    return tables, others


def run(
    function: CellFunction, args: Sequence[object], settings: Mapping[str, object], lang: str, today: date
) -> Block:
    """Run one function; see ``calling.call`` for arguments and result.

    Raises Refusal when the input as a whole cannot be used.
    """
    given = _sort(function, args, lang)
    by_row = [item for item in function.arguments if item.kind is Kind.CELLS]
    cells = [(item, given[item.name]) for item in by_row if item.name in given]
    if not given or (by_row and not cells):
        return [[""]]
    lang = _language(given, settings, lang)
    # The cells are in the workbook's language, whatever the answer is asked for in.
    written = _language({}, settings, "")
    as_table = _as_table(function, given)
    if as_table:
        found = table(cells[0][0].name, cells[0][1], as_table, lang, written)
        rows = _Rows(found.rows, (found.rows, 1), dict(found.columns))
    else:
        rows = _rows(cells, lang, written)
    _require(function, given, rows, lang)
    tables, others = _besides(function, given, lang, written)
    aligned = function.shape in {Shape.COLUMN, Shape.ROWS}
    if cells and (function.together or not aligned):
        _whole_rows(rows, lang)
    keep = rows.usable()
    columns: list[Sequence[Cell]] = []
    if np.count_nonzero(keep) or not cells:
        # Not merged: a host reads a setting of its workbook when a rule asks for it.
        chosen = ChainMap(_explicit_settings(given, lang), cast("dict[str, object]", settings))
        day = setting_value(REFERENCE_DATE, plain(chosen.get(REFERENCE_DATE)), lang)
        day = today if day is None else pd.Timestamp(day).date()
        frame = as_frame(rows.columns, keep)
        answer = function.run(Given(frame, tables, others, chosen, lang, day))
        columns = [column(values, lang) for values in answer]
        if rows.problems:
            places = np.flatnonzero(keep).tolist() if aligned else None
            columns = _say_problems(function, rows, places, columns, lang)
    return _spill(function, rows, keep, columns, lang) if aligned else rows_of(columns) or [[""]]


def _say_problems(
    function: CellFunction,
    rows: _Rows,
    places: Sequence[int] | None,
    columns: Sequence[Sequence[Cell]],
    lang: str,
) -> list[Sequence[Cell]]:
    """The answers, with what does not count told at the end of the sentence of its row.

    Arguments: places: the row of each answer; None when it rests on all rows: its first sentence tells.
    """
    first = min(rows.problems)
    told = {0: message("functions.LINE", lang, n=first + 1, text=rows.problems[first])}
    if places is not None:
        told = {at: rows.problems[place] for at, place in enumerate(places) if place in rows.problems}

    def say(values: Sequence[Cell]) -> list[Cell]:
        return [
            shorten(f"{value} {told[at]}".strip()) if at in told else value for at, value in enumerate(values)
        ]

    titled = zip(function.results, columns, strict=True)
    return [say(values) if key in _SENTENCES else values for key, values in titled]


def _whole_rows(rows: _Rows, lang: str) -> None:
    """Withhold an answer that rests on all rows when one of them cannot be used."""
    if rows.errors:
        raise Refusal(ErrorValue.NA)
    if rows.lacking:
        place = min(rows.lacking)
        text = rows.lacking[place]
        raise Refusal(shorten(text)) if rows.count == 1 else refuse("LINE", lang, n=place + 1, text=text)


def _spill(
    function: CellFunction, rows: _Rows, keep: Bools, columns: Sequence[Sequence[Cell]], lang: str
) -> Block:
    """The answers back in the place and the shape of their rows."""
    width = len(function.results)
    high, wide = rows.shape
    if width > 1 and high > 1 and wide > 1:
        raise refuse("ONE_LINE", lang, name=function.name)
    full: list[Sequence[Cell]] = []
    places = None if np.count_nonzero(keep) == rows.count else np.flatnonzero(keep).tolist()
    for number in range(width):
        values = columns[number] if columns else []
        if places is not None:
            cells: list[Cell] = [""] * rows.count
            for place, value in zip(places, values, strict=True):
                cells[place] = value
            # What is wrong with a row stands where people look first.
            for place, text in rows.lacking.items():
                cells[place] = shorten(text) if number == 0 else ""
            for place in rows.errors:
                cells[place] = ErrorValue.NA
            values = cells
        full.append(values)
    if wide == 1:
        return rows_of(full)
    if width > 1:
        return [list(line) for line in full]
    line = list(full[0])
    return [line[start : start + wide] for start in range(0, len(line), wide)]
