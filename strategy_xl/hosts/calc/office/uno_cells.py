"""Cells as Calc hands them to an add-in, and back: to and from what JSON can say."""

from __future__ import annotations

import struct
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple, Union

from . import columns

Json = Union[None, bool, float, str, Dict[str, str]]

LONG = 50_000
"""Rows of a range from which on it is a whole column, or one of no certain end."""

BELOW = 5_000
"""Blank rows at most that an answer has below its last one, for array formulas that are longer."""

NA = "#N/A"
VALUE = "#VALUE!"


def _error(code: int) -> float:
    # Calc keeps its error values in the low half of a NaN; UNO and Python both leave the bits alone.
    number: float = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | code))[0]
    return number


_NUMBER_OF = {NA: _error(0x7FFF), VALUE: _error(519)}
_NA_CODE = 0x7FFF


def error_number(name: str) -> float:
    """The number by which Calc shows an error value; #VALUE! for a name that is none."""
    return _NUMBER_OF.get(name, _NUMBER_OF[VALUE])


def error_name(number: float) -> str:
    """The error value that a NaN stands for: #N/A, or #VALUE! for all others."""
    low: int = struct.unpack("<Q", struct.pack("<d", number))[0] & 0xFFFFFFFF
    return NA if low == _NA_CODE else VALUE


def _cell(value: Any) -> Json:
    kind = type(value)
    if kind is float:
        number: float = value
        return number if number - number == 0 else {"e": error_name(number)}
    if kind is str:
        return value or None
    if value is None or kind is bool:
        return value  # type: ignore[no-any-return]
    if isinstance(value, (int, float)):
        return float(value)
    return str(value)


def argument(value: Any) -> Any:
    """An argument as JSON can say it: a cell, or cells in rows or columns when it is a range of several.

    Calc gives numbers (also for dates and booleans), texts, None for an argument left out, and rows for a
    range; a blank cell of a range is an empty text there.
    """
    if type(value) is not tuple:
        return _cell(value)
    if len(value) == 1 and len(value[0]) == 1:
        return _cell(value[0][0])
    return columns.packed(value, _cell)


class Cut(NamedTuple):
    """The arguments of a call with long ranges cut, and the lengths that were cut: before, by after."""

    values: List[Any]
    lengths: Dict[int, int]


def _used(rows: Sequence[Sequence[Any]]) -> int:
    """Number of rows up to the last one that is not blank; at least one."""
    blank = ("",) * len(rows[0])
    count = len(rows)
    while count > 1 and rows[count - 1] == blank:
        count -= 1
    return count


def cut(values: Sequence[Any]) -> Cut:
    """Whole columns end where their last cell stands: Calc hands over a million blank cells else.

    Ranges of one length keep one length, and ranges of different lengths stay different: a row of one must
    not come to stand beside another row of the other.
    """
    longest: Dict[int, int] = {}
    others = {len(value) for value in values if type(value) is tuple}
    for value in values:
        if type(value) is tuple and len(value) > LONG:
            longest[len(value)] = max(longest.get(len(value), 1), _used(value))
    lengths: Dict[int, int] = {}
    for before, used in longest.items():
        after = used
        while after < before and (after in others or after in lengths):
            after += 1
        lengths[after] = before
    kept = {before: after for after, before in lengths.items()}
    cut_values = [
        value[: kept[len(value)]] if type(value) is tuple and len(value) in kept else value
        for value in values
    ]
    return Cut(cut_values, lengths)


def is_zero(value: Any) -> bool:
    """Whether a single cell may be a blank one: Calc hands 0 over for it."""
    return type(value) is float and value == 0


def _shown(cell: Any) -> Union[float, str]:
    """A cell of the worker as Calc takes it; booleans are numbers in Calc."""
    if type(cell) is str:
        return cell
    return error_number(cell["e"]) if type(cell) is dict else float(cell)


def result(answer: Any, lengths: Mapping[int, int]) -> Union[float, str, Tuple[Tuple[Any, ...], ...]]:
    """What the worker answers as Calc takes it; one cell stands alone.

    A text that comes in a block is not among the texts that Calc compares by (COUNTIF, MATCH and ``=`` miss
    it until the file is read again); a text that comes alone is.

    Arguments:
        answer: rows of cells, or columns of them (``columns.packed``).
        lengths: see ``Cut``: an answer with a cell for each row of a range that was cut has blank ones below.
    """
    if columns.is_packed(answer):
        rows = tuple(zip(*columns.unpacked(answer, "", _shown)))  # noqa: B905 - Python 3.8
    else:
        rows = tuple(tuple(map(_shown, row)) for row in answer)
    if len(rows) in lengths and len(rows) > 1:
        below = min(lengths[len(rows)] - len(rows), BELOW)
        return rows + (("",) * len(rows[0]),) * below
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows
