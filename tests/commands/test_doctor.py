"""The command ``strategy-xl doctor``: what it prints, as text and as JSON, and its exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy_xl.commands.doctor import doctor
from strategy_xl.hosts import doctor as checks
from strategy_xl.hosts.doctor import CHECKS, Result, State
from strategy_xl.hosts.machine import Machine

RUNNER = CliRunner()
FINE = Result("xlwings", State.OK, "OK", {"version": "0.37"})
OLD = Result("python", State.PROBLEM, "OLD", {"version": "3.9", "bits": 64, "path": "/p"})
ODD = Result("console", State.ATTENTION, "LETTERS", {"encoding": "cp437"})
IDLE = Result("excel", State.NOT_HERE, "NOT_HERE")


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are compared in French."""
    monkeypatch.setenv("STRATEGY_XL_LANG", "fr")


def find(monkeypatch: pytest.MonkeyPatch, *results: Result) -> list[Machine]:
    """Have the checks find these results; gives the machines that are looked at."""
    seen: list[Machine] = []

    def examine(machine: Machine) -> Iterator[Result]:
        seen.append(machine)
        yield from results

    monkeypatch.setattr(checks, "examine", examine)
    return seen


def test_a_line_for_each_result_and_its_remedy_below(monkeypatch: pytest.MonkeyPatch) -> None:
    """State, title and what was found stand in columns; what needs a remedy has it below; a total ends it."""
    find(monkeypatch, FINE, OLD, ODD, IDLE)
    result = RUNNER.invoke(doctor, [])
    lines = result.output.splitlines()
    assert [line.split("  ")[0] for line in lines[:2]] == ["OK", "Problème"]
    assert lines[0].index("xlwings") == lines[1].index("Python") == lines[2].index("→")
    assert "3.9 est trop ancien (/p)" in lines[1]
    assert "installez Python 3.11" in lines[2]
    assert sum("→" in line for line in lines) == 2
    assert lines[-1].replace("\N{NO-BREAK SPACE}", " ") == "Problèmes : 1 ; points d’attention : 1."


@pytest.mark.parametrize(
    ("results", "expected"), [((FINE, IDLE), 0), ((FINE, ODD), 0), ((FINE, OLD), 1), ((ODD, OLD), 1), ((), 0)]
)
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_only_a_problem_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, results: tuple[Result, ...], expected: int, arguments: list[str]
) -> None:
    """Exit code 1 says that something cannot work; what only asks for attention works."""
    find(monkeypatch, *results)
    assert RUNNER.invoke(doctor, arguments).exit_code == expected


def test_json_has_codes_sentences_and_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program gets stable keys, with the sentences for people beside them."""
    find(monkeypatch, OLD, FINE)
    old, fine = json.loads(RUNNER.invoke(doctor, ["--json"]).output)
    assert (old["check"], old["state"], old["code"]) == ("python", "problem", "OLD")
    assert old["facts"] == {"version": "3.9", "bits": 64, "path": "/p"}
    assert "trop ancien" in old["message"]
    assert "3.11" in old["remedy"]
    assert (fine["state"], fine["remedy"]) == ("ok", None)


def test_the_folder_is_the_one_of_the_workbooks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder may be named; by default it is the current one; one that is not there is refused."""
    seen = find(monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plans").mkdir()
    RUNNER.invoke(doctor, [])
    RUNNER.invoke(doctor, ["plans"])
    assert [machine.books for machine in seen] == [tmp_path, tmp_path / "plans"]
    assert RUNNER.invoke(doctor, ["absent"]).exit_code == 2


@pytest.mark.parametrize("language", ["fr", "en"])
def test_this_computer_is_told_in_both_languages(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """On the computer that runs the tests every check is told under its title, and none could not be made."""
    monkeypatch.setenv("STRATEGY_XL_LANG", language)
    found = json.loads(RUNNER.invoke(doctor, ["--json"]).output)
    assert {each["check"] for each in found} == {check.key for check in CHECKS}
    assert not [each for each in found if each["code"] == "FAILED"]
    assert all(each["message"] and "{" not in each["message"] for each in found)
