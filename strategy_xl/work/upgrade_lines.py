"""Lines that forms and results get: in their place where the sheet is laid out as it was, else below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from strategy_xl.book.data import BlockData
from strategy_xl.build.layout import BookLayout, PlacedBlock
from strategy_xl.formulas.inserting import Insertion
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.names import box_key
from strategy_xl.schema.spec import (
    DataBlock,
    FieldSpec,
    FormBlock,
    GridBlock,
    SummaryBlock,
    TableBlock,
    WorkbookSpec,
)
from strategy_xl.work.upgrade_base import Base


@dataclass(frozen=True, slots=True)
class Strip:
    """Neighbouring rows of a new workbook that hold nothing but new fields.

    Arguments:
        block: key of the block.
        sheet: title of the sheet.
        first, last: the rows in a new workbook.
        at: the row of this one before which they come, counted before anything comes.
        fields: keys of the new fields in them.
        is_hidden: whether these are out of sight.
    """

    block: str
    sheet: str
    first: int
    last: int
    at: int
    fields: tuple[str, ...]
    is_hidden: bool = False

    @property
    def count(self) -> int:
        """How many rows."""
        return self.last - self.first + 1

    @property
    def insertion(self) -> Insertion:
        """The rows that come into the sheet."""
        return Insertion(self.sheet, self.at, self.count, is_rows=True)

    @property
    def hidden(self) -> frozenset[int]:
        """Which of the rows are out of sight, from 0."""
        return frozenset(range(self.count)) if self.is_hidden else frozenset()


def strips(
    base: Base,
    spec: WorkbookSpec,
    layout: BookLayout,
    info: WorkbookInfo,
    wanted: Callable[[FieldSpec], bool],
) -> list[Strip]:
    """What of the new lines can come in its place.

    Arguments:
        base: the workbook beside its own templates.
        spec: the present templates of its sheets.
        layout: where everything is in a new workbook.
        info: the workbook.
        wanted: whether a field can be answered in this workbook.
    """
    found: list[Strip] = []
    old = base.spec.data_blocks()
    for key, (_, block) in spec.data_blocks().items():
        known = base.data.blocks.get(key)
        if isinstance(block, TableBlock) or known is None or key not in old:
            continue
        before = {item.key for item in old[key][1].fields}
        new = [
            item
            for item in block.fields
            if item.key not in before and item.key not in known.places and wanted(item)
        ]
        if new and (placed := layout.placed[key]) and _is_as_it_was(placed, known):
            grids = list(_grids(base, known.sheet))
            found += [
                strip
                for strip in _strips(block, placed, known, new, info)
                if not any(first < strip.at <= last for first, last in grids)
            ]
    return found


def _grids(base: Base, sheet: str) -> Iterator[tuple[int, int]]:
    """The rows of each printed box of a sheet, and of what charts read there: their lines stay together."""
    for module in base.spec.modules:
        for block in module.blocks:
            if isinstance(block, GridBlock):
                for index in range(len(block.boxes)):
                    first = base.data.anchors.get((block.key, box_key(index)))
                    if first is not None and first.sheet == sheet:
                        yield first.row, first.row + block.lines - 1


def _is_as_it_was(placed: PlacedBlock, known: BlockData) -> bool:
    """Whether the fields that the workbook has stand in the columns of a new one, and in its order."""
    here = [item for item in known.block.fields if item.key in known.places and item.key in placed.rows]
    same = all(
        known.places[item.key].column == placed.columns[item.key] and known.sheet_of(item.key) == known.sheet
        for item in here
    )
    rows = [known.places[key].row for key in sorted((item.key for item in here), key=placed.rows.__getitem__)]
    return same and bool(here) and rows == sorted(rows)


def rows_of(block: DataBlock, placed: PlacedBlock, item: FieldSpec) -> set[int]:
    """The rows that a field takes in a new workbook: label, value, the heading above."""
    row = placed.rows[item.key]
    found = {row, placed.rows.get(f"{item.key}:label", row), placed.rows.get(f"{item.key}:section", row)}
    if isinstance(block, FormBlock) and item.section is not None:
        found.add(row - 1)
    return found


def _strips(
    block: FormBlock | SummaryBlock | DataBlock,
    placed: PlacedBlock,
    known: BlockData,
    new: Sequence[FieldSpec],
    info: WorkbookInfo,
) -> Iterator[Strip]:
    keys = {item.key for item in new}
    taken: dict[int, FieldSpec] = {}
    for item in block.fields:
        if item.key in placed.rows and item.key not in keys:
            taken |= dict.fromkeys(rows_of(block, placed, item), item)
    rows = {item.key: rows_of(block, placed, item) for item in new}
    free = [item for item in new if not rows[item.key] & taken.keys()]
    all_rows = sorted({row for item in free for row in rows[item.key]})
    runs: list[list[int]] = []
    for row in all_rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    sheet = info.sheet(known.sheet)
    tables = [table.area for table in info.tables_of(sheet)]
    for first, last in runs:
        above = [row for row, item in taken.items() if row < first and item.key in known.places]
        if not above:
            continue
        pred = taken[max(above)]
        at = known.places[pred.key].row + 1
        own = tuple(item for item in free if rows[item.key] <= set(range(first, last + 1)))
        if own and not any(area.top < at <= area.bottom for area in tables):
            keys_here = tuple(item.key for item in own)
            is_hidden = all(item.hidden for item in own)
            yield Strip(block.key, known.sheet, first, last, at, keys_here, is_hidden)
