"""The LAMBDAs in a second calculator, and against what Excel and the schema allow of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lambda_cases import example_cases
from lambda_proof import (
    NOT_ELSEWHERE,
    Asked,
    Verdict,
    answers,
    asked_lambdas,
    calls,
    can_spread,
    saved,
    some_calls,
)
from lambda_tree import expanded, for_file, measured, read, written
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openxml_audit import OpenXmlValidator
from package_audit import audit

from strategy_xl.functions.lambdas.compiling import MOST_CHARACTERS
from strategy_xl.functions.lambdas.named import NamedLambda, named_lambdas
from strategy_xl.languages import LANGUAGES

TOO_LONG = {"STRATX_CLIENT_WHY", "STRATX_KPI_WHY", "STRATX_KPI_PRIORITY"}
EVERY = [
    pytest.param(lang, item, id=f"{item.name}-{lang}") for lang in LANGUAGES for item in asked_lambdas(lang)
]
KNOWN = [each for each in EVERY if each.values[1].name not in NOT_ELSEWHERE["betteroffice"] | TOO_LONG]
MOST_LEVELS, MOST_ARGUMENTS, MOST_TEXT = 64, 253, 255
CELL = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]\d*|[Rr]\d+[Cc]\d+")


@pytest.mark.parametrize(("lang", "item"), KNOWN)
def test_second_calculator(lang: str, item: NamedLambda, tmp_path: Path) -> None:
    """A LAMBDA gives Python's answer on the examples and on drawn calls, or says it in other words."""
    asked = some_calls(item, lang, 1, 3)
    found = list(answers(asked, tmp_path))
    assert len(found) == len(asked)
    assert [answer for answer in found if answer.verdict is Verdict.DIFFERENT] == []


@pytest.mark.libreoffice
def test_libreoffice(recalculated: Callable[[Path], Path], tmp_path: Path) -> None:
    """So does LibreOffice, which knows no LAMBDA, with the parts of the formula in cells."""
    able = [(lang, item) for lang in LANGUAGES for item in asked_lambdas(lang) if can_spread(item)]
    asked = [one for lang, item in able for one in some_calls(item, lang, 1, 1)]
    book = Asked(asked, is_spread=True)
    found = list(book.answers(saved(recalculated(book.save(tmp_path / "spread.xlsx")))))
    assert {answer.call.item.name for answer in found} == {item.name for _, item in able} - TOO_LONG
    assert {one.item.name for one in book.left_out} <= TOO_LONG
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
    item = next(item for item in named_lambdas("fr") if item.name == "STRATX_STAKEHOLDER_COVERAGE")
    wrong = NamedLambda(item.name, item.formula.replace("100*(", "99*("), item.comment, item.function)
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
        ("_xlfn.LAMBDA(_xlpm.a,_xlfn.LET(_xlpm.b,_xlpm.a,_xlpm.b))", ["A1"], "LET(v0_,A1,v0_)"),
        (
            "_xlfn.LAMBDA(_xlpm.a,_xlfn.LET(_xlpm.f,_xlfn.LAMBDA(_xlpm.a,-_xlpm.a),_xlpm.f(_xlpm.f(_xlpm.a))))",
            ["A1"],
            "LET(v1_,LET(v0_,A1,(-v0_)),(-v1_))",
        ),
        ("_xlfn.LAMBDA(_xlpm.a,TODAY()-_xlpm.a)", ["A1"], "(46169-A1)"),
        (
            "_xlfn.LAMBDA(_xlpm.a,_xlfn.MAP(_xlpm.a,_xlfn.LAMBDA(_xlpm.v,2^_xlpm.v%)))",
            ["A1:A2"],
            "MAP(A1:A2,LAMBDA(v0_,(2^(v0_%))))",
        ),
    ],
)
def test_expansion(formula: str, args: list[str], said: str) -> None:
    """What evaluators do not know is put in, each name bound anew, and nothing else changes."""
    assert written(expanded(formula, args, {"TODAY": "46169"})) == said


def test_prefixes_come_back() -> None:
    """A tree is written for a file with the prefixes of what is bound and of what is newer."""
    tree = expanded("_xlfn.LAMBDA(_xlpm.z,_xlfn.MAP(_xlpm.z,_xlfn.LAMBDA(_xlpm.v,ABS(_xlpm.v))))", ["A1"], {})
    assert for_file(tree) == "_xlfn.MAP(A1,_xlfn.LAMBDA(_xlpm.v0_,ABS(_xlpm.v0_)))"


def test_others_are_put_in() -> None:
    """A LAMBDA that another name holds stands where it is called; what is left out stays so."""
    held = {"F": '_xlfn.LAMBDA(_xlpm.a,_xlop.b,IF(_xlfn.ISOMITTED(_xlpm.b),"none",_xlpm.a))'}
    for args, said in ((["A1", "B1"], "LET(v0_,A1,v1_,B1,v0_)"), (["A1", ""], 'LET(v0_,A1,"none")')):
        tree = expanded("_xlfn.LAMBDA(_xlpm.x,_xlop.y,F(_xlpm.x,_xlpm.y))", args, {}, held)
        assert written(tree) == said


@pytest.mark.parametrize("text", ["1+", "SUM(1", "a b", "{1,2", "§"])
def test_unreadable(text: str) -> None:
    """What is no formula is told, never read halfway."""
    with pytest.raises((ValueError, IndexError)):
        read(text)
