"""Cell functions of the client matrix: class, scores, why, what would change it (rule a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function
from strategy_xl.functions.results import labelled
from strategy_xl.languages import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd

    from strategy_xl.functions.given import Given
    from strategy_xl.rules.result import RuleResult

ARGUMENTS = (
    Argument("quick_x", field="clients.quick_x", table="clients"),
    Argument("quick_y", field="clients.quick_y"),
    *(
        Argument(key, field=f"clients.{key}")
        for key in (
            "revenue",
            "margin_rate",
            "hours",
            "satisfaction",
            "impact",
            "referrals",
            "competing",
            "order_change",
            "complaints",
        )
    ),
    Argument("red_flag", field="clients.red_flag_1"),
    Argument("red_flags", Kind.TABLE, field="red_flags"),
)
"""First the two quick scores (or a whole table of clients), then the details in the order of the sheet."""

_IDEAL = (None, None, 24_000, 0.5, 60, 9, 4, 2)
_AT_RISK = (None, None, 18_000, 0.4, 20, 6, 1, 0, "Oui")
_TABLE = (
    (
        "Client",
        "CA 12 mois",
        "Taux de marge",
        "Heures passées",
        "Satisfaction",
        "Résultat obtenu",
        "Recommandations",
    ),
    ("Alpha", 24_000, 0.5, 60, 9, 4, 2),
    ("Bêta", 3_000, 0.5, 30, 10, 3, 3),
)


def judge(given: Given, clients: pd.DataFrame) -> RuleResult:
    """The rule's answer on some clients; a severity may stand as a flag of its own."""
    from strategy_xl.rules import client_matrix

    flags = _flags(given) if {"red_flag_1", "red_flag_2"} & set(clients.columns) else None
    return client_matrix.classify(clients, given.params(client_matrix.ClientParams), flags)


def _flags(given: Given) -> pd.DataFrame:
    """The red flags: those of the table, and each severity as a flag of that name."""
    import pandas as pd

    names = [(key, key) for key in given.labels("severity")]
    names += [(label, key) for lang in LANGUAGES for key, label in given.labels("severity", lang).items()]
    flags = pd.DataFrame(names, columns=["label", "severity"])
    own = given.table("red_flags")
    return pd.concat([own, flags], ignore_index=True) if len(own) else flags


@cell_function(
    "STRAT_CLIENT_CLASS",
    category="clients",
    arguments=ARGUMENTS,
    shape=Shape.COLUMN,
    results=("client_class",),
    examples=(
        Example((8, 9), [["Client idéal"]]),
        Example(
            ([[8], [7], [3], [None]], [[9], [2], [6], [None]]),
            [["Client idéal"], ["Client heureux"], ["Client à risque"], [""]],
        ),
        Example(_IDEAL, [["Client idéal"]]),
        Example((_TABLE,), [["Ideal client"], ["Happy client"]], lang="en"),
        Example((12, 9), [["À compléter"]]),
    ),
)
def client_class(given: Given) -> Columns:
    """Class of each client."""
    return [labelled(judge(given, given.frame).frame["class_final"], given.labels("client_class"))]


@cell_function(
    "STRAT_CLIENT_SCORES",
    category="clients",
    arguments=ARGUMENTS,
    shape=Shape.ROWS,
    results=("value_brought", "value_returned", "confidence"),
    examples=(
        Example(_IDEAL, [[96.25, 95.8, "Bonne"]]),
        Example((8, 9), [[80.0, 90.0, "Faible"]]),
    ),
)
def client_scores(given: Given) -> Columns:
    """Value brought and returned, 0 to 100, and how sure they are."""
    result = judge(given, given.frame)
    x, y = (given.figures(result, key, "client_matrix", "clients") for key in ("x", "y"))
    return [x, y, labelled(result.frame["confidence"], given.labels("confidence"))]


@cell_function(
    "STRAT_CLIENT_WHY",
    category="clients",
    arguments=ARGUMENTS,
    shape=Shape.COLUMN,
    results=("reasons",),
    examples=(
        Example(
            _IDEAL,
            [["Vous apportez 96, il rend 96 (seuil 50) : client idéal, 60 h pour 12 000 € de marge."]],
        ),
        Example(
            (3, 6),
            [
                [
                    (
                        "You bring 30, they return 60 (threshold 50): client at risk. "
                        "Value brought from the quick score; value returned from the quick score."
                    )
                ]
            ],
            lang="en",
        ),
    ),
)
def client_why(given: Given) -> Columns:
    """Why each client has its class."""
    return [given.why(judge(given, given.frame), "client_matrix", "clients")]


@cell_function(
    "STRAT_CLIENT_WHATIF",
    category="clients",
    arguments=ARGUMENTS,
    shape=Shape.COLUMN,
    results=("whatif",),
    examples=(
        Example(_AT_RISK, [["Pour devenir idéal : porter l’impact obtenu de 1 à 3."]]),
        Example((8, 4), [["Pour devenir idéal : porter la note rapide de valeur rendue à 5."]]),
    ),
)
def client_whatif(given: Given) -> Columns:
    """The smallest change that would move each client to another class."""
    from strategy_xl.rules.client_scores import ClientParams
    from strategy_xl.rules.client_whatif import smallest_change

    judged = judge(given, given.frame).frame
    result = smallest_change(given.frame, judged, given.params(ClientParams))
    return [given.why(result, "client_whatif", "clients")]
