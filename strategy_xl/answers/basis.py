"""What a night must remember of a workbook so that the next one can say why a verdict changed.

The cells that the explained rules read, as people typed them and as the night left them, without language
and without formulas; and what the rules said of them. Kept as compressed columns, which are looked into only
where they differ: the example workbook, with 40 clients, takes 16 kB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from strategy_xl.answers.judging import Evaluation
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.formulas.references import parse_argument
from strategy_xl.history.kept_columns import FEW, MOST_KEYS, KeptColumn, column_of
from strategy_xl.history.packing import pack, unpack
from strategy_xl.rules.entities import ENTITY
from strategy_xl.rules.frame import Frame, is_missing
from strategy_xl.rules.table import Table, values_of
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import (
    NUMERIC_TYPES,
    DataBlock,
    ExplainedSpec,
    FieldRole,
    FieldSpec,
    FieldType,
    RuleCall,
    TableBlock,
    WorkbookSpec,
)

_DTYPES = {
    **dict.fromkeys(NUMERIC_TYPES, np.dtype(np.float64)),
    FieldType.DATE: np.dtype("datetime64[ns]"),
}
"""Of arrays that rules take; all other fields are objects."""
_NUMBERS = frozenset({int, float, bool, type(None)})
_TEXTS = frozenset({str, type(None)})
FORM = 2
"""Of what is kept; another one is not read."""
ENTITY_ID = ENTITY
"""Key of the column by which a row stays the same one under another name."""

Place = tuple[str, int, int]
"""Sheet, row and column (from 1) of a cell."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A rule whose verdicts are explained, with the rules that must run before it.

    Arguments:
        spec: what the template says of it.
        call: the rule itself; calls: it and those before it whose answers it may read.
        blocks: the blocks that they read or answer.
    """

    spec: ExplainedSpec
    call: RuleCall
    calls: tuple[RuleCall, ...]
    blocks: frozenset[str]


def explained_rules(spec: WorkbookSpec) -> list[Explained]:
    """The rules of a workbook whose verdicts are explained, in the order in which they run."""
    before: list[RuleCall] = []
    found = []
    for module in spec.modules:
        wanted = {item.run: item for item in module.explained}
        for call in module.rules:
            if call.run in wanted:
                blocks, needed = _read(call), [call]
                for earlier in reversed(before):
                    if earlier.into in blocks:
                        blocks |= _read(earlier)
                        needed.append(earlier)
                found.append(Explained(wanted[call.run], call, tuple(reversed(needed)), frozenset(blocks)))
            before.append(call)
    return found


def _read(call: RuleCall) -> set[str]:
    """The blocks that a rule reads or answers."""
    return {call.into, *(parse_argument(text)[0] for text in call.args.values())}


@dataclass(frozen=True)
class Held:
    """The cells of a block that are remembered.

    Arguments:
        rows: Excel rows of a table, instances of a form.
        columns: plain values by field key, one a row, as the night left them; None where nothing stands, days
            as ``2026-11-30``.
        found: the columns that the night answers itself, as it found them.
        places: sheet, row and column of each field's first cell; of a table the row is not used.
        is_table: whether the block is a table.
    """

    rows: Sequence[int]
    columns: Mapping[str, Sequence[Any]]
    found: Mapping[str, Sequence[Any]]
    places: Mapping[str, Place]
    is_table: bool

    def cell(self, key: str, at: int) -> tuple[str, str]:
        """Sheet and cell (``C7``) of a field in a row, by position; empty texts when it has none."""
        if key not in self.places:
            return "", ""
        sheet, row, column = self.places[key]
        if self.is_table:
            return sheet, cell_name(self.rows[at], column)
        return sheet, cell_name(row, column + self.rows[at] - 1)

    def value(self, key: str, at: int) -> Any:
        """The value of a field in a row; None when it is not remembered."""
        column = self.columns.get(key)
        return None if column is None else column[at]

    def table(self, block: DataBlock, *, as_found: bool = False) -> Table:
        """The rows as rules take them: as the night left them, or as it found them."""
        types = {field.key: field.type for field in block.fields}
        columns = {**self.columns, **self.found} if as_found else self.columns
        rows = self.rows.array if isinstance(self.rows, KeptColumn) else list(self.rows)
        keys = [key for key in columns if key in types]
        made = MadeColumns(keys, lambda key: typed_array(types[key], columns[key]))
        return Table(made, pd.Index(rows, dtype="int64"))


class MadeColumns(Mapping[str, Any]):
    """Columns by key, each made when a rule asks for it."""

    def __init__(self, keys: Iterable[str], make: Callable[[str], Any]) -> None:
        """Take what there is, and how it is made."""
        self._keys, self._make = dict.fromkeys(keys), make

    def __getitem__(self, key: str) -> Any:
        """Make one."""
        if key not in self._keys:
            raise KeyError(key)
        return self._make(key)

    def __iter__(self) -> Iterator[str]:
        """Their keys."""
        return iter(self._keys)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        """Whether there is one."""
        return key in self._keys


@dataclass(frozen=True)
class Basis:
    """What is remembered of one workbook after one night.

    Arguments:
        day: the reference day of that night.
        blocks: the cells, by block key.
        verdicts: what the rules said: run → verdict → one value a row of the block that the rule answers.
        versions: version of each of these rules.
    """

    day: date
    blocks: Mapping[str, Held]
    verdicts: Mapping[str, Mapping[str, Sequence[Any]]]
    versions: Mapping[str, str]

    @cached_property
    def packed(self) -> bytes:
        """The basis as compressed bytes."""
        blocks = {
            key: [held.rows, held.columns, held.found, held.places, held.is_table]
            for key, held in self.blocks.items()
        }
        return pack([FORM, self.day.isoformat(), blocks, self.verdicts, self.versions])

    @classmethod
    def unpacked(cls, content: bytes) -> Basis | None:
        """A basis from its bytes; None when they are another program's or damaged: nothing is known then."""
        try:
            form, *told = unpack(content)
            if form != FORM:
                return None
            day, blocks, verdicts, versions = told
            held = {
                key: Held(
                    rows, columns, found, {name: tuple(place) for name, place in places.items()}, is_table
                )
                for key, (rows, columns, found, places, is_table) in blocks.items()
            }
            return cls(date.fromisoformat(day), held, verdicts, versions)
        except (ValueError, TypeError, AttributeError):
            return None  # whoever asks then says that nothing is remembered


