"""What formulas show without a spreadsheet: rows, answers, errors, the map, grids, settings, labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import DAY, shop, shop_book

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.edits import Shown, place
from strategy_xl.book.known_places import Place
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.arrays import UnsupportedError
from strategy_xl.ooxml.cells import Formula
from strategy_xl.rules.table import Table
from strategy_xl.schema.loader import load_default
from strategy_xl.text.choices import Choices
from strategy_xl.work import computing
from strategy_xl.work.computing import compute, module_completeness

SPEC = shop()
GOODS = [
    {"name": "Scie", "amount": 20},
    {"name": "Clou", "amount": 5},
    {"code": "?"},
    {"name": "Vis", "amount": 0},
]
PEOPLE: list[dict[str, Any]] = [{"who": "Ada", "age": 36}, {}, {"who": "Bob"}]
SHARES = pd.Series({"goods": 0.5})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> WorkbookData:
    """A shop with four goods, one of them without a name, and two of three people."""
    rows = {"items": GOODS, "people": PEOPLE}
    return shop_book(tmp_path_factory.mktemp("computing") / "shop.xlsx", rows)


def shown(
    data: WorkbookData,
    answers: Mapping[str, Mapping[str, pd.Series]] | None = None,
    *,
    shares: pd.Series = SHARES,
    today: date = DAY,
) -> Shown:
    """What the formulas of a shop show."""
    return compute(SPEC, data, place(data, answers or {}), shares, today)


def column(found: Shown, block: str, key: str, count: int | None = None) -> list[Any]:
    """A computed column, its first cells when a count is given."""
    return list(found.columns[block][key][:count])


def total(found: Shown, key: str) -> Any:
    """One of the totals."""
    return found.columns["totals"][key][0]


def with_rows(data: WorkbookData, rows: list[dict[str, Any]]) -> WorkbookData:
    """The shop with other goods in its table, from the first row on; None is a blank row."""
    block = data.blocks["items"]
    frame = pd.DataFrame(
        {key: pd.Series([row.get(key) for row in rows], dtype=object) for key in block.frame}
    )
    frame.index = pd.Index(range(block.first_row, block.first_row + len(rows)))
    frame["amount"] = frame["amount"].astype(float)
    frame = frame[frame["name"].notna() | frame["amount"].notna()]
    last = max(block.last_row, block.first_row + len(rows) - 1)
    return replace(data, blocks={**data.blocks, "items": replace(block, rows=Table.of(frame), last_row=last)})


def test_every_row_of_every_computed_field_is_shown(data: WorkbookData) -> None:
    """Filled, half filled and blank rows get what their formula gives; a division by zero is an error."""
    found = shown(data)
    assert column(found, "items", "rank", 5) == [1, 2, "", 3, ""]
    assert column(found, "items", "live", 5) == ["Grand", "Petit", "", "Petit", ""]
    assert column(found, "items", "cost", 5) == [5, 20, "", ErrorValue.DIV0, ""]
    computed = {(key, spec.key) for key, b in data.blocks.items() for spec in b.block.fields if spec.formula}
    assert {(key, name) for key, columns in found.columns.items() for name in columns} == computed
    for key, columns in found.columns.items():
        assert {len(cells) for cells in columns.values()} == {len(data.blocks[key].all_rows)}


def test_whether_the_day_is_asked_for(data: WorkbookData) -> None:
    """A formula that shows the day makes all depend on it; without one that asks, nothing does."""
    assert shown(data).asks_day
    last = data.blocks["totals"].last_row
    answers = {"totals": {"days": pd.Series([7], index=[last], dtype=object)}}
    assert not shown(data, answers).asks_day


def test_totals_count_what_their_columns_show(data: WorkbookData) -> None:
    """Sums over inputs, counts over labels, and formulas that need another total first."""
    found = shown(data)
    assert [total(found, key) for key in ("total", "large", "each")] == [25, 1, 25 / 3]
    assert total(shown(with_rows(data, [{}])), "each") is ErrorValue.DIV0


def test_an_answered_column_shows_the_answers(data: WorkbookData) -> None:
    """The rule's answer stands in its rows, the formula's blank in the others; totals follow."""
    first = data.blocks["items"].first_row
    live = pd.Series(["Petit", "Grand", None, "Grand"], index=range(first, first + 4), dtype=object)
    found = shown(data, {"items": {"live": live}})
    assert column(found, "items", "live", 6) == ["Petit", "Grand", None, "Grand", "", ""]
    assert total(found, "large") == 2
    assert column(found, "items", "rank", 2) == [1, 2]


def test_a_column_answered_in_every_row_needs_no_formula(data: WorkbookData) -> None:
    """Without a blank row there is nothing left to the formula."""
    rows = data.blocks["items"].all_rows
    live = pd.Series(["Grand"] * len(rows), index=rows, dtype=object)
    assert total(shown(data, {"items": {"live": live}}), "large") == len(rows)


def test_owned_answers_are_what_formulas_see(data: WorkbookData) -> None:
    """Of the lists that are about to be written, not of those that stand; a link is the text it shows."""
    severity = pd.Series(
        ["Urgent", Formula('HYPERLINK("#A1","x")', cached="À voir")], index=[1, 2], dtype=object
    )
    assert total(shown(data), "told") == 0
    assert total(shown(data, {"alerts": {"severity": severity}}), "told") == 2


def test_the_old_listing_counts_no_more(data: WorkbookData) -> None:
    """What an earlier night listed is not looked at: without new answers the list is empty."""
    block = data.blocks["alerts"]
    rows = pd.Index(range(block.first_row, block.first_row + 2))
    frame = pd.DataFrame({key: pd.Series(["Urgent"] * 2, index=rows, dtype=object) for key in block.frame})
    old = replace(data, blocks={**data.blocks, "alerts": replace(block, rows=Table.of(frame))})
    assert total(shown(old), "told") == 0


def test_instances_of_a_form_stand_side_by_side(data: WorkbookData) -> None:
    """Each has its own formula cell; a total over the field spans them all."""
    found = shown(data)
    assert column(found, "people", "months") == [432, "", ""]
    assert total(found, "oldest") == 36


def test_the_map_shows_the_other_sheets(data: WorkbookData) -> None:
    """All sheets in order but the one the map stands on, and the shares of those that have one."""
    found = shown(data, shares=pd.Series({"home": 1.0, "goods": 0.25}))
    assert total(found, "first") == "Étal"
    assert total(found, "filled") == 0.25
    without = {key: title for key, title in data.sheets.items() if key != "goods"}
    assert total(shown(replace(data, sheets=without)), "first") == "Réglages"
    assert total(shown(data, shares=pd.Series(dtype=float)), "filled") is ErrorValue.DIV0


def test_shares_and_grid_lines_have_their_cells(data: WorkbookData) -> None:
    """Completeness goes to the module's cell, each line of a box under its first one."""
    cells = dict(shown(data, shares=pd.Series({"goods": 0.25, "settings": 1.0})).cells)
    assert cells.pop(data.anchors["completeness", "goods"]) == 0.25
    lines = [["Scie", "Clou"], [1, 2], ["!", ""], [10, 20]]
    expected = {}
    for index, texts in enumerate(lines):
        first = data.anchors["boxes", f"box_{index}"]
        for line, text in enumerate(texts):
            expected[Place(first.sheet, first.row + line, first.column)] = text
    assert cells == expected


