"""Look: a value in a cell is its label, its word or itself, one by one and a column at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import shop

from strategy_xl.book.shown import Look
from strategy_xl.schema.spec import FieldSpec, Text
from strategy_xl.text.catalog import message

SPEC = shop()
LOOK = Look.of(SPEC.lists, "fr")
ONE = Text(fr="x", en="x")
SIZE = FieldSpec(key="size", label=ONE, type="choice", choices="size")  # type: ignore[arg-type]
FLAG = FieldSpec(key="flag", label=ONE, type="bool")  # type: ignore[arg-type]
NUMBER = FieldSpec(key="number", label=ONE, type="number")  # type: ignore[arg-type]
MISSING = [None, float("nan"), pd.NA, pd.NaT]


def test_the_words_of_the_templates() -> None:
    """A new workbook has the labels of its language for every choice of every list."""
    assert LOOK.labels["size"] == {"big": "Grand", "small": "Petit"}
    assert Look.of(SPEC.lists, "en").labels["size"] == {"big": "Large", "small": "Little"}
    assert set(LOOK.labels) == {"yes_no", "size", "colour", "grave"}


def test_flags_are_the_labels_of_their_list_or_of_the_program() -> None:
    """A workbook that lists yes and no decides how they are written."""
    assert LOOK.flags == ("Oui", "Non")
    assert Look("fr", {"yes_no": {"yes": "Vrai", "no": "Faux"}}).flags == ("Vrai", "Faux")
    for lang in ("fr", "en"):
        assert Look(lang, {}).flags == (message("core.yes", lang), message("core.no", lang))


@pytest.mark.parametrize(
    ("field", "value", "cell"),
    [
        (SIZE, "big", "Grand"),
        (SIZE, "small+big", "Petit + Grand"),
        (SIZE, "Moyen", "Moyen"),
        (SIZE, "big+Moyen", "big+Moyen"),
        (SIZE, "", ""),
        (FLAG, True, "Oui"),
        (FLAG, np.False_, "Non"),
        (FLAG, 0, "Non"),
        (NUMBER, 0, 0),
        (NUMBER, 1.5, 1.5),
        (NUMBER, "big", "big"),
        (NUMBER, date(2026, 1, 2), date(2026, 1, 2)),
    ],
)
def test_a_value_in_its_cell(field: FieldSpec, value: Any, cell: Any) -> None:
    """Keys by their labels, several joined ones each; what people added and plain values as they are."""
    assert LOOK.cell(field, value) == cell
    assert LOOK.column(field, [value]) == [cell]


@pytest.mark.parametrize("field", [SIZE, FLAG, NUMBER])
def test_what_is_missing_is_nothing(field: FieldSpec) -> None:
    """Every way of saying missing leaves the cell empty, never a No."""
    assert [LOOK.cell(field, value) for value in MISSING] == [None] * len(MISSING)
    assert LOOK.column(field, MISSING) == [None] * len(MISSING)
    assert LOOK.column(field, []) == []


def test_a_key_that_contains_the_joining_sign() -> None:
    """A choice of that very key outranks its parts."""
    look = Look("fr", {"size": {"a": "A", "b": "B", "a+b": "Les deux"}})
    assert look.cell(SIZE, "a+b") == "Les deux"
    assert look.column(SIZE, ["a+b", "b+a"]) == ["Les deux", "B + A"]


VALUES = {
    SIZE.key: st.sampled_from(["big", "small", "big+small", "Moyen", "+", ""]) | st.sampled_from(MISSING),
    FLAG.key: st.booleans() | st.sampled_from(MISSING),
    NUMBER.key: st.floats() | st.integers(-5, 5) | st.sampled_from(MISSING),
}


@given(st.data(), st.sampled_from([SIZE, FLAG, NUMBER]))
def test_a_column_is_its_cells(draw: st.DataObject, field: FieldSpec) -> None:
    """A column at once shows what its values show one by one, as a list or as a Series."""
    values = draw.draw(st.lists(VALUES[field.key], max_size=8))
    cells = [LOOK.cell(field, value) for value in values]
    assert LOOK.column(field, values) == cells
    assert LOOK.column(field, pd.Series(values, dtype=object, index=range(5, 5 + len(values)))) == cells


def test_columns_as_rules_and_reading_have_them() -> None:
    """Categories and nullable booleans are shown as any other column."""
    assert LOOK.column(SIZE, pd.Series(pd.Categorical(["big", None, "small"]))) == ["Grand", None, "Petit"]
    assert LOOK.column(FLAG, pd.Series([True, None, False], dtype="boolean")) == ["Oui", None, "Non"]
    assert LOOK.column(NUMBER, pd.Series([1.0, np.nan])) == [1.0, None]


def test_labels_of_fields_that_hold_a_choice() -> None:
    """By field key, for sentences; the others have none."""
    assert LOOK.of_fields([SIZE, FLAG, NUMBER]) == {"size": {"big": "Grand", "small": "Petit"}}
