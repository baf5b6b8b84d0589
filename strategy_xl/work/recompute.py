"""The work on one workbook: read, run the rules, write the owned cells and cached values, nothing else."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from strategy_xl.answers.cases import alert_cases
from strategy_xl.answers.fields import Answers, answer
from strategy_xl.answers.judging import Evaluation, evaluate
from strategy_xl.answers.records import book_record
from strategy_xl.book.data import WorkbookData
from strategy_xl.book.edits import Columns, FormulaTexts, edits, place
from strategy_xl.book.frames import rule_frames
from strategy_xl.book.heights import SheetHeights, row_heights
from strategy_xl.book.read import read_workbook
from strategy_xl.collection import no_collection
from strategy_xl.errors import Finding, Location, StrategyXlError, WorkbookError
from strategy_xl.history.book_record import BookRecord
from strategy_xl.ooxml.fingerprint import fingerprint
from strategy_xl.ooxml.growth import TableEdit
from strategy_xl.ooxml.open_marks import refuse_if_open
from strategy_xl.ooxml.patch import PatchReport
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.ooxml.tables import edit_tables
from strategy_xl.progress import tell
from strategy_xl.rules.table import Table
from strategy_xl.schema.consistency import REFERENCE_DATE, SETTINGS_BLOCK
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.computing import compute, module_completeness
from strategy_xl.work.digest import boards, counted, figures, next_steps
from strategy_xl.work.fitting import misfits
from strategy_xl.work.growing import table_edits
from strategy_xl.work.label_places import Places, label_places
from strategy_xl.work.lengthening import lengthen
from strategy_xl.work.recalling import recollections
from strategy_xl.work.remembering import remember
from strategy_xl.work.row_places import places_in, restored_in
from strategy_xl.work.taking_over import take_over


class Lasting(NamedTuple):
    """What another run would find nothing to do on, as long as program and templates are the same.

    Arguments:
        fingerprint: of the workbook, as ``ooxml.fingerprint`` gives it.
        first, last: the reference days for which this holds.
    """

    fingerprint: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class JobReport:
    """What became of one workbook.

    Arguments:
        path: the workbook.
        changed: number of cells written (or that would be, on a dry run).
        findings: what to tell people.
        counts: figures for the table of results, by name; empty when the workbook could not be treated.
        sheets: module key → title of its sheet.
        failure: what stopped the work; None when it was done. Its code is SX916 when somebody wrote the
            workbook meanwhile, twice: another try later may do.
        seconds: wall time.
        backup: where the file that was replaced is kept; None when it is not.
        lasting: for how long another run would find nothing to do and say the same; None when not known.
        record: what the history keeps of it; None when it keeps none, or the workbook was not read.
        is_earlier: whether an earlier version made it; it is treated as that version did.
    """

    path: Path
    changed: int = 0
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, float] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    failure: Finding | None = None
    seconds: float = 0.0
    backup: Path | None = None
    lasting: Lasting | None = None
    record: BookRecord | None = None
    is_earlier: bool = False


def _fixed_day(data: WorkbookData) -> date | None:
    """The reference day that the settings sheet fixes, if any."""
    settings = data.blocks.get(SETTINGS_BLOCK)
    if settings is None or REFERENCE_DATE not in settings.rows or not len(settings.rows):
        return None
    fixed = settings.rows.first(REFERENCE_DATE)
    return None if pd.isna(fixed) else fixed.date()


@dataclass(frozen=True, slots=True)
class BookPlan:
    """What a workbook is to show, computed; nothing is written yet.

    Arguments:
        data: the workbook as read.
        counts: figures for the table of results, by name.
        columns: every cell that may change: owned cells as values, formula cells as ``Cached``, erased
            formulas as ``Formula``.
        heights: of the rows whose sentences change, sheet → row → points.
        sides: on which side of their points names stand in charts.
        tables: what is to become of its tables.
        is_final: whether what is planned changes nothing of what a next plan is made from, nor of what is
            told: no finding, no row taken in, no draft taken over.
        asks_day: whether a rule or a formula asked for the reference day: another day may give another plan.
        record: what the history keeps of it, where that was asked for.
    """

    data: WorkbookData
    counts: Mapping[str, float]
    columns: Columns
    heights: SheetHeights
    sides: Places
    tables: tuple[TableEdit, ...] = ()
    is_final: bool = False
    asks_day: bool = True
    record: BookRecord | None = None

    def write(
        self,
        source: Snapshot,
        target: Path,
        *,
        dry_run: bool = False,
        backups: int = 0,
        compact: bool = False,
    ) -> PatchReport:
        """Put all of it into the workbook that it was made from; as ``edit_tables`` does.

        Arguments:
            source: the workbook as it was read.
            target: what is written.
            dry_run: find out what would change, write nothing.
            backups: how many earlier versions stay beside the target.
            compact: deflate large sheets rather small than fast.
        """
        return edit_tables(
            source,
            target,
            self.tables,
            columns=self.columns,
            heights=self.heights,
            sides=self.sides,
            dry_run=dry_run,
            backups=backups,
            compact=compact,
        )


@dataclass(frozen=True)
class _Judged:
    """What the rules say of a workbook: all of it, what cells show, how much is filled in, what is empty."""

    evaluations: Sequence[Evaluation]
    answers: Answers
    filled: pd.DataFrame
    empty: frozenset[str]
    frames: Mapping[str, Table]

    @classmethod
    def of(cls, spec: WorkbookSpec, data: WorkbookData, day: date) -> _Judged:
        """The rules' say on a workbook as read."""
        frames = rule_frames(data)
        evaluations = evaluate(spec, frames, day)
        return cls(
            evaluations,
            answer(spec, data.look, evaluations),
            module_completeness(spec, data, evaluations),
            frozenset(key for key, frame in frames.items() if not len(frame)),
            frames,
        )


