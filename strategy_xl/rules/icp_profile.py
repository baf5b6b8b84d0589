"""Ideal client profile: what ideal clients have in common more than the others.

Source: rules.md §k. Lift is smoothed so that a handful of clients cannot shout.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np

from strategy_xl.rules.frame import (
    Bools,
    Column,
    Floats,
    Frame,
    cells,
    flags,
    make_frame,
    numbers,
    pick,
    rounded,
    texts,
)
from strategy_xl.rules.wording import fold, fold_all

VERSION = "1"
CATEGORICAL = ("segment", "sector", "region", "offer")
NUMERIC = ("size",)
PROFILE_CODES = ("FEW_IDEAL", "MANUAL", "NO_CRITERIA", "PROFILE_WIDE", "PROFILE")


@dataclass(frozen=True, slots=True)
class IcpParams:
    """Settings of the ideal client profile.

    Arguments:
        icp_min_sample: ideal clients below which only criteria given by hand are used.
        icp_support: least share of ideal clients with the criterion.
        icp_min_count: least number of them.
        icp_lift: least lift against all clients.
        icp_low_quantile, icp_high_quantile: ends of a numeric range among ideal clients.
        icp_grade_a, icp_grade_b: prospect scores (0–100) from which the grade is A, B.
        icp_known: share of the weight that must be known to score a prospect.
        icp_wide: share of the base graded A above which the profile is too wide.
        icp_top: criteria told in sentences.
    """

    icp_min_sample: int = 5
    icp_support: float = 0.5
    icp_min_count: int = 3
    icp_lift: float = 1.2
    icp_low_quantile: float = 0.10
    icp_high_quantile: float = 0.90
    icp_grade_a: float = 75.0
    icp_grade_b: float = 50.0
    icp_known: float = 0.5
    icp_wide: float = 0.40
    icp_top: int = 3


@dataclass(frozen=True, slots=True)
class Profile:
    """The ideal client profile.

    Arguments:
        criteria: every criterion looked at, best first; columns as ``Criterion`` (kind is ``category``,
            ``range`` or ``manual``; ``kept`` says whether it is part of the profile).
        ideal: number of ideal clients in the sample.
        base: number of clients.
        codes: reason codes, most telling first.
        version: version of the rule.
    """

    criteria: Frame
    ideal: int
    base: int
    codes: tuple[str, ...]
    version: str = VERSION

    @property
    def args(self) -> dict[str, object]:
        """Values for the placeholders of the messages of ``codes``."""
        return {"n": self.ideal, "ideal": self.ideal, "base": self.base}

    @property
    def kept(self) -> Frame:
        """The criteria of the profile."""
        return pick(self.criteria, flags(self.criteria, "kept"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """Pieces of one sentence about ideal clients: a message key and its arguments (``field`` is a key)."""

    message: str
    args: Mapping[str, object]


def smoothed_lift(k: float, n: float, base_k: float, base_n: float) -> float:
    """[(k+1)/(n+2)] / [(K+1)/(N+2)]: how much more frequent among ideal clients than among all.

    >>> round(smoothed_lift(7, 10, 12, 40), 4)
    2.1538
    """
    return ((k + 1) / (n + 2)) / ((base_k + 1) / (base_n + 2))


class Criterion(NamedTuple):
    """A row of ``Profile.criteria``."""

    field: str
    kind: str
    value: str | None
    low: float = math.nan
    high: float = math.nan
    ideal_count: float = math.nan
    base_count: float = math.nan
    support: float = math.nan
    lift: float = math.nan
    weight: float = math.nan
    kept: bool = True


def _weigh(
    criterion: Criterion, own: tuple[float, float], base: tuple[float, float], size: int, params: IcpParams
) -> Criterion:
    """The candidate with its figures.

    ``own`` (ideal clients) and ``base`` (all): those with it, and those whose field is known.
    """
    lift = smoothed_lift(*own, *base)
    support = own[0] / max(size, 1)
    share, gain = rounded(np.array([support, lift]))
    often = share >= params.icp_support and own[0] >= params.icp_min_count
    kept = bool(often and gain >= params.icp_lift and lift > 1)
    weight = float(np.log2(lift)) * support
    limits = criterion.low, criterion.high
    return Criterion(*criterion[:3], *limits, own[0], base[0], support, lift, weight, kept)


def _categories(clients: Frame, key: str, sample: Bools, params: IcpParams) -> Iterator[Criterion]:
    """One candidate criterion per value that at least one ideal client has."""
    value = texts(clients, key)
    known = value != ""
    own, base = Counter(value[known & sample]), Counter(value[known])
    for name, count in own.items():
        mine, whole = (float(count), float(own.total())), (float(base[name]), float(base.total()))
        yield _weigh(Criterion(key, "category", name), mine, whole, int(sample.sum()), params)


def _ranges(clients: Frame, key: str, sample: Bools, params: IcpParams) -> Iterator[Criterion]:
    """The middle range of the ideal clients as one candidate criterion."""
    value = numbers(clients, key)
    known = ~np.isnan(value)
    own = value[known & sample]
    if len(own):
        low, high = np.quantile(own, [params.icp_low_quantile, params.icp_high_quantile])
        inside = known & (value >= low) & (value <= high)
        mine = float((inside & sample).sum()), float(len(own))
        criterion = Criterion(key, "range", None, float(low), float(high))
        yield _weigh(criterion, mine, (float(inside.sum()), float(known.sum())), int(sample.sum()), params)


def _by_hand(manual: Frame) -> Iterator[Criterion]:
    """Criteria people gave: weight 1 unless they gave one, always kept."""
    names = (texts(manual, key) for key in ("field", "value"))
    limits = (numbers(manual, key).tolist() for key in ("low", "high", "weight"))
    for field, value, low, high, weight in zip(*names, *limits, strict=True):
        criterion = Criterion(field, "manual", value or None, low, high)
        yield criterion._replace(weight=weight if weight > 0 else 1.0)


def extract(
    clients: Frame,
    ideal: Column,
    params: IcpParams | None = None,
    fields: tuple[Sequence[str], Sequence[str]] = (CATEGORICAL, NUMERIC),
    manual: Frame | None = None,
) -> Profile:
    """The criteria that ideal clients share more than the others.

    Arguments:
        clients: one row per client with the fields.
        ideal: same index; true for an ideal client that is not under reserve.
        params: settings.
        fields: names of the categorical and of the numeric columns.
        manual: criteria given by hand, columns ``field`` and ``value`` or ``low``/``high``, optional
            ``weight``; used beside the computed ones, and alone below five ideal clients.

    Result: see ``Profile``. Support = ideal clients with the value / ideal clients; lift compares with all
    clients among those whose field is known; weight = log2(lift) × support; kept from support .5, three
    clients and lift 1.2. The profile is too wide when more than 40 % of all clients match it with an A.
    Source: rules.md §k.
    """
    params = params or IcpParams()
    sample = flags(make_frame({"ideal": ideal}, clients.index), "ideal")
    size = int(sample.sum())
    enough = size >= params.icp_min_sample
    found: list[Criterion] = []
    if enough:
        for key in fields[0]:
            found += _categories(clients, key, sample, params)
        for key in fields[1]:
            found += _ranges(clients, key, sample, params)
    if manual is not None:
        found += _by_hand(manual)
    # Best first; equal weights in the order of the names, so that the order of the clients cannot matter.
    found.sort(key=lambda one: (not one.kept, -one.weight, one.field, one.value is None, one.value or ""))
    columns = zip(*found, strict=True) if found else ((),) * len(Criterion._fields)
    criteria = make_frame(dict(zip(Criterion._fields, columns, strict=True)))
    codes = [] if enough else ["FEW_IDEAL"]
    kept = flags(criteria, "kept")
    if (kept & (texts(criteria, "kind") == "manual")).any():
        codes.append("MANUAL")
    codes.append("PROFILE" if kept.any() else "NO_CRITERIA")
    profile = Profile(criteria, size, len(clients), tuple(codes))
    share = wide_share(clients, profile, params)
    if share > params.icp_wide:
        return Profile(criteria, size, len(clients), ("PROFILE_WIDE", *codes))
    return profile


def wide_share(clients: Frame, profile: Profile, params: IcpParams | None = None) -> float:
    """Share (0–1) of the clients that the profile grades A; 0 without clients or criteria."""
    params = params or IcpParams()
    if not len(clients) or not len(profile.kept):
        return 0.0
    score, known = match(clients, profile.kept)
    top = (rounded(score) >= params.icp_grade_a) & (rounded(known) >= params.icp_known)
    return float(top.mean())


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """How prospects meet the criteria of one field; arrays of shape (rows,).

    Arguments:
        field: column key. weight: of its heaviest criterion. wanted: that criterion's value, or its range.
        best: weight of the heaviest criterion met, 0 for none. is_known: the field is filled in.
    """

    field: str
    weight: float
    wanted: str
    best: Floats
    is_known: Bools


def match_fields(prospects: Frame, criteria: Frame) -> Iterator[FieldMatch]:
    """How prospects meet the criteria, field by field; several of one field are alternatives."""
    rows = len(prospects)
    fields = texts(criteria, "field")
    for key in sorted(set(fields)):
        group = pick(criteria, fields == key)
        text, number = texts(prospects, key), numbers(prospects, key)
        folded = fold_all(text)
        best, has_value = np.zeros(rows), np.zeros(rows, dtype=bool)
        heaviest, wanted = 0.0, ""
        limits = (numbers(group, column) for column in ("low", "high", "weight"))
        for value, low, high, weight in zip(cells(group, "value"), *limits, strict=True):
            if isinstance(value, str):
                has_value |= text != ""
                hit = folded == fold(value)
            else:
                has_value |= ~np.isnan(number)
                # An open end (NaN) excludes nothing.
                hit = ~np.isnan(number) & ~(number < low) & ~(number > high)
            best = np.maximum(best, np.where(hit, weight, 0.0))
            if weight > heaviest:
                heaviest, wanted = float(weight), value if isinstance(value, str) else _interval(low, high)
        yield FieldMatch(key, heaviest, wanted, best, has_value)


def match(prospects: Frame, criteria: Frame) -> tuple[Floats, Floats]:
    """Score 0–100 over the known criteria, and known share of the weight, per prospect.

    Several criteria of one field are alternatives: the field weighs as its heaviest criterion.
    """
    matched, known, total = np.zeros(len(prospects)), np.zeros(len(prospects)), 0.0
    for one in match_fields(prospects, criteria):
        total += one.weight
        matched += one.best
        known += np.where(one.is_known, one.weight, 0.0)
    score = np.where(known > 0, 100 * matched / np.where(known > 0, known, 1.0), np.nan)
    return score, known / total if total > 0 else np.zeros(len(prospects))


def _plain(value: float) -> str:
    """A bound in digits alone: whole from ten on, where a decimal sign would need a language."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:g}"


