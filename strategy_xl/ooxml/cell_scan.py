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
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

REACH: Final = 32
"""Bytes behind a run of rows into which the look at its last tags may reach."""
_SPACED: Final = b' xml:space="preserve">'
_MORE: Final = re.compile(rb'(?: (?:cm|vm|ph)="\d{1,9}")+ ?')
"""What Excel says of cells with dynamic arrays, rich values and phonetics."""
_LONGEST_ROW: Final = 7
_LONGEST_STYLE: Final = 6
_IN_WORD: Final = 4
"""Digits of a style that stand in one word with what precedes them."""
_ALPHABET: Final = 26

# What a tag is, by the two characters behind its bracket; odd ones say more than their name.
(
    _UNKNOWN, _ROW, _ROW_END, _CELL, _CELL_EMPTY, _CELL_END, _FORMULA, _FORMULA_EMPTY, _FORMULA_END,
    _VALUE, _VALUE_EMPTY, _VALUE_END, _INLINE, _INLINE_END, _TEXT, _TEXT_EMPTY, _TEXT_END,
    _FORMULA_ODD, _VALUE_ODD, _TEXT_ODD, _KINDS,
) = range(21)  # fmt: skip
_ROW_EMPTY: Final = _ROW_END  # between rows both are the same
_NAMES: Final = {
    "ro": _ROW, "/r": _ROW_END, "c ": _CELL, "/c": _CELL_END, "f>": _FORMULA, "f ": _FORMULA_ODD,
    "f/": _FORMULA_ODD, "/f": _FORMULA_END, "v>": _VALUE, "v ": _VALUE_ODD, "v/": _VALUE_ODD,
    "/v": _VALUE_END, "is": _INLINE, "/i": _INLINE_END, "t>": _TEXT, "t ": _TEXT_ODD, "t/": _TEXT_ODD,
    "/t": _TEXT_END,
}  # fmt: skip


def _word(text: str) -> int:
    """A few bytes as one number, the first the lowest."""
    return int.from_bytes(text.encode(), "little")


_TAGS: Final = np.zeros(1 << 16, np.uint8)
for _name, _code in _NAMES.items():
    _TAGS[_word(_name)] = _code
