"""What Excel answers, formula by formula: where LibreOffice differs, and each kind of value and error."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from native_data import NA, make_context

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.formulas.arrays import (
    CircularError,
    Context,
    FormulaError,
    UnsupportedError,
    compile_formula,
    dependencies,
    evaluate,
    evaluation_order,
    function_names,
)
from strategy_xl.formulas.arrays.reading import from_values
from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Binary, Literal, parse, simplified

VALUE, NUM, REF, DIV0 = (ErrorValue(code) for code in ("#VALUE!", "#NUM!", "#REF!", "#DIV/0!"))

ANSWERS: list[tuple[str, Any]] = [
    # Booleans are no numbers: they come after all texts, and ranges do not add them up.
    ("TRUE>99", True),
    ('TRUE>"z"', True),
    ("TRUE=1", False),
    ("TRUE+1", 2.0),
    ('TRUE&""', "TRUE"),
    ("SUM({TRUE,2})", 2.0),
    ("SUM(TRUE,2)", 3.0),
    ("COUNT({1,TRUE,3})", 2.0),
    ("SUMPRODUCT({TRUE,TRUE})", 0.0),
    ("SUMPRODUCT({TRUE,TRUE}*1)", 2.0),
    ("ISNUMBER(TRUE)", False),
    ("SUM(t[mix])", 17.5),
    ("AVERAGE(t[mix])", 3.5),
    ("COUNT(t[mix])", 5.0),
    ("COUNTA(t[mix])", 10.0),
    ('COUNTIF(t[mix],"*")', 3.0),
    ("COUNTIF(t[mix],TRUE)", 1.0),
    # Texts as arguments, and texts that are numbers.
    ('SUM("3",2)', 5.0),
    ('SUM("x",2)', VALUE),
    ('COUNT("3","x",TRUE)', 2.0),
    ('AND("TRUE",1)', True),
    ('AND(TRUE,"x")', VALUE),
    ('"12"+1', 13.0),
    ('"1e2"*1', 100.0),
    ('"50%"+0', 0.5),
    ('""+1', VALUE),
    ('COUNTIF({"5","x"},5)', 1.0),
    ('COUNTIF({5,6},"5")', 1.0),
    # Blanks, empty texts and criteria about them (column mix has two blanks).
    ("[z]", 0.0),
    ('[z]=""', True),
    ("[z]=0", True),
    ('0=""', False),
    ('COUNTIF(t[mix],"")', 2.0),
    ('COUNTIF(t[mix],"=")', 2.0),
    ('COUNTIF(t[mix],"<>")', 10.0),
    ('COUNTIF({"",1},"")', 1.0),
    ('COUNTIF({"",1},"=")', 0.0),
    ('COUNTIF({"",1},"<>")', 2.0),
    ("COUNTIF({0,1},[z])", 1.0),
    ('COUNTIF(t[mix],"<>x")', 10.0),
    ('COUNTIF({"a*","ab"},"a~*")', 1.0),
    ('COUNTIF({"#N/A",1},"#N/A")', 0.0),
    ("COUNTIF(t[err],NA())", 3.0),
    ('COUNTIF(t[d],">=2024-02-29")', 6.0),
    ("SUM([z],[mix])", 5.0),
    ("IF(TRUE,,1)", 0.0),
    ("IF(FALSE,1)", False),
    ("MATCH([z],{3,0},0)", 2.0),
    # Errors: the first one wins, and only where it is used.
    ("NA()+1/0", NA),
    ("1/0+NA()", DIV0),
    ("IF(TRUE,1,NA())", 1.0),
    ("IF(NA(),1,2)", NA),
    ("IFERROR(1/0,7)", 7.0),
    ("IFNA(1/0,7)", DIV0),
    ("SUM(t[err])", NA),
    ("SUMIFS(t[err],t[k],2)", 1.0),
    ("SUMIFS(t[err],t[k],1)", NA),
    ("SQRT(-1)", NUM),
    ("LN(0)", NUM),
    ("0^0", NUM),
    ("0^-1", DIV0),
    ("(-8)^0.5", NUM),
    ("10^400", NUM),
    ("INDEX({1,2},3)", REF),
    ("LARGE({1,2},3)", NUM),
    ("PERCENTILE({1,2},1.1)", NUM),
    ("AVERAGE(t[z])", DIV0),
    ("MEDIAN(t[z])", NUM),
    ("RANK(999,t[n])", NA),
    ('IFS(FALSE,1,"no",2)', VALUE),
    ('DATEDIF(45001,45000,"d")', NUM),
    ('DATEDIF(45000,45001,"q")', NUM),
    ("SUMIFS({1,2,3},{1,2},1)", VALUE),
    ("SUMPRODUCT({1,2,3},{1,2})", VALUE),
    ("SUM({1,2,3}+{1,2})", NA),
    ("AND(t[s])", VALUE),
    ("#DIV/0!", DIV0),
    ("ISERROR(#REF!)", True),
    # Numbers as Excel keeps them: 15 digits, half away from zero.
    ("0.1+0.2=0.3", True),
    ("9.99999999999999=9.99999999999998", False),
    ("1.000000000000001=1.000000000000002", True),
    ("0.1+0.2>0.3", False),
    ("ROUND(2.675,2)", 2.68),
    ("ROUND(-1.005,2)", -1.01),
    ("ROUND(1250,-2)", 1300.0),
    ("INT(-1.5)", -2.0),
    ("MOD(-3,2)", 1.0),
    ("MOD(3,-2)", -1.0),
    ("CEILING(-2.5,1)", -2.0),
    ("CEILING(2.5,-1)", NUM),
    ("FLOOR(-2.5,1)", -3.0),
    ("FLOOR(1,0)", DIV0),
    ("MROUND(-5,2)", NUM),
    ('1/3&""', "0.333333333333333"),
    ('1E+20&""', "100000000000000000000"),
    ('1E+21&""', "1E+21"),
    ('0.000001&""', "0.000001"),
    ('123456789012345678&""', "123456789012346000"),
    # Texts.
    ('TEXT(3,"0.##")', "3."),
    ('TEXT(-0.0725,"0.0%")', "-7.3%"),
    ('TEXT(1234567.891,"# ##0")', "1234 568"),
    ('TEXT(5,"# ##0")', " 5"),
    ('TEXT(1234567.891,"# ##0.0 k")', "1234 567.9 k"),
    ('TEXT(1234567.891,"(00) 00")', "(12345) 68"),
    ('TEXT(-5,"0;(0)")', "(5)"),
    ('TEXT(-0.001,"0.00")', "0.00"),
    ('TEXT(TRUE,"0")', "TRUE"),
    ('TEXT("3","0.0")', "3.0"),
    ('TEXT(1.5,"General")', "1.5"),
    ('TEXT(0.5,"h:mm AM/PM")', "12:00 PM"),
    ('TEXT(-1,"yyyy")', "########"),
    ('TEXT("x","0;0;0;""<""@"">""")', "<x>"),
    ('TEXT(5,"\\a0")', "a5"),
    ('SEARCH("~?","what?")', 5.0),
    ('LEN("😀")', 2.0),
    ('T("x")&T(1)', "x"),
    ('CLEAN("a"&CHAR(7)&"b")', "ab"),
    ('SUBSTITUTE("aaa","a","b",0)', VALUE),
    ('MID("abc",0,1)', VALUE),
    ("UNICHAR(0)", VALUE),
    ("CHAR(256)", VALUE),
    ('CODE("")', VALUE),
    ('REPT("ab",20000)', VALUE),
    ('CONCAT("a",1,TRUE)', "a1TRUE"),
    ('DATEVALUE("x")', VALUE),
    # Dates.
    ("DATE(1900,3,1)", 61.0),
    ("DATE(1900,2,28)", 59.0),
    ("YEAR(59)*10000+MONTH(59)*100+DAY(59)", 19000228.0),
    ("DATE(24,1,1)", 8767.0),
    ("DATE(10000,1,1)", NUM),
    ("YEAR(-1)", NUM),
    ("YEARFRAC(DATE(2012,1,1),DATE(2012,7,30))", pytest.approx(0.58055556)),
    ("YEARFRAC(DATE(2012,1,1),DATE(2012,7,30),1)", pytest.approx(0.57650273)),
    ("YEARFRAC(DATE(2012,1,1),DATE(2012,7,30),3)", pytest.approx(0.57808219)),
    ("YEARFRAC(DATE(2020,1,1),DATE(2023,1,1),1)", pytest.approx(1096 / 365.25)),
    ("YEARFRAC(1,2,5)", NUM),
    ("WEEKNUM(DATE(2024,12,31))", 53.0),
    ("WEEKNUM(DATE(2024,12,31),21)", 1.0),
    ("WEEKDAY(1,9)", NUM),
    ("TODAY()", to_serial(date(2024, 6, 15))),
    # Lookups.
    ('MATCH("b?",{"b","bb"},0)', 2.0),
    ('MATCH("1",{1,2},0)', NA),
    ("MATCH(2,{1,2,2,3},1)", 3.0),
    ("MATCH(0.3,{0.1,0.2,0.30000000000000004},0)", 3.0),
    ('MATCH(1E+306,{5,"x",3})', 3.0),
    ("LOOKUP(2,{1,2;3,4})", 2.0),
    ('VLOOKUP("z",{"a",1},2,FALSE)', NA),
    ("VLOOKUP(1,{1,2},3,FALSE)", REF),
    ("INDEX({1,2;3,4},0,1)", 1.0),
    ("SUM(INDEX(t[k],0))", 78.0),
    ("SUM(INDEX({1,2;3,4},0,0))", 10.0),
    ("RANK(2,{1,2,2,3})", 2.0),
    ("RANK.AVG(2,{1,2,2,3})", 2.5),
    ("SWITCH(9,1,2)", NA),
    ("CHOOSE(0,1)", VALUE),
    ("COLUMNS({1,2,3})", 3.0),
    ("SUM(TRANSPOSE({1,2})*{1,2})", 9.0),
    ("{7,8}", 7.0),
    ("SUBTOTAL(12,t[n])", VALUE),
    ("FORECAST.LINEAR(4,{2,4,6},{1,2,3})", 8.0),
    ("PEARSON({1,2},{1,1})", DIV0),
    ("SLOPE({1,2},{1,2,3})", NA),
    ('COUNTIFS({1,2,3,4},">1",{1,2,3,4},"<4")', 2.0),
    ("MINIFS({3,1,2},{1,1,2},1)", 1.0),
    ('AVERAGEIF({1,2,3},">1")', 2.5),
    ('SUMIF({1,2,3},">1",{10,20,30})', 50.0),
    ("STDEVP({1,3})+VARP({1,3})+VAR.S({1,3})+VAR({1,3})", 6.0),
    ("DEGREES(PI())+TAN(0)+ATAN(0)", 180.0),
    ("NORMSINV(0.5)+NORMSDIST(0)", 0.5),
    ("QUARTILE.INC({1,2,3},2)", 2.0),
    ("WORKDAY(45000,0)", 45000.0),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "expected"), ANSWERS, ids=[formula for formula, _value in ANSWERS])
