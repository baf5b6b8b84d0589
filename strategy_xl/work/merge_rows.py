"""Three versions of one block put together, row by row and cell by cell; nothing is known of files here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from strategy_xl.answers.basis import ENTITY_ID, Held
from strategy_xl.answers.pairing import name_key
from strategy_xl.schema.spec import DataBlock
from strategy_xl.text.identity import identity_key
from strategy_xl.work.diff_cells import Content
from strategy_xl.work.diff_rows import by_place, match_rows, moved_rows, row_title, same_content


class Side(StrEnum):
    """One of the two versions that are put together."""

    A = "a"
    B = "b"


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A cell that both versions changed, otherwise.

    Arguments:
        key: its field. at: position of its row in A.
        name: what the row is called.
        base, a, b: what stands there; base None where the row is new.
        kept: whose content is taken.
    """

    key: str
    at: int
    name: str
    base: Content
    a: Content
    b: Content
    kept: Side = Side.A


@dataclass(frozen=True, slots=True)
class RowConflict:
    """A row that one version removed and the other edited.

    Arguments:
        deleted: which version removed it.
        name: what it is called.
        cells: what the other changed in it: field → content before and after.
        at: position in the version that has it.
        stays: whether it is in what comes out.
    """

    deleted: Side
    name: str
    cells: Mapping[str, tuple[Content, Content]]
    at: int
    stays: bool = True


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that A is to get.

    Arguments:
        at: its position in B. place: the row that it has there, counted as ``Held.rows``.
        name: what it is called. cells: what stands in it.
    """

    at: int
    place: int
    name: str
    cells: Mapping[str, Content]


@dataclass(frozen=True)
class BlockMerge:
    """What is to become of one block of A.

    Arguments:
        cells: position of a row in A → field → what it gets.
        new: rows that it gets. cleared: positions of the rows that B removed.
        conflicts: cells, rows: what both changed otherwise.
        twins: names of rows that both added.
        doubled: names that two rows have now, one renamed and one added.
        moved: how many rows B put into another order.
        missing: fields that A has not → how many contents of B they would get.
        same: rows of A and B that are one: position in B by position in A.
        origin: position in the base by position in A.
    """

    cells: Mapping[int, Mapping[str, Content]] = field(default_factory=dict)
    new: tuple[NewRow, ...] = ()
    cleared: tuple[int, ...] = ()
    conflicts: tuple[CellConflict, ...] = ()
    rows: tuple[RowConflict, ...] = ()
    twins: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    moved: int = 0
    missing: Mapping[str, int] = field(default_factory=dict)
    same: Mapping[int, int] = field(default_factory=dict)
    origin: Mapping[int, int] = field(default_factory=dict)

    @property
    def open_conflicts(self) -> int:
        """How many conflicts there are."""
        return len(self.conflicts) + len(self.rows)


def merge_rows(block: DataBlock, base: Held, a: Held, b: Held, prefer: Side | None = None) -> BlockMerge:
    """Put what B changed since the base into A.

    Arguments:
        block: the block. base, a, b: its rows in the three versions.
        prefer: whose content is taken where both changed the same; A's when not given.

    A row that one removed and the other edited stays, unless a preference says otherwise.
    """
    return _Merge(block, base, a, b, prefer).plan()


class _Merge:
    """The work on one block."""

    def __init__(self, block: DataBlock, base: Held, a: Held, b: Held, prefer: Side | None) -> None:
        self._block, self._base, self._a, self._b, self._prefer = block, base, a, b, prefer
        self._to_a, self._to_b = match_rows(block, base, a), match_rows(block, base, b)
        self._cells: dict[int, dict[str, Content]] = {}
        self._conflicts: list[CellConflict] = []
        self._rows: list[RowConflict] = []
        self._new: list[NewRow] = []
        self._cleared: list[int] = []
        self._missing: dict[str, int] = {}
        self._same: dict[int, int] = {}
        self._keys = [key for key in b.columns if key != ENTITY_ID]

    def plan(self) -> BlockMerge:
        """All of it."""
        in_a, in_b = dict(self._to_a.same), dict(self._to_b.same)
        for at in range(len(self._base.rows)):
            one, other = in_a.get(at), in_b.get(at)
            if one is not None and other is not None:
                self._same[one] = other
                self._merge(at, one, other)
            elif one is not None:
                self._without_b(at, one)
            elif other is not None:
                self._without_a(at, other)
        twins = list(self._added(self._to_b.added))
        return BlockMerge(
            self._cells,
            tuple(self._new),
            tuple(self._cleared),
            tuple(self._conflicts),
            tuple(self._rows),
            tuple(twins),
            tuple(self._doubled()),
            moved_rows(self._to_b),
            self._missing,
            self._same,
            {one: at for at, one in in_a.items()},
        )

    # -- rows of the base ------------------------------------------------------------------------------

    def _merge(self, base: int | None, one: int, other: int) -> None:
        """Put a row of B into the same row of A."""
        for key in self._keys:
            new = self._b.columns[key][other]
            before = self._held(self._base, key, base)
            if same_content(new, before):
                continue
            if key not in self._a.columns:
                self._missing[key] = self._missing.get(key, 0) + 1
                continue
            old = self._a.columns[key][one]
            if same_content(old, new):
                continue
            if same_content(old, before):
                self._cells.setdefault(one, {})[key] = new
                continue
            if key == name_key(self._block) and identity_key(str(old)) == identity_key(str(new)):
                continue  # one name, written in two ways
            kept = self._prefer or Side.A
            name = row_title(self._block, self._a, one)
            self._conflicts.append(CellConflict(key, one, name, before, old, new, kept))
            if kept is Side.B:
                self._cells.setdefault(one, {})[key] = new

    @staticmethod
    def _held(held: Held, key: str, at: int | None) -> Content:
        column = held.columns.get(key)
        return None if column is None or at is None else column[at]

    def _edits(self, base: int, held: Held, at: int) -> dict[str, tuple[Content, Content]]:
        """What a version changed in a row."""
        found = {}
        for key, column in held.columns.items():
            before = self._held(self._base, key, base)
            if key != ENTITY_ID and not same_content(before, column[at]):
                found[key] = before, column[at]
        return found

    def _without_b(self, base: int, one: int) -> None:
        edits = self._edits(base, self._a, one)
        stays = bool(edits) and self._prefer is not Side.B
        if edits:
            name = row_title(self._block, self._a, one)
            self._rows.append(RowConflict(Side.B, name, edits, one, stays))
        if not stays:
            self._cleared.append(one)

    def _without_a(self, base: int, other: int) -> None:
        edits = self._edits(base, self._b, other)
        if not edits:
            return
        stays = self._prefer is not Side.A
        self._rows.append(RowConflict(Side.A, row_title(self._block, self._b, other), edits, other, stays))
        if stays:
            self._new.append(self._row(other))

    # -- rows that were added --------------------------------------------------------------------------

    def _row(self, other: int) -> NewRow:
        """A row of B as A gets it."""
        cells = {}
        for key in self._keys:
            content = self._b.columns[key][other]
            if content is None:
                continue
            if key in self._a.columns:
                cells[key] = content
            else:
                self._missing[key] = self._missing.get(key, 0) + 1
        return NewRow(other, self._b.rows[other], row_title(self._block, self._b, other), cells)

    def _added(self, rows: Sequence[int]) -> Iterator[str]:
        """Take over rows that B added; of those that A has too, the names."""
        known = self._known()
        for other in rows:
            mark = self._mark(self._b, other)
            waiting = known.get(mark, [])
            if waiting:
                one = waiting.pop(0)
                self._same[one] = other
                self._merge(None, one, other)
                yield row_title(self._block, self._a, one)
            else:
                self._new.append(self._row(other))

    def _known(self) -> dict[object, list[int]]:
        """The rows of A that one of B may be: those that A added, and those that it renamed."""
        renamed = [
            one
            for was, one in self._to_a.same
            if self._mark(self._base, was) != self._mark(self._a, one) and one not in self._same
        ]
        found: dict[object, list[int]] = {}
        for one in (*self._to_a.added, *renamed):
            found.setdefault(self._mark(self._a, one), []).append(one)
        return found

    def _mark(self, held: Held, at: int) -> object:
        """What a new row is known by: its place where rows are fixed, its name, or all that stands in it."""
        if by_place(self._block):
            return held.rows[at]
        title = identity_key(row_title(self._block, held, at))
        named = name_key(self._block)
        is_own = any(item.key == named and item.source is None for item in self._block.fields)
        if title and (is_own or "·" in title):
            return title
        return tuple((key, held.columns[key][at]) for key in sorted(held.columns) if key != ENTITY_ID)

    def _doubled(self) -> Iterator[str]:
        """Names that are there twice in what comes out, and once at most in A and in B."""
        named = name_key(self._block)
        if not any(item.key == named and item.source is None for item in self._block.fields):
            return
        if named not in self._a.columns or named not in self._b.columns or by_place(self._block):
            return
        column = self._a.columns[named]
        out = [
            self._cells.get(at, {}).get(named, column[at])
            for at in range(len(column))
            if at not in self._cleared
        ]
        out += [row.cells.get(named) for row in self._new]
        keys = [identity_key(str(name)) for name in out if name is not None]
        before = [
            [identity_key(str(name)) for name in held.columns[named] if name is not None]
            for held in (self._a, self._b)
        ]
        for key in dict.fromkeys(keys):
            if keys.count(key) > 1 and all(side.count(key) <= 1 for side in before):
                yield next(str(name) for name in out if name is not None and identity_key(str(name)) == key)
