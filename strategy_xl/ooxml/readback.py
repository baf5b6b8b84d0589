"""Read a written package back before it takes its place: is it what was meant, and nothing else?"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import compress
from operator import ne
from typing import BinaryIO

from strategy_xl.errors import WorkbookError
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.workbook_part import TableInfo, WorkbookInfo
from strategy_xl.ooxml.xml_tree import LARGE_XML, well_formed
from strategy_xl.progress import tell

_PIECE = 1 << 20
_TOGETHER = 1 << 16
_ROW_END = b"</row>"
_ROW_START = re.compile(rb'\s*<row [^<>]*?\br="(\d+)"')
_CELL_START = b'<c r="'
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
_SEAM = 12
_NINE = 9
_NONCHARACTERS = b"\xef\xbf"  # how those two begin that XML has not
_REFERENCE = re.compile(
    rb"&(?!#(?:[1-9]\d{2,3}|[4-9]\d|3[2-9]|[1-4]\d{4}|9|10|13);|(?:amp|lt|gt|quot|apos);|[#\w]{0,6}\Z)"
)
"""A reference that may be none: all but the five names and the usual characters, and what may go on."""
_CELL = re.compile(rb"<(?:\w+:)?c\b[^<>]*?(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)


def read_back(
    source: WorkbookInfo,
    stream: BinaryIO,
    changed: Collection[str],
    removed: Collection[str],
    added: Collection[str] = (),
) -> None:
    """Compare a written package with the one it was made from.

    Arguments:
        source: the workbook that was read.
        stream: the written package.
        changed: the members that are to differ.
        removed: those that are to be gone.
        added: those that are to be new, behind the others.

    Errors: WorkbookError SX174 when any other member differs in a byte, a changed part is no XML, or a table
    does not reach over its header and columns as before; SX914 when the source's part was no XML before.
    """
    before = source.package
    try:
        after = Package(before.path, stream)
        if list(after.members) != [*(name for name in before.members if name not in removed), *added]:
            raise _different(before, "[directory]", "names")
        for name, member in after.members.items():
            if name in added:
                fault = _fault(after.chunks(name), after, name)
                if fault is not None and name.endswith((".xml", ".rels", ".vml")):
                    raise _different(before, name, fault)
            elif name in changed:
                _check_xml(before, after, name)
            elif _facts(before, name) != _facts(after, name) or any(
                one != other for one, other in zip(_raw(before, name), _raw(after, name), strict=True)
            ):
                raise _different(before, name, f"{member.compressed_size} bytes")
        _check_tables(source, WorkbookInfo(after), changed)
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


def _check_xml(before: Package, after: Package, name: str) -> None:
    """A changed part is well-formed; its size and checksum are looked at on the way.

    Of a large sheet only the rows that are not in the source are parsed, then all if they seem broken or
    what need not be XML stands anywhere.
    """
    try:
        if after.member(name).size > LARGE_XML:
            watch = _Watch()
            rows = _new_rows(before.chunks(name), after.chunks(name), watch)
            if _fault(rows, after, name) is None and not watch.is_odd:
                return
        fault = _fault(after.chunks(name), after, name)
    except UnicodeError as wrong:
        raise _different(before, name, str(wrong)) from wrong
    if fault is not None:
        if was_so := _fault(before.chunks(name), before, name):
            raise WorkbookError("SX914", before.where, part=name, reason=was_so)
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


class _Watch:
    """Looks through the bytes of a part for what may make it no XML although its tags are right.

    Characters that XML has not, other encodings than UTF-8, references beyond the usual ones.
    """

    def __init__(self) -> None:
        self.is_odd = False
        """Whether there may be such a thing."""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._last = b""

    def __call__(self, piece: bytes) -> bytes:
        """Look at the next piece; what was left out before it ended with a row. Result: the piece."""
        import numpy as np  # loaded already in a night, and few others write large sheets

        try:
            is_ascii = piece.isascii() and not self._decoder.getstate()[0]
            text = "" if is_ascii else self._decoder.decode(piece)
        except UnicodeDecodeError:
            self.is_odd = True
            self._decoder.reset()
            return piece
        has_low = np.frombuffer(piece, np.uint8).min(initial=32) < 32
        self.is_odd |= (
            (has_low and len(piece.translate(None, _CONTROLS)) < len(piece))
            or (_NONCHARACTERS in piece and ("\ufffe" in text or "\uffff" in text))
            or _has_odd_reference(piece)
            or _REFERENCE.search(self._last + piece[:_SEAM]) is not None
        )
        self._last = piece[-_SEAM:]
        return piece


def _has_odd_reference(piece: bytes) -> bool:
    """Whether a reference may be none; the common forms are told by their characters, all at once."""
    import numpy as np

    data = np.frombuffer(piece, np.uint8)
    at = np.flatnonzero(data == ord("&"))
    inside = at[at < len(data) - _SEAM]
    first, second, third = (data[inside + offset] for offset in (1, 2, 3))
    is_short = (second == ord("t")) & (third == ord(";")) & ((first == ord("l")) | (first == ord("g")))
    # &#100; to &#999;: every one of them is a character.
    is_number = (first == ord("#")) & (second - ord("1") < _NINE) & (third - ord("0") <= _NINE)
    is_number &= (data[inside + 4] - ord("0") <= _NINE) & (data[inside + 5] == ord(";"))
    rest = [*inside[~(is_short | is_number)].tolist(), *at[len(inside) :].tolist()]
    return any(_REFERENCE.match(piece, start) for start in rest)


class _Rows:
    """A sheet's bytes, taken in pieces that end with a row."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ended = False
        self.data = b""
        self.at = 0

    def fill(self, wanted: int = _PIECE) -> bytes:
        """What is left, at least so many bytes while there are any."""
        if len(self.data) - self.at < wanted and not self._ended:
            found = [self.data[self.at :]]
            size = len(found[0])
            while size < wanted and not self._ended:
                piece = next(self._pieces, b"")
                self._ended = not piece
                found.append(piece)
                size += len(piece)
            self.data, self.at = b"".join(found), 0
        return self.data

    def row(self) -> int:
        """Where the next row ends; the end of all when there is none any more."""
        while (end := self.data.find(_ROW_END, self.at)) < 0:
            wanted = 2 * (len(self.data) - self.at) + 1
            if len(self.fill(wanted)) - self.at < wanted:
                found = self.data.find(_ROW_END, self.at)
                return len(self.data) if found < 0 else found + len(_ROW_END)
        return end + len(_ROW_END)

    def rest(self) -> Iterator[bytes]:
        """All that is left."""
        yield self.data[self.at :]
        yield from self._pieces


