"""Rows that are not there yet are written as their cells are one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.errors import Finding, Location, PatchRefusedError
from strategy_xl.ooxml.cell_patch import CellPatcher
from strategy_xl.ooxml.cell_read import SheetFacts, Tally
from strategy_xl.ooxml.cells import Formula, Kept, Peek, Styled
from strategy_xl.ooxml.new_rows import NewRows

STYLES = st.sampled_from([None, b"0", b"7"])
PLAIN = st.one_of(
    st.none(),
    st.sampled_from(["", " x ", "a\nb", "Dupont & <Fils>", "_x0041_", "é", "y" * 1500, "x" * 40_000]),
    st.text(max_size=8),
    st.floats(),
    st.integers(-(2**60), 2**60),
    st.booleans(),
    st.just(date(2026, 3, 17)),
)
# Few of them, so that the same object comes again and again.
ALIKE = [
    None,
    Peek(),
    Styled(None, b"3"),
    Styled(Kept(), b"3"),
    Styled(Formula('IF(T[[#This Row],[a]]="B5",1,"")'), b"4"),
    Styled(Formula("SUM(T[a])", array=True), None),
    Formula("1+1", 2.0),
]
VALUES = st.one_of(st.sampled_from(ALIKE), PLAIN, st.builds(Styled, PLAIN, STYLES))
EDITS = st.dictionaries(st.integers(1, 30), st.dictionaries(st.integers(4, 12), VALUES), max_size=5)


def facts(prefix: bytes) -> CellPatcher:
    """What writes single cells."""
    return CellPatcher(
        SheetFacts(Location("a.xlsx", "S"), has_date_style=lambda style: style == b"7"), prefix
    )


def one_by_one(cells: CellPatcher, edits: dict[int, dict[int, Any]], row: int) -> bytes:
    """A row of cells, each on its own."""
    body = b"".join(cells.new(row, column, rows[row], b"9") for column, rows in edits.items() if row in rows)
    if not body:
        return b""
    cells.tally.inserted_rows += 1
    return b'<%brow r="%d">%b</%brow>' % (cells.prefix, row, body, cells.prefix)


def facts_of(tally: Tally) -> dict[str, Any]:
    """All that is counted."""
    return {name: getattr(tally, name) for name in Tally.__slots__}


def answer(call: Callable[[], bytes]) -> bytes | Finding:
    """What a call gives, or why it refuses."""
    try:
        return call()
    except PatchRefusedError as error:
        return error.finding


@given(EDITS, st.sampled_from([b"", b"x:"]))
def test_new_rows_are_their_cells(edits: dict[int, dict[int, Any]], prefix: bytes) -> None:
    """The same bytes, the same counts, the same refusals."""
    edits = dict(sorted(edits.items()))
    single, whole = facts(prefix), facts(prefix)
    rows = NewRows(whole, edits, lambda _column: b"9")
    for row in range(1, 14):
        expected = answer(lambda row=row: one_by_one(single, edits, row))
        assert answer(lambda row=row: rows.write(row)) == expected
        if isinstance(expected, Finding):
            return
    assert facts_of(whole.tally) == facts_of(single.tally)
