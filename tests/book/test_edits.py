"""Edits: the cells that do not show yet what they should, and none besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import shop, shop_book

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import Columns, Shown, edits, place
from strategy_xl.book.known_places import Place
from strategy_xl.book.read import read_workbook
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.ooxml.cells import Cached, Formula
from strategy_xl.ooxml.patch import set_cells

SPEC = shop()
GOODS = [{"name": name, "amount": 5} for name in ("Scie", "Clou", "Vis")]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with three goods, as built: nothing is calculated, nothing answered."""
    path = tmp_path_factory.mktemp("edits") / "shop.xlsx"
    shop_book(path, {"items": GOODS, "people": [{"who": "Ada"}, {"who": "Bob"}]})
    return path


@pytest.fixture(scope="module")
def data(book: Path) -> WorkbookData:
    """The same, read."""
    return read_workbook(book, SPEC)


def computed(data: WorkbookData, **columns: Any) -> Shown:
    """What formulas show: what they show already, but for these fields of the goods."""
    found: dict[str, dict[str, Any]] = {}
    for key, block in data.blocks.items():
        for spec in block.block.fields:
            if spec.formula is not None and spec.key in block.shown:
                held: Any = np.empty(len(block.all_rows), dtype=object)
                held[:] = block.shown[spec.key]
                if key == "items" and spec.key in columns:
                    held[: len(columns[spec.key])] = columns[spec.key]
                found.setdefault(key, {})[spec.key] = held
    return Shown(found)


def answers(data: WorkbookData, block: str = "items", **columns: Mapping[int, Any]) -> Any:
    """Answers by the number of the row, 0 the first one, put beside their rows."""
    base = 1 if data.blocks[block].is_listing else data.blocks[block].first_row
    series = {
        key: pd.Series(list(cells.values()), index=[base + n for n in cells], dtype=object)
        for key, cells in columns.items()
    }
    return place(data, {block: series})


def goods(data: WorkbookData, found: Columns) -> dict[tuple[str, int], Any]:
    """Edits of the goods, by field and number of the row; every edit must be one of theirs."""
    block = data.blocks["items"]
    keys = {placed.column: key for key, placed in block.places.items()}
    assert set(found) <= {block.sheet}
    return {
        (keys[column], row - block.first_row): value
        for cells in found.values()
        for column, rows in cells.items()
        for row, value in rows.items()
    }


def changed(data: WorkbookData, block: str = "items", **parts: Any) -> WorkbookData:
    """The workbook with something else in one block."""
    return replace(data, blocks={**data.blocks, block: replace(data.blocks[block], **parts)})


def showing(data: WorkbookData, key: str, *cells: Any) -> dict[str, list[Any]]:
    """What the goods' cells show, with other cells at the top of one field."""
    held = data.blocks["items"].shown
    return {**held, key: [*cells, *held[key][len(cells) :]]}


# -- place -------------------------------------------------------------------------------------------------


def test_answers_stand_beside_their_rows(data: WorkbookData) -> None:
    """By Excel row, in whatever order they come; the other rows have nothing."""
    first = data.blocks["items"].first_row
    placed = place(data, {"items": {"grade": pd.Series(["b", "a"], index=[first + 2, first], dtype=object)}})
    column = placed["items"]["grade"]
    assert column.cells[:4].tolist() == ["a", None, "b", None]
    assert len(column.cells) == len(data.blocks["items"].all_rows)
    assert sorted(column.at) == [0, 2]


def test_a_list_that_is_longer_than_its_table_is_cut(data: WorkbookData) -> None:
    """A board is filled from its first row; what has no row left is not written anywhere."""
    column = answers(data, "alerts", alert={n: f"alert {n}" for n in range(5)})["alerts"]["alert"]
    assert column.cells.tolist() == ["alert 0", "alert 1", "alert 2"]
    assert column.at.tolist() == [0, 1, 2]


def test_a_form_is_answered_by_instance(data: WorkbookData) -> None:
    """Instances count from one and stand side by side."""
    placed = place(data, {"people": {"advice": pd.Series(["x"], index=[2], dtype=object)}})
    assert placed["people"]["advice"].cells.tolist() == [None, "x", None]
    block = data.blocks["people"]
    row, column = block.cell("advice", 2)
    assert edits(data, placed, computed(data)) == {block.sheet: {column: {row: "x"}}}


