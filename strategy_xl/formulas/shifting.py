"""Move a formula: shift its relative references, leave names, texts and structured references alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

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
    return _mover(text)(rows, columns)


@lru_cache(maxsize=256)  # a formula is copied down many rows
def _mover(text: str) -> Callable[[int, int], str]:
    """What gives a formula, read once, as it reads when moved by so many rows and columns.

    Errors: ShiftError, here when a bracket does not close, of the result when a reference leaves the sheet.
    """
    found = tokens(text)
    shifts: list[tuple[int, Callable[[int, int], str]]] = []
    for at, token in enumerate(found):
        if token.text == "[":
            raise ShiftError(text)
        cell = _CELL.fullmatch(token.text) if token.kind == WORD else None
        if cell is not None and not _is_named(found, at):
            shifts.append((at, partial(_shift_cell, cell)))
        elif token.text == ":" and 0 < at < len(found) - 1 and not _is_named(found, at + 1):
            ends = found[at - 1].text, found[at + 1].text
            for part, shift in ((_COLUMN, _shift_column), (_ROW, _shift_row)):
                if all(map(part.fullmatch, ends)):
                    shifts += ((at - 1, partial(shift, ends[0])), (at + 1, partial(shift, ends[1])))
    texts = [token.text for token in found]

    def moved(rows: int, columns: int) -> str:
        out = texts.copy()
        for at, shift in shifts:
            out[at] = shift(rows, columns)
        return "".join(out)

    return moved


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
    return _shift_column(fixed_column + letters, rows, columns) + _shift_row(
        fixed_row + digits, rows, columns
    )


def _shift_column(part: str, _rows: int, columns: int) -> str:
    if part.startswith("$"):
        return part
    number = column_number(part.upper()) + columns
    if not 1 <= number <= MAX_COLUMN:
        raise ShiftError(part)
    return column_letters(number) if columns else part


def _shift_row(part: str, rows: int, _columns: int) -> str:
    if part.startswith("$"):
        return part
    number = int(part) + rows
    if not 1 <= number <= MAX_ROW:
        raise ShiftError(part)
    return str(number)
