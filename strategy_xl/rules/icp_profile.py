"""Ideal client profile: what ideal clients have in common more than the others.

Source: rules.md §k. Lift is smoothed so that a handful of clients cannot shout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from strategy_xl.rules.columns import Bools, Floats, numbers, rounded, texts
from strategy_xl.rules.wording import fold

VERSION = "1"
CATEGORICAL = ("segment", "sector", "region", "offer")
NUMERIC = ("size",)
CRITERIA_COLUMNS = (
    "field", "kind", "value", "low", "high", "ideal_count", "base_count", "support", "lift", "weight", "kept",
)  # fmt: skip
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
        criteria: every criterion looked at, best first; columns ``CRITERIA_COLUMNS`` (kind is ``category``,
            ``range`` or ``manual``; ``kept`` says whether it is part of the profile).
        ideal: number of ideal clients in the sample.
        base: number of clients.
        codes: reason codes, most telling first.
        version: version of the rule.
    """

    criteria: pd.DataFrame
    ideal: int
    base: int
    codes: tuple[str, ...]
    version: str = VERSION

    @property
    def args(self) -> dict[str, object]:
        """Values for the placeholders of the messages of ``codes``."""
        return {"n": self.ideal, "ideal": self.ideal, "base": self.base}

    @property
    def kept(self) -> pd.DataFrame:
        """The criteria of the profile."""
        return self.criteria.loc[self.criteria["kept"].to_numpy(dtype=bool)]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Pieces of one sentence about ideal clients: a message key and its arguments (``field`` is a key)."""

    message: str
    args: Mapping[str, object]


def smoothed_lift(k: Floats, n: float, base_k: Floats, base_n: float) -> Floats:
    """[(k+1)/(n+2)] / [(K+1)/(N+2)]: how much more frequent among ideal clients than among all.

    >>> round(float(smoothed_lift(np.array([7.0]), 10, np.array([12.0]), 40)[0]), 4)
    2.1538
    """
    return np.asarray(((k + 1) / (n + 2)) / ((base_k + 1) / (base_n + 2)), dtype=np.float64)


def _category_rows(clients: pd.DataFrame, key: str, sample: Bools) -> pd.DataFrame:
    """One candidate criterion per value that at least one ideal client has."""
    value = texts(clients, key)
    known = (value != "").to_numpy()
    counts = value[known & sample].value_counts()
    base = value[known].value_counts().reindex(counts.index)
    k, base_k = (np.asarray(column, dtype=np.float64) for column in (counts, base))
    lift = smoothed_lift(k, float((known & sample).sum()), base_k, float(known.sum()))
    return pd.DataFrame(
        {"field": key, "kind": "category", "value": counts.index, "ideal_count": k, "base_count": base_k}
    ).assign(low=np.nan, high=np.nan, lift=lift)


def _range_rows(clients: pd.DataFrame, key: str, sample: Bools, params: IcpParams) -> pd.DataFrame:
    """The middle range of the ideal clients as one candidate criterion."""
    value = numbers(clients, key)
    known = ~np.isnan(value)
    own = value[known & sample]
    if not len(own):
        return pd.DataFrame(columns=list(CRITERIA_COLUMNS))
    low, high = np.quantile(own, [params.icp_low_quantile, params.icp_high_quantile])
    inside = known & (value >= low) & (value <= high)
    k, base_k = np.array([float((inside & sample).sum())]), np.array([float(inside.sum())])
    lift = smoothed_lift(k, float(len(own)), base_k, float(known.sum()))
    return pd.DataFrame(
        {"field": key, "kind": "range", "value": pd.Series([None], dtype=object), "ideal_count": k}
    ).assign(base_count=base_k, low=low, high=high, lift=lift)


def _manual_rows(manual: pd.DataFrame) -> pd.DataFrame:
    """Criteria people gave: weight 1 unless they gave one, always kept."""
    weight = numbers(manual, "weight")
    return pd.DataFrame(
        {
            "field": texts(manual, "field").to_numpy(),
            "kind": "manual",
            "value": texts(manual, "value").replace("", None).to_numpy(dtype=object),
            "low": numbers(manual, "low"),
            "high": numbers(manual, "high"),
            "weight": np.where(weight > 0, weight, 1.0),
            "kept": True,
        }
    ).assign(ideal_count=np.nan, base_count=np.nan, support=np.nan, lift=np.nan)


def extract(
    clients: pd.DataFrame,
    ideal: pd.Series[bool],
    params: IcpParams | None = None,
    fields: tuple[Sequence[str], Sequence[str]] = (CATEGORICAL, NUMERIC),
    manual: pd.DataFrame | None = None,
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
    sample = ideal.reindex(clients.index).astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    size = int(sample.sum())
    enough = size >= params.icp_min_sample
    parts: list[pd.DataFrame] = []
    if enough:
        parts += [_category_rows(clients, key, sample) for key in fields[0]]
        parts += [_range_rows(clients, key, sample, params) for key in fields[1]]
    parts = [part for part in parts if len(part)] or [pd.DataFrame(columns=list(CRITERIA_COLUMNS))]
    found = pd.concat(parts, ignore_index=True)
    support = found["ideal_count"].to_numpy(dtype=np.float64) / max(size, 1)
    lift = found["lift"].to_numpy(dtype=np.float64)
    kept = (
        (rounded(support) >= params.icp_support)
        & (found["ideal_count"].to_numpy(dtype=np.float64) >= params.icp_min_count)
        & (rounded(lift) >= params.icp_lift)
        & (lift > 1)
    )
    found = found.assign(support=support, weight=np.log2(lift) * support, kept=kept)
    if manual is not None and len(manual):
        found = pd.concat([part for part in (found, _manual_rows(manual)) if len(part)])
    criteria = found.reindex(columns=list(CRITERIA_COLUMNS)).astype({"kept": "bool"})
    # Best first; equal weights in the order of the names, so that the order of the clients cannot matter.
    criteria = criteria.assign(order=criteria["value"].astype("str"))
    criteria = criteria.sort_values(
        ["kept", "weight", "field", "order"], ascending=[False, False, True, True], kind="stable"
    ).drop(columns="order")
    criteria = criteria.reset_index(drop=True)
    codes = [] if enough else ["FEW_IDEAL"]
    if (criteria["kept"] & (criteria["kind"] == "manual")).any():
        codes.append("MANUAL")
    codes.append("PROFILE" if criteria["kept"].any() else "NO_CRITERIA")
    profile = Profile(criteria, size, len(clients), tuple(codes))
    share = wide_share(clients, profile, params)
    if share > params.icp_wide:
        return Profile(criteria, size, len(clients), ("PROFILE_WIDE", *codes))
    return profile


def wide_share(clients: pd.DataFrame, profile: Profile, params: IcpParams | None = None) -> float:
    """Share (0–1) of the clients that the profile grades A; 0 without clients or criteria."""
    params = params or IcpParams()
    if not len(clients) or profile.kept.empty:
        return 0.0
    score, known = match(clients, profile.kept)
    top = (rounded(score) >= params.icp_grade_a) & (rounded(known) >= params.icp_known)
    return float(top.mean())


def match(prospects: pd.DataFrame, criteria: pd.DataFrame) -> tuple[Floats, Floats]:
    """Score 0–100 over the known criteria, and known share of the weight, per prospect.

    Several criteria of one field are alternatives: the field weighs as its heaviest criterion.
    """
    rows = len(prospects)
    matched, known, total = np.zeros(rows), np.zeros(rows), 0.0
    for key, group in criteria.groupby("field", sort=True):
        heaviest = float(numbers(group, "weight").max())
        total += heaviest
        text, number = texts(prospects, str(key)), numbers(prospects, str(key))
        folded = text.map(fold)
        best, has_value = np.zeros(rows), np.zeros(rows, dtype=bool)
        limits = (numbers(group, column) for column in ("low", "high", "weight"))
        for value, low, high, weight in zip(group["value"], *limits, strict=True):
            if isinstance(value, str):
                has_value |= (text != "").to_numpy()
                hit = (folded == fold(value)).to_numpy()
            else:
                has_value |= ~np.isnan(number)
                # An open end (NaN) excludes nothing.
                hit = ~np.isnan(number) & ~(number < low) & ~(number > high)
            best = np.maximum(best, np.where(hit, weight, 0.0))
        matched += best
        known += np.where(has_value, heaviest, 0.0)
    score = np.where(known > 0, 100 * matched / np.where(known > 0, known, 1.0), np.nan)
    return score, known / total if total > 0 else np.zeros(rows)


def _plain(value: float) -> str:
    """A bound in digits alone: whole from ten on, where a decimal sign would need a language."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:g}"


