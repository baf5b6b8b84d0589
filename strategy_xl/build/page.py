"""What the writers of all sheets share while one workbook is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from strategy_xl.book.shown import CellValue
from strategy_xl.build.chart_extras import Extras
from strategy_xl.build.formulas import MAX_FORMULA, Formulas
from strategy_xl.build.layout import BookLayout, PlacedBlock, SheetLayout, Span
from strategy_xl.build.streaming import TableStream
from strategy_xl.build.style import WHITE, Look, Styles, mix
from strategy_xl.build.written import Values, put_value
from strategy_xl.errors import Location, TemplateError
from strategy_xl.ooxml.extensions import SparklineGroup
from strategy_xl.schema.spec import FieldRole, FieldSpec, ModuleSpec, Text, WorkbookSpec
from strategy_xl.text.catalog import message
from strategy_xl.text.lines import LINE_HEIGHT, text_lines

AUTHOR = "strategy_xl"


@dataclass(frozen=True)
class Book:
    """One workbook being built: what it says, where things go, how they look.

    Arguments:
        spec: the modules and lists that go in.
        lang: ``fr`` or ``en``.
        company: name of the firm, or empty.
        today: day of the build.
        layout: place of everything.
        workbook: openpyxl's workbook.
        styles: looks of the workbook.
        rows: example rows by block key.
        formulas: how formulas of the templates are written.
    """

    spec: WorkbookSpec
    lang: str
    company: str
    today: date
    layout: BookLayout
    workbook: Workbook
    styles: Styles
    rows: Mapping[str, Sequence[Mapping[str, CellValue]]]
    formulas: Formulas
    protect: bool = False
    ghosts: Mapping[str, Mapping[str, CellValue]] = field(default_factory=dict)
    """A row of an example firm by block key, shown in input messages where nothing is filled in."""
    alternatives: list[str] = field(default_factory=list)
    """What is said of each chart to people who do not see it, in the order in which they are written."""
    charts: list[Extras] = field(default_factory=list)
    """What each chart gets that openpyxl cannot write, in the order in which charts are written."""

    @property
    def values(self) -> Values:
        """How values of the templates are written."""
        return self.formulas.values

    def say(self, key: str, **args: object) -> str:
        """A text of the build's catalogue in the workbook's language."""
        return message(f"build.{key}", self.lang, **args)

    def text(self, text: Text) -> str:
        """A template's text in the workbook's language."""
        return text.get(self.lang)

    def colour(self, module: ModuleSpec) -> str:
        """Colour of the module's group."""
        return next(group.colour for group in self.spec.groups if group.key == module.group)


@dataclass(frozen=True)
class Page:
    """One sheet being written."""

    book: Book
    sheet: Worksheet
    layout: SheetLayout
    toned: dict[str, list[str]] = field(default_factory=dict)
    """Ranges that show choices of a list, by list key: coloured at the end."""
    sparklines: list[SparklineGroup] = field(default_factory=list)
    """Small lines in cells, written after everything else."""
    streamed: list[TableStream] = field(default_factory=list)
    """Rows of tables, written after everything else, from top to bottom."""

    @property
    def colour(self) -> str:
        """Colour of the sheet's group."""
        return self.book.colour(self.layout.module)

    @property
    def file(self) -> str:
        """Name of the template, for errors."""
        return f"{self.layout.module.key}.toml"

    @property
    def tint(self) -> str:
        """Light shade of the group's colour."""
        return mix(self.colour, WHITE, 0.9)

    def put(self, row: int, column: int | Span, value: object, look: Look) -> Any:
        """Write plain content (never a formula) with a look; a span is merged. Result: the cell."""
        span = column if isinstance(column, Span) else Span(column, column)
        cell: Any = self.sheet.cell(row, span.first)
        put_value(cell, value)
        self.dress(row, span, look)
        return cell

    def put_formula(  # noqa: PLR0913 - where, what and how it looks; the rest by name
        self,
        row: int,
        column: int | Span,
        formula: str,
        look: Look,
        *,
        where: str = "",
        array: bool = False,
        last_row: int | None = None,
    ) -> Any:
        """Write a rendered formula with a look; a rectangle is merged. Result: the cell.

        Raises TemplateError when it is too long for Excel.
        """
        if len(formula) > MAX_FORMULA:
            raise TemplateError(
                "SX145", Location(f"{self.layout.module.key}.toml"), key=where, n=len(formula)
            )
        span = column if isinstance(column, Span) else Span(column, column)
        cell: Any = self.sheet.cell(row, span.first)
        cell.value = ArrayFormula(cell.coordinate, formula) if array else formula
        self.dress(row, span, look, last_row)
        return cell

    def dress(self, row: int, span: Span, look: Look, last_row: int | None = None) -> None:
        """Give a rectangle a look, merged into one cell when it is more than one."""
        last = last_row or row
        if span.last > span.first or last > row:
            # openpyxl's own merging copies borders from cell to cell, which are drawn below anyway.
            self.sheet.merged_cells.add(CellRange(None, span.first, row, span.last, last))
        if look.border is None and look.bottom is None:
            # The first cell of a merged area gives it its ground; only lines are drawn cell by cell.
            last, span = row, Span(span.first, span.first)
        for line in range(row, last + 1):
            for column in range(span.first, span.last + 1):
                self.book.styles.apply(self.sheet.cell(line, column), look)

    def height(self, row: int, lines: float) -> None:
        """Make a row at least that many text lines high."""
        points = max(lines * LINE_HEIGHT + 4, 16.0)
        now = self.sheet.row_dimensions[row].height
        self.sheet.row_dimensions[row].height = points if now is None else max(now, points)

    def note(self, cell: Any, text: str) -> None:
        """Attach a note of a readable size."""
        comment = Comment(text, AUTHOR)
        comment.width = 280
        comment.height = 18 + 17 * text_lines(text, 42)
        cell.comment = comment

    def heading(self, placed: PlacedBlock) -> None:
        """Write a block's title and introduction above its content."""
        block, row = placed.block, placed.row
        page = self.page_span
        if block.title is not None:
            look = Look(
                size=12,
                bold=True,
                colour=self.colour,
                bottom=mix(self.colour, WHITE, 0.45),
                vertical="bottom",
            )
            self.put(row, page, self.book.text(block.title), look)
            self.sheet.row_dimensions[row].height = 23
            row += 1
        if block.intro is not None:
            text = self.book.text(block.intro)
            look = Look(italic=True, colour=self.book.spec.theme.muted, wrap=True)
            self.put(row, page, text, look)
            self.height(row, text_lines(text, self.layout.span_width(page)) + 0.2)

    @property
    def page_span(self) -> Span:
        """Columns of what is seen at once."""
        last = self.layout.page_last
        return Span(2, last)


def field_note(book: Book, spec: FieldSpec) -> str:
    """What the note of a field says: its help, its unit, and who fills it when people do not.

    Who fills it is told by the colour: a mark in the corner that says nothing else would only be in the way.
    """
    parts = []
    if spec.help is not None:
        parts.append(book.text(spec.help))
    if spec.unit:
        parts.append(book.say("note.unit", unit=book.text(spec.unit)))
    if parts and spec.role is not FieldRole.INPUT:
        parts.append(book.say(f"note.{spec.role.value}"))
    return "\n".join(parts)
