"""Which reason codes are alerts, how grave, and how much sooner their action matters than another's.

The weight ranks the ten actions of the summary: what can be lost now (a client, a deal, a deadline) comes
before what would sharpen a judgement. A code that is not listed explains a result but alerts nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from strategy_xl.errors import Severity


@dataclass(frozen=True, slots=True)
class Alert:
    """How an alert is shown and ranked: severity, and weight from 1 (can wait) to 100 (today)."""

    severity: Severity
    weight: int


_URGENT, _IMPORTANT, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

ALERTS: Mapping[str, Alert] = {
    # A deal without the person who decides or signs is always a red flag (rule d).
    "stakeholders.NO_CONTACT": Alert(_URGENT, 96),
    "stakeholders.NO_DECIDER": Alert(_URGENT, 95),
    "stakeholders.DECIDER_OPPOSED": Alert(_URGENT, 92),
    "stakeholders.NO_SIGNATORY": Alert(_URGENT, 88),
    "client_matrix.RF": Alert(_URGENT, 90),
    "client_matrix.CLASS_AT_RISK": Alert(_URGENT, 86),
    "client_matrix.CLASS_AT_RISK_SCORES": Alert(_URGENT, 84),
    "client_matrix.HELD_AT_RISK": Alert(_URGENT, 83),
    "kpi.MISSED": Alert(_URGENT, 82),
    "kpi.OFF_THRESHOLD": Alert(_URGENT, 80),
    "kpi.LATE_FORECAST": Alert(_URGENT, 80),
    "kpi.LATE_PACE": Alert(_URGENT, 78),
    "kpi.LATE_GAP": Alert(_URGENT, 78),
    "kpi.LATE_CAP": Alert(_URGENT, 78),
    "kpi.LATE_BACK": Alert(_URGENT, 81),
    "kpi.WRONG_WAY": Alert(_URGENT, 79),
    "smart.CONFLICT": Alert(_IMPORTANT, 60),
    "stakeholders.SINGLE_THREAD": Alert(_IMPORTANT, 70),
    "stakeholders.CONTACT_STALE": Alert(_IMPORTANT, 58),
    "client_matrix.CLASS_AVOID": Alert(_IMPORTANT, 66),
    "client_matrix.CLASS_AVOID_SCORES": Alert(_IMPORTANT, 64),
    "client_matrix.HELD_AVOID": Alert(_IMPORTANT, 63),
    "client_matrix.RESERVE": Alert(_IMPORTANT, 62),
    "client_matrix.FORCED_DRIFT": Alert(_IMPORTANT, 55),
    "kpi.FORCED_DRIFT": Alert(_IMPORTANT, 55),
    "kpi.AT_RISK_FORECAST": Alert(_IMPORTANT, 68),
    "kpi.AT_RISK_PACE": Alert(_IMPORTANT, 67),
    "kpi.AT_RISK_GAP": Alert(_IMPORTANT, 67),
    "stalled.STALLED": Alert(_IMPORTANT, 56),
    "kpi.STALE": Alert(_IMPORTANT, 57),
    "kpi.NO_READING": Alert(_IMPORTANT, 50),
    "kpi.BAD_DATES": Alert(_IMPORTANT, 52),
    "kpi.MIXED_RATES": Alert(_IMPORTANT, 54),
    "kpi.FAR_READING": Alert(_IMPORTANT, 54),
    "kpi_priority.OWNER_FULL": Alert(_IMPORTANT, 48),
    "kpi_priority.NO_CAPACITY": Alert(_IMPORTANT, 46),
    "funnel.INCONSISTENT": Alert(_IMPORTANT, 54),
    "funnel.LEVER": Alert(_NOTE, 65),
    "combien.OVER_CAPACITY": Alert(_IMPORTANT, 63),
    "revenue.TOP1_HIGH": Alert(_IMPORTANT, 61),
    "revenue.HHI_HIGH": Alert(_NOTE, 45),
    "positioning.GAP_REPOSITION": Alert(_IMPORTANT, 59),
    "positioning.TOO_CLOSE": Alert(_IMPORTANT, 56),
    "positioning.IRRELEVANT": Alert(_IMPORTANT, 56),
    "swot.WEIGHT_HIGH": Alert(_NOTE, 25),
    "persona.HYPOTHESIS": Alert(_NOTE, 30),
    "client_matrix.INCOMPLETE": Alert(_NOTE, 41),
    "client_matrix.INCOMPLETE_X": Alert(_NOTE, 40),
    "client_matrix.INCOMPLETE_Y": Alert(_NOTE, 40),
    "client_matrix.FORCED_NO_REASON": Alert(_NOTE, 20),
    "kpi.FORCED_NO_REASON": Alert(_NOTE, 20),
}
