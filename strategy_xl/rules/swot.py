"""SWOT: weights, IFE and EFE scores, quadrant, checks of the items, TOWS pairs and draft objectives.

Source: rules.md §e (weights and ratings: Fred David's internal and external factor evaluation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from strategy_xl.rules.answer import Codes, RuleResult
from strategy_xl.rules.columns import ONE_ROW, Bools, Floats, numbers, one_row_codes, rounded, texts
from strategy_xl.rules.wording import any_word, fold_all
from strategy_xl.text.words.rule_words import SwotWords
from strategy_xl.text.words.wordlists import every

VERSION = "1"
BOXES = ("strength", "weakness", "opportunity", "threat")
INTERNAL = ("strength", "weakness")
STRATEGIES = {
    ("strength", "opportunity"): "so",
    ("strength", "threat"): "st",
    ("weakness", "opportunity"): "wo",
    ("weakness", "threat"): "wt",
}

ITEM_CODES = (
    "INCOMPLETE", "IMPORTANCE_OUT", "RATING_OUT", "RATING_SIDE", "LOOKS_EXTERNAL", "LOOKS_INTERNAL",
    "WEIGHT_HIGH", "DUPLICATE_TEXT", "BOX_MANY",
)  # fmt: skip
PAIR_CODES = ("TOP", "INTERNAL_UNKNOWN", "EXTERNAL_UNKNOWN", "LINK_OUT", "DUPLICATE_PAIR", "INCOMPLETE_PAIR")
SUMMARY_CODES = (
    "QUADRANT_SO", "QUADRANT_ST", "QUADRANT_WO", "QUADRANT_WT", "NOT_COMPUTABLE", "PARTIAL",
    "FEW_STRENGTH", "FEW_WEAKNESS", "FEW_OPPORTUNITY", "FEW_THREAT",
    "MANY_STRENGTH", "MANY_WEAKNESS", "MANY_OPPORTUNITY", "MANY_THREAT",
)  # fmt: skip
CODES = (*ITEM_CODES, *PAIR_CODES, *SUMMARY_CODES)


@dataclass(frozen=True, slots=True)
class SwotParams:
    """Settings of the SWOT rule.

    Arguments:
        swot_average: IFE or EFE from which a side counts as strong, on the scale 1 to 4.
        swot_weight_limit: weight (0 to 1) above which one item dominates its side.
        swot_box_min: fewest items of a box.
        swot_box_max: most items of a box.
        swot_top_pairs: number of TOWS pairs that become draft actions.
    """

    swot_average: float = 2.5
    swot_weight_limit: float = 0.30
    swot_box_min: int = 2
    swot_box_max: int = 8
    swot_top_pairs: int = 3


@dataclass(frozen=True, slots=True)
class SwotSummary:
    """The answer for the whole SWOT.

    Arguments:
        ife: internal score, 1 to 4, NaN when no internal item is complete.
        efe: external score, 1 to 4, NaN when no external item is complete.
        ife_coverage: share (0 to 1) of the internal weight that has a rating.
        efe_coverage: the same outside.
        quadrant: ``so``, ``st``, ``wo``, ``wt``, or None when a side is not computable.
        counts: items per box, by box key.
        codes: reason codes, most telling first.
        version: version of the rule.
    """

    ife: float
    efe: float
    ife_coverage: float
    efe_coverage: float
    quadrant: str | None
    counts: dict[str, int]
    codes: tuple[str, ...]
    version: str = VERSION

    @property
    def args(self) -> dict[str, object]:
        """Values for the placeholders of the messages of ``codes``."""
        return {
            "ife": self.ife,
            "efe": self.efe,
            "ife_coverage": self.ife_coverage,
            "efe_coverage": self.efe_coverage,
        }


def _weights(box: pd.Series[str], importance: Floats) -> Floats:
    """Importance normalised inside the internal and the external side; NaN without box or importance."""
    internal = box.isin(INTERNAL).to_numpy()
    usable = box.isin(BOXES).to_numpy() & (importance >= 1) & (importance <= 5)
    weight = np.full(len(box), np.nan)
    for side in (internal, ~internal):
        chosen = usable & side
        if chosen.any():
            weight[chosen] = importance[chosen] / importance[chosen].sum()
    return weight


def _slots(box: pd.Series[str], importance: Floats) -> Floats:
    """100 times the number of the box plus the rank by importance in it; ties in the order of the index."""
    ordered = pd.DataFrame({"box": box, "importance": np.nan_to_num(importance, nan=0.0)})
    ordered = ordered.sort_index(kind="stable").sort_values("importance", ascending=False, kind="stable")
    rank = (ordered.groupby("box").cumcount() + 1).reindex(box.index)
    number = box.map({key: position for position, key in enumerate(BOXES, start=1)})
    return np.asarray((number * 100 + rank).astype("float64"), dtype=np.float64)


def score_items(items: pd.DataFrame, params: SwotParams | None = None) -> RuleResult:
    """Weight, weighted rating and checks of every SWOT item.

    Arguments:
        items: columns ``text``, ``box`` (strength, weakness, opportunity, threat), ``importance`` 1–5,
            ``rating`` 1–4 (strengths 3–4, weaknesses 1–2, outside: quality of the response). Unique index.
        params: settings.

    Result: ``weight`` (0 to 1, sums to 1 inside and outside), ``weighted`` (weight × rating), ``slot`` (place
    in the printed square: 101, 102… strengths, 201… weaknesses, 301… opportunities, 401… threats, the most
    important first). A rating on the wrong side is reported but still counts, as long as it is in 1–4.

    Source: rules.md §e.

    >>> frame = pd.DataFrame({"text": ["a", "b"], "box": ["strength", "weakness"],
    ...                       "importance": [3, 1], "rating": [4, 1]})
    >>> score_items(frame).frame["weighted"].tolist()
    [3.0, 0.25]
    """
    params = params or SwotParams()
    box, text = texts(items, "box"), texts(items, "text")
    importance, rating = numbers(items, "importance"), numbers(items, "rating")
    weight = _weights(box, importance)
    rated = (rating >= 1) & (rating <= 4)
    weighted = np.where(rated, weight * rating, np.nan)
    internal = box.isin(INTERNAL).to_numpy()
    external = box.isin(BOXES).to_numpy() & ~internal
    folded, words = fold_all(text), every(SwotWords)
    outward = folded.str.replace(any_word(words.internal_phrases), " ", regex=True)
    outside = outward.str.contains(any_word(words.external))
    size = box.map(box.value_counts()).to_numpy(dtype=np.float64)
    missing = {
        "text": (text == "").to_numpy(),
        "box": ~box.isin(BOXES).to_numpy(),
        "importance": np.isnan(importance),
        "rating": np.isnan(rating),
    }
    incomplete: Bools = np.logical_or.reduce(list(missing.values()))
    reasons = {
        "INCOMPLETE": incomplete,
        "IMPORTANCE_OUT": ~np.isnan(importance) & ~((importance >= 1) & (importance <= 5)),
        "RATING_OUT": ~np.isnan(rating) & ~rated,
        "RATING_SIDE": rated
        & (((box == "strength").to_numpy() & (rating < 3)) | ((box == "weakness").to_numpy() & (rating > 2))),
        "LOOKS_EXTERNAL": internal & outside.to_numpy(dtype=bool),
        "LOOKS_INTERNAL": external & folded.str.contains(any_word(words.internal)).to_numpy(dtype=bool),
        "WEIGHT_HIGH": np.nan_to_num(rounded(weight)) > params.swot_weight_limit,
        "DUPLICATE_TEXT": (text.str.casefold().duplicated(keep=False) & (text != "")).to_numpy(),
        "BOX_MANY": box.isin(BOXES).to_numpy() & (size > params.swot_box_max),
    }
    frame = pd.DataFrame(
        {"weight": weight, "weighted": weighted, "slot": _slots(box, importance)}, index=items.index
    )
    rows = len(items)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def _side(weight: Floats, weighted: Floats, side: Bools) -> tuple[float, float]:
    """Score over the rated weight, and the share of the weight that is rated."""
    total = float(np.nansum(weight[side]))
    covered = float(np.nansum(weight[side & ~np.isnan(weighted)]))
    if covered <= 0:
        return float("nan"), 0.0
    # Dividing by the covered weight: an item that waits for its rating is not a zero.
    return float(np.nansum(weighted[side])) / covered, covered / total


def summarise(items: pd.DataFrame, params: SwotParams | None = None) -> SwotSummary:
    """IFE, EFE and quadrant of a SWOT, with what to watch.

    Arguments: as for ``score_items``.

    Result: IFE = Σ weight × rating inside, EFE outside, each over the rated items (the coverage says how much
    of the weight that is); both at least average → SO (attack), IFE only → ST (defend), EFE only → WO
    (redress), none → WT (protect). Source: rules.md §e.
    """
    params = params or SwotParams()
    scored = score_items(items, params).frame
    box = texts(items, "box")
    weight, weighted = scored["weight"].to_numpy(), scored["weighted"].to_numpy()
    internal = box.isin(INTERNAL).to_numpy()
    ife, ife_coverage = _side(weight, weighted, internal)
    efe, efe_coverage = _side(weight, weighted, ~internal)
    counts = {key: int((box == key).sum()) for key in BOXES}
    codes: list[str] = []
    quadrant: str | None = None
    if np.isnan(ife) or np.isnan(efe):
        codes.append("NOT_COMPUTABLE")
    else:
        strong = [round(side, 9) >= params.swot_average for side in (ife, efe)]
        quadrant = ("s" if strong[0] else "w") + ("o" if strong[1] else "t")
        codes.append(f"QUADRANT_{quadrant.upper()}")
        if min(ife_coverage, efe_coverage) < 1 - 1e-9:
            codes.append("PARTIAL")
    codes += [f"FEW_{key.upper()}" for key in BOXES if counts[key] < params.swot_box_min]
    codes += [f"MANY_{key.upper()}" for key in BOXES if counts[key] > params.swot_box_max]
    return SwotSummary(ife, efe, ife_coverage, efe_coverage, quadrant, counts, tuple(codes))


def overview(items: pd.DataFrame, params: SwotParams | None = None) -> RuleResult:
    """The summary as one row, for the sheet: ``ife``, ``efe``, their coverage, ``quadrant``.

    Arguments and source: as for ``summarise``.
    """
    summary = summarise(items, params)
    frame = pd.DataFrame([{**summary.args, "quadrant": summary.quadrant}], index=ONE_ROW)
    missing = {"swot_items": np.array([summary.quadrant is None])}
    return RuleResult(frame, one_row_codes(summary.codes), Codes.from_masks(missing, 1), VERSION)


def score_pairs(pairs: pd.DataFrame, items: pd.DataFrame, params: SwotParams | None = None) -> RuleResult:
    """Score and strategy of every TOWS pair.

    Arguments:
        pairs: columns ``internal`` (text of a strength or weakness), ``external`` (text of an opportunity or
            threat), ``link`` 0–2. Unique index.
        items: as for ``score_items``; a text that stands twice means its first row.
        params: settings.

    Result: ``score`` = 100 × weight × weight × link, ``strategy`` (so, st, wo, wt), ``rank`` (1 is best, ties
    by index, only pairs with a positive score), ``draft`` (code of the draft objective's title, for the best
    ones, which carry the code TOP). Source: rules.md §e.
    """
    params = params or SwotParams()
    known = pd.DataFrame({"box": texts(items, "box"), "weight": score_items(items, params).frame["weight"]})
    # A spreadsheet look-up ignores case and takes the first row: so do we.
    known = known.set_axis(pd.Index(texts(items, "text").str.casefold()), axis="index")
    known = known.loc[~known.index.duplicated() & (known.index != "")]
    inside = known.loc[known["box"].isin(INTERNAL)]
    outside = known.loc[known["box"].isin(BOXES) & ~known["box"].isin(INTERNAL)]
    left, right = (texts(pairs, key).str.casefold() for key in ("internal", "external"))
    link = numbers(pairs, "link")
    linked = (link >= 0) & (link <= 2)
    product = (left.map(inside["weight"]) * right.map(outside["weight"])).to_numpy(dtype=np.float64)
    score = np.where(linked, 100 * product * link, np.nan)
    boxes = zip(left.map(inside["box"]), right.map(outside["box"]), strict=True)
    strategy = pd.Series([STRATEGIES.get(pair) for pair in boxes], index=pairs.index, dtype="str")
    ordered = pd.Series(rounded(score), index=pairs.index).sort_index()
    twice = pd.DataFrame({"internal": left, "external": right}).duplicated(keep=False) & (left != "")
    rank = ordered.where(ordered > 0).rank(ascending=False, method="first").reindex(pairs.index)
    missing = {
        "internal": (left == "").to_numpy(),
        "external": (right == "").to_numpy(),
        "link": np.isnan(link),
    }
    reasons = {
        "TOP": (rank <= params.swot_top_pairs).to_numpy(),
        "INTERNAL_UNKNOWN": ((left != "") & ~left.isin(inside.index)).to_numpy(),
        "EXTERNAL_UNKNOWN": ((right != "") & ~right.isin(outside.index)).to_numpy(),
        "LINK_OUT": ~np.isnan(link) & ~linked,
        "DUPLICATE_PAIR": twice.to_numpy(),
        "INCOMPLETE_PAIR": np.logical_or.reduce(list(missing.values())),
    }
    drafted = pd.Series(reasons["TOP"], index=pairs.index) & strategy.notna()
    frame = pd.DataFrame(
        {"score": score, "strategy": strategy, "rank": rank, "draft": ("draft." + strategy).where(drafted)},
        index=pairs.index,
    )
    rows = len(pairs)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


DRAFT_MISSING = ("indicator", "baseline", "target", "deadline", "owner")


def draft_objectives(
    pairs: pd.DataFrame, items: pd.DataFrame, params: SwotParams | None = None
) -> pd.DataFrame:
    """Pieces of a draft SMART objective for each of the best TOWS pairs.

    Arguments: as for ``score_pairs``.

    Result: one row per draft, best first, index of the pair; ``rank``, ``score``, ``strategy``, ``internal``,
    ``external``, ``message`` (catalogue key of the title: ``swot.draft.so``…, arguments internal and
    external) and ``missing`` (what people still have to fill in, as column keys of the objectives).
    Nothing is invented: no number, date or owner comes from a pair. Source: rules.md §e.
    """
    result = score_pairs(pairs, items, params)
    top = result.frame.loc[result.reasons.has("TOP") & result.frame["strategy"].notna().to_numpy()]
    drafts = top.sort_values("rank")[["rank", "score", "strategy"]].astype({"rank": "int64"})
    return drafts.assign(
        internal=texts(pairs, "internal"),
        external=texts(pairs, "external"),
        message="swot." + top["draft"],
        missing=pd.Series([DRAFT_MISSING] * len(drafts), index=drafts.index, dtype=object),
    )
