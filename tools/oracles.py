"""Two quick calculators beside LibreOffice: what a workbook's formulas give there.

``betteroffice`` calculates whole workbooks of ours; ``ironcalc`` knows no names that are formulas, so it
serves for formulas on plain cells only. Both compute 10 to 16 small workbooks a second; what each is known
to answer in its own way stands with the tests that ask it.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import betteroffice_xlsx
import ironcalc
from openpyxl.utils import get_column_letter

from strategy_xl.cellvalues import to_serial

Shown = Callable[[str, int, int], object]
"""Sheet, row and column (from 1) → the value: a number, text, truth value, an error's code, "" for none."""

_TARGET = re.compile(rb'Target="/([^"]*)"')


def betteroffice(book: Path, today: date | None = None) -> Shown:
    """Everything calculated anew by betteroffice-xlsx.

    Arguments: ``book`` and the day of ``TODAY()``, that of the machine when None.
    """
    now = to_serial(today) if today is not None else None
    found = betteroffice_xlsx.Workbook.open_recalculated(book.read_bytes(), now_serial=now)

    def shown(sheet: str, row: int, column: int) -> object:
        value = found.value(sheet, f"{get_column_letter(column)}{row}")
        if isinstance(value, betteroffice_xlsx.CellError):
            return value.code
        return "" if value is None else value

    return shown


def ironcalc_(book: Path) -> Shown:
    """Everything calculated anew by IronCalc, in English."""
    relative = book.with_name(f"{book.stem} relative.xlsx")
    relative.write_bytes(_with_relative_targets(book.read_bytes()))
    model = ironcalc.load_from_xlsx(str(relative), "en", "UTC", "en")
    model.evaluate()
    place = {sheet["name"]: index for index, sheet in enumerate(model.get_worksheets_properties())}

    def shown(sheet: str, row: int, column: int) -> object:
        value = model.get_cell_value(place[sheet], row, column)
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return "" if value is None else value

    return shown


def _with_relative_targets(book: bytes) -> bytes:
    """The same package with every absolute target of a relation made relative: its loader knows no other."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as package,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in package.namelist():
            part = package.read(name)
            if name.endswith(".rels"):
                folder = posixpath.dirname(posixpath.dirname(name)) or "."

                def relative(found: re.Match[bytes], folder: str = folder) -> bytes:
                    return b'Target="%b"' % posixpath.relpath(found[1].decode(), folder).encode()

                part = _TARGET.sub(relative, part)
            copy.writestr(name, part)
    return out.getvalue()


ORACLES: dict[str, Callable[[Path], Shown]] = {"betteroffice": betteroffice, "ironcalc": ironcalc_}
