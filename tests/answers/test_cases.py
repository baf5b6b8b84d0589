"""Alerts: which codes are some, which rows carry them, and what is said of each."""

from __future__ import annotations

import numpy as np
import pytest
from shop import MESSAGES, judged, shop

from strategy_xl.answers.cases import PER_CODE, alert_cases, alert_codes
from strategy_xl.book.shown import Look
from strategy_xl.errors import Severity
from strategy_xl.rules.alerts import ALERTS, Alert

SPEC = shop()
LOOK = Look.of(SPEC.lists, "fr")
DEAR, OLD = Alert(Severity.ERROR, 90), Alert(Severity.NOTE, 10)


@pytest.fixture(autouse=True)
def _alerts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two alerts of a rule of our own, with its sentences."""
    monkeypatch.setitem(ALERTS, "shop.DEAR", DEAR)  # type: ignore[arg-type]
    monkeypatch.setitem(ALERTS, "shop.OLD", OLD)  # type: ignore[arg-type]
    monkeypatch.setattr("strategy_xl.text.catalog._catalogue", lambda _lang: (MESSAGES, int))


INPUTS = {
    "code": ["a", "b", "c"],
    "name": ["Scie", None, "Clou"],
    "amount": [20, 5, 7.5],
    "size": ["big", None, "small"],
}
CODES = {"FINE": [True] * 3, "DEAR": [True, False, True], "OLD": [False, True, False]}


def test_alert_codes_are_those_of_the_table() -> None:
    """A code that only explains is none, nor is an alert of another rule."""
    assert alert_codes(judged({}, CODES)) == ["DEAR", "OLD"]
    assert alert_codes(judged({}, {"FINE": [True], "MISSED": [True]})) == []


def test_each_row_of_each_alert_is_a_case() -> None:
    """Row, sentence in the workbook's words with the name in front, and the action of the code."""
    found = alert_cases(SPEC, LOOK, [judged({}, CODES, INPUTS, index=[20, 23, 21])])
    assert [(case.code, case.block, case.row, case.alert) for case in found] == [
        ("shop.DEAR", "items", 20, DEAR),
        ("shop.DEAR", "items", 21, DEAR),
        ("shop.OLD", "items", 23, OLD),
    ]
    assert found[0].text == "Scie — Trop cher (20, Grand)."
    assert [case.action for case in found] == ["Baisser Scie.", "Baisser Clou.", "Solder."]


def test_a_row_without_name_and_one_already_named() -> None:
    """A missing name is not shown; one that stands in the sentence is not said twice."""
    found = alert_cases(SPEC, LOOK, [judged({}, {"OLD": [True] * 3}, {"name": [None, "vieux", "Clou"]})])
    assert [case.text for case in found] == ["Trop vieux.", "Trop vieux.", "Clou — Trop vieux."]


def test_a_code_without_action_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the catalogue has no next step, the case has no action."""
    monkeypatch.setitem(ALERTS, "shop.FINE", OLD)  # type: ignore[arg-type]
    assert [
        case.action for case in alert_cases(SPEC, LOOK, [judged({}, {"FINE": [True]}, {"name": ["x"]})])
    ] == [""]


def test_a_form_has_no_name_in_front() -> None:
    """The instances of a form are told apart by their link; a column of the name's key changes nothing."""
    (case,) = alert_cases(
        SPEC, LOOK, [judged({}, {"OLD": [True]}, {"who": ["Ada"]}, into="people", index=[2])]
    )
    assert (case.block, case.row, case.text) == ("people", 2, "Trop vieux.")


def test_no_more_rows_of_a_code_than_anybody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one code that strikes all rows the first ones are told, the others counted; another has its own."""
    monkeypatch.setattr(
        "strategy_xl.text.catalog._catalogue",
        lambda _lang: ({**MESSAGES, "digest.rest": "{text} Et {n:int} autres."}, int),
    )
    rows = PER_CODE + 5
    every, last = [True] * rows, [False] * (rows - 1) + [True]
    found = alert_cases(
        SPEC,
        LOOK,
        [
            judged(
                {},
                {"DEAR": every, "OLD": last},
                {"name": ["x"] * rows, "amount": [1] * rows, "size": ["big"] * rows},
            )
        ],
    )
    assert [case.code for case in found] == ["shop.DEAR"] * (PER_CODE + 1) + ["shop.OLD"]
    assert [case.row for case in found] == [*range(20, 20 + PER_CODE + 1), 20 + rows - 1]
    assert found[PER_CODE].text == "x — Trop cher (1, Grand). Et 4 autres."


def test_rows_with_one_code_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with the greatest stakes are named, of the others it is said how many; one row stays alone."""
    told = {
        **MESSAGES,
        "shop.OLD.many": "{n:int} vieux : {names}.",
        "digest.names": "{names} et {n:int} autres",
    }
    monkeypatch.setattr("strategy_xl.text.catalog._catalogue", lambda _lang: (told, int))
    monkeypatch.setattr("strategy_xl.answers.cases._stakes", lambda *_: np.array([1.0, 9.0, 5.0, 0.0, 7.0]))
    monkeypatch.setitem(ALERTS, "shop.OLD", Alert(Severity.WARNING, 10))  # type: ignore[arg-type]
    names = {"name": ["a", "b", "c", "d", "e"]}
    (case,) = alert_cases(SPEC, LOOK, [judged({}, {"OLD": [True] * 5}, names)])
    assert (case.text, case.action) == ("5 vieux : b, e, c et 2 autres.", "Solder.")
    assert (case.row, case.stake) == (21, 22.0)
    (alone,) = alert_cases(SPEC, LOOK, [judged({}, {"OLD": [False, True, False, False, False]}, names)])
    assert (alone.text, alone.stake) == ("b — Trop vieux.", 9.0)
