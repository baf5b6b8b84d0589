"""What reading a workbook gives: blocks as frames with the place of every cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.book.known_places import Place
from strategy_xl.book.shown import Look
from strategy_xl.errors import Finding
from strategy_xl.formulas.cell_refs import Area, cell_name
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import TableColumn
from strategy_xl.rules.table import Table
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import DataBlock, FieldSpec, ModuleSpec, TableBlock
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import Context
from strategy_xl.text.coercion import coerce_column

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BlockData:
    """One block as people filled it.

    Arguments:
        module, block: what the templates say.
        sheet: title of the sheet it stands on.
        rows: one row per filled row (index: Excel row number) or instance of a form (index: 1, 2…);
            columns by field key. Inputs and computed fields have their type, owned fields are as read.
        places: field key → header cell (table) or first value cell (form); a field without one was not
            found and its column is all missing.
        first_row, last_row: data rows of the table, blank ones included; instances of a form.
        table, table_left: name of the Excel table as it is now and its first column; None and 0 for a form
            or a table turned into a range.
        uncached: computed fields of which at least one filled row has a formula without stored result.
        uncached_rows: for those fields, the rows (index values of the frame).
        overtyped: computed fields → rows in which something was typed over the formula.
        erased: computed fields → rows in which the formula is gone and nothing stands in its place, or what
            it pointed to was cut away.
        to_clear: owned fields → rows without a record in which an old result still stands.
        left_out: filled rows that are no records → code of what was said of them (totals, heads of groups,
            errors for a name), which nothing sees, "" for rows without a name, which only rules do not see.
        unread: inputs → rows or instances whose cell Excel sees otherwise than the rules, and what it sees:
            texts for numbers, values out of scale, unknown choices, spaces too many, ``ErrorValue``.
        shown: computed and owned fields → what each of their cells shows, over all rows: value, text, "" for
            nothing (or a formula never calculated), ``ErrorValue``.
        context: language, date system and lists, to turn owned cells into values.
        table_columns: field key → the Excel table's own word on its column: title, formula.
        merged: merged areas of the sheet that reach into the block's rows.
        bottom: last row a table may use before the next block begins; None when nothing follows.
        table_last: last data row of the Excel table as the file has it, 0 without one; rows beyond it, down
            to ``last_row``, are those by which the table is to get longer.
        typed_last: of these, the last one that people typed; the others are blank.
        may_grow: whether nothing keeps the table from getting blank rows for what people type next.
        has_look: whether the Excel table says how it looks.
    """

    module: ModuleSpec
    block: DataBlock
    sheet: str
    rows: Table
    places: Mapping[str, Place]
    first_row: int
    last_row: int
    table: str | None = None
    table_left: int = 0
    uncached_rows: Mapping[str, Rows] = field(default_factory=dict)
    overtyped: Mapping[str, Rows] = field(default_factory=dict)
    erased: Mapping[str, Rows] = field(default_factory=dict)
    to_clear: Mapping[str, Rows] = field(default_factory=dict)
    left_out: Mapping[int, str] = field(default_factory=dict)
    unread: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    shown: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    context: Context = field(default_factory=Context)
    table_columns: Mapping[str, TableColumn] = field(default_factory=dict)
    merged: tuple[Area, ...] = ()
    bottom: int | None = None
    table_last: int = 0
    typed_last: int = 0
    may_grow: bool = False
    has_look: bool = True

    @property
    def frame(self) -> pd.DataFrame:
        """The filled rows as a frame of pandas."""
        return self.rows.frame

    @property
    def blank_rows(self) -> list[int]:
        """Rows in which nobody has filled anything: those under the last filled one first, then the gaps."""
        filled = {*self.rows.index.tolist(), *self.left_out}
        last = max(filled, default=0)
        blank = [row for row in self.all_rows if row not in filled]
        return [row for row in blank if row > last] + [row for row in blank if row < last]

    @property
    def is_longer(self) -> bool:
        """Whether the Excel table is to get more rows."""
        return 0 < self.table_last < self.last_row

    def is_new(self, row: int) -> bool:
        """Whether a row is one by which the table gets longer."""
        return 0 < self.table_last < row

    @property
    def uncached(self) -> frozenset[str]:
        """Computed fields that have a formula without stored result in some filled row."""
        return frozenset(self.uncached_rows)

    @property
    def all_rows(self) -> range:
        """Every data row of the table (Excel row numbers) or instance of the form, blank ones too."""
        return range(self.first_row, self.last_row + 1)

    @property
    def is_table(self) -> bool:
        """Whether the block is a table (else a form or a summary)."""
        return isinstance(self.block, TableBlock)

    @property
    def is_listing(self) -> bool:
        """Whether the block is a table that the batch fills from the top; its answers count from 1."""
        return self.block.is_listing

    def row_of(self, index: int) -> int:
        """Excel row or instance of a row of answers."""
        return self.first_row + index - 1 if self.is_listing else index

    def field(self, key: str) -> FieldSpec:
        """The field of that key; KeyError when the block has none."""
        for spec in self.block.fields:
            if spec.key == key:
                return spec
        raise KeyError(key)

    def cell(self, key: str, index: int) -> tuple[int, int]:
        """Row and column (1-based) of a field's cell in a row or instance; KeyError when it was not found."""
        place = self.places[key]
        return (index, place.column) if self.is_table else (place.row, place.column + index - 1)

    def a1(self, key: str, index: int) -> str:
        """The same cell as ``C7``."""
        return cell_name(*self.cell(key, index))

    def sheet_of(self, key: str) -> str:
        """Title of the sheet a field's cells stand on (people may move a form's field elsewhere)."""
        return self.places[key].sheet

    def typed(self, key: str) -> Any:
        """A field's column by its type (choice labels → keys), also for owned fields; rows of ``rows``."""
        return coerce_column(self.rows.values(key), self.field(key), self.context).array


