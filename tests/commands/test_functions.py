"""``strategy-xl functions`` and the generated reference say what the registry says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy_xl.commands.functions_ import functions as command
from strategy_xl.functions.registry import functions
from strategy_xl.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
RUNNER = CliRunner()


def test_list_names_every_function_with_its_purpose() -> None:
    """The list holds all functions, each with its sentence in the language asked for."""
    for lang in LANGUAGES:
        shown = RUNNER.invoke(command, ["--lang", lang]).output
        assert all(f.name in shown and f.title(lang) in shown for f in functions().values())


def test_details_show_arguments_result_and_worked_examples() -> None:
    """One function is told in full, its examples worked out in the language asked for."""
    shown = RUNNER.invoke(command, ["client_class", "--lang", "en"]).output
    assert "=STRAT_CLIENT_CLASS([quick_x], [quick_y]," in shown
    assert "=STRAT_CLIENT_CLASS(A2:A5,B2:B5)" in shown
    assert "→ Ideal client" in shown
    french = RUNNER.invoke(command, ["STRAT_TOWS", "--lang", "fr"]).output
    assert '=STRAT_TOWS("Équipe";"Export facile";2;A1:D10)' in french
    assert "16,6667" in french


@pytest.mark.parametrize("args", [[], ["GROWTH"]])
def test_json_is_complete(args: list[str]) -> None:
    """The JSON form gives names, arguments, results and examples."""
    data = json.loads(RUNNER.invoke(command, [*args, "--json"]).output)
    assert [item["name"] for item in data] == (["STRAT_GROWTH"] if args else list(functions()))
    assert all(item["arguments"] and item["results"] and item["examples"] for item in data)


def test_unknown_name_is_a_usage_error() -> None:
    """A name that does not exist ends with exit code 2 and a sentence."""
    result = RUNNER.invoke(command, ["NOTHING"])
    assert result.exit_code == 2
    assert "NOTHING" in result.output


def test_reference_pages_are_fresh() -> None:
    """The pages in ``docs`` are what the registry gives today."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "function_docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
