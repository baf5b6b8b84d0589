"""The last twelve values of each KPI, night by night: what the history sheet draws as a small line."""

from __future__ import annotations

from strategy_xl.rules.entities import ENTITY
from strategy_xl.rules.frame import Frame, as_array, cells, day_array, make_frame, numbered
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.trails import MOST, TRAIL, Entry, Trail, read_trail

__all__ = ["VERSION", "recall"]

VERSION = "kpi_past 1"
SHOWN = ("name", "unit", "status_final", "move", "since")
"""What stands in the list as it stands beside the KPI."""


def recall(kpis: Frame) -> RuleResult:
    """The KPIs of which a value has been seen, with their values.

    Arguments:
        kpis: block ``kpis`` with this night's trails; used: name, unit, status_final, move,
            since, entity_id, trail.

    Result frame, one row a KPI in their order, numbered from 1: name, unit, status_final, move, since;
    value_1 … value_12, the latest last, none in front where there are fewer; first_day, last_day: of the
    first and of the last of them; first_value, last_value. A value that stays counts once.
    """
    seen: list[tuple[int, list[Entry]]] = []
    trails = zip(cells(kpis, TRAIL).tolist(), cells(kpis, ENTITY).tolist(), strict=True)
    for at, (text, entity) in enumerate(trails):
        values = _values(read_trail(text, entity))
        if values:
            seen.append((at, values))
    rows = [at for at, _ in seen]
    columns: dict[str, object] = {key: as_array(cells(kpis, key)[rows].tolist()) for key in SHOWN}
    columns["first_day"] = day_array([values[0].day for _, values in seen])
    columns["first_value"] = as_array([values[0].value for _, values in seen])
    columns["last_day"] = day_array([values[-1].day for _, values in seen])
    columns["last_value"] = as_array([values[-1].value for _, values in seen])
    filled: list[list[float | None]] = [
        [*[None] * (MOST - len(values)), *(entry.value for entry in values)] for _, values in seen
    ]
    columns |= {
        f"value_{number + 1}": as_array([values[number] for values in filled]) for number in range(MOST)
    }
    nothing = Codes.from_masks({}, len(seen))
    return RuleResult(make_frame(columns, numbered(len(seen))), nothing, nothing, VERSION)


def _values(trail: Trail) -> list[Entry]:
    """The entries that brought a new value."""
    found: list[Entry] = []
    for entry in trail:
        if entry.value is not None and (not found or found[-1].value != entry.value):
            found.append(entry)
    return found
