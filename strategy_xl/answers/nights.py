"""Two nights of one workbook, and everything that differs between them: cells, rows, settings, the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from strategy_xl.answers.basis import Basis
from strategy_xl.answers.pairing import Pairs, name_key, pair_rows, row_name
from strategy_xl.formulas.references import parse_argument
from strategy_xl.rules.table import Table
from strategy_xl.schema.consistency import REFERENCE_DATE, SETTINGS_BLOCK
from strategy_xl.schema.spec import NUMERIC_TYPES, DataBlock, FieldRole, FieldSpec, WorkbookSpec
from strategy_xl.text.identity import identity_key


class UnitKind(StrEnum):
    """What can differ from one night to the next."""

    CELL = "cell"
    STORED = "stored"
    ADDED = "added"
    GONE = "gone"
    SETTING = "setting"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that differs between two nights.

    Arguments:
        kind: what it is; ``STORED`` is a verdict of an earlier night that no longer stood in its cell.
        block, key: block and field, of a row the field that tells most of it.
        before, after: position of its row on each night; None where it is not there.
        old, new: the values.
        name: what the row is called.
        links: keys of the names, in other blocks, that the row is about.
    """

    kind: UnitKind
    block: str = ""
    key: str = ""
    before: int | None = None
    after: int | None = None
    old: Any = None
    new: Any = None
    name: str = ""
    links: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Nights:
    """Two nights of one workbook, and everything that differs between them."""

    spec: WorkbookSpec
    before: Basis
    after: Basis

    @cached_property
    def blocks(self) -> dict[str, DataBlock]:
        """The blocks that are remembered of both nights."""
        known = self.spec.data_blocks()
        return {key: known[key][1] for key in self.before.blocks if key in self.after.blocks and key in known}

    @cached_property
    def pairs(self) -> dict[str, Pairs]:
        """Which rows are the same ones, by block."""
        return {
            key: pair_rows(block, self.before.blocks[key], self.after.blocks[key])
            for key, block in self.blocks.items()
        }

    @cached_property
    def _tables(self) -> dict[str, tuple[Table, Table]]:
        return {}

    def tables(self, key: str) -> tuple[Table, Table]:
        """The rows of a block as rules take them, on the first night and on the second."""
        if key not in self._tables:
            block, before, after = self.blocks[key], self.before.blocks[key], self.after.blocks[key]
            self._tables[key] = before.table(block), after.table(block, as_found=True)
        return self._tables[key]

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Everything that differs; a unit's number is its place."""
        found = [unit for key in self.blocks for unit in (*self._cells(key), *self._rows(key))]
        if self.before.day != self.after.day:
            days = (self.before.day.isoformat(), self.after.day.isoformat())
            found.append(Unit(UnitKind.DAY, old=days[0], new=days[1]))
        return tuple(found)

    def _cells(self, block: str) -> list[Unit]:
        """The cells of a block that differ."""
        old, new = self.before.blocks[block], self.after.blocks[block]
        found = []
        for item in self.blocks[block].fields:
            kind = _kind(block, item)
            first = old.columns.get(item.key)
            second = (new.found if kind is UnitKind.STORED else new.columns).get(item.key)
            # What a night did not remember says nothing.
            if kind is None or first is None or second is None:
                continue
            for was, now in self.pairs[block].differing(first, second):
                name, links = row_name(self.blocks[block], new, now), self._links(block, was, now)
                found.append(Unit(kind, block, item.key, was, now, first[was], second[now], name, links))
        return found

    def _rows(self, block: str) -> list[Unit]:
        """The rows of a block that came or went."""
        key, spec = self.telling(block), self.blocks[block]
        found = []
        for kind, held, rows in (
            (UnitKind.GONE, self.before.blocks[block], self.pairs[block].gone),
            (UnitKind.ADDED, self.after.blocks[block], self.pairs[block].added),
        ):
            for at in rows:
                was, now = (at, None) if kind is UnitKind.GONE else (None, at)
                old, new = (held.value(key, at), None) if now is None else (None, held.value(key, at))
                links = self._links(block, was, now)
                found.append(Unit(kind, block, key, was, now, old, new, row_name(spec, held, at), links))
        return found

    def telling(self, block: str) -> str:
        """Key of the field that tells most of a row: its name, or the figure noted about another row."""
        spec = self.blocks[block]
        named = name_key(spec)
        if any(item.key == named and item.source is not None for item in spec.fields):
            figures = (item for item in spec.fields if item.required and item.type in NUMERIC_TYPES)
            return next((item.key for item in figures), named)
        return named

    def _links(self, block: str, was: int | None, now: int | None) -> dict[str, frozenset[str]]:
        """Which rows of other blocks a row names: keys of the names, by block."""
        found: dict[str, set[str]] = defaultdict(set)
        for item in self.blocks[block].fields:
            if item.source is None:
                continue
            owner, _keys = parse_argument(item.source)
            for held, at in ((self.before.blocks[block], was), (self.after.blocks[block], now)):
                value = held.value(item.key, at) if at is not None else None
                if isinstance(value, str):
                    found[owner].add(identity_key(value))
        return {owner: frozenset(names) for owner, names in found.items()}


def _kind(block: str, field: FieldSpec) -> UnitKind | None:
    """What a difference in a field's cells is; None where it is no reason for anything."""
    if block == SETTINGS_BLOCK:
        return None if field.key == REFERENCE_DATE else UnitKind.SETTING  # the day is a unit of its own
    if field.role is FieldRole.INPUT:
        return UnitKind.CELL
    return UnitKind.STORED if field.role is FieldRole.OWNED and field.choices is not None else None
