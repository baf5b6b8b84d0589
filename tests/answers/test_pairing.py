"""Rows that are the same ones a night later, whatever people did to the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.answers.basis import Held
from strategy_xl.answers.pairing import identity, pair_rows
from strategy_xl.schema.loader import load_default

CLIENTS = load_default().data_blocks()["clients"][1]


def _held(rows: Sequence[tuple[Any, ...]], first: int = 9) -> Held:
    """Rows of a name, a revenue and an id."""
    columns = {key: [row[at] for row in rows] for at, key in enumerate(("name", "revenue", "entity_id"))}
    return Held([first + at for at in range(len(rows))], columns, {}, {}, is_table=True)


def test_sorted_rows() -> None:
    """Rows that stand in another order are found by what stands in them."""
    before, after = _held([("A", 1, None), ("B", 2, None)]), _held([("B", 2, None), ("A", 1, None)])
    assert pair_rows(CLIENTS, before, after).same == ((0, 1), (1, 0))


def test_a_row_that_moved_and_changed_is_found_by_its_name() -> None:
    """A row under another number with another revenue is the one of that name."""
    before = _held([("A", 1, None), ("B", 2, None)])
    after = _held([("New", 5, None), ("A", 1, None), ("b", 3, None)])
    pairs = pair_rows(CLIENTS, before, after)
    assert (pairs.same, pairs.added) == (((0, 1), (1, 2)), (0,))


def test_a_new_name_in_the_same_row_is_the_same_row() -> None:
    """Without an id, a name typed over another is a renaming."""
    assert pair_rows(CLIENTS, _held([("A", 1, None)]), _held([("Z", 1, None)])).same == ((0, 0),)


def test_an_id_outranks_name_and_row() -> None:
    """Two rows that exchanged their names are told apart by their ids."""
    before, after = _held([("A", 1, "x"), ("B", 2, "y")]), _held([("B", 1, "y"), ("A", 2, "x")])
    assert pair_rows(CLIENTS, before, after).same == ((0, 1), (1, 0))


def test_another_id_is_another_row() -> None:
    """A row with an id is not taken for a row with another one, though name and place are the same."""
    pairs = pair_rows(CLIENTS, _held([("A", 1, "x")]), _held([("A", 1, "z")]))
    assert (pairs.same, pairs.gone, pairs.added) == ((), (0,), (0,))


def test_an_id_that_came_in_between() -> None:
    """A row that had no id yet is the row that has one now."""
    assert pair_rows(CLIENTS, _held([("A", 1, None)]), _held([("A", 2, "x")])).same == ((0, 0),)


def test_identities() -> None:
    """A row is known by its id, else by its name, whatever the capitals; a nameless one by nothing."""
    held = _held([("A", 1, "x"), ("Ébène", 1, None), (None, 1, None)])
    assert [identity(CLIENTS, held, at) for at in range(3)] == ["x", "n:ébène", ""]


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), st.none()), max_size=8),
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), st.none()), max_size=8),
)
def test_every_row_once(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> None:
    """Each row of both nights is in one pair, or gone, or added; as many are paired as can be in place."""
    pairs = pair_rows(CLIENTS, _held(before), _held(after))
    assert sorted([was for was, _ in pairs.same] + list(pairs.gone)) == list(range(len(before)))
    assert sorted([now for _, now in pairs.same] + list(pairs.added)) == list(range(len(after)))


@given(st.permutations(range(6)))
def test_an_untouched_table_in_any_order(order: list[int]) -> None:
    """However a table is sorted, each row is found again."""
    rows = [(f"N{at}", at, None) for at in range(6)]
    pairs = pair_rows(CLIENTS, _held(rows), _held([rows[at] for at in order]))
    assert all(order[now] == was for was, now in pairs.same)
    assert len(pairs.same) == 6
