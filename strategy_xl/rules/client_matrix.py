"""Client matrix: ideal, happy, at risk, to avoid, or not enough to say; with the reasons.

Rule a of the specification: X (value brought) and Y (value returned) at or above the threshold give the
cell; red flags outrank scores; a stored class changes only when a score is well beyond the threshold;
a class forced by people wins and stays beside the computed one. The scores are in ``client_scores``, the
smallest change that moves a client in ``client_whatif``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy_xl.model import ClientClass, Confidence, RedFlagSeverity, StatusMark
from strategy_xl.rules.client_scores import (
    DETAILED,
    QUICK,
    SOURCES,
    X_SIGNALS,
    ClientParams,
    ClientScores,
    score,
)
from strategy_xl.rules.frame import (
    Bools,
    Column,
    DataFrame,
    Frame,
    as_frame,
    cells,
    choice_array,
    choice_codes,
    encoded,
    flags,
    is_choice,
    is_known,
    make_frame,
    numbers,
    object_column,
    rounded,
)
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.wording import same_name

__all__ = ["VERSION", "ClientParams", "classify", "contributions"]

VERSION = "client_matrix 2"

CLASSES = (
    ClientClass.IDEAL,
    ClientClass.HAPPY,
    ClientClass.AT_RISK,
    ClientClass.AVOID,
    ClientClass.INCOMPLETE,
)
IDEAL, HAPPY, AT_RISK, AVOID, INCOMPLETE = range(5)
MARKS = (
    StatusMark.FORCED,
    StatusMark.RED_FLAG,
    StatusMark.RESERVE,
    StatusMark.BORDERLINE,
    StatusMark.ESTIMATED,
)
MAJORS_THAT_DECIDE = 2
NOT_BY_SCORES = (StatusMark.FORCED, StatusMark.RED_FLAG)
"""Marks of a stored class that the scores did not give."""
FLAG_COLUMNS = ("red_flag_1", "red_flag_2")


def class_codes(high_x: Bools, high_y: Bools) -> np.ndarray:
    """Positions in ``CLASSES`` of the four cells."""
    return np.where(high_x, np.where(high_y, IDEAL, HAPPY), np.where(high_y, AT_RISK, AVOID)).astype(np.int8)


@dataclass(frozen=True, slots=True)
class _Flags:
    """Red flags per row: counts by severity, whether a label is not in the list, and the text."""

    eliminating: np.ndarray
    major: np.ndarray
    minor: np.ndarray
    unknown: Bools
    text: Column


def _label(value: object) -> str:
    return same_name(value)


def _red_flags(clients: Frame, red_flags: Frame | None) -> _Flags:
    rows = len(clients)
    severities: dict[str, set[str]] = {}
    if red_flags is not None and "severity" in red_flags:
        for label, severity in zip(cells(red_flags, "label"), cells(red_flags, "severity"), strict=True):
            if label is not None:
                severities.setdefault(_label(label), set()).add(str(severity))
    counts = {severity: np.zeros(rows, dtype=np.int8) for severity in RedFlagSeverity}
    unknown, named = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
    codes: list[np.ndarray] = []
    shown: list[np.ndarray] = []
    labels: dict[str, int] = {}
    for key in FLAG_COLUMNS:
        if not is_known(clients, key).any():
            continue
        positions, found = encoded(clients, key)
        names = [_label(value) for value in found]
        numbered = np.array([labels.setdefault(name, len(labels)) if name else -1 for name in names] + [-1])
        code = numbered[positions]
        if codes:
            # The same flag named twice is one flag.
            code = np.where(code == codes[0], -1, code)
        for severity, count in tuple(counts.items()):
            has = np.array([severity in severities.get(name, ()) for name in names] + [False])
            counts[severity] = count + (has[positions] & (code >= 0))
        outside = np.array([bool(name) and name not in severities for name in names] + [False])
        unknown |= outside[positions]
        named |= code >= 0
        codes.append(code)
        spelled = np.array([*(str(value).strip() for value in found), ""], dtype=object)
        shown.append(spelled[np.where(code < 0, -1, positions)])
    text = np.full(rows, np.nan, dtype=object)
    for row in np.flatnonzero(named):
        text[row] = ", ".join(part[row] for part in shown if part[row])
    return _Flags(
        counts[RedFlagSeverity.ELIMINATING],
        counts[RedFlagSeverity.MAJOR],
        counts[RedFlagSeverity.MINOR],
        unknown,
        object_column(text, clients.index),
    )


def _hold(values: np.ndarray, previous_high: Bools, had: Bools, params: ClientParams) -> tuple[Bools, Bools]:
    """High or low after hysteresis, and where the stored side was kept against the score."""
    distance = rounded(values - params.score_threshold)
    high = distance >= 0
    kept = had & (previous_high != high) & (np.abs(distance) < params.hysteresis_points)
    return np.where(kept, previous_high, high), kept


def classify(
    clients: Frame,
    params: ClientParams | None = None,
    red_flags: Frame | None = None,
    previous: Column | None = None,
) -> RuleResult:
    """Class of each client with scores, confidence, marks, reasons and what is missing.

    Arguments:
        clients: one row a client, columns of block ``clients`` (absent ones are unknown).
        params: thresholds; the defaults when None.
        red_flags: columns ``label`` and ``severity``; None means none is defined.
        previous: class keys stored before, by the same index, for hysteresis; None or NA: first time. One
            that ``status_mark`` says to be forced or a red flag's does not count, nor is any held beside
            them.

    Result frame, each numeric column with its formula in a workbook:
        margin_used (€): ``margin``, else ``revenue × margin_rate``, else ``revenue × default rate``.
        net (€): ``margin_used − hours × hourly_cost``; unknown without hours.
        per_hour (€/h): ``margin_used / hours``; unknown without hours or at 0 hours.
        y1, y2 (0–100): ``clip(100·net/net_target)`` (of the margin when hours are unknown) and
        ``clip(100·(per_hour − cost)/(target − cost))`` (at 0 hours 100 if there is margin, else 0);
        in quantile mode their mid-rank percentiles.
        coverage_y, y, attachment, coverage_x, x, x_source, y_source: see ``client_scores.score``.
        flag_eliminating, flag_major: number of distinct red flags of that severity.
        class_computed: from the scores alone. class_live: ``avoid`` with one eliminating or two major
        flags, else class_computed. confidence: low under ``low_coverage`` or on a quick score.
        class_final: class_live held by hysteresis, or the forced class. status_mark: the first that
        holds of forced, red_flag, reserve (one major flag), borderline (held), estimated (margin).
        in_icp_sample: ideal without any major or eliminating flag. flags_text: the client's flags.
        threshold: the score threshold, for sentences.
        Choice columns are categorical.

    Reasons: first what decides (FORCED…, RF, INCOMPLETE or one axis), then, where the scores decide, the cell
    (CLASS_<CLASS>, with suffix _SCORES when hours or margin are unknown; HELD_<CLASS> where a score is on
    the other side of the threshold), then what qualifies it. Missing: input keys.
    Raises nothing for data; the parameters check themselves. Source: rule a.
    """
    params = params or ClientParams()
    found = score(clients, params)
    scored = ~np.isnan(found.x) & ~np.isnan(found.y)
    high_x, high_y = (rounded(axis) >= params.score_threshold for axis in (found.x, found.y))
    computed = np.where(scored, class_codes(high_x, high_y), INCOMPLETE).astype(np.int8)

    flagged = _red_flags(clients, red_flags)
    decided = (flagged.eliminating > 0) | (flagged.major >= MAJORS_THAT_DECIDE)
    live = np.where(decided, AVOID, computed).astype(np.int8)

    given = choice_codes(clients.get("forced_class"), CLASSES[:INCOMPLETE], clients.index)
    forced = given >= 0
    before = choice_codes(previous, CLASSES[:INCOMPLETE], clients.index)
    # A class that people or flags gave says nothing of what the scores gave; nor is one held beside them.
    by_scores = ~is_choice(clients, "status_mark", *NOT_BY_SCORES) & ~forced & ~decided
    had = (before >= 0) & scored & by_scores
    held_x, kept_x = _hold(found.x, (before == IDEAL) | (before == HAPPY), had, params)
    held_y, kept_y = _hold(found.y, (before == IDEAL) | (before == AT_RISK), had, params)
    cell = np.where(scored, class_codes(held_x, held_y), INCOMPLETE).astype(np.int8)
    held = np.where(decided, AVOID, cell).astype(np.int8)

    final = np.where(forced, given, held).astype(np.int8)

    borderline = (kept_x | kept_y) & ~decided
    reserve = (flagged.major == 1) & ~decided
    marks = [forced, decided, reserve, borderline, found.margin_estimated]
    mark = np.select(marks, list(range(len(MARKS))), default=-1)
    low = (rounded(found.coverage_x) < params.low_coverage) & (found.x_source == DETAILED)
    low |= (rounded(found.coverage_y) < params.low_coverage) & (found.y_source == DETAILED)
    low |= (found.x_source == QUICK) | (found.y_source == QUICK)
    confidence = np.where(scored, low.astype(np.int8), -1)

    frame = make_frame(
        {
            "margin_used": found.margin_used,
            "net": found.net,
            "per_hour": found.per_hour,
            "y1": found.y1,
            "y2": found.y2,
            "coverage_y": found.coverage_y,
            "y": found.y,
            "attachment": found.signals["attachment"],
            "coverage_x": found.coverage_x,
            "x": found.x,
            "x_source": choice_array(found.x_source, SOURCES),
            "y_source": choice_array(found.y_source, SOURCES),
            "flag_eliminating": flagged.eliminating,
            "flag_major": flagged.major,
            "class_computed": choice_array(computed, CLASSES),
            "class_live": choice_array(live, CLASSES),
            "confidence": choice_array(confidence, (Confidence.GOOD, Confidence.LOW)),
            "class_final": choice_array(final, CLASSES),
            "status_mark": choice_array(mark, MARKS),
            "in_icp_sample": (final == IDEAL) & (flagged.major == 0) & (flagged.eliminating == 0),
            "flags_text": flagged.text,
            "threshold": np.full(len(clients), params.score_threshold),
        },
        clients.index,
    )
    reasoned = is_known(clients, "forced_reason") & (cells(clients, "forced_reason") != "")
    told = ~np.isnan(found.hours) & ~np.isnan(found.margin_used) & (found.y_source == DETAILED)
    drift = forced & (given != held) & (given != live) & (held != INCOMPLETE)
    by_scores = ~decided & ~drift
    cells_told = (
        ("CLASS", "", told & by_scores & ~borderline),
        ("CLASS", "_SCORES", ~told & by_scores & ~borderline),
        ("HELD", "", by_scores & borderline),
    )
    reasons = {
        "FORCED": forced & reasoned,
        "FORCED_DRIFT": drift,
        "FORCED_NO_REASON": forced & ~reasoned,
        "RF": decided,
        "INCOMPLETE": np.isnan(found.x) & np.isnan(found.y),
        "INCOMPLETE_X": np.isnan(found.x) & ~np.isnan(found.y),
        "INCOMPLETE_Y": np.isnan(found.y) & ~np.isnan(found.x),
        **{
            f"{kind}_{name.name}{suffix}": (cell == place) & mask
            for kind, suffix, mask in cells_told
            for place, name in enumerate(CLASSES[:INCOMPLETE])
        },
        "RESERVE": reserve,
        **_signal_reasons(clients, found, params),
        "RF_MINOR": flagged.minor > 0,
        "RF_UNKNOWN": flagged.unknown,
    }
    return RuleResult(frame, Codes.from_masks(reasons, len(clients)), _missing(clients, found), VERSION)


def _signal_reasons(clients: Frame, found: ClientScores, params: ClientParams) -> dict[str, Bools]:
    """Codes for what weighs on a score, and for what makes it less sure."""
    rows = len(clients)
    return {
        "NET_NEGATIVE": found.net < 0,
        "REVENUE_NEGATIVE": numbers(clients, "revenue") < 0,
        "COMPETING": flags(clients, "competing"),
        "ORDER_DROP": rounded(numbers(clients, "order_change")) < -params.drop_threshold,
        "COMPLAINTS": numbers(clients, "complaints") >= params.complaints_threshold,
        "MARGIN_ESTIMATED": found.margin_estimated,
        "HOURS_MISSING": np.isnan(found.hours) & ~np.isnan(found.margin_used),
        "LOW_COVERAGE_X": (rounded(found.coverage_x) < params.low_coverage) & (found.x_source == DETAILED),
        "QUICK_X": found.x_source == QUICK,
        "QUICK_Y": found.y_source == QUICK,
        "QUANTILE_FALLBACK": np.full(rows, found.quantile_short),
    }


def _missing(clients: Frame, found: ClientScores) -> Codes:
    """Inputs that would complete the scores: the whole list where an axis is not fully detailed."""
    no_attachment = np.isnan(found.signals["attachment"])
    unknown_margin = np.isnan(found.margin_used)
    no_revenue = np.isnan(numbers(clients, "revenue"))
    masks = {name: np.isnan(found.signals[name]) for name in X_SIGNALS if name != "attachment"}
    masks |= dict.fromkeys(("competing", "order_change", "complaints"), no_attachment)
    masks |= {
        "revenue": unknown_margin & no_revenue,
        "margin_rate": (unknown_margin & ~no_revenue) | found.margin_estimated,
        "hours": np.isnan(found.hours),
    }
    return Codes.from_masks(masks, len(clients))


def contributions(clients: Frame, params: ClientParams | None = None) -> DataFrame:
    """What each signal adds to its score, and its points above or below the threshold.

    Arguments: as ``classify``. Result: same index; for each signal of X (``x_satisfaction``, ``x_impact``,
    ``x_referrals``, ``x_attachment``) and Y (``y_net``, ``y_per_hour``) the points it adds (share of the
    weight × value; their sum is the score) and, with suffix ``_gap``, those points less the share of the
    threshold (their sum is the distance to it). NaN where the signal is unknown or the axis is not
    detailed. ``x_distance``, ``y_distance``: score less threshold.
    """
    params = params or ClientParams()
    found = score(clients, params)
    weights = {f"x_{name}": weight for name, weight in zip(X_SIGNALS, params.x_weights, strict=True)}
    values = {f"x_{name}": found.signals[name] for name in X_SIGNALS}
    weights |= {"y_net": params.y_w_net, "y_per_hour": params.y_w_per_hour}
    values |= {"y_net": found.y1, "y_per_hour": found.y2}
    columns: dict[str, np.ndarray] = {}
    for axis, source in (("x", found.x_source), ("y", found.y_source)):
        mine = [key for key in values if key.startswith(axis)]
        present = sum(weights[key] * ~np.isnan(values[key]) for key in mine)
        for key in mine:
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.where(source == DETAILED, weights[key] / present, np.nan)
            columns[key] = share * values[key]
            columns[f"{key}_gap"] = share * (values[key] - params.score_threshold)
    columns["x_distance"] = found.x - params.score_threshold
    columns["y_distance"] = found.y - params.score_threshold
    return as_frame(make_frame(columns, clients.index))
