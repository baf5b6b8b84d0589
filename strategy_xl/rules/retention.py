"""Retention from purchases: who comes back, by cohort and from one period to the next.

Source: rules.md §i (retention = clients of the period before still active / clients of the period before).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from strategy_xl.rules.columns import Bools, Floats, dates, numbers, texts
from strategy_xl.rules.funnel import wilson
from strategy_xl.rules.growth import Frequency
from strategy_xl.rules.result import Codes, RuleResult

VERSION = "1"
_ALIAS: dict[Frequency, str] = {"year": "Y", "quarter": "Q", "month": "M"}
PERIOD_CODES = ("INCOMPLETE_PERIOD", "SMALL_BASE", "FEWER_CLIENTS", "MORE_CLIENTS")
SUMMARY_CODES = ("NO_PURCHASE", "REPEAT")
CODES = (*PERIOD_CODES, *SUMMARY_CODES)


@dataclass(frozen=True, slots=True)
class RetentionParams:
    """Settings of the retention rule.

    Arguments:
        retention_min_base: clients from which a retention rate needs no confirmation.
        retention_confidence: confidence of the intervals, 0 to 1.
    """

    retention_min_base: int = 30
    retention_confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class RetentionResult:
    """What the purchases say.

    Arguments:
        periods: per period (index, none left out) ``clients``, ``new``, ``returning``, ``retention`` and its
            interval, ``revenue``, ``growth`` of the revenue, ``growth_clients``.
        cohorts: share (0–1) of the clients of each first period (index) that buy again so many periods later
            (columns 0, 1, 2…); NaN where the period is not over yet.
        customers: number of clients.
        repeat: clients with purchases on two days or more.
        repeat_rate, repeat_low, repeat_high: their share and its interval.
        codes: reason codes.
        version: version of the rule.
    """

    periods: RuleResult
    cohorts: pd.DataFrame
    customers: int
    repeat: int
    repeat_rate: float
    repeat_low: float
    repeat_high: float
    codes: tuple[str, ...]
    version: str = VERSION

    @property
    def args(self) -> dict[str, object]:
        """Values for the placeholders of the messages of ``codes``."""
        return {
            "repeat_rate": self.repeat_rate,
            "repeat_low": self.repeat_low,
            "repeat_high": self.repeat_high,
        }


def _purchases(transactions: pd.DataFrame, today: date, alias: str) -> pd.DataFrame:
    """Purchases up to today: client, day, amount (NaN when unknown), period, first period."""
    data = pd.DataFrame(
        {
            "customer": texts(transactions, "customer"),
            "day": dates(transactions, "date").dt.normalize(),
            "amount": numbers(transactions, "amount"),
        }
    )
    data = data.loc[(data["customer"] != "") & (data["day"] <= pd.Timestamp(today))]
    return data.assign(period=data["day"].dt.to_period(alias))


def _cohorts(active: pd.DataFrame, periods: pd.PeriodIndex, complete: int) -> pd.DataFrame:
    """Retention by first period and periods since then; only the first ``complete`` periods are over."""
    first = active.groupby("customer")["period"].transform("min")
    born = periods.get_indexer(pd.PeriodIndex(first))
    now = periods.get_indexer(pd.PeriodIndex(active["period"]))
    size = len(periods)
    counts = np.zeros((size, size))
    np.add.at(counts, (born, now - born), 1.0)
    cohort = counts[:, 0].copy()
    place = np.arange(size)
    seen = place[:, None] + place[None, :] < complete
    share = np.where(seen & (cohort[:, None] > 0), counts / np.maximum(cohort[:, None], 1), np.nan)
    return pd.DataFrame(share, index=periods, columns=pd.RangeIndex(size))


def assess(
    transactions: pd.DataFrame,
    today: date,
    frequency: Frequency = "month",
    params: RetentionParams | None = None,
) -> RetentionResult:
    """Cohorts, retention from period to period, repeat rate and growth.

    Arguments:
        transactions: a row per purchase: ``customer``, ``date``, and optionally ``amount`` (€). A row with an
            amount ≤ 0 (a refund) lowers the revenue but is no purchase. Rows after ``today`` do not count.
        today: reference date; a period that is not over then is shown, marked, and has no rate.
        frequency: length of a period.
        params: settings.

    Result: see ``RetentionResult``. Source: rules.md §i.
    """
    params = params or RetentionParams()
    data = _purchases(transactions, today, _ALIAS[frequency])
    active = data.loc[~(data["amount"] <= 0), ["customer", "period", "day"]]
    if active.empty:
        return _nothing()
    periods = pd.period_range(active["period"].min(), pd.Period(pd.Timestamp(today), freq=_ALIAS[frequency]))
    over = np.asarray(periods.end_time <= pd.Timestamp(today) + pd.Timedelta(days=1))
    pairs = active[["customer", "period"]].drop_duplicates()
    place = pd.Series(periods.get_indexer(pd.PeriodIndex(pairs["period"])), index=pairs.index)
    ordered = pairs.assign(place=place).sort_values(["customer", "place"])
    previous = ordered.groupby("customer")["place"].shift()
    clients = np.bincount(ordered["place"], minlength=len(periods)).astype(np.float64)
    new = np.bincount(ordered["place"][previous.isna()], minlength=len(periods)).astype(np.float64)
    stayed = ordered["place"][(ordered["place"] - previous) == 1]
    returning = np.bincount(stayed, minlength=len(periods)).astype(np.float64)
    base = np.concatenate([[np.nan], clients[:-1]])
    usable = over & (base > 0)
    low, high = wilson(np.where(usable, returning, np.nan), base, params.retention_confidence)
    sums = data.sort_values("amount").groupby("period")["amount"].sum(min_count=1)
    revenue = np.asarray(sums.reindex(periods), dtype=np.float64)
    frame = pd.DataFrame(
        {
            "clients": clients,
            "new": new,
            "returning": returning,
            "retention": np.where(usable, returning / np.where(base > 0, base, np.nan), np.nan),
            "retention_low": low,
            "retention_high": high,
            "revenue": revenue,
            "growth": _growth(revenue, over),
            "growth_clients": _growth(clients, over),
        },
        index=periods,
    )
    change = frame["growth_clients"].to_numpy()
    reasons = {
        "INCOMPLETE_PERIOD": ~over,
        "SMALL_BASE": usable & (base < params.retention_min_base),
        "FEWER_CLIENTS": change < 0,
        "MORE_CLIENTS": change > 0,
    }
    rows = len(periods)
    by_period = RuleResult(
        frame,
        Codes.from_masks(reasons, rows),
        Codes.from_masks({"amount": np.isnan(revenue)}, rows),
        VERSION,
    )
    days = active.drop_duplicates(["customer", "day"]).groupby("customer").size()
    repeat, customers = int((days >= 2).sum()), len(days)
    ends = wilson(repeat, customers, params.retention_confidence)
    cohorts = _cohorts(pairs, periods, int(over.sum()))
    return RetentionResult(
        by_period,
        cohorts,
        customers,
        repeat,
        repeat / customers,
        float(ends[0]),
        float(ends[1]),
        ("REPEAT",),
    )


def _growth(values: Floats, over: Bools) -> Floats:
    """Change against the period before, only between complete periods with a value above 0 before."""
    before = np.concatenate([[np.nan], values[:-1]])
    return np.where(over & (before > 0), values / np.where(before > 0, before, np.nan) - 1, np.nan)


def _nothing() -> RetentionResult:
    """The answer without any purchase."""
    nan = float("nan")
    empty = RuleResult(pd.DataFrame(), Codes.from_masks({}, 0), Codes.from_masks({}, 0), VERSION)
    return RetentionResult(empty, pd.DataFrame(), 0, 0, nan, nan, nan, ("NO_PURCHASE",))
