"""Formulas of the templates as they read in a workbook as it stands: its tables, titles and places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cached_property

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.known_places import Place
from strategy_xl.book.lost import live_labels
from strategy_xl.build import completeness
from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import Area, BookLayout, PlacedBlock, SheetLayout
from strategy_xl.build.sheet_frame import company_formula
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.formulas.excel import escape_column
from strategy_xl.formulas.renaming import rename_words
from strategy_xl.formulas.shifting import has_relative_references
from strategy_xl.schema.consistency import MAP_COLUMNS
from strategy_xl.schema.earlier import BY_LENGTH_BEFORE
from strategy_xl.schema.names import COMPANY, SHARE, box_key
from strategy_xl.schema.spec import (
    AnyBlock,
    FieldSpec,
    FormBlock,
    GridBlock,
    MapBlock,
    ModuleSpec,
    TableBlock,
    WorkbookSpec,
)
from strategy_xl.work.computing import JUDGED_SINCE

GONE = "#REF!"
"""What Excel itself leaves in a formula for something that was deleted."""


class StandingFormulas:
    """The formulas that belong in the cells of one workbook; nothing is laid out before one is asked for."""

    def __init__(self, spec: WorkbookSpec, data: WorkbookData, book: StandingBook | None = None) -> None:
        """For the templates and the workbook as read, or as it is going to stand."""
        self._spec, self._data, self._book = spec, data, book

    @cached_property
    def _formulas(self) -> StandingBook:
        return self._book or StandingBook(self._spec, self._data)

    def of_field(self, block: BlockData, spec: FieldSpec, index: int) -> str:
        """The formula of a computed field in an Excel row or instance, without ``=``.

        What the Excel table has as its column's formula comes first: people may have made it their own.
        """
        known = block.table_columns.get(spec.key)
        text = known.formula if known is not None else ""
        if text and GONE not in text and not has_relative_references(text):
            return text
        return self._here(self._formulas.at(block.block.key, spec.formula or "", index))

    def _here(self, text: str) -> str:
        """A formula with the names that this workbook has."""
        return rename_words(text, {old.casefold(): new for old, new in self._data.renamed.items()})

    def of_cell(self, place: Place) -> str:
        """The formula of a line of a printed grid or of a module's completeness, without ``=``."""
        try:
            return self._here(self._of_cell(place))
        except KeyError:  # a field that it counts is gone
            return GONE

    def _of_cell(self, place: Place) -> str:
        for module in self._spec.modules:
            if self._data.anchors.get((SHARE, module.key)) == place:
                judging = self._data.schema_version >= JUDGED_SINCE
                by_length = self._spec.schema_version < BY_LENGTH_BEFORE
                formula = completeness.formula(self._formulas, module, judging=judging, by_length=by_length)
                return (formula or GONE).removeprefix("=")
            if self._data.anchors.get((COMPANY, module.key)) == place:
                return company_formula().removeprefix("=")
            label = self._label(module, place)
            if label is not None:
                return label
            for block in module.blocks:
                if not isinstance(block, GridBlock):
                    continue
                for index, box in enumerate(block.boxes):
                    first = self._data.anchors.get((block.key, box_key(index)))
                    line = place.row - first.row if first is not None else -1
                    if 0 <= line < block.lines and replace(place, row=place.row - line) == first:
                        formula = box.formula.replace("{i}", str(line + 1))
                        return self._formulas.at(block.key, formula, 1)
        return GONE

    def _label(self, module: ModuleSpec, place: Place) -> str | None:
        """The formula of a form label that follows a setting; None when the cell is none."""
        for block in module.blocks:
            if isinstance(block, FormBlock):
                for spec, label in live_labels(block, self._data.anchors):
                    if label == place:
                        return self._formulas.label(spec).removeprefix("=")
        return None


