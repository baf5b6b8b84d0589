"""The readings of texts: the rules, and a resemblance to judged statements where that is sure on S or M."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from strategy_xl.rules.smart_text import TextReading, read_text
from strategy_xl.text.words.resemblance import Weights, log_odds, weights

LEARNED_CODES = ("S_LEARNED", "M_LEARNED")
_FULL = 2
_CHUNK = 512  # texts whose resemblance is computed at once
_LACKING = ("S_SCOPE", "M_TARGET")


def read_texts(texts: Iterable[object], lang: str | None, today: date | None) -> Iterator[TextReading | None]:
    """The readings of texts in order, so that a long column never holds them all; None for a blank one.

    Arguments:
        texts: objectives as written.
        lang: ``fr`` or ``en`` for all; None detects each text's language.
        today: the day from which deadlines count; None takes nothing for past.

    A cell function, a night and Python read through here, so that they judge alike.
    """
    known, left = weights(), iter(texts)
    while chunk := list(islice(left, _CHUNK)):
        readings = [
            read_text(text, lang, today) if isinstance(text, str) and text.strip() else None for text in chunk
        ]
        told = [reading for reading in readings if reading is not None]
        odds = log_odds([reading.sentence for reading in told], known).T.tolist()
        corrected = iter([_corrected(reading, pair, known) for reading, pair in zip(told, odds, strict=True)])
        for reading in readings:
            yield None if reading is None else next(corrected)


def _corrected(reading: TextReading, odds: Sequence[float], known: Weights) -> TextReading:
    """The reading with the points of S and M that the resemblance is sure of."""
    if "FACT" in reading.codes:
        return reading
    points, codes = [reading.s, reading.m], reading.codes
    for at, (value, letter) in enumerate(zip(odds, "SM", strict=True)):
        full = points[at] == _FULL
        if full and value <= known.low[at]:
            points[at] = 1
            codes = (LEARNED_CODES[at], _LACKING[at], *codes)
        elif not full and value >= known.high[at]:
            points[at] = _FULL
            codes = (LEARNED_CODES[at], *(code for code in codes if code[:2] != f"{letter}_"))
    if codes is reading.codes:
        return reading
    return replace(reading, s=points[0], m=points[1], codes=codes)
