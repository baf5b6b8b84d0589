"""Rows of ours that read a list of somebody else's: formulas in place of values that nobody types twice.

A formula reads one row of his list by its number, so that a row keeps what people type beside it as long as
nobody sorts his list or puts a row into the midst of it. Where a value is written otherwise here (a number
typed as text, a choice by another label), no formula says it: such a column is copied.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from strategy_xl.book.known_places import Place
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.formulas.excel import escape_column
from strategy_xl.work.adoption.foreign_lists import ForeignList
from strategy_xl.work.importing.matching import NOTE, Match
from strategy_xl.work.importing.records import ImportRow
from strategy_xl.work.importing.source import SourceList

_FACTORS = (1.0, 1000.0, 1_000_000.0, 0.01, 1 / 60)
"""By what a number of a list is multiplied here: thousands, millions, per cent, minutes."""
_WRITTEN = {1 / 60: "/60", 0.01: "/100", 1000.0: "*1000", 1_000_000.0: "*1000000"}


@dataclass(frozen=True)
class Link:
    """How a field of ours is read in a list.

    Arguments:
        match: the columns and the field.
        factor: by what a number is multiplied; 1 for what is taken as it stands.
        is_text: whether spaces around it are taken away.
    """

    match: Match
    factor: float = 1.0
    is_text: bool = False


def link_of(listed: SourceList, match: Match, rows: Sequence[ImportRow], *, has_pieces: bool) -> Link | None:
    """How a column can be read by formula; None when it must be copied.

    Arguments:
        listed: the list.
        match: the column and its field.
        rows: the records that come of it, with what is to stand in our cells.
        has_pieces: whether other columns are kept in the note.
    """
    if match.field == NOTE and has_pieces:
        return None
    at = [row.line - listed.first_row for row in rows]
    columns = [listed.column(index) for index in match.columns]
    values = [row.cells.get(match.field) for row in rows]
    if len(columns) > 1:
        joined = [" ".join(str(column[n]).strip() for column in columns).strip() for n in at]
        is_same = all(_same_text(raw, value) for raw, value in zip(joined, values, strict=True))
        return Link(match, is_text=True) if is_same else None
    pairs = [(columns[0][n], value) for n, value in zip(at, values, strict=True)]
    filled = [(raw, value) for raw, value in pairs if raw != "" or value is not None]
    if all(isinstance(raw, str) and _same_text(raw, value) for raw, value in filled):
        return Link(match, is_text=True)
    if all(isinstance(raw, date) and _same_day(raw, value) for raw, value in filled):
        return Link(match)
    for factor in _FACTORS:
        if all(_same_number(raw, value, factor) for raw, value in filled):
            return Link(match, factor)
    return None


def _same_text(raw: str, value: Any) -> bool:
    return isinstance(value, str) and " ".join(raw.split()).casefold() == " ".join(value.split()).casefold()


def _same_day(raw: date, value: Any) -> bool:
    day = raw.date() if isinstance(raw, datetime) else raw
    other = value.date() if isinstance(value, datetime) else value
    return day == other


def _same_number(raw: Any, value: Any, factor: float) -> bool:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not isinstance(value, int | float):
        return False
    return math.isclose(raw * factor, value, rel_tol=1e-9, abs_tol=1e-12)


class LinkFormulas:
    """Writes the formulas that read one list."""

    def __init__(self, listed: SourceList, found: ForeignList, room: int) -> None:
        """For a list, and how many rows more are read under a plain range."""
        self._listed, self._found, self._room = listed, found, room

    def of(self, link: Link, line: int) -> str:
        """The formula of a field for a row of the list (its line in the sheet), without ``=``."""
        number = line - self._listed.first_row + 1
        bases = [self._base(index) for index in link.match.columns]
        items = [f"INDEX({base},{number})" for base in bases]
        if len(items) > 1:
            text = "TRIM(" + '&" "&'.join(items) + ")"
            return f'IF(ROWS({bases[0]})<{number},"",{text})'
        item = items[0]
        said = f"TRIM({item})" if link.is_text else item + _WRITTEN.get(link.factor, "")
        return f'IF(ROWS({bases[0]})<{number},"",IF({item}="","",{said}))'

    def _base(self, index: int) -> str:
        table = self._found.table
        if table is not None:
            name = table.columns[index + 1 - table.area.left].name
            return f"{table.display_name}[{escape_column(name)}]"
        quoted = self._found.sheet.replace("'", "''")
        letter = column_letters(index + 1)
        last = self._found.area.bottom + self._room
        return f"'{quoted}'!${letter}${self._listed.first_row}:${letter}${last}"


def linked_cells(
    formulas: LinkFormulas, links: Sequence[Link], rows: Mapping[int, ImportRow], lines: Mapping[int, int]
) -> dict[tuple[str, int], tuple[str, Any]]:
    """Field and row of ours → formula and what it shows.

    Arguments:
        formulas: of the list.
        links: the fields that are linked.
        rows: row of ours → record that stands there.
        lines: row of ours → line of the list that it reads, also for rows that wait for more.
    """
    found: dict[tuple[str, int], tuple[str, Any]] = {}
    for link in links:
        for at, line in lines.items():
            shown = rows[at].cells.get(link.match.field) if at in rows else None
            found[link.match.field, at] = formulas.of(link, line), "" if shown is None else shown
    return found


def column_places(
    places: Mapping[str, Place], cells: Mapping[tuple[str, int], Any]
) -> dict[int, dict[int, Any]]:
    """Cells by field and row as cells by column and row."""
    found: dict[int, dict[int, Any]] = {}
    for (key, row), value in cells.items():
        found.setdefault(places[key].column, {})[row] = value
    return found
