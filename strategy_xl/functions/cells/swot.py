"""Cell functions of the SWOT: internal and external score, crossed strategies (rule e)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function
from strategy_xl.functions.results import labelled

if TYPE_CHECKING:
    from strategy_xl.functions.given import Given

_BOXES = [
    ["Force"],
    ["Force"],
    ["Force"],
    ["Faiblesse"],
    ["Faiblesse"],
    ["Opportunité"],
    ["Opportunité"],
    ["Menace"],
    ["Menace"],
]
_IMPORTANCE = [[5], [4], [3], [5], [3], [5], [4], [4], [2]]
_RATING = [[4], [3], [3], [1], [2], [3], [2], [2], [3]]
_ITEMS = (
    ("Élément", "Case", "Importance", "Note"),
    *(
        (text, box[0], importance[0], rating[0])
        for text, box, importance, rating in zip(
            ("Équipe", "Délais", "Prix", "Notoriété", "Export", "Export facile", "Aides", "Import", "Normes"),
            _BOXES,
            _IMPORTANCE,
            _RATING,
            strict=True,
        )
    ),
)


@cell_function(
    "STRAT_SWOT_SCORE",
    category="swot",
    arguments=(
        Argument("box", field="swot_items.box", required=True, table="swot_items"),
        Argument("importance", field="swot_items.importance", required=True),
        Argument("rating", field="swot_items.rating", required=True),
    ),
    shape=Shape.TABLE,
    results=("ife", "efe", "tows_strategy", "reasons"),
    examples=(
        Example(
            (_BOXES, _IMPORTANCE, _RATING),
            [
                [
                    2.6,
                    2.4667,
                    "ST : défendre",
                    "Forces internes (2,6), mais réponse faible à l’environnement (2,47) : défendre.",
                ]
            ],
        ),
    ),
)
def swot_score(given: Given) -> Columns:
    """Internal and external score of a SWOT, and the strategy that follows."""
    from strategy_xl.rules.swot import SwotParams, summarise

    found = summarise(given.frame, given.params(SwotParams))
    strategy = given.labels("tows_strategy").get(found.quadrant or "", "")
    return [[found.ife], [found.efe], [strategy], [given.sentence(found.codes, "swot", found.args)]]


@cell_function(
    "STRAT_TOWS",
    category="swot",
    arguments=(
        Argument("internal", field="tows_pairs.internal", required=True),
        Argument("external", field="tows_pairs.external", required=True),
        Argument("link", field="tows_pairs.link", required=True),
        Argument("items", Kind.TABLE, field="swot_items", required=True),
    ),
    shape=Shape.ROWS,
    results=("tows_score", "tows_strategy"),
    examples=(
        Example(("Équipe", "Export facile", 2, _ITEMS), [[16.6667, "SO : attaquer"]]),
        Example(
            ([["Équipe"], ["Notoriété"]], [["Export facile"], ["Import"]], [[2], [2]], _ITEMS),
            [[16.6667, "SO : attaquer"], [13.3333, "WT : se protéger"]],
        ),
    ),
)
def tows(given: Given) -> Columns:
    """Score and strategy of each pair of an internal and an external item."""
    from strategy_xl.rules.swot import SwotParams, score_pairs

    result = score_pairs(given.frame, given.table("items"), given.params(SwotParams))
    score = given.figures(result, "score", "swot", "tows_pairs")
    return [score, labelled(result.frame["strategy"], given.labels("tows_strategy"))]
