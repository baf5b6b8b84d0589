"""Positioning: distances between perceived, desired, competing and ideal places, and Kotler's four errors.

Source: rules.md §f. All points are marks from 0 to 10 per attribute, weighted by the ideal client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from strategy_xl.rules.frame import (
    Bools,
    Floats,
    Frame,
    aligned,
    cells,
    flag_array,
    has_text,
    labels,
    make_frame,
    numbers,
    rounded,
    texts,
)
from strategy_xl.rules.result import Codes, RuleResult, whole_sheet

VERSION = "1"
MAX_COMPETITORS = 5
COMPETITORS = tuple(f"competitor_{number}" for number in range(1, MAX_COMPETITORS + 1))
ERRORS = ("under", "over", "confused", "doubtful")

ATTRIBUTE_CODES = ("MARK_OUT", "WEIGHT_OUT", "WEIGHT_MISSING", "INTERNAL_VIEW", "OVERCLAIM", "BELOW", "ABOVE")
COMPETITOR_CODES = ("TOO_CLOSE", "CROWDING", "TOO_FEW_MARKS")
SUMMARY_CODES = (
    "GAP_REPOSITION", "GAP_ADJUST", "GAP_ALIGNED", "NOT_COMPUTABLE",
    "UNDER", "OVER", "CONFUSED", "DOUBTFUL",
    "IRRELEVANT", "PHANTOM_GAP", "NEAREST_TOO_CLOSE", "EQUAL_WEIGHTS", "INTERNAL_VIEW_ALL",
)  # fmt: skip
CODES = (*ATTRIBUTE_CODES, *COMPETITOR_CODES, *SUMMARY_CODES)


@dataclass(frozen=True, slots=True)
class PositioningParams:
    """Settings of the positioning rule; distances on 0–100, marks on 0–10.

    Arguments:
        gap_aligned: greatest perceived–desired distance that still is "aligned".
        gap_adjust: greatest one that still is "to adjust".
        crowding_distance: a competitor this near to the desired place crowds it.
        too_close_distance: below it the competitor is too close.
        relevance_distance: greatest desired–ideal distance of a relevant place.
        min_respondents: client answers from which a perceived mark is the clients' view.
        position_coverage: least share of the weight with both marks for a distance.
        under_points: under-positioned when every perceived mark is this near to the competitors' mean.
        over_high: over-positioned needs a mark at least this high…
        over_rest: …and no other mark above this one…
        over_weight: …while the high marks hold at most this share of the weight.
        confused_points: confused when one gap is at least this much up and another this much down.
        confused_spread: confused when the answers' standard deviation reaches this on an attribute.
        doubtful_points: doubtful when an attribute of at least average weight is claimed this far above.
    """

    gap_aligned: float = 10.0
    gap_adjust: float = 25.0
    crowding_distance: float = 15.0
    too_close_distance: float = 10.0
    relevance_distance: float = 20.0
    min_respondents: int = 5
    position_coverage: float = 0.5
    under_points: float = 1.0
    over_high: float = 9.0
    over_rest: float = 5.0
    over_weight: float = 0.35
    confused_points: float = 2.0
    confused_spread: float = 2.5
    doubtful_points: float = 3.0


@dataclass(frozen=True, slots=True)
class PositioningSummary:
    """The answer for the whole position; distances 0–100, NaN when not computable.

    Arguments:
        gap: perceived to desired.
        gap_class: ``aligned``, ``adjust``, ``reposition`` or None.
        relevance: desired to ideal client.
        crowding: number of competitors that crowd the desired place.
        differentiation: desired to the nearest competitor.
        nearest: name of that competitor, or None.
        errors: which of Kotler's errors apply, in the order under, over, confused, doubtful.
        codes: reason codes, most telling first.
        limits: distances where a verdict begins, for its sentence: ``limit_aligned``, ``limit_adjust``,
            ``limit_relevant``, ``limit_close``.
        version: version of the rule.
    """

    gap: float
    gap_class: str | None
    relevance: float
    crowding: int
    differentiation: float
    nearest: str | None
    errors: tuple[str, ...]
    codes: tuple[str, ...]
    limits: Mapping[str, float]
    version: str = VERSION

    @property
    def args(self) -> dict[str, object]:
        """Values for the placeholders of the messages of ``codes``."""
        return {
            "gap": self.gap,
            "relevance": self.relevance,
            "crowding": self.crowding,
            "differentiation": self.differentiation,
            "nearest": self.nearest,
            **self.limits,
        }


@dataclass(frozen=True, slots=True)
class PositioningResult:
    """Attributes (a row each), competitors (a row each, index ``competitor_1``…) and the summary."""

    attributes: RuleResult
    competitors: RuleResult
    summary: PositioningSummary


def _marks(attributes: Frame, key: str) -> Floats:
    """Marks of one place; outside 0–10 counts as missing (and is reported)."""
    marks = numbers(attributes, key)
    return np.where((marks >= 0) & (marks <= 10), marks, np.nan)


def _weights(attributes: Frame) -> Floats:
    """Weights summing to 1: as given; all equal when none is given; 0 for one left empty among others.

    With equal weights a row counts once it has a name or a mark of one of the three own places.
    """
    given = numbers(attributes, "weight")
    given = np.where(given > 0, given, 0.0)
    if not given.any():
        marked = [~np.isnan(numbers(attributes, key)) for key in ("perceived", "desired", "ideal")]
        given = (has_text(attributes, "name") | np.logical_or.reduce(marked)) * 1.0
    total = given.sum()
    return given / total if total > 0 else given


def distance(weights: Floats, left: Floats, right: Floats, coverage: float = 0.5) -> float:
    """Distance of two places: 10·√Σw(a−b)², 0–100, over the attributes that both have.

    Arguments:
        weights: shape (attributes,), any scale; renormalised over the attributes used.
        left, right: marks 0–10, NaN = missing, same shape.
        coverage: least share of the weight with both marks; below it the result is NaN.
    """
    both = ~np.isnan(left) & ~np.isnan(right)
    total, used = float(weights.sum()), float(weights[both].sum())
    if used <= 0 or round(used / total, 9) < coverage:
        return float("nan")
    return float(10 * np.sqrt((weights[both] * (left[both] - right[both]) ** 2).sum() / used))


def _is_under(perceived: Floats, rivals: Floats, params: PositioningParams) -> bool:
    """Every perceived mark near the competitors' mean, on at least two comparable attributes."""
    known = ~np.isnan(rivals)
    count = known.sum(axis=1)
    mean = np.where(count > 0, np.nansum(rivals, axis=1) / np.maximum(count, 1), np.nan)
    apart = np.abs(perceived - mean)
    comparable = ~np.isnan(apart)
    return bool(comparable.sum() >= 2 and (rounded(apart[comparable]) <= params.under_points).all())


