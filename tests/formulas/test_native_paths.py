"""Every way through the evaluator gives the same: mixed columns, one kind of cell, single cells, few rows."""

from __future__ import annotations

import gc
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.arrays import Context, compile_formula, compile_together, engine, evaluate, reading
from strategy_xl.formulas.arrays.operators import operate
from strategy_xl.formulas.arrays.reading import from_values

NUMBERS = [0.0, 1.0, -2.5, 3.0, 45_000.0, 0.1 + 0.2, 0.3, 1e15, 1e200, -0.0]
WORDS = ["", "a", "A", "b", "a*", "5", "été", "true", "x?", ">1"]
CELL = st.one_of(
    st.none(),
    st.just(float("nan")),
    st.sampled_from(NUMBERS),
    st.sampled_from(WORDS),
    st.booleans(),
    st.sampled_from([ErrorValue("#N/A"), ErrorValue("#DIV/0!")]),
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12)

OPERATORS = [f"[x]{op}[y]" for op in ("+", "-", "*", "/", "^", "&", "=", "<>", "<", ">", "<=", ">=")]
FORMULAS = [
    *OPERATORS,
    *(f"[x]{op}2" for op in ("+", "/", "=", "<", ">=")),
    *(f'[x]{op}"a"' for op in ("=", "<>", "<", "&")),
    '[x]=""',
    "-[x]",
    "[x]%",
    "IF([x],[y],[z])",
    'IF([x]=[y],"same",IF([x]<[y],[z]))',
    'IF([x]="","",IF(ISNUMBER([y]),[y]*2,[z]&"!"))',
    "IFERROR([x]/[y],[z])",
    "IFNA([x],[y])",
    "AND([x],[y])",
    "OR([x]=[y],[z]>1)",
    "XOR([x],[y])",
    "NOT([x])",
    "CHOOSE([x],[y],[z])",
    *(f"{name}([x])" for name in ("ISBLANK", "ISNUMBER", "ISTEXT", "ISNONTEXT", "ISLOGICAL", "ISERROR")),
    *(f"{name}([x])" for name in ("ISERR", "ISNA", "N", "T", "LEN", "TRIM", "LOWER", "VALUE", "ABS", "INT")),
    *(f"{name}([x],[y],2)" for name in ("MAX", "MIN", "SUM", "COUNT", "COUNTA", "AVERAGE")),
    *(f"{name}([x]+0,[y]*1)" for name in ("MAX", "MIN", "AND", "ROUND", "MOD")),
    "LEFT([x],[y])",
    'SUBSTITUTE([x],"a",[y])',
    "SEARCH([x],[y])",
    "EXACT([x],[y])",
    "CONCATENATE([x],1,[y])",
    'TEXT([x],"0.0")',
    "DATE(2024,[x],1)",
    "MATCH([x],t[y],0)",
    "MATCH([x],t[y])",
    "INDEX(t[y],1+ABS(N([x])))",
    "COUNTIF(t[y],[x])",
    'SUMIFS(t[v],t[y],[x],t[v],">1")',
    "SUMPRODUCT((t[g]=[x])*t[v])",
    "RANK([x],t[v])",
]