@pytest.mark.parametrize(
    ("formula", "counts"),
    [
        ("=100*({i}-1)", True),
        ('=IF({i}<2,INDEX(a[b], {i} ),"a")', True),
        ("=-{i}%", True),
        ("=SUM(a[b])", True),
        ('="{i}"&1', False),
        ("={i}0", False),
        ("=2{i}", False),
        ("=a[b{i}]", False),
        ("=a[{i}]", False),
        ("=A{i}", False),
        ("=@limit_{i}", False),
        ("=#size.{i}", False),
        ("=SUM({1,{i}})", False),
    ],
)
def test_where_a_column_may_stand_for_the_number_of_a_line(formula: str, *, counts: bool) -> None:
    """Wherever a number may, and nowhere where it makes a name, a text or a number with what is beside."""
    assert computing._counts(formula) == counts


def test_lines_together_are_lines_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The printed grids of the templates show the same, whether their lines are a column or not."""
    spec, day = load_default(), date(2026, 11, 30)
    build(spec, tmp_path / "a.xlsx", lang="fr", today=day, example=True)
    found = read_workbook(tmp_path / "a.xlsx", spec)

    def cells() -> dict[Place, Any]:
        return dict(compute(spec, found, {}, pd.Series({"kpi": 0.5}), day).cells)

    together = cells()
    assert len(together) > 100
    monkeypatch.setattr(computing, "_counts", lambda _formula: False)
    assert cells() == together

    def refuse(_rows: object) -> None:
        raise UnsupportedError("of a range that differs")

    work: Any = SimpleNamespace(_line=lambda formula, line: f"{formula}{line}")
    compiled: Any = SimpleNamespace(evaluate=refuse)
    rows: Any = SimpleNamespace(rows_count=lambda: 3)
    assert computing._Computation._lines(work, "x", compiled, rows) == ["x1", "x2", "x3"]


def test_a_box_that_people_deleted_is_not_written(data: WorkbookData) -> None:
    """A name that leads nowhere takes its lines with it, and no others."""
    anchors = {key: place for key, place in data.anchors.items() if key != ("boxes", "box_1")}
    assert len(shown(replace(data, anchors=anchors)).cells) == len(shown(data).cells) - 2


def test_settings_and_the_day(tmp_path: Path, data: WorkbookData) -> None:
    """A threshold is the cell's, the day the one given, whatever the settings sheet says of it."""
    assert total(shown(data, today=date(2026, 11, 8)), "days") == 7
    rows = {"items": GOODS, "params": [{"limit": 5, "reference_date": date(2020, 1, 1)}]}
    found = shown(shop_book(tmp_path / "b.xlsx", rows))
    assert column(found, "items", "live", 2) == ["Grand", "Grand"]
    assert (total(found, "large"), total(found, "days")) == (2, 26)


