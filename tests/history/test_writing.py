"""Nights in the history: what is kept of them, once, whole, and the same on every database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from past import Nights, record, table

from strategy_xl.history import known_entities, queries, tables
from strategy_xl.history.book_record import AlertRecord, BookRecord
from strategy_xl.history.database import Database, HistoryError
from strategy_xl.history.forgetting import remove
from strategy_xl.history.queries import Scope
from strategy_xl.history.writing import Outcome

DAYS = [date(2027, 3, day) for day in range(1, 32)]


def told(database: Database, kind: str = "client") -> dict[str, list[tuple[str, bool, str | None]]]:
    """Every state of a kind, by name: day, whether it is there, verdict."""
    with database.reading() as connection:
        entities = queries.entities_of(connection, kind)
        states = queries.states_of(connection, kind)
    return {
        entities[key].name: [(str(state.day)[8:], state.is_there, state.verdict) for state in held]
        for key, held in states.items()
    }


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but the names of runs."""
    found = {}
    with database.reading() as connection:
        for each in tables.metadata.sorted_tables:
            if each is not tables.runs:
                columns = [column for column in each.c if column.name != "run"]
                rows = connection.execute(sa.select(*columns)).all()
                found[each.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def test_only_what_changes_makes_a_state(database: Database, nights: Nights) -> None:
    """A client has a state on its first day and on those on which something of it was another thing."""
    nights.write("2027-03-01", record(table({"Ada": "ideal", "Bo": "happy"})))
    nights.write("2027-03-02", record(table({"Ada": "ideal", "Bo": "happy"})))
    nights.write("2027-03-03", record(table({"Ada": "avoid", "Bo": "happy"})))
    assert told(database) == {
        "Ada": [("01", True, "ideal"), ("03", True, "avoid")],
        "Bo": [("01", True, "happy")],
    }
    with database.reading() as connection:
        assert [night.day.day for night in queries.nights_of(connection)] == [1, 2, 3]
        assert {state.verdict for state in queries.states_on(connection, "client", day=DAYS[1]).values()} == {
            "ideal",
            "happy",
        }


def test_values_reasons_and_what_is_missing_count(database: Database, nights: Nights) -> None:
    """A value, a reason or a missing field makes a state as a verdict does; a rule's version does not."""
    one = table({"Ada": "ideal"}, values={"Ada": {"x": 1.0, "note": "é"}}, reasons={"Ada": ["a.B"]})
    steps = [
        one,
        replace(one, columns={"x": [2.0], "note": ["é"]}),
        replace(one, columns={"x": [2.0], "note": ["é"]}, reasons=[["a.B", "a.C"]]),
        replace(one, columns={"x": [2.0], "note": ["é"]}, reasons=[["a.B", "a.C"]], missing=[["hours"]]),
        replace(
            one,
            columns={"x": [2.0], "note": ["é"]},
            reasons=[["a.B", "a.C"]],
            missing=[["hours"]],
            version="2",
        ),
    ]
    for day, step in enumerate(steps, 1):
        nights.write(f"2027-03-0{day}", record(step.digested()))
    with database.reading() as connection:
        (states,) = queries.states_of(connection, "client").values()
        assert queries.blocks_of(connection)[1, "client"].version == "2"
    assert [(state.day.day, state.values, state.reasons, state.missing) for state in states] == [
        (1, {"x": 1.0, "note": "é"}, "a.B", ""),
        (2, {"x": 2.0, "note": "é"}, "a.B", ""),
        (3, {"x": 2.0, "note": "é"}, "a.B a.C", ""),
        (4, {"x": 2.0, "note": "é"}, "a.B a.C", "hours"),
    ]


def test_what_changes_with_the_day_alone_is_not_a_state(database: Database, nights: Nights) -> None:
    """A pace is kept as it was last; it makes no state."""
    for day, pace in ((1, 0.9), (2, 0.8)):
        kpi = replace(table({"Sales": "late"}, kind="kpi"), latest={"pace": [pace]}).digested()
        nights.write(f"2027-03-0{day}", record(kpi))
    assert told(database, "kpi") == {"Sales": [("01", True, "late")]}
    with database.reading() as connection:
        (kpi_row,) = queries.entities_of(connection, "kpi").values()
    assert kpi_row.latest == {"pace": 0.8}


def test_an_unchanged_workbook_is_one_row(database: Database, nights: Nights) -> None:
    """A night that found a workbook unchanged adds a row of that night and nothing else."""
    nights.write("2027-03-01", record(table({"Ada": "ideal"})))
    before = everything(database)
    nights.write("2027-03-02", Outcome.UNCHANGED)
    after = everything(database)
    added = {name: len(after[name]) - len(before[name]) for name in after}
    assert added == dict.fromkeys(after, 0) | {"nights": 1}
    with database.reading() as connection:
        assert queries.contents_of(connection)[1].day == DAYS[0]


def test_a_failed_workbook_keeps_what_was_known(database: Database, nights: Nights) -> None:
    """A workbook that could not be read has a night with the reason, and stays what it was."""
    nights.write("2027-03-01", record(table({"Ada": "ideal"})))
    nights.write("2027-03-02", Outcome.FAILED, failure="SX901")
    assert told(database) == {"Ada": [("01", True, "ideal")]}
    with database.reading() as connection:
        assert [(night.outcome, night.failure) for night in queries.nights_of(connection)] == [
            ("treated", None),
            ("failed", "SX901"),
        ]


def test_a_day_twice_leaves_what_the_later_run_said(database: Database, nights: Nights) -> None:
    """What an earlier run of the day wrote is as if it never was; a run that reads nothing erases nothing."""
    first = record(table({"Ada": "ideal", "Bo": "happy"}))
    second = record(table({"Ada": "avoid", "Cy": "ideal"}), counts={"clients": 2.0})
    nights.write("2027-03-01", first)
    nights.write("2027-03-02", second)
    wanted = everything(database)
    with database.writing() as connection:
        for each in reversed(tables.metadata.sorted_tables):
            connection.execute(sa.delete(each))
    nights.write("2027-03-01", second)
    nights.write("2027-03-01", first)
    nights.write("2027-03-02", record(table({"Zoe": "avoid"})))
    nights.write("2027-03-02", first)
    nights.write("2027-03-02", second)
    nights.write("2027-03-02", second)
    nights.write("2027-03-02", Outcome.UNCHANGED)
    nights.write("2027-03-02", Outcome.FAILED, failure="SX901")
    assert told(database) == {
        "Ada": [("01", True, "ideal"), ("02", True, "avoid")],
        "Bo": [("01", True, "happy"), ("02", False, None)],
        "Cy": [("02", True, "ideal")],
    }
    again = everything(database)
    assert {name: len(rows) for name, rows in again.items()} == {
        name: len(rows) for name, rows in wanted.items()
    }
    with database.reading() as connection:
        assert queries.contents_of(connection)[queries.books_of(connection)[0].id].counts == {"clients": 2.0}


def test_an_earlier_day_does_not_undo_a_later_one(database: Database, nights: Nights) -> None:
    """A trial with a day in the past is not taken, and said so."""
    nights.write("2027-03-05", record(table({"Ada": "ideal"})))
    before = everything(database)
    assert nights.write("2027-03-04", record(table({"Ada": "avoid"}))) == ["plan.xlsx"]
    assert everything(database) == before


def test_who_goes_and_comes_back(database: Database, nights: Nights) -> None:
    """A contact that leaves has a state that says so; one that is back goes on as the same."""
    for day, rows in enumerate(
        ({"Ada": "decider", "Bo": "involved"}, {"Bo": "involved"}, {"Bo": "involved", "Ada": "decider"}), 1
    ):
        nights.write(f"2027-03-0{day}", record(table(rows, kind="contact")))
    assert told(database, "contact") == {
        "Ada": [("01", True, "decider"), ("02", False, None), ("03", True, "decider")],
        "Bo": [("01", True, "involved")],
    }


def test_an_empty_table_is_another_thing_than_none(database: Database, nights: Nights) -> None:
    """Clients that nobody could judge stay what they were; those of an empty table are gone."""
    nights.write("2027-03-01", record(table({"Ada": "ideal"})))
    nights.write("2027-03-02", record())
    assert told(database) == {"Ada": [("01", True, "ideal")]}
    nights.write("2027-03-03", record(table({})))
    assert told(database) == {"Ada": [("01", True, "ideal"), ("03", False, None)]}


def test_a_mark_keeps_an_entity_through_a_new_name(database: Database, nights: Nights) -> None:
    """One with a mark is the same under another name and in another row; the name is the one it has now."""
    nights.write(
        "2027-03-01", record(table({"Ada": "ideal", "Bo": "happy"}, marks={"Ada": "k1", "Bo": "k2"}))
    )
    nights.write(
        "2027-03-02", record(table({"Bo": "happy", "Eve": "avoid"}, marks={"Eve": "k1", "Bo": "k2"}))
    )
    assert told(database) == {
        "Eve": [("01", True, "ideal"), ("02", True, "avoid")],
        "Bo": [("01", True, "happy")],
    }
    with database.reading() as connection:
        cells = {entity.name: entity.cell for entity in queries.entities_of(connection, "client").values()}
    assert cells == {"Bo": "B7", "Eve": "B8"}


@pytest.mark.parametrize("way", [("", "k1"), ("k1", "")])
def test_marks_that_come_or_are_deleted_change_nobody(
    database: Database, nights: Nights, way: tuple[str, str]
) -> None:
    """Who was known by name is the same when it gets a mark, and the other way round."""
    for day, mark in enumerate(way, 1):
        marks = {"Ada": mark} if mark else {}
        nights.write(f"2027-03-0{day}", record(table({"Ada": "ideal"}, marks=marks)))
    assert told(database) == {"Ada": [("01", True, "ideal")]}


def test_another_mark_with_the_same_name_is_another_one(database: Database, nights: Nights) -> None:
    """Two marks are two entities, whatever they are called."""
    nights.write("2027-03-01", record(table({"Ada": "ideal"}, marks={"Ada": "k1"})))
    nights.write("2027-03-02", record(table({"Ada": "ideal"}, marks={"Ada": "k2"})))
    with database.reading() as connection:
        assert len(queries.entities_of(connection, "client")) == 2
        assert len(queries.states_on(connection, "client")) == 1


def test_a_workbook_that_moves_is_the_same(database: Database, nights: Nights) -> None:
    """The content left under a name that is gone, found under another one: renamed; else it is a copy."""
    nights.write("2027-03-01", {"a/plan.xlsx": record(table({"Ada": "ideal"}), left="9:aa")})
    nights.write("2027-03-02", {"copy.xlsx": record(table({"Ada": "ideal"}), found="9:aa", left="9:bb")})
    nights.gone = {"a/plan.xlsx"}
    nights.write("2027-03-03", {"b/new.xlsx": record(table({"Ada": "avoid"}), found="9:aa", left="9:cc")})
    with database.reading() as connection:
        assert {book.path: book.first_day.day for book in queries.books_of(connection)} == {
            "b/new.xlsx": 1,
            "copy.xlsx": 2,
        }
        moved = queries.states_of(connection, "client", Scope(under="b/"))
        assert [[state.verdict for state in states] for states in moved.values()] == [["ideal", "avoid"]]


def test_nothing_of_a_workbook_is_there_when_its_writing_breaks(database: Database, nights: Nights) -> None:
    """A workbook whose record the database refuses leaves nothing behind; the message says why."""
    twice = replace(table({"Ada": "ideal", "Bo": "ideal"}), identities=["same", "same"]).digested()
    with pytest.raises(HistoryError, match="SX966"):
        nights.write("2027-03-01", {"good.xlsx": record(table({"Ada": "ideal"})), "bad.xlsx": record(twice)})
    assert everything(database) == {name: [] for name in everything(database)}


def test_shares_of_one_database_do_not_mix(database: Database, nights: Nights) -> None:
    """The same path in two shares is two workbooks; a folder below a share belongs to it."""
    for place in ("/srv/a", "/srv/b", "/srv/a/sub"):
        nights.place = place
        nights.write("2027-03-01", record(table({"Ada": "ideal"})))
    with database.reading() as connection:
        assert [share.place for share in queries.shares_of(connection)] == ["/srv/a", "/srv/b"]
        assert len(queries.books_of(connection)) == 2
        assert len(queries.books_of(connection, Scope(share=2))) == 1


ROWS = st.dictionaries(st.sampled_from("ABCDE"), st.sampled_from(["ideal", "happy", None]), max_size=5)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 2), ROWS, st.sampled_from(["", "kept", "lost"])), min_size=1, max_size=6
    )
)
def test_law_what_is_known_of_a_day_is_what_its_last_run_said(
    database: Database, nights: Nights, steps: list[tuple[int, dict[str, str | None], str]]
) -> None:
    """Over any nights, some of them on one day: the states on each day are the last table of that day.

    Whether the tables have digests, and whether the rows that were kept of the night before are there.
    """
    with database.writing() as connection:
        for each in reversed(tables.metadata.sorted_tables):
            connection.execute(sa.delete(each))
    day, wanted = 0, {}
    for later, rows, digests in steps:
        day += later
        wanted[DAYS[day]] = rows
        if digests == "lost":
            with database.writing() as connection:
                connection.execute(sa.delete(tables.digests))
        nights.write(DAYS[day].isoformat(), record(table(rows, has_digests=bool(digests))))
    with database.reading() as connection:
        names = {key: entity.name for key, entity in queries.entities_of(connection, "client").items()}
        for when, rows in wanted.items():
            held = queries.states_on(connection, "client", day=when)
            assert {names[key]: state.verdict for key, state in held.items()} == rows
        now = queries.states_on(connection, "client")
        assert {names[key]: state.verdict for key, state in now.items()} == rows
        for states in queries.states_of(connection, "client").values():
            contents = [(state.is_there, state.verdict) for state in states]
            assert all(one != two for one, two in pairwise(contents))


