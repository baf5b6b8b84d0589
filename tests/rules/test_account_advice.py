"""Advice on accounts: whom to ask for whom."""

# ruff: noqa: E501 - a case reads better in one line

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from strategy_xl.answers.sentences import reasons
from strategy_xl.rules import account_advice

TODAY = date(2026, 6, 1)
NO = dict.fromkeys(("decides", "signs", "direct", "indirect", "linked"), "no")
RECENT, LONG_AGO = pd.Timestamp("2026-05-20"), pd.Timestamp("2026-01-02")


def person(name: str, level: str = "met", **facts: Any) -> dict[str, Any]:
    """Somebody at Alpha; facts not given are no."""
    usual = {
        "account": "Alpha",
        "name": name,
        "contact_level": level,
        "opponent": False,
        "last_contact": RECENT,
    }
    return {**usual, **NO, "left": None, **facts}


def told(*people: dict[str, Any], links: tuple[tuple[str, str, float], ...] = ()) -> tuple[str, str]:
    """Code and French line of Alpha."""
    accounts = pd.DataFrame({"name": ["ALPHA"]})
    contacts = pd.DataFrame(list(people) or [person("X", account="Other")])
    contacts["left"] = pd.to_datetime(contacts["left"])
    noted = pd.DataFrame(
        [("alpha", *link) for link in links], columns=["account", "source", "target", "strength"]
    )
    result = account_advice.advise(accounts, contacts, noted, TODAY)
    (line,) = reasons(result, "account_advice", accounts, "fr", {})
    return "".join(result.reasons.at(0)), line.replace("\N{NO-BREAK SPACE}", " ")


YES = "yes"


@pytest.mark.parametrize(
    ("people", "links", "code", "says"),
    [
        ((), (), "NO_CONTACT", "Cherchez cette semaine un premier nom chez ALPHA."),
        (
            (person("Ana", direct=YES), person("Bob", "identified", decides="unknown")), (),
            "DECIDER_CHECK", "Demandez à Ana si Bob prend la décision finale.",
        ),
        ((person("Ana", direct=YES),), (), "DECIDER_ASK", "Demandez à Ana qui prend la décision finale."),
        (
            (person("Ana", decides="unknown"),), (),
            "DECIDER_SELF", "Demandez à Ana qui prend la décision finale, et si c’est son rôle.",
        ),
        (
            (person("Ana"), person("Bob", "unknown", decides=YES)), (),
            "DECIDER_MEET", "Demandez à Ana de vous présenter à Bob, qui décide.",
        ),
        (
            (person("Ana", decides=YES), person("Bob", "unknown", signs=YES)), (),
            "SIGNATORY_MEET", "Demandez à Ana de vous présenter à Bob, qui signe.",
        ),
        (
            (person("Ana", "identified"),), (),
            "DECIDER_NOBODY", "Rencontrez Ana et demandez qui prend la décision finale.",
        ),
        (
            (person("Ana", "regular", signs=YES), person("Bob", decides=YES, opponent=True)),
            (("Ana", "Bob", 2),), "OPPOSED_VIA", "Voyez Ana, qui influence Bob (lien 2 sur 3), pour comprendre ses objections.",
        ),
        (
            (person("Ana", signs=YES), person("Bob", "identified", decides=YES)), (("Ana", "Bob", 3),),
            "PATH", "Demandez à Ana de vous présenter à Bob, qui décide (lien 3 sur 3).",
        ),
        (
            (person("Ana", signs=YES), person("Bob", "identified", decides=YES), person("Cid", "identified")),
            (("Ana", "Cid", 3), ("Cid", "Bob", 2)),
            "PATH_LONG", "Demandez à Ana de vous présenter à Cid, première étape vers Bob, qui décide.",
        ),
        (
            (person("Ana", decides=YES, signs=YES), person("Bob", "identified"), person("Cid", "identified")),
            (("Cid", "Ana", 3),),
            "SECOND", "Demandez à Ana de vous présenter à Cid (influence 5).",
        ),
        ((person("Ana", decides=YES, signs=YES),), (), "SECOND_NONE", "Ana est le seul"),
        (
            (person("Ana", decides=YES, signs=YES), person("Bob", direct=YES, last_contact=LONG_AGO)), (),
            "STALE", "Appelez Bob : dernier contact il y a 150 jours.",
        ),
        (
            (person("Ana", decides=YES, signs=YES), person("Bob", direct=YES)), (),
            "GROW_REGULAR", "Convenez d’un rendez-vous régulier avec Ana : la couverture y gagne 16 sur 100.",
        ),
    ],
)  # fmt: skip
def test_who_is_asked_for_whom(
    people: tuple[dict[str, Any], ...], links: tuple[tuple[str, str, float], ...], code: str, says: str
) -> None:
    """Those met are asked about those who are not; the names are theirs."""
    found, line = told(*people, links=links)
    assert found == code
    assert says in line


def test_who_left_or_is_against_is_asked_nothing() -> None:
    """The next best person is."""
    gone = person("Ana", "supporter", left="2026-01-01")
    against = person("Bob", "regular", opponent=True)
    assert told(gone, against, person("Cid"))[1] == "Demandez à Cid qui prend la décision finale."


def test_the_most_influential_of_equals_is_asked() -> None:
    """Of two people known equally well, the one who weighs more."""
    people = (person("Ana"), person("Bob"), person("Zoé", "identified", signs=YES))
    assert told(*people, links=(("Bob", "Zoé", 3),))[1].startswith("Demandez à Bob")
    assert told(*people, links=(("Ana", "Zoé", 3),))[1].startswith("Demandez à Ana")
