"""The values of spreadsheet files that are no OOXML package, .xls, .xlsb, .ods; and calamine's manners."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import python_calamine

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.formulas.cell_refs import Area


@contextmanager
def panics_told() -> Iterator[None]:
    """Where calamine's own code gives up, the error that it tells all else with.

    A panic is no Exception in Python: it would end a run.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise python_calamine.CalamineError(str(error)) from error


def foreign_list(path: Path, sheet: str | None = None) -> tuple[list[list[Any]], tuple[Area, ...]]:
    """The values of a sheet, row 1 and column A first, "" where nothing stands; and its merged areas.

    Arguments:
        path: the file.
        sheet: title of the sheet; None: the first that holds something. Empty when none does.

    Errors: WorkbookError SX150 when the file cannot be read or has no such sheet.
    """
    try:
        with panics_told():
            book = python_calamine.load_workbook(path)
            for name in [sheet] if sheet else book.sheet_names:
                read = book.get_sheet_by_name(name)
                rows = read.to_python(skip_empty_area=False)
                if rows:
                    # Of some formats calamine knows no merged cells: then there is None.
                    areas = read.merged_cell_ranges or ()
                    return rows, tuple(
                        Area(top + 1, left + 1, bottom + 1, right + 1)
                        for (top, left), (bottom, right) in areas
                    )
    except (OSError, python_calamine.CalamineError) as error:
        raise WorkbookError("SX150", Location(str(path)), detail=str(error)) from error
    return [], ()
