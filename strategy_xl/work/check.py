"""What is wrong in one workbook: the findings of a night that writes nothing; and what can be put right."""

from __future__ import annotations

import time
from datetime import date
from functools import partial
from pathlib import Path

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.open_marks import refuse_if_open
from strategy_xl.ooxml.patch import PatchReport, set_cells
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.recompute import JobReport, recompute_workbook

PUT_RIGHT = "SX222"


def check_workbook(path: Path, spec: WorkbookSpec, today: date) -> JobReport:
    """Everything in a workbook that people should look at, and what the next night would change.

    Arguments: those of ``recompute_workbook``, which it is on a dry run, so that the two never disagree.
    """
    return recompute_workbook(path, spec, today, dry_run=True)


def fix_workbook(path: Path, spec: WorkbookSpec, *, backups: int = 1) -> JobReport:
    """Put the inputs right that Excel does not count (a number typed as text, a space too many); no other.

    Arguments:
        path: the workbook; replaced at once, or left alone when nothing is to be put right.
        spec: the templates it was made from.
        backups: how many earlier versions stay beside it.

    The report has a finding SX222 for each cell. Never raises for what is wrong with the workbook: the
    report's ``failure`` says it.
    """
    start = time.perf_counter()
    try:
        data, patched = twice(partial(_fix, path, spec, backups=backups))
    except StrategyXlError as error:
        return JobReport(path, failure=error.finding, seconds=time.perf_counter() - start)
    told = tuple(one for one in data.findings if PUT_RIGHT in {one.code, one.args.get("code")})
    return JobReport(
        path,
        changed=patched.changed_cells,
        findings=(*told, *patched.warnings),
        sheets=data.sheets,
        seconds=time.perf_counter() - start,
        backup=patched.backup,
    )


def _fix(path: Path, spec: WorkbookSpec, *, backups: int) -> tuple[WorkbookData, PatchReport]:
    """One reading, and the writing that belongs to it."""
    refuse_if_open(path)
    snapshot = Snapshot.take(path)
    with snapshot.held():
        data = read_workbook(snapshot, spec, tidies=True)
        return data, set_cells(snapshot, path, data.meant, backups=backups)
