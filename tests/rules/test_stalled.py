"""Objectives that stand still: told by the value of their KPI, while it can be mended."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from strategy_xl.rules.entities import ENTITY
from strategy_xl.rules.frame import as_day, make_frame, object_column
from strategy_xl.rules.result import RuleResult
from strategy_xl.rules.stalled import StalledParams, follow
from strategy_xl.rules.trails import TRAIL
from strategy_xl.text.catalog import message

TODAY = date(2026, 11, 30)
ID = "bcdfghjklm"


def judge(
    trail: str | None = f"{ID}: 2026-09-01 almost 7.6",
    value: float | None = 7.6,
    status: str = "late",
    today: date = TODAY,
    served: str = "",
    **objective: object,
) -> RuleResult:
    """The answer for one objective with its KPI."""
    given = {
        "title": "Répondre en 4 jours", "kpi": "Délai", "verdict": "almost", ENTITY: ID, TRAIL: trail,
        "active": None, "deadline": None, **objective,
    }  # fmt: skip
    objectives = make_frame({key: object_column([cell]) for key, cell in given.items()})
    kpis = make_frame(
        {
            "name": object_column(["Autre", "Délai"]),
            "objective": object_column([served, ""]),
            "current": [1.0, float("nan") if value is None else value],
            "status": object_column(["on_track", status]),
        }
    )
    return follow(objectives, kpis, today, StalledParams(stalled_days=45))


def told(found: RuleResult) -> bool:
    """Whether it stands still."""
    assert found.reasons.has("STALLED").tolist() == [bool(found.table.values("stalled")[0])]
    return bool(found.reasons.has("STALLED")[0])


def test_a_value_that_has_not_moved_is_told_from_the_set_day_on() -> None:
    """45 days after it was first seen, not one sooner."""
    seen = date(2026, 9, 1)
    found = judge(today=seen + timedelta(days=45))
    assert told(found)
    assert as_day(found.table.values("progress_since")[0]) == seen
    assert found.table.values("stalled_days") == [45]
    assert not told(judge(today=seen + timedelta(days=44)))


def test_a_new_value_is_progress() -> None:
    """The day is that of the night which saw it."""
    found = judge(value=7.1)
    assert not told(found)
    assert as_day(found.table.values("progress_since")[0]) == TODAY
    assert found.table.values(TRAIL) == [f"{ID}: 2026-09-01 almost 7.6; 2026-11-30 almost 7.1"]


def test_a_new_verdict_is_no_progress() -> None:
    """The sentence got better, the figure did not."""
    found = judge(verdict="smart")
    assert told(found)
    assert as_day(found.table.values("progress_since")[0]) == date(2026, 9, 1)


@pytest.mark.parametrize(
    "change", [{"status": "achieved"}, {"active": False}, {"deadline": date(2026, 11, 29)}]
)
def test_what_cannot_or_need_not_be_mended_is_not_told(change: dict[str, object]) -> None:
    """Achieved, on hold, past its deadline; with the last it says something else."""
    assert not told(judge(**change))  # type: ignore[arg-type]
    assert told(judge(deadline=TODAY, active=True))


def test_without_a_kpi_nothing_is_known() -> None:
    """Missing is not standing still."""
    found = judge(kpi="Inconnu", trail=None)
    assert found.table.values("progress_since")[0] is None or found.table.frame["progress_since"].isna().all()
    assert found.table.frame["stalled"].isna().all()
    assert found.missing.lists() == [("kpi",)]
    assert not found.reasons.has("STALLED").any()


def test_the_kpi_that_serves_an_objective_is_its_own_when_it_names_none() -> None:
    """As the status of the KPI beside it is."""
    found = judge(kpi="", served="Répondre en 4 jours", trail=None)
    assert found.table.values(TRAIL) == [f"{ID}: 2026-11-30 almost 1"]


def test_it_is_said_in_both_languages() -> None:
    """With the day of the last progress and what to do."""
    day = date(2026, 9, 1)
    assert message("stalled.STALLED", "fr", progress_since=day) == "Sans progrès depuis le 01/09/2026."
    assert message("stalled.STALLED", "en", progress_since=day) == "No progress since 1 Sep 2026."
    assert message("stalled.STALLED.action", "fr")
