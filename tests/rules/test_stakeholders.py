"""Roles, questions, coverage and alerts: worked example, the whole truth table, laws."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_xl.errors import WorkbookError
from strategy_xl.model import ContactLevel, FactValue
from strategy_xl.rules.stakeholders import StakeholderParams, coverage, roles

TODAY = date(2026, 6, 1)
FACTS = ("decides", "signs", "direct", "indirect", "linked")
NAMES = ("decider", "signatory", "involved", "collateral", "indifferent")
LEVEL = {level.value: number / 4 for number, level in enumerate(ContactLevel)}
COLUMNS = ("name", "account", *FACTS, "contact_level", "opponent", "last_contact", "left")


def people(*rows: dict[str, object]) -> pd.DataFrame:
    """Contacts as the reader delivers them."""
    table = pd.DataFrame(list(rows)).reindex(columns=list(COLUMNS))
    for key in ("last_contact", "left"):
        table[key] = pd.to_datetime(table[key])
    text = [key for key in COLUMNS if key not in {"opponent", "last_contact", "left"}]
    return table.astype(dict.fromkeys(text, object)).astype({"opponent": "boolean"})


def person(name: str, role: str | None, level: str = "met", **values: object) -> dict[str, object]:
    """Someone of account A with one role, every other fact known to be no, seen today."""
    facts = {fact: "yes" if named == role else "no" for fact, named in zip(FACTS, NAMES, strict=True)}
    return {"name": name, "account": "A", "contact_level": level, "last_contact": TODAY} | facts | values


def cover(*rows: dict[str, object], **kwargs: object) -> pd.Series:
    """Coverage of account A."""
    accounts = pd.DataFrame({"name": ["A"]})
    return coverage(accounts, people(*rows), TODAY, **kwargs).explained().iloc[0]  # type: ignore[arg-type]


def test_worked_example() -> None:
    """Decider .25, no signatory, involved .75, collateral .5: 33.75 and the signatory alert alone."""
    row = cover(
        person("Ana", "decider", "identified"),
        person("Bob", "involved", "regular"),
        person("Cid", "collateral", "met"),
    )
    assert row["coverage"] == pytest.approx(33.75)
    assert row["reasons"] == ("NO_SIGNATORY",)
    assert row["live_alert"] == "no_signatory"


def expected_role(facts: tuple[str, ...]) -> tuple[str, str | None]:
    """Role and question, read aloud: the first fact that is not no decides."""
    for fact, name, answer in zip(FACTS, NAMES, facts, strict=True):
        if answer == "yes":
            return name, None
        if answer != "no":
            return "to_qualify", fact
    return "out_of_scope", None


def test_every_combination_of_facts() -> None:
    """All 243 combinations get the role, the question and the roles that hold."""
    combinations = list(product([value.value for value in FactValue], repeat=5))
    table = people(
        *({"name": "x", "account": "A"} | dict(zip(FACTS, facts, strict=True)) for facts in combinations)
    )
    frame = roles(table, TODAY).frame
    for facts, role, question, held in zip(
        combinations, frame["role"], frame["question"], frame["all_roles"], strict=True
    ):
        wanted, asked = expected_role(facts)
        assert role == wanted
        assert (None if pd.isna(question) else question) == asked
        names = [name for name, answer in zip(NAMES, facts, strict=True) if answer == "yes"]
        if len(names) > 1 and names[-1] == "indifferent":
            names.pop()
        assert (None if pd.isna(held) else held) == ("+".join(names) or None)


def test_an_empty_fact_is_a_question() -> None:
    """A fact left empty is unknown, never no."""
    row = roles(people({"name": "x", "account": "A"}), TODAY).explained().iloc[0]
    assert (row["role"], row["question"]) == ("to_qualify", "decides")
    assert row["missing"] == ("decides", "contact_level")


def test_deciding_and_signing_covers_both_bases() -> None:
    """One person who decides and signs counts in both roles, and the alert is only the single thread."""
    row = cover(person("Ana", "decider", "supporter", signs="yes"))
    assert row["coverage"] == pytest.approx(65)
    assert row["reasons"] == ("SINGLE_THREAD",)
    assert "BOTH_BASES" in roles(people(person("Ana", "decider", signs="yes")), TODAY).reasons.lists()[0]


def test_people_who_left_do_not_count() -> None:
    """A departure in the past empties the role; one today or later does not."""
    yesterday, today = TODAY - timedelta(days=1), TODAY
    gone = cover(person("Ana", "decider", "supporter", left=yesterday))
    assert (gone["coverage"], gone["contacts_count"], gone["live_alert"]) == (0, 0, "no_contact")
    assert cover(person("Ana", "decider", "supporter", left=today))["c_decider"] == 1
    left = roles(people(person("Ana", "decider", left=yesterday)), TODAY).explained().iloc[0]
    assert (left["is_decider"], left["role"], left["reasons"]) == (0, "decider", ("LEFT",))


def test_alerts_name_the_people() -> None:
    """Opposed deciders and stale contacts are named, three at most."""
    old = TODAY - timedelta(days=91)
    row = cover(
        person("Zoé", "decider", opponent=True),
        person("Yan", "signatory", last_contact=old),
        *(person(f"P{number}", "involved", last_contact=old) for number in range(4)),
    )
    assert row["reasons"] == ("DECIDER_OPPOSED", "CONTACT_STALE")
    assert row["opposed_names"] == "Zoé"
    assert row["stale_names"] == "P0, P1, P2, +2"
    fresh = cover(
        person("Zoé", "decider"), person("Yan", "signatory", last_contact=TODAY - timedelta(days=90))
    )
    assert fresh["reasons"] == ("COVERED",)


def test_the_same_person_twice_is_one_thread() -> None:
    """Two rows of one name do not make two threads."""
    row = cover(person("Ana", "decider"), person(" ana", "signatory"))
    assert (row["threads"], row["reasons"]) == (1, ("SINGLE_THREAD",))


def test_accounts_are_matched_whatever_the_capitals() -> None:
    """Contacts join their account by name; people of no account join none."""
    table = people(person("Ana", "decider", account=" acme"), person("Bob", "signatory", account=None))
    frame = coverage(pd.DataFrame({"name": ["Acme", "", "ACME "]}), table, TODAY).frame
    assert frame["contacts_count"].tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("facts", "quadrant"),
    [
        ({"decides": "yes", "direct": "yes"}, "key_players"),
        ({"signs": "yes"}, "keep_satisfied"),
        ({"direct": "yes"}, "keep_informed"),
        ({}, "minimal"),
        ({"decides": "yes", "direct": "unknown"}, None),
        ({"signs": "unknown"}, None),
    ],
)
def test_power_and_interest(facts: dict[str, str], quadrant: str | None) -> None:
    """Power of 4 and more and direct impact make the quadrant; an unknown that matters leaves it open."""
    found = roles(people(person("Ana", None, **facts)), TODAY).frame["quadrant"].iloc[0]
    assert (None if pd.isna(found) else found) == quadrant


def test_impossible_weights_are_refused() -> None:
    """Weights that are negative or all zero are refused by name."""
    with pytest.raises(WorkbookError, match="w_signatory"):
        StakeholderParams(w_signatory=-1)
    with pytest.raises(WorkbookError, match="w_decider"):
        StakeholderParams(w_decider=0, w_signatory=0, w_involved=0, w_collateral=0)


fact = st.sampled_from([None, "yes", "no", "unknown"])
contact_rows = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["Ana", "Bob", "Cid", "Dan"]),
            "account": st.sampled_from(["A", "B", "C"]),
            **dict.fromkeys(FACTS, fact),
            "contact_level": st.none() | st.sampled_from(list(LEVEL)),
            "opponent": st.none() | st.booleans(),
            "last_contact": st.none() | st.integers(0, 200).map(lambda n: TODAY - timedelta(days=n)),
            "left": st.none() | st.integers(-5, 5).map(lambda n: TODAY + timedelta(days=n)),
        }
    ),
    min_size=1,
    max_size=10,
)
ACCOUNTS = pd.DataFrame({"name": ["A", "B", "D"]})
WEIGHTS = {"decides": 0.4, "signs": 0.25, "direct": 0.25, "indirect": 0.1}


def scalar_coverage(rows: list[dict[str, object]], account: str) -> tuple[float, tuple[str, ...]]:
    """Coverage and alerts of one account, read aloud."""
    here = [
        row for row in rows if row["account"] == account and (row["left"] is None or row["left"] >= TODAY)
    ]
    best = {
        fact: max((LEVEL.get(row["contact_level"], 0.0) for row in here if row[fact] == "yes"), default=0.0)
        for fact in WEIGHTS
    }
    known = {row["name"] for row in here if LEVEL.get(row["contact_level"], 0.0) >= 0.5}
    alerts = {
        "NO_CONTACT": not here,
        "NO_DECIDER": best["decides"] == 0,
        "NO_SIGNATORY": best["signs"] == 0,
        "DECIDER_OPPOSED": any(row["decides"] == "yes" and row["opponent"] for row in here),
        "SINGLE_THREAD": len(known) <= 1,
        "CONTACT_STALE": any(row["last_contact"] and (TODAY - row["last_contact"]).days > 90 for row in here),
    }
    raised = tuple(name for name, on in alerts.items() if on and (here or name == "NO_CONTACT"))
    return 100 * sum(WEIGHTS[fact] * best[fact] for fact in WEIGHTS), raised or ("COVERED",)


@settings(deadline=None)
@given(rows=contact_rows, seed=st.integers(0, 3))
def test_vectorised_equals_scalar_in_any_order(rows: list[dict[str, object]], seed: int) -> None:
    """Each account gets what the rule read aloud gives it, whatever the order of contacts."""
    table = people(*rows).sample(frac=1, random_state=seed)
    result = coverage(ACCOUNTS, table, TODAY)
    for row, account in enumerate(ACCOUNTS["name"]):
        share, alerts = scalar_coverage(rows, account)
        assert result.frame["coverage"].iloc[row] == pytest.approx(share)
        assert result.reasons.at(row) == alerts


@settings(deadline=None)
@given(rows=contact_rows, which=st.integers(0, 9))
def test_coverage_is_bounded_and_rises_with_contact(rows: list[dict[str, object]], which: int) -> None:
    """Coverage stays within 0–100 and never falls when someone is better known."""
    before = coverage(ACCOUNTS, people(*rows), TODAY).frame["coverage"]
    better = [dict(row) for row in rows]
    better[which % len(rows)]["contact_level"] = "supporter"
    after = coverage(ACCOUNTS, people(*better), TODAY).frame["coverage"]
    assert before.between(0, 100).all()
    assert (after >= before).all()
