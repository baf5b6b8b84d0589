"""The workbook for xlwings Lite: whole, the same every time, and its code answers as the program does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator
from package_audit import audit
from python_calamine import CalamineWorkbook

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import UsageError
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import EXAMPLE_DAY, functions
from strategy_xl.hosts.web import lite, lite_bundle
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import message

pytestmark = pytest.mark.xdist_group("lite")  # its workbooks are made once
RUNNER = Path(__file__).parent / "lite_runner.py"
MAX_CODE = 1_000_000
"""Characters of code that a workbook may carry; what Office allows is not documented."""

DATED = ("Croissance", "Cumul", 0, 120000, 46_023, 46_390, 44000)
"""Arguments with days as numbers, as sheets hand them over."""


@pytest.fixture(scope="module", params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def book(lang: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a language."""
    return lite.build_lite(tmp_path_factory.mktemp("lite") / "lite.xlsx", lang=lang)


def properties(book: Path) -> dict[str, str]:
    """The settings of the add-in that a workbook carries, by name, as xlwings Lite reads them."""
    with zipfile.ZipFile(book) as package:
        root = ET.fromstring(package.read(lite.EXTENSION_PART))  # noqa: S314 - our own file
    return {item.attrib["name"]: json.loads(item.attrib["value"]) for item in root.findall(".//{*}property")}


# -- the package -------------------------------------------------------------------------------------------


def test_the_package_passes_both_audits(book: Path) -> None:
    """Neither openxml-audit nor the own audit finds anything that makes Excel repair the file."""
    assert list(OpenXmlValidator().validate(str(book)).errors) == []
    assert audit(book) == []


def test_the_parts_lead_to_each_other(book: Path) -> None:
    """Package → task panes → web extension, of the add-in xlwings Lite in the Office store."""
    with zipfile.ZipFile(book) as package:
        assert package.testzip() is None
        roots = ET.fromstring(package.read("_rels/.rels"))  # noqa: S314 - our own file
        panes = [item for item in roots if item.attrib["Type"].endswith("/webextensiontaskpanes")]
        assert [item.attrib["Target"] for item in panes] == [lite.PANES_PART]
        (link,) = ET.fromstring(package.read("xl/webextensions/_rels/taskpanes.xml.rels"))  # noqa: S314
        assert link.attrib["Target"] == Path(lite.EXTENSION_PART).name
        (pane,) = ET.fromstring(package.read(lite.PANES_PART))  # noqa: S314 - our own file
        assert list(pane[0].attrib.values()) == [link.attrib["Id"]]
        extension = ET.fromstring(package.read(lite.EXTENSION_PART))  # noqa: S314 - our own file
    assert extension[0].attrib["id"] == "wa200008175"


def test_the_code_travels_unchanged(book: Path, lang: str) -> None:
    """What is in the properties is the code, character by character, and within measure."""
    found = properties(book)
    assert found == {"main.py": lite.main_py(lang), "requirements.txt": lite.requirements()}
    assert len(found["main.py"]) < MAX_CODE


def test_the_sheets_say_what_it_is_in_both_languages(book: Path, lang: str) -> None:
    """The first sheet says that it is experimental and names the licences; the second lists formulas."""
    sheets = CalamineWorkbook.from_path(str(book))
    assert sheets.sheet_names == [message("web.lite.sheet", lang), message("web.lite.list", lang)]
    told = " ".join(str(cell) for row in sheets.get_sheet_by_index(0).to_python() for cell in row)
    for shown in LANGUAGES:
        assert message("web.lite.title", shown) in told
        assert message("web.lite.text.experimental", shown) in told
        assert message("web.lite.text.licence", shown) in told
    listed = sheets.get_sheet_by_index(1).to_python()[1:]
    assert len(listed) == len(functions())
    for (formula, purpose), function in zip(listed, functions().values(), strict=True):
        assert str(formula).startswith(f"={function.name}(")
        assert purpose == function.title(lang)


def test_formulas_are_shown_not_computed(book: Path) -> None:
    """The list holds texts: no formula that Excel would look for before the add-in has loaded."""
    sheet = openpyxl.load_workbook(book).worksheets[1]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


def test_the_same_program_makes_the_same_bytes(book: Path, lang: str, tmp_path: Path) -> None:
    """Two builds are equal byte by byte."""
    again = lite.build_lite(tmp_path / "again.xlsx", lang=lang)
    assert again.read_bytes() == book.read_bytes()


@pytest.mark.libreoffice
def test_libreoffice_opens_it(book: Path, recalculated: Callable[[Path], Path]) -> None:
    """LibreOffice reads the workbook with all its text."""
    opened = CalamineWorkbook.from_path(str(recalculated(book)))
    before = CalamineWorkbook.from_path(str(book))
    assert opened.sheet_names == before.sheet_names
    for place in range(2):
        assert opened.get_sheet_by_index(place).to_python() == before.get_sheet_by_index(place).to_python()


