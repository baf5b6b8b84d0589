"""Whether the targets of the client matrix fit the firm: how its clients lie on both sides of the threshold.

Amendment 3 of the specification. A target of 10,000 € makes a shop whose clients bring 230 € a list of happy
clients and clients to avoid; what fits comes from the firm's own clients: twice their median, so that the
median client scores half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from strategy_xl.rules.frame import Floats, Frame, numbers, rounded

MIN_CLIENTS = 10
"""Clients with a score below which their shares say nothing."""
ONE_SIDED = 0.9
"""Share of the clients on one side of the threshold beyond which the targets do not fit."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How the clients lie.

    Arguments:
        above: share of the clients whose value returned is high (0–1).
        clients: how many have a score.
        net_target: net margin of which the median client has half, €; NaN when there is none above 0.
        per_hour_target: margin an hour that would, €/h; NaN when the median hour is not worth its cost.
    """

    above: float
    clients: int
    net_target: float
    per_hour_target: float

    @property
    def share(self) -> float:
        """Share of the clients on the side where most are."""
        return max(self.above, 1 - self.above)

    @property
    def is_one_sided(self) -> bool:
        """Whether the targets tell the clients apart too little."""
        return self.clients >= MIN_CLIENTS and self.share > ONE_SIDED


def fit(judged: Frame, threshold: float, hourly_cost: float) -> Fit:
    """How the targets of the settings fit the clients.

    Arguments:
        judged: the answer of ``client_matrix.classify`` (y, net, margin_used, per_hour).
        threshold: score from which a value is high.
        hourly_cost: cost of an hour, €/h.
    """
    y = numbers(judged, "y")
    known = y[~np.isnan(y)]
    above = float(np.mean(rounded(known) >= threshold)) if known.size else math.nan
    hour = _median(numbers(judged, "per_hour")) - hourly_cost
    net, used = numbers(judged, "net"), numbers(judged, "margin_used")
    margin = _median(np.where(np.isnan(net), used, net))
    margin = margin if margin > 0 else _median(used)
    return Fit(
        above,
        int(known.size),
        _round(2 * margin) if margin > 0 else math.nan,
        _round(hourly_cost + 2 * hour) if hour > 0 else math.nan,
    )


def _median(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else math.nan


def _round(value: float) -> float:
    """Two digits that count, as people set a target."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return round(value / step) * step
