"""What to do about each client this week, from the client's own figures.

The class says where a client stands, this what a person does about it: ask an ideal client that recommends
nobody for a name, ask a client at risk about the signal that costs it most, save the hours or raise the price
that keep a happy one from being ideal. One line a client, with the figures that led to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy_xl.rules.client_matrix import AT_RISK, AVOID, CLASSES, HAPPY, IDEAL, INCOMPLETE
from strategy_xl.rules.client_scores import (
    COMPETING_PENALTY,
    COMPLAINT_PENALTY,
    DETAILED,
    IMPACT_POINTS,
    ORDER_PENALTY,
    SATISFACTION_POINTS,
    X_SIGNALS,
    ClientParams,
    ClientScores,
    clip_score,
    score,
)
from strategy_xl.rules.client_whatif import enough
from strategy_xl.rules.frame import (
    Bools,
    Floats,
    Frame,
    choice_codes,
    flags,
    make_frame,
    numbers,
    rounded,
)
from strategy_xl.rules.result import Codes, RuleResult

__all__ = ["VERSION", "advise"]

VERSION = "client_advice 1"

SHARE_OF_HOURS = 0.40
"""Largest share of a client's hours that better habits save; beyond, the work itself is another one."""
MOST_OF_HOURS = 0.70
"""Largest share of them that another way of working could save."""
SHARE_OF_PRICE = 0.25
"""Largest rise of a price that a client is told of in one go."""
HAPPY_ENOUGH = 8.0
"""Satisfaction from which a client is asked for a name: below, what is missing is asked first."""
CLEAR_RESULT = 2.0
"""Result obtained (0–4) up to which it is to be shown before anything is asked."""
NOTABLE_CHANGE = 0.05
"""Change of orders (0–1) that is worth a word."""

COSTS = ("satisfaction", "impact", "competing", "orders", "complaints")
"""What can cost a client at risk its points; recommendations are what follows, nobody asks for them first."""


@dataclass(frozen=True)
class _Client:
    """What advice rests on; arrays of shape (rows,)."""

    found: ClientScores
    class_: np.ndarray
    satisfaction: Floats
    impact: Floats
    referrals: Floats
    competing: Bools
    change: Floats
    complaints: Floats
    revenue: Floats
    saved: Floats
    raised: Floats

    def within(self, *classes: int) -> Bools:
        """Rows of some classes."""
        return np.isin(self.class_, classes)


def _client(clients: Frame, judged: Frame, params: ClientParams) -> _Client:
    found = score(clients, params)
    with np.errstate(invalid="ignore"):
        saved = found.hours - numbers(judged, "whatif_hours")
        raised = numbers(judged, "whatif_margin") - found.margin_used
    return _Client(
        found,
        choice_codes(judged.get("class_final"), CLASSES, clients.index),
        clip_score(10 * numbers(clients, "satisfaction")) / 10,
        clip_score(25 * numbers(clients, "impact")) / 25,
        numbers(clients, "referrals"),
        flags(clients, "competing"),
        numbers(clients, "order_change"),
        numbers(clients, "complaints"),
        numbers(clients, "revenue"),
        np.where(saved > 0, enough(np.abs(saved)), np.nan),
        np.where(raised > 0, enough(np.abs(raised)), np.nan),
    )


def _costs(one: _Client, params: ClientParams) -> Floats:
    """Points of X that each of ``COSTS`` takes, shape (costs, rows); 0 where the signal is not known."""
    weight = dict(zip(X_SIGNALS, params.x_weights, strict=True))
    taken = np.stack(
        [
            weight["satisfaction"] * (100 - SATISFACTION_POINTS * one.satisfaction),
            weight["impact"] * (100 - IMPACT_POINTS * one.impact),
            weight["attachment"] * COMPETING_PENALTY * one.competing,
            weight["attachment"] * ORDER_PENALTY * (rounded(one.change) < -params.drop_threshold),
            weight["attachment"] * COMPLAINT_PENALTY * (one.complaints >= params.complaints_threshold),
        ]
    )
    present = one.found.coverage_x * params.x_weight_total
    with np.errstate(divide="ignore", invalid="ignore"):
        points: Floats = np.nan_to_num(taken) / present
    return np.where(present > 0, points, 0.0)


def advise(clients: Frame, judged: Frame, params: ClientParams | None = None) -> RuleResult:
    """One thing to do about each client, with its figures.

    Arguments:
        clients: as given to ``client_matrix.classify``.
        judged: its answer and that of ``client_whatif.smallest_change`` (``class_final``, ``whatif_hours``,
            ``whatif_margin``), same index.
        params: the same thresholds.

    Result frame: points: what the costliest signal of X takes. saved: hours to save, rise: margin to add
    (€) so that Y alone changes the class, rounded up to be enough; hours_kept: hours without those saved;
    rise_share: that rise over revenue.
    hours_paid: hours that the margin pays for. hours_cost: what the hours cost (€). net_short: what is
    missing to pay for the hours (€).
    Reasons: one code a client at most, ``<CLASS>_<WHAT>``; INCOMPLETE_<WHAT> where a figure must come first.
    Missing: none. Source: rule a, amendment 9.
    """
    params = params or ClientParams()
    one = _client(clients, judged, params)
    costs = _costs(one, params)
    worst = costs.argmax(axis=0)
    cost = params.hourly_cost
    with np.errstate(divide="ignore", invalid="ignore"):
        rise_share = np.where(one.revenue > 0, one.raised / one.revenue, np.nan)
        paid = one.found.margin_used / cost if cost > 0 else np.full(len(clients), np.nan)
    frame = make_frame(
        {
            "points": costs.max(axis=0, initial=0),
            "saved": one.saved,
            "hours_kept": np.maximum(one.found.hours - one.saved, 0.0),
            "rise": one.raised,
            "rise_share": rise_share,
            "hours_paid": np.where(paid >= 1, np.floor(rounded(paid)), np.nan),
            "hours_cost": one.found.hours * cost,
            "net_short": np.maximum(-one.found.net, 0.0),
        },
        clients.index,
    )
    masks: dict[str, Bools] = {
        **_incomplete(one),
        **_ideal(one),
        **_at_risk(one, costs, worst),
        **_net(one),
        **_happy(one, rise_share),
        **_avoid(one, rise_share),
    }
    left = np.ones(len(clients), dtype=bool)
    chosen: dict[str, Bools] = {}
    for code, mask in masks.items():
        chosen[code] = mask & left
        left = left & ~mask
    rows = len(clients)
    return RuleResult(frame, Codes.from_masks(chosen, rows), Codes.from_masks({}, rows), VERSION)


