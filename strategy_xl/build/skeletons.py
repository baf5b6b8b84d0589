"""Skeletons: workbooks but for the rows of their tables, made by openpyxl and kept for the next of the kind.

Making one takes most of the time of a workbook of ten thousand rows. A kept one serves tables of any length:
where the rows of a table decide nothing but where its ranges end, a number that stands nowhere else stands
for its last row.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from strategy_xl.book.shown import CellValue
from strategy_xl.build import (
    defined_names,
    sheet_blocks,
    sheet_form,
    sheet_frame,
    sheet_table,
    table_rows,
    tones,
)
from strategy_xl.build.chart_extras import finished
from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import BookLayout, PlacedBlock, SheetLayout
from strategy_xl.build.page import AUTHOR, Book, Page
from strategy_xl.build.placing import lay_out
from strategy_xl.build.streaming import TableStream
from strategy_xl.build.style import Styles
from strategy_xl.build.validation import Validations
from strategy_xl.languages import forms_of
from strategy_xl.ooxml.extensions import SparklineGroup
from strategy_xl.ooxml.finish import rework
from strategy_xl.schema.spec import (
    FormBlock,
    GridBlock,
    ListsBlock,
    MapBlock,
    SummaryBlock,
    TableBlock,
    TextBlock,
    WorkbookSpec,
)

Rows = Mapping[str, Sequence[Mapping[str, CellValue]]]

_KEPT: Final = 4
"""How many skeletons are kept, of about 2 MB each."""
_LAST_ROW: Final = 943_777
"""What stands for the last row of the first table; the next numbers stand for those of the others.

Charts of openpyxl know no rows from a million on.
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a workbook is made of.

    Arguments:
        spec: the modules and lists to write.
        lang: ``fr`` or ``en``.
        company: name of the firm, or empty.
        today: day of the build.
        rows: content of tables and forms by block key.
        protect: lock the cells that hold formulas and results.
        ghosts: a row of an example by block key, for the input messages of blocks without content.
    """

    spec: WorkbookSpec
    lang: str
    company: str
    today: date
    rows: Rows
    protect: bool
    ghosts: Mapping[str, Mapping[str, CellValue]]

    @property
    def counts(self) -> dict[str, int]:
        """Rows that are given, by block key."""
        return {key: len(found) for key, found in self.rows.items()}


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A workbook but for the rows of its tables.

    Arguments:
        parts: the parts of the package, as ``ooxml.finish.complete`` takes them.
        streams: the rows that are to come, by name of the sheet's part.
        sparklines: small lines in cells, by name of the sheet's part.
    """

    parts: Mapping[str, bytes]
    streams: Mapping[str, Sequence[TableStream]]
    sparklines: Mapping[str, Sequence[SparklineGroup]]


def _write_block(sheet: Page, placed: PlacedBlock, validations: Validations) -> None:
    match placed.block:
        case TableBlock() as block:
            sheet_table.write(sheet, placed, block, validations)
        case FormBlock() as block:
            sheet_form.write(sheet, placed, block, validations)
        case SummaryBlock() as block:
            sheet_blocks.write_summary(sheet, placed, block)
        case GridBlock() as block:
            sheet_blocks.write_grid(sheet, placed, block)
        case TextBlock() as block:
            sheet_blocks.write_text(sheet, placed, block)
        case MapBlock():
            sheet_blocks.write_map(sheet, placed)
        case ListsBlock():
            sheet_blocks.write_lists(sheet, placed)


def _write_sheet(book: Book, layout: SheetLayout, validations: Validations) -> Page:
    """Write one sheet; the result also knows what only the last stage can write."""
    sheet = Page(book, book.workbook[layout.title], layout)
    sheet_frame.write_band(sheet, book.layout.home)
    for placed in layout.blocks:
        _write_block(sheet, placed, validations)
        if placed.block.hidden:
            sheet_frame.collapse(sheet, placed)
    tones.colour_choices(sheet)
    sheet_frame.finish(sheet)
    return sheet


def _properties(book: Book) -> None:
    properties = book.workbook.properties
    title = book.text(book.spec.name)
    properties.title = f"{title} – {book.company}" if book.company else title
    properties.creator = properties.lastModifiedBy = AUTHOR
    properties.language = forms_of(book.lang).tag


