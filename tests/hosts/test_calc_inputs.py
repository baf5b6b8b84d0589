"""Every kind of input of every function in LibreOffice: what Python answers on the same cells.

A fresh French profile in a folder with spaces and accents, and two workbooks open at once, a French one and
an English one with other thresholds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import in_calc
import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.functions.calling import call
from strategy_xl.functions.examples import lay_out
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, functions
from strategy_xl.hosts.calc.extension import build_oxt, described
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import message

pytestmark = [pytest.mark.libreoffice, pytest.mark.xdist_group("inputs in Calc")]

BOOKS: Mapping[str, Mapping[str, object]] = {
    "Mes ventes d’été.xlsx": {"language": "Français", "reference_date": EXAMPLE_DAY},
    "My sales.xlsx": {"language": "English", "reference_date": EXAMPLE_DAY, "score_threshold": 99},
}
LANG = {"Français": "fr", "English": "en"}
ODD = {"blank": None, "truth": True, "day": date(2026, 3, 1), "text": "n’importe quoi", "zero": 0}
"""Single cells that stand for the first argument, whatever it takes."""
AS_HANDED = {"truth": 1.0, "day": float(to_serial(date(2026, 3, 1)))}
"""How Calc hands some of them over."""
WHOLE = ("STRAT_CLIENT_CLASS", "STRAT_REVENUE_HHI")
"""Those asked about a whole column, which takes its second; ``benchmarks/calc.py`` asks all."""
ROWS = 3
"""Rows of an answer that are looked at."""
NA = {"error": 32767}


@dataclass(frozen=True)
class Asked:
    """A formula in a cell and what it must show."""

    place: str
    wanted: Sequence[Sequence[object]]

    @property
    def has_error(self) -> bool:
        """Whether an error value must stand in one of its cells."""
        return any(isinstance(cell, ErrorValue) for row in self.wanted for cell in row)


def shown(cell: object) -> object:
    """A cell of an answer as Calc tells it."""
    if isinstance(cell, ErrorValue):
        return NA if cell is ErrorValue.NA else {"error": 519}
    if isinstance(cell, bool):
        return float(cell)
    return pytest.approx(cell, rel=1e-12) if isinstance(cell, float) else cell


class Sheet:
    """A function's sheet: the cells of its first example, odd cells beside them, formulas to the right.

    Arguments: book: the workbook. function: the function. settings: those of the workbook.
    """

    def __init__(self, book: Any, function: CellFunction, settings: Mapping[str, object]) -> None:
        """Lay the cells out."""
        self._function, self._settings = function, settings
        self._example = function.examples[0]
        self._laid = lay_out(function, self._example)
        self._sheet = book.create_sheet(function.name.removeprefix("STRAT_"))
        for row in self._laid.rows:
            self._sheet.append(row)
        self._left = max((len(row) for row in self._laid.rows), default=0) + 2
        self._below = 1

    def _ask(self, first: str, value: object) -> Asked:
        """The example's formula with something else for its first argument."""
        written = self._laid.formula("en")
        opening = written.index("(") + 1
        rest = written[opening:].removesuffix(")").removeprefix(str(self._laid.arguments[0]))
        if not isinstance(self._laid.arguments[0], str):
            rest = written[opening:].removesuffix(")").partition(",")[2]
            rest = f",{rest}" if rest else ""
        formula = f"={self._function.name}({first}{rest})"
        lang = LANG[str(self._settings["language"])]
        args = (value, *self._example.args[1:])
        found = call(self._function.name, args, settings=self._settings, lang=lang, today=EXAMPLE_DAY)[:ROWS]
        corner = f"{get_column_letter(self._left + 3)}{self._below}"
        span = f"{corner}:{get_column_letter(self._left + 2 + len(found[0]))}{self._below + len(found) - 1}"
        self._sheet[corner] = formula if len(found) == len(found[0]) == 1 else ArrayFormula(span, formula)
        self._below += ROWS + 1
        return Asked(f"{self._sheet.title}!{span}", found)

    def asked(self) -> Iterator[Asked]:
        """All kinds of input for the first argument, one below the other."""
        for kind, value in ODD.items():
            cell = self._sheet.cell(self._below, self._left, value)
            handed = None if kind == "blank" else AS_HANDED.get(kind, value)
            yield self._ask(cell.coordinate, handed)
        error = self._sheet.cell(self._below, self._left, "=NA()")
        self._ask(error.coordinate, None)
        at = f"{get_column_letter(self._left + 3)}{self._below - ROWS - 1}"
        self._sheet[at] = f"={self._function.name}({error.coordinate})"
        yield Asked(f"{self._sheet.title}!{at}:{at}", [[ErrorValue.NA]])
        if isinstance(self._laid.arguments[0], str) and self._laid.rows:
            yield self._ask(str(self._laid.arguments[0]), self._example.args[0])
        if self._function.name in WHOLE:
            column = [[row[0]] for row in self._laid.rows] or [[None]]
            yield self._ask("A:A", column)