def _is_over(marks: Floats, weights: Floats, params: PositioningParams) -> bool:
    """Outstanding on a small part of the weight, and middling or worse on all the rest."""
    known = ~np.isnan(marks)
    high = known & (marks >= params.over_high)
    rest = known & ~high
    if not high.any() or not rest.any():
        return False
    share = weights[high].sum() / weights[known].sum() if weights[known].sum() > 0 else 1.0
    return bool(round(float(share), 9) <= params.over_weight and (marks[rest] <= params.over_rest).all())


def _is_confused(gap: Floats, spread: Floats, params: PositioningParams) -> bool:
    """Gaps both ways, or client answers that do not agree with each other."""
    mixed = (gap >= params.confused_points).any() and (gap <= -params.confused_points).any()
    return bool(mixed or (spread >= params.confused_spread).any())


def _overclaimed(gap: Floats, weights: Floats, params: PositioningParams) -> Bools:
    """Attributes of at least average weight where the wish is far above what clients see."""
    average = 1 / max(int((weights > 0).sum()), 1)
    return (gap >= params.doubtful_points) & (rounded(weights) >= round(average, 9))


def assess_attributes(attributes: Frame, params: PositioningParams | None = None) -> RuleResult:
    """Gap of each attribute, its share of the squared gap, and what to check.

    Arguments, result and source: the attributes of ``assess``.
    """
    params = params or PositioningParams()
    weights = _weights(attributes)
    perceived, desired = _marks(attributes, "perceived"), _marks(attributes, "desired")
    respondents = numbers(attributes, "respondents")
    given = numbers(attributes, "weight")
    gap = desired - perceived
    parts = weights * gap**2
    total = np.nansum(parts)
    share = parts / total if total > 0 else np.where(np.isnan(parts), np.nan, 0.0)
    places = ("perceived", "desired", "ideal", *COMPETITORS)
    raw = {key: numbers(attributes, key) for key in places}
    out = np.logical_or.reduce([(marks < 0) | (marks > 10) for marks in raw.values()])
    reasons = {
        "MARK_OUT": out,
        "WEIGHT_OUT": given < 0,
        "WEIGHT_MISSING": np.isnan(given) & (given >= 0).any(),
        "INTERNAL_VIEW": ~np.isnan(perceived) & ~(respondents >= params.min_respondents),
        "OVERCLAIM": _overclaimed(gap, weights, params),
        "BELOW": gap > 0,
        "ABOVE": gap < 0,
    }
    missing = {key: np.isnan(raw[key]) for key in ("perceived", "desired", "ideal")}
    missing["respondents"] = np.isnan(respondents)
    missing["name"] = ~has_text(attributes, "name")
    frame = make_frame({"weight_used": weights, "gap": gap, "share": share}, attributes.index)
    rows = len(attributes)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def _assess_competitors(
    places: dict[str, Floats], weights: Floats, names: dict[str, str], params: PositioningParams
) -> RuleResult:
    keys = [key for key in COMPETITORS if key in names or not np.isnan(places[key]).all()]
    to_desired, to_perceived = (
        np.array([distance(weights, places[own], places[key], params.position_coverage) for key in keys])
        for own in ("desired", "perceived")
    )
    near = rounded(to_desired)
    reasons = {
        "TOO_CLOSE": near < params.too_close_distance,
        "CROWDING": near <= params.crowding_distance,
        "TOO_FEW_MARKS": np.isnan(to_desired),
    }
    frame = make_frame(
        {
            "name": [names.get(key, key) for key in keys],
            "distance_desired": to_desired,
            "distance_perceived": to_perceived,
            "limit_close": np.full(len(keys), params.too_close_distance),
            "limit_crowding": np.full(len(keys), params.crowding_distance),
        },
        labels(keys),
    )
    missing = {"marks": np.array([bool(np.isnan(places[key]).any()) for key in keys], dtype=bool)}
    return RuleResult(
        frame, Codes.from_masks(reasons, len(keys)), Codes.from_masks(missing, len(keys)), VERSION
    )