def _interval(low: float, high: float) -> str:
    """A range as "10–50", "≥ 10" or "≤ 50"; in signs only, so that it needs no language.

    Bounds that are shown whole are those of the whole numbers inside.
    """
    low = math.ceil(low) if low >= 10 else low
    high = math.floor(high) if high >= 10 else high
    bottom, top = np.isnan(low), np.isnan(high)
    if bottom or top:
        return f"≤\N{NO-BREAK SPACE}{_plain(high)}" if bottom else f"≥\N{NO-BREAK SPACE}{_plain(low)}"
    return f"{_plain(low)}–{_plain(high)}"


def sentences(profile: Profile, params: IcpParams | None = None) -> tuple[Sentence, ...]:
    """The best criteria as pieces of sentences for "what makes them ideal?", best first.

    The arguments: ``field`` (column key; the presenter puts its label), ``value`` or ``low`` and ``high``,
    ``support`` (0–1), ``count`` and ``n`` (ideal clients with it, and all of them), ``lift``.
    """
    params = params or IcpParams()
    result = []
    kept = profile.kept
    names = [texts(kept, key) for key in ("field", "kind")]
    figures = [numbers(kept, key).tolist() for key in ("low", "high", "support", "ideal_count", "lift")]
    rows = zip(*names, cells(kept, "value"), *figures, strict=True)
    for key, kind, value, low, high, support, count, lift in islice(rows, params.icp_top):
        shown = value if isinstance(value, str) else _interval(low, high)
        args = {"field": key, "value": shown, "low": low, "high": high, "support": support, "lift": lift}
        result.append(Sentence(f"icp.sentence.{kind}", args | {"count": count, "n": profile.ideal}))
    return tuple(result)
