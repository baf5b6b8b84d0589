"""What an upgrade puts into a workbook whose tables have their new columns: built, placed, taken over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from strategy_xl.book.data import BlockData
from strategy_xl.book.resolve import Place
from strategy_xl.build.book import render
from strategy_xl.build.defined_names import choice_text, filled_part, setting_text, stamp
from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import Area as PlacedArea
from strategy_xl.build.layout import BookLayout, PlacedBlock, SheetLayout
from strategy_xl.build.placing import lay_out, list_rows
from strategy_xl.build.validation import choices_name, source_name
from strategy_xl.formulas.cell_refs import Area, cell_name, column_letters, parse_area, parse_cell
from strategy_xl.formulas.tokens import WORD, tokens
from strategy_xl.ooxml.cells import Formula, Styled
from strategy_xl.ooxml.growth import with_formulas
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.workbook_part import TableColumn, TableInfo, WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import with_own_names
from strategy_xl.schema.names import STAMP, anchor_name, choice_name, list_name, setting_name
from strategy_xl.schema.spec import (
    DataBlock,
    FieldRole,
    FieldSpec,
    FormBlock,
    ListsBlock,
    ListSpec,
    TableBlock,
)
from strategy_xl.work.mending import StandingBook
from strategy_xl.work.upgrade_base import Base
from strategy_xl.work.upgrade_columns import ColumnPlan, Conflict, Renamed
from strategy_xl.work.upgrade_follow import Follow
from strategy_xl.work.upgrade_lines import Strip
from strategy_xl.work.upgrade_scope import Scope

Told = tuple[Any, ...]
ROOM = 42
"""Rows left to a table at the end of a sheet before what an upgrade puts below it."""
_Line = tuple[FieldSpec, Place]


class Merge:
    """The work on one workbook whose tables have their new columns already."""

    def __init__(  # noqa: PLR0913 - what was found out before, part by part
        self,
        base: Base,
        scope: Scope,
        plan: ColumnPlan,
        strips: Sequence[Strip],
        renames: Sequence[Renamed],
        *,
        decide: Callable[[Conflict], bool],
        today: date,
    ) -> None:
        """Decide where everything goes, and build what comes.

        Arguments:
            base: the workbook and its own templates.
            scope: what comes.
            plan: what became of the columns.
            strips: lines whose rows are there already.
            renames: headers that are to read otherwise.
            decide: asked of conflicts.
            today: day of the build.
        """
        self._base, self._plan = base, plan
        self._renames, self._decide = renames, decide
        self._lang, self._path = base.data.lang, base.data.path
        self.changes: list[Told] = []
        self._scope, self._spec, self._modules = scope, scope.spec, scope.modules
        self._strips = {(strip.block, key): strip for strip in strips for key in strip.fields}
        self._values_of_built(today)

    # -- what comes ------------------------------------------------------------------------------------

    def _values_of_built(self, today: date) -> None:
        """Lay out and render what comes, worded for the workbook as it is going to stand."""
        data = self._base.data
        self._blocks = self._scope.blocks
        self._bottoms: dict[str, int] = {}
        self._lines: dict[str, list[_Line]] = {}
        self._lists: dict[str, Place] = {}
        self._after = data
        self._fresh = lay_out(self._spec, self._lang, {})
        drawn = {
            *self._modules,
            *(self._spec.data_blocks()[key][0].key for key in self._blocks),
            *(self._spec.data_blocks()[key][0].key for key in self._plan.fields),
        }
        with_package(self._base, self._prepare)
        drawn |= {self._spec.data_blocks()[key][0].key for key in self._lines}
        lists = self._lists_block()
        if self._lists and lists is not None:
            drawn.add(lists[0])
        self.built = render(
            self._spec,
            lang=self._lang,
            company=data.company,
            today=today,
            rows={},
            wording=self._worded,
            sheets=drawn,
        )

    def _prepare(self, info: WorkbookInfo) -> None:
        """Find places for what comes, below all that the sheets have."""
        values = SheetValues(info)
        # A table at the end of its sheet goes on getting rows.
        ends = {table.sheet: table.area.bottom for table in sorted(info.tables, key=lambda t: t.area.bottom)}
        self._bottoms = {
            title: (rows := values.meta(title).rows) + (ROOM if ends.get(title, 0) >= rows else 2)
            for title in self._base.data.sheets.values()
        }
        self._tables = {table.name: table for table in info.tables}
        blocks: dict[str, BlockData] = {}
        for key, (_, block) in self._spec.data_blocks().items():
            known = self._base.data.blocks.get(key)
            if known is not None:
                blocks[key] = self._standing_block(known, block)
        self._after = replace(
            self._base.data,
            blocks=blocks,
            schema_version=self._spec.schema_version,
        )
        self._place_lists()

    def _standing_block(self, known: BlockData, block: DataBlock) -> BlockData:
        """A block as it is going to stand: with its new columns or lines, and headers as they will read."""
        places = dict(known.places)
        columns = dict(known.table_columns)
        renamed = {item.field: item.after for item in self._renames if item.block == block.key}
        columns = {key: _retitled(column, renamed.get(key)) for key, column in columns.items()}
        new = self._plan.fields.get(block.key, ())
        if new and known.table is not None:
            # The table is the one with its new columns already: they stand where the insertion put them.
            found = self._added_places(self._tables[known.table])
            for spec, (column, name) in zip(new, found, strict=True):
                places[spec.key] = Place(known.sheet, known.first_row - 1, column)
                columns[spec.key] = TableColumn(0, name, "")
        if not isinstance(block, TableBlock):
            for spec, place in self._new_lines(known, block):
                places[spec.key] = place
                self._lines.setdefault(block.key, []).append((spec, place))
        return replace(known, block=block, places=places, table_columns=columns)

    def _added_places(self, table: TableInfo) -> Iterator[tuple[int, str]]:
        """Column and header of each new column of a table."""
        wanted = [column.name for column in self._plan.added[table.name]]
        at = {column.name: table.area.left + index for index, column in enumerate(table.columns)}
        return ((at[name], name) for name in wanted)

    def _new_lines(self, known: BlockData, block: DataBlock) -> Iterator[_Line]:
        """Fields that a form or the results of a sheet get, each on a line of its own below."""
        old = self._base.spec.data_blocks()
        if block.key not in old or not known.places:
            return
        before = {item.key for item in old[block.key][1].fields}
        column = min(place.column for place in known.places.values())
        several = isinstance(block, FormBlock) and block.instances > 1
        for item in block.fields:
            if item.key in before or item.key in known.places or not self._scope.is_answerable(item):
                continue
            strip = self._strips.get((block.key, item.key))
            if strip is not None:
                placed = self._fresh.placed[block.key]
                row = self._row(strip) + placed.rows[item.key] - strip.first
                yield item, Place(known.sheet, row, placed.columns[item.key])
                continue
            row = self._bottoms[known.sheet]
            self._bottoms[known.sheet] = row + 1
            yield item, Place(known.sheet, row, column if several else 3)

    def _row(self, strip: Strip) -> int:
        """The first row of a strip, with all rows that come in above it."""
        own = {other for other in self._strips.values() if other.sheet == strip.sheet}
        return strip.at + sum(other.count for other in own if other.at < strip.at)

    def _lists_block(self) -> tuple[str, ListsBlock] | None:
        for module in self._spec.modules:
            for block in module.blocks:
                if isinstance(block, ListsBlock) and module.key in self._base.data.sheets:
                    return module.key, block
        return None

    def _place_lists(self) -> None:
        """Lists of choices that the workbook does not have: side by side below the others."""
        found = self._lists_block()
        if found is None:
            return
        title = self._base.data.sheets[found[0]]
        row = self._bottoms[title] + 1
        column, lowest = 2, row
        for item in self._spec.lists:
            if list_name(item.key) in self._base.names:
                continue
            self._lists[item.key] = Place(title, row, column)
            lowest = max(lowest, row + list_rows(item) + 1)
            column += 1
        if self._lists:
            self._bottoms[title] = lowest + 1

    def _worded(self, layout: BookLayout, today: date) -> tuple[BookLayout, Formulas]:
        self._layout = replace(layout, sheets=tuple(map(self._arranged, layout.sheets)))
        self._formulas = StandingBook(self._spec, self._after, self._layout, today)
        return self._layout, self._formulas

    def _arranged(self, sheet: SheetLayout) -> SheetLayout:
        """A sheet to which blocks come: these below all that it has, the others out of their way."""
        title = self._base.data.sheets.get(sheet.module.key)
        if title is None:
            return sheet
        new = [placed for placed in sheet.blocks if placed.block.key in self._blocks]
        blocks: list[PlacedBlock] = []
        row = self._bottoms.get(title, 2)
        for placed in (*new, *(placed for placed in sheet.blocks if placed not in new)):
            moved = row - placed.row
            rows = {key: at + moved for key, at in placed.rows.items()}
            body, last = placed.body + moved, placed.last + moved
            blocks.append(replace(placed, sheet=title, row=row, body=body, last=last, rows=rows))
            row = last + 2
        return replace(sheet, title=title, blocks=tuple(blocks))

    # -- taking over -----------------------------------------------------------------------------------

    def take_over(self, splice: Splice, info: WorkbookInfo) -> None:
        """Put everything into the workbook."""
        self._splice = splice
        self._names: dict[str, tuple[str, bool]] = {
            STAMP: (f'"{stamp(self._spec.schema_version, self._lang)}"', True)
        }
        after: str | None = None
        for module in self._spec.modules:
            title = self._layout.titles[module.key]
            if module.key in self._modules:
                splice.sheet(title, after)
                self.changes.append(("sheet", title, "", title))
                after = title
            else:
                after = self._base.data.sheets.get(module.key, after)
        for key in self._blocks:
            placed = self._layout.placed[key]
            splice.block(placed.sheet, placed.row, placed.last)
            module, block = self._spec.data_blocks()[key]
            label = (block.title or module.title).get(self._lang)
            self.changes.append(("block", placed.sheet, f"B{placed.row}", label))
        self._put_columns(info)
        self._put_lines()
        self._put_lists()
        follow = Follow(
            self._base,
            self._scope,
            after=self._after,
            formulas=self._formulas,
            decide=self._decide,
            splice=splice,
            info=info,
        )
        follow.headers(self._renames)
        follow.formulas()
        follow.texts()
        self.changes += follow.changes
        splice.names(self._comes, set())
        splice.edit(splice.workbook_part, partial(with_own_names, names=self._names))
        splice.finish()

    def _comes(self, text: str) -> bool:
        """Whether a name of the built workbook leads to what comes as a whole."""
        marks = [_prefix(self._layout.titles[key]) for key in self._modules]
        blocks = [block for key in self._modules for block in self._spec.module(key).blocks]
        marks += [
            f"{block.table_name}["
            for block in (*blocks, *self._blocks.values())
            if isinstance(block, TableBlock)
        ]
        if any(mark in text for mark in marks):
            return True
        for key in self._blocks:
            placed = self._layout.placed[key]
            areas = text.split(_prefix(placed.sheet))[1:]
            cells = (parse_cell(area.partition(":")[0].partition(")")[0].partition(",")[0]) for area in areas)
            if any(cell is not None and placed.row <= cell[0] <= placed.last for cell in cells):
                return True
        return False

    # -- columns, lines, lists -------------------------------------------------------------------------

    def _put_columns(self, info: WorkbookInfo) -> None:
        """Headers, cells, rules and names of new columns."""
        for key, fields in self._plan.fields.items():
            block, placed = self._after.blocks[key], self._layout.placed[key]
            table = info.table(block.table or "")
            calculated: dict[int, tuple[str, bool]] = {}
            for item in fields:
                place, column = block.places[item.key], placed.columns[item.key]
                header = self._splice.style(placed.sheet, placed.body, column)
                look = self._splice.style(placed.sheet, placed.body + 1, column)
                name = block.table_columns[item.key].name
                cells: dict[int, Any] = {place.row: Styled(name, header)}
                cells |= dict.fromkeys(block.all_rows, Styled(None, look))
                if item.formula is not None and self._scope.is_answerable(item):
                    for row in block.all_rows:
                        text = self._formulas.at(key, item.formula, row)
                        cells[row] = Styled(Formula(text, array=item.array), look)
                    text = self._formulas.at(key, item.formula, block.first_row)
                    calculated[place.column - table.area.left] = text, item.array
                self._splice.cells(place.sheet, {place.column: cells})
                area = Area(block.first_row, place.column, block.last_row, place.column)
                words = self._reader(block, placed)
                self._splice.rules(placed.sheet, (placed.body + 1, column), place.sheet, area, words)
                self._name(key, item, place)
                cell = cell_name(place.row, place.column)
                self.changes.append(("column", place.sheet, cell, name))
            if calculated:
                self._splice.edit(table.part, partial(with_formulas, formulas=calculated))

    def _reader(self, block: BlockData, placed: PlacedBlock) -> Callable[[str], str]:
        """How a formula that reads cells of a table's row there reads them here."""
        columns = {
            column: block.places[key].column for key, column in placed.columns.items() if key in block.places
        }
        rows = block.first_row - placed.body - 1
        return partial(_read_here, columns=columns, rows=rows)

    def _put_strips(self) -> None:
        """Rows of new lines as a new workbook has them."""
        for strip in dict.fromkeys(self._strips.values()):
            placed = self._layout.placed[strip.block]
            moved = placed.row - self._fresh.placed[strip.block].row
            first, last = strip.first + moved, strip.last + moved
            self._splice.rows(placed.sheet, first, last, strip.sheet, self._row(strip))

    def _put_lines(self) -> None:
        """Lines of forms and results: label, value, what is said of it."""
        self._put_strips()
        for key, lines in self._lines.items():
            block, placed = self._after.blocks[key].block, self._layout.placed[key]
            for item, place in lines:
                if (key, item.key) in self._strips:
                    self._put_value(key, item, place, placed)
                    continue
                several = isinstance(block, FormBlock) and block.instances > 1
                at = placed.rows[item.key]
                beside = placed.rows.get(f"{item.key}:label", at)
                span = placed.spans.get(f"{item.key}:label") or placed.spans.get("label")
                label_column = span.first if span is not None else 2
                label = item.label.get(self._lang)
                shown = Styled(label, self._splice.style(placed.sheet, beside, label_column))
                edits: dict[int, dict[int, Any]] = {place.column - 1: {place.row: shown}}
                for instance in range(block.instances if several and isinstance(block, FormBlock) else 1):
                    column = placed.columns[item.key] + instance
                    value: Any = None
                    if item.formula is not None:
                        value = Formula(self._formulas.at(key, item.formula, instance + 1), array=item.array)
                    elif item.default is not None and item.role is FieldRole.INPUT:
                        value = self._formulas.values.cell(item, item.default)
                    look = self._splice.style(placed.sheet, at, column)
                    edits[place.column + instance] = {place.row: Styled(value, look)}
                if item.help is not None and isinstance(block, FormBlock) and not several:
                    edits[place.column + 1] = {place.row: item.help.get(self._lang)}
                self._splice.cells(place.sheet, edits)
                area = Area(place.row, place.column, place.row, max(edits) if several else place.column)
                self._splice.rules(
                    placed.sheet, (at, placed.columns[item.key]), place.sheet, area, lambda text: text
                )
                self._name(key, item, place)
                if not item.hidden:
                    cell = cell_name(place.row, place.column)
                    self.changes.append(("line", place.sheet, cell, label))

    def _put_value(self, key: str, item: FieldSpec, place: Place, placed: PlacedBlock) -> None:
        """The formula of a line whose row is there, as it reads here; and its names."""
        block = self._after.blocks[key].block
        count = block.instances if isinstance(block, FormBlock) else 1
        if item.formula is not None:
            look = self._splice.style(placed.sheet, placed.rows[item.key], placed.columns[item.key])
            for instance in range(count):
                formula = Formula(self._formulas.at(key, item.formula, instance + 1), array=item.array)
                self._splice.cells(place.sheet, {place.column + instance: {place.row: Styled(formula, look)}})
        self._name(key, item, place)
        if not item.hidden:
            cell = cell_name(place.row, place.column)
            self.changes.append(("line", place.sheet, cell, item.label.get(self._lang)))

    def _put_lists(self) -> None:
        """Lists of choices, and the names by which formulas know every choice."""
        known = self._base.names
        found = self._lists_block()
        for item in self._spec.lists:
            place = self._lists.get(item.key)
            if place is not None and found is not None:
                placed = self._layout.placed[found[1].key]
                self._put_list(item, place, placed)
                first = Place(place.sheet, place.row + 1, place.column)
                area = _absolute(first, list_rows(item) - 1)
                self._names[list_name(item.key)] = area, False
                if item.open:
                    self._names[choices_name(item.key)] = filled_part(area), True
                self.changes.append(
                    ("list", place.sheet, cell_name(place.row, place.column), item.label.get(self._lang))
                )
            elif list_name(item.key) in known:
                area_here = parse_area(known[list_name(item.key)].rpartition("!")[2].replace("$", ""))
                sheet = known[list_name(item.key)].rpartition("!")[0].strip("'").replace("''", "'")
                if area_here is None:
                    continue
                first = Place(sheet, area_here.top, area_here.left)
            else:
                continue
            for position, choice in enumerate(item.choices):
                name = choice_name(item.key, choice.key)
                if name not in known:
                    cell = _absolute(replace(first, row=first.row + position))
                    self._names[name] = choice_text(choice.get(self._lang), cell), True

    def _put_list(self, item: ListSpec, place: Place, placed: PlacedBlock) -> None:
        head, column = placed.rows[item.key], placed.columns[item.key]
        cells: dict[int, Any] = {
            place.row: Styled(item.label.get(self._lang), self._splice.style(placed.sheet, head, column))
        }
        look = self._splice.style(placed.sheet, head + 1, column)
        for position in range(list_rows(item)):
            choices = item.choices[position : position + 1]
            text = choices[0].get(self._lang) if choices else None
            cells[place.row + 1 + position] = Styled(text, look)
        self._splice.cells(place.sheet, {place.column: cells})

    def _name(self, key: str, item: FieldSpec, place: Place) -> None:
        """The names of a new field: its own, and what formulas read for a setting."""
        self._names[anchor_name(key, item.key)] = _absolute(place), True
        block = self._after.blocks[key].block
        if isinstance(block, FormBlock) and block.names:
            text = setting_text(self._formulas, item, _absolute(place))
            self._names[setting_name(item.key)] = text, False
        if item.source is not None and item.role is FieldRole.INPUT:
            name = source_name(item.source)
            if name not in self._base.names and name not in self._names:
                self._names[name] = filled_part(self._formulas.whole(item.source)), True


