"""References to tables (``Clients[[#This Row];[Revenue]]``) as plain references.

Calc has no way to hand such a formula over without harm except as text, and hands 0 over for its blank
cells; as a plain reference it computes the same, in Excel too.
"""

from __future__ import annotations

import re
from typing import List, Mapping, NamedTuple, Optional, Sequence, Tuple

from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.formulas.tokens import BRACKET, WORD, tokens

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
    pieces = [inside] if inside else []
    if inside.lstrip().startswith("["):
        pieces = [token.text[1:-1] for token in tokens(inside) if token.kind == BRACKET]
    names = [_ESCAPED.sub(r"\1", piece.strip()) for piece in pieces]
    columns = _columns(table, [name for name in names if not name.startswith("#")])
    rows = _rows(table, [name for name in names if name.startswith("#")], row)
    if columns is None or rows is None:
        return None
    this_row = any(name.casefold() == "#this row" for name in names)
    fixed = "" if this_row else "$"
    quoted = "" if table.sheet == sheet else "$'" + table.sheet.replace("'", "''") + "'."
    first = f"{quoted}${column_letters(columns[0] + 1)}{fixed}{rows[0] + 1}"
    last = f"${column_letters(columns[1] + 1)}{fixed}{rows[1] + 1}"
    return first if columns[0] == columns[1] and rows[0] == rows[1] else first + ":" + last


def without_tables(text: str, tables: Mapping[str, Table], sheet: str, row: int) -> str:
    """A formula whose references to tables are plain ones; those not understood stay.

    Arguments:
        text: the formula.
        tables: tables by lower-case name.
        sheet, row: where the formula is (row from 0).
    """
    out: List[str] = [""]
    before = ""  # the word that stands right before
    for token in tokens(text):
        table = tables.get(before) if token.kind == BRACKET else None
        plain = plain_reference(table, token.text[1:-1], sheet, row) if table is not None else None
        if plain is None:
            out.append(token.text)
        else:
            out[-1] = plain
        before = token.text.lower() if token.kind == WORD else ""
    return "".join(out)
