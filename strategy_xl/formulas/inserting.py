"""References of a workbook into which columns are inserted, moved as Excel moves them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from strategy_xl.formulas.cell_refs import (
    MAX_COLUMN,
    MAX_ROW,
    Area,
    column_letters,
    column_number,
    parse_cell,
)
from strategy_xl.formulas.counted_columns import CountedTable, follow_counts
from strategy_xl.formulas.excel import escape_column
from strategy_xl.formulas.reaching import sheet_before
from strategy_xl.formulas.tokens import BRACKET, NUMBER, WORD, tokens

_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})")
_COLUMN = re.compile(r"(\$?)([A-Za-z]{1,3})")
_ROW = re.compile(r"(\$?)([1-9][0-9]{0,6})")


class Insertion(NamedTuple):
    """Columns put into a sheet, or into some of its rows only; or rows.

    Arguments:
        sheet: its title.
        at: the column (or row) before which they come, counted as before.
        many: how many.
        top, bottom: the rows in which everything moves to the right; all of the sheet's for whole columns.
        is_rows: whether rows come in, and everything below moves down.
    """

    sheet: str
    at: int
    many: int
    top: int = 1
    bottom: int = MAX_ROW
    is_rows: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether whole columns come in."""
        return self.top == 1 and self.bottom == MAX_ROW and not self.is_rows

    def moves(self, top: int, bottom: int) -> bool:
        """Whether all of some rows are among those in which things move."""
        return not self.is_rows and self.top <= top and bottom <= self.bottom


