"""Bring back what people deleted from a workbook — sheets, blocks, tables — empty, from the templates."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import BookLayout, SheetLayout
from strategy_xl.build.select import only
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.ooxml.chart_sources import has_lost_charts
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.names import STORED, parse_anchor
from strategy_xl.schema.spec import DataBlock, WorkbookSpec
from strategy_xl.work.ranges import NewTable, new_tables
from strategy_xl.work.rewording import Rewording
from strategy_xl.work.standing_formulas import StandingBook
from strategy_xl.work.whole_parts import WholeParts, arranged


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was brought back.

    Arguments:
        path: the workbook.
        sheets, blocks, tables: titles of the sheets, blocks of rows and tables that are back.
        findings: what to tell people, what could not be brought back included.
        written: whether a file was written.
        backup: where the file that was replaced is kept; None when it is not.
    """

    path: Path
    sheets: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    written: bool = False
    backup: Path | None = None


@dataclass(frozen=True)
class _Losses:
    """What is missing: keys of modules without sheet, of blocks in a sheet, and ranges to be tables.

    ``charts`` are the keys of the modules that have a sheet with a chart that reads nothing any more.
    """

    modules: Collection[str]
    blocks: Mapping[str, DataBlock]
    tables: Mapping[str, NewTable]
    charts: Collection[str]
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    def __bool__(self) -> bool:
        return bool(self.modules or self.blocks or self.tables)


def repair_workbook(
    path: Path, target: Path, spec: WorkbookSpec, today: date, *, dry_run: bool = False, backups: int = 1
) -> RepairReport:
    """Bring back the sheets, blocks and tables that a workbook has lost.

    Sheets and blocks come back empty; the rows of a list that has become a plain range are its own again.
    All else stays byte for byte; formulas elsewhere that lost what they read are put back by the next
    ``recompute_workbook``.

    Arguments:
        path: the workbook.
        target: where to write; may be the same path, which is left alone when nothing is missing.
        spec: the templates it was made from (with the user's own, if any).
        today: day of the build, for what templates reckon from it.
        dry_run: say what would come back, write nothing.
        backups: how many earlier versions of the target stay beside it.

    When somebody writes the workbook meanwhile, the work starts over, once.

    Errors: those of ``read_workbook`` and ``set_cells``; PatchRefusedError SX138 for a workbook in a form to
    which nothing can be added.
    """
    return twice(partial(_attempt, path, target, spec, today, dry_run=dry_run, backups=backups))


def _attempt(
    path: Path, target: Path, spec: WorkbookSpec, today: date, *, dry_run: bool, backups: int
) -> RepairReport:
    """One reading, and the writing that belongs to it."""
    snapshot = Snapshot.take(path)
    with snapshot.held(), Package.open(snapshot) as package:
        job = PatchJob(package, target, snapshot)
        data = read_workbook(snapshot, spec)
        values = SheetValues(job.info)
        lost = _losses(spec, data, job.info, values)
        if not lost:
            return RepairReport(path, findings=lost.findings, written=job.write(dry_run=dry_run).written)
        work = _Repair(spec, data, lost, today, values)
        with Package(path, BytesIO(work.built)) as source:
            work.take_over(Splice(job, source), job.info)
            job.check_signature(allow=False)
            patched = job.write(dry_run=dry_run, backups=backups)
        blocks = tuple(work.title(key) for key in lost.blocks)
        tables = tuple(table.name for table in lost.tables.values())
        return RepairReport(
            path, work.sheets, blocks, tables, (*lost.findings, *work.told()), patched.written, patched.backup
        )


def _losses(spec: WorkbookSpec, data: WorkbookData, info: WorkbookInfo, values: SheetValues) -> _Losses:
    """What the workbook once had, by the names stored in it, and has no more."""
    names = {key for name in info.names_like(*STORED) if (key := parse_anchor(name.name)) is not None}
    known = {key[0] for key in names} | {key[1] for key in names if key[0] == "sheet"}
    modules: list[str] = []
    blocks: dict[str, DataBlock] = {}
    for module in spec.modules:
        data_blocks = {block.key: block for block in module.blocks if isinstance(block, DataBlock)}
        if module.key in data.sheets:
            blocks |= {key: block for key, block in data_blocks.items() if key in known - data.blocks.keys()}
        elif known & {module.key, *data_blocks}:
            modules.append(module.key)
    tables, findings = new_tables(data, info, values)
    charts = [
        key for key, title in data.sheets.items() if (modules or blocks) and has_lost_charts(info, title)
    ]
    return _Losses(modules, blocks, tables, charts, findings)