def test_refusals(tmp_path: Path) -> None:
    """An existing file, a missing folder and an unknown language are told; nothing is written."""
    there = tmp_path / "there.xlsx"
    there.write_bytes(b"mine")
    for code, target, lang in (
        ("SX144", there, "fr"),
        ("SX147", tmp_path / "no" / "x.xlsx", "fr"),
        ("SX146", tmp_path / "x.xlsx", "de"),
    ):
        with pytest.raises(UsageError) as told:
            lite.build_lite(target, lang=lang)
        assert told.value.finding.code == code
    assert there.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [there]
    lite.build_lite(there, overwrite=True)
    assert zipfile.is_zipfile(there)


# -- the code ----------------------------------------------------------------------------------------------


def test_it_needs_nothing_that_a_browser_lacks() -> None:
    """What the sources import beyond the standard library is compiled for Pyodide or pure Python."""
    sources, others = lite_bundle.needed()
    assert others == lite_bundle.IN_PYODIDE | lite_bundle.PURE_PYTHON
    assert not [name for name in sources if name.startswith(("strategy_xl.ooxml", "strategy_xl.hosts"))]
    assert lite.requirements().split() == ["xlwings", *sorted(others)]


def test_it_carries_no_sources_of_messages_and_no_page() -> None:
    """Only what runs is packed: sources, compiled messages, weights, templates."""
    endings = {path.rpartition(".")[2] for path in lite_bundle.contents()}
    assert endings == {"py", "mo", "npz", "toml"}


@pytest.fixture(scope="module")
def ran(book: Path, lang: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """A function that runs the workbook's code in a clean process, by mode."""
    folder = tmp_path_factory.mktemp("browser")
    code = folder / "main.py"
    code.write_text(properties(book)["main.py"], encoding="utf-8")

    def run(mode: str) -> dict[str, Any]:
        environment = {**os.environ, "TMPDIR": str(folder), "HOME": str(folder)}
        if mode == "xlwings":
            environment["XLWINGS_LICENSE_KEY"] = "noncommercial"
        else:
            environment.pop("XLWINGS_LICENSE_KEY", None)
        done = subprocess.run(
            [sys.executable, "-I", str(RUNNER), mode, str(code), lang],
            env=environment,
            input=json.dumps(DATED),
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        assert Path(found["file"]).is_relative_to(folder), "it ran the program that is installed"
        return found

    return run


def wanted(lang: str, error: Callable[[ErrorValue], object]) -> list[list[list[object]]]:
    """What the registry answers for the examples of a language."""
    blocks = [
        call(function.name, example.args, lang=lang, today=EXAMPLE_DAY)
        for function in functions().values()
        for example in function.examples
        if example.lang == lang
    ]
    return [
        [[error(cell) if isinstance(cell, ErrorValue) else cell for cell in row] for row in block]
        for block in blocks
    ]


def test_every_function_answers_as_the_registry_without_the_program(
    ran: Callable[[str], dict[str, Any]], lang: str
) -> None:
    """Unpacked in a clean Python that refuses what Pyodide lacks, every example gives the same cells."""
    found = ran("fake")
    assert [name for name in found["names"] if name.startswith("STRAT_")] == list(functions())
    assert found["answers"] == wanted(lang, str)
    assert found["dated"] == call("STRAT_KPI_STATUS", DATED, lang=lang, today=EXAMPLE_DAY)
    assert lang != "fr" or found["dated"] == [["À risque"]]
    # pandas asks for optional helpers and does without; nothing of ours was refused.
    assert not set(found["refused"]) & {"lxml", "openpyxl", "python_calamine", "isal", "click", "rich"}


def test_every_function_answers_through_xlwings_pipeline(
    ran: Callable[[str], dict[str, Any]], lang: str
) -> None:
    """The conversion that xlwings Lite itself uses gives the same cells and knows every argument."""
    found = ran("xlwings")
    types = {ErrorValue.NA: "NotAvailable", ErrorValue.VALUE: "Value"}
    assert found["answers"] == wanted(lang, lambda cell: {"type": "Error", "errorType": types[cell]})
    described = {item["name"]: item for item in found["meta"]["functions"]}
    assert described.keys() == functions().keys()
    for function in functions().values():
        assert described[function.name]["description"] == function.title(lang)
        assert [(item["name"], item["description"]) for item in described[function.name]["parameters"]] == [
            (argument.name, function.describe(argument, lang)) for argument in function.arguments
        ]