def test_answer(formula: str, expected: Any) -> None:
    """A formula gives in the first of the twelve rows what Excel gives, of the same type."""
    found = evaluate(formula, make_context())[0]
    assert found == expected
    if not isinstance(expected, type(pytest.approx(1.0))):
        assert type(found) is type(expected)


def test_every_function_is_tried() -> None:
    """No function is without a formula that is checked, here or against LibreOffice."""
    listed = Path(__file__).with_name("native_formulas.txt").read_text(encoding="utf-8")
    tried = set(re.findall(r"([A-Z][A-Z0-9.]*)\(", listed + " ".join(formula for formula, _value in ANSWERS)))
    assert set(function_names()) - tried - {"NOW"} == set()


@pytest.mark.parametrize(
    "formula",
    [
        "1+",
        "(1",
        "SUM(1",
        "[a",
        "1 2",
        "{1,2;3}",
        "{[a]}",
        "A1",
        '"open',
        "{-TRUE}",
        "SUM(1;2)",
        "a b",
        "",
        "#nolist",
    ],
)
def test_what_is_no_formula(formula: str) -> None:
    """A text that is no formula is refused, and the message quotes it."""
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    assert repr(formula) in str(caught.value)


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("XLOOKUP(1,t[k],t[n])", "XLOOKUP"),
        ("ROUND(1)", "ROUND"),
        ("OFFSET(t[n],1,0)", "OFFSET"),
        ("t[n]+1", "range"),
        ("COUNTIFS(t[n],1,t[n])", "criterion"),
        ("IFERROR(#NEW!,1)", "#NEW!"),
    ],
)
def test_unsupported(formula: str, named: str) -> None:
    """What cannot be evaluated is said by name instead of being answered wrongly."""
    with pytest.raises(UnsupportedError, match=named):
        evaluate(formula, make_context())


