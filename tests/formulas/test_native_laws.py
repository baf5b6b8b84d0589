"""Laws of the evaluator: rows together or alone, in slices or whole, grouped or pair by pair: the same."""

from __future__ import annotations

import math
import time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.arrays import Context, evaluate
from strategy_xl.formulas.arrays.cell_arrays import constant
from strategy_xl.formulas.arrays.conditions import Asked, Range
from strategy_xl.formulas.arrays.kinds import number_text, parse_number, significant, significant_one
from strategy_xl.formulas.arrays.reading import from_values

WORDS = ["", "a", "A", "b", "ab", "a*", "5", "été", "x?", ">1"]
CELL = st.one_of(
    st.none(),
    st.integers(-3, 5).map(float),
    st.sampled_from([0.5, -0.25, 0.1 + 0.2, 0.3, 1e15]),
    st.sampled_from(WORDS),
    st.booleans(),
)
TABLE = st.integers(1, 9).flatmap(
    lambda size: st.fixed_dictionaries(
        {key: st.lists(CELL, min_size=size, max_size=size) for key in ("a", "b")}
        | {
            "n": st.lists(st.integers(-5, 5).map(float) | st.none(), min_size=size, max_size=size),
            "g": st.lists(st.sampled_from(["a", "B", "b", "é", ""]), min_size=size, max_size=size),
            "v": st.lists(st.integers(-9, 9).map(float), min_size=size, max_size=size),
        }
    )
)

FORMULAS = [
    "SUMPRODUCT((t[g]=[g])*(t[n]<[v])*1)",
    "SUMPRODUCT((t[g]=[g])*(t[v]>=[v]))+1",
    "SUMPRODUCT((t[v]>=[v]-2)*(t[v]<=[v]+2)*t[v])",
    "SUMPRODUCT((t[a]=[b])*1)",
    "SUMPRODUCT((t[a]<[b])*1)",
    "SUMPRODUCT(-([g]=t[g])*[v],t[v])",
    "SUMPRODUCT((t[g]=[g])*(t[v]<>[v]))",
    "COUNTIFS(t[a],[b])",
    'COUNTIFS(t[v],">"&[v],t[g],[g])',
    'COUNTIFS(t[v],">="&[v]-1,t[v],"<"&[v]+2)',
    'COUNTIFS(t[v],">="&[v],t[n],"<"&[v])',
    "SUMIFS(t[v],t[g],[g],t[a],[b])",
    'AVERAGEIFS(t[v],t[g],[g],t[v],"<="&[v])',
    "MAXIFS(t[v],t[g],[g])",
    'MINIFS(t[v],t[g],[g],t[v],">"&[v])',
    "MATCH([b],t[a],0)",
    "INDEX(t[v],MATCH([g],t[g],0))",
    "MAX((t[g]=[g])*t[v])",
    "LOOKUP(2,1/(t[g]=[g]),t[v])",
    "MEDIAN(IF(t[g]=[g],t[v]))",
    "LARGE(IF(t[g]=[g],t[v]),{1;2})",
    "RANK([v],t[v])",
    'IF([a]=[b],"same",IF([a]<[b],"less","more"))',
    '[a]&"/"&[b]',
    "[a]+[n]",
    'IFERROR([v]/[n],"none")',
    "AND([a]=[b],[n]>0)",
    'TEXTJOIN("-",TRUE,IF(t[g]=[g],t[a],""))',
]


