"""The states of a history as a table of Arrow, each column of one type: days as days, figures as figures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from strategy_xl.schema.spec import NUMERIC_TYPES, FieldType, WorkbookSpec

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIXED = {"day": pa.date32(), "is_there": pa.bool_()}
"""Columns of every state that are no texts."""


def write(found: Sequence[Mapping[str, Any]], columns: Sequence[str], spec: WorkbookSpec, path: Path) -> None:
    """Write rows into a file.

    Arguments:
        found: the rows.
        columns: their keys, in order; those of values are ``kind.key``.
        spec: the templates, which say what a value is where rows do not.
        path: the file. Errors: OSError.
    """
    declared = _declared(spec)
    arrays, fields = [], []
    for name in columns:
        values = [row.get(name) for row in found]
        type_ = _FIXED.get(name) or (_type(values, declared.get(name)) if "." in name else pa.string())
        arrays.append(pa.array([_cast(value, type_) for value in values], type_))
        fields.append(pa.field(name, type_))
    with path.open("wb") as stream:
        pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), stream)


def _declared(spec: WorkbookSpec) -> dict[str, FieldType]:
    """What the templates say of values, by ``kind.key``."""
    found: dict[str, FieldType] = {}
    for _module, block in spec.data_blocks().values():
        record = getattr(block, "record", None)
        if record is not None:
            found |= {f"{record.kind}.{field.key}": field.type for field in block.fields}
    return found


def _type(values: Sequence[Any], declared: FieldType | None) -> pa.DataType:
    """The type that all values of a column have; text for those of several."""
    kinds = {bool if isinstance(value, bool) else type(value) for value in values if value is not None}
    if kinds == {bool} or (not kinds and declared is FieldType.BOOL):
        return pa.bool_()
    if (kinds and kinds <= {int, float}) or (not kinds and declared in NUMERIC_TYPES):
        return pa.float64()
    is_day = declared is FieldType.DATE or (declared is None and kinds == {str})
    if is_day and all(value is None or _day(value) is not None for value in values):
        return pa.date32()
    return pa.string()


def _day(value: Any) -> date | None:
    """The day that a text is; None for another text."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _cast(value: Any, type_: pa.DataType) -> Any:
    """A value as its column has it."""
    if value is None or isinstance(value, date):
        return value
    if type_ == pa.date32():
        return _day(value)
    if type_ == pa.string() and not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return value
