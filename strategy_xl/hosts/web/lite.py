"""The cell functions for xlwings Lite: a new workbook that carries them as text (experimental).

xlwings Lite is an add-in of the Office store, free of charge, that runs Python inside Excel (on the web, on
Mac, on Windows) by Pyodide. It keeps a workbook's code as settings of the add-in: properties ``main.py`` and
``requirements.txt``, each a JSON text, of the part ``xl/webextensions/webextension1.xml``. That is read off
workbooks it made, not documented, and may change. Source of the parts: [MS-OWEXML] web extensions.
"""

from __future__ import annotations

import io
import json
import math
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from strategy_xl import __version__
from strategy_xl.errors import UsageError
from strategy_xl.functions.examples import signature
from strategy_xl.functions.registry import CellFunction, functions
from strategy_xl.hosts.web import lite_bundle
from strategy_xl.languages import HOUSE, LANGUAGES
from strategy_xl.ooxml.finish import DECLARATION, RELATIONS, complete, rework
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.replace import atomic_replace, check_target
from strategy_xl.text.catalog import message

ADD_IN = "wa200008175"
"""xlwings Lite in the Office store."""

EXTENSION_PART = "xl/webextensions/webextension1.xml"
PANES_PART = "xl/webextensions/taskpanes.xml"
_EXTENSION = "http://schemas.microsoft.com/office/webextensions/webextension/2010/11"
_PANES = "http://schemas.microsoft.com/office/webextensions/taskpanes/2010/11"
_EXTENSION_RELATION = "http://schemas.microsoft.com/office/2011/relationships/webextension"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NO_DAY = date(1980, 1, 1)  # the same program makes the same bytes on any day

_WIDTHS = {1: 100, 2: 70}  # of a sheet's columns, in characters, by their number
_LINE_HEIGHT = 15.0
_PARAGRAPHS = ("what", "experimental", "use", "settings", "licence")

# What a workbook's code begins with: nothing but Python that Pyodide has.
_HEAD = """\
# {note}
import base64
import datetime
import hashlib
import io
import os
import sys
import tarfile
import tempfile
import zlib

from xlwings import arg, func


def _answer(name, args):
    from strategy_xl.functions.calling import call
    from strategy_xl.functions.results import with_error_texts

    return with_error_texts(call(name, args, lang={lang!r}, today=datetime.date.today()))

"""

_TAIL = '''
# {note}
_BLOCK = """
{block}
"""


def _unpack():
    packed = base64.b64decode(_BLOCK)
    folder = os.path.join(tempfile.gettempdir(), "strategy_xl_" + hashlib.sha256(packed).hexdigest()[:16])
    if not os.path.isdir(folder):
        # Under another name first: an interrupted unpacking is never taken for a whole one.
        with tempfile.TemporaryDirectory(dir=tempfile.gettempdir()) as near:
            with tarfile.open(fileobj=io.BytesIO(zlib.decompress(packed))) as archive:
                archive.extractall(os.path.join(near, "part"), filter="data")
            os.rename(os.path.join(near, "part"), folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
        for name in [name for name in sys.modules if name.partition(".")[0] == "strategy_xl"]:
            del sys.modules[name]  # of another version, run before in the same session


_unpack()
'''


# -- the code ----------------------------------------------------------------------------------------------


def _wrapper(function: CellFunction, lang: str) -> Iterator[str]:
    """The lines of one function: its arguments as rows of cells, errors as text instead of nothing."""
    names = [argument.name for argument in function.arguments]
    optional = False
    parameters = []
    for argument in function.arguments:
        optional = optional or not argument.required
        parameters.append(f"{argument.name}=None" if optional else argument.name)
    yield ""
    yield "@func"
    for argument in function.arguments:
        doc = json.dumps(function.describe(argument, lang), ensure_ascii=False)
        yield f'@arg("{argument.name}", ndim=2, err_to_str=True, doc={doc})'
    yield f"def {function.name}({', '.join(parameters)}):"
    yield f"    {json.dumps(function.title(lang), ensure_ascii=False)}"
    yield f'    return _answer("{function.name}", ({", ".join(names)},))'
    yield ""


def main_py(lang: str = HOUSE) -> str:
    """The Python text that xlwings Lite runs: a wrapper per function, then the program, compressed.

    Arguments:
        lang: language of the descriptions, and of the answers unless a formula asks for another.
    """
    head = _HEAD.format(note=message("web.lite.code", lang, version=__version__), lang=lang)
    wrappers = "\n".join(line for function in functions().values() for line in _wrapper(function, lang))
    return head + wrappers + _TAIL.format(note=message("web.lite.block", lang), block=lite_bundle.packed())


def requirements() -> str:
    """The packages that xlwings Lite has to load, one a line."""
    _, others = lite_bundle.needed()
    return "".join(f"{name}\n" for name in ("xlwings", *sorted(others)))


# -- the parts ---------------------------------------------------------------------------------------------


def _property(name: str, text: str) -> str:
    return f'<we:property name="{name}" value={quoteattr(json.dumps(text, ensure_ascii=False))}/>'