# -- edits -------------------------------------------------------------------------------------------------


def test_nothing_to_say_is_nothing_to_write(data: WorkbookData) -> None:
    """Cells that show already what they should are not touched."""
    assert edits(data, {}, computed(data)) == {}


def test_owned_cells_get_values_and_formula_cells_what_they_show(data: WorkbookData) -> None:
    """The answer replaces the cell; of a formula only the shown value changes, "" where it shows nothing."""
    held = changed(data, shown=showing(data, "live", "", "Petit"))
    found = edits(
        held, answers(data, grade={0: "Grand", 1: None}), computed(data, live=["Petit", None, "Petit"])
    )
    assert goods(data, found) == {
        ("grade", 0): "Grand",
        ("live", 0): Cached("Petit"),
        ("live", 1): Cached(""),
        ("live", 2): Cached("Petit"),
    }


def test_only_what_differs_is_written(data: WorkbookData) -> None:
    """An answer that stands there already is left; one that is gone or different is written or cleared."""
    held = changed(data, shown=showing(data, "grade", "Grand", "Petit", "Petit", "Grand"))
    found = edits(held, answers(data, grade={0: "Grand", 1: "Grand", 2: ""}), computed(data))
    assert goods(data, found) == {("grade", 1): "Grand", ("grade", 2): None, ("grade", 3): None}


def test_old_answers_of_blank_rows_are_cleared(data: WorkbookData) -> None:
    """Where no rule answers the field at all, filled rows keep what stands there and blank ones lose it."""
    first = data.blocks["items"].first_row
    blank = {"grade": np.array([first + 4, first + 5])}
    held = changed(data, to_clear=blank, shown=showing(data, "grade", "Grand", "", "", "", "Petit", ""))
    assert goods(data, edits(held, {}, computed(data))) == {("grade", 4): None}


def test_a_board_without_entries_is_emptied(data: WorkbookData) -> None:
    """Every row of a list that the batch fills goes, not only the blank ones."""
    block = data.blocks["alerts"]
    held = changed(data, "alerts", shown={**block.shown, "alert": ["old", "", "older"]})
    column = block.places["alert"].column
    rows = {block.first_row: None, block.first_row + 2: None}
    assert edits(held, {}, computed(data)) == {block.sheet: {column: rows}}
    assert edits(held, answers(data, "alerts", alert={}), computed(data)) == {block.sheet: {column: rows}}


def test_a_formula_that_people_replaced_is_theirs(data: WorkbookData) -> None:
    """Their value stays, whatever the formula would show; the rows beside it are as ever."""
    typed = {"rank": np.array([data.blocks["items"].first_row + 1])}
    held = changed(data, overtyped=typed, shown=showing(data, "rank", 7, 99))
    assert goods(data, edits(held, {}, computed(data, rank=[1, 2, 3]))) == {
        ("rank", 0): Cached(1),
        ("rank", 2): Cached(3),
    }


def test_a_column_that_people_deleted_is_not_written(data: WorkbookData) -> None:
    """Neither an answer nor a shown value goes where its column stood."""
    block = data.blocks["items"]
    gone = {"grade", "rank"}
    held = changed(data, places={key: at for key, at in block.places.items() if key not in gone})
    found = edits(held, answers(data, grade={0: "Grand"}, hint={0: "!"}), computed(data, rank=[1]))
    assert goods(data, found) == {("hint", 0): "!"}


def test_a_field_that_people_moved_is_written_where_it_stands(data: WorkbookData) -> None:
    """Each field of a form has its own sheet and cell."""
    block = data.blocks["people"]
    places = {**block.places, "advice": Place("Accueil", 50, 9)}
    found = edits(
        changed(data, "people", places=places), answers(data, "people", advice={2: "x"}), computed(data)
    )
    assert found == {"Accueil": {11: {50: "x"}}}


