"""Native formula ≡ Python rule: generated workbooks, recalculated by LibreOffice, compared cell by cell."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from made_books import TODAY, generated, spoil

from strategy_xl.answers.judging import evaluate
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.rules.smart_live import UNKNOWN
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import (
    FieldRole,
    WorkbookSpec,
)
from strategy_xl.work.recompute import recompute_workbook, rule_frames

pytestmark = pytest.mark.libreoffice


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
    data, shown = read_workbook(book, spec), read_workbook(calculated, spec)
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


@settings(
    max_examples=1,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
    derandomize=True,
)
@given(seed=st.integers(0, 2**31), lang=st.sampled_from(["fr", "en"]))
def test_formulas_equal_rules(
    recalculated: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory, seed: int, lang: str
) -> None:
    """On generated inputs every computed column that a rule also answers shows the rule's answer."""
    spec = load_default()
    book = tmp_path_factory.mktemp("generated") / "book.xlsx"
    book.write_bytes(render(spec, lang=lang, company="", today=TODAY, rows=generated(spec, lang, seed)))
    report = recompute_workbook(book, spec, TODAY)  # some formulas read what the batch owns
    assert report.failure is None
    wrong, compared = disagreements(book, recalculated(book), spec)
    assert compared > 2000
    assert not wrong, "\n".join(wrong[:40])


@settings(
    max_examples=1,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
    derandomize=True,
)
@given(seed=st.integers(0, 2**31), lang=st.sampled_from(["fr", "en"]))
def test_formulas_equal_rules_whatever_was_typed(
    recalculated: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory, seed: int, lang: str
) -> None:
    """What Excel does not count is counted nowhere: texts, errors, values out of scale, spaces too many."""
    spec = load_default()
    book = tmp_path_factory.mktemp("nasty") / "book.xlsx"
    book.write_bytes(render(spec, lang=lang, company="", today=TODAY, rows=generated(spec, lang, seed)))
    spoil(book, spec, seed)
    report = recompute_workbook(book, spec, TODAY)
    assert report.failure is None
    wrong, compared = disagreements(book, recalculated(book), spec)
    assert compared > 2000
    assert not wrong, "\n".join(wrong[:40])
