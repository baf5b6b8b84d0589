"""Cell functions of the KPIs: status, progress, forecast, priority (rule c)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument, CellType, Kind
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function
from strategy_xl.functions.results import labelled

if TYPE_CHECKING:
    import pandas as pd

    from strategy_xl.functions.given import Given
    from strategy_xl.rules.result import RuleResult

ARGUMENTS = (
    Argument("kpi_type", field="kpis.kpi_type", table="kpis"),
    Argument("nature", field="kpis.nature"),
    Argument("baseline", field="kpis.baseline"),
    Argument("target", field="kpis.target"),
    Argument("start_date", field="kpis.start"),
    Argument("end_date", field="kpis.end"),
    Argument("current_value", field="readings.value"),
    Argument("reading_date", field="readings.date"),
    Argument("frequency_days", field="kpis.frequency_days"),
    Argument("kpi", field="kpis.name"),
    Argument("readings", Kind.TABLE, field="readings"),
)
"""The current value (read today unless a date says otherwise), or a table of readings."""

_DAYS = ("Baisse", "Niveau", 45, 30, 46_139, 46_199, 38)
_REVENUE = ("Croissance", "Cumul", 0, 120_000, 46_023, 46_388, 44_000)
_READINGS = (
    ("KPI", "Date", "Valeur"),
    *(("Panier", 46_023 + 7 * week, value) for week, value in enumerate((10, 12, 13, 30, 15, 16))),
)


def _readings(given: Given, kpis: pd.DataFrame) -> pd.DataFrame:
    """The readings of each row: those of the table, else its current value."""
    import numpy as np
    import pandas as pd

    from strategy_xl.rules.frame import dates, numbers

    own = given.table("readings")
    if len(own):
        return own if "kpi" in own.columns or len(kpis) > 1 else own.assign(kpi=kpis["name"].iloc[0])
    day = dates(kpis, "date")
    return pd.DataFrame(
        {
            "kpi": kpis["name"].array,
            "date": np.where(np.isnat(day), np.datetime64(given.today), day),
            "value": numbers(kpis, "value"),
        }
    )


def judge(given: Given) -> tuple[RuleResult, pd.DataFrame]:
    """The rule's answer and the rows it was given."""
    import pandas as pd

    from strategy_xl.rules import kpi

    kpis = given.frame
    if "readings" not in given.tables:
        # Each row has its own reading: rows of one name must not share theirs.
        names = [f"#{row}" for row in kpis.index.tolist()]
        # As objects: the rule compares them, and pandas takes its time to see that they are texts.
        kpis = kpis.assign(name=pd.Series(names, index=kpis.index, dtype=object))
        return kpi.status(kpis, _readings(given, kpis), given.today, given.params(kpi.KpiParams)), kpis
    if "name" not in kpis.columns:
        kpis = kpis.assign(name="#")
    return kpi.status(kpis, _readings(given, kpis), given.today, given.params(kpi.KpiParams)), kpis


@cell_function(
    "STRAT_KPI_STATUS",
    category="kpi",
    arguments=ARGUMENTS,
    shape=Shape.COLUMN,
    results=("kpi_status",),
    examples=(
        Example(_REVENUE, [["À risque"]]),
        Example(_DAYS, [["À risque"]]),
        Example(
            (*_REVENUE, *(None,) * 4, (("Règle avant la prévision", "Écart en points"),)), [["En bonne voie"]]
        ),
    ),
)
def kpi_status(given: Given) -> Columns:
    """Status of each KPI."""
    return [labelled(judge(given)[0].frame["status_final"], given.labels("kpi_status"))]


@cell_function(
    "STRAT_KPI_PROGRESS",
    category="kpi",
    arguments=ARGUMENTS,
    shape=Shape.COLUMN,
    results=("progress",),
    examples=(Example(_DAYS, [[0.4667]]), Example((None, None, 45, 30, None, None, 38), [[0.4667]])),
)
def kpi_progress(given: Given) -> Columns:
    """Share of the way from baseline to target."""
    import numpy as np

    from strategy_xl.rules.frame import numbers

    # The share of the way needs no type: baseline and target say which way it goes.
    rows = given.frame
    way = np.where(numbers(rows, "target") >= numbers(rows, "baseline"), "increase", "decrease")
    kinds = rows["kpi_type"].astype(object) if "kpi_type" in rows.columns else None
    filled = way if kinds is None else kinds.where(kinds.notna(), way).to_numpy()
    result, kpis = judge(replace(given, frame=rows.assign(kpi_type=filled)))
    return [given.figures(result, "progress", "kpi", "kpis+readings", kpis)]


