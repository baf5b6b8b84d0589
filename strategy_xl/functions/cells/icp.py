"""Cell functions of the ideal client profile: its criteria, and how prospects match it (rule k)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.cells.clients import judge
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function
from strategy_xl.functions.results import labelled
from strategy_xl.languages import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd

    from strategy_xl.functions.given import Given

CLIENTS = Argument("clients", Kind.TABLE, field="clients", required=True)
RED_FLAGS = Argument("red_flags", Kind.TABLE, field="red_flags")

_CLIENTS = (
    ("Secteur", "Effectif", "Classe retenue"),
    *(("Santé", size, "Client idéal") for size in (20, 25, 30, 35)),
    ("Industrie", 30, "Client idéal"),
    *(("Industrie", size, "Client heureux") for size in (300, 400, 500, 30)),
    ("Santé", 250, "Client à risque"),
)


def _clients(given: Given) -> pd.DataFrame:
    """The clients with their class: the one given, else judged from their figures."""
    clients = given.table("clients")
    columns = [key for key in ("class_final", "class_live", "class_computed") if key in clients.columns]
    if any(clients[key].notna().any() for key in columns):
        return clients
    judged = judge(given, clients).frame
    return clients.drop(columns=columns).assign(
        class_final=judged["class_final"].astype(object), status_mark=judged["status_mark"].astype(object)
    )


@cell_function(
    "STRAT_ICP_CRITERIA",
    category="icp",
    arguments=(CLIENTS, RED_FLAGS),
    shape=Shape.TABLE,
    results=("criterion", "value", "weight", "reasons"),
    examples=(
        Example(
            (_CLIENTS,),
            [
                [
                    "Secteur",
                    "Santé",
                    0.4117,
                    "4 clients idéaux sur 5 (80 %), 1,4 fois plus que l’ensemble des clients.",
                ],
                [
                    "Effectif",
                    "22–33",
                    0.2734,
                    (
                        "3 clients idéaux sur 5 (60 %) sont dans 22–33, "
                        "1,4 fois plus que l’ensemble des clients."
                    ),
                ],
            ],
        ),
    ),
)
def icp_criteria(given: Given) -> Columns:
    """What the ideal clients have in common more than the others."""
    import pandas as pd

    from strategy_xl.rules.icp import list_criteria, overview
    from strategy_xl.rules.icp_profile import IcpParams
    from strategy_xl.text.catalog import message

    clients, params = _clients(given), given.params(IcpParams)
    result = list_criteria(clients, pd.DataFrame(), params)
    frame = result.frame
    if not len(frame):
        none = overview(clients, pd.DataFrame(), params)
        return [[given.why(none, "icp", "icp_results", none.frame)[0]], [""], [""], [""]]
    names = [message(f"icp.{code}", given.lang) for code in frame["criterion"]]
    return [names, _labelled(given, frame), frame["weight"], given.why(result, "icp", "icp_criteria", frame)]


def _labelled(given: Given, criteria: pd.DataFrame) -> list[str]:
    """The criteria's values as labels: clients come with keys of the lists."""
    lists = {
        "FIELD_SECTOR": "sectors",
        "FIELD_SEGMENT": "segments",
        "FIELD_REGION": "regions",
        "FIELD_OFFER": "offers",
    }
    return [
        given.labels(lists[code]).get(value, value) if code in lists else value
        for code, value in zip(criteria["criterion"], criteria["value"], strict=True)
    ]


@cell_function(
    "STRAT_PROSPECT_SCORE",
    category="icp",
    arguments=(
        Argument("sector", field="prospects.sector", table="prospects"),
        *(Argument(key, field=f"prospects.{key}") for key in ("size", "region", "offer")),
        Argument("red_flag", field="prospects.red_flag_1"),
        CLIENTS,
        RED_FLAGS,
    ),
    shape=Shape.ROWS,
    results=("prospect_score", "prospect_grade", "reasons"),
    examples=(
        Example(
            ("Santé", 300, None, None, None, _CLIENTS),
            [
                [
                    60.0903,
                    "B",
                    (
                        "60 % du profil : prospect B, à contacter après les A. "
                        "Ce qui manque le plus : effectif de 22–33."
                    ),
                ]
            ],
        ),
        Example(
            ([["Santé"], ["Industrie"]], [[20], [300]], None, None, None, _CLIENTS),
            [
                [
                    60.0903,
                    "B",
                    (
                        "60 % du profil : prospect B, à contacter après les A. "
                        "Ce qui manque le plus : effectif de 22–33."
                    ),
                ],
                [
                    0.0,
                    "C",
                    (
                        "0 % du profil : prospect C, à ne pas démarcher. "
                        "Ce qui manque le plus : secteur « Santé »."
                    ),
                ],
            ],
        ),
    ),
)
def prospect_score(given: Given) -> Columns:
    """How much each prospect is like the ideal clients."""
    import pandas as pd

    from strategy_xl.rules.icp import grade
    from strategy_xl.rules.icp_profile import IcpParams

    flags = given.table("red_flags")
    words = [
        label
        for lang in LANGUAGES
        for key, label in given.labels("severity", lang).items()
        if key == "eliminating"
    ]
    known = pd.DataFrame({"label": ["eliminating", *words], "severity": "eliminating"})
    flags = pd.concat([flags, known], ignore_index=True) if len(flags) else known
    result = grade(given.frame, _clients(given), pd.DataFrame(), flags, given.params(IcpParams))
    grades = labelled(result.frame["grade"], given.labels("prospect_grade"))
    return [result.frame["score"], grades, given.why(result, "icp", "prospects")]
