"""Long columns as bytes: the same values again, one by one and all, and nothing hidden from a search."""

from __future__ import annotations

import json
import pickle
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.history.kept_columns import FEW, KeptColumn, column_of, differing
from strategy_xl.history.packing import pack, plain, texts_in, unpack

TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=9)
NUMBERS = st.lists(st.none() | st.floats(allow_nan=False), max_size=9)
DAYS = st.lists(st.none() | st.dates().map(str), max_size=9)
CODES = st.lists(st.integers(-1, 2), max_size=9)
KEYS = ["ideal", True, ["a", "b"]]


def numbers(values: list[float | None]) -> KeptColumn:
    """A column of numbers."""
    return KeptColumn.numbers(np.array(values, dtype=np.float64))


def days(values: list[str | None]) -> KeptColumn:
    """A column of days."""
    return KeptColumn.days(np.array([day or "NaT" for day in values], dtype="datetime64[D]"))


def same(column: KeptColumn, wanted: list[Any]) -> None:
    """The column has these values, however it is asked, also on the other side of a pipe."""
    assert column == wanted
    assert pickle.loads(pickle.dumps(column)) == wanted  # noqa: S301 - our own bytes
    assert [column[at] for at in range(len(column))] == wanted
    assert [column[at - len(column)] for at in range(len(column))] == wanted
    places = np.arange(len(column))[::-1]
    assert column.chosen(places) == wanted[::-1]
    assert column.is_whole == (None not in wanted)
    packed = pack({"one": column, "two": [column, "x"]})
    assert plain(unpack(packed)) == {"one": wanted, "two": [wanted, "x"]}
    with pytest.raises(IndexError):
        column[len(column)]


@given(TEXTS)
def test_texts(values: list[str | None]) -> None:
    """Texts come back, and each is found by who searches; with a sign of ours among them they stay a list."""
    column = KeptColumn.texts(values)
    assert (column is None) == any("\0" in value or "\1" in value for value in values if value is not None)
    if column is not None:
        same(column, values)
        assert {value for value in values if value is not None} <= set(texts_in(pack([column])))


@given(NUMBERS, DAYS, CODES)
def test_numbers_days_and_choices(floats: list[Any], dates: list[Any], codes: list[int]) -> None:
    """Numbers, days and values of a few come back; what a choice can be is found by who searches."""
    same(numbers(floats), floats)
    same(days(dates), dates)
    chosen = KeptColumn.choices(np.array(codes, dtype=np.int8), KEYS)
    same(chosen, [None if code < 0 else KEYS[code] for code in codes])
    if chosen.kind == "choice":
        assert {"ideal", "a", "b"} <= set(texts_in(pack([chosen])))


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["a", "b", None])), max_size=9))
def test_where_columns_differ(pairs: list[tuple[Any, Any]]) -> None:
    """The places are those of a look at each pair, whatever the columns are kept as."""
    one, other = [was for was, _ in pairs], [now for _, now in pairs]
    wanted = [at for at, (was, now) in enumerate(pairs) if was != now]
    codes = [
        np.array([{"a": 0, "b": 1, None: -1}[value] for value in side], dtype=np.int8)
        for side in (one, other)
    ]
    forms = [
        (one, KeptColumn.texts(one), KeptColumn.choices(codes[0], ["a", "b"])),
        (other, KeptColumn.texts(other), KeptColumn.choices(codes[1], ["a", "b"])),
    ]
    for first in forms[0]:
        for second in forms[1]:
            assert first is not None
            assert second is not None
            assert differing(first, second) == wanted
            assert (first == second) == (not wanted)


def test_missing_numbers_are_the_same() -> None:
    """What is missing on both sides does not differ."""
    assert differing(numbers([1.0, None, 2.0]), numbers([1.0, None, 3.0])) == [2]
    assert differing(days(["2027-03-01", None]), days(["2027-03-02", None])) == [0]


def test_which_lists_become_columns() -> None:
    """Short ones stay, and so do those of several kinds."""
    assert isinstance(column_of(["a"] * FEW), KeptColumn)
    for values in (["a"] * (FEW - 1), ["a", 1.0] * FEW):
        assert column_of(values) is values


def test_what_was_packed_before_is_read() -> None:
    """Plain data of earlier versions, and none for what is damaged."""
    told = [2, {"clients": ["Ada", None]}]
    assert unpack(zlib.compress(json.dumps(told).encode())) == told
    packed = pack([KeptColumn.texts(["Ada"] * FEW)])
    for damaged in (packed[:-9], packed[:5], b"", zlib.compress(b"\x01SXK")):
        assert unpack(damaged) is None
