"""Many entities at once are what they are one by one, on files and on a server alike."""

from __future__ import annotations

from datetime import date

import pytest
from past import Nights, record, table

from strategy_xl.history import queries, snapshots
from strategy_xl.history.database import Database
from strategy_xl.history.queries import Scope
from strategy_xl.history.writing import Outcome

FIRST, SECOND, THIRD = (date(2027, 3, day) for day in (1, 2, 3))


@pytest.fixture
def past(nights: Nights) -> Nights:
    """Three nights over two workbooks: one client moves, one comes, one goes."""
    values = {name: {"revenue": float(at), "x": None} for at, name in enumerate(("Ada", "Bo", "Cy"), 1)}
    first = table({"Ada": "ideal", "Bo": "happy"}, values=values)
    second = table({"Ada": "at_risk", "Bo": "happy", "Cy": None}, values={**values, "Ada": {"revenue": 7.5}})
    nights.write("2027-03-01", {"Nord/a.xlsx": record(first), "b.xlsx": record(first)})
    nights.write("2027-03-02", {"Nord/a.xlsx": record(second), "b.xlsx": Outcome.UNCHANGED})
    nights.write("2027-03-03", {"Nord/a.xlsx": record(table({"Ada": "at_risk"})), "b.xlsx": Outcome.FAILED})
    return nights


def test_snapshot_holds_what_the_queries_say(past: Nights, database: Database) -> None:
    """Columns of a snapshot are the entities and states of the other queries, by workbook and position."""
    with database.reading() as connection:
        found = snapshots.snapshot(connection, "client")
        states = queries.states_on(connection, "client")
        entities = queries.entities_of(connection, "client")
    keys = list(zip(found.books, found.numbers, strict=True))
    assert set(keys) == set(states)
    for at, key in enumerate(keys):
        assert (found.names[at], found.cells[at]) == (entities[key].name, entities[key].cell)
        assert found.verdicts[at] == states[key].verdict
        assert found.values[at] == states[key].values
        assert found.state_days[at] == states[key].day
        assert found.first_days[at] == entities[key].first_day


def test_snapshot_of_an_earlier_day(past: Nights, database: Database) -> None:
    """A day in the past has those who were there then, as they were."""
    with database.reading() as connection:
        before = snapshots.snapshot(connection, "client", Scope(under="Nord/"), FIRST)
        then = snapshots.snapshot(connection, "client", Scope(under="Nord/"), SECOND)
        now = snapshots.snapshot(connection, "client", Scope(under="Nord/"))
    assert dict(zip(before.names, before.verdicts, strict=True)) == {"Ada": "ideal", "Bo": "happy"}
    assert dict(zip(then.names, then.verdicts, strict=True)) == {"Ada": "at_risk", "Bo": "happy", "Cy": None}
    assert [values["revenue"] for values in then.values] == [7.5, 2.0, 3.0]
    assert list(now.names) == ["Ada"]


def test_changed_since_tells_how_they_were(past: Nights, database: Database) -> None:
    """Only those that have changed since are told, as they were; those that are new have no before."""
    with database.reading() as connection:
        found = snapshots.changed_since(connection, "client", FIRST)
        names = {key: one.name for key, one in queries.entities_of(connection, "client").items()}
        gone = (
            snapshots.gone_since(connection, "client", FIRST),
            snapshots.gone_since(connection, "client", SECOND),
        )
    assert {names[key]: before.verdict for key, before in found.items()} == {"Ada": "ideal", "Bo": "happy"}
    assert gone == (1, 2)


def test_trends_and_days(past: Nights, database: Database) -> None:
    """A number's values come in the order of days; the days are those with a run over these workbooks."""
    with database.reading() as connection:
        found = snapshots.trends(connection, "client", "revenue", FIRST, Scope(under="Nord/"))
        days = snapshots.days_of(connection, limit=9)
        earlier = snapshots.days_of(connection, until=SECOND)
        elsewhere = snapshots.days_of(connection, Scope(under="Sud/"))
    assert sorted(found.values()) == [[1.0, 7.5], [2.0], [3.0]]
    assert days == [THIRD, SECOND, FIRST]
    assert earlier == [SECOND]
    assert elsewhere == []


def test_nothing_is_nothing(database: Database) -> None:
    """An empty history has snapshots without anybody."""
    with database.reading() as connection:
        assert len(snapshots.snapshot(connection, "kpi")) == 0
        assert snapshots.changed_since(connection, "kpi", FIRST) == {}
        assert snapshots.gone_since(connection, "kpi", FIRST) == 0
