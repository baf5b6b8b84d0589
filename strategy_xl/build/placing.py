"""Decide where every block of every sheet goes; the result is a ``BookLayout``.

Blocks stand one under the other. Tables own the column widths; everything else spans as many columns as it
needs, so that a form above a table of narrow columns still reads well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strategy_xl.build import sheet_path
from strategy_xl.build.chart_lines import chart_end
from strategy_xl.build.layout import (
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
    SHORT_WIDTH,
    UNIFORM_COLUMNS,
    WIDE_TYPES,
    BookLayout,
    PlacedBlock,
    SheetLayout,
    Span,
    block_intro,
    list_rows,
    table_rows,
)
from strategy_xl.build.placed_results import place_summary
from strategy_xl.build.widths import Columns
from strategy_xl.schema.spec import (
    INDENT_WIDTH,
    AnyBlock,
    FieldSpec,
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
STEP_WIDTH, ARROW_WIDTH = 14.0, 5.0
"""A path: width of the two columns of each step and of the arrow behind it."""


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
        return [STEP_WIDTH, STEP_WIDTH, ARROW_WIDTH] * sheet_path.STEPS_A_LINE
    return [PAGE_WIDTH / UNIFORM_COLUMNS] * UNIFORM_COLUMNS


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
                return place_summary(block, self.title, row, self.columns, after)
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


def _last_column(placed: PlacedBlock, columns: Columns) -> int:
    """The rightmost column in which a block shows something."""
    block = placed.block
    if isinstance(block, GridBlock) and not block.is_printed:
        return FIRST_COLUMN
    ends = [span.last for span in placed.spans.values()]
    if isinstance(block, SummaryBlock):
        ends.append(chart_end(block.charts, columns))
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