def plain(value: Any) -> Any:
    """A value of a rule or a cell as JSON has it: None when missing, a day as text."""
    if is_missing(value):
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, bool | int | float) else str(value)


def plain_values(array: Any) -> list[Any]:
    """A column as plain values."""
    kind = array.dtype.kind if isinstance(array, np.ndarray) else ""
    if kind == "f":
        found: list[Any] = array.tolist()
        for at in np.flatnonzero(np.isnan(array)).tolist():
            found[at] = None
        return found
    if kind == "M":
        days = np.datetime_as_string(array.astype("datetime64[D]")).tolist()
        return [None if day == "NaT" else day for day in days]
    values = values_of(array)
    if _TEXTS.issuperset(map(type, values)):
        return values
    return [value if value.__class__ is str or value is None else plain(value) for value in values]


def _kept_values(array: Any) -> Sequence[Any]:
    """A column as plain values, of a long table as bytes."""
    if isinstance(array, pd.arrays.NumpyExtensionArray):
        array = array.to_numpy()
    if len(array) < FEW:
        return plain_values(array)
    if isinstance(array, pd.Categorical) and len(array.categories) < MOST_KEYS:
        return KeptColumn.choices(array.codes, [plain(key) for key in array.categories])
    if isinstance(array, pd.arrays.BooleanArray):
        return KeptColumn.choices(array.to_numpy(dtype=np.int8, na_value=-1), [False, True])
    if isinstance(array, np.ndarray) and array.dtype.kind in "fM":
        return KeptColumn.numbers(array) if array.dtype.kind == "f" else KeptColumn.days(array)
    return column_of(plain_values(array))


