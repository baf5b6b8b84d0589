"""Trails: what changed is remembered in the row, twelve times, and a copy begins anew."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.model import Move
from strategy_xl.rules.entities import ENTITY
from strategy_xl.rules.frame import as_day, make_frame, object_column
from strategy_xl.rules.result import RuleResult
from strategy_xl.rules.trails import MOST, TRAIL, Entry, follow, move_between, read_trail

RANKS = {"ideal": 4, "happy": 3, "at_risk": 2, "avoid": 1}
ID = "bcdfghjklm"
DAY = date(2026, 11, 1)


def night(held: object, verdict: object, day: date, entity: object = ID) -> RuleResult:
    """What a night makes of one row."""
    rows = make_frame({ENTITY: object_column([entity]), TRAIL: object_column([held])})
    return follow(rows, object_column([verdict]), RANKS, day)


def nights(*seen: tuple[date, str | None]) -> RuleResult:
    """What a row's nights make of it, one after the other."""
    held: object = None
    for day, verdict in seen:
        found = night(held, verdict, day)
        held = found.table.values(TRAIL)[0]
    return found


def turn(found: RuleResult) -> tuple[object, object, object]:
    """Before, move and since of the only row."""
    table = found.table
    return table.values("before")[0], table.values("move")[0], as_day(table.values("since")[0])


def test_a_first_night_knows_no_change() -> None:
    """It only notes what it sees."""
    found = night(None, "happy", DAY)
    assert found.table.values(TRAIL) == [f"{ID}: 2026-11-01 happy"]
    assert turn(found) == (None, None, None)


@pytest.mark.parametrize(
    ("before", "now", "move"),
    [("happy", "ideal", "up"), ("ideal", "avoid", "down"), ("ideal", "incomplete", "other")],
)
def test_a_change_is_told_with_its_day(before: str, now: str, move: str) -> None:
    """Before, which way, since when; and nights without a change keep it."""
    later = DAY + timedelta(days=14)
    seen = nights((DAY, before), (later, now))
    assert turn(seen) == (before, move, later)
    assert turn(nights((DAY, before), (later, now), (later + timedelta(days=30), now))) == turn(seen)


def test_two_nights_of_one_day_leave_one_entry() -> None:
    """The later one; and none when all is as it was the day before."""
    later = DAY + timedelta(days=1)
    assert turn(nights((DAY, "ideal"), (later, "avoid"), (later, "happy"))) == ("ideal", "down", later)
    back = nights((DAY, "ideal"), (later, "avoid"), (later, "ideal"))
    assert back.table.values(TRAIL) == [f"{ID}: 2026-11-01 ideal"]
    assert turn(back) == (None, None, None)


def test_a_night_of_an_earlier_day_adds_nothing() -> None:
    """It replays a past state."""
    found = nights((DAY, "ideal"), (DAY - timedelta(days=9), "avoid"))
    assert found.table.values(TRAIL) == [f"{ID}: 2026-11-01 ideal"]


def test_a_missing_verdict_changes_nothing() -> None:
    """What was known stays known."""
    later = DAY + timedelta(days=2)
    assert turn(nights((DAY, "ideal"), (later, "happy"), (later + timedelta(days=2), None))) == (
        "ideal", "down", later,
    )  # fmt: skip


def test_the_trail_of_another_row_is_none() -> None:
    """A copied row has the copy's id and the other one's trail."""
    other = "cdfghjklmn"
    found = night(f"{ID}: 2026-10-01 ideal; 2026-10-09 avoid", "avoid", DAY, other)
    assert found.table.values(TRAIL) == [f"{other}: 2026-11-01 avoid"]


@pytest.mark.parametrize(
    "text", [None, 3.0, "", ID, f"{ID}: hier ideal", f"{ID}: 2026-13-40 ideal", f"{ID}: 2026-11-01 ideal;"]
)
def test_what_is_no_trail_has_no_entries(text: object) -> None:
    """What people typed into the cell begins anew."""
    assert read_trail(text, ID) == ()


def test_a_row_without_id_has_no_trail() -> None:
    """Nobody could tell later whose it is."""
    assert night(None, "ideal", DAY, None).table.values(TRAIL) == [None]


def test_a_new_number_is_an_entry_and_no_move() -> None:
    """It is read again as it was written, to ten figures."""
    held: object = None
    for day, value in enumerate([1368000.0, 1368000.0, 0.1 + 0.2, np.nan]):
        rows = make_frame({ENTITY: object_column([ID]), TRAIL: object_column([held])})
        now, values = object_column(["happy"]), object_column([value])
        found = follow(rows, now, RANKS, DAY + timedelta(days=day), values)
        held = found.table.values(TRAIL)[0]
    assert read_trail(held, ID) == (
        Entry(date(2026, 11, 1), "happy", 1368000.0),
        Entry(date(2026, 11, 3), "happy", 0.3),
        Entry(date(2026, 11, 4), "happy"),
    )
    assert turn(found) == (None, None, None)


def test_equal_ranks_are_another_verdict_and_no_better_one() -> None:
    """Achieved is not better than on track."""
    assert move_between("a", "b", {"a": 4, "b": 4}) is Move.OTHER


VERDICTS = st.sampled_from(["ideal", "happy", "at_risk", "avoid", "incomplete", None])


@given(st.lists(st.tuples(st.integers(0, 3), VERDICTS), min_size=1, max_size=40))
def test_a_trail_tells_the_last_changes_of_each_day(steps: list[tuple[int, str | None]]) -> None:
    """It is what a plain list of the last verdict of every day says, however the nights fell."""
    day, seen = DAY, []
    for days, verdict in steps:
        day += timedelta(days=days)
        seen.append((day, verdict))
    by_day = {at: verdict for at, verdict in seen if verdict is not None}
    plain: list[Entry] = []
    for at, verdict in by_day.items():
        if not plain or plain[-1].verdict != verdict:
            plain.append(Entry(at, verdict))
    found = nights(*seen)
    held = list(read_trail(found.table.values(TRAIL)[0], ID))
    # Within a day that changed and changed back, the thirteenth entry may have pushed the first one out.
    assert held == plain[-len(held) :] if held else not plain
    assert len(held) >= min(len(plain), MOST - 1)
    assert len(held) <= MOST
    again = night(found.table.values(TRAIL)[0], seen[-1][1], seen[-1][0])
    assert again.table.values(TRAIL) == found.table.values(TRAIL)
