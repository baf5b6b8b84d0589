"""Edits as callers give them, brought to one form: sheet → column → row → value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from strategy_xl.errors import Location, PatchRefusedError
from strategy_xl.formulas.cell_refs import MAX_COLUMN, MAX_ROW, parse_cell

CellEdits = Mapping[str, Mapping[Any, Any]]  # sheet → cell ("C7" or (7, 3)) → value
ColumnValues = Mapping[int, Any] | tuple[Sequence[int], Sequence[Any]]
ColumnEdits = Mapping[str, Mapping[int, ColumnValues]]  # sheet → column → rows and values
Normal = dict[str, dict[int, Mapping[int, Any]]]


def normalised(workbook: str, cells: CellEdits | None, columns: ColumnEdits | None) -> Normal:
    """Both forms of edits as sheet → column → row → value.

    Arguments:
        workbook: path, for messages.
        cells: sheet name → cell → value; a cell is ``"C7"`` or (row, column), 1-based.
        columns: sheet name → column number → row → value, or (rows, values) of equal length. The
            mappings are taken as they are, not copied.

    Errors: PatchRefusedError SX922 for something that is not a cell, or for a cell given twice with
    different values.
    """
    found: Normal = {}
    for sheet, by_column in (columns or {}).items():
        target = found.setdefault(sheet, {})
        for column, given in by_column.items():
            rows = given if isinstance(given, Mapping) else dict(zip(*map(_listed, given), strict=True))
            if rows and (not 1 <= column <= MAX_COLUMN or min(rows) < 1 or max(rows) > MAX_ROW):
                ref = f"{column}, {min(rows)}–{max(rows)}"
                raise PatchRefusedError("SX922", Location(workbook, sheet), ref=ref)
            target[column] = rows
    for sheet, by_cell in (cells or {}).items():
        target = found.setdefault(sheet, {})
        own: dict[int, dict[int, Any]] = {}
        for key, value in by_cell.items():
            row, column = _place(workbook, sheet, key)
            if column not in own:
                own[column] = dict(target.get(column, {}))
                target[column] = own[column]
            if row in own[column] and not _equal(own[column][row], value):
                raise PatchRefusedError("SX922", Location(workbook, sheet), ref=str(key))
            own[column][row] = value
    return found


def _listed(values: Any) -> Any:
    """Arrays and series as lists, whose plain values go the fast way; other sequences as they are."""
    return values.tolist() if hasattr(values, "tolist") else values


def _equal(first: Any, second: Any) -> bool:
    """Whether two values for the same cell agree; True is not 1 here."""
    return type(first) is type(second) and bool(first == second)


def _place(workbook: str, sheet: str, key: object) -> tuple[int, int]:
    if isinstance(key, str):
        place = parse_cell(key)
        if place is not None:
            return place
    elif isinstance(key, tuple) and len(key) == 2:
        row, column = key
        if 1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN:
            return int(row), int(column)
    raise PatchRefusedError("SX922", Location(workbook, sheet), ref=str(key))
