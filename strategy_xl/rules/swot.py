"""SWOT: weights, IFE and EFE scores, quadrant, checks of the items, TOWS pairs and draft objectives.

Source: rules.md §e (weights and ratings: Fred David's internal and external factor evaluation).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from strategy_xl.rules.frame import (
    Bools,
    Floats,
    Frame,
    Index,
    Texts,
    flags,
    has_text,
    index_order,
    make_frame,
    numbers,
    object_column,
    pick,
    rounded,
    text_array,
    texts,
)
from strategy_xl.rules.result import Codes, RuleResult, whole_sheet
from strategy_xl.rules.wording import any_word, fold_all, name_keys
from strategy_xl.text.words.rule_words import SwotWords
from strategy_xl.text.words.wordlists import every

VERSION = "1"
BOXES = ("strength", "weakness", "opportunity", "threat")
INTERNAL = ("strength", "weakness")
EXTERNAL = ("opportunity", "threat")
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
        average: value from which a side counts as strong.
        version: version of the rule.
    """

    ife: float
    efe: float
    ife_coverage: float
    efe_coverage: float
    quadrant: str | None
    counts: dict[str, int]
    codes: tuple[str, ...]
    average: float
    version: str = VERSION

    @property
    def args(self) -> dict[str, object]:
        """Values for the placeholders of the messages of ``codes``."""
        return {
            "ife": self.ife,
            "efe": self.efe,
            "ife_coverage": self.ife_coverage,
            "efe_coverage": self.efe_coverage,
            "average": self.average,
        }


def _weights(box: Texts, importance: Floats) -> Floats:
    """Importance normalised inside the internal and the external side; NaN without box or importance."""
    internal = np.isin(box, INTERNAL)
    usable = np.isin(box, BOXES) & (importance >= 1) & (importance <= 5)
    weight = np.full(len(box), np.nan)
    for side in (internal, ~internal):
        chosen = usable & side
        if chosen.any():
            weight[chosen] = importance[chosen] / importance[chosen].sum()
    return weight


def _slots(box: Texts, importance: Floats, index: Index) -> Floats:
    """100 times the number of the box plus the rank by importance in it; ties in the order of the index."""
    slots = np.full(len(box), np.nan)
    order = index_order(index)
    order = order[np.argsort(-np.nan_to_num(importance, nan=0.0)[order], kind="stable")]
    for number, key in enumerate(BOXES, start=1):
        own = order[box[order] == key]
        slots[own] = 100.0 * number + np.arange(1, own.size + 1)
    return slots


