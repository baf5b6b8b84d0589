"""Native formula ≡ Python rule: generated workbooks, recalculated by LibreOffice, compared cell by cell."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from strategy_xl.answers.judging import evaluate
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.rules.smart_live import UNKNOWN
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import (
    NUMERIC_TYPES,
    FieldRole,
    FieldSpec,
    FieldType,
    FormBlock,
    TableBlock,
    WorkbookSpec,
)
from strategy_xl.work.recompute import recompute_workbook, rule_frames

pytestmark = pytest.mark.libreoffice

TODAY = date(2027, 3, 1)
ROWS = {
    "clients": 120,
    "kpis": 60,
    "readings": 420,
    "contacts": 150,
    "accounts": 30,
    "links": 40,
    "swot_items": 24,
}
NASTY_SHARE = 0.2
OWN_DEFAULTS = {"params"}
"""Blocks left at their defaults: a random threshold would make most rows alike."""


class Maker:
    """Random cell values for a field, with a liking for blanks, bounds and equal values."""

    def __init__(self, spec: WorkbookSpec, lang: str, seed: int) -> None:
        """Start from a seed."""
        self.spec, self.lang = spec, lang
        self.random = random.Random(seed)  # noqa: S311 (test data)
        self.names: dict[str, list[str]] = {}

    def rows(self, block: TableBlock | FormBlock) -> list[dict[str, object]]:
        """Rows of a block: names are unique, the rest is free."""
        if isinstance(block, FormBlock):
            count = block.instances
        else:
            count = len(block.seed) if block.locked else ROWS.get(block.key, 12)
        return [
            {
                field.key: self.value(block, field, number)
                for field in block.fields
                if field.role is FieldRole.INPUT
            }
            for number in range(count)
        ]

    def value(  # noqa: PLR0911 (one line a type)
        self, block: TableBlock | FormBlock, field: FieldSpec, number: int
    ) -> object:
        """One input cell."""
        pick = self.random
        if isinstance(block, TableBlock) and field.key == block.identity_key:
            if block.locked:
                return None  # the seed's own label stays
            name = f"{block.key} {number}"
            self.names.setdefault(f"{block.key}[{field.key}]", []).append(name)
            return name
        if pick.random() < 0.25:
            return None
        if field.source is not None:
            return pick.choice(self.names.get(field.source) or ["autre nom"])
        if field.choices is not None:
            choices = self.spec.list_(field.choices).choices
            return pick.choice(choices).get(self.lang) if choices else "autre"
        match field.type:
            case FieldType.BOOL:
                return pick.choice(["Oui", "Non"] if self.lang == "fr" else ["Yes", "No"])
            case FieldType.DATE:
                return TODAY + timedelta(
                    days=pick.choice([-400, -366, -200, -91, -90, -30, -1, 0, 1, 45, 200, 365])
                )
            case FieldType.TEXT | FieldType.LONG_TEXT:
                return pick.choice(
                    ["un", "deux mots", "trois mots écrits ici", "à voir", "notre équipe répond vite"]
                )
            case _:
                return self.number(field)

    def number(self, field: FieldSpec) -> float:
        """A number within the field's bounds, often on a round value or a bound."""
        low = field.minimum if field.minimum is not None else -100.0
        high = (
            field.maximum
            if field.maximum is not None
            else (1.0 if field.type is FieldType.PERCENT else 30_000.0)
        )
        pool = [low, high, (low + high) / 2, min(high, max(low, 0.0)), min(high, low + 1), min(high, low + 5)]
        value = self.random.choice(
            [*pool, self.random.uniform(low, high), self.random.uniform(low, min(high, low + 100))]
        )
        return float(round(value)) if field.type is FieldType.INTEGER else round(value, 3)


def generated(spec: WorkbookSpec, lang: str, seed: int) -> dict[str, list[dict[str, object]]]:
    """Random content for every table and form."""
    maker = Maker(spec, lang, seed)
    blocks = [
        block for _module, block in spec.data_blocks().values() if isinstance(block, TableBlock | FormBlock)
    ]
    # Names first: other tables refer to them.
    blocks.sort(key=lambda block: any(field.source is not None for field in block.fields))
    rows = {block.key: maker.rows(block) for block in blocks if block.key not in OWN_DEFAULTS}
    rows["params"] = [{"reference_date": TODAY}]
    return rows


NASTY = (
    None, "", " ", "12,5", "12.5", "30 %", "$62,000", "abc", 0.0, -1.0, 1.0, 30.0, 101.0, 0.3,
    ErrorValue.NA, ErrorValue.DIV0, " Oui ", "oui", "x", "03/04/2027", "2027-04-03",
)  # fmt: skip
"""What people and other programs put into cells that hold something else.

TRUE in a column of numbers is left to the tests of Excel's own way: LibreOffice takes it for 1.
"""


def spoil(book: Path, spec: WorkbookSpec, seed: int) -> None:
    """Put odd values into every fifth input cell of tables and forms, names and settings apart."""
    pick = random.Random(seed)  # noqa: S311 (test data)
    data = read_workbook(book, spec)
    edits: dict[str, dict[tuple[int, int], object]] = {}
    for block in data.blocks.values():
        if block.block.key in OWN_DEFAULTS:
            continue
        identity = block.block.identity_key if isinstance(block.block, TableBlock) else ""
        for field in block.block.fields:
            if field.role is not FieldRole.INPUT or field.key == identity or field.key not in block.places:
                continue
            own = (
                [choice.get(data.lang) for choice in spec.list_(field.choices).choices]
                if field.choices
                else []
            )
            odd = [
                *NASTY,
                *(() if field.type in NUMERIC_TYPES else (True, False)),
                *(form.format(label) for label in own for form in (" {}", "{} ", "{}")),
            ]
            for index in block.rows.index.tolist():
                if pick.random() < NASTY_SHARE:
                    cell = block.cell(field.key, index)
                    edits.setdefault(block.sheet_of(field.key), {})[cell] = pick.choice(odd)
    set_cells(book, book, edits)


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
    max_examples=3,
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
    max_examples=3,
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
