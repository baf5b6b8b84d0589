"""Sums of figures: added up at once they are what they are one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.work.importing.evidence import Evidence
from strategy_xl.work.importing.figures import Figures, Sums
from strategy_xl.work.importing.source import SourceList

_FIGURES = st.one_of(st.just(""), st.floats(-1e9, 1e9, width=32), st.sampled_from(["12,50", "1 200", "0"]))
_READ = {"": None, "12,50": 12.5, "1 200": 1200.0, "0": 0.0}


def _figures(rows: Sequence[tuple[object, object]]) -> Figures:
    """The figures of a list of two columns of amounts; its last rows make sure that they are such columns."""
    sure = [(1.5, 2.5)] * (len(rows) + 2)
    listed = SourceList("list.csv", ("Nom", "CA", "Marge"), tuple(("A", *row) for row in [*rows, *sure]), 2)
    return Figures(listed, Evidence(listed, "fr"), 0)


def _read(cell: object) -> float | None:
    return _READ[cell] if isinstance(cell, str) else cell if isinstance(cell, float) else None


@given(st.lists(st.tuples(_FIGURES, _FIGURES), max_size=30), st.data())
def test_added_at_once_or_one_by_one(rows: list[tuple[object, object]], data: st.DataObject) -> None:
    """Whatever the pieces: the same sums to the last digit, and the same greatest figures."""
    sums = Sums(_figures([*rows, ("3", "4")]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    for begin, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        sums.add(np.arange(begin, end))
    assert sums.count == len(rows)
    for index, column in enumerate(zip(*rows, strict=True), start=1):
        found = [value for cell in column if (value := _read(cell)) is not None]
        total = 0.0
        for value in found:
            total += value
        assert sums.matching({index: total}) == 1
        assert sums.matching({index: total + 1 + abs(total) * 1e-6}) == 0
        greatest = max(found, default=0.0)
        assert sums.below({index: greatest})
        assert not sums.below({index: greatest - 1})


def test_own_figures() -> None:
    """What a row says itself: no noughts, no empty cells."""
    figures = _figures([("12,50", ""), ("0", 7.0)])
    assert figures.own(0) == {1: 12.5}
    assert figures.own(1) == {2: 7.0}


def test_columns_without_figures() -> None:
    """A list of names only has nothing to add up."""
    listed = SourceList("list.csv", ("Nom", "Ville"), (("A", "Lyon"), ("B", "Paris")), 2)
    figures = Figures(listed, Evidence(listed, "fr"), 0)
    sums = Sums(figures)
    sums.add(np.arange(2))
    assert (figures.columns, figures.own(0), sums.count, sums.matching({})) == ((), {}, 2, 0)
