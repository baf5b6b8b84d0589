"""What nights remember of the cells, and changes with their reasons, on both kinds of databases."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from past import Nights, record, table

from strategy_xl.history import queries, upkeep
from strategy_xl.history.book_record import ChangeRecord
from strategy_xl.history.database import Database
from strategy_xl.history.explained import forget_bases, remembered
from strategy_xl.history.writing import BookNight, Outcome, RunEntry, begin_run, share_id, write_nights

PATH = "plan.xlsx"


def change(row: int, old: str | None, new: str | None, **detail: Any) -> ChangeRecord:
    """A change of the client in a row."""
    return ChangeRecord("clients", row, "class_final", old, new, "cell", detail)


def write(
    database: Database, day: str, verdict: str, basis: bytes, changes: Sequence[ChangeRecord] = ()
) -> None:
    """A night over one workbook with one client."""
    made = record(table({"Acme": verdict}), basis=basis)
    run = RunEntry(f"run {day} {verdict}", date.fromisoformat(day), f"{day}T02:00:00", "0.1")
    with database.writing() as connection:
        share, _ = share_id(connection, ".")
        begin_run(connection, share, run)
        night = BookNight(PATH, Outcome.TREATED, 1, 0.1, None, made)
        write_nights(connection, share, run, [night], changes={PATH: changes})


def bases(database: Database, day: str) -> dict[str, bytes]:
    """What is remembered before a day."""
    with database.reading() as connection:
        return remembered(connection, 1, [PATH, "other.xlsx"], date.fromisoformat(day))


def told(database: Database, since: str | None = None) -> list[tuple[str, str, str | None, str | None]]:
    """Day, name and verdicts of the changes."""
    with database.reading() as connection:
        day = None if since is None else date.fromisoformat(since)
        rows = queries.changes_of(connection, since=day)
    return [(row.day.isoformat(), row.name, row.old, row.new) for row in rows]


def test_a_change_with_its_reason(database: Database) -> None:
    """A change comes back with the entity's name and all of its detail, the last one first."""
    write(database, "2027-03-01", "avoid", b"1")
    write(
        database,
        "2027-03-02",
        "happy",
        b"2",
        [change(7, "avoid", "happy", causes=[{"old": 3.5, "new": None}])],
    )
    write(database, "2027-03-05", "ideal", b"3", [change(7, "happy", "ideal")])
    assert told(database) == [
        ("2027-03-05", "Acme", "happy", "ideal"),
        ("2027-03-02", "Acme", "avoid", "happy"),
    ]
    assert told(database, "2027-03-02") == [("2027-03-05", "Acme", "happy", "ideal")]
    with database.reading() as connection:
        (row,) = [row for row in queries.changes_of(connection, kind="client") if row.new == "happy"]
        assert not queries.changes_of(connection, kind="kpi")
    assert row.detail == {"causes": [{"old": 3.5, "new": None}]}


def test_another_run_of_the_day_begins_from_the_day_before(database: Database) -> None:
    """The cells of the day before stay remembered, and what the first run of the day told is replaced."""
    write(database, "2027-03-01", "avoid", b"first")
    write(database, "2027-03-02", "happy", b"second", [change(7, "avoid", "happy")])
    assert bases(database, "2027-03-02") == {PATH: b"first"}
    write(database, "2027-03-02", "ideal", b"again", [change(7, "avoid", "ideal")])
    assert bases(database, "2027-03-02") == {PATH: b"first"}
    assert bases(database, "2027-03-03") == {PATH: b"again"}
    assert told(database) == [("2027-03-02", "Acme", "avoid", "ideal")]


def test_no_more_than_two_days_are_remembered(database: Database) -> None:
    """However many nights there were, a workbook's cells are kept of the last two only."""
    for day in range(1, 8):
        write(database, f"2027-03-{day:02}", "avoid", str(day).encode())
    with database.reading() as connection:
        kept = connection.execute(queries.sa.text("SELECT COUNT(*) FROM bases")).scalar()
    assert kept == 2
    assert bases(database, "2027-03-08") == {PATH: b"7"}
    assert bases(database, "2027-03-07") == {PATH: b"6"}
    assert bases(database, "2027-03-06") == {}


def test_a_change_of_a_row_that_is_no_entity_is_left_out(database: Database) -> None:
    """What no entity stands for has no place in the history, and harms nothing."""
    write(database, "2027-03-01", "avoid", b"1")
    write(database, "2027-03-02", "happy", b"2", [change(7, "avoid", "happy"), change(99, "a", "b")])
    assert len(told(database)) == 1


def test_forgetting_a_name_in_the_cells(database: Database) -> None:
    """Of the remembered cells those go in which the name stands, compressed as they are; others stay."""
    named = zlib.compress(json.dumps([1, {"clients": [["Chez Acme", None]]}]).encode())
    other = zlib.compress(json.dumps([1, {"clients": [["Other", 3.5]]}]).encode())
    write(database, "2027-03-01", "avoid", other)
    write(database, "2027-03-02", "happy", named)

    def holds(text: str) -> bool:
        return "acme" in text.casefold()

    with database.writing() as connection:
        assert forget_bases(connection, holds, dry_run=True) == 1
    assert bases(database, "2027-03-09") == {PATH: named}
    with database.writing() as connection:
        assert forget_bases(connection, holds) == 1
    assert bases(database, "2027-03-09") == {PATH: other}


def test_forgetting_in_damaged_cells(database: Database) -> None:
    """What nobody can unpack is searched as it is."""
    write(database, "2027-03-01", "avoid", b"damaged Acme")
    with database.writing() as connection:
        assert forget_bases(connection, lambda text: "Acme" in text) == 1
    assert bases(database, "2027-03-09") == {}


def test_old_changes_go_with_the_nights(database: Database, nights: Nights) -> None:
    """Pruning lets go of changes before the first day that stays."""
    write(database, "2027-03-01", "avoid", b"1")
    write(database, "2027-03-02", "happy", b"2", [change(7, "avoid", "happy")])
    write(database, "2027-03-20", "ideal", b"3", [change(7, "happy", "ideal")])
    with database.writing() as connection:
        upkeep.prune(connection, date(2027, 3, 10))
    assert told(database) == [("2027-03-20", "Acme", "happy", "ideal")]
