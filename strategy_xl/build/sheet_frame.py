"""What surrounds the blocks of a sheet: title band, widths, legend, freezing, printing, protection."""

from __future__ import annotations

from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from strategy_xl.build.defined_names import link_name
from strategy_xl.build.layout import (
    FIRST_COLUMN,
    LEGEND_ROW,
    MARGIN_WIDTH,
    QUESTION_ROW,
    TITLE_ROW,
    PlacedBlock,
    Span,
)
from strategy_xl.build.page import Page
from strategy_xl.build.style import LINE, WHITE, Look
from strategy_xl.schema.spec import (
    FieldRole,
    FormBlock,
    GridBlock,
    ListsBlock,
    MapBlock,
    SummaryBlock,
    TableBlock,
)

MAX_FROZEN_POINTS = 215.0
MAX_FROZEN_WIDTH = 45.0
SCREEN_WIDTH = 150.0
"""Characters that a screen shows side by side; what is wider is scrolled."""
DEFAULT_POINTS = 15.0


def write_band(page: Page, home: str | None) -> None:
    """Write the title on the group's colour, the way back and the question."""
    book, sheet, layout = page.book, page.sheet, page.layout
    last = layout.last_column
    band = Look(size=16, bold=True, colour=WHITE, fill=page.colour)
    for column in range(1, last + 1):
        book.styles.apply(sheet.cell(TITLE_ROW, column), band)
        book.styles.apply(sheet.cell(QUESTION_ROW, column), Look(fill=page.tint))
    page.put(TITLE_ROW, FIRST_COLUMN, book.text(layout.module.title), band)
    sheet.row_dimensions[TITLE_ROW].height = 30
    sheet.row_dimensions[QUESTION_ROW].height = 19
    sheet.row_dimensions[LEGEND_ROW].height = 14
    question = FIRST_COLUMN
    if home is not None and home != layout.module.key:
        look = Look(underline=True, colour=page.colour, fill=page.tint)
        cell = page.put(QUESTION_ROW, FIRST_COLUMN, f"← {book.layout.titles[home]}", look)
        cell.hyperlink = Hyperlink(
            ref=cell.coordinate,
            location=link_name(home),
            tooltip=book.say("back", sheet=book.layout.titles[home]),
        )
        question += 1
        while question in layout.hidden:
            question += 1
    if layout.module.question is not None:
        look = Look(size=11, italic=True, fill=page.tint)
        page.put(QUESTION_ROW, question, book.text(layout.module.question), look)


def _roles(page: Page) -> set[FieldRole]:
    return {
        spec.role
        for block in page.layout.module.blocks
        if isinstance(block, TableBlock | FormBlock | SummaryBlock)
        for spec in block.fields
        if not spec.hidden
    }


def write_legend(page: Page) -> None:
    """Say what the cell colours mean, when there is more than one on the sheet."""
    roles = _roles(page)
    if len(roles) < 2:
        return
    theme = page.book.spec.theme
    fills = (
        (FieldRole.INPUT, theme.input),
        (FieldRole.COMPUTED, theme.computed),
        (FieldRole.OWNED, theme.owned),
    )
    column = FIRST_COLUMN
    for role, fill in fills:
        if role not in roles:
            continue
        while column in page.layout.hidden:
            column += 1
        text = page.book.say(f"legend.{role.value}")
        last = column
        while (
            sum(page.layout.width(i) for i in range(column, last + 1)) < len(text) * 0.85
            and last < page.layout.last_column
        ):
            last += 1
        look = Look(size=8, colour=theme.muted, fill=fill, border=LINE, horizontal="center")
        page.put(LEGEND_ROW, Span(column, last), text, look)
        column = last + 1


def set_widths(page: Page) -> None:
    """Set column widths and hide helper columns."""
    dimensions = page.sheet.column_dimensions
    dimensions["A"].width = MARGIN_WIDTH
    for index, width in enumerate(page.layout.widths):
        column = FIRST_COLUMN + index
        letter = get_column_letter(column)
        dimensions[letter].width = width + 0.71
        if column in page.layout.hidden:  # one click on the outline shows them
            dimensions[letter].hidden = True
            dimensions[letter].outlineLevel = 1
            dimensions[get_column_letter(column + 1)].collapsed = column + 1 not in page.layout.hidden