def plan_workbook(
    source: Path | Snapshot,
    spec: WorkbookSpec,
    today: date,
    *,
    grows: bool = False,
    tidies: bool = False,
    remembers: bool = False,
) -> BookPlan:
    """Read a workbook and compute all that it is to show; whoever calls writes it, in the file or in Excel.

    Arguments:
        source: the workbook, or what was read of it before.
        spec: the templates it was made from (with the user's own, if any).
        today: reference date, unless the workbook's settings fix one.
        grows: whether tables take in what was typed under them and get blank rows, and drafts that people
            chose become rows: for those who can write the tables too, while nobody else types.
        tidies: whether inputs that Excel does not count are put right.
        remembers: whether to make the record that the history keeps.

    Errors: those of ``read_workbook``.
    """
    data = read_workbook(source, spec, grows=grows, tidies=tidies)
    day = _fixed_day(data) or today
    tell("compute")
    judged = _Judged.of(spec, data, day)
    taken: Columns = {}
    if grows:
        adopted = take_over(spec, data, judged.answers, day)
        data, taken = adopted.data, adopted.columns
        if adopted.has_rows:
            judged = _Judged.of(spec, data, day)
    data = replace(data, findings=(*data.findings, *misfits(data, judged.evaluations)))
    shares = judged.filled["completeness"]
    cases = alert_cases(spec, data.look, judged.evaluations)
    counts = figures(spec, judged.evaluations, shares)
    dated = counted(spec.dated, judged.evaluations)
    listed = {
        **boards(cases, data),
        **next_steps(spec, data, cases, judged.filled),
        **recollections(spec, data, judged.answers, {**counts, **dated}, day),
    }
    placed = place(data, {**judged.answers, **listed})
    shown = compute(spec, data, placed, shares, day)

    @cache
    def texts() -> FormulaTexts:
        # How formulas are written is part of building workbooks, which few nights need to load.
        from strategy_xl.work.standing_formulas import StandingFormulas

        return StandingFormulas(spec, data)

    columns = edits(data, placed, shown, texts)
    for sheet, held in taken.items():
        for column, cells in held.items():
            columns.setdefault(sheet, {}).setdefault(column, {}).update(cells)
    if tidies:
        for sheet, meant in data.meant.items():
            for (row, column), value in meant.items():
                columns.setdefault(sheet, {}).setdefault(column, {})[row] = value
    tables = table_edits(data, placed, shown, texts) if grows else ()
    lengthen(spec, data, shown, columns)
    heights = row_heights(data, columns)
    sides = label_places(spec, data, shown.columns)
    is_final = grows and not (data.findings or tables or taken)
    asks_day = shown.asks_day or any(evaluation.asks_day for evaluation in judged.evaluations)
    record = None
    if remembers:
        record = book_record(
            spec,
            judged.evaluations,
            cases,
            places_in(data),
            counts={**counts, **restored_in(data)},
            completeness={str(module): share for module, share in shares.items()},
            day=day,
            lang=data.look.lang,
            schema_version=data.schema_version,
            empty=judged.empty,
        )
        basis = remember(spec, data, judged.frames, judged.evaluations, day)
        record = replace(record, basis=basis.packed)
    return BookPlan(data, counts, columns, heights, sides, tables, is_final, asks_day, record)


