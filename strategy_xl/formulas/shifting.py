"""Move a formula: shift its relative references, leave names, texts and structured references alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from strategy_xl.formulas.cell_refs import MAX_COLUMN, MAX_ROW, column_letters, column_number
from strategy_xl.formulas.tokens import WORD, Token, tokens

_COLUMN = re.compile(r"\$?[A-Za-z]{1,3}")
_ROW = re.compile(r"\$?[0-9]{1,7}")
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
    found = tokens(text)
    out = [token.text for token in found]
    for at, token in enumerate(found):
        if token.text == "[":
            raise ShiftError(text)
        cell = _CELL.fullmatch(token.text) if token.kind == WORD else None
        if cell is not None and not _is_named(found, at):
            out[at] = _shift_cell(cell, rows, columns)
        elif token.text == ":" and 0 < at < len(found) - 1 and not _is_named(found, at + 1):
            ends = found[at - 1].text, found[at + 1].text
            if all(map(_COLUMN.fullmatch, ends)):
                out[at - 1], out[at + 1] = (_shift_column(end, columns) for end in ends)
            elif all(map(_ROW.fullmatch, ends)):
                out[at - 1], out[at + 1] = (_shift_row(end, rows) for end in ends)
    return "".join(out)


def has_relative_references(text: str) -> bool:
    """Whether the formula reads differently when moved."""
    try:
        return shift_formula(text, 1, 1) != text
    except ShiftError:
        return True


def _is_named(found: Sequence[Token], at: int) -> bool:
    """Whether a token is the name of a function, sheet or table, whatever it looks like."""
    return at + 1 < len(found) and found[at + 1].text[0] in "(!["


def _shift_cell(cell: re.Match[str], rows: int, columns: int) -> str:
    fixed_column, letters, fixed_row, digits = cell.groups()
    if column_number(letters.upper()) > MAX_COLUMN or not 1 <= int(digits) <= MAX_ROW:
        return cell[0]  # a name such as TAX20245678 cannot be a cell
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