def _interval(low: float, high: float) -> str:
    """A range as "10–50", "≥ 10" or "≤ 50"; in signs only, so that it needs no language."""
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
    best = profile.kept.head(params.icp_top)
    figures = [numbers(best, key).tolist() for key in ("low", "high", "support", "ideal_count", "lift")]
    for key, kind, value, *rest in zip(best["field"], best["kind"], best["value"], *figures, strict=True):
        low, high, support, count, lift = rest
        shown = value if isinstance(value, str) else _interval(low, high)
        args = {"field": key, "value": shown, "low": low, "high": high, "support": support, "lift": lift}
        result.append(Sentence(f"icp.sentence.{kind}", args | {"count": count, "n": profile.ideal}))
    return tuple(result)


def shared_tags(tags: pd.Series[str], least: int = 2) -> pd.Series[int]:
    """How many clients share each tag of a free field (stakes, needs, problems); nothing is guessed.

    Arguments:
        tags: one text per client, tags separated by commas, semicolons or line ends.
        least: clients from which a tag is shared.

    Result: counts by tag (first spelling in alphabetical order), most shared first, ties by name.
    """
    pieces = tags.dropna().astype("str").str.split(r"[,;\n]", regex=True).explode().str.strip()
    pieces = pieces[pieces.notna() & (pieces != "")]
    key = pieces.map(fold)
    data = pd.DataFrame({"client": pieces.index, "tag": pieces.to_numpy(), "key": key.to_numpy()})
    groups = data.groupby("key", sort=True)
    counts = pd.Series(groups["client"].nunique().to_numpy(), index=pd.Index(groups["tag"].min(), name="tag"))
    counts = counts[counts >= least].astype("int64").sort_index()
    return counts.sort_values(ascending=False, kind="stable")
