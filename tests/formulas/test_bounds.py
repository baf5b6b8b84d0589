"""No formula costs more than a cell can hold: depth, length of texts, patterns, large numbers."""

from __future__ import annotations

import time

import pytest

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.arrays import Context, FormulaError, UnsupportedError, evaluate
from strategy_xl.formulas.tree import parse

LONG = 32_767


def value(formula: str, *, text: object = "a") -> object:
    """What a formula gives in one row, of which [t] is a text."""
    context = Context(
        {"t": [text]}, lambda _block, _key: [text, None], lambda _key: 1.0, lambda _list, _key: "x"
    )
    return evaluate(formula, context)[0]


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "1" + "%" * 5000, "IF(TRUE," * 500 + "1" + ")" * 500,
        "(" * 5000, "1^" * 101 + "(" * 101 + "1",
    ],
)  # fmt: skip
def test_parts_within_parts_are_refused(formula: str) -> None:
    """What is nested without end is no formula, and never a crash."""
    with pytest.raises(FormulaError, match="parts within parts"):
        parse(formula)


@pytest.mark.parametrize("name", ["IF(TRUE,", "IFERROR(", "SUM(", "CHOOSE(1,", "IFS(TRUE,", "INDEX(", "("])
def test_what_excel_takes_is_taken(name: str) -> None:
    """Excel takes 64 calls within calls; so deep a formula is still evaluated."""
    close = ",1)" if name in ("IFERROR(", "INDEX(") else ")"
    assert value(name * 64 + "7" + close * 64) == 7


def test_a_long_sum_is_written_and_a_longer_one_not_evaluated() -> None:
    """A sum of many parts is a formula; what is too deep to be walked is told."""
    assert value("+".join(["1"] * 190)) == 190
    parse("+".join(["1"] * 3000))
    with pytest.raises(UnsupportedError, match="parts within parts"):
        value("+".join(["1"] * 3000))
    with pytest.raises(UnsupportedError, match="characters"):
        value('"' + "a" * 40_000 + '"')


@pytest.mark.parametrize("number", ["1e309", "9" * 400, "-1e999", "{1,1e999}"])
def test_a_number_too_large_is_no_formula(number: str) -> None:
    """Excel knows no infinity."""
    with pytest.raises(FormulaError):
        parse(number)


@pytest.mark.parametrize(
    "formula",
    [
        'REPT("ab",32767)', 'REPT([t],32767)&"b"', '"b"&REPT([t],32767)', 'CONCATENATE(REPT([t],32767),"b")',
        'CONCAT(REPT([t],32767),"b")', 'TEXTJOIN(REPT([t],32767),TRUE,"a","b","c")',
        'SUBSTITUTE(REPT([t],32767),"a",REPT("b",32767))', 'REPLACE(REPT([t],32767),1,0,"b")',
        'TEXT(1,REPT("0",300))', 'TEXT("a",REPT("@",300))', 'TEXT(1E+308,"%%%%%%0")',
    ],
)  # fmt: skip
def test_a_text_longer_than_a_cell_is_an_error(formula: str) -> None:
    """#VALUE!, as in Excel, and the long text is never made."""
    assert value(formula) == ErrorValue.VALUE


def test_a_text_as_long_as_a_cell_is_given() -> None:
    """The bound is the cell's, not one less."""
    for formula in ("REPT([t],32767)", 'REPT([t],32766)&"b"', 'SUBSTITUTE(REPT("a",4681),"a","aaaaaaa")&""'):
        assert len(str(value(formula))) == LONG
    assert value('REPT("",1E+308)') == ""


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ('SEARCH("*a*a*a*a*a*a*a*b",REPT("a",32767))', ErrorValue.VALUE),
        ('SEARCH("a?a*b*c",REPT("a",32767))', ErrorValue.VALUE),
        ('COUNTIF(x[t],"*a*a*a*a*a*a*a*b")', 0),
        ('COUNTIF(x[t],REPT("*a?",80))', 1),
        ('MATCH("*a*a*a*a*a*a*a*b",x[t],0)', ErrorValue.NA),
    ],
)
def test_patterns_take_no_more_than_their_length(formula: str, found: object) -> None:
    """Stars do not multiply: once a part is found, no other place of it is tried."""
    start = time.process_time()
    assert value(formula, text="a" * LONG) == found
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("pattern", "text", "place"),
    [
        ("b*d", "abcabcd", 2), ("?c", "abcd", 2), ("*d", "abcd", 1), ("d*", "abcd", 4), ("*", "abcd", 1),
        ("a*z", "abcd", None), ("~*", "ab*d", 3), ("b**d", "abcd", 2), ("a?b*c", "aabaxc", 1),
        ("B*D", "abcd", 2),
    ],
)  # fmt: skip
def test_a_pattern_is_found_where_it_begins_first(pattern: str, text: str, place: int | None) -> None:
    """The first place of what stands before the first star, when the rest follows."""
    assert value(f'SEARCH("{pattern}",[t])', text=text) == (ErrorValue.VALUE if place is None else place)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("a*d", True), ("a*c", False), ("*b*c*", True), ("*c*b*", False),
        ("abc?", True), ("a*cd", True),
        ("ab", False),
            ("*bcd", True), ("*", True), ("a*b*c*d", True), ("a?d", False),
        ("a*?d", True), ("abcd*", True), ("d*", False),
    ],
)  # fmt: skip
def test_a_pattern_fits_the_whole_text(pattern: str, fits: bool) -> None:
    """COUNTIF counts a text that the pattern covers from its beginning to its end."""
    assert value(f'COUNTIF(x[t],"{pattern}")', text="abcd") == fits


@pytest.mark.parametrize(
    "formula",
    [
        "HLOOKUP(x[t],{1,2},{1,2,3;4,5,6})",
        "COUNTIFS(x[t],{1,2,3},x[t],{1,2})",
        "TEXTJOIN(x[t],TRUE,x[t])",
        "TEXTJOIN(1,x[t],1)",
        "COUNTIFS(x[t],1,x[t])",
        "SUMIFS(x[t],x[t],1,x[t])",
    ],
)
def test_what_is_not_evaluated_is_named(formula: str) -> None:
    """A formula that makes no sense, or more sense than ours, is told by name."""
    with pytest.raises(UnsupportedError):
        value(formula)


def test_a_choice_that_none_makes_is_an_error() -> None:
    """CHOOSE of several numbers that are none, or too large."""
    assert value('SUM(IF(ISERROR(CHOOSE({"a","b"},1,2)),1,0))') == 2
    assert value("SUM(IFERROR(CHOOSE({1,2,9},4,5),100))") == 109


def test_many_decimals_are_shown() -> None:
    """As many as a format may ask for."""
    assert value('TEXT(0.5,REPT("0",10)&"."&REPT("0",200))') == "0" * 10 + ".5" + "0" * 199
    assert len(str(value('TEXT(1E+300,"0.00")'))) == 304
