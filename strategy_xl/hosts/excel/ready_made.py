"""Whether a finished add-in is this program's own, but for a signature and what Excel's saving adds.

Excel is told to load the file at every start, and the file loses the mark of a download: so nothing is taken
on trust, neither its name nor that it is signed. Its macros, its settings and its parts are compared with
those that this program would make; only the Python that it starts may be another.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

from lxml.etree import XMLSyntaxError

from strategy_xl import __version__
from strategy_xl.errors import Location, WorkbookError
from strategy_xl.hosts.excel.addin import own_sources
from strategy_xl.hosts.excel.made import Made, read_made
from strategy_xl.hosts.excel.vba.vba_project import PROJECT_PART, ProjectError
from strategy_xl.hosts.excel.vba.xlwings_module import settings
from strategy_xl.ooxml.package import Package

_PYTHON = "INTERPRETER_WIN"
_PARTS = re.compile(
    r"""\[Content_Types\]\.xml | (xl/)?_rels/[^/]*\.rels | docProps/[^/]+\.xml | docMetadata/[^/]+\.xml
    | customUI/[^/]+\.xml | xl/(workbook|styles|sharedStrings|calcChain)\.xml | xl/theme/[^/]+\.xml
    | xl/worksheets/(_rels/)?sheet1\.xml(\.rels)? | xl/printerSettings/[^/]+\.bin
    | xl/vbaProject(Signature(Agile|V3)?)?\.bin""",
    re.VERBOSE | re.IGNORECASE,
)
"""The parts of the add-in, those of a signature, and what Excel adds when it saves."""

_FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")


def checked(path: Path) -> Made:
    """What a finished add-in says of itself, when it is this program's own.

    Errors: WorkbookError SX671 for a file that is none of ours, with what differs, SX672 for one that another
    version of this program or of xlwings has made, and those of ``Package.open``.
    """
    where = Location(str(path))
    with Package.open(path):
        pass  # what is no package at all has its own refusal
    try:
        made = read_made(path)
    except WorkbookError as error:
        said = ", ".join(each for each in error.finding.args.values() if isinstance(each, str))
        raise WorkbookError("SX671", where, reason=said or error.finding.code) from error
    except (KeyError, ProjectError, XMLSyntaxError, IndexError, ValueError) as error:
        raise WorkbookError("SX671", where, reason=str(error).strip("'")) from error
    here = (__version__, version("xlwings"))
    if made.program is None or not made.xlwings:
        raise WorkbookError("SX671", where, reason=PROJECT_PART)
    if (made.program, made.xlwings) != here:
        raise WorkbookError(
            "SX672", where, program=made.program, xlwings=made.xlwings, here=here[0], here_xlwings=here[1]
        )
    for reason in (_other_part(path), _other_module(made), _other_setting(made)):
        if reason is not None:
            raise WorkbookError("SX671", where, reason=reason)
    return made


def _other_part(path: Path) -> str | None:
    """A part that the add-in does not have: another sheet, a control, a link, or a sheet with formulas."""
    with Package.open(path) as package:
        for name in package.members:
            if not _PARTS.fullmatch(name):
                return name
            if name.startswith("xl/worksheets/sheet") and _FORMULA.search(package.read(name)):
                return name
    return None


def _other_module(made: Made) -> str | None:
    """A module that is not as this program writes it."""
    own = own_sources()
    if strange := sorted(made.sources.keys() ^ own.keys()):
        return strange[0]
    return next((name for name, source in own.items() if _plain(made.sources[name]) != _plain(source)), None)


def _plain(source: str) -> list[str]:
    """The lines of a module as far as they mean something: VBA's editor sets spaces and capitals anew."""
    lines = ("".join(line.split()).casefold() for line in source.splitlines())
    return [line for line in lines if line and not line.startswith("attributevb_")]


def _other_setting(made: Made) -> str | None:
    """A setting that is not as this program writes it; the Python that is started may be any."""
    own = {key.upper(): value for key, value in settings("").items()}
    if strange := sorted(made.settings.keys() ^ own.keys()):
        return strange[0]
    return next(
        (key for key, value in own.items() if key != _PYTHON and not _is_same(value, made.settings[key])),
        None,
    )


def _is_same(value: str | bool, found: str) -> bool:
    """Whether a cell of the settings sheet says what was written: Excel makes truth values of their texts."""
    truth = {"true": "1", "false": "0"}
    wanted, held = (truth.get(text.lower(), text) for text in (str(value), found))
    return wanted == held
