"""Presenter: codes become sentences, the first action wins, nothing outgrows a cell function."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.answers import sentences as present
from strategy_xl.rules.result import Codes, RuleResult


@pytest.fixture(autouse=True)
def _messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three messages of our own in place of the catalogues."""
    catalogue: dict[object, str] = {
        "shop.OPEN": "Ouvert à {hour:int} h ({kind:text}).",
        "shop.BUSY": "Il y a du monde.",
        "shop.BUSY.action": "Revenir après {hour:int} h.",
        "shop.NAMED": "{kind} ferme bientôt.",
        "shop.KPI": "KPI en retard.",
        "shop.TYPED": "Raison\N{NO-BREAK SPACE}: {kind}.",
        "core.semicolon": "\N{NO-BREAK SPACE}; ",
        "core.others": "et {n:int} de plus",
    }
    monkeypatch.setattr("strategy_xl.text.catalog._catalogue", lambda _lang: (catalogue, int))


def result(masks: dict[str, list[bool]], **columns: list[object]) -> tuple[RuleResult, pd.DataFrame]:
    """A rule result with the given codes and output columns, and its input frame."""
    rows = len(next(iter(masks.values())))
    frame = pd.DataFrame(columns, index=range(7, 7 + rows))
    answer = RuleResult(
        frame, Codes.from_masks(masks, rows), Codes.from_masks({"hour": [False] * rows}, rows), "shop 1"
    )
    return answer, pd.DataFrame({"hour": np.arange(rows) + 9.0}, index=frame.index)


def test_reasons_in_code_order_with_labels() -> None:
    """Sentences come in the order of the codes, with input and output columns and choice labels filled in."""
    answer, inputs = result({"OPEN": [True, False], "BUSY": [True, True]}, kind=["big", "small"])
    shown = present.reasons(answer, "shop", inputs, "fr", {"kind": {"big": "grand"}})
    assert shown == ["Ouvert à 9 h (grand). Il y a du monde.", "Il y a du monde."]


def test_two_sentences_whatever_there_is_to_say() -> None:
    """The first code speaks for itself, the others share a sentence; what finds no room in it is counted."""
    answer, inputs = result(
        {"OPEN": [True], "BUSY": [True], "TYPED": [True], "NAMED": [True], "KPI": [True]}, kind=["Anne"]
    )
    shown = present.reasons(answer, "shop", inputs, "fr", {})
    told = ("Il y a du monde", "raison\N{NO-BREAK SPACE}: Anne", "Anne ferme bientôt", "et 1 de plus.")
    assert shown == ["Ouvert à 9 h (Anne). " + "\N{NO-BREAK SPACE}; ".join(told)]
    answer, inputs = result({"OPEN": [True], "BUSY": [True], "KPI": [True]}, kind=["Anne"])
    assert present.reasons(answer, "shop", inputs, "fr", {})[0].endswith("; KPI en retard.")


@pytest.mark.parametrize(
    ("alone", "behind"),
    [
        ("A rate of 130% lies outside.", "a rate of 130% lies outside."),
        ("À compléter.", "à compléter."),
        ("L’échéance est passée.", "l’échéance est passée."),
        ("KPI en retard.", "KPI en retard."),
        ("Y seul compte.", "Y seul compte."),
    ],
)
def test_how_a_sentence_goes_on(alone: str, behind: str) -> None:
    """In small letters, words of one letter too; names of axes and short forms stay."""
    assert present.going_on(alone) == behind


def test_what_people_typed_ends_a_sentence_once() -> None:
    """A reason that people ended themselves gets no full stop of ours; what they typed stays."""
    answer, inputs = result({"TYPED": [True] * 3}, kind=["Pour voir.", "À suivre...", "Ah !"])
    assert [text[9:] for text in present.reasons(answer, "shop", inputs, "fr", {})] == [
        "Pour voir.",
        "À suivre...",
        "Ah !",
    ]


def test_action_of_the_first_code_that_has_one() -> None:
    """A code without action gives none; the first with one wins."""
    answer, inputs = result({"OPEN": [True, True], "BUSY": [True, False]}, kind=["a", "b"])
    assert present.next_actions(answer, "shop", inputs, "fr", {}) == ["Revenir après 9 h.", ""]


@given(st.integers(1, 60), st.booleans())
def test_never_too_long(limit: int, busy: bool) -> None:
    """Whatever the limit, no answer is longer, and a cut one ends with an ellipsis."""
    answer, inputs = result({"OPEN": [True], "BUSY": [busy]}, kind=["grand"])
    shown = present.reasons(answer, "shop", inputs, "fr", {}, limit=limit)[0]
    assert len(shown) <= limit
    assert shown.endswith((".", "…"))


def test_code_column() -> None:
    """A column of codes becomes a column of sentences; an empty code stays empty."""
    codes = pd.Series(["BUSY", None, "OPEN"], dtype=object)
    frame = pd.DataFrame({"hour": [1.0, 2.0, 3.0], "kind": ["x", "y", "z"]})
    assert present.code_sentences(codes, "shop", (frame,), "fr", {}) == [
        "Il y a du monde.",
        "",
        "Ouvert à 3 h (z).",
    ]


def test_missing_names() -> None:
    """Missing fields are named by their labels."""
    answer, _inputs = result({"OPEN": [True]}, kind=["a"])
    lacking = RuleResult(
        answer.frame, answer.reasons, Codes.from_masks({"hour": [True], "x": [True]}, 1), "shop 1"
    )
    assert present.missing(lacking, {"hour": "Heure"}) == ["Heure, x"]


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=20))
def test_codes_survive_packing(rows: list[list[bool]]) -> None:
    """Packed codes give back the masks, row by row and all at once."""
    masks = {name: [row[place] for row in rows] for place, name in enumerate("abc")}
    codes = Codes.from_masks(masks, len(rows))
    expected = [tuple(name for place, name in enumerate("abc") if row[place]) for row in rows]
    assert codes.lists() == expected
    assert [codes.at(row) for row in range(len(rows))] == expected
    assert codes.has("b").tolist() == masks["b"]
