"""The three sentences on top say what changed, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from report_data import Portfolio, lists

from strategy_xl.report.data import (
    NEW,
    Accounts,
    Alerts,
    Book,
    BookState,
    Clients,
    Kpis,
    Night,
    Places,
    ReportData,
)
from strategy_xl.report.highlights import highlights
from strategy_xl.report.totals import class_sums, migrations, moves, ranked, way

DAY = date(2027, 3, 1)
LISTS = lists()


def report(**parts: object) -> ReportData:
    """A report with some parts, compared with the day before."""
    night = Night(DAY, compared=date(2027, 2, 28))
    data = ReportData(night, [Book("plan.xlsx", lang="fr", state=BookState.CHANGED)], lists=LISTS)
    return replace(data, **parts)  # type: ignore[arg-type]


def clients(*moves_: tuple[str, str, str, float | None]) -> Clients:
    """Clients by name, class before, class now, revenue."""
    names, before, now, revenues = map(list, zip(*moves_, strict=True))
    places = Places([0] * len(names), [0] * len(names), list(range(2, len(names) + 2)), (("Clients", "A"),))
    return Clients(
        places, names, now, before, [None] * len(names), [None] * len(names), revenues, [""] * len(names)
    )


def test_nothing_changed() -> None:
    """A night in which nothing moved says so."""
    found = highlights(report(clients=clients(("A", "ideal", "ideal", 1.0))), "fr")
    assert found.better == "Rien de mieux depuis le 28/02/2027."
    assert found.worse == "Rien de moins bien depuis le 28/02/2027."
    assert found.today == "Rien d’urgent."


def test_better_and_worse_are_told_apart() -> None:
    """Steps up and down are counted apart, the largest revenue is named; new clients moved nowhere."""
    held = clients(
        ("Up", "avoid", "ideal", 10_000.0),
        ("Larger", "at_risk", "happy", 20_000.0),
        ("Down", "ideal", "at_risk", 5_000.0),
        ("New", NEW, "avoid", 99_000.0),
        ("Known now", "incomplete", "ideal", 99_000.0),
    )
    found = highlights(report(clients=held), "en")
    assert found.better == (
        "Since 28 Feb 2027, 2 clients moved up (among them Larger; €30,000 of revenue in all)."
    )
    assert found.worse == "Since 28 Feb 2027, 1 client moved down (Down, €5,000 of revenue)."


def test_kpis_and_accounts_are_told_too() -> None:
    """A KPI that slips and an account that loses its alert each have their part."""
    place = Places([0], [0], [2], (("KPI", "A"),))
    kpis = Kpis(place, ["CA"], ["late"], ["on_track"])
    accounts = Accounts(place, ["Océa"], [1.0], [0.5], [""], ["no_decider"])
    found = highlights(report(kpis=kpis, accounts=accounts), "fr")
    assert found.worse == "Depuis le 28/02/2027, 1 KPI s’est dégradé."
    assert found.better == "Depuis le 28/02/2027, 1 compte est mieux couvert."


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [("fr", "À voir (12\u202f000\u00a0€)\u00a0: Appelez-le."), ("en", "À voir (€12,000): Appelez-le.")],
)
def test_today_begins_with_the_greatest_stake(lang: str, wanted: str) -> None:
    """Today's sentence names the alert with the greatest stake, then how many are urgent."""
    places = Places([0, 0, 0], [0, 0, 0], [2, 3, 4], (("Clients", "A"),))
    alerts = Alerts(
        places,
        ["Petit", "À voir", "Autre"],
        ["error", "warning", "error"],
        ["x", "y", "z"],
        ["Attendez.", "appelez-le.", ""],
        [5.0, 12_000.0, None],
        [None] * 3,
    )
    found = highlights(report(alerts=alerts), lang).today
    assert wanted in found
    assert " 2 " in found


def test_untreated_workbooks_want_somebody() -> None:
    """A workbook that failed is part of what to do today."""
    books = [Book("a.xlsx", state=BookState.FAILED), Book("b.xlsx", state=BookState.LEFT), Book("c.xlsx")]
    assert highlights(report(books=books), "en").today.startswith("2 workbooks could not be treated")


def test_first_night_tells_how_things_stand() -> None:
    """With nothing to compare with, the sentences tell how many clients and KPIs stand well, and badly."""
    data = Portfolio(3, 60, compared=False).data()
    found = highlights(data, "fr")
    assert "Client idéal" in found.better
    assert "Client à risque" in found.worse
    assert "depuis" not in (found.better + found.worse).lower()


def test_sums_agree_with_each_other() -> None:
    """Moves are a part of all clients, and every way is the other way round when seen from the end."""
    data = Portfolio(5, 500).data()
    held, labels = data.clients, LISTS["client"]
    assert sum(total.count for total in class_sums(held).values()) == 500
    found = migrations(held)
    assert sum(total.count for total in found.values()) == 500
    change = moves(labels, held.previous, held.classes, held.revenues)
    off_diagonal = sum(
        total.count
        for (before, now), total in found.items()
        if before != now and before in ranked(labels) and now in ranked(labels)
    )
    assert len(change.better) + len(change.worse) == off_diagonal
    assert all(way(labels, one, two) == -way(labels, two, one) for one in labels for two in labels)