class _Repair:
    """The work on one workbook."""

    def __init__(
        self, spec: WorkbookSpec, data: WorkbookData, lost: _Losses, today: date, values: SheetValues
    ) -> None:
        """Build what is missing, worded for the workbook as it is going to stand."""
        self._lost, self._values = lost, values
        self._before = data
        mended = {key: table.mended for key, table in lost.tables.items()}
        self._data = replace(data, blocks={**data.blocks, **mended})
        self._spec = only(spec, [*data.sheets, *lost.modules])
        self.built = render(
            self._spec,
            lang=data.lang,
            company=data.company,
            today=today,
            rows={},
            wording=self._worded,
            sheets={*lost.modules, *lost.charts, *(spec.data_blocks()[key][0].key for key in lost.blocks)},
        )

    def _worded(self, layout: BookLayout, today: date) -> tuple[BookLayout, Formulas]:
        sheets = tuple(self._arranged(sheet) for sheet in layout.sheets)
        self._layout = replace(layout, sheets=sheets)
        self._formulas = StandingBook(self._spec, self._data, self._layout, today)
        self._back = WholeParts(self._layout, self._lost.modules, self._lost.blocks)
        return self._layout, self._formulas

    def _arranged(self, sheet: SheetLayout) -> SheetLayout:
        """A sheet to which blocks come back: these below all that it has, the others out of their way."""
        title = self._data.sheets.get(sheet.module.key)
        lost = {placed.block.key for placed in sheet.blocks} & self._lost.blocks.keys()
        if title is None or not lost:
            return sheet
        return arranged(sheet, title, self._lost.blocks, self._values.meta(title).rows + 2)

    @property
    def sheets(self) -> tuple[str, ...]:
        """Titles of the sheets that come back."""
        return tuple(self._layout.titles[key] for key in self._lost.modules)

    def title(self, key: str) -> str:
        """What people call a block."""
        module, block = self._spec.data_blocks()[key]
        return (block.title or module.title).get(self._data.lang)

    # -- taking over -----------------------------------------------------------------------------------

    def take_over(self, splice: Splice, info: WorkbookInfo) -> None:
        """Put into the workbook what it lost."""
        self._back.put(splice, self._data.sheets)
        for table in self._lost.tables.values():
            table.put(splice, self._formulas)
        self._reword(splice, info)
        splice.finish()

    def _reword(self, splice: Splice, info: WorkbookInfo) -> None:
        """Names, charts and formulas of the templates follow to what is back."""
        lost = self._lost
        is_back = bool(lost.modules or lost.blocks)
        words = Rewording(self._spec, self._before, self._data, self._formulas, lost.tables, is_back=is_back)
        splice.names(self._back.has, words.names(info.names_like("SXV_")))
        for key in lost.charts:
            splice.charts(self._layout.titles[key], self._data.sheets[key], self._back.has)
        for block in self._data.blocks.values():
            if block.table is not None and block.block.key not in lost.tables:
                splice.column_formulas(info.table(block.table), words.columns(block))
        for sheet in info.sheets:
            if sheet.kind == "worksheet":
                texts = formula_texts(info.package.read(sheet.part))
                splice.cells(sheet.name, words.edits(sheet.name, texts))

    # -- telling ---------------------------------------------------------------------------------------

    def told(self) -> Iterator[Finding]:
        """What people are told of what is back."""
        path = self._data.path
        for title in self.sheets:
            yield Finding("SX134", Location(path, title), {"title": title}, Severity.NOTE)
        for key in self._lost.blocks:
            placed = self._layout.placed[key]
            where = Location(path, placed.sheet, f"B{placed.row}")
            yield Finding("SX135", where, {"title": self.title(key)}, Severity.NOTE)
        for key, table in self._lost.tables.items():
            where = Location(path, table.mended.sheet, str(table.area).partition(":")[0])
            args = {"title": self.title(key), "table": table.name, "area": str(table.area)}
            yield Finding("SX136", where, args, Severity.NOTE)
