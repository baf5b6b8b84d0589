"""Targets that do not fit the firm's own clients are told, with those that would."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.rules.client_fit import fit
from strategy_xl.rules.client_matrix import classify
from strategy_xl.rules.client_scores import ClientParams
from strategy_xl.schema.loader import load_default
from strategy_xl.work.fitting import MISFITS
from strategy_xl.work.importing.plan import apply, plan
from strategy_xl.work.recompute import recompute_workbook

SPEC = load_default()
CLIENTS, CONTACTS = (only(SPEC, [module]) for module in ("client_matrix", "stakeholders"))
DAY = date(2026, 11, 28)


def shop(path: Path, margin: float, clients: int = 20, lang: str = "fr", **settings: object) -> Path:
    """A firm whose clients bring about that margin, a little more each, in two hours."""
    rows = [
        {"name": f"Client {n}", "margin": margin * (0.8 + 0.02 * n), "hours": 2.0, "quick_x": 6.0}
        for n in range(clients)
    ]
    tables = {"clients": rows, "params": [settings]}
    path.write_bytes(render(CLIENTS, lang=lang, company="", today=DAY, rows=tables))
    return path


def told(path: Path) -> list[dict[str, object]]:
    """What the night says of the targets."""
    report = recompute_workbook(path, SPEC, DAY)
    assert report.failure is None
    again = recompute_workbook(path, SPEC, DAY)
    assert (again.changed, again.findings) == (0, report.findings)
    return [dict(finding.args) for finding in report.findings if finding.code in MISFITS]


def test_a_shop_is_told_what_would_fit(tmp_path: Path) -> None:
    """230 € clients against 10,000 €: all on one side; twice the median fits."""
    (found,) = told(shop(tmp_path / "shop.xlsx", 230.0))
    assert (found["share"], found["n"], found["net"]) == (1.0, 20, 280.0)
    assert not told(shop(tmp_path / "fits.xlsx", 230.0, net_target=280.0, per_hour_target=180.0))


@pytest.mark.parametrize(("lang", "net"), [("fr", 400.0), ("en", 430.0), ("fr", 10_000.0)])
def test_the_sheet_shows_whom_the_threshold_fits(tmp_path: Path, lang: str, net: float) -> None:
    """The share of the clients that reach the threshold, as its formula shows it, is the rule's."""
    params = ClientParams(net_target=net, per_hour_target=180.0)
    path = shop(tmp_path / "book.xlsx", 230.0, lang=lang, net_target=net, per_hour_target=180.0)
    recompute_workbook(path, SPEC, DAY)
    data = read_workbook(path, SPEC)
    expected = fit(classify(data.blocks["clients"].rows, params).table, 50.0, 45.0).above
    assert data.blocks["client_tiles"].rows.first("threshold_fit") == pytest.approx(expected)


@pytest.mark.parametrize("few", [0, 9])
def test_few_clients_say_nothing(tmp_path: Path, few: int) -> None:
    """Under ten clients a share is no reason to change a target."""
    assert not told(shop(tmp_path / "few.xlsx", 230.0, clients=few))


@given(st.lists(st.floats(1, 1e6), min_size=10, max_size=40, unique=True))
def test_what_is_proposed_puts_the_median_client_in_the_middle(margins: list[float]) -> None:
    """With the target proposed no more than nine in ten lie on one side, but for equal margins."""
    clients = pd.DataFrame({"margin": margins, "hours": np.nan, "quick_x": 6.0})
    first = fit(classify(clients).frame, 50.0, 45.0)
    params = ClientParams(net_target=2 * float(np.median(margins)))
    second = fit(classify(clients, params).frame, 50.0, 45.0)
    assert first.net_target == pytest.approx(params.net_target, rel=0.051)
    assert not second.is_one_sided


@pytest.mark.parametrize(
    ("titles", "row", "code"),
    [
        ("Client;Marge;Heures passées", "Client {n};{margin};2", "SX395"),
        ("Client;Marge", "Client {n};{margin}", "SX396"),
        ("Client;Marge", "Client {n};-{margin}", "SX397"),
    ],
)
def test_an_import_says_beforehand_what_the_night_will_say(
    tmp_path: Path, titles: str, row: str, code: str
) -> None:
    """A list of clients that the targets do not fit is told with the plan, for new and changed rows."""
    book, listed = tmp_path / "plan.xlsx", tmp_path / "clients.csv"
    book.write_bytes(render(CLIENTS, lang="fr", company="", today=DAY, rows={}))

    def put(margin: int) -> list[tuple[str, object]]:
        lines = [row.format(n=n, margin=margin + 3 * n) for n in range(20)]
        listed.write_text("\n".join([titles, *lines]), encoding="utf-8")
        planned = plan(listed, "clients", read_workbook(book, SPEC, grows=True))
        apply(planned, book)
        report = recompute_workbook(book, SPEC, DAY)
        nightly = [(one.code, dict(one.args)) for one in report.findings if one.code in MISFITS]
        assert [(one.code, dict(one.args)) for one in planned.findings if one.code in MISFITS] == nightly
        return nightly

    assert [found for found, _ in put(230)] == [code]
    assert [found for found, _ in put(330)] == [code]


def test_lists_of_others_say_nothing_of_the_targets(tmp_path: Path) -> None:
    """Contacts have no margin: an import of them is silent about it."""
    book, listed = tmp_path / "plan.xlsx", tmp_path / "contacts.csv"
    book.write_bytes(render(CONTACTS, lang="fr", company="", today=DAY, rows={}))
    listed.write_text("Nom\n" + "\n".join(f"Anne {n}" for n in range(20)), encoding="utf-8")
    planned = plan(listed, "contacts", read_workbook(book, SPEC, grows=True))
    assert len(planned.new) == 20
    assert not {finding.code for finding in planned.findings} & set(MISFITS)
