"""Alerts: every code exists with its sentence, and what is urgent outweighs what can wait."""

from __future__ import annotations

import pytest

from strategy_xl.errors import Severity
from strategy_xl.languages import LANGUAGES
from strategy_xl.rules.alerts import ALERTS
from strategy_xl.text.catalog import has_message

OF_TABLES = {"stakeholders", "client_matrix", "kpi", "kpi_priority", "smart", "funnel", "swot", "persona"}
"""Rules whose answers stand beside the rows of a table or the instances of a form."""
WHOLE_SHEET = {"funnel.LEVER"}
"""Alerts that only one row of a table can carry."""


@pytest.mark.parametrize("code", ALERTS)
def test_code_has_a_sentence(code: str) -> None:
    """An alert is shown with the sentence of its code, in both languages."""
    assert all(has_message(code, lang) for lang in LANGUAGES)


@pytest.mark.parametrize("code", [code for code in ALERTS if code.partition(".")[0] in OF_TABLES])
def test_code_of_a_table_has_a_sentence_for_many(code: str) -> None:
    """Rows with the same alert are told together: "3 accounts without a decision-maker: …"."""
    assert all(has_message(f"{code}.many", lang) for lang in LANGUAGES) or code in WHOLE_SHEET


def test_urgent_first() -> None:
    """No alert to note outweighs an urgent one, and weights stay within 1 to 100."""
    weights = {
        kind: [alert.weight for alert in ALERTS.values() if alert.severity is kind] for kind in Severity
    }
    assert min(weights[Severity.ERROR]) > max(weights[Severity.NOTE])
    assert all(1 <= alert.weight <= 100 for alert in ALERTS.values())
