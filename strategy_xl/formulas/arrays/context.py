"""What the references of a formula stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from strategy_xl.formulas.arrays.cell_arrays import ONE, Cells, constant
from strategy_xl.formulas.arrays.reading import column_cells


@dataclass(frozen=True, eq=False)
class Context:
    """What the references of a formula stand for.

    A value is a number, text, bool, date, ``ErrorValue``, or None (also NaN, NA, NaT) for an empty cell.

    Arguments:
        rows: the block's own columns by key, each of shape (N,): ``[key]``.
        columns: ``(block, key)`` → the whole column of a table, shape (M,); one value for a form's field;
            shape (1, instances) for the fields of a form with several instances: ``block[key]``.
        setting: key → value: ``@key``; ``today`` is the reference date.
        label: (list, choice) → label: ``#list.choice``.
        size: N, where it cannot be taken from ``rows``.
        row_number: sheet row number of each of the N rows, for ROW().
        row_numbers: block → sheet row numbers of its whole columns, for ROW(block[key]).
        decimal, thousands: signs of texts made from numbers.
        language: of day and month names (``fr`` or ``en``).

    Attributes:
        parts: cells of what formulas that were compiled together have in common, by the node's identity.
    """

    rows: Mapping[str, Any]
    columns: Callable[[str, str], Any]
    setting: Callable[[str], Any]
    label: Callable[[str, str], str]
    size: int | None = None
    row_number: Any = None
    row_numbers: Callable[[str], Any] | None = None
    decimal: str = "."
    thousands: str = ","
    language: str = "en"
    parts: dict[int, Cells] = field(default_factory=dict, init=False, repr=False, compare=False)
    _kept: dict[tuple[str, ...], tuple[Any, Cells]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def rows_count(self) -> int:
        """N: the rows to compute; 1 when the block has no columns of its own."""
        if self.size is not None:
            return self.size
        for key in self.rows:
            return len(self.rows[key])
        return 1

    def cells(self, key: tuple[str, ...], source: Any) -> Cells:
        """The cells of a reference, converted once for as long as its source stays the same object."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] is source:
            return kept[1]
        found = _reference(source, down=key[0] == "row")
        self._kept[key] = (source, found)
        return found


def _reference(source: Any, *, down: bool) -> Cells:
    """The cells of a reference: a value, a column (``down``: a value of each row), a table."""
    if source is None or type(source) in _SINGLE:
        return constant(source).referred()
    if type(source) is np.ndarray and source.size == 1 and type(source.item()) in _SINGLE:
        return constant(source.item()).referred()
    shape = np.shape(source)
    whole = (1, *shape) if shape else ONE
    if len(shape) == 1:
        whole = (shape[0], 1, 1) if down else (1, shape[0], 1)
    if 0 in whole[1:]:  # a table of no rows still has one empty row on its sheet
        return constant(None).referred()
    return column_cells(source).shaped(whole).pointed()


_SINGLE = frozenset({str, float, bool, int})
