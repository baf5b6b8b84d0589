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
from functools import cached_property

from strategy_xl.book.known_places import (
    BlockPlace,
    BookNames,
    Place,
    Resolution,
    TableArea,
    choice_places,
    list_places,
    parse_reference,
)
from strategy_xl.errors import Finding, Location, Severity, WorkbookError
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.languages import HOUSE, LANGUAGES
from strategy_xl.ooxml.limits import is_whole
from strategy_xl.schema.names import GUEST, STAMP, parse_anchor
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

_CLOSE_ENOUGH = 0.6
_LANGUAGE_CODE = re.compile(r"[a-z]{2}")
_SHEET = "sheet"


def read_stamp(path: str, names: Mapping[str, str], spec: WorkbookSpec) -> tuple[int, str, bool]:
    """Schema version and language of the stamp, and whether there was one.

    Errors: WorkbookError SX110 when nothing shows that the workbook is one of ours, SX111 when a newer
    version of the program made it, SX665 when it is in a language that is not there.
    """
    parts = names.get(STAMP, "").strip().lstrip("=").strip('"').split(";")
    if not is_whole(parts[0]):
        if any(parse_anchor(name) for name in names):
            return spec.schema_version, HOUSE, False
        raise WorkbookError("SX110", Location(path))
    version = int(parts[0])
    if version > spec.schema_version:
        raise WorkbookError("SX111", Location(path), found=version, known=spec.schema_version)
    lang = parts[1] if len(parts) > 1 else HOUSE
    if lang not in LANGUAGES:
        if _LANGUAGE_CODE.fullmatch(lang):
            raise WorkbookError("SX665", Location(path), lang=lang, known=", ".join(LANGUAGES))
        lang = HOUSE  # nothing that a program writes
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
        labels = set(map(fold, module.sheet.every()))
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
        labels = {fold(text) for item in block.fields for text in item.label.every()}
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
    return (*map(fold, item.label.every()), fold(item.key))


def _title(module: ModuleSpec, block: DataBlock, lang: str) -> str:
    return block.title.get(lang) if block.title is not None else module.title.get(lang)


def _within(column: int, table: TableArea | None) -> bool:
    return table is None or table.left <= column <= table.right
