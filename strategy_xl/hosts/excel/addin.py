"""Make the Excel add-in (.xlam) on any system: xlwings' own template with the registry's functions in it."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.functions.registry import functions
from strategy_xl.hosts.excel.vba import modules as vba
from strategy_xl.hosts.excel.vba.vba_project import (
    PROJECT_PART,
    Module,
    ModuleKind,
    ProjectError,
    VbaProject,
    read_project,
    write_project,
)
from strategy_xl.hosts.excel.vba.xlwings_module import SETTINGS_SHEET, XLWINGS_MODULE, adapt, settings
from strategy_xl.languages import LANGUAGES
from strategy_xl.ooxml.finish import DECLARATION, MAIN, STRINGS_PART
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.replace import atomic_replace
from strategy_xl.text.catalog import message

TEMPLATE: Final = "quickstart_addin_ribbon.xlam"
PROJECT_NAME: Final = "StrategyXl"
BOOK_MODULE: Final = "ThisWorkbook"
ON_PATH: Final = "pythonw"
"""Interpreter that Windows looks for on the PATH."""

_SAMPLE = "RibbonMyAddin"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_BOOK_PART = "xl/workbook.xml"
_SHEET_PART = "xl/worksheets/sheet1.xml"
_RIBBON_PART = "customUI/customUI.xml"


def build_xlam(target: Path, *, python: str | None = None) -> Path:
    """Write the add-in; an existing file is replaced, in one step.

    Arguments:
        target: path of the .xlam.
        python: path of the ``pythonw.exe`` that computes; by default the one that runs this program on
            Windows, elsewhere the ``pythonw`` of the PATH of whoever opens the add-in.

    Returns the path. The same program, xlwings and ``python`` give the same bytes.
    Errors: WorkbookError SX981 when xlwings or its template is missing, SX982 when the template is not as
    known, SX917 when the file cannot be written.
    """
    source = _template()
    with Package.open(source) as package:
        where = Location(str(source))
        made = _parts(_interpreter(python))
        for name in (*made, PROJECT_PART, _BOOK_PART):
            if name not in package.members:
                raise _changed(where, name)
        replaced = {
            **made,
            _BOOK_PART: _book(package.read(_BOOK_PART), where),
            PROJECT_PART: _project(package.read(PROJECT_PART), where),
        }
        with atomic_replace(target) as stream:
            write_package(package, stream, replaced)
    return target


# -- the template ------------------------------------------------------------------------------------------


def _template() -> Path:
    """Xlwings' add-in template, found without importing xlwings."""
    spec = find_spec("xlwings")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        if (found := Path(folder, TEMPLATE)).is_file():
            return found
    where = str(Path(folders[0], TEMPLATE)) if folders else TEMPLATE
    raise WorkbookError("SX981", Location(where), file=TEMPLATE)


def _changed(where: Location, reason: str) -> WorkbookError:
    try:
        known = version("xlwings")
    except PackageNotFoundError:
        known = "?"
    return WorkbookError("SX982", where, version=known, reason=reason)


def _interpreter(python: str | None, *, system: str = os.name) -> str:
    """What the settings sheet says of the program that computes."""
    if python is not None:
        return python
    if system != "nt":
        return ON_PATH
    windowed = Path(sys.executable).with_name("pythonw.exe")
    return str(windowed if windowed.exists() else sys.executable)


# -- the VBA project ---------------------------------------------------------------------------------------


def _project(content: bytes, where: Location) -> bytes:
    """The VBA project with the modules of the add-in instead of the sample, as bytes."""
    return write_project(_made_of(content, where))


def own_sources() -> dict[str, str]:
    """The VBA of the add-in that this program makes, by module.

    Errors: WorkbookError SX981 and SX982, as ``build_xlam``.
    """
    source = _template()
    with Package.open(source) as package:
        project = _made_of(package.read(PROJECT_PART), Location(str(source)))
    return {module.name: module.source for module in project.modules}


