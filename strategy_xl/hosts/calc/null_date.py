"""Workbooks whose days count from another null date than 1899-12-30 (1904-01-01, on old Macs).

Calc hands a day over as a number that counts from the workbook's null date; the functions take numbers that
count from 1899-12-30. Which numbers are days is said by the fields of the templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from strategy_xl.functions.arguments import SETTINGS, Argument, Kind
from strategy_xl.functions.intake import field_of, headers, setting_field
from strategy_xl.functions.registry import find
from strategy_xl.schema.spec import FieldType
from strategy_xl.text.parsing import fold


def _later(value: Any, days: float) -> Any:
    if isinstance(value, list):
        return [_later(each, days) for each in value]
    return value + days if isinstance(value, float | int) and not isinstance(value, bool) else value


def _table(blocks: str, rows: list[list[Any]], days: float) -> list[list[Any]]:
    """A range with headers in its first row or column."""
    known = headers(blocks)

    def is_date(title: object) -> bool:
        spec = known.get(fold(title)) if isinstance(title, str) else None
        return spec is not None and spec.type is FieldType.DATE

    across = [is_date(title) for title in rows[0]]
    down = [is_date(row[0]) for row in rows]
    return [
        [_later(cell, days) if column or line else cell for cell, column in zip(row, across, strict=False)]
        for row, line in zip(rows, down, strict=True)
    ]


def _argument(known: Argument, value: Any, days: float) -> Any:
    if known is SETTINGS:
        return _settings_range(value, days) if isinstance(value, list) else value
    blocks = known.field if known.kind is Kind.TABLE else known.table
    if blocks and isinstance(value, list) and len(value[0]) > 1:
        return _table(blocks, value, days)
    is_date = known.kind is not Kind.TABLE and field_of(known).type is FieldType.DATE
    return _later(value, days) if is_date else value


def _settings_range(rows: list[list[Any]], days: float) -> list[list[Any]]:
    """A range of names and values."""
    return [
        [row[0], *(_later(cell, days) for cell in row[1:])] if _is_date_setting(row[0]) else row
        for row in rows
    ]


def _is_date_setting(name: object) -> bool:
    spec = setting_field(name) if isinstance(name, str) else None
    return spec is not None and spec.type is FieldType.DATE


def shifted(name: str, args: Sequence[Any], days: float) -> list[Any]:
    """The arguments of a call with their days counted from 1899-12-30.

    Arguments:
        name: the function.
        args: as for ``calling.call``.
        days: days from 1899-12-30 to the workbook's null date (1462 for 1904-01-01).
    """
    function = find(name)
    if function is None:
        return list(args)
    return [_argument(known, value, days) for known, value in zip(function.arguments, args, strict=False)]


def shifted_settings(settings: Mapping[str, Any], days: float) -> dict[str, Any]:
    """The settings of a workbook (raw cells by key) with their days counted from 1899-12-30."""
    return {key: _later(value, days) if _is_date_setting(key) else value for key, value in settings.items()}