class Singles(NamedTuple):
    """The cells outside of fields in which formulas belong.

    Arguments:
        erased, overtyped: those whose formula is gone, without and with something in its place.
        shown: what the others show, those whose formula has a result.
    """

    erased: frozenset[Place] = frozenset()
    overtyped: frozenset[Place] = frozenset()
    shown: Mapping[Place, Any] = MappingProxyType({})


@dataclass(frozen=True)
class WorkbookData:
    """A workbook as people filled it.

    Arguments:
        path: the file.
        lang: language of the workbook, from its stamp.
        schema_version: version of the templates it was made from.
        date1904: whether its days count from 1904.
        blocks: block key → its data.
        findings: everything that could not be taken as it stands, in the sheets' order.
        sheets: module key → title of its sheet.
        choices: list key → choices with the labels of this workbook.
        anchors: (block key, field key) → cell, for every stored name that still leads somewhere.
        singles: the formulas outside of fields (completeness, printed grids, titles).
        merged: sheet title → its merged areas.
        meant: sheet title → row and column of each input that Excel does not count → what was meant.
        snapshot: the bytes that all this was read from, and the only ones that it may be written to.
        renamed: defined names of the templates → what they are called here, where that is something else.
    """

    path: str
    lang: str
    schema_version: int
    date1904: bool
    blocks: Mapping[str, BlockData]
    findings: tuple[Finding, ...]
    sheets: Mapping[str, str]
    choices: Mapping[str, Choices]
    anchors: Mapping[tuple[str, str], Place]
    snapshot: Snapshot = field(repr=False)
    singles: Singles = field(default_factory=Singles)
    merged: Mapping[str, tuple[Area, ...]] = field(default_factory=dict)
    meant: Mapping[str, Mapping[tuple[int, int], object]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def look(self) -> Look:
        """How values look in this workbook's cells."""
        return Look(self.lang, {key: choices.by_key for key, choices in self.choices.items()})

    @property
    def company(self) -> str:
        """Name of the firm as the settings have it, or empty."""
        settings = self.blocks.get(SETTINGS_BLOCK)
        name = settings.frame["company"].iloc[0] if settings is not None and len(settings.frame) else ""
        return name if isinstance(name, str) else ""
