"""Influence and the way to the decision-maker: worked example, ties, and brute force on small graphs."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules.influence import influence, introduction_path, weigh, widest_path

TODAY = date(2026, 6, 1)
FACTS = {"P1": "direct", "P2": "decides", "P3": "indirect"}


def contacts(**levels: str) -> pd.DataFrame:
    """P1 involved, P2 decider, P3 collateral, with their contact levels."""
    rows = [
        {"name": name, "account": "Acme", "contact_level": levels.get(name, "unknown")}
        | {
            fact: "yes" if fact == FACTS[name] else "no"
            for fact in ("decides", "signs", "direct", "indirect")
        }
        for name in FACTS
    ]
    return pd.DataFrame(rows)


def links(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Links inside Acme."""
    table = pd.DataFrame(rows, columns=["source", "target", "strength"])
    return table.assign(account="acme")


WORKED = links(("P1", "P2", 3), ("P1", "P3", 1), ("P3", "P2", 1))
ACCOUNTS = pd.DataFrame({"name": ["Acme", "Other"]})


def test_worked_example() -> None:
    """The three people weigh 8.67, 5 and 3.67."""
    np.testing.assert_allclose(influence(contacts(), WORKED, TODAY), [8 + 2 / 3, 5, 3 + 2 / 3])


def test_a_repeated_link_counts_once_and_a_person_never_influences_itself() -> None:
    """The strongest of repeated links counts; a loop, an unknown name and a strength above 3 add nothing."""
    table = links(("P1", "P2", 3), ("P1", "P2", 1), ("P1", "P1", 3), ("P1", "Nobody", 3), ("P3", "P2", 9))
    np.testing.assert_allclose(influence(contacts(), table, TODAY), [8, 5, 7])


def test_who_left_neither_has_nor_gives_influence() -> None:
    """The decider gone, the others keep their own power only."""
    left = contacts().assign(left=[pd.NaT, pd.Timestamp(TODAY - timedelta(days=1)), pd.NaT])
    found = influence(left, WORKED, TODAY)
    assert found.isna().tolist() == [False, True, False]
    np.testing.assert_allclose(found.dropna(), [3 + 2 / 3, 2])


def test_influence_as_a_rule_result() -> None:
    """The rule result holds the same figures and says who has no link."""
    result = weigh(contacts(), WORKED, TODAY)
    pd.testing.assert_series_equal(
        result.frame["influence"], influence(contacts(), WORKED, TODAY), check_names=False
    )
    assert result.reasons.lists() == [(), ("LINKED_TO_NOBODY",), ()]


@pytest.mark.parametrize(
    ("levels", "path", "code"),
    [
        ({"P1": "met"}, "P1 → P2", "INTRODUCE"),
        ({"P3": "regular"}, "P3 → P2", "INTRODUCE"),
        ({"P2": "met"}, "P2", "DIRECT"),
        ({"P1": "identified"}, None, "NO_START"),
    ],
)
def test_path_to_the_decider(levels: dict[str, str], path: str | None, code: str) -> None:
    """The way starts from someone met and ends at the decider."""
    row = introduction_path(ACCOUNTS, contacts(**levels), WORKED, TODAY).explained().iloc[0]
    assert (None if pd.isna(row["path"]) else row["path"]) == path
    assert row["reasons"] == (code,)


def test_no_way_and_no_target_are_told_apart() -> None:
    """Without links there is no way; without a decider there is nothing to reach; opponents open no door."""
    nowhere = introduction_path(ACCOUNTS, contacts(P1="met"), links(), TODAY)
    assert nowhere.reasons.lists() == [("NO_PATH",), ("NO_TARGET",)]
    opposed = contacts(P1="met").assign(opponent=pd.array([True, False, False], dtype="boolean"))
    assert introduction_path(ACCOUNTS, opposed, WORKED, TODAY).reasons.at(0) == ("NO_START",)


def test_ties_go_to_fewest_steps_then_names() -> None:
    """Among equally wide ways the shortest is taken, then the first by names."""
    graph = {
        "a": {"b": 2.0, "c": 2.0, "d": 3.0},
        "b": {"z": 2.0},
        "c": {"z": 2.0},
        "d": {"e": 3.0},
        "e": {"z": 2.0},
    }
    assert widest_path(graph, ["a"], ["z"]) == (("a", "b", "z"), 2.0)
    graph["e"]["z"] = 3.0
    assert widest_path(graph, ["a"], ["z"]) == (("a", "d", "e", "z"), 3.0)
    assert widest_path(graph, ["z"], ["a"]) == ((), 0.0)


PEOPLE = "abcde"


@given(
    edges=st.dictionaries(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda pair: pair[0] != pair[1]),
        st.sampled_from([1.0, 2.0, 3.0]),
        max_size=14,
    ),
    starts=st.sets(st.sampled_from("ab"), min_size=1),
    goals=st.sets(st.sampled_from("de"), min_size=1),
)
def test_widest_path_equals_brute_force(
    edges: dict[tuple[str, str], float], starts: set[str], goals: set[str]
) -> None:
    """No way found by trying them all is wider, shorter at that width, or earlier by names."""
    graph: dict[str, dict[str, float]] = {}
    for (source, target), strength in edges.items():
        graph.setdefault(source, {})[target] = strength
    tried = []
    for length in range(2, 6):
        for path in permutations(PEOPLE, length):
            steps = list(pairwise(path))
            if path[0] in starts and path[-1] in goals and all(step in edges for step in steps):
                tried.append((-min(edges[step] for step in steps), length, path))
    best = min(tried, default=None)
    assert widest_path(graph, starts, goals) == (((), 0.0) if best is None else (best[2], -best[0]))