@cell_function(
    "STRAT_KPI_FORECAST",
    category="kpi",
    arguments=ARGUMENTS,
    shape=Shape.COLUMN,
    results=("forecast",),
    examples=(
        Example(_REVENUE, [[110_000.0]]),
        Example(
            (
                "Croissance",
                "Niveau",
                10,
                24,
                46_023,
                46_100,
                None,
                None,
                None,
                "Panier",
                _READINGS,
            ),
            [[22.0]],
        ),
        Example(_DAYS, [["pas encore de prévision : il faut au moins 4 relevés"]]),
    ),
)
def kpi_forecast(given: Given) -> Columns:
    """Value expected at the end date."""
    from strategy_xl.rules.frame import is_choice
    from strategy_xl.rules.kpi import KpiParams
    from strategy_xl.text.catalog import message

    result, kpis = judge(given)
    values = given.figures(result, "forecast", "kpi", "kpis+readings", kpis)
    least = given.params(KpiParams).kpi_forecast_points
    counts = result.frame["readings_count"].to_numpy()
    few = (counts > 0) & (counts < least) & is_choice(kpis, "nature", "level")
    told = message("functions.FEW_READINGS", given.lang, n=least)
    return [
        [
            told if short and isinstance(value, str) else value
            for value, short in zip(values, few, strict=True)
        ]
    ]


@cell_function(
    "STRAT_KPI_WHY",
    category="kpi",
    arguments=ARGUMENTS,
    shape=Shape.COLUMN,
    results=("reasons",),
    examples=(
        Example(_DAYS, [["47 % du chemin en 50 % du temps : à risque (règle du rythme)."]]),
        Example(_REVENUE, [["37% of the way in 40% of the time: at risk (pace rule)."]], lang="en"),
    ),
)
def kpi_why(given: Given) -> Columns:
    """Why each KPI has its status."""
    result, kpis = judge(given)
    return [given.why(result, "kpi", "kpis+readings", kpis)]


@cell_function(
    "STRAT_KPI_PRIORITY",
    category="kpi",
    arguments=(
        Argument("impact", field="kpis.impact", table="kpis"),
        Argument("certainty", field="kpis.certainty"),
        Argument("effort", field="kpis.effort"),
        Argument("hours_week", field="kpis.hours_week"),
        Argument("owner", field="kpis.owner"),
        Argument("end_date", field="kpis.end"),
        Argument("capacity", Kind.SCALAR, type=CellType.NUMBER, minimum=0),
    ),
    shape=Shape.ROWS,
    together=True,
    results=("priority", "rank", "reasons"),
    examples=(
        Example(
            (5, 0.8, 2),
            [
                [
                    2.0,
                    1.0,
                    (
                        "À garder : priorité 2, rang 1. Heures par semaine inconnues : "
                        "comptées pour zéro dans la capacité."
                    ),
                ]
            ],
        ),
        Example(
            (
                [[5], [3], [3], [1]],
                [[0.8], [0.9], [0.5], [0.8]],
                [[2], [3], [1], [2]],
                [[6], [5], [3], [4]],
                None,
                None,
                12,
            ),
            [
                [2.0, 1.0, "À garder : priorité 2, rang 1."],
                [0.9, 3.0, "À reporter : ses 5 h par semaine dépassent la capacité restante."],
                [1.5, 2.0, "À garder : priorité 1,5, rang 2."],
                [0.4, 4.0, "À reporter : ses 4 h par semaine dépassent la capacité restante."],
            ],
        ),
    ),
)
def kpi_priority(given: Given) -> Columns:
    """Priority and rank of each KPI, and whether it fits in the hours."""
    from strategy_xl.rules import kpi_priority as rule
    from strategy_xl.rules.kpi import KpiParams

    capacity = given.others.get("capacity")
    if capacity is None:
        capacity = given.setting("capacity_hours_week")
    result = rule.rank(given.frame, given.params(KpiParams), capacity, given.frame.get("status_final"))
    values = given.figures(result, "priority", "kpi_priority", "kpis")
    return [values, result.frame["rank"], given.why(result, "kpi_priority", "kpis")]