def _points(page: Page, last_row: int) -> float:
    dimensions = page.sheet.row_dimensions
    shown = (dimensions[row] for row in range(1, last_row + 1))
    return sum(0 if row.hidden else row.height or DEFAULT_POINTS for row in shown)


def _first_table(page: Page) -> PlacedBlock | None:
    return next((placed for placed in page.layout.blocks if isinstance(placed.block, TableBlock)), None)


def freeze(page: Page) -> None:
    """Freeze the first table's naming column, and the rows down to its header when that leaves room."""
    placed = _first_table(page)
    if placed is None:
        page.sheet.freeze_panes = f"A{QUESTION_ROW + 1}"
        return
    block = placed.block
    assert isinstance(block, TableBlock)
    column = placed.columns[block.identity_key]
    width = sum(page.layout.width(index) for index in range(FIRST_COLUMN, column + 1))
    wide = sum(page.layout.width(index) for index in range(FIRST_COLUMN, page.layout.last_column + 1))
    letter = get_column_letter(column + 1) if width <= MAX_FROZEN_WIDTH and wide > SCREEN_WIDTH else "A"
    fits = _points(page, placed.body) <= MAX_FROZEN_POINTS
    page.sheet.freeze_panes = f"{letter}{(placed.body if fits else QUESTION_ROW) + 1}"


def _set_print_area(page: Page) -> None:
    """What is printed: the boxes of a grid as one poster under the title, else the whole sheet."""
    sheet, layout = page.sheet, page.layout
    grids = [
        placed for placed in layout.blocks if isinstance(placed.block, GridBlock) and placed.block.is_printed
    ]
    if grids:
        last = get_column_letter(layout.page_last)
        sheet.print_area = f"A{grids[0].row}:{last}{grids[-1].last}"
        sheet.print_title_rows = f"{TITLE_ROW}:{QUESTION_ROW}"
        sheet.page_setup.fitToHeight = len(grids)
        return
    sheet.print_area = f"A1:{get_column_letter(layout.last_column)}{layout.last_row}"
    placed = _first_table(page)
    if placed is not None and placed.last == layout.last_row:
        sheet.print_title_rows = f"{placed.body}:{placed.body}"


def set_print(page: Page) -> None:
    """One page wide on A4, firm and page number in the footer."""
    sheet, book, layout = page.sheet, page.book, page.layout
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape" if layout.module.landscape else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_options.horizontalCentered = True
    for side in ("left", "right"):
        setattr(sheet.page_margins, side, 0.4)
    for side in ("top", "bottom"):
        setattr(sheet.page_margins, side, 0.6)
    sheet.page_margins.header = sheet.page_margins.footer = 0.3
    _set_print_area(page)
    company = (book.company or book.text(book.spec.name)).replace("&", "&&")
    footer: Any = sheet.oddFooter
    footer.left.text, footer.center.text, footer.right.text = company, "&A", "&P / &N"
    for part in (footer.left, footer.center, footer.right):
        part.size = 8


def _needs_protection(page: Page) -> bool:
    """Whether there are formulas or results to protect."""
    shows = any(isinstance(block, GridBlock | MapBlock | ListsBlock) for block in page.layout.module.blocks)
    return shows or bool(_roles(page) - {FieldRole.INPUT})


def protect(page: Page) -> None:
    """Protect formula cells without password, where that is wished; leave people the means to arrange.

    On a protected sheet Excel's tables do not grow, so that it is not done unasked.
    """
    if not (page.book.protect and _needs_protection(page)):
        return
    protection = page.sheet.protection
    protection.sheet = True
    for right in (
        "formatCells",
        "formatColumns",
        "formatRows",
        "insertColumns",
        "insertRows",
        "insertHyperlinks",
        "deleteColumns",
        "deleteRows",
        "sort",
        "autoFilter",
        "pivotTables",
        "objects",
        "scenarios",
    ):
        setattr(protection, right, False)


def finish(page: Page) -> None:
    """Everything that surrounds the blocks, once they are written."""
    set_widths(page)
    write_legend(page)
    freeze(page)
    set_print(page)
    protect(page)
    sheet = page.sheet
    sheet.sheet_properties.tabColor = page.colour
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 100
