"""One version of a workbook, read so that it can be compared with another: what people put into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from strategy_xl.answers.basis import ENTITY_ID, Basis, Held, plain_values
from strategy_xl.answers.judging import evaluate
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.frames import rule_frames
from strategy_xl.book.lost import masks, single_cells
from strategy_xl.book.read import read_workbook
from strategy_xl.cellvalues import ErrorValue, error_value
from strategy_xl.collection import no_collection
from strategy_xl.ooxml.comments import comments_of
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.named_formulas import NamedFormula
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import SheetInfo, TableInfo, WorkbookInfo
from strategy_xl.schema.consistency import REFERENCE_DATE, SETTINGS_BLOCK
from strategy_xl.schema.names import STORED
from strategy_xl.schema.spec import FieldRole, FieldSpec, WorkbookSpec
from strategy_xl.work.diff_cells import Content, Odd, OwnFormula, own_key, plain_raw
from strategy_xl.work.lambdas import is_ours
from strategy_xl.work.remembering import remember

Cell = tuple[int, int]
_DRAWN = frozenset({"chart", "chartEx", "image"})
Contents = Mapping[Cell, Content]


@dataclass(frozen=True)
class Version:
    """A workbook as one of its versions has it.

    Arguments:
        path: the file.
        data: the workbook as read.
        blocks: block key → the rows that people filled, columns of their own included; numbered from the
            first row of the table, or instances.
        kept: block key → what the batch remembers beside rows, by field key, as it stands.
        own_columns: block key → header of each column that people added → its column on the sheet.
        loose: title of each sheet → what stands outside of the templates' fields; on a sheet of people's own
            everything.
        comments: title of each sheet → the notes on it.
        titles: the sheets in the order of their tabs.
        media: digests of pictures and macros, by name.
        names: names of the workbook that people gave, with what they stand for.
        drawn: title of each sheet → how many charts and pictures are on it.
        basis: what the rules say, and of which cells.
    """

    path: str
    data: WorkbookData
    blocks: Mapping[str, Held]
    kept: Mapping[str, Mapping[str, Sequence[Any]]]
    own_columns: Mapping[str, Mapping[str, int]]
    loose: Mapping[str, Contents]
    comments: Mapping[str, Mapping[Cell, str]]
    titles: tuple[str, ...]
    media: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    drawn: Mapping[str, int] = field(default_factory=dict)
    basis: Basis | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The bytes that it was read from."""
        return self.data.snapshot

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """Title of each sheet of the templates → key of its module."""
        return {title: key for key, title in self.data.sheets.items()}

    @property
    def own_sheets(self) -> tuple[str, ...]:
        """Titles of the sheets that people added."""
        return tuple(title for title in self.titles if title not in self.modules)

    def media_digest(self, name: str) -> int | None:
        """The digest of a picture or of macros, by the last part of its name."""
        return next((digest for part, digest in self.media.items() if part.endswith(f"/{name}")), None)

    def column(self, block: str, key: str) -> int:
        """Column on the sheet of a field or of a column of people's own."""
        data = self.data.blocks[block]
        place = data.places.get(key)
        return place.column if place is not None else self.own_columns[block][key.partition(":")[2]]

    def place(self, block: str, key: str, at: int) -> tuple[str, int, int]:
        """Sheet, row and column of a cell of a block, by position of its row."""
        data, index = self.data.blocks[block], self.index(block, at)
        if key in data.places:
            return data.sheet_of(key), *data.cell(key, index)
        return data.sheet, index, self.column(block, key)

    def index(self, block: str, at: int) -> int:
        """Excel row or instance of a row by its position."""
        data = self.data.blocks[block]
        return self.blocks[block].rows[at] + (data.first_row - 1 if data.is_table else 0)


def read_version(path: Path | str, spec: WorkbookSpec, today: date, *, judges: bool = True) -> Version:
    """Read a version of a workbook.

    Arguments:
        path: the file. spec: the templates.
        today: reference day of what the rules say, unless the settings fix one.
        judges: whether to ask the rules.

    Errors: those of ``read_workbook``.
    """
    return version_of(Snapshot.take(Path(path)), spec, today, judges=judges)


def version_of(snapshot: Snapshot, spec: WorkbookSpec, today: date, *, judges: bool = True) -> Version:
    """The same of what was read already.

    Arguments:
        snapshot: the workbook.
        spec, today, judges: as in ``read_version``.

    Errors: those of ``read_workbook``.
    """
    with snapshot.held(), no_collection():
        data = read_workbook(snapshot, spec, grows=True)
        with Package.open(snapshot) as package:
            reader = _Reader(spec, data, WorkbookInfo.of(package))
            return reader.version(_basis(spec, data, today) if judges else None)


def _basis(spec: WorkbookSpec, data: WorkbookData, today: date) -> Basis:
    """What the rules say of a workbook."""
    day = fixed_day(data) or today
    frames = rule_frames(data)
    return remember(spec, data, frames, evaluate(spec, frames, day), day)


