"""Write the blocks that show rather than collect: texts, boxes, result tiles, the map, the lists."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any

from openpyxl.worksheet.hyperlink import Hyperlink

from strategy_xl.build import charts, completeness, sheet_card, sheet_path, tones
from strategy_xl.build.defined_names import link_name
from strategy_xl.build.layout import APART_POINTS, BESIDE_POINTS, WIDE_TYPES, PlacedBlock, Span, list_rows
from strategy_xl.build.page import Page, field_note
from strategy_xl.build.placed_results import is_whole_beside
from strategy_xl.build.style import (
    LINE,
    TONE_INK,
    TONE_STRONG,
    WHITE,
    Look,
    mix,
    tone_fill,
    value_look,
)
from strategy_xl.languages import forms_of
from strategy_xl.schema.spec import (
    FieldSpec,
    FieldType,
    GridBlock,
    ModuleSpec,
    SummaryBlock,
    TextBlock,
    Tone,
)
from strategy_xl.text.lines import text_lines

TILE_LABEL_LINES = 1.35
NARROW_BOX = 50.0
"""Width in characters under which most lines of a box take two."""
MARGIN_COLUMN = 1


def write_text(page: Page, placed: PlacedBlock, block: TextBlock) -> None:
    """Write paragraphs over the width of the page."""
    page.heading(placed)
    span = page.page_span
    for index, paragraph in enumerate(block.paragraphs):
        text = page.book.text(paragraph)
        if block.numbered:
            text = f"{index + 1}.\N{NO-BREAK SPACE}{text}"
        page.put(placed.body + index, span, text, Look(wrap=True, horizontal="left", indent=1))
        page.height(placed.body + index, text_lines(text, page.layout.span_width(span) - 2) + 0.2)


def _write_workings(page: Page, placed: PlacedBlock, block: GridBlock) -> None:
    """Write boxes out of sight, for those who show the columns."""
    theme = page.book.spec.theme
    look = Look(size=9, colour=theme.muted, fill=theme.computed)
    for index, box in enumerate(block.boxes):
        row, span = placed.rows[str(index)], placed.spans[str(index)]
        page.put(row, span, page.book.text(box.title), replace(look, bold=True))
        for line in range(1, block.lines + 1):
            formula = page.book.formulas.render(box.formula.replace("{i}", str(line)), placed)
            page.put_formula(row + line, span, formula, look, where=f"{block.key}.boxes")


def write_grid(page: Page, placed: PlacedBlock, block: GridBlock) -> None:
    """Write boxes, each a title over lines fed by formulas; printed, they are a page of their own."""
    if not block.is_printed:
        _write_workings(page, placed, block)
        return
    page.heading(placed)
    theme = page.book.spec.theme
    for index, box in enumerate(block.boxes):
        row, span = placed.rows[str(index)], placed.spans[str(index)]
        title = Look(size=12, bold=True, colour=WHITE, fill=TONE_STRONG[box.tone], horizontal="center")
        page.put(row, span, page.book.text(box.title), title)
        page.sheet.row_dimensions[row].height = 22
        fill = mix(tone_fill(theme, box.tone), WHITE, 0.55)
        line_colour = mix(TONE_STRONG[box.tone], WHITE, 0.7)
        look = Look(fill=fill, border=line_colour, wrap=True, horizontal="left", indent=1)
        for line in range(1, block.lines + 1):
            formula = page.book.formulas.render(box.formula.replace("{i}", str(line)), placed)
            page.put_formula(row + line, span, formula, look, where=f"{block.key}.boxes")
            page.height(row + line, 2 if page.layout.span_width(span) < NARROW_BOX else 1.6)
    _write_axes(page, placed, block)


def _write_axes(page: Page, placed: PlacedBlock, block: GridBlock) -> None:
    """What the columns of a square mean, above it, and what its rows mean, in the margin."""
    if block.across is None or block.down is None:
        return
    theme = page.book.spec.theme
    look = Look(size=10, bold=True, colour=theme.muted, horizontal="center", fill=theme.computed)
    for index, text in enumerate(block.across):
        page.put(placed.body, placed.spans[str(index)], page.book.text(text), look)
    page.sheet.row_dimensions[placed.body].height = 18
    look = replace(look, rotation=90)
    for index, text in enumerate(block.down):
        first = placed.rows[str(2 * index)]
        cell = page.sheet.cell(first, MARGIN_COLUMN)
        cell.value = page.book.text(text)
        page.dress(first, Span(MARGIN_COLUMN, MARGIN_COLUMN), look, first + block.lines)


def _tile_label(page: Page, placed: PlacedBlock, spec: FieldSpec, value: Look) -> Any:
    """The label of a result: above its value, beside it, or at the left of a sentence."""
    book, theme = page.book, page.book.spec.theme
    row, span = placed.rows[f"{spec.key}:label"], placed.spans[f"{spec.key}:label"]
    text = book.text(spec.label)
    if spec.type in WIDE_TYPES or spec.hidden:
        look = Look(bold=True, fill=page.tint, border=LINE, wrap=True, horizontal="left", indent=1)
        page.height(row, max(spec.lines, text_lines(text, page.layout.span_width(span) - 2, bold=True), 1.3))
    elif row == placed.rows[spec.key]:
        look = Look(colour=theme.ink, fill=value.fill, wrap=True, horizontal="left", indent=1)
        look = replace(look, border=LINE)
    else:
        look = Look(
            size=9, colour=theme.muted, fill=value.fill, wrap=True, horizontal="center", vertical="bottom"
        )
        page.height(row, max(text_lines(text, page.layout.span_width(span)), TILE_LABEL_LINES))
    return page.put(row, span, text, look)


def _tile(page: Page, placed: PlacedBlock, spec: FieldSpec) -> None:
    row, span, book = placed.rows[spec.key], placed.spans[spec.key], page.book
    value = value_look(spec, book.spec.theme, book.lang)
    label = _tile_label(page, placed, spec, value)
    if spec.type in WIDE_TYPES or spec.hidden:
        value = replace(value, wrap=True)
    else:
        words = spec.type in {FieldType.TEXT, FieldType.CHOICE, FieldType.LINK}
        beside = row == placed.rows[f"{spec.key}:label"]
        value = replace(value, bold=True, horizontal="center", border=None, wrap=words, indent=0)
        value = replace(value, size=12 if words or beside else 16)
        value = (
            replace(value, border=LINE) if beside else replace(value, bottom=mix(page.colour, WHITE, 0.45))
        )
        page.sheet.row_dimensions[row].height = 22 if beside else 27
    if spec.formula is None:
        page.put(row, span, None, value)
    else:
        formula = book.formulas.render(spec.formula, placed)
        where = f"{placed.block.key}.{spec.key}"
        page.put_formula(row, span, formula, value, where=where, array=spec.array)
    note = field_note(book, spec)
    if note:
        page.note(label, note)
    if spec.type is FieldType.CHOICE:
        page.toned.setdefault(spec.choices or "", []).append(placed.value_area(spec.key).local)


def _legend(page: Page, placed: PlacedBlock, block: SummaryBlock) -> None:
    """Two lines to read beside the first tiles, each with a height that holds it."""
    span = placed.spans[":legend"]
    look = Look(size=9, colour=page.book.spec.theme.muted, wrap=True, horizontal="left", indent=1)
    for line, text in enumerate(map(page.book.text, block.legend)):
        page.put(placed.body + line, span, text, look)
        page.height(placed.body + line, text_lines(text, page.layout.span_width(span) - 2))


def _section(page: Page, placed: PlacedBlock, spec: FieldSpec) -> None:
    """The heading above a result beside a chart."""
    if spec.section is not None:
        look = Look(
            size=11, bold=True, colour=page.colour, bottom=mix(page.colour, WHITE, 0.45), horizontal="left"
        )
        look = replace(look, indent=1)
        row = placed.rows[f"{spec.key}:section"]
        page.put(row, placed.spans["beside"], page.book.text(spec.section), look)


def _result_beside(page: Page, placed: PlacedBlock, spec: FieldSpec) -> None:
    """One result at the right of a chart: a figure and what it is, or a text over the whole width."""
    book, row, span = page.book, placed.rows[spec.key], placed.spans[spec.key]
    tone = TONE_INK[spec.tone] if spec.tone is not None else book.spec.theme.ink
    look = replace(value_look(spec, book.spec.theme, book.lang), fill=None, border=None, wrap=False)
    last = row
    if spec.type in WIDE_TYPES:
        look = replace(
            look, size=9, colour=book.spec.theme.muted, wrap=True, vertical="top", horizontal="left"
        )
        look, last = replace(look, indent=1), row + max(spec.lines, 2) - 1
    elif is_whole_beside(spec):
        look = replace(look, bold=True, colour=tone, horizontal="left", indent=1)
    else:
        look = replace(look, bold=True, size=12, colour=tone, horizontal="right", indent=0)
        label = Look(colour=tone, horizontal="left", indent=1, bold=spec.tone is not None)
        cell = page.put(row, placed.spans[f"{spec.key}:label"], book.text(spec.label), label)
        if note := field_note(book, spec):
            page.note(cell, note)
    if spec.formula is None:
        page.dress(row, span, look, last)
    else:
        formula = book.formulas.render(spec.formula, placed)
        where = f"{placed.block.key}.{spec.key}"
        page.put_formula(row, span, formula, look, where=where, array=spec.array, last_row=last)
    if spec.type is FieldType.CHOICE:
        page.toned.setdefault(spec.choices or "", []).append(placed.value_area(spec.key).local)


def _write_beside(page: Page, placed: PlacedBlock, block: SummaryBlock) -> None:
    apart = {row for key, row in placed.rows.items() if key.endswith(":apart")}
    for row in range(placed.body, placed.last + 1):
        if page.sheet.row_dimensions[row].height is None:  # a grid beside has its own
            page.sheet.row_dimensions[row].height = APART_POINTS if row in apart else BESIDE_POINTS
    for spec in block.fields:
        _section(page, placed, spec)
        _result_beside(page, placed, spec)
    charts.write(page, placed.body, block.charts)


def write_summary(page: Page, placed: PlacedBlock, block: SummaryBlock) -> None:
    """Write result tiles and, under them, the charts; the charts and the results beside them; or a card."""
    if block.card:
        sheet_card.write(page, placed, block)
        return
    page.heading(placed)
    if block.path:
        sheet_path.write(page, placed, block)
        return
    if block.beside:
        _write_beside(page, placed, block)
        return
    if block.legend:
        _legend(page, placed, block)
    for spec in block.fields:
        _tile(page, placed, spec)
        if spec.hidden:
            page.sheet.row_dimensions[placed.rows[spec.key]].hidden = True
    charts.write(page, placed.rows[":charts"], block.charts)


def _map_header(page: Page, placed: PlacedBlock) -> None:
    book = page.book
    look = Look(
        bold=True,
        colour=WHITE,
        fill=page.colour,
        border=mix(page.colour, WHITE, 0.3),
        horizontal="left",
        indent=1,
    )
    for part in ("group", "module", "question"):
        page.put(placed.body, placed.spans[part], book.say(f"map.{part}"), look)
    page.put(
        placed.body,
        placed.spans["completeness"],
        book.say("map.completeness"),
        replace(look, horizontal="center", indent=0),
    )
    page.sheet.row_dimensions[placed.body].height = 20


def write_map(page: Page, placed: PlacedBlock) -> None:
    """Write the map: group, link to the sheet, its question, its completeness with a bar."""
    page.heading(placed)
    _map_header(page, placed)
    book = page.book
    modules = [module for module in book.spec.modules if module.key in placed.rows]
    labels = {group.key: book.text(group.label) for group in book.spec.groups}
    for group, members in groupby(modules, key=lambda module: module.group):
        members_list = list(members)
        first, last = placed.rows[members_list[0].key], placed.rows[members_list[-1].key]
        colour = book.colour(members_list[0])
        look = Look(bold=True, colour=WHITE, fill=colour, wrap=True, horizontal="center")
        page.put(first, placed.spans["group"], labels[group], look) if first == last else _tall(
            page, placed, first, last, labels[group], look
        )
        for module in members_list:
            _map_row(page, placed, module, colour)
    tones.bars(page, placed.value_area("completeness").local, mix(TONE_STRONG[Tone.GOOD], WHITE, 0.25))


def _tall(page: Page, placed: PlacedBlock, first: int, last: int, text: str, look: Look) -> None:
    """A group's name beside all of its modules."""
    span = placed.spans["group"]
    cell = page.sheet.cell(first, span.first)
    cell.value = text
    page.dress(first, span, look, last_row=last)


