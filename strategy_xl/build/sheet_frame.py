"""What surrounds the blocks of a sheet: title band, widths, legend, freezing, printing, protection."""

from __future__ import annotations

from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.views import Selection

from strategy_xl.build.defined_names import link_name, shows_company
from strategy_xl.build.layout import (
    AXIS_WIDTH,
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
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.schema.names import COMPANY, setting_name
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
MAX_FROZEN_WIDTH = 50.0
SCREEN_WIDTH = 150.0
"""Characters that a screen shows side by side; what is wider is scrolled."""
DEFAULT_POINTS = 15.0


def company_formula() -> str:
    """What shows the firm in a title band."""
    return f'={setting_name(COMPANY)}&""'


def write_band(page: Page, home: str | None) -> None:
    """Write the title on the group's colour, the way back and the question."""
    book, sheet, layout = page.book, page.sheet, page.layout
    last = layout.last_column
    band = Look(size=16, bold=True, colour=WHITE, fill=page.colour)
    for column in range(1, last + 1):
        book.styles.apply(sheet.cell(TITLE_ROW, column), band)
        book.styles.apply(sheet.cell(QUESTION_ROW, column), Look(fill=page.tint))
    page.put(TITLE_ROW, FIRST_COLUMN, book.text(layout.module.title), band)
    if shows_company(book.spec):
        firm = Look(size=11, bold=True, colour=WHITE, fill=page.colour, horizontal="right")
        page.put_formula(TITLE_ROW, layout.company_column, company_formula(), firm)
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
    has_axis = any(isinstance(block, GridBlock) and block.down for block in page.layout.module.blocks)
    dimensions["A"].width = AXIS_WIDTH if has_axis else MARGIN_WIDTH
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
    shown = (dimensions[row] for row in range(1, last_row + 1) if not dimensions[row].hidden)
    return sum((row.height or DEFAULT_POINTS) for row in shown)


def collapse(page: Page, placed: PlacedBlock) -> None:
    """Put a block of workings out of sight, with the free row under it; one click on the outline shows it."""
    for row in range(placed.row, placed.last + 2):
        page.sheet.row_dimensions[row].hidden = True
        page.sheet.row_dimensions[row].outlineLevel = 1


def _first_table(page: Page) -> PlacedBlock | None:
    """The first table that people see and that can grow; else the first that they see."""
    tables = [
        (placed, placed.block.locked)
        for placed in page.layout.blocks
        if isinstance(placed.block, TableBlock) and not placed.block.hidden
    ]
    return next((placed for placed, locked in sorted(tables, key=lambda table: table[1])), None)


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


def _first_input(page: Page) -> tuple[int, int] | None:
    """Row and column of the first cell that people are to fill: a required one, else any."""
    found: list[tuple[int, int]] = []
    for placed in page.layout.blocks:
        block = placed.block
        if not isinstance(block, TableBlock | FormBlock):
            continue
        for spec in block.fields:
            if spec.role is not FieldRole.INPUT or spec.hidden:
                continue
            area = placed.value_area(spec.key)
            found.append((area.row, area.column))
            if spec.required:
                return found[-1]
    return found[0] if found else None


def select_first(page: Page) -> None:
    """Open the sheet with the first cell to fill selected, in its part of a frozen window."""
    cell = _first_input(page)
    if cell is None:
        return
    view: Any = page.sheet.sheet_view
    ref = cell_name(*cell)
    pane: Any = None
    if view.pane is not None:
        right, below = cell[1] > (view.pane.xSplit or 0), cell[0] > (view.pane.ySplit or 0)
        split = (bool(view.pane.xSplit) and right, bool(view.pane.ySplit) and below)
        pane = {(True, True): "bottomRight", (True, False): "topRight", (False, True): "bottomLeft"}.get(
            split
        )
        view.pane.activePane = pane or "topLeft"
    for selection in view.selection:
        if selection.pane == pane:
            selection.activeCell = selection.sqref = ref
            return
    view.selection.append(Selection(pane=pane, activeCell=ref, sqref=ref))


def _is_card(placed: PlacedBlock) -> bool:
    return isinstance(placed.block, SummaryBlock) and bool(placed.block.card)


def _top_of_poster(page: Page, placed: PlacedBlock) -> int:
    """First row to print of a grid: a picture that its boxes explain comes along."""
    blocks = page.layout.blocks
    at = blocks.index(placed)
    above = blocks[at - 1] if at else None
    block = placed.block
    pictured = above is not None and isinstance(above.block, SummaryBlock) and above.block.charts
    if above is not None and pictured and isinstance(block, GridBlock) and block.layout == "row":
        return above.row
    return placed.row


def _set_print_area(page: Page) -> None:
    """What is printed: a card or the boxes of a grid as one poster, else the whole sheet."""
    sheet, layout = page.sheet, page.layout
    card = next((item for item in layout.blocks if _is_card(item)), None)
    if card is not None:
        sheet.print_area = f"A{card.row}:{get_column_letter(layout.page_last)}{card.last}"
        sheet.page_setup.fitToHeight = 1
        return
    grids = [
        placed for placed in layout.blocks if isinstance(placed.block, GridBlock) and placed.block.is_printed
    ]
    if grids:
        last = get_column_letter(layout.page_last)
        sheet.print_area = f"A{_top_of_poster(page, grids[0])}:{last}{grids[-1].last}"
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
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, layout.module.pages
    sheet.print_options.horizontalCentered = True
    for side in ("left", "right"):
        setattr(sheet.page_margins, side, 0.4)
    for side in ("top", "bottom"):
        setattr(sheet.page_margins, side, 0.6)
    sheet.page_margins.header = sheet.page_margins.footer = 0.3
    _set_print_area(page)
    company = (book.company or book.text(book.spec.name)).replace("&", "&&")
    header: Any = sheet.oddHeader
    header.left.text = company
    footer: Any = sheet.oddFooter
    footer.left.text, footer.center.text, footer.right.text = company, "&A", "&P / &N"
    for part in (header.left, footer.left, footer.center, footer.right):
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
    select_first(page)
    sheet.sheet_properties.tabColor = page.colour
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 100
