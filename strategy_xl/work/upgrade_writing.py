"""Put what an upgrade brings into a workbook: sheets and blocks as built, columns and lines beside theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from strategy_xl.book.data import BlockData
from strategy_xl.book.known_places import Place
from strategy_xl.build.defined_names import choice_text, filled_part, setting_text, stamp
from strategy_xl.build.layout import Area as PlacedArea
from strategy_xl.build.layout import PlacedBlock, list_rows
from strategy_xl.build.validation import choices_name, source_name
from strategy_xl.formulas.cell_refs import Area, cell_name, column_letters, parse_area, parse_cell
from strategy_xl.formulas.tokens import WORD, tokens
from strategy_xl.ooxml.cells import Formula, Styled
from strategy_xl.ooxml.growth import with_formulas
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import with_own_names
from strategy_xl.schema.names import STAMP, anchor_name, choice_name, list_name, setting_name
from strategy_xl.schema.spec import FieldRole, FieldSpec, FormBlock, ListSpec
from strategy_xl.work.lambdas import remade
from strategy_xl.work.upgrade_columns import Conflict
from strategy_xl.work.upgrade_coming import Coming
from strategy_xl.work.upgrade_follow import Follow
from strategy_xl.work.whole_parts import WholeParts

Told = tuple[Any, ...]
"""Fields of a ``Change``."""


def take_over(
    coming: Coming, splice: Splice, info: WorkbookInfo, decide: Callable[[Conflict], bool]
) -> list[Told]:
    """Put everything into the workbook.

    Arguments:
        coming: what comes.
        splice: from the workbook built with it into the one that gets it.
        info: the workbook that gets it, with its new columns.
        decide: asked of conflicts.

    Returns what was changed.
    """
    return _Writing(coming, splice, info).all(decide)


class _Writing:
    """The writing into one workbook."""

    def __init__(self, coming: Coming, splice: Splice, info: WorkbookInfo) -> None:
        self._coming, self._splice, self._info = coming, splice, info
        self._base, self._scope, self._spec = coming.base, coming.scope, coming.spec
        self._after, self._layout, self._formulas = coming.after, coming.layout, coming.formulas
        self._lang = coming.base.data.lang
        self._changes: list[Told] = []
        version = stamp(self._spec.schema_version, self._lang)
        self._names: dict[str, tuple[str, bool]] = {STAMP: (f'"{version}"', True)}

    def all(self, decide: Callable[[Conflict], bool]) -> list[Told]:
        """Write all of it."""
        splice = self._splice
        self._put_whole()
        self._put_columns()
        self._put_lines()
        self._put_lists()
        follow = Follow(
            self._base,
            self._scope,
            after=self._after,
            formulas=self._formulas,
            decide=decide,
            splice=splice,
            info=self._info,
        )
        follow.headers(self._coming.renames)
        follow.formulas()
        follow.texts()
        self._changes += follow.changes
        splice.edit(splice.workbook_part, partial(with_own_names, names=self._names))
        splice.edit(splice.workbook_part, partial(remade, lang=self._lang))
        splice.finish()
        return self._changes

    def _put_whole(self) -> None:
        """Sheets and blocks as they were built, and the names that lead to them."""
        whole = WholeParts(self._layout, self._scope.modules, self._scope.blocks)
        whole.put(self._splice, self._base.data.sheets)
        self._splice.names(whole.has, set())
        for module in self._spec.modules:
            if module.key in self._scope.modules:
                title = self._layout.titles[module.key]
                self._changes.append(("sheet", title, "", title))
        for key in self._scope.blocks:
            placed = self._layout.placed[key]
            module, block = self._spec.data_blocks()[key]
            label = (block.title or module.title).get(self._lang)
            self._changes.append(("block", placed.sheet, f"B{placed.row}", label))

    # -- columns, lines, lists -------------------------------------------------------------------------

    def _put_columns(self) -> None:
        """Headers, cells, rules and names of new columns."""
        for key, fields in self._coming.plan.fields.items():
            block, placed = self._after.blocks[key], self._layout.placed[key]
            table = self._info.table(block.table or "")
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
                self._changes.append(("column", place.sheet, cell, name))
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
        for strip in dict.fromkeys(self._coming.strips.values()):
            placed = self._layout.placed[strip.block]
            moved = placed.row - self._coming.fresh.placed[strip.block].row
            first, last = strip.first + moved, strip.last + moved
            self._splice.rows(placed.sheet, first, last, strip.sheet, self._coming.row_of(strip))

    def _put_lines(self) -> None:
        """Lines of forms and results: label, value, what is said of it."""
        self._put_strips()
        for key, lines in self._coming.lines.items():
            block, placed = self._after.blocks[key].block, self._layout.placed[key]
            for item, place in lines:
                if (key, item.key) in self._coming.strips:
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
                    self._changes.append(("line", place.sheet, cell, label))

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
            self._changes.append(("line", place.sheet, cell, item.label.get(self._lang)))

    def _put_lists(self) -> None:
        """Lists of choices, and the names by which formulas know every choice."""
        known = self._base.names
        found = self._coming.lists_block()
        for item in self._spec.lists:
            place = self._coming.lists.get(item.key)
            if place is not None and found is not None:
                placed = self._layout.placed[found[1].key]
                self._put_list(item, place, placed)
                first = Place(place.sheet, place.row + 1, place.column)
                area = _absolute(first, list_rows(item) - 1)
                self._names[list_name(item.key)] = area, False
                if item.open:
                    self._names[choices_name(item.key)] = filled_part(area), True
                self._changes.append(
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