class _Once:
    """Leaves out cells that are like those of the row before: in a table most of them are."""

    def __init__(self) -> None:
        self._known: list[bytes] = []

    def __call__(self, row: bytes) -> bytes:
        """The row, which is well-formed without them when it is with them."""
        start = _ROW_START.match(row)
        if start is None:
            return row
        number = start[1] + b'"'
        # Each from behind the place of a cell to the place of the next one.
        opened, *cells = row.split(number)
        known = self._known
        if len(cells) != len(known):
            known = self._known = [b""] * len(cells)
        kept = [opened]
        for at in compress(range(len(cells)), map(ne, cells, known)):
            cell = cells[at]
            kept.append(cell)
            rest, opens, letters = cell.rpartition(_CELL_START)
            begins = bool(opens) and letters.isalpha()
            known[at] = cell if begins and _is_whole(rest) else b""
            if not begins and at + 1 < len(cells):
                known[at + 1] = b""  # what follows is no cell, whatever it looks like
        return number.join(kept)


def _is_whole(rest: bytes) -> bool:
    """Whether what follows the place of a cell ends with the cell, by the number of its tags."""
    if rest.endswith(b"/>"):
        return b"<" not in rest
    return rest.endswith(b"</c>") and rest.count(b"<") + 1 == 2 * rest.count(b"</")


def _new_rows(old: Iterator[bytes], new: Iterator[bytes], watch: _Watch) -> Iterator[bytes]:
    """A sheet without the rows that its source has too: what is left is well-formed when the whole is.

    All of its bytes are watched, but for those of cells that have been.
    """
    one, other, once = _Rows(old), _Rows(new), _Once()
    end, one.at = other.row(), one.row()
    yield watch(other.data[:end])  # with all that precedes the rows
    other.at = end
    fresh: list[bytes] = []
    size = stride = 0
    while True:
        # As much at once as has been the same before, then row by row.
        if stride:
            left, right = one.fill(stride), other.fill(stride)
            stop = other.at + min(stride, len(left) - one.at, len(right) - other.at)
            stride = 0
            if left.startswith(right[other.at : stop], one.at):
                end = right.rfind(_ROW_END, other.at, stop)
                if end >= 0:
                    step = end + len(_ROW_END) - other.at
                    watch(right[other.at : other.at + step])
                    one.at, other.at = one.at + step, other.at + step
                    stride = min(2 * step, _PIECE)
                    continue
        end, before = other.row(), one.row()
        row, was = other.data[other.at : end], one.data[one.at : before]
        if not row.endswith(_ROW_END):
            break
        other.at = end
        start, started = _ROW_START.match(row), _ROW_START.match(was)
        if row == was:
            watch(row)
            stride = 4 * len(row)
        else:
            fresh.append(once(row))
            size += len(fresh[-1])
        if row == was or start is None or started is None or start[0] == started[0]:
            one.at = before
        if size > _TOGETHER:
            tell("check")
            yield watch(b"".join(fresh))
            fresh.clear()
            size = 0
    yield watch(b"".join(fresh))
    yield from map(watch, other.rest())
    for _ in one.rest():
        pass


# -- tables ------------------------------------------------------------------------------------------------


def _check_tables(source: WorkbookInfo, written: WorkbookInfo, changed: Collection[str]) -> None:
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
