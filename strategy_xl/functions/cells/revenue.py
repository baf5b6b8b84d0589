"""Cell functions of the revenue: ABC classes, concentration, growth (rule g)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument, CellType, Kind
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function
from strategy_xl.functions.results import labelled

if TYPE_CHECKING:
    import pandas as pd

    from strategy_xl.functions.given import Given

LINES = (
    Argument("revenue", field="revenue_lines.revenue", required=True, table="revenue_lines"),
    Argument("item", field="revenue_lines.product"),
)

_AMOUNTS = Argument("amounts", Kind.RANGE, type=CellType.MONEY, required=True)
_SALES = [[400], [250], [120], [90], [60], [40], [25], [15]]
_FREQUENCIES = {
    "year": ("year", "annee", "an", "ans", "y"),
    "quarter": ("quarter", "trimestre", "q", "t"),
    "month": ("month", "mois", "m"),
}


def _lines(given: Given) -> pd.DataFrame:
    """The lines with an item each: without names every row is an item of its own."""
    lines = given.frame
    if "product" in lines.columns:
        return lines
    return lines.assign(product=[f"{row:09d}" for row in lines.index])


@cell_function(
    "STRAT_REVENUE_ABC",
    category="revenue",
    arguments=LINES,
    shape=Shape.COLUMN,
    together=True,
    results=("abc",),
    examples=(
        Example((_SALES,), [["A"], ["A"], ["A"], ["A"], ["B"], ["B"], ["C"], ["C"]]),
        Example(([[900, 60, 40]],), [["A", "B", "C"]]),
        Example(([[50], [30], [50], [-10]], [["X"], ["Y"], ["X"], ["Y"]]), [["A"], ["B"], ["A"], ["B"]]),
    ),
)
def revenue_abc(given: Given) -> Columns:
    """ABC class of each line's item."""
    from strategy_xl.rules.revenue import RevenueParams, split

    lines = _lines(given)
    result = split(lines, "product", given.params(RevenueParams)).items
    classes = result.frame["abc"]
    shown = labelled(classes, given.labels("abc"))
    if classes.isna().any():  # nothing to share: the total is not positive
        shown = given.why(result, "revenue", "products", result.frame)
    found = dict(zip(classes.index, shown, strict=True))
    # Items are stripped as they are read; a line without one has no class.
    return [[found.get(item, "") for item in lines["product"].tolist()]]


@cell_function(
    "STRAT_REVENUE_HHI",
    category="revenue",
    arguments=LINES,
    shape=Shape.TABLE,
    results=("hhi", "concentration", "reasons"),
    examples=(
        Example(
            (_SALES,),
            [
                [
                    2510.5,
                    "Élevée",
                    "Chiffre d’affaires très concentré (indice 2 510) : comme 4 éléments égaux.",
                ]
            ],
        ),
        Example(
            ([[1], [1], [1], [1]],),
            [
                [
                    2500.0,
                    "Moyenne",
                    "Concentration moyenne du chiffre d’affaires (indice 2 500) : comme 4 éléments égaux.",
                ]
            ],
            lang="fr",
        ),
    ),
)
def revenue_hhi(given: Given) -> Columns:
    """Concentration of the revenue."""
    from strategy_xl.rules.revenue import RevenueParams, split

    found = split(_lines(given), "product", given.params(RevenueParams)).concentration
    level = given.labels("concentration").get(found.hhi_level or "", "")
    return [[found.hhi], [level], [given.sentence(found.codes, "revenue", found.args)]]


@cell_function(
    "STRAT_GROWTH",
    category="revenue",
    arguments=(
        _AMOUNTS,
        Argument("frequency", Kind.SCALAR),
    ),
    shape=Shape.TABLE,
    results=("growth", "reasons"),
    examples=(
        Example(([[100, 108, 115, 126, 133]],), [[0.0721, "En croissance : 7,2 % par an."]]),
        Example(
            ([[100, 108, 115, 126, 133], [50, 50, 51, 50, 50]],),
            [[0.0721, "En croissance : 7,2 % par an."], [0.0, "Stable : 0 % par an."]],
        ),
        Example(([[100], [110]], "mois"), [[2.1384, "Trop peu de périodes (2) pour parler d’une tendance."]]),
    ),
)
def growth(given: Given) -> Columns:
    """Growth per year of a series, or of each row of a block."""
    import numpy as np
    import pandas as pd

    from strategy_xl.functions.intake import field_of, not_available, refuse, typed
    from strategy_xl.rules.growth import GrowthParams, grow
    from strategy_xl.text.parsing import fold
    from strategy_xl.text.shortening import shorten

    cells, wanted = given.others["amounts"], fold(given.others.get("frequency") or "year")
    frequency = next((key for key, names in _FREQUENCIES.items() if wanted in names), None)
    if frequency is None:
        raise refuse("BAD_FREQUENCY", given.lang, found=given.others["frequency"])
    found = typed(cells.cells, field_of(_AMOUNTS), given.lang)
    if found.errors:
        raise not_available(_AMOUNTS.name, given.lang)
    shape = (1, -1) if cells.columns == 1 else (cells.rows, cells.columns)
    table = pd.DataFrame(np.asarray(found.array).reshape(shape))
    result = grow(table, given.params(GrowthParams), frequency)  # type: ignore[arg-type]  # a key of the map
    told = given.why(result, "growth", "products", table)
    for place in sorted(found.problems, reverse=True):  # the first of a series is told
        row = place // table.shape[1]
        told[row] = shorten(f"{told[row]} {found.problems[place]}".strip())
    return [result.frame["growth"], told]
