"""The LAMBDAs in a second calculator, and against what Excel and the schema allow of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lambda_cases import example_cases
from lambda_proof import Asked, Verdict, answers, asked_lambdas, calls, saved, some_calls
from lambda_tree import expanded, for_file, measured, read, written
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openxml_audit import OpenXmlValidator
from package_audit import audit

from strategy_xl.functions.lambdas.compiling import MOST_CHARACTERS
from strategy_xl.functions.lambdas.named import NamedLambda, named_lambdas
from strategy_xl.languages import LANGUAGES

EVERY = [
    pytest.param(lang, item, id=f"{item.name}-{lang}") for lang in LANGUAGES for item in asked_lambdas(lang)
]
MOST_LEVELS, MOST_ARGUMENTS, MOST_TEXT = 64, 253, 255
CELL = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]\d*|[Rr]\d+[Cc]\d+")


@pytest.mark.parametrize(("lang", "item"), EVERY)
def test_second_calculator(lang: str, item: NamedLambda, tmp_path: Path) -> None:
    """A LAMBDA gives Python's answer on the examples and on drawn calls, or says it in other words."""
    asked = some_calls(item, lang, 1, 4)
    found = list(answers(asked, tmp_path))
    assert len(found) == len(asked)
    assert [answer for answer in found if answer.verdict is Verdict.DIFFERENT] == []


@pytest.mark.libreoffice
def test_libreoffice(recalculated: Callable[[Path], Path], tmp_path: Path) -> None:
    """So does LibreOffice, which knows no LAMBDA, with the parts of the formula in cells."""
    asked = [
        one for lang in LANGUAGES for item in asked_lambdas(lang) for one in some_calls(item, lang, 1, 1)
    ]
    book = Asked(asked, is_spread=True)
    found = list(book.answers(saved(recalculated(book.save(tmp_path / "spread.xlsx")))))
    assert {answer.call.item.name for answer in found} == {item.name for item in asked_lambdas("en")}
    assert len(found) >= 0.9 * len(asked)
    assert [answer for answer in found if answer.verdict is Verdict.DIFFERENT] == []


@pytest.mark.parametrize(("lang", "item"), EVERY)
def test_limits_of_excel(lang: str, item: NamedLambda) -> None:
    """No formula is longer or deeper than Excel takes, and none binds a name that is a cell."""
    measure = measured(item.formula)
    assert measure.characters <= MOST_CHARACTERS
    assert measure.levels <= MOST_LEVELS
    assert measure.arguments <= MOST_ARGUMENTS
    assert measure.text <= MOST_TEXT
    assert [name for name in measure.names if CELL.fullmatch(name)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_workbook_is_valid(lang: str, tmp_path: Path) -> None:
    """The names that a workbook gets are valid by the schema; our own audit finds nothing either."""
    book = Workbook()
    for item in named_lambdas(lang):
        book.defined_names[item.name] = DefinedName(item.name, attr_text=item.formula, comment=item.comment)
    path = tmp_path / "lambdas.xlsx"
    book.save(path)
    found = OpenXmlValidator().validate(path).errors
    assert [
        error for error in found if "styles" not in str(error.part_uri)
    ] == []  # openpyxl's own order there
    assert audit(path) == []


def test_a_difference_is_seen(tmp_path: Path) -> None:
    """A LAMBDA with another threshold is told apart: the comparison can fail."""
    item = next(item for item in named_lambdas("fr") if item.name == "STRATX_SWOT_SCORE")
    wrong = NamedLambda(item.name, item.formula.replace("SUM(IF(", "2*SUM(IF("), item.comment, item.function)
    cases = example_cases(item.function, "fr")
    right_calls, wrong_calls = calls(item, "fr", cases), calls(wrong, "fr", cases)
    assert {answer.verdict for answer in answers(right_calls, tmp_path)} == {Verdict.SAME}
    assert {answer.verdict for answer in answers(wrong_calls, tmp_path)} == {Verdict.DIFFERENT}


@pytest.mark.parametrize(
    ("formula", "args", "said"),
    [
        ("_xlfn.LAMBDA(_xlpm.a,_xlpm.a+1)", ["A1"], "(A1+1)"),
        ("_xlfn.LAMBDA(_xlop.a,IF(_xlfn.ISOMITTED(_xlpm.a),0,_xlpm.a))", [""], "0"),
        ("_xlfn.LAMBDA(_xlop.a,IF(_xlfn.ISOMITTED(_xlpm.a),0,_xlpm.a))", ["A1"], "A1"),
        ("_xlfn.LAMBDA(_xlpm.a,_xlfn.LET(_xlpm.b,_xlpm.a,_xlpm.b))", ["A1"], "LET(b_0x,A1,b_0x)"),
        (
            "_xlfn.LAMBDA(_xlpm.a,_xlfn.LET(_xlpm.f,_xlfn.LAMBDA(_xlpm.a,-_xlpm.a),_xlpm.f(_xlpm.f(_xlpm.a))))",
            ["A1"],
            "LET(a_1x,LET(a_0x,A1,(-a_0x)),(-a_1x))",
        ),
        ("_xlfn.LAMBDA(_xlpm.a,TODAY()-_xlpm.a)", ["A1"], "(46169-A1)"),
        (
            "_xlfn.LAMBDA(_xlpm.a,_xlfn.MAP(_xlpm.a,_xlfn.LAMBDA(_xlpm.v,2^_xlpm.v%)))",
            ["A1:A2"],
            "MAP(A1:A2,LAMBDA(v_0x,(2^(v_0x%))))",
        ),
    ],
)
def test_expansion(formula: str, args: list[str], said: str) -> None:
    """What evaluators do not know is put in, each name bound anew, and nothing else changes."""
    assert written(expanded(formula, args, {"TODAY": "46169"})) == said


def test_prefixes_come_back() -> None:
    """A tree is written for a file with the prefixes of what is bound and of what is newer."""
    text = "_xlfn.LET(_xlpm.a,SUM(A1),_xlfn.MAP({1,2},_xlfn.LAMBDA(_xlpm.v,(_xlpm.a*_xlpm.v))))"
    assert (
        for_file(expanded(f"_xlfn.LAMBDA(_xlop.z,{text})", [], {})).replace("_0x", "").replace("_1x", "")
        == text
    )


@pytest.mark.parametrize("text", ["1+", "SUM(1", "a b", "{1,2", "§"])
def test_unreadable(text: str) -> None:
    """What is no formula is told, never read halfway."""
    with pytest.raises((ValueError, IndexError)):
        read(text)
