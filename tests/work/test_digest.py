"""The summary: alerts by severity, the ten actions that matter most, and the figures of a run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import judged, shop, shop_book

from strategy_xl.answers.cases import AlertCase
from strategy_xl.book.data import WorkbookData
from strategy_xl.book.shown import Look
from strategy_xl.errors import Severity
from strategy_xl.ooxml.cells import Formula
from strategy_xl.rules.alerts import ALERTS, Alert
from strategy_xl.schema.spec import FieldSpec, SummaryBlock, Text
from strategy_xl.work.digest import ACTIONS, boards, figure_labels, figures, next_steps

SPEC = shop()
LOOK = Look.of(SPEC.lists, "fr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> WorkbookData:
    """A shop with two goods."""
    goods = [{"code": "A1", "name": "Scie"}, {"code": "B2", "name": "Clou"}]
    return shop_book(tmp_path_factory.mktemp("digest") / "shop.xlsx", {"items": goods})


def case(severity: str, weight: int, code: str = "DEAR", **given: Any) -> AlertCase:
    """An alert on the first of the goods."""
    usual = {"block": "items", "row": 20, "text": f"{code} {weight}", "action": f"do {weight}"}
    return AlertCase(Alert(Severity(severity), weight), f"shop.{code}", **{**usual, **given})


def listed(data: WorkbookData, cases: Sequence[AlertCase], board: str, field: str) -> list[Any]:
    """One column of a board."""
    return boards(cases, data)[board][field].tolist()


def test_alerts_are_told_by_stake_then_severity_then_date(data: WorkbookData) -> None:
    """Revenue first, whatever the severity; then the gravest, the earliest, the weightiest; by label."""
    by_stake = [case("error", 1), case("warning", 2, "BIG", stake=900.0), case("error", 3, "MID", stake=80.0)]
    assert listed(data, by_stake, "alerts", "alert") == ["BIG 2", "MID 3", "DEAR 1"]
    assert listed(data, by_stake, "alerts", "severity") == ["À voir", "Urgent", "Urgent"]
    without = [case("note", 99), case("warning", 60), case("warning", 5, "OLD", due=date(2031, 1, 1))]
    assert listed(data, without, "alerts", "alert") == ["OLD 5", "DEAR 60", "DEAR 99"]


def test_boards_count_from_one_and_the_others_are_no_boards(data: WorkbookData) -> None:
    """Every board of the workbook is listed from its first row, with its own fields only."""
    found = boards([case("error", 1), case("note", 2)], data)
    assert {key: list(columns) for key, columns in found.items()} == {
        "alerts": ["severity", "alert", "sheet"],
        "todo": ["rank", "action", "why", "module"],
    }
    assert all(list(column.index) == [1, 2] for columns in found.values() for column in columns.values())
    assert all(column.empty for columns in boards([], data).values() for column in columns.values())


def test_ten_actions_and_how_many_more(data: WorkbookData) -> None:
    """None without action, none twice, ten in all; the row after them says how many more and where."""
    cases = [case("note", 90 - n, f"C{n}") for n in range(13)]
    cases += [cases[0], case("error", 99, "SILENT", action="")]
    actions = listed(data, cases, "todo", "action")
    assert actions[:-1] == [f"do {90 - n}" for n in range(ACTIONS)]
    assert "3" in actions[-1]
    assert "Étal" in actions[-1]
    assert listed(data, cases, "todo", "rank") == [*range(1, ACTIONS + 1), None]
    assert listed(data, cases, "todo", "why")[0] == "C0 90"
    assert listed(data, cases[:ACTIONS], "todo", "action") == [f"do {90 - n}" for n in range(ACTIONS)]


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(list(Severity)), st.integers(1, 100), st.integers(0, 3), st.booleans()),
        max_size=60,
    )
)
def test_boards_lose_no_alert(data: WorkbookData, drawn: list[tuple[Severity, int, int, bool]]) -> None:
    """Each alert is told once or counted in the last row; both boards keep the order of the stakes."""
    cases = [
        case(severity, weight, f"C{n}", text=f"t{n}", action=f"do {n}" if acts else "", stake=float(stake))
        for n, (severity, weight, stake, acts) in enumerate(drawn)
    ]
    by_text = {item.text: item for item in cases}
    for board, field, wanted in (
        ("alerts", "alert", cases),
        ("todo", "why", [item for item in cases if item.action]),
    ):
        room = len(data.blocks[board].all_rows)
        told = [text for text in listed(data, cases, board, field) if text in by_text]
        ranks = [by_text[text].rank for text in told]
        assert ranks == sorted(ranks)
        left = [item.rank for item in wanted if item.text not in told]
        assert all(rank >= max(ranks) for rank in left)
        assert len(told) == len(wanted) or len(told) == min(room - 1, ACTIONS if board == "todo" else room)


def link_target(link: Formula) -> tuple[str, str]:
    """Where a link formula leads and what it shows, its quotes undone."""
    match = re.fullmatch(r'HYPERLINK\("((?:[^"]|"")*)","((?:[^"]|"")*)"\)', link.text)
    assert match is not None
    return match[1].replace('""', '"'), match[2].replace('""', '"')


def test_a_link_leads_to_the_row(data: WorkbookData) -> None:
    """To the cell that names the row, to the instance of a form, to the place in a list, and shows where."""
    row = data.blocks["items"].first_row + 1
    cases = [
        case("error", 9, row=row),
        case("error", 8, block="people", row=3),
        case("error", 7, block="todo", row=2),
    ]
    name, who, todo = data.blocks["items"], data.blocks["people"], data.blocks["todo"]
    links = listed(data, cases, "alerts", "sheet")
    assert links == listed(data, cases, "todo", "module")
    assert [link_target(link)[0] for link in links] == [
        f"#'Étal'!{name.a1('name', row)}",
        f"#'Étal'!{who.a1('who', 3)}",
        f"#'Accueil'!{todo.a1('rank', todo.first_row + 1)}",
    ]
    assert [link.cached for link in links] == ["Étal", "Étal", "Accueil"]


def test_a_sheet_that_people_named_with_quotes(data: WorkbookData) -> None:
    """Apostrophes are doubled for the reference, quotes for the formula."""
    block = data.blocks["items"]
    title = 'L\'étal "A"'
    places = {key: replace(place, sheet=title) for key, place in block.places.items()}
    renamed = replace(data, blocks={**data.blocks, "items": replace(block, places=places)})
    (link,) = listed(renamed, [case("error", 1)], "alerts", "sheet")
    assert link_target(link) == (f"#'L''étal \"A\"'!{block.a1('name', 20)}", title)
    assert link.cached == title


def test_a_table_whose_name_column_is_gone_is_linked_by_another(data: WorkbookData) -> None:
    """People may delete a column; the link takes the first that is left."""
    block = data.blocks["items"]
    places = {key: place for key, place in block.places.items() if key != "name"}
    without = replace(data, blocks={**data.blocks, "items": replace(block, places=places)})
    (link,) = listed(without, [case("error", 1)], "alerts", "sheet")
    assert link_target(link)[0] == f"#'Étal'!{block.a1('code', 20)}"


def test_figures_of_the_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, rows of a choice, alerts of all rules, mean completeness; a block not judged has no figure."""
    monkeypatch.setitem(ALERTS, "shop.DEAR", Alert(Severity.ERROR, 9))  # type: ignore[arg-type]
    first = judged({"grade": ["big", None, "big"]}, {"DEAR": [True, False, True], "FINE": [True] * 3})
    again = judged({"grade": ["small"] * 3}, {"DEAR": [True, False, False]})
    shares = pd.Series({"goods": 0.5, "home": 1.0})
    assert figures(SPEC, [first, again], shares) == {
        "goods": 3,
        "big": 2,
        "odd": 0,
        "alerts": 3,
        "completeness": 0.75,
    }


