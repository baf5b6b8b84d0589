"""Which function answers what the night writes: functions beside the results of the example workbook.

``PAIRS`` is data: for each function the block whose cells hold the same answer, and where its arguments
stand there. What is given is said as ``clients`` (a table with its headers) or ``clients[revenue]`` (a column
of it, blank rows too, or the cells of a form); ``AMOUNTS`` are the revenue lines by product and year, as a
pivot table would add them up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.functions.registry import functions
from strategy_xl.rules.growth import by_period
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole

TODAY = date(2026, 11, 28)
"""Day of the night."""
AMOUNTS = "amounts"
SERIES = "Séries"
"""Sheet of the amounts; the workbook has none, who wants to see them there adds it."""
TOLD = frozenset({"value_brought", "value_returned", "progress", "forecast", "coverage", "path"})
"""Results that say what they lack where the night leaves the cell empty."""


@dataclass(frozen=True)
class Pair:
    """A function and the cells that hold the same answer.

    Arguments:
        function: its name.
        block: the block of the answers.
        results: field of the block by result column of the function.
        given: what stands for each argument; further ones are taken from the columns of ``own``.
        own: block whose columns stand for all arguments that are its fields.
        each: whether each instance of a form is a call of its own.
        differs: by result column in how many rows the results are not the same, and why.
    """

    function: str
    block: str
    results: Mapping[str, str]
    given: Mapping[str, str] = field(default_factory=dict)
    own: str = ""
    each: bool = False
    differs: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def arguments(self) -> list[str | None]:
        """What stands for each argument, in order; None for one left out."""
        found: list[str | None] = []
        for item in functions()[self.function].arguments:
            block, _dot, key = item.field.partition(".")
            own = f"{block}[{key}]" if self.own and block == self.own and key else None
            found.append(self.given.get(item.name, own))
        while found and found[-1] is None:
            found.pop()
        return found


_LATCH = "Near the threshold the night keeps the class that the client had; a function has no memory."
_KPI = (
    "The night knows the KPI to which the objective is linked; the function takes the cells of the objective."
)
_CLIENTS = {"quick_x": "clients", "red_flags": "red_flags"}
_KPIS = {"kpi_type": "kpis", "readings": "readings"}
_ACCOUNTS = {"account": "accounts[name]", "contacts": "contacts"}

PAIRS = (
    Pair(
        "STRAT_CLIENT_CLASS",
        "clients",
        {"client_class": "class_final"},
        _CLIENTS,
        differs={"client_class": (1, _LATCH)},
    ),
    Pair(
        "STRAT_CLIENT_SCORES",
        "clients",
        {"value_brought": "x", "value_returned": "y", "confidence": "confidence"},
        _CLIENTS,
    ),
    Pair("STRAT_CLIENT_WHY", "clients", {"reasons": "reasons"}, _CLIENTS, differs={"reasons": (1, _LATCH)}),
    Pair("STRAT_CLIENT_WHATIF", "clients", {"whatif": "whatif"}, _CLIENTS, differs={"whatif": (1, _LATCH)}),
    Pair(
        "STRAT_SMART_CHECK",
        "objectives",
        {**{key: key for key in "smart"}, "verdict": "verdict"},
        own="objectives",
        differs={"r": (3, _KPI), "verdict": (3, _KPI)},
    ),
    Pair(
        "STRAT_SMART_SCORE",
        "objectives",
        {"smart_score": "score"},
        own="objectives",
        differs={"smart_score": (1, _KPI)},
    ),
    Pair(
        "STRAT_SMART_ADVICE",
        "objectives",
        {"advice": "next_action", "rewrite": "rewrite"},
        own="objectives",
        differs={"advice": (6, _KPI)},
    ),
    Pair("STRAT_KPI_STATUS", "kpis", {"kpi_status": "status_final"}, _KPIS),
    Pair("STRAT_KPI_PROGRESS", "kpis", {"progress": "progress"}, _KPIS),
    Pair("STRAT_KPI_FORECAST", "kpis", {"forecast": "forecast"}, _KPIS),
    Pair("STRAT_KPI_WHY", "kpis", {"reasons": "reasons"}, _KPIS),
    Pair(
        "STRAT_KPI_PRIORITY",
        "kpis",
        {"priority": "priority", "reasons": "keep_reasons"},
        {"impact": "kpis", "capacity": "params[capacity_hours_week]"},
    ),
    Pair("STRAT_STAKEHOLDER_ROLE", "contacts", {"role": "role"}, {"decides": "contacts"}),
    Pair("STRAT_STAKEHOLDER_WHY", "contacts", {"reasons": "reasons"}, {"decides": "contacts"}),
    Pair("STRAT_STAKEHOLDER_COVERAGE", "accounts", {"coverage": "coverage"}, _ACCOUNTS),
    Pair("STRAT_STAKEHOLDER_ALERTS", "accounts", {"reasons": "alerts"}, _ACCOUNTS),
    Pair("STRAT_STAKEHOLDER_PATH", "accounts", {"path": "path"}, {**_ACCOUNTS, "links": "links"}),
    Pair(
        "STRAT_SWOT_SCORE",
        "swot_scores",
        {"ife": "ife", "efe": "efe", "tows_strategy": "quadrant", "reasons": "reasons"},
        own="swot_items",
    ),
    Pair(
        "STRAT_TOWS",
        "tows_pairs",
        {"tows_score": "score", "tows_strategy": "strategy"},
        {"items": "swot_items"},
        own="tows_pairs",
    ),
    Pair(
        "STRAT_POSITION_GAP",
        "positioning_results",
        {"gap": "gap", "positioning_verdict": "gap_class", "reasons": "reasons"},
        own="attributes",
        differs={
            "reasons": (1, "The night adds the errors of positioning that it finds on the whole sheet.")
        },
    ),
    Pair(
        "STRAT_POSITION_CROWDING",
        "positioning_results",
        {"crowding": "crowding", "differentiation": "differentiation", "nearest": "nearest"},
        own="attributes",
        differs={"nearest": (1, "The function is not told the names of the competitors.")},
    ),
    Pair(
        "STRAT_REVENUE_ABC",
        "products",
        {"abc": "abc"},
        {"revenue": "products[revenue]", "item": "products[product]"},
    ),
    Pair(
        "STRAT_REVENUE_HHI",
        "quant_results",
        {"hhi": "hhi", "concentration": "hhi_level", "reasons": "reasons"},
        {"revenue": "products[revenue]", "item": "products[product]"},
        differs={"reasons": (1, "The night adds the shares of the first and of the first three.")},
    ),
    Pair("STRAT_GROWTH", "products", {"growth": "growth"}, {"amounts": AMOUNTS}),
    Pair(
        "STRAT_COMBIEN",
        "combien",
        {
            key: key
            for key in ("need", "sales", "meetings", "leads", "leads_per_week", "hours", "reachable_revenue")
        },
        own="combien",
        each=True,
    ),
    Pair(
        "STRAT_FUNNEL_LEVER", "funnel_charts", {"lever": "lever", "gain": "lever_gain"}, own="funnel_stages"
    ),
    Pair(
        "STRAT_PERSONA_SCORE",
        "personas",
        {"persona_score": "score", "persona_status": "status", "reasons": "reasons"},
        own="personas",
        each=True,
    ),
    Pair("STRAT_CQQCOQP_SCORE", "cqq_score", {"cqq_score": "score", "reasons": "reasons"}, own="cqq_answers"),
    Pair(
        "STRAT_ICP_CRITERIA",
        "icp_criteria",
        {key: key for key in ("criterion", "value", "weight", "reasons")},
        {"clients": "clients", "red_flags": "red_flags"},
    ),
    Pair(
        "STRAT_PROSPECT_SCORE",
        "prospects",
        {"prospect_score": "score", "prospect_grade": "grade", "reasons": "reasons"},
        {"sector": "prospects", "clients": "clients", "red_flags": "red_flags"},
    ),
)
"""Every function once."""


@dataclass(frozen=True)
class Span:
    """Cells of a sheet, ends included, from 1."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def excel(self) -> str:
        """As .xlsx says it."""
        return f"'{self.sheet}'!{cell_name(self.top, self.left)}:{cell_name(self.bottom, self.right)}"


