"""What goes into which cell: owned cells get the answers, formula cells get what their formula now shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.resolve import Place
from strategy_xl.ooxml.cells import Cached
from strategy_xl.schema.spec import FieldRole

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
    """

    columns: Mapping[str, Mapping[str, Objects]]
    cells: Sequence[tuple[Place, Any]] = field(default_factory=tuple)


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


def edits(data: WorkbookData, placed: PlacedAnswers, shown: Shown) -> Columns:
    """Every cell that does not show yet what it should: owned cells as values, formula cells as ``Cached``.

    Old answers in rows that are blank now are cleared; a cell in which people replaced a formula is theirs.
    """
    columns: Columns = {}
    for key, block in data.blocks.items():
        for spec in block.block.fields:
            if spec.key not in block.places:
                continue
            if spec.role is FieldRole.OWNED:
                answered = placed.get(key, {}).get(spec.key)
                _put(columns, block, spec.key, _owned(block, spec.key, answered))
            elif spec.role is FieldRole.COMPUTED:
                _put(columns, block, spec.key, _cached(block, spec.key, shown.columns[key][spec.key]))
    for cell, value in shown.cells:
        columns.setdefault(cell.sheet, {}).setdefault(cell.column, {})[cell.row] = Cached(value)
    return columns


def _owned(block: BlockData, key: str, answered: Placed | None) -> dict[int, Any]:
    """New values of an owned field, by Excel row or instance; None clears."""
    if answered is None:
        stale = block.all_rows if block.is_listing else block.to_clear.get(key, ())
        return {int(row): None for row in stale if not _same(_held(block, key, int(row)), None)}
    values = [None if value == "" else value for value in answered.cells.tolist()]
    return _changed(block, key, values)


def _cached(block: BlockData, key: str, values: Objects) -> dict[int, Any]:
    """What a computed field's formulas show now, where they show something else."""
    changed = _changed(block, key, values.tolist())
    for row in block.overtyped.get(key, ()):
        changed.pop(int(row), None)
    return {row: Cached("" if value is None else value) for row, value in changed.items()}


def _held(block: BlockData, key: str, row: int) -> Any:
    return block.shown[key][row - block.first_row]


def _changed(block: BlockData, key: str, values: Sequence[Any]) -> dict[int, Any]:
    """The values that their cells do not show yet, by Excel row or instance."""
    return {
        row: value
        for row, held, value in zip(block.all_rows, block.shown[key], values, strict=True)
        if not _same(held, value)
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


def _put(columns: Columns, block: BlockData, key: str, changed: Mapping[int, Any]) -> None:
    for index, value in changed.items():
        row, column = block.cell(key, index)
        columns.setdefault(block.sheet_of(key), {}).setdefault(column, {})[row] = value
