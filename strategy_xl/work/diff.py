"""What differs between two versions of a workbook, by key: rows, cells, verdicts and why, own things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from strategy_xl.answers.basis import Basis, Held
from strategy_xl.answers.changes import Change, explain
from strategy_xl.answers.pairing import Pairs, name_key, row_name
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.formulas.references import parse_argument
from strategy_xl.languages import FALLBACK, HOUSE, LANGUAGES
from strategy_xl.schema.spec import DataBlock, FieldRole, FormBlock, TableBlock, Text, WorkbookSpec
from strategy_xl.work.diff_cells import Content, is_own
from strategy_xl.work.diff_own import OwnChange, own_changes
from strategy_xl.work.diff_places import Places
from strategy_xl.work.diff_rows import cell_pairs, match_rows, moved_rows, row_title
from strategy_xl.work.diff_version import Version, read_version

LANGUAGE = "language"
"""The setting that says in which language a workbook is: told apart from the others."""


class RowKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    GONE = "gone"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that came, went, or has another name.

    Arguments:
        kind: what became of it.
        name: what it is called; former: what a renamed one was called.
        sheet, cell: the cell that names it; of a row that is gone, where it stood.
        verdict: field and key of the verdict on it; None when no rule gives one.
        filled: how many cells of it people filled.
    """

    kind: RowKind
    name: str
    sheet: str
    cell: str
    former: str = ""
    verdict: tuple[str, Any] | None = None
    filled: int = 0


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that people changed.

    Arguments:
        key: field, or column of people's own.
        name: what its row is called; "" in a form.
        sheet, cell: where it stands now.
        old, new: what stood and stands there.
        is_computed: whether a formula of the templates belongs there.
    """

    key: str
    name: str
    sheet: str
    cell: str
    old: Content
    new: Content
    is_computed: bool = False


@dataclass(frozen=True, slots=True)
class BlockDifference:
    """What differs in one block.

    Arguments:
        module, block: their keys.
        rows: rows that came, went or were renamed. cells: cells that differ.
        moved: how many of its rows stand in another order.
    """

    module: str
    block: str
    rows: tuple[RowChange, ...] = ()
    cells: tuple[CellChange, ...] = ()
    moved: int = 0

    @property
    def count(self) -> int:
        """How many differences."""
        return len(self.rows) + len(self.cells) + bool(self.moved)


@dataclass(frozen=True)
class Difference:
    """What differs between two versions of a workbook.

    Arguments:
        before, after: their paths. langs: their languages.
        changes: verdicts that are others, with why.
        blocks: rows and cells, by block, in the order of the sheets.
        own: what people have of their own.
        notes: what must be known to read all this.
    """

    before: str
    after: str
    langs: tuple[str, str]
    changes: tuple[Change, ...]
    blocks: tuple[BlockDifference, ...]
    own: tuple[OwnChange, ...]
    notes: tuple[Finding, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.changes or self.blocks or self.own)

    @property
    def count(self) -> int:
        """How many differences people made."""
        return sum(block.count for block in self.blocks) + len(self.own)


def diff(before: Path | str, after: Path | str, spec: WorkbookSpec, today: date) -> Difference:
    """Compare two versions of a workbook.

    Arguments:
        before, after: the files. spec: the templates.
        today: reference day of both, unless their settings fix one.

    Errors: those of ``read_workbook``, located in the file that cannot be read.
    """
    return compare(spec, *(read_version(path, spec, today) for path in (before, after)))


def compare(spec: WorkbookSpec, before: Version, after: Version) -> Difference:
    """The same of versions that were read."""
    pairs = match(spec, before, after)
    places, back = Places(before, after, pairs), Places(after, before, inverted(pairs))
    blocks = tuple(_block(spec, key, pairs[key], before, after) for key in pairs)
    changes: tuple[Change, ...] = ()
    if before.basis is not None and after.basis is not None:
        bases = [_neutral_basis(spec, side.basis, side.data.lang) for side in (before, after)]
        if before.data.lang == after.data.lang:
            bases = [before.basis, after.basis]
        changes = tuple(explain(spec, *bases))
    return Difference(
        before.path,
        after.path,
        (before.data.lang, after.data.lang),
        changes,
        tuple(block for block in blocks if block.count),
        own_changes(before, after, places, back),
        tuple(_notes(before, after)),
    )


def match(spec: WorkbookSpec, before: Version, after: Version) -> dict[str, Pairs]:
    """Which rows are the same ones, by block that both versions have."""
    known = spec.data_blocks()
    is_translated = before.data.lang != after.data.lang
    found = {}
    for key in known:
        if key in before.blocks and key in after.blocks:
            sides = before.blocks[key], after.blocks[key]
            if is_translated:
                sides = neutral(spec, key, sides[0]), neutral(spec, key, sides[1])
            found[key] = match_rows(known[key][1], *sides)
    return found


def inverted(pairs: Mapping[str, Pairs]) -> dict[str, Pairs]:
    """The same rows, seen from the second version."""
    return {
        key: Pairs(tuple(sorted((now, was) for was, now in one.same)), one.added, one.gone)
        for key, one in pairs.items()
    }


def _notes(before: Version, after: Version) -> Iterator[Finding]:
    where = Location(after.path)
    langs = before.data.lang, after.data.lang
    if langs[0] != langs[1]:
        yield Finding("SX500", where, {"before": langs[0], "after": langs[1]}, Severity.NOTE)
    versions = before.data.schema_version, after.data.schema_version
    if versions[0] != versions[1]:
        yield Finding("SX501", where, {"before": versions[0], "after": versions[1]}, Severity.NOTE)


# -- blocks --------------------------------------------------------------------------------------------------


def _block(spec: WorkbookSpec, key: str, pairs: Pairs, before: Version, after: Version) -> BlockDifference:
    module, block = spec.data_blocks()[key]
    old, new = before.blocks[key], after.blocks[key]
    if before.data.lang != after.data.lang:
        old, new = neutral(spec, key, old), neutral(spec, key, new)
    rows = [
        *_rows(block, RowKind.GONE, old, pairs.gone, before),
        *_rows(block, RowKind.ADDED, new, pairs.added, after),
    ]
    named = name_key(block)
    cells = []
    for cell in cell_pairs(old, new, pairs):
        if cell.key == LANGUAGE and before.data.lang != after.data.lang:
            continue
        sheet, row, column = after.place(key, cell.key, cell.after)
        where = sheet, cell_name(row, column)
        name = row_title(block, new, cell.after)
        if cell.key == named and _is_named(block) and cell.old is not None and cell.new is not None:
            rows.append(RowChange(RowKind.RENAMED, name, *where, former=row_name(block, old, cell.before)))
            continue
        computed = any(one.key == cell.key and one.role is FieldRole.COMPUTED for one in block.fields)
        cells.append(CellChange(cell.key, name, *where, cell.old, cell.new, computed))
    moved = moved_rows(pairs) if isinstance(block, TableBlock) else 0
    return BlockDifference(module.key, key, tuple(rows), tuple(cells), moved)


def _is_named(block: DataBlock) -> bool:
    """Whether the name of a row is its own, not that of another row that it is about."""
    if isinstance(block, FormBlock) and (block.identity is None or block.instances == 1):
        return False
    named = name_key(block)
    return any(item.key == named and item.source is None for item in block.fields)


def _rows(
    block: DataBlock, kind: RowKind, held: Held, rows: Sequence[int], version: Version
) -> Iterator[RowChange]:
    named = name_key(block)
    inputs = {item.key for item in block.fields if item.role is FieldRole.INPUT}
    verdicts = _verdicts(block, version)
    for at in rows:
        key = named if named in held.columns else next(iter(held.columns))
        sheet, row, column = version.place(block.key, key, at)
        filled = sum(
            column_[at] is not None
            for name, column_ in held.columns.items()
            if name in inputs or is_own(name)
        )
        verdict = verdicts.get(version.index(block.key, at))
        yield RowChange(
            kind, row_title(block, held, at), sheet, cell_name(row, column), verdict=verdict, filled=filled
        )


def _verdicts(block: DataBlock, version: Version) -> dict[int, tuple[str, Any]]:
    """The verdict on each row of a block, by Excel row or instance."""
    record = getattr(block, "record", None)
    if record is None or version.basis is None or block.key not in version.basis.blocks:
        return {}
    rows = version.basis.blocks[block.key].rows
    for verdicts in version.basis.verdicts.values():
        column = verdicts.get(record.verdict)
        if column is not None and len(column) == len(rows):
            found = zip(rows, column, strict=True)
            return {row: (record.verdict, value) for row, value in found if value is not None}
    return {}


# -- two languages -------------------------------------------------------------------------------------------


def neutral(spec: WorkbookSpec, block: str, held: Held, lang: str = HOUSE) -> Held:
    """The rows of a block with the templates' own texts in one language, so that two languages compare.

    Arguments:
        spec: the templates. block: key of the block. held: its rows. lang: the language.
    """
    known = _translations(spec, lang)
    columns = {}
    for key, column in held.columns.items():
        words = known.get((block, key))
        columns[key] = column if not words else [_translated(value, words) for value in column]
    return replace(held, columns=columns)


def _translated(value: Content, words: Mapping[str, str]) -> Content:
    return words.get(value, value) if isinstance(value, str) else value


def _translations(spec: WorkbookSpec, lang: str) -> dict[tuple[str, str], dict[str, str]]:
    """Texts that the templates put into workbooks: block and field → in any language → in one."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    blocks = spec.data_blocks()
    for key, (_, block) in blocks.items():
        for row in getattr(block, "seed", ()):
            for field, value in row.items():
                _note(found, (key, field), value, lang)
        for item in block.fields:
            _note(found, (key, item.key), item.default, lang)
    for key, (_, block) in blocks.items():
        for item in block.fields:
            if item.source is not None:
                owner, keys = parse_argument(item.source)
                for other in keys:
                    words = found.get((owner, other), {})
                    found.setdefault((key, item.key), {}).update(words)
    return found


def _note(
    found: dict[tuple[str, str], dict[str, str]], place: tuple[str, str], value: Any, lang: str
) -> None:
    said = {each: value.get(each) for each in LANGUAGES} if isinstance(value, Text) else value
    if isinstance(said, dict) and {HOUSE, FALLBACK} <= said.keys():
        own = said.get(lang) or said[FALLBACK]
        found.setdefault(place, {}).update({text: own for text in said.values() if text != own})


def _neutral_basis(spec: WorkbookSpec, basis: Basis | None, lang: str) -> Basis:
    """What is remembered of a workbook, with the templates' own texts in one language."""
    assert basis is not None  # asked for two that are there
    if lang == HOUSE:
        return basis
    return replace(basis, blocks={key: neutral(spec, key, held) for key, held in basis.blocks.items()})
