"""Where everything stands on the sheets, decided before a cell is written.

Formulas, names and charts of one sheet refer to cells of another, so a book is laid out first and written
second. Column A is a margin; row 1 carries the title, row 2 the way back and the question, row 3 the legend.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from openpyxl.utils import get_column_letter, quote_sheetname

from strategy_xl.schema.names import box_key
from strategy_xl.schema.spec import (
    AnyBlock,
    FieldType,
    GridBlock,
    ListsBlock,
    ListSpec,
    MapBlock,
    ModuleSpec,
    TableBlock,
    WorkbookSpec,
)

FIRST_COLUMN = 2
TITLE_ROW, QUESTION_ROW, LEGEND_ROW, FIRST_ROW = 1, 2, 3, 4
MARGIN_WIDTH, AXIS_WIDTH = 2.0, 4.0
PAGE_WIDTH = 132.0
"""Width in characters of what should be seen at once: one landscape page."""
UNIFORM_COLUMNS = 12
LEAST_LABEL_WIDTH, LABEL_WIDTH, MAX_LABEL_WIDTH, SHORT_WIDTH, LONG_WIDTH = 24.0, 34.0, 50.0, 18.0, 52.0
INSTANCE_WIDTH, LIST_WIDTH = 27.0, 20.0
CHART_PAGE_CM, CHART_GAP_CM = 37.0, 0.4
PIXELS_PER_INCH = 96
LINE_POINTS = 15.0
BESIDE_WIDTH, BESIDE_VALUE_WIDTH, BESIDE_POINTS, APART_POINTS = 46.0, 9.0, 16.0, 6.0
"""Beside a chart: width of all and of its figures, in characters, height of the rows and of the free ones
above headings, in points."""
CM_PER_ROW = LINE_POINTS / 72 * 2.54
LISTS_PER_BAND = 6
LONG_TYPES = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.MESSAGE, FieldType.LINK})
WIDE_TYPES = frozenset({FieldType.LONG_TEXT, FieldType.MESSAGE})


def pixels(width: float) -> int:
    """Screen width in pixels of a column of that many characters (Calibri 11)."""
    return int(width * 7 + 5)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells on a named sheet, 1-based and inclusive."""

    sheet: str
    row: int
    column: int
    last_row: int
    last_column: int

    @property
    def local(self) -> str:
        """``B4:D9``, or ``B4`` for one cell."""
        first = f"{get_column_letter(self.column)}{self.row}"
        last = f"{get_column_letter(self.last_column)}{self.last_row}"
        return first if first == last else f"{first}:{last}"

    @property
    def absolute(self) -> str:
        """``'Sheet'!$B$4:$D$9``, as formulas, names and charts take it."""
        first = f"${get_column_letter(self.column)}${self.row}"
        last = f"${get_column_letter(self.last_column)}${self.last_row}"
        return f"{quote_sheetname(self.sheet)}!" + (first if first == last else f"{first}:{last}")


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring columns that are merged to hold one thing, inclusive."""

    first: int
    last: int


@dataclass(frozen=True)
class PlacedBlock:
    """A block with its place.

    Arguments:
        block: what the template says.
        sheet: tab title.
        row: first row of the block (its title, when it has one).
        body: first row of its content (the header of a table).
        last: last row it takes.
        columns: field key → column of its first value.
        rows: field key → row of its value (forms, summaries), list key → header row (lists),
            module key → row (map).
        spans: named column spans of forms and maps.
        count: rows of data (table) or instances (form).
    """

    block: AnyBlock
    sheet: str
    row: int
    body: int
    last: int
    columns: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    count: int = 1

    def value_area(self, key: str) -> Area:
        """Cells that hold the values of a field: a column's data, a form's instances, a box's lines."""
        if isinstance(self.block, MapBlock) and key in self.rows:
            column, row = self.columns["completeness"], self.rows[key]
            return Area(self.sheet, row, column, row, column)
        if isinstance(self.block, TableBlock | MapBlock):
            column = self.columns[key]
            return Area(self.sheet, self.body + 1, column, self.body + self.count, column)
        if isinstance(self.block, GridBlock):
            index = next(str(n) for n in range(len(self.block.boxes)) if box_key(n) == key)
            row, column = self.rows[index] + 1, self.spans[index].first
            return Area(self.sheet, row, column, row + self.block.lines - 1, column)
        column, row = self.columns[key], self.rows[key]
        return Area(self.sheet, row, column, row, column + self.count - 1)

    def anchor(self, key: str) -> Area:
        """The cell that carries the field's identity: a column's header, a form's first value."""
        if isinstance(self.block, TableBlock | MapBlock):
            return Area(self.sheet, self.body, self.columns[key], self.body, self.columns[key])
        return Area(self.sheet, self.rows[key], self.columns[key], self.rows[key], self.columns[key])


