"""Write a growing list as an Excel table with notes, formulas, validation and its prepared rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from openpyxl.formatting.rule import Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table, TableColumn, TableFormula, TableStyleInfo

from strategy_xl.book.shown import CellValue
from strategy_xl.build import cell_marks, table_rows
from strategy_xl.build.layout import PlacedBlock
from strategy_xl.build.page import Page, field_note
from strategy_xl.build.streaming import Row
from strategy_xl.build.style import WHITE, Look, mix, value_look
from strategy_xl.build.validation import Validations
from strategy_xl.schema.names import TABLE_STYLE
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, TableBlock
from strategy_xl.text.lines import text_lines

FILTER_BUTTON = 4.0
"""Width in characters that the filter button takes from a header."""


def _rows(page: Page, block: TableBlock) -> Sequence[Row]:
    """What the rows hold at first: the seed, or the example in its place (beside it when locked)."""
    values = page.book.values
    fields = {spec.key: spec for spec in block.fields}

    seed = [{key: values.cell(fields[key], raw, page.file) for key, raw in row.items()} for row in block.seed]
    given = page.book.rows.get(block.key)
    if given is None:
        return seed
    if block.locked and seed:
        beside = [*given, *[{}] * len(seed)]
        return [{**row, **_filled(more)} for row, more in zip(seed, beside, strict=False)]
    return given


def _filled(row: Row) -> dict[str, CellValue]:
    return {key: value for key, value in row.items() if value is not None}


def _header_look(page: Page, spec: FieldSpec) -> Look:
    """Header colour: the group's, lighter for what people do not fill."""
    fill = page.colour if spec.role is FieldRole.INPUT else mix(page.colour, "64748B", 0.75)
    return Look(
        bold=True,
        colour=WHITE,
        fill=fill,
        border=mix(fill, WHITE, 0.3),
        wrap=True,
        horizontal="left",
        indent=1,
    )


def _write_header(page: Page, placed: PlacedBlock, block: TableBlock) -> None:
    lines = 1
    for spec in block.fields:
        column = placed.columns[spec.key]
        label = page.book.text(spec.label)
        cell = page.put(placed.body, column, label, _header_look(page, spec))
        note = field_note(page.book, spec)
        if note:
            page.note(cell, note)
        if not spec.hidden:
            lines = max(
                lines, text_lines(label, max(page.layout.width(column) - FILTER_BUTTON, 4), bold=True)
            )
    page.height(placed.body, max(lines, 2))


def _write_column(
    page: Page, placed: PlacedBlock, spec: FieldSpec, rows: Sequence[Row], written: int
) -> str | None:
    """Fill the top of one column; the result is its formula in file syntax, when it has one."""
    column, first = placed.columns[spec.key], placed.body + 1
    look = value_look(spec, page.book.spec.theme, page.book.lang)
    sheet, apply = page.sheet, page.book.styles.apply
    if spec.formula is not None:
        formula = page.book.formulas.render(spec.formula, placed)
        where = f"{placed.block.key}.{spec.key}"
        page.put_formula(first, column, formula, look, where=where)
        letter = get_column_letter(column)
        for row in range(first, first + written):
            cell: Any = sheet.cell(row, column)
            cell.value = ArrayFormula(f"{letter}{row}", formula) if spec.array else formula
            apply(cell, look)
        return formula
    seeded = _seeded_look(page, placed, spec, look)
    default = _default(page, spec)
    for index in range(written):
        value = rows[index].get(spec.key) if index < len(rows) else None
        value = default if value is None else value
        if value is None:
            apply(sheet.cell(first + index, column), look)
        else:
            page.put(first + index, column, value, seeded)
    return None


def _default(page: Page, spec: FieldSpec) -> CellValue:
    return None if spec.default is None else page.book.values.cell(spec, spec.default, page.file)


def _seeded_look(page: Page, placed: PlacedBlock, spec: FieldSpec, look: Look) -> Look:
    """The seeded texts of a locked table are its row titles: firm, not to be typed over."""
    block = placed.block
    if isinstance(block, TableBlock) and block.locked and any(spec.key in row for row in block.seed):
        return replace(look, bold=True, fill=page.tint, locked=True)
    return look


def _list_object(page: Page, placed: PlacedBlock, block: TableBlock, formulas: dict[str, str]) -> None:
    first, last = placed.columns[block.fields[0].key], placed.columns[block.fields[-1].key]
    ref = f"{get_column_letter(first)}{placed.body}:{get_column_letter(last)}{placed.body + placed.count}"
    name = page.book.formulas.table(block)
    table: Any = Table(displayName=name, name=name, ref=ref)
    table._initialise_columns()  # noqa: SLF001 - openpyxl's own way to make columns and the filter
    for spec, column in zip(block.fields, table.tableColumns, strict=True):
        assert isinstance(column, TableColumn)
        column.name = page.book.text(spec.label)
        if spec.key in formulas:
            column.calculatedColumnFormula = TableFormula(
                array=spec.array or None, attr_text=formulas[spec.key].removeprefix("=")
            )
    table.tableStyleInfo = TableStyleInfo(name=TABLE_STYLE, showRowStripes=True)
    page.sheet.add_table(table)


def _mark_missing(page: Page, placed: PlacedBlock, block: TableBlock) -> None:
    """Colour a required cell that is empty in a row that is named."""
    identity = block.identity_key
    areas = [
        placed.value_area(spec.key).local for spec in block.fields if spec.required and spec.key != identity
    ]
    if not areas:
        return
    first = placed.body + 1
    here = f"{areas[0].split(':')[0]}"
    named = f"${get_column_letter(placed.columns[identity])}{first}"
    fill = PatternFill(bgColor=mix(page.book.spec.theme.warn, WHITE, 0.25))
    condition = f"AND(LEN({named})>0,LEN({here})=0)"
    rule = Rule(type="expression", formula=[condition], dxf=DifferentialStyle(fill=fill))
    page.sheet.conditional_formatting.add(" ".join(areas), rule)


def write(page: Page, placed: PlacedBlock, block: TableBlock, validations: Validations) -> None:
    """Write the block: heading, header row with notes, rows, table object, validation, warnings."""
    page.heading(placed)
    _write_header(page, placed, block)
    rows = _rows(page, block)
    written = table_rows.written(page, placed, block)
    formulas: dict[str, str] = {}
    for spec in block.fields:
        formula = _write_column(page, placed, spec, rows, written)
        if formula is not None:
            formulas[spec.key] = formula
        area = placed.value_area(spec.key).local
        if spec.type is FieldType.CHOICE:
            page.toned.setdefault(spec.choices or "", []).append(area)
        rule = validations.make(block, spec, area)
        if rule is not None:
            page.sheet.add_data_validation(rule)
    table_rows.fit(page, placed, block, rows)
    if written < placed.count:
        defaults = {spec.key: _default(page, spec) for spec in block.fields if spec.formula is None}
        table_rows.stream(page, placed, block, rows, defaults)
    _list_object(page, placed, block, formulas)
    _mark_missing(page, placed, block)
    cell_marks.mark(page, placed, block)
