"""Read a written package back before it takes its place: is it what was meant, and nothing else?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import BinaryIO

from strategy_xl.errors import WorkbookError
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.workbook_part import TableInfo, WorkbookInfo
from strategy_xl.ooxml.xml_tree import well_formed
from strategy_xl.progress import tell

_CELL = re.compile(rb"<(?:\w+:)?c\b[^<>]*?(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)


def read_back(  # noqa: PLR0913 - what may differ, kind by kind
    source: WorkbookInfo,
    stream: BinaryIO,
    changed: Collection[str],
    removed: Collection[str],
    added: Collection[str] = (),
    *,
    sound: Collection[str] = (),
    headed: Collection[str] = (),
) -> None:
    """Compare a written package with the one it was made from.

    Arguments:
        source: the workbook that was read.
        stream: the written package.
        changed: the members that are to differ.
        removed: those that are to be gone.
        added: those that are to be new, behind the others.
        sound: the changed ones that were found to be XML while they were made; only their size and checksum
            are looked at, which say that they are what was made.
        headed: names of the tables whose header cells are written too.

    Errors: WorkbookError SX174 when any other member differs in a byte, a changed part is no XML, or a table
    does not reach over its header and columns as before; SX914 when the source's part was no XML before.
    """
    before = source.package
    try:
        after = Package(before.path, stream)
        if list(after.members) != [*(name for name in before.members if name not in removed), *added]:
            raise _different(before, "[directory]", "names")
        for name, member in after.members.items():
            if name in added or name in changed:
                _check_content(before, after, name, is_sound=name in sound)
            elif _facts(before, name) != _facts(after, name) or any(
                one != other for one, other in zip(_raw(before, name), _raw(after, name), strict=True)
            ):
                raise _different(before, name, f"{member.compressed_size} bytes")
        _check_tables(source, WorkbookInfo(after), changed, headed)
    except WorkbookError as error:
        if error.finding.code in ("SX174", "SX914"):
            raise
        reason = error.finding.args.get("reason", error.finding.code)
        raise _different(before, str(error.finding.args.get("part", "")), str(reason)) from error


def _different(package: Package, part: str, reason: str) -> WorkbookError:
    return WorkbookError("SX174", package.where, part=part, reason=reason)


# -- members that stay -------------------------------------------------------------------------------------


def _facts(package: Package, name: str) -> tuple[int, ...]:
    member = package.member(name)
    return member.flags, member.method, member.crc, member.compressed_size, member.size


def _raw(package: Package, name: str) -> Iterator[bytes]:
    """The compressed bytes as they stand in the file."""
    member = package.member(name)
    start = package.data_offset(member)
    return package.copy_bytes(start, start + member.compressed_size)


# -- members that change -----------------------------------------------------------------------------------


def _check_content(before: Package, after: Package, name: str, *, is_sound: bool) -> None:
    """A changed or new part is well-formed; its size and checksum are looked at on the way."""
    if is_sound:
        for _ in after.chunks(name):
            tell("check")
        return
    fault = _fault(after.chunks(name), after, name)
    if fault is None:
        return
    if name not in before.members:
        if name.endswith((".xml", ".rels", ".vml")):
            raise _different(before, name, fault)
    elif was_so := _fault(before.chunks(name), before, name):
        raise WorkbookError("SX914", before.where, part=name, reason=was_so)
    else:
        raise _different(before, name, fault)


def _fault(pieces: Iterable[bytes], package: Package, name: str) -> str | None:
    """What is wrong with XML given in pieces; all of them are taken, so that their checksum is checked."""
    try:
        for _ in well_formed(pieces, package.where, name):
            pass
    except WorkbookError as error:
        if error.finding.code != "SX914":
            raise
        return str(error.finding.args["reason"])
    return None


# -- tables ------------------------------------------------------------------------------------------------


def _check_tables(
    source: WorkbookInfo, written: WorkbookInfo, changed: Collection[str], headed: Collection[str]
) -> None:
    """The tables of changed sheets have their name, columns, corner and header cells, and no row less."""
    for sheet in source.sheets:
        parts = {sheet.part, *source.related(sheet.part, "table")}
        for was in source.tables_of(sheet) if not parts.isdisjoint(changed) else ():
            if sheet.part not in changed and was.part not in changed:
                continue
            now = written.table_in(was.part, sheet.name) if was.part in changed else was
            area = was.area._replace(bottom=max(was.area.bottom, now.area.bottom))
            has_insert_row = was.has_insert_row and now.has_insert_row  # its first data may come, and stay
            has_look = was.has_look or now.has_look  # it may be put back
            kept = was._replace(area=area, has_insert_row=has_insert_row, has_look=has_look)
            if now._replace(columns=()) != kept._replace(columns=()) or _titles(now) != _titles(was):
                raise _different(source.package, now.part, str(now.area))
            if now.name in headed:
                continue
            if _header(source.package, sheet.part, was) != _header(written.package, sheet.part, now):
                raise _different(source.package, sheet.part, f"{now.display_name} {now.area}")


def _titles(table: TableInfo) -> list[tuple[int, str]]:
    """The columns as their header names them; what they calculate may be put back."""
    return [(column.id, column.name) for column in table.columns]


def _header(package: Package, part: str, table: TableInfo) -> list[bytes]:
    """The cells of a table's header as they stand; empty where a sheet does not say where its cells are."""
    if not table.header_rows:
        return []
    area = table.area
    last = b' r="%b"' % cell_name(area.top, area.right).encode()
    beyond = b'row r="%d"' % (area.top + 1)
    data = b""
    for piece in package.chunks(part):
        data += piece
        if last in data[: data.rfind(b"</")] or beyond in data:
            break
    found = []
    for column in range(area.left, area.right + 1):
        at = data.find(b' r="%b"' % cell_name(area.top, column).encode())
        cell = _CELL.match(data, data.rfind(b"<", 0, at)) if at >= 0 else None
        found.append(cell[0] if cell is not None else b"")
    return found
