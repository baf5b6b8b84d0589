"""Which rows of a table are the same rows a night later, whatever was sorted, inserted or renamed between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.answers.basis import ENTITY_ID, Held
from strategy_xl.history.kept_columns import KeptColumn, differing, plain_list
from strategy_xl.schema.spec import DataBlock, FormBlock, TableBlock
from strategy_xl.text.identity import identity_key

NAMED = "n:"
"""How the identity of a row begins that is known by its name alone."""


class _InPlace(Sequence[tuple[int, int]]):
    """Each of so many rows with itself."""

    def __init__(self, rows: int) -> None:
        self._rows = range(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: Any) -> Any:
        found = self._rows[at]
        return [(row, row) for row in found] if isinstance(at, slice) else (found, found)


@dataclass(frozen=True)
class Pairs:
    """Rows of one block on two nights, by position.

    Arguments:
        same: before and after of each row that is there on both.
        gone: rows of the first night only; added: of the second only.
        is_in_place: whether every row of both nights stands where it stood.
    """

    same: Sequence[tuple[int, int]]
    gone: tuple[int, ...]
    added: tuple[int, ...]
    is_in_place: bool = False

    @classmethod
    def in_place(cls, rows: int) -> Pairs:
        """Each row with itself."""
        return cls(_InPlace(rows), (), (), is_in_place=True)

    @cached_property
    def _places(self) -> npt.NDArray[np.intp]:
        return np.array(self.same, dtype=np.intp).reshape(-1, 2).T

    def differing(self, first: Sequence[Any], second: Sequence[Any]) -> list[tuple[int, int]]:
        """The rows that are there on both nights in which a column of the one differs from that of the other.

        Arguments: the column on the first night and on the second.
        """
        if self.is_in_place:
            return [(at, at) for at in differing(first, second)]
        if isinstance(first, KeptColumn) and isinstance(second, KeptColumn):
            was, now = self._places
            return [self.same[at] for at in differing(first.chosen(was), second.chosen(now))]
        old, new = plain_list(first), plain_list(second)
        return [(was, now) for was, now in self.same if old[was] != new[now]]


def name_key(block: DataBlock) -> str:
    """Key of the field that names a row of a block."""
    if isinstance(block, TableBlock):
        return block.identity_key
    named = block.identity if isinstance(block, FormBlock) else None
    return named or (block.fields[0].key if block.fields else "")


def row_name(block: DataBlock, held: Held, at: int) -> str:
    """What a row is called, by position; "" when nothing names it."""
    value = held.value(name_key(block), at)
    return "" if value is None else str(value)


def identity(block: DataBlock, held: Held, at: int) -> str:
    """What a row is known by: the id that it carries, else its name; "" without either."""
    own = held.value(ENTITY_ID, at)
    if own is not None:
        return str(own)
    key = identity_key(row_name(block, held, at))
    return f"{NAMED}{key}" if key else ""


def pair_rows(block: DataBlock, before: Held, after: Held) -> Pairs:
    """Match the rows of a block.

    By the id that rows carry; then those that nobody touched, wherever they stand; then by name in the same
    row, by name, and by the row alone (a new name). Instances of a form are known by their place.

    Arguments: the block, its cells on the first night and on the second.
    """
    if not before.is_table:
        place = {row: at for at, row in enumerate(after.rows)}
        same = tuple((at, place[row]) for at, row in enumerate(before.rows) if row in place)
        return _rest(before, after, dict(same))
    if _is_as_it_was(before, after):
        return Pairs.in_place(len(before.rows))
    shared = [key for key in before.columns if key in after.columns and key != ENTITY_ID]
    sides = (_Side.of(block, before, shared), _Side.of(block, after, shared))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for step in range(len(sides[0].keys)):
        if len(found) == len(before.rows) or len(taken) == len(after.rows):
            break
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for at in reversed(range(len(after.rows))):
            key = sides[1].keys[step][at]
            if at not in taken and key is not None:
                waiting[key].append(at)
        for at in range(len(before.rows)):
            partners = waiting.get(sides[0].keys[step][at]) if at not in found else None
            # A row with an id is no row with another id, whatever it is called.
            if partners and (step == 0 or None in {sides[0].ids[at], sides[1].ids[partners[-1]]}):
                found[at] = partners.pop()
                taken.add(found[at])
    return _rest(before, after, found)


def _is_as_it_was(before: Held, after: Held) -> bool:
    """Whether all rows stand where they stood, each with its id or untouched: as on most nights."""
    ids = before.columns.get(ENTITY_ID)
    if ids is not None and ids == after.columns.get(ENTITY_ID) and _is_whole(ids):
        return True
    return before.rows == after.rows and before.columns == after.columns


def _is_whole(values: Sequence[Any]) -> bool:
    return values.is_whole if isinstance(values, KeptColumn) else None not in values


@dataclass(frozen=True)
class _Side:
    """The rows of one night, and by what each may be found again: one list a way, the surest first."""

    ids: list[Any]
    keys: tuple[list[Hashable], ...]

    @classmethod
    def of(cls, block: DataBlock, held: Held, shared: list[str]) -> _Side:
        """The rows of a block, compared by the columns that both nights remember."""
        count = len(held.rows)
        ids = plain_list(held.columns.get(ENTITY_ID, [None] * count))
        names = [identity_key(row_name(block, held, at)) or None for at in range(count)]
        columns = [held.columns[key] for key in shared]
        contents: list[Hashable] = list(zip(*columns, strict=True)) if columns else [None] * count
        rows: list[Hashable] = list(held.rows)
        placed: list[Hashable] = list(zip(contents, rows, strict=True))
        named: list[Hashable] = list(zip(names, rows, strict=True))
        return cls(ids, (list(ids), placed, contents, named, list(names), rows))


def _rest(before: Held, after: Held, found: dict[int, int]) -> Pairs:
    """The pairs, and the rows without a partner."""
    taken = set(found.values())
    return Pairs(
        tuple(sorted(found.items())),
        tuple(at for at in range(len(before.rows)) if at not in found),
        tuple(at for at in range(len(after.rows)) if at not in taken),
    )
