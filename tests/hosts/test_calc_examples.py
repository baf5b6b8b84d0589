"""Every function in LibreOffice Calc, in .xlsx and .ods files, with the extension and without it."""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import function_cells
import in_calc
import openpyxl
import pytest
import site_pictures
from host_table import record
from in_calc import ODS, XLSX
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.calling import call
from strategy_xl.functions.examples import lay_out
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, Example, functions
from strategy_xl.hosts.calc.extension import build_oxt, described
from strategy_xl.text.catalog import message

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.xdist_group("examples in Calc"),  # their world is made once
]

FAR_FROM = 0.05
"""Share of a picture that may differ, as fonts do."""
ERROR_CODES = {ErrorValue.NA: 32767, ErrorValue.VALUE: 519}
LANGUAGES = {"fr": "Français", "en": "English"}


def drive(soffice: str, profile: Path, steps: list[dict[str, Any]], extension: Path | None) -> list[Any]:
    """What LibreOffice shows; in CI a Python without UNO is a failure, elsewhere a skip."""
    python = in_calc.uno_python()
    if python is None:
        if os.environ.get("CI"):
            pytest.fail("no Python with UNO: tools/system_packages.sh installs it")
        pytest.skip("no Python with UNO")
    return in_calc.drive(python, soffice, profile, steps, extension)


# -- the books ---------------------------------------------------------------------------------------------

Case = tuple[CellFunction, Example]


def cases() -> Iterator[Case]:
    """Every example of every function."""
    for function in functions().values():
        for example in function.examples:
            yield function, example


def group(case: Case) -> str:
    """Examples that can stand in one book: same language, same settings."""
    _function, example = case
    return json.dumps([example.lang, dict(example.settings)], sort_keys=True, default=str)


def write_book(
    path: Path, chosen: list[Case], settings: Mapping[str, object], epoch: datetime = CALENDAR_WINDOWS_1900
) -> dict[str, Case]:
    """A book with a sheet for each example, the formula right of its cells; the case by ``sheet!range``."""
    book = openpyxl.Workbook()
    book.epoch = epoch
    names: Any = book.active
    names.title = "Settings"
    for row, (key, value) in enumerate(settings.items(), 1):
        names.cell(row, 1, value)
        book.defined_names[f"SX_{key}"] = DefinedName(f"SX_{key}", attr_text=f"Settings!$A${row}")
    places = {}
    for number, case in enumerate(chosen, 1):
        function, example = case
        laid = lay_out(function, example)
        sheet = book.create_sheet(f"E{number}")
        for row in laid.rows:
            sheet.append(row)
        left = max((len(row) for row in laid.rows), default=0) + 2
        high, wide = len(example.expected), len(example.expected[0])
        first = f"{get_column_letter(left)}1"
        span = f"{first}:{get_column_letter(left + wide - 1)}{high}"
        formula = laid.formula("en")
        sheet[first] = formula if (high, wide) == (1, 1) else ArrayFormula(span, formula)
        places[f"E{number}!{span}"] = case
    book.save(path)
    return places