def _kept_rows(index: pd.Index) -> Sequence[int]:
    """The labels of rows, of a long table as bytes."""
    if len(index) < FEW:
        return [int(row) for row in index]
    return KeptColumn.whole(index.to_numpy(dtype=np.int64))


def typed_array(kind: FieldType, values: Sequence[Any]) -> Any:
    """Plain values of a field as rules take them."""
    if isinstance(values, KeptColumn):
        dtype = _DTYPES.get(kind, np.dtype(object))
        if values.kind == "none":
            return np.full(
                len(values),
                None if dtype.kind == "O" else np.array("NaT" if dtype.kind == "M" else "nan", dtype),
                dtype,
            )
        if values.array.dtype.kind == dtype.kind:
            return values.array.astype(dtype, copy=False)
        values = values.plain
    if kind in NUMERIC_TYPES:
        if _NUMBERS.issuperset(map(type, values)):
            return np.array(values, dtype=np.float64)  # None is no number there
        numbers = [value if isinstance(value, int | float) else np.nan for value in values]
        return np.array(numbers, dtype=np.float64)
    if kind is FieldType.DATE:
        days = [value if isinstance(value, str) else "NaT" for value in values]
        return np.array(days, dtype="datetime64[D]").astype("datetime64[ns]")
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _is_kept(field: FieldSpec) -> bool:
    """Whether a field's cells are remembered: inputs, and choices of an earlier night, which rules read."""
    if field.key == ENTITY_ID:
        return True
    if field.role is FieldRole.INPUT:
        return field.remembered
    return field.role is FieldRole.OWNED and field.type is FieldType.CHOICE


def make_basis(
    spec: WorkbookSpec,
    frames: Mapping[str, Frame],
    evaluations: Iterable[Evaluation],
    places: Callable[[str], Mapping[str, Place]],
    day: date,
) -> Basis:
    """What to remember of a workbook that the rules have judged.

    Arguments:
        spec: the templates.
        frames: the rows that the rules were given, by block key.
        evaluations: their answers. Choices that they give are remembered in the place of those that were
            read: the next night finds them in the cells.
        places: gives the first cell of each field of a block, by field key.
        day: the reference day.
    """
    blocks = spec.data_blocks()
    answered = list(evaluations)
    wanted = [item for item in explained_rules(spec) if item.call.into in frames]
    needed = {SETTINGS_BLOCK}.union(*(item.blocks for item in wanted)) & frames.keys() & blocks.keys()
    held = {}
    for key in sorted(needed):
        table = Table.of(frames[key])
        columns = {
            field.key: _kept_values(_last(field, key, answered, table))
            for field in blocks[key][1].fields
            if _is_kept(field) and field.key in table
        }
        rows = _kept_rows(table.index)
        known = {name: place for name, place in places(key).items() if name in columns}
        found = {
            field.key: _kept_values(table.array(field.key))
            for field in blocks[key][1].fields
            if field.key in columns and field.role is FieldRole.OWNED and field.key != ENTITY_ID
        }
        held[key] = Held(rows, columns, found, known, isinstance(blocks[key][1], TableBlock))
    verdicts, versions = {}, {}
    for item in wanted:
        own = next((one for one in answered if one.call == item.call), None)
        if own is not None:
            result = own.result
            verdicts[item.call.run] = {
                name: _kept_values(result.table.array(name)) for name in item.spec.verdicts
            }
            versions[item.call.run] = result.version
    return Basis(day, held, verdicts, versions)


def _last(field: FieldSpec, block: str, evaluations: Iterable[Evaluation], table: Table) -> Any:
    """A field's column after the night."""
    if field.role is FieldRole.OWNED:
        for evaluation in evaluations:
            if evaluation.call.into == block and field.key in evaluation.result.table:
                answers = evaluation.result.table
                if answers.index is table.index or answers.index.equals(table.index):
                    return answers.array(field.key)
                return answers[field.key].reindex(table.index).array
    return table.array(field.key)
