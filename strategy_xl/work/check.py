"""What is wrong in one workbook: the findings of a night that writes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.recompute import JobReport, recompute_workbook


def check_workbook(path: Path, spec: WorkbookSpec, today: date) -> JobReport:
    """Everything in a workbook that people should look at, and what the next night would change.

    Arguments: those of ``recompute_workbook``, which it is on a dry run, so that the two never disagree.
    """
    return recompute_workbook(path, spec, today, dry_run=True)
