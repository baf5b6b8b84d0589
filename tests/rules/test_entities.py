"""Ids of rows: the same whoever is asked, kept under other names, one in each row."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules.entities import ENTITY, LENGTH, LETTERS, identify
from strategy_xl.rules.frame import make_frame, object_column
from strategy_xl.rules.result import RuleResult


def ids(names: list[object], held: list[object] | None = None, kind: str = "clients") -> list[object]:
    """The ids of rows with these names, and with these ids from before."""
    rows = make_frame({ENTITY: object_column(held or [None] * len(names))})
    found: RuleResult = identify(rows, object_column(names), kind)
    return found.table.values(ENTITY)


def test_an_id_is_made_from_kind_and_name() -> None:
    """Two runs give the same, however the name is written; another kind gives another."""
    (first,) = ids(["Biscuiterie L'Ancre"])
    assert ids(["  BISCUITERIE l’ancre "]) == [first]
    assert ids(["Biscuiterie L'Ancre"], kind="accounts") != [first]
    assert isinstance(first, str)
    assert len(first) == LENGTH
    assert set(first) <= set(LETTERS)


def test_a_renamed_row_keeps_its_id() -> None:
    """What it was made from is only the name at first sight."""
    (first,) = ids(["Lumen"])
    assert ids(["Lumen et fils"], [first]) == [first]


def test_one_that_takes_a_name_that_was_given_up_gets_another_id() -> None:
    """The renamed row has the id which the name would give."""
    (first,) = ids(["Lumen"])
    renamed, new = ids(["Lumen et fils", "Lumen"], [first, None])
    assert renamed == first
    assert new != first
    assert str(new).startswith(str(first))


def test_rows_with_one_name_have_different_ids() -> None:
    """The upper one has that of the name, the others one that counts on."""
    found = ids(["Martin"] * 30)
    assert len(set(found)) == 30
    assert found[:1] == ids(["Martin"])


def test_of_a_copied_row_the_bearer_of_the_name_keeps_the_id() -> None:
    """Wherever the copy stands."""
    (first,) = ids(["Lumen"])
    assert ids(["Copie", "Lumen"], [first, first]) == [*ids(["Copie"]), first]
    assert ids(["Lumen", "Copie"], [first, first]) == [first, *ids(["Copie"])]


def test_of_a_copy_of_a_renamed_row_the_upper_one_keeps_the_id() -> None:
    """Nothing else tells them apart."""
    (first,) = ids(["Lumen"])
    found = ids(["Lumen SA", "Lumen SAS"], [first, first])
    assert found == [first, *ids(["Lumen SAS"])]


def test_what_is_no_id_is_none() -> None:
    """A text that people typed, a number or a word is replaced by an id."""
    assert ids(["Lumen"] * 1, ["mon code"]) == ids(["Lumen"])
    assert ids(["Lumen"], [12.0]) == ids(["Lumen"])
    assert ids(["Lumen"], ["bcdfg"]) == ids(["Lumen"])


def test_a_row_without_a_name_gets_none_and_keeps_what_it_has() -> None:
    """Nothing can be made from nothing."""
    (first,) = ids(["Lumen"])
    assert ids([None, " ", None], [None, None, first]) == [None, None, first]


def test_the_answer_has_the_rows_of_the_table() -> None:
    """The index is that of the rows, and nothing is said."""
    rows = make_frame({ENTITY: object_column([None, None])}, pd.Index([7, 9]))
    found = identify(rows, object_column(["A", "B"]), "kpis")
    assert found.table.index.equals(rows.index)
    assert found.reasons.lists() == [(), ()]


NAMES = st.lists(st.sampled_from(["Lumen", "lumen", "Martin", "Aubert", "", "Copie"]), max_size=12)


@given(NAMES, st.data())
def test_ids_are_different_and_a_second_night_changes_none(names: list[object], data: st.DataObject) -> None:
    """Whatever rows are copied, moved or renamed in between."""
    first = ids(names)
    given_ids = [one for one in first if one is not None]
    assert len(set(given_ids)) == len(given_ids)
    rows = list(zip(names, first, strict=True))
    if rows:
        rows += data.draw(st.lists(st.sampled_from(rows), max_size=4))
    rows = data.draw(st.permutations(rows))
    renamed = [
        data.draw(st.sampled_from([name, "Autre"])) if isinstance(name, str) and name else name
        for name, _ in rows
    ]
    second = ids(renamed, [held for _, held in rows])
    kept = [one for one in second if one is not None]
    assert len(set(kept)) == len(kept)
    assert set(given_ids) <= set(kept)
    assert ids(renamed, second) == second
