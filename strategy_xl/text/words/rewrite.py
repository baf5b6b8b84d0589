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


_BLANKS: Mapping[str, Pieces] = {
    "fr": Pieces("[Verbe]", "[indicateur]", "[départ]", "[cible]", "[périmètre]", "[date]", "[responsable]"),
    "en": Pieces("[Verb]", "[metric]", "[baseline]", "[target]", "[scope]", "[date]", "[owner]"),
}
_SENTENCE: Mapping[str, str] = {
    "fr": "{verb} {indicator} de {start} à {target} pour {scope} d’ici le {deadline}, porté par {owner}",
    "en": "{verb} {indicator} from {start} to {target} for {scope} by {deadline}, owned by {owner}",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def fill_blanks(pieces: Pieces, lang: str) -> Pieces:
    """The pieces with a bracketed word of the language for each missing one."""
    return Pieces(*(piece or blank for piece, blank in zip(pieces, _BLANKS[lang], strict=True)))


def assemble(pieces: Pieces, lang: str) -> str:
    """The sentence of the pieces in a language, missing pieces in brackets."""
    return _SENTENCE[lang].format(**fill_blanks(pieces, lang)._asdict())


def format_value(value: float, unit: str, lang: str) -> str:
    """A number with its unit as the language writes it (``12,5 %``, ``€1,250``), empty for NaN."""
    if math.isnan(value):
        return ""
    shown = value * 100 if unit == "%" and abs(value) <= 1 else value
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