def array(values: list[Any]) -> Any:
    """Values as an object array."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def context(table: dict[str, list[Any]], rows: slice = slice(None)) -> Context:
    """The whole table as block ``t``, some of its rows as the rows to compute."""
    columns = {key: array(values) for key, values in table.items()}
    return Context(
        rows={key: values[rows] for key, values in columns.items()},
        columns=lambda _block, key: columns[key],
        setting=lambda _key: None,
        label=lambda _list, choice: choice,
    )


@given(table=TABLE)
def test_rows_together_or_alone(table: dict[str, list[Any]]) -> None:
    """All rows at once give what each row gives by itself."""
    rows = range(len(table["a"]))
    for formula in FORMULAS:
        together = evaluate(formula, context(table))
        alone = [evaluate(formula, context(table, slice(row, row + 1)))[0] for row in rows]
        assert together == alone, formula


@given(table=TABLE)
def test_slices_or_whole(table: dict[str, list[Any]]) -> None:
    """A bound on memory (two cells) changes no answer: slices and groups ≡ rows × cells at once."""
    for formula in FORMULAS:
        if "t[" in formula:
            whole = evaluate(formula, context(table))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("strategy_xl.formulas.arrays.engine.CHUNK", 2)
                assert evaluate(formula, context(table)) == whole, formula


@given(
    cells=st.lists(CELL, min_size=1, max_size=8),
    criteria=st.lists(
        CELL | st.sampled_from(["<>a", ">0", "<=2", "=", "<>", "=a", "*a*", "<b"]), min_size=1, max_size=6
    ),
)
def test_criteria_grouped_or_one_by_one(cells: list[Any], criteria: list[Any]) -> None:
    """COUNTIF for many criteria counts what each criterion matches by itself."""
    line = Range(from_values(array(cells)))
    expected = [float(line.matches(Asked(constant(criterion)).criterion(0)).sum()) for criterion in criteria]
    given_context = Context(
        rows={"c": array(criteria)},
        columns=lambda _block, _key: array(cells),
        setting=lambda _key: None,
        label=lambda _list, _choice: "",
    )
    assert evaluate("COUNTIF(t[a],[c])", given_context) == expected


@given(one=CELL, two=CELL)
def test_order_of_values_is_total(one: Any, two: Any) -> None:
    """Of two values exactly one of <, =, > holds, and <= >= <> follow from them."""
    rows = {"x": array([one]), "y": array([two])}
    given_context = Context(rows=rows, columns=lambda _b, _k: None, setting=str, label=lambda _l, _c: "")
    less, equal, more, at_most, at_least, other = (
        evaluate(f"[x]{op}[y]", given_context)[0] for op in ("<", "=", ">", "<=", ">=", "<>")
    )
    assert [less, equal, more].count(True) == 1
    assert at_most == (less or equal)
    assert at_least == (more or equal)
    assert other == (not equal)


@given(cents=st.integers(-(10**9), 10**9), digits=st.integers(0, 3))
def test_round_is_decimal_rounding(cents: int, digits: int) -> None:
    """ROUND of a number of four decimals is the school's rounding of its decimal form."""
    value = cents / 10_000
    expected = Decimal(cents).scaleb(-4).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    found = evaluate(f"ROUND([x],{digits})", _single(value))[0]
    assert found == pytest.approx(float(expected), rel=1e-15, abs=1e-15)


def _single(value: Any) -> Context:
    return Context(
        rows={"x": array([value])}, columns=lambda _b, _k: None, setting=str, label=lambda _l, _c: ""
    )


@given(value=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200))
def test_numbers_in_texts(value: float) -> None:
    """A number joined to a text reads back as itself on 15 digits."""
    shown = parse_number(number_text(value))
    assert shown is not None
    assert math.isclose(shown, value, rel_tol=1e-14, abs_tol=0)


@given(value=st.floats(min_value=-1e18, max_value=1e18, allow_nan=False, allow_subnormal=False))
@example(value=56295.55590814495)  # its sixteenth digit is a five
def test_significant_digits(value: float) -> None:
    """Rounding one number or an array to 15 digits is the same, and is done once for all."""
    once = float(significant(np.array([value]))[0])
    assert significant_one(value) == once
    assert float(significant(np.array([once]))[0]) == once


@given(values=st.lists(CELL | st.sampled_from([ErrorValue("#N/A"), ErrorValue("#NUM!")]), max_size=9))
def test_values_come_back(values: list[Any]) -> None:
    """What goes into cells comes out the same, of the same type."""
    found = from_values(array(values)).tolist()
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


def test_speed() -> None:
    """200,000 rows: a simple IF and a SUMIFS by key stay far from rows × cells, in time of the processor."""
    size = 200_000
    rows = {
        "name": array([f"Client {row}" for row in range(size)]),
        "x": np.linspace(0, 100, size),
        "y": np.linspace(100, 0, size),
    }
    given_context = Context(
        rows=rows, columns=lambda _block, key: rows[key], setting=lambda _key: 50.0, label=lambda _l, c: c
    )
    start = time.process_time()
    classes = evaluate('IF([x]>=@t,IF([y]>=@t,"ideal","happy"),"other")', given_context)
    middle = time.process_time()
    totals = evaluate("SUMIFS(t[x],t[name],[name])", given_context)
    end = time.process_time()
    assert classes.count("happy") == size // 2
    assert totals == rows["x"].tolist()
    assert middle - start < 3
    assert end - middle < 10
