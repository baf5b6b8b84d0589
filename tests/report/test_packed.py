"""Columns come out of the page as they went in; the other half is tested in Chromium with the page."""

from __future__ import annotations

import base64
import json
import math
import zlib
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.report.packed import Block

FINITE = st.one_of(st.none(), st.floats(-1e9, 1e9).map(lambda value: round(value, 2)))


def unpacked(block: Block) -> dict[str, list[Any]]:
    """What ``assets/columns.js`` does, in Python."""
    raw = zlib.decompress(base64.b64decode(block.packed()))
    length = int.from_bytes(raw[:4], "little")
    head = json.loads(raw[4 : 4 + length])
    found, start = {}, 4 + length
    for about in head["columns"]:
        data = raw[start : start + about["size"]]
        found[about["key"]] = column(about, data, head["rows"])
        start += about["size"]
    assert start == len(raw)
    return found


def planes(data: bytes, rows: int, width: int) -> list[int]:
    """Numbers whose bytes lie in planes."""
    return [sum(data[plane * rows + at] << 8 * plane for plane in range(width)) for at in range(rows)]


def column(about: dict[str, Any], data: bytes, rows: int) -> list[Any]:
    """One column."""
    match about["form"]:
        case "texts":
            return data.decode().split("\0") if rows else []
        case "doubles":
            values = np.frombuffer(np.array(planes(data, rows, 8), np.uint64).tobytes(), np.float64)
            return [None if math.isnan(value) else float(value) for value in values]
        case "trends":
            points, found = list(data[rows:]), []
            for size in data[:rows]:
                found.append(points[:size])
                points = points[size:]
            return found
    above = planes(data, rows, about["width"])
    if about["form"] == "numbers":
        none = 256 ** about["width"] - 1
        return [None if value == none else (value + about["lowest"]) / about["scale"] for value in above]
    numbers = [value + about["lowest"] for value in above]
    if about.get("steps"):
        numbers = [int(value) for value in np.cumsum(numbers)]
    return [about["known"][value] for value in numbers] if about["form"] == "known" else numbers


@given(st.lists(FINITE, max_size=40))
def test_numbers_come_back(values: list[float | None]) -> None:
    """Numbers keep their decimals, and what is missing stays missing."""
    block = Block({"rows": len(values)})
    block.numbers("n", values, 2)
    assert unpacked(block)["n"] == pytest.approx(values)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), max_size=30))
def test_texts_come_back(values: list[str]) -> None:
    """Texts are the same, whether they are kept one by one or as places in a list."""
    for held in (values, values * 3):
        block = Block({"rows": len(held)})
        block.texts("t", held)
        assert unpacked(block)["t"] == held


@given(st.lists(st.integers(0, 2**31), max_size=40), st.booleans())
def test_integers_come_back(values: list[int], steps: bool) -> None:
    """So are whole numbers, and those kept as differences."""
    block = Block({"rows": len(values)})
    block.integers("i", values, steps=steps)
    assert unpacked(block)["i"] == values


def test_trends_keep_their_shape() -> None:
    """The lowest point is drawn lowest, the highest highest; a level one in the middle; none when unknown."""
    block = Block({"rows": 4})
    block.trends("t", [[1.0, 3.0, 2.0], [], [5.0, 5.0], [-2.0, 0.0]])
    assert unpacked(block)["t"] == [[0, 63, 32], [], [31, 31], [0, 63]]


def test_days_and_halves_of_characters() -> None:
    """Days are numbers of days; a file's name that is no text does not stop the page."""
    block = Block({"rows": 2})
    block.days("d", [date(1970, 1, 11), None])
    block.texts("t", ["a\udcff", "b\0c"])
    assert unpacked(block) == {"d": [10.0, None], "t": ["a?", "b\ufffdc"]}


def test_few_bytes_a_number() -> None:
    """A hundred thousand numbers that rise by one take less than a hundred bytes."""
    block = Block({"rows": 100_000})
    block.integers("i", range(100_000), steps=True)
    assert len(block.packed()) < 400
