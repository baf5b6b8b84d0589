"""French and English messages by language-neutral key, with numbers and dates in the language's form.

The catalogues are gettext files, one per area, under ``locales``; every ``.mo`` beside its ``.po`` is
loaded and merged. A placeholder names its form: ``{margin:money}``, ``{rate:percent}``, ``{day:date}``.
"""

from __future__ import annotations

import gettext
import math
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from strategy_xl.model import LANGUAGES

_LOCALES = Path(__file__).parent / "locales"
NBSP = "\N{NO-BREAK SPACE}"
NNBSP = "\N{NARROW NO-BREAK SPACE}"
MISSING = "—"
MEASURE = "measure"
"""Form of a value whose unit stands in the row's column ``unit``."""

_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MissingMessageError(KeyError):
    """A key without a message: a fault of the program, found by the catalogue test."""


@cache
def _catalogue(lang: str) -> tuple[dict[object, str], Callable[[int], int]]:
    """All areas of one language merged, and the language's plural rule."""
    if lang not in LANGUAGES:
        raise ValueError(lang)
    merged: dict[object, str] = {}
    plural: Callable[[int], int] = int
    for entry in sorted(_LOCALES.joinpath(lang, "LC_MESSAGES").glob("*.mo")):
        with entry.open("rb") as stream:
            area = gettext.GNUTranslations(stream)
        merged.update(area._catalog)  # type: ignore[attr-defined]  # noqa: SLF001 (no public way to merge)
        plural = area.plural  # type: ignore[attr-defined]
    return merged, plural


# Numbers are written here rather than with Babel's format_decimal, which takes 15 µs each: a large book
# has a million of them. A test holds both to the same output.
def _number(value: float, lang: str, decimals: int) -> str:
    text = f"{float(value):,.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    if text in {"-0", "-"}:
        text = "0"
    return text.replace(",", NNBSP).replace(".", ",") if lang == "fr" else text


def _money(value: float, lang: str) -> str:
    text = _number(value, lang, 0)
    if lang == "fr":
        return f"{text}{NBSP}€"
    return f"-€{text[1:]}" if text.startswith("-") else f"€{text}"


def _percent(value: float, lang: str, decimals: int) -> str:
    return _number(value * 100, lang, decimals) + (f"{NBSP}%" if lang == "fr" else "%")


def _date(value: date, lang: str) -> str:
    if lang == "fr":
        return f"{value.day:02d}/{value.month:02d}/{value.year}"
    return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


_FORMS: Mapping[str, Callable[[Any, str], str]] = {
    "text": lambda value, _lang: str(value),
    "int": lambda value, lang: _number(value, lang, 0),
    "dec1": lambda value, lang: _number(value, lang, 1),
    "dec2": lambda value, lang: _number(value, lang, 2),
    "money": _money,
    "percent": lambda value, lang: _percent(value, lang, 0),
    "percent1": lambda value, lang: _percent(value, lang, 1),
    "date": _date,
}


def _is_missing(value: object) -> bool:
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in {"NAType", "NaTType"}


_FEW = 50


def format_value(value: object, form: str, lang: str) -> str:
    """One value as people write it; an em dash when it is missing.

    Arguments:
        value: number, date or text.
        form: ``text``, ``int``, ``dec1``, ``dec2``, ``money`` (€), ``percent``, ``percent1`` (0–1), ``date``.
        lang: ``fr`` or ``en``.
    """
    return MISSING if _is_missing(value) else _FORMS[form or "text"](value, lang)


def measure(value: object, unit: object, lang: str) -> str:
    """A value in its own unit: a rate of 0.055 in ``%`` is 5.5 %, the others have their unit behind them."""
    if _is_missing(value):
        return MISSING
    if unit == "%":
        return format_value(value, "percent1", lang)
    text = format_value(value, "dec1", lang)
    return f"{text}{NBSP}{unit}" if isinstance(unit, str) and unit else text


def has_message(key: str, lang: str = "fr") -> bool:
    """Whether the catalogue of the language has the key."""
    catalogue, _plural = _catalogue(lang)
    return key in catalogue or (key, 0) in catalogue


def _template(key: str, lang: str, n: object) -> str:
    catalogue, plural = _catalogue(lang)
    if isinstance(n, int | float) and not _is_missing(n):
        form = catalogue.get((key, plural(int(abs(n)))))
        if form is not None:
            return form
    text = catalogue.get(key) or catalogue.get((key, 1))
    if text is None:
        raise MissingMessageError(key)
    return text


@cache
def _parsed(template: str) -> tuple[tuple[str, str | None, str], ...]:
    """A template cut into (literal, argument name, form)."""
    return tuple(
        (literal, name, form or "text")
        for literal, name, form, _conversion in string.Formatter().parse(template)
    )


def _piece(name: str, form: str, lang: str, args: Mapping[str, object]) -> str:
    """One placeholder filled in."""
    if form == MEASURE:
        return measure(args[name], args.get("unit"), lang)
    return format_value(args[name], form, lang)


def message(key: str, lang: str, /, **args: object) -> str:
    """The message of a key in a language, filled in.

    Arguments:
        key: language-neutral key (``SX204``, ``client_matrix.RED_FLAG``).
        lang: ``fr`` or ``en``.
        args: values for the placeholders; ``n`` also picks the plural form (none given: one).

    Raises MissingMessageError for an unknown key, KeyError for a missing argument.
    """
    return "".join(
        literal + (_piece(name, form, lang, args) if name is not None else "")
        for literal, name, form in _parsed(_template(key, lang, args.get("n", 1)))
    )


def _formatted(values: Sequence[object], form: str, lang: str) -> list[str]:
    """Values as people write them; of many, equal ones are written once."""
    if len(values) < _FEW:
        return [format_value(value, form, lang) for value in values]
    known: dict[tuple[type, object], str] = {}
    found: list[str] = []
    for value in values:
        key = (value.__class__, value)
        text = known.get(key)
        if text is None:
            text = known[key] = format_value(value, form, lang)
        found.append(text)
    return found


def messages(key: str, lang: str, columns: Mapping[str, Sequence[object]], rows: int) -> list[str]:
    """The message of a key for many rows at once.

    Arguments:
        key, lang: as ``message``; a key with plural forms reads column ``n``.
        columns: argument values by name, each of length ``rows``.
        rows: number of messages wanted.
    """
    catalogue, _plural = _catalogue(lang)
    if (key, 0) in catalogue:
        return [
            message(key, lang, **{name: column[row] for name, column in columns.items()})
            for row in range(rows)
        ]
    pieces: list[list[str]] = []
    for literal, name, form in _parsed(_template(key, lang, None)):
        if literal:
            pieces.append([literal] * rows)
        if name is not None and form == MEASURE:
            pairs = zip(columns[name], columns["unit"], strict=True)
            pieces.append([measure(value, unit, lang) for value, unit in pairs])
        elif name is not None:
            pieces.append(_formatted(columns[name], form, lang))
    return ["".join(parts) for parts in zip(*pieces, strict=True)] if pieces else [""] * rows