def test_tree() -> None:
    """Signs bind tighter than powers, powers go from the left, equal parts are one object."""
    tree = simplified(parse("=[a]*2+([a]*2)"))
    assert isinstance(tree, Binary)
    assert tree.left is tree.right
    assert tree.left == Binary("*", Reference("row", "a"), Literal("number", 2.0))
    assert compile_formula("_xlfn.IFNA(1,2)").root == compile_formula("IFNA( 1 , 2 )").root


def test_dependencies() -> None:
    """References are listed once, in order, and not those inside quotes."""
    assert dependencies('=[a]+t[b]*@c&#d.e&"[f]"&[a]') == (
        Reference("row", "a"),
        Reference("column", "b", "t"),
        Reference("setting", "c"),
        Reference("choice", "e", "d"),
    )


def test_order() -> None:
    """Computed fields come after what they read: in their row, in other blocks, in the settings."""
    order = evaluation_order(
        {
            ("tile", "total"): "=SUM(t[double])+@rate",
            ("t", "double"): "=[half]*4",
            ("t", "half"): "=[input]/2",
            ("params", "rate"): "=1",
        },
        "params",
    )
    assert order.index(("t", "half")) < order.index(("t", "double")) < order.index(("tile", "total"))
    assert order.index(("params", "rate")) < order.index(("tile", "total"))
    assert len(order) == 4


