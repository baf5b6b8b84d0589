"""Ranges over the rows of a table: which ones reach down to new rows, and that nothing else moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.formulas.cell_refs import Area
from strategy_xl.formulas.reaching import Reach, lengthened, moved_row

REACH = Reach("Mes clients", Area(3, 2, 9, 5), 4, 12)
PLAIN = REACH._replace(sheet="Clients")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'Mes clients'!$B$4:$B$9", "'Mes clients'!$B$4:$B$12"),
        ("'mes Clients'!B4:E9", "'mes Clients'!B4:E12"),
        ("SUM('Mes clients'!$B$4:$B$9)/2", "SUM('Mes clients'!$B$4:$B$12)/2"),
        ("('Mes clients'!B4:B9,'Mes clients'!D4:D9)", "('Mes clients'!B4:B12,'Mes clients'!D4:D12)"),
        ("\"'Mes clients'!B4:B9\"&A1", "\"'Mes clients'!B4:B9\"&A1"),
        ("'Mes clients'!B4:B8", "'Mes clients'!B4:B8"),
        ("'Mes clients'!B3:B9", "'Mes clients'!B3:B9"),
        ("'Mes clients'!A4:B9", "'Mes clients'!A4:B9"),
        ("'Mes clients'!B9", "'Mes clients'!B9"),
        ("Autre!B4:B9", "Autre!B4:B9"),
        ("'[a.xlsx]Mes clients'!B4:B9", "'[a.xlsx]Mes clients'!B4:B9"),
        ("B4:B9", "B4:B9"),
    ],
)
def test_only_the_data_rows_of_the_table_get_longer(text: str, expected: str) -> None:
    """A range of the table's sheet over exactly its data rows; cells, texts, other books and sheets stay."""
    assert lengthened(text, None, REACH) == expected


def test_another_workbook_is_not_meant() -> None:
    """A sheet of that name in another file is another sheet."""
    assert lengthened("[1]Clients!B4:B9", None, PLAIN) == "[1]Clients!B4:B9"


def test_a_range_without_sheet_is_on_its_own() -> None:
    """Rules and formulas of the sheet need not name it."""
    assert lengthened("COUNTIF($B$4:$B$9,B4)>1", "clients", PLAIN) == "COUNTIF($B$4:$B$12,B4)>1"
    assert lengthened("COUNTIF($B$4:$B$9,B4)>1", "Other", PLAIN) == "COUNTIF($B$4:$B$9,B4)>1"


def test_a_table_of_one_row() -> None:
    """A cell or a row of it is only that; with the headers it is the table."""
    one = Reach("S", Area(1, 1, 2, 2), 2, 5)
    assert lengthened("S!A2:B2+S!A2", None, one) == "S!A2:B2+S!A2"
    assert lengthened("S!A1:B2", None, one, one.covers_table) == "S!A1:B5"


@pytest.mark.parametrize(
    ("method", "area", "expected"),
    [
        ("covers_table", Area(3, 2, 9, 5), True),
        ("covers_table", Area(2, 2, 9, 5), False),
        ("covers_end", Area(7, 3, 9, 3), True),
        ("covers_end", Area(9, 3, 9, 3), False),
        ("covers_end", Area(3, 3, 9, 3), False),
        ("covers_page", Area(1, 1, 9, 30), True),
        ("covers_page", Area(1, 1, 10, 30), False),
        ("covers_page", Area(1, 7, 9, 30), False),
    ],
)
def test_what_covers_the_rows(method: str, area: Area, expected: bool) -> None:
    """Names mean the table with or without headers; rules may be cut into pieces; pages hold more."""
    assert getattr(REACH, method)(area) is expected


def test_a_row_moves_with_its_references() -> None:
    """The references to one row, fixed or not; names, texts and other rows stay."""
    assert moved_row('S!$H$9:M9+B8+"H9"+N9A', 9, 11) == 'S!$H$11:M11+B8+"H9"+N9A'


_CELLS = st.builds(
    "{}{}{}{}".format, st.sampled_from(["", "$"]), st.sampled_from("ABCDEF"), st.sampled_from(["", "$"]),
    st.integers(1, 14),
)  # fmt: skip
_RANGES = st.builds("{}{}:{}".format, st.sampled_from(["Clients!", "Other!", ""]), _CELLS, _CELLS)


@given(st.lists(_RANGES, min_size=1, max_size=4))
def test_lengthening_is_done_once(ranges: list[str]) -> None:
    """A second time changes nothing; what changes is the last row of ranges that end with the table."""
    text = "SUM(" + ",".join(ranges) + ")"
    once = lengthened(text, "Other", PLAIN)
    assert lengthened(once, "Other", PLAIN) == once
    for old, new in zip(ranges, once[4:-1].split(","), strict=True):
        assert new == old or ("9" in old and new.replace("12", "9") == old.replace("12", "9"))
