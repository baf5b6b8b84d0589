"""Whether formula cells show what the rules answer."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
from made_books import TODAY

from strategy_xl.answers.judging import evaluate
from strategy_xl.book.frames import rule_frames
from strategy_xl.book.read import read_workbook
from strategy_xl.rules.smart_live import UNKNOWN
from strategy_xl.schema.spec import FieldRole, WorkbookSpec


def missing(value: object) -> bool:
    """Whether there is nothing to show, or only the mark of what cannot be assessed (read as no number)."""
    return value in ("", UNKNOWN) if isinstance(value, str) else bool(pd.isna(value))  # type: ignore[call-overload]


def alike(native: object, python: object) -> bool:
    """Whether a recalculated cell shows what the rule answers."""
    if missing(python) or missing(native):
        return missing(python) and missing(native)
    if isinstance(python, pd.Timestamp | str):
        return native == python
    assert isinstance(python, int | float), python
    return isinstance(native, int | float) and math.isclose(native, python, rel_tol=1e-9, abs_tol=1e-7)


def disagreements(book: Path, calculated: Path, spec: WorkbookSpec) -> tuple[list[str], int]:
    """Cells where formula and rule differ, and the number of cells compared.

    Arguments: the book as it was typed, for the rules (LibreOffice saves TRUE as 1), and as calculated.
    """
    data = read_workbook(book, spec)
    shown = data if calculated == book else read_workbook(calculated, spec)
    wrong: list[str] = []
    compared = 0
    seen: set[tuple[str, str]] = set()
    for evaluation in evaluate(spec, rule_frames(data), TODAY):
        block = data.blocks[evaluation.call.into]
        for field in block.block.fields:
            answer = evaluation.result.frame
            if (
                field.role is not FieldRole.COMPUTED
                or field.key not in answer
                or (block.block.key, field.key) in seen
            ):
                continue
            seen.add((block.block.key, field.key))
            native = shown.blocks[evaluation.call.into].frame[field.key].reindex(answer.index).tolist()
            for index, mine, python in zip(answer.index, native, answer[field.key].tolist(), strict=True):
                compared += 1
                if not alike(mine, python):
                    place = f"{block.sheet}!{block.a1(field.key, index)}"
                    wrong.append(f"{place} {field.key}: formula {mine!r}, rule {python!r}")
    return wrong, compared
