"""Cell functions of the positioning: gap to the desired place, crowding around it (rule f)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function

if TYPE_CHECKING:
    from strategy_xl.functions.given import Given
    from strategy_xl.rules.positioning import PositioningResult

MARKS = tuple(f"competitor_{number}" for number in range(1, 6))

_WEIGHTS = [[0.4], [0.3], [0.2], [0.1]]
_PERCEIVED, _DESIRED = [[6], [5], [7], [4]], [[8], [7], [7], [8]]
_FIRST, _SECOND, _THIRD = [[8], [6], [7], [7]], [[3], [9], [4], [2]], [[6], [5], [6], [5]]


def _assess(given: Given) -> PositioningResult:
    from strategy_xl.functions.intake import block_fields
    from strategy_xl.rules.positioning import PositioningParams, assess

    fields = block_fields("attributes")
    names = {key: fields[key].label.get(given.lang) for key in MARKS if key in given.frame.columns}
    return assess(given.frame, names, given.params(PositioningParams))


@cell_function(
    "STRAT_POSITION_GAP",
    category="positioning",
    arguments=(
        Argument("perceived", field="attributes.perceived", required=True, table="attributes"),
        Argument("desired", field="attributes.desired", required=True),
        Argument("weight", field="attributes.weight"),
    ),
    shape=Shape.TABLE,
    results=("gap", "positioning_verdict", "reasons"),
    examples=(
        Example(
            (_PERCEIVED, _DESIRED, _WEIGHTS),
            [[20.9762, "À ajuster", "Écart entre perçu et voulu de 21 sur 100 : à ajuster."]],
        ),
    ),
)
def position_gap(given: Given) -> Columns:
    """Distance between how clients see you and how you want to be seen."""
    found = _assess(given).summary
    verdict = given.labels("positioning_verdict")[found.gap_class or "incomplete"]
    return [[found.gap], [verdict], [given.sentence(found.codes, "positioning", found.args)]]


@cell_function(
    "STRAT_POSITION_CROWDING",
    category="positioning",
    arguments=(
        Argument("desired", field="attributes.desired", required=True, table="attributes"),
        Argument("competitor_1", field="attributes.competitor_1", required=True),
        *(Argument(key, field=f"attributes.{key}") for key in MARKS[1:]),
        Argument("weight", field="attributes.weight"),
    ),
    shape=Shape.TABLE,
    results=("crowding", "differentiation", "nearest"),
    examples=(
        Example((_DESIRED, _FIRST, _SECOND, _THIRD, None, None, _WEIGHTS), [[1.0, 6.3246, "Concurrent 1"]]),
    ),
)
def position_crowding(given: Given) -> Columns:
    """How many competitors crowd the desired place, and the nearest one."""
    found = _assess(given).summary
    return [[found.crowding if found.nearest else float("nan")], [found.differentiation], [found.nearest]]