def _made_of(content: bytes, where: Location) -> VbaProject:
    """The VBA project with the modules of the add-in instead of the sample."""
    try:
        project = read_project(content)
        changed = {
            XLWINGS_MODULE: adapt(project.module(XLWINGS_MODULE).source),
            BOOK_MODULE: project.module(BOOK_MODULE).source + vba.BOOK_EVENTS,
        }
        project.module(_SAMPLE)
    except ProjectError as error:
        raise _changed(where, f"{PROJECT_PART}, {error}") from error
    except ValueError as error:
        raise _changed(where, str(error)) from error
    kept = [
        Module(module.name, module.kind, changed.get(module.name, module.source), module.description)
        for module in project.modules
        if module.name != _SAMPLE
    ]
    registry = functions().values()
    made = [
        Module(vba.FUNCTIONS_MODULE, ModuleKind.PROCEDURES, vba.functions_module(registry)),
        Module(vba.ADDIN_MODULE, ModuleKind.PROCEDURES, vba.addin_module(registry)),
    ]
    return VbaProject(
        PROJECT_NAME,
        (*kept, *made),
        project.information,
        project.references,
        project.properties,
        project.extenders,
    )


# -- the other parts ---------------------------------------------------------------------------------------


def _book(content: bytes, where: Location) -> bytes:
    """The workbook part with the settings sheet under its name and without its author's folder."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    sheets = list(root.iter(f"{{{MAIN}}}sheet"))
    if len(sheets) != 1:
        raise _changed(where, _BOOK_PART)
    sheets[0].set("name", SETTINGS_SHEET)
    # The author's folder, and an empty list of names.
    for element in root.findall(f"{{{_COMPATIBILITY}}}AlternateContent"):
        root.remove(element)
    for element in root.findall(f"{{{MAIN}}}definedNames"):
        if len(element) == 0:
            root.remove(element)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _parts(interpreter: str) -> dict[str, bytes]:
    """The parts that are written anew."""
    sheet, strings = _settings_sheet(settings(interpreter))
    about = " / ".join(message("excel.about", lang) for lang in LANGUAGES)
    core = (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>strategy_xl</dc:title><dc:creator>strategy_xl</dc:creator>"
        f"<dc:description>{escape(about)}</dc:description></cp:coreProperties>"
    )
    app = (
        f'{DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Application>strategy_xl</Application></Properties>"
    )
    texts = {
        _SHEET_PART: sheet,
        STRINGS_PART: strings,
        _RIBBON_PART: vba.CUSTOM_UI,
        "docProps/core.xml": core,
        "docProps/app.xml": app,
    }
    return {name: text.encode() for name, text in texts.items()}


def _settings_sheet(values: dict[str, str | bool]) -> tuple[str, str]:
    """The settings sheet (key, value) and its table of strings; the code name is the template's."""
    strings: dict[str, int] = {}
    rows = []
    for row, (key, value) in enumerate(values.items(), 1):
        cells = f'<c r="A{row}" t="s"><v>{strings.setdefault(key, len(strings))}</v></c>'
        if isinstance(value, bool):
            cells += f'<c r="B{row}" t="b"><v>{value:d}</v></c>'
        elif value:
            cells += f'<c r="B{row}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        rows.append(f'<row r="{row}">{cells}</row>')
    used = "".join(rows).count('t="s"')
    sheet = (
        f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetPr codeName="Sheet2"/>'
        f'<dimension ref="A1:B{len(rows)}"/>'
        '<sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        '<cols><col min="1" max="1" width="32" customWidth="1"/><col min="2" max="2" width="60"'
        f' customWidth="1"/></cols><sheetData>{"".join(rows)}</sheetData></worksheet>'
    )
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    table = f'{DECLARATION}<sst xmlns="{MAIN}" count="{used}" uniqueCount="{len(strings)}">{items}</sst>'
    return sheet, table