def test_single_cells_are_always_shown_values(data: WorkbookData) -> None:
    """Shares and lines of grids come with their place."""
    cells = ((Place("Accueil", 5, 11), 0.5), (Place("Accueil", 6, 11), 1.0), (Place("Étal", 5, 2), ""))
    shown = replace(computed(data), cells=cells)
    assert edits(data, {}, shown) == {
        "Accueil": {11: {5: Cached(0.5), 6: Cached(1.0)}},
        "Étal": {2: {5: Cached("")}},
    }


@pytest.mark.parametrize(
    ("held", "value", "same"),
    [
        (3.0, 3, True),
        (3.0, 3.5, False),
        ("3", 3, False),
        (1.0, True, False),
        (True, True, True),
        ("", None, True),
        (None, "", True),
        ("", 0, False),
        (0.0, None, False),
        ("a", "A", False),
        (ErrorValue.DIV0, ErrorValue.DIV0, True),
        (ErrorValue.DIV0, ErrorValue.NA, False),
        ("", ErrorValue.NA, False),
        (datetime(2026, 1, 2), datetime(2026, 1, 2), True),  # noqa: DTZ001 - cells have no time zone
        ("Étal", Formula('HYPERLINK("#A1","Étal")', cached="Étal"), False),
    ],
)
def test_what_counts_as_shown_already(data: WorkbookData, held: Any, value: Any, same: bool) -> None:
    """By kind and value; nothing is an empty text; a link is looked at again by the patcher."""
    shown = edits(
        changed(data, shown=showing(data, "grade", held)), answers(data, grade={0: value}), computed(data)
    )
    written = {("grade", 0): None if value == "" else value}
    assert goods(data, shown) == ({} if same else written)


CELLS = (
    st.none() | st.sampled_from(["", "a", "Grand"]) | st.booleans() | st.integers(-3, 3) | st.floats(-1, 1)
)


def applied(block: BlockData, found: Mapping[tuple[str, int], Any]) -> dict[str, list[Any]]:
    """What the goods' cells show after the edits; a number in a file is a float."""
    shown = {key: ["" if cell is None else cell for cell in cells] for key, cells in block.shown.items()}
    for (key, row), edit in found.items():
        value = edit.value if isinstance(edit, Cached) else edit
        shown[key][row] = "" if value is None else float(value) if type(value) is int else value
    return shown


@settings(max_examples=60)
@given(
    held=st.lists(CELLS, max_size=5), new=st.lists(CELLS, max_size=5), formulas=st.lists(CELLS, max_size=5)
)
def test_a_second_pass_has_nothing_left(
    data: WorkbookData, held: list[Any], new: list[Any], formulas: list[Any]
) -> None:
    """Whatever stood there: after the edits every cell shows its answer, and there is nothing to write."""
    before = changed(
        data, shown={**showing(data, "grade", *held), "cost": showing(data, "cost", *held)["cost"]}
    )
    placed, shown = answers(data, grade=dict(enumerate(new))), computed(data, cost=formulas)
    found = goods(data, edits(before, placed, shown))
    assert all(isinstance(edit, Cached) == (key == "cost") for (key, _row), edit in found.items())
    after = applied(before.blocks["items"], found)
    wanted = ["" if value is None else value for value in new]
    assert after["grade"] == wanted + [""] * (len(after["grade"]) - len(wanted))
    assert edits(changed(data, shown=after), placed, shown) == {}


def test_in_the_file_a_second_pass_writes_nothing(book: Path, tmp_path: Path) -> None:
    """Written and read again, answers, errors and blanks are what they were; formulas stay formulas."""
    path = tmp_path / "shop.xlsx"
    data = read_workbook(book, SPEC)
    placed = answers(data, grade={0: "Grand", 1: None, 2: "Petit"}, hint={0: "a  b\n<&>", 1: " ", 2: "é"})
    shown = computed(data, cost=[20, ErrorValue.DIV0, 0.1], live=["Petit", "Petit", ""], rank=[1, 2, 3])
    set_cells(book, path, columns=edits(data, placed, shown))
    again = read_workbook(path, SPEC)
    assert again.blocks["items"].shown["cost"][:3] == [20, ErrorValue.DIV0, 0.1]
    assert not again.blocks["items"].overtyped
    assert edits(again, placed, shown) == {}
