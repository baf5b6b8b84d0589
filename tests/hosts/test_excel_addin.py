"""The Excel add-in: a sound package whose VBA, read back by others, says what the registry says."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from importlib.machinery import ModuleSpec
from pathlib import Path
from xml.etree import ElementTree as ET

import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator
from package_audit import audit, is_valid_name
from python_calamine import CalamineWorkbook
from vba_readback import assigned, decompress_stream, logical_lines, sources, value

from strategy_xl.errors import WorkbookError
from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.registry import CellFunction, Shape, functions
from strategy_xl.hosts.excel import addin
from strategy_xl.hosts.excel.addin import build_xlam
from strategy_xl.hosts.excel.vba import modules as vba
from strategy_xl.hosts.excel.vba import vba_text, xlwings_module
from strategy_xl.hosts.excel.vba.vba_project import read_project, records
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import has_message, message

NAMES = list(functions())
MODULES = ["ThisWorkbook", "Dictionary", "Sheet2", "xlwings", "StratFunctions", "StratAddin"]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def xlam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-in."""
    return build_xlam(tmp_path_factory.mktemp("addin") / "strategy_xl.xlam")


@pytest.fixture(scope="module")
def code(xlam: Path) -> dict[str, str]:
    """The sources of its modules, read by oletools."""
    return sources(xlam)


@pytest.fixture(scope="module")
def streams(xlam: Path) -> dict[str, bytes]:
    """The streams of its VBA project, read by olefile."""
    with zipfile.ZipFile(xlam) as package:
        content = package.read("xl/vbaProject.bin")
    with olefile.OleFileIO(io.BytesIO(content), raise_defects=olefile.DEFECT_UNSURE) as file:
        assert not file.parsing_issues
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


def procedure(source: str, name: str) -> list[str]:
    """The logical lines of a procedure, its first and last included."""
    lines = logical_lines(source)
    start = next(at for at, line in enumerate(lines) if re.search(rf"\b(Sub|Function) {name}\(", line))
    end = next(at for at in range(start, len(lines)) if lines[at] in {"End Sub", "End Function"})
    return lines[start : end + 1]


# -- the package -------------------------------------------------------------------------------------------


def test_package_is_sound(xlam: Path) -> None:
    """Two auditors find nothing: content types, relationships, order of elements, names."""
    assert list(OpenXmlValidator(max_errors=0).validate(str(xlam)).errors) == []
    assert audit(xlam) == []
    with zipfile.ZipFile(xlam) as package:
        assert package.testzip() is None


def test_package_is_an_addin(xlam: Path) -> None:
    """Excel is told that it is an add-in with macros, and where the project and the ribbon are."""
    with zipfile.ZipFile(xlam) as package:
        types = package.read("[Content_Types].xml").decode()
        assert "application/vnd.ms-excel.addin.macroEnabled.main+xml" in types
        assert "application/vnd.ms-office.vbaProject" in types
        root = ET.fromstring(package.read("_rels/.rels"))  # noqa: S314 - our own file
        relations = {item.attrib["Type"]: item.attrib["Target"] for item in root}
        assert (
            relations["http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"]
            == "customUI/customUI.xml"
        )
        assert "vbaProject.bin" in package.read("xl/_rels/workbook.xml.rels").decode()


def test_nothing_of_the_template_author_is_left(xlam: Path, streams: dict[str, bytes]) -> None:
    """Neither a name nor a folder of whoever made the template."""
    with zipfile.ZipFile(xlam) as package:
        parts = {name: package.read(name) for name in package.namelist() if name.endswith(".xml")}
    parts["dir"] = decompress_stream(streams["VBA/dir"])
    parts["PROJECT"] = streams["PROJECT"]
    assert not [
        name
        for name, content in parts.items()
        if re.search(rb"felix|zumstein|myaddin", content, re.IGNORECASE)
    ]


def test_same_bytes_twice(xlam: Path, tmp_path: Path) -> None:
    """The same program makes the same file, also in the place of another."""
    other = tmp_path / "other.xlam"
    other.write_bytes(b"old")
    assert build_xlam(other).read_bytes() == xlam.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["other.xlam"]


