"""One answer: whatever was typed, a cell function says what the batch says of the same row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from cell_examples import run
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.functions.intake import block_fields, choice_labels
from strategy_xl.functions.results import column, labelled
from strategy_xl.rules import kpi
from strategy_xl.rules.client_matrix import classify
from strategy_xl.rules.frame import make_frame
from strategy_xl.schema.loader import load_default
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import Context
from strategy_xl.text.coercion import coerce_column

TODAY = date(2026, 5, 27)
BATCH = Context(
    "fr", choices={item.key: Choices.of(item, "fr") for item in load_default().lists}, counts=True
)
"""How cells of a French workbook are read each night."""
WORKBOOK = {"language": "Français"}
CLIENT = (
    "quick_x",
    "quick_y",
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
LEVEL = ("kpi_type", "nature", "baseline", "target", "start", "end")

ODD = st.sampled_from(
    [
        None,
        "",
        "  ",
        "12,5",
        "30 %",
        "$62,000",
        " Oui ",
        "VRAI",
        True,
        -1.0,
        0.0,
        30.0,
        101.0,
        "01/02/2026",
        "x",
    ]
)
NUMBERS = st.one_of(st.sampled_from([0.3, 1.0, 4.0, 8.0, 60.0, 24_000.0]), ODD)
YES = st.one_of(st.sampled_from(["Oui", "NON", "Yes", "oui"]), ODD)


def read(cells: dict[str, Any], block: str) -> Any:
    """The row as the batch reads it."""
    fields = block_fields(block)
    return make_frame(
        {
            key: coerce_column(["" if cell is None else cell], fields[key], BATCH).array
            for key, cell in cells.items()
        }
    )


@given(st.tuples(*(YES if key == "competing" else NUMBERS for key in CLIENT)))
def test_client_class_and_scores_are_the_batch_s(cells: tuple[Any, ...]) -> None:
    """Text numbers, values out of scale, odd choices: class and scores are the rule's on what is read."""
    found = run("CLIENT_CLASS", *cells, settings=WORKBOOK)
    if found == [[""]]:
        assert all(cell is None or not str(cell).strip() for cell in cells)
        return
    judged = classify(read(dict(zip(CLIENT, cells, strict=True)), "clients")).frame
    assert found == [column(labelled(judged["class_final"], choice_labels("client_class", "fr")), "fr")]
    scores = run("CLIENT_SCORES", *cells, settings=WORKBOOK)[0]
    for score, key in zip(scores, ("x", "y"), strict=False):
        expected = float(judged[key].iloc[0])
        assert score == pytest.approx(expected) if expected == expected else str(score).startswith("à compl")  # noqa: PLR0124


DAYS = st.one_of(st.sampled_from([46_023.0, 46_388.0, date(2026, 1, 1)]), ODD)
KPI = st.tuples(
    st.sampled_from(["Croissance", "baisse", "Growth", " Baisse "]),
    st.sampled_from(["Niveau", "CUMUL", "level"]),
    NUMBERS,
    NUMBERS,
    DAYS,
    DAYS,
)


@given(KPI, NUMBERS)
def test_kpi_status_is_the_batch_s(cells: tuple[Any, ...], value: Any) -> None:
    """Dates and figures as text, choices in another case: the status is that of the rule on what is read."""
    kpis = read({**dict(zip(LEVEL, cells, strict=True)), "name": "A"}, "kpis")
    reading = read({"kpi": "A", "date": TODAY, "value": value}, "readings")
    status = kpi.status(kpis, reading, TODAY).frame["status"]
    expected = column(labelled(status, choice_labels("kpi_status", "fr")), "fr")
    assert run("KPI_STATUS", *cells, value, settings=WORKBOOK, today=TODAY) == [expected]
