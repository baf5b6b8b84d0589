"""Write a form: labels, value cells (instances side by side), help on the right, sections."""

from __future__ import annotations

from dataclasses import replace

from openpyxl.worksheet.properties import Outline

from strategy_xl.book.shown import CellValue
from strategy_xl.build.layout import PlacedBlock, Span
from strategy_xl.build.page import Page, field_note
from strategy_xl.build.placing import is_long
from strategy_xl.build.style import LINE, WHITE, Look, is_scale, mix, value_look
from strategy_xl.build.validation import Validations
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, FormBlock
from strategy_xl.text.lines import text_lines


def _defaults(page: Page, block: FormBlock) -> dict[str, CellValue]:
    """What the cells hold at first: the template's defaults; the settings know the firm and the language."""
    book = page.book
    found = {
        spec.key: book.values.cell(spec, spec.default, page.file)
        for spec in block.fields
        if spec.default is not None
    }
    if block.key == SETTINGS_BLOCK:
        keys = {spec.key: spec for spec in block.fields}
        if "language" in keys:
            found["language"] = book.values.cell(keys["language"], book.lang)
        if book.company and "company" in keys:
            found["company"] = book.company
    return found


def _contents(page: Page, block: FormBlock) -> list[dict[str, CellValue]]:
    """Values of every instance: defaults under the example's values; a firm named by the caller wins."""
    defaults = _defaults(page, block)
    given = page.book.rows.get(block.key) or ()
    filled = [
        {**defaults, **{key: value for key, value in row.items() if value is not None}} for row in given
    ]
    instances = filled + [dict(defaults)] * (block.instances - len(filled))
    if block.key == SETTINGS_BLOCK and page.book.company and "company" in defaults:
        instances[0]["company"] = page.book.company
    return instances[: block.instances]


def _value_span(placed: PlacedBlock, spec: FieldSpec, instance: int) -> Span:
    if placed.count > 1:
        column = placed.columns[spec.key] + instance
        return Span(column, column)
    return placed.spans["long" if is_long(spec) else "short"]


def _write_value(page: Page, placed: PlacedBlock, spec: FieldSpec, instance: int, value: CellValue) -> None:
    row, span = placed.rows[spec.key], _value_span(placed, spec, instance)
    look = value_look(spec, page.book.spec.theme, page.book.lang)
    look = replace(look, horizontal="left", wrap=True, indent=1)
    if spec.formula is None:
        page.put(row, span, value, look)
        return
    formula = page.book.formulas.render(spec.formula, placed, instance)
    page.put_formula(row, span, formula, look, where=f"{placed.block.key}.{spec.key}", array=spec.array)


def _write_instance_labels(page: Page, placed: PlacedBlock, block: FormBlock) -> None:
    look = Look(bold=True, colour=WHITE, fill=page.colour, horizontal="left", indent=1)
    page.put(placed.body, placed.spans["label"], None, look)
    label = page.book.text(block.instance_label) if block.instance_label else page.book.say("instance")
    for instance in range(block.instances):
        page.put(placed.body, placed.spans["all"].first + instance, f"{label} {instance + 1}", look)
    page.sheet.row_dimensions[placed.body].height = 20


def _write_label(page: Page, placed: PlacedBlock, spec: FieldSpec) -> None:
    row, theme = placed.rows[spec.key], page.book.spec.theme
    label = page.book.text(spec.label)
    look = Look(bold=spec.required, fill=page.tint, border=LINE, wrap=True, horizontal="left", indent=1)
    if spec.when:
        cell = page.put_formula(row, placed.spans["label"], page.book.formulas.label(spec), look)
    else:
        cell = page.put(row, placed.spans["label"], label, look)
    lines = float(spec.lines)
    lines = max(lines, text_lines(label, page.layout.span_width(placed.spans["label"]) - 2, bold=True))
    if placed.count > 1:
        note = field_note(page.book, spec)
        if note:
            page.note(cell, note)
    elif spec.help is not None or is_scale(spec):
        parts = ([page.book.text(spec.help)] if spec.help else []) + (
            [page.book.text(spec.unit)] if spec.unit and is_scale(spec) else []
        )
        text = " · ".join(parts)
        span = placed.spans["long:help" if is_long(spec) else "short:help"]
        look = Look(italic=True, colour=theme.muted, wrap=True, horizontal="left", indent=1)
        page.put(row, span, text, look)
        lines = max(lines, text_lines(text, page.layout.span_width(span) - 2))
    page.height(row, max(lines, 1.25))


def _content_lines(page: Page, placed: PlacedBlock, spec: FieldSpec, value: CellValue, instance: int) -> int:
    """Lines that a written value takes in its cell: long answers should be readable at once."""
    if not isinstance(value, str):
        return 1
    return text_lines(value, page.layout.span_width(_value_span(placed, spec, instance)) - 2)


def write(page: Page, placed: PlacedBlock, block: FormBlock, validations: Validations) -> None:
    """Write the block: heading, instance labels, sections, labels, values, help, validation."""
    page.heading(placed)
    if block.instances > 1:
        _write_instance_labels(page, placed, block)
    contents = _contents(page, block)
    for spec in block.fields:
        row = placed.rows[spec.key]
        if spec.section is not None:
            last = placed.spans["all"].last if block.instances > 1 else page.page_span.last
            look = Look(
                bold=True, colour=page.colour, fill=mix(page.colour, WHITE, 0.82), horizontal="left", indent=1
            )
            page.put(row - 1, Span(placed.spans["label"].first, last), page.book.text(spec.section), look)
            page.sheet.row_dimensions[row - 1].height = 19
        _write_label(page, placed, spec)
        for instance in range(block.instances):
            value = contents[instance].get(spec.key)
            _write_value(page, placed, spec, instance, value)
            page.height(row, _content_lines(page, placed, spec, value, instance))
        if spec.hidden:
            page.sheet.row_dimensions[row].hidden = True
        area = placed.value_area(spec.key).local
        if spec.type is FieldType.CHOICE and spec.role is not FieldRole.INPUT:
            page.toned.setdefault(spec.choices or "", []).append(area)
        rule = validations.make(block, spec, area)
        if rule is not None:
            page.sheet.add_data_validation(rule)
    if block.folded:
        _fold(page, placed, block)


def _fold(page: Page, placed: PlacedBlock, block: FormBlock) -> None:
    """Close the sections after the first one, under their headings."""
    page.sheet.sheet_properties.outlinePr = Outline(summaryBelow=False)
    opened = False
    for spec in block.fields:
        row = placed.rows[spec.key]
        if spec.section is not None and spec is not block.fields[0]:
            opened = True
            page.sheet.row_dimensions[row - 1].collapsed = True
        if opened:
            page.sheet.row_dimensions[row].outlineLevel = 1
            page.sheet.row_dimensions[row].hidden = True