def test_codename_has_its_module(xlam: Path) -> None:
    """Workbook and sheet have their document modules in the project."""
    with zipfile.ZipFile(xlam) as package:
        book = ET.fromstring(package.read("xl/workbook.xml"))  # noqa: S314
        sheet = ET.fromstring(package.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    names = [book.find(f"{SHEET}workbookPr"), sheet.find(f"{SHEET}sheetPr")]
    assert [item.attrib["codeName"] for item in names if item is not None] == ["ThisWorkbook", "Sheet2"]


# -- settings ----------------------------------------------------------------------------------------------


def settings_of(path: Path) -> list[tuple[object, object]]:
    """The rows of the settings sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    assert book.sheet_names == ["strategy_xl.conf"]
    return [(key, cell) for key, cell in book.get_sheet_by_index(0).to_python()]


def test_settings(xlam: Path) -> None:
    """The settings name the Python module, and nothing beside a workbook can shadow one of Python's."""
    rows = settings_of(xlam)
    assert all(key for key, _ in rows)  # xlwings stops at the first blank
    found = dict(rows)
    assert found["UDF Modules"] == vba.UDFS
    assert found["ADD_WORKBOOK_TO_PYTHONPATH"] == "False"
    assert found["PYTHONPATH"] == ""
    assert [found[key] for key in ("Show Console", "Debug UDFs", "Use UDF Server")] == [False] * 3


def test_settings_leave_nothing_to_files(xlam: Path, code: dict[str, str]) -> None:
    """Every setting that xlwings reads stands on the sheet: no file beside a workbook is asked for it."""
    read = set(re.findall(r'GetConfig\("([^"]+)"', code["xlwings"]))
    assert {"INTERPRETER_WIN", "PYTHONPATH", "CONDA PATH", "UDF MODULES"} <= read
    assert read <= {str(key).upper() for key, _ in settings_of(xlam)}


@pytest.mark.parametrize("python", [r"C:\Users\Zoé & Co\Python 3\pythonw.exe", "<python>"])
def test_interpreter_given(tmp_path: Path, python: str) -> None:
    """The interpreter is written as given, whatever its characters."""
    assert dict(settings_of(build_xlam(tmp_path / "a.xlam", python=python)))["Interpreter_Win"] == python


def test_interpreter_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than on Windows the PATH decides; on Windows it is the one without console beside this."""
    assert dict(settings_of(build_xlam(tmp_path / "a.xlam")))["Interpreter_Win"] == "pythonw"
    python, windowed = tmp_path / "python.exe", tmp_path / "pythonw.exe"
    monkeypatch.setattr(sys, "executable", str(python))
    assert addin._interpreter(None, system="nt") == str(python)
    windowed.touch()
    assert addin._interpreter(None, system="nt") == str(windowed)


# -- the VBA project ---------------------------------------------------------------------------------------


def test_streams_agree(streams: dict[str, bytes], code: dict[str, str]) -> None:
    """dir, PROJECT, PROJECTwm and the streams name the same modules in the same order."""
    found = list(records(decompress_stream(streams["VBA/dir"])))
    texts = {kind: [data.decode("cp1252") for other, data in found if other == kind] for kind in (0x19, 0x1A)}
    assert texts[0x19] == texts[0x1A] == MODULES
    wide = {
        kind: [data.decode("utf-16le") for other, data in found if other == kind] for kind in (0x47, 0x32)
    }
    assert wide[0x47] == wide[0x32] == MODULES
    (count,) = [int.from_bytes(data, "little") for kind, data in found if kind == 0x0F]
    assert count == len(MODULES)
    assert [data for kind, data in found if kind == 0x31] == [bytes(4)] * count
    assert dict(found)[0x03] == (1252).to_bytes(2, "little")
    assert dict(found)[0x04] == b"StrategyXl"
    project = streams["PROJECT"].decode("cp1252")
    lines = re.findall(r"(?m)^(Document|Class|Module)=(\w+)", project)
    assert [name for _, name in lines] == MODULES
    assert {name: word for word, name in lines} == {
        "ThisWorkbook": "Document", "Sheet2": "Document", "Dictionary": "Class",
        "xlwings": "Module", "StratFunctions": "Module", "StratAddin": "Module",
    }  # fmt: skip
    assert 'Name="StrategyXl"' in project
    pairs = [name.encode("cp1252") + b"\0" + name.encode("utf-16le") + b"\0\0" for name in MODULES]
    assert streams["PROJECTwm"] == b"".join(pairs) + b"\0\0"
    assert {name for name in streams if name.startswith("VBA/")} == {
        "VBA/dir", "VBA/_VBA_PROJECT", *(f"VBA/{name}" for name in MODULES),
    }  # fmt: skip
    assert set(code) == set(MODULES)


def test_module_types(streams: dict[str, bytes]) -> None:
    """In the dir stream, documents and classes are objects, the others procedures."""
    kinds = [kind for kind, _ in records(decompress_stream(streams["VBA/dir"])) if kind in {0x21, 0x22}]
    assert kinds == [0x22, 0x22, 0x22, 0x21, 0x21, 0x21]


def test_only_the_library_of_the_ribbon_is_referenced(streams: dict[str, bytes]) -> None:
    """The project refers to the Office library (IRibbonControl) and nothing that a computer may lack."""
    found = list(records(decompress_stream(streams["VBA/dir"])))
    assert [data for kind, data in found if kind == 0x16] == [b"Office"]
    assert not [kind for kind, _ in found if kind in {0x2F, 0x30, 0x0E}]


def test_sources_are_ascii_with_short_lines(code: dict[str, str]) -> None:
    """Our sources are ASCII; lines and their continuations stay within VBA's limits, procedures too."""
    for name in ("StratFunctions", "StratAddin", "ThisWorkbook"):
        source = code[name]
        assert source.isascii()
        assert max(map(len, source.split("\n"))) < 1023
        assert max(len(line) for line in logical_lines(source)) < 10_000
        assert not re.search(r"(?: _\n[^\n]*){25}", source)
        for body in re.split(r"(?m)^End (?:Sub|Function)$", source):
            assert len(body) < 20_000
    assert code["ThisWorkbook"].startswith("Attribute VB_Name") is True


def test_xlwings_module_is_the_installed_one(xlam: Path, code: dict[str, str]) -> None:
    """Xlwings' module is that of its template, licence included, but for the marked lines."""
    with zipfile.ZipFile(addin._template()) as package:
        original = read_project(package.read("xl/vbaProject.bin")).module("xlwings").source
    with zipfile.ZipFile(xlam) as package:
        found = read_project(package.read("xl/vbaProject.bin")).module("xlwings").source
    assert "Redistribution and use in source and binary forms" in code["xlwings"]
    removed = [line for line in original.splitlines() if line not in found.splitlines()]
    added = [line for line in found.splitlines() if line not in original.splitlines()]
    assert len(removed) == 5
    assert sum("strategy_xl" in line for line in added) >= len(xlwings_module.CHANGES)
    assert len(found.splitlines()) - len(original.splitlines()) == 8
    for change in reversed(xlwings_module.CHANGES):
        found = found.replace(change.new, change.old)
    assert found == original


def test_workbook_cannot_choose_the_program(code: dict[str, str]) -> None:
    """Xlwings' module reads no settings from the active workbook, and starts nothing for a formula."""
    asked = "\n".join(procedure(code["xlwings"], "GetConfig"))
    assert "SheetExists(ActiveWorkbook" not in asked
    assert "SheetExists(ThisWorkbook" in asked
    assert "Option Private Module" in code["xlwings"].split("Function")[0]
    assert "Err.Raise 5" in procedure(code["xlwings"], "ExecuteWindows")[1]
    assert "ActiveWorkbook" not in "\n".join(procedure(code["xlwings"], "XLPyCommand"))


# -- the functions -----------------------------------------------------------------------------------------


def test_every_function_once_in_order(code: dict[str, str]) -> None:
    """The module offers the registry's functions, in its order, and nothing else."""
    assert re.findall(r"(?m)^Public Function (\w+)\(", code["StratFunctions"]) == NAMES
    assert not re.findall(r"(?m)^(?:Public )?Function ", code["StratAddin"])
    others = re.findall(r"(?m)^(?:Public )?Sub (\w+)", code["StratFunctions"])
    assert others == []


@pytest.mark.parametrize("name", NAMES)
def test_wrapper(code: dict[str, str], name: str) -> None:
    """A wrapper takes the registry's arguments, all optional, and hands them over in the same order."""
    head, description, shortcut, call, end = procedure(code["StratFunctions"], name)
    found = re.fullmatch(rf"Public Function {name}\((.*)\) As Variant", head)
    assert found
    names = [argument.name for argument in functions()[name].arguments]
    assert found[1].split(", ") == [f"Optional {each} As Variant" for each in names]
    assert call.strip() == f'{name} = AskPython("{name}", Array({", ".join(names)}))'
    said = re.fullmatch(rf'Attribute {name}\.VB_Description = "(.*)"', description)
    assert said
    assert 10 < len(said[1]) <= 255
    assert shortcut == rf'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \n14"'
    assert end == "End Function"


@pytest.mark.parametrize("name", NAMES)
def test_help(code: dict[str, str], name: str) -> None:
    """The wizard is told purpose, category and every argument, in French and in English, as the registry."""
    function = functions()[name]
    lines = procedure(code["StratAddin"], f"Describe_{name}")
    assert lines[1].strip() == f"Dim Texts(0 To {len(function.arguments) - 1}) As String"
    branches = [lines.index(f"    {line}") for line in ('Case "fr"', "Case Else", "End Select")]
    for lang, start, end in zip(("fr", "en"), branches, branches[1:], strict=False):
        said = assigned(lines[start + 1 : end])
        assert said["Category"] == function.category_title(lang)
        assert said["Purpose"].startswith(function.title(lang).rstrip("."))
        assert [said[f"Texts({at})"] for at in range(len(function.arguments))] == [
            function.describe(argument, lang) for argument in function.arguments
        ]
        assert max(map(len, said.values())) <= 255
        assert said["Purpose"] == vba.help_text(function, lang)
    assert lines[-2].strip() == f'Describe "{name}", Purpose, Category, Texts'
    assert f"    Describe_{name} Spoken" in procedure(code["StratAddin"], "DescribeAll")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_has_the_remark_when_there_is_room(lang: str) -> None:
    """A remark follows the purpose in whole or not at all."""
    with_remark = [function for function in functions().values() if function.remark(lang)]
    assert with_remark
    for function in with_remark:
        text, remark = vba.help_text(function, lang), function.remark(lang)
        assert text.endswith(remark) == (len(function.title(lang).rstrip(".")) + 2 + len(remark) <= 255)


def test_failure_is_a_short_sentence(code: dict[str, str]) -> None:
    """What a cell shows when Python does not answer fits a cell of an array, in both languages."""
    said = [line.strip() for line in procedure(code["StratFunctions"], "Unreached") if "ChrW" in line]
    assert len(said) == 4
    keys = [(key, lang) for key in ("excel.unstarted", "excel.unreached") for lang in ("fr", "en")]
    for (key, lang), line in zip(keys, said, strict=True):
        text = value(line.removeprefix("Unreached = "), {"Detail": "x" * 120})
        assert text == message(key, lang, detail="x" * 120)
        assert "strategy-xl doctor" in text
        for each in (text, message("excel.mac", lang)):
            assert len(each) <= 255
            assert "\n" not in each


def test_names_suit_excel_and_vba() -> None:
    """No function or argument is a cell reference, a reserved word or a name that a wrapper itself uses."""
    for function in functions().values():
        assert is_valid_name(function.name)
        for argument in function.arguments:
            assert is_valid_name(vba_text.parameter(argument.name))
            assert vba_text.parameter(argument.name).lower() not in vba_text.RESERVED


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("date", "date_"),
        ("Next", "Next_"),
        ("q1", "q1_"),
        ("r", "r_"),
        ("answer", "answer"),
        ("start_date", "start_date"),
    ],
)
def test_parameter(name: str, spelling: str) -> None:
    """A reserved word or a cell reference gets another spelling; other names stay."""
    assert vba_text.parameter(name) == spelling


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("STRAT_É", ["a"]),
        ("KPI1", ["a"]),
        ("STRAT_X", ["é"]),
        ("STRAT_X", ["_a"]),
        ("STRAT_X", ["ab", "AB"]),
        ("STRAT_X", ["strat_x"]),
    ],
)
def test_names_that_vba_refuses(name: str, arguments: list[str]) -> None:
    """A name that VBA or Excel would not take stops the making, not the opening."""
    function = CellFunction(
        name, "clients", tuple(map(Argument, arguments)), Shape.SCALAR, (), (), lambda _: []
    )
    with pytest.raises(ValueError, match=r"STRAT|KPI1|é|_a"):
        vba.functions_module([function])


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=255))
def test_any_text_can_be_written(text: str) -> None:
    """Any text becomes ASCII lines of allowed length that give the same text again."""
    lines = list(vba_text.assign("Texts(0)", text))
    assert all(line.isascii() and len(line) < 1000 for line in lines)
    assert assigned(lines) == {"Texts(0)": text}


