"""What a night leaves, the next finds as it is: flags, forced classes, borderline scores, odd cells."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook

SPEC = load_default()
CLIENTS = only(SPEC, ["client_matrix"])
DAY = date(2026, 11, 28)
SCORES = (5.0, 5.1, 4.9, 4.8, 5.3, 4.7, 9.0, 1.0)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Clients with quick scores round the threshold, after a night."""
    rows: list[dict[str, str | float]] = [
        {"name": f"Client {n}", "quick_x": 9.0, "quick_y": score} for n, score in enumerate(SCORES)
    ]
    path = tmp_path / "plan.xlsx"
    path.write_bytes(render(CLIENTS, lang="fr", company="", today=DAY, rows={"clients": rows}))
    night(path)
    return path


def put(path: Path, key: str, values: dict[int, Any]) -> None:
    """Type into a column of the clients, by row from 0."""
    block = read_workbook(path, SPEC).blocks["clients"]
    cells = {block.cell(key, block.first_row + at): value for at, value in values.items()}
    set_cells(path, path, {block.sheet: cells})


def night(path: Path) -> list[str | None]:
    """The final classes after a night, which a second one leaves to the byte."""
    assert recompute_workbook(path, SPEC, DAY).failure is None
    content = path.read_bytes()
    again = recompute_workbook(path, SPEC, DAY)
    assert (again.failure, again.changed) == (None, 0)
    assert path.read_bytes() == content
    block = read_workbook(path, SPEC).blocks["clients"]
    return list(block.typed("class_final"))


def test_flags_forced_classes_and_borderline_scores(book: Path) -> None:
    """They come and go; afterwards each client has the class of its scores again."""
    first = night(book)
    put(book, "quick_y", {0: 4.8, 1: 4.9, 2: 5.1, 3: 5.2})
    held = night(book)
    assert held == first  # within three points of the threshold
    flag = next(str(one) for one in read_workbook(book, SPEC).blocks["red_flags"].frame["label"].dropna())
    put(book, "red_flag_1", {4: flag, 6: flag})
    put(book, "forced_class", {5: "Client idéal", 7: "Client idéal"})
    put(book, "forced_reason", {5: "accord"})
    forced = night(book)
    assert (forced[5], forced[7]) == ("ideal", "ideal")
    put(book, "red_flag_1", {4: None, 6: None})
    put(book, "forced_class", {5: None, 7: None})
    assert night(book) == held


def test_odd_cells(book: Path) -> None:
    """Texts, errors, values out of scale: told every night, written once."""
    put(book, "quick_y", {0: "5,5", 1: 101.0, 2: True, 3: " ", 4: ErrorValue.NA})
    assert night(book)[:5] == ["incomplete"] * 5
    assert recompute_workbook(book, SPEC, DAY, tidies=True).changed
    assert night(book)[:2] == ["ideal", "incomplete"]


def test_a_name_that_is_an_error_is_no_client(book: Path) -> None:
    """It is told, has no class, and what stood beside it is cleared."""
    before = night(book)
    put(book, "name", {6: ErrorValue.REF})
    assert night(book) == [*before[:6], None, before[7]]
    report = recompute_workbook(book, SPEC, DAY)
    assert [finding.code for finding in report.findings] == ["SX206"]
    assert report.counts["clients"] == len(SCORES) - 1