def _incomplete(one: _Client) -> dict[str, Bools]:
    """The one figure that would tell most, where there is no class yet or only a quick score behind it."""
    none = one.within(INCOMPLETE)
    no_x, no_y = np.isnan(one.found.x), np.isnan(one.found.y)
    asked, seen = np.isnan(one.satisfaction), np.isnan(one.impact)
    quick = one.within(IDEAL, HAPPY) & ((one.found.x_source != DETAILED) | (one.found.y_source != DETAILED))
    quick_y = quick & (one.found.y_source != DETAILED)
    revenue = ~np.isnan(one.found.margin_used)
    return {
        "INCOMPLETE_BOTH": none & no_x & no_y,
        "INCOMPLETE_SATISFACTION": none & no_x & asked,
        "INCOMPLETE_IMPACT": none & no_x & seen,
        "INCOMPLETE_REFERRALS": none & no_x,
        "INCOMPLETE_HOURS": none & no_y & revenue,
        "INCOMPLETE_REVENUE": none & no_y & ~revenue,
        "QUICK_BOTH": quick_y & (one.found.x_source != DETAILED),
        "QUICK_Y": quick_y,
        "QUICK_X": quick,
    }


def _ideal(one: _Client) -> dict[str, Bools]:
    """What keeps an ideal client, else what it can give: a name."""
    ideal = one.within(IDEAL)
    known = ideal & ~np.isnan(one.satisfaction)
    content = known & (one.satisfaction >= HAPPY_ENOUGH)
    return {
        "IDEAL_COMPETING": ideal & one.competing,
        "IDEAL_FALL": ideal & (rounded(one.change) <= -NOTABLE_CHANGE),
        "IDEAL_COMPLAINTS": ideal & (one.complaints >= 1),
        "IDEAL_SATISFACTION": known & ~content,
        "IDEAL_ASK": content & (one.referrals == 0),
        "IDEAL_RESULT": ideal & (one.impact <= CLEAR_RESULT),
        "IDEAL_NOTE": ideal & np.isnan(one.referrals),
        "IDEAL_GROWS": ideal & (rounded(one.change) >= NOTABLE_CHANGE) & (one.referrals > 0),
        "IDEAL_THANK": ideal & (one.referrals > 0),
        "IDEAL_UNASKED": ideal,
    }


def _at_risk(one: _Client, costs: Floats, worst: np.ndarray) -> dict[str, Bools]:
    """The signal that costs most points."""
    risk = one.within(AT_RISK)
    some = risk & (costs.max(axis=0, initial=0) > 0)
    told = {f"AT_RISK_{name.upper()}": some & (worst == place) for place, name in enumerate(COSTS)}
    seen = {"AT_RISK_RESULT": told["AT_RISK_IMPACT"] & (one.impact >= CLEAR_RESULT)}
    return {**seen, **told, "AT_RISK_ASK": risk}


def _net(one: _Client) -> dict[str, Bools]:
    """Hours that cost more than they bring: the same sum in either class."""
    losing = rounded(one.found.net) < 0
    return {
        "HAPPY_LOSING": one.within(HAPPY) & losing,
        "AVOID_LOSING": one.within(AVOID) & losing,
    }


def _levers(one: _Client, rise_share: Floats) -> tuple[Bools, Bools]:
    """Where the hours to save and the rise of the price are such as a person can do."""
    hours = one.saved <= SHARE_OF_HOURS * one.found.hours
    return np.asarray(hours), np.asarray(rise_share <= SHARE_OF_PRICE)


def _happy(one: _Client, rise_share: Floats) -> dict[str, Bools]:
    """Hours to save or price to move; where neither is within reach, the name that the client can give."""
    happy = one.within(HAPPY)
    hours, price = _levers(one, rise_share)
    asked = ~np.isnan(one.satisfaction)
    return {
        "HAPPY_BOTH": happy & hours & price,
        "HAPPY_HOURS": happy & hours,
        "HAPPY_PRICE": happy & price,
        "HAPPY_FEWER": happy & (one.saved <= MOST_OF_HOURS * one.found.hours),
        "HAPPY_TIME": happy & np.isnan(one.found.hours),
        "HAPPY_THANK": happy & (one.referrals > 0),
        "HAPPY_ASK": happy & asked & (one.satisfaction >= HAPPY_ENOUGH),
        "HAPPY_LIMIT": happy,
    }


def _avoid(one: _Client, rise_share: Floats) -> dict[str, Bools]:
    """A price or hours that make the client worth keeping, else how to end it."""
    avoid = one.within(AVOID)
    hours, price = _levers(one, rise_share)
    return {
        "AVOID_PRICE": avoid & price,
        "AVOID_HOURS": avoid & hours,
        "AVOID_QUICK": avoid & (one.found.y_source != DETAILED),
        "AVOID_TIME": avoid & np.isnan(one.found.hours),
        "AVOID_LIMIT": avoid,
    }
