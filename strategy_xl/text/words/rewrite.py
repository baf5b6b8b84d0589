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


class Lacking(NamedTuple):
    """What a text lacks: its object, what narrows it, a target, the points of S, M and T, and an owner."""

    object: bool
    scope: bool
    target: bool
    s: bool
    m: bool
    t: bool
    owner: bool


class Draft(NamedTuple):
    """What a text gives to its rewrite.

    Arguments:
        pieces: the pieces, one by one.
        head: the person's own sentence up to where a target and a scope may be put in.
        time: its words of time behind that, when they close the sentence.
        owner: its words on the owner, when they close the sentence.
        closing: the signs that close it.
        lacks: what it lacks.
        pause: whether a date must stand apart from the words of time (« bientôt, d’ici le … »).
        fact: whether the text asks for nothing, so that no piece would make an objective of it.
    """

    pieces: Pieces
    head: str
    time: str
    owner: str
    closing: str
    lacks: Lacking
    pause: bool
    fact: bool


NO_PIECES = Pieces("", "", "", "", "", "", "")
NO_DRAFT = Draft(
    NO_PIECES,
    *("", "", "", ""),
    Lacking(object=True, scope=True, target=True, s=True, m=True, t=True, owner=True),
    pause=False,
    fact=False,
)


@word_list
class RewriteForms(WordList):
    """How the language writes the sentence, its numbers and its days."""

    file: ClassVar[str] = "rewrite"

    sentence: str  # of a row without any: {verb}, {what}, {scope}, {deadline}, {owner}
    object: str  # {indicator}, behind a sentence that names none
    level: str  # {start}, {target}
    scope: str  # {scope}
    deadline: str  # {deadline}
    owner: str  # {owner}
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
    """The person's own sentence, word for word, with the pieces that it lacks; empty when it lacks none.

    Arguments:
        draft: what the text gives, and what is still lacking.
        full: its pieces with their blanks, by ``fill_blanks``.
        lang: the language.
    """
    lacks = draft.lacks
    if draft.fact or (draft.head and not (lacks.s or lacks.m or lacks.t or lacks.owner)):
        return ""
    forms = own(RewriteForms, lang)
    if not draft.head:
        level = forms.level.format(start=full.start, target=full.target)
        what, scope = f"{full.indicator} {level}", f" {forms.scope.format(scope=full.scope)}"
        return forms.sentence.format(
            verb=full.verb, what=what, scope=scope, deadline=full.deadline, owner=full.owner
        )
    put_in = ""
    if lacks.object and (lacks.s or lacks.m):
        put_in += forms.object.format(indicator=full.indicator)
    if lacks.m and lacks.target:
        put_in += f" {forms.level.format(start=full.start, target=full.target)}"
    if lacks.s and lacks.scope:
        # What narrows the object stands in the sentence; only what it lacks is asked for.
        put_in += f" {forms.scope.format(scope=forms.blanks['scope'])}"
    end = ""
    if lacks.t:
        end += f"{',' if draft.pause else ''} {forms.deadline.format(deadline=full.deadline)}"
    named = f", {forms.owner.format(owner=full.owner)}" if lacks.owner else ""
    return f"{draft.head}{put_in}{draft.time}{end}{draft.owner}{named}{draft.closing}"


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
