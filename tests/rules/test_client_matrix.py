"""Client matrix: worked examples, laws, and agreement with a scalar reading of the rule."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_xl.errors import WorkbookError
from strategy_xl.model import ClientClass, ClientMode, StatusMark
from strategy_xl.rules.client_matrix import ClientParams, classify, contributions
from strategy_xl.rules.client_scores import mid_rank

WORKED = {
    "A": {"revenue": 24000, "margin_rate": 0.5, "hours": 60, "satisfaction": 9, "impact": 4, "referrals": 2},
    "B": {"revenue": 3000, "margin_rate": 0.5, "hours": 30, "satisfaction": 10, "impact": 3, "referrals": 3},
    "C": {"revenue": 18000, "margin_rate": 0.4, "hours": 20, "satisfaction": 6, "impact": 1, "referrals": 0}
    | {"competing": True},
    "D": {"revenue": 6000, "margin_rate": 0.3, "hours": 70, "satisfaction": 4, "impact": 1, "referrals": 0}
    | {"order_change": -0.25, "complaints": 2},
}
FLAGS = pd.DataFrame(
    {
        "label": ["Impayés", "Impoli", "Loin", "Lent"],
        "severity": ["eliminating", "major", "major", "minor"],
    }
)
KEYS = (
    *("revenue", "margin_rate", "margin", "hours", "satisfaction", "impact", "referrals"),
    *("order_change", "complaints", "quick_x", "quick_y"),
)


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Clients as the reader delivers them: numbers as floats, booleans nullable."""
    frame = pd.DataFrame(list(rows)).reindex(columns=[*KEYS, "competing", "red_flag_1", "red_flag_2"])
    frame[list(KEYS)] = frame[list(KEYS)].astype("float64")
    return frame.astype({"competing": "boolean", "red_flag_1": object, "red_flag_2": object})


def known(**values: object) -> dict[str, object]:
    """A client whose attachment is known and good."""
    return {"competing": False, **values}


def one(row: dict[str, object], params: ClientParams | None = None, **kwargs: object) -> pd.Series:
    """The result row of a single client, reasons and missing included."""
    return classify(table(row), params, **kwargs).explained().iloc[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "net", "per_hour", "y", "x", "class_"),
    [
        ("A", 9300, 200, 95.8, 97, "ideal"),
        ("B", 150, 50, 3.1222222, 92.5, "happy"),
        ("C", 6300, 360, 77.8, 35.5, "at_risk"),
        ("D", -1350, 25.7142857, 0, 29.5, "avoid"),
    ],
)
def test_worked_examples(name: str, net: float, per_hour: float, y: float, x: float, class_: str) -> None:
    """The four clients of the specification get their figures and their class."""
    row = one(known(**WORKED[name]))
    assert (row["net"], row["per_hour"]) == pytest.approx((net, per_hour))
    assert (row["y"], row["x"]) == pytest.approx((y, x))
    assert row["class_final"] == class_
    assert row["confidence"] == "good"


def test_mid_rank_example() -> None:
    """The values 10, 20, 20, 40, 90 have the mid-ranks 10, 40, 40, 70, 90."""
    values = np.array([10.0, 20, 20, 40, 90])
    assert mid_rank(values, values).tolist() == [10, 40, 40, 70, 90]


def test_missing_is_not_zero() -> None:
    """Without satisfaction the other signals share its weight, and the coverage says so."""
    row = one(known(**(WORKED["A"] | {"satisfaction": None})))
    assert row["x"] == pytest.approx(100.0)
    assert row["coverage_x"] == pytest.approx(0.7)
    assert row["confidence"] == "low"
    assert row["missing"] == ("satisfaction",)


def test_hours_missing_uses_the_margin_alone() -> None:
    """Without hours Y is the score of the margin, half covered, with low confidence."""
    row = one(known(**(WORKED["A"] | {"hours": None})))
    assert row["y"] == 100.0
    assert row["coverage_y"] == 0.5
    assert math.isnan(row["net"])
    assert row["confidence"] == "low"
    assert "HOURS_MISSING" in row["reasons"]
    assert row["class_final"] == "ideal"


