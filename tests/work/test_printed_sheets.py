"""Sheets laid out for paper: large enough to be read, whole, and as people set them up where they did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.pagebreak import Break

from strategy_xl.build.book import render
from strategy_xl.build.layout import QUESTION_ROW
from strategy_xl.build.select import only
from strategy_xl.formulas.cell_refs import Area
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.print_pages import SheetPages, with_drawn, with_pages
from strategy_xl.ooxml.sheet_geometry import SheetGeometry, character_width, geometry
from strategy_xl.ooxml.sheet_grid import Grid
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.work.printing.own_setup import laid_out
from strategy_xl.work.printing.paper import A4, FORMATS, Format
from strategy_xl.work.printing.plan import copy_for_printer, plan_printing
from strategy_xl.work.printing.sheet_pages import READABLE
from strategy_xl.work.recompute import JobReport

SPEC = load_default()


class Sheet(NamedTuple):
    """A sheet of a workbook with its pages."""

    title: str
    measured: SheetGeometry
    grid: Grid
    pages: SheetPages


def sheets_of(book: Path, paper: Format) -> list[Sheet]:
    """The sheets that are laid out anew."""
    plan = plan_printing(book, SPEC, (), paper)
    with Package.open(plan.data.snapshot) as package:
        info = WorkbookInfo.of(package)
        values, character = SheetValues(info), character_width(info)
        found = laid_out(package, plan.data, SPEC, plan.sheets, paper)
        return [
            Sheet(title, geometry(info, info.sheet(title), character), values.grid(title), pages)
            for title, pages in found.items()
        ]


def width(sheet: Sheet, first: int, last: int) -> float:
    """Width of some columns as they are printed."""
    measured, pages = sheet.measured, sheet.pages
    return sum(
        pages.columns[column] * measured.character if column in pages.columns else measured.width_of(column)
        for column in range(first, last + 1)
        if column not in pages.columns_out
    )


def across(sheet: Sheet, area: Area) -> Iterator[float]:
    """Width of each page across of an area, with the columns that are repeated."""
    ends = [end for end in sheet.pages.column_breaks if end < area.right]
    keys = sheet.pages.title_columns[1] if sheet.pages.title_columns else 0
    for start, end in pairwise((area.left - 1, *ends, area.right)):
        yield width(sheet, start + 1, end) + (width(sheet, 1, keys) if start >= keys else 0.0)


@pytest.mark.parametrize("paper", FORMATS.values(), ids=list(FORMATS))
def test_all_of_the_example_can_be_read_on_paper(example: tuple[Path, JobReport], paper: Format) -> None:
    """Each sheet at 65 % at least and within its paper; all that is filled in is there, no drawing cut."""
    sheets = sheets_of(example[0], paper)
    assert len(sheets) > 15
    for sheet in sheets:
        pages, title = sheet.pages, sheet.title
        if not pages.areas:
            continue
        room = (paper.height if pages.landscape else paper.width) - sum(sheet.measured.setup.margins[:2])
        widest = max(max(across(sheet, area)) for area in pages.areas)
        scale = pages.scale / 100 if pages.scale is not None else min(1.0, room / widest)
        assert scale >= READABLE - 1e-9, title
        assert widest * scale <= room + 0.01, title
        for row in range(QUESTION_ROW + 1, len(sheet.grid) + 1):
            for column, value in enumerate(sheet.grid.row(row), 1):
                if value not in {None, ""} and sheet.measured.width_of(column):
                    assert row not in pages.rows_out, (title, row)
                    assert any(area.has(row, column) for area in pages.areas), (title, row, column)
                    in_head = any(table.area.top == row for table in sheet.measured.tables)
                    assert in_head or column not in pages.columns_out, (title, row, column)
        for drawn in sheet.measured.drawn:
            assert not any(drawn.top <= end < drawn.bottom for end in pages.row_breaks), title
            assert not any(drawn.left <= end < drawn.right for end in pages.column_breaks), title
    wide = {sheet.title: sheet.pages for sheet in sheets if sheet.pages.scale is not None}
    assert {"Matrice clients", "KPI", "Objectifs SMART"} <= wide.keys()
    assert wide["Matrice clients"].title_columns == (1, 2)


# -- what people set up -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with three clients and sheets beside them, as the template makes it."""
    path = tmp_path_factory.mktemp("clients") / "plan.xlsx"
    rows = {"clients": [{"name": f"Cliente {n}", "revenue": 1000 * n, "note": "Note"} for n in range(3)]}
    spec = only(SPEC, ["client_matrix", "kpi", "smart", "prospects", "sources"])
    path.write_bytes(render(spec, lang="fr", company="", today=date(2026, 11, 28), rows=rows))
    return path


