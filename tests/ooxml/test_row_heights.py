"""Rows get the height that is wished, wherever the pieces are cut, unless people chose another."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.ooxml.row_heights import with_heights

SHEET = (
    b'<sheetData><row r="1" ht="15"><c r="A1"/></row><row r="2" ht="15" customHeight="1"/>'
    b'<x:row spans="1:4" r="3"><c r="A3"><v>r="4"</v></c></x:row><row r="14"/></sheetData>'
)


def test_heights_of_some_rows() -> None:
    """The others keep every byte."""
    made = b"".join(with_heights([SHEET], {1: 30, 2: 40, 3: 16.5}))
    wanted = SHEET.replace(b'r="1" ht="15"', b'r="1" ht="30"').replace(b'r="3">', b'r="3" ht="16.5">')
    assert made == wanted
    assert b"".join(with_heights([SHEET], {})) == SHEET
    assert b"".join(with_heights([SHEET], {4: 30})) == SHEET


@given(st.lists(st.integers(0, len(SHEET)), max_size=8), st.dictionaries(st.integers(1, 15), st.just(20)))
def test_cuts_make_no_difference(cuts: list[int], heights: dict[int, float]) -> None:
    """However the part comes in pieces."""
    edges = [0, *sorted(cuts), len(SHEET)]
    pieces = [SHEET[start:end] for start, end in pairwise(edges)]
    assert b"".join(with_heights(pieces, heights)) == b"".join(with_heights([SHEET], heights))
