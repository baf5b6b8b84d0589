"""Decide where every block of every sheet goes; the result is a ``BookLayout``.

Blocks stand one under the other. Tables own the column widths; everything else spans as many columns as it
needs, so that a form above a table of narrow columns still reads well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from strategy_xl.build import sheet_card
from strategy_xl.build.layout import (
    APART_POINTS,
    BESIDE_POINTS,
    BESIDE_VALUE_WIDTH,
    BESIDE_WIDTH,
    CHART_GAP_CM,
    CHART_PAGE_CM,
    CM_PER_ROW,
    FIRST_COLUMN,
    FIRST_ROW,
    INSTANCE_WIDTH,
    LABEL_WIDTH,
    LEAST_LABEL_WIDTH,
    LIST_WIDTH,
    LISTS_PER_BAND,
    LONG_TYPES,
    LONG_WIDTH,
    MAX_LABEL_WIDTH,
    PAGE_WIDTH,
    PIXELS_PER_INCH,
    SHORT_WIDTH,
    UNIFORM_COLUMNS,
    WIDE_TYPES,
    BookLayout,
    PlacedBlock,
    SheetLayout,
    Span,
    pixels,
)
from strategy_xl.build.widths import Columns
from strategy_xl.schema.spec import (
    INDENT_WIDTH,
    AnyBlock,
    ChartSpec,
    FieldSpec,
    FieldType,
    FormBlock,
    GridBlock,
    ListsBlock,
    ListSpec,
    MapBlock,
    ModuleSpec,
    SummaryBlock,
    TableBlock,
    TextBlock,
    WorkbookSpec,
)
from strategy_xl.text.lines import BOLD_LETTERS

WORKINGS_WIDTH = 12.0
SQUARE_WIDTH = 124.0
"""Width in characters of a square with axes: what stands beside it is to be seen with it."""
STEPS_A_LINE, STEP_WIDTH, ARROW_WIDTH = 4, 14.0, 5.0
"""A path: steps in a line, width of the two columns of each and of the arrow behind it."""
MIN_VALUE_WIDTH, MIN_PAIR_WIDTH = 9.0, 40.0
LEGEND_WIDTH = 66.0
"""Width in characters of the lines to read beside tiles; half of it may lie past the page."""
MAX_TILE_RATIO, MAX_TILE_PAGE = 2.6, 1.3
"""How unequal tiles may be, and how much of a page they may take, before they become pairs."""


def table_rows(block: TableBlock, given: int = 0) -> int:
    """Rows that a new table has: those of a locked one are fixed, a growing one has some free ones."""
    if block.locked:
        return len(block.seed) or block.rows
    return max(given, len(block.seed)) + block.rows


def _base_widths(module: ModuleSpec, lists: Sequence[ListSpec]) -> tuple[list[float], frozenset[int]]:
    """Column widths that tables, instances and lists ask for, and the columns that may be hidden."""
    widths: list[float] = []

    def ask(index: int, width: float) -> None:
        widths.extend([0.0] * (index + 1 - len(widths)))
        widths[index] = max(widths[index], width)

    hidden: set[int] = set()
    shown: set[int] = set()
    for block in module.blocks:
        if isinstance(block, TableBlock):
            for index, spec in enumerate(block.fields):
                # Workings are out of sight by their rows, whatever their columns show elsewhere.
                unseen = spec.hidden or block.hidden
                (hidden if spec.hidden and not block.hidden else shown).add(index)
                ask(index, 0.0 if unseen else spec.width + INDENT_WIDTH)
        elif isinstance(block, FormBlock) and block.instances > 1:
            ask(0, LABEL_WIDTH)
            for index in range(1, block.instances + 1):
                ask(
                    index,
                    max(
                        INSTANCE_WIDTH, *(spec.width for spec in block.fields if spec.type not in WIDE_TYPES)
                    ),
                )
                shown.add(index)
        elif isinstance(block, ListsBlock) and lists:
            ask(0, 44)
            for index in range(1, LISTS_PER_BAND):
                ask(index, LIST_WIDTH)
                shown.add(index)
    widths = [width or 10.0 for width in widths or _free_widths(module)]
    return widths, frozenset(index + FIRST_COLUMN for index in hidden - shown)


def _free_widths(module: ModuleSpec) -> list[float]:
    """Column widths of a sheet on which nothing asks for any: those of a path, else a page in equal parts."""
    if any(isinstance(block, SummaryBlock) and block.path for block in module.blocks):
        return [STEP_WIDTH, STEP_WIDTH, ARROW_WIDTH] * STEPS_A_LINE
    return [PAGE_WIDTH / UNIFORM_COLUMNS] * UNIFORM_COLUMNS


def block_intro(block: AnyBlock) -> int:
    """Rows of title and introduction above a block's content."""
    return (block.title is not None) + (block.intro is not None)


