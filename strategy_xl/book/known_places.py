"""Where things stand in a workbook: cells, tables, blocks and lists, as stored names and parts tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from strategy_xl.errors import Finding
from strategy_xl.formulas.cell_refs import Area, parse_cell
from strategy_xl.ooxml.workbook_part import TableColumn
from strategy_xl.schema.names import choice_name, list_name
from strategy_xl.schema.spec import DataBlock, ModuleSpec, WorkbookSpec

_REFERENCE = re.compile(
    r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!(\$?[A-Za-z]{1,3}\$?\d+)(?::\$?[A-Za-z]{1,3}\$?\d+)?\Z"
)
_CHOICE = re.compile(r"IFERROR\(IF\(((?:'(?:[^']|'')+'|[^'!\[\]]+?)!\$?[A-Za-z]{1,3}\$?\d+)=")


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: sheet title, row and column, 1-based."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class TableArea:
    """A ListObject as the workbook declares it: name, sheet, data rows under the header, columns, look."""

    name: str
    sheet: str
    header: int
    last: int
    left: int
    right: int
    columns: tuple[TableColumn, ...] = ()
    has_look: bool = True


@dataclass(frozen=True)
class BookNames:
    """What resolving needs to know of a workbook.

    Arguments:
        sheets: sheet titles in order.
        names: defined name → what it stands for (``'Clients'!$C$6``, ``"1;fr;0.1.0"``, ``#REF!``).
        tables: the ListObjects.
    """

    sheets: tuple[str, ...]
    names: Mapping[str, str]
    tables: tuple[TableArea, ...]


@dataclass(frozen=True)
class BlockPlace:
    """Where a block stands.

    Arguments:
        module, block: what it is.
        sheet: title of the sheet most of it stands on.
        places: field key → header cell (table) or first value cell (form).
        header: row of the headers (table), 0 for a form.
        last: last data row of the ListObject; None when the table has become a plain range.
        bottom: last row the block may use before the next block begins; None when nothing follows.
        table, left, columns: name of the ListObject as it is now, its first column and what it says of
            its columns; None, 0 and nothing without one.
        has_look: whether the ListObject says how it looks.
    """

    module: ModuleSpec
    block: DataBlock
    sheet: str
    places: Mapping[str, Place]
    header: int = 0
    last: int | None = None
    bottom: int | None = None
    table: str | None = None
    left: int = 0
    columns: tuple[TableColumn, ...] = ()
    has_look: bool = True


@dataclass(frozen=True)
class Resolution:
    """Everything found: blocks by key, sheet titles by module, language and version of the stamp."""

    lang: str
    schema_version: int
    blocks: Mapping[str, BlockPlace]
    sheets: Mapping[str, str]
    lists: Mapping[str, tuple[Place, int]]
    """List key → first cell and number of cells of its labels on the settings sheet."""
    choices: Mapping[str, Mapping[str, Place]]
    """List key → choice key → its cell where that is still there, for lists to which formulas point."""
    anchors: Mapping[tuple[str, str], Place]
    """(block key, field key) → cell of every stored name that still leads somewhere."""
    findings: tuple[Finding, ...]
    is_guest: bool = False
    """Whether the workbook is somebody else's that has taken our sheets in."""


def parse_reference(text: str) -> Place | None:
    """The first cell of ``'Sheet'!$C$6``; None for anything else (``#REF!``, a constant, a formula)."""
    match = _REFERENCE.match(text.strip().lstrip("="))
    if match is None:
        return None
    cell = parse_cell(match[3])
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return Place(sheet, *cell) if cell is not None else None


def table_area(
    name: str,
    sheet: str,
    area: Area,
    totals: int = 0,
    columns: tuple[TableColumn, ...] = (),
    *,
    has_look: bool = True,
) -> TableArea:
    """A ListObject from its whole range, header and totals rows included."""
    return TableArea(name, sheet, area.top, area.bottom - totals, area.left, area.right, columns, has_look)


def list_places(book: BookNames, spec: WorkbookSpec) -> dict[str, tuple[Place, int]]:
    """First cell and number of cells of each list of choices, by its key."""
    found: dict[str, tuple[Place, int]] = {}
    for item in spec.lists:
        text = book.names.get(list_name(item.key), "")
        place = parse_reference(text)
        last = parse_cell(text.rpartition(":")[2])
        if place is not None and place.sheet in book.sheets:
            found[item.key] = (place, last[0] - place.row + 1 if last else 1)
    return found


def choice_places(book: BookNames, spec: WorkbookSpec) -> dict[str, dict[str, Place]]:
    """The cell of each choice that is still there, by list and choice."""
    found: dict[str, dict[str, Place]] = {}
    for item in spec.lists:
        names = {choice.key: choice_name(item.key, choice.key) for choice in item.choices}
        texts = {key: book.names[name] for key, name in names.items() if name in book.names}
        if texts:
            places = ((key, _named_choice(text)) for key, text in texts.items())
            found[item.key] = {key: at for key, at in places if at is not None and at.sheet in book.sheets}
    return found


def _named_choice(text: str) -> Place | None:
    """The cell in ``IFERROR(IF('Sheet'!$B$7="","Label",'Sheet'!$B$7),"Label")``."""
    match = _CHOICE.match(text.strip().lstrip("="))
    return parse_reference(match[1]) if match is not None else None
