"""Alerts: every code exists with its sentence, and what is urgent outweighs what can wait."""

from __future__ import annotations

import pytest

from strategy_xl.errors import Severity
from strategy_xl.model import LANGUAGES
from strategy_xl.rules.alerts import ALERTS
from strategy_xl.text.catalog import has_message


@pytest.mark.parametrize("code", ALERTS)
def test_code_has_a_sentence(code: str) -> None:
    """An alert is shown with the sentence of its code, in both languages."""
    assert all(has_message(code, lang) for lang in LANGUAGES)


def test_urgent_first() -> None:
    """No alert to note outweighs an urgent one, and weights stay within 1 to 100."""
    weights = {
        kind: [alert.weight for alert in ALERTS.values() if alert.severity is kind] for kind in Severity
    }
    assert min(weights[Severity.ERROR]) > max(weights[Severity.NOTE])
    assert all(1 <= alert.weight <= 100 for alert in ALERTS.values())