def _map_row(page: Page, placed: PlacedBlock, module: ModuleSpec, colour: str) -> None:
    book, row = page.book, placed.rows[module.key]
    link = Look(bold=True, underline=True, colour=colour, border=LINE, fill=mix(colour, WHITE, 0.92))
    link = replace(link, horizontal="left", indent=1)
    cell = page.put(row, placed.spans["module"], module.sheet.get(book.lang), link)
    cell.hyperlink = Hyperlink(
        ref=cell.coordinate,
        location=link_name(module.key),
        tooltip=book.say("map.open", sheet=module.sheet.get(book.lang)),
    )
    question = book.text(module.question) if module.question is not None else ""
    page.put(
        row, placed.spans["question"], question, Look(border=LINE, wrap=True, horizontal="left", indent=1)
    )
    page.height(row, max(1.35, text_lines(question, page.layout.span_width(placed.spans["question"]) - 2)))
    percent = f"0{forms_of(book.lang).space}%"
    look = Look(border=LINE, format=percent, horizontal="center")
    formula = completeness.formula(book.formulas, module)
    if formula is None:
        page.put(row, placed.spans["completeness"], None, look)
    else:
        page.put_formula(row, placed.spans["completeness"], formula, look, where=f"completeness.{module.key}")


def write_lists(page: Page, placed: PlacedBlock) -> None:
    """Write the choice lists side by side; the open ones can be added to."""
    page.heading(placed)
    book, theme = page.book, page.book.spec.theme
    head = Look(bold=True, colour=WHITE, fill=page.colour, wrap=True, horizontal="left", indent=1)
    for spec in book.spec.lists:
        row, column = placed.rows[spec.key], placed.columns[spec.key]
        label = book.text(spec.label)
        cell = page.put(row, column, label, head)
        if spec.open:
            page.note(cell, book.say("lists.open"))
        page.height(row, max(2, text_lines(label, page.layout.width(column) - 2, bold=True)))
        for index in range(list_rows(spec)):
            choice = spec.choices[index] if index < len(spec.choices) else None
            look = Look(border=LINE, horizontal="left", indent=1, locked=not spec.open)
            look = replace(look, fill=theme.input if spec.open else theme.computed)
            if choice is not None and choice.tone is not Tone.NEUTRAL:
                look = replace(look, fill=tone_fill(theme, choice.tone), colour=TONE_INK[choice.tone])
            page.put(row + 1 + index, column, choice.get(book.lang) if choice else None, look)
