"""Alerts in the history: each as long as it says the same, told of every day, on every database."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from past import Nights, record, table

from strategy_xl.history import queries, tables
from strategy_xl.history.alert_rows import KnownAlerts, alerts_of
from strategy_xl.history.book_record import AlertRecord
from strategy_xl.history.database import Database
from strategy_xl.history.upkeep import prune
from strategy_xl.history.writing import Outcome


def said(name: str, stake: float = 5.0, cell: str = "B7", **values: object) -> AlertRecord:
    """An alert, told in no language."""
    telling = {"about": name, "told": {"key": "a.B", "with": {"ça": "« va »", **values}}}
    return AlertRecord("a.B", "clients", 7, "Clients", cell, f"n:{name}", telling, "", stake, "warning")


def known(database: Database, day: str | None = None) -> KnownAlerts:
    """The alerts of a day; the newest known when None."""
    until = None if day is None else date.fromisoformat(day)
    with database.reading() as connection:
        contents = queries.contents_of(connection, until=until)
        return alerts_of(connection, contents, day=until)


def rows_of(database: Database) -> list[tuple[str, str | None]]:
    """From which day to which the alerts are kept."""
    columns = (tables.alerts.c.day, tables.alerts.c.until)
    with database.reading() as connection:
        return [(str(day), until and str(until)) for day, until in connection.execute(sa.select(*columns))]


def test_alerts_of_every_day(database: Database, nights: Nights) -> None:
    """An alert is kept once for as long as it says the same, and each day is told what it said then."""
    late, later = said("ada", late=3), said("ada", late=4, day={"day": "2027-03-02"})
    nights.write("2027-03-01", record(alerts=[said("bo", 9.0), late]))
    nights.write("2027-03-02", record(alerts=[said("bo", 9.0, "B8"), later, later]))
    nights.write("2027-03-03", Outcome.UNCHANGED)
    nights.write("2027-03-04", record(alerts=[]))
    assert known(database, "2027-03-01").of == {1: [said("bo", 9.0, "B8"), late]}
    for day in ("2027-03-02", "2027-03-03"):
        assert known(database, day).of == {1: [said("bo", 9.0, "B8"), later, later]}
    assert known(database) == known(database, "2027-03-04") == KnownAlerts({}, {})
    assert sorted(rows_of(database)) == [
        ("2027-03-01", "2027-03-02"),
        ("2027-03-01", "2027-03-04"),
        ("2027-03-02", "2027-03-04"),
        ("2027-03-02", "2027-03-04"),
    ]
    with database.reading() as connection:
        counts = [night.alerts for night in queries.nights_of(connection)]
    assert counts == [{"a.B": 2}, {"a.B": 3}, None, {}]


def test_alerts_of_another_run_of_a_day(database: Database, nights: Nights) -> None:
    """What an earlier run of the day said is as if it never was; an alert that it ended goes on."""
    nights.write("2027-03-01", record(alerts=[said("ada")]))
    nights.write("2027-03-02", record(alerts=[said("bo")]))
    nights.write("2027-03-02", record(alerts=[said("ada"), said("cy")]))
    assert known(database).of == {1: [said("ada"), said("cy")]}
    assert sorted(rows_of(database)) == [("2027-03-01", None), ("2027-03-02", None)]


def test_alerts_that_an_earlier_program_kept(database: Database, nights: Nights) -> None:
    """Its sentences stand until the workbook is read again; of days before, only the number is known."""
    nights.write("2027-03-01", record(alerts=[said("ada")]))
    words = said("ada").data() | {"text": "Ada — ça « va »", "action": "Appelez."}
    with database.writing() as connection:
        connection.execute(sa.delete(tables.alerts))
        connection.execute(sa.update(tables.books).values(alerts=[words]))
    assert [alert.text for alert in known(database).of[1]] == ["Ada — ça « va »"]
    nights.write("2027-03-02", record(alerts=[said("bo")]))
    assert known(database).of == {1: [said("bo")]}
    assert known(database, "2027-03-01") == KnownAlerts({}, {1: 1})


def test_old_alerts_are_forgotten(database: Database, nights: Nights) -> None:
    """With the nights before a day go the alerts that had ended by then."""
    for day, name in (("2027-03-01", "ada"), ("2027-03-02", "bo"), ("2027-03-03", "cy")):
        nights.write(day, record(table({"Ada": "ideal"}), alerts=[said(name), said("all")]))
    with database.writing() as connection:
        prune(connection, date(2027, 3, 2))
    assert sorted(rows_of(database)) == [
        ("2027-03-01", None), ("2027-03-02", "2027-03-03"), ("2027-03-03", None),
    ]  # fmt: skip
