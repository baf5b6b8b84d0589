"""Advice on clients: one line each, from that client's own figures, such as a person could do this week."""

# ruff: noqa: E501 - a case reads better in one line

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_xl.answers.sentences import reasons
from strategy_xl.languages import LANGUAGES
from strategy_xl.rules import client_advice, client_matrix, client_whatif
from strategy_xl.rules.client_scores import ClientParams
from strategy_xl.rules.result import RuleResult

COLUMNS = (
    "margin", "revenue", "hours", "satisfaction", "impact", "referrals", "competing", "order_change", "complaints",
)  # fmt: skip
MOST = 0.05
"""Largest share of a portfolio that may be told the same line."""


def advised(clients: pd.DataFrame, **settings: Any) -> tuple[pd.DataFrame, RuleResult]:
    """Clients with all that the rules before say, and the advice."""
    params = ClientParams(**settings)
    classified = client_matrix.classify(clients, params)
    changed = client_whatif.smallest_change(clients, classified.frame, params)
    told = pd.concat([classified.frame, changed.frame], axis=1)
    result = client_advice.advise(clients, told, params)
    return pd.concat([clients, told[told.columns.difference(clients.columns)]], axis=1), result


def one(**given: Any) -> tuple[str, str]:
    """Code and French line of one client; what is not given is that of a good one."""
    usual = {
        "margin": 20_000.0, "revenue": 40_000.0, "hours": 60.0, "satisfaction": 9.0, "impact": 4.0,
        "referrals": 2.0, "competing": False, "order_change": 0.0, "complaints": 0.0,
    }  # fmt: skip
    clients, result = advised(pd.DataFrame([{**usual, **given}]))
    (code,) = result.reasons.at(0)
    (line,) = reasons(result, "client_advice", clients, "fr", {})
    return code, line.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


CASES: Sequence[tuple[dict[str, Any], str, str]] = [
    ({"referrals": 0.0}, "IDEAL_ASK", "Aucune recommandation pour 40 000 € de CA malgré une satisfaction de 9"),
    ({"referrals": 3.0}, "IDEAL_THANK", "Remerciez-le de ses recommandations (3 en 12 mois)"),
    ({"order_change": 0.12}, "IDEAL_GROWS", "commandes en hausse de 12 % sur 40 000 € de CA"),
    ({"order_change": -0.1}, "IDEAL_FALL", "Commandes en baisse de 10 %"),
    ({"satisfaction": 6.0, "referrals": 0.0}, "IDEAL_SATISFACTION", "Satisfaction de 6 sur 10"),
    (
        {"satisfaction": 6.0, "impact": 2.0, "referrals": 0.0, "competing": True},
        "AT_RISK_RESULT", "Résultat obtenu 2 sur 4 (perte de 15 sur 100)",
    ),
    (
        {"satisfaction": 6.0, "impact": 1.0, "referrals": 0.0, "competing": True},
        "AT_RISK_IMPACT", "Résultat obtenu 1 sur 4 (perte de 22 sur 100) : montrez-lui un résultat chiffré",
    ),
    (
        {"satisfaction": 3.0, "impact": 2.0, "referrals": 0.0, "competing": True},
        "AT_RISK_SATISFACTION", "Satisfaction de 3 sur 10 (perte de 21 sur 100)",
    ),
    (
        {"margin": 4_000.0, "hours": 60.0, "revenue": 8_000.0},
        "HAPPY_FEWER", "Ramenez ses heures de 60 à",
    ),
    ({"margin": 5_000.0, "hours": 60.0}, "HAPPY_BOTH", "Gagnez 17 h sur 60, ou montez le prix de"),
    ({"margin": 1_000.0, "hours": 40.0}, "HAPPY_LOSING", "Le temps passé (40 h) coûte 1 800 € pour 1 000 € de marge"),
    (
        {"margin": 1_500.0, "hours": 30.0, "revenue": 3_000.0, "referrals": 0.0},
        "HAPPY_ASK", "Demandez-lui un nom (satisfaction de 9) et facturez tout temps au-delà de 30 h",
    ),
    (
        {"margin": 1_000.0, "hours": 70.0, "satisfaction": 3.0, "impact": 0.0, "referrals": 0.0},
        "AVOID_LOSING", "facturez 2 150 € de plus, tenez-vous à 22 h ou arrêtez",
    ),
    (dict.fromkeys(COLUMNS, float("nan")) | {"competing": None}, "INCOMPLETE_BOTH", "Donnez deux notes rapides"),
    ({"satisfaction": float("nan"), "impact": float("nan")}, "INCOMPLETE_SATISFACTION", "Demandez-lui, de 0 à 10"),
    ({"margin": float("nan"), "revenue": float("nan")}, "INCOMPLETE_REVENUE", "vous lui apportez 97"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "code", "says"), CASES, ids=[case[1] for case in CASES])
