"""Which rows of two versions of a workbook are the same rows, and what differs between them.

Over ``answers.pairing``: before it, rows are told apart by all that names them (a reading by its KPI and its
day); after it, a row is taken for a renamed one only when enough of it is the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property

from strategy_xl.answers.basis import ENTITY_ID, Held
from strategy_xl.answers.pairing import Pairs, name_key, pair_rows, row_name
from strategy_xl.schema.spec import DataBlock, FieldRole, FormBlock, TableBlock
from strategy_xl.text.identity import identity_key
from strategy_xl.work.diff_cells import Content, bare
from strategy_xl.work.importing.words import table

_ENOUGH = 0.5
"""Share of what is filled that two rows of different names must have more than in common to be one row."""
_NEARLY = 0.75
"""The same, where one of them has an id and the other has not."""
_ALIKE = 0.6
"""How alike two names must be where nothing else is filled."""
_TELLING = 2
"""Cells that must be the same, beside the name, for a row to be found again that moved and was renamed."""


@dataclass(frozen=True, slots=True)
class CellPair:
    """A cell that is there in both versions and differs.

    Arguments:
        key: field, or column of people's own. before, after: position of its row in each version.
        old, new: what stands there.
    """

    key: str
    before: int
    after: int
    old: Content
    new: Content


def match_rows(block: DataBlock, before: Held, after: Held) -> Pairs:
    """Match the rows of a block in two versions of a workbook.

    Arguments:
        block: the block.
        before, after: its rows; those of a table are numbered from its first one, so that a row inserted
            above the table moves none of them.
    """
    is_matched = not by_place(block)
    before, after = replace(before, is_table=is_matched), replace(after, is_table=is_matched)
    if not is_matched:
        return pair_rows(block, before, after)
    before, after = _keyed(block, before, after)
    pairs = pair_rows(block, before, after)
    if isinstance(block, TableBlock) and block.locked:
        return pairs
    compare = _Compare(block, before, after)
    found = {was: now for was, now in pairs.same if compare.is_one_row(was, now)}
    return _found_again(block, before, after, found)


def by_place(block: DataBlock) -> bool:
    """Whether rows are known by their place alone, not by what stands in them."""
    if isinstance(block, FormBlock):
        return block.identity is None or block.instances == 1
    if not isinstance(block, TableBlock):
        return True
    named = name_key(block)
    inputs = {item.key for item in block.fields if item.role is FieldRole.INPUT}
    return block.locked and named not in inputs and all(item.key != ENTITY_ID for item in block.fields)


def _keyed(block: DataBlock, before: Held, after: Held) -> tuple[Held, Held]:
    """Both versions with an id for rows that have none and are named by several fields, the same in both."""
    keys: Sequence[str] = table("synonyms")["keys"].get(block.key, ())
    if not keys:
        return before, after
    named = [_names(held, keys) for held in (before, after)]
    counts = [Counter(names) for names in named]
    once = {name for name, count in counts[0].items() if name and count == 1 and counts[1][name] == 1}
    ids = [
        [
            held.value(ENTITY_ID, at) or (f"k:{name}" if name in once else None)
            for at, name in enumerate(names)
        ]
        for held, names in zip((before, after), named, strict=True)
    ]
    # An id beside a row that has one of its own would keep the two apart.
    own = [[held.value(ENTITY_ID, at) for at in range(len(held.rows))] for held in (before, after)]
    if any(any(side) for side in own):
        return before, after
    return tuple(  # type: ignore[return-value] # of two
        replace(held, columns={**held.columns, ENTITY_ID: given})
        for held, given in zip((before, after), ids, strict=True)
    )


def _names(held: Held, keys: Sequence[str]) -> list[str]:
    """What names each row, of several fields; "" where one of them is missing."""
    found = []
    for at in range(len(held.rows)):
        values = [held.value(key, at) for key in keys]
        whole = all(value is not None for value in values)
        found.append("\n".join(identity_key(str(value)) for value in values) if whole else "")
    return found


def row_title(block: DataBlock, held: Held, at: int) -> str:
    """What people call a row by all that names it; "" in a form that is there once, or without a name."""
    if isinstance(block, FormBlock) and block.instances == 1:
        return ""
    keys: Sequence[str] = table("synonyms")["keys"].get(block.key, ())
    values = [held.value(key, at) for key in keys]
    if len(keys) < _TELLING or not isinstance(values[0], str):
        return row_name(block, held, at)
    return " · ".join(str(bare(value)) for value in values if value is not None)


class _Compare:
    """Rows of two versions that were matched, looked at once more."""

    def __init__(self, block: DataBlock, before: Held, after: Held) -> None:
        self._block, self._before, self._after = block, before, after

    def is_one_row(self, was: int, now: int) -> bool:
        """Whether two rows that were matched are one: by id or name, else by what they have in common."""
        ids = self._before.value(ENTITY_ID, was), self._after.value(ENTITY_ID, now)
        if ids[0] is not None and ids[0] == ids[1]:
            return True
        sides = (self._before, was), (self._after, now)
        names = [identity_key(row_name(self._block, held, at)) for held, at in sides]
        if names[0] == names[1]:
            return True
        same, filled, is_telling = self._common(was, now)
        if filled:
            # A row that lost the id beside it was most likely cleared and typed anew.
            return is_telling and same > filled * (_ENOUGH if ids == (None, None) else _NEARLY)
        return SequenceMatcher(None, names[0], names[1]).ratio() >= _ALIKE

    def _common(self, was: int, now: int) -> tuple[int, int, bool]:
        """How many cells beside the name are the same and filled, how many are filled, whether those tell.

        They do when one of them holds what no other row held.
        """
        same = filled = 0
        is_telling = False
        for key, counts in self._counts.items():
            old, new = self._before.columns[key][was], self._after.columns[key][now]
            filled += old is not None or new is not None
            if old is not None and old == new:
                same += 1
                is_telling = is_telling or counts[old] == 1
        return same, filled, is_telling

    @cached_property
    def _counts(self) -> dict[str, Counter[Hashable]]:
        """How often each content is there, in the columns that tell rows apart."""
        keys = _telling(self._block, self._before, self._after)
        return {key: Counter(self._before.columns[key]) for key in keys}


def _telling(block: DataBlock, before: Held, after: Held) -> list[str]:
    named = name_key(block)
    return [key for key in before.columns if key in after.columns and key not in {ENTITY_ID, named}]


def _found_again(block: DataBlock, before: Held, after: Held, found: dict[int, int]) -> Pairs:
    """The pairs, with rows that have all in common but name and place."""
    taken = set(found.values())
    gone = [at for at in range(len(before.rows)) if at not in found]
    added = [at for at in range(len(after.rows)) if at not in taken]
    if gone and added:
        keys = _telling(block, before, after)
        sides = [
            {at: tuple(held.columns[key][at] for key in keys) for at in rows}
            for held, rows in ((before, gone), (after, added))
        ]
        counts = [Counter(side.values()) for side in sides]
        places = {content: at for at, content in sides[1].items()}
        for at, content in sides[0].items():
            is_once = counts[0][content] == 1 and counts[1][content] == 1
            ids = before.value(ENTITY_ID, at), after.value(ENTITY_ID, places.get(content, 0))
            telling = sum(value is not None for value in content) >= _TELLING
            if is_once and telling and (None in ids or ids[0] == ids[1]):
                found[at] = places[content]
    taken = set(found.values())
    return Pairs(
        tuple(sorted(found.items())),
        tuple(at for at in gone if at not in found),
        tuple(at for at in added if at not in taken),
    )


def cell_pairs(before: Held, after: Held, pairs: Pairs) -> Iterator[CellPair]:
    """The cells of matched rows that differ; of columns that only one version has nothing is said here."""
    for key, column in before.columns.items():
        other = after.columns.get(key)
        if other is None or key == ENTITY_ID:
            continue
        for was, now in pairs.same:
            if not same_content(column[was], other[now]):
                yield CellPair(key, was, now, column[was], other[now])


def same_content(old: Content, new: Content) -> bool:
    """Whether two cells hold the same; True is not 1 here, 1 and 1.0 are one number."""
    numbers = (int, float)
    are_numbers = type(old) in numbers and type(new) in numbers
    return (are_numbers or type(old) is type(new)) and bool(old == new)


def moved_rows(pairs: Pairs) -> int:
    """How many rows stand in another order than they did: the fewest that would have to be moved back."""
    tails: list[int] = []
    for _, now in pairs.same:
        at = bisect_left(tails, now)
        tails[at : at + 1] = [now]
    return len(pairs.same) - len(tails)


def columns_of(held: Held) -> Mapping[str, Sequence[Hashable]]:
    """The columns of a block but that of the ids."""
    return {key: column for key, column in held.columns.items() if key != ENTITY_ID}
