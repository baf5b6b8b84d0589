"""The smallest change of one input that moves a client to another cell of the matrix.

Rule a of the specification. For a client that is not ideal: the change of one input that lifts a low
score to the threshold (the cheapest one, toward ideal). For an ideal client: the change that would lose
it. Signals of X are linear, so their change is exact; margin and hours are found by bisection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from strategy_xl.model import ClientClass, StatusMark
from strategy_xl.rules.client_matrix import AT_RISK, AVOID, CLASSES, HAPPY, IDEAL
from strategy_xl.rules.client_scores import (
    COMPETING_PENALTY,
    COMPLAINT_PENALTY,
    DETAILED,
    IMPACT_POINTS,
    ORDER_PENALTY,
    QUICK,
    QUICK_POINTS,
    REFERRAL_POINTS,
    REFERRALS_COUNTED,
    SATISFACTION_POINTS,
    X_SIGNALS,
    ClientParams,
    ClientScores,
    score,
)
from strategy_xl.rules.frame import (
    Bools,
    Floats,
    Frame,
    Index,
    choice_array,
    choice_codes,
    flags,
    is_choice,
    is_known,
    make_frame,
    numbers,
    rounded,
)
from strategy_xl.rules.result import Codes, RuleResult

__all__ = ["VERSION", "enough", "smallest_change"]

VERSION = "client_whatif 1"

INPUTS = (
    "hours",
    "margin",
    "revenue",
    "satisfaction",
    "impact",
    "referrals",
    "competing",
    "order_change",
    "complaints",
    "quick_x",
    "quick_y",
)
"""Inputs that can move a client; on equal effort the first wins."""

GOALS = ("IDEAL", "OUT", "KEEP")
"""What the change does: makes the client ideal, takes it out of ``avoid``, or loses an ideal client."""

_STEPS = 60
_SLACK = 1e-10  # under the rounding of scores, so that dividing the result by a rate stays on its side
_GROWTHS = 50
_GRADED = {  # input: points of its signal per unit, and the largest value that still counts
    "satisfaction": (SATISFACTION_POINTS, 10.0),
    "impact": (IMPACT_POINTS, 4.0),
    "referrals": (REFERRAL_POINTS, REFERRALS_COUNTED),
}


@dataclass
class _Best:
    """The cheapest change found so far, per row."""

    rows: int
    effort: Floats = field(init=False)
    source: Floats = field(init=False)
    target: Floats = field(init=False)
    chosen: np.ndarray = field(init=False)
    hours: Floats = field(init=False)
    margin: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.effort = np.full(self.rows, np.inf)
        self.source = np.full(self.rows, np.nan)
        self.target = np.full(self.rows, np.nan)
        self.chosen = np.full(self.rows, -1, dtype=np.int8)
        self.hours = np.full(self.rows, np.nan)
        self.margin = np.full(self.rows, np.nan)

    def offer(self, name: str, rows: np.ndarray, source: Floats, target: Floats, effort: Floats) -> None:
        """Take the change where it is possible (target not NaN) and cheaper."""
        better = ~np.isnan(target) & (rounded(effort) < rounded(self.effort[rows]))
        where = rows[better]
        self.effort[where] = effort[better]
        self.source[where] = source[better]
        self.target[where] = target[better]
        self.chosen[where] = INPUTS.index(name)


def _bisect(holds: Callable[[Floats], Bools], good: Floats, bad: Floats) -> Floats:
    """The value nearest to ``bad`` for which ``holds`` is true; NaN where ``good`` does not hold."""
    possible = holds(good)
    for _ in range(_STEPS):
        middle = (good + bad) / 2
        fine = holds(middle)
        good, bad = np.where(fine, middle, good), np.where(fine, bad, middle)
    return np.where(possible, good, np.nan)


def _grow(until: Callable[[Floats], Bools], start: Floats, step: Floats) -> Floats:
    """A value from ``start`` on, in doubling steps, for which ``until`` is true (or the last tried)."""
    value = start + step
    for _ in range(_GROWTHS):
        done = until(value)
        if done.all():
            break
        step = step * 2
        value = np.where(done, value, start + step)
    return value


def _y_changes(found: ClientScores, clients: Frame, rows: np.ndarray, target: Floats, best: _Best) -> None:
    """Offer the changes of hours and margin (or revenue) that cross the target on Y.

    ``target`` is negative where the client is to keep that score and its loss is sought.
    """
    if not rows.size:
        return
    used, hours = found.margin_used[rows], found.hours[rows]
    goal, losing = np.abs(target), target < 0
    timed = ~np.isnan(hours)

    def high(margin: Floats, spent: Floats) -> Bools:
        return found.returned(margin, spent, rows) >= goal - _SLACK

    zero = np.zeros(rows.size)
    more = _grow(lambda h: ~high(used, h), hours, np.maximum(hours, 1.0))
    new = _bisect(lambda h: high(used, h), np.where(losing, hours, zero), np.where(losing, more, hours))
    lost = losing & high(used, more)
    new = np.where(timed & ~lost, new, np.nan)
    best.hours[rows] = new
    best.offer("hours", rows, hours, new, np.abs(new - hours) / np.maximum(hours, 1.0))

    scale = np.maximum(np.abs(used), 1.0)
    up = _grow(lambda m: high(m, hours), used, scale)
    down = _grow(lambda m: ~high(m, hours), used, -scale)
    new = _bisect(lambda m: high(m, hours), np.where(losing, used, up), np.where(losing, down, used))
    new = np.where(losing & high(down, hours), np.nan, new)
    best.margin[rows] = new
    effort = np.abs(new - used) / scale
    entered = ~np.isnan(numbers(clients, "margin")[rows])
    best.offer("margin", rows, used, np.where(entered, new, np.nan), effort)
    revenue = numbers(clients, "revenue")[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = used / revenue
        new_revenue = np.where(~entered & (rate > 0), new / rate, np.nan)
    new_revenue = np.where(new_revenue < 0, np.nan, new_revenue)
    best.offer("revenue", rows, revenue, new_revenue, effort)


def _x_changes(
    found: ClientScores,
    clients: Frame,
    params: ClientParams,
    rows: np.ndarray,
    target: Floats,
    best: _Best,
) -> None:
    """Offer the changes of one X input that cross the target on X (negative target: its loss)."""
    if not rows.size:
        return
    losing = target < 0
    distance = np.abs(target) - found.x[rows]  # points wanted; ≤ 0 when losing: points to spare
    present = found.coverage_x[rows] * params.x_weight_total
    weights = dict(zip(X_SIGNALS, params.x_weights, strict=True))

    def wanted(signal: str) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return rounded(distance * present / weights[signal])

    for name, (points, ceiling) in _GRADED.items():
        entered = numbers(clients, name)[rows]
        signal = found.signals[name][rows]
        goal = (signal + wanted(name)) / points
        # Whole steps: the question is answered in whole points, referrals are counted.
        up = np.ceil(rounded(goal))
        new = np.where(losing, up - 1, up)
        new = np.where((new < 0) | (new > ceiling), np.nan, new)
        best.offer(name, rows, entered, new, np.abs(new - signal / points) * points / 100)

    # Attachment moves in steps; wanted points must be covered (or, when losing, exceeded) by the step.
    need = wanted("attachment")
    change, complaints = numbers(clients, "order_change")[rows], numbers(clients, "complaints")[rows]
    competing = flags(clients, "competing")[rows]
    known = is_known(clients, "competing")[rows]
    drop, many = rounded(change) < -params.drop_threshold, complaints >= params.complaints_threshold

    def step(
        name: str, now: Floats, bad: Bools, there: Bools, penalty: float, values: tuple[float, float]
    ) -> None:
        can = there & np.where(losing, ~bad & (-need < penalty), bad & (need <= penalty))
        new = np.where(losing, values[1], values[0])
        best.offer(name, rows, now, np.where(can, new, np.nan), np.full(rows.size, penalty / 100))

    step("competing", competing.astype(np.float64), competing, known, COMPETING_PENALTY, (0.0, 1.0))
    limits = (-params.drop_threshold, -params.drop_threshold)
    step("order_change", change, drop, ~np.isnan(change), ORDER_PENALTY, limits)
    counts = (params.complaints_threshold - 1, params.complaints_threshold)
    step("complaints", complaints, many, ~np.isnan(complaints), COMPLAINT_PENALTY, counts)


def _quick_changes(name: str, clients: Frame, rows: np.ndarray, target: Floats, best: _Best) -> None:
    now = numbers(clients, name)[rows]
    new = np.abs(target) / QUICK_POINTS
    best.offer(name, rows, now, np.where(new > QUICK_POINTS, np.nan, new), np.abs(new - now) / QUICK_POINTS)


def _target(values: Floats, high: Bools, class_: np.ndarray, params: ClientParams) -> Floats:
    """Score to reach per row; negative where an ideal client's loss is sought.

    A client held below a score that is already over the threshold must clear the hysteresis, and the
    other way round for an ideal client held above.
    """
    threshold, beyond = params.score_threshold, params.hysteresis_points
    over = rounded(values) >= threshold
    lift = np.where(over, threshold + beyond, threshold)
    lose = np.where(over, threshold, threshold - beyond)
    return np.where(class_ == IDEAL, -lose, lift) * np.where(high & (class_ != IDEAL), np.nan, 1.0)


def smallest_change(clients: Frame, classified: Frame, params: ClientParams | None = None) -> RuleResult:
    """For each client, the change of one input that changes its class with the least effort.

    Arguments:
        clients: as given to ``client_matrix.classify``.
        classified: the frame of its result (``class_final``, ``status_mark``), same index.
        params: the same thresholds.

    Effort: for hours, margin and revenue the relative change; for the others the share of the signal's
    100 points that must move. Satisfaction, impact, referrals and complaints move in whole steps.
    Without a result: incomplete, forced, or decided by red flags, or no single change suffices.

    Result frame:
        whatif_input: key of the input. whatif_from, whatif_to, whatif_delta: its value, the value
        needed, and the difference (for an ideal client, the last value of hours, margin, revenue or
        quick score that still keeps it, and the first losing value of the others).
        whatif_gain: size of the change rounded up for display. whatif_class: class reached.
        whatif_hours, whatif_margin: hours and margin with which Y alone would be on the other side, whichever
        is the cheaper; NaN where none is.
    Reasons: one code ``<GOAL>_<INPUT>``, goal IDEAL, OUT (of ``avoid``) or KEEP (an ideal client).
    """
    params = params or ClientParams()
    found = score(clients, params)
    class_ = choice_codes(classified["class_final"], CLASSES, clients.index)
    free = ~is_choice(classified, "status_mark", StatusMark.FORCED, StatusMark.RED_FLAG)
    open_ = free & np.isin(class_, (IDEAL, HAPPY, AT_RISK, AVOID)) & ~np.isnan(found.x) & ~np.isnan(found.y)

    best = _Best(len(clients))
    target_x = _target(found.x, np.isin(class_, (IDEAL, HAPPY)), class_, params)
    target_y = _target(found.y, np.isin(class_, (IDEAL, AT_RISK)), class_, params)
    for detailed in (False, True):
        kind = DETAILED if detailed else QUICK
        rows_y = np.flatnonzero(open_ & ~np.isnan(target_y) & (found.y_source == kind))
        rows_x = np.flatnonzero(open_ & ~np.isnan(target_x) & (found.x_source == kind))
        if detailed:
            _y_changes(found, clients, rows_y, target_y[rows_y], best)
            _x_changes(found, clients, params, rows_x, target_x[rows_x], best)
        else:
            _quick_changes("quick_y", clients, rows_y, target_y[rows_y], best)
            _quick_changes("quick_x", clients, rows_x, target_x[rows_x], best)
    return _result(clients.index, class_, best)


def enough(size: Floats) -> Floats:
    """A change as it is announced: rounded up (to 100, 1 or 0.1 by its size), so that it is enough."""
    grain = np.select([size >= 1000, size >= 10], [100.0, 1.0], 0.1)
    return rounded(np.ceil(rounded(size / grain)) * grain)


def _result(index: Index, class_: np.ndarray, best: _Best) -> RuleResult:
    on_y = np.isin(best.chosen, [INPUTS.index(name) for name in ("hours", "margin", "revenue", "quick_y")])
    some = best.chosen >= 0
    reached = np.select(
        [class_ == IDEAL, class_ == AVOID],
        [np.where(on_y, HAPPY, AT_RISK), np.where(on_y, AT_RISK, HAPPY)],
        IDEAL,
    )
    goal = np.select([class_ == IDEAL, class_ == AVOID], [GOALS.index("KEEP"), GOALS.index("OUT")], 0)
    delta = best.target - best.source
    size = np.abs(delta)
    frame = make_frame(
        {
            "whatif_input": choice_array(best.chosen, INPUTS),
            "whatif_from": best.source,
            "whatif_to": best.target,
            "whatif_delta": delta,
            "whatif_gain": enough(size),
            "whatif_class": choice_array(np.where(some, reached, -1), tuple(ClientClass)),
            "whatif_hours": best.hours,
            "whatif_margin": best.margin,
        },
        index,
    )
    masks = {
        f"{name}_{key.upper()}": some & (goal == place) & (best.chosen == number)
        for place, name in enumerate(GOALS)
        for number, key in enumerate(INPUTS)
    }
    return RuleResult(frame, Codes.from_masks(masks, len(index)), Codes.from_masks({}, len(index)), VERSION)
