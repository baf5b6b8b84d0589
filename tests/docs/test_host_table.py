"""The table of what hosts were seen to compute belongs to the functions that there are."""

from __future__ import annotations

import json
from pathlib import Path

import host_table
import pytest

from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.functions.registry import functions

FIGURES = json.loads(host_table.FIGURES.read_text(encoding="utf-8"))


def test_every_host_has_run_every_function() -> None:
    """No host is missing, no function of one, and none has fewer than one equal cell."""
    assert set(FIGURES) == set(host_table.HOSTS)
    for host, seen in FIGURES.items():
        named = set(definitions()) if host == "lambda" else set(functions())
        assert set(seen["compared"]) == named, host
        assert min(seen["compared"].values()) > 0
        assert seen["programs"]


@pytest.mark.parametrize("lang", sorted(host_table.PAGES))
def test_pages_show_the_figures(lang: str) -> None:
    """The table on the page is that of the figures kept beside it."""
    page = host_table.PAGES[lang].read_text(encoding="utf-8")
    assert host_table.page_with(page, host_table.table(FIGURES, lang)) == page


def test_gathers_what_tests_hand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several tests of a host add up; without a file to write to nothing is kept."""
    path = tmp_path / "runs.jsonl"
    host_table.record("calc", "unheard", {"STRAT_TOWS": 1})
    monkeypatch.setenv(host_table.RUNS, str(path))
    for cells in (2, 3):
        host_table.record("calc", "LibreOffice 7.4", {"STRAT_TOWS": cells})
    found = host_table.gathered(path.read_text(encoding="utf-8").splitlines())
    assert found == {"calc": {"programs": ["LibreOffice 7.4"], "compared": {"STRAT_TOWS": 5}}}


def test_a_page_without_a_place_is_told() -> None:
    """A page that lost its marks is no page to write into."""
    with pytest.raises(ValueError, match="what was run"):
        host_table.page_with("# A page", "| table |")