def test_what_is_said_of_whom(given: dict[str, Any], code: str, says: str) -> None:
    """The figure that matters comes with what to do about it."""
    found, line = one(**given)
    assert found == code
    assert says in line


@settings(max_examples=40, deadline=None)
@given(st.floats(500, 60_000), st.floats(1, 300), st.floats(500, 90_000))
def test_the_hours_and_the_price_are_enough(margin: float, hours: float, revenue: float) -> None:
    """Who saves what is said, or raises the price by it, has an ideal client."""
    usual = {"satisfaction": 9.0, "impact": 4.0, "referrals": 2.0, "competing": False}
    client = {**usual, "margin": margin, "hours": hours, "revenue": revenue}
    result = advised(pd.DataFrame([client]))[1]
    (code,) = result.reasons.at(0)
    told = result.frame.iloc[0]
    changes: list[dict[str, float]] = []
    if code in {"HAPPY_BOTH", "HAPPY_HOURS", "HAPPY_FEWER"}:
        changes.append({"hours": hours - told["saved"]})
    if code in {"HAPPY_BOTH", "HAPPY_PRICE"}:
        changes.append({"margin": margin + told["rise"]})
    for change in changes:
        after = client_matrix.classify(pd.DataFrame([{**client, **change}]))
        assert after.frame["class_final"].iloc[0] == "ideal"
    if code.endswith("LOSING"):
        assert margin < hours * ClientParams().hourly_cost


def portfolio(seed: int, rows: int = 400) -> pd.DataFrame:
    """Clients such as a firm has: round figures, many of them alike."""
    draw = np.random.default_rng(seed)
    revenue = np.round(np.exp(draw.normal(9.5, 1, rows)), -2)
    return pd.DataFrame(
        {
            "revenue": revenue,
            "margin_rate": draw.choice([0.2, 0.3, 0.4, 0.5], rows),
            "hours": np.round(revenue / 400 * draw.uniform(0.3, 3, rows)),
            "satisfaction": draw.integers(3, 11, rows) * 1.0,
            "impact": draw.integers(0, 5, rows) * 1.0,
            "referrals": draw.choice([0.0, 0, 0, 1, 2], rows),
            "competing": draw.random(rows) < 0.3,
            "order_change": draw.choice([-0.3, -0.1, 0, 0, 0.05, 0.2], rows),
            "complaints": draw.choice([0.0, 0, 0, 1, 2], rows),
        }
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("seed", range(4))
def test_no_line_is_told_to_many(seed: int, lang: str) -> None:
    """Everybody gets a line, and no line is told to more than a few, whose figures are then the same."""
    clients, result = advised(portfolio(seed))
    lines = reasons(result, "client_advice", clients, lang, {})
    assert all(lines)
    ((_line, most),) = Counter(lines).most_common(1)
    assert most <= MOST * len(lines)


def test_clients_without_any_figure_are_told_the_same() -> None:
    """Equal figures, equal lines: that is the one case in which a line may come back."""
    blank = pd.DataFrame({"revenue": [np.nan] * 30, "hours": [np.nan] * 30})
    clients, result = advised(blank)
    assert len(set(reasons(result, "client_advice", clients, "fr", {}))) == 1


@pytest.mark.parametrize("seed", range(3))
def test_advice_is_of_the_class(seed: int) -> None:
    """Who is ideal is told what ideal clients are told; one code each, whatever the order of the rows."""
    clients, result = advised(portfolio(seed))
    codes = result.reasons.lists()
    assert all(len(own) == 1 for own in codes)
    for (code,), class_ in zip(codes, clients["class_final"], strict=True):
        assert code.startswith(str(class_).upper())
    mixed = clients.sample(frac=1, random_state=seed)
    again = advised(mixed[portfolio(seed).columns])[1]
    assert [codes[row] for row in mixed.index] == again.reasons.lists()
