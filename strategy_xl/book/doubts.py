"""Readings of a KPI that can be meant in two ways: located, with both readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from strategy_xl.book.data import BlockData
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.rules.frame import cells, numbers
from strategy_xl.rules.kpi_doubts import below_one, in_points, is_rate
from strategy_xl.rules.wording import same_name

KPIS, READINGS = "kpis", "readings"
_GIVEN = ("baseline", "target")


def doubts(path: str, blocks: Mapping[str, BlockData]) -> list[Finding]:
    """SX493 for each value of a rate typed in points (29) where others of its KPI are rates (0.25).

    Arguments: path: the workbook; blocks: its blocks, references in the spelling of the names.
    """
    if KPIS not in blocks or READINGS not in blocks:
        return []
    return list(_rates(path, blocks[KPIS], blocks[READINGS]))


def _rates(path: str, kpis: BlockData, readings: BlockData) -> Iterator[Finding]:
    rates = np.flatnonzero(is_rate(kpis.rows))
    names = cells(kpis.rows, "name")
    if (
        not rates.size
        or not in_points(
            np.concatenate([numbers(kpis.rows, key) for key in _GIVEN] + [numbers(readings.rows, "value")])
        ).any()
    ):
        return
    of: dict[str, list[int]] = {}
    for row, name in enumerate(cells(readings.rows, "kpi")):
        if name is not None:
            of.setdefault(same_name(name), []).append(row)
    for row in rates.tolist():
        if names[row] is None:
            continue
        own = np.array(of.get(same_name(names[row]), []), dtype=np.intp)
        values = numbers(readings.rows, "value")[own]
        given = {key: float(numbers(kpis.rows, key)[row]) for key in _GIVEN}
        every = np.array([*given.values(), *values])
        if not (in_points(every).any() and below_one(every).any()):
            continue
        for key, value in given.items():
            if in_points(np.array([value]))[0]:
                yield _finding(path, kpis, key, int(kpis.rows.index[row]), value)
        for at in own[in_points(values)].tolist():
            yield _finding(
                path, readings, "value", int(readings.rows.index[at]), numbers(readings.rows, "value")[at]
            )


def _finding(path: str, data: BlockData, key: str, row: int, value: float) -> Finding:
    where = Location(path, data.sheet_of(key), data.a1(key, row))
    args = {"label": data.field(key).label.get(data.context.lang), "first": value / 100, "second": value}
    return Finding("SX493", where, args, Severity.WARNING)
