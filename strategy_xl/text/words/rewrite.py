"""The fill-in sentence of an objective, in French and English: a small table of language, no rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple


class Pieces(NamedTuple):
    """The pieces of a rewrite; empty texts are missing pieces."""

    verb: str
    indicator: str
    start: str
    target: str
    scope: str
    deadline: str
    owner: str


class Draft(NamedTuple):
    """What a text gives to its rewrite.

    Arguments:
        pieces: the pieces, one by one.
        core: object and target as written between the verb and the scope, empty when they do not stand
            together.
        gap: what the core leaves open: ``level`` (no target), ``change`` (a change without its two ends)
            or empty.
        rhythm: a cadence as written (« par semaine »), empty without one.
        scope: what narrows the object, with its prepositions as written; None when nothing does, empty
            when the core says it.
    """

    pieces: Pieces
    core: str
    gap: str
    rhythm: str
    scope: str | None


NO_PIECES = Pieces("", "", "", "", "", "", "")
NO_DRAFT = Draft(NO_PIECES, "", "level", "", None)

_BLANKS: Mapping[str, Pieces] = {
    "fr": Pieces("[Verbe]", "[indicateur]", "[départ]", "[cible]", "[périmètre]", "[date]", "[responsable]"),
    "en": Pieces("[Verb]", "[metric]", "[baseline]", "[target]", "[scope]", "[date]", "[owner]"),
}
_SENTENCE: Mapping[str, str] = {
    "fr": "{verb} {what}{scope} d’ici le {deadline}, porté par {owner}",
    "en": "{verb} {what}{scope} by {deadline}, owned by {owner}",
}
_LEVEL: Mapping[str, str] = {"fr": "de {start} à {target}", "en": "from {start} to {target}"}
_FOR: Mapping[str, str] = {"fr": "pour ", "en": "for "}
_UNITS: Mapping[str, Mapping[str, str]] = {
    "fr": {"minute": "min", "hour": "h", "day": "jours", "week": "semaines", "month": "mois", "year": "ans"},
    "en": {"minute": "min", "hour": "h", "day": "days", "week": "weeks", "month": "months", "year": "years"},
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def fill_blanks(pieces: Pieces, lang: str) -> Pieces:
    """The pieces with a bracketed word of the language for each missing one."""
    return Pieces(*(piece or blank for piece, blank in zip(pieces, _BLANKS[lang], strict=True)))


def assemble(draft: Draft, full: Pieces, lang: str) -> str:
    """The sentence of a draft in a language, missing pieces in brackets.

    The words of the text are kept as they stand when they stand together (« 5 nouveaux clients »,
    « le CA de 10 % »), so that articles and prepositions stay right; else the sentence is built from
    the pieces.

    Arguments:
        draft: what the text gives.
        full: its pieces with their blanks, by ``fill_blanks``.
        lang: ``fr`` or ``en``.
    """
    if draft.core and not draft.gap:
        what = draft.core
    elif draft.gap == "change" and draft.core:
        what = f"{draft.core} ({_LEVEL[lang].format(start=_BLANKS[lang].start, target=_BLANKS[lang].target)})"
    else:
        what = f"{draft.core or full.indicator} {_LEVEL[lang].format(start=full.start, target=full.target)}"
    parts = (draft.rhythm, _FOR[lang] + full.scope if draft.scope is None else draft.scope)
    scope = "".join(f" {part}" for part in parts if part)
    return _SENTENCE[lang].format(
        verb=full.verb, what=what, scope=scope, deadline=full.deadline, owner=full.owner
    )


def format_value(value: float, unit: str, lang: str) -> str:
    """A number with its unit as the language writes it (``12,5 %``, ``€1,250``), empty for NaN."""
    if math.isnan(value):
        return ""
    shown = value * 100 if unit == "%" and abs(value) <= 1 else value
    unit = _UNITS[lang].get(unit, unit)
    text = f"{shown:,.2f}".rstrip("0").rstrip(".")
    if lang == "fr":
        text = text.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
        return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text
    if unit in {"€", "$", "£"}:
        return unit + text
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}".strip()


def format_day(day: date, lang: str) -> str:
    """A day as the language writes it (``30/06/2027``, ``30 Jun 2027``)."""
    return f"{day:%d/%m/%Y}" if lang == "fr" else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