def chart_rows(charts: Iterable[ChartSpec]) -> int:
    """Rows that a block's charts take, laid from left to right and then below."""
    return sum(math.ceil(height / CM_PER_ROW) + 1 for _, height in chart_lines(charts))


def chart_lines(charts: Iterable[ChartSpec]) -> list[tuple[list[ChartSpec], float]]:
    """Charts line by line, each line with the height of its tallest, in cm."""
    lines: list[tuple[list[ChartSpec], float]] = []
    used = 0.0
    for chart in charts:
        if not lines or used + chart.width > CHART_PAGE_CM:
            lines.append(([], 0.0))
            used = 0.0
        row, height = lines[-1]
        lines[-1] = ([*row, chart], max(height, chart.height))
        used += chart.width + CHART_GAP_CM
    return lines


def _form_spans(block: FormBlock, columns: Columns, lang: str) -> dict[str, Span]:
    """Spans of label, short and long values, and the help beside each, of a form with one instance."""
    longest = max(len(spec.label.get(lang)) for spec in block.fields if not spec.hidden) + 2
    label = columns.span(
        FIRST_COLUMN, min(max(LABEL_WIDTH, longest / BOLD_LETTERS), MAX_LABEL_WIDTH), LEAST_LABEL_WIDTH
    )
    short = columns.span(label.last + 1, SHORT_WIDTH)
    long = columns.span(label.last + 1, LONG_WIDTH)
    spans = {"label": label, "short": short, "long": long}
    for name, value in (("short", short), ("long", long)):
        rest = PAGE_WIDTH - sum(columns.width(column) for column in range(FIRST_COLUMN, value.last + 1))
        spans[f"{name}:help"] = columns.span(value.last + 1, max(rest, 40.0))
    return spans


def is_long(spec: FieldSpec) -> bool:
    """Whether a form field needs room for a sentence."""
    return spec.type in WIDE_TYPES or (
        spec.type in LONG_TYPES and (spec.width > SHORT_WIDTH + 2 or spec.lines > 1)
    )


def _place_form(block: FormBlock, sheet: str, row: int, columns: Columns, lang: str) -> PlacedBlock:
    body = row + block_intro(block)
    if block.instances > 1:
        column = FIRST_COLUMN + 1
        spans = {"label": Span(FIRST_COLUMN, FIRST_COLUMN), "all": Span(column, column + block.instances - 1)}
    else:
        spans = _form_spans(block, columns, lang)
        column = spans["short"].first
    at = body + (block.instances > 1)
    rows: dict[str, int] = {}
    for spec in block.fields:
        at += spec.section is not None
        rows[spec.key] = at
        at += 1
    keys = [spec.key for spec in block.fields]
    return PlacedBlock(
        block, sheet, row, body, at - 1, dict.fromkeys(keys, column), rows, spans, block.instances
    )


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
        body, first = row + block_intro(block), _chart_end(block.charts, columns) + 1
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


def _place_path(block: SummaryBlock, sheet: str, row: int) -> PlacedBlock:
    """Steps in lines: the name above, a result a row under it; a free row between the lines."""
    body = at = row + block_intro(block)
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


