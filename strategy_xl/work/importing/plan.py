"""Bring an existing list into a table of a workbook: match, look, then write.

``plan`` reads the list and shows what would happen; ``apply`` writes it through the lossless patcher: blank
rows are filled first, then the table grows, with blank rows for what people type next. Text stays text: a
cell that begins with ``=`` goes in as text and is never calculated. A cell of the list that is empty or
cannot be read never overwrites one of the workbook.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from strategy_xl.book.below import LEAST_SPARE, SPARE
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.errors import Finding, Location, Severity, UsageError, WorkbookError
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.patch import PatchReport, set_cells
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.schema.spec import FieldSpec, FieldType, TableBlock
from strategy_xl.text.parsing import fold
from strategy_xl.work.importing.list_values import list_column
from strategy_xl.work.importing.matching import Match, Unmatched, match_columns
from strategy_xl.work.importing.source import SourceList, read_list

OnExisting = Literal["skip", "update", "refuse"]
PREVIEW_ROWS = 5
MAX_SAME = 20


@dataclass(frozen=True)
class ImportRow:
    """One row of the list, ready: field key → value to write."""

    cells: Mapping[str, Any]
    existing: int | None = None
    """Excel row of the same name in the workbook, None for a new one."""


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do.

    Arguments:
        source: path of the list.
        book: path of the workbook that was read for it.
        data: the table to fill, as it is.
        matches: columns of the list with the field each goes into.
        unmatched: columns that go nowhere.
        rows: the rows with a name, the first of each name.
        findings: what could not be read, and what was left out.
        rows_read: rows of the list that hold something.
        snapshot: the bytes of the workbook that was read for it.
        encoding, separator: of a CSV, empty for a spreadsheet.
    """

    source: str
    book: str
    data: BlockData
    matches: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]
    rows: tuple[ImportRow, ...]
    findings: tuple[Finding, ...]
    rows_read: int
    snapshot: Snapshot = field(repr=False)
    encoding: str = ""
    separator: str = ""

    @property
    def preview(self) -> tuple[Mapping[str, Any], ...]:
        """The first rows, by label, as they would stand in the workbook."""
        lang = self.data.context.lang
        labels = {match.field: self.data.field(match.field).label.get(lang) for match in self.matches}
        return tuple(
            {label: row.cells.get(key) for key, label in labels.items()} for row in self.rows[:PREVIEW_ROWS]
        )


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Arguments:
        added, updated, skipped: rows of the list that were new, that changed a row of the workbook, that were
            left out because their name is there already.
        filled, grown: of the added ones, how many went into blank rows and how many made the table longer.
        findings: those of the plan, and what the write adds.
        patch: what was changed in the file; None when there was nothing to write.
    """

    added: int = 0
    updated: int = 0
    skipped: int = 0
    filled: int = 0
    grown: int = 0
    findings: tuple[Finding, ...] = ()
    patch: PatchReport | None = field(default=None)


def plan(
    source: Path | str,
    target: str,
    book: WorkbookData,
    mapping: Mapping[str, str] | None = None,
    *,
    sheet: str | None = None,
) -> ImportPlan:
    """See what an import would do; nothing is written.

    Arguments:
        source: the list (.csv, .xlsx, .xls, .ods…).
        target: module, table or sheet title to fill (``clients``, ``contacts``, ``Matrice clients``).
        book: the workbook as read.
        mapping: title in the list → field (label or key), over what is matched by itself; ``-`` leaves out.
        sheet: sheet of a spreadsheet list.

    Errors: UsageError SX152 no such table, SX153 no column matches, SX154/SX155 wrong mapping, SX156 nothing
    names the rows; WorkbookError SX150/SX151 the list cannot be read.
    """
    data = _target(target, book)
    block = data.block
    assert isinstance(block, TableBlock)
    listed = read_list(source, sheet=sheet)
    matches, unmatched = match_columns(listed.path, listed.columns, block, mapping, book.lang)
    matches = tuple(match for match in matches if match.field in data.places)
    _check_matches(listed, block, matches, book.lang)
    work = _Planner(listed, data, book)
    rows = tuple(work.rows(matches))
    return ImportPlan(
        listed.path,
        book.path,
        data,
        matches,
        unmatched,
        rows,
        tuple(work.findings),
        work.rows_read,
        book.snapshot,
        listed.encoding,
        listed.separator,
    )


def _target(name: str, book: WorkbookData) -> BlockData:
    """The table people mean by a block, module or sheet title."""
    wanted = fold(name)
    tables = {key: data for key, data in book.blocks.items() if data.is_table}
    for key, data in tables.items():
        if wanted in {fold(key), fold(key.replace("_", " "))}:
            return data
    for data in tables.values():
        module = data.module
        if wanted in {fold(module.key), fold(module.sheet.fr), fold(module.sheet.en), fold(data.sheet)}:
            return data
    known = {fold(text): text for data in tables.values() for text in (data.block.key, data.module.key)}
    close = difflib.get_close_matches(wanted, known, 1, 0)
    suggestion = known[close[0]] if close else ""
    raise UsageError("SX152", Location(book.path), module=name, suggestion=suggestion)


def _check_matches(listed: SourceList, block: TableBlock, matches: Sequence[Match], lang: str) -> None:
    where = Location(listed.path)
    if not matches:
        title = block.title.get(lang) if block.title is not None else block.table_name
        raise UsageError("SX153", where, title=title, columns=", ".join(listed.columns))
    identity = block.identity_key
    if all(match.field != identity for match in matches):
        label = next(spec.label.get(lang) for spec in block.fields if spec.key == identity)
        raise UsageError("SX156", where, label=label, key=identity)


class _Planner:
    """The work on one list."""

    def __init__(self, listed: SourceList, data: BlockData, book: WorkbookData) -> None:
        self.listed, self.data, self.book = listed, data, book
        self.findings: list[Finding] = []
        self.rows_read = 0
        block = data.block
        assert isinstance(block, TableBlock)
        self.identity = data.field(block.identity_key)
        self.is_name = self.identity.type is FieldType.TEXT and self.identity.source is None

    def rows(self, matches: Sequence[Match]) -> Iterator[ImportRow]:
        """The rows to bring in, with what was left out noted."""
        columns = {match.field: self._values(match) for match in matches}
        known = self._known(columns)
        seen: set[Any] = set()
        nameless = doubled = 0
        for position, cells in enumerate(self.listed.rows):
            if all(cell == "" for cell in cells):
                continue
            self.rows_read += 1
            values = {
                key: column[position] for key, column in columns.items() if column[position] is not None
            }
            if self.identity.key not in values:
                nameless += 1
                continue
            key = self._key(values)
            if key in seen:
                doubled += 1
                continue
            seen.add(key)
            yield ImportRow(values, known.get(key))
        for code, count in (("SX160", nameless), ("SX161", doubled)):
            if count:
                where = Location(self.listed.path)
                self.findings.append(Finding(code, where, {"n": count}))

    def _key(self, values: Mapping[str, Any]) -> Any:
        """What makes a row the same row: its name; where names may come back, everything it holds."""
        if self.is_name:
            return " ".join(str(values[self.identity.key]).casefold().split())
        return tuple(sorted((key, str(value).casefold()) for key, value in values.items()))

    def _known(self, columns: Mapping[str, Any]) -> dict[Any, int]:
        """Key → Excel row of the rows the workbook has."""
        found: dict[Any, int] = {}
        shown = {
            key: self._column(self.data.field(key), self.data.frame[key])
            for key in (columns if not self.is_name else [self.identity.key])
        }
        for position, row in enumerate(self.data.frame.index):
            values = {key: column[position] for key, column in shown.items() if column[position] is not None}
            if self.identity.key in values:
                found.setdefault(self._key(values), int(row))
        return found

    def _values(self, match: Match) -> list[Any]:
        """A column of the list as values to write; None where there is nothing to write."""
        spec = self.data.field(match.field)
        raw = self.listed.column(match.index)
        found = list_column(raw, spec, self.book, self.listed)
        counts: dict[str, int] = {}
        for problem in found.problems:
            counts[problem.code] = counts.get(problem.code, 0) + 1
            if counts[problem.code] > MAX_SAME:
                continue
            cell = cell_name(self.listed.first_row + problem.position, match.index + 1)
            where = Location(self.listed.path, None, cell)
            args = {"label": match.column, **problem.args}
            self.findings.append(Finding(problem.code, where, args, problem.severity))
        for code, count in counts.items():
            if count > MAX_SAME:
                args = {"label": match.column, "n": count - MAX_SAME, "code": code}
                self.findings.append(Finding("SX230", Location(self.listed.path), args))
        return self._column(spec, found.cells)

    def _column(self, spec: FieldSpec, values: Iterable[Any]) -> list[Any]:
        """Values as they stand in cells of this workbook; equal ones are looked at once."""
        known: dict[Any, Any] = {}
        shown = []
        for value in values:
            if value not in known:
                known[value] = self._shown(spec, value)
            shown.append(known[value])
        return shown

    def _shown(self, spec: FieldSpec, value: Any) -> Any:
        """A value as it stands in a cell of this workbook: choices by label, yes/no by word, real dates."""
        shown = self.book.look.cell(spec, value)
        if isinstance(shown, date):
            return date(shown.year, shown.month, shown.day)
        return float(shown) if isinstance(shown, float) else shown


def apply(
    plan_: ImportPlan,
    book_path: Path | str,
    *,
    target: Path | str | None = None,
    on_existing: OnExisting = "skip",
    dry_run: bool = False,
    backups: int = 1,
) -> ImportReport:
    """Write a plan into the workbook.

    Arguments:
        plan_: what ``plan`` gave for this workbook.
        book_path: the workbook; it must still be as it was when it was planned for.
        target: where to write; over the workbook when not given.
        on_existing: rows whose name is there already are left alone (``skip``), take the list's values
            (``update``; empty cells of the list change nothing), or stop the import (``refuse``).
        dry_run: count, write nothing.
        backups: how many earlier versions of the workbook stay beside it.

    Errors: WorkbookChangedError SX916 somebody has written the workbook since; WorkbookError SX159 the rows
    of the table are fixed, SX164 the table can no longer grow, SX166 names exist already (``refuse``);
    PatchRefusedError from the patcher.
    """
    data = plan_.data
    new = [row for row in plan_.rows if row.existing is None]
    existing = [row for row in plan_.rows if row.existing is not None]
    where = Location(str(book_path), data.sheet)
    if existing and on_existing == "refuse":
        raise WorkbookError("SX166", where, n=len(existing))
    findings = list(plan_.findings)
    edits: dict[tuple[int, int], Any] = {}
    if on_existing == "update":
        for row in existing:
            edits.update(_cells(data, row, int(row.existing or 0)))
    elif existing:
        findings.append(Finding("SX162", where, {"n": len(existing)}, Severity.NOTE))
    free = _blank_rows(data)
    filled, grown = new[: len(free)], new[len(free) :]
    for row, excel_row in zip(filled, free, strict=False):
        edits.update(_cells(data, row, excel_row))
    _check_growth(data, where, grown)
    options = {"source": plan_.snapshot, "target": Path(target or book_path)}
    patch = _write(data, edits, grown, **options, dry_run=dry_run, backups=backups)
    updated = len(existing) if on_existing == "update" else 0
    return ImportReport(
        len(new), updated, len(existing) - updated, len(filled), len(grown), tuple(findings), patch
    )


def _cells(data: BlockData, row: ImportRow, excel_row: int) -> dict[tuple[int, int], Any]:
    return {data.cell(key, excel_row): value for key, value in row.cells.items()}


def _blank_rows(data: BlockData) -> list[int]:
    """Blank rows that the table has already."""
    return [row for row in data.blank_rows if not data.is_new(row)]


def _check_growth(data: BlockData, where: Location, grown: Sequence[ImportRow]) -> None:
    block = data.block
    assert isinstance(block, TableBlock)
    title = block.title.get(data.context.lang) if block.title is not None else block.table_name
    if grown and block.locked:
        raise WorkbookError("SX159", where, title=title, n=len(grown))
    if grown and data.table is None:
        raise WorkbookError("SX164", where, title=title, table=block.table_name)


def _write(
    data: BlockData, edits: Mapping[tuple[int, int], Any], grown: Sequence[ImportRow], **options: Any
) -> PatchReport | None:
    """Blank rows filled, the table grown; the options are the patcher's own.

    When few blank rows are left after that, the table gets some for what people type next.
    """
    if not edits and not grown:
        return None
    by_sheet = {data.sheet: edits} if edits else {}
    bottom = max(data.typed_last, data.table_last) + len(grown)
    filled = {int(row) for row in data.frame.index} | {row for row, _ in edits}
    left = 0 if grown else bottom - max(filled, default=data.first_row - 1)
    spare = SPARE - left if data.may_grow and left < LEAST_SPARE else 0
    if not grown and not spare and bottom == data.table_last:
        return set_cells(edits=by_sheet, **options)
    assert data.table is not None
    index = {key: place.column - data.table_left for key, place in data.places.items()}
    rows = [{index[key]: value for key, value in row.cells.items()} for row in grown]
    return append_rows(
        table_name=data.table, rows=rows, edits=by_sheet, typed=data.typed_last, spare=spare, **options
    )
