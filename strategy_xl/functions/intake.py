"""Cell values as hosts hand them over → typed columns for the rules.

What a column may hold is said by the field of the template that it stands for: type, unit, choices and
bounds. What Excel's own formulas do not count (a number or date typed as text, a choice with a space too
many, a value out of its scale) is missing here as it is in the workbook, and told; an error cell stays one.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import infer_dtype

from strategy_xl.cellvalues import ErrorValue, error_value
from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.grid import Grid
from strategy_xl.functions.results import Cell
from strategy_xl.languages import LANGUAGES
from strategy_xl.rules.frame import Bools
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import YES_NO
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldRole, FieldSpec, FieldType, Text
from strategy_xl.text.catalog import message
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import TEXT_DTYPE, Context, as_column
from strategy_xl.text.coercion import coerce_column
from strategy_xl.text.parsing import fold
from strategy_xl.text.shortening import shorten

_COM_ERRORS = range(-2_146_826_288, -2_146_826_240)
"""Excel's error cells as COM hands them over: integers."""

_TOO_LARGE = 10**300
"""No spreadsheet has such a number; as text it is told to be none."""

_TYPES_WITHOUT_CELLS = frozenset({FieldType.MESSAGE, FieldType.LINK})
_HEADERS_SHOWN = 8
_NUMBERS = frozenset({"floating", "integer", "mixed-integer-float", "empty"})
"""What pandas calls cells that are numbers or None and nothing else (no booleans)."""

_TEXT_OR_BLANK = frozenset({str, type(None)})
_TEXT_TYPES = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})

_LARGEST = sys.float_info.max
_FEW = 100
"""Cells up to which a column is read without looking for ways that only pay for many."""


class Refusal(Exception):  # noqa: N818 - it is an answer: the cell to show instead of a result
    """The input as a whole cannot be used; carries the one cell to show."""

    def __init__(self, cell: Cell) -> None:
        """Keep the cell."""
        self.cell = cell
        super().__init__(cell)


def refuse(key: str, lang: str, /, **args: object) -> Refusal:
    """A refusal with the sentence ``functions.<key>``."""
    return Refusal(shorten(message(f"functions.{key}", lang, **args)))


# -- single cells -----------------------------------------------------------------------------------------


def is_error(value: object) -> bool:
    """Whether a cell holds an error value, however the host writes it."""
    if isinstance(value, ErrorValue):
        return True
    if isinstance(value, str):
        return value.startswith(("#", "Err:")) and error_value(value) is not None
    return isinstance(value, int) and value in _COM_ERRORS


def plain(value: Any) -> Any:
    """A cell as a plain Python value; None for blank (also NaN, NA, NaT and text of spaces only)."""
    if isinstance(value, np.generic):
        value = value.astype("datetime64[us]").item() if isinstance(value, np.datetime64) else value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | date):
        return value
    if isinstance(value, int | Decimal) and -_TOO_LARGE < value < _TOO_LARGE:
        value = float(value)
    if isinstance(value, float):
        return None if math.isnan(value) else value
    text = str(value)
    return text if text.strip() else None


# -- fields ------------------------------------------------------------------------------------------------


@cache
def context(lang: str, written: str) -> Context:
    """What reading needs to know of the program's own templates.

    Arguments: lang: language of what is told; written: that of the labels that count.
    """
    choices = {listed.key: Choices.of(listed, written) for listed in load_default().lists}
    return Context(lang, choices=choices, counts=True)


@cache
def _translated(list_key: str, lang: str) -> Mapping[str, str]:
    """Labels of a list's choices in every language, without capitals → label in one language."""
    own = choice_labels(list_key, lang)
    every = {
        label.casefold(): own[key]
        for other in LANGUAGES
        for key, label in choice_labels(list_key, other).items()
    }
    return every | {label.casefold(): label for label in own.values()}


@cache
def choice_labels(list_key: str, lang: str) -> Mapping[str, str]:
    """Labels of a list's choices by key."""
    return {choice.key: choice.get(lang) for choice in load_default().list_(list_key).choices}


@cache
def block_fields(blocks: str) -> Mapping[str, FieldSpec]:
    """The fields of some blocks (joined by ``+``) by key; the first block wins."""
    found: dict[str, FieldSpec] = {}
    for block in blocks.split("+"):
        for spec in load_default().data_blocks()[block][1].fields:
            found.setdefault(spec.key, spec)
    return found


@cache
def headers(blocks: str) -> Mapping[str, FieldSpec]:
    """Folded labels of all languages and keys of some blocks' fields → field."""
    found: dict[str, FieldSpec] = {}
    fields = [spec for spec in block_fields(blocks).values() if spec.type not in _TYPES_WITHOUT_CELLS]
    found |= {fold(spec.key): spec for spec in fields}
    for lang in reversed(LANGUAGES):
        found |= {fold(spec.label.get(lang)): spec for spec in fields}
    return found


