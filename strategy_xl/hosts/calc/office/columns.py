"""Many cells as JSON says them fast: column by column, the numbers of a column as their bytes.

Both sides use it: LibreOffice's Python and the worker. Ten thousand numbers as texts cost ten times what the
rule takes that is asked about them.
"""

from __future__ import annotations

from array import array
from base64 import b64decode, b64encode
from sys import byteorder
from typing import Any, Callable, Dict, List, Optional, Sequence

FEW = 100
"""Rows up to which a range stays as it is."""

_NAN = float("nan")
_NUMBERS, _TITLE = "numbers", "title"


def _bytes(numbers: Sequence[float]) -> Optional[str]:
    """The numbers, the lowest byte of each first; None unless all are finite."""
    total = sum(numbers)
    if total - total != 0:
        return None
    return _text(array("d", numbers))


def _text(numbers: "array[float]") -> str:
    if byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode("ascii")


def _with_blanks(cells: Sequence[Any]) -> Optional[Dict[str, Any]]:
    """Numbers with blank cells among them, below a title when there is one; None for any other column."""
    titled = type(cells[0]) is str and bool(cells[0])
    below = cells[1:] if titled else cells
    try:
        total = sum([cell or 0.0 for cell in below])
    except TypeError:  # a text
        return None
    if total - total != 0:
        return None
    found: Dict[str, Any] = {_NUMBERS: _text(array("d", [_NAN if cell == "" else cell for cell in below]))}
    return {**found, _TITLE: cells[0]} if titled else found


def _packed(cells: Sequence[Any], cell: Callable[[Any], Any]) -> Any:
    kinds = set(map(type, cells))
    if kinds == {str}:
        return list(cells)
    if kinds == {float}:
        numbers = _bytes(cells)
        if numbers is not None:
            return {_NUMBERS: numbers}
    elif kinds == {float, str}:
        found = _with_blanks(cells)
        if found is not None:
            return found
    return list(map(cell, cells))


def packed(rows: Sequence[Sequence[Any]], cell: Callable[[Any], Any]) -> Any:
    """Rows of cells of one length as JSON can say them; ``unpacked`` understands it.

    Arguments:
        rows: at least one; a blank cell is an empty text.
        cell: how JSON says a cell that is no text and no finite number.
    """
    if len(rows) < FEW:
        return [list(map(cell, row)) for row in rows]
    return {"columns": [_packed(cells, cell) for cells in zip(*rows)]}  # noqa: B905 - Python 3.8


def _unpacked(cells: Any, blank: Any, cell: Callable[[Any], Any]) -> List[Any]:
    if type(cells) is list:
        return cells if set(map(type, cells)) == {str} else list(map(cell, cells))
    numbers = array("d")
    numbers.frombytes(b64decode(cells[_NUMBERS]))
    if byteorder == "big":
        numbers.byteswap()
    found: List[Any] = numbers.tolist()
    total = sum(found)
    if total - total != 0:
        found = [number if number == number else blank for number in found]  # noqa: PLR0124 - NaN differs
    return [cells[_TITLE], *found] if _TITLE in cells else found


def is_packed(value: Any) -> bool:
    """Whether ``packed`` made columns of its rows."""
    return type(value) is dict and "columns" in value


def unpacked(value: Dict[str, Any], blank: Any, cell: Callable[[Any], Any]) -> List[List[Any]]:
    """The columns of what ``packed`` made.

    Arguments:
        value: what it made (``is_packed``).
        blank: what a blank cell among numbers becomes.
        cell: what any cell of other columns becomes.
    """
    return [_unpacked(cells, blank, cell) for cells in value["columns"]]
