"""Which sheets may be laid out anew for paper: those of ours that nobody has set up for printing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from strategy_xl.book.data import WorkbookData
from strategy_xl.formulas.cell_refs import Area, parse_area
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.print_pages import SheetPages
from strategy_xl.ooxml.sheet_geometry import SheetGeometry, character_width, geometry
from strategy_xl.ooxml.sheet_grid import Grid
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.schema.spec import ModuleSpec, WorkbookSpec
from strategy_xl.work.printing.paper import Format
from strategy_xl.work.printing.sheet_pages import sheet_pages
from strategy_xl.work.printing.sheet_parts import Parts

_AREA, _TITLES = "_xlnm.Print_Area", "_xlnm.Print_Titles"


def laid_out(
    package: Package, data: WorkbookData, spec: WorkbookSpec, titles: Collection[str], paper: Format
) -> dict[str, SheetPages]:
    """The pages of each sheet that is still set up as its template sets it up.

    Arguments:
        package, data: the open workbook, and what was read of it.
        spec: the templates.
        titles: the sheets that are printed.
        paper: the paper.

    A sheet with another orientation, scale, number of pages, print area, with breaks or repeated columns was
    set up by people, or by a template of another version: it is printed as it says.
    """
    info = WorkbookInfo.of(package)
    values, character = SheetValues(info), character_width(info)
    found = {}
    for key, title in data.sheets.items():
        sheet = info.sheet(title)
        if title not in titles or sheet.kind != "worksheet":
            continue
        measured = geometry(info, sheet, character)
        area = _whole(info, sheet)
        if area is None or not _is_untouched(measured, spec.module(key)):
            continue
        grid = values.grid(title)
        if _has_all(area, measured, grid):
            found[title] = sheet_pages(Parts.of(measured, grid, area, _uncalculated(data, title)), paper)
        values.release(title)
    return found


def _uncalculated(data: WorkbookData, title: str) -> Iterator[tuple[int, int]]:
    """Cells of a sheet's tables, row and column, whose formulas have no result yet, in rows with entries."""
    for block in data.blocks.values():
        if block.sheet == title and block.table is not None:
            for field, rows in block.uncached_rows.items():
                yield from ((int(row), block.places[field].column) for row in rows)


def _is_untouched(measured: SheetGeometry, module: ModuleSpec) -> bool:
    """Whether the page setup is the template's."""
    setup = measured.setup
    said = (setup.fits, setup.wide, setup.high, setup.landscape, setup.scale, setup.has_breaks)
    return said == (True, 1, module.pages, module.landscape, 100, False)


def _has_all(area: Area, measured: SheetGeometry, grid: Grid) -> bool:
    """Whether all tables that can be seen are printed; of a sheet without any, all that stands on it."""
    below, right = len(grid), grid.width
    if measured.tables:
        below = max(table.area.bottom for table in measured.tables)
        right = max(table.area.right for table in measured.tables)
    beyond = range(area.right + 1, right + 1)
    return below <= area.bottom and not any(measured.width_of(column) for column in beyond)


def _whole(info: WorkbookInfo, sheet: SheetInfo) -> Area | None:
    """The print area, when it is one that begins with the sheet, and no column is repeated."""
    names = {name.name: name.text for name in info.names_like(_AREA, _TITLES) if name.scope == sheet.name}
    if any(letter.isalpha() for letter in names.get(_TITLES, "").rpartition("!")[2]):
        return None
    area = parse_area(names.get(_AREA, "").rpartition("!")[2])
    return area if area is not None and (area.top, area.left) == (1, 1) else None
