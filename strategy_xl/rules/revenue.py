"""Revenue: split and ABC classes, concentration (HHI), ranks side by side, candidates to develop.

Source: rules.md §g. Growth over periods is in ``strategy_xl.rules.growth``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.rules.frame import (
    ROUNDING,
    Column,
    Floats,
    Frame,
    dates,
    extended,
    flag_array,
    flags,
    labels,
    listed,
    make_frame,
    months_before,
    numbers,
    pick,
    rounded,
    text_array,
    texts,
    totals,
)
from strategy_xl.rules.growth import Frequency, GrowthParams, assess_growth
from strategy_xl.rules.result import Codes, RuleResult, whole_sheet

VERSION = "1"
LEVELS = ("low", "medium", "high")
ITEM_CODES = ("NOT_COMPUTABLE", "NET_NEGATIVE", "CANDIDATE", "CLASS_A", "CLASS_B", "CLASS_C", "NO_MARGIN")
SUMMARY_CODES = (
    "NO_REVENUE", "TOTAL_NOT_POSITIVE", "HHI_HIGH", "HHI_MEDIUM", "HHI_LOW", "TOP1_HIGH", "TOP3_HIGH",
    "NETTED", "UNDATED",
)  # fmt: skip
CODES = (*ITEM_CODES, *SUMMARY_CODES)


@dataclass(frozen=True, slots=True)
class RevenueParams:
    """Settings of the revenue rule; shares 0–1, HHI 0–10,000.

    Arguments:
        abc_a: an item is A while the share before it is below this.
        abc_b: … and B while it is below this.
        top1_low, top1_medium: highest share of the first item for a low and a medium dependence.
        top3_low, top3_medium: the same for the first three together.
        hhi_low: concentration below it is low.
        hhi_medium: highest medium concentration.
        revenue_window_months: months that count as "today" in the split.
    """

    abc_a: float = 0.80
    abc_b: float = 0.95
    top1_low: float = 0.10
    top1_medium: float = 0.20
    top3_low: float = 0.25
    top3_medium: float = 0.40
    hhi_low: float = 1500.0
    hhi_medium: float = 2500.0
    revenue_window_months: int = 12


@dataclass(frozen=True, slots=True)
class Concentration:
    """How much the revenue depends on few items.

    Arguments:
        total: net revenue, €; NaN when no item has any.
        items: number of items with revenue.
        hhi: Σ(100·share)², NaN when the total is not positive.
        top1, top3: share of the first item and of the first three, 0–1.
        effective: 1/Σshare², the number of equal items with the same concentration.
        hhi_level, top1_level, top3_level: ``low``, ``medium``, ``high`` or None.
        codes: reason codes, most telling first.
        version: version of the rule.
    """

    total: float
    items: int
    hhi: float
    top1: float
    top3: float
    effective: float
    hhi_level: str | None
    top1_level: str | None
    top3_level: str | None
    codes: tuple[str, ...]
    version: str = VERSION

    @property
    def args(self) -> dict[str, object]:
        """Values for the placeholders of the messages of ``codes``."""
        return {
            "total": self.total,
            "hhi": self.hhi,
            "top1": self.top1,
            "top3": self.top3,
            "effective": self.effective,
        }


@dataclass(frozen=True, slots=True)
class RevenueResult:
    """Items (a row each, index = item, greatest revenue first) and their concentration."""

    items: RuleResult
    concentration: Concentration


def net_by(lines: Frame, by: str) -> Frame:
    """Revenue and margin netted per item (credits are negative lines), greatest revenue first.

    Arguments: ``lines`` with ``revenue``, ``margin`` (€) and the column ``by``; a line without item or
    revenue does not count. Result: index = item, columns revenue, margin (NaN when no line of the item has
    one). Equal revenues stand in the order of the items' names.
    """
    name, revenue, margin = texts(lines, by), numbers(lines, "revenue"), numbers(lines, "margin")
    used = (name != "") & ~np.isnan(revenue)
    items, item = np.unique(name[used], return_inverse=True)
    # Sorted before adding up: the same lines in another order then give the same sum to the last bit.
    order = np.lexsort((margin[used], revenue[used], item))
    sums = {
        key: totals(values[used][order], item[order], len(items))
        for key, values in (("revenue", revenue), ("margin", margin))
    }
    best = np.argsort(-sums["revenue"], kind="stable")
    return make_frame({key: values[best] for key, values in sums.items()}, labels(items[best], "item"))


def _level(value: float, low: float, medium: float) -> str:
    """``low`` up to the first limit, ``medium`` up to the second, else ``high``."""
    value = round(value, 9)
    return "low" if value <= low else "medium" if value <= medium else "high"


def concentration(revenue: Floats, params: RevenueParams | None = None) -> Concentration:
    """HHI, top shares and effective number of items.

    Arguments:
        revenue: net revenue per item, €, shape (items,). Negative items lower the total but hold no share.
        params: settings.

    Result: see ``Concentration``; not computable when the net total is ≤ 0. Source: rules.md §g.

    >>> round(concentration(np.array([400.0, 250, 120, 90, 60, 40, 25, 15])).hhi, 1)
    2510.5
    """
    params = params or RevenueParams()
    nan = float("nan")
    values = np.sort(revenue[~np.isnan(revenue)])[::-1]
    if not values.size:
        return Concentration(nan, 0, nan, nan, nan, nan, None, None, None, ("NO_REVENUE",))
    total = float(values.sum())
    netted = ("NETTED",) if (values < 0).any() else ()
    positive = values[values > 0]
    if total <= 0:
        codes = ("TOTAL_NOT_POSITIVE", *netted)
        return Concentration(total, len(positive), nan, nan, nan, nan, None, None, None, codes)
    share = positive / positive.sum()
    squares = float((share**2).sum())
    hhi, top1, top3 = squares * 10_000, float(share[0]), float(share[:3].sum())
    hhi_level = "low" if round(hhi, 6) < params.hhi_low else _level(round(hhi, 6), -1.0, params.hhi_medium)
    top1_level = _level(top1, params.top1_low, params.top1_medium)
    top3_level = _level(top3, params.top3_low, params.top3_medium)
    codes = (
        f"HHI_{hhi_level.upper()}",
        *(("TOP1_HIGH",) if top1_level == "high" else ()),
        *(("TOP3_HIGH",) if top3_level == "high" else ()),
        *netted,
    )
    return Concentration(
        total, len(positive), hhi, top1, top3, 1 / squares, hhi_level, top1_level, top3_level, codes
    )


def _rank(values: Floats) -> Floats:
    """1 for the greatest, equal values share the better rank, missing stays missing."""
    known = np.sort(rounded(values[~np.isnan(values)]))
    greater = known.size - np.searchsorted(known, rounded(values), side="right")
    return np.where(np.isnan(values), np.nan, 1.0 + greater)


def split(
    lines: Frame,
    by: str = "product",
    params: RevenueParams | None = None,
    growth: Column | None = None,
) -> RevenueResult:
    """Split of the revenue by an item, with ABC class, ranks and concentration.

    Arguments:
        lines: columns ``revenue``, ``margin`` (€; credits negative) and the column ``by``, a row per line.
        by: ``product``, ``segment``, ``client`` or any other column.
        params: settings.
        growth: growth per year by item (0.05 = 5 %), for the rank and the candidates; missing when unknown.

    Result: per item ``revenue``, ``margin``, ``share`` (of the items above 0; a negative one has none and is
    C), ``cumulated`` (share with all before it),
    ``abc`` (A while the share *before* the item is below 80 %, B below 95 %, else C), ``growth``,
    ``rank_margin``, ``rank_growth``, ``rank_share`` (1 = best, side by side, not mixed), ``candidate``:
    growth above the median growth and class below A. Total ≤ 0: nothing but the sums.
    Source: rules.md §g.
    """
    params = params or RevenueParams()
    net = net_by(lines, by)
    revenue, margin = numbers(net, "revenue"), numbers(net, "margin")
    total = float(revenue.sum())
    computable = total > 0
    # Of the items that bring something, as concentration: a credit note makes no other item a larger part.
    held = np.where(revenue < 0, np.nan, revenue)
    share = held / np.nansum(held) if computable else np.full(len(net), np.nan)
    cumulated = rounded(np.cumsum(share))
    before = rounded(np.concatenate([[0.0], np.cumsum(share)[:-1]])) if len(net) else cumulated
    letters = np.select([before < params.abc_a, before < params.abc_b], ["a", "b"], "c")
    pace = numbers(make_frame({} if growth is None else {"growth": growth}, net.index), "growth")
    median = float(np.nanmedian(pace)) if (~np.isnan(pace)).any() else np.nan
    candidate = (rounded(pace) > np.round(median, ROUNDING)) & (letters != "a") & computable
    frame = extended(
        net,
        {
            "share": share,
            "cumulated": cumulated,
            "abc": text_array(letters if computable else [None] * len(net)),
            "growth": pace,
            "rank_margin": _rank(margin),
            "rank_growth": _rank(pace),
            "rank_share": _rank(share),
            "candidate": flag_array(candidate, ~np.isnan(pace) & computable),
        },
    )
    reasons = {
        "NOT_COMPUTABLE": np.full(len(net), not computable),
        "NET_NEGATIVE": revenue < 0,
        "CANDIDATE": candidate,
        **{f"CLASS_{letter.upper()}": (letters == letter) & computable for letter in "abc"},
        "NO_MARGIN": np.isnan(margin),
    }
    missing = {"margin": np.isnan(margin), "growth": np.isnan(pace)}
    rows = len(net)
    items = RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)
    return RevenueResult(items, concentration(revenue, params))


def assess_products(
    lines: Frame,
    today: date,
    by: str = "product",
    params: RevenueParams | None = None,
    growth_params: GrowthParams | None = None,
    frequency: Frequency = "year",
) -> RevenueResult:
    """Today's split with each item's growth over its whole history.

    Arguments:
        lines: columns ``period`` (date), ``revenue``, ``margin`` and the column ``by``.
        today: reference date; later lines are plans and do not count.
        by, params, growth_params, frequency: see ``split`` and ``growth.assess_growth``.

    Result: as ``split`` on the last months (``revenue_window_months``, 12) up to the latest line. When no
    line has a date all lines count as today and no growth is known; undated lines among dated ones do not
    count (code UNDATED of the concentration). Source: rules.md §g.
    """
    params = params or RevenueParams()
    period = dates(lines, "period")
    past = period <= np.datetime64(today)
    if not past.any():
        return split(pick(lines, np.isnat(period)), by, params)
    start = months_before(period[past].max(keepdims=True), params.revenue_window_months)
    current = pick(lines, past & (period > start))
    grown = assess_growth(pick(lines, past), by, today, growth_params, frequency)
    result = split(current, by, params, grown.table["growth"])
    if not np.isnat(period).any():
        return result
    known = result.concentration
    fields = {name: getattr(known, name) for name in Concentration.__slots__ if name != "codes"}
    return RevenueResult(result.items, Concentration(**fields, codes=(*known.codes, "UNDATED")))


def list_products(
    lines: Frame,
    today: date,
    params: RevenueParams | None = None,
    growth_params: GrowthParams | None = None,
) -> RuleResult:
    """The products of today as a list, greatest revenue first: ``assess_products`` with a column ``product``.

    Arguments: as for ``assess_products``, products by year. Result: index 1, 2…
    """
    items = assess_products(lines, today, "product", params, growth_params).items
    return RuleResult(listed(items.table, "product"), items.reasons, items.missing, items.version)


def list_segments(lines: Frame, today: date, params: RevenueParams | None = None) -> RuleResult:
    """The segments of today as a list, greatest revenue first: ``assess_products`` by segment.

    Arguments: as for ``assess_products``. Result: index 1, 2…, column ``segment``.
    """
    items = assess_products(lines, today, "segment", params).items
    return RuleResult(listed(items.table, "segment"), items.reasons, items.missing, items.version)


def list_clients(clients: Frame, params: RevenueParams | None = None) -> RuleResult:
    """The clients as a list, greatest revenue first: ``split`` by client.

    Arguments:
        clients: columns ``name`` and ``revenue`` (€ over 12 months), and optionally ``margin``.
        params: see ``split``.

    Result: index 1, 2…, column ``client``.
    """
    lines = extended(clients, {"client": text_array(texts(clients, "name"))})
    items = split(lines, "client", params).items
    return RuleResult(listed(items.table, "client"), items.reasons, items.missing, items.version)


def propose(items: Frame) -> str | None:
    """The product to develop: the candidate of ``split`` that grows fastest; None without any."""
    growth = np.where(flags(items, "candidate"), numbers(items, "growth"), np.nan)
    return None if np.isnan(growth).all() else str(items.index[int(np.nanargmax(growth))])


def overview(
    lines: Frame,
    today: date,
    params: RevenueParams | None = None,
    growth_params: GrowthParams | None = None,
) -> RuleResult:
    """The concentration of today's products and the one to develop as one row, for the sheet.

    Arguments: as for ``assess_products``. Result: ``total``, ``hhi``, ``top1``, ``top3``, ``effective``, the
    three levels, ``proposed`` (see ``propose``).
    """
    assessed = assess_products(lines, today, "product", params, growth_params)
    found = assessed.concentration
    levels = {"hhi_level": found.hhi_level, "top1_level": found.top1_level, "top3_level": found.top3_level}
    proposed = propose(assessed.items.table)
    return whole_sheet(
        {**found.args, **levels, "proposed": proposed},
        found.codes,
        {"revenue_lines": found.items == 0},
        VERSION,
    )
