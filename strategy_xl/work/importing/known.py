"""Which rows of a list the workbook has already, and what the list would change in them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.names import GUEST
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, TableBlock
from strategy_xl.text.identity import identity_key
from strategy_xl.work.importing.matching import NOTE
from strategy_xl.work.importing.words import table

BETWEEN = " ; "
"""What stands between the pieces of a note."""

Row = Mapping[str, Any]


def shown_values(book: WorkbookData, spec: FieldSpec, values: Iterable[Any]) -> list[Any]:
    """Values as they stand in cells of this workbook: choices by label, yes/no by word, real dates."""
    values = list(values)
    known: dict[Any, Any] = dict.fromkeys(values)
    for value in known:
        shown = book.look.cell(spec, value)
        if isinstance(shown, date):
            shown = date(shown.year, shown.month, shown.day)
        known[value] = float(shown) if isinstance(shown, float) else shown
    return [known[value] for value in values]


class KnownRows:
    """The rows of a table as they are."""

    def __init__(self, book: WorkbookData, data: BlockData, fields: Iterable[str]) -> None:
        """Look at the rows.

        Arguments:
            book, data: the workbook and the table as read.
            fields: what the list has for it.
        """
        self.book, self.data = book, data
        block = data.block
        assert isinstance(block, TableBlock)
        self.name = block.identity_key
        spec = data.field(self.name)
        self.is_name = spec.type is FieldType.TEXT and spec.source is None
        told: Sequence[str] = table("synonyms")["keys"].get(block.key, ())
        listed = list(dict.fromkeys([*fields, self.name]))
        self.keys = tuple(key for key in told if key in data.places) or (
            (self.name,) if self.is_name else tuple(sorted(listed))
        )
        wanted = dict.fromkeys([*listed, *self.keys, *([NOTE] if NOTE in data.places else [])])
        columns = {
            key: shown_values(book, data.field(key), data.rows.values(key))
            for key in wanted
            if key in data.places
        }
        self.rows: dict[int, Row] = {}
        for position, row in enumerate(data.rows.index.tolist()):
            values = {
                key: column[position] for key, column in columns.items() if column[position] is not None
            }
            if self.name in values:
                self.rows[int(row)] = values
        self._formulas: set[tuple[int, str]] | None = None

    def key(self, values: Row) -> tuple[str, ...]:
        """What makes a row the same row."""
        return tuple(_part(values.get(key)) for key in self.keys)

    def shown(self, values: Row) -> str:
        """A record by what makes it the same record."""
        keys = self.keys if self.name in self.keys else (self.name,)
        return " · ".join(str(values[key]) for key in keys if values.get(key) is not None)

    def same_rows(self, rows: Sequence[Row]) -> list[int | None]:
        """For each row of a list: the row of the workbook that it is; None for a new one.

        Where a name is all, it decides, whatever the list does not say. Elsewhere one that is the same
        throughout is taken first, then one after the other of those with the same key.
        """
        if not self.rows:
            return [None] * len(rows)
        by_key: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, values in self.rows.items():
            by_key[self.key(values)].append(row)
        if self.is_name:
            return [self._named(values, by_key) for values in rows]
        found: list[int | None] = [None] * len(rows)
        for place, values in enumerate(rows):
            candidates = by_key.get(self.key(values), [])
            same = next((row for row in candidates if not self.differences(values, row)), None)
            if same is not None:
                found[place] = same
                candidates.remove(same)
        for place, values in enumerate(rows):
            candidates = by_key.get(self.key(values), [])
            if found[place] is None and candidates:
                found[place] = candidates.pop(0)
        return found

    def _named(self, values: Row, by_key: Mapping[tuple[str, ...], list[int]]) -> int | None:
        """The row of that name; where people have a firm, both must have the same, or one of them none."""
        key = self.key(values)
        exact = by_key.get(key)
        if exact:
            return exact[0]
        if len(key) == 1:
            return None
        alike = [
            rows[0]
            for other, rows in by_key.items()
            if other[0] == key[0]
            and all(not one or not two for one, two in zip(key[1:], other[1:], strict=True))
        ]
        return alike[0] if len(alike) == 1 else None

    def differences(self, values: Row, row: int) -> dict[str, tuple[Any, Any]]:
        """What a row of a list would change in a row of the workbook: field → old and new value.

        The name stays as people have it; so does what has a formula of its own.
        """
        old = self.rows[row]
        return {
            key: (old.get(key), value)
            for key, value in values.items()
            if key != self.name and not self._is_same(key, old.get(key), value)
        }

    def _is_same(self, key: str, old: Any, new: Any) -> bool:
        if isinstance(old, str) and isinstance(new, str):
            if self.data.field(key).source is not None or key in self.keys:
                return identity_key(old) == identity_key(new)
            return old.split() == new.split()
        if isinstance(old, int | float) and isinstance(new, int | float):
            return math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-9)
        return bool(old == new)

    def has_formula(self, row: int, key: str) -> bool:
        """Whether people calculate a cell by a formula of their own."""
        if self._formulas is None:
            with Package.open(self.book.snapshot) as package:
                self._formulas = set(_own_formulas(WorkbookInfo(package), self.data))
        return (row, key) in self._formulas


def _own_formulas(info: WorkbookInfo, data: BlockData) -> Iterable[tuple[int, str]]:
    """Row and field of the cells of a table that hold formulas."""
    meta = SheetValues(info).meta(data.sheet)
    columns = {place.column: key for key, place in data.places.items()}
    for row, column in zip(meta.formula_rows.tolist(), meta.formula_columns.tolist(), strict=True):
        if column in columns:
            yield row, columns[column]


def waiting_rows(snapshot: Snapshot, data: BlockData) -> set[int]:
    """Rows that show nothing yet but read a list of the workbook's owner: they are not free.

    Arguments:
        snapshot: the workbook; only one that has taken our sheets in has such rows.
        data: the table.
    """
    with Package.open(snapshot) as package:
        info = WorkbookInfo.of(package)
        if not info.names_like(GUEST):
            return set()
        inputs = {spec.key for spec in data.block.fields if spec.role is FieldRole.INPUT}
        return {row for row, key in _own_formulas(info, data) if key in inputs}


def _part(value: Any) -> str:
    return "" if value is None else identity_key(str(value))


def merged_note(old: str | None, text: str | None, pieces: Mapping[str, str]) -> str | None:
    """A note with what a list says; what people have written in it stays.

    Arguments:
        old: the note as it is.
        text: the list's own note.
        pieces: label with its colon → what the list has under it; a piece of that label is replaced.
    """
    note = old or ""
    if text and " ".join(text.split()) not in " ".join(note.split()):
        note = f"{note}{BETWEEN}{text}" if note else text
    for label, value in pieces.items():
        parts = note.split(BETWEEN) if note else []
        at = next((place for place, part in enumerate(parts) if part.startswith(label)), len(parts))
        parts[at : at + 1] = [f"{label}{value.replace(BETWEEN, ', ')}"]
        note = BETWEEN.join(parts)
    return note or None
