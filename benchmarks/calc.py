"""Speed of the cell functions in LibreOffice Calc.

Four tables, each measured in one LibreOffice of its own profile:

* what the start of the worker costs: a first workbook with formulas, the first call, later ones;
* every function's first example as a formula put into a cell, and the slowest of them;
* a range of 10,000 rows in one formula, beside the bare rule, and beside an add-in that answers at once
  without asking anybody: what Calc itself takes to hand the cells over and to take the answer;
* a formula a row, beside an ordinary formula; whole columns.

Exits 1 when a call on ordinary input takes longer than 200 ms. Needs LibreOffice and a Python with UNO. Run
``python benchmarks/calc.py``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from functions import Case, best, client_cases, other_cases, text_cases
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from strategy_xl.functions.calling import call
from strategy_xl.functions.examples import lay_out
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, functions
from strategy_xl.hosts.calc.extension import build_oxt
from strategy_xl.hosts.calc.interface import SERVICE, method_name

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import in_calc

ROWS = 2_000
"""Formulas, one a row."""
RUNS = 5
SLOWEST = 0.2
"""Seconds that a call on ordinary input may keep the sheet."""
LAST_ROW = 1_048_576

SILENT = '''

def answer(context, function, document, args):
    """As many cells as the function would answer, without asking it."""
    rows = max((len(value) for value in args if isinstance(value, tuple)), default=1)
    return _Block((("x",) * WIDTHS[function],) * rows) if rows > 1 else "x"


WIDTHS = {widths}
'''
"""What the add-in that answers at once does otherwise."""


def silent(extension: Path) -> Path:
    """The extension with an answer that asks no worker."""
    target = extension.with_name("silent.oxt")
    widths = {each.name: len(each.results) for each in functions().values()}
    with zipfile.ZipFile(extension) as read, zipfile.ZipFile(target, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            if name == "component.py":
                content += SILENT.replace("{widths}", repr(widths)).encode()
            written.writestr(name, content)
    return target


def called(name: str, arguments: Sequence[str]) -> str:
    """A formula in Calc's own grammar."""
    return f"={SERVICE}.{method_name(functions()[name])}({';'.join(arguments)})"


def literal(value: object) -> str:
    """An argument that is no range."""
    if value is None:
        return ""
    return f'"{value}"' if isinstance(value, str) else str(float(value))  # type: ignore[arg-type]


class Sheet:
    """The one sheet of a workbook that stays open.

    Arguments: calc: the office. url: the workbook.
    """

    def __init__(self, calc: in_calc.Calc, url: str) -> None:
        """Open it."""
        self._calc, self._url = calc, url
        self.loading = self._step()["loading"]

    def _step(self, **more: Any) -> Any:
        return self._calc.step({"open": self._url, "keep": True, "calculate": False, **more})

    def fill(self, place: str, rows: Sequence[Sequence[object]]) -> None:
        """Cells from a place on."""
        self._step(values={f"S!{place}": rows})

    def seconds(self, place: str, formula: str, runs: int = 1) -> float:
        """The shortest time that a formula takes."""
        times: list[float] = []
        for _run in range(runs):
            times.append(self._step(timed={f"S!{place}": formula})["timed"][f"S!{place}"])
            self._step(timed={f"S!{place}": ""})
        return min(times)


def start(calc: in_calc.Calc, folder: Path) -> None:
    """What the worker's start costs."""
    book = Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = "S"
    book.save(folder / "plain.xlsx")
    sheet["A1"], sheet["A2"] = "=STRAT_CLIENT_CLASS(8,9)", "=STRAT_CLIENT_CLASS(3,9)"
    for name in ("first.xlsx", "second.xlsx"):
        book.save(folder / name)
    print("seconds to open a workbook")
    for what, name in (
        ("the first one, with two formulas", "first.xlsx"),
        ("the second one, with two formulas", "second.xlsx"),
        ("another one, without", "plain.xlsx"),
    ):
        print(f"  {what:<38}{Sheet(calc, (folder / name).as_uri()).loading:>8.2f}")


def new_sheet(calc: in_calc.Calc, folder: Path, name: str) -> Sheet:
    """An empty sheet."""
    book = Workbook()
    book.worksheets[0].title = "S"
    book.save(folder / name)
    return Sheet(calc, (folder / name).as_uri())


def example_call(function: CellFunction, sheet: Sheet) -> str:
    """The formula of a function's first example, its cells filled in."""
    laid = lay_out(function, function.examples[0])
    if laid.rows:
        sheet.fill("A1", laid.rows)
    given = (value if isinstance(value, str) else literal(value) for value in laid.arguments)
    return called(function.name, list(given))


