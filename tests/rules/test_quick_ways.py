"""Quick ways of the helpers that every rule uses give what the plain ways give."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules.frame import choice_array, choice_codes, has_text, numbers, texts
from strategy_xl.rules.kpi_forecast import NO_DAY, days
from strategy_xl.rules.result import MAX_CODES, Codes

CELLS = st.sampled_from(["a", "b ", " a", "", "  ", "12", None])


@given(st.integers(0, MAX_CODES), st.sampled_from([1, 3, 100, 101, 250]), st.randoms(use_true_random=False))
def test_masks_are_packed_alike_for_few_and_many_rows(count: int, rows: int, draw: object) -> None:
    """Every code is on the rows of its mask and on no other, for any number of codes and rows."""
    seed = draw.randint(0, 2**32 - 1)  # type: ignore[attr-defined]
    masks = np.random.default_rng(seed).random((count, rows)) < 0.3
    codes = Codes.from_masks({f"C{place}": mask for place, mask in enumerate(masks)}, rows)
    assert codes.bits.dtype == np.uint64
    assert codes.bits.shape == (rows,)
    for place, mask in enumerate(masks):
        np.testing.assert_array_equal(codes.has(f"C{place}"), mask)
    few = Codes.from_masks({f"C{place}": mask[:1] for place, mask in enumerate(masks)}, 1)
    assert few.bits[0] == codes.bits[0]


def test_a_mask_of_one_value_holds_for_every_row() -> None:
    """One truth for all rows and a column of truths can stand side by side."""
    for rows in (2, 200):
        codes = Codes.from_masks({"ALL": True, "COLUMN": pd.Series([True, False] * (rows // 2))}, rows)
        assert codes.bits.tolist() == [3, 1] * (rows // 2)


@given(st.lists(CELLS, min_size=1, max_size=12))
def test_texts_of_categories_are_texts(cells: list[str | None]) -> None:
    """A categorical column, a text column and a column of objects hold the same texts."""
    index = pd.RangeIndex(5, 5 + len(cells))
    wanted = ["" if cell is None else cell.strip() for cell in cells]
    for dtype in ("object", "str", "category"):
        frame = pd.DataFrame({"key": pd.Series(cells, index=index, dtype=object).astype(dtype)})
        if dtype == "str":
            frame["key"] = frame["key"].where(pd.Series([cell is not None for cell in cells], index=index))
        found = texts(frame, "key")
        assert found.tolist() == wanted
        assert found.shape == (len(index),)
        assert has_text(frame, "key").tolist() == [bool(text) for text in wanted]
    assert not has_text(frame, "other").any()


@given(st.lists(CELLS, min_size=1, max_size=12))
def test_choices_of_categories_are_choices(cells: list[str | None]) -> None:
    """A categorical column and a column of objects have the same choices, and give them back."""
    column = pd.Series(cells, dtype=object)
    keys = ("a", "12", "b ")
    plain = choice_codes(column, keys, column.index)
    assert plain.tolist() == [keys.index(cell) if cell in keys else -1 for cell in cells]
    np.testing.assert_array_equal(choice_codes(column.astype("category"), keys, column.index), plain)
    back = pd.Series(choice_array(plain, keys)).astype(object)
    assert [None if pd.isna(key) else key for key in back] == [key if key in keys else None for key in cells]


@pytest.mark.parametrize("dtype", ["float64", "Float64", "object"])
def test_numbers_of_any_type_are_floats(dtype: str) -> None:
    """Numbers are float64 with NaN for missing, whatever type the column has."""
    frame = pd.DataFrame({"key": pd.Series([1.0, None, 3.0], dtype=object).astype(dtype)})
    found = numbers(frame, "key")
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [1.0, np.nan, 3.0])
    whole = pd.DataFrame({"key": pd.Series([1, None, 3], dtype="Int64"), "size": [1, 2, 3]})
    np.testing.assert_array_equal(numbers(whole, "key"), found)
    assert numbers(whole, "size").dtype == np.float64


def test_days_of_stamps_and_of_objects_are_days() -> None:
    """A date column and dates as objects give the same days; what is no date is no day."""
    stamps = pd.Series(pd.to_datetime(["2026-05-27", ""]))
    objects = pd.Series([date(2026, 5, 27), "never"], dtype=object)
    wanted = [20_600, NO_DAY]
    assert days(pd.DataFrame({"day": stamps}), "day").tolist() == wanted
    assert days(pd.DataFrame({"day": objects}), "day").tolist() == wanted
