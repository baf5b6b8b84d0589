"""The readings of texts: the rules, and for S and M a resemblance to judged statements that weighs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

import numpy as np

from strategy_xl.rules.smart_text import TextReading, read_text
from strategy_xl.text.words.lexicon import VERB
from strategy_xl.text.words.resemblance import Text, Weights, log_odds, weights
from strategy_xl.text.words.time_words import time_words

LEARNED_CODES = ("S_LEARNED", "M_LEARNED")
_FULL = 2
_CHUNK = 512  # texts whose resemblance is computed at once
_PLAIN = frozenset({"indicator", "concept"})
_FIGURES = frozenset({"percent", "points", "money", "score"})  # no code, no rank
_SHORTEST = 2  # letters of a word that says nothing
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
        told = [at for at, reading in enumerate(readings) if reading is not None]
        _correct(readings, told, known)
        yield from readings


def _correct(readings: list[TextReading | None], told: Sequence[int], known: Weights) -> None:
    """Give S and M the points of the resemblance; a statement of fact stays one."""
    kept = [reading for at in told if (reading := readings[at]) is not None]
    full = np.array([[reading.s for reading in kept], [reading.m for reading in kept]]) == _FULL
    odds = log_odds([as_read(reading) for reading in kept], known)
    wrong = full != (odds >= known.cuts[:, None])
    for at in np.flatnonzero(wrong[0] & ~full[0]).tolist():
        wrong[0, at] = not _is_plain(kept[at])
    for at in np.flatnonzero(wrong[1] & full[1]).tolist():
        wrong[1, at] = not _is_figure(kept[at])
    for at in np.flatnonzero(wrong.any(axis=0)).tolist():
        if "FACT" not in kept[at].codes:
            readings[told[at]] = _corrected(kept[at], wrong[:, at].tolist())


def as_read(reading: TextReading) -> Text:
    """The text with the target and the deadline that the rules found, where they do not overlap."""
    what, target, deadline = reading.what, reading.target, reading.deadline
    marks: list[tuple[int, int, str]] = []
    if deadline.points:
        marks.append((deadline.first, deadline.last, f"T {deadline.kind}"))
    if target is not None:
        mark = (target.first, target.last, f"Q {target.kind}")
        if not marks or target.last < deadline.first:
            marks.append(mark)
        elif target.first > deadline.last:
            marks.insert(0, mark)
    kind = f"{what.kind} {what.direction} {what.unique} {bool(what.delimiters)}"
    return Text(reading.sentence, marks, (kind, f"{what.kind} {reading.s} {reading.m}"))


def _is_plain(reading: TextReading) -> bool:
    """Whether the rules know every word of a text whose indicator or idea nothing narrows: S is theirs."""
    if reading.what.kind not in _PLAIN or reading.what.delimiters:
        return False
    sentence = reading.sentence
    times = time_words(sentence.lang).known
    first, last = reading.owner or (len(sentence.words), -1)
    return all(
        bits or len(word) <= _SHORTEST or not word.isalpha() or word in times or first <= at <= last
        for at, (word, bits) in enumerate(zip(sentence.words, sentence.bits, strict=True))
    )


def _is_figure(reading: TextReading) -> bool:
    """Whether a text starts with a verb and has a rate or a sum for an indicator: it is measured."""
    bits, what, target = reading.sentence.bits, reading.what, reading.target
    if not bits or not bits[0] & VERB or target is None or target.kind not in _FIGURES:
        return False
    return what.has_indicator or what.kind == "indicator"


def _corrected(reading: TextReading, wrong: Sequence[bool]) -> TextReading:
    """The reading with its points of S and M the other way round where they are wrong."""
    points, codes = [reading.s, reading.m], reading.codes
    for at, letter in enumerate("SM"):
        if not wrong[at]:
            continue
        codes = tuple(code for code in codes if code[:2] != f"{letter}_" or code in LEARNED_CODES)
        if points[at] == _FULL:
            codes = (_LACKING[at], *codes)
        points[at] = 1 if points[at] == _FULL else _FULL
        codes = (*codes, LEARNED_CODES[at])
    return replace(reading, s=points[0], m=points[1], codes=codes)
