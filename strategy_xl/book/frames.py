"""The columns of one block: cut out of a sheet's rows, and put together as a frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.book.data import BlockData, Rows, WorkbookData
from strategy_xl.book.known_places import BlockPlace
from strategy_xl.cellcolumns import ERROR, NOTHING, TEXT, Cells
from strategy_xl.cellvalues import to_serial
from strategy_xl.ooxml.sheet_meta import SheetMeta
from strategy_xl.rules.frame import as_array, flags
from strategy_xl.rules.table import Table
from strategy_xl.schema.spec import DataBlock, FieldRole, FieldSpec, FieldType, TableBlock
from strategy_xl.text.coerced import Coerced, as_column, blank_mask
from strategy_xl.text.parsing import fold


@dataclass(frozen=True, slots=True)
class Column:
    """A field's cells, raw and by type."""

    spec: FieldSpec
    raw: Sequence[Any]
    coerced: Coerced


def filled_rows(block: DataBlock, columns: Iterable[Column], count: int) -> npt.NDArray[np.bool_]:
    """Which rows people filled: an input with a value other than its default, or one that could not be read.

    A row without any input field (a result list) is filled when anything stands in it.
    """
    filled = np.zeros(count, bool)
    inputs = [column for column in columns if column.spec.role is FieldRole.INPUT]
    identity = block.identity_key if isinstance(block, TableBlock) else getattr(block, "identity", None)
    for column in inputs or columns:
        spec = column.spec
        if not inputs:
            filled |= ~blank_mask(column.raw)
            continue
        given = column.coerced.given
        if spec.default is not None and spec.key != identity and given.any():
            given &= ~_is_default(column)
        filled |= given
        for problem in column.coerced.problems:
            filled[problem.position] = True
    return filled


def as_they_stand(column: Column, *, tidies: bool) -> dict[int, Any]:
    """The cells (positions) of an input that formulas see otherwise than the rules, with what stands there.

    Arguments:
        column: the input.
        tidies: whether what was meant is going to be written in their place.
    """
    raw = column.raw
    at = {problem.position for problem in column.coerced.problems if problem.meant is None or not tidies}
    is_words = column.spec.type in (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.CHOICE)
    if isinstance(raw, Cells):
        texts, place = raw.distinct()
        odd = np.array([text != text.strip() for text in texts])[place]
        if is_words:
            odd |= ~np.isin(raw.kinds, (TEXT, NOTHING, ERROR))
        at.update(np.flatnonzero(odd).tolist())
    else:
        at.update(
            place
            for place, cell in enumerate(raw)
            if (cell != cell.strip() if type(cell) is str else is_words and cell is not None)
        )
    found = {place: raw[place] for place in sorted(at)}
    return {place: _number_of(value) for place, value in found.items() if value != ""}


def _number_of(value: Any) -> Any:
    """A time of the day or a length of time as the number that stands in the cell."""
    return to_serial(value) if isinstance(value, time | timedelta) else value


_LIKELY = re.compile("tot|som|sum", re.IGNORECASE)
_TOTAL = re.compile(r"(?:(?:sous|grand|sub)[- ]?)?(?:totals?|totaux)(?: general)?|sommes?|sum")


def total_rows(
    place: BlockPlace, cells: Mapping[str, Sequence[Any]], first: int, meta: SheetMeta
) -> dict[int, str]:
    """Rows (positions) that only sum up those above, each with the field whose cell says so.

    They are named so, mostly in the column of names, and have a sum or a formula under numbers.

    Arguments:
        place: a table's place.
        cells: raw cells by field key, from row ``first`` on.
        meta: what is known of its sheet.
    """
    block = place.block
    if not isinstance(block, TableBlock) or block.identity_key not in cells:
        return {}
    names = cells[block.identity_key]
    keys = [spec.key for spec in block.fields if spec.role is FieldRole.INPUT and spec.key in cells]
    found = {
        at: key
        for key in keys
        if _LIKELY.search("\n".join(_texts(cells[key])))
        for at, text in enumerate(cells[key])
        if says_total(text) and (key == block.identity_key or not str(names[at]).strip())
    }

    def is_sum(at: int, key: str) -> bool:
        above = [value for value in cells[key][:at] if type(value) is float]
        row, value = first + at, cells[key][at]
        if meta.formulas_in(place.places[key].column, row, row)[0]:
            return True
        return type(value) is float and len(above) > 1 and math.isclose(value, math.fsum(above), abs_tol=0.5)

    return {at: own for at, own in sorted(found.items()) if any(is_sum(at, key) for key in keys)}


