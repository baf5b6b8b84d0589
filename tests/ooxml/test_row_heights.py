"""Heights of rows whose texts change."""

from __future__ import annotations

import pytest

from strategy_xl.ooxml.row_heights import with_heights


@pytest.mark.parametrize(
    ("row", "fitted"),
    [
        (b'<row r="3">', b'<row r="3" ht="43.5">'),
        (b'<row r="3" spans="1:4" ht="15">', b'<row r="3" spans="1:4" ht="43.5">'),
        (b'<x:row r="3"/>', b'<x:row r="3" ht="43.5"/>'),
        (b'<row r="4" ht="15">', b'<row r="4" ht="15">'),
        (b'<row r="3" ht="80" customHeight="1">', b'<row r="3" ht="80" customHeight="1">'),
        (b'<row r="3" hidden="1">', b'<row r="3" hidden="1">'),
        (b'<!-- <row r="3"> -->', b'<!-- <row r="3"> -->'),
    ],
)
def test_rows_are_fitted_that_nobody_else_fitted(row: bytes, fitted: bytes) -> None:
    """A new or a proposed height is replaced; people's own, hidden rows and other rows stay."""
    assert b"".join(with_heights([b"<sheetData>", row], {3: 43.5})) == b"<sheetData>" + fitted
