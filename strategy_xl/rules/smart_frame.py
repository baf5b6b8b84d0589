"""The readings of texts as a table: letters, evidence, target, deadline and the fill-in rewrite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.languages import HOUSE
from strategy_xl.rules.frame import (
    Floats,
    Frame,
    Index,
    as_day,
    cells,
    day_array,
    make_frame,
    object_column,
    whole_array,
)
from strategy_xl.rules.smart_draft import rewrite_draft
from strategy_xl.rules.smart_text import TextReading, confidence_points
from strategy_xl.text.words.rewrite import (
    NO_DRAFT,
    NO_PIECES,
    Draft,
    Pieces,
    assemble,
    fill_blanks,
    format_day,
    format_value,
)

PIECES = ("verb", "indicator", "from", "to", "scope", "date", "owner")
REWRITE_COLUMNS = tuple(f"rewrite_{piece}" for piece in PIECES)

_FULL = 2
_LETTERS = tuple("SMART")
_SPANS = tuple(f"{letter}_span" for letter in _LETTERS)
_OTHERS = ("codes", "lang", "deadline", "deadline_kind", "kind", "value", "low", "unit", "rewrite")
_COLUMNS = (*_LETTERS, *_SPANS, *_OTHERS, *REWRITE_COLUMNS)

Row = tuple[object, ...]


def _blank_row() -> Row:
    pieces = fill_blanks(NO_PIECES, HOUSE)
    others = (("EMPTY",), None, None, "", "", None, None, "", assemble(NO_DRAFT, pieces, HOUSE))
    return (*(None,) * len(_LETTERS), *("",) * len(_SPANS), *others, *pieces)


def _row(reading: TextReading) -> Row:
    target, deadline, lang = reading.target, reading.deadline, reading.sentence.lang
    letters = (reading.s, reading.m, confidence_points(reading.confidence), None, reading.t)
    measure = (target.kind, target.value, target.low, target.unit) if target else ("", None, None, "")
    draft = rewrite_draft(reading)
    pieces = fill_blanks(draft.pieces, lang)
    end = deadline.end if deadline.points else None
    return (
        *letters,
        *reading.spans(),
        reading.codes,
        lang,
        end,
        deadline.kind,
        *measure,
        assemble(draft, pieces, lang),
        *pieces,
    )


def text_frame(readings: Iterable[TextReading | None], index: Index) -> Frame:
    """One row per reading with the columns of ``assess_texts``; None stands for a blank text.

    Arguments:
        readings: readings in order, length n.
        index: index of the table, length n.
    """
    rows = [_blank_row() if reading is None else _row(reading) for reading in readings]
    columns = (
        dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_COLUMNS, ())
    )
    data: dict[str, object] = {}
    for name, values in columns.items():
        if name in _LETTERS:
            data[name] = whole_array(values)
        elif name in {"value", "low"}:
            data[name] = np.array(values, dtype=np.float64)
        else:
            data[name] = day_array(values) if name == "deadline" else object_column(values, index)
    return make_frame(data, index)


@dataclass(frozen=True, slots=True)
class Told:
    """What the texts of a table say, beside its fields.

    Arguments:
        frame: S, M, T, codes, has_object, kind, value, low, period_start and period_end (of a deadline that
            is a date) and text_value (the target as written).
        drafts: language of each text, and what it gives to its rewrite.
    """

    frame: Frame
    drafts: Sequence[tuple[str, Draft]]


_TOLD = (
    *("S", "M", "T", "codes", "has_object", "kind", "value", "low"),
    *("period_start", "period_end", "text_value"),
)
_UNTOLD: Row = (None, None, None, ("EMPTY",), False, "", None, None, None, None, None)


def _told(reading: TextReading) -> Row:
    target, deadline = reading.target, reading.deadline
    measure: Row = ("", None, None)
    shown = None
    if target is not None:
        measure = (target.kind, target.value, target.low)
        shown = reading.sentence.tokens.span(target.first, target.last)
    period: tuple[date | None, date | None] = (None, None)
    if deadline.points == 2:
        period = (deadline.start, deadline.end)
    return (
        *(reading.s, reading.m, reading.t),
        *(reading.codes, reading.has_object),
        *(*measure, *period, shown),
    )


def told(readings: Iterable[TextReading | None], index: Index) -> Told:
    """What the readings say beside the fields of their rows; None stands for a blank text.

    Arguments:
        readings: readings in order, length n; each is let go before the next is taken.
        index: index of the table, length n.
    """
    rows: list[Row] = []
    drafts: list[tuple[str, Draft]] = []
    for reading in readings:
        rows.append(_UNTOLD if reading is None else _told(reading))
        drafts.append(
            (HOUSE, NO_DRAFT) if reading is None else (reading.sentence.lang, rewrite_draft(reading))
        )
    columns = dict(zip(_TOLD, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_TOLD, ())
    data: dict[str, object] = {name: object_column(columns[name], index) for name in ("codes", "kind")}
    data |= {name: whole_array(columns[name]) for name in "SMT"}
    data |= {name: np.array(columns[name], dtype=np.float64) for name in ("value", "low")}
    data |= {name: day_array(columns[name]) for name in ("period_start", "period_end")}
    data["has_object"] = np.array(columns["has_object"], dtype=bool)
    data["text_value"] = object_column(columns["text_value"], index)
    return Told(make_frame(data, index), drafts)


def rewrites(
    objectives: Frame, drafts: Sequence[tuple[str, Draft]], letters: Mapping[str, Floats]
) -> dict[str, Sequence[str]]:
    """The pieces of the rewrite (fields first, then the text, then bracketed blanks) and the sentence.

    Arguments:
        objectives: block ``objectives``; used: indicator, baseline, target, deadline, owner, unit.
        drafts: of the titles, as in ``Told``.
        letters: points of s, m and t after the fields had their say.
    """
    names = ("indicator", "baseline", "target", "deadline", "owner", "unit")
    fields = zip(*(cells(objectives, name) for name in names), strict=True)
    full_letters = zip(*(letters[name] == _FULL for name in "smt"), strict=True)
    pieces: list[Pieces] = []
    sentences: list[str] = []
    for (indicator, baseline, target, deadline, owner, unit), (s, m, t), (lang, draft) in zip(
        fields, full_letters, drafts, strict=True
    ):
        own = draft.pieces
        sign = unit.strip() if isinstance(unit, str) else ""
        merged = Pieces(
            own.verb,
            _text_or(indicator, own.indicator),
            _number_or(baseline, sign, lang, own.start),
            _number_or(target, sign, lang, own.target),
            own.scope,
            _day_or(deadline, lang, own.deadline) if t else "",
            _text_or(owner, own.owner),
        )
        lacks = draft.lacks
        lacks = lacks._replace(
            object=lacks.object and not _text_or(indicator, ""),
            s=not s,
            m=not m,
            t=not t,
            owner=lacks.owner and not _text_or(owner, ""),
        )
        if lacks.s or lacks.m or lacks.t or lacks.owner:
            # A sentence that lacks something also takes what only its fields say.
            lacks = lacks._replace(t=draft.lacks.t, owner=draft.lacks.owner, m=draft.lacks.m)
        full = fill_blanks(merged, lang)
        pieces.append(full)
        sentences.append(assemble(draft._replace(lacks=lacks), full, lang))
    told = zip(*pieces, strict=True) if pieces else ((),) * len(PIECES)
    return {**dict(zip(REWRITE_COLUMNS, told, strict=True)), "rewrite": sentences}


def _text_or(value: object, otherwise: str) -> str:
    return value.strip() if isinstance(value, str) and value.strip() else otherwise


def _number_or(value: object, unit: str, lang: str, otherwise: str) -> str:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
    return format_value(number, unit, lang) or otherwise


def _day_or(value: object, lang: str, otherwise: str) -> str:
    day = as_day(value)
    return otherwise if day is None else format_day(day, lang)