def test_default_margin_rate_is_marked() -> None:
    """Revenue without margin takes the default rate and is marked as estimated; without a rate, nothing."""
    client = known(**(WORKED["A"] | {"margin_rate": None}))
    row = one(client)
    assert row["margin_used"] == pytest.approx(7200)
    assert row["status_mark"] == StatusMark.ESTIMATED
    assert row["missing"] == ("margin_rate",)
    bare = one(client, ClientParams(default_margin_rate=None))
    assert bare["class_final"] == ClientClass.INCOMPLETE
    assert bare["reasons"] == ("INCOMPLETE_Y",)


def test_quick_scores_stand_in_for_details() -> None:
    """An axis without enough detail takes the quick score ×10, at low confidence; details outrank it."""
    row = one({"quick_x": 7, "quick_y": 3})
    assert (row["x"], row["y"], row["class_final"]) == (70, 30, "happy")
    assert (row["x_source"], row["y_source"], row["confidence"]) == ("quick", "quick", "low")
    detailed = one(known(**WORKED["A"], quick_x=0, quick_y=0))
    assert (detailed["x_source"], detailed["class_final"]) == ("detailed", "ideal")


def test_nothing_known_is_incomplete_with_the_list() -> None:
    """A client with a name only is to complete, and every input of the scores is listed."""
    row = one({})
    assert row["class_final"] == ClientClass.INCOMPLETE
    assert row["missing"] == (
        *(
            "satisfaction",
            "impact",
            "referrals",
            "competing",
            "order_change",
            "complaints",
            "revenue",
            "hours",
        ),
    )
    assert pd.isna(row["confidence"])


def test_a_score_on_the_threshold_counts_as_high() -> None:
    """Exactly 50 on both axes is ideal, binary noise included."""
    assert one({"quick_x": 5, "quick_y": 5})["class_final"] == "ideal"
    weights = ClientParams(x_w_satisfaction=0.1, x_w_impact=0.2, x_w_referrals=0.3, x_w_attachment=0.4)
    row = one({"satisfaction": 5, "impact": 2, "referrals": 1, "competing": True, "quick_y": 5}, weights)
    assert row["class_final"] == "ideal"


def test_partly_known_attachment_takes_no_points_for_the_rest() -> None:
    """One known signal of attachment is enough; with none it is unknown."""
    assert one({"complaints": 2})["attachment"] == 75
    assert one({"competing": True, "order_change": -0.3})["attachment"] == 25
    assert math.isnan(one({"satisfaction": 9})["attachment"])
    assert one({"order_change": -0.2})["attachment"] == 100


@pytest.mark.parametrize(
    ("flags", "class_", "mark", "code"),
    [
        (("impayés ", None), "avoid", "red_flag", "RF"),
        (("Impoli", "Loin"), "avoid", "red_flag", "RF"),
        (("Impoli", "Impoli"), "ideal", "reserve", "RESERVE"),
        (("Lent", None), "ideal", None, "RF_MINOR"),
        (("Bizarre", None), "ideal", None, "RF_UNKNOWN"),
    ],
)
def test_red_flags(flags: tuple[str | None, str | None], class_: str, mark: str | None, code: str) -> None:
    """One eliminating or two different major flags decide; one major is a reserve; a minor is a note."""
    row = one(known(**WORKED["A"], red_flag_1=flags[0], red_flag_2=flags[1]), red_flags=FLAGS)
    assert row["class_final"] == class_
    assert row["class_computed"] == "ideal"
    assert (None if pd.isna(row["status_mark"]) else row["status_mark"]) == mark
    assert code in row["reasons"]
    assert row["in_icp_sample"] == (class_ == "ideal" and mark != "reserve")


def test_forced_class_wins_and_drift_is_told() -> None:
    """A forced class stands, is marked, and says when the computed one differs."""
    frame = table(known(**WORKED["A"])).assign(forced_class=["avoid"], forced_reason=["procès"])
    forced = classify(frame).explained().iloc[0]
    assert (forced["class_final"], forced["class_live"], forced["status_mark"]) == (
        "avoid",
        "ideal",
        "forced",
    )
    assert forced["reasons"][:2] == ("FORCED", "FORCED_DRIFT")
    same = classify(frame.assign(forced_class=["ideal"], forced_reason=[None])).explained().iloc[0]
    assert "FORCED_DRIFT" not in same["reasons"]
    assert "FORCED_NO_REASON" in same["reasons"]


