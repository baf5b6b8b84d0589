"""Decide where results go on a sheet: as tiles or pairs, beside a picture, as a path or a card."""

from __future__ import annotations

import math

from strategy_xl.build import sheet_card, sheet_path
from strategy_xl.build.chart_lines import chart_end, chart_rows
from strategy_xl.build.layout import (
    APART_POINTS,
    BESIDE_POINTS,
    BESIDE_VALUE_WIDTH,
    BESIDE_WIDTH,
    FIRST_COLUMN,
    LEAST_LABEL_WIDTH,
    LONG_TYPES,
    PAGE_WIDTH,
    SHORT_WIDTH,
    WIDE_TYPES,
    PlacedBlock,
    Span,
    block_intro,
)
from strategy_xl.build.widths import Columns
from strategy_xl.schema.spec import FieldSpec, FieldType, SummaryBlock

MIN_VALUE_WIDTH, MIN_PAIR_WIDTH = 9.0, 40.0
LEGEND_WIDTH = 66.0
"""Width in characters of the lines to read beside tiles; half of it may lie past the page."""
MAX_TILE_RATIO, MAX_TILE_PAGE = 2.6, 1.3
"""How unequal tiles may be, and how much of a page they may take, before they become pairs."""


def _pairs(columns: Columns) -> list[tuple[Span, Span]]:
    """Value and label side by side, as many pairs as a page takes: for columns too unequal for tiles."""
    pairs: list[tuple[Span, Span]] = []
    first, used = FIRST_COLUMN, 0.0
    while used < PAGE_WIDTH - MIN_PAIR_WIDTH or not pairs:
        if columns.width(first) < LEAST_LABEL_WIDTH:
            value = columns.span(first, MIN_VALUE_WIDTH, MIN_VALUE_WIDTH)
            label = columns.span(value.last + 1, MIN_PAIR_WIDTH - MIN_VALUE_WIDTH)
        else:
            label = Span(first, first)
            value = columns.span(label.last + 1, MIN_VALUE_WIDTH, MIN_VALUE_WIDTH)
        last = max(value.last, label.last)
        pairs.append((value, label))
        used += sum(columns.width(column) for column in range(first, last + 1))
        first = last + 1
    return pairs


def _tile_spans(block: SummaryBlock, columns: Columns) -> list[tuple[Span, Span]]:
    """Value and label span of each tile in a row; the same span when the label stands above the value."""
    tiles = columns.split(block.columns)
    widths = [sum(columns.width(column) for column in range(tile.first, tile.last + 1)) for tile in tiles]
    if max(widths) > MAX_TILE_RATIO * min(widths) or sum(widths) > MAX_TILE_PAGE * PAGE_WIDTH:
        return _pairs(columns)
    return [(tile, tile) for tile in tiles]


def is_whole_beside(spec: FieldSpec) -> bool:
    """Whether a result beside a picture takes the whole width: a text, or a choice that has a heading."""
    return spec.type in LONG_TYPES or (spec.type is FieldType.CHOICE and spec.section is not None)


def _place_beside(
    block: SummaryBlock, sheet: str, row: int, columns: Columns, after: PlacedBlock | None
) -> PlacedBlock:
    """Charts, or the grid above, with the results at their right; a message has two rows or more."""
    if block.charts or after is None:
        body, first = row + block_intro(block), chart_end(block.charts, columns) + 1
    else:
        body = after.body
        first = max(span.last for span in after.spans.values()) + 1
    value = columns.span(first, BESIDE_VALUE_WIDTH, BESIDE_VALUE_WIDTH)
    whole = Span(first, max(columns.span(first, BESIDE_WIDTH).last, value.last + 1))
    label = Span(value.last + 1, whole.last)
    if columns.width(value.first) > LEAST_LABEL_WIDTH:  # too wide for a figure: the label goes there
        label = Span(value.first, value.first)
        value = columns.span(label.last + 1, BESIDE_VALUE_WIDTH, BESIDE_VALUE_WIDTH)
        whole = Span(first, value.last)
    rows: dict[str, int] = {":charts": body}
    spans: dict[str, Span] = {"beside": whole}
    at = body
    for spec in block.fields:
        if spec.section is not None:
            if at > body:
                rows[f"{spec.key}:apart"] = at
                at += 1
            rows[f"{spec.key}:section"] = at
            at += 1
        rows[spec.key] = at
        if is_whole_beside(spec):
            spans[spec.key] = whole
        else:
            spans[spec.key], spans[f"{spec.key}:label"] = value, label
        at += max(spec.lines, 2) if spec.type in WIDE_TYPES else 1
    tallest = max((chart.height for chart in block.charts), default=0.0)
    lower = sum(key.endswith(":apart") for key in rows) * (BESIDE_POINTS - APART_POINTS)
    charts = math.ceil((tallest / 2.54 * 72 + lower) / BESIDE_POINTS) if block.charts else 0
    last = max(at - 1, body + charts - 1)
    keys = {spec.key: spans[spec.key].first for spec in block.fields}
    return PlacedBlock(block, sheet, row, body, last, keys, rows, spans)


def place_summary(
    block: SummaryBlock, sheet: str, row: int, columns: Columns, after: PlacedBlock | None = None
) -> PlacedBlock:
    """A summary's results from a row on.

    Arguments:
        block: the summary.
        sheet: tab title.
        row: first row of the block.
        columns: the sheet's columns.
        after: the block above, at whose right results without a picture of their own stand.
    """
    body = row + block_intro(block)
    if block.path:
        return sheet_path.place(block, sheet, row, body)
    if block.beside:
        return _place_beside(block, sheet, row, columns, after)
    if block.card:
        return sheet_card.place(block, sheet, row, body, columns)
    spans: dict[str, Span] = {}
    if block.legend:
        tiles = [(tile, tile) for tile in columns.split(block.columns, PAGE_WIDTH - LEGEND_WIDTH / 2)]
        spans[":legend"] = columns.span(tiles[-1][1].last + 1, LEGEND_WIDTH)
    else:
        tiles = _tile_spans(block, columns)
    stacked = tiles[0][0] == tiles[0][1]
    step = 2 if stacked else 1
    last_column = columns.span(FIRST_COLUMN, PAGE_WIDTH).last
    rows: dict[str, int] = {}
    first: dict[str, int] = {}
    at, position = body, 0
    for spec in block.fields:
        label_key = f"{spec.key}:label"
        if spec.hidden or spec.type in WIDE_TYPES:
            at += step if position else 0
            position = 0
            label = columns.span(FIRST_COLUMN, SHORT_WIDTH)
            value = Span(label.last + 1, max(last_column, label.last + 1))
            rows[spec.key] = rows[label_key] = at
            at += 1
        else:
            value, label = tiles[position]
            rows[spec.key], rows[label_key] = at + stacked, at
            position += 1
            if position == len(tiles):
                at, position = at + step, 0
        first[spec.key], spans[spec.key], spans[label_key] = value.first, value, label
    at += step if position else 0
    charts = chart_rows(block.charts)
    rows[":charts"] = at + (1 if block.fields and charts else 0)
    last = rows[":charts"] + charts - 1 if charts else at - 1
    return PlacedBlock(block, sheet, row, body, max(last, row), first, rows, spans)
