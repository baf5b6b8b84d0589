"""Look for what makes Excel offer a repair and other validators miss.

Own checks beside ``openxml-audit``: names, ranges, orders, indices and references between parts. Each is
proved by a deliberately broken file in the tests. The findings have codes (SX960–SX976) but no messages: only
tests read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sheet_audit import SheetAudit

from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import MAX_COLUMN, MAX_ROW, column_number
from strategy_xl.ooxml.calc_chain import chain_part
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.workbook_part import SharedStrings, SheetInfo, TableInfo, WorkbookInfo, resolve

_SHEET_FORBIDDEN = re.compile(r"[\\/?*\[\]:\x00-\x1f]")
_NAME = re.compile(r"[^\W\d][\w.?\\]*|\\[\w.?\\]*|_xlnm\.\w+", re.UNICODE)
_CELL_LIKE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_R1C1_LIKE = re.compile(r"[Rr][0-9]*([Cc][0-9]*)?|[Cc][0-9]*")
MAX_SHEET_NAME = 31
MAX_NAME = 255


def audit(path: Path | str) -> list[Finding]:
    """What is wrong with a workbook package; empty when nothing is.

    Arguments:
        path: the workbook.

    Result: findings SX960–SX976, located by sheet and cell where there is one.
    Errors: WorkbookError when the package cannot be read at all.
    """
    with Package.open(path) as package:
        info = WorkbookInfo(package)
        return [
            *_content_types(info),
            *_relationships(info),
            *_sheet_names(info),
            *_defined_names(info),
            *_tables(info),
            *_sheets(info),
        ]


def _error(
    code: str, info: WorkbookInfo, sheet: str | None = None, cell: str | None = None, /, **args: object
) -> Finding:
    return Finding(code, Location(info.package.path, sheet, cell), args, Severity.ERROR)


def _content_types(info: WorkbookInfo) -> Iterator[Finding]:
    name = info.package.find("[Content_Types].xml")
    if name is None:
        yield _error("SX970", info, part="[Content_Types].xml")
        return
    root = info.tree(name)
    endings = {element.get("Extension").lower() for element in root.all("Default")}
    listed = {element.get("PartName").lstrip("/").lower() for element in root.all("Override")}
    for part in info.package.members:
        key = part.lower()
        if key.startswith("[") or key.endswith("/"):  # [trash] too is no part
            continue
        if key not in listed and key.rpartition("/")[2].rpartition(".")[2] not in endings:
            yield _error("SX970", info, part=part)
    for key in sorted(listed):
        if info.package.find(key) is None:
            where = Location(info.package.path)
            yield Finding("SX967", where, {"part": "[Content_Types].xml", "target": key}, Severity.WARNING)


def _relationships(info: WorkbookInfo) -> Iterator[Finding]:
    for member in info.package.members:
        folder, _, file = member.rpartition("/")
        if not file.lower().endswith(".rels") or folder.rpartition("/")[2] != "_rels":
            continue
        base = folder.rpartition("/")[0]
        part = f"{base}/{file[:-5]}" if base else file[:-5]
        for element in info.tree(member).all("Relationship"):
            target = element.get("Target")
            # Excel itself writes NULL for a picture it could not find.
            if element.get("TargetMode") == "External" or target.startswith("#") or target == "NULL":
                continue
            if info.package.find(resolve(base, target.partition("#")[0])) is None:
                yield _error("SX967", info, part=part or "/", target=target)


def _sheet_names(info: WorkbookInfo) -> Iterator[Finding]:
    seen: set[str] = set()
    for sheet in info.sheets:
        name = sheet.name
        is_bad = (
            not name
            or len(name) > MAX_SHEET_NAME
            or _SHEET_FORBIDDEN.search(name)
            or name.startswith("'")
            or name.endswith("'")
            or name.casefold() == "history"
            or name.casefold() in seen
        )
        if is_bad:
            yield _error("SX966", info, name, name=name)
        seen.add(name.casefold())


def is_valid_name(name: str) -> bool:
    """Whether Excel accepts a defined name or table name (built-in ``_xlnm.`` names included)."""
    if not 0 < len(name) <= MAX_NAME or not _NAME.fullmatch(name) or _R1C1_LIKE.fullmatch(name):
        return False
    cell = _CELL_LIKE.fullmatch(name)
    return not (cell and column_number(cell[1].upper()) <= MAX_COLUMN and 1 <= int(cell[2]) <= MAX_ROW)


def _defined_names(info: WorkbookInfo) -> Iterator[Finding]:
    seen: set[tuple[str, str | None]] = set()
    for name in info.defined_names:
        key = (name.name.casefold(), name.scope)
        if not is_valid_name(name.name) or key in seen:
            yield _error("SX965", info, name.scope, name=name.name)
        seen.add(key)


def _tables(info: WorkbookInfo) -> Iterator[Finding]:
    names: set[str] = set()
    ids: set[int] = set()
    defined = {name.name.casefold() for name in info.defined_names if name.scope is None}
    for table in info.tables:
        where, first = table.sheet, str(table.area).partition(":")[0]
        key = table.display_name.casefold()
        if key in names or key in defined:
            yield _error("SX960", info, where, first, name=table.display_name)
        if table.id in ids:
            yield _error("SX961", info, where, first, id=table.id, name=table.display_name)
        if not is_valid_name(table.display_name):
            yield _error("SX965", info, where, first, name=table.display_name)
        names.add(key)
        ids.add(table.id)
        width = table.area.right - table.area.left + 1
        if width != len(table.columns):
            yield _error(
                "SX971", info, where, first, name=table.display_name, width=width, count=len(table.columns)
            )
        columns: set[str] = set()
        for column in table.columns:
            if column.name.casefold() in columns:
                yield _error("SX975", info, where, first, name=table.display_name, column=column.name)
            columns.add(column.name.casefold())


def _sheets(info: WorkbookInfo) -> Iterator[Finding]:
    formulas: dict[int, SheetAudit] = {}
    styles = None
    if info.styles_part is not None:
        listed = info.tree(info.styles_part).find("cellXfs")
        styles = len(listed.all("xf")) if listed else 0
    part = info.shared_strings_part
    shared = cache(SharedStrings(lambda: info.package.read(part) if part else b""))
    for sheet in info.sheets:
        if sheet.kind not in ("worksheet", "macrosheet") or info.package.find(sheet.part) is None:
            continue
        tables = info.tables_of(sheet)
        checked = SheetAudit(info, sheet, styles, tables, shared)
        yield from checked.run()
        formulas[sheet.sheet_id] = checked
        yield from _overlaps(info, sheet, tables, checked)
    yield from _chain(info, formulas)


def _overlaps(
    info: WorkbookInfo, sheet: SheetInfo, tables: tuple[TableInfo, ...], checked: SheetAudit
) -> Iterator[Finding]:
    for index, table in enumerate(tables):
        for other in tables[index + 1 :]:
            if table.area.overlaps(other.area):
                yield _error("SX972", info, sheet.name, name=table.display_name, other=other.display_name)
        for merged in checked.merged:
            if table.area.overlaps(merged):
                yield _error("SX972", info, sheet.name, name=table.display_name, other=str(merged))
    ordered = sorted(checked.merged)
    for index, merged in enumerate(ordered):
        for below in ordered[index + 1 :]:
            if below.top > merged.bottom:
                break
            if merged.overlaps(below):
                yield _error("SX973", info, sheet.name, area=str(merged), other=str(below))


def _chain(info: WorkbookInfo, sheets: dict[int, SheetAudit]) -> Iterator[Finding]:
    part = chain_part(info)
    if part is None:
        return
    names = {sheet.sheet_id: sheet.name for sheet in info.sheets}
    current = 0
    for element in info.tree(part).all("c"):
        current = int(element.get("i", str(current)))
        cell = element.get("r")
        if current in sheets and not sheets[current].has_formula(cell):
            yield _error("SX974", info, names[current], cell, cell=cell)
