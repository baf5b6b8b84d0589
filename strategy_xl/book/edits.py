"""What goes into which cell: owned cells get the answers, formula cells get what their formula now shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.known_places import Place
from strategy_xl.ooxml.cells import Cached, Formula
from strategy_xl.schema.spec import FieldRole, FieldSpec

Objects = npt.NDArray[np.object_]

Columns = dict[str, dict[int, dict[int, Any]]]
"""Sheet title → column number → row → value."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An answered column over all rows or instances of its block.

    Arguments:
        cells: what they are to hold, shape (rows,); None where there is nothing to show.
        at: positions of the answered rows.
    """

    cells: Objects
    at: npt.NDArray[np.intp]


PlacedAnswers = Mapping[str, Mapping[str, Placed]]
"""Answered columns by block and field key."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the workbook's formulas show.

    Arguments:
        columns: computed fields by block and field key, each over all rows or instances.
        cells: single formula cells outside of the blocks' fields.
        asks_day: whether the reference day was asked for, on which some of it may depend.
    """

    columns: Mapping[str, Mapping[str, Objects]]
    cells: Sequence[tuple[Place, Any]] = field(default_factory=tuple)
    asks_day: bool = False


class FormulaTexts(Protocol):
    """Gives the text of a formula that belongs in a cell, as the workbook stands."""

    def of_field(self, block: BlockData, spec: FieldSpec, index: int) -> str:
        """Of a computed field in an Excel row or instance."""

    def of_cell(self, place: Place) -> str:
        """Of a cell outside of fields."""


Texts = Callable[[], FormulaTexts]
"""Asked only where a formula is to be put back."""


def place(data: WorkbookData, answers: Mapping[str, Mapping[str, pd.Series]]) -> PlacedAnswers:
    """Put answers beside the rows they are about; a list that is longer than its table is cut.

    Arguments:
        data: the workbook as read.
        answers: cell values by block and field key; index: Excel row or instance, from 1 in a listing.
    """
    found: dict[str, dict[str, Placed]] = {}
    for key, columns in answers.items():
        block = data.blocks[key]
        for name, column in columns.items():
            at = column.index.to_numpy(dtype=np.intp) - (1 if block.is_listing else block.first_row)
            inside = at < len(block.all_rows)
            values: Objects = np.full(len(block.all_rows), None, dtype=object)
            values[at[inside]] = column.to_numpy(dtype=object)[inside]
            found.setdefault(key, {})[name] = Placed(values, at[inside])
    return found


_NOT_SHOWN = object()
"""Of a formula without a result: no value is the same."""


def edits(data: WorkbookData, placed: PlacedAnswers, shown: Shown, texts: Texts | None = None) -> Columns:
    """Every cell that does not show yet what it should: owned cells as values, formula cells as ``Cached``.

    Old answers in rows that are blank now are cleared. An erased formula is put back; a cell in which people
    replaced a formula is theirs, and one that is merged into another holds nothing.

    Arguments:
        data: the workbook as read.
        placed: the answers.
        shown: what its formulas show.
        texts: the formulas to put back where they were erased; without it those cells stay empty.
    """
    columns: Columns = {}
    for key, block in data.blocks.items():
        for spec in block.block.fields:
            if spec.key not in block.places:
                continue
            if spec.role is FieldRole.OWNED:
                answered = placed.get(key, {}).get(spec.key)
                changed = _owned(block, spec.key, answered)
                if spec.kept:
                    changed = {row: new for row, new in changed.items() if row not in block.left_out}
                put(columns, block, spec.key, changed)
            elif spec.role is FieldRole.COMPUTED:
                put(columns, block, spec.key, _cached(block, spec, shown.columns[key][spec.key], texts))
    _put_singles(columns, data, shown.cells, texts)
    _drop_hidden(columns, data)
    return columns


def _put_singles(
    columns: Columns, data: WorkbookData, cells: Sequence[tuple[Place, Any]], texts: Texts | None
) -> None:
    singles = data.singles
    for place, value in cells:
        if place in singles.erased and texts is not None:
            new: Any = Formula(texts().of_cell(place), value)
        elif place in singles.erased | singles.overtyped or _same(
            singles.shown.get(place, _NOT_SHOWN), value
        ):
            continue
        else:
            new = Cached(value)
        columns.setdefault(place.sheet, {}).setdefault(place.column, {})[place.row] = new


def _drop_hidden(columns: Columns, data: WorkbookData) -> None:
    """Leave out cells that are merged into another one."""
    for sheet, areas in data.merged.items():
        for area in areas:
            for row, column, _ in list(area.cells_of(columns.get(sheet, {}))):
                if (row, column) != (area.top, area.left):
                    del columns[sheet][column][row]


def _owned(block: BlockData, key: str, answered: Placed | None) -> dict[int, Any]:
    """New values of an owned field, by Excel row or instance; None clears."""
    if answered is None:
        stale = block.all_rows if block.is_listing else block.to_clear.get(key, ())
        return {int(row): None for row in stale if not _same(_held(block, key, int(row)), None)}
    values = [None if value == "" else value for value in answered.cells.tolist()]
    return _changed(block, key, values)


def _cached(block: BlockData, spec: FieldSpec, values: Objects, texts: Texts | None) -> dict[int, Any]:
    """What a computed field's formulas show now, where they show something else or are gone."""
    changed = _changed(block, spec.key, values.tolist())
    erased = [int(row) for row in block.erased.get(spec.key, ())]
    for row in (*erased, *block.overtyped.get(spec.key, ())):
        changed.pop(int(row), None)
    found: dict[int, Any] = {row: Cached("" if value is None else value) for row, value in changed.items()}
    if texts is not None:
        for row in erased:
            value = values[row - block.first_row]
            text = texts().of_field(block, spec, row)
            found[row] = Formula(text, "" if value is None else value, array=spec.array)
    return found


def _held(block: BlockData, key: str, row: int) -> Any:
    return block.shown[key][row - block.first_row]


def _changed(block: BlockData, key: str, values: Sequence[Any]) -> dict[int, Any]:
    """The values that their cells do not show yet, by Excel row or instance."""
    return {
        row: value
        for row, held, value in zip(block.all_rows, block.shown[key], values, strict=True)
        # Nearly all cells of a large book; a call for each would cost more than the looking.
        if not (type(held) is type(value) and held == value) and not _same(held, value)
    }


def _same(held: Any, value: Any) -> bool:
    """Whether a cell shows the value already; the patcher looks again at those that may not.

    A link is compared by its text alone only when the patcher does: a formula is never the same here.
    """
    if held is value:
        return True
    if value is None or value == "":
        return bool(held == "" or held is None)
    kind = type(held)
    return (kind is type(value) and bool(held == value)) or (
        kind is float and type(value) is int and held == value
    )


def put(columns: Columns, block: BlockData, key: str, changed: Mapping[int, Any]) -> None:
    """Add new values of a field, by Excel row or instance, to the edits."""
    for index, value in changed.items():
        row, column = block.cell(key, index)
        columns.setdefault(block.sheet_of(key), {}).setdefault(column, {})[row] = value
