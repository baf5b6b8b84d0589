"""Cell function of the funnel: the stage whose target would bring most sales (rule i)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function

if TYPE_CHECKING:
    from strategy_xl.functions.given import Given


@cell_function(
    "STRAT_FUNNEL_LEVER",
    category="funnel",
    arguments=(
        Argument("counts", field="funnel_stages.count", required=True, table="funnel_stages"),
        Argument("target_rate", field="funnel_stages.target_rate", required=True),
        Argument("stage", field="funnel_stages.stage"),
    ),
    shape=Shape.TABLE,
    results=("lever", "gain", "reasons"),
    examples=(
        Example(
            ([[400], [96], [24]], [[None], [0.3], [0.25]]),
            [
                [
                    "Rendez-vous qualifiés",
                    6.0,
                    "De 24 % à 30 %, 6 ventes de plus : c’est le meilleur levier.",
                ]
            ],
        ),
        Example(
            ([[10], [20], [5]], [[None], [0.3], [0.25]]),
            [["", "", "Plus de cas (20) qu’à l’étape d’où ils viennent (10) : incohérent."]],
        ),
    ),
)
def funnel_lever(given: Given) -> Columns:
    """The stage to work on, and the sales that its target would add."""
    from strategy_xl.functions.intake import refuse
    from strategy_xl.rules.funnel import STAGES, FunnelParams, assess
    from strategy_xl.text.catalog import message

    stages = given.frame
    if "stage" not in stages.columns:
        if stages.index.max() >= len(STAGES):
            raise refuse("STAGES", given.lang, n=len(STAGES))
        stages = stages.assign(stage=[STAGES[row] for row in stages.index])
    result = assess(stages, given.params(FunnelParams))
    told = given.why(result, "funnel", "funnel_stages", stages)
    lever = result.reasons.has("LEVER")
    if lever.any():
        row = int(lever.argmax())
        label = given.labels("funnel_stage")[str(stages["stage"].iloc[row])]
        return [[label], [float(result.frame["gain"].iloc[row])], [told[row]]]
    wrong = [
        sentence
        for code in ("INCONSISTENT", "NEGATIVE", "TARGET_OUT", "NOT_COMPUTABLE")
        for sentence, has in zip(told, result.reasons.has(code), strict=True)
        if has
    ]
    return [[""], [float("nan")], [wrong[0] if wrong else message("functions.NO_LEVER", given.lang)]]