def score_items(items: Frame, params: SwotParams | None = None) -> RuleResult:
    """Weight, weighted rating and checks of every SWOT item.

    Arguments:
        items: columns ``text``, ``box`` (strength, weakness, opportunity, threat), ``importance`` 1–5,
            ``rating`` 1–4 (strengths 3–4, weaknesses 1–2, outside: quality of the response). Unique index.
        params: settings.

    Result: ``weight`` (0 to 1, sums to 1 inside and outside), ``weighted`` (weight × rating), ``slot`` (place
    in the printed square: 101, 102… strengths, 201… weaknesses, 301… opportunities, 401… threats, the most
    important first). A rating on the wrong side is reported but still counts, as long as it is in 1–4.

    Source: rules.md §e.

    >>> frame = make_frame({"text": ["a", "b"], "box": ["strength", "weakness"],
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
    internal, known = np.isin(box, INTERNAL), np.isin(box, BOXES)
    folded, words = fold_all(text), every(SwotWords)
    own_phrase, outer_word, inner_word = map(
        any_word, (words.internal_phrases, words.external, words.internal)
    )
    outside = np.array([bool(outer_word.search(own_phrase.sub(" ", one))) for one in folded], dtype=bool)
    inside = np.array([bool(inner_word.search(one)) for one in folded], dtype=bool)
    boxes, wordings = Counter(box), Counter(name_keys(text))
    missing = {
        "text": text == "",
        "box": ~known,
        "importance": np.isnan(importance),
        "rating": np.isnan(rating),
    }
    incomplete: Bools = np.logical_or.reduce(list(missing.values()))
    reasons = {
        "INCOMPLETE": incomplete,
        "IMPORTANCE_OUT": ~np.isnan(importance) & ~((importance >= 1) & (importance <= 5)),
        "RATING_OUT": ~np.isnan(rating) & ~rated,
        "RATING_SIDE": rated & (((box == "strength") & (rating < 3)) | ((box == "weakness") & (rating > 2))),
        "LOOKS_EXTERNAL": internal & outside,
        "LOOKS_INTERNAL": known & ~internal & inside,
        "WEIGHT_HIGH": np.nan_to_num(rounded(weight)) > params.swot_weight_limit,
        "DUPLICATE_TEXT": (text != "") & np.array([wordings[one] > 1 for one in name_keys(text)], dtype=bool),
        "BOX_MANY": known & np.array([boxes[one] > params.swot_box_max for one in box], dtype=bool),
    }
    columns = {"weight": weight, "weighted": weighted, "slot": _slots(box, importance, items.index)}
    frame = make_frame(columns, items.index)
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


def summarise(items: Frame, params: SwotParams | None = None) -> SwotSummary:
    """IFE, EFE and quadrant of a SWOT, with what to watch.

    Arguments: as for ``score_items``.

    Result: IFE = Σ weight × rating inside, EFE outside, each over the rated items (the coverage says how much
    of the weight that is); both at least average → SO (attack), IFE only → ST (defend), EFE only → WO
    (redress), none → WT (protect). Source: rules.md §e.
    """
    params = params or SwotParams()
    scored = score_items(items, params).table
    box = texts(items, "box")
    weight, weighted = numbers(scored, "weight"), numbers(scored, "weighted")
    internal = np.isin(box, INTERNAL)
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
    return SwotSummary(
        ife, efe, ife_coverage, efe_coverage, quadrant, counts, tuple(codes), params.swot_average
    )


def overview(items: Frame, params: SwotParams | None = None) -> RuleResult:
    """The summary as one row, for the sheet: ``ife``, ``efe``, their coverage, ``quadrant``.

    Arguments and source: as for ``summarise``.
    """
    summary = summarise(items, params)
    values = {**summary.args, "quadrant": summary.quadrant}
    return whole_sheet(values, summary.codes, {"swot_items": summary.quadrant is None}, VERSION)


def score_pairs(pairs: Frame, items: Frame, params: SwotParams | None = None) -> RuleResult:
    """Score and strategy of every TOWS pair.

    Arguments:
        pairs: columns ``internal`` (text of a strength or weakness), ``external`` (text of an opportunity or
            threat), ``link`` 0–2, and optionally ``adopt`` (whether people take it over). Unique index.
        items: as for ``score_items``; a text that stands twice means its first row.
        params: settings.

    Result: ``score`` = 100 × weight × weight × link, ``strategy`` (so, st, wo, wt), ``rank`` (1 is best, ties
    by index, only pairs with a positive score), ``draft`` (code of the draft objective's title, for the best
    ones, which carry the code TOP, and those that people take over). Source: rules.md §e.
    """
    params = params or SwotParams()
    weights = numbers(score_items(items, params).table, "weight")
    known: dict[str, tuple[str, float]] = {}
    # A spreadsheet look-up ignores case and takes the first row: so do we.
    for name, *item in zip(name_keys(texts(items, "text")), texts(items, "box"), weights, strict=True):
        known.setdefault(name, (item[0], item[1]))
    known.pop("", None)
    nothing = ("", float("nan"))
    left, right = (name_keys(texts(pairs, key)) for key in ("internal", "external"))
    inside = [found if (found := known.get(name, nothing))[0] in INTERNAL else nothing for name in left]
    outside = [found if (found := known.get(name, nothing))[0] in EXTERNAL else nothing for name in right]
    link = numbers(pairs, "link")
    linked = (link >= 0) & (link <= 2)
    product = np.array([one[1] * two[1] for one, two in zip(inside, outside, strict=True)], dtype=np.float64)
    score = np.where(linked, 100 * product * link, np.nan)
    strategy = [STRATEGIES.get((one[0], two[0])) for one, two in zip(inside, outside, strict=True)]
    order = index_order(pairs.index)
    order = order[rounded(score)[order] > 0]
    order = order[np.argsort(-rounded(score)[order], kind="stable")]
    rank = np.full(len(pairs), np.nan)
    rank[order] = np.arange(1, order.size + 1)
    both = list(zip(left, right, strict=True))
    named = Counter(both)
    missing = {"internal": left == "", "external": right == "", "link": np.isnan(link)}
    reasons = {
        "TOP": rank <= params.swot_top_pairs,
        "INTERNAL_UNKNOWN": (left != "") & np.array([one is nothing for one in inside], dtype=bool),
        "EXTERNAL_UNKNOWN": (right != "") & np.array([one is nothing for one in outside], dtype=bool),
        "LINK_OUT": ~np.isnan(link) & ~linked,
        "DUPLICATE_PAIR": (left != "") & np.array([named[pair] > 1 for pair in both], dtype=bool),
        "INCOMPLETE_PAIR": np.logical_or.reduce(list(missing.values())),
    }
    wanted = reasons["TOP"] | flags(pairs, "adopt")
    drafts = [f"draft.{key}" if key and one else None for key, one in zip(strategy, wanted, strict=True)]
    columns = {
        "score": score,
        "strategy": text_array(strategy),
        "rank": rank,
        "draft": text_array(drafts),
    }
    frame = make_frame(columns, pairs.index)
    rows = len(pairs)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


DRAFT_MISSING = ("indicator", "baseline", "target", "deadline", "owner")


def draft_objectives(pairs: Frame, items: Frame, params: SwotParams | None = None) -> Frame:
    """Pieces of a draft SMART objective for each of the best TOWS pairs.

    Arguments: as for ``score_pairs``.

    Result: one row per draft, best first, index of the pair; ``rank``, ``score``, ``strategy``, ``internal``,
    ``external``, ``message`` (catalogue key of the title: ``swot.draft.so``…, arguments internal and
    external) and ``missing`` (what people still have to fill in, as column keys of the objectives).
    Nothing is invented: no number, date or owner comes from a pair. Source: rules.md §e.
    """
    result = score_pairs(pairs, items, params)
    rank = numbers(result.table, "rank")
    top = np.flatnonzero(result.reasons.has("TOP") & has_text(result.table, "draft"))
    top = top[np.argsort(rank[top])]
    drafts, named = pick(result.table, top), pick(pairs, top)
    columns = {
        "rank": rank[top].astype(np.int64),
        "score": numbers(drafts, "score"),
        "strategy": text_array(texts(drafts, "strategy")),
        **{key: text_array(texts(named, key)) for key in ("internal", "external")},
        "message": text_array([f"swot.{draft}" for draft in texts(drafts, "draft")]),
        "missing": object_column([DRAFT_MISSING] * top.size, drafts.index),
    }
    return make_frame(columns, drafts.index)
