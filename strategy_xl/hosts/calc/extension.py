"""The LibreOffice extension, made from the registry on any system: no LibreOffice, no SDK needed.

An .oxt is a zip. LibreOffice reads UNO types from a plain ``.idl`` file as well as from a binary type library
(``unoidl::Manager::loadProvider`` looks at the ending), which is why none has to be compiled.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from strategy_xl.functions.registry import PREFIX, CellFunction, functions
from strategy_xl.hosts.calc.interface import SERVICE, argument_name, idl, method_name, methods
from strategy_xl.languages import LANGUAGES
from strategy_xl.ooxml.finish import ZIP_TIME
from strategy_xl.ooxml.replace import atomic_replace
from strategy_xl.text.catalog import message

IDENTIFIER = "org.strategyxl.calc"
MINIMAL_LIBREOFFICE = "7.0"
JOB = "org.strategyxl.Formulas"
EVENTS = ("OnNew", "OnLoadFinished", "OnSave", "OnSaveAs", "OnCopyTo")
"""A workbook is new or has been read: the worker is started. It has been read, or is about to be written
(saved, exported): its formulas are looked at."""

_FORMULAS = "strategy_xl.formulas"
_INSIDE = "pythonpath/strategy_xl_office"
_MODULES = ("__init__", "calls", "client", "columns", "document", "table_columns", "uno_cells", "uno_tokens")
_SHARED = ("cell_refs", "tokens")
"""Modules of the language of formulas that LibreOffice's own Python runs too."""

_FAILURES = ("NO_PYTHON", "NO_PACKAGE", "NO_ANSWER", "DIED")
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_REGISTRY = (
    '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ' oor:package="org.openoffice.Office" oor:name="{name}">\n{body}</oor:component-data>\n'
)


def build_oxt(target: Path, *, python: str | None = None) -> Path:
    """Write the extension.

    Arguments:
        target: the file to write, ``strategy_xl.oxt`` when it is a folder.
        python: the Python that answers, in which the program is installed; this one when None. The
            environment variable STRATEGY_XL_PYTHON outranks it when LibreOffice runs.

    Returns the file written, replaced at once when there was one. The bytes depend on the program and on
    ``python`` only.
    """
    if target.is_dir():
        target /= "strategy_xl.oxt"
    with atomic_replace(target) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts(python or sys.executable).items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)  # the same bytes whenever it is made
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content)
    return target


def parts(python: str) -> dict[str, str]:
    """The files of the extension by name; ``python`` as for ``build_oxt``."""
    office = files("strategy_xl.hosts.calc") / "office"
    found = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        "types.idl": idl(),
        "CalcAddIns.xcu": add_ins(),
        "Jobs.xcu": _jobs(),
        "component.py": (office / "component.py").read_text(encoding="utf-8"),
        f"{_INSIDE}/config.json": _config(python),
    }
    for folder, names in ((office, _MODULES), (files(_FORMULAS), _SHARED)):
        for name in names:
            text = (folder / f"{name}.py").read_text(encoding="utf-8")
            found[f"{_INSIDE}/{name}.py"] = text.replace(f"from {_FORMULAS}.", "from .")
    for lang in LANGUAGES:
        found[f"description/{lang}.txt"] = message("calc.description", lang) + "\n"
    return found