class StandingBook(Formulas):
    """Renders for the places of a workbook instead of those of a new one."""

    def __init__(
        self, spec: WorkbookSpec, data: WorkbookData, fresh: BookLayout | None = None, today: date = date.min
    ) -> None:
        """Lay out what was found.

        Arguments:
            spec: the templates.
            data: the workbook as read.
            fresh: where that which is missing goes; without it nothing can refer to it.
            today: day of the build, when something is built.
        """
        self._fresh = Formulas(fresh) if fresh is not None else None
        sheets = [_sheet(module, data, fresh) for module in spec.modules]
        super().__init__(BookLayout(spec, data.lang, tuple(sheets)), today)
        self._data = data
        self._row = 0

    def at(self, owner: str, formula: str, index: int) -> str:
        """A formula of a block in a row or instance, without ``=``."""
        self._row = index
        try:
            return self.render(formula, self.layout.placed[owner], index - 1).removeprefix("=")
        except KeyError:  # a field of the same form is gone
            return GONE

    def column(self, block: TableBlock, key: str) -> str:
        """A whole column; its cells when the table has become a plain range."""
        if self._is_new(block):
            return super().column(block, key)
        title = self._title(block, key)
        placed = self.layout.placed[block.key]
        if title is None:
            return placed.value_area(key).absolute if key in placed.columns else GONE
        return f"{self._data.blocks[block.key].table}[{escape_column(title)}]"

    def this_row(self, block: TableBlock, key: str) -> str:
        """The column's cell in the formula's own row."""
        if self._is_new(block):
            return super().this_row(block, key)
        title = self._title(block, key)
        placed = self.layout.placed[block.key]
        if title is None:
            return f"${column_letters(placed.columns[key])}{self._row}" if key in placed.columns else GONE
        return f"{self._data.blocks[block.key].table}[[#This Row],[{escape_column(title)}]]"

    def area(self, reference: str) -> Area:
        """Cells behind ``block[key]``; those of a new workbook when they are gone."""
        try:
            return super().area(reference)
        except KeyError:
            if self._fresh is None:
                raise
            return self._fresh.area(reference)

    def header(self, reference: str) -> tuple[Area | None, str]:
        """Cell and text that name the values behind ``block[key]``; those of a new workbook when gone."""
        try:
            return super().header(reference)
        except KeyError:
            if self._fresh is None:
                raise
            return self._fresh.header(reference)

    def _is_new(self, block: TableBlock) -> bool:
        return self._fresh is not None and block.key not in self._data.blocks

    def _title(self, block: TableBlock, key: str) -> str | None:
        data = self._data.blocks.get(block.key)
        known = data.table_columns.get(key) if data is not None else None
        return known.name if known is not None else None

    def _whole(self, owner: str, key: str) -> str:
        try:
            return super()._whole(owner, key)
        except KeyError:
            return GONE


def _sheet(module: ModuleSpec, data: WorkbookData, fresh: BookLayout | None) -> SheetLayout:
    title = data.sheets.get(module.key) or (fresh.titles[module.key] if fresh is not None else "")
    blocks = tuple(_placed(block, title, data, fresh) for block in module.blocks)
    return SheetLayout(module, title, (), frozenset(), blocks, 0, 0)


def _placed(block: AnyBlock, sheet: str, data: WorkbookData, fresh: BookLayout | None) -> PlacedBlock:
    """A block where it stands; without places when it is gone and nothing is to come in its stead."""
    known = data.blocks.get(block.key)
    if known is not None:
        columns = {key: place.column for key, place in known.places.items()}
        rows = {key: place.row for key, place in known.places.items()}
        body, count = known.first_row - 1, len(known.all_rows)
        return PlacedBlock(block, known.sheet, body, body, body + count, columns, rows, count=count)
    keys: tuple[str, ...] = ()
    if isinstance(block, MapBlock):
        keys = MAP_COLUMNS
    elif isinstance(block, GridBlock):
        keys = tuple(box_key(index) for index in range(len(block.boxes)))
    found = {key: place for key in keys if (place := data.anchors.get((block.key, key))) is not None}
    if not found and fresh is not None:
        return fresh.placed[block.key]
    count = len(data.sheets) - 1 if fresh is None else fresh.placed[block.key].count
    columns = {key: place.column for key, place in found.items()}
    body = next(iter(found.values())).row if found else 0
    # The lines of the map are known by the completeness that stands in them.
    shares = {key: at for (owner, key), at in data.anchors.items() if owner == SHARE and at.sheet == sheet}
    rows = {key: at.row for key, at in shares.items()} if isinstance(block, MapBlock) else {}
    return PlacedBlock(block, sheet, body, body, body, columns, rows, count=count)