@pytest.fixture(scope="module")
def world(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All examples computed by LibreOffice, from .xlsx and from the .ods and .xlsx that it wrote itself."""
    folder = tmp_path_factory.mktemp("calc")
    groups: dict[str, list[Case]] = {}
    for case in cases():
        groups.setdefault(group(case), []).append(case)
    steps: list[dict[str, Any]] = []
    books: list[tuple[str, dict[str, Case]]] = []
    for number, (key, chosen) in enumerate(groups.items()):
        lang, settings = json.loads(key)
        path = folder / f"book{number}.xlsx"
        fixed = {"language": LANGUAGES[lang], "reference_date": EXAMPLE_DAY, **settings}
        places = write_book(path, chosen, fixed)
        saved = {"xlsx": folder / f"saved{number}.xlsx", "ods": folder / f"saved{number}.ods"}
        first = {"open": path.as_uri(), "read": list(places)}
        first["save"] = {saved["xlsx"].as_uri(): XLSX, saved["ods"].as_uri(): ODS}
        steps.append(first)
        books.append(("xlsx", places))
        for kind, again in saved.items():
            steps.append({"open": again.as_uri(), "read": list(places)})
            books.append((f"{kind} of LibreOffice", places))
    odd = folder / "odd.xlsx"
    write_odd(odd)
    saved_odd = folder / "odd_saved.xlsx"
    steps.append({"open": odd.as_uri(), "read": list(ODD), "save": {saved_odd.as_uri(): XLSX}})
    steps.append({"open": saved_odd.as_uri(), "read": list(ODD)})
    typed = folder / "typed.xlsx"
    write_book(typed, [], {"language": LANGUAGES["fr"]})
    steps.append({
        "open": typed.as_uri(),
        "type": {"Settings!B1": "=strat_client_class(8,9)"},
        "read": ["Settings!B1"],
        "save": {(folder / "typed_saved.xlsx").as_uri(): XLSX},
    })  # fmt: skip
    (folder / "cells").mkdir()
    drawing, expected = function_cells.asked(folder / "cells")
    extension = build_oxt(folder / "strategy_xl.oxt", python=sys.executable)
    found = drive(soffice, folder / "profile", [*steps, *drawing, {"wizard": "STRAT_"}], extension)
    cells = found[len(steps) : -1], expected
    return {
        "wizard": found[-1],
        "folder": folder,
        "books": books,
        "found": found[: len(steps)],
        "cells": cells,
    }


ODD = {
    "Odd!F1": ("STRAT_CLIENT_CLASS(A1,B1)", "À compléter"),  # a blank cell is no zero
    "Odd!F2": ("STRAT_CLIENT_CLASS(A2,B2)", "À compléter"),  # a text is no number
    "Odd!F3": ("STRAT_CLIENT_CLASS(A3,B3)", {"error": 32767}),  # an error cell
    "Odd!F4": ('STRAT_CLIENT_CLASS(A4,B4,,,,,,,,,,,,,"en")', "Ideal client"),
    "Odd!F5": ("STRAT_CLIENT_CLASS(Clients[[#This Row],[X]],Clients[[#This Row],[Y]])", "Client heureux"),
    "Odd!F6": ("STRAT_CLIENT_CLASS(Clients[[#This Row],[X]],Clients[[#This Row],[Y]])", "À compléter"),
    "Odd!F7": ('IF(STRAT_CLIENT_CLASS(A4,B4)="Client idéal",1,0)', 1.0),
    "Odd!F8": ('COUNTIF(F1:F7,"À compléter")', 3.0),  # what stands in cells is counted
    "Odd!F9": ("SUM(STRAT_CLIENT_SCORES(A4,B4))", 170.0),
}
"""Cells as people fill them; the row of a formula is that of its cells."""


def write_odd(path: Path) -> None:
    """A book with blanks, texts, errors and a table."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "Odd"
    for row in ((None, 9), ("8,0", 9), ("=NA()", 9), (8, 9), (7, 2), (None, 9)):
        sheet.append(row)
    sheet["C4"], sheet["D4"] = "X", "Y"
    sheet["C5"], sheet["D5"], sheet["D6"] = 7, 2, 9
    sheet.add_table(Table(displayName="Clients", ref="C4:D6"))
    for place, (formula, _value) in ODD.items():
        sheet[place.rpartition("!")[2]] = f"={formula}"
    book.create_sheet("Settings")["A1"] = "Français"
    book.defined_names["SX_language"] = DefinedName("SX_language", attr_text="Settings!$A$1")
    book.save(path)


def test_cells_as_people_fill_them(world: dict[str, Any]) -> None:
    """Blanks, text numbers, errors, columns of a table; the same after LibreOffice has saved the file."""
    for found in world["found"][-3:-1]:
        assert {place: found[place][0][0]["value"] for place in ODD} == {
            place: value for place, (_formula, value) in ODD.items()
        }


def test_functions_look_as_their_pictures(world: dict[str, Any], tmp_path: Path) -> None:
    """Those of the documentation: what Calc shows is the answer of the function's page, and the picture."""
    kept = site_pictures.PICTURES / "functions"
    drawn = list(function_cells.cut(world["folder"] / "cells", *world["cells"], tmp_path))
    assert {path.name for path in drawn} == {path.name for path in kept.iterdir()}
    unlike = {path.name: site_pictures.unlike(path, kept / path.name) for path in drawn}
    assert {name: share for name, share in unlike.items() if share > FAR_FROM} == {}


def shown(cell: object) -> object:
    """A cell of an answer as Calc tells it."""
    if isinstance(cell, ErrorValue):
        return {"error": ERROR_CODES[cell]}
    if isinstance(cell, bool):
        return float(cell)
    return pytest.approx(cell, rel=1e-12) if isinstance(cell, float) else cell


def test_every_example_computes_as_in_python(world: dict[str, Any], soffice: str) -> None:
    """From an .xlsx, and from the .xlsx and .ods that LibreOffice wrote of it."""
    count, compared = 0, Counter[str]()
    for (kind, places), found in zip(world["books"], world["found"], strict=False):
        for place, (function, example) in places.items():
            settings = {"language": LANGUAGES[example.lang], **example.settings}  # as the book has it
            wanted = call(
                function.name, example.args, settings=settings, lang=example.lang, today=EXAMPLE_DAY
            )
            cells = [[cell["value"] for cell in row] for row in found[place]]
            assert cells == [[shown(cell) for cell in row] for row in wanted], (kind, place, function.name)
            count += 1
            compared[function.name] += sum(map(len, cells))
    assert count == 3 * len(list(cases()))
    record("calc", in_calc.program(soffice), compared)


def test_the_file_keeps_the_name_that_excel_knows(world: dict[str, Any]) -> None:
    """What LibreOffice saves as .xlsx calls every function by its plain name, also what was typed."""
    named = set()
    for path in world["folder"].glob("*saved*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            for part in archive.namelist():
                if part.startswith("xl/worksheets/sheet"):
                    for formula in re.findall(rb"<f[^>]*>([^<]+)</f>", archive.read(part)):
                        text = formula.decode()
                        assert "STRATEGYXL" not in text.upper(), text
                        named |= set(re.findall(r"STRAT_\w+", text))
    assert named == set(functions())


def test_what_people_type_computes(world: dict[str, Any]) -> None:
    """The name typed in small letters, as people see it in the wizard."""
    ((cell,),) = world["found"][-1]["Settings!B1"]
    assert cell["value"] == "Client idéal"
    assert cell["local"].startswith("=STRAT_CLIENT_CLASS(")


def test_the_wizard_speaks_english(world: dict[str, Any]) -> None:
    """Names, what they are for, arguments and their tips, in the language of the menus."""
    assert {
        name: (text, [(title, tip) for title, tip, _optional in arguments])
        for name, (_category, text, arguments) in world["wizard"].items()
    } == {
        function.name: (
            described(function, "en"),
            [(each.name, function.describe(each, "en")) for each in function.arguments],
        )
        for function in functions().values()
    }


def test_looking_at_formulas_leaves_no_trace(world: dict[str, Any]) -> None:
    """A book that was only opened and computed does not ask to be saved for its formulas' names."""
    assert not any(found["modified"] for found in world["found"][1:-1])


def test_days_of_another_count(soffice: str, tmp_path: Path) -> None:
    """In a book that counts days from 1904, dates mean the same days."""
    function = functions()["STRAT_KPI_STATUS"]
    args = ("Croissance", "Cumul", 0, 120000, date(2026, 1, 1), date(2027, 1, 1), 44000)
    case = function, Example(tuple([cell] for cell in args), [["À risque"]])
    path = tmp_path / "book.xlsx"
    fixed = {"language": "Français", "reference_date": EXAMPLE_DAY}
    places = write_book(path, [case], fixed, CALENDAR_MAC_1904)
    extension = build_oxt(tmp_path / "strategy_xl.oxt", python=sys.executable)
    step = {"open": path.as_uri(), "read": list(places)}
    (found,) = drive(soffice, tmp_path / "profile", [step], extension)
    (place,) = places
    assert [[cell["value"] for cell in row] for row in found[place]] == [list(case[1].expected[0])]


def test_a_python_without_the_program_is_told(soffice: str, tmp_path: Path) -> None:
    """Every cell says in a short sentence that Python does not answer; nothing hangs."""
    path = tmp_path / "book.xlsx"
    chosen = [case for case in cases() if case[0].name == "STRAT_CLIENT_CLASS"][:1] * 20
    places = write_book(path, chosen, {})
    extension = build_oxt(tmp_path / "strategy_xl.oxt", python=str(tmp_path / "no_python"))
    step = {"open": path.as_uri(), "read": list(places)}
    (found,) = drive(soffice, tmp_path / "profile", [step], extension)
    told = {message("calc.NO_PYTHON", lang) for lang in ("fr", "en")}
    assert {found[place][0][0]["value"] for place in places} <= told
    assert found["seconds"] < 20


def test_without_the_extension_nothing_is_lost(soffice: str, tmp_path: Path) -> None:
    """LibreOffice without the extension opens and saves the file: the formula's text is still there."""
    path, saved = tmp_path / "book.xlsx", tmp_path / "saved.xlsx"
    case = next(case for case in cases() if case[0].name == "STRAT_CLIENT_CLASS")
    write_book(path, [case], {})
    drive(soffice, tmp_path / "profile", [{"open": path.as_uri(), "save": {saved.as_uri(): XLSX}}], None)
    formulas = [
        cell.value for sheet in openpyxl.load_workbook(saved) for row in sheet for cell in row if cell.value
    ]
    assert any("STRAT_CLIENT_CLASS(" in str(value).upper() for value in formulas)
