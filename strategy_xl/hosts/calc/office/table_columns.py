"""References to tables (``Clients[[#This Row];[Revenue]]``) as plain references.

Calc has no way to hand such a formula over without harm except as text, and hands 0 over for its blank
cells; as a plain reference it computes the same, in Excel too.
"""

from __future__ import annotations

import re
from typing import Mapping, NamedTuple, Optional, Sequence, Tuple

_REFERENCE = re.compile(
    r'"(?:[^"]|"")*"'
    r"|'(?:[^']|'')*'"
    r"|(?P<name>[A-Za-z_\\][\w.]*)\[(?P<inside>(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*)\]"
)
_PIECE = re.compile(r"\[((?:[^\[\]']|'.)*)\]")
_ESCAPED = re.compile(r"'(.)")


class Table(NamedTuple):
    """A table of the workbook: where it is (columns and rows from 0, ends included) and its headers."""

    sheet: str
    left: int
    top: int
    right: int
    bottom: int
    headers: Sequence[str]
    totals: bool


def _column(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _columns(table: Table, pieces: Sequence[str]) -> Optional[Tuple[int, int]]:
    """First and last column that the pieces name; the whole width when they name none."""
    if not pieces:
        return table.left, table.right
    folded = [header.casefold() for header in table.headers]
    try:
        places = [table.left + folded.index(piece.casefold()) for piece in pieces]
    except ValueError:
        return None
    return min(places), max(places)


def _rows(table: Table, items: Sequence[str], row: int) -> Optional[Tuple[int, int]]:
    """First and last row that the items name."""
    first, last = table.top + 1, table.bottom - (1 if table.totals else 0)
    spans = {
        "#all": (table.top, table.bottom),
        "#headers": (table.top, table.top),
        "#data": (first, last),
        "#totals": (table.bottom, table.bottom),
        "#this row": (row, row),
    }
    if not items:
        return first, last
    if any(item.casefold() not in spans for item in items):
        return None
    if items[0].casefold() == "#this row" and not first <= row <= last:
        return None
    chosen = [spans[item.casefold()] for item in items]
    return min(span[0] for span in chosen), max(span[1] for span in chosen)


def plain_reference(table: Table, inside: str, sheet: str, row: int) -> Optional[str]:
    """What a reference to a table means, in Calc's grammar; None when it cannot be said.

    Arguments:
        table: the table. inside: what stands between its outer brackets.
        sheet, row: where the formula is.
    """
    pieces = _PIECE.findall(inside) if "[" in inside else [inside] if inside else []
    names = [_ESCAPED.sub(r"\1", piece.strip()) for piece in pieces]
    columns = _columns(table, [name for name in names if not name.startswith("#")])
    rows = _rows(table, [name for name in names if name.startswith("#")], row)
    if columns is None or rows is None:
        return None
    this_row = any(name.casefold() == "#this row" for name in names)
    fixed = "" if this_row else "$"
    quoted = "" if table.sheet == sheet else "$'" + table.sheet.replace("'", "''") + "'."
    first = f"{quoted}${_column(columns[0])}{fixed}{rows[0] + 1}"
    last = f"${_column(columns[1])}{fixed}{rows[1] + 1}"
    return first if columns[0] == columns[1] and rows[0] == rows[1] else first + ":" + last


def without_tables(text: str, tables: Mapping[str, Table], sheet: str, row: int) -> str:
    """A formula whose references to tables are plain ones; those not understood stay.

    Arguments:
        text: the formula.
        tables: tables by lower-case name.
        sheet, row: where the formula is (row from 0).
    """

    def replaced(part: "re.Match[str]") -> str:
        table = tables.get(part["name"].lower()) if part["name"] else None
        plain = plain_reference(table, part["inside"], sheet, row) if table is not None else None
        return part[0] if plain is None else plain

    return _REFERENCE.sub(replaced, text)
