"""The evaluator against two quick calculators: the same formulas on the same cells, more of them.

What a calculator answers in a way of its own is listed with the reason; a formula on the list that agrees
after all fails the test, so that the list stays true.
"""

from __future__ import annotations

from pathlib import Path

import native_books as books
import native_templates as templates
import pytest
from oracles import ORACLES

DIGITS = "turns numbers into text with 17 digits; Excel gives 15"
EXACT = "compares and rounds binary fractions exactly; Excel lets the last bit go"
LOCALE = "compares letters by code; Excel by the alphabet"
UNKNOWN = "does not know the function"
NO_TABLE_CONSTANT = "has no array constants of several rows or columns in lookups"
NO_WILDCARD = "has no wildcards here"
MINUS_ZERO = "writes -0 for what rounds to 0"
HALF_EVEN = "rounds halves to even in TEXT"
NO_ARRAY = "takes one value where an argument is an array"
FORMAT = "does not scale by commas in a format"

OWN_WAYS = {
    "betteroffice": {
        '1/3&""': DIGITS,
        '[n]/3&"x"': DIGITS,
        "0.1+0.2=0.3": EXACT,
        "(0.1+0.2)>0.3": EXACT,
        "1.1*3=3.3": EXACT,
        "ROUND(1.005,2)": EXACT,
        '"é"<"f"': LOCALE,
        "ISNONTEXT([mix])": UNKNOWN,
        "CEILING.MATH([n])": UNKNOWN,
        "FLOOR.MATH([n])": UNKNOWN,
        "NORM.S.INV(0.975)": UNKNOWN,
        "NORM.S.DIST(1.5,TRUE)": UNKNOWN,
        "NORM.S.DIST(1.5,FALSE)": UNKNOWN,
        "SUMXMY2(t[n],t[m])": UNKNOWN,
        "UNICHAR(9733)": UNKNOWN,
        'UNICODE("★")': UNKNOWN,
        "INDEX({1,2;3,4},2,1)": NO_TABLE_CONSTANT,
        'VLOOKUP([k],{1,"a";5,"b";9,"c"},2)': NO_TABLE_CONSTANT,
        'VLOOKUP([k],{1,"a";5,"b";9,"c"},2,FALSE)': NO_TABLE_CONSTANT,
        'VLOOKUP("b",{"a",1;"b",2},2,FALSE)': NO_TABLE_CONSTANT,
        'HLOOKUP(2,{1,2,3;"x","y","z"},2,FALSE)': NO_TABLE_CONSTANT,
        'MATCH("b*",t[s],0)': NO_WILDCARD,
        'SEARCH("?a",[s])': NO_WILDCARD,
        'SEARCH("e*a","beta")': NO_WILDCARD,
        'TEXT([n],"0")': MINUS_ZERO,
        'TEXT([n],"#,##0")': MINUS_ZERO,
        'TEXT([n]/100,"0%")': MINUS_ZERO,
        'TEXT([n],"#,##0 ""€""")': MINUS_ZERO,
        'TEXT([n]*1000000,"0.0,,")': FORMAT,
        "WORKDAY([d],[k])": "counts from a Saturday in another way",
        "WORKDAY([d],-[k])": "counts from a Saturday in another way",
    },
    "ironcalc": {
        '1/3&""': DIGITS,
        '[n]/3&"x"': DIGITS,
        '"é"<"f"': LOCALE,
        "OR(TRUE,[err])": "stops at the first TRUE; Excel passes the error on",
        "NORM.S.DIST(1.5,TRUE)": "gives eleven digits",
        "SUM(LARGE(t[n],{1,2,3}))": NO_ARRAY,
        "SUMPRODUCT(1/COUNTIF(t[g],t[g]))": NO_ARRAY,
        "MEDIAN(IF(t[g]=[g],t[n]))": NO_ARRAY,
        "AVERAGE(IF(t[n]>1000,t[n]))": NO_ARRAY,
        'TEXTJOIN(", ",TRUE,IF(t[g]=[g],t[s],""))': NO_ARRAY,
        'SUM(SUMIFS(t[n],t[g],{"a","b"}))': NO_ARRAY,
        "LOOKUP(2,1/(t[g]=[g]),t[s])": NO_ARRAY,
        "LOOKUP(2,1/(t[n]>0),t[n])": NO_ARRAY,
        'TEXT([n],"0")': HALF_EVEN,
        'TEXT([n],"0.00")': HALF_EVEN,
        'TEXT([n],"#,##0")': HALF_EVEN,
        'TEXT([n],"#,##0.0")': HALF_EVEN,
        'TEXT([n]/100,"0%")': HALF_EVEN,
        'TEXT([n],"0;-0;""none""")': HALF_EVEN,
        'TEXT([n],"+0;-0;0")': HALF_EVEN,
        'TEXT([n],"#,##0 ""€""")': HALF_EVEN,
        'TEXT([n]*1000000,"0.0,,")': HALF_EVEN,
        'TEXT(2.5,"0")': HALF_EVEN,
        'DATEDIF([d],[e],"yd")': "counts the days over a leap year's end in another way",
        'DATEDIF([d],[e],"md")': "counts the days over a month's end in another way",
    },
}

OWN_TEMPLATES = {
    "betteroffice": {
        "funnel_stages.wilson_low": "does not know NORMSINV",
        "funnel_stages.wilson_high": "does not know NORMSINV",
        **{
            f"kpis.trend_{point}": 'takes AVERAGEIFS(…, "=") for every row; Excel for the empty ones'
            for point in range(1, 7)
        },
        "card_view.persona_at": "has no wildcards in MATCH",
    },
}
SEEDS = 8


@pytest.mark.parametrize("oracle", ORACLES)
def test_listed_formulas(oracle: str, tmp_path: Path) -> None:
    """Every listed formula but those that the calculator treats in its own way, in twelve rows each."""
    formulas = books.listed()
    book = tmp_path / "formulas.xlsx"
    books.write_book(book, formulas)
    found = dict(books.differences(formulas, ORACLES[oracle](book)))
    assert {formula: how for formula, how in found.items() if formula not in OWN_WAYS[oracle]} == {}
    assert set(OWN_WAYS[oracle]) <= set(found)


@pytest.mark.parametrize("seed", range(2, 2 + SEEDS))
def test_template_formulas(tmp_path: Path, seed: int) -> None:
    """Every formula of the templates on random cells."""
    found = dict(
        books.template_differences(
            templates.Cells(seed), tmp_path / "templates.xlsx", ORACLES["betteroffice"]
        )
    )
    own = OWN_TEMPLATES["betteroffice"]
    assert {field: how for field, how in found.items() if field not in own} == {}
