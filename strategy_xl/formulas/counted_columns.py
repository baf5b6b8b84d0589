"""Columns that a formula counts, ``VLOOKUP(…,Clients,7,0)``: the number follows when columns come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from strategy_xl.formulas.cell_refs import MAX_ROW, Area, column_number, parse_area
from strategy_xl.formulas.excel import escape_column
from strategy_xl.formulas.reaching import sheet_before
from strategy_xl.formulas.tokens import BRACKET, SPACE, WORD, Token, tokens

_COUNTING = {"vlookup": (1, 2), "index": (0, 2)}
"""Function → which argument is the area, and which counts its columns, from 0."""

_WHOLE = {"", "[]", "[#all]", "[#data]"}


class CountedTable(NamedTuple):
    """A table as formulas name it: title of its sheet, all its cells, its columns in order."""

    sheet: str
    area: Area
    columns: Sequence[str]


def follow_counts(
    text: str,
    home: str | None,
    tables: Callable[[str], CountedTable | None],
    counted: Callable[[str, Area, int], int],
) -> str:
    """A formula whose counted columns are the ones that they were.

    Arguments:
        text: formula in file syntax.
        home: title of the sheet that a reference without one is on; None where such are left alone.
        tables: what stands under a name; None when that is no table.
        counted: sheet, area, number of one of its columns → its number afterwards.

    >>> follow_counts("VLOOKUP(A1,Old!$B$4:$F$9,3,0)", None, lambda _: None, lambda *_: 5)
    'VLOOKUP(A1,Old!$B$4:$F$9,5,0)'
    """
    if not any(f"{name}(" in text.casefold() for name in _COUNTING):
        return text
    found = tokens(text)
    out = [token.text for token in found]
    for at, token in enumerate(found[:-1]):
        places = _COUNTING.get(token.text.casefold()) if token.kind == WORD else None
        if places is None or found[at + 1].text != "(":
            continue
        arguments = list(_arguments(found, at + 2))
        if len(arguments) <= max(places):
            continue
        number = arguments[places[1]]
        area = _area(found, arguments[places[0]], home, tables)
        if area is not None and len(number) == 1 and found[number[0]].text.isdecimal():
            out[number[0]] = str(counted(*area, int(found[number[0]].text)))
    return "".join(out)


def _arguments(found: tuple[Token, ...], at: int) -> Iterator[list[int]]:
    """The tokens of each argument, without spaces, of the call whose first one begins here."""
    depth, argument = 0, list[int]()
    for place in range(at, len(found)):
        text = found[place].text
        if depth == 0 and text in {",", ")"}:
            yield argument
            argument = []
            if text == ")":
                return
            continue
        depth += (text in {"(", "{"}) - (text in {")", "}"})
        if found[place].kind != SPACE:
            argument.append(place)


def _area(
    found: tuple[Token, ...],
    argument: Sequence[int],
    home: str | None,
    tables: Callable[[str], CountedTable | None],
) -> tuple[str, Area] | None:
    """Sheet and cells of an argument that is one area or one table; None for all else."""
    texts = [found[place].text for place in argument]
    table = tables(texts[0]) if texts else None
    if table is not None and len(texts) <= 2:
        return _of_table(table, found[argument[-1]] if len(texts) == 2 else None)
    if len(texts) < 3 or texts[-2] != ":" or (len(texts) > 3 and texts[-4] != "!"):
        return None
    sheet, area = sheet_before(found, argument[-3], home), _cells(texts[-3], texts[-1])
    return None if sheet is None or area is None else (sheet, area)


def _cells(first: str, last: str) -> Area | None:
    """``B4:F9``, or whole columns ``B:F``."""
    ends = [end.replace("$", "").upper() for end in (first, last)]
    if all(end.isascii() and end.isalpha() and len(end) <= 3 for end in ends):
        return Area(1, column_number(ends[0]), MAX_ROW, column_number(ends[1]))
    return parse_area(":".join(ends))


def _of_table(table: CountedTable, bracket: Token | None) -> tuple[str, Area] | None:
    """All of a table, or the columns from one to another."""
    if bracket is None or bracket.text.casefold() in _WHOLE:
        return table.sheet, table.area
    names = {f"[{escape_column(name)}]".casefold(): at for at, name in enumerate(table.columns)}
    ends = bracket.text[1:-1].casefold().split("]:[")
    if bracket.kind != BRACKET or len(ends) != 2:
        return None
    first, last = names.get(f"{ends[0]}]"), names.get(f"[{ends[1]}")
    if first is None or last is None:
        return None
    area = table.area
    return table.sheet, area._replace(left=area.left + first, right=area.left + last)
