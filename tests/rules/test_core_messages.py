"""Every code of the core rules has its sentence in both languages, short enough and without leftovers."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from strategy_xl.rules import (
    account_advice,
    client_advice,
    client_matrix,
    client_whatif,
    completeness,
    influence,
    kpi,
    kpi_advice,
    kpi_priority,
    stakeholders,
)
from strategy_xl.rules.result import RuleResult
from strategy_xl.text.catalog import has_message, message

TODAY = date(2026, 6, 1)
LONGEST = 255
DOMAINS = ("clients", "kpi", "stakeholders", "completeness")


def _clients() -> tuple[pd.DataFrame, RuleResult]:
    draw = np.random.default_rng(7)
    rows = 6000

    def some(values: Any, share: float = 0.3) -> Any:
        return pd.Series(values).mask(draw.random(rows) < share)

    clients = pd.DataFrame(
        {
            "revenue": some(draw.integers(1, 40, rows) * 1000.0),
            "margin_rate": some(draw.integers(1, 9, rows) / 10),
            "margin": some(draw.integers(-5, 30, rows) * 500.0, 0.6),
            "hours": some(draw.integers(0, 120, rows) * 1.0),
            "satisfaction": some(draw.integers(0, 11, rows) * 1.0),
            "impact": some(draw.integers(0, 5, rows) * 1.0),
            "referrals": some(draw.integers(0, 4, rows) * 1.0),
            "competing": some(draw.random(rows) < 0.4).astype("boolean"),
            "order_change": some(draw.choice([-0.4, -0.1, 0.2], rows)),
            "complaints": some(draw.integers(0, 4, rows) * 1.0),
            "quick_x": some(draw.integers(0, 11, rows) * 1.0),
            "quick_y": some(draw.integers(0, 11, rows) * 1.0),
            "red_flag_1": some(
                draw.choice(["Impayés répétés", "Négocie tout", "Inconnu", "Petit"], rows), 0.7
            ),
            "red_flag_2": some(draw.choice(["Impayés répétés", "Négocie tout"], rows), 0.9),
            "forced_class": some(draw.choice(["ideal", "avoid"], rows), 0.9),
            "forced_reason": some(["décision du comité"] * rows, 0.5),
        }
    )
    flags = pd.DataFrame(
        {"label": ["Impayés répétés", "Négocie tout", "Petit"], "severity": ["eliminating", "major", "minor"]}
    )
    previous = pd.Series(draw.choice(["ideal", "happy", "at_risk", "avoid"], rows))
    params = client_matrix.ClientParams(client_mode="quantile", quantile_min_clients=1000)
    return clients, client_matrix.classify(clients, params, flags, previous)


def _whatif() -> tuple[pd.DataFrame, RuleResult]:
    clients, classified = _clients()
    return clients, client_whatif.smallest_change(clients, classified.frame)


def _people() -> tuple[pd.DataFrame, RuleResult]:
    """Accounts of few people each, and what to do there."""
    draw = np.random.default_rng(11)
    rows = 1600
    account = [f"A{n // 4}" for n in range(rows)]
    contacts = pd.DataFrame(
        {
            "account": account,
            "name": [f"P{n}" for n in range(rows)],
            **{
                fact: draw.choice(["yes", "no", "unknown"], rows, p=[0.4, 0.45, 0.15])
                for fact in stakeholders.FACTS
            },
            "contact_level": draw.choice(list(stakeholders.LEVELS), rows),
            "opponent": pd.array(draw.random(rows) < 0.1, dtype="boolean"),
            "last_contact": pd.Timestamp("2026-05-31")
            - pd.to_timedelta(draw.integers(0, 110, rows), unit="D"),
        }
    )
    links = pd.DataFrame({"account": account, "source": contacts["name"], "strength": 2.0})
    links["target"] = contacts["name"].sample(frac=1, random_state=1).to_numpy()
    near = contacts["name"].shift(-1).where(draw.random(rows) < 0.5, links["target"])
    accounts = pd.DataFrame({"name": [f"A{n}" for n in range(rows // 4 + 1)]})
    return accounts, account_advice.advise(accounts, contacts, links.assign(target=near), TODAY)


def _advice() -> tuple[pd.DataFrame, RuleResult]:
    clients, classified = _clients()
    whatif = client_whatif.smallest_change(clients, classified.frame)
    judged = pd.concat([classified.frame, whatif.frame], axis=1)
    told = judged.columns.difference(clients.columns)
    return pd.concat([clients, judged[told]], axis=1), client_advice.advise(clients, judged)


def _kpis() -> tuple[pd.DataFrame, pd.DataFrame]:
    types = ["increase", "decrease", "keep_above", "keep_below", None]
    values = list(
        product(types, ["level", "cumulative"], [0.0, 10.0, 80.0], ["2025-06-01", "2026-01-01", "2026-07-01"])
    )
    kpis = pd.DataFrame(values, columns=["kpi_type", "nature", "baseline", "start"])
    kpis["name"] = [f"K{number}" for number in kpis.index]
    kpis["start"] = pd.to_datetime(kpis["start"])
    kpis["end"] = kpis["start"] + pd.to_timedelta(kpis.index.to_numpy() % 7 * 60, unit="D")
    kpis["target"] = 40.0 + kpis.index.to_numpy() % 5 * 10
    kpis["forced_status"] = pd.Series("late", index=kpis.index).where(kpis.index % 6 == 0)
    kpis["forced_reason"] = pd.Series("décision", index=kpis.index).where(kpis.index % 12 == 0)
    kpis["impact"], kpis["effort"], kpis["hours_week"] = 3.0, 2.0, 4.0
    kpis["certainty"] = pd.Series(0.5, index=kpis.index).where(kpis.index % 9 > 0)
    kpis["owner"] = ["Ana", "Bob"] * (len(kpis) // 2)
    kpis.loc[::10, "hours_week"] = np.nan
    draw = np.random.default_rng(3)
    points = [
        (name, day, float(draw.integers(0, 110)))
        for number, name in enumerate(kpis["name"])
        for day in pd.date_range("2023-01-31", "2026-05-31", freq="ME")[-(number % 8) or len(types) :]
    ]
    return kpis, pd.DataFrame(points, columns=["kpi", "date", "value"])


def _contacts() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    facts = pd.DataFrame(
        list(product(["yes", "no", "unknown"], repeat=5)),
        columns=["decides", "signs", "direct", "indirect", "linked"],
    )
    number = facts.index.to_numpy()
    contacts = facts.assign(
        name=[f"P{n}" for n in number],
        account=[f"A{n // 4}" for n in number],
        contact_level=np.array(["unknown", "met", "supporter"])[number % 3],
        opponent=pd.array(number % 5 == 0, dtype="boolean"),
        last_contact=pd.Series(pd.to_datetime("2026-05-30")).repeat(len(number)).to_numpy(),
        left=pd.Series(pd.NaT, index=facts.index).mask(number % 11 == 0, pd.Timestamp("2026-01-01")),
    )
    contacts.loc[::7, "last_contact"] = pd.Timestamp("2025-01-01")
    contacts.loc[::13, "last_contact"] = pd.NaT
    accounts = pd.DataFrame({"name": [f"A{n}" for n in range(70)]})
    links = pd.DataFrame({"account": contacts["account"], "source": contacts["name"], "strength": 2.0})
    links["target"] = contacts["name"].shift(-1)
    contacts["influence"] = influence.influence(contacts, links, TODAY)
    return accounts, contacts, links


def results() -> list[tuple[str, pd.DataFrame, RuleResult]]:
    """Rule name, inputs and result on samples wide enough to raise (nearly) every code."""
    kpis, readings = _kpis()
    accounts, contacts, links = _contacts()
    found = [("client_matrix", *_clients()), ("client_whatif", *_whatif())]
    found.append(("client_advice", *_advice()))
    found += [
        ("kpi", kpis, kpi.status(kpis, readings, TODAY, kpi.KpiParams(kpi_rule=rule)))
        for rule in ("pace", "gap")
    ]
    status = found[-2][2].frame["status_final"]
    judged = pd.concat([kpis, found[-1][2].frame], axis=1)
    found.append(("kpi_advice", judged, kpi_advice.advise(kpis, judged, TODAY)))
    rates = kpis.assign(unit="%", baseline=0.2, target=0.4)
    found += [
        ("kpi", rates, kpi.status(rates, readings, TODAY)),
        ("kpi", kpis, kpi.status(kpis, readings.assign(value=readings["value"] * 50), TODAY)),
    ]
    found.append(("kpi_priority", kpis, kpi_priority.rank(kpis, None, 30, status)))
    found.append(("stakeholders", contacts, stakeholders.roles(contacts, TODAY)))
    found.append(("stakeholders", accounts, stakeholders.coverage(accounts, contacts, TODAY)))
    found.append(("account_advice", *_people()))
    found.append(("influence", contacts, influence.weigh(contacts, links.iloc[::2], TODAY)))
    found.append(("influence", accounts, influence.introduction_path(accounts, contacts, links, TODAY)))
    needs = [completeness.BlockNeed(f"b{n}", f"m{n}", ("a", "b"), 2) for n in range(4)]
    tables = {f"b{n}": pd.DataFrame({"a": [1] * n, "b": [1] * n}).iloc[:n] for n in range(3)}
    tables["b3"] = pd.DataFrame({"a": [1, 2], "b": [1, None]})
    tables["b1"] = pd.DataFrame({"a": [1]})
    module = completeness.completeness(tables, needs)
    found.append(("completeness", pd.DataFrame(index=module.frame.index), module))
    return found


RESULTS = results()


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("position", range(len(RESULTS)))
def test_every_code_says_something_short(position: int, lang: str) -> None:
    """Each code a rule can raise has its sentence, filled from its row within 255 characters."""
    rule, inputs, result = RESULTS[position]
    rows = pd.concat([inputs, result.frame.drop(columns=inputs.columns, errors="ignore")], axis=1)
    for code in result.reasons.names:
        assert has_message(f"{rule}.{code}", lang), code
        raised = np.flatnonzero(result.reasons.has(code))[:20]
        for row in raised:
            args = {str(key): value for key, value in rows.iloc[int(row)].items()}
            for key in (f"{rule}.{code}", f"{rule}.{code}.action"):
                if key.endswith(".action") and not has_message(key, lang):
                    continue
                text = message(key, lang, **args)
                assert 0 < len(text) <= LONGEST, key
                assert "{" not in text, key
                if lang == "fr":
                    assert not re.search(r"[^\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\d][:;!?»%]", text), (
                        text
                    )
                    assert "'" not in text, text


def test_samples_raise_nearly_every_code() -> None:
    """The samples above are wide: few codes stay silent, so that the sentences are really filled."""
    names, heard = set(), set()
    for rule, _, result in RESULTS:
        names |= {f"{rule}.{code}" for code in result.reasons.names}
        heard |= {f"{rule}.{code}" for code in result.reasons.names if result.reasons.has(code).any()}
    silent = names - heard
    assert len(silent) < len(names) / 6, sorted(silent)


def test_the_issue_sentence() -> None:
    """A happy client's sentence reads as promised, typography included."""
    args = {"x": 92.5, "y": 3.12, "threshold": 50.0, "hours": 30.0, "margin_used": 1500.0}
    assert message("client_matrix.CLASS_HAPPY", "fr", **args).replace(
        "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
    ) == (
        "Vous apportez 92, il rend 3 (seuil 50)\N{NO-BREAK SPACE}: client heureux, "
        "30\N{NO-BREAK SPACE}h pour 1\N{NO-BREAK SPACE}500\N{NO-BREAK SPACE}€ de marge."
    )
    assert message("client_whatif.IDEAL_HOURS", "fr", whatif_gain=17.0) == (
        "Pour devenir idéal\N{NO-BREAK SPACE}: gagner 17\N{NO-BREAK SPACE}h."
    )


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_message_is_unused_and_both_languages_have_the_same(domain: str) -> None:
    """Every key of these catalogues belongs to a code, and French and English have the same keys."""
    from importlib.resources import files

    locales = files("strategy_xl.text") / "locales"
    keys = [
        re.findall(
            r'^msgid "(.+)"$',
            (locales / lang / "LC_MESSAGES" / f"{domain}.po").read_text("utf-8"),
            re.MULTILINE,
        )
        for lang in ("fr", "en")
    ]
    assert sorted(keys[0]) == sorted(keys[1])
    codes = {f"{rule}.{code}" for rule, _, result in RESULTS for code in result.reasons.names}
    codes |= {f"stakeholders.QUESTION_{fact.upper()}" for fact in stakeholders.FACTS} | {
        "SX390",
        "SX390.hint",
    }
    assert {key.removesuffix(".action") for key in keys[0]} - codes - {"SX390"} <= {"SX390.hint"}