def _place_summary(
    block: SummaryBlock, sheet: str, row: int, columns: Columns, after: PlacedBlock | None = None
) -> PlacedBlock:
    if block.path:
        return _place_path(block, sheet, row)
    if block.beside:
        return _place_beside(block, sheet, row, columns, after)
    body = row + block_intro(block)
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


def _place_grid(block: GridBlock, sheet: str, row: int, columns: Columns) -> PlacedBlock:
    body = row + block_intro(block)
    order: list[tuple[int, Span]]
    if block.layout == "row":
        order = [(0, part) for part in columns.split(len(block.boxes))]
    elif block.layout == "two_by_two":
        parts = columns.split(2, SQUARE_WIDTH if block.across is not None else PAGE_WIDTH)
        order = [(0, parts[0]), (0, parts[1]), (1, parts[0]), (1, parts[1])]
    else:
        parts = columns.split(3)
        order = [(1, parts[1]), (0, parts[1]), (1, parts[0]), (1, parts[2]), (2, parts[1])]
    height = block.lines + 2 - (block.across is not None)  # between axes, the boxes touch
    first = body + (block.across is not None)
    rows = {str(index): first + line * height for index, (line, _) in enumerate(order)}
    spans = {str(index): span for index, (_, span) in enumerate(order)}
    return PlacedBlock(block, sheet, row, body, max(rows.values()) + block.lines, {}, rows, spans)


def _place_workings(block: GridBlock, sheet: str, row: int, columns: Columns) -> PlacedBlock:
    """Boxes in new columns at the right, which are going to be hidden."""
    first = FIRST_COLUMN + len(columns.widths)
    columns.widths += [WORKINGS_WIDTH] * len(block.boxes)
    rows = {str(index): row for index in range(len(block.boxes))}
    spans = {str(index): Span(first + index, first + index) for index in range(len(block.boxes))}
    return PlacedBlock(block, sheet, row, row, row + block.lines, {}, rows, spans)


def _place_map(
    block: MapBlock, sheet: str, row: int, columns: Columns, modules: Sequence[str]
) -> PlacedBlock:
    body = row + block_intro(block)
    group = columns.span(FIRST_COLUMN, 20)
    name = columns.span(group.last + 1, 32)
    question = columns.span(name.last + 1, 66)
    bar = Span(question.last + 1, question.last + 1)
    rows = {key: body + 1 + index for index, key in enumerate(modules)}
    spans = {"group": group, "module": name, "question": question, "completeness": bar}
    keys = {"module": name.first, "completeness": bar.first}
    return PlacedBlock(block, sheet, row, body, body + len(modules), keys, rows, spans, len(modules))


def _place_lists(block: ListsBlock, sheet: str, row: int, lists: Sequence[ListSpec]) -> PlacedBlock:
    body = row + block_intro(block)
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    at = body
    for start in range(0, len(lists), LISTS_PER_BAND):
        band = lists[start : start + LISTS_PER_BAND]
        for position, spec in enumerate(band):
            rows[spec.key], columns[spec.key] = at, FIRST_COLUMN + position
        at += max(list_rows(spec) for spec in band) + 2
    return PlacedBlock(block, sheet, row, body, max(at - 2, row), columns, rows)


def list_rows(spec: ListSpec) -> int:
    """Cells of a list: its choices and the spare ones of an open list, at least one."""
    return max(len(spec.choices) + (spec.spare if spec.open else 0), 1)


