"""The states of a history as a table for other programs: one row a state, in CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from strategy_xl.errors import Location, UsageError, WorkbookError
from strategy_xl.history import queries
from strategy_xl.history.queries import Connection, Scope
from strategy_xl.schema.spec import EntityKind, WorkbookSpec

COLUMNS = (
    "workbook", "sheet", "cell", "kind", "name", "identity",
    "day", "is_there", "verdict", "reasons", "missing", "rule_version",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""Begins of a text that a spreadsheet would take for a formula."""


def need_pyarrow() -> None:
    """UsageError SX969 when Parquet cannot be written."""
    if find_spec("pyarrow") is None:
        raise UsageError("SX969", Location())


def rows(connection: Connection, scope: Scope, since: date) -> list[dict[str, Any]]:
    """Every state that held on a day or came since, with its values under their own keys."""
    books = {book.id: book.path for book in queries.books_of(connection, scope)}
    sheets = {key: row.sheet for key, row in queries.blocks_of(connection, scope).items()}
    found: list[dict[str, Any]] = []
    for kind in map(str, EntityKind):
        entities = queries.entities_of(connection, kind, scope)
        for key, states in queries.states_of(connection, kind, scope, since=since).items():
            entity = entities[key]
            head: dict[str, Any] = {
                "workbook": books[entity.book],
                "sheet": sheets.get((entity.book, kind), ""),
                "cell": entity.cell,
                "kind": kind,
                "name": entity.name,
                "identity": entity.identity,
            }
            found += [
                head
                | {
                    "day": state.day,
                    "is_there": state.is_there,
                    "verdict": state.verdict,
                    "reasons": state.reasons,
                    "missing": state.missing,
                    "rule_version": state.version,
                }
                | {f"{kind}.{name}": value for name, value in state.values.items()}
                for state in states
            ]
    return found


def write(
    found: Sequence[dict[str, Any]], spec: WorkbookSpec, as_csv: Path | None, as_parquet: Path | None
) -> None:
    """Write the rows into one file or both.

    Arguments:
        found: as ``rows`` gives them.
        spec: the templates, by which columns of Parquet have their types.
        as_csv, as_parquet: the files.

    Errors: WorkbookError SX973 when one cannot be written.
    """
    try:
        _write(found, spec, as_csv, as_parquet)
    except OSError as error:
        where = Location(error.filename if isinstance(error.filename, str) else None)
        raise WorkbookError("SX973", where, detail=error.strerror or str(error)) from error


def _write(
    found: Sequence[dict[str, Any]], spec: WorkbookSpec, as_csv: Path | None, as_parquet: Path | None
) -> None:
    values = sorted({key for row in found for key in row} - set(COLUMNS))
    columns = [*COLUMNS, *values]
    if as_csv is not None:
        with as_csv.open("w", encoding="utf-8-sig", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(columns)
            table.writerows(_safe(row.get(column) for column in columns) for row in found)
    if as_parquet is not None:
        from strategy_xl.commands import history_parquet

        history_parquet.write(found, columns, spec, as_parquet)


def _safe(values: Iterator[Any]) -> list[Any]:
    """What a spreadsheet may open: a text that looks like a formula has an apostrophe in front."""
    return [f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value for value in values]
