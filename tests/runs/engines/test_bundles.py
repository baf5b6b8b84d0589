"""Small workbooks go together, large ones alone; as many as take a second, and fewer towards the end."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from strategy_xl.runs.engines.bundles import Bundling


def sizes(bundling: Bundling, count: int, places: int) -> list[int]:
    """How many workbooks go each time, until none are left."""
    waiting = deque(Path(f"{number}.xlsx") for number in range(count))
    gone: list[list[Path]] = []
    while waiting:
        gone.append(bundling.next(waiting, places))
    assert [int(path.stem) for bundle in gone for path in bundle] == list(range(count))
    return [len(bundle) for bundle in gone]


def test_one_by_one_until_something_is_known() -> None:
    """Nobody knows yet how long they take."""
    assert sizes(Bundling(), 20, 4) == [1] * 20


@pytest.mark.parametrize(
    ("seconds", "first"),
    [(0.0, 32), (0.001, 32), (0.1, 10), (0.4, 2), (0.6, 1), (60.0, 1)],
)
def test_a_second_together(seconds: float, first: int) -> None:
    """As many as take a second, no more than 32, and at least one."""
    bundling = Bundling()
    bundling.learn(5 * seconds, 5)
    found = sizes(bundling, 1000, 4)
    assert found[:5] == [first] * 5
    assert found[-4:] == [1] * 4


def test_the_pace_follows() -> None:
    """A folder of large workbooks after one of small ones: they soon go alone."""
    bundling = Bundling()
    bundling.learn(1.0, 10)
    bundling.learn(0.3, 1)
    assert 2 <= sizes(bundling, 1000, 4)[0] < 10
    for _ in range(5):
        bundling.learn(5.0, 1)
    assert sizes(bundling, 1000, 4)[0] == 1


def test_alone() -> None:
    """With one place each goes alone: a pass of workbooks that killed their process. Parted ones go first."""
    bundling = Bundling()
    bundling.learn(0.0, 1)
    assert sizes(bundling, 20, 1) == [1] * 20
    parted = [Path("a.xlsx"), Path("b.xlsx")]
    bundling.part(parted)
    waiting = deque([Path("c.xlsx")])
    assert len(bundling) == 2
    assert [bundling.next(waiting, 4) for _ in range(3)] == [[parted[0]], [parted[1]], [Path("c.xlsx")]]
    assert not bundling
