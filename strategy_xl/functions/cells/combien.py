"""Cell function of the calculator: from a revenue target to sales, meetings and leads (rule h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function

if TYPE_CHECKING:
    from strategy_xl.functions.given import Given

INPUTS = (
    "existing_revenue",
    "retention_rate",
    "basket",
    "closing_rate",
    "meeting_rate",
    "weeks",
    "hours_per_meeting",
    "hours_per_lead",
    "capacity_hours",
)
RESULTS = ("need", "sales", "meetings", "leads", "leads_per_week", "hours", "reachable_revenue")


@cell_function(
    "STRAT_COMBIEN",
    category="combien",
    arguments=(
        Argument("revenue_target", field="combien.revenue_target", table="combien"),
        *(Argument(key, field=f"combien.{key}") for key in INPUTS),
    ),
    shape=Shape.ROWS,
    results=RESULTS,
    examples=(
        Example(
            (150_000, 90_000, 0.8, 2_600, 0.25, 0.3, 46, 2, 0.25),
            [[78000.0, 30.0, 120.0, 400.0, 8.6957, 340.0, ""]],
        ),
        Example((1_000_000, 0, None, 10_000, 0.4, 0.5), [[1_000_000.0, 100.0, 250.0, 500.0, "", "", ""]]),
    ),
)
def combien(given: Given) -> Columns:
    """Sales, meetings, leads and hours that a target needs."""
    from strategy_xl.rules.combien import CombienParams, calculate

    result = calculate(given.frame, given.params(CombienParams))
    # Only what is asked first says what is missing; the other cells of the row stay empty.
    need = given.figures(result, "need", "combien", "combien")
    return [need, *(result.frame[key] for key in RESULTS[1:])]