@cache
def field_of(argument: Argument) -> FieldSpec:
    """The field that says what an argument's cells may hold."""
    if argument.field:
        block, _dot, key = argument.field.partition(".")
        return block_fields(block)[key]
    return FieldSpec(
        key=argument.name,
        label=Text(fr=argument.name, en=argument.name),
        type=FieldType(argument.type),
        choices=argument.choices or None,
        minimum=argument.minimum,
        maximum=argument.maximum,
    )


# -- columns -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """A column of one type.

    Arguments:
        array: float64 (NaN missing), datetime64, nullable boolean or objects (texts and keys, None missing);
            choices that repeat are categorical.
        given: cells with a value, shape (n,).
        problems: by position, why a cell does not count.
        errors: positions of the cells that hold an error.
    """

    array: Any
    given: Bools
    problems: Mapping[int, str] = field(default_factory=dict)
    errors: Sequence[int] = ()

    @property
    def filled(self) -> Bools:
        """Cells in which something stands, whether it counts or not; shape (n,)."""
        if not self.problems:
            return self.given
        filled = self.given.copy()
        filled[list(self.problems)] = True
        return filled


def _plain_numbers(cells: Sequence[object], spec: FieldSpec) -> npt.NDArray[np.float64] | None:
    """The cells when all are numbers in the field's bounds or None; None when one needs a closer look."""
    # Comparisons with NaN are false: a missing value is in no way out of bounds. Infinite ones are.
    low = -1e300 if spec.minimum is None else spec.minimum
    high = 1e300 if spec.maximum is None else spec.maximum
    if len(cells) == 1:
        return np.array(cells) if cells[0].__class__ is float and low <= cells[0] <= high else None
    objects = np.fromiter(cells, object, len(cells))
    kind = infer_dtype(objects, skipna=True)
    if kind not in _NUMBERS:
        return None
    try:
        numbers = objects.astype(np.float64)
    except (OverflowError, TypeError):  # an endless integer; NA, which is no float
        return None
    if (numbers < low).any() or (numbers > high).any():
        return None
    if kind != "floating" and (numbers <= _COM_ERRORS[-1]).any():
        return None
    return numbers


def typed(cells: Sequence[object], spec: FieldSpec, lang: str, written: str = "") -> Typed:
    """The cells of one column by the type of their field.

    Arguments:
        cells: as hosts hand them over.
        spec: the field.
        lang: language of the problems.
        written: language of the choices that count, as formulas of the workbook compare with them; any when
            no workbook says.
    """
    if spec.type in NUMERIC_TYPES and (numbers := _plain_numbers(cells, spec)) is not None:
        return Typed(numbers, numbers == numbers)  # noqa: PLR0124 - NaN alone differs from itself
    if len(cells) >= _FEW and (repeated := _places(cells)) is not None:
        different, places = repeated
        return spread(_each(different, spec, lang, written), places, spec)
    return _each(cells, spec, lang, written)


def _places(cells: Sequence[object]) -> tuple[list[object], npt.NDArray[np.intp]] | None:
    """The different cells and where each one stands among them; None unless they are texts that repeat."""
    if not set(map(type, cells[:_FEW])) <= _TEXT_OR_BLANK:
        return None
    place: defaultdict[object, int] = defaultdict(count().__next__)
    try:
        codes = np.fromiter(map(place.__getitem__, cells), np.intp, len(cells))
    except TypeError:  # a cell that is no cell: a dictionary, a list
        return None
    repeat = 2 * len(place) <= len(cells) and set(map(type, place)) <= _TEXT_OR_BLANK
    return (list(place), codes) if repeat else None


def spread(found: Typed, codes: npt.NDArray[np.intp], spec: FieldSpec) -> Typed:
    """Cells read once, at the places where they stand.

    Arguments:
        found: the different cells.
        codes: for each row, the position of its cell among them.
        spec: the field.
    """
    rows = {code: np.flatnonzero(codes == code).tolist() for code in (*found.problems, *found.errors)}
    problems = {row: text for code, text in found.problems.items() for row in rows[code]}
    errors = [row for code in found.errors for row in rows[code]]
    # Rules work with the positions of choices: as categories they need not be looked up row by row.
    array = pd.Categorical(found.array) if spec.type is FieldType.CHOICE else found.array
    return Typed(array.take(codes), found.given[codes], problems, errors)


def _is_endless(cell: object) -> bool:
    """Whether a cell is a number beyond what programs calculate with."""
    return isinstance(cell, int | float | np.floating) and bool(cell > _LARGEST or cell < -_LARGEST)


def _plain_texts(cells: Sequence[Any]) -> npt.NDArray[np.object_] | None:
    """The cells stripped when all are texts or None and none looks like an error; else None."""
    if not set(map(type, cells)) <= _TEXT_OR_BLANK:
        return None
    texts = np.empty(len(cells), dtype=object)
    texts[:] = [cell.strip() or None if cell else None for cell in cells]
    starts = {text[:4] for text in texts.tolist() if text}
    return None if any(start[0] == "#" or start == "Err:" for start in starts) else texts


