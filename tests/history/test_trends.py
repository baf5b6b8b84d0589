"""What moved since a day, out of nights that were scripted; and what stays when old nights go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from past import Nights, record, table

from strategy_xl.history import queries, tables, trends, upkeep
from strategy_xl.history.database import Database
from strategy_xl.history.queries import Scope
from strategy_xl.history.writing import Outcome

SINGLE = "stakeholders.SINGLE_THREAD"


def day(number: int) -> date:
    """A day of the month in which all of this happens."""
    return date(2027, 3, number)


def kpi(progress: float | None, status: str = "late", **values: Any) -> Any:
    """A table with one KPI, ``Sales``, and how far it is."""
    given = {"progress": progress, "current": None if progress is None else 100 * progress} | values
    return table({"Sales": status}, kind="kpi", values={"Sales": given})


@pytest.fixture
def moved(database: Database, nights: Nights) -> Database:
    """Four clients over ten days: one rises, falls and rises, one stays, one comes, one goes."""
    nights.write("2027-03-01", record(table({"Ada": "avoid", "Bo": "happy", "Cy": "at_risk"})))
    nights.write("2027-03-04", record(table({"Ada": "ideal", "Bo": "happy", "Cy": "at_risk"})))
    nights.write("2027-03-06", record(table({"Ada": "avoid", "Bo": "happy", "Dee": "ideal"})))
    nights.write("2027-03-10", record(table({"Ada": "happy", "Bo": "happy", "Dee": "ideal"})))
    return database


@pytest.mark.parametrize(
    ("since", "wanted"),
    [
        (1, {"Ada": ("avoid", "happy", 10), "Cy": ("at_risk", None, 6), "Dee": (None, "ideal", 6)}),
        (4, {"Ada": ("ideal", "happy", 10), "Cy": ("at_risk", None, 6), "Dee": (None, "ideal", 6)}),
        (5, {"Ada": ("ideal", "happy", 10), "Cy": ("at_risk", None, 6), "Dee": (None, "ideal", 6)}),
        (6, {"Ada": ("avoid", "happy", 10)}),
        (10, {}),
    ],
)
def test_who_changed_class_since_a_day(moved: Database, since: int, wanted: dict[str, Any]) -> None:
    """Then against now, whatever was between; who came and who went, and since when."""
    with moved.reading() as connection:
        found = trends.moves(connection, "client", day(since))
    assert {
        move.entity.name: (
            None if move.before is None else move.before.verdict,
            None if move.after is None else move.after.verdict,
            move.day.day,
        )
        for move in found
    } == wanted


def test_before_the_history_began_there_is_no_news(moved: Database) -> None:
    """Who was there on the first night is not new; a day before it compares with that night."""
    with moved.reading() as connection:
        early = trends.moves(connection, "client", date(2026, 1, 1))
        assert early == trends.moves(connection, "client", day(1))


def test_accounts_that_have_a_reason_now(database: Database, nights: Nights) -> None:
    """An account is told when it has the reason now and had it not then, with the day it came."""
    steps: list[dict[str, list[str]]] = [
        {"One": [SINGLE], "Two": [], "Three": []},
        {"One": [SINGLE], "Two": [SINGLE], "Three": [SINGLE]},
        {"One": [SINGLE], "Two": [SINGLE, "a.B"], "Three": []},
    ]
    for number, reasons in enumerate(steps, 1):
        accounts = table(dict.fromkeys(reasons, "single_thread"), kind="account", reasons=reasons)
        nights.write(f"2027-03-0{number}", record(accounts))
    with database.reading() as connection:
        found = trends.newly(connection, "account", SINGLE, day(1))
    assert [(move.entity.name, move.day) for move in found] == [("Two", day(2))]


def test_the_way_of_a_kpi(database: Database, nights: Nights) -> None:
    """A point a change, the first one what held when the time began; a day without a value has none."""
    for number, progress in ((1, 0.1), (2, 0.2), (3, 0.2), (5, None), (6, 0.4)):
        nights.write(f"2027-03-0{number}", record(kpi(progress)))
    with database.reading() as connection:
        (all_of_it,) = trends.trends(connection, "kpi", "current", day(1))
        (later,) = trends.trends(connection, "kpi", "current", day(3))
    assert [(at.day, value) for at, value in all_of_it.points] == [(1, 10.0), (2, 20.0), (6, 40.0)]
    assert [(at.day, value) for at, value in later.points] == [(3, 20.0), (6, 40.0)]


@pytest.mark.parametrize(
    ("objective", "indicator", "told"),
    [
        ({"kpi": " sales "}, {}, True),
        ({}, {"objective": "GROW"}, True),
        ({}, {}, False),
        ({"kpi": "Sales", "active": False}, {}, False),
    ],
)
def test_objectives_that_stand_still(
    database: Database, nights: Nights, objective: dict[str, Any], indicator: dict[str, Any], *, told: bool
) -> None:
    """Whose KPI, named by either of them, has not moved for the days asked for; not those put aside."""
    aim = table({"Grow": "smart"}, kind="objective", values={"Grow": {"active": True} | objective})
    for number, progress in ((1, 0.1), (3, 0.2), (9, 0.2)):
        nights.write(f"2027-03-0{number}", record(aim, kpi(progress, **indicator)))
    with database.reading() as connection:
        for days, still in ((7, told), (8, False)):
            found = trends.stalls(connection, day(10), days)
            assert [(stall.objective.name, stall.since, stall.progress) for stall in found] == [
                ("Grow", day(3), 0.2)
            ] * still


def test_an_achieved_kpi_stands_still_by_right(database: Database, nights: Nights) -> None:
    """What has got where it should is not told."""
    aim = table({"Grow": "smart"}, kind="objective", values={"Grow": {"kpi": "Sales"}})
    nights.write("2027-03-01", record(aim, kpi(1.0, "achieved")))
    with database.reading() as connection:
        assert trends.stalls(connection, day(31), 1) == []


def test_one_folder_of_many(database: Database, nights: Nights) -> None:
    """A question about a folder or a workbook hears of no other; capitals in names are others."""
    rows = {"Ada": "avoid"}
    books = {name: record(table(rows)) for name in ("a/x.xlsx", "a/y.xlsx", "A/x.xlsx", "a.xlsx")}
    nights.write("2027-03-01", books)
    with database.reading() as connection:
        for under, number in (("", 4), ("a/", 2), ("a/x.xlsx", 1), ("b/", 0), ("a", 0)):
            assert len(queries.states_on(connection, "client", Scope(under=under))) == number


# -- care --------------------------------------------------------------------------------------------------


def test_pruning_keeps_what_is_known_of_today(moved: Database) -> None:
    """The days before go, the state that held then stays; who had gone goes, and all still holds together."""
    with moved.reading() as connection:
        now = queries.states_on(connection, "client")
        later = trends.moves(connection, "client", day(8))
    with moved.writing() as connection:
        assert upkeep.prune(connection, day(8)) == upkeep.Pruned(nights=3, states=4, entities=1, books=0)
        assert upkeep.prune(connection, day(8)) == upkeep.Pruned(0, 0, 0, 0)
    moved.compact()
    with moved.reading() as connection:
        assert queries.states_on(connection, "client") == now
        assert trends.moves(connection, "client", day(8)) == later
        assert list(upkeep.faults(moved, connection)) == []
        assert upkeep.contents(connection).nights == 1


def test_pruning_keeps_the_last_reading_of_what_never_changes(database: Database, nights: Nights) -> None:
    """A workbook that is the same for ever keeps its figures; one that no run sees any more goes."""
    nights.write("2027-03-01", {name: record(table({"Ada": "ideal"})) for name in ("kept", "gone")})
    nights.write("2027-03-20", {"kept": Outcome.UNCHANGED})
    with database.writing() as connection:
        assert upkeep.prune(connection, day(10)) == upkeep.Pruned(nights=0, states=0, entities=0, books=1)
    with database.reading() as connection:
        assert [book.path for book in queries.books_of(connection)] == ["kept"]
        assert [night.counts for night in queries.contents_of(connection).values()] == [{"clients": 1.0}]
        assert len(queries.states_on(connection, "client")) == 1


def test_what_does_not_hold_together_is_found(moved: Database) -> None:
    """A state that somebody took out, or an entity, is told by number."""
    with moved.writing() as connection:
        connection.execute(sa.delete(tables.states).where(tables.states.c.number == 1))
        connection.execute(sa.delete(tables.entities).where(tables.entities.c.number == 2))
    with moved.reading() as connection:
        assert list(upkeep.faults(moved, connection)) == [
            "entities without state: 1",
            "states without entity: 1",
        ]
