"""Personas: worked example of rules.md §j, checks, and the laws of the score."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import persona

WORKED: dict[str, object] = {
    "first_name": "Louise",
    "age": 32,
    "family": "en couple",
    "location": "Bordeaux",
    "job": "chef de projet",
    "passions": None,
    "objections": "le prix",
    "purchase_role": None,
    "q_problem": "trop peu de temps libre",
    "q_jobs": "piloter les projets de communication",
    "q_pains": "les délais changent sans cesse",
    "q_gains": "livrer plus vite et mieux",
    "q_daily": None,
    "evidence_1": True,
    "evidence_2": False,
    "evidence_3": None,
}


def one(**changes: object) -> pd.Series:
    """The answer for a persona that differs from the worked one."""
    return persona.assess(pd.DataFrame([WORKED | changes])).explained().iloc[0]


def test_worked_example() -> None:
    """4/5 answers, 5/6 portrait, 1/2 purchase and a source give 78.33: a draft."""
    row = one()
    assert row["score"] == pytest.approx(78.33, abs=5e-3)
    assert row[["answered", "portrait", "purchase"]].tolist() == [4, 5, 1]
    assert (row["status"], row["reasons"]) == ("draft", ("DRAFT",))
    assert row["missing"] == ("q_daily", "passions", "purchase_role")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"evidence_1": False}, "HYPOTHESIS"),
        ({"q_daily": "Livrer plus vite, et mieux !"}, "DUPLICATE"),
        ({"q_daily": "des réunions"}, "ANSWER_SHORT"),
        ({"q_daily": "je ne sais pas encore"}, "ANSWER_SHORT"),
        ({"age": 130}, "AGE_OUT"),
        ({"age": 0}, "AGE_OUT"),
        ({"purchase_role": "boss"}, "ROLE_UNKNOWN"),
    ],
)
def test_checks(changes: dict[str, object], code: str) -> None:
    """Each flaw has its code."""
    assert code in one(**changes)["reasons"]
    assert code not in one()["reasons"]


def test_full_persona_is_ready_and_empty_one_a_sketch() -> None:
    """Everything filled in gives 100, nothing gives 0."""
    full = one(passions="voile", purchase_role="decider", q_daily="métro, réunions, dossiers, enfants")
    assert (full["score"], full["status"]) == (pytest.approx(100), "ready")
    empty = one(**dict.fromkeys(WORKED))
    assert (empty["score"], empty["status"]) == (0, "sketch")


def test_score_of_exactly_80_is_ready() -> None:
    """.5·4/5 + .25 + .15 = .80 without evidence: a score at the limit counts as above."""
    row = one(passions="voile", purchase_role="decider", evidence_1=False)
    assert row["score"] == pytest.approx(80)
    assert row["status"] == "ready"


@pytest.mark.parametrize(("count", "codes"), [(0, ("NONE",)), (1, ()), (5, ()), (6, ("TOO_MANY",))])
def test_number_of_personas(count: int, codes: tuple[str, ...]) -> None:
    """None and more than five are reported."""
    assert persona.check_count(count) == codes


KEYS = [*persona.QUESTIONS, *(key for key in persona.PORTRAIT if key != "age"), "objections"]


@given(filled=st.lists(st.sets(st.sampled_from(KEYS)), min_size=1, max_size=5), key=st.sampled_from(KEYS))
def test_filling_in_never_lowers_the_score_and_rows_are_independent(filled: list[set[str]], key: str) -> None:
    """One more field can only help; each row's answer is that of the row alone."""
    frame = pd.DataFrame([dict.fromkeys(row, "quatre mots bien pesés") for row in filled], columns=KEYS)
    scores = persona.assess(frame).frame["score"]
    more = persona.assess(frame.assign(**{key: "quatre mots bien pesés"})).frame["score"]
    assert (more >= scores).all()
    for row in frame.index:
        assert persona.assess(frame.loc[[row]]).frame["score"].tolist() == [scores[row]]
