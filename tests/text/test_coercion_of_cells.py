"""A typed column of cells is coerced to the very values and findings that its cells would be one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.cellcolumns import BOOL, DAY, ERROR, NOTHING, NUMBER, TEXT, Cells
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.schema.spec import ChoiceSpec, FieldSpec, ListSpec, Text
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import Context, blank_mask
from strategy_xl.text.coercion import coerce_column

LIST = ListSpec(
    key="kinds",
    label=Text(fr="Genre", en="Kind"),
    choices=(ChoiceSpec(key="a", fr="Bon", en="Good"), ChoiceSpec(key="b", fr="Mauvais", en="Bad")),
)
VALUES: list[Any] = [
    "", 0.0, 1.0, -2.5, 1e300, float("inf"), True, False, date(1850, 1, 1), date(2026, 5, 4), "Bon", " Bon",
    "bon ", "Mauvais", "Oui", "No", "oui ", "peut-être", "12", "1,5", "  ", "04/05/2026", "46000",
    ErrorValue.NA, ErrorValue.DIV0,
]  # fmt: skip
KINDS = {float: NUMBER, str: TEXT, bool: BOOL, date: DAY, ErrorValue: ERROR}


def typed(values: list[Any]) -> Cells:
    """A column as a sheet gives it; an error shows as nothing."""
    texts = ["another"]
    kinds, numbers = [], []
    for value in values:
        kinds.append(NOTHING if value == "" else KINDS[type(value)])
        number = float(value) if isinstance(value, bool | float) else 0.0
        if isinstance(value, date):
            number = float((value - date(1899, 12, 30)).days)
        elif isinstance(value, str | ErrorValue) and value != "":
            number = float(len(texts))
            texts.append(str(value))
        numbers.append(number)
    return Cells(np.array(kinds, np.uint8), np.array(numbers), texts)


def plain(values: list[Any]) -> list[Any]:
    """The same as Python has it."""
    return ["" if isinstance(value, ErrorValue) else value for value in values]


COLUMNS = st.one_of(
    st.lists(st.sampled_from(VALUES)),
    *(
        st.lists(st.sampled_from([value for value in VALUES if isinstance(value, kind) or value == ""]))
        for kind in KINDS
    ),
)


@given(COLUMNS)
def test_cells_are_a_sequence_of_values(values: list[Any]) -> None:
    """As a list they are what stands there, by value and type; errors only when they are asked for."""
    cells = typed(values)
    for found, wanted in ((cells, plain(values)), (cells.with_errors(), values)):
        assert len(found) == len(wanted)
        for held in (found.tolist(), list(found), found[:], [found[at] for at in range(len(found))]):
            assert held == wanted
            assert list(map(type, held)) == list(map(type, wanted))
        assert found[1:-1] == wanted[1:-1]
        assert blank_mask(found).tolist() == blank_mask(list(wanted)).tolist()
    assert not values or cells[-1] == plain(values)[-1]


@given(
    COLUMNS,
    st.sampled_from(["number", "integer", "percent", "money", "date", "bool", "choice", "text"]),
    st.booleans(),
    st.booleans(),
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_typed_columns_are_read_as_their_cells(
    values: list[Any], kind: str, is_open: bool, is_strict: bool
) -> None:
    """Whole or one by one: the same array of the same type, the same problems in the same order."""
    more: dict[str, Any] = {"choices": "kinds"} if kind == "choice" else {}
    if kind in {"number", "percent"}:
        more |= {"minimum": 0.0, "maximum": 100.0}
    spec = FieldSpec(key="f", label=Text(fr="Champ", en="Field"), type=kind, **more)  # type: ignore[arg-type]
    choices = Choices.of(LIST.model_copy(update={"open": is_open}), "fr", ())
    context = Context("fr", choices={"kinds": choices}, strict=is_strict)
    found = coerce_column(typed(values), spec, context)
    wanted = coerce_column(plain(values), spec, context)
    pd.testing.assert_series_equal(found.series, wanted.series)
    assert found.array.dtype == wanted.array.dtype
    assert found.problems == wanted.problems