@dataclass(frozen=True)
class SheetLayout:
    """One sheet: its column widths (index 0 is column B) and its placed blocks."""

    module: ModuleSpec
    title: str
    widths: tuple[float, ...]
    hidden: frozenset[int]
    blocks: tuple[PlacedBlock, ...]
    page_last: int
    """Last column of what is seen at once."""
    last_column: int

    @property
    def last_row(self) -> int:
        """Last row that any block takes."""
        return max(placed.last for placed in self.blocks)

    @property
    def company_column(self) -> int:
        """Column of the title band in which the firm stands: the last that is seen at once."""
        seen = (column for column in range(self.page_last, FIRST_COLUMN, -1) if column not in self.hidden)
        return next(seen, FIRST_COLUMN + 1)

    def width(self, column: int) -> float:
        """Visible width of a column in characters; 0 when hidden."""
        if column in self.hidden:
            return 0.0
        index = column - FIRST_COLUMN
        return self.widths[index] if 0 <= index < len(self.widths) else MARGIN_WIDTH

    def span_width(self, span: Span) -> float:
        """Visible width of a span in characters."""
        return sum(self.width(column) for column in range(span.first, span.last + 1))


@dataclass(frozen=True)
class BookLayout:
    """All sheets, and lookups across them."""

    spec: WorkbookSpec
    lang: str
    sheets: tuple[SheetLayout, ...]

    @cached_property
    def placed(self) -> dict[str, PlacedBlock]:
        """Every placed block by its key."""
        return {placed.block.key: placed for sheet in self.sheets for placed in sheet.blocks}

    @cached_property
    def titles(self) -> dict[str, str]:
        """Tab title by module key."""
        return {sheet.module.key: sheet.title for sheet in self.sheets}

    @cached_property
    def home(self) -> str | None:
        """Key of the module that holds the map; None when the book has none."""
        overview = self.first_map()
        return next((key for key, title in self.titles.items() if overview and title == overview.sheet), None)

    def first_lists(self) -> PlacedBlock | None:
        """Where the choice lists are; None when the book has none."""
        return next((item for item in self.placed.values() if isinstance(item.block, ListsBlock)), None)

    def first_map(self) -> PlacedBlock | None:
        """Where the map is; None when the book has none."""
        return next((item for item in self.placed.values() if isinstance(item.block, MapBlock)), None)


def block_intro(block: AnyBlock) -> int:
    """Rows of title and introduction above a block's content."""
    return (block.title is not None) + (block.intro is not None)


def table_rows(block: TableBlock, given: int = 0) -> int:
    """Rows that a new table has: those of a locked one are fixed, a growing one has some free ones."""
    if block.locked:
        return len(block.seed) or block.rows
    return max(given, len(block.seed)) + block.rows


def list_rows(spec: ListSpec) -> int:
    """Cells of a list: its choices and the spare ones of an open list, at least one."""
    return max(len(spec.choices) + (spec.spare if spec.open else 0), 1)
