"""Columns cut out of a sheet, the rows that people filled, and the frames that rules take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from shop import shop, shop_book

from strategy_xl.book.frames import (
    Column,
    filled_rows,
    left_results,
    rule_frames,
    table_of,
)
from strategy_xl.book.read import read_workbook
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.spec import FieldSpec, FormBlock, TableBlock, Text
from strategy_xl.text.coerced import Coerced, Context
from strategy_xl.text.coercion import coerce_column

ONE = Text(fr="x", en="x")


def field(key: str, **parts: Any) -> FieldSpec:
    """A field of a test."""
    return FieldSpec.model_validate({"key": key, "label": ONE, **parts})


NAME, AMOUNT = field("name"), field("amount", type="number")
RATE = field("rate", type="percent", default=0.5)
FLAG = field("flag", type="bool", default="yes")
DAY = field("day", type="date", default="@0")
GRADE, NOTE = field("grade", role="owned"), field("note", role="owned", type="number")
FIELDS = (NAME, AMOUNT, RATE, FLAG, DAY, GRADE, NOTE)
TABLE = TableBlock(kind="table", key="t", fields=FIELDS)


def columns(**raw: list[Any]) -> list[Column]:
    """Columns with these cells."""
    return [
        Column(spec, raw[spec.key], coerce_column(raw[spec.key], spec, Context("fr")))
        for spec in FIELDS
        if spec.key in raw
    ]


def filled(block: TableBlock | FormBlock = TABLE, **raw: list[Any]) -> list[bool]:
    """Which rows are filled."""
    return filled_rows(block, columns(**raw), len(next(iter(raw.values())))).tolist()


def test_a_row_is_filled_by_what_people_typed() -> None:
    """A value fills a row; spaces, answers and shown values do not; what cannot be read does."""
    assert filled(name=["Scie", "", "  "], amount=["", 5.0, ""]) == [True, True, False]
    assert filled(name=["", ""], amount=["beaucoup", ""]) == [True, False]
    assert filled(name=["", ""], grade=["A", ""]) == [False, False]


def test_what_the_template_put_there_fills_nothing() -> None:
    """A default counts from the moment it is changed; of a day, any is somebody's."""
    assert filled(name=["", "", ""], rate=[0.5, 0.4, ""]) == [False, True, False]
    assert filled(name=["", "", ""], flag=["Oui", "Non", ""]) == [False, True, False]
    assert filled(name=["", ""], day=[46000.0, ""]) == [True, False]


def test_the_name_of_a_row_fills_it_even_by_default() -> None:
    """The identity is what makes a row one."""
    table = TableBlock(kind="table", key="t", fields=FIELDS, identity="rate")
    form = FormBlock(kind="form", key="f", fields=FIELDS, identity="rate", instances=2)
    nameless = FormBlock(kind="form", key="f", fields=FIELDS, instances=2)
    assert filled(table, rate=[0.5, ""]) == [True, False]
    assert filled(form, rate=[0.5, ""]) == [True, False]
    assert filled(nameless, rate=[0.5, ""]) == [False, False]


def test_a_list_of_results_is_filled_by_anything() -> None:
    """Where nobody types, what stands there is what there is."""
    assert filled(grade=["A", "", ""], note=["", 0.0, ""]) == [True, True, False]


def test_the_frame_has_the_filled_rows_and_their_types() -> None:
    """Inputs by type, owned cells as read, index by sheet row."""
    held = columns(name=["Scie", "", "Clou"], amount=[5.0, "", "7,5"], grade=["A", "", None])
    frame = table_of(held, np.array([True, False, True]), np.array([20, 22])).frame
    assert list(frame.index) == [20, 22]
    assert frame["amount"].tolist() == [5.0, 7.5]
    assert frame["amount"].dtype == "float64"
    assert frame["grade"].dtype == object
    assert frame["grade"].tolist() == ["A", None]
    whole = table_of(held, np.ones(3, bool), np.array([20, 21, 22])).frame
    assert whole["name"].fillna("").tolist() == ["Scie", "", "Clou"]


def test_results_left_in_blank_rows() -> None:
    """Owned fields with content, by sheet row; nothing is left where every row is filled."""
    held = [
        Column(spec, raw, Coerced(np.array(raw, dtype=object)))
        for spec, raw in ((NAME, ["Scie", "", ""]), (GRADE, ["A", "B", ""]), (NOTE, [1.0, "", ""]))
    ]
    found = left_results(held, np.array([True, False, False]), 20)
    assert {key: rows.tolist() for key, rows in found.items()} == {"grade": [21]}
    assert left_results(held, np.ones(3, bool), 20) == {}


def test_rules_get_keys_and_the_words_that_people_added(tmp_path: Path) -> None:
    """An owned choice that stands in the file is its key again; of an open list, the label is what counts."""
    path = tmp_path / "shop.xlsx"
    spec = shop()
    goods = [{"name": "Scie", "size": "Grand", "colour": "Rouge"}, {"name": "Clou", "colour": "Ocre"}]
    block = shop_book(path, {"items": goods}).blocks["items"]
    set_cells(path, path, {block.sheet: {block.cell("grade", block.first_row): "Petit"}})
    data = read_workbook(path, spec)
    frame = rule_frames(data)["items"]
    assert frame["grade"].tolist()[:1] == ["small"]
    assert pd.isna(frame["grade"].iloc[1])
    assert frame["size"].tolist()[:1] == ["big"]
    assert frame["colour"].tolist() == ["Rouge", "Ocre"]
    assert data.blocks["items"].frame["colour"].tolist() == ["red", "Ocre"]
    assert list(rule_frames(data)) == list(data.blocks)