def test_what_people_set_up_is_printed_as_they_say(clients: Path, tmp_path: Path) -> None:
    """Orientation, scale, print area, breaks, repeated columns, pages: after one, the sheet is theirs."""
    book, path = load_workbook(clients), tmp_path / "plan.xlsx"
    book["KPI"].page_setup.orientation = "portrait"
    book["Objectifs SMART"].sheet_properties.pageSetUpPr.fitToPage = False
    book["Objectifs SMART"].page_setup.scale = 40
    book["Matrice clients"].print_area = "A1:F50"
    book["Prospects"].col_breaks.append(Break(id=9))
    book["Sources"].print_title_cols = "B:B"
    book["Paramètres"].page_setup.fitToHeight = 3
    mine = {"KPI", "Objectifs SMART", "Matrice clients", "Prospects", "Sources", "Paramètres"}
    book.save(path)
    plan, before = plan_printing(path, SPEC, (), A4), plan_printing(clients, SPEC, (), A4)
    laid = []
    for planned in (plan, before):
        with Package.open(planned.data.snapshot) as package:
            laid.append(laid_out(package, planned.data, SPEC, planned.sheets, A4).keys())
    assert mine <= laid[1]
    assert laid[0] == laid[1] - mine
    stream = BytesIO()
    copy_for_printer(plan, SPEC, stream)
    copy, book = load_workbook(stream), load_workbook(path)
    for title in mine:
        for told in (
            lambda sheet: sheet.print_area,
            lambda sheet: (sheet.print_title_cols, sheet.print_title_rows),
            lambda sheet: (
                sheet.page_setup.orientation,
                sheet.page_setup.scale,
                sheet.page_setup.fitToHeight,
            ),
            lambda sheet: [item.id for item in sheet.col_breaks.brk],
        ):
            assert told(copy[title]) == told(book[title]), title


# -- what is written ----------------------------------------------------------------------------------------


def test_the_copy_says_what_was_planned(clients: Path) -> None:
    """Areas, repeated rows and columns, breaks, scale, hidden rows and columns stand in the copy."""
    (pages,) = (sheet.pages for sheet in sheets_of(clients, A4) if sheet.title == "Matrice clients")
    stream = BytesIO()
    copy_for_printer(plan_printing(clients, SPEC, ("Matrice clients",), A4), SPEC, stream)
    copy = load_workbook(stream)["Matrice clients"]
    assert [str(area).replace("$", "") for area in copy.print_area.split(",")] == [
        f"'Matrice clients'!{area}" for area in pages.areas
    ]
    assert pages.title_rows is not None
    assert copy.print_title_rows == f"${pages.title_rows[0]}:${pages.title_rows[1]}"
    assert copy.print_title_cols == "$A:$B"
    assert [item.id for item in copy.col_breaks.brk] == list(pages.column_breaks)
    assert (copy.page_setup.scale, copy.page_setup.pageOrder) == (pages.scale, "overThenDown")
    assert not copy.sheet_properties.pageSetUpPr.fitToPage
    hidden = {row for row, found in copy.row_dimensions.items() if found.hidden}
    assert pages.rows_out
    assert pages.rows_out <= hidden


def _sheet(before: str) -> bytes:
    return (
        f'<x:worksheet xmlns:x="m">{before}<x:sheetData><x:row r="1"/></x:sheetData></x:worksheet>'.encode()
    )


@pytest.mark.parametrize(
    ("cols", "widths"),
    [
        ("", {2: 5.0}),
        ('<x:cols><x:col min="1" max="9" width="7" style="3"/></x:cols>', {2: 5.0, 3: 6.0, 9: 4.0}),
        ('<x:cols><x:col min="4" max="16384" width="7"/></x:cols>', {2: 5.0, 4: 6.0}),
    ],
)
def test_columns_that_share_a_width_are_told_apart(cols: str, widths: Mapping[int, float]) -> None:
    """Each changed column gets its width, those around it keep theirs and their style, none comes twice."""
    data = with_pages(_sheet(cols), 9, SheetPages(columns=widths, columns_out=frozenset({2})))
    assert b"<x:row" in data
    assert b'<x:pageSetup paperSize="9"/>' in data
    spans = [
        dict(part.partition("=")[::2] for part in tag.replace('"', "").rstrip("/").split()[1:])
        for tag in data.decode().split("<x:col ")[1:]
        for tag in [f"col {tag.partition('>')[0]}"]
    ]
    numbers = [(int(span["min"]), int(span["max"])) for span in spans]
    assert all(first <= last for first, last in numbers)
    assert all(last < following for (_, last), (following, _) in pairwise(numbers))
    shown = {
        column: span for (first, last), span in zip(numbers, spans, strict=True) for column in (first, last)
    }
    assert {column: float(shown[column]["width"]) for column in widths} == widths
    assert [column for column, span in shown.items() if span.get("hidden") == "1"] == [2]
    if 'max="9"' in cols:
        assert shown[4] == {"min": "4", "max": "8", "width": "7", "style": "3"}
    if "16384" in cols:
        assert shown[16384]["width"] == "7"


def test_a_drawing_gets_as_narrow_as_its_columns() -> None:
    """The width of the one that is fixed in a changed cell changes, its height and the others do not."""
    one = "<oneCellAnchor><from><col>{}</col><colOff>0</colOff><row>3</row><rowOff>0</rowOff></from>"
    data = (one + '<ext cx="1000" cy="70"/></oneCellAnchor>').format(1) + (
        one + '<ext cx="1000" cy="70"/>'
    ).format(5)
    found = with_drawn(data.encode(), SheetPages(shares={(4, 2): 0.8}))
    assert found == data.replace('cx="1000"', 'cx="800"', 1).encode()
    assert np.isclose(0.8, int(found.split(b'cx="')[1].split(b'"')[0]) / 1000)
