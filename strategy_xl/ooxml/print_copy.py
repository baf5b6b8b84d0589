"""A copy of a workbook for the printer: the same sheets, those that are not wanted hidden, on one paper.

The copy is read by LibreOffice alone and thrown away; it holds what the original holds but for what keeps a
sheet from being printed well.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import BinaryIO

from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import set_attribute, tags, top_children, unescape
from strategy_xl.ooxml.xml_insert import AFTER_CELLS, insert_child

_CELLS_END = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>|<(?:[\w.-]+:)?sheetData\s*/>")

_PRINT_AREA = b"_xlnm.Print_Area"


def printable_sheets(package: Package) -> list[SheetInfo]:
    """The sheets that can be seen, and so printed, in the order of their tabs."""
    kinds = {"worksheet", "chartsheet"}
    sheets = WorkbookInfo.of(package).sheets
    return [sheet for sheet in sheets if sheet.state == "visible" and sheet.kind in kinds]


def write_print_copy(package: Package, stream: BinaryIO, wanted: Collection[str], paper: int) -> None:
    """Write the copy.

    Arguments:
        package: the open workbook.
        stream: where to write, at position 0.
        wanted: titles of the sheets to print; the others are hidden.
        paper: number of the paper (ECMA-376 part 1, 18.3.1.63): 9 for A4, 1 for Letter.
    """
    info = WorkbookInfo.of(package)
    replaced = {info.part: _with_hidden(package.read(info.part), wanted)}
    for sheet in printable_sheets(package):
        if sheet.name in wanted and sheet.kind == "worksheet":
            replaced[sheet.part] = _on_paper(package.read(sheet.part), paper)
    write_package(package, stream, replaced)


def _with_hidden(data: bytes, wanted: Collection[str]) -> bytes:
    """The workbook part with all other sheets hidden and without print area, and none of them in front.

    LibreOffice prints a hidden sheet that has a print area.
    """
    pieces: list[bytes] = []
    at, place, front = 0, 0, -1
    unwanted: set[bytes] = set()
    for tag in tags(data):
        attributes = tag.attributes()
        if tag.local == b"sheet" and not tag.is_close:
            raw = tag.raw
            if unescape(attributes.get(b"name", b"")) in wanted:
                front = place if front < 0 else front
            else:
                unwanted.add(b"%d" % place)
                if attributes.get(b"state", b"visible") == b"visible":
                    raw = set_attribute(raw, b"state", b"hidden")
            place += 1
            pieces += [data[at : tag.start], raw]
            at = tag.end
        elif attributes.get(b"name") == _PRINT_AREA and attributes.get(b"localSheetId") in unwanted:
            pieces.append(data[at : tag.start])
            at = data.index(b">", data.index(b"</", tag.end)) + 1
    return _in_front(b"".join([*pieces, data[at:]]), max(front, 0))


def _in_front(data: bytes, place: int) -> bytes:
    """The workbook part with a sheet in front."""
    for tag in tags(data):
        if tag.local == b"workbookView" and not tag.is_close:
            raw = set_attribute(tag.raw, b"activeTab", b"%d" % place)
            raw = set_attribute(raw, b"firstSheet", None)
            return data[: tag.start] + raw + data[tag.end :]
    return data


def _on_paper(data: bytes, paper: int) -> bytes:
    """A sheet on a paper, and without protection, under which LibreOffice fits no heights of rows.

    Only what follows the cells is looked at: there may be very many of these.
    """
    ends = list(_CELLS_END.finditer(data))
    if not ends:
        return data
    cells = ends[-1].end()
    root = next(tags(data))
    opened = data[root.start : root.end]
    rest = opened + data[cells:]
    pieces, at, said = [], len(opened), False
    for tag, end in top_children(rest):
        if tag.local == b"sheetProtection":
            pieces.append(rest[at : tag.start])
            at = end
        elif tag.local == b"pageSetup":
            pieces += [rest[at : tag.start], set_attribute(tag.raw, b"paperSize", b"%d" % paper)]
            at, said = tag.end, True
    rest = opened + b"".join([*pieces, rest[at:]])
    if not said:
        rest = insert_child(rest, AFTER_CELLS, b'<pageSetup paperSize="%d"/>' % paper)
    return data[:cells] + rest[len(opened) :]
