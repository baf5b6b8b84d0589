"""A list that a workbook of somebody else holds: an Excel table, or a plain range with a header."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from strategy_xl.book.known_places import parse_reference
from strategy_xl.errors import Location, UsageError, WorkbookError
from strategy_xl.formulas.cell_refs import Area, parse_area
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import SheetInfo, TableInfo, WorkbookInfo
from strategy_xl.schema.spec import TableBlock
from strategy_xl.work.importing.matching import match_columns
from strategy_xl.work.importing.source import SourceList, read_list

_LEAST_SCORE, _CLEARLY = 0.3, 0.1
"""What a list must score to be taken for another one, and by how much more than the next."""

_LEAST_OFFER = 0.4
"""What it must score to be spoken of when nobody asked."""


@dataclass(frozen=True)
class Wish:
    """A list of somebody's that is to fill a table of ours.

    Arguments:
        target: module or table of ours, as people call it.
        where: his table, named range, ``Sheet!A1:F20`` or sheet; None for the one that fits best.
        columns: title in his list → field, over what is matched by itself; ``-`` leaves out.
        links: whether our rows read his, or are copies.
    """

    target: str
    where: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    links: bool = False


@dataclass(frozen=True)
class ForeignList:
    """Where a list stands.

    Arguments:
        name: what people call it.
        sheet: title of its sheet.
        area: its cells, the header row first, without a row of totals.
        table: the Excel table that it is; None for a plain range.
    """

    name: str
    sheet: str
    area: Area
    table: TableInfo | None = None

    @property
    def reference(self) -> str:
        """``'Sheet'!B3:F20``, as people may give it."""
        return f"{self.sheet}!{self.area}"


def find_list(path: Path, info: WorkbookInfo, where: str) -> ForeignList:
    """The list that people mean.

    Errors: UsageError SX620 there is none of that name, SX621 there are several, SX622 no row of titles.
    """
    found = list(dict.fromkeys(_meant(info, where.strip())))
    located = Location(str(path))
    if not found:
        known = {item.name.casefold(): item.name for item in all_lists(info)}
        near = difflib.get_close_matches(where.casefold(), known, n=3, cutoff=0.4) or list(known)[:6]
        raise UsageError("SX620", located, found=where, known=", ".join(known[key] for key in near))
    if len(found) > 1:
        raise UsageError("SX621", located, found=where, names=", ".join(item.reference for item in found))
    table = found[0].table
    if table is not None and not table.header_rows:
        place = Location(str(path), table.sheet, str(table.area).partition(":")[0])
        raise UsageError("SX622", place, table=table.display_name)
    return found[0]


def all_lists(info: WorkbookInfo) -> Iterator[ForeignList]:
    """Every table with a header, and every sheet of cells without a table."""
    values = SheetValues(info)
    for sheet in info.sheets:
        tables = (
            [_of_table(table) for table in info.tables_of(sheet) if table.header_rows] if sheet.part else []
        )
        yield from tables
        if not tables and sheet.kind == "worksheet" and (area := _filled(values, sheet)) is not None:
            yield ForeignList(sheet.name, sheet.name, area)


def _meant(info: WorkbookInfo, where: str) -> Iterator[ForeignList]:
    """What may be called so: a table before the sheet on which it stands."""
    plain = where.casefold()
    tables = [
        table for table in info.tables if plain in (table.display_name.casefold(), table.name.casefold())
    ]
    yield from map(_of_table, tables)
    named = [name for name in info.defined_names if name.name.casefold() == plain]
    for text in (*(name.text for name in named), where):
        place = parse_reference(text)
        area = parse_area(text.rpartition("!")[2]) if place is not None else None
        if place is not None and area is not None and area.size > 1:
            sheet = next((s for s in info.sheets if s.name.casefold() == place.sheet.casefold()), None)
            if sheet is not None and sheet.kind == "worksheet":
                yield _of_area(info, where, sheet, area)
    if tables or named:
        return
    for sheet in info.sheets:
        if sheet.name.casefold() == plain and sheet.kind == "worksheet":
            own = info.tables_of(sheet)
            filled = None if own else _filled(SheetValues(info), sheet)
            yield from map(_of_table, own)
            if filled is not None:
                yield ForeignList(sheet.name, sheet.name, filled)


def _of_table(table: TableInfo) -> ForeignList:
    area = table.area._replace(bottom=table.last_row)
    return ForeignList(table.display_name, table.sheet, area, table)


def _of_area(info: WorkbookInfo, name: str, sheet: SheetInfo, area: Area) -> ForeignList:
    """A range; when it is all of a table, the table."""
    for table in info.tables_of(sheet):
        if area in (table.area, table.area._replace(bottom=table.last_row)):
            return _of_table(table)
    return ForeignList(name, sheet.name, area)


def _filled(values: SheetValues, sheet: SheetInfo) -> Area | None:
    grid = values.grid(sheet.name) if values.meta(sheet.name).cells else None
    return Area(1, 1, len(grid), grid.width) if grid is not None and len(grid) > 1 else None


def read_foreign(path: Path, found: ForeignList) -> SourceList:
    """The list itself.

    Errors: UsageError SX622 when its first row is no header; WorkbookError SX151 nothing stands below one.
    """
    listed = read_list(path, sheet=found.sheet, area=found.area)
    is_whole_sheet = found.table is None and found.name == found.sheet
    if not is_whole_sheet and listed.first_row != found.area.top + 1:
        place = Location(str(path), found.sheet, str(found.area).partition(":")[0])
        raise UsageError("SX622", place, table=found.name)
    return listed


def best_list(path: Path, info: WorkbookInfo, block: TableBlock, lang: str) -> ForeignList:
    """The list that fits a table of ours best.

    Errors: UsageError SX623 when none fits, SX621 when two fit about as well.
    """
    scored = sorted(
        ((score(path, item, block, lang), item) for item in all_lists(info)),
        key=lambda pair: -pair[0],
    )
    fitting = [(value, item) for value, item in scored if value >= _LEAST_SCORE]
    where = Location(str(path))
    if not fitting:
        known = ", ".join(item.name for _, item in scored[:6])
        raise UsageError("SX623", where, target=block.key, known=known or "–")
    alike = [item for value, item in fitting if fitting[0][0] - value < _CLEARLY]
    if len(alike) > 1:
        names = ", ".join(item.reference for item in alike)
        raise UsageError("SX621", where, found=block.key, names=names)
    return alike[0]


def likely_lists(
    path: Path, info: WorkbookInfo, blocks: Sequence[TableBlock], lang: str
) -> dict[str, tuple[ForeignList, float]]:
    """Lists that nobody asked for and that would fill a table of ours: key of the table → the best, its fit.

    Each list goes to the table that it fits best, or to none.
    """
    best: dict[str, tuple[ForeignList, float]] = {}
    for found in all_lists(info):
        listed = _listed(path, found)
        if listed is not None and blocks:
            fits = {block.key: _fit(listed, block, lang) for block in blocks}
            key = max(fits, key=fits.__getitem__)
            if fits[key] >= _LEAST_OFFER and (key not in best or fits[key] > best[key][1]):
                best[key] = found, fits[key]
    return {block.key: best[block.key] for block in blocks if block.key in best}


def score(path: Path, found: ForeignList, block: TableBlock, lang: str) -> float:
    """How well a list fits a table, 0 to 1: how many of its columns have a field, and how sure that is."""
    listed = _listed(path, found)
    return 0.0 if listed is None else _fit(listed, block, lang)


def _listed(path: Path, found: ForeignList) -> SourceList | None:
    """The list, or nothing where it is none."""
    try:
        return read_foreign(path, found)
    except (UsageError, WorkbookError):
        return None


def _fit(listed: SourceList, block: TableBlock, lang: str) -> float:
    matches = match_columns(listed, block, None, lang).matches
    if all(match.field != block.identity_key for match in matches):
        return 0.0
    columns = sum(bool(title) for title in listed.columns)
    return sum(match.confidence * len(match.columns) for match in matches) / max(columns, 1)
