"""Ranges that cover the rows of a table, made to reach down to more of them, as Excel makes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from strategy_xl.formulas.cell_refs import Area, parse_area
from strategy_xl.formulas.tokens import BRACKET, QUOTED, WORD, Token, tokens

_CELL = re.compile(r"(\$?[A-Za-z]{1,3}\$?)([1-9][0-9]{0,6})")


class Reach(NamedTuple):
    """A table that gets more rows.

    Arguments:
        sheet: title of its sheet.
        area: its cells before, the headers among them, a totals row not.
        first: its first data row.
        bottom: its last row afterwards.
    """

    sheet: str
    area: Area
    first: int
    bottom: int

    @property
    def last(self) -> int:
        """The last row before."""
        return self.area.bottom

    def _is_inside(self, other: Area) -> bool:
        return self.area.left <= other.left and other.right <= self.area.right

    def covers_data(self, other: Area) -> bool:
        """Whether some cells are exactly the data rows of some columns; of a single row, nobody knows."""
        is_run = self.first < self.last
        return is_run and other.top == self.first and other.bottom == self.last and self._is_inside(other)

    def covers_table(self, other: Area) -> bool:
        """The same, or the headers with them."""
        is_whole = other.top == self.area.top < self.first and other.bottom == self.last
        return self.covers_data(other) or (is_whole and self._is_inside(other))

    def begins_data(self, other: Area) -> bool:
        """Whether some cells are data rows of some columns from the first one on, maybe not all."""
        return other.top == self.first < other.bottom <= self.last and self._is_inside(other)

    def covers_end(self, other: Area) -> bool:
        """Whether some cells are the data rows or the end of them: people's moves cut rules into pieces."""
        is_run = other.top < other.bottom or self.first == self.last
        return self.first <= other.top and other.bottom == self.last and self._is_inside(other) and is_run

    def covers_page(self, other: Area) -> bool:
        """Whether some cells hold all rows of the table and end with them: what is printed, or filtered."""
        is_across = other.left <= self.area.right and self.area.left <= other.right
        return other.top <= self.first and other.bottom == self.last and is_across

    def longer(self, other: Area) -> Area:
        """The same cells down to the new last row."""
        return other._replace(bottom=self.bottom)


Covers = Callable[[Area], bool]


def lengthened(text: str, home: str | None, reach: Reach, covers: Covers | None = None) -> str:
    """A formula whose ranges over the rows of a table reach down to its new last row.

    Arguments:
        text: formula in file syntax, also the list of areas that a name or a chart has.
        home: title of the sheet that a range without one is on; None where such ranges are left alone.
        reach: the table.
        covers: which areas are meant; those of exactly the data rows when not given.

    Of a table that has but one row, a cell or a row is only that.

    >>> reach = Reach("Clients", Area(3, 2, 9, 5), 4, 12)
    >>> lengthened("SUM(Clients!$B$4:$B$9)+SUM(Clients!B4:B8)", None, reach)
    'SUM(Clients!$B$4:$B$12)+SUM(Clients!B4:B8)'
    """
    covers = covers or reach.covers_data
    found = tokens(text)
    out = [token.text for token in found]
    for at in range(1, len(found) - 1):
        if found[at].text != ":" or found[at - 1].kind != WORD or found[at + 1].kind != WORD:
            continue
        ends = _CELL.fullmatch(found[at - 1].text), _CELL.fullmatch(found[at + 1].text)
        sheet = sheet_before(found, at - 1, home)
        if None in ends or sheet is None or sheet.casefold() != reach.sheet.casefold():
            continue
        area = parse_area(found[at - 1].text + ":" + found[at + 1].text)
        if area is None or not covers(area):
            continue
        for place, end in ((at - 1, ends[0]), (at + 1, ends[1])):
            assert end is not None
            if int(end[2]) == area.bottom:
                out[place] = f"{end[1]}{reach.bottom}"
    return "".join(out)


def sheet_before(found: tuple[Token, ...], at: int, home: str | None) -> str | None:
    """The sheet of the range whose first cell is a token; None for one of another workbook."""
    if at == 0 or found[at - 1].text != "!":
        return home
    if at < 2 or (at > 2 and found[at - 3].kind == BRACKET):
        return None
    name = found[at - 2]
    if name.kind == QUOTED:
        return name.text[1:-1].replace("''", "'")
    return name.text if name.kind == WORD else None


def moved_row(text: str, row: int, to: int) -> str:
    """A formula whose references to one row lead to another, fixed ones too; all others stay.

    >>> moved_row("KPI!$H$9:$M$9", 9, 11)
    'KPI!$H$11:$M$11'
    """
    out = []
    for token in tokens(text):
        cell = _CELL.fullmatch(token.text) if token.kind == WORD else None
        out.append(f"{cell[1]}{to}" if cell is not None and int(cell[2]) == row else token.text)
    return "".join(out)