def recompute_workbook(  # noqa: PLR0913 (each of them a switch of the command)
    path: Path,
    spec: WorkbookSpec,
    today: date,
    *,
    dry_run: bool = False,
    backups: int = 1,
    compact: bool = False,
    tidies: bool = False,
    remembers: bool = False,
) -> JobReport:
    """Recompute one workbook in place.

    Arguments:
        path: the workbook; replaced at once when all is written, or left as it is. When somebody writes it
            meanwhile, the work starts over, once.
        spec: the templates it was made from (with the user's own, if any).
        today: reference date, unless the workbook's settings fix one.
        dry_run: say what would change, write nothing.
        backups: how many earlier versions stay beside it.
        compact: deflate large sheets rather small than fast.
        tidies: put inputs right that Excel does not count, as ``fix_workbook`` does.
        remembers: make the record that the history keeps.

    Never raises for what is wrong with the workbook: the report's ``failure`` says it.
    """
    start = time.perf_counter()
    try:
        how = {"dry_run": dry_run, "backups": backups, "compact": compact}
        attempt = partial(_attempt, path, spec, today, tidies=tidies, remembers=remembers, **how)
        plan, patched = twice(attempt)
    except StrategyXlError as error:
        return JobReport(path, failure=error.finding, seconds=time.perf_counter() - start)
    except OSError as error:
        failure = WorkbookError("SX109", Location(str(path)), detail=error.strerror or str(error)).finding
        return JobReport(path, failure=failure, seconds=time.perf_counter() - start)
    return JobReport(
        path,
        # What only tables say of themselves is no cell, yet the file is another one.
        changed=patched.changed_cells or len(patched.parts),
        findings=(*plan.data.findings, *patched.warnings),
        counts=plan.counts,
        sheets=plan.data.sheets,
        seconds=time.perf_counter() - start,
        backup=patched.backup,
        lasting=_lasting(plan, patched, today),
        record=None if plan.record is None else replace(plan.record, left=patched.fingerprint),
        is_earlier=plan.data.schema_version < spec.schema_version,
    )


def _lasting(plan: BookPlan, patched: PatchReport, today: date) -> Lasting | None:
    """How long nothing is to be done on a workbook as it was left; None when only a next run can tell."""
    if not patched.fingerprint or (patched.parts and (patched.warnings or not plan.is_final)):
        return None
    if _fixed_day(plan.data) is not None or not plan.asks_day:
        return Lasting(patched.fingerprint, date.min, date.max)
    return Lasting(patched.fingerprint, today, today)


def _attempt(
    path: Path, spec: WorkbookSpec, today: date, *, tidies: bool, remembers: bool, **how: Any
) -> tuple[BookPlan, PatchReport]:
    """One reading, and the writing that belongs to it."""
    refuse_if_open(path)
    snapshot = Snapshot.take(path)
    with snapshot.held(), no_collection():
        plan = plan_workbook(snapshot, spec, today, grows=True, tidies=tidies, remembers=remembers)
        if plan.record is not None:
            found = fingerprint(BytesIO(snapshot.content))
            plan = replace(plan, record=replace(plan.record, found=found))
        return plan, plan.write(snapshot, path, **how)
