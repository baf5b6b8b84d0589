"""Cell functions of the SMART check: letters, score, advice (rule b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function
from strategy_xl.functions.results import labelled

if TYPE_CHECKING:
    import pandas as pd

    from strategy_xl.functions.given import Given
    from strategy_xl.rules.result import RuleResult
    from strategy_xl.rules.smart import SmartParams

ARGUMENTS = (
    Argument("objective", field="objectives.title", required=True, table="objectives"),
    *(
        Argument(key, field=f"objectives.{key}")
        for key in ("owner", "agreement", "confidence", "indicator", "unit", "baseline", "target")
    ),
    Argument("start_date", field="objectives.start"),
    Argument("deadline", field="objectives.deadline"),
    Argument("means", field="objectives.means"),
)
"""The sentence alone will do; a filled field outranks it."""

_GOOD = "Augmenter le CA des PME de 10 % d’ici fin décembre 2026"
_VAGUE = "Améliorer la qualité bientôt"


def judge(given: Given) -> RuleResult:
    """The rule's answer: on the fields of the rows that have one, on the sentence alone of the others.

    A sentence that comes alone says nothing of its owner: acceptable and realistic stay unknown then,
    instead of counting as missing.
    """
    import numpy as np
    import pandas as pd

    from strategy_xl.rules import smart
    from strategy_xl.rules.result import Codes, RuleResult
    from strategy_xl.rules.table import Table

    objectives, params = given.frame, given.params(smart.SmartParams)
    detailed = np.zeros(len(objectives), dtype=bool)
    for key in objectives.columns:
        if key != "title":
            detailed |= objectives[key].notna().to_numpy()
    if not detailed.any():
        return _sentences(objectives["title"], given, params)
    if detailed.all():
        return smart.assess(objectives, given.today, params)
    parts = [
        smart.assess(objectives[detailed], given.today, params),
        _sentences(objectives.loc[~detailed, "title"], given, params),
    ]
    frame = pd.concat([part.frame for part in parts]).reindex(objectives.index)
    order = np.argsort(np.concatenate([np.flatnonzero(detailed), np.flatnonzero(~detailed)]))
    reasons, missing = (
        Codes(
            getattr(parts[0], name).names, np.concatenate([getattr(part, name).bits for part in parts])[order]
        )
        for name in ("reasons", "missing")
    )
    return RuleResult(Table.of(frame), reasons, missing, smart.VERSION)


def _sentences(titles: pd.Series, given: Given, params: SmartParams) -> RuleResult:
    """The rule's answer on sentences alone."""
    import numpy as np
    import pandas as pd

    from strategy_xl.rules import smart
    from strategy_xl.rules.result import Codes, RuleResult
    from strategy_xl.rules.table import Table

    read = smart.assess_texts(titles, None, given.today)
    letters = {key.lower(): read[key].to_numpy(np.float64, na_value=np.nan) for key in "SMART"}
    score, verdict = smart._score(letters, params)  # noqa: SLF001 - the same score as the sheet's
    points = {key: read[key.upper()].array for key in letters}
    frame = pd.DataFrame({**points, "score": score, "verdict": verdict}, index=titles.index)
    frame["rewrite"] = read["rewrite"]
    codes = read["codes"].tolist()
    masks = {code: np.array([code in row for row in codes]) for code in smart.ALL_CODES}
    rows = len(titles)
    reasons, missing = Codes.from_masks(masks, rows), Codes.from_masks({}, rows)
    return RuleResult(Table.of(frame), reasons, missing, smart.VERSION)


@cell_function(
    "STRAT_SMART_CHECK",
    category="smart",
    arguments=ARGUMENTS,
    shape=Shape.ROWS,
    results=("s", "m", "a", "r", "t", "verdict"),
    examples=(
        Example((_GOOD,), [[2.0, 2.0, "", "", 2.0, "SMT complet, A/R à confirmer"]]),
        Example((_VAGUE,), [[1.0, 0.0, "", "", 0.0, "À retravailler"]]),
    ),
)
def smart_check(given: Given) -> Columns:
    """Points of each letter and verdict."""
    from strategy_xl.rules.frame import numbers

    frame = judge(given).frame
    return [
        *(numbers(frame, key) for key in "smart"),
        labelled(frame["verdict"], given.labels("smart_verdict")),
    ]


@cell_function(
    "STRAT_SMART_SCORE",
    category="smart",
    arguments=ARGUMENTS,
    shape=Shape.COLUMN,
    results=("smart_score",),
    examples=(
        Example((_GOOD,), [[10.0]]),
        Example(([[_GOOD, _VAGUE]],), [[10.0, 1.6667]]),
        Example((_GOOD, "Léa", "En discussion"), [[8.75]]),
    ),
)
def smart_score(given: Given) -> Columns:
    """Score of each objective, 0 to 10."""
    return [given.figures(judge(given), "score", "smart", "objectives")]


@cell_function(
    "STRAT_SMART_ADVICE",
    category="smart",
    arguments=ARGUMENTS,
    shape=Shape.ROWS,
    results=("advice", "rewrite"),
    examples=(
        Example(
            (_VAGUE,),
            [
                [
                    "Remplacez l’idée générale par ce qui la montrera chez vos clients.",
                    (
                        "Améliorer la qualité de [départ] à [cible] pour [périmètre] bientôt, "
                        "d’ici le [date], porté par [responsable]"
                    ),
                ]
            ],
        ),
    ),
)
def smart_advice(given: Given) -> Columns:
    """What to add to each objective, and a sentence to fill in."""
    result = judge(given)
    return [given.actions(result, "smart", "objectives"), result.frame["rewrite"]]