def test_labels_are_those_of_the_workbook(data: WorkbookData) -> None:
    """Formulas show and count a choice by the label in its list, in the language of the book."""
    choices = {**data.choices, "size": Choices.of(SPEC.list_("size"), "fr", placed={"big": "Énorme"})}
    found = shown(replace(data, choices=choices))
    assert column(found, "items", "live", 2) == ["Énorme", "Petit"]
    assert total(found, "large") == 1


def test_an_english_book_speaks_english(tmp_path: Path) -> None:
    """Labels, sheet titles and flags are those of its language."""
    found = shown(shop_book(tmp_path / "b.xlsx", {"items": GOODS}, "en"))
    assert column(found, "items", "live", 2) == ["Large", "Little"]
    assert total(found, "first") == "Goods"


AMOUNTS = st.none() | st.integers(-50, 50)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), AMOUNTS), max_size=12))
def test_laws_of_a_column(data: WorkbookData, drawn: list[tuple[bool, int | None]]) -> None:
    """Ranks count the larger ones (blank is 0), totals add up, rows without name show nothing."""
    rows = [{"name": f"n{n}" if named else None, "amount": amount} for n, (named, amount) in enumerate(drawn)]
    data = with_rows(data, rows or [{}])
    found = shown(data)
    amounts = [amount for _, amount in drawn if amount is not None]
    for (named, amount), rank in zip(drawn, column(found, "items", "rank"), strict=False):
        larger = sum(other > (amount or 0) for other in amounts)
        empty = len(data.blocks["items"].all_rows) - len(amounts) if (amount or 0) < 0 else 0
        assert rank == (1 + larger + empty if named else "")
    assert total(found, "total") == sum(amounts)
    assert total(found, "large") == sum(named and (amount or 0) >= 10 for named, amount in drawn)


# -- completeness ------------------------------------------------------------------------------------------


def test_completeness_of_modules(data: WorkbookData) -> None:
    """Required cells in use: 6 of 8 of the goods, 3 of 4 of the people, none of the firm."""
    shares = module_completeness(SPEC, data)["completeness"]
    assert shares.to_dict() == {"home": 0.0, "goods": (6 + 3) / (8 + 4)}


def test_an_empty_book_is_empty_and_never_more(tmp_path: Path) -> None:
    """Nothing is filled in; a table asks for the rows it needs, a form for one instance."""
    book = shop_book(tmp_path / "b.xlsx", {})
    assert module_completeness(SPEC, book)["completeness"].to_dict() == {"home": 0.0, "goods": 0.0}
    one = shop_book(tmp_path / "c.xlsx", {"items": GOODS[:1], "firm": [{"boss": "Ada"}]})
    assert module_completeness(SPEC, one)["completeness"].to_dict() == {"home": 1.0, "goods": 2 / (4 + 2)}


def test_a_block_that_is_not_in_the_book_is_not_asked_for(data: WorkbookData) -> None:
    """A deleted sheet lowers no share: its module is left out."""
    left = {key: block for key, block in data.blocks.items() if key not in {"firm", "people"}}
    assert module_completeness(SPEC, replace(data, blocks=left))["completeness"].to_dict() == {"goods": 6 / 8}


def test_an_optional_cell_begins_no_instance(tmp_path: Path) -> None:
    """What is not required fills nothing, whether the form has one instance or several."""
    book = shop_book(tmp_path / "b.xlsx", {"firm": [{"town": "Brest"}], "people": [{"who": "Ada", "age": 3}]})
    assert module_completeness(SPEC, book)["completeness"].to_dict() == {"home": 0.0, "goods": 2 / (4 + 2)}
