"""Cell function of the seven questions: how many are complete (rule h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function

if TYPE_CHECKING:
    from strategy_xl.functions.given import Given

_DIMENSIONS = [["Combien"], ["Qui"], ["Quand"], ["Comment"], ["Où"], ["Quoi"], ["Pourquoi"]]
_ANSWERS = [
    ["30 nouveaux clients cette année"],
    ["Les dirigeants de PME industrielles"],
    ["Avant fin juin 2026"],
    ["Par téléphone puis en visite"],
    ["idem"],
    ["Le contrat de maintenance annuel"],
    [None],
]


@cell_function(
    "STRAT_CQQCOQP_SCORE",
    category="cqqcoqp",
    arguments=(
        Argument("dimension", field="cqq_answers.dimension", required=True, table="cqq_answers"),
        Argument("answer", field="cqq_answers.answer", required=True),
    ),
    shape=Shape.TABLE,
    results=("cqq_score", "reasons"),
    examples=(
        Example(
            (_DIMENSIONS, _ANSWERS), [[0.7143, "5 dimensions complètes sur 7, 5 réponses sur 20 questions."]]
        ),
    ),
)
def cqqcoqp_score(given: Given) -> Columns:
    """Share of the seven dimensions that are complete."""
    from strategy_xl.rules.cqqcoqp import CqqcoqpParams, assess

    found = assess(given.frame, given.params(CqqcoqpParams))
    return [[found.score], [given.sentence(found.codes, "cqqcoqp", found.args)]]
