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
from strategy_xl.formulas.excel import escape_column
from strategy_xl.formulas.reaching import sheet_before
from strategy_xl.formulas.tokens import BRACKET, WORD, tokens

_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?[1-9][0-9]{0,6})")
_COLUMN = re.compile(r"(\$?)([A-Za-z]{1,3})()")


class Insertion(NamedTuple):
    """Columns put into a sheet, or into some of its rows only.

    Arguments:
        sheet: its title.
        at: the column before which they come, counted as before.
        count: how many.
        top, bottom: the rows in which everything moves to the right; all of the sheet's for whole columns.
    """

    sheet: str
    at: int
    count: int
    top: int = 1
    bottom: int = MAX_ROW

    @property
    def is_whole(self) -> bool:
        """Whether whole columns come in."""
        return self.top == 1 and self.bottom == MAX_ROW

    def moves(self, top: int, bottom: int) -> bool:
        """Whether all of some rows are among those in which things move."""
        return self.top <= top and bottom <= self.bottom


class Insertions:
    """Insertions into the sheets of a workbook, all counted as it was before the first."""

    def __init__(
        self, items: Sequence[Insertion], renamed: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Keep them by sheet.

        Arguments:
            items: the insertions.
            renamed: name of a table → names of columns before → afterwards, as formulas are to know them.
        """
        self.items = tuple(items)
        self.renamed = renamed or {}
        self.sheets = {item.sheet.casefold() for item in items}

    def of(self, sheet: str) -> list[Insertion]:
        """Those into one sheet."""
        return [item for item in self.items if item.sheet.casefold() == sheet.casefold()]

    def column(self, sheet: str, column: int, top: int = 1, bottom: int = MAX_ROW) -> int:
        """Where a column is afterwards, as cells of some rows see it.

        Errors: OverflowError when it would leave the sheet.
        """
        moved = column + sum(
            item.count for item in self.of(sheet) if item.at <= column and item.moves(top, bottom)
        )
        if moved > MAX_COLUMN:
            raise OverflowError(column_letters(column))
        return moved

    def area(self, sheet: str, area: Area) -> Area:
        """Where some cells are afterwards; those that an insertion parts hold the new columns too."""
        left = self.column(sheet, area.left, area.top, area.bottom)
        right = self.column(sheet, area.right, area.top, area.bottom)
        return area._replace(left=left, right=right)

    def formula(self, text: str, home: str | None) -> str:
        """A formula as it reads afterwards.

        Arguments:
            text: formula in file syntax, also the list of areas that a name or a chart has.
            home: title of the sheet that a reference without one is on; None where such are left alone.

        >>> found = Insertions([Insertion("Clients", 3, 2)])
        >>> found.formula("SUM(Clients!$B$4:$D$9)+Clients!C4+C4+SUM(Clients!D:D)", "KPI")
        'SUM(Clients!$B$4:$F$9)+Clients!E4+C4+SUM(Clients!F:F)'
        """
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
            if token.kind == WORD and not (at + 1 < len(found) and found[at + 1].text[0] in "(!["):
                is_range = (
                    at + 2 < len(found) and found[at + 1].text == ":" and found[at + 2].kind == WORD
                )
                sheet = sheet_before(found, at, home)
                if sheet is not None and sheet.casefold() in self.sheets:
                    step = self._moved(out, at, sheet, is_range=is_range)
            at += step
        return "".join(out)

    def _moved(self, out: list[str], at: int, sheet: str, *, is_range: bool) -> int:
        """Change the reference that begins at a word; how many words it takes."""
        words = [out[at], out[at + 2]] if is_range else [out[at]]
        for pattern in (_CELL, _COLUMN) if is_range else (_CELL,):
            ends = [pattern.fullmatch(word) for word in words]
            if any(end is None for end in ends):
                continue
            matches = [end for end in ends if end is not None]
            rows = [int(end[3].lstrip("$")) if end[3] else 0 for end in matches]
            if pattern is _CELL and any(parse_cell(word) is None for word in words):
                return 1
            top, bottom = (min(rows), max(rows)) if pattern is _CELL else (1, MAX_ROW)
            for place, end in zip((at, at + 2), matches, strict=False):
                column = self.column(sheet, column_number(end[2].upper()), top, bottom)
                if column != column_number(end[2].upper()):
                    out[place] = f"{end[1]}{column_letters(column)}{end[3]}"
            return 3 if is_range else 1
        return 1


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
            out[at] = "[" + re.sub(
                r"\[((?:[^\[\]']|'.)*)\]", lambda m: f"[{escaped.get(m[1], m[1])}]", inside
            ) + "]"
    return "".join(out)