def _limits(params: PositioningParams) -> dict[str, float]:
    """Where the verdicts begin, for their sentences."""
    return {
        "limit_aligned": params.gap_aligned,
        "limit_adjust": params.gap_adjust,
        "limit_relevant": params.relevance_distance,
        "limit_close": params.too_close_distance,
    }


def _gap_class(gap: float, params: PositioningParams) -> str | None:
    if np.isnan(gap):
        return None
    if round(gap, 9) <= params.gap_aligned:
        return "aligned"
    return "adjust" if round(gap, 9) <= params.gap_adjust else "reposition"


def assess(
    attributes: Frame,
    names: dict[str, str] | None = None,
    params: PositioningParams | None = None,
) -> PositioningResult:
    """Compare the perceived, desired, ideal and competing places.

    Arguments:
        attributes: one row per attribute: ``name``, ``weight`` (any scale, given by the ideal client),
            ``perceived``, ``desired``, ``ideal``, ``competitor_1``…``competitor_5`` (marks 0–10),
            ``respondents`` (client answers behind ``perceived``), and optionally ``spread`` (standard
            deviation of those answers, in marks).
        names: competitors' names by key ``competitor_1``…; a competitor without name or marks does not count.
        params: settings.

    Result: per attribute ``weight_used``, ``gap`` (desired − perceived) and ``share`` of the squared gap;
    per competitor ``distance_desired``, ``distance_perceived``; a summary. Kotler's four errors are read
    from the marks as follows:

    - *under*: on every attribute with a perceived mark and at least one competitor's mark (two attributes
      or more), the perceived mark is within ``under_points`` of the competitors' mean: just another supplier.
    - *over*: perceived or desired at ``over_high`` or more on attributes that hold at most ``over_weight``
      of the weight, and at ``over_rest`` or less on all others: too narrow a picture.
    - *confused*: the wish is ``confused_points`` above the perception on one attribute and as much below it
      on another, or the clients' own answers differ by ``confused_spread``: no single picture.
    - *doubtful*: on an attribute of at least average weight the wish is ``doubtful_points`` or more above the
      perception: clients will not believe it.

    A desired place without any competitor in ``crowding_distance`` but far from the ideal client is reported
    as a phantom gap: it may be empty because nobody wants it. Source: rules.md §f; Kotler, *Marketing
    Management* (the four errors).
    """
    params = params or PositioningParams()
    names = {key: name for key, name in (names or {}).items() if key in COMPETITORS and str(name).strip()}
    weights = _weights(attributes)
    places = {key: _marks(attributes, key) for key in ("perceived", "desired", "ideal", *COMPETITORS)}
    by_attribute = assess_attributes(attributes, params)
    by_competitor = _assess_competitors(places, weights, names, params)
    gap, relevance = (
        distance(weights, places["desired"], places[other], params.position_coverage)
        for other in ("perceived", "ideal")
    )
    to_desired = numbers(by_competitor.table, "distance_desired")
    nearest, differentiation = None, float("nan")
    comparable = not np.isnan(to_desired).all()
    if comparable:
        first = int(np.nanargmin(to_desired))
        differentiation = float(to_desired[first])
        nearest = str(cells(by_competitor.table, "name")[first])
    crowding = int(by_competitor.reasons.has("CROWDING").sum())
    gaps = numbers(by_attribute.table, "gap")
    rivals = np.column_stack([places[key] for key in COMPETITORS])
    found = {
        "under": _is_under(places["perceived"], rivals, params),
        "over": any(_is_over(places[key], weights, params) for key in ("perceived", "desired")),
        "confused": _is_confused(gaps, numbers(attributes, "spread"), params),
        "doubtful": bool(by_attribute.reasons.has("OVERCLAIM").any()),
    }
    gap_class = _gap_class(gap, params)
    far = round(relevance, 9) > params.relevance_distance
    given = numbers(attributes, "weight")
    codes = [f"GAP_{gap_class.upper()}" if gap_class else "NOT_COMPUTABLE"]
    codes += [error.upper() for error in ERRORS if found[error]]
    checks = {
        "IRRELEVANT": far,
        "PHANTOM_GAP": far and comparable and crowding == 0,
        "NEAREST_TOO_CLOSE": round(differentiation, 9) < params.too_close_distance,
        "EQUAL_WEIGHTS": len(given) > 0 and not (given > 0).any(),
        "INTERNAL_VIEW_ALL": bool(by_attribute.reasons.has("INTERNAL_VIEW").any()),
    }
    codes += [code for code, holds in checks.items() if holds]
    errors = tuple(error for error in ERRORS if found[error])
    summary = PositioningSummary(
        gap, gap_class, relevance, crowding, differentiation, nearest, errors, tuple(codes), _limits(params)
    )
    return PositioningResult(by_attribute, by_competitor, summary)


