"""A name goes from both kinds of history: its entities, every mention, and the pages where they stood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from past import Nights, record, table

from strategy_xl.history import queries, tables
from strategy_xl.history.alert_rows import alerts_of
from strategy_xl.history.book_record import AlertRecord, ChangeRecord
from strategy_xl.history.database import Database, HistoryError
from strategy_xl.history.explained import forget_bases
from strategy_xl.history.forgetting import held, mentions, past, remove, scrub
from strategy_xl.history.packing import pack
from strategy_xl.history.writing import (
    BookNight,
    Outcome,
    RunEntry,
    begin_run,
    share_id,
    write_nights,
)
from strategy_xl.text.sought import Sought

NAME, OTHER = "Anne Lefèvre", "Nom effacé 1"
SOUGHT = Sought([NAME])


def said(name: str) -> Mapping[str, object]:
    """Something about somebody, in no language."""
    return {"about": name, "told": {"key": "rule.LEFT", "with": {"who": f"{name} (chez nous)"}}}


def alert(text: str | Mapping[str, object]) -> AlertRecord:
    """An alert that says something."""
    return AlertRecord("rule.LEFT", "contacts", 7, "Contacts", "B7", "n:anne lefèvre", text, "", 0.0, "error")


@pytest.fixture
def filled(nights: Nights) -> Database:
    """Three nights of two workbooks in which the name is a contact, a value, a mention and a file."""
    for day in ("2027-03-01", "2027-03-02", "2027-03-03"):
        contacts = table(
            {NAME: "decider", "Paul": "involved"},
            kind="contact",
            values={NAME: {"last_contact": "2024-01-31"}, "Paul": {"boss": NAME, "last_contact": day}},
        )
        clients = table({"ANNE LEFÈVRE": "ideal", "Bo": day[-1]}, values={"Bo": {"owner": f"chez {NAME} !"}})
        basis = pack({"contacts": [[NAME, 1]]})
        made = record(contacts, clients, basis=basis, alerts=[alert(said(NAME)), alert("Paul")])
        nights.write(day, {"plan.xlsx": made, f"Plan {NAME}.xlsx": made})
    with nights.database.writing() as connection:
        for entity in held(connection, SOUGHT.is_name, ("contact",)):
            row = {
                "book": entity.book,
                "number": entity.number,
                "day": date(2027, 3, 2),
                "verdict": "decider",
            }
            row |= {"old": "involved", "new": "decider", "why": "cells", "detail": {"new": NAME}}
            connection.execute(sa.insert(tables.changes).values(row))
    return nights.database


def forget(database: Database, kinds: tuple[str, ...] = ()) -> int:
    """Forget the name; the number of entities that went."""
    with database.writing() as connection:
        gone = [(one.book, one.number) for one in held(connection, SOUGHT.is_name, kinds)]
        remove(connection, gone)
        forget_bases(connection, SOUGHT.is_in)
        scrub(connection, SOUGHT.is_in, lambda text: SOUGHT.replaced(text, OTHER))
    database.rewrite()
    return len(gone)


def raw(database: Database) -> bytes:
    """All bytes of the files in which the history lies."""
    if database.file is not None:
        found = b"".join(path.read_bytes() for path in database.file.parent.glob(f"{database.file.name}*"))
        assert len(found) > 10_000
        return found
    with database.looking() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("CHECKPOINT"))
        read = "SELECT pg_read_binary_file(pg_relation_filepath(:name))"
        return b"".join(
            bytes(connection.execute(sa.text(read), {"name": name}).scalar_one())
            for name in tables.metadata.tables
        )


def test_no_byte_of_the_name_stays(filled: Database) -> None:
    """Its entities are gone, others say another name, and nothing stands in the files."""
    name = NAME.encode()
    assert name in raw(filled)
    assert forget(filled) == 4
    assert name not in raw(filled)
    assert NAME.casefold().encode() not in raw(filled)
    assert NAME.upper().encode() not in raw(filled)
    with filled.reading() as connection:
        assert list(mentions(connection, SOUGHT.is_in)) == []
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.bases)).scalar() == 0
        contacts = queries.entities_of(connection, "contact")
        assert {entity.name for entity in contacts.values()} == {"Paul"}
        states = queries.states_of(connection, "contact")
        assert {state.values["boss"] for found in states.values() for state in found} == {OTHER}
        assert {book.path for book in queries.books_of(connection)} == {"plan.xlsx", f"Plan {OTHER}.xlsx"}
        alerts = alerts_of(connection, {}).of
        assert [[one.text for one in told] for told in alerts.values()] == [[said(OTHER), "Paul"]] * 2
        assert connection.execute(sa.select(tables.changes)).all() == []
        assert connection.execute(sa.select(tables.bases)).all() == []
        clients = queries.states_of(connection, "client").values()
        assert sorted(len(found) for found in clients) == [3, 3]  # what is another's stays, with its days


def test_only_of_a_kind(filled: Database) -> None:
    """What is of another kind and called so is renamed, with its states."""
    assert forget(filled, ("contact",)) == 2
    with filled.reading() as connection:
        assert list(mentions(connection, SOUGHT.is_in)) == []
        names = {entity.name for entity in queries.entities_of(connection, "client").values()}
    assert names == {OTHER, "Bo"}


def test_the_next_night_goes_on(filled: Database, nights: Nights) -> None:
    """A workbook that is read again enters the new name, and the others stay who they are."""
    forget(filled)
    contacts = table({OTHER: "decider", "Paul": "involved"}, kind="contact")
    nights.write("2027-03-04", record(contacts))
    with filled.reading() as connection:
        paul = [one for one in held(connection, lambda name: name == "Paul") if one.path == "plan.xlsx"]
        assert [one.first_day for one in paul] == [date(2027, 3, 1)]
        assert len(held(connection, lambda name: name == OTHER)) == 1


def test_counting_changes_nothing(filled: Database) -> None:
    """A dry run finds what would be changed."""
    with filled.looking() as connection:
        found = scrub(connection, SOUGHT.is_in, lambda text: SOUGHT.replaced(text, OTHER), dry_run=True)
        assert found.changed == {"alerts": 4, "books": 1, "changes": 2, "entities": 4, "states": 12}
        assert found.removed == {}
        assert len(list(mentions(connection, SOUGHT.is_in))) > 10


def test_who_was_last_in_contact_long_ago(filled: Database) -> None:
    """By the newest day that a state tells, else by the day on which somebody was there no more."""
    kinds = ("contact", "client")
    with filled.reading() as connection:
        found = past(connection, kinds, "last_contact", date(2024, 2, 1))
        assert {(one.name, day) for one, day in found} == {(NAME, date(2024, 1, 31))}
        assert past(connection, kinds, "last_contact", date(2024, 1, 31)) == []
        assert {one.name for one, _day in past(connection, kinds, "last_contact", date(2030, 1, 1))} == {
            NAME, "Paul",
        }  # fmt: skip
    Nights(filled, runs=9).write("2027-03-05", record(table({"Bo": "avoid"})))
    with filled.reading() as connection:
        gone = past(connection, ("client",), "last_contact", date(2030, 1, 1))
    assert [(one.name, one.path, day) for one, day in gone] == [
        ("ANNE LEFÈVRE", "plan.xlsx", date(2027, 3, 5)),
    ]  # fmt: skip


def test_a_key_that_is_the_name_takes_its_row_along(tmp_path: Path) -> None:
    """In any database of ours, as the journal is one; texts of JSON keep their form."""
    database = Database(str(tmp_path / "journal.sqlite"))
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE books (path BLOB PRIMARY KEY, told TEXT) WITHOUT ROWID")
        rows = [
            (f"{NAME}.xlsx".encode(), "a"),
            (b"b.xlsx", '{"name": "Anne Lef\\u00e8vre", "n": 1}'),
            (b"c.xlsx", "{no JSON} Anne Lefèvre"),
            (b"d.xlsx", '["Paul"]'),
            (b"e.xlsx", json.dumps(record(basis=pack(["Paul", NAME])).data())),
            (b"f.xlsx", json.dumps(record(basis=pack(["Paul"])).data())),
        ]
        for row in rows:
            connection.exec_driver_sql("INSERT INTO books VALUES (?, ?)", row)
        found = scrub(connection, SOUGHT.is_in, lambda text: SOUGHT.replaced(text, "X"), is_history=False)
        assert (found.changed, found.removed) == ({"books": 3}, {"books": 1})
        assert connection.exec_driver_sql("SELECT * FROM books").all() == [
            (b"b.xlsx", '{"name": "X", "n": 1}'), (b"c.xlsx", "{no JSON} X"), (b"d.xlsx", '["Paul"]'),
            (b"e.xlsx", json.dumps(record(basis=pack(["Paul", "X"])).data())), rows[-1],
        ]  # fmt: skip
    database.rewrite()
    database.close()
    content = database.file.read_bytes() if database.file is not None else b""
    assert b"Lef" not in content
    assert content[18] == 1  # in its oldest mode again


def test_a_reader_keeps_old_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads meanwhile is told of, instead of a promise that does not hold."""
    monkeypatch.setattr("strategy_xl.history.database._BUSY_SECONDS", 0.05)
    database = Database(str(tmp_path / "history.sqlite"))
    database.prepare()
    with database.reading() as connection:
        connection.execute(sa.text("SELECT count(*) FROM books")).scalar_one()
        other = Database(str(tmp_path / "history.sqlite"))
        with pytest.raises(HistoryError, match="SX960"):
            other.rewrite()


def test_reasons_of_changes_are_rewritten_and_those_of_who_goes_are_gone(database: Database) -> None:
    """A change that names somebody as its cause says another name; the changes of the name itself go."""
    run = RunEntry("run", date(2027, 3, 1), "2027-03-01T02:00:00", "1")
    made = record(table({"Bo": "ideal"}), table({NAME: "decider"}, kind="contact"))
    detail = {"causes": [{"name": NAME, "old": None, "new": "yes"}]}
    found = [
        ChangeRecord("clients", 7, "class_final", "happy", "ideal", "cell", detail),
        ChangeRecord("contacts", 7, "role", "involved", "decider", "cell", detail),
    ]
    with database.writing() as connection:
        share, _ = share_id(connection, ".")
        begin_run(connection, share, run)
        night = BookNight("plan.xlsx", Outcome.TREATED, record=made)
        write_nights(connection, share, run, [night], changes={"plan.xlsx": found})
    assert forget(database) == 1
    with database.reading() as connection:
        (row,) = queries.changes_of(connection)
        assert (row.name, row.detail["causes"][0]["name"]) == ("Bo", OTHER)
        assert list(mentions(connection, SOUGHT.is_in)) == []
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.changes)).scalar() == 1