@pytest.mark.parametrize(
    ("quick_y", "previous", "expected", "mark"),
    [
        (5.2, "happy", "happy", "borderline"),
        (5.3, "happy", "ideal", None),
        (4.8, "ideal", "ideal", "borderline"),
        (4.7, "ideal", "happy", None),
        (5.2, None, "ideal", None),
        (5.2, "incomplete", "ideal", None),
    ],
)
def test_hysteresis(quick_y: float, previous: str | None, expected: str, mark: str | None) -> None:
    """A stored class gives way only three points beyond the threshold; a first class at once."""
    row = one({"quick_x": 9, "quick_y": quick_y}, previous=pd.Series([previous]))
    assert row["class_final"] == expected
    assert (None if pd.isna(row["status_mark"]) else row["status_mark"]) == mark


def nights(row: dict[str, object], changes: list[dict[str, object]]) -> list[str]:
    """The final class night after night, each twice: the second changes nothing."""
    stored: dict[str, object] = {"class_final": None, "status_mark": None}
    found = []
    for change in changes:
        seen = []
        for _ in range(2):
            clients = table(row | change).assign(
                status_mark=pd.Series([stored["status_mark"]], dtype=object),
                forced_class=pd.Series([change.get("forced_class")], dtype=object),
            )
            previous = pd.Series([stored["class_final"]], dtype=object)
            result = classify(clients, None, FLAGS, previous).explained().iloc[0]
            mark = result["status_mark"]
            stored = {"class_final": result["class_final"], "status_mark": None if pd.isna(mark) else mark}
            seen.append((*stored.values(), result["reasons"]))
        assert seen[0] == seen[1]
        found.append(str(stored["class_final"]))
    return found


@pytest.mark.parametrize("score", [5.0, 5.1, 4.9, 9.0])
def test_a_red_flag_or_a_forced_class_never_feeds_the_hysteresis(score: float) -> None:
    """Ideal, flagged or forced, and free again: what the scores say, whatever stood there meanwhile."""
    row: dict[str, object] = {"quick_x": 9, "quick_y": score}
    plain = nights(row, [{}])
    for change in ({"red_flag_1": "Impayés"}, {"forced_class": "avoid"}, {"forced_class": "ideal"}):
        assert nights(row, [{}, change, {}])[2] == plain[0]


def test_quantile_mode_without_hours_ranks_by_margin_alone() -> None:
    """No silent return to fixed targets: the margins are ranked, and half of Y is covered."""
    params = ClientParams(client_mode=ClientMode.QUANTILE, quantile_min_clients=4)
    clients = table(*({"margin": margin, "quick_x": 6} for margin in (230.0, 180.0, 410.0, 90.0)))
    result = classify(clients, params)
    assert result.frame["y"].tolist() == [62.5, 37.5, 87.5, 12.5]
    assert result.frame["coverage_y"].tolist() == [0.5] * 4
    assert not result.reasons.has("QUANTILE_FALLBACK").any()
    few = classify(clients.head(3), params)
    assert few.reasons.has("QUANTILE_FALLBACK").all()


