"""A copy of a workbook for the printer: the same sheets, those that are not wanted hidden, on one paper.

The copy is read by LibreOffice alone and thrown away; it holds what the original holds but for what keeps a
sheet from being printed well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.print_pages import SheetPages, with_drawn, with_pages
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import set_attribute, tags, unescape

_PRINT_AREA, _PRINT_TITLES = b"_xlnm.Print_Area", b"_xlnm.Print_Titles"
_DEFINED_NAMES = re.compile(rb"</((?:[\w.-]+:)?)definedNames\s*>")


def printable_sheets(package: Package) -> list[SheetInfo]:
    """The sheets that can be seen, and so printed, in the order of their tabs."""
    kinds = {"worksheet", "chartsheet"}
    sheets = WorkbookInfo.of(package).sheets
    return [sheet for sheet in sheets if sheet.state == "visible" and sheet.kind in kinds]


def write_print_copy(
    package: Package,
    stream: BinaryIO,
    wanted: Collection[str],
    paper: int,
    pages: Mapping[str, SheetPages] = MappingProxyType({}),
) -> None:
    """Write the copy.

    Arguments:
        package: the open workbook.
        stream: where to write, at position 0.
        wanted: titles of the sheets to print; the others are hidden.
        paper: number of the paper (ECMA-376 part 1, 18.3.1.63): 9 for A4, 1 for Letter.
        pages: title → pages of sheets that are laid out anew; the others keep their own setup.
    """
    info = WorkbookInfo.of(package)
    replaced = {info.part: _with_hidden(package.read(info.part), wanted, pages)}
    for sheet in printable_sheets(package):
        if sheet.name in wanted and sheet.kind == "worksheet":
            own = pages.get(sheet.name, SheetPages())
            replaced[sheet.part] = with_pages(package.read(sheet.part), paper, own)
            for part in info.related(sheet.part, "drawing") if own.shares else ():
                replaced[part] = with_drawn(package.read(part), own)
    write_package(package, stream, replaced)


def _with_hidden(data: bytes, wanted: Collection[str], pages: Mapping[str, SheetPages]) -> bytes:
    """The workbook part with all other sheets hidden and without print area, and none of them in front.

    LibreOffice prints a hidden sheet that has a print area. What is printed of sheets that are laid out
    anew, and repeated on each page, is told in the place of what was told before.
    """
    pieces: list[bytes] = []
    at, place, front = 0, 0, -1
    unwanted: set[tuple[bytes, bytes]] = set()
    told: list[tuple[bytes, bytes, bytes]] = []
    for tag in tags(data):
        attributes = tag.attributes()
        if tag.local == b"sheet" and not tag.is_close:
            raw = tag.raw
            title, number = unescape(attributes.get(b"name", b"")), b"%d" % place
            if title in wanted:
                front = place if front < 0 else front
                if title in pages and pages[title].areas:
                    unwanted |= {(_PRINT_AREA, number), (_PRINT_TITLES, number)}
                    told += [(number, *named) for named in pages[title].names(title)]
            else:
                unwanted.add((_PRINT_AREA, number))
                if attributes.get(b"state", b"visible") == b"visible":
                    raw = set_attribute(raw, b"state", b"hidden")
            place += 1
            pieces += [data[at : tag.start], raw]
            at = tag.end
        elif (attributes.get(b"name"), attributes.get(b"localSheetId")) in unwanted:
            pieces.append(data[at : tag.start])
            at = data.index(b">", data.index(b"</", tag.end)) + 1
    return _in_front(_with_names(b"".join([*pieces, data[at:]]), told), max(front, 0))


def _with_names(data: bytes, told: Iterable[tuple[bytes, bytes, bytes]]) -> bytes:
    """The workbook part with more defined names of sheets: number of the sheet, name, text."""
    raw = b'<%%bdefinedName name="%b" localSheetId="%b">%b</%%bdefinedName>'
    names = [raw % (name, sheet, text.replace(b"%", b"%%")) for sheet, name, text in told]
    return _DEFINED_NAMES.sub(
        lambda found: b"".join(name % (found[1], found[1]) for name in names) + found[0], data, count=1
    )


def _in_front(data: bytes, place: int) -> bytes:
    """The workbook part with a sheet in front."""
    for tag in tags(data):
        if tag.local == b"workbookView" and not tag.is_close:
            raw = set_attribute(tag.raw, b"activeTab", b"%d" % place)
            raw = set_attribute(raw, b"firstSheet", None)
            return data[: tag.start] + raw + data[tag.end :]
    return data