def overview(attributes: Frame, competitors: Frame, params: PositioningParams | None = None) -> RuleResult:
    """The summary as one row, for the sheet.

    Arguments:
        attributes: as for ``assess``.
        competitors: the form, one row with ``name_1``…``name_5``.
        params: settings.

    Result: ``gap``, ``gap_class``, ``relevance``, ``crowding``, ``differentiation``, ``nearest``, and
    ``distance_1``…``distance_5`` from the desired place. Source: rules.md §f.
    """
    named = {key: texts(competitors, f"name_{place}") for place, key in enumerate(COMPETITORS, start=1)}
    names = {key: name[0] for key, name in named.items() if len(name)}
    found = assess(attributes, names, params)
    away = numbers(aligned(found.competitors.table, labels(COMPETITORS)), "distance_desired")
    row: dict[str, object] = {**found.summary.args, "gap_class": found.summary.gap_class}
    row |= {f"distance_{place}": value for place, value in enumerate(away, start=1)}
    return whole_sheet(row, found.summary.codes, {"attributes": found.summary.gap_class is None}, VERSION)


def find_errors(errors: Frame, attributes: Frame, params: PositioningParams | None = None) -> RuleResult:
    """Which of Kotler's four errors the marks show, for a list of them.

    Arguments:
        errors: one row an error, column ``error`` (``under``, ``over``, ``confused``, ``doubtful``).
        attributes: as for ``assess``.
        params: settings.

    Result: ``detected``; missing while the marks do not allow a distance. Source: rules.md §f.
    """
    found = assess(attributes, None, params).summary
    listed_errors = texts(errors, "error")
    known = np.isin(listed_errors, ERRORS) & (found.gap_class is not None)
    frame = make_frame({"detected": flag_array(np.isin(listed_errors, found.errors), known)}, errors.index)
    rows = len(errors)
    missing = Codes.from_masks({"attributes": ~known}, rows)
    return RuleResult(frame, Codes.from_masks({}, rows), missing, VERSION)
