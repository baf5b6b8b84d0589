"""Which of the classes leave: the client matrix on a public churn file that the developer provides.

The file is IBM's Telco sample (``Telco-Customer-Churn.csv``, 7,043 clients, fictional): it has no hours and
no satisfaction, so both mappings below read what it has as the method's inputs, and the table shows what
the classes are worth where the data was not made for them. Nothing of the file enters the project.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.rules.client_matrix import CLASSES, classify
from strategy_xl.rules.client_scores import ClientParams
from strategy_xl.rules.table import Table

Floats = npt.NDArray[np.float64]
SUPPORT = ("OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport")
"""What the firm does for a client beyond the line itself: 0 to 4 services, the scale of the impact."""

MAPPINGS = {
    "results": "impact = support services taken (0–4); put in competition = contract that ends any month",
    "results and years": "the same, and satisfaction = years as a client (six or more: 10)",
}
MONTHS_OF_TEN = 72
QUANTILE = ClientParams(client_mode="quantile", default_margin_rate=0.4)


class ChurnRow(NamedTuple):
    """A class under a mapping: its clients and the share of them that left."""

    mapping: str
    client_class: str
    clients: int
    left: float


class ChurnTable(NamedTuple):
    """The classes of every mapping, and the areas under the curve of the two axes against leaving."""

    rows: tuple[ChurnRow, ...]
    areas: dict[str, tuple[float, float]]
    everyone: int
    left: float


def clients_of(telco: pd.DataFrame, mapping: str) -> Table:
    """The file's clients with the method's inputs."""
    monthly = telco["Contract"].eq("Month-to-month").to_numpy()
    columns: dict[str, object] = {
        "name": telco["customerID"].to_numpy(dtype=object),
        "revenue": 12.0 * telco["MonthlyCharges"].to_numpy(dtype=float),
        "impact": telco[list(SUPPORT)].eq("Yes").sum(axis=1).to_numpy(dtype=float),
        "competing": monthly,
    }
    if mapping == "results and years":
        columns["satisfaction"] = 10.0 * np.minimum(
            1.0, telco["tenure"].to_numpy(dtype=float) / MONTHS_OF_TEN
        )
    return Table.of(pd.DataFrame(columns, index=telco.index))


def area(score: Floats, left: npt.NDArray[np.bool_]) -> float:
    """How well a low score tells who leaves: 0.5 is chance, 1 always right (Mann–Whitney)."""
    ranks = pd.Series(-score).rank().to_numpy()
    leavers = int(left.sum())
    return float((ranks[left].sum() - leavers * (leavers + 1) / 2) / (leavers * (len(left) - leavers)))


def churn_table(file: Path) -> ChurnTable:
    """Classes and churn of the file; OSError when it is not there, KeyError when it is another file."""
    telco = pd.read_csv(file)
    left = telco["Churn"].eq("Yes").to_numpy()
    rows: list[ChurnRow] = []
    areas: dict[str, tuple[float, float]] = {}
    for mapping in MAPPINGS:
        answers = classify(clients_of(telco, mapping), QUANTILE).frame
        for name in CLASSES:
            of_class = answers["class_final"].eq(name).to_numpy()
            if of_class.any():
                rows.append(ChurnRow(mapping, name, int(of_class.sum()), float(left[of_class].mean())))
        areas[mapping] = area(answers["x"].to_numpy(), left), area(answers["y"].to_numpy(), left)
    return ChurnTable(tuple(rows), areas, len(telco), float(left.mean()))


def lines(table: ChurnTable) -> Iterator[str]:
    """The table as Markdown."""
    yield f"{table.everyone:,} clients, of whom {table.left:.0%} left."
    yield ""
    yield "| mapping | class | clients | left |"
    yield "|---|---|---|---|"
    for row in table.rows:
        yield f"| {row.mapping} | {row.client_class} | {row.clients:,} | {row.left:.0%} |"
    yield ""
    for mapping, (given, returned) in table.areas.items():
        yield (
            f"- *{mapping}*: {MAPPINGS[mapping]}. A low X tells leavers with an area of {given:.2f}, a low "
            f"Y with {returned:.2f} (0.5 is chance)."
        )
