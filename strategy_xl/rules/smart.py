"""SMART check of objectives, from free text and from the fields of block ``objectives`` (rules, section b).

``assess_texts`` judges sentences; ``assess`` judges the table, where a filled field outranks the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.rules.frame import (
    Bools,
    Column,
    DataFrame,
    Floats,
    Frame,
    Objects,
    aligned,
    as_frame,
    cells,
    extended,
    filled,
    make_frame,
    numbers,
    object_column,
    whole_array,
)
from strategy_xl.rules.kpi import KpiParams
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.smart_fields import (
    AgreementParams,
    FieldReading,
    assess_agreement,
    merge_fields,
)
from strategy_xl.rules.smart_frame import REWRITE_COLUMNS, Told, rewrites, text_frame, told
from strategy_xl.rules.smart_live import live_columns
from strategy_xl.rules.smart_reading import LEARNED_CODES, read_texts
from strategy_xl.rules.smart_realism import Realism, RealismParams, assess_realism

VERSION = "smart-1"

TEXT_CODES = (
    "FACT",
    "S_OBJECT",
    "S_CONCEPT",
    "S_SCOPE",
    "M_NONE",
    "M_TARGET",
    "M_OBJECT",
    "T_NONE",
    "T_VAGUE",
    "T_CADENCE",
    "T_EVENT",
    "T_START",
    "T_PAST",
    "FUZZY_VERB",
    *LEARNED_CODES,
)
FIELD_CODES = (
    "CONFLICT",
    "CONFLICT_DATE",
    "IMPOSSIBLE",
    "CAPACITY",
    "A_NO_OWNER",
    "A_REFUSED",
    "A_LOW_CONFIDENCE",
    "R_REACHED",
    "R_KPI_LATE",
    "R_ABOVE_BEST",
    "R_ABOVE_PAST",
    "R_TOO_STEEP",
    "R_KPI_AT_RISK",
    "A_DISCUSSING",
    "A_MEDIUM_CONFIDENCE",
    "A_OVERLOADED",
    "R_STRETCH",
    "R_STRETCH_PAST",
    "R_ODDS_STEEP",
    "R_STEEP",
    "EXTREME",
    "MEANS",
    "R_UNAMBITIOUS",
    "R_LOW_CONFIDENCE",
    "A_UNKNOWN",
    "R_UNKNOWN",
)
# The most telling first: contradictions, then the missing pieces in the order of the letters.
_LAST = ("FUZZY_VERB", *LEARNED_CODES)
ALL_CODES = (*FIELD_CODES[:4], *TEXT_CODES[: -len(_LAST)], *FIELD_CODES[4:], *_LAST)
_S_CODES, _M_CODES, _T_CODES = (
    tuple(code for code in TEXT_CODES if code.startswith(f"{letter}_") and code not in LEARNED_CODES)
    for letter in "SMT"
)
NEEDED = ("indicator", "target", "deadline", "owner", "agreement", "confidence", "baseline", "means")


@dataclass(frozen=True, slots=True)
class SmartParams:
    """Thresholds of the SMART check; keys of the settings sheet.

    Arguments:
        smart_confidence_agreed, smart_confidence_refused: confidence (0–10) for 2 points, for 0 point.
        max_active_per_owner: active objectives an owner can carry.
        smart_windows_min: past windows needed to judge by the past.
        smart_percentile: share of past windows a realistic target stays within (0–1).
        smart_stretch: times the best past window that stays a stretch.
        smart_annual_ok, smart_annual_max: annualised growths (0–1) when the past is too short.
        smart_almost_score: score (0–10) of « almost ».
    """

    smart_confidence_agreed: float = 7.0
    smart_confidence_refused: float = 3.0
    max_active_per_owner: float = 5
    smart_windows_min: int = 3
    smart_percentile: float = 0.75
    smart_stretch: float = 1.25
    smart_annual_ok: float = 0.20
    smart_annual_max: float = 0.50
    smart_almost_score: float = 7.0

    def agreement(self) -> AgreementParams:
        """The thresholds of A."""
        return AgreementParams(
            self.smart_confidence_agreed, self.smart_confidence_refused, self.max_active_per_owner
        )

    def realism(self) -> RealismParams:
        """The thresholds of R."""
        return RealismParams(
            self.smart_windows_min,
            self.smart_percentile,
            self.smart_stretch,
            self.smart_annual_ok,
            self.smart_annual_max,
        )


def assess_texts(
    texts: Column | Iterable[str],
    lang: str | None = None,
    today: date | str | None = None,
    fields: Frame | None = None,
    params: SmartParams | None = None,
) -> DataFrame:
    """Judge sentences, one row each, in the order given; a Series keeps its index.

    Arguments:
        texts: objectives as written; blank and missing ones get NA on every letter.
        lang: ``fr`` or ``en`` for all, None detects each text's language.
        today: the day from which deadlines count. None: no date is past, and dates that depend on the
            day are left out of ``deadline``.
        fields: columns of block ``objectives`` with the index of the texts; a filled field outranks the text.
        params: thresholds, used with ``fields``.

    Returns columns S, M, A, R, T (Int64 0–2, NA = not assessable), S_span … T_span (the words that prove
    the letter, as written, or empty), codes (tuple), lang, deadline, deadline_kind, kind, value, low, unit
    (the target as read; percentages as fractions), rewrite and its pieces rewrite_verb … rewrite_owner.
    """
    series = texts if isinstance(texts, Column) else object_column(list(texts))
    day = date.fromisoformat(today) if isinstance(today, str) else today
    stream = read_texts(series, lang, day)
    if fields is None:
        return as_frame(text_frame(stream, series.index))
    readings = list(stream)
    frame = text_frame(readings, series.index)
    rows = aligned(fields, series.index)
    said = told(readings, series.index)
    result = _judge(rows, said, day or date(1970, 1, 1), params or SmartParams())
    judged = {letter: result.table.array(letter.lower()) for letter in "SMART"}
    judged |= {name: result.table.array(name) for name in (*REWRITE_COLUMNS, "rewrite")}
    codes = object_column(result.reasons.lists(), series.index)
    return as_frame(extended(frame, {**judged, "codes": codes}))


def assess(  # noqa: PLR0913 - the table, the day, the settings and three optional sources
    objectives: Frame,
    today: date,
    params: SmartParams | None = None,
    kpi_history: Frame | None = None,
    capacity: Mapping[str, float] | None = None,
    *,
    kpis: Frame | None = None,
    kpi_params: KpiParams | None = None,
    active_count: Mapping[str, int] | None = None,
    lang: str | None = None,
) -> RuleResult:
    """Judge the objectives of the workbook.

    Arguments:
        objectives: block ``objectives`` (title, indicator, unit, direction, baseline, target, start,
            deadline, owner, agreement, confidence, means, hours_required, kpi, active); any may lack.
        today: the day from which deadlines count.
        params: thresholds.
        kpi_history: block ``readings`` (kpi, date, value), the past of the linked KPI.
        capacity: hours a week by owner.
        kpis: block ``kpis``, for the pace of the linked KPI.
        kpi_params: thresholds of that pace.
        active_count: active objectives by owner; None counts them in the table.
        lang: language of the titles, None detects it.

    Returns s, m, a, r, t (Int64, NA = not assessable), score (0–10), verdict (smart, smt_only, almost,
    rework), growth_required, growth_p75, growth_median, growth_best (fractions; amounts where the start is
    not above 0), windows, hours_available,
    text_value, text_deadline, rewrite and rewrite_verb … rewrite_owner, and the columns of ``live_columns``.

    Source: rules, section b.
    """
    return _judge(
        objectives,
        told(read_texts(cells(objectives, "title"), lang, today), objectives.index),
        today,
        params or SmartParams(),
        history=kpi_history,
        capacity=capacity,
        kpis=kpis,
        kpi_params=kpi_params,
        active_count=active_count,
    )


def _judge(  # noqa: PLR0913 - private join of what the two public functions already name
    objectives: Frame,
    said: Told,
    today: date,
    params: SmartParams,
    *,
    history: Frame | None = None,
    capacity: Mapping[str, float] | None = None,
    kpis: Frame | None = None,
    kpi_params: KpiParams | None = None,
    active_count: Mapping[str, int] | None = None,
) -> RuleResult:
    rows = len(objectives)
    text = said.frame
    merged = merge_fields(objectives, text, today)
    agreement, agreement_codes = assess_agreement(objectives, params.agreement(), active_count)
    realism = assess_realism(
        objectives, today, params.realism(), history, capacity, kpis=kpis, kpi_params=kpi_params
    )
    letters = {"s": merged.s, "m": merged.m, "a": agreement, "r": realism.points, "t": merged.t}
    score, verdict = _score(letters, params)
    index = objectives.index
    columns = {
        **{name: whole_array(points) for name, points in letters.items()},
        "score": score,
        "verdict": object_column(verdict, index),
        **live_columns(objectives, text, letters, score, verdict),
        "growth_required": realism.required,
        "growth_p75": realism.percentile,
        "growth_median": realism.median,
        "growth_best": realism.best,
        "windows": realism.windows,
        "hours_available": realism.hours_available,
        "text_value": list(cells(text, "text_value")),
        "text_deadline": text["period_end"],
        **{
            name: object_column(values, index)
            for name, values in rewrites(objectives, said.drafts, letters).items()
        },
    }
    frame = make_frame(columns, index)
    masks = _masks(text, merged, realism, agreement_codes)
    masks["M_OBJECT"] |= (merged.m == 1) & filled(objectives, "target")
    masks["M_TARGET"] &= ~masks["M_OBJECT"]
    missing = {name: ~filled(objectives, name) for name in NEEDED}
    # What the text already says is not missing.
    missing["indicator"] &= merged.s < 2
    missing["target"] &= merged.m < 2
    missing["deadline"] &= merged.t < 2
    missing["agreement"] &= ~filled(objectives, "confidence")
    missing["confidence"] &= ~filled(objectives, "agreement")
    missing["baseline"] &= np.isnan(realism.points)
    return RuleResult(
        frame,
        Codes.from_masks({name: masks[name] for name in ALL_CODES}, rows),
        Codes.from_masks(missing, rows),
        VERSION,
    )


def _masks(
    text: Frame, merged: FieldReading, realism: Realism, agreement: Mapping[str, Bools]
) -> dict[str, Bools]:
    """Which code holds on which row, after the fields had their say."""
    codes = cells(text, "codes")
    masks = {name: np.array([name in row for row in codes], dtype=bool) for name in TEXT_CODES}
    empty = np.array(["EMPTY" in row for row in codes], dtype=bool)
    for name in _S_CODES:
        masks[name] &= merged.s < 2
    masks["S_OBJECT"] |= empty & (merged.s == 0)
    masks["S_SCOPE"] |= (merged.s == 1) & ~masks["S_CONCEPT"] & ~masks["S_OBJECT"]
    masks["S_OBJECT"] &= merged.s == 0
    for name in _M_CODES:
        masks[name] &= merged.m < 2
    masks["M_NONE"] = merged.m == 0
    masks["M_TARGET"] |= (merged.m == 1) & ~masks["M_OBJECT"]
    for name in _T_CODES:
        masks[name] &= (merged.t < 2) & ~merged.past
    masks["T_NONE"] |= empty & (merged.t == 0)
    masks["T_PAST"] |= merged.past
    # A field that says it outranks what the sentence was like.
    for code, points, read in zip(LEARNED_CODES, (merged.s, merged.m), ("S", "M"), strict=True):
        masks[code] &= points == np.nan_to_num(numbers(text, read))
    return {
        **masks,
        **agreement,
        **realism.codes,
        "CONFLICT": merged.conflict,
        "CONFLICT_DATE": merged.conflict_date,
    }


def _score(letters: Mapping[str, Floats], params: SmartParams) -> tuple[Floats, Objects]:
    """Score 0–10 over the assessable letters, and the verdict."""
    table = np.vstack([letters[name] for name in "smart"])
    known = ~np.isnan(table)
    with np.errstate(invalid="ignore"):
        score = 10 * np.where(known, table, 0.0).sum(axis=0) / (2 * known.sum(axis=0))
    text_full = (letters["s"] == 2) & (letters["m"] == 2) & (letters["t"] == 2)
    unknown = np.isnan(letters["a"]) | np.isnan(letters["r"])
    gap = (letters["s"] == 0) | (letters["m"] == 0) | (letters["t"] == 0)
    verdict = np.select(
        [(table == 2).all(axis=0), text_full & unknown, (score >= params.smart_almost_score) & ~gap],
        ["smart", "smt_only", "almost"],
        "rework",
    ).astype(object)
    return score, verdict
