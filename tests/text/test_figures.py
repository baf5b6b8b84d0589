"""Figures: as people write them, and on the side of their neighbour on which they are."""

# ruff: noqa: E501 - a case reads better in one line

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import messages
from strategy_xl.text.figures import Scale, format_beside, format_value, measure

NUMBERS = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 5))
FORMS = ("int", "dec1", "dec2", "money", "percent", "percent1")


def shown(text: str, lang: str) -> float:
    """The number that a text shows."""
    plain = re.sub(r"[^\d,.\-]", "", text)
    return float(plain.replace(",", ".") if lang == "fr" else plain.replace(",", ""))


@given(NUMBERS, NUMBERS, st.sampled_from(FORMS), st.sampled_from(LANGUAGES))
def test_a_figure_shows_its_side(value: float, other: float, form: str, lang: str) -> None:
    """Written beside each other, the larger of two numbers is the larger one on paper, equal ones are equal."""
    left, right = (
        shown(format_beside(one, two, form, lang), lang) for one, two in ((value, other), (other, value))
    )
    assert (left < right, left > right) == (value < other, value > other)


@given(st.floats(0, 100, allow_nan=False), st.integers(0, 100), st.sampled_from(LANGUAGES))
def test_a_score_beside_its_threshold(score: float, threshold: int, lang: str) -> None:
    """What is said to be below the threshold is never written as the threshold."""
    text = format_beside(score, float(threshold), "int", lang)
    if abs(score - threshold) > 1e-6:
        assert (shown(text, lang) >= threshold) == (score >= threshold)


@pytest.mark.parametrize(
    ("value", "other", "french"),
    [
        (49.6, 50.0, "49,6"),
        (50.0, 50.0, "50"),
        (51.12, 50.0, "51"),
        (49.996, 50.0, "49,996"),
        (None, 50, "—"),
    ],
)
def test_as_few_decimals_as_it_takes(value: float | None, other: float, french: str) -> None:
    """A figure that is plainly on its side stays whole."""
    assert format_beside(value, other, "int", "fr") == french


@pytest.mark.parametrize(
    ("value", "unit", "target", "french"),
    [
        (0.055, "%", 0.04, "5,5 %"),
        (28.0, "%", 30.0, "28 %"),
        (1.2, "%", 1.1, "120 %"),
        (29.0, "%", 0.4, "29 %"),
        (0.5, "%", 30.0, "0,5 %"),
        (8.7, "/10", 8.5, "8,7/10"),
        (1500.0, "€", 2000.0, "1\u202f500 €"),
        (3.0, None, None, "3"),
    ],
)
def test_a_rate_is_never_thousands_of_per_cent(
    value: float, unit: str | None, target: float | None, french: str
) -> None:
    """Rates typed in points beside a target in points are points; 29 is not 2 900 %."""
    assert measure(value, unit, "fr", Scale(target)).replace("\N{NO-BREAK SPACE}", " ") == french


@pytest.mark.parametrize(
    ("value", "unit", "french"),
    [(0.029, "%", "2,9 pt"), (0.2, "/10", "0,2 pt"), (31299.4, "€", "31\u202f299 €"), (12.34, "h", "12,3 h")],
)
def test_differences_are_told_in_points_and_round(value: float, unit: str, french: str) -> None:
    """The larger a difference, the fewer decimals."""
    assert measure(value, unit, "fr", Scale(0.3), "step").replace("\N{NO-BREAK SPACE}", " ") == french


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [(0.284, "28,4 %", "28.4%"), (-0.5, "-50 %", "-50%"), (29.0, "× 30", "×30")],
)
def test_growth_as_people_say_it(value: float, french: str, english: str) -> None:
    """28 % more, but thirty times as much rather than 2 900 % more."""
    assert format_value(value, "growth", "fr").replace("\N{NO-BREAK SPACE}", " ") == french
    assert format_value(value, "growth", "en") == english


def test_what_stands_in_brackets_goes_with_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part whose value is missing, or empty, is left out; row by row."""
    told: dict[object, str] = {"shop.CALL": "Appelez-le[ avec {owner}][ : {revenue:money}]."}
    monkeypatch.setattr("strategy_xl.text.catalog._catalogue", lambda _lang: (told, int))
    columns = {"owner": ["Ana", None, ""], "revenue": [5.0, float("nan"), 7.0]}
    found = [text.replace("\N{NO-BREAK SPACE}", " ") for text in messages("shop.CALL", "fr", columns, 3)]
    assert found == ["Appelez-le avec Ana : 5 €.", "Appelez-le.", "Appelez-le : 7 €."]
