"""The add-in's VBA in LibreOffice, whose Basic understands VBA: it opens, our modules compile and answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import in_calc
import pytest
from vba_readback import sources

from strategy_xl.functions.registry import functions
from strategy_xl.hosts.excel.addin import build_xlam
from strategy_xl.text.catalog import message

pytestmark = pytest.mark.libreoffice

PROBE = Path(__file__).parent / "addin_basic_probe.py"

# What stands for xlwings, whose declarations of a DLL LibreOffice does not compile: a Python that is gone at
# the first try and cannot be started at the second.
STAND_IN = """\
Public Starts As Long
Public Restarts As Long
Public Ended As Long

Sub KillPy()
    Ended = Ended + 1
    Err.Raise 1000, "stand-in", "nothing to end"
End Sub

Function XLPy() As Variant
    Starts = Starts + 1
    If Starts = 1 Then Err.Raise 462, "stand-in", "gone"
    Err.Raise 1000, "stand-in", "no" & Chr(13) & Chr(10) & "Python " & String(300, "x")
End Function

Function RunPython(PythonCommand As String)
    Err.Raise 1000, "stand-in", "no Python"
End Function

Function CountStarts() As Long
    CountStarts = Starts
End Function

Function CountEnded() As String
    CountEnded = Ended & " " & Restarts
End Function
"""

# Run inside the modules, because theirs are private.
IN_FUNCTIONS = """
Function ProbeFirst() As Variant
    ProbeFirst = STRAT_CLIENT_CLASS(8, 9)
End Function

Function ProbeGone() As Variant
    ProbeGone = IsGone(-2147023174) And IsGone(462) And Not IsGone(1000) And Not IsGone(0)
End Function

Function ProbeUnstarted() As Variant
    ProbeUnstarted = Unreached("Could not activate Python COM server, hr = -2147221164") & "|" & _
        Unreached("Python process exited before it was possible" & Chr(10) & "Command: cmd.exe /C x")
End Function

Function ProbeErrors() As Variant
    Dim Row, Block(0 To 1, 0 To 1) As Variant
    Row = WithErrors(Array("#N/A", "text", 3))
    Block(0, 0) = 1
    Block(1, 1) = "#VALUE!"
    Dim Answer
    Answer = WithErrors(Block)
    ProbeErrors = CStr(IsError(WithErrors("#N/A"))) & CStr(IsError(Row(0))) & CStr(IsError(Answer(1, 1))) & _
        CStr(IsError(Row(1))) & CStr(IsError(Answer(0, 0))) & Row(1) & Row(2) & Answer(0, 0)
End Function
"""
IN_ADDIN = """
Function ProbeTip() As Variant
    Dim Said
    GiveTip Nothing, Said
    ProbeTip = Said
End Function
"""
COMPILED = """
Function ProbeCompiled() As Long
    ProbeCompiled = 42
End Function
"""
CALLS = [
    ("StratFunctions", "ProbeCompiled"),
    ("StratAddin", "ProbeCompiled"),
    ("StratFunctions", "ProbeGone"),
    ("StratAddin", "ProbeTip"),
    ("StratFunctions", "ProbeFirst"),
    ("StandIn", "CountStarts"),
    ("StratFunctions", "ProbeFirst"),
    ("StandIn", "CountStarts"),
    ("StratFunctions", "ProbeErrors"),
    ("StandIn", "CountEnded"),
    ("StratFunctions", "ProbeUnstarted"),
]


def uno_python() -> str:
    """A Python that has UNO; in CI its absence is a failure."""
    python = in_calc.uno_python()
    if python is None:
        if os.environ.get("CI"):
            pytest.fail("no Python with UNO: tools/system_packages.sh installs it")
        pytest.skip("no Python with UNO")
    return python


def basic(source: str) -> str:
    """A source of ours as a Basic module: attributes and conditions of compilation are VBA's alone."""
    plain = re.sub(r"(?m)^Attribute .*\n", "", source)
    return "Option VBASupport 1\n" + re.sub(r"(?s)    #If Mac Then.*?#End If\n", "", plain)


@pytest.fixture(scope="module")
def answers(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What LibreOffice sees in the add-in, and what our modules answer there."""
    folder = tmp_path_factory.mktemp("basic")
    xlam = build_xlam(folder / "strategy_xl.xlam")
    code = sources(xlam)
    modules = {
        "StandIn": f"Option VBASupport 1\n{STAND_IN}",
        "StratFunctions": basic(code["StratFunctions"]) + IN_FUNCTIONS + COMPILED,
        "StratAddin": basic(code["StratAddin"]) + IN_ADDIN + COMPILED,
    }
    wrong = {**modules, "Broken": "Option VBASupport 1\nFunction F(a)\n    F = a + (\nEnd Function\n"}
    books = [{"modules": modules, "calls": CALLS}, {"modules": wrong, "calls": CALLS[:2]}]
    profile = (folder / "profile").as_uri()
    done = subprocess.run(
        [uno_python(), str(PROBE), soffice, profile, xlam.as_uri()],
        input=json.dumps(books),
        capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_libreoffice_sees_the_modules(answers: dict[str, Any]) -> None:
    """LibreOffice opens the add-in and finds its project, sheet and modules, our functions in them."""
    assert answers["sheets"] == ["strategy_xl.conf"]
    project = answers["sources"]["StrategyXl"]
    assert set(project) == {"ThisWorkbook", "Sheet2", "Dictionary", "xlwings", "StratFunctions", "StratAddin"}
    assert re.findall(r"(?m)^Public Function (\w+)", project["StratFunctions"]) == list(functions())


def test_our_modules_compile(answers: dict[str, Any]) -> None:
    """Both modules compile in LibreOffice's Basic; with a wrong line beside them nothing runs."""
    good, bad = answers["results"]
    assert good[:2] == [42, 42]
    assert 42 not in bad


def test_a_dead_process_is_told_from_a_failure(answers: dict[str, Any]) -> None:
    """The codes of a process that has ended are known, others are not among them."""
    assert answers["results"][0][2] is True


def test_the_ribbon_answers(answers: dict[str, Any]) -> None:
    """The tip comes in the language of the office."""
    assert answers["results"][0][3] in {message("excel.recompute.tip", lang) for lang in ("fr", "en")}


def test_a_cell_without_python(answers: dict[str, Any]) -> None:
    """One new try when the process had ended, then a short sentence; the next cells do not try again."""
    first, starts, second, still = answers["results"][0][4:8]
    assert first in {
        message("excel.unreached", lang, detail=f"no  Python {'x' * 109}") for lang in ("fr", "en")
    }
    assert (starts, still) == (2, 2)
    assert second == first


def test_what_is_left_of_a_dead_process_is_ended(answers: dict[str, Any]) -> None:
    """Before the new try the old process is ended once, whatever that says, and the next one is another."""
    assert answers["results"][0][9] == "1 1"


def test_a_start_that_failed_is_told_in_words(answers: dict[str, Any]) -> None:
    """Commands and numbers of xlwings' library do not come into the cell."""
    said = message("excel.unstarted", "fr"), message("excel.unstarted", "en")
    assert answers["results"][0][10] in {f"{each}|{each}" for each in said}


def test_texts_of_errors_become_errors(answers: dict[str, Any]) -> None:
    """An error's text becomes an error value, alone, in a row and in a block; all else stays."""
    assert answers["results"][0][8] == "TrueTrueTrueFalseFalsetext31"