def _extension(lang: str) -> str:
    code, packages = main_py(lang), requirements()
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, code)).upper()
    return (
        f'{DECLARATION}<we:webextension xmlns:we="{_EXTENSION}" id="{{{identity}}}">'
        f'<we:reference id="{ADD_IN}" version="1.0.0.0" store="en-US" storeType="OMEX"/>'
        f'<we:alternateReferences><we:reference id="{ADD_IN.upper()}" version="1.0.0.0"'
        f' store="{ADD_IN.upper()}" storeType="OMEX"/></we:alternateReferences>'
        f"<we:properties>{_property('main.py', code)}{_property('requirements.txt', packages)}"
        f'</we:properties><we:bindings/><we:snapshot xmlns:r="{_R}"/></we:webextension>'
    )


def _panes() -> str:
    return (
        f'{DECLARATION}<wetp:taskpanes xmlns:wetp="{_PANES}">'
        '<wetp:taskpane dockstate="right" visibility="1" width="450" row="1">'
        f'<wetp:webextensionref xmlns:r="{_R}" r:id="rId1"/></wetp:taskpane></wetp:taskpanes>'
    )


def _relation(identity: str, kind: str, target: str) -> bytes:
    return f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"/>'.encode()


def _before_end(content: bytes, end: bytes, added: bytes) -> bytes:
    """The part with something put before its last end tag."""
    head, tag, tail = content.rpartition(end)
    return head + added + tag + tail


def _with_types(content: bytes) -> bytes:
    kinds = ((EXTENSION_PART, "webextension"), (PANES_PART, "webextensiontaskpanes"))
    added = "".join(
        f'<Override PartName="/{part}" ContentType="application/vnd.ms-office.{kind}+xml"/>'
        for part, kind in kinds
    )
    return _before_end(content, b"</Types>", added.encode())


def _with_panes(content: bytes) -> bytes:
    kind = f"{_EXTENSION_RELATION}taskpanes"
    return _before_end(content, b"</Relationships>", _relation("rIdTaskpanes", kind, PANES_PART))


# -- the sheets --------------------------------------------------------------------------------------------


def _put(sheet: Any, row: int, texts: Sequence[str], title: int = 0) -> None:
    """A row of texts that wrap, high enough for all of them; ``title`` is the size of bold ones."""
    from openpyxl.styles import Alignment, Font

    high = 1
    for place, text in enumerate(texts, 1):
        cell = sheet.cell(row, place, text)
        if text.startswith("="):
            cell.data_type, cell.quotePrefix = "s", True  # it is shown, not computed
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if title:
            cell.font = Font(name="Calibri", bold=True, size=title)
        high = max(high, math.ceil(len(text) / (_WIDTHS[len(texts)] - 10)))
    sheet.row_dimensions[row].height = _LINE_HEIGHT * high + 4


def _sheets(lang: str) -> bytes:
    """A workbook that says what it is, in both languages, and lists the functions."""
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    sheet.title = message("web.lite.sheet", lang)
    listed: Any = book.create_sheet(message("web.lite.list", lang))
    for page, columns in ((sheet, "A"), (listed, "AB")):
        for column in columns:
            page.column_dimensions[column].width = _WIDTHS[len(columns)]
        page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
    row = 0
    for shown in sorted(LANGUAGES, key=lambda other: other != lang):
        row += 1
        _put(sheet, row, [message("web.lite.title", shown)], title=14)
        for name in _PARAGRAPHS:
            row += 1
            # The sheet's own name, whatever the language of the sentence.
            _put(sheet, row, [message(f"web.lite.text.{name}", shown, sheet=listed.title)])
        row += 1
    headers = [message(f"web.lite.header.{key}", lang) for key in ("function", "purpose")]
    _put(listed, 1, headers, title=11)
    for down, function in enumerate(functions().values(), 2):
        _put(listed, down, [signature(function, lang), function.title(lang)])
    listed.freeze_panes = "A2"
    stream, made = io.BytesIO(), io.BytesIO()
    book.save(stream)
    complete(rework(stream.getvalue(), company="", day=_NO_DAY), made)
    return made.getvalue()


def build_lite(target: Path, *, lang: str = HOUSE, overwrite: bool = False) -> Path:
    """Write a new workbook whose functions xlwings Lite runs; experimental.

    Arguments:
        target: path of the new .xlsx.
        lang: language of the sheets, of the descriptions and of the answers.
        overwrite: replace an existing file.

    Returns the path; the same program always writes the same bytes. Raises UsageError for a target that
    exists (unless ``overwrite``) or whose folder does not, WorkbookError when it cannot be written.
    """
    if lang not in LANGUAGES:
        raise UsageError("SX146", lang=lang, known=", ".join(LANGUAGES))
    check_target(target, overwrite=overwrite)
    added = {
        EXTENSION_PART: _extension(lang).encode(),
        PANES_PART: _panes().encode(),
        "xl/webextensions/_rels/taskpanes.xml.rels": (
            f'{DECLARATION}<Relationships xmlns="{RELATIONS}">'.encode()
            + _relation("rId1", _EXTENSION_RELATION, "webextension1.xml")
            + b"</Relationships>"
        ),
    }
    with tempfile.TemporaryFile() as made:
        made.write(_sheets(lang))
        made.flush()
        package = Package(target, made)
        replaced = {
            "[Content_Types].xml": _with_types(package.read("[Content_Types].xml")),
            "_rels/.rels": _with_panes(package.read("_rels/.rels")),
        }
        with atomic_replace(target) as stream:
            write_package(package, stream, replaced, added=added)
    return target
