"""Find the sheets, tables and columns of a workbook by the names stored in it.

A hidden defined name points to the header cell of each column and to the first value cell of each form
field; Excel and LibreOffice move it with the cell. Where a name is lost, the label still helps; where
that fails too, the finding says which header looks like the missing one. Position never counts.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from strategy_xl.errors import Finding, Location, Severity, WorkbookError
from strategy_xl.formulas.cell_refs import Area, cell_name, parse_cell
from strategy_xl.ooxml.limits import is_whole
from strategy_xl.ooxml.workbook_part import TableColumn
from strategy_xl.schema.names import GUEST, STAMP, choice_name, list_name, parse_anchor
from strategy_xl.schema.spec import (
    AnyBlock,
    DataBlock,
    FieldRole,
    FieldSpec,
    FormBlock,
    ListsBlock,
    ModuleSpec,
    SummaryBlock,
    TableBlock,
    TextBlock,
    WorkbookSpec,
)
from strategy_xl.text.parsing import fold

Cells = Callable[[str, int], Sequence[object]]
"""Gives the values of a row of a sheet, column A first."""

_REFERENCE = re.compile(
    r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!(\$?[A-Za-z]{1,3}\$?\d+)(?::\$?[A-Za-z]{1,3}\$?\d+)?\Z"
)
_CHOICE = re.compile(r"IFERROR\(IF\(((?:'(?:[^']|'')+'|[^'!\[\]]+?)!\$?[A-Za-z]{1,3}\$?\d+)=")
_CLOSE_ENOUGH = 0.6
_SHEET = "sheet"


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


def read_stamp(path: str, names: Mapping[str, str], spec: WorkbookSpec) -> tuple[int, str, bool]:
    """Schema version and language of the stamp, and whether there was one.

    Errors: WorkbookError SX110 when nothing shows that the workbook is one of ours, SX111 when a newer
    version of the program made it.
    """
    parts = names.get(STAMP, "").strip().lstrip("=").strip('"').split(";")
    if not is_whole(parts[0]):
        if any(parse_anchor(name) for name in names):
            return spec.schema_version, "fr", False
        raise WorkbookError("SX110", Location(path))
    version = int(parts[0])
    if version > spec.schema_version:
        raise WorkbookError("SX111", Location(path), found=version, known=spec.schema_version)
    lang = parts[1] if len(parts) > 1 and parts[1] in {"fr", "en"} else "fr"
    return version, lang, True


def resolve(
    path: str, book: BookNames, spec: WorkbookSpec, cells: Cells, *, blocks: Collection[str] | None = None
) -> Resolution:
    """Find every block of the spec in a workbook.

    Arguments:
        path: for the findings' locations.
        cells: called only where a name is lost, to compare labels.
        blocks: keys of the wanted blocks; None for all.

    A module of which the workbook never had a name was left out when it was made: no finding.
    Errors: see ``read_stamp``.
    """
    version, lang, stamped = read_stamp(path, book.names, spec)
    work = _Resolver(path, book, spec, cells, lang, version)
    if not stamped:
        work.say("SX119")
    for module in spec.modules:
        work.module(module, blocks)
    anchors = {key: place for key, place in work.anchors.items() if place is not None}
    choices = choice_places(book, spec)
    found = tuple(work.findings)
    return Resolution(
        lang, version, work.blocks, work.sheets, work.lists, choices, anchors, found, GUEST in book.names
    )


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


class _Resolver:
    """The work on one workbook."""

    def __init__(
        self, path: str, book: BookNames, spec: WorkbookSpec, cells: Cells, lang: str, version: int
    ) -> None:
        self.path, self.book, self.spec, self.cells, self.lang = path, book, spec, cells, lang
        self.version = version
        self.blocks: dict[str, BlockPlace] = {}
        self.sheets: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.anchors: dict[tuple[str, str], Place | None] = {}
        known = set(book.sheets)
        for name, text in book.names.items():
            key = parse_anchor(name)
            if key is not None:
                place = parse_reference(text)
                self.anchors[key] = place if place is not None and place.sheet in known else None
        self.by_name = {table.name: table for table in book.tables}
        # In a workbook of somebody else's, a sheet of his is none of ours, whatever its words.
        self.ours = known
        if GUEST in book.names:
            self.ours = {place.sheet for place in self.anchors.values() if place is not None}
            self.by_name = {name: table for name, table in self.by_name.items() if table.sheet in self.ours}
        self.lists = list_places(book, spec)

    def say(self, code: str, place: Place | None = None, *, sheet: str | None = None, **args: object) -> None:
        """Note a finding."""
        cell = cell_name(place.row, place.column) if place else None
        where = Location(self.path, place.sheet if place else sheet, cell)
        severity = Severity.NOTE if code in {"SX124", "SX125"} else Severity.WARNING
        self.findings.append(Finding(code, where, args, severity))

    # -- modules and their sheets ----------------------------------------------------------------------

    def module(self, module: ModuleSpec, wanted: Collection[str] | None) -> None:
        """Find the sheet of a module and its blocks."""
        data = [block for block in module.blocks if isinstance(block, DataBlock)]
        keys = [(_SHEET, module.key), *((block.key, item.key) for block in data for item in block.fields)]
        known = [self.anchors[key] for key in keys if key in self.anchors]
        sheet = self._sheet(module, known)
        if sheet is None:
            if known:
                self.say("SX120", sheet=module.sheet.get(self.lang), title=module.sheet.get(self.lang))
            return
        self.sheets[module.key] = sheet
        for block in data:
            if wanted is None or block.key in wanted:
                place = self._block(module, block, sheet)
                if place is not None:
                    self.blocks[block.key] = place

    def _sheet(self, module: ModuleSpec, known: Sequence[Place | None]) -> str | None:
        title = self.anchors.get((_SHEET, module.key))
        if title is not None:
            return title.sheet
        votes = Counter(place.sheet for place in known if place is not None)
        if votes:
            return votes.most_common(1)[0][0]
        labels = {fold(module.sheet.fr), fold(module.sheet.en)}
        return next((name for name in self.book.sheets if name in self.ours and fold(name) in labels), None)

    def _block(self, module: ModuleSpec, block: DataBlock, sheet: str) -> BlockPlace | None:
        if isinstance(block, TableBlock):
            return self._table(module, block.of_version(self.version), sheet)
        return self._form(module, block, sheet)

    # -- tables ----------------------------------------------------------------------------------------

    def _table(self, module: ModuleSpec, block: TableBlock, sheet: str) -> BlockPlace | None:
        found = {
            item.key: place
            for item in block.fields
            if (place := self.anchors.get((block.key, item.key))) is not None
        }
        table = self._list_object(block, found.values())
        if table is None and not found:
            table, header = None, self._header_by_label(block, sheet)
            if header == 0:
                if any((block.key, item.key) in self.anchors for item in block.fields):
                    self.say("SX127", sheet=sheet, title=_title(module, block, self.lang))
                return None
        elif table is not None:
            sheet, header = table.sheet, table.header
        else:
            sheet, header = Counter((place.sheet, place.row) for place in found.values()).most_common(1)[0][0]
        # A name that left the header row no longer names a column of this table.
        places = {
            key: place
            for key, place in found.items()
            if place.sheet == sheet and place.row == header and _within(place.column, table)
        }
        self._by_label(block, sheet, header, table, places)
        if not places:
            self.say("SX127", sheet=sheet, title=_title(module, block, self.lang))
            return None
        if table is None:
            first = min(places.values(), key=lambda place: place.column)
            self.say("SX124", first, title=_title(module, block, self.lang), table=block.table_name)
        return BlockPlace(
            module,
            block,
            sheet,
            places,
            header,
            table.last if table else None,
            self._bottom(module, sheet, header, is_range=table is None),
            table.name if table else None,
            table.left if table else 0,
            table.columns if table else (),
            table is None or table.has_look,
        )

    def _list_object(self, block: TableBlock, places: Iterable[Place]) -> TableArea | None:
        """The ListObject under most of the block's headers, else the one of the block's name."""
        votes: Counter[str] = Counter()
        for place in places:
            for table in self.book.tables:
                on_header = table.sheet == place.sheet and table.header == place.row
                if on_header and _within(place.column, table):
                    votes[table.name] += 1
        if votes:
            return self.by_name[votes.most_common(1)[0][0]]
        return self.by_name.get(block.table_name)

    def _header_by_label(self, block: TableBlock, sheet: str) -> int:
        """The row of a sheet that reads most like the block's headers; 0 when none holds half of them.

        A row that is known to belong to another block is none: tables of one sheet have headers in common.
        """
        others = {
            place.row
            for (owner, _), place in self.anchors.items()
            if place is not None and place.sheet == sheet and owner != block.key
        }
        others |= {table.header for table in self.book.tables if table.sheet == sheet}
        labels = {fold(text) for item in block.fields for text in (item.label.fr, item.label.en)}
        best, hits = 0, len(block.fields) / 2
        for row in range(1, 60):
            count = sum(isinstance(value, str) and fold(value) in labels for value in self.cells(sheet, row))
            if count >= hits and count > 1 and row not in others:
                best, hits = row, count + 0.5
        return best

    def _by_label(
        self, block: TableBlock, sheet: str, header: int, table: TableArea | None, places: dict[str, Place]
    ) -> None:
        """Add the columns whose name is lost but whose label stands in the header row."""
        lost = [item for item in block.fields if item.key not in places and item.since <= self.version]
        if not lost:
            return
        taken = {place.column for place in places.values()}
        free = {
            fold(value): (column, value)
            for column, value in enumerate(self.cells(sheet, header), 1)
            if isinstance(value, str) and value.strip() and column not in taken and _within(column, table)
        }
        for item in lost:
            match = next((free.pop(name) for name in _names(item) if name in free), None)
            if match is not None:
                places[item.key] = Place(sheet, header, match[0])
                self.say("SX125", places[item.key], label=match[1])
        for item in lost:
            if item.key not in places:
                self._missing_column(item, sheet, header, free)

    def _missing_column(
        self, item: FieldSpec, sheet: str, header: int, free: Mapping[str, tuple[int, str]]
    ) -> None:
        close = [
            match
            for name in _names(item)
            for match in difflib.get_close_matches(name, free, 1, _CLOSE_ENOUGH)
        ]
        label = item.label.get(self.lang)
        if close:
            column, text = free[close[0]]
            self.say("SX122", Place(sheet, header, column), label=label, found=text)
        elif item.role is FieldRole.INPUT or not item.hidden:
            self.say("SX121", sheet=sheet, label=label)

    def _bottom(self, module: ModuleSpec, sheet: str, header: int, *, is_range: bool) -> int | None:
        """Last row a table without ListObject may use: just above the next block's title.

        No name leads to texts that are only to be read; under a plain range (``is_range``) they are found by
        their words.
        """
        below: list[int] = []
        for block in module.blocks:
            rows = [place.row for place in self._known(block) if place.sheet == sheet]
            if rows and min(rows) <= header < max(rows) and not isinstance(block, TableBlock):
                # A line of it stands apart: an upgrade has put it there, or people have.
                below.append(min(row for row in rows if row > header) - 1)
            elif rows and min(rows) > header:
                over = (block.title is not None) + (block.intro is not None)
                if isinstance(block, FormBlock | SummaryBlock):
                    over += block.fields[0].section is not None
                if isinstance(block, SummaryBlock) and not block.beside and not block.card:
                    over += 1  # labels above the results
                if not isinstance(block, DataBlock) or (isinstance(block, FormBlock) and block.instances > 1):
                    over += 1  # titles of lists, boxes and instances
                below.append(min(rows) - over - 1)
        bottom = min(below, default=None)
        if not is_range or bottom is None:
            return bottom
        texts = {
            fold((block.title or block.paragraphs[0]).get(self.lang))
            for block in module.blocks
            if isinstance(block, TextBlock)
        }
        under = range(header + 1, bottom + 1)
        return next((row - 1 for row in under if self._says(sheet, row, texts)), bottom)

    def _says(self, sheet: str, row: int, texts: Collection[str]) -> bool:
        """Whether the first text of a row is one of some."""
        first = next((value for value in self.cells(sheet, row) if isinstance(value, str) and value), "")
        return fold(first) in texts

    def _known(self, block: AnyBlock) -> Iterator[Place]:
        """The cells of a block to which stored names lead."""
        if isinstance(block, ListsBlock):
            yield from (place for place, _ in self.lists.values())
        yield from self._places_of.get(block.key, ())

    @cached_property
    def _places_of(self) -> dict[str, list[Place]]:
        """Block → the cells to which the names of its fields lead."""
        found: dict[str, list[Place]] = {}
        for (owner, _), place in self.anchors.items():
            if place is not None:
                found.setdefault(owner, []).append(place)
        return found

    # -- forms -----------------------------------------------------------------------------------------

    def _form(self, module: ModuleSpec, block: FormBlock | SummaryBlock, sheet: str) -> BlockPlace | None:
        places: dict[str, Place] = {}
        lost: list[FieldSpec] = []
        for item in self._made(block):
            place = self.anchors.get((block.key, item.key))
            if place is not None:
                places[item.key] = place
            elif item.since <= self.version:
                lost.append(item)
        if lost and places:
            self._form_by_label(lost, places)
        if not places:
            if any((block.key, item.key) in self.anchors for item in block.fields):
                self.say("SX127", sheet=sheet, title=_title(module, block, self.lang))
            return None
        sheet = Counter(place.sheet for place in places.values()).most_common(1)[0][0]
        return BlockPlace(module, block, sheet, places)

    def _made(self, block: FormBlock | SummaryBlock) -> Iterator[FieldSpec]:
        """The fields that the workbook was made with: those of a path's steps only whose sheets it has."""
        if not (isinstance(block, SummaryBlock) and block.path):
            yield from block.fields
            return
        for step in block.steps():
            if any((block.key, item.key) in self.anchors for item in step):
                yield from step

    def _form_by_label(self, lost: Sequence[FieldSpec], places: dict[str, Place]) -> None:
        """Find lost form fields by the label on their row, in the column of the other values."""
        sheet, column = Counter((place.sheet, place.column) for place in places.values()).most_common(1)[0][0]
        rows = [place.row for place in places.values()]
        labels: dict[str, int] = {}
        for row in range(max(min(rows) - len(lost), 1), max(rows) + len(lost) + 1):
            for value in self.cells(sheet, row)[: column - 1]:
                if isinstance(value, str) and value.strip():
                    labels.setdefault(fold(value), row)
        taken = set(rows)
        for item in lost:
            found = next(
                (labels[name] for name in _names(item) if labels.get(name, 0) not in taken | {0}), None
            )
            if found is not None:
                places[item.key] = Place(sheet, found, column)
                self.say("SX125", places[item.key], label=item.label.get(self.lang))
            elif item.role is FieldRole.INPUT or not item.hidden:
                self.say("SX123", sheet=sheet, label=item.label.get(self.lang))


def _names(item: FieldSpec) -> tuple[str, ...]:
    return fold(item.label.fr), fold(item.label.en), fold(item.key)


def _title(module: ModuleSpec, block: DataBlock, lang: str) -> str:
    return block.title.get(lang) if block.title is not None else module.title.get(lang)


def _within(column: int, table: TableArea | None) -> bool:
    return table is None or table.left <= column <= table.right


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
