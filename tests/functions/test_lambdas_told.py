"""The page on hosts says of every function that is no LAMBDA why, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.functions.registry import functions

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["hosts.md", "hosts.fr.md"])
def test_every_function_without_a_lambda_is_told(page: str) -> None:
    """The last table of its section names them, each with a reason."""
    text = (DOCS / page).read_text(encoding="utf-8")
    section = text.partition("addin lambdas plan.xlsx --remove")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `STRAT_")]
    assert all(len(row.split("|")[2].split()) > 2 for row in rows)
    told = [name for row in rows for name in re.findall(r"STRAT_\w+", row.split("|")[1])]
    assert sorted(told) == sorted(functions().keys() - definitions().keys())