def _texts(cells: Sequence[Any]) -> list[str]:
    """The different texts of a column."""
    return cells.distinct()[0] if isinstance(cells, Cells) else [text for text in cells if type(text) is str]


def says_total(text: object) -> bool:
    """Whether a cell names a row that sums up others."""
    return isinstance(text, str) and bool(_LIKELY.search(text)) and bool(_TOTAL.fullmatch(fold(text)))


def _is_default(column: Column) -> npt.NDArray[np.bool_]:
    """Which cells hold what the template puts there at first."""
    default = column.spec.default
    if column.spec.type is FieldType.BOOL:
        default = default in {True, "yes"}
    elif column.spec.type is FieldType.DATE:
        return np.zeros(len(column.raw), bool)
    array = column.coerced.array
    if isinstance(array, pd.arrays.BooleanArray):
        return np.asarray(flags(Table({"": array}), "") == default)
    return np.asarray(array == default, dtype=bool)


def table_of(columns: Iterable[Column], filled: npt.NDArray[np.bool_], index: Rows) -> Table:
    """The filled rows of all columns; owned cells stay Python objects as they were read."""
    taken = _contiguous(filled)
    rows = pd.Index(index, dtype="int64")
    arrays: dict[str, Any] = {}
    owned: set[str] = set()
    for column in columns:
        arrays[column.spec.key] = column.coerced.array[taken]
        if column.spec.role is FieldRole.OWNED:
            owned.add(column.spec.key)

    def frame() -> pd.DataFrame:
        # A Series, because the frame would guess a text type for a bare array of objects.
        columns = {
            key: pd.Series(array, index=rows, dtype=object) if key in owned else as_column(array)
            for key, array in arrays.items()
        }
        return pd.DataFrame(columns, index=rows, copy=False)

    return Table(arrays, rows, frame)


def _contiguous(filled: npt.NDArray[np.bool_]) -> slice | npt.NDArray[np.bool_]:
    """What takes the filled rows out of a column: of rows without gaps it need not copy any."""
    first, count = int(filled.argmax()) if len(filled) else 0, int(np.count_nonzero(filled))
    return slice(first, first + count) if filled[first : first + count].all() else filled


def left_results(columns: Iterable[Column], filled: npt.NDArray[np.bool_], first: int) -> dict[str, Rows]:
    """Owned cells with content in rows that are blank."""
    if filled.all():
        return {}
    empty = np.flatnonzero(~filled).tolist()
    found = {}
    for column in columns:
        if column.spec.role is FieldRole.OWNED:
            rows = np.array([row for row in empty if column.raw[row] != ""], dtype=np.int64) + first
            if len(rows):
                found[column.spec.key] = rows
    return found


def rule_frames(data: WorkbookData) -> dict[str, Table]:
    """Every block's records as rules take them.

    What an earlier run wrote is read back by its type; the choice of an open list is the people's own word.
    """
    opened = {
        key: {choice: label for label, choice in choices.exact.items()}
        for key, choices in data.choices.items()
        if choices.open
    }
    return {key: _frame(block, opened) for key, block in data.blocks.items()}


def _frame(block: BlockData, opened: Mapping[str, Mapping[str, str]]) -> Table:
    typed: dict[str, Any] = {}
    for spec in block.block.fields:
        if spec.choices is None or spec.key not in block.rows:
            continue
        labels = opened.get(spec.choices)
        if spec.role is FieldRole.OWNED:
            typed[spec.key] = block.typed(spec.key)
        elif labels:
            typed[spec.key] = as_array([labels.get(key, key) for key in block.rows.values(spec.key)])
    table = block.rows.extended(typed)
    if not block.left_out:
        return table
    return table.take(~np.isin(block.rows.index.to_numpy(), list(block.left_out)))