# -- helpers -------------------------------------------------------------------------------------------------


def with_package(base: Base, work: Callable[[WorkbookInfo], None]) -> None:
    """Do something with the open workbook."""
    from strategy_xl.ooxml.package import Package

    with Package.open(base.data.snapshot) as package:
        work(WorkbookInfo.of(package))


def _retitled(column: TableColumn, name: str | None) -> TableColumn:
    return column if name is None else column._replace(name=name)


def _prefix(title: str) -> str:
    quoted = title.replace("'", "''")
    return f"'{quoted}'!"


def _absolute(place: Place, more: int = 0) -> str:
    return PlacedArea(place.sheet, place.row, place.column, place.row + more, place.column).absolute


def _read_here(text: str, columns: Mapping[int, int], rows: int) -> str:
    """A formula whose references to cells of a row lead to the same fields elsewhere."""
    out = []
    for token in tokens(text):
        cell = parse_cell(token.text) if token.kind == WORD else None
        if cell is None:
            out.append(token.text)
            continue
        row, column = cell[0] + rows, columns.get(cell[1], cell[1])
        fixed = token.text.startswith("$"), "$" in token.text[1:]
        out.append(f"{'$' * fixed[0]}{column_letters(column)}{'$' * fixed[1]}{row}")
    return "".join(out)
