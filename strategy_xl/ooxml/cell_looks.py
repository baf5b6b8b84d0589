"""How cells look, as two workbooks compare it: number format, ground, letters; whoever has saved them."""

from __future__ import annotations

import re
from enum import StrEnum

from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.xml_tree import Element

_CELL = re.compile(rb"<(?:[\w.-]+:)?c\s([^<>]*)>")
_REF = re.compile(rb'\br="([A-Z]+\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')


class Aspect(StrEnum):
    """A side of a cell's look; its attribute in a style."""

    FORMAT = "numFmtId"
    GROUND = "fillId"
    LETTERS = "fontId"


Look = dict[Aspect, str]


def styles_on(info: WorkbookInfo, sheet: SheetInfo) -> dict[tuple[int, int], int]:
    """The number of the style of each cell that a sheet says, whether or not something stands there."""
    found: dict[tuple[int, int], int] = {}
    for cell in _CELL.finditer(info.package.read(sheet.part)):
        ref, style = _REF.search(cell[1]), _STYLE.search(cell[1])
        place = parse_cell(ref[1].decode()) if ref is not None else None
        if place is not None:
            found[place] = int(style[1]) if style is not None else 0
    return found


def looks_of(info: WorkbookInfo) -> list[Look]:
    """The look of each cell style of a workbook, by its number."""
    if info.styles_part is None:
        return []
    root = info.tree(info.styles_part)
    formats = {item.get("numFmtId"): item.get("formatCode") for item in _items(root, "numFmts")}
    fills = [_ground(item) for item in _items(root, "fills")]
    fonts = [_letters(item) for item in _items(root, "fonts")]
    return [
        {
            Aspect.FORMAT: formats.get(item.get("numFmtId"), item.get("numFmtId")),
            Aspect.GROUND: _at(fills, item.get("fillId")),
            Aspect.LETTERS: _at(fonts, item.get("fontId")),
        }
        for item in _items(root, "cellXfs")
    ]


def _items(root: Element, name: str) -> list[Element]:
    found = root.find(name)
    return found.children if found is not None else []


def _at(looks: list[str], number: str) -> str:
    return looks[int(number)] if number.isdigit() and int(number) < len(looks) else ""


def _ground(fill: Element) -> str:
    """The pattern and the colour of a cell's ground; empty without one."""
    pattern = fill.find("patternFill")
    if pattern is None:
        return "gradient"
    kind = pattern.get("patternType", "none")
    return "" if kind in ("none", "gray125") else f"{kind} {_colour(pattern.find('fgColor'))}"


def _letters(font: Element) -> str:
    """How letters look: bold, italic, underlined, struck, and their colour."""
    told = [
        name
        for name in ("b", "i", "u", "strike")
        if (item := font.find(name)) is not None and item.get("val", "1") not in ("0", "false", "none")
    ]
    return " ".join([*told, _colour(font.find("color"))])


def _colour(element: Element | None) -> str:
    if element is None or element.get("auto"):
        return ""
    rgb = element.get("rgb").upper()[-6:]
    return rgb or f"{element.get('theme')}/{element.get('indexed')}/{element.get('tint')}"
