"""One look at the bytes of a run of rows: every cell's place, style, type and value as arrays, no tree.

Only the plain way of writing is understood, the one of Excel, LibreOffice and openpyxl: what may follow
what is held against a table of pairs, which for a grammar without nesting of its own proves the whole. At
the first doubt ``NotPlainError`` is raised, and a real parser reads the sheet.
Source: ECMA-376 part 1, 18.3.1 (sheetData, row, c, f, v, is).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

_PAD: Final = b"\0" * 32
_SPACED: Final = b' xml:space="preserve">'
_MORE: Final = re.compile(rb'(?: (?:cm|vm|ph)="\d{1,9}")+ ?')
"""What Excel says of cells with dynamic arrays, rich values and phonetics."""
_LONGEST_ROW: Final = 7
_LONGEST_STYLE: Final = 6

# What a tag is, by the character behind its bracket (and of an end, by the one behind the stroke).
(
    _UNKNOWN, _ROW, _ROW_END, _CELL, _CELL_EMPTY, _CELL_END, _FORMULA, _FORMULA_EMPTY, _FORMULA_END,
    _VALUE, _VALUE_EMPTY, _VALUE_END, _INLINE, _INLINE_END, _TEXT, _TEXT_EMPTY, _TEXT_END, _KINDS,
) = range(18)  # fmt: skip
_ROW_EMPTY: Final = _ROW_END  # between rows both are the same


def _table(codes: dict[str, int]) -> npt.NDArray[np.uint8]:
    found = np.zeros(256, np.uint8)
    for char, code in codes.items():
        found[ord(char)] = code
    return found


_OPENING: Final = _table({"r": _ROW, "c": _CELL, "f": _FORMULA, "v": _VALUE, "i": _INLINE, "t": _TEXT})
_ENDING: Final = _table(
    {"r": _ROW_END, "c": _CELL_END, "f": _FORMULA_END, "v": _VALUE_END, "i": _INLINE_END, "t": _TEXT_END}
)
_AFTER: Final = {
    _ROW: (_CELL, _CELL_EMPTY, _ROW_END),
    _ROW_END: (_ROW, _ROW_EMPTY),
    _CELL: (_FORMULA, _FORMULA_EMPTY, _VALUE, _VALUE_EMPTY, _INLINE, _CELL_END),
    _CELL_EMPTY: (_CELL, _CELL_EMPTY, _ROW_END),
    _CELL_END: (_CELL, _CELL_EMPTY, _ROW_END),
    _FORMULA: (_FORMULA_END,),
    _FORMULA_EMPTY: (_VALUE, _VALUE_EMPTY, _CELL_END),
    _FORMULA_END: (_VALUE, _VALUE_EMPTY, _CELL_END),
    _VALUE: (_VALUE_END,),
    _VALUE_EMPTY: (_CELL_END,),
    _VALUE_END: (_CELL_END,),
    _INLINE: (_TEXT, _TEXT_EMPTY, _INLINE_END),
    _INLINE_END: (_CELL_END,),
    _TEXT: (_TEXT_END,),
    _TEXT_EMPTY: (_INLINE_END,),
    _TEXT_END: (_INLINE_END,),
}
_ALLOWED: Final = np.zeros((_KINDS, _KINDS), bool)
for _code, _following in _AFTER.items():
    _ALLOWED[_code, list(_following)] = True

NUMBER, SHARED, BOOL, ERROR, TEXT, INLINE = b"nsbeSi"
"""Types of cells, by the first letter of ``t`` (``str`` by a capital, for it is no shared text)."""


class NotPlainError(Exception):
    """The rows are not written the usual way; a parser must read the sheet."""


@dataclass(frozen=True, slots=True)
class CellRun:
    """The cells of a run of rows, in the sheet's order; all arrays have one entry a cell.

    Arguments:
        buffer: the bytes.
        rows, columns: where each cell is, from 1.
        styles: index of its style.
        types: ``NUMBER``, ``SHARED``…, as the cell says; that of an empty one too.
        starts, ends: where in the buffer its value stands; equal when it has none.
        formulas: whether it has a formula.
        spaced: whether the spaces around an inline text count.
        has_ranges: whether a formula is that of an array, a data table or one that is shared.
    """

    buffer: bytes
    rows: Ints
    columns: Ints
    styles: Ints
    types: Bytes
    starts: Ints
    ends: Ints
    formulas: Mask
    spaced: Mask
    has_ranges: bool

    @property
    def has_value(self) -> Mask:
        """Which cells hold something."""
        return self.ends > self.starts


def scan_cells(buffer: bytes) -> CellRun | None:
    """The cells of a run of whole rows; None when it holds none.

    Arguments:
        buffer: from the start of a row, or white space before it, to the end of one.

    Errors: NotPlainError.
    """
    data = np.frombuffer(buffer + _PAD, np.uint8)
    tags = np.flatnonzero(data == ord("<")).astype(np.int32)
    if not len(tags):
        return None
    first = data[tags + 1]
    codes = np.where(first == ord("/"), _ENDING[data[tags + 2]], _OPENING[first])
    if not codes.all():
        raise NotPlainError("tag")
    _check_ends(data, tags, codes, first == ord("/"))
    _find_empty_rows(buffer, data, tags, codes)
    contents = tags + 3  # where what stands in a value or text begins
    for code, empty in ((_VALUE, _VALUE_EMPTY), (_TEXT, _TEXT_EMPTY)):
        _find_contents(buffer, data, tags, codes, contents, (code, empty))
    has_ranges = _find_empty_formulas(buffer, data, tags, codes)
    if not is_text(data, tags[codes == _INLINE], b"<is>").all():
        raise NotPlainError("is")
    of_cell = np.flatnonzero(codes == _CELL)
    if not len(of_cell):
        _check_order(codes)
        return None
    rows, columns, at = _references(data, tags[of_cell])
    styles, types, is_empty = _attributes(buffer, data, at)
    codes[of_cell[is_empty]] = _CELL_EMPTY
    _check_order(codes)
    owner = np.cumsum((codes == _CELL) | (codes == _CELL_EMPTY), dtype=np.int32) - 1
    starts = np.zeros(len(of_cell), np.int32)
    ends, spaced = starts.copy(), np.zeros(len(of_cell), bool)
    for code in (_VALUE, _TEXT):
        found = np.flatnonzero(codes == code)
        starts[owner[found]], ends[owner[found]] = contents[found], tags[found + 1]
        spaced[owner[found]] = data[tags[found] + 2] == ord(" ")
    formulas = np.zeros(len(of_cell), bool)
    formulas[owner[(codes == _FORMULA) | (codes == _FORMULA_EMPTY)]] = True
    is_inline = types == INLINE
    if not is_inline[owner[codes == _INLINE]].all() or is_inline[owner[codes == _VALUE]].any():
        raise NotPlainError("type")
    return CellRun(buffer, rows, columns, styles, types, starts, ends, formulas, spaced, has_ranges)


def is_text(data: Bytes, at: npt.NDArray[np.signedinteger], text: bytes) -> Mask:
    """Where the bytes from ``at`` on are the text."""
    found: Mask = data[at] == text[0]
    for offset, byte in enumerate(text[1:], 1):
        found &= data[at + offset] == byte
    return found


def _check_order(codes: Codes) -> None:
    if not _ALLOWED[codes[:-1], codes[1:]].all() or codes[0] not in _AFTER[_ROW_END] or codes[-1] != _ROW_END:
        raise NotPlainError("order")


def _check_ends(data: Bytes, tags: Ints, codes: Codes, is_end: Mask) -> None:
    """Whether closing tags are spelled out as they seem."""
    short = is_end & (codes != _ROW_END) & (codes != _INLINE_END)
    if not (data[tags[short] + 3] == ord(">")).all():
        raise NotPlainError("end")
    if not is_text(data, tags[codes == _INLINE_END], b"</is>").all():
        raise NotPlainError("end of is")
    if not is_text(data, tags[(codes == _ROW_END) & is_end], b"</row>").all():
        raise NotPlainError("end of row")


def _find_empty_rows(buffer: bytes, data: Bytes, tags: Ints, codes: Codes) -> None:
    """Tell rows without an end of their own from others."""
    of_row = np.flatnonzero(codes == _ROW)
    at = tags[of_row]
    if not (is_text(data, at, b"<row") & np.isin(data[at + 4], (ord(" "), ord(">"), ord("/")))).all():
        raise NotPlainError("row")
    close = buffer.find
    stops = np.array([close(b">", start) for start in at.tolist()], np.int64)
    if (stops < 0).any():
        raise NotPlainError("row")
    codes[of_row[data[stops - 1] == ord("/")]] = _ROW_EMPTY


def _find_contents(
    buffer: bytes,
    data: Bytes,
    tags: Ints,
    codes: Codes,
    contents: Ints,
    pair: tuple[int, int],
) -> None:
    """Where the contents of ``<v>`` or ``<t>`` begin; those that are empty tags are told."""
    code, empty = pair
    found = np.flatnonzero(codes == code)
    following = data[tags[found] + 2]
    for index in found[following != ord(">")].tolist():
        at = int(tags[index]) + 2
        if buffer.startswith(_SPACED, at):
            contents[index] = at + len(_SPACED)
        elif buffer.startswith((b"/>", b" />"), at):
            codes[index] = empty
        else:
            raise NotPlainError("value")


def _find_empty_formulas(buffer: bytes, data: Bytes, tags: Ints, codes: Codes) -> bool:
    """Tell formulas that only refer to a shared one; whether one may say for which cells it is."""
    has_ranges = False
    found = np.flatnonzero(codes == _FORMULA)
    following = data[tags[found] + 2]
    plain = following == ord(">")
    if not (plain | (following == ord(" ")) | (following == ord("/"))).all():
        raise NotPlainError("formula")
    for index in found[~plain].tolist():
        start, stop = int(tags[index]), buffer.find(b">", tags[index])
        has_ranges |= b" t=" in buffer[start:stop]
        if buffer[stop - 1 : stop] == b"/":
            codes[index] = _FORMULA_EMPTY
    return has_ranges


def _references(data: Bytes, cells: Ints) -> tuple[Ints, Ints, Ints]:
    """Row and column of each cell, and where what follows its reference begins."""
    if not is_text(data, cells, b'<c r="').all():
        raise NotPlainError("reference")
    at = cells + 6
    columns = np.zeros(len(cells), np.int32)
    live = np.ones(len(cells), bool)
    for _ in range(3):
        letter = data[at] - ord("A")  # unsigned: what is no letter becomes large
        live &= letter < 26
        if not live.any():
            break
        columns = np.where(live, columns * 26 + letter + 1, columns)
        at = at + live
    rows, at = _digits(data, at, _LONGEST_ROW)
    steps = np.diff(rows.astype(np.int64) * 32_768 + columns)
    if not ((columns > 0) & (rows > 0) & (data[at] == ord('"'))).all() or not (steps > 0).all():
        raise NotPlainError("reference")
    return rows, columns, at + 1


def _digits(data: Bytes, at: Ints, most: int) -> tuple[Ints, Ints]:
    """The whole numbers that begin at some places, and where each ends; 0 where there is none."""
    found, live = np.zeros(len(at), np.int32), np.ones(len(at), bool)
    for _ in range(most):
        digit = data[at] - ord("0")  # unsigned: what is no digit becomes large
        live &= digit <= 9
        if not live.any():
            break
        found = np.where(live, found * 10 + digit, found)
        at = at + live
    return found, at


def _attributes(buffer: bytes, data: Bytes, at: Ints) -> tuple[Ints, Bytes, Mask]:
    """Style and type of each cell, and whether it is an empty tag.

    Arguments:
        buffer, data: the bytes.
        at: behind the reference of each cell.
    """
    styles = np.zeros(len(at), np.int32)
    types = np.full(len(at), NUMBER, np.uint8)
    at = at.copy()
    found = np.flatnonzero(is_text(data, at, b' s="'))
    styles[found], stop = _digits(data, at[found] + 4, _LONGEST_STYLE)
    if not (data[stop] == ord('"')).all():
        raise NotPlainError("style")
    at[found] = stop + 1
    found = np.flatnonzero(is_text(data, at, b' t="'))
    start = at[found] + 4
    letter, is_short = data[start], data[start + 1] == ord('"')
    is_str, is_inline = is_text(data, start, b'str"'), is_text(data, start, b'inlineStr"')
    is_known = is_short & np.isin(letter, (NUMBER, SHARED, BOOL, ERROR))
    if not (is_known | is_str | is_inline).all():
        raise NotPlainError("type")
    types[found] = np.where(is_str, TEXT, letter)
    at[found] = start + np.where(is_short, 2, np.where(is_str, 4, 10))
    for index in np.flatnonzero(data[at] == ord(" ")).tolist():
        more = _MORE.match(buffer, at[index])
        if more is None:
            raise NotPlainError("attribute")
        at[index] = more.end()
    is_empty = (data[at] == ord("/")) & (data[at + 1] == ord(">"))
    if not (is_empty | (data[at] == ord(">"))).all():
        raise NotPlainError("attribute")
    return styles, types, is_empty
