"""Scores of the client matrix: value brought (X) and value returned net of time (Y), 0 to 100.

Rule a of the specification. X = satisfaction, impact obtained, referrals and attachment; Y = net margin
after the cost of the hours spent, and margin per hour against what a good hour brings. A missing input
never counts as 0: its weight goes to the others and the coverage says how much was there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from strategy_xl.errors import WorkbookError
from strategy_xl.model import ClientMode, ScoreSource
from strategy_xl.rules.frame import Bools, Floats, Frame, flags, is_known, numbers, rounded

X_SIGNALS = ("satisfaction", "impact", "referrals", "attachment")
Y_SIGNALS = ("net", "per_hour")
SOURCES = (ScoreSource.DETAILED, ScoreSource.QUICK, ScoreSource.NONE)
DETAILED, QUICK, NOTHING = range(3)

SATISFACTION_POINTS, IMPACT_POINTS, REFERRAL_POINTS, REFERRALS_COUNTED = 10.0, 25.0, 50.0, 2.0
COMPETING_PENALTY, ORDER_PENALTY, COMPLAINT_PENALTY = 50.0, 25.0, 25.0
QUICK_POINTS = 10.0


@dataclass(frozen=True, slots=True)
class ClientParams:
    """Thresholds of the client matrix; every field is a setting of the same key.

    Arguments:
        hourly_cost: cost of an hour of the team, € an hour.
        net_target: net margin a year that earns the full score, €.
        per_hour_target: margin an hour that earns the full score, € an hour, above ``hourly_cost``.
        default_margin_rate: margin rate (0–1) when only revenue is known; None or NaN: none assumed.
        x_w_satisfaction, x_w_impact, x_w_referrals, x_w_attachment: weights of the value brought.
        y_w_net, y_w_per_hour: weights of the value returned.
        y_coverage_without_hours: coverage of Y when only the margin is known (0–1).
        score_threshold: a score at or above it is high.
        hysteresis_points: points beyond the threshold before a stored class changes.
        min_coverage: coverage under which an axis is not scored (0–1).
        low_coverage: coverage under which confidence is low (0–1).
        client_mode: ``absolute`` (fixed targets) or ``quantile`` (rank among the clients).
        quantile_min_clients: clients with a known margin needed for the quantile mode.
        drop_threshold: fall of orders (0–1) beyond which attachment loses points.
        complaints_threshold: complaints from which attachment loses points.

    Raises WorkbookError SX390 for a value that makes no sense, naming the setting.
    """

    hourly_cost: float = 45.0
    net_target: float = 10_000.0
    per_hour_target: float = 135.0
    default_margin_rate: float | None = 0.30
    x_w_satisfaction: float = 0.30
    x_w_impact: float = 0.30
    x_w_referrals: float = 0.20
    x_w_attachment: float = 0.20
    y_w_net: float = 0.60
    y_w_per_hour: float = 0.40
    y_coverage_without_hours: float = 0.50
    score_threshold: float = 50.0
    hysteresis_points: float = 3.0
    min_coverage: float = 0.50
    low_coverage: float = 0.80
    client_mode: str = ClientMode.ABSOLUTE
    quantile_min_clients: float = 12
    drop_threshold: float = 0.20
    complaints_threshold: float = 2

    def __post_init__(self) -> None:
        """Refuse what would divide by zero or turn an axis round."""
        weights = (*(f"x_w_{name}" for name in X_SIGNALS), *(f"y_w_{name}" for name in Y_SIGNALS))
        wrong = [name for name in weights if not getattr(self, name) >= 0]
        if not self.x_weight_total > 0:
            wrong.append("x_w_satisfaction")
        if not self.y_w_net + self.y_w_per_hour > 0:
            wrong.append("y_w_net")
        if not self.hourly_cost >= 0:
            wrong.append("hourly_cost")
        if not self.net_target > 0:
            wrong.append("net_target")
        if not self.per_hour_target > self.hourly_cost:
            wrong.append("per_hour_target")
        if not self.quantile_min_clients >= 1:
            wrong.append("quantile_min_clients")
        if self.client_mode not in tuple(ClientMode):
            wrong.append("client_mode")
        if wrong:
            raise WorkbookError("SX390", setting=wrong[0])

    @property
    def x_weights(self) -> tuple[float, float, float, float]:
        """Weights of satisfaction, impact, referrals, attachment."""
        return self.x_w_satisfaction, self.x_w_impact, self.x_w_referrals, self.x_w_attachment

    @property
    def x_weight_total(self) -> float:
        """Sum of the weights of the value brought."""
        return sum(self.x_weights)


@dataclass(frozen=True, slots=True)
class ClientScores:
    """Everything the scores rest on; float64 arrays of shape (rows,), NaN where unknown.

    Arguments:
        margin_used: margin a year, €; entered, or revenue × rate. ``margin_estimated``: by default rate.
        net, per_hour: margin after the cost of the hours, €; margin per hour, €/h.
        y1, y2, coverage_y, y, y_source: value returned; sources are positions in ``SOURCES``.
        signals: value of each X signal on 0–100. coverage_x, x, x_source: value brought.
        quantile: whether ranks were used. quantile_short: asked for, but too few clients.
        returned: Y of any margin and hours for rows (positions), for what-if questions.
    """

    margin_used: Floats
    margin_estimated: Bools
    hours: Floats
    net: Floats
    per_hour: Floats
    y1: Floats
    y2: Floats
    coverage_y: Floats
    y: Floats
    y_source: np.ndarray
    signals: dict[str, Floats]
    coverage_x: Floats
    x: Floats
    x_source: np.ndarray
    quantile: bool
    quantile_short: bool
    returned: Callable[[Floats, Floats, np.ndarray], Floats]


def clip_score(values: npt.ArrayLike) -> Floats:
    """The values held to 0–100; NaN stays."""
    return np.clip(np.asarray(values, dtype=np.float64), 0.0, 100.0)


def margin(clients: Frame, params: ClientParams) -> tuple[Floats, Bools]:
    """Margin of each client in € and whether the default rate made it.

    Entered margin first, else revenue × entered rate, else revenue × default rate.
    """
    entered, revenue, rate = (numbers(clients, key) for key in ("margin", "revenue", "margin_rate"))
    default = np.nan if params.default_margin_rate is None else float(params.default_margin_rate)
    estimated = np.isnan(entered) & np.isnan(rate) & ~np.isnan(revenue * default)
    used = np.where(np.isnan(entered), revenue * np.where(np.isnan(rate), default, rate), entered)
    return used, estimated


def mid_rank(values: Floats, reference: Floats, own: Floats | None = None) -> Floats:
    """Mid-rank percentile of values in a reference: 100·(number below + 0.5·number equal)/n.

    Arguments:
        values: any shape; NaN gives NaN.
        reference: 1-D, NaN left out, n what remains; n = 0 gives NaN everywhere.
        own: what each value replaces in the reference (a what-if moves a client, it adds none).
    """
    known = np.sort(rounded(reference[~np.isnan(reference)]))
    if not known.size:
        return np.full(values.shape, np.nan)
    wanted = rounded(values)
    below = np.searchsorted(known, wanted, side="left").astype(np.float64)
    equal = np.searchsorted(known, wanted, side="right") - below
    if own is not None:
        before = rounded(own)
        below -= before < wanted
        equal = equal - (before == wanted) + ~np.isnan(before)
    return np.where(np.isnan(wanted), np.nan, 100.0 * (below + 0.5 * equal) / known.size)


def _per_hour(used: Floats, hours: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(hours > 0, used / hours, np.nan)


def _y_signals(used: Floats, hours: Floats, params: ClientParams) -> tuple[Floats, Floats]:
    """Both Y signals against the fixed targets; without hours y1 is that of the margin, y2 unknown."""
    cost = params.hourly_cost
    base = np.where(np.isnan(hours), used, used - hours * cost)
    y1 = clip_score(100.0 * base / params.net_target)
    y2 = clip_score(100.0 * (_per_hour(used, hours) - cost) / (params.per_hour_target - cost))
    # No hour spent: any margin is infinitely well paid, none is not; Y stays monotone down to 0 hours.
    y2 = np.where(hours == 0, np.where(np.isnan(used), np.nan, np.where(used > 0, 100.0, 0.0)), y2)
    return y1, y2


def _blend(y1: Floats, y2: Floats, params: ClientParams) -> Floats:
    both = (params.y_w_net * y1 + params.y_w_per_hour * y2) / (params.y_w_net + params.y_w_per_hour)
    return np.where(np.isnan(y2), y1, both)


def _returned_absolute(used: Floats, hours: Floats, _rows: np.ndarray, params: ClientParams) -> Floats:
    return _blend(*_y_signals(used, hours, params), params)


@dataclass(frozen=True, slots=True)
class _Peers:
    """What clients are ranked among: net margin, margin an hour, margin; of all, or of each row its own."""

    net: Floats
    per_hour: Floats
    used: Floats

    def of(self, rows: np.ndarray) -> _Peers:
        """Those of some rows."""
        return _Peers(self.net[rows], self.per_hour[rows], self.used[rows])


def _quantile_signals(
    used: Floats, hours: Floats, peers: _Peers, own: _Peers | None, params: ClientParams
) -> tuple[Floats, Floats]:
    """Both Y signals by rank: of the margin alone where hours, or enough clients with hours, are missing."""
    y1 = mid_rank(used, peers.used, None if own is None else own.used)
    if int(np.count_nonzero(~np.isnan(peers.net))) < params.quantile_min_clients:
        return y1, _y_signals(used, hours, params)[1]
    net = used - hours * params.hourly_cost
    y1 = np.where(np.isnan(hours), y1, mid_rank(net, peers.net, None if own is None else own.net))
    y2 = mid_rank(_per_hour(used, hours), peers.per_hour, None if own is None else own.per_hour)
    y2 = np.where(hours == 0, np.where(np.isnan(used), np.nan, np.where(used > 0, 100.0, 0.0)), y2)
    return y1, y2


def _attachment(clients: Frame, params: ClientParams) -> Floats:
    change, complaints = numbers(clients, "order_change"), numbers(clients, "complaints")
    competing = flags(clients, "competing")
    known = is_known(clients, "competing")
    penalty = COMPETING_PENALTY * competing
    penalty = penalty + ORDER_PENALTY * (rounded(change) < -params.drop_threshold)
    penalty = penalty + COMPLAINT_PENALTY * (complaints >= params.complaints_threshold)
    something = known | ~np.isnan(change) | ~np.isnan(complaints)
    return np.where(something, clip_score(100.0 - penalty), np.nan)


def _choose(
    detailed: Floats, coverage: Floats, quick: Floats, params: ClientParams
) -> tuple[Floats, np.ndarray]:
    """Score and source of an axis: detailed if covered enough, else the quick score, else nothing."""
    enough = (rounded(coverage) >= params.min_coverage) & ~np.isnan(detailed)
    source = np.where(enough, DETAILED, np.where(np.isnan(quick), NOTHING, QUICK)).astype(np.int8)
    return np.where(enough, detailed, clip_score(QUICK_POINTS * quick)), source


def score(clients: Frame, params: ClientParams) -> ClientScores:
    """Both axis scores of each client, with all that leads to them.

    Arguments:
        clients: one row a client, columns of block ``clients``; absent columns are unknown. Values
            outside their scale are held to it (hours under 0 count as 0, satisfaction 12 as 10).
        params: thresholds.

    Result: see ``ClientScores``. In a workbook's terms, ``clip`` being ``MAX(0,MIN(100,…))``:
        y = ``(y_w_net*y1 + y_w_per_hour*y2)/(y_w_net + y_w_per_hour)``, or ``y1`` alone without hours.
        coverage_y = 0 without a margin, ``y_coverage_without_hours`` without hours, else 1.
        attachment = ``100 - IF(competing,50,0) - IF(order_change<-drop_threshold,25,0)
        - IF(complaints>=complaints_threshold,25,0)``. When competition, change of orders and complaints
        are all unknown it is unknown; when one is known, the unknown ones take no points off.
        coverage_x = weights of the known signals / all weights.
        x = ``(x_w_satisfaction*clip(10*satisfaction) + x_w_impact*clip(25*impact)
        + x_w_referrals*50*MIN(2,referrals) + x_w_attachment*attachment) / weights of the known ones``.
        An axis under ``min_coverage`` takes ``10*quick score`` if there is one, else it is unknown.
    """
    used, estimated = margin(clients, params)
    hours = np.maximum(numbers(clients, "hours"), 0.0)
    net, per_hour = used - hours * params.hourly_cost, _per_hour(used, hours)
    wanted = params.client_mode == ClientMode.QUANTILE
    quantile = wanted and int(np.count_nonzero(~np.isnan(used))) >= params.quantile_min_clients
    returned: Callable[[Floats, Floats, np.ndarray], Floats]
    if quantile:
        peers = _Peers(net, per_hour, used)
        y1, y2 = _quantile_signals(used, hours, peers, None, params)

        def returned(used: Floats, hours: Floats, rows: np.ndarray) -> Floats:
            return _blend(*_quantile_signals(used, hours, peers, peers.of(rows), params), params)
    else:
        y1, y2 = _y_signals(used, hours, params)
        returned = partial(_returned_absolute, params=params)
    with_hours = np.where(np.isnan(hours), params.y_coverage_without_hours, 1.0)
    coverage_y = np.where(np.isnan(used), 0.0, with_hours)
    y, y_source = _choose(_blend(y1, y2, params), coverage_y, numbers(clients, "quick_y"), params)

    referrals = np.minimum(numbers(clients, "referrals"), REFERRALS_COUNTED)
    signals = {
        "satisfaction": clip_score(SATISFACTION_POINTS * numbers(clients, "satisfaction")),
        "impact": clip_score(IMPACT_POINTS * numbers(clients, "impact")),
        "referrals": clip_score(REFERRAL_POINTS * referrals),
        "attachment": _attachment(clients, params),
    }
    total, present = np.zeros(len(clients)), np.zeros(len(clients))
    for weight, values in zip(params.x_weights, signals.values(), strict=True):
        known = ~np.isnan(values)
        total += np.where(known, weight * values, 0.0)
        present += weight * known
    coverage_x = present / params.x_weight_total
    with np.errstate(divide="ignore", invalid="ignore"):
        detailed = np.where(present > 0, total / present, np.nan)
    x, x_source = _choose(detailed, coverage_x, numbers(clients, "quick_x"), params)
    return ClientScores(
        margin_used=used, margin_estimated=estimated, hours=hours, net=net, per_hour=per_hour,
        y1=y1, y2=y2, coverage_y=coverage_y, y=y, y_source=y_source,
        signals=signals, coverage_x=coverage_x, x=x, x_source=x_source,
        quantile=bool(quantile), quantile_short=bool(wanted and not quantile), returned=returned,
    )  # fmt: skip
