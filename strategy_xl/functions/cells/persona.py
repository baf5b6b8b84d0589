"""Cell function of the personas: how far a portrait is filled in (rule j)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function
from strategy_xl.functions.results import labelled

if TYPE_CHECKING:
    from strategy_xl.functions.given import Given

FIELDS = (
    "age", "family", "location", "job", "passions",
    "q_problem", "q_jobs", "q_pains", "q_gains", "q_daily",
    "objections", "purchase_role",
)  # fmt: skip


@cell_function(
    "STRAT_PERSONA_SCORE",
    category="persona",
    arguments=(
        Argument("first_name", field="personas.first_name", table="personas"),
        *(Argument(key, field=f"personas.{key}") for key in FIELDS),
        Argument("evidence", field="personas.evidence_1"),
    ),
    shape=Shape.ROWS,
    results=("persona_score", "persona_status", "reasons"),
    examples=(
        Example(
            (
                "Claire",
                42,
                None,
                "Nantes",
                "Gérante de PME",
                "La voile",
                "Elle manque de temps pour vendre",
                "Trouver des clients et tenir les comptes",
                "Des devis qui restent sans réponse",
                "Un carnet de commandes plein",
                None,
                None,
                "Décideur",
                "Oui",
            ),
            [
                [
                    78.3333,
                    "Brouillon",
                    "78 sur 100 : brouillon (réponses 4 sur 5, portrait 5 sur 6, achat 1 sur 2).",
                ]
            ],
        ),
    ),
)
def persona_score(given: Given) -> Columns:
    """Score and state of each persona."""
    from strategy_xl.rules.persona import PersonaParams, assess

    result = assess(given.frame, given.params(PersonaParams))
    status = labelled(result.frame["status"], given.labels("persona_status"))
    return [result.frame["score"], status, given.why(result, "persona", "personas")]
