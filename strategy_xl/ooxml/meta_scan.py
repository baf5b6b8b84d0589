"""What the value reader does not tell of a sheet: extent, formulas, missing results, error cells.

The sheet's bytes are looked at in buffers of whole rows: positions of tags as arrays, no tree and no step
per cell. A sheet written in a way the quick look does not expect (prefixes, comments, cells without
reference) is read again by a parser.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from strategy_xl.errors import Location
from strategy_xl.formulas.cell_refs import MAX_ROW, column_number, parse_cell
from strategy_xl.ooxml.cell_scan import NotPlainError, is_text
from strategy_xl.ooxml.limits import MAX_ID, whole
from strategy_xl.ooxml.sheet_meta import FARTHEST, ErrorCells, SheetMeta, areas_of, merge, merged_areas

_BUFFER = 4 << 20
_PAD = b"\0" * 24
_LONGEST_PLAIN_HEADER = len('<c r="XFD1048576" s="99999">')
_ROW_END = b"</row>"
_STATED = re.compile(r"([A-Za-z]{1,9})[A-Za-z]*([0-9]{1,10})[0-9]*")
_KNOWN = np.zeros(256, bool)
_KNOWN[np.frombuffer(b"rcfvit/s", np.uint8)] = True  # row, c, f, v, is, t, ends, sheetData

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def scan(chunks: Callable[[], Iterable[bytes]], where: Location | None = None, part: str = "") -> SheetMeta:
    """Look at a sheet.

    Arguments:
        chunks: gives the sheet part's content in pieces; called a second time when a parser must read it.
        where, part: what it is, for messages.

    Errors: what ``chunks`` raises; ValueError when the part is not well-formed; WorkbookError SX977 for a row
    that no sheet has.
    """
    tail: list[bytes] = []
    try:
        found = merge(_analysed(_buffers(chunks(), tail)))
    except NotPlainError:
        return _parse(chunks(), where, part)
    return replace(found, merged=merged_areas(b"".join(tail)))


def _buffers(chunks: Iterable[bytes], tail: list[bytes]) -> Iterator[bytes]:
    """The bytes of ``sheetData`` in buffers that end with a row; what follows it goes into ``tail``."""
    pieces: list[bytes] = []
    size = 0
    inside = False
    for chunk in chunks:
        pieces.append(chunk)
        size += len(chunk)
        if inside and size < _BUFFER:
            continue
        joined = b"".join(pieces)
        if not inside:
            start = joined.find(b"<sheetData")
            inside = start >= 0
            joined = joined[max(start, 0) :]
        cut = joined.rfind(_ROW_END) + len(_ROW_END) if inside else 0
        if cut > len(_ROW_END) and size >= _BUFFER:
            yield joined[:cut]
            joined = joined[cut:]
        pieces, size = [joined], len(joined)
    joined = b"".join(pieces)
    if not inside:
        raise NotPlainError  # a prefix, or no cells at all: the parser knows
    stop = joined.find(b"</sheetData>")
    if stop >= 0:
        tail.append(joined[stop:])
        yield joined[:stop]


def _analysed(buffers: Iterator[bytes]) -> Iterator[SheetMeta]:
    """Each buffer's part of the answer; large sheets use two threads beside the inflating one."""
    first = next(buffers, None)
    if first is None:
        return
    second = next(buffers, None)
    if second is None:
        yield _analyse(first)
        return
    with ThreadPoolExecutor(2) as pool:
        waiting: deque[Future[SheetMeta]] = deque(pool.submit(_analyse, item) for item in (first, second))
        for buffer in buffers:
            if len(waiting) >= 4:
                yield waiting.popleft().result()
            waiting.append(pool.submit(_analyse, buffer))
        while waiting:
            yield waiting.popleft().result()


def _columns(data: Bytes, at: Ints) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Column numbers of references that start at ``at``, and how many letters each has."""
    column = data[at].astype(np.int32) - 64
    letters = np.ones(len(at), np.int8)
    rest = np.arange(len(at))
    for position in (1, 2):
        letter = data[at[rest] + position]
        more = letter >= ord("A")  # a digit comes before every letter
        rest = rest[more]
        if not len(rest):
            break
        column[rest] = column[rest] * 26 + (letter[more].astype(np.int32) - 64)
        letters[rest] += 1
    return column, letters


def _rows(data: Bytes, at: Ints) -> npt.NDArray[np.int32]:
    """Row numbers whose digits start at ``at``."""
    row = np.zeros(len(at), np.int32)
    open_ = np.ones(len(at), bool)
    for offset in range(8):
        digit = data[at + offset] - 48  # unsigned: what is no digit becomes large
        open_ &= digit <= 9
        if not open_.any():
            break
        row = np.where(open_, row * 10 + digit, row)
    return row


def _last_row(data: Bytes, at: Ints) -> int:
    """The largest of the row numbers whose digits start at ``at``: the last one, in a sheet that is in order.

    Beside it only those are read that have more digits, or as many and a larger first one.
    """
    last = int(_rows(data, at[-1:])[0])
    shown = str(last).encode()
    beyond = data[at + len(shown)]
    larger = (beyond - 48 <= 9) | ((beyond == ord('"')) & (data[at] > shown[0]))
    return max(last, int(_rows(data, at[larger]).max(initial=0)))


def _analyse(buffer: bytes) -> SheetMeta:
    """One buffer's part of the answer."""
    data = np.frombuffer(buffer + _PAD, np.uint8)
    tags = np.flatnonzero(data == ord("<"))
    following = data[tags + 1]
    cells = tags[following == ord("c")]
    # What is neither a row, a cell, a formula, a value nor their end is looked at by the parser.
    if not _KNOWN[following].all() or not (data[cells + 6] - 65 < 26).all():
        raise NotPlainError
    if not is_text(data, cells, b'<c r="').all():
        raise NotPlainError
    if not len(cells):
        return SheetMeta()
    columns, letters = _columns(data, cells + 6)
    digits = cells + 6 + letters
    if not (data[digits] - 48 <= 9).all():  # more letters than a column has
        raise NotPlainError
    last_row = _last_row(data, digits)

    of_tag = np.flatnonzero(following == ord("f"))
    formulas = tags[of_tag]
    owner = np.searchsorted(cells, formulas, side="right") - 1
    rows = _rows(data, cells[owner] + 6 + letters[owner])
    values = tags[following == ord("v")]
    return SheetMeta(
        last_row,
        int(columns.max()),
        len(cells),
        rows,
        columns[owner],
        _uncached(data, buffer, tags, of_tag, cells[owner]),
        ErrorCells.of(list(_errors(buffer, values[data[values + 3] == ord("#")]))),
    )


