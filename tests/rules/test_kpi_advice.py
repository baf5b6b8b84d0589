"""Advice on KPIs: what they need from now on."""

# ruff: noqa: E501 - a case reads better in one line

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_xl.answers.sentences import reasons
from strategy_xl.rules import kpi, kpi_advice

TODAY = date(2026, 6, 1)
USUAL = {
    "name": "K", "kpi_type": "increase", "nature": "cumulative", "unit": "RDV", "owner": "Ana", "baseline": 0.0,
    "target": 520.0, "start": TODAY - timedelta(days=182), "end": TODAY + timedelta(days=182),
}  # fmt: skip


def told(current: float | None, lang: str = "fr", **given: Any) -> tuple[str, str, pd.Series]:
    """Code, line and figures of one KPI that has been read today (or never)."""
    kpis = pd.DataFrame([{**USUAL, **given}])
    for day in ("start", "end"):
        kpis[day] = pd.to_datetime(kpis[day])
    points = [] if current is None else [("K", pd.Timestamp(TODAY), current)]
    readings = pd.DataFrame(points, columns=["kpi", "date", "value"])
    judged = kpi.status(kpis, readings, TODAY).frame
    result = kpi_advice.advise(kpis, judged, TODAY)
    inputs = pd.concat([kpis, judged], axis=1)
    (line,) = reasons(result, "kpi_advice", inputs, lang, {})
    plain = line.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    return "".join(result.reasons.at(0)), plain, result.frame.iloc[0]


@pytest.mark.parametrize(
    ("current", "given", "code", "says"),
    [
        (130.0, {}, "RUN", "Il faut 15 RDV par semaine d’ici le 30/11/2026, contre 5 jusqu’ici ; voyez comment avec Ana."),
        (2.0, {"target": 12.0}, "RUN_MONTH", "Il faut 1,67 RDV par mois d’ici le 30/11/2026, contre 0,33 jusqu’ici"),
        (
            7.6, {"kpi_type": "decrease", "nature": "level", "unit": "j", "baseline": 9.0, "target": 4.0},
            "CHANGE", "Gagnez 0,14 j par semaine d’ici le 30/11/2026 pour 4 j, contre 0,05 jusqu’ici",
        ),
        (
            0.23, {"nature": "level", "unit": "%", "baseline": 0.22, "target": 0.30},
            "CHANGE", "Gagnez 0,27 pt par semaine d’ici le 30/11/2026 pour 30 %",
        ),
        (
            23.0, {"nature": "level", "unit": "%", "baseline": 22.0, "target": 30.0},
            "CHANGE", "Gagnez 0,27 pt par semaine d’ici le 30/11/2026 pour 30 %",
        ),
        (300.0, {}, "HOLD", "Tenez 8,46 RDV par semaine jusqu’au 30/11/2026, contre 11,5 jusqu’ici"),
        (600.0, {}, "NEXT", "Fêtez les 600 RDV"),
        (400.0, {"end": TODAY - timedelta(days=2)}, "MISSED", "Notez pourquoi il a manqué 120 RDV sur 520"),
        (5.0, {"kpi_type": "keep_below", "nature": "level", "target": 4.0}, "OFF", "Ramenez 5 RDV à 4 RDV"),
        (8.7, {"kpi_type": "keep_above", "nature": "level", "target": 8.5, "unit": "/10"},
         "KEEP", "Gardez 8,7/10 : 0,2 pt d’avance sur le seuil de 8,5/10"),
        (5.0, {"target": None}, "FILL_TARGET", "Notez la cible : la valeur actuelle est de 5 RDV"),
        (None, {}, "FIRST", "rien depuis le 01/12/2025"),
        (
            None, {"start": TODAY + timedelta(days=7), "end": TODAY + timedelta(days=77)},
            "START", "Préparez 52 RDV par semaine à partir du 08/06/2026, pour 520 RDV le 17/08/2026",
        ),
    ],
)  # fmt: skip
def test_what_it_takes(current: float | None, given: dict[str, Any], code: str, says: str) -> None:
    """So much a week (a month when it is less than one), beside what was done so far."""
    found, line, _figures = told(current, **given)
    assert found == code
    assert says in line


@settings(max_examples=60, deadline=None)
@given(st.floats(1, 500), st.integers(1, 400))
def test_who_does_it_arrives(current: float, days: int) -> None:
    """What is needed each week, over the weeks that are left, is what remains."""
    code, _line, figures = told(current, end=TODAY + timedelta(days=days))
    if code in {"RUN", "HOLD"}:
        assert figures["need"] * days / 7 == pytest.approx(figures["remaining"])
        assert current + figures["remaining"] == pytest.approx(520.0)


def test_what_is_missing_of_revenue_is_at_stake() -> None:
    """A KPI in euros puts what it is short of at stake, in euros; one in meetings puts none."""
    assert told(130.0)[2]["stake"] == 0
    assert told(130.0, unit="€")[2]["stake"] == pytest.approx(520 - 260)
    assert told(130.0, unit="k€")[2]["stake"] == pytest.approx(1000 * (520 - 260))
    assert told(600.0, unit="€")[2]["stake"] == 0


def test_without_an_owner_nobody_is_named() -> None:
    """A part that names the owner is left out."""
    assert "Ana" in told(130.0)[1]
    line = told(130.0, owner=None)[1]
    assert line == "Il faut 15 RDV par semaine d’ici le 30/11/2026, contre 5 jusqu’ici."
