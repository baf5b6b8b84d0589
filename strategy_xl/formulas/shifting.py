"""Move a formula: shift its relative references, leave names, texts and structured references alone."""

from __future__ import annotations

import re

from strategy_xl.formulas.cell_refs import MAX_COLUMN, MAX_ROW, column_letters, column_number

# In order of trial: text, quoted sheet, bracketed part (handled apart, may nest), ranges of whole
# columns or rows, cells. A name or function that merely looks like a cell is caught by its neighbours.
_PIECE = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")
  | (?P<sheet>'(?:[^']|'')*'!?)
  | (?P<bracket>\[)
  | (?P<columns>(?<![\w.$\\?])\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(!\\?]))
  | (?P<rows>(?<![\w.$\\?])\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.(!\\?]))
  | (?P<cell>(?<![\w.$\\?])\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w.(!\\?]))
  | (?P<word>[\w.\\?]+!?)
    """,
    re.VERBOSE,
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})")


class ShiftError(ValueError):
    """The formula cannot be moved: a reference would leave the sheet, or a bracket does not close."""


def shift_formula(text: str, rows: int, columns: int) -> str:
    """The formula as it reads when moved by that many rows and columns.

    Arguments:
        text: formula in file syntax, without the leading ``=``.
        rows: how many rows down (negative: up).
        columns: how many columns to the right.

    Errors: ShiftError.

    >>> shift_formula("A1+$B$2*SUM(C:C)+Clients[[#This Row],[CA]]", 1, 1)
    'B2+$B$2*SUM(D:D)+Clients[[#This Row],[CA]]'
    """
    out: list[str] = []
    at = 0
    while (found := _PIECE.search(text, at)) is not None:
        out.append(text[at : found.start()])
        piece, kind = found[0], found.lastgroup
        at = found.end()
        if kind == "bracket":
            at = _bracket_end(text, found.start())
            piece = text[found.start() : at]
        elif kind == "cell":
            piece = _shift_cell(piece, rows, columns)
        elif kind == "columns":
            piece = ":".join(_shift_column(part, columns) for part in piece.split(":"))
        elif kind == "rows":
            piece = ":".join(_shift_row(part, rows) for part in piece.split(":"))
        out.append(piece)
    return "".join(out) + text[at:]


def has_relative_references(text: str) -> bool:
    """Whether the formula reads differently when moved."""
    try:
        return shift_formula(text, 1, 1) != text
    except ShiftError:
        return True


def _bracket_end(text: str, start: int) -> int:
    """Just after the bracket that closes the one at ``start``; ``'`` escapes the next character."""
    depth, at = 0, start
    while at < len(text):
        char = text[at]
        if char == "'":
            at += 1
        elif char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    raise ShiftError(text)


def _shift_cell(ref: str, rows: int, columns: int) -> str:
    found = _CELL.fullmatch(ref)
    assert found is not None
    fixed_column, letters, fixed_row, digits = found.groups()
    if column_number(letters.upper()) > MAX_COLUMN or not 1 <= int(digits) <= MAX_ROW:
        return ref  # a name such as TAX20245678 cannot be a cell
    return _shift_column(fixed_column + letters, columns) + _shift_row(fixed_row + digits, rows)


def _shift_column(part: str, columns: int) -> str:
    if part.startswith("$"):
        return part
    number = column_number(part.upper()) + columns
    if not 1 <= number <= MAX_COLUMN:
        raise ShiftError(part)
    return column_letters(number) if columns else part


def _shift_row(part: str, rows: int) -> str:
    if part.startswith("$"):
        return part
    number = int(part) + rows
    if not 1 <= number <= MAX_ROW:
        raise ShiftError(part)
    return str(number)