def make(
    wanted: Wanted, layout: BookLayout, formulas: Formulas, sheets: Collection[str] | None = None
) -> Skeleton:
    """Have openpyxl write a workbook but for the rows of its tables.

    Arguments:
        wanted: what it is made of.
        layout: where everything goes.
        formulas: how formulas are written.
        sheets: keys of the modules whose sheets are written, the others stay empty; None writes all.
    """
    workbook = Workbook()
    if workbook.active is not None:
        workbook.remove(workbook.active)
    for sheet in layout.sheets:
        workbook.create_sheet(sheet.title)
    book = Book(
        wanted.spec,
        wanted.lang,
        wanted.company,
        wanted.today,
        layout,
        workbook,
        Styles(workbook, wanted.spec.theme),
        wanted.rows,
        formulas,
        wanted.protect,
        wanted.ghosts,
    )
    validations = Validations(book)
    pages = {
        f"xl/worksheets/sheet{number}.xml": _write_sheet(book, sheet, validations)
        for number, sheet in enumerate(layout.sheets, 1)
        if sheets is None or sheet.module.key in sheets
    }
    defined_names.write(book)
    _properties(book)
    book.styles.close()
    workbook.active = 0
    saved = io.BytesIO()
    # Deflated once, by the last stage.
    ExcelWriter(workbook, zipfile.ZipFile(saved, "w", zipfile.ZIP_STORED)).save()
    extended = {
        f"xl/charts/chart{number}.xml": partial(finished, extras=extras)
        for number, extras in enumerate(book.charts, 1)
        if extras.labels or extras.has_zones
    }
    parts = rework(
        saved.getvalue(),
        company=wanted.company,
        day=wanted.today,
        alternatives=book.alternatives,
        more=extended,
    )
    return Skeleton(
        parts,
        {part: page.streamed for part, page in pages.items()},
        {part: page.sparklines for part, page in pages.items()},
    )


# -- kept ones ---------------------------------------------------------------------------------------------

_skeletons: dict[tuple[object, ...], Skeleton] = {}


def _is_open(sheet: SheetLayout, placed: PlacedBlock) -> bool:
    """Whether the rows of a table decide nothing but where its ranges end."""
    block = placed.block
    return (
        isinstance(block, TableBlock)
        and not (block.locked or block.hidden or block.seed)
        and all(field.spark is None for field in block.fields)
        and all(other.last < placed.row for other in sheet.blocks if other is not placed)
        and placed.count > table_rows.PATTERN_ROWS
    )


def kept(wanted: Wanted, layout: BookLayout) -> Skeleton:
    """The skeleton of a workbook of the program's own templates, from one that is kept where there is one.

    Arguments:
        wanted: what it is made of.
        layout: where everything goes.
    """
    tables = {
        placed.block.key: placed
        for sheet in layout.sheets
        for placed in sheet.blocks
        if placed.block.key in wanted.rows and _is_open(sheet, placed)
    }
    stand_ins = {key: number for number, key in enumerate(tables, _LAST_ROW)}
    others = {key: rows for key, rows in sorted(wanted.rows.items()) if key not in tables}
    said = repr((wanted.company, others, wanted.ghosts))
    if any(str(number) in said for number in stand_ins.values()):
        return make(wanted, layout, Formulas(layout, wanted.today))
    known = (wanted.lang, wanted.today, wanted.protect, tuple(tables), table_rows.PATTERN_ROWS, said)
    found = _skeletons.get(known)
    if found is None:
        counts = wanted.counts
        longer = {key: counts[key] + stand_ins[key] - placed.last for key, placed in tables.items()}
        longest = lay_out(wanted.spec, wanted.lang, counts | longer)
        emptied = replace(wanted, rows=others | dict.fromkeys(tables, ()))
        found = make(emptied, longest, Formulas(longest, wanted.today))
        if len(_skeletons) == _KEPT:
            _skeletons.pop(next(iter(_skeletons)), None)
        _skeletons[known] = found
    ends = {b"%d" % stand_ins[key]: b"%d" % placed.last for key, placed in tables.items()}
    return replace(found, parts={name: _ended(part, ends) for name, part in found.parts.items()})


def _ended(part: bytes, ends: Mapping[bytes, bytes]) -> bytes:
    """A part whose ranges end where the tables do."""
    if not any(stand_in in part for stand_in in ends):
        return part
    return re.sub(rb"(?<!\d)(?:%b)(?!\d)" % b"|".join(ends), lambda found: ends[found[0]], part)