def _each(cells: Sequence[object], spec: FieldSpec, lang: str, written: str) -> Typed:
    """The cells read one by one."""
    if spec.type in _TEXT_TYPES and (texts := _plain_texts(cells)) is not None:
        return Typed(texts, texts.astype(bool))
    errors = [place for place, cell in enumerate(cells) if is_error(cell)]
    clean = [None if is_error(cell) else plain(cell) for cell in cells] if errors else list(map(plain, cells))
    # No spreadsheet holds an infinite number: something went wrong on the way.
    endless = [at for at, cell in enumerate(cells) if _is_endless(cell)]
    for at in endless:
        clean[at] = None
    errors += endless
    if not written and (listed := YES_NO if spec.type is FieldType.BOOL else spec.choices):
        labels = _translated(listed, lang)
        clean = [labels.get(cell.casefold(), cell) if isinstance(cell, str) else cell for cell in clean]
    cells = ["" if cell is None else cell for cell in clean]
    found = coerce_column(cells, spec, context(lang, written or lang))
    values = found.array
    given = ~np.asarray(pd.isna(values), dtype=bool)
    label = spec.label.get(lang)
    problems = {
        problem.position: message(problem.code, lang, label=label, **problem.args)
        for problem in found.problems
        if not given[problem.position]  # told, but used: no reason to withhold the answer
    }
    return Typed(values, given, problems, errors)


# -- tables ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """A range with headers: its typed columns by field key, and how many rows stand under the headers."""

    columns: Mapping[str, Typed]
    rows: int


def _match(titles: Iterable[object], known: Mapping[str, FieldSpec]) -> list[FieldSpec | None]:
    """The field that each header names; a unit in brackets may follow the label."""
    found: list[FieldSpec | None] = []
    for title in titles:
        folded = fold(title) if isinstance(title, str) else ""
        found.append(known.get(folded) or known.get(folded.partition(" (")[0]))
    return found


def table(name: str, cells: Grid, blocks: str, lang: str, written: str = "") -> Table:
    """A range with headers as typed columns; headers in the first column (a form) are understood too.

    Arguments:
        name: the argument, for messages.
        cells: the range.
        blocks: blocks of the templates whose labels (French or English) or keys the headers may be.
        lang, written: as for ``typed``.

    Raises Refusal when no header is known.
    """
    lines, known = cells.block, headers(blocks)
    across = _match(lines[0], known)
    down = _match((line[0] for line in lines), known)
    if sum(spec is not None for spec in down) > sum(spec is not None for spec in across):
        lines, across = list(zip(*lines, strict=True)), down
    if not any(across):
        labels = [spec.label.get(lang) for spec in block_fields(blocks).values() if spec.role == "input"]
        raise refuse("NO_HEADER", lang, name=name, expected=", ".join(labels[:_HEADERS_SHOWN]))
    columns: dict[str, Typed] = {}
    bodies = list(zip(*lines[1:], strict=True)) or [()] * len(across)
    for body, spec in zip(bodies, across, strict=True):
        if spec is not None and spec.key not in columns:
            found = typed(body, spec, lang, written)
            # Nobody typed what the night wrote: there is nothing to put right.
            columns[spec.key] = replace(found, problems={}) if spec.role is FieldRole.OWNED else found
    return Table(columns, len(lines) - 1)


@cache
def _index(keys: tuple[str, ...]) -> pd.Index:
    return pd.Index(keys, dtype=object)


def as_frame(columns: Mapping[str, Typed], keep: Bools) -> pd.DataFrame:
    """Typed columns as a frame of the rows to keep; its index is the position of each row."""
    arrays = [found.array for found in columns.values()]
    every = np.count_nonzero(keep) == len(keep)
    places = pd.RangeIndex(len(keep)) if every else pd.Index(np.flatnonzero(keep))
    if not every:
        arrays = [values[places] for values in arrays]
    titles = _index(tuple(columns))
    kinds = {values.dtype for values in arrays}
    if len(keep) < _FEW and (kinds <= {np.dtype(np.float64)} or kinds == {np.dtype(object)}):
        # One block costs a third of a column after the other, which counts for a single cell.
        block = np.array(arrays).T if arrays else np.empty((len(places), 0))
        return pd.DataFrame(block, places, titles, TEXT_DTYPE if block.dtype == object else None, copy=False)
    # Titles are put on afterwards: pandas would make an index of them each time, for 50 µs.
    frame = pd.DataFrame(dict(enumerate(map(as_column, arrays))), index=places, copy=False)
    frame.columns = titles
    return frame


def whole(found: Table) -> pd.DataFrame:
    """The rows of a table in which something stands; what does not count is missing.

    Raises Refusal (#N/A) for an error cell: an answer that rests on all rows is withheld.
    """
    if any(column.errors for column in found.columns.values()):
        raise Refusal(ErrorValue.NA)
    filled = np.zeros(found.rows, dtype=bool)
    for column in found.columns.values():
        filled |= column.filled
    return as_frame(found.columns, filled)


def setting_field(name: str) -> FieldSpec | None:
    """The setting that a name stands for: its key, ``SX_<key>`` or its label; None for no such setting."""
    return headers(SETTINGS_BLOCK).get(fold(name.strip().removeprefix("SX_")))
