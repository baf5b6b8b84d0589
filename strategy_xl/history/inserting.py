"""Many new rows at once, handed to the database as they are: on a first night, all of a workbook's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_BETWEEN = "},{"

Row = tuple[Any, ...]


def insert_rows(connection: sa.Connection, table: sa.Table, keys: Sequence[str], rows: Sequence[Row]) -> None:
    """Enter new rows.

    Arguments:
        connection: its transaction is the caller's.
        table: where; keys: the columns that are given, all others have their defaults in the database.
        rows: plain values, days as ``day_value`` gives them, JSON as text.
    """
    if not rows:
        return
    dialect = connection.dialect
    quoted = dialect.identifier_preparer
    names = ", ".join(quoted.quote(key) for key in keys)
    values = ", ".join(["?" if dialect.name == "sqlite" else "%s"] * len(keys))
    statement = f"INSERT INTO {quoted.format_table(table)} ({names}) VALUES ({values})"  # noqa: S608 - our names
    connection.exec_driver_sql(statement, list(rows))


def day_value(connection: sa.Connection, day: date) -> date | str:
    """A day as the driver takes it."""
    return day.isoformat() if connection.dialect.name == "sqlite" else day


def json_texts(values: Sequence[Mapping[str, Any]]) -> list[str]:
    """Objects of plain values as JSON, all at once, which takes a quarter of the time.

    Errors: StatementError, as the database says it, for what JSON has not.
    """
    try:
        texts = _to_json(values)[2:-2].split(_BETWEEN)
        if len(texts) == len(values):
            return [f"{{{text}}}" for text in texts]
        return [_to_json(value) for value in values]  # a text among them looks like the end of an object
    except (TypeError, ValueError) as error:
        raise sa.exc.StatementError(str(error), None, None, error) from error