def fixed_day(data: WorkbookData) -> date | None:
    """The reference day that the settings sheet fixes, if any."""
    settings = data.blocks.get(SETTINGS_BLOCK)
    if settings is None or REFERENCE_DATE not in settings.rows or not len(settings.rows):
        return None
    fixed = plain_values(settings.rows.array(REFERENCE_DATE))[0]
    return None if fixed is None else date.fromisoformat(fixed)


class _Reader:
    """The reading of one version."""

    def __init__(self, spec: WorkbookSpec, data: WorkbookData, info: WorkbookInfo) -> None:
        self._spec, self._data, self._info = spec, data, info
        self._values = SheetValues(info)
        self._formulas: dict[str, dict[Cell, str]] = {}
        self._errors: dict[str, dict[Cell, Odd]] = {}
        self._own = {key: dict(self._own_columns(block)) for key, block in data.blocks.items()}

    def version(self, basis: Basis | None) -> Version:
        """All of it."""
        blocks, kept = {}, {}
        for key, block in self._data.blocks.items():
            if not block.is_listing:
                blocks[key], kept[key] = self._block(block)
        sheets = [sheet for sheet in self._info.sheets if sheet.kind == "worksheet"]
        return Version(
            self._data.path,
            self._data,
            blocks,
            kept,
            {key: own for key, own in self._own.items() if own},
            {sheet.name: self._loose(sheet.name) for sheet in sheets},
            {sheet.name: comments_of(self._info, sheet) for sheet in sheets},
            tuple(sheet.name for sheet in self._info.sheets),
            self._media(),
            {
                name.name: name.text
                for name in self._info.defined_names
                if not name.name.startswith((*STORED, "_xl"))
                and name.scope is None
                # Functions that the program puts in are no more people's than the names of its sheets.
                and not is_ours(NamedFormula(name.name, name.text))
            },
            {sheet.name: self._drawn(sheet) for sheet in sheets},
            basis,
        )

    def _drawn(self, sheet: SheetInfo) -> int:
        """How many charts and pictures are on a sheet."""
        return sum(
            relation.kind in _DRAWN
            for drawing in self._info.related(sheet.part, "drawing")
            for relation in self._info.relationships(drawing)
        )

    def _media(self) -> dict[str, int]:
        members = self._info.package.members
        wanted = {name: member for name, member in members.items() if "/media/" in name.lower()}
        wanted |= {name: one for name, one in members.items() if name.lower().endswith("vbaproject.bin")}
        return {name: member.crc for name, member in wanted.items()}

    # -- blocks ----------------------------------------------------------------------------------------

    def _table(self, block: BlockData) -> TableInfo | None:
        return self._info.table(block.table) if block.table is not None else None

    def _own_columns(self, block: BlockData) -> Iterator[tuple[str, int]]:
        """The columns of an Excel table that no field has, by header."""
        table = self._table(block)
        if table is None:
            return
        taken = {place.column for place in block.places.values()}
        for at, column in enumerate(table.columns):
            if table.area.left + at not in taken:
                yield column.name, table.area.left + at

    def _block(self, block: BlockData) -> tuple[Held, dict[str, list[Any]]]:
        """The rows of a block, and what the batch keeps beside them."""
        own = {
            header: self._raw_column(block.sheet, column, block.first_row, block.last_row)
            for header, column in self._own[block.block.key].items()
        }
        filled = {int(row) for row in block.rows.index} | set(block.left_out)
        for cells in own.values():
            typed = (at for at, cell in enumerate(cells) if cell is not None)
            filled |= {at + block.first_row for at in typed if not isinstance(cells[at], OwnFormula)}
        rows = sorted(filled)
        columns: dict[str, Sequence[Content]] = {}
        kept = {}
        for spec in block.block.fields:
            if spec.key not in block.places:
                continue
            if spec.role is FieldRole.OWNED:
                if spec.kept:
                    shown = block.shown[spec.key]
                    kept[spec.key] = [plain_raw(shown[row - block.first_row]) for row in rows]
            elif spec.role is FieldRole.INPUT:
                columns[spec.key] = self._inputs(block, spec, rows)
            elif spec.key in block.overtyped:
                columns[spec.key] = self._overtyped(block, spec, rows)
            else:
                columns[spec.key] = [None] * len(rows)
        if ENTITY_ID in kept:
            columns[ENTITY_ID] = kept[ENTITY_ID]
        for header, cells in own.items():
            columns[own_key(header)] = [cells[row - block.first_row] for row in rows]
        start = block.first_row - 1 if block.is_table else 0
        places = {key: (place.sheet, place.row, place.column) for key, place in block.places.items()}
        return Held([row - start for row in rows], columns, {}, places, block.is_table), kept

    def _inputs(self, block: BlockData, spec: FieldSpec, rows: Sequence[int]) -> list[Content]:
        """What stands in the cells of an input."""
        read = dict(
            zip(block.rows.index.tolist(), plain_values(block.rows.array(spec.key)), strict=True)
            if spec.key in block.rows
            else ()
        )
        unread = block.unread.get(spec.key, {})
        meta = self._values.meta(block.sheet_of(spec.key))
        has, _ = masks(block, spec.key, meta)
        found: list[Content] = []
        for row in rows:
            place = block.cell(spec.key, row)
            if row in unread:
                content: Content = Odd(plain_raw(unread[row]))
            elif row in read:
                content = read[row]
            else:
                content = self._raw(block.sheet_of(spec.key), *place)
            if has[row - block.first_row] and not isinstance(content, OwnFormula):
                text = self._texts(block.sheet_of(spec.key)).get(place)
                content = OwnFormula.of(text, content, *place) if text is not None else content
            found.append(content)
        return found

    def _overtyped(self, block: BlockData, spec: FieldSpec, rows: Sequence[int]) -> list[Content]:
        """What people typed over formulas of the templates; None where those stand."""
        over = {int(row) for row in block.overtyped[spec.key]}
        shown = block.shown[spec.key]
        return [Odd(plain_raw(shown[row - block.first_row])) if row in over else None for row in rows]

    # -- cells as they stand ---------------------------------------------------------------------------

    def _texts(self, sheet: str) -> dict[Cell, str]:
        """The formulas of a sheet."""
        if sheet not in self._formulas:
            part = self._info.sheet(sheet).part
            has = len(self._values.meta(sheet).formula_rows)
            self._formulas[sheet] = formula_texts(self._info.package.read(part)) if has else {}
        return self._formulas[sheet]

    def _errors_of(self, sheet: str) -> dict[Cell, Odd]:
        if sheet not in self._errors:
            held = self._values.meta(sheet).errors
            self._errors[sheet] = {
                (int(row), int(column)): Odd(error_value(str(text)) or ErrorValue.UNKNOWN)
                for row, column, text in zip(held.rows, held.columns, held.texts, strict=True)
            }
        return self._errors[sheet]

    def _raw(self, sheet: str, row: int, column: int) -> Content:
        return self._raw_column(sheet, column, row, row)[0]

    def _raw_column(self, sheet: str, column: int, first: int, last: int) -> list[Content]:
        """The cells of a column as they stand."""
        cells: list[Content] = [
            plain_raw(cell) for cell in self._values.grid(sheet).column(column, first, last)
        ]
        for (row, own), odd in self._errors_of(sheet).items():
            if own == column and first <= row <= last:
                cells[row - first] = odd
        if self._values.meta(sheet).formulas_in(column, first, last).any():
            texts = self._texts(sheet)
            for at, cell in enumerate(cells):
                text = texts.get((first + at, column))
                if text is not None:
                    cells[at] = OwnFormula.of(text, cell, first + at, column)
        return cells

    # -- outside of fields -----------------------------------------------------------------------------

    def _loose(self, sheet: str) -> dict[Cell, Content]:
        """What stands on a sheet outside of the fields of the templates."""
        grid, meta = self._values.grid(sheet), self._values.meta(sheet)
        known = self._known_cells(sheet)
        found: dict[Cell, Content] = {}
        last = max(len(grid), int(meta.formula_rows.max(initial=0)), int(meta.errors.rows.max(initial=0)))
        width = max(
            grid.width, int(meta.formula_columns.max(initial=0)), int(meta.errors.columns.max(initial=0))
        )
        singles = {
            (place.row, place.column)
            for place in single_cells(self._spec, self._data.anchors)
            if place.sheet == sheet
        }
        for column in range(1, width + 1):
            free = np.ones(last + 1, bool)
            for first, end in known.get(column, ()):
                free[first : end + 1] = False
            rows = np.flatnonzero(free[1:]) + 1
            for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else ():
                cells = self._raw_column(sheet, column, int(run[0]), int(run[-1]))
                for row, content in enumerate(cells, int(run[0])):
                    if content is not None and (row, column) not in singles:
                        found[row, column] = content
        return found

    def _known_cells(self, sheet: str) -> dict[int, list[tuple[int, int]]]:
        """The cells of fields and of people's own columns in tables: column → first and last rows."""
        found: dict[int, list[tuple[int, int]]] = {}
        for key, block in self._data.blocks.items():
            for place in block.places.values():
                if place.sheet != sheet:
                    continue
                if block.is_table:
                    found.setdefault(place.column, []).append((block.first_row, block.last_row))
                    continue
                for at in range(block.last_row):
                    found.setdefault(place.column + at, []).append((place.row, place.row))
            if block.sheet == sheet:
                for column in self._own[key].values():
                    found.setdefault(column, []).append((block.first_row - 1, block.last_row))
        return found
