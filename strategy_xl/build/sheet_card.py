"""Place and write a card: a block's results as rectangles of one page, to read at once and to print."""

from __future__ import annotations

from dataclasses import replace

from strategy_xl.build.layout import FIRST_COLUMN, PAGE_WIDTH, PlacedBlock, Span
from strategy_xl.build.page import Page
from strategy_xl.build.style import LINE, WHITE, Look, mix, value_look
from strategy_xl.build.widths import Columns
from strategy_xl.schema.spec import CardPlace, FieldSpec, SummaryBlock

TWELFTHS = 12
LINE_POINTS = 18.0
LABEL_SHARE = 3
"""A label beside its value takes one part in that many."""
TITLE_SIZE, QUOTE_SIZE, BAR_SIZE = 20.0, 13.0, 10.0


def _span(columns: Columns, place: CardPlace) -> Span:
    """The sheet's columns nearest to a card's twelfths."""

    def edge(twelfths: int) -> int:
        """First column that begins at or after that many twelfths of the page."""
        column, used = FIRST_COLUMN, 0.0
        while used + columns.width(column) / 2 < PAGE_WIDTH * twelfths / TWELFTHS:
            used += columns.width(column)
            column += 1
        return column

    first = edge(place.column - 1)
    return Span(first, max(edge(place.column - 1 + place.columns) - 1, first))


def place(block: SummaryBlock, sheet: str, row: int, body: int, columns: Columns) -> PlacedBlock:
    """The block with every field's rectangle; fields without one are workings under the card.

    Arguments:
        block: a summary with a card.
        sheet: tab title.
        row, body: first row of the block and of its content.
        columns: the sheet's columns.
    """
    rows: dict[str, int] = {}
    first: dict[str, int] = {}
    spans: dict[str, Span] = {}
    at = body + max(place.row + place.rows - 1 for place in block.card.values())
    for spec in block.fields:
        where = block.card.get(spec.key)
        label = value = None
        if where is None:
            label = columns.span(FIRST_COLUMN, PAGE_WIDTH / LABEL_SHARE)
            value = columns.span(label.last + 1, PAGE_WIDTH / LABEL_SHARE)
            rows[spec.key] = rows[f"{spec.key}:label"] = at
            at += 1
        else:
            value = label = _span(columns, where)
            top = body + where.row - 1
            rows[spec.key] = rows[f"{spec.key}:label"] = top
            if where.label == "top":
                rows[spec.key] = top + 1
            elif where.label == "left":
                split = value.first + max(round((value.last - value.first + 1) / LABEL_SHARE), 1)
                label, value = Span(value.first, split - 1), Span(split, value.last)
        first[spec.key], spans[spec.key], spans[f"{spec.key}:label"] = value.first, value, label
    return PlacedBlock(block, sheet, row, body, at - 1, first, rows, spans)


def _value_look(page: Page, spec: FieldSpec, where: CardPlace) -> Look:
    theme = page.book.spec.theme
    look = replace(value_look(spec, theme, page.book.lang), wrap=True, horizontal="left", indent=1)
    frame = mix(page.colour, WHITE, 0.8)
    look = replace(look, fill=WHITE, border=frame, vertical="top" if where.label == "top" else "center")
    match where.look:
        case "title":
            return replace(
                look, size=TITLE_SIZE, bold=True, colour=page.colour, border=None, vertical="center"
            )
        case "quote":
            return replace(look, size=QUOTE_SIZE, italic=True, fill=page.tint, border=None, vertical="center")
        case "bar":
            return replace(look, size=BAR_SIZE, colour=page.colour, wrap=False)
        case "photo":
            return replace(
                look, colour=theme.muted, fill=page.tint, italic=True, horizontal="center", vertical="center"
            )
        case _:
            return look


def _write_field(page: Page, placed: PlacedBlock, spec: FieldSpec, where: CardPlace | None) -> None:
    row, span, book = placed.rows[spec.key], placed.spans[spec.key], page.book
    top, label = placed.rows[f"{spec.key}:label"], placed.spans[f"{spec.key}:label"]
    last = row if where is None else placed.body + where.row + where.rows - 2
    if where is None or where.label != "none":
        head = Look(size=9, bold=True, colour=page.colour, fill=page.tint, border=LINE, wrap=True)
        head = replace(head, horizontal="left", indent=1)
        page.put(top, label.first, book.text(spec.label), head)
        beside = where is not None and where.label == "left"
        page.dress(top, label, head, last if beside else top)
    look = value_look(spec, book.spec.theme, book.lang) if where is None else _value_look(page, spec, where)
    page.put_formula(
        row,
        span,
        book.formulas.render(spec.formula or "", placed),
        look,
        where=f"{placed.block.key}.{spec.key}",
        array=spec.array,
        last_row=last,
    )


def write(page: Page, placed: PlacedBlock, block: SummaryBlock) -> None:
    """Write the card: every line equally high, each value under or beside its label, workings collapsed."""
    page.heading(placed)
    rows = page.sheet.row_dimensions
    workings = {placed.rows[spec.key] for spec in block.fields if spec.key not in block.card}
    for row in range(placed.body, placed.last + 1):
        if row in workings:
            rows[row].hidden, rows[row].outlineLevel = True, 1
        else:
            rows[row].height = LINE_POINTS
    for spec in block.fields:
        _write_field(page, placed, spec, block.card.get(spec.key))
