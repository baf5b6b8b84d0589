"""The checklist for every sheet, as far as a program can see it.

After the ICAEW's twenty principles, the FAST standard, the IBCS and guides to accessible workbooks: what a
person would look for first when a workbook comes from somebody else.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.formula import Tokenizer
from openpyxl.utils import get_column_letter, range_boundaries

from strategy_xl.build.book import build
from strategy_xl.build.style import CONTRAST, contrast
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import TableBlock
from strategy_xl.text.lines import text_lines
from strategy_xl.work.recompute import recompute_workbook

pytestmark = pytest.mark.xdist_group("checklist")  # its workbooks are made once
SPEC = load_default()
DAY = date(2027, 3, 1)
MAX_FORMULA, MAX_FORMULAS, MAX_BYTES = 6_700, 4_000, 425_000
"""The longest formula, the live status of a KPI, is long: what it counts, it tests first."""
PLAIN_NUMBERS = {
    *map(str, range(14)), "50", "100", "0.25", "0.5", "0.75", "1000",
    # points of a scale of a hundred for one of a scale of four; readings that a picture shows
    "25", "18",
    # a share of shares from 0 to 10,000 (Herfindahl), as competition law counts it
    "10000",
    # places in a picture: of zone titles, of the ring around the decision-maker
    "2.5", "97", "0.3", "101.5",
    # the four boxes of a SWOT, a hundred places each
    "200", "300", "400",
    # the years of a day that counts; a rate from which points may be meant; the half of a ninth decimal
    "1950", "2101", "1.5", "0.0000000005",
    # as long as any text in a cell gets
    "255", "500", "2000",
}  # fmt: skip
"""Numbers that a formula may hold beside settings: positions, shares of a whole, sides of a scale of 100…"""
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module", params=["fr", "en"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The example, as ``new --with-example`` makes it."""
    path = tmp_path_factory.mktemp("checklist") / f"{request.param}.xlsx"
    build(SPEC, path, lang=request.param, example=True, today=DAY)
    assert recompute_workbook(path, SPEC, DAY, backups=0).failure is None
    return request.param, path


@pytest.fixture(scope="module")
def book(example: tuple[str, Path]) -> Workbook:
    """The same, open."""
    return load_workbook(example[1])


def cells(book: Workbook) -> Iterator[tuple[str, Any]]:
    """Sheet and cell of everything that is seen."""
    for sheet in book.worksheets:
        hidden = {letter for letter, column in sheet.column_dimensions.items() if column.hidden}
        grouped = {
            get_column_letter(number)
            for letter in hidden
            for number in range(
                sheet.column_dimensions[letter].min or 0, (sheet.column_dimensions[letter].max or -1) + 1
            )
        }
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None and cell.column_letter not in hidden | grouped:
                    yield sheet.title, cell


def formula_of(cell: Any) -> str:
    """A cell's formula, empty when it has none."""
    if cell.data_type != "f":
        return ""
    return cell.value if isinstance(cell.value, str) else str(cell.value.text)


def test_size(example: tuple[str, Path], book: Workbook) -> None:
    """Formulas stand where there is something to calculate, and the file can be mailed."""
    formulas = sum(
        bool(formula_of(cell)) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
    )
    assert formulas <= MAX_FORMULAS
    assert example[1].stat().st_size <= MAX_BYTES


def test_tabs_stand_in_the_order_of_the_method(example: tuple[str, Path], book: Workbook) -> None:
    """What explains the workbook comes first, the outputs before the inputs, and the first tab is shown."""
    assert book.sheetnames == [module.sheet.get(example[0]) for module in SPEC.modules]
    assert [module.key for module in SPEC.modules[:3]] == ["home", "guide", "summary"]
    assert book.active is book.worksheets[0]


def test_the_top_stays_in_sight(book: Workbook) -> None:
    """Every sheet keeps its title, and a wide list its names, while one scrolls."""
    for sheet in book.worksheets:
        assert sheet.freeze_panes, sheet.title
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", sheet.freeze_panes).groups()  # type: ignore[union-attr]
        assert int(row) > 1, sheet.title
        tables = list(sheet.tables.values())
        if tables and range_boundaries(tables[-1].ref)[2] > 20:
            assert column != "A", sheet.title


def test_nothing_is_locked(book: Workbook) -> None:
    """Tables grow by typing."""
    assert not [sheet.title for sheet in book.worksheets if sheet.protection.sheet]


def test_lists_have_one_row_of_unique_headers_and_no_merged_cells(book: Workbook) -> None:
    """So that sorting, filtering and pivot tables work."""
    for sheet in book.worksheets:
        for table in sheet.tables.values():
            left, top, right, bottom = range_boundaries(table.ref)
            headers = [sheet.cell(top, column).value for column in range(left, right + 1)]
            assert all(isinstance(header, str) and header.strip() for header in headers), table.name
            assert len({header.casefold() for header in headers}) == len(headers), table.name
            for merged in sheet.merged_cells.ranges:
                assert (
                    merged.max_row < top
                    or merged.min_row > bottom
                    or merged.max_col < left
                    or merged.min_col > right
                ), (table.name, merged.coord)