def test_records_survive_json() -> None:
    """A record, a night and a run are the same after a way through JSON, as the journal keeps them."""
    alert = AlertRecord(
        "a.B", "clients", 7, "Clients", "B7", "n:ada", "«»", "do", 5.0, "warning", "2027-01-01"
    )
    one = record(table({"Ada": None, "Bo": "ideal"}, values={"Bo": {"x": 1.5, "on": True}}), alerts=[alert])
    assert BookRecord.of_data(json.loads(json.dumps(one.data()))) == one


def test_only_rows_with_another_digest_are_asked_for(
    database: Database, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a table with digests, nobody asks for entities that are as they were; who came back is found."""
    rows: dict[str, str | None] = dict.fromkeys("ABCDE", "ideal")
    asked: list[Any] = []
    ask = known_entities._held
    monkeypatch.setattr(known_entities, "_held", lambda *given: asked.append(given[3]) or ask(*given))
    monkeypatch.setattr(known_entities, "_by_identity", None)
    nights.write("2027-03-01", record(table(rows, has_digests=True)))
    nights.write("2027-03-02", record(table(rows | {"C": "happy"}, has_digests=True)))
    assert asked == [[3], []]
    nights.write("2027-03-03", record(table(dict.fromkeys("ABCD", "ideal"), has_digests=True)))
    nights.write("2027-03-04", record(table(rows, has_digests=True)))
    assert asked[2:] == [[3, 5], [], [], ["n:e"]]
    assert told(database)["E"] == [("01", True, "ideal"), ("03", False, None), ("04", True, "ideal")]


def test_who_was_forgotten_comes_back_as_a_new_one(database: Database, nights: Nights) -> None:
    """Entities that were taken out are not taken for known, though their rows are as they were."""
    rows: dict[str, str | None] = {"Ada": "ideal", "Bo": "happy"}
    nights.write("2027-03-01", record(table(rows, has_digests=True)))
    with database.writing() as connection:
        remove(connection, [(1, 1)])
    nights.write("2027-03-02", record(table(rows | {"Bo": "ideal"}, has_digests=True)))
    assert told(database) == {
        "Ada": [("02", True, "ideal")],
        "Bo": [("01", True, "happy"), ("02", True, "ideal")],
    }