_COLUMN: Final = np.zeros(1 << 16, np.int32)
"""Column of a letter and what follows it, of two letters where that is one."""
for _first in range(_ALPHABET):
    _COLUMN[ord("A") + _first + 256 * np.arange(ord("0"), ord("9") + 1)] = _first + 1
    _COLUMN[ord("A") + _first + 256 * (ord("A") + np.arange(_ALPHABET))] = (
        (_first + 1) * _ALPHABET + np.arange(_ALPHABET) + 1
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
_ALLOWED: Final = np.zeros(_KINDS << 5, bool)
for _code, _following in _AFTER.items():
    _ALLOWED[[(_code << 5) + other for other in _following]] = True
_SHORT_END: Final = np.zeros(_KINDS, bool)
_SHORT_END[[_CELL_END, _FORMULA_END, _VALUE_END, _TEXT_END]] = True
_TO_VALUE: Final = np.zeros(_KINDS, np.int64)
"""How many tags behind that of a cell its value is, by the tag behind it."""
_TO_VALUE[[_VALUE, _FORMULA, _FORMULA_EMPTY, _INLINE]] = (1, 3, 2, 2)

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
    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
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


def scan_cells(buffer: bytes, stop: int) -> CellRun | None:
    """The cells of a run of whole rows; None when it holds none.

    Arguments:
        buffer: from the start of a row, or white space before it, on.
        stop: where the run ends, behind a row; at least ``REACH`` more bytes follow, whatever they are.

    Errors: NotPlainError.
    """
    data = np.frombuffer(buffer, np.uint8)
    words = np.ndarray(len(buffer) - 7, "<u8", buffer, strides=(1,))
    tags = np.flatnonzero(data[:stop] == ord("<"))
    if not len(tags):
        return None
    opened = words[tags]
    codes = _TAGS.take((opened >> 8).astype(np.uint16))
    if not codes.all():
        raise NotPlainError("tag")
    _check_names(opened, codes)
    _find_empty_rows(buffer, tags, codes)
    contents = _find_contents(buffer, tags, codes)
    has_ranges = _find_empty_formulas(buffer, tags, codes)
    of_cell = np.flatnonzero(codes == _CELL)
    if not len(of_cell):
        _check_order(codes)
        return None
    is_first = codes[of_cell - 1] == _ROW
    rows, columns, at = _references(data, words, tags[of_cell], opened[of_cell], is_first)
    styles, types, is_empty = _attributes(buffer, data, words, at)
    codes[of_cell[is_empty]] = _CELL_EMPTY
    _check_order(codes)
    following = codes[of_cell + 1]
    following[is_empty] = _UNKNOWN
    of_value = of_cell + _TO_VALUE.take(following)
    kind = codes[of_value]
    has_value = (kind == _VALUE) | (kind == _TEXT)
    starts = np.where(has_value, tags[of_value] + 3, 0)
    ends = np.where(has_value, tags[of_value + 1], 0)
    spaced = np.zeros(len(of_cell), bool)
    for tag, start in contents.items():
        owner = np.searchsorted(of_cell, tag) - 1
        starts[owner], spaced[owner] = start, True
    formulas = (following == _FORMULA) | (following == _FORMULA_EMPTY)
    is_inline = types == INLINE
    if ((following == _INLINE) & ~is_inline).any() or (is_inline & (kind == _VALUE)).any():
        raise NotPlainError("type")
    return CellRun(buffer, rows, columns, styles, types, starts, ends, formulas, spaced, has_ranges)


def is_text(data: Bytes, at: npt.NDArray[np.signedinteger], text: bytes) -> Mask:
    """Where the bytes from ``at`` on are the text."""
    found: Mask = data[at] == text[0]
    for offset, byte in enumerate(text[1:], 1):
        found &= data[at + offset] == byte
    return found


def _begins(words: Words, text: str) -> Mask:
    """Which words begin with a text of at most eight bytes."""
    found: Mask = words & np.uint64((1 << 8 * len(text)) - 1) == np.uint64(_word(text))
    return found


def _check_order(codes: Codes) -> None:
    pairs = (codes[:-1].astype(np.uint16) << 5) + codes[1:]
    if not _ALLOWED.take(pairs).all() or codes[0] not in _AFTER[_ROW_END] or codes[-1] != _ROW_END:
        raise NotPlainError("order")


def _check_names(opened: Words, codes: Codes) -> None:
    """Whether tags are spelled out as they seem by their first characters."""
    if not ((opened >> 24).astype(np.uint8)[_SHORT_END.take(codes)] == ord(">")).all():
        raise NotPlainError("end")
    for code, name in ((_ROW_END, "</row>"), (_INLINE, "<is>"), (_INLINE_END, "</is>")):
        if not _begins(opened[codes == code], name).all():
            raise NotPlainError(name)
    rows = opened[codes == _ROW]
    if not (_begins(rows, "<row ") | _begins(rows, "<row>") | _begins(rows, "<row/")).all():
        raise NotPlainError("row")


def _find_empty_rows(buffer: bytes, tags: Ints, codes: Codes) -> None:
    """Tell rows without an end of their own from others."""
    of_row = np.flatnonzero(codes == _ROW)
    for index, start in zip(of_row.tolist(), tags[of_row].tolist(), strict=True):
        stop = buffer.find(b">", start)
        if stop < 0:
            raise NotPlainError("row")
        if buffer[stop - 1] == ord("/"):
            codes[index] = _ROW_EMPTY


def _find_contents(buffer: bytes, tags: Ints, codes: Codes) -> dict[int, int]:
    """Tell empty values and texts; of those that keep their spaces, by index, where the contents begin."""
    contents: dict[int, int] = {}
    for odd, plain, empty in ((_VALUE_ODD, _VALUE, _VALUE_EMPTY), (_TEXT_ODD, _TEXT, _TEXT_EMPTY)):
        for index in np.flatnonzero(codes == odd).tolist():
            at = int(tags[index]) + 2
            if buffer.startswith(_SPACED, at):
                contents[index], codes[index] = at + len(_SPACED), plain
            elif buffer.startswith((b"/>", b" />"), at):
                codes[index] = empty
            else:
                raise NotPlainError("value")
    return contents


def _find_empty_formulas(buffer: bytes, tags: Ints, codes: Codes) -> bool:
    """Tell formulas that only refer to a shared one; whether one may say for which cells it is."""
    has_ranges = False
    for index in np.flatnonzero(codes == _FORMULA_ODD).tolist():
        start, stop = int(tags[index]), buffer.find(b">", tags[index])
        has_ranges |= b" t=" in buffer[start:stop]
        codes[index] = _FORMULA_EMPTY if buffer[stop - 1 : stop] == b"/" else _FORMULA
    return has_ranges


def _references(
    data: Bytes, words: Words, cells: Ints, opened: Words, is_first: Mask
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Ints]:
    """Row and column of each cell, and where the last quote of its reference is.

    The first cell of a row tells its number; the others have the same bytes.
    """
    first = np.flatnonzero(is_first)
    if not len(first) or first[0] or not _begins(opened, '<c r="').all():
        raise NotPlainError("reference")
    letters = (opened >> 48).astype(np.uint16)
    columns = _COLUMN.take(letters)
    at = cells + 7 + (letters >= ord("A") << 8)
    numbers = words[at]
    third = (numbers & np.uint64(255)).astype(np.uint8) - ord("A")  # unsigned: no letter becomes large
    if (third < _ALPHABET).any():
        longer = np.flatnonzero(third < _ALPHABET)
        columns[longer] = columns[longer] * _ALPHABET + third[longer] + 1
        at[longer] += 1
        numbers[longer] = words[at[longer]]
    known, ends = _digits(data, at[first], _LONGEST_ROW)
    sizes, counts = ends - at[first], np.diff(np.append(first, len(cells)))
    masks = np.uint64(2**64 - 1) >> (56 - 8 * sizes).astype(np.uint64)  # the digits, and the quote
    told = (numbers[first] & masks).repeat(counts)
    steps = np.diff(columns) > 0
    steps[first[1:] - 1] = np.diff(known) > 0
    if not (
        (data[ends] == ord('"')).all()
        and (known > 0).all()
        and (columns > 0).all()
        and (numbers & masks.repeat(counts) == told).all()
        and steps.all()
    ):
        raise NotPlainError("reference")
    return known.repeat(counts).astype(np.int32), columns, at + sizes.repeat(counts)


def _digits(data: Bytes, at: Ints, most: int) -> tuple[Ints, Ints]:
    """The whole numbers that begin at some places, and where each ends; 0 where there is none."""
    found, live = np.zeros(len(at), np.int64), np.ones(len(at), bool)
    for _ in range(most):
        digit = data[at] - ord("0")  # unsigned: what is no digit becomes large
        live &= digit <= 9
        if not live.any():
            break
        found = np.where(live, found * 10 + digit, found)
        at = at + live
    return found, at


def _attributes(buffer: bytes, data: Bytes, words: Words, at: Ints) -> tuple[Ints, Bytes, Mask]:
    """Style and type of each cell, and whether it is an empty tag.

    Arguments:
        buffer, data, words: the bytes, and the eight from each place on.
        at: where the last quote of each cell's reference is.
    """
    styles, at = _styles(data, words, at)
    types = np.full(len(at), NUMBER, np.uint8)
    behind = words[at]
    typed = np.flatnonzero(_begins(behind, '" t="'))
    if len(typed):
        at[typed] += _types(data, behind[typed], at[typed], types, typed)
        behind[typed] = words[at[typed]]
    if not _begins(behind, '"').all():
        raise NotPlainError("attribute")
    is_empty = _begins(behind, '"/>')
    for index in np.flatnonzero(~(is_empty | _begins(behind, '">'))).tolist():
        more = _MORE.match(buffer, at[index] + 1)
        if more is None or not buffer.startswith((b">", b"/>"), more.end()):
            raise NotPlainError("attribute")
        is_empty[index] = buffer[more.end()] == ord("/")
    return styles, types, is_empty


def _styles(data: Bytes, words: Words, at: Ints) -> tuple[Ints, Ints]:
    """Style of each cell, 0 where it says none, and where the quote before what follows is."""
    behind = words[at + 1]
    has_style = _begins(behind, ' s="')
    styles, sizes, live = np.zeros(len(at), np.int64), has_style * 5, has_style.copy()
    for offset in range(_IN_WORD):
        digit = (behind >> np.uint64(32 + 8 * offset)).astype(np.uint8) - ord("0")
        live &= digit <= 9
        styles = np.where(live, styles * 10 + digit, styles)
        sizes += live
    longer = np.flatnonzero(live)
    styles[longer], ends = _digits(data, at[longer] + 5, _LONGEST_STYLE)
    sizes[longer] = ends - at[longer]
    return styles, at + sizes


def _types(data: Bytes, behind: Words, at: Ints, types: Bytes, typed: Ints) -> Ints:
    """Put down the types that cells say; how far behind ``at`` the last quote of each is."""
    letters = (behind >> np.uint64(40)).astype(np.uint8)
    is_known = (letters == NUMBER) | (letters == SHARED) | (letters == BOOL) | (letters == ERROR)
    is_short = is_known & ((behind >> np.uint64(48)).astype(np.uint8) == ord('"'))
    is_str = _begins(behind, '" t="str')
    others = np.flatnonzero(~(is_short | is_str))
    if not is_text(data, at[others] + 5, b"inlineStr").all():
        raise NotPlainError("type")
    types[typed] = np.where(is_str, TEXT, letters)
    return np.where(is_short, 6, np.where(is_str, 8, 14))
