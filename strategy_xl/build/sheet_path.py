"""Place and write results as a path: steps with their name, state and next step, and arrows between them."""

from __future__ import annotations

from dataclasses import replace

from openpyxl.worksheet.hyperlink import Hyperlink

from strategy_xl.build import tones
from strategy_xl.build.defined_names import link_name
from strategy_xl.build.layout import FIRST_COLUMN, WIDE_TYPES, PlacedBlock, Span
from strategy_xl.build.page import Page
from strategy_xl.build.style import TONE_STRONG, WHITE, Look, mix, value_look
from strategy_xl.schema.spec import FieldSpec, FieldType, SummaryBlock, Tone

ON, DOWN, AGAIN = "→", "↵", "↻"
MESSAGE_LINES = 3.3
STEPS_A_LINE = 4


def place(block: SummaryBlock, sheet: str, row: int, body: int) -> PlacedBlock:
    """Steps in lines: the name above, a result a row under it; a free row between the lines.

    Arguments:
        block: a summary with a path.
        sheet: tab title.
        row, body: first row of the block and of its content.
    """
    at = body
    rows: dict[str, int] = {}
    spans: dict[str, Span] = {}
    steps = block.steps()
    height = 1 + max((len(step) for step in steps), default=0)
    for index, step in enumerate(steps):
        line, position = divmod(index, STEPS_A_LINE)
        at = body + line * (height + 1)
        first = FIRST_COLUMN + 3 * position
        rows[f"{step[0].key}:label"] = at
        spans[f"{step[0].key}:label"] = Span(first, first + 1)
        spans[f"{step[0].key}:arrow"] = Span(first + 2, first + 2)
        for offset, spec in enumerate(step, 1):
            rows[spec.key], spans[spec.key] = at + offset, Span(first, first + 1)
    keys = {spec.key: spans[spec.key].first for spec in block.fields}
    return PlacedBlock(block, sheet, row, body, at + height - 1, keys, rows, spans)


def write(page: Page, placed: PlacedBlock, block: SummaryBlock) -> None:
    """Write every step of the path, the arrow behind it, and after the last that it begins anew."""
    steps = block.steps()
    for index, step in enumerate(steps):
        _name(page, placed, step[0], index + 1)
        for spec in step:
            _result(page, placed, spec)
        arrow = AGAIN if index + 1 == len(steps) else DOWN if (index + 1) % STEPS_A_LINE == 0 else ON
        _arrow(page, placed, step, arrow)


def _colour(page: Page, spec: FieldSpec) -> str:
    return page.book.colour(page.book.spec.module(spec.module or ""))


def _name(page: Page, placed: PlacedBlock, spec: FieldSpec, number: int) -> None:
    """The name of a step, with its number, as the way to its sheet."""
    book, row = page.book, placed.rows[f"{spec.key}:label"]
    colour = _colour(page, spec)
    fill = mix(colour, WHITE, 0.82)  # light: LibreOffice writes every link in dark blue
    look = Look(size=11, bold=True, colour=colour, fill=fill, horizontal="center", wrap=True)
    cell = page.put(row, placed.spans[f"{spec.key}:label"], f"{number} · {book.text(spec.label)}", look)
    title = book.layout.titles[spec.module or ""]
    cell.hyperlink = Hyperlink(
        ref=cell.coordinate,
        location=link_name(spec.module or ""),
        tooltip=book.say("map.open", sheet=title),
    )
    page.sheet.row_dimensions[row].height = 24


def _result(page: Page, placed: PlacedBlock, spec: FieldSpec) -> None:
    """A share as a bar, a message in several lines."""
    book, row, span = page.book, placed.rows[spec.key], placed.spans[spec.key]
    colour = _colour(page, spec)
    look = replace(
        value_look(spec, book.spec.theme, book.lang),
        fill=mix(colour, WHITE, 0.93),
        border=mix(colour, WHITE, 0.7),
        horizontal="center",
        indent=0,
    )
    if spec.type in WIDE_TYPES:
        look = replace(look, size=9, wrap=True, vertical="top", horizontal="left")
        page.height(row, MESSAGE_LINES)
    if spec.formula is None:
        page.put(row, span, None, look)
    else:
        formula = book.formulas.render(spec.formula, placed)
        page.put_formula(row, span, formula, look, where=f"{placed.block.key}.{spec.key}")
    if spec.type is FieldType.PERCENT:
        tones.bars(page, placed.value_area(spec.key).local, mix(TONE_STRONG[Tone.GOOD], WHITE, 0.25))


def _arrow(page: Page, placed: PlacedBlock, step: tuple[FieldSpec, ...], arrow: str) -> None:
    row, span = placed.rows[f"{step[0].key}:label"], placed.spans[f"{step[0].key}:arrow"]
    look = Look(size=18, bold=True, colour=page.book.spec.theme.muted, horizontal="center")
    page.put(row, span, arrow, look)
    page.dress(row, span, look, last_row=row + len(step))