def _config(python: str) -> str:
    failures = {lang: {key: message(f"calc.{key}", lang) for key in _FAILURES} for lang in LANGUAGES}
    config = {"python": python, "prefix": PREFIX, "functions": methods(), "messages": failures}
    return json.dumps(config, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _manifest() -> str:
    types = {
        "types.idl": "uno-typelibrary;type=RDB",
        "component.py": "uno-component;type=Python",
        "CalcAddIns.xcu": "configuration-data",
        "Jobs.xcu": "configuration-data",
    }
    entries = "".join(
        f' <manifest:file-entry manifest:full-path="{name}"'
        f' manifest:media-type="application/vnd.sun.star.{kind}"/>\n'
        for name, kind in types.items()
    )
    return (
        f'{_XML}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n'
        f"{entries}</manifest:manifest>\n"
    )


def _description() -> str:
    try:
        release = version("strategy-xl")
    except PackageNotFoundError:  # a checkout that is not installed
        release = "0"
    names = "".join(
        f"  <name lang={quoteattr(lang)}>{escape(message('calc.name', lang))}</name>\n" for lang in LANGUAGES
    )
    texts = "".join(
        f'  <src lang={quoteattr(lang)} xlink:href="description/{lang}.txt"/>\n' for lang in LANGUAGES
    )
    return (
        f'{_XML}<description xmlns="http://openoffice.org/extensions/description/2006"'
        ' xmlns:l="http://libreoffice.org/extensions/description/2011"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        f' <identifier value="{IDENTIFIER}"/>\n'
        f" <version value={quoteattr(release)}/>\n"
        f' <dependencies><l:LibreOffice-minimal-version value="{MINIMAL_LIBREOFFICE}"'
        f' l:name="LibreOffice {MINIMAL_LIBREOFFICE}"/></dependencies>\n'
        f" <display-name>\n{names} </display-name>\n"
        f" <extension-description>\n{texts} </extension-description>\n"
        "</description>\n"
    )


def _jobs() -> str:
    events = "".join(
        f'  <node oor:name="{event}" oor:op="fuse"><node oor:name="JobList">'
        f'<node oor:name="{JOB}" oor:op="replace"/></node></node>\n'
        for event in EVENTS
    )
    return _XML + _REGISTRY.format(
        name="Jobs",
        body=(
            f' <node oor:name="Jobs"><node oor:name="{JOB}" oor:op="replace">'
            f'<prop oor:name="Service"><value>{JOB}</value></prop></node></node>\n'
            f' <node oor:name="Events">\n{events} </node>\n'
        ),
    )


# -- the function wizard -----------------------------------------------------------------------------------


def _texts(name: str, text: Callable[[str], str]) -> str:
    values = "".join(f'<value xml:lang="{lang}">{escape(text(lang))}</value>' for lang in sorted(LANGUAGES))
    return f'<prop oor:name="{name}">{values}</prop>'


def add_ins() -> str:
    """What the function wizard shows, in both languages.

    ``CompatibilityName`` is the name in Excel: from LibreOffice 24 on it is understood when a file is read.
    """
    nodes = "".join(map(_function, functions().values()))
    return _XML + _REGISTRY.format(
        name="CalcAddIns",
        body=(
            f' <node oor:name="AddInInfo"><node oor:name="{SERVICE}" oor:op="replace">'
            f'<node oor:name="AddInFunctions">\n{nodes} </node></node></node>\n'
        ),
    )


def _function(function: CellFunction) -> str:
    arguments = "".join(
        f'   <node oor:name="{argument_name(argument)}" oor:op="replace">'
        + _texts("DisplayName", lambda _lang, argument=argument: argument.name)  # type: ignore[misc]
        + _texts("Description", lambda lang, argument=argument: function.describe(argument, lang))  # type: ignore[misc]
        + "</node>\n"
        for argument in function.arguments
    )
    return (
        f'  <node oor:name="{method_name(function)}" oor:op="replace">\n   '
        + _texts("DisplayName", lambda _lang: function.name)
        + _texts("Description", lambda lang: described(function, lang))
        # Calc has a fixed list of categories; any other name is shown among the add-ins.
        + '<prop oor:name="Category"><value>Add-In</value></prop>'
        + _texts("CompatibilityName", lambda _lang: function.name)
        + f'\n   <node oor:name="Parameters">\n{arguments}   </node>\n  </node>\n'
    )


def described(function: CellFunction, lang: str) -> str:
    """A function's description: its category (Calc shows none of ours), what it is for, what else to know."""
    said = (f"{function.category_title(lang)}. {function.title(lang)}", function.remark(lang))
    return " ".join(text for text in said if text)
