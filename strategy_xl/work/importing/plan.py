"""Bring an existing list into a table of a workbook: match, look, then write.

``plan`` reads the list and shows what would happen; ``apply`` writes it through the lossless patcher: blank
rows are filled first, then the table grows, with blank rows for what people type next. Text stays text: a
cell that begins with ``=`` goes in as text and is never calculated. A cell of the list that is empty or
cannot be read never overwrites one of the workbook, and neither names nor formulas of people's own are
overwritten. A list brought in again changes what it says otherwise, and no more.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from strategy_xl.book.below import LEAST_SPARE, SPARE
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.collection import no_collection
from strategy_xl.errors import Finding, Location, Severity, UsageError, WorkbookError
from strategy_xl.formulas.cell_refs import Area
from strategy_xl.ooxml.patch import PatchReport, set_cells
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.schema.spec import TableBlock
from strategy_xl.text.naming import block_names, find_named, module_names
from strategy_xl.text.parsing import fold
from strategy_xl.work.fitting import misfits_with
from strategy_xl.work.importing.known import waiting_rows
from strategy_xl.work.importing.matching import Kept, Match, Unmatched, match_columns
from strategy_xl.work.importing.records import ColumnView, ImportRow, Records
from strategy_xl.work.importing.source import SourceList, read_list

OnExisting = Literal["skip", "update", "refuse"]
PREVIEW_ROWS = 5


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do.

    Arguments:
        source: path of the list.
        book: path of the workbook that was read for it.
        data: the table to fill, as it is.
        matches: columns of the list with the field each goes into.
        kept: columns that have no field and are kept in the note.
        unmatched: columns that go nowhere.
        columns: all columns, with how sure each is and what is read in it.
        rows: the records, the first of each name.
        keys: fields that make a record the same record.
        gone: names in the workbook that the list does not have; they stay.
        findings: what could not be read, and what was left out.
        rows_read: rows of the list that hold something.
        uncached: formulas of the list without a result.
        snapshot: the bytes of the workbook that was read for it.
        encoding, separator: of a CSV, empty for a spreadsheet.
    """

    source: str
    book: str
    data: BlockData
    matches: tuple[Match, ...]
    kept: tuple[Kept, ...]
    unmatched: tuple[Unmatched, ...]
    columns: tuple[ColumnView, ...]
    rows: tuple[ImportRow, ...]
    keys: tuple[str, ...]
    gone: tuple[str, ...]
    findings: tuple[Finding, ...]
    rows_read: int
    uncached: int
    snapshot: Snapshot = field(repr=False)
    encoding: str = ""
    separator: str = ""

    @property
    def new(self) -> tuple[ImportRow, ...]:
        """The records that the workbook does not have."""
        return tuple(row for row in self.rows if row.existing is None)

    @property
    def changed(self) -> tuple[ImportRow, ...]:
        """The records of which the list says something else."""
        return tuple(row for row in self.rows if row.existing is not None and row.changes)

    @property
    def unchanged(self) -> int:
        """How many records are as the list has them."""
        return len(self.rows) - len(self.new) - len(self.changed)

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
        added, updated, skipped: rows of the list that were new, that changed a row of the workbook, whose row
            in the workbook was left as it is.
        unchanged: of those left as they are, how many say nothing else.
        filled, grown: of the added ones, how many went into blank rows and how many made the table longer.
        findings: those of the plan, and what the write adds.
        patch: what was changed in the file; None when there was nothing to write.
    """

    added: int = 0
    updated: int = 0
    skipped: int = 0
    unchanged: int = 0
    filled: int = 0
    grown: int = 0
    findings: tuple[Finding, ...] = ()
    patch: PatchReport | None = field(default=None)


@no_collection()
def plan(  # noqa: PLR0913 - a list, where it goes, and what people say of both
    source: Path | str,
    target: str,
    book: WorkbookData,
    mapping: Mapping[str, str] | None = None,
    *,
    sheet: str | None = None,
    area: Area | None = None,
    calculated: Path | None = None,
) -> ImportPlan:
    """See what an import would do; nothing is written.

    Arguments:
        source: the list (.csv, .xlsx, .xls, .ods…).
        target: module, table or sheet title to fill (``clients``, ``contacts``, ``Matrice clients``).
        book: the workbook as read.
        mapping: title in the list → field (label or key), over what is matched by itself; ``-`` leaves out.
        sheet: sheet of a spreadsheet list.
        area: the cells of that sheet that are the list; all when not given.
        calculated: the same list, of which another program has calculated the formulas.

    Errors: UsageError SX152 no such table, SX153 no column matches, SX154/SX155 wrong mapping, SX156 nothing
    names the rows; WorkbookError SX150/SX151 the list cannot be read.
    """
    data = target_block(target, book)
    block = data.block
    assert isinstance(block, TableBlock)
    listed = read_list(source, sheet=sheet, area=area)
    lacking = len(listed.uncached)
    if calculated is not None:
        listed = replace(read_list(calculated, sheet=sheet, area=area), path=listed.path)
    matching = match_columns(listed, block, mapping, book.lang, data.places)
    _check_matches(listed, block, matching.matches, book.lang)
    work = Records(listed, data, book, matching)
    if lacking > len(listed.uncached):
        args = {"n": lacking - len(listed.uncached)}
        work.findings.insert(0, Finding("SX182", Location(listed.path), args, Severity.NOTE))
    new = [row.cells for row in work.rows if row.existing is None]
    changes = {
        row.existing: {key: value for key, (_, value) in row.changes.items()}
        for row in work.rows
        if row.existing is not None and row.changes
    }
    if new or changes:
        work.findings += misfits_with(book, data, new, changes)
    return ImportPlan(
        listed.path,
        book.path,
        data,
        matching.matches,
        matching.kept,
        matching.unmatched,
        tuple(view for _, view in sorted(work.views, key=lambda item: item[0])),
        work.rows,
        work.known.keys,
        work.gone,
        tuple(work.findings),
        work.rows_read,
        len(listed.uncached),
        book.snapshot,
        listed.encoding,
        listed.separator,
    )


def target_block(name: str, book: WorkbookData) -> BlockData:
    """The table people mean: by its own names, else by those of its module, whose first table it is.

    Errors: UsageError SX152.
    """
    tables = [data for data in book.blocks.values() if data.is_table]
    own = [(data, [*block_names(data.block)]) for data in tables]
    modules = [(data, [*module_names(data.module), data.sheet]) for data in tables]
    if (found := find_named(name, [*own, *modules])) is not None:
        return found
    known = {fold(text): text for data in tables for text in (data.block.key, data.module.key)}
    close = difflib.get_close_matches(fold(name), known, 1, 0)
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


@no_collection()
def apply(
    plan_: ImportPlan,
    book_path: Path | str,
    *,
    target: Path | str | None = None,
    on_existing: OnExisting = "update",
    dry_run: bool = False,
    backups: int = 1,
) -> ImportReport:
    """Write a plan into the workbook.

    Arguments:
        plan_: what ``plan`` gave for this workbook.
        book_path: the workbook; it must still be as it was when it was planned for.
        target: where to write; over the workbook when not given.
        on_existing: rows that are there already take what the list says otherwise (``update``; empty cells of
            the list change nothing), are left alone (``skip``), or stop the import (``refuse``).
        dry_run: count, write nothing.
        backups: how many earlier versions of the workbook stay beside it.

    Errors: WorkbookChangedError SX916 somebody has written the workbook since; WorkbookError SX159 the rows
    of the table are fixed, SX164 the table can no longer grow, SX166 names exist already (``refuse``);
    PatchRefusedError from the patcher.
    """
    data = plan_.data
    new = plan_.new
    existing = [row for row in plan_.rows if row.existing is not None]
    where = Location(str(book_path), data.sheet)
    if existing and on_existing == "refuse":
        raise WorkbookError("SX166", where, n=len(existing))
    findings = list(plan_.findings)
    edits: dict[tuple[int, int], Any] = {}
    changed = plan_.changed if on_existing == "update" else ()
    for row in changed:
        edits.update({data.cell(key, int(row.existing or 0)): new_ for key, (_, new_) in row.changes.items()})
    if existing:
        findings.append(Finding("SX162", where, {"n": len(existing)}, Severity.NOTE))
    free = _blank_rows(plan_)
    filled, grown = new[: len(free)], new[len(free) :]
    for row, excel_row in zip(filled, free, strict=False):
        edits.update(_cells(data, row, excel_row))
    _check_growth(data, where, grown)
    options = {"source": plan_.snapshot, "target": Path(target or book_path)}
    patch = _write(data, edits, grown, **options, dry_run=dry_run, backups=backups)
    left = len(existing) - len(changed)
    return ImportReport(
        len(new), len(changed), left, plan_.unchanged, len(filled), len(grown), tuple(findings), patch
    )


def _cells(data: BlockData, row: ImportRow, excel_row: int) -> dict[tuple[int, int], Any]:
    return {data.cell(key, excel_row): value for key, value in row.cells.items()}


def _blank_rows(plan_: ImportPlan) -> list[int]:
    """Blank rows that the table has already, without those that wait for what a linked list gets."""
    data = plan_.data
    blank = [row for row in data.blank_rows if not data.is_new(row)]
    waiting = waiting_rows(plan_.snapshot, data) if blank and plan_.new else set()
    return [row for row in blank if row not in waiting]


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
