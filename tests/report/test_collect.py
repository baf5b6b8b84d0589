"""The data of a report is what the history and the journal say, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from past import Nights, record, table

from strategy_xl.errors import Finding, Location
from strategy_xl.history import tables
from strategy_xl.history.book_record import AlertRecord
from strategy_xl.history.database import Database
from strategy_xl.history.queries import Scope
from strategy_xl.history.writing import Outcome
from strategy_xl.report.collect import Journaled, Question, collect, lists
from strategy_xl.report.data import NEW, BookState, ReportData
from strategy_xl.report.listings import remedy, sentence
from strategy_xl.report.whereabouts import InFolders
from strategy_xl.schema.loader import load_default

ALERT = AlertRecord(
    "client_matrix.RF",
    "clients",
    8,
    "Client",
    "B8",
    "n:bo",
    "Bo — drapeau rouge.",
    "Appelez Bo.",
    2.0,
    "error",
    "2027-04-01",
)
CLIENTS = {"Ada": {"revenue": 1000.0, "x": 80.25, "y": 70.0}, "Bo": {"revenue": None, "x": 20.0, "y": 30.0}}


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    """A writer of nights into an empty history."""
    database = Database(str(tmp_path / "history.sqlite"))
    database.prepare()
    yield Nights(database)
    database.close()


def collected(nights: Nights, home: Path, journaled: Journaled | None = None, **words: Any) -> ReportData:
    """The data of a report over some nights."""
    places = InFolders(home, words.pop("page", home))
    question = Question(**{"scope": Scope(), "places": places, **words})
    with nights.database.reading() as connection:
        found = collect(connection, question, load_default(), journaled or Journaled())
    assert found is not None
    return found


def clients(**verdicts: str) -> Any:
    """A table of clients by class."""
    return table(verdicts, values={name: CLIENTS.get(name, {}) for name in verdicts})


def test_two_nights_compared(nights: Nights, tmp_path: Path) -> None:
    """Classes are those of now, the ones before those of the run before; who was not there is new."""
    nights.write("2027-03-01", record(clients(Ada="at_risk", Bo="avoid")))
    nights.write("2027-03-02", record(clients(Ada="ideal", Bo="avoid", Cy="happy"), alerts=[ALERT]))
    found = collected(nights, tmp_path)
    assert (found.night.day, found.night.compared) == (date(2027, 3, 2), date(2027, 3, 1))
    assert list(found.clients.names) == ["Ada", "Bo", "Cy"]
    assert list(found.clients.classes) == ["ideal", "avoid", "happy"]
    assert list(found.clients.previous) == ["at_risk", "avoid", NEW]
    assert list(found.clients.x) == [80.25, 20.0, None]
    assert list(found.clients.revenues) == [1000.0, None, None]
    assert [found.clients.places.cell(at) for at in range(3)] == ["B7", "B8", "B9"]
    assert found.clients.places.sheet(0) == "Client"
    alerts = found.alerts
    assert (alerts.names[0], alerts.stakes[0], alerts.due[0]) == ("Bo", 2.0, date(2027, 4, 1))
    assert alerts.places.cell(0) == "B8"


GONE = {"key": "old.GONE", "with": {}}
"""A message that no catalogue has any more."""


def late(share: float) -> AlertRecord:
    """An alert as nights keep it, in no language."""
    told = {"key": "kpi.LATE_PACE", "with": {"progress": share, "elapsed": 0.5}}
    said = {"about": "Taux", "told": told}
    action = {"key": "kpi.LATE_PACE.many", "with": {"n": 4, "names": {"names": ["Taux"], "more": 3}}}
    return AlertRecord("kpi.LATE_PACE", "kpis", 8, "KPI", "B8", "n:taux", said, action, 2.0, "error")


def test_alerts_are_told_in_the_language_of_the_report(nights: Nights, tmp_path: Path) -> None:
    """Whatever that of the workbook, and of every run what it said then."""
    nights.write("2027-03-01", record(clients(Ada="ideal"), alerts=[late(0.1)]))
    nights.write("2027-03-02", record(clients(Ada="ideal"), alerts=[late(0.2), ALERT]))
    nights.write("2027-03-03", record(clients(Ada="ideal"), alerts=[replace(late(0.2), text=GONE)]))
    told = {}
    for day in (1, 2, 3):
        for lang in ("fr", "en"):
            question = {"day": date(2027, 3, day), "lang": lang}
            told[day, lang] = collected(nights, tmp_path, **question).alerts
    assert list(told[1, "en"].texts) == ["Taux — 10% of the way in 50% of the time: late (pace rule)."]
    assert list(told[1, "fr"].texts) == [
        "Taux — 10\xa0% du chemin en 50\xa0% du temps\xa0: en retard (règle du rythme)."
    ]
    assert list(told[1, "en"].actions) == ["4 KPIs late by their pace: Taux and 3 others."]
    assert told[2, "en"].texts[0] == "Bo — drapeau rouge."
    assert (told[2, "en"].worded, told[2, "en"].untold) == (1, 0)
    assert "20%" in told[2, "en"].texts[1]
    assert list(told[3, "en"].texts) == ["An alert of another version of the program (kpi.LATE_PACE)"]


def test_alerts_of_which_only_the_number_is_known(nights: Nights, tmp_path: Path) -> None:
    """An earlier program kept no alerts of earlier runs: the report says how many there were."""
    nights.write("2027-03-01", record(clients(Ada="ideal"), alerts=[late(0.1), late(0.2)]))
    with nights.database.writing() as connection:
        connection.execute(sa.delete(tables.alerts))
    nights.write("2027-03-02", record(clients(Ada="ideal"), alerts=[late(0.2)]))
    found = collected(nights, tmp_path, day=date(2027, 3, 1))
    assert (found.alerts.untold, len(found.alerts.places), found.books[0].alerts) == (2, 0, 2)
    found = collected(nights, tmp_path)
    assert (found.alerts.untold, len(found.alerts.places), found.books[0].alerts) == (0, 1, 1)


def test_each_workbook_has_its_threshold(nights: Nights, tmp_path: Path) -> None:
    """That of the day that is reported; none where a night did not keep it."""
    nights.write("2027-03-01", record(clients(Ada="ideal")))
    nights.write("2027-03-02", record(clients(Ada="ideal"), counts={"client.threshold": 62.5}))
    assert collected(nights, tmp_path, day=date(2027, 3, 1)).books[0].threshold is None
    assert collected(nights, tmp_path).books[0].threshold == 62.5


def test_first_night_has_nothing_before(nights: Nights, tmp_path: Path) -> None:
    """With one night there is nothing to compare with, and nobody is new."""
    nights.write("2027-03-01", record(clients(Ada="ideal")))
    found = collected(nights, tmp_path)
    assert found.night.compared is None
    assert list(found.clients.previous) == [""]
    assert found.left_clients == 0


def test_another_day_and_another_comparison(nights: Nights, tmp_path: Path) -> None:
    """A report can be of an earlier run, and compare with any day."""
    for day, verdict in (("2027-03-01", "avoid"), ("2027-03-02", "at_risk"), ("2027-03-03", "ideal")):
        nights.write(day, record(clients(Ada=verdict)))
    found = collected(nights, tmp_path, day=date(2027, 3, 2))
    assert (list(found.clients.classes), list(found.clients.previous)) == (["at_risk"], ["avoid"])
    found = collected(nights, tmp_path, since=date(2027, 3, 1))
    assert (list(found.clients.classes), list(found.clients.previous)) == (["ideal"], ["avoid"])


def test_clients_that_are_gone_are_counted(nights: Nights, tmp_path: Path) -> None:
    """Who was there and is no more is counted, not listed."""
    nights.write("2027-03-01", record(clients(Ada="ideal", Bo="avoid")))
    nights.write("2027-03-02", record(clients(Ada="ideal")))
    found = collected(nights, tmp_path)
    assert list(found.clients.names) == ["Ada"]
    assert found.left_clients == 1


def test_kpis_objectives_and_accounts(nights: Nights, tmp_path: Path) -> None:
    """Each kind has its figures: shares, units, letters, coverage out of a hundred, a trend."""

    def night(current: float, coverage: float, alert: str | None) -> Any:
        kpi = {"unit": "%", "target": 0.3, "current": current, "progress": 0.5}
        return record(
            table({"Taux": "late"}, kind="kpi", values={"Taux": kpi}),
            table(
                {"Gagner": "almost"},
                kind="objective",
                values={"Gagner": {"s": 2.0, "m": "?", "t": 0.0, "score": 6.0}},
            ),
            table(
                {"Océa": alert},
                kind="account",
                values={"Océa": {"coverage": coverage, "contacts_count": 2.0}},
            ),
        )

    nights.write("2027-03-01", night(0.1, 50.0, "no_decider"))
    nights.write("2027-03-02", night(0.2, 75.0, None))
    found = collected(nights, tmp_path)
    assert (list(found.kpis.units), list(found.kpis.progress), list(found.kpis.trends)) == (
        ["%"],
        [0.5],
        [[0.1, 0.2]],
    )
    assert {letter: list(marks) for letter, marks in found.objectives.letters.items()} == {
        "s": ["2"], "m": ["?"], "a": ["?"], "r": ["?"], "t": ["0"],
    }  # fmt: skip
    assert (list(found.accounts.coverage), list(found.accounts.previous)) == ([0.75], [0.5])
    assert (list(found.accounts.alerts), list(found.accounts.alerts_before)) == ([""], ["no_decider"])


def test_workbooks_and_what_became_of_them(nights: Nights, tmp_path: Path) -> None:
    """Each workbook has its state, its way from the page, its earlier versions, and why it failed."""
    first = record(clients(Ada="ideal"), counts={"completeness": 0.9, "restored": 2.0})
    paths = ("Nord/a.xlsx", "Nord/b c.xlsx", "d.xlsx", "e.xlsx")
    nights.write("2027-03-01", dict.fromkeys(paths, first))
    outcomes = (first, Outcome.UNCHANGED, Outcome.FAILED, Outcome.SKIPPED)
    nights.write("2027-03-02", dict(zip(paths, outcomes, strict=True)))
    (tmp_path / "Nord" / ".strategy_xl" / "backups" / "a.xlsx").mkdir(parents=True)
    journaled = Journaled(
        seconds=9.0,
        failures={
            "d.xlsx": Finding("SX195", Location("d.xlsx"), {"minutes": 10}),
            "e.xlsx": Finding("SX113", Location("e.xlsx"), {}),
        },
    )
    found = collected(nights, tmp_path, journaled, page=tmp_path / "out")
    books = {book.path: book for book in found.books}
    assert [books[path].state for path in paths] == [
        BookState.CHANGED, BookState.UNCHANGED, BookState.FAILED, BookState.SKIPPED,
    ]  # fmt: skip
    assert books["Nord/b c.xlsx"].link == "../Nord/b%20c.xlsx"
    assert [books[path].backups for path in paths] == [1, 0, 0, 0]
    assert [books[path].restored for path in paths] == [2, 0, 0, 0]
    assert books["Nord/a.xlsx"].completeness == 0.9
    failed, skipped = books["d.xlsx"].failure, books["e.xlsx"].failure
    assert failed is not None
    assert skipped is not None
    assert "10" in sentence(failed, "fr")
    assert remedy(failed, "en")
    assert "SX113" in sentence(skipped, "en")  # the journal holds no details of it any more


def test_only_the_workbooks_asked_for(nights: Nights, tmp_path: Path) -> None:
    """A folder's report is about its workbooks; one without a run has none."""
    nights.write(
        "2027-03-01", {"Nord/a.xlsx": record(clients(Ada="ideal")), "b.xlsx": record(clients(Bo="avoid"))}
    )
    found = collected(nights, tmp_path, scope=Scope(under="Nord/"))
    assert [book.path for book in found.books] == ["Nord/a.xlsx"]
    assert list(found.clients.names) == ["Ada"]
    with nights.database.reading() as connection:
        question = Question(Scope(under="Sud/"), InFolders(tmp_path, tmp_path))
        assert collect(connection, question, load_default(), Journaled()) is None


def test_labels_come_from_the_templates() -> None:
    """Every kind that the page shows has the words of its verdicts, and alerts those of their severity."""
    found = lists(load_default())
    assert {"client", "kpi", "objective", "account", "severity"} <= set(found)
    assert found["client"]["ideal"].get("fr") == "Client idéal"
    assert set(found["severity"]) == {"error", "warning", "note"}