def test_circle() -> None:
    """Fields that need each other are named."""
    with pytest.raises(CircularError) as caught:
        evaluation_order({("a", "x"): "=b[y]", ("b", "y"): "=[z]", ("b", "z"): "=SUM(a[x])"}, "params")
    assert set(caught.value.cycle) == {("a", "x"), ("b", "y"), ("b", "z")}
    assert "a[x]" in str(caught.value)


def test_values_of_any_kind() -> None:
    """Numbers, dates, numpy and pandas values and their missing ones become cells."""
    given = [1, np.float64(2.5), True, np.zeros(1, dtype=bool)[0], "x", None, float("nan"), pd.NA, pd.NaT, NA]
    cells = from_values(np.array(given, dtype=object))
    assert cells.tolist() == [1.0, 2.5, True, False, "x", None, None, None, None, NA]
    days = pd.Series([pd.Timestamp("2024-01-31 12:00"), pd.NaT])
    assert from_values(days).tolist() == [45322.5, None]
    assert from_values(np.array([datetime(2024, 1, 31, 12)], dtype=object)).tolist() == [45322.5]  # noqa: DTZ001
    assert from_values(pd.array([True, None], dtype="boolean")).tolist() == [True, None]
    assert from_values(pd.array([1, None], dtype="Int64")).tolist() == [1.0, None]
    assert from_values(np.array(["a", "b"])).tolist() == ["a", "b"]
    with pytest.raises(TypeError):
        from_values(np.array([object()], dtype=object))


def test_french_signs() -> None:
    """Texts made from numbers take the context's decimal and thousands signs and its language."""
    context = make_context(decimal=",", thousands="\u202f", language="fr")
    assert evaluate('1.5&""', context)[0] == "1,5"
    assert evaluate('TEXT(1234.5,"#,##0.0")', context)[0] == "1\u202f234,5"
    assert evaluate('TEXT(45322,"d mmmm yyyy")', context)[0] == "31 janvier 2024"


def test_instances_stand_side_by_side() -> None:
    """A form's field of several instances is a row of cells."""
    context = make_context(columns=lambda _block, _key: np.array([[1.0, 2.0, 3.0]]), rows={}, size=1)
    assert evaluate("COLUMNS(f[x])*10+ROWS(f[x])", context) == [31.0]
    assert evaluate("SUM(f[x])+INDEX(f[x],2)", context) == [8.0]


def test_a_table_without_rows() -> None:
    """A column of no rows counts as one empty cell, and no rows give no values."""
    context = make_context(columns=lambda _block, _key: np.array([], dtype=object))
    assert evaluate("SUM(t[a])+COUNTBLANK(t[a])+ROWS(t[a])", context)[0] == 2.0
    assert evaluate("[n]", make_context(rows={"n": np.array([])})) == []


def test_row_needs_its_numbers() -> None:
    """ROW() without row numbers in the context is refused."""
    with pytest.raises(UnsupportedError, match="row_number"):
        evaluate("ROW()", make_context(row_number=None))


def test_a_changed_source_is_read_again() -> None:
    """A context keeps what it read for as long as the source is the same object."""
    rows = {"n": np.array([1.0, 2.0])}
    context = Context(rows=rows, columns=lambda _block, _key: rows["n"], setting=str, label=lambda _l, _c: "")
    assert evaluate("[n]+SUM(t[n])", context) == [4.0, 5.0]
    rows["n"] = np.array([10.0, 20.0])
    assert evaluate("[n]+SUM(t[n])", context) == [40.0, 50.0]


def test_an_array_constant_holds_constants_only() -> None:
    """Excel takes neither a cell nor a name between braces, and a choice is a name in a workbook."""
    for formula in ("=MATCH(1,{#grade.a,#grade.b},0)", "={[x],1}", "={@limit}"):
        with pytest.raises(FormulaError):
            parse(formula)
