"""Cell values as hosts hand them over → typed columns for the rules.

What a column may hold is said by the field of the template that it stands for: type, unit, choices and
bounds. What Excel's own formulas do not count (a number or date typed as text, a choice with a space too
many, a value out of its scale) is missing here as it is in the workbook, and told; an error cell stays one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.cellvalues import LONGEST_TEXT, ErrorValue
from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.grid import Grid
from strategy_xl.functions.handed import is_endless, is_error, plain
from strategy_xl.functions.quick import plain_days, plain_numbers, plain_texts, repeated_texts
from strategy_xl.functions.results import Cell
from strategy_xl.languages import LANGUAGES
from strategy_xl.rules.frame import Bools
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import YES_NO
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType, Text
from strategy_xl.text.catalog import message
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import TEXT_DTYPE, Context, as_column
from strategy_xl.text.coercion import coerce_column
from strategy_xl.text.parsing import fold
from strategy_xl.text.shortening import shorten

_TYPES_WITHOUT_CELLS = frozenset({FieldType.MESSAGE, FieldType.LINK})
_HEADERS_SHOWN = 8
_TEXT_TYPES = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
_FEW = 100
"""Cells up to which a column is read without looking for ways that only pay for many."""


class Refusal(Exception):  # noqa: N818 - it is an answer: the cell to show instead of a result
    """The input as a whole cannot be used; carries the cell to show and, for an error, the reason."""

    def __init__(self, cell: Cell, reason: str = "") -> None:
        """Keep the cell and the reason, which stands beside it where a function has room for reasons."""
        self.cell = cell
        self.reason = reason
        super().__init__(cell)


def refuse(key: str, lang: str, /, **args: object) -> Refusal:
    """A refusal with the sentence ``functions.<key>``."""
    return Refusal(shorten(message(f"functions.{key}", lang, **args)))


def not_available(label: str, lang: str) -> Refusal:
    """The refusal of an error cell: #N/A, and in words which cell it is."""
    return Refusal(ErrorValue.NA, error_told(label, lang))


def error_told(label: str, lang: str) -> str:
    """That a cell holds an error, by the label of its field or the name of its argument."""
    return shorten(message("functions.ERROR_CELL", lang, label=label))


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


def typed(cells: Sequence[object], spec: FieldSpec, lang: str, written: str = "") -> Typed:
    """The cells of one column by the type of their field.

    Arguments:
        cells: as hosts hand them over.
        spec: the field.
        lang: language of the problems.
        written: language of the choices that count, as formulas of the workbook compare with them; any when
            no workbook says.
    """
    if spec.type in NUMERIC_TYPES:
        low = -1e300 if spec.minimum is None else spec.minimum
        high = 1e300 if spec.maximum is None else spec.maximum
        if (numbers := plain_numbers(cells, low, high)) is not None:
            return Typed(numbers, numbers == numbers)  # noqa: PLR0124 - NaN alone differs from itself
    if spec.type is FieldType.DATE and (days := plain_days(cells)) is not None:
        return Typed(days, ~np.isnat(days))
    if len(cells) >= _FEW and (repeated := repeated_texts(cells)) is not None:
        different, places = repeated
        return spread(_each(different, spec, lang, written), places, spec)
    return _each(cells, spec, lang, written)


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


def _each(cells: Sequence[object], spec: FieldSpec, lang: str, written: str) -> Typed:
    """The cells read one by one."""
    if spec.type in _TEXT_TYPES and (texts := plain_texts(cells)) is not None:
        return Typed(texts, texts.astype(bool))
    errors = [place for place, cell in enumerate(cells) if is_error(cell)]
    clean = [None if is_error(cell) else plain(cell) for cell in cells] if errors else list(map(plain, cells))
    # No spreadsheet holds an infinite number: something went wrong on the way.
    endless = [at for at, cell in enumerate(cells) if is_endless(cell)]
    for at in endless:
        clean[at] = None
    errors += endless
    if not written and (listed := YES_NO if spec.type is FieldType.BOOL else spec.choices):
        labels = _translated(listed, lang)
        clean = [labels.get(cell.casefold(), cell) if isinstance(cell, str) else cell for cell in clean]
    label = spec.label.get(lang)
    problems = {
        at: message("functions.TOO_LONG", lang, label=label, n=len(cell), most=LONGEST_TEXT)
        for at, cell in enumerate(clean)
        if isinstance(cell, str) and len(cell) > LONGEST_TEXT
    }
    cells = ["" if cell is None or at in problems else cell for at, cell in enumerate(clean)]
    found = coerce_column(cells, spec, context(lang, written or lang))
    values = found.array
    given = ~np.asarray(pd.isna(values), dtype=bool)
    problems |= {
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

    @property
    def first_error(self) -> int | None:
        """The first row with an error cell."""
        return min((place for found in self.columns.values() for place in found.errors), default=None)

    @property
    def first_problem(self) -> tuple[int, str] | None:
        """The first row with a cell that does not count, and why."""
        return min(
            (problem for found in self.columns.values() for problem in found.problems.items()), default=None
        )


def _match(titles: Iterable[object], known: Mapping[str, FieldSpec]) -> list[FieldSpec | None]:
    """The field that each header names; a unit in brackets may follow the label."""
    found: list[FieldSpec | None] = []
    for title in titles:
        folded = fold(title) if isinstance(title, str) else ""
        found.append(known.get(folded) or known.get(folded.partition(" (")[0]))
    return found


def is_title(cell: object, argument: Argument) -> bool:
    """Whether a cell is the header over an argument's cells: the label of its field, in any language."""
    if not isinstance(cell, str) or not argument.field:
        return False
    return _match([cell], headers(argument.field.partition(".")[0]))[0] is field_of(argument)


def are_titles(cells: Sequence[object], blocks: str) -> bool:
    """Whether cells are the headers of a table, at least two, and nothing else."""
    if not 1 < len(cells) < _FEW or not isinstance(cells[0], str):
        return False
    filled = [cell for cell in cells if plain(cell) is not None]
    return len(filled) > 1 and all(_match(filled, headers(blocks)))


def table(name: str, cells: Grid, blocks: str, lang: str, written: str = "") -> Table:
    """A range with headers as typed columns; headers in the first column (a form) are understood too.

    Arguments:
        name: the argument, for messages.
        cells: the range.
        blocks: blocks of the templates whose labels (French or English) or keys the headers may be.
        lang, written: as for ``typed``.

    Raises Refusal when no header is known, or when two columns of one header do not hold the same.
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
    given: dict[str, Sequence[object]] = {}
    bodies = list(zip(*lines[1:], strict=True)) or [()] * len(across)
    for body, spec in zip(bodies, across, strict=True):
        if spec is None:
            continue
        if given.setdefault(spec.key, body) is body:
            columns[spec.key] = typed(body, spec, lang, written)
        elif list(map(plain, given[spec.key])) != list(map(plain, body)):
            raise refuse("TWICE", lang, name=name, title=spec.label.get(lang))
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