def test_one_growing_list_a_sheet_and_it_comes_last() -> None:
    """What grows never runs into something else."""
    wrong = []
    for module in SPEC.modules:
        blocks = [block for block in module.blocks if getattr(block, "layout", "") != "workings"]
        growing = [block for block in blocks if isinstance(block, TableBlock) and not block.locked]
        if len(growing) > 1 or (growing and blocks[-1] is not growing[-1]):
            wrong.append(module.key)
    # The settings' two short lists and their choices keep free rows of their own.
    assert set(wrong) <= {"settings"}


def test_formulas_are_short_and_hold_no_settings(book: Workbook) -> None:
    """Thresholds are settings, under a name; a formula that long cannot be checked by anybody."""
    long: list[str] = []
    found: dict[str, str] = {}
    seen: set[str] = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                text = formula_of(cell)
                bare = re.sub(r"\d+", "#", text)
                if not text or bare in seen:
                    continue
                seen.add(bare)
                if len(text) > MAX_FORMULA:
                    long.append(f"{sheet.title}!{cell.coordinate} {len(text)}")
                in_array = False
                for token in Tokenizer(text).items:
                    if token.type == "ARRAY":
                        in_array = token.subtype == "OPEN"
                    if (
                        not in_array
                        and token.type == "OPERAND"
                        and token.subtype == "NUMBER"
                        and token.value not in PLAIN_NUMBERS
                    ):
                        found.setdefault(token.value, f"{sheet.title}!{cell.coordinate}")
    assert long == []
    assert found == {}


def test_texts_stand_out_from_their_ground(book: Workbook) -> None:
    """By 4.5 to 1 at least."""
    pairs: dict[tuple[str, str], str] = {}
    for title, cell in cells(book):
        ink = (
            str(cell.font.color.rgb)[-6:]
            if cell.font.color is not None and cell.font.color.type == "rgb"
            else "000000"
        )
        has_fill = cell.fill.fill_type == "solid" and cell.fill.fgColor.type == "rgb"
        ground = str(cell.fill.fgColor.rgb)[-6:] if has_fill else "FFFFFF"
        pairs.setdefault((ink, ground), f"{title}!{cell.coordinate}")
    weak = {pair: where for pair, where in pairs.items() if contrast(*pair) < CONTRAST}
    assert len(pairs) > 5
    assert weak == {}


def test_no_text_is_cut(book: Workbook) -> None:
    """A text that wraps has room for all its lines, a header for its longest word."""
    cut = []
    for title, cell in cells(book):
        if not isinstance(cell.value, str) or formula_of(cell) or not cell.alignment.wrap_text:
            continue
        sheet = cell.parent
        area = next((area for area in sheet.merged_cells.ranges if cell.coordinate in area), None)
        columns = range(area.min_col, area.max_col + 1) if area else [cell.column]
        rows = range(area.min_row, area.max_row + 1) if area else [cell.row]
        width = sum(sheet.column_dimensions[get_column_letter(column)].width or 8.43 for column in columns)
        height = sum(sheet.row_dimensions[row].height or 15.0 for row in rows)
        lines = text_lines(cell.value, width - 1.5, bold=bool(cell.font.bold))
        if lines * (cell.font.size or 10) * 1.16 > height + 4 and lines > 1:
            cut.append(f"{title}!{cell.coordinate} {lines} lines in {height:.0f} points: {cell.value[:40]}")
    assert cut == []


def test_every_sheet_is_set_up_for_printing(book: Workbook) -> None:
    """One page wide, with its area, the firm and the page in the footer."""
    for sheet in book.worksheets:
        assert sheet.print_area, sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert sheet.page_setup.fitToWidth == 1, sheet.title
        assert "&P" in (sheet.oddFooter.right.text or ""), sheet.title


def test_charts_have_titles_and_say_in_words_what_they_show(example: tuple[str, Path]) -> None:
    """An alternative text for those who do not see it, and a title that is a message."""
    charts = 0
    with zipfile.ZipFile(example[1]) as package:
        for name in package.namelist():
            if name.startswith("xl/drawings/drawing"):
                root = etree.fromstring(package.read(name))
                for frame in root.iter(f"{DRAWING}graphicFrame"):
                    described = frame.find(f".//{DRAWING}cNvPr")
                    assert described is not None
                    assert len(described.get("descr", "")) > 20, (name, described.get("name"))
                    charts += 1
            if name.startswith("xl/charts/chart"):
                title = etree.fromstring(package.read(name)).find(f"{CHART}chart/{CHART}title")
                assert title is not None, name
    assert charts >= 8