def array(values: list[Any]) -> Any:
    """Values as an object array."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


TABLE = {"y": array(WORDS + NUMBERS), "v": array([float(at) for at in range(5)]), "g": array(list("aAbé"))}


def context(rows: list[tuple[Any, ...]]) -> Context:
    """The rows to compute, beside a table that is the same for all."""
    return Context(
        rows={key: array([row[at] for row in rows]) for at, key in enumerate("xyz")},
        columns=lambda _block, key: TABLE[key],
        setting=lambda _key: None,
        label=lambda _list, choice: choice,
    )


def by_kind(formula: str, rows: list[tuple[Any, ...]]) -> list[Any]:
    """The answers where only rows of the same kinds are evaluated together."""
    groups: dict[tuple[type, ...], list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        groups[tuple(map(type, row))].append(at)
    found: dict[int, Any] = {}
    for places in groups.values():
        found |= zip(places, evaluate(formula, context([rows[at] for at in places])), strict=True)
    return [found[at] for at in range(len(rows))]


@pytest.mark.parametrize("formula", FORMULAS)
@settings(max_examples=30)
@given(rows=ROWS)
def test_every_way_gives_the_same(formula: str, rows: list[tuple[Any, ...]]) -> None:
    """Mixed columns ≡ columns of one kind ≡ single cells ≡ branches for the few rows that take them."""
    together = list(map(repr, evaluate(formula, context(rows))))
    assert list(map(repr, by_kind(formula, rows))) == together
    assert [repr(evaluate(formula, context([row]))[0]) for row in rows] == together
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("strategy_xl.formulas.arrays.engine.MANY", 1)
        assert list(map(repr, evaluate(formula, context(rows)))) == together


@settings(max_examples=30)
@given(rows=ROWS, seed=st.randoms(use_true_random=False), limit=st.sampled_from([0, 3, 20_000]))
def test_formulas_of_a_block_share_what_they_have_in_common(
    rows: list[tuple[Any, ...]], seed: Any, limit: int
) -> None:
    """Compiled together and evaluated one after the other, in any order, each gives what it gives alone."""
    formulas = [*FORMULAS, *(f"IFERROR({formula},[z])" for formula in FORMULAS)]
    seed.shuffle(formulas)
    compiled, shared = compile_together(tuple(formulas)), context(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "LARGEST_SHARED", limit)
        for formula in formulas:
            alone = evaluate(formula, context(rows))
            assert list(map(repr, compiled[formula].evaluate(shared))) == list(map(repr, alone)), formula
    assert bool(shared.parts) == (limit > 0)


def test_what_formulas_have_in_common_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of several formulas is evaluated for the first of them alone."""
    texts = [f'LOWER("Ab"&[x])&"{n}"' for n in range(5)]
    compiled, turns = compile_together(tuple(texts)), []
    monkeypatch.setattr(engine, "operate", lambda *args: turns.append(args[0]) or operate(*args))
    found = [compiled[text].evaluate(rows) for rows in [context([("C", 1.0, 2.0)])] for text in texts]
    assert found == [[f"abc{n}"] for n in range(5)]
    assert len(turns) == 1 + len(texts)


@given(cells=st.lists(CELL, min_size=1, max_size=9))
def test_a_column_is_read_as_its_values(cells: list[Any]) -> None:
    """What a formula gives as a column is read by the next one as its values would be."""
    given_context = context([(cell, cell, cell) for cell in cells])
    column = compile_formula('IF([x]="a",[y],[z])').column(given_context)
    values = evaluate('IF([x]="a",[y],[z])', given_context)
    assert list(map(repr, column.tolist())) == list(map(repr, values))
    read = reading.column_cells(column)
    assert list(map(repr, read.tolist())) == list(map(repr, from_values(array(values)).tolist()))
    assert read.ref


@settings(max_examples=8)  # each collects the whole heap
@given(cells=st.lists(CELL, min_size=1, max_size=9))
def test_an_array_is_read_once_and_let_go(cells: list[Any]) -> None:
    """Cells are kept as long as their array lives, and do not keep it alive."""
    for values in (array(cells), np.arange(3.0), array(["a", "b"])):
        assert reading.column_cells(values) is reading.column_cells(values)
        assert reading.column_cells(values.reshape(1, -1)) is reading.column_cells(values)
    kept = len(reading._known)
    del values
    gc.collect(1)  # of all objects it takes longer than the test
    assert len(reading._known) < kept


def test_a_column_of_one_value_and_of_no_rows() -> None:
    """A result that is the same for all rows fills the column; no rows give none."""
    rows = [(1.0, 2.0, 3.0)] * 3
    assert compile_formula('"same"').column(context(rows)).tolist() == ["same"] * 3
    assert compile_formula("[x]").column(context([])).tolist() == []
