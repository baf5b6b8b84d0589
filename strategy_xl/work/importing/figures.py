"""The columns of figures of a list, and what they come to over some of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.schema.spec import FieldType
from strategy_xl.text.parsing import Problem, number_writing, parse_number
from strategy_xl.work.importing.evidence import Evidence
from strategy_xl.work.importing.source import SourceList, different_texts

_CENTS = 0.51
"""What rounding may make of a figure, in the unit of its last place."""
_LOOKED_AT = 200


class Figures:
    """The columns of figures of a list."""

    def __init__(self, listed: SourceList, evidence: Evidence, name: int) -> None:
        """Read them.

        Arguments:
            listed: the list.
            evidence: what it tells of its writing.
            name: column of the names, which is none of figures.
        """
        found: dict[int, list[float | None]] = {}
        for index in range(len(listed.columns)):
            cells = listed.column(index)
            if index == name or not _may_be_figures(cells):
                continue
            numbers = _read(cells, evidence)
            count = len(numbers) - numbers.count(None)
            if count >= 2 and 2 * count >= len(cells) - cells.count(""):
                found[index] = numbers
        self.columns = tuple(found)
        values = np.array(list(found.values()), float).reshape(len(found), len(listed.rows))
        self._is_given = ~np.isnan(values)
        self._values = np.where(self._is_given, values, 0.0)

    def own(self, at: int) -> dict[int, float]:
        """The figures of a row that are not nought, by column."""
        values = zip(self.columns, self._values[:, at].tolist(), strict=True)
        return {index: value for index, value in values if value}

    def of(self, rows: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """The figures of some rows, columns × rows: 0 where there is none, and where there is one."""
        return self._values[:, rows], self._is_given[:, rows]


class Sums:
    """The figures of some rows, added up by column."""

    def __init__(self, figures: Figures) -> None:
        """Begin with no row."""
        self._figures = figures
        self._sums = np.zeros(len(figures.columns))
        self._greatest = np.full(len(figures.columns), -np.inf)
        self.count = 0

    def add(self, rows: npt.NDArray[np.intp]) -> None:
        """Count more rows in, one after the other."""
        if not rows.size:
            return
        self.count += rows.size
        values, is_given = self._figures.of(rows)
        self._sums = np.cumsum(np.column_stack([self._sums, values]), axis=1)[:, -1]
        self._greatest = np.maximum(self._greatest, np.where(is_given, values, -np.inf).max(axis=1))

    def below(self, own: Mapping[int, float]) -> bool:
        """Whether no figure of these rows is above that of a row; 0 stands for a column without any."""
        greatest = zip(self._figures.columns, self._greatest.tolist(), strict=True)
        return all(own[index] >= (most if most > -np.inf else 0) for index, most in greatest if index in own)

    def matching(self, own: Mapping[int, float]) -> int:
        """How many figures of a row are these sums, but for rounding."""
        if not self.count:
            return 0
        cents = _CENTS * 0.01 * self.count
        sums = dict(zip(self._figures.columns, self._sums.tolist(), strict=True))
        return sum(
            abs(sums[index] - value) <= max(cents, abs(value) * 1e-9, _CENTS if abs(value) >= 1000 else 0)
            for index, value in own.items()
        )


def _may_be_figures(cells: Sequence[Any]) -> bool:
    """Whether the first cells of a column are figures, half of them at least."""
    first = [cell for cell in cells if cell != ""][:_LOOKED_AT]
    found = sum(
        number_writing(cell) is not None if isinstance(cell, str) else _is_number(cell) for cell in first
    )
    return 2 * found >= len(first) > 0


def _read(cells: Sequence[Any], evidence: Evidence) -> list[float | None]:
    """The figures of a column; None where there is none. Equal texts are read once."""
    decimal = evidence.decimal(cells, FieldType.MONEY, None) or None
    known: dict[str, float | None] = {"": None}
    for text in different_texts(cells):
        number = parse_number(text, evidence.lang, decimal=decimal)
        known[text] = number.value if number.problem is Problem.NONE and not number.percent else None
    return [
        known[cell] if isinstance(cell, str) else float(cell) if _is_number(cell) else None for cell in cells
    ]


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
