"""Speed of the cell functions in LibreOffice Calc: 10,000 cells, and one range of 10,000 rows.

Each is recalculated as a whole, beside the same number of cells with an ordinary formula, in the same
LibreOffice. Prints a table; needs LibreOffice and a Python with UNO. Run ``python benchmarks/calc.py``.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from strategy_xl.hosts.calc.extension import build_oxt

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import in_calc

ROWS = 10_000
RUNS = 3
CASES = {
    "ordinary formula, a cell each": '=IF(A{row}>5,IF(B{row}>5,"a","b"),IF(B{row}>5,"c","d"))',
    "STRAT_CLIENT_CLASS, a cell each": "=STRAT_CLIENT_CLASS(A{row},B{row})",
    "STRAT_CLIENT_CLASS, one range": "=STRAT_CLIENT_CLASS(A1:A{rows},B1:B{rows})",
}


def book(path: Path, formula: str) -> None:
    """A sheet of numbers with the formula beside each row, or once for all of them."""
    made = Workbook(write_only=False)
    sheet: Any = made.active
    for row in range(1, ROWS + 1):
        sheet.append([row % 10 + 0.5, row * 7 % 10 + 0.5])
        if "{row}" in formula:
            sheet.cell(row, 4, formula.format(row=row))
    if "{rows}" in formula:
        place = f"D1:D{ROWS}"
        sheet["D1"] = ArrayFormula(place, formula.format(rows=ROWS))
    made.save(path)


def main() -> int:
    """Measure and print."""
    python, soffice = in_calc.uno_python(), shutil.which("soffice")
    if python is None or soffice is None:
        sys.exit("LibreOffice and a Python with UNO are needed")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        steps = []
        for number, formula in enumerate(CASES.values()):
            path = folder / f"{number}.xlsx"
            book(path, formula)
            steps += [{"open": path.as_uri()}] * RUNS
        extension = build_oxt(folder / "strategy_xl.oxt")
        found = in_calc.drive(python, soffice, folder / "profile", steps, extension)
    seconds = [
        statistics.median(each["seconds"] for each in found[place : place + RUNS])
        for place in range(0, len(found), RUNS)
    ]
    title = f"Recalculating {ROWS:,} rows"
    print(f"{title:<36}{'seconds':>9}{'µs a cell':>11}{'× ordinary':>12}")
    for name, each in zip(CASES, seconds, strict=True):
        print(f"{name:<36}{each:>9.2f}{each / ROWS * 1e6:>11.0f}{each / seconds[0]:>12.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