def each_function(sheet: Sheet) -> bool:
    """Every function's example in a cell; whether the slowest is quick enough."""
    times = {name: sheet.seconds("Z1", example_call(each, sheet), RUNS) for name, each in functions().items()}
    print(f"\n{'one call on its example, in the cell':<40}{'ms':>8}")
    for name, seconds in sorted(times.items(), key=lambda item: -item[1]):
        print(f"  {name:<38}{seconds * 1e3:>8.1f}{'  MISSED' if seconds > SLOWEST else ''}")
    return max(times.values()) <= SLOWEST


def laid_out(case: Case, sheet: Sheet) -> tuple[str, str]:
    """The ranges of a comparison filled into a sheet; where the answer goes, and the formula."""
    given, column = [], 0
    for value in case.args:
        if isinstance(value, list):
            column += 1
            letter = get_column_letter(column)
            sheet.fill(f"{letter}1", value)
            given.append(f"{letter}1:{letter}{len(value)}")
        else:
            given.append(literal(value))
    rows = max(len(value) for value in case.args if isinstance(value, list))
    right = get_column_letter(29 + len(functions()[case.name].results))
    return f"AD1:{right}{rows}", called(case.name, given)


def ranges(asking: Sheet, silent_one: Sheet) -> None:
    """Ten thousand rows in one formula."""
    head = ("rule ms", "call ms", "cell ms", "Calc ms", "cell/rule", "less Calc")
    print(f"\n{'one formula on ranges':<24}{'cells':<18}" + "".join(f"{title:>11}" for title in head))
    for case in [*client_cases(), *text_cases(), *other_cases()]:
        place, formula = laid_out(case, asking)
        cell = asking.seconds(place, formula, RUNS)
        _place, _formula = laid_out(case, silent_one)
        host = silent_one.seconds(place, formula, RUNS)
        rule = best(case.rule, RUNS)
        direct = best(lambda case=case: call(case.name, case.args, today=EXAMPLE_DAY), RUNS)  # type: ignore[misc]
        times = "".join(f"{each * 1e3:>11.1f}" for each in (rule, direct, cell, host))
        print(f"{case.name:<24}{case.what:<18}{times}{cell / rule:>11.2f}{(cell - host) / rule:>11.2f}")


def formulas(calc: in_calc.Calc, folder: Path) -> None:
    """A formula a row."""
    kinds: Mapping[str, str] = {
        "ordinary formula": '=IF(A{row}>5,IF(B{row}>5,"a","b"),IF(B{row}>5,"c","d"))',
        "STRAT_CLIENT_CLASS": "=STRAT_CLIENT_CLASS(A{row},B{row})",
    }
    print(f"\n{'a formula a row, ' + format(ROWS, ',') + ' rows':<40}{'seconds':>8}{'µs a cell':>11}")
    for number, (name, formula) in enumerate(kinds.items()):
        book = Workbook()
        sheet: Any = book.worksheets[0]
        sheet.title = "S"
        for row in range(1, ROWS + 1):
            sheet.append([row % 10 + 0.5, row * 7 % 10 + 0.5, None, formula.format(row=row)])
        path = folder / f"rows{number}.xlsx"
        book.save(path)
        seconds = calc.step({"open": path.as_uri()})["seconds"]
        print(f"  {name:<38}{seconds:>8.2f}{seconds / ROWS * 1e6:>11.0f}")


def whole_columns(sheet: Sheet) -> None:
    """A whole column with two hundred cells, for every function: as its first argument."""
    sheet.fill("A1", [[row % 10 + 0.5] for row in range(200)])
    times = {name: sheet.seconds("Z1", called(name, [f"A1:A{LAST_ROW}"])) for name in functions()}
    slowest = max(times, key=lambda name: times[name])
    print(f"\n{'a whole column with 200 cells':<40}{'seconds':>8}")
    print(f"  {'the quickest function':<38}{min(times.values()):>8.2f}")
    print(f"  {'the slowest: ' + slowest:<38}{times[slowest]:>8.2f}")


def main() -> int:
    """Measure and print; 1 when a call is too slow."""
    python, soffice = in_calc.uno_python(), shutil.which("soffice")
    if python is None or soffice is None:
        sys.exit("LibreOffice and a Python with UNO are needed")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        extension = build_oxt(folder / "strategy_xl.oxt")
        with (
            in_calc.Calc(python, soffice, folder / "profile", extension) as calc,
            in_calc.Calc(python, soffice, folder / "silent", silent(extension)) as other,
        ):
            start(calc, folder)
            time.sleep(2)
            passed = each_function(new_sheet(calc, folder, "each.xlsx"))
            ranges(new_sheet(calc, folder, "ranges.xlsx"), new_sheet(other, folder, "silent.xlsx"))
            whole_columns(new_sheet(calc, folder, "columns.xlsx"))
            formulas(calc, folder)
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
