"""Cells as Calc hands them to an add-in, and back: to and from what JSON can say."""

from __future__ import annotations

import struct
from typing import Any, Dict, List, Sequence, Tuple, Union

Json = Union[None, bool, float, str, Dict[str, str]]

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


def argument(value: Any) -> Union[Json, List[List[Json]]]:
    """An argument as JSON can say it: a cell, or rows of cells when it is a range of several.

    Calc gives numbers (also for dates and booleans), texts, None for an argument left out, and rows for a
    range; a blank cell of a range is an empty text there.
    """
    if type(value) is not tuple:
        return _cell(value)
    rows = [[_cell(cell) for cell in row] for row in value]
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return rows


def is_zero(value: Any) -> bool:
    """Whether a single cell may be a blank one: Calc hands 0 over for it."""
    return type(value) is float and value == 0


def _shown(cell: Any) -> Union[float, str]:
    """A cell of the worker as Calc takes it; booleans are numbers in Calc."""
    if type(cell) is str:
        return cell
    return error_number(cell["e"]) if type(cell) is dict else float(cell)


def result(rows: Sequence[Sequence[Any]]) -> Union[float, str, Tuple[Tuple[Any, ...], ...]]:
    """Rows of the worker as Calc takes them; one cell stands alone.

    A text that comes in a block is not among the texts that Calc compares by (COUNTIF, MATCH and ``=`` miss
    it until the file is read again); a text that comes alone is.
    """
    if len(rows) == 1 and len(rows[0]) == 1:
        return _shown(rows[0][0])
    return tuple(tuple(map(_shown, row)) for row in rows)