# -- the ribbon --------------------------------------------------------------------------------------------


def test_ribbon_callbacks_exist(xlam: Path, code: dict[str, str]) -> None:
    """Every callback of the ribbon is a procedure with the parameters that Excel expects."""
    with zipfile.ZipFile(xlam) as package:
        root = ET.fromstring(package.read("customUI/customUI.xml"))  # noqa: S314
    asked = {(key, text) for item in root.iter() for key, text in item.attrib.items() if "." in text}
    assert {key for key, _ in asked} == {"getLabel", "getSupertip", "onAction"}
    for key, text in asked:
        module, name = text.split(".")
        parameters = "control As IRibbonControl" + ("" if key == "onAction" else ", ByRef returnedVal")
        assert f"Public Sub {name}({parameters})\n" in code[module]
    labelled = {item.attrib["id"] for item in root.iter() if "getLabel" in item.attrib}
    assert labelled == set(re.findall(r'^ {8}Case "(\w+)"', code["StratAddin"], re.MULTILINE))


def test_ribbon_speaks_both_languages(code: dict[str, str]) -> None:
    """Each label has its French and its English text."""
    lines = procedure(code["StratAddin"], "GiveLabel")
    said = [value(line.strip().removeprefix("Said = "), {}) for line in lines if "Said = " in line]
    wanted = [
        message(key, lang) for key in ("excel.tab", "excel.group", "excel.recompute") for lang in ("fr", "en")
    ]
    assert said == wanted


def test_button_runs_the_macro(code: dict[str, str]) -> None:
    """The button runs the Python macro and nothing on a window without workbook."""
    body = "\n".join(procedure(code["StratAddin"], "RecomputeBook"))
    command = f"import {vba.MACROS}; {vba.MACROS}.recompute_active_book()"
    assert f'If Not ActiveWorkbook Is Nothing Then RunPython "{command}"' in body
    assert "On Error GoTo Failed" in body


# -- what can go wrong -------------------------------------------------------------------------------------


def _pretend(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    spec = ModuleSpec("xlwings", None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    monkeypatch.setattr(addin, "find_spec", lambda _: spec)


def test_missing_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the template, the message says which file, where, and what to do; nothing is written."""
    _pretend(monkeypatch, tmp_path / "xlwings")
    with pytest.raises(WorkbookError) as caught:
        build_xlam(tmp_path / "a.xlam")
    finding = caught.value.finding
    assert finding.code == "SX981"
    assert finding.location.workbook == str(tmp_path / "xlwings" / addin.TEMPLATE)
    assert all(has_message("SX981.hint", lang) for lang in LANGUAGES)
    assert addin.TEMPLATE in message("SX981", "fr", **finding.args)
    assert list(tmp_path.iterdir()) == []


def test_missing_xlwings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without xlwings at all, the message is the same."""
    monkeypatch.setattr(addin, "find_spec", lambda _: None)
    with pytest.raises(WorkbookError, match="SX981"):
        build_xlam(tmp_path / "a.xlam")


def _changed_template(folder: Path, change: dict[str, bytes | None]) -> Path:
    """A copy of the template with some parts replaced, or left out."""
    folder.mkdir()
    target = folder / addin.TEMPLATE
    with zipfile.ZipFile(addin._template()) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            content = change.get(name, source.read(name))
            if content is not None:
                made.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("part", "content", "reason"),
    [
        ("xl/vbaProject.bin", b"nothing", "xl/vbaProject.bin"),
        ("xl/vbaProject.bin", None, "xl/vbaProject.bin"),
        ("customUI/customUI.xml", None, "customUI/customUI.xml"),
        ("xl/workbook.xml", b"<workbook/>", "xl/workbook.xml"),
    ],
)
def test_changed_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, content: bytes | None, reason: str
) -> None:
    """A template that is not as known is refused, with what differs; nothing is written."""
    target = _changed_template(tmp_path / "xlwings", {part: content})
    _pretend(monkeypatch, target.parent)
    with pytest.raises(WorkbookError) as caught:
        build_xlam(tmp_path / "a.xlam")
    assert caught.value.finding.code == "SX982"
    assert caught.value.finding.location.workbook == str(target)
    assert str(caught.value.finding.args["reason"]).startswith(reason)
    assert not (tmp_path / "a.xlam").exists()


@pytest.mark.parametrize("change", xlwings_module.CHANGES, ids=lambda change: change.old.split("\r")[0][:30])
def test_changed_xlwings_module(change: xlwings_module.Change) -> None:
    """A line to be changed that is not there, or is there twice, is named."""
    with zipfile.ZipFile(addin._template()) as package:
        source = read_project(package.read("xl/vbaProject.bin")).module("xlwings").source
    for wrong in (source.replace(change.old, ""), source + change.old):
        with pytest.raises(ValueError, match=re.escape(change.old.strip())):
            xlwings_module.adapt(wrong)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """A target that cannot be written is named."""
    with pytest.raises(WorkbookError, match="SX917"):
        build_xlam(tmp_path / "none" / "a.xlam")