class _Sheet:
    """One sheet while its blocks are placed."""

    def __init__(self, spec: WorkbookSpec, module: ModuleSpec, lang: str, given: Mapping[str, int]) -> None:
        self.spec, self.module, self.lang, self.given = spec, module, lang, given
        widths, hidden = _base_widths(module, spec.lists)
        self.columns = Columns(widths, hidden)
        self.title = module.sheet.get(lang)

    def place(  # noqa: PLR0911 - one return a kind
        self, block: AnyBlock, row: int, after: PlacedBlock | None = None
    ) -> PlacedBlock:
        """The block placed from a row on, or at the right of the one above it."""
        match block:
            case TableBlock():
                body = row + block_intro(block)
                count = table_rows(block, self.given.get(block.key, 0))
                keys = {spec.key: FIRST_COLUMN + index for index, spec in enumerate(block.fields)}
                return PlacedBlock(block, self.title, row, body, body + count, keys, count=count)
            case FormBlock():
                return _place_form(block, self.title, row, self.columns, self.lang)
            case SummaryBlock():
                return _place_summary(block, self.title, row, self.columns, after)
            case GridBlock():
                return _place_grid(block, self.title, row, self.columns)
            case TextBlock():
                body = row + block_intro(block)
                spans = {"page": self.columns.span(FIRST_COLUMN, PAGE_WIDTH)}
                return PlacedBlock(
                    block, self.title, row, body, body + len(block.paragraphs) - 1, spans=spans
                )
            case MapBlock():
                modules = [module.key for module in self.spec.modules if module.key != self.module.key]
                return _place_map(block, self.title, row, self.columns, modules)
            case ListsBlock():
                return _place_lists(block, self.title, row, self.spec.lists)

    def lay_out(self) -> SheetLayout:
        """All blocks of the module, one under the other with a free row between."""
        placed: list[PlacedBlock] = []
        aside: list[tuple[GridBlock, int]] = []
        row = FIRST_ROW
        for block in self.module.blocks:
            if isinstance(block, GridBlock) and not block.is_printed:
                aside.append((block, placed[-1].row if placed else row))
                continue
            above = placed[-1] if placed and isinstance(placed[-1].block, GridBlock) else None
            placed.append(self.place(block, row, above))
            row = max(item.last for item in placed) + 2
        seen = len(self.columns.widths)
        placed += [_place_workings(block, self.title, at, self.columns) for block, at in aside]
        free = [span.last for item in placed for span in item.spans.values()]
        page = max([self.columns.span(FIRST_COLUMN, PAGE_WIDTH).last, *free])
        return SheetLayout(
            module=self.module,
            title=self.title,
            widths=tuple(self.columns.widths),
            hidden=self.columns.hidden
            | frozenset(range(FIRST_COLUMN + seen, FIRST_COLUMN + len(self.columns.widths))),
            blocks=tuple(placed),
            page_last=page,
            last_column=max([page, *(_last_column(item, self.columns) for item in placed)]),
        )


def _chart_end(charts: Iterable[ChartSpec], columns: Columns) -> int:
    """The column in which the widest line of charts ends."""
    lines = (
        sum(chart.width for chart in line) + CHART_GAP_CM * (len(line) - 1) for line, _ in chart_lines(charts)
    )
    left = max(lines, default=0.0) / 2.54 * PIXELS_PER_INCH
    column = FIRST_COLUMN
    while left > 0:
        width = columns.width(column)
        left -= pixels(width) if width else 0
        column += 1
    return max(column - 1, FIRST_COLUMN)


def _last_column(placed: PlacedBlock, columns: Columns) -> int:
    """The rightmost column in which a block shows something."""
    block = placed.block
    if isinstance(block, GridBlock) and not block.is_printed:
        return FIRST_COLUMN
    ends = [span.last for span in placed.spans.values()]
    if isinstance(block, SummaryBlock):
        ends.append(_chart_end(block.charts, columns))
    if isinstance(block, TableBlock):
        ends.append(FIRST_COLUMN + len(block.fields) - 1)
    elif isinstance(block, FormBlock) and block.instances > 1:
        ends.append(FIRST_COLUMN + block.instances)
    elif isinstance(block, ListsBlock):
        ends += placed.columns.values()
    return max(ends, default=FIRST_COLUMN)


def lay_out(spec: WorkbookSpec, lang: str, given: Mapping[str, int]) -> BookLayout:
    """Place everything.

    Arguments:
        spec: the workbook, already cut down to the wanted modules.
        lang: ``fr`` or ``en``.
        given: rows an example brings, by block key.
    """
    sheets = tuple(_Sheet(spec, module, lang, given).lay_out() for module in spec.modules)
    return BookLayout(spec, lang, sheets)