def _uncached(data: Bytes, buffer: bytes, tags: Ints, of_tag: Ints, owners: Ints) -> npt.NDArray[np.bool_]:
    """For each formula tag: no ``<v>`` with content follows in its cell, and it is no empty text."""
    tags = np.append(tags, [len(data) - len(_PAD)] * 3)  # a formula in the last cell may have no tag behind
    closed = is_text(data, tags[of_tag + 1], b"</f")
    value = tags[of_tag + 1 + closed]
    has_value = is_text(data, value, b"<v") & (
        ((data[value + 2] == ord(">")) & (data[value + 3] != ord("<"))) | is_text(data, value + 2, b" x")
    )
    missing: npt.NDArray[np.bool_] = ~has_value
    formulas = tags[of_tag]
    missing[missing] = ~is_text(data, formulas[missing] - 5, b'str">')
    # An attribute after the type hides it from the test above; such headers are longer and rare.
    for index in np.flatnonzero(missing & (formulas - owners > _LONGEST_PLAIN_HEADER)):
        missing[index] = b't="str"' not in buffer[owners[index] : formulas[index]]
    return missing


def _errors(buffer: bytes, values: Ints) -> Iterator[tuple[int, int, str]]:
    """Cells of type error, among the values that begin with ``#``."""
    for value in values:
        start = buffer.rfind(b"<c ", 0, value)
        if b't="e"' not in buffer[start : buffer.find(b">", start)]:
            continue
        ref = buffer[start + 6 : buffer.find(b'"', start + 6)].decode("ascii", "replace")
        place = parse_cell(ref)
        if place is not None:
            text = buffer[value + 3 : buffer.find(b"<", value + 3)].decode("utf-8", "replace")
            yield *place, text


class _Parser:
    """The same answer from a streaming parser, for sheets that are written in an unusual way."""

    def __init__(self, where: Location, part: str) -> None:
        self.where, self.part = where, part
        self.row = self.column = self.rows = self.columns = self.cells = 0
        self.type, self.has_formula, self.text = "", False, ""
        self.in_value = False
        self.formulas: list[tuple[int, int, bool]] = []
        self.errors: list[tuple[int, int, str]] = []
        self.merged: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "row":
            stated = attributes.get("r") or str(self.row + 1)
            self.row = whole(stated, 1, MAX_ROW, self.where, self.part, "r")
            self.column = 0
        elif name == "c":
            # Also of a cell beyond all sheets: whoever lays it out makes room up to there.
            ref = _STATED.fullmatch(attributes.get("r", ""))
            self.row = min(int(ref[2]), MAX_ID) if ref else self.row
            self.column = min(column_number(ref[1].upper()), MAX_ID) if ref else self.column + 1
            self.type, self.has_formula, self.text = attributes.get("t", ""), False, ""
        elif name == "f":
            self.has_formula = True
        elif name == "v":
            self.in_value = True
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))

    def data(self, text: str) -> None:
        if self.in_value:
            self.text += text

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name == "v":
            self.in_value = False
        elif name == "c":
            self.cells += 1
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
            if self.has_formula:
                self.formulas.append((self.row, self.column, not self.text and self.type != "str"))
            if self.type == "e":
                self.errors.append((self.row, self.column, self.text))


def _parse(chunks: Iterable[bytes], where: Location | None = None, part: str = "") -> SheetMeta:
    handler = _Parser(where or Location(), part)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.data
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
        parser.Parse(b"", True)  # noqa: FBT003 - idem
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(str(error)) from error
    table = np.array(handler.formulas, np.int64).reshape(-1, 3)
    return SheetMeta(
        handler.rows,
        handler.columns,
        handler.cells,
        table[:, 0].clip(max=FARTHEST).astype(np.int32),
        table[:, 1].clip(max=FARTHEST).astype(np.int32),
        table[:, 2].astype(bool),
        ErrorCells.of(handler.errors),
        areas_of(handler.merged),
    )
