"""What an upgrade brings to a workbook that has its new columns already: its places, and the built parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from strategy_xl.book.data import BlockData
from strategy_xl.book.known_places import Place
from strategy_xl.build.book import render
from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import BookLayout, SheetLayout, list_rows
from strategy_xl.build.placing import lay_out
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import TableColumn, TableInfo, WorkbookInfo
from strategy_xl.schema.names import list_name
from strategy_xl.schema.spec import DataBlock, FieldSpec, FormBlock, ListsBlock, TableBlock
from strategy_xl.work.standing_formulas import StandingBook
from strategy_xl.work.upgrade_base import Base
from strategy_xl.work.upgrade_columns import ColumnPlan, Renamed
from strategy_xl.work.upgrade_lines import Strip
from strategy_xl.work.upgrade_scope import Scope
from strategy_xl.work.whole_parts import arranged

ROOM = 42
"""Rows left to a table at the end of a sheet before what an upgrade puts below it."""
_Line = tuple[FieldSpec, Place]


class Coming:
    """What comes into one workbook.

    Arguments:
        base: the workbook and its own templates.
        scope, spec: what of the present templates it can have.
        plan: what became of its columns.
        strips: block and field → the line whose rows are there already.
        renames: headers that are to read otherwise.
        fresh: the layout of a new workbook.
        after: the workbook as it is going to stand.
        layout, formulas: where everything stands then, and how formulas read there.
        lines: block → fields that it gets on lines of their own, each with its cell.
        lists: list of choices that the workbook gets → the cell of its title.
        built: bytes of a workbook with all that comes, worded for the one it goes into.
    """

    layout: BookLayout
    formulas: StandingBook

    def __init__(
        self,
        base: Base,
        scope: Scope,
        plan: ColumnPlan,
        strips: Sequence[Strip],
        renames: Sequence[Renamed],
        *,
        today: date,
    ) -> None:
        """Decide where everything goes, and build what comes on a day."""
        self.base, self.scope, self.spec, self.plan = base, scope, scope.spec, plan
        self.strips = {(strip.block, key): strip for strip in strips for key in strip.fields}
        self.renames = renames
        self._lang = base.data.lang
        self.fresh = lay_out(self.spec, self._lang, {})
        self.lines: dict[str, list[_Line]] = {}
        self.lists: dict[str, Place] = {}
        with Package.open(base.data.snapshot) as package:
            self._find_places(WorkbookInfo.of(package))
        self.built = self._build(today)

    def _build(self, today: date) -> bytes:
        """Render what comes, worded for the workbook as it is going to stand."""
        sheet_of = {key: module.key for key, (module, _) in self.spec.data_blocks().items()}
        touched = {*self.scope.blocks, *self.plan.fields, *self.lines}
        drawn = {*self.scope.modules, *(sheet_of[key] for key in touched)}
        lists = self.lists_block()
        if self.lists and lists is not None:
            drawn.add(lists[0])
        return render(
            self.spec,
            lang=self._lang,
            company=self.base.data.company,
            today=today,
            rows={},
            wording=self._worded,
            sheets=drawn,
        )

    def _find_places(self, info: WorkbookInfo) -> None:
        """Find places for what comes, below all that the sheets have."""
        values = SheetValues(info)
        # A table at the end of its sheet goes on getting rows.
        ends = {table.sheet: table.area.bottom for table in sorted(info.tables, key=lambda t: t.area.bottom)}
        self._bottoms = {
            title: (rows := values.meta(title).rows) + (ROOM if ends.get(title, 0) >= rows else 2)
            for title in self.base.data.sheets.values()
        }
        self._tables = {table.name: table for table in info.tables}
        blocks: dict[str, BlockData] = {}
        for key, (_, block) in self.spec.data_blocks().items():
            known = self.base.data.blocks.get(key)
            if known is not None:
                blocks[key] = self._standing_block(known, block)
        self.after = replace(self.base.data, blocks=blocks, schema_version=self.spec.schema_version)
        self._place_lists()

    def _standing_block(self, known: BlockData, block: DataBlock) -> BlockData:
        """A block as it is going to stand: with its new columns or lines, and headers as they will read."""
        places = dict(known.places)
        columns = dict(known.table_columns)
        renamed = {item.field: item.after for item in self.renames if item.block == block.key}
        columns = {key: _retitled(column, renamed.get(key)) for key, column in columns.items()}
        new = self.plan.fields.get(block.key, ())
        if new and known.table is not None:
            # The table is the one with its new columns already: they stand where the insertion put them.
            found = self._added_places(self._tables[known.table])
            for spec, (column, name) in zip(new, found, strict=True):
                places[spec.key] = Place(known.sheet, known.first_row - 1, column)
                columns[spec.key] = TableColumn(0, name, "")
        if not isinstance(block, TableBlock):
            for spec, place in self._new_lines(known, block):
                places[spec.key] = place
                self.lines.setdefault(block.key, []).append((spec, place))
        return replace(known, block=block, places=places, table_columns=columns)

    def _added_places(self, table: TableInfo) -> Iterator[tuple[int, str]]:
        """Column and header of each new column of a table."""
        wanted = [column.name for column in self.plan.added[table.name]]
        at = {column.name: table.area.left + index for index, column in enumerate(table.columns)}
        return ((at[name], name) for name in wanted)

    def _new_lines(self, known: BlockData, block: DataBlock) -> Iterator[_Line]:
        """Fields that a form or the results of a sheet get, each on a line of its own below."""
        old = self.base.spec.data_blocks()
        if block.key not in old or not known.places:
            return
        before = {item.key for item in old[block.key][1].fields}
        column = min(place.column for place in known.places.values())
        several = isinstance(block, FormBlock) and block.instances > 1
        for item in block.fields:
            if item.key in before or item.key in known.places or not self.scope.is_answerable(item):
                continue
            strip = self.strips.get((block.key, item.key))
            if strip is not None:
                placed = self.fresh.placed[block.key]
                row = self.row_of(strip) + placed.rows[item.key] - strip.first
                yield item, Place(known.sheet, row, placed.columns[item.key])
                continue
            row = self._bottoms[known.sheet]
            self._bottoms[known.sheet] = row + 1
            yield item, Place(known.sheet, row, column if several else 3)

    def row_of(self, strip: Strip) -> int:
        """The first row of a strip, with all rows that come in above it."""
        own = {other for other in self.strips.values() if other.sheet == strip.sheet}
        return strip.at + sum(other.count for other in own if other.at < strip.at)

    def lists_block(self) -> tuple[str, ListsBlock] | None:
        """The block of the lists of choices, with its module's key, where the workbook has its sheet."""
        for module in self.spec.modules:
            for block in module.blocks:
                if isinstance(block, ListsBlock) and module.key in self.base.data.sheets:
                    return module.key, block
        return None

    def _place_lists(self) -> None:
        """Lists of choices that the workbook does not have: side by side below the others."""
        found = self.lists_block()
        if found is None:
            return
        title = self.base.data.sheets[found[0]]
        row = self._bottoms[title] + 1
        column, lowest = 2, row
        for item in self.spec.lists:
            if list_name(item.key) in self.base.names:
                continue
            self.lists[item.key] = Place(title, row, column)
            lowest = max(lowest, row + list_rows(item) + 1)
            column += 1
        if self.lists:
            self._bottoms[title] = lowest + 1

    def _worded(self, layout: BookLayout, today: date) -> tuple[BookLayout, Formulas]:
        self.layout = replace(layout, sheets=tuple(map(self._arranged, layout.sheets)))
        self.formulas = StandingBook(self.spec, self.after, self.layout, today)
        return self.layout, self.formulas

    def _arranged(self, sheet: SheetLayout) -> SheetLayout:
        """A sheet to which blocks come: these below all that it has, the others out of their way."""
        title = self.base.data.sheets.get(sheet.module.key)
        if title is None:
            return sheet
        return arranged(sheet, title, self.scope.blocks, self._bottoms.get(title, 2))


def _retitled(column: TableColumn, name: str | None) -> TableColumn:
    return column if name is None else column._replace(name=name)
