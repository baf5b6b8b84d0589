"""What Excel counts of what people typed, and what was meant by the rest."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import cache

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldSpec
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import Context
from strategy_xl.text.coercion import coerce_column

SPEC = load_default()


@cache
def context(lang: str = "fr") -> Context:
    """A workbook's cells."""
    return Context(lang, choices={one.key: Choices.of(one, lang) for one in SPEC.lists}, counts=True)


def field(name: str) -> FieldSpec:
    """A field by block and key."""
    block, key = name.split(".")
    return next(spec for spec in SPEC.data_blocks()[block][1].fields if spec.key == key)


@pytest.mark.parametrize(
    ("name", "cell", "code", "meant", "shown"),
    [
        ("clients.revenue", "12,5", "SX221", 12.5, "12,5"),
        ("clients.revenue", "24\u00a0000 €", "SX221", 24000.0, "24\u202f000"),
        ("clients.revenue", "$62,000", "SX202", None, None),
        ("clients.revenue", "abc", "SX201", None, None),
        ("clients.revenue", True, "SX201", None, None),
        ("clients.satisfaction", "8", "SX221", 8.0, "8"),
        ("clients.satisfaction", "85", "SX207", None, None),
        ("clients.satisfaction", -1.0, "SX207", None, None),
        ("clients.satisfaction", 101.0, "SX207", None, None),
        ("clients.margin_rate", "30 %", "SX221", 0.3, "30\u00a0%"),
        ("clients.margin_rate", 30.0, "SX219", 0.3, None),
        ("clients.competing", " Oui ", "SX221", "Oui", "Oui"),
        ("clients.competing", "x", "SX221", "Oui", "Oui"),
        ("clients.competing", "No", "SX221", "Non", "Non"),
        ("clients.competing", True, "SX221", "Oui", "Oui"),
        ("clients.competing", "peut-être", "SX205", None, None),
        ("kpis.kpi_type", "Croissance ", "SX221", "Croissance", "Croissance"),
        ("kpis.start", "03/04/2027", "SX221", date(2027, 4, 3), "03/04/2027"),
        ("kpis.start", "46023", "SX221", date(2026, 1, 1), "01/01/2026"),
    ],
)
def test_what_excel_does_not_count_is_missing_and_told(
    name: str, cell: object, code: str, meant: object, shown: str | None
) -> None:
    """Missing, one finding, with what was meant where there is one reading; put right, it is that value."""
    spec = field(name)
    found = coerce_column([cell], spec, context())
    (problem,) = found.problems
    assert pd.isna(found.array[0])
    assert (problem.code, problem.meant) == (code, meant)
    if shown is not None:
        assert problem.args["meant"] == shown
    tidied = coerce_column([cell], spec, replace(context(), tidies=True))
    assert pd.isna(tidied.array[0]) == (meant is None)
    assert tidied.problems[0].code == ("SX222" if meant is not None else code)
    if meant is not None:
        again = coerce_column([meant], spec, context())
        assert not again.problems
        assert again.array[0] == tidied.array[0]


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("clients.competing", "oui", True),
        ("clients.competing", "NON", False),
        ("kpis.kpi_type", "croissance", "increase"),
        ("clients.satisfaction", 0.0, 0.0),
        ("kpis.start", 46023.0, pd.Timestamp(2026, 1, 1)),
    ],
)
def test_what_excel_counts_is_counted(name: str, cell: object, value: object) -> None:
    """Capitals do not matter to Excel's comparison, and a day is a number."""
    found = coerce_column([cell], field(name), context())
    assert (found.array[0], found.problems) == (value, ())


@pytest.mark.parametrize("cell", [None, "", " ", "\u00a0", math.nan])
def test_nothing_is_nothing(cell: object) -> None:
    """Spaces are an empty cell, in any column, without a word."""
    for name in ("clients.revenue", "clients.competing", "kpis.kpi_type", "kpis.start"):
        found = coerce_column([cell], field(name), context())
        assert pd.isna(found.array[0])
        assert not found.problems


@given(st.lists(st.floats(-50, 150) | st.text("0123456789,.% €", max_size=6) | st.booleans() | st.none()))
def test_tidying_once_is_enough(cells: list[object]) -> None:
    """What stands in the cells after tidying reads as tidying read it, and has nothing left to tidy."""
    spec = field("clients.margin_rate")
    tidied = coerce_column(cells, spec, replace(context(), tidies=True))
    after = list(cells)
    for problem in tidied.problems:
        if problem.meant is not None:
            after[problem.position] = problem.meant
    again = coerce_column(after, spec, context())
    assert [pd.isna(one) for one in again.array] == [pd.isna(one) for one in tidied.array]
    assert all(problem.meant is None for problem in again.problems)
