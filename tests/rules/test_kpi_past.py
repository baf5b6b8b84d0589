"""The values of KPIs as the history sheet lists them."""

from __future__ import annotations

import numpy as np

from strategy_xl.rules.entities import ENTITY
from strategy_xl.rules.frame import as_day, make_frame, object_column
from strategy_xl.rules.kpi_past import recall
from strategy_xl.rules.trails import MOST, TRAIL

TRAILS = (
    "bcdfghjklm: 2026-09-01 on_track 3; 2026-10-01 late 3; 2026-11-01 late 4; 2026-11-09 late",
    None,
    "dfghjklmnp: 2026-11-02 on_track 0.27",
)


def test_only_kpis_with_a_value_are_listed_with_each_value_once() -> None:
    """A change of status alone, or a night without a value, adds none; the latest stands last."""
    kpis = make_frame(
        {
            "name": object_column(["CA", "Vide", "Taux"]),
            "unit": object_column(["€", "", "%"]),
            ENTITY: object_column(["bcdfghjklm", "cdfghjklmn", "dfghjklmnp"]),
            TRAIL: object_column(TRAILS),
        }
    )
    table = recall(kpis).table
    assert table.index.tolist() == [1, 2]
    assert table.values("name") == ["CA", "Taux"]
    assert table.values("unit") == ["€", "%"]
    assert [str(as_day(day)) for day in table.values("first_day")] == ["2026-09-01", "2026-11-02"]
    assert [str(as_day(day)) for day in table.values("last_day")] == ["2026-11-01", "2026-11-02"]
    values = np.array([table.values(f"value_{number + 1}") for number in range(MOST)], dtype=float).T
    assert np.isnan(values[0, :-2]).all()
    assert values[0, -2:].tolist() == [3, 4]
    assert values[1, -1] == 0.27


def test_no_kpi_no_row() -> None:
    """The table is empty, with its columns."""
    table = recall(make_frame({"name": object_column([])})).table
    assert len(table) == 0
    assert {"name", "value_12", "last_day"} <= set(table.columns)
