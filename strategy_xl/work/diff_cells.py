"""What stands in a cell, so that two versions of a workbook can be compared, and one put into the other.

A typed value without its language (the key of a choice, a day as text), what no rule reads as it was meant,
or a formula of people's own. Two cells are the same when these are equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.shifting import ShiftError, shift_formula
from strategy_xl.ooxml.cells import Formula

OWN = "own:"
"""How the key of a column begins that people added to a table; its header follows."""
_ROW, _COLUMN = 500_000, 8_000
"""The cell to which formulas are moved to be compared: nothing near the edges leads out of a sheet there."""

Content = Any
"""None, a plain value, ``Odd`` or ``OwnFormula``."""


@dataclass(frozen=True, slots=True)
class Odd:
    """What is not read as it stands in its cell: a text for a number, an unknown choice, an error."""

    raw: Any


@dataclass(frozen=True, slots=True)
class OwnFormula:
    """A formula that people wrote.

    Arguments:
        text: as it would read in one cell that is the same for all; so that sorted and moved rows compare.
        shown: what it shows; another result alone is no other cell.
        at: its row and column.
    """

    text: str
    shown: Any = field(default=None, compare=False)
    at: tuple[int, int] = field(default=(0, 0), compare=False)

    @classmethod
    def of(cls, text: str, shown: Any, row: int, column: int) -> OwnFormula:
        """A formula as it reads in a cell."""
        try:
            moved = shift_formula(text, _ROW - row, _COLUMN - column)
        except ShiftError:
            moved = text
        return cls(moved, shown, (row, column))

    def text_at(self, row: int, column: int) -> str:
        """The formula as it reads in a cell; as it stands where it cannot be moved there."""
        try:
            return shift_formula(self.text, row - _ROW, column - _COLUMN)
        except ShiftError:
            return self.text


def own_key(header: str) -> str:
    """Key of a column of people's own, by its header."""
    return f"{OWN}{header}"


def is_own(key: str) -> bool:
    """Whether a key is that of a column of people's own."""
    return key.startswith(OWN)


def bare(content: Content) -> Any:
    """What people see of a content: its value, or the result of its formula."""
    if isinstance(content, OwnFormula):
        return bare(content.shown)
    value = content.raw if isinstance(content, Odd) else content
    return value.value if isinstance(value, ErrorValue) else value


def json_value(content: Content) -> Any:
    """A content as JSON has it: formulas with a leading ``=``."""
    if isinstance(content, OwnFormula):
        return f"={content.text_at(*content.at)}"
    value = bare(content)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def plain_raw(value: Any) -> Any:
    """A cell of a sheet as it was read, "" for nothing as None, a day at midnight as a day."""
    if value == "" or value is None:
        return None
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date()
    return value


def cell_value(content: Content, row: int, column: int) -> Any:
    """A content of no typed field as the patcher writes it into a cell."""
    if isinstance(content, OwnFormula):
        shown = content.shown
        return Formula(content.text_at(row, column), shown.raw if isinstance(shown, Odd) else shown)
    return content.raw if isinstance(content, Odd) else content