class Insertions:
    """Insertions into the sheets of a workbook, all counted as it was before the first."""

    def __init__(
        self,
        items: Sequence[Insertion],
        renamed: Mapping[str, Mapping[str, str]] | None = None,
        tables: Mapping[str, CountedTable] | None = None,
    ) -> None:
        """Keep them by sheet.

        Arguments:
            items: the insertions.
            renamed: name of a table → names of columns before → afterwards, as formulas are to know them.
            tables: the tables as they were, by the names that formulas give them.
        """
        self.items = tuple(items)
        self.renamed = renamed or {}
        self.tables = {name.casefold(): table for name, table in (tables or {}).items()}
        self.sheets = {item.sheet.casefold() for item in items}

    def of(self, sheet: str) -> list[Insertion]:
        """Those into one sheet."""
        return [item for item in self.items if item.sheet.casefold() == sheet.casefold()]

    def column(self, sheet: str, column: int, top: int = 1, bottom: int = MAX_ROW) -> int:
        """Where a column is afterwards, as cells of some rows see it.

        Errors: OverflowError when it would leave the sheet.
        """
        moved = column + sum(
            item.many for item in self.of(sheet) if item.at <= column and item.moves(top, bottom)
        )
        if moved > MAX_COLUMN:
            raise OverflowError(column_letters(column))
        return moved

    def row(self, sheet: str, row: int) -> int:
        """Where a row is afterwards.

        Errors: OverflowError when it would leave the sheet.
        """
        moved = row + sum(item.many for item in self.of(sheet) if item.is_rows and item.at <= row)
        if moved > MAX_ROW:
            raise OverflowError(str(row))
        return moved

    def cell(self, sheet: str, row: int, column: int) -> tuple[int, int]:
        """Row and column of a cell afterwards."""
        return self.row(sheet, row), self.column(sheet, column, row, row)

    def area(self, sheet: str, area: Area) -> Area:
        """Where some cells are afterwards; those that an insertion parts hold the new cells too."""
        rows = area.top, area.bottom
        return Area(
            self.row(sheet, area.top),
            self.column(sheet, area.left, *rows),
            # All rows of a sheet, or all columns, stay all.
            area.bottom if area.bottom == MAX_ROW else self.row(sheet, area.bottom),
            area.right if area.right == MAX_COLUMN else self.column(sheet, area.right, *rows),
        )

    def counted(self, sheet: str, area: Area, number: int) -> int:
        """Which column of an area is afterwards the one that had this number, from 1."""
        last = area.left + number - 1
        return number + sum(
            item.many
            for item in self.of(sheet)
            if area.left < item.at <= last and item.moves(area.top, area.bottom)
        )

    def formula(self, text: str, home: str | None) -> str:
        """A formula as it reads afterwards.

        Arguments:
            text: formula in file syntax, also the list of areas that a name or a chart has.
            home: title of the sheet that a reference without one is on; None where such are left alone.

        >>> found = Insertions([Insertion("Clients", 3, 2)])
        >>> found.formula("SUM(Clients!$B$4:$D$9)+Clients!C4+C4+SUM(Clients!D:D)", "KPI")
        'SUM(Clients!$B$4:$F$9)+Clients!E4+C4+SUM(Clients!F:F)'
        >>> found.formula("SUM(Other!C4:D4)", "Clients")
        'SUM(Other!C4:D4)'
        >>> Insertions([Insertion("KPI", 3, 2, is_rows=True)]).formula("SUM(B2:B9)+KPI!$3:$4+5", "KPI")
        'SUM(B2:B11)+KPI!$5:$6+5'
        >>> found.formula("VLOOKUP(A1,Clients!B:E,3,0)", "KPI")
        'VLOOKUP(A1,Clients!B:G,5,0)'
        """
        if self.items:
            text = follow_counts(text, home, lambda name: self.tables.get(name.casefold()), self.counted)
        for table, names in self.renamed.items():
            text = renamed_columns(text, table, names)
        if not self.items:
            return text
        found = tokens(text)
        out = [token.text for token in found]
        at = 0
        while at < len(found):
            step = 1
            token = found[at]
            if token.kind in (WORD, NUMBER) and not (at + 1 < len(found) and found[at + 1].text[0] in "(!["):
                is_range = (
                    at + 2 < len(found) and found[at + 1].text == ":" and found[at + 2].kind in (WORD, NUMBER)
                )
                sheet = sheet_before(found, at, home)
                step = 3 if is_range else 1
                if sheet is not None and sheet.casefold() in self.sheets:
                    self._move(out, at, sheet, is_range=is_range)
            at += step
        return "".join(out)

    def _move(self, out: list[str], at: int, sheet: str, *, is_range: bool) -> None:
        """Change the reference that begins at a word."""
        places = (at, at + 2) if is_range else (at,)
        words = [out[place] for place in places]
        if all(parse_cell(word) for word in words):
            ends = [found for word in words if (found := _CELL.fullmatch(word))]
            rows = [int(end[4]) for end in ends]
            for place, end in zip(places, ends, strict=True):
                column = self.column(sheet, column_number(end[2].upper()), min(rows), max(rows))
                out[place] = _written(end, column, self.row(sheet, int(end[4])))
        elif is_range and (ends := [found for word in words if (found := _ROW.fullmatch(word))])[1:]:
            for place, end in zip(places, ends, strict=True):
                out[place] = f"{end[1]}{self.row(sheet, int(end[2])) if int(end[2]) < MAX_ROW else MAX_ROW}"
        elif is_range and (ends := [found for word in words if (found := _COLUMN.fullmatch(word))])[1:]:
            for place, end in zip(places, ends, strict=True):
                number = column_number(end[2].upper())
                if number < MAX_COLUMN and (moved := self.column(sheet, number)) != number:
                    out[place] = f"{end[1]}{column_letters(moved)}"


def _written(end: re.Match[str], column: int, row: int) -> str:
    """A cell's reference with another column and row, as it was written."""
    letters = end[2] if column_number(end[2].upper()) == column else column_letters(column)
    return f"{end[1]}{letters}{end[3]}{row}"


def renamed_columns(text: str, table: str, names: Mapping[str, str]) -> str:
    """A formula in which columns of a table have other names.

    Arguments:
        text: formula in file syntax, where every such reference names its table.
        table: name of the table.
        names: names in the table before → afterwards, as tables have them.

    >>> renamed_columns("Goals[[#This Row],[S]]+SUM(Goals[S])+Other[S]", "Goals", {"S": "Specific"})
    'Goals[[#This Row],[Specific]]+SUM(Goals[Specific])+Other[S]'
    """
    escaped = {escape_column(old): escape_column(new) for old, new in names.items()}
    found = tokens(text)
    out = [token.text for token in found]
    for at, token in enumerate(found[1:], 1):
        if token.kind != BRACKET or found[at - 1].text.casefold() != table.casefold():
            continue
        inside = token.text[1:-1]
        if inside in escaped:
            out[at] = f"[{escaped[inside]}]"
        elif inside.startswith("["):
            out[at] = (
                "["
                + re.sub(r"\[((?:[^\[\]']|'.)*)\]", lambda m: f"[{escaped.get(m[1], m[1])}]", inside)
                + "]"
            )
    return "".join(out)