@dataclass(frozen=True)
class Asked:
    """One call of a pair and what the night wrote.

    Arguments:
        pair: the pair.
        spans: where each argument stands, None for one left out.
        places: for each result column the cells of its answer, from the top.
    """

    pair: Pair
    spans: Sequence[Span | None]
    places: Mapping[str, Sequence[tuple[str, int, int]]]


class Night:
    """A workbook after its night.

    Arguments: path: the workbook.
    """

    def __init__(self, path: Path) -> None:
        """Read it, as the night does and as cells."""
        self.data: WorkbookData = read_workbook(path, load_default())
        self._cells = openpyxl.load_workbook(path, data_only=True)

    def cell(self, sheet: str, row: int, column: int) -> object:
        """What a cell of the file holds, an error as such."""
        value: object = self._cells[sheet].cell(row, column).value
        return ErrorValue(value) if value in set(ErrorValue) else value

    def cells(self, span: Span) -> list[list[object]]:
        """The cells of a span, as hosts hand them over."""
        if span.sheet == SERIES:
            return self.amounts
        return [
            [self.cell(span.sheet, row, column) for column in range(span.left, span.right + 1)]
            for row in range(span.top, span.bottom + 1)
        ]

    @cached_property
    def amounts(self) -> list[list[object]]:
        """Revenue by product (in the order of the list of products) and year."""
        lines, products = self.data.blocks["revenue_lines"].frame, self.data.blocks["products"]
        found = by_period(lines, "product", TODAY, "year")
        rows = found.reindex(list(products.typed("product"))).to_numpy(dtype=object)
        return [[None if cell != cell else float(cell) for cell in row] for row in rows]  # noqa: PLR0124 - NaN

    def settings(self) -> dict[str, object]:
        """The cells of the settings by key."""
        params = self.data.blocks["params"]
        keys = (each.key for each in params.block.fields if each.key in params.places)
        return {key: self.cell(params.sheet_of(key), *params.cell(key, 1)) for key in keys}

    def span(self, what: str, instance: int | None = None) -> Span:
        """Where something given stands; of a form only one instance, when it is named."""
        if what == AMOUNTS:
            return Span(SERIES, 1, 1, len(self.amounts), len(self.amounts[0]))
        block, _bracket, key = what.rstrip("]").partition("[")
        data = self.data.blocks[block]
        if not key:
            return self._table(data)
        first = instance or data.first_row
        last = instance or data.last_row
        return Span(data.sheet_of(key), *data.cell(key, first), *data.cell(key, last))

    def _table(self, data: BlockData) -> Span:
        """A table with its headers, up to the last column that people fill.

        Right of it stand columns for charts, with #N/A where nothing is to be drawn: LibreOffice makes the
        whole answer an error for one.
        """
        filled = {each.key for each in data.block.fields if each.role is FieldRole.INPUT}
        columns = {key: place.column for key, place in data.places.items()}
        right = max(column for key, column in columns.items() if key in filled)
        return Span(data.sheet, data.first_row - 1, min(columns.values()), data.last_row, right)

    def asked(self, pair: Pair) -> Iterator[Asked]:
        """The calls of a pair."""
        data = self.data.blocks[pair.block]
        alone = data.rows.index.tolist() if pair.each else [None]
        for instance in alone:
            spans = [self.span(each, instance) if each else None for each in pair.arguments()]
            rows = [instance] if instance else data.all_rows
            places = {
                result: [(data.sheet_of(key), *data.cell(key, row)) for row in rows]
                for result, key in pair.results.items()
            }
            yield Asked(pair, spans, places)


def alike(found: Any, night: Any) -> bool:
    """Whether a cell of a function shows what the night wrote."""
    if found in ("", None) or night in ("", None):
        return found in ("", None) and night in ("", None)
    if isinstance(night, date):
        return bool(found == night)
    if isinstance(found, int | float) and isinstance(night, int | float):
        return math.isclose(found, night, rel_tol=1e-9, abs_tol=1e-9)
    return bool(found == night)
