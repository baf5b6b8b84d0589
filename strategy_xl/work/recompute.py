"""The work on one workbook: read, run the rules, write the owned cells and cached values, nothing else."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from strategy_xl.answers.fields import Answers
from strategy_xl.answers.judging import evaluate
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import CellPlan, Columns
from strategy_xl.book.read import read_workbook
from strategy_xl.errors import Finding, Location, StrategyXlError, WorkbookError
from strategy_xl.ooxml.open_marks import refuse_if_open
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.consistency import REFERENCE_DATE, SETTINGS_BLOCK
from strategy_xl.schema.names import SHARE
from strategy_xl.schema.spec import FieldRole, WorkbookSpec
from strategy_xl.work.computing import NativeValues, module_completeness
from strategy_xl.work.digest import Digest, digest


@dataclass(frozen=True, slots=True)
class JobReport:
    """What became of one workbook.

    Arguments:
        path: the workbook.
        changed: number of cells written (or that would be, on a dry run).
        findings: what to tell people.
        counts: figures for the table of results, by name; empty when the workbook could not be treated.
        sheets: module key → title of its sheet.
        failure: what stopped the work; None when it was done.
        seconds: wall time.
    """

    path: Path
    changed: int = 0
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, float] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    failure: Finding | None = None
    seconds: float = 0.0


def _reference_day(data: WorkbookData, today: date) -> date:
    """The day that the settings sheet fixes, else the given one."""
    settings = data.blocks.get(SETTINGS_BLOCK)
    if settings is None or REFERENCE_DATE not in settings.frame or settings.frame.empty:
        return today
    fixed = settings.frame[REFERENCE_DATE].iloc[0]
    return today if pd.isna(fixed) else fixed.date()


def rule_frames(data: WorkbookData) -> dict[str, pd.DataFrame]:
    """Every block's rows as rules take them.

    What an earlier run wrote is read back by its type; the choice of an open list is the people's own word.
    """
    opened = {
        key: {choice: label for label, choice in choices.exact.items()}
        for key, choices in data.choices.items()
        if choices.open
    }
    return {key: _frame(block, opened) for key, block in data.blocks.items()}


def _frame(block: BlockData, opened: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    typed: dict[str, pd.Series] = {}
    for spec in block.block.fields:
        if spec.choices is None or spec.key not in block.frame:
            continue
        labels = opened.get(spec.choices)
        if spec.role is FieldRole.OWNED:
            typed[spec.key] = block.typed(spec.key)
        elif labels:
            typed[spec.key] = block.frame[spec.key].map(lambda key, labels=labels: labels.get(key, key))
    return block.frame.assign(**typed)


def _plan(spec: WorkbookSpec, data: WorkbookData, answers: Answers, summary: Digest, today: date) -> Columns:
    """Every cell to write: owned cells, and the shown values of formula cells."""
    plan = CellPlan()
    formulas = NativeValues(spec, data, answers, summary.listings, summary.shares, today)
    natives = formulas.fill()
    for key, block in data.blocks.items():
        if key in summary.listings:
            board = summary.listings[key]
            plan.list_from_top(block, {str(name): board[name] for name in board.columns})
        elif block.block.is_listing:
            plan.list_from_top(block, answers.values(key))
        else:
            plan.own(block, answers.values(key))
        plan.cache(block, natives.get(key, {}))
    for place, value in formulas.box_lines():
        plan.cache_cell(place, value)
    for module, share in summary.shares.items():
        cell = data.anchors.get((SHARE, str(module)))
        if cell is not None:
            plan.cache_cell(cell, float(share))
    return plan.columns


@dataclass(frozen=True, slots=True)
class BookPlan:
    """What a workbook is to show, computed; nothing is written yet.

    Arguments:
        data: the workbook as read.
        counts: figures for the table of results, by name.
        columns: every cell that may change: owned cells as values, formula cells as ``Cached``.
    """

    data: WorkbookData
    counts: Mapping[str, float]
    columns: Columns


def plan_workbook(path: Path, spec: WorkbookSpec, today: date) -> BookPlan:
    """Read a workbook and compute all that it is to show; whoever calls writes it, in the file or in Excel.

    Arguments:
        path: the workbook.
        spec: the templates it was made from (with the user's own, if any).
        today: reference date, unless the workbook's settings fix one.

    Errors: those of ``read_workbook``.
    """
    data = read_workbook(path, spec)
    day = _reference_day(data, today)
    answers = Answers(spec, data.lang, evaluate(spec, rule_frames(data), day))
    summary = digest(answers, data, module_completeness(spec, data))
    return BookPlan(data, summary.counts, _plan(spec, data, answers, summary, day))


def recompute_workbook(path: Path, spec: WorkbookSpec, today: date, *, dry_run: bool = False) -> JobReport:
    """Recompute one workbook in place.

    Arguments:
        path: the workbook; replaced at once when all is written, or left as it is.
        spec: the templates it was made from (with the user's own, if any).
        today: reference date, unless the workbook's settings fix one.
        dry_run: say what would change, write nothing.

    Never raises for what is wrong with the workbook: the report's ``failure`` says it.
    """
    start = time.perf_counter()
    try:
        refuse_if_open(path)
        plan = plan_workbook(path, spec, today)
        patched = set_cells(path, path, columns=plan.columns, dry_run=dry_run)
    except StrategyXlError as error:
        return JobReport(path, failure=error.finding, seconds=time.perf_counter() - start)
    except OSError as error:
        failure = WorkbookError("SX109", Location(str(path)), detail=error.strerror or str(error)).finding
        return JobReport(path, failure=failure, seconds=time.perf_counter() - start)
    return JobReport(
        path,
        changed=patched.changed_cells,
        findings=(*plan.data.findings, *patched.warnings),
        counts=plan.counts,
        sheets=plan.data.sheets,
        seconds=time.perf_counter() - start,
    )
