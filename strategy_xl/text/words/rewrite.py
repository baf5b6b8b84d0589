"""The fill-in sentence of an objective, as its language writes it: no rule."""

from __future__ import annotations

import math
from datetime import date
from functools import cache, lru_cache
from typing import ClassVar, NamedTuple

from strategy_xl.text.words.wordlists import Labels, Ordered, WordList, Words, own, word_list


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


@word_list
class RewriteForms(WordList):
    """How the language writes the sentence, its numbers and its days."""

    file: ClassVar[str] = "rewrite"

    sentence: str  # {verb}, {what}, {scope}, {deadline}, {owner}
    level: str  # {start}, {target}
    scope: str  # what narrows the object, when no preposition of the text does: {scope}
    day: str  # {day}, {month}
    months: Ordered
    thousands: str  # between the groups of a number
    decimal: str
    before: Words  # units that stand before their number
    glued: Words  # units that follow it without a space
    space: str  # before the others
    blanks: Labels  # bracketed words for missing pieces
    units: Labels


def fill_blanks(pieces: Pieces, lang: str) -> Pieces:
    """The pieces with a bracketed word of the language for each missing one."""
    return Pieces._make([piece or blank for piece, blank in zip(pieces, _blanks(lang), strict=True)])


@cache
def _blanks(lang: str) -> Pieces:
    return Pieces(**own(RewriteForms, lang).blanks)


def assemble(draft: Draft, full: Pieces, lang: str) -> str:
    """The sentence of a draft in a language, missing pieces in brackets.

    The words of the text are kept as they stand when they stand together (« 5 nouveaux clients »,
    « le CA de 10 % »), so that articles and prepositions stay right; else the sentence is built from
    the pieces.

    Arguments:
        draft: what the text gives.
        full: its pieces with their blanks, by ``fill_blanks``.
        lang: the language.
    """
    forms = own(RewriteForms, lang)
    if draft.core and not draft.gap:
        what = draft.core
    elif draft.gap == "change" and draft.core:
        what = f"{draft.core} ({forms.level.format(**forms.blanks)})"
    else:
        what = f"{draft.core or full.indicator} {forms.level.format(start=full.start, target=full.target)}"
    parts = (draft.rhythm, forms.scope.format(scope=full.scope) if draft.scope is None else draft.scope)
    scope = "".join(f" {part}" for part in parts if part)
    return forms.sentence.format(
        verb=full.verb, what=what, scope=scope, deadline=full.deadline, owner=full.owner
    )


def format_value(value: float, unit: str, lang: str) -> str:
    """A number with its unit as the language writes it (``12,5 %``, ``€1,250``), empty for NaN."""
    if math.isnan(value):
        return ""
    forms = own(RewriteForms, lang)
    shown = value * 100 if unit == "%" and abs(value) <= 1 else value
    unit = forms.units.get(unit, unit)
    whole, point, decimals = f"{shown:,.2f}".rstrip("0").rstrip(".").partition(".")
    text = whole.replace(",", forms.thousands) + point.replace(".", forms.decimal) + decimals
    if unit in forms.before:
        return unit + text
    return text + ("" if unit in forms.glued or not unit else forms.space) + unit


@lru_cache(maxsize=4096)
def format_day(day: date, lang: str) -> str:
    """A day as the language writes it (``30/06/2027``, ``30 Jun 2027``)."""
    forms = own(RewriteForms, lang)
    return forms.day.format(day=day, month=forms.months[day.month - 1])
