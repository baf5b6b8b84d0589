"""The readings of texts as a table: letters, evidence, target, deadline and the fill-in rewrite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from strategy_xl.model import LANGUAGES
from strategy_xl.rules.frame import (
    Frame,
    Index,
    as_day,
    cells,
    day_array,
    make_frame,
    object_column,
    whole_array,
)
from strategy_xl.rules.smart_draft import is_of, rewrite_draft
from strategy_xl.rules.smart_text import TextReading, confidence_points
from strategy_xl.text.words.rewrite import (
    NO_DRAFT,
    NO_PIECES,
    assemble,
    fill_blanks,
    format_day,
    format_value,
)

PIECES = ("verb", "indicator", "from", "to", "scope", "date", "owner")
REWRITE_COLUMNS = tuple(f"rewrite_{piece}" for piece in PIECES)

_LETTERS = tuple("SMART")
_SPANS = tuple(f"{letter}_span" for letter in _LETTERS)
_OTHERS = ("codes", "lang", "deadline", "deadline_kind", "kind", "value", "low", "unit", "rewrite")
_COLUMNS = (*_LETTERS, *_SPANS, *_OTHERS, *REWRITE_COLUMNS)

Row = tuple[object, ...]


def _blank_row() -> Row:
    pieces = fill_blanks(NO_PIECES, LANGUAGES[0])
    others = (("EMPTY",), None, None, "", "", None, None, "", assemble(NO_DRAFT, pieces, LANGUAGES[0]))
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


def rewrites(objectives: Frame, readings: Sequence[TextReading | None]) -> dict[str, list[str]]:
    """The pieces of the rewrite (fields first, then the text, then bracketed blanks) and the sentence.

    Arguments:
        objectives: block ``objectives``; used: indicator, baseline, target, deadline, owner, unit.
        readings: the readings of the titles.
    """
    names = ("indicator", "baseline", "target", "deadline", "owner", "unit")
    fields = zip(*(cells(objectives, name) for name in names), strict=True)
    columns: dict[str, list[str]] = {name: [] for name in (*REWRITE_COLUMNS, "rewrite")}
    for (indicator, baseline, target, deadline, owner, unit), reading in zip(fields, readings, strict=True):
        lang = reading.sentence.lang if reading else LANGUAGES[0]
        draft = rewrite_draft(reading) if reading else NO_DRAFT
        own = draft.pieces
        sign = unit.strip() if isinstance(unit, str) else ""
        merged = own._replace(
            indicator=_text_or(indicator, own.indicator),
            start=_number_or(baseline, sign, lang, own.start),
            target=_number_or(target, sign, lang, own.target),
            deadline=_day_or(deadline, lang, own.deadline),
            owner=_text_or(owner, own.owner),
        )
        # A field says it better than the words of the text.
        told = (merged.indicator, merged.start, merged.target) != (own.indicator, own.start, own.target)
        draft = draft._replace(pieces=merged)
        if told:
            # « de la gamme bio » stood beside a noun that the field replaces.
            beside = draft.scope and is_of(draft.scope.split()[0].lower())
            draft = draft._replace(core="", scope=None if beside else draft.scope or None)
        full = fill_blanks(merged, lang)
        for name, value in zip(REWRITE_COLUMNS, full, strict=True):
            columns[name].append(value)
        columns["rewrite"].append(assemble(draft, full, lang))
    return columns


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