def write(path: Path, settings: Mapping[str, object]) -> list[Asked]:
    """A workbook with every function; what its formulas must show."""
    book = openpyxl.Workbook()
    names: Any = book.active
    names.title = "Settings"
    for row, (key, value) in enumerate(settings.items(), 1):
        names.cell(row, 1, value)
        book.defined_names[f"SX_{key}"] = DefinedName(f"SX_{key}", attr_text=f"Settings!$A${row}")
    found = [asked for each in functions().values() for asked in Sheet(book, each, settings).asked()]
    book.save(path)
    return found


@pytest.fixture(scope="module")
def calc(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[in_calc.Calc, Path]]:
    """A French LibreOffice with the extension, and the folder for its documents."""
    python = in_calc.uno_python()
    if python is None:
        pytest.skip("no Python with UNO")
    folder = tmp_path_factory.mktemp("Mes ventes été")
    profile = folder / "profil d’été"
    in_calc.speak(profile, "fr")
    extension = build_oxt(folder / "mon extension.oxt", python=sys.executable)
    with in_calc.Calc(python, soffice, profile, extension) as office:
        yield office, folder


def test_every_kind_of_input_in_two_workbooks(calc: tuple[in_calc.Calc, Path]) -> None:
    """Both are open at once, and each follows its own language and thresholds."""
    office, folder = calc
    asked = {name: write(folder / name, settings) for name, settings in BOOKS.items()}
    for name in BOOKS:
        office.step({"open": (folder / name).as_uri(), "keep": True, "calculate": False})
    wrong = []
    for name, cells in asked.items():
        # Cell by cell takes its time, and only tells more of errors.
        slow = [each.place for each in cells if each.has_error]
        quick = [each.place for each in cells if not each.has_error]
        found = office.step({"open": (folder / name).as_uri(), "keep": True, "read": slow, "show": quick})
        for each in cells:
            values = found[each.place]
            if each.has_error:
                values = [[cell["value"] for cell in row] for row in values]
            if values != [[shown(cell) for cell in row] for row in each.wanted]:
                wrong.append((name, each.place, values, each.wanted))
    assert wrong == []
    assert min(map(len, asked.values())) > 6 * len(functions())


def test_the_wizard_speaks_french(calc: tuple[in_calc.Calc, Path]) -> None:
    """Names, what they are for, arguments and their tips, all in the language of the menus."""
    found = calc[0].step({"wizard": "STRAT_"})
    assert found == {
        function.name: [
            11,
            described(function, "fr"),
            [[each.name, function.describe(each, "fr"), True] for each in function.arguments],
        ]
        for function in functions().values()
    }


CLASS, HHI = "ORG.STRATEGYXL.FUNCTIONS.CLIENTCLASS", "ORG.STRATEGYXL.FUNCTIONS.REVENUEHHI"
ROWS_OF_BAD = ((8, None, "pas un réglage", 5, "=NA()"), (7, None, None, None, 3), (6,), (1,), (2,), (3,))
BAD = {
    f"{CLASS}(B1;9)": {"error": 522},  # it needs itself: Err:522
    f"{CLASS}(pas_un_nom;9)": {"error": 525},  # #NAME?
    f"{CLASS}(A1:A3;A1:A2)": message("functions.LENGTHS", "fr", name="quick_y", found=2, expected=3),
    f"{CLASS}(A1:A1048576;A1:A2)": message("functions.LENGTHS", "fr", name="quick_y", found=2, expected=6),
    f'{CLASS}(8;9;;;;;;;;;;;;;"klingon")': message(
        "functions.BAD_LANG", "fr", found="klingon", known=", ".join(LANGUAGES)
    ),
    f"{CLASS}(8;9;;;;;;;;;;;;C1:D1)": message("functions.UNKNOWN_SETTING", "fr", name="pas un réglage"),
    f"{HHI}(1/0)": {"error": 532},
    f"{CLASS}(A1:A2;E1:E2)": {"error": 504},  # an error within a range: Calc does not ask
}
"""Formulas that cannot be answered, from B1 down: Calc's own error, or the sentence."""


def test_bad_input_is_told(calc: tuple[in_calc.Calc, Path]) -> None:
    """A clear value for each: never a wrong number."""
    office, folder = calc
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "S"
    for row in ROWS_OF_BAD:
        sheet.append(row)
    path = folder / "à corriger.xlsx"
    book.save(path)
    formulas = {f"S!B{row}": f"={text}" for row, text in enumerate(BAD, 1)}
    found = office.step({"open": path.as_uri(), "timed": formulas, "read": list(formulas)})
    assert [found[place][0][0]["value"] for place in formulas] == list(BAD.values())
