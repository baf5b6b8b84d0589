"""Answers become cells: the columns that fields name, in the workbook's words, and the sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import MESSAGES, judged, shop

from strategy_xl.answers.fields import answer
from strategy_xl.book.shown import Look
from strategy_xl.schema.spec import FieldRole

SPEC = shop()
LOOK = Look.of(SPEC.lists, "fr")
TWO = {"DEAR": [True, False], "FINE": [True, True]}
INPUTS = {"name": ["Scie", "Clou"], "amount": [20.0, 5.0], "size": ["big", None]}


@pytest.fixture(autouse=True)
def _messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop's sentences in place of the catalogues."""
    monkeypatch.setattr("strategy_xl.text.catalog._catalogue", lambda _lang: (MESSAGES, int))


def cells(*evaluations: Any, look: Look = LOOK) -> dict[str, list[Any]]:
    """The answered cells of the goods, by field."""
    return {key: column.tolist() for key, column in answer(SPEC, look, evaluations)["items"].items()}


def test_columns_go_into_the_fields_of_their_name() -> None:
    """A computed or owned field takes the column; what people type and what no field asks for stays out."""
    found = cells(
        judged({"grade": ["big", None], "rank": [1, 2], "name": ["x", "y"], "other": [1, 2]}, messages={})
    )
    assert found == {"grade": ["Grand", None], "rank": [1, 2]}


def test_answers_keep_the_rows_they_are_about() -> None:
    """The index is that of the rule's rows, however they were picked."""
    found = answer(SPEC, LOOK, [judged({"rank": [1, 2]}, index=[23, 21])])
    assert found["items"]["rank"].to_dict() == {23: 1, 21: 2}


def test_choices_are_shown_by_the_labels_of_the_workbook() -> None:
    """A label that people changed in their list is the one that is written."""
    look = replace(LOOK, labels={**LOOK.labels, "size": {"big": "Énorme", "small": "Petit"}})
    assert cells(judged({"grade": ["big", "small"]}), look=look)["grade"] == ["Énorme", "Petit"]


def test_the_first_rule_that_has_a_field_gives_it() -> None:
    """A later rule adds fields, and changes none; both into one block."""
    first = judged({"rank": [1, 2]}, TWO, INPUTS, messages={"hint": "reasons"})
    second = judged({"rank": [8, 9], "grade": ["big", "small"]}, TWO, INPUTS, messages={"hint": "actions"})
    told = ["Trop cher (20, Grand). Rien à dire.", "Rien à dire."]
    assert cells(first, second) == {"rank": [1, 2], "hint": told, "grade": ["Grand", "Petit"]}


def test_sentences_of_the_call() -> None:
    """Reasons, actions and missing fields go where the call says; a row that has none is empty."""
    told = cells(judged({"rank": [1, 2]}, TWO, INPUTS, {"name": [False, True], "size": [False, True]}))
    assert told["reasons"] == ["Trop cher (20, Grand). Rien à dire.", "Rien à dire."]
    assert told["next_action"] == ["Baisser Scie.", None]
    assert told["missing"] == [None, "Article, Taille"]
    assert "hint" not in told
    other = cells(judged({"rank": [1, 2]}, TWO, INPUTS, messages={"hint": "reasons"}))
    assert other["hint"][1] == "Rien à dire."
    assert "reasons" not in other


def test_a_message_column_of_the_rule_outranks_the_call() -> None:
    """A rule that gives one code a row for a message field is told in that code's sentence."""
    told = cells(judged({"grade": ["small", "big"], "reasons": ["TIP", None]}, TWO, INPUTS))
    assert told["reasons"] == ["Plutôt Petit.", None]


@given(
    st.lists(st.sampled_from(["big", "small", None]), min_size=1, max_size=8), st.sampled_from(["fr", "en"])
)
def test_shown_answers_mean_what_the_rule_said(keys: list[str | None], lang: str) -> None:
    """Reading the labels back gives the rule's keys, in either language; nothing stays nothing."""
    look = Look.of(SPEC.lists, lang)
    back = {label: key for key, label in look.labels["size"].items()}
    column = answer(SPEC, look, [judged({"grade": pd.array(keys, dtype=object)})])["items"]["grade"]
    assert [None if label is None else back[label] for label in column] == keys


def test_only_answered_blocks_are_answered() -> None:
    """No evaluation, no cells; inputs are never among them."""
    assert answer(SPEC, LOOK, []) == {}
    fields = {field.key: field for field in SPEC.data_blocks()["items"][1].fields}
    answered = answer(SPEC, LOOK, [judged({key: [1] for key in fields})])["items"]
    assert {fields[key].role for key in answered} == {FieldRole.COMPUTED, FieldRole.OWNED}
