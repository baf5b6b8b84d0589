"""The cell functions through xlwings' own code for Windows, from COM's values to COM's values.

Only pywin32 and Excel are stand-ins (``fake_pywin32``), in a process of their own (``udf_pipeline``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.functions.registry import functions
from strategy_xl.hosts.excel.vba.modules import UDFS

pytestmark = pytest.mark.xdist_group("udfs")  # its answers are made once
PIPELINE = Path(__file__).parent / "udf_pipeline.py"


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What all the calls gave back, and what a direct call gives."""
    environment = {**os.environ, "XLWINGS_ON_SERVER": ""}
    done = subprocess.run(
        [sys.executable, str(PIPELINE)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_example_answers_as_a_direct_call(answers: dict[str, Any]) -> None:
    """All examples, as values and as ranges, arguments left out or missing, in their language."""
    calls = answers["examples"]
    count = Counter(item["name"] for item in calls)
    assert count == {name: 4 * len(function.examples) for name, function in functions().items()}
    assert {item["form"] for item in calls} == {"values", "ranges"}
    assert [item for item in calls if item["found"] != item["wanted"]] == []


def test_the_com_server_gives_a_cell_a_row_or_rows(answers: dict[str, Any]) -> None:
    """One cell comes alone, one row without a second dimension, as the add-in's VBA expects."""
    calls = answers["served"]
    assert {item["name"] for item in calls} == set(functions())
    shapes = set()
    for item in calls:
        rows = item["wanted"]
        alone, across = len(rows) == 1, len(rows[0])
        wanted = rows[0][0] if alone and across == 1 else rows[0] if alone else rows
        assert item["found"] == wanted, item["name"]
        shapes.add((alone, across > 1))
    assert {(True, False), (False, False), (True, True)} <= shapes


def plain(value: object) -> object:
    """A cell as the examples write it: ordinary spaces, errors as text, not every digit."""
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-3, abs=1e-3)
    return str(value).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_examples_give_what_the_docs_show(answers: dict[str, Any]) -> None:
    """The direct calls compared with are not empty themselves: they are the documented results."""
    wanted = [
        [[cell if isinstance(cell, float) else plain(cell) for cell in row] for row in example.expected]
        for function in functions().values()
        for example in function.examples
        for _ in range(4)
    ]
    found = [[[plain(cell) for cell in row] for row in item["found"]] for item in answers["examples"]]
    assert found == wanted


@pytest.mark.parametrize(
    "case",
    [
        "cells",
        "expression",
        "error_cell",
        "text_numbers",
        "dates",
        "dates_typed",
        "default",
        "threshold",
        "threshold_error",
        "book_language",
        "english_excel",
        "french_book",
        "reference_date",
        "no_arguments",
    ],
)
def test_odd_cells_answer_as_a_direct_call(answers: dict[str, Any], case: str) -> None:
    """Blanks, errors, answers, text numbers, dates, thresholds and languages."""
    assert answers["odd"][case]["found"] == answers["odd"][case]["wanted"]


def test_each_row_has_its_own_answer(answers: dict[str, Any]) -> None:
    """A blank is not 0, an error is #N/A in its row only, a text number or TRUE does not count."""
    for case in ("cells", "expression"):
        column = [row[0] for row in answers["odd"][case]["found"]]
        assert column[:5] == ["Client idéal", "À compléter", "#N/A", "À compléter", "#N/A"]
        assert column[5] == "À compléter"
        assert column[6] == ""
    assert answers["odd"]["error_cell"]["found"] == [["#N/A"]]
    assert answers["odd"]["text_numbers"]["found"] == [["À compléter"]]


def test_dates_come_as_dates_or_numbers(answers: dict[str, Any]) -> None:
    """A cell formatted as a date gives what its number gives."""
    (first,) = [
        item["found"]
        for item in answers["examples"]
        if item["name"] == "STRAT_KPI_STATUS" and item["form"] == "ranges"
    ][:1]
    assert answers["odd"]["dates"]["found"] == answers["odd"]["dates_typed"]["found"] == first


def test_thresholds_and_day_come_from_the_names_of_the_workbook(answers: dict[str, Any]) -> None:
    """A changed threshold or reference date changes the answer; a name that is missing is the default.

    A threshold whose public name is a formula is read from its own cell.
    """
    odd = answers["odd"]
    assert answers["failures"]["own_cell"] == [["Client à éviter"]]
    assert odd["default"]["found"] == answers["failures"]["missing_name"] == [["Client idéal"]]
    assert odd["threshold"]["found"] == [["Client à éviter"]]
    assert odd["threshold_error"]["found"] == [["#N/A"]]
    assert odd["reference_date"]["found"] == [["Non démarré"]]
    assert "SX_score_threshold" in odd["default"]["asked"]


def test_the_language_is_the_workbooks_then_excels(answers: dict[str, Any]) -> None:
    """Excel's menus decide only when the workbook does not; without workbook it is French."""
    odd = answers["odd"]
    assert odd["english_excel"]["found"] == odd["book_language"]["found"] == [["Ideal client"]]
    assert odd["french_book"]["found"] == answers["alone"] == [["Client idéal"]]


@pytest.mark.parametrize("what", ["name", "book", "busy"])
def test_a_failing_excel_is_an_error_not_a_default(answers: dict[str, Any], what: str) -> None:
    """When a threshold or the workbook cannot be read, the cell says #VALUE!."""
    assert answers["failures"][what] == [["#VALUE!"]]


def test_excel_is_asked_little(answers: dict[str, Any]) -> None:
    """Two calls in a row read a name once, a range is read once, and few workbooks are remembered."""
    assert answers["kept"] == [1, 1, 16]


def test_xlwings_writes_vba_for_every_function(answers: dict[str, Any]) -> None:
    """The import of xlwings would find them all, each argument optional, in the registry's order."""
    lines = [line.strip() for line in answers["wrapper"].splitlines()]
    assert len([line for line in lines if line.startswith("Function ")]) == len(functions())
    for name, function in functions().items():
        names = [item.name for item in function.arguments]
        assert f"Function {name}({', '.join(f'Optional {item}' for item in names)})" in lines
        call = f'"{UDFS}", "{name}", Array({", ".join(names)}), ActiveWorkbook, Application.Caller'
        assert f"{name} = XLPy.CallUDF({call})" in lines


def test_the_import_of_xlwings_tells_excel_every_text(answers: dict[str, Any]) -> None:
    """Purpose, category and arguments, none longer than Excel takes; one module goes into the project."""
    assert len(answers["imported"]["modules"]) == 1
    texts = {item[0]: item[1:] for item in answers["imported"]["texts"]}
    assert len(texts) == len(functions())
    for name, function in functions().items():
        purpose, category, arguments = texts[f"'plan.xlsx'!{name}"]
        assert purpose == function.title("fr")
        assert category == function.category_title("fr")
        assert arguments == [function.describe(item, "fr") for item in function.arguments]
        assert max(map(len, (purpose, *arguments))) <= 255


def test_marks_are_those_of_the_registry(answers: dict[str, Any]) -> None:
    """Every argument comes as rows of cells with errors as text, and has its description."""
    for name, function in functions().items():
        marks = answers["marks"][name]
        assert marks["optional"]
        assert marks["doc"] == function.title("fr")
        assert marks["category"] == function.category_title("fr")
        assert marks["args"] == [
            [item.name, function.describe(item, "fr"), {"ndim": 2, "err_to_str": True}]
            for item in function.arguments
        ]