def test_quantile_mode_ranks_and_falls_back() -> None:
    """With twelve clients Y is a rank; with eleven it is absolute and every client says so."""
    rows = [known(margin=1000.0 * n, hours=10, satisfaction=9, impact=3, referrals=1) for n in range(1, 13)]
    params = ClientParams(client_mode=ClientMode.QUANTILE)
    ranked = classify(table(*rows), params)
    assert ranked.frame["y"].iloc[0] == pytest.approx(100 * 0.5 / 12)
    assert not ranked.reasons.has("QUANTILE_FALLBACK").any()
    short = classify(table(*rows[:11]), params)
    assert short.reasons.has("QUANTILE_FALLBACK").all()
    pd.testing.assert_series_equal(short.frame["y"], classify(table(*rows[:11])).frame["y"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"per_hour_target": 45.0},
        {"net_target": 0.0},
        {"x_w_impact": -1.0},
        {"client_mode": "rank"},
        {"y_w_net": 0.0, "y_w_per_hour": 0.0},
        {"quantile_min_clients": 0},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    """A setting that would divide by zero or mean nothing is refused by name."""
    with pytest.raises(WorkbookError) as caught:
        ClientParams(**wrong)  # type: ignore[arg-type]
    assert caught.value.finding.code == "SX390"
    assert caught.value.finding.args["setting"] in wrong


def test_contributions_add_up() -> None:
    """The points of the signals sum to the score, their gaps to the distance from the threshold."""
    clients = table(*(known(**row) for row in WORKED.values()), known(satisfaction=3, impact=2, margin=4000))
    parts, scores = contributions(clients), classify(clients).frame
    for axis in ("x", "y"):
        mine = [key for key in parts if key.startswith(f"{axis}_") and not key.endswith(("_gap", "distance"))]
        np.testing.assert_allclose(parts[mine].sum(axis=1), scores[axis])
        gaps = [f"{key}_gap" for key in mine]
        np.testing.assert_allclose(parts[gaps].sum(axis=1), parts[f"{axis}_distance"], atol=1e-9)


# Laws, on generated clients.

clients_rows = st.lists(
    st.fixed_dictionaries(
        {
            "revenue": st.none() | st.integers(0, 40).map(lambda n: n * 1000.0),
            "margin_rate": st.none() | st.integers(-2, 10).map(lambda n: n / 10),
            "margin": st.none() | st.integers(-5, 30).map(lambda n: n * 500.0),
            "hours": st.none() | st.integers(0, 120).map(float),
            "satisfaction": st.none() | st.integers(0, 10).map(float),
            "impact": st.none() | st.integers(0, 4).map(float),
            "referrals": st.none() | st.integers(0, 4).map(float),
            "competing": st.none() | st.booleans(),
            "order_change": st.none() | st.sampled_from([-0.5, -0.25, -0.2, -0.1, 0.0, 0.3]),
            "complaints": st.none() | st.integers(0, 4).map(float),
            "quick_x": st.none() | st.integers(0, 10).map(float),
            "quick_y": st.none() | st.integers(0, 10).map(float),
            "red_flag_1": st.none() | st.sampled_from(["Impayés", "Impoli", "Loin", "Lent"]),
            "red_flag_2": st.none() | st.sampled_from(["Impayés", "Impoli", "Loin", "Lent"]),
        }
    ),
    min_size=1,
    max_size=14,
)
classes = st.sampled_from([None, "ideal", "happy", "at_risk", "avoid", "incomplete"])


def clip(value: float) -> float:
    """The value held to 0–100."""
    return max(0.0, min(100.0, value))


def scalar(row: dict[str, object], previous: str | None) -> tuple[str, str, str]:  # noqa: C901, PLR0912
    """The rule read aloud for one client: class by scores, live class, final class (absolute mode)."""
    get = row.get
    margin = get("margin")
    if margin is None and get("revenue") is not None:
        margin = get("revenue") * (0.30 if get("margin_rate") is None else get("margin_rate"))
    hours = get("hours")
    y = None
    if margin is not None:
        if hours is None:
            y = clip(margin / 100)
        else:
            y2 = (100.0 if margin > 0 else 0.0) if hours == 0 else clip(100 * (margin / hours - 45) / 90)
            y = 0.6 * clip((margin - 45 * hours) / 100) + 0.4 * y2
    elif get("quick_y") is not None:
        y = 10 * get("quick_y")
    signals = []
    for key, weight, points in (("satisfaction", 0.3, 10), ("impact", 0.3, 25), ("referrals", 0.2, 50)):
        if get(key) is not None:
            signals.append((weight, clip(points * get(key))))
    if any(get(key) is not None for key in ("competing", "order_change", "complaints")):
        change, complaints = get("order_change") or 0.0, get("complaints") or 0.0
        lost = 50 * bool(get("competing")) + 25 * (change < -0.2) + 25 * (complaints >= 2)
        signals.append((0.2, 100.0 - lost))
    present = sum(weight for weight, _ in signals)
    x = None
    if round(present, 9) >= 0.5:
        x = sum(weight * value for weight, value in signals) / present
    elif get("quick_x") is not None:
        x = 10 * get("quick_x")

    def cell(high_x: bool, high_y: bool) -> str:
        return {(1, 1): "ideal", (1, 0): "happy", (0, 1): "at_risk", (0, 0): "avoid"}[high_x, high_y]

    if x is None or y is None:
        computed = held = "incomplete"
    else:
        highs = [round(value, 9) >= 50 for value in (x, y)]
        computed = cell(*highs)
        if previous in {"ideal", "happy", "at_risk", "avoid"}:
            before = [previous in {"ideal", "happy"}, previous in {"ideal", "at_risk"}]
            for axis, value in enumerate((x, y)):
                if before[axis] != highs[axis] and round(abs(value - 50), 9) < 3:
                    highs[axis] = before[axis]
        held = cell(*highs)
    weight_of = dict(zip(FLAGS["label"], FLAGS["severity"], strict=True))
    severities = [weight_of[flag] for flag in {get("red_flag_1"), get("red_flag_2")} - {None}]
    if "eliminating" in severities or severities.count("major") >= 2:
        return computed, "avoid", "avoid"
    return computed, computed, held


@given(rows=clients_rows, data=st.data())
def test_vectorised_equals_scalar(rows: list[dict[str, object]], data: st.DataObject) -> None:
    """The vectorised rule gives each client what the rule read aloud gives it."""
    previous = [data.draw(classes) for _ in rows]
    frame = classify(table(*rows), None, FLAGS, pd.Series(previous, dtype=object)).frame
    wanted = [scalar(row, before) for row, before in zip(rows, previous, strict=True)]
    found = frame[["class_computed", "class_live", "class_final"]].astype(object).to_numpy().tolist()
    assert [tuple(row) for row in found] == wanted


@given(rows=clients_rows, seed=st.integers(0, 9))
def test_order_and_neighbours_do_not_matter(rows: list[dict[str, object]], seed: int) -> None:
    """Shuffling rows changes nothing, and removing one client changes no other (absolute mode)."""
    clients = table(*rows)
    frame = classify(clients, None, FLAGS).frame
    shuffled = clients.sample(frac=1, random_state=seed)
    again = classify(shuffled, None, FLAGS).frame.loc[frame.index]
    pd.testing.assert_frame_equal(again, frame)
    if len(rows) > 1:
        pd.testing.assert_frame_equal(classify(clients.iloc[1:], None, FLAGS).frame, frame.iloc[1:])


@settings(max_examples=40)
@given(
    margin=st.integers(1, 30000),
    hours=st.integers(0, 200),
    more=st.integers(0, 5000),
    longer=st.integers(0, 100),
    mode=st.sampled_from(list(ClientMode)),
)
def test_returned_rises_with_margin_and_falls_with_hours(
    margin: int, hours: int, more: int, longer: int, mode: ClientMode
) -> None:
    """Y never falls when margin rises and never rises when hours rise, down to no hour at all.

    With a negative margin this holds in absolute mode only: a loss per hour looks smaller over more hours,
    which a rank cannot see.
    """
    if mode == ClientMode.ABSOLUTE:
        margin -= 2000
    crowd = [{"margin": 900.0 * n, "hours": 4.0 * n + 3} for n in range(13)]
    params = ClientParams(client_mode=mode)

    def y(margin: float, hours: float) -> float:
        return classify(table(*crowd, {"margin": margin, "hours": hours}), params).frame["y"].iloc[-1]

    assert y(margin + more, hours) >= y(margin, hours) - 1e-9
    assert y(margin, hours + longer) <= y(margin, hours) + 1e-9


@given(rows=clients_rows)
def test_brought_does_not_rise_with_competition_or_complaints(rows: list[dict[str, object]]) -> None:
    """X never rises when a client starts to compete, complains more or orders less."""
    rows = [
        row | {"competing": bool(row["competing"]), "complaints": row["complaints"] or 0.0} for row in rows
    ]
    base = classify(table(*rows)).frame["x"]
    for worse in ({"competing": True}, {"complaints": 9.0}, {"order_change": -0.9}):
        less = classify(table(*(row | worse for row in rows))).frame["x"]
        assert (less.fillna(-1) <= base.fillna(-1) + 1e-9).all()


@given(rows=clients_rows, data=st.data())
@settings(max_examples=60)
def test_a_second_run_changes_nothing(rows: list[dict[str, object]], data: st.DataObject) -> None:
    """Run again on its own result, the hysteresis leaves every class as it is."""
    clients = table(*rows)
    previous = pd.Series([data.draw(classes) for _ in rows], dtype=object)
    first = classify(clients, None, None, previous).frame
    second = classify(clients, None, None, first["class_final"]).frame
    pd.testing.assert_frame_equal(second, first)
