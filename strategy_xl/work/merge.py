"""Put two versions of a workbook together that people edited apart from one base: what would become of it.

What comes out is A with what B changed; rows are matched as ``diff`` matches them. Nothing is written here
(``merge_writing``), and nothing is dropped without a word: what cannot be taken over is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from strategy_xl.answers.basis import Held
from strategy_xl.answers.pairing import Pairs
from strategy_xl.errors import Location, WorkbookError
from strategy_xl.schema.spec import TableBlock, WorkbookSpec
from strategy_xl.work.diff import LANGUAGE, match, neutral
from strategy_xl.work.diff_own import OwnChange, OwnKind, own_changes
from strategy_xl.work.diff_places import Places
from strategy_xl.work.diff_rows import cell_pairs
from strategy_xl.work.diff_version import Version, read_version
from strategy_xl.work.merge_columns import Widened, widen
from strategy_xl.work.merge_loose import LooseMerge, Three, merge_loose
from strategy_xl.work.merge_rows import BlockMerge, Side, merge_rows

_ENOUGH = 5
"""Rows of a base from which a version that has none of them is no copy of it."""


@dataclass(frozen=True)
class MergePlan:
    """What is to become of A.

    Arguments:
        three: the versions.
        blocks: what becomes of each block that A has.
        loose: cells outside of fields.
        sheets: titles of the sheets of B that A is to get.
        back: those of them that A had removed.
        own: what else B changed of people's own.
        missing: block key → how many changes of B it would get if A had it.
        prefer: whose content is taken where both differ; None for A's, and a conflict.
        wider: what became of the columns that B added to tables.
    """

    three: Three
    blocks: Mapping[str, BlockMerge]
    loose: LooseMerge
    sheets: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    own: tuple[OwnChange, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)
    prefer: Side | None = None
    wider: Widened | None = None

    @property
    def cells(self) -> int:
        """How many cells of A get what B has."""
        own = sum(len(cells) for block in self.blocks.values() for cells in block.cells.values())
        return own + len(self.loose.cells)

    @property
    def new(self) -> int:
        """How many rows A gets."""
        return sum(len(block.new) for block in self.blocks.values())

    @property
    def cleared(self) -> int:
        """How many rows A loses."""
        return sum(len(block.cleared) for block in self.blocks.values())

    @property
    def conflicts(self) -> int:
        """How many conflicts there are, settled ones too."""
        return len(self.loose.conflicts) + sum(block.open_conflicts for block in self.blocks.values())


def plan_merge(
    base: Path | str,
    a: Path | str,
    b: Path | str,
    spec: WorkbookSpec,
    today: date,
    *,
    prefer: Side | None = None,
) -> MergePlan:
    """See what putting two versions together would do.

    Arguments:
        base: the version that both began from. a, b: the two versions.
        spec: the templates. today: for what templates reckon from it.
        prefer: whose content is taken where both changed the same.

    Errors: those of ``read_workbook``; WorkbookError SX503 a version that is no copy of the base, SX504 a
    file without content.
    """
    for path in (base, a, b):
        if Path(path).is_file() and not Path(path).stat().st_size:
            raise WorkbookError("SX504", Location(str(path)))
    read = partial(read_version, spec=spec, today=today, judges=False)
    before, mine, theirs = read(base), read(a), read(b)
    wider = widen(spec, before, mine, theirs, today)
    return replace(merge_versions(spec, before, wider.a, theirs, prefer=prefer), wider=wider)


def merge_versions(
    spec: WorkbookSpec, base: Version, a: Version, b: Version, *, prefer: Side | None = None
) -> MergePlan:
    """The same for versions that were read."""
    three = Three(base, a, b, match(spec, base, a), match(spec, base, b))
    for version, pairs in ((a, three.to_a), (b, three.to_b)):
        _check_kinship(spec, version, pairs)
    known = spec.data_blocks()
    blocks = {}
    for key in three.to_a:
        if key in three.to_b:
            before, theirs = (_worded(spec, key, side, a) for side in (base, b))
            blocks[key] = merge_rows(known[key][1], before, a.blocks[key], theirs, prefer)
    missing = {key: count for key in three.to_b if key not in three.to_a and (count := _changes(three, key))}
    to_a, to_b, back = three.places()
    own = own_changes(base, b, to_b, back)
    sheets, returned = _sheets(three, to_a, to_b, own)
    return MergePlan(three, blocks, merge_loose(three, prefer), sheets, returned, own, missing, prefer)


def _worded(spec: WorkbookSpec, key: str, side: Version, a: Version) -> Held:
    """The rows of a block in the words of A, where a version is in another language."""
    held = side.blocks[key]
    if side.data.lang == a.data.lang:
        return held
    found = neutral(spec, key, held, a.data.lang)
    if LANGUAGE not in found.columns or LANGUAGE not in a.blocks[key].columns:
        return found
    return replace(found, columns={**found.columns, LANGUAGE: a.blocks[key].columns[LANGUAGE]})


def _check_kinship(spec: WorkbookSpec, version: Version, pairs: Mapping[str, Pairs]) -> None:
    """Refuse a version that has no row of the base.

    Errors: WorkbookError SX503.
    """
    rows = same = 0
    for key, found in pairs.items():
        block = spec.data_blocks()[key][1]
        if isinstance(block, TableBlock) and not block.locked and not block.seed:
            same += len(found.same)
            rows += len(found.same) + len(found.gone)
    if rows >= _ENOUGH and not same:
        raise WorkbookError("SX503", Location(version.path), n=rows)


def _changes(three: Three, key: str) -> int:
    """How many changes B made in a block."""
    pairs = three.to_b[key]
    cells = cell_pairs(three.base.blocks[key], three.b.blocks[key], pairs)
    return sum(1 for _ in cells) + len(pairs.added) + len(pairs.gone)


def _sheets(
    three: Three, to_a: Places, to_b: Places, own: Sequence[OwnChange]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sheets that A is to get: those that B added, and those that A removed while B edited them."""
    added = [
        change.sheet
        for change in own
        if change.kind is OwnKind.SHEET_ADDED
        and change.sheet not in three.a.titles
        and change.sheet not in three.b.modules
    ]
    edited = {change.sheet for change in own if change.kind is OwnKind.CELLS}
    returned = [
        now
        for was, now in to_b.sheets.items()
        if was not in to_a.sheets and was not in three.base.modules and now in edited
    ]
    return (*added, *returned), tuple(returned)