def test_figures_of_nothing() -> None:
    """A workbook without rules and without anything required has no share to show, and no alert."""
    assert figures(SPEC, [], pd.Series(dtype=float)) == {"alerts": 0}
    assert figures(SPEC, [judged({"rank": [1]})], pd.Series(dtype=float)) == {"goods": 1, "alerts": 0}


def test_figures_are_named_in_the_workbooks_words() -> None:
    """A figure that counts a choice has the choice's label, the others their own."""
    labels = {"goods": "Articles", "big": "Grand", "odd": "Impairs", "absent": "Absents"}
    assert figure_labels(SPEC, LOOK) == labels
    look = replace(LOOK, labels={**LOOK.labels, "size": {"big": "Énorme"}})
    assert figure_labels(SPEC, look) == {**labels, "big": "Énorme"}
    assert figure_labels(SPEC, Look.of(SPEC.lists, "en"))["goods"] == "Goods"


def _with_path(data: WorkbookData, cases: Sequence[AlertCase], share: float, missing: int) -> str:
    """What the step about the goods says next."""
    fields = (
        FieldSpec(key="way", label=Text(fr="Étal", en="Goods"), type="percent", role="computed",
                  formula="=map[goods]", module="goods"),
        FieldSpec(key="way_next", label=Text(fr="Suite", en="Next"), type="message", role="owned",
                  module="goods"),
    )  # fmt: skip
    block = SummaryBlock(kind="summary", key="path", path=True, fields=fields)
    places = {"way": data.blocks["items"].places["name"]}
    blocks = {**data.blocks, "path": replace(data.blocks["people"], block=block, places=places)}
    shares = pd.DataFrame({"completeness": [share], "missing_cells": [missing]}, index=["goods"])
    (column,) = next_steps(SPEC, replace(data, blocks=blocks), cases, shares)["path"].values()
    return str(column.iloc[0])


def test_the_next_step_of_a_sheet(data: WorkbookData) -> None:
    """Less than half filled: fill it; else the action with the greatest stake, then what is missing."""
    cases = [case("error", 9), case("note", 1, action="call them", stake=10.0)]
    assert "3" in _with_path(data, cases, 0.4, 3)
    assert _with_path(data, cases, 0.6, 3) == "call them"
    assert "3" in _with_path(data, [], 0.6, 3)
    assert _with_path(data, [], 1.0, 0).startswith("Complet")
