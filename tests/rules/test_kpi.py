"""KPI status: worked examples, each rung of the ladder, and a scalar reading of the rule."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes

from strategy_xl.errors import WorkbookError
from strategy_xl.model import KpiStatus
from strategy_xl.rules.kpi import KpiParams, status, weakest

START = date(2026, 1, 1)


def kpi(**values: object) -> dict[str, object]:
    """A level KPI that must rise from 0 to 100 over 100 days, read every 30."""
    base: dict[str, object] = {
        "name": "K",
        "kpi_type": "increase",
        "nature": "level",
        "baseline": 0.0,
        "target": 100.0,
        "start": START,
        "end": START + timedelta(days=100),
        "frequency_days": 30.0,
    }
    return base | values


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    """KPIs as the reader delivers them."""
    table = pd.DataFrame(list(rows))
    for key in ("start", "end"):
        table[key] = pd.to_datetime(table[key])
    return table


def readings(*points: tuple[int, float], name: str = "K") -> pd.DataFrame:
    """Readings so many days after the start."""
    return pd.DataFrame(
        {
            "kpi": [name] * len(points),
            "date": pd.to_datetime([START + timedelta(days=day) for day, _ in points]),
            "value": [float(value) for _, value in points],
        }
    )


def judge(
    row: dict[str, object], points: list[tuple[int, float]], day: int, params: KpiParams | None = None
) -> pd.Series:
    """Result of one KPI so many days after its start."""
    result = status(frame(row), readings(*points), START + timedelta(days=day), params)
    return result.explained().iloc[0]


def test_decrease_worked_example() -> None:
    """From 45 to 30 days, now 38 at half time: p .4667, ratio .9333, at risk."""
    row = judge(kpi(kpi_type="decrease", baseline=45.0, target=30.0), [(50, 38)], 50)
    assert row["progress"] == pytest.approx(0.4667, abs=5e-5)
    assert row["pace"] == pytest.approx(0.9333, abs=5e-5)
    assert row["status"] == "at_risk"
    assert row["reasons"] == ("AT_RISK_PACE",)


def test_revenue_worked_example_by_both_rules() -> None:
    """44 000 of 120 000 at day 146 of 365: run-rate 110 000, at risk by pace, on track by gap."""
    revenue = kpi(nature="cumulative", target=120_000.0, end=START + timedelta(days=365))
    row = judge(revenue, [(146, 44_000)], 146)
    assert (row["progress"], row["elapsed"]) == pytest.approx((0.36667, 0.4), abs=5e-6)
    assert row["pace"] == pytest.approx(0.9167, abs=5e-5)
    assert row["forecast"] == pytest.approx(110_000)
    assert row["status"] == "at_risk"
    gap = judge(revenue, [(146, 44_000)], 146, KpiParams(kpi_rule="gap"))
    assert gap["gap"] == pytest.approx(0.0333, abs=5e-5)
    assert gap["reasons"] == ("ON_TRACK_GAP",)
    four = judge(revenue, [(30, 9_000), (60, 18_000), (90, 27_000), (146, 44_000)], 146)
    assert four["reasons"] == ("AT_RISK_FORECAST",)


def test_outlier_worked_example() -> None:
    """10, 12, 13, 30, 15, 16: forecast 22 at month 12, attainment .857, late; least squares says done."""
    months = kpi(baseline=10.0, target=24.0, end=START + timedelta(days=12))
    row = judge(months, [(n + 1, v) for n, v in enumerate((10, 12, 13, 30, 15, 16))], 6)
    assert row["forecast"] == pytest.approx(22)
    assert row["attainment"] == pytest.approx(0.857, abs=5e-4)
    assert row["reasons"] == ("LATE_FORECAST",)
    slope, level = np.polyfit(range(1, 7), (10, 12, 13, 30, 15, 16), 1)
    assert level + slope * 12 > 24


@pytest.mark.parametrize(
    ("row", "points", "day", "expected"),
    [
        (kpi(), [], -1, "not_started"),
        (kpi(), [], 5, "too_early"),
        (kpi(), [], 60, "too_early"),
        (kpi(), [], 61, "stale"),
        (kpi(), [(5, 1)], 9, "too_early"),
        (kpi(), [(10, 9.5)], 10, "on_track"),
        (kpi(), [(10, 9.4)], 10, "at_risk"),
        (kpi(), [(10, 7.5)], 10, "at_risk"),
        (kpi(), [(10, 7.4)], 10, "late"),
        (kpi(), [(10, 100)], 10, "achieved"),
        (kpi(), [(10, 50)], 70, "late"),
        (kpi(), [(10, 50)], 71, "stale"),
        (kpi(), [(95, 99)], 101, "missed"),
        (kpi(), [(95, 99)], 400, "missed"),
        (kpi(), [(30, 60)], 101, "stale"),
        (kpi(), [(95, 99), (105, 100)], 110, "achieved"),
        (kpi(kpi_type="keep_above", baseline=None, target=50.0), [(5, 50)], 9, "on_track"),
        (kpi(kpi_type="keep_above", baseline=None, target=50.0), [(20, 49)], 20, "off_threshold"),
        (kpi(kpi_type="keep_below", target=50.0), [(20, 50)], 20, "on_track"),
        (kpi(kpi_type="keep_below", target=50.0), [(90, 40)], 101, "achieved"),
        (kpi(kpi_type="keep_below", target=50.0), [(90, 51)], 101, "missed"),
        (kpi(kpi_type="keep_below", target=50.0), [(10, 40)], 80, "stale"),
        (kpi(kpi_type="keep_above", baseline=50.0, target=50.0), [(20, 60)], 20, "on_track"),
        (kpi(baseline=100.0), [(20, 60)], 20, "incomplete"),
        (kpi(baseline=None), [(20, 60)], 20, "incomplete"),
        (kpi(target=None), [(20, 60)], 20, "incomplete"),
        (kpi(nature=None), [(20, 60)], 20, "incomplete"),
        (kpi(end=START), [(20, 60)], 20, "incomplete"),
        (
            kpi(nature="cumulative", kpi_type="decrease", baseline=100.0, target=60.0),
            [(50, 20)],
            50,
            "on_track",
        ),
        (kpi(nature="cumulative", kpi_type="decrease", baseline=100.0, target=60.0), [(50, 40)], 50, "late"),
        (
            kpi(nature="cumulative", kpi_type="decrease", baseline=100.0, target=60.0),
            [(99, 60)],
            101,
            "achieved",
        ),
    ],
)
def test_ladder(row: dict[str, object], points: list[tuple[int, float]], day: int, expected: str) -> None:
    """Each status is given where the rule says so, limits included."""
    assert judge(row, points, day)["status"] == expected


def test_readings_are_matched_and_filtered() -> None:
    """Names match whatever their capitals; later, undated, empty and older readings do not count."""
    table = readings((10, 10), (20, 30), (20, 10), (60, 99), (-5, 77))
    table["kpi"] = [" k", "K ", "K", "K", "K"]
    table.loc[len(table)] = ["K", pd.NaT, 5.0]
    table.loc[len(table)] = ["K", pd.Timestamp(START + timedelta(days=30)), np.nan]
    row = status(frame(kpi()), table, START + timedelta(days=40)).frame.iloc[0]
    assert (row["readings_count"], row["current"]) == (3, 20.0)
    assert row["last_date"] == pd.Timestamp(START + timedelta(days=20))


def test_elapsed_can_stop_at_the_last_reading() -> None:
    """With that setting, the days since the last reading do not make the KPI late."""
    monthly = kpi(nature="cumulative", end=START + timedelta(days=365), target=120.0)
    assert judge(monthly, [(31, 10), (59, 20)], 88)["status"] == "late"
    params = KpiParams(kpi_elapsed_at="reading")
    assert judge(monthly, [(31, 10), (59, 20)], 88, params)["status"] == "on_track"


def test_forced_status_wins_with_drift() -> None:
    """A forced status stands beside the computed one, and the drift is told."""
    table = frame(kpi()).assign(forced_status=["achieved"], forced_reason=["accord du comité"])
    row = status(table, readings((50, 10)), START + timedelta(days=50)).explained().iloc[0]
    assert (row["status"], row["status_final"]) == ("late", "achieved")
    assert row["reasons"][:2] == ("FORCED", "FORCED_DRIFT")


def test_what_is_missing_is_listed() -> None:
    """Every input without which a KPI cannot be judged is named, and a reading when none came."""
    bare = status(frame({"name": "K", "start": None, "end": None}), readings(), START).explained().iloc[0]
    assert bare["missing"] == ("kpi_type", "nature", "target", "start", "end")
    assert judge(kpi(baseline=None), [], 5)["missing"] == ("baseline",)
    assert judge(kpi(), [], 5)["missing"] == ("value",)


def test_remarks_on_odd_definitions() -> None:
    """A target on the wrong side, a baseline above a running total, and reversed dates are told."""
    wrong = judge(kpi(target=-5.0), [(50, 10)], 50)
    assert (wrong["status"], wrong["reasons"]) == ("incomplete", ("WRONG_WAY",))
    total = kpi(nature="cumulative", baseline=100.0, target=120.0)
    assert "TOTAL_BASELINE" in judge(total, [(50, 55)], 50)["reasons"]
    assert judge(kpi(end=START), [], 5)["reasons"] == ("BAD_DATES",)


RATE = {"unit": "%", "baseline": 0.2, "target": 0.4}


@pytest.mark.parametrize(
    ("changes", "last", "doubted"),
    [
        ({}, 0.29, False),
        ({}, 29.0, True),
        ({}, 1.5, True),
        ({}, 1.2, False),  # 120 %
        ({"target": 40.0}, 0.29, True),
        ({"baseline": 20.0, "target": 40.0}, 29.0, False),
        ({"baseline": 20.0, "target": 40.0}, 0.9, True),
        ({"unit": "€"}, 3.0, False),
        ({"baseline": 0.8, "target": 1.0}, 0.9, False),
    ],
)
def test_rates_in_points_beside_others_are_not_judged(
    changes: dict[str, object], last: float, doubted: bool
) -> None:
    """30 or 30 %? Nothing is said on them but that."""
    row = judge(kpi(**{**RATE, **changes}), [(10, last), (50, last)], 50)
    assert ("MIXED_RATES" in row["reasons"]) == doubted
    assert (row["status"] == "incomplete") == doubted


def test_a_reading_far_from_all_others_is_not_judged() -> None:
    """Over ten times start, target and past readings: a zero too many; ten times, or known so, is judged."""
    assert judge(kpi(baseline=45.0, target=30.0, kpi_type="decrease"), [(50, 451)], 50)["reasons"] == (
        "FAR_READING",
    )
    assert judge(kpi(), [(50, 1000)], 50)["status"] == "achieved"
    assert judge(kpi(), [(50, 1001)], 50)["status"] == "incomplete"
    assert judge(kpi(), [(-20, 120), (50, 1001)], 50)["status"] == "achieved"
    assert judge(kpi(kpi_type="keep_below", target=0.0), [(50, 3)], 50)["status"] == "off_threshold"


@pytest.mark.parametrize(
    ("current", "day", "expected"),
    [
        (4, 50, "on_track"),
        (5, 50, "on_track"),
        (6, 50, "late"),
        (11, 5, "late"),
        (1, 5, "too_early"),
        (11, 101, "missed"),
    ],
)
def test_a_falling_total_is_a_cap(current: float, day: int, expected: str) -> None:
    """Ten complaints a year at most: five by half time, whatever the start."""
    for kind, baseline in (("decrease", 14.0), ("decrease", 0.0), ("decrease", None), ("keep_below", None)):
        cap = kpi(nature="cumulative", kpi_type=kind, baseline=baseline, target=10.0)
        row = judge(cap, [(min(day, 95), current)], day)
        assert row["status"] == expected
        assert "TOTAL_BASELINE" not in row["reasons"]
        assert not row["missing"]


def test_weakest_status_of_an_objective() -> None:
    """An objective takes the weakest status of its KPIs; the first by name on equal ones."""
    table = pd.DataFrame({"name": ["b", "a", "c", "d"], "objective": ["O", "O", "P", None]})
    judged = pd.DataFrame({"status_final": ["late", "late", "achieved", "missed"]})
    found = weakest(table, judged)
    assert found.loc["O"].tolist() == ["late", "a", 2]
    assert found.index.tolist() == ["O", "P"]


def test_no_rows_give_no_rows() -> None:
    """Empty blocks are no error."""
    empty = status(frame(kpi()).iloc[:0], readings(), START)
    assert len(empty.frame) == 0
    assert len(weakest(pd.DataFrame(columns=["name", "objective"]), empty.frame)) == 0


@pytest.mark.parametrize("wrong", [{"kpi_rule": "x"}, {"kpi_forecast_points": 1}, {"kpi_pace_at_risk": 2.0}])
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    """A setting that means nothing is refused by name."""
    with pytest.raises(WorkbookError) as caught:
        KpiParams(**wrong)  # type: ignore[arg-type]
    assert caught.value.finding.args["setting"] in wrong


def scalar(  # noqa: C901, PLR0911, PLR0912
    row: dict[str, object], points: list[tuple[int, float]], day: int
) -> str:
    """The rule read aloud for one complete KPI with default settings."""
    length = (row["end"] - START).days  # type: ignore[operator]
    baseline, target, rising = row["baseline"], row["target"], row["kpi_type"] in {"increase", "keep_above"}
    cap = row["nature"] == "cumulative" and row["kpi_type"] in {"decrease", "keep_below"}
    moving = row["kpi_type"] in {"increase", "decrease"} and not cap
    if moving and (baseline == target or (target > baseline) != rising):
        return "incomplete"
    seen = sorted({d for d, _ in points if 0 <= d <= day})
    current = np.mean([v for d, v in points if d == seen[-1]]) if seen else 0.0
    earlier = [abs(v) for d, v in points if seen and d < seen[-1]]
    if abs(current) > 10 * max(abs(baseline), abs(target), *earlier, 0):
        return "incomplete"
    if day < 0:
        return "not_started"
    until = min(day, length)
    if not seen:
        return "stale" if until > 60 else "too_early"
    e = min(1.0, day / length)
    if moving:
        p = (current - baseline) / (target - baseline)
        if round(p, 9) >= 1:
            return "achieved"
    if cap and current > target:
        return "missed" if day > length else "late"
    meets = current >= target if rising else current <= target
    if until - seen[-1] > 60:
        return "stale"
    if day > length:
        return "achieved" if not moving and meets else "missed"
    if not moving and not cap:
        return "on_track" if meets else "off_threshold"
    if e < 0.1:
        return "too_early"
    if cap:
        return "on_track" if round(current, 9) <= round(target * e, 9) else "late"
    usable = [(d, v) for d, v in points if 0 <= d <= day]
    forecast = None
    if row["nature"] == "cumulative":
        if len(usable) >= 4:
            forecast = current / e
    elif len(usable) >= 4 and len(seen) > 1:
        means = [float(np.mean([v for d, v in usable if d == one])) for one, _ in usable]
        fit = theilslopes(means, [d for d, _ in usable], method="joint")
        forecast = fit.intercept + fit.slope * length
    score, cuts = (
        (p / e, (0.95, 0.75)) if forecast is None else ((forecast - baseline) / (target - baseline), (1, 0.9))
    )
    return "on_track" if round(score, 9) >= cuts[0] else "at_risk" if round(score, 9) >= cuts[1] else "late"


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["increase", "decrease", "keep_above", "keep_below"]),
            st.sampled_from(["level", "cumulative"]),
            st.sampled_from([0.0, 20.0, 50.0]),
            st.sampled_from([10.0, 50.0, 80.0]),
            st.integers(20, 200),
            st.lists(st.tuples(st.integers(-10, 180), st.integers(0, 90).map(float)), max_size=8),
        ),
        min_size=1,
        max_size=5,
    ),
    day=st.integers(-5, 220),
    seed=st.integers(0, 5),
)
def test_vectorised_equals_scalar_in_any_order(
    rows: list[tuple[str, str, float, float, int, list[tuple[int, float]]]], day: int, seed: int
) -> None:
    """Each KPI gets what the rule read aloud gives it, whatever the order of KPIs and readings."""
    names = [f"k{number}" for number in range(len(rows))]
    definitions = [
        kpi(
            name=name,
            kpi_type=type_,
            nature=nature,
            baseline=base,
            target=target,
            end=START + timedelta(length),
        )
        for name, (type_, nature, base, target, length, _) in zip(names, rows, strict=True)
    ]
    table = pd.concat([readings(*row[5], name=name) for name, row in zip(names, rows, strict=True)])
    table = table.sample(frac=1, random_state=seed)
    kpis = frame(*definitions).sample(frac=1, random_state=seed)
    found = (
        status(kpis, table, START + timedelta(days=day)).frame["status"].sort_index().astype(object).tolist()
    )
    assert found == [scalar(row, points[5], day) for row, points in zip(definitions, rows, strict=True)]
    assert set(found) <= set(KpiStatus)
