"""Messages by language-neutral key, with numbers and dates in the language's form.

French and English have them all; what another language does not say is told in English.

The catalogues are gettext files, one per area, under ``locales``; every ``.mo`` beside its ``.po`` is
loaded and merged. A placeholder names its form: ``{margin:money}``, ``{rate:percent}``, ``{day:date}``. A
number that is told beside another names it, ``{y:int~threshold}``, and shows on which side of it it is
(``figures.format_beside``). What stands in brackets is left out where one of its placeholders is missing:
``Call them[; revenue: {revenue:money}].`` Doubled brackets stand for themselves:
``pip install strategy-xl[[{extra}]]``.
"""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from strategy_xl.languages import FALLBACK, HOUSE, LANGUAGES
from strategy_xl.text.figures import IN_UNIT, Scale, format_beside, format_value, is_missing, measure

_LOCALES = Path(__file__).parent / "locales"
APART = "~"
_OPTIONAL = re.compile(r"(?<!\[)\[([^\[\]]*\{[^\[\]]*)\](?!\])")
_FEW = 50

__all__ = [
    "APART",
    "MissingMessageError",
    "Parts",
    "begins_with_value",
    "format_value",
    "has_message",
    "message",
    "messages",
    "own_messages",
    "parts_of",
    "placeholders",
    "plural_parts",
]


class MissingMessageError(KeyError):
    """A key without a message: a fault of the program, found by the catalogue test."""


@cache
def _catalogue(lang: str) -> tuple[dict[object, str], Callable[[int], int]]:
    """All areas of one language merged, and the language's plural rule; ValueError for no such language."""
    own, plural = own_messages(lang)
    if lang in {HOUSE, FALLBACK}:
        return own, plural
    said = {_key(form) for form in own}
    others, _rule = own_messages(FALLBACK)
    return {form: text for form, text in others.items() if _key(form) not in said} | own, plural


def _key(form: object) -> object:
    """The key of a message, of one in several numbers too."""
    return form[0] if isinstance(form, tuple) else form


@cache
def own_messages(lang: str) -> tuple[dict[object, str], Callable[[int], int]]:
    """What a language itself says, and its plural rule; ValueError when there is no such language."""
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


def has_message(key: str, lang: str = HOUSE) -> bool:
    """Whether the catalogue of the language has the key."""
    catalogue, _plural = _catalogue(lang)
    return key in catalogue or (key, 0) in catalogue


def _is_left_out(value: object) -> bool:
    return is_missing(value) or value == ""


def _template(key: str, lang: str, n: object) -> str:
    catalogue, plural = _catalogue(lang)
    if isinstance(n, int | float) and not is_missing(n):
        form = catalogue.get((key, plural(int(abs(n)))))
        if form is not None:
            return form
    text = catalogue.get(key) or catalogue.get((key, 1))
    if text is None:
        raise MissingMessageError(key)
    return text


Piece = tuple[str, str | None, str]
"""Literal, argument name, form."""
Parts = tuple[tuple[bool, tuple[Piece, ...]], ...]
"""A message: its parts, each with whether it is left out without its values, and its pieces."""


@cache
def _parsed(template: str) -> Parts:
    """A template cut into parts."""
    return tuple(
        (
            place % 2 == 1,
            tuple(
                (literal.replace("[[", "[").replace("]]", "]"), name, form or "text")
                for literal, name, form, _conversion in string.Formatter().parse(part)
            ),
        )
        for place, part in enumerate(_OPTIONAL.split(template))
        if part
    )


def _beside(text: str) -> float | None:
    """The number that a placeholder is told beside, where it is one and no other placeholder."""
    try:
        return float(text)
    except ValueError:
        return None


def _piece(name: str, form: str, lang: str, args: Mapping[str, object]) -> str:
    """One placeholder filled in."""
    plain, _apart_sign, other = form.partition(APART)
    number = _beside(other) if other else None
    beside = number if number is not None else args[other] if other else None
    if plain in IN_UNIT:
        return measure(args[name], args.get("unit"), lang, Scale(args.get("target"), beside), plain)
    return format_beside(args[name], beside, plain, lang) if other else format_value(args[name], plain, lang)


@cache
def placeholders(key: str) -> frozenset[str]:
    """The values that a message asks for in any language; MissingMessageError for an unknown key."""
    found: set[str] = set()
    for lang in LANGUAGES:
        catalogue, _plural = _catalogue(lang)
        texts = [text for form, text in catalogue.items() if isinstance(form, tuple) and form[0] == key]
        for text in texts or [_template(key, lang, None)]:
            for _literal, name, form in (piece for _optional, part in _parsed(text) for piece in part):
                if name is None:
                    continue
                plain, _sign, other = form.partition(APART)
                found.add(name)
                if other and _beside(other) is None:
                    found.add(other)
                if plain in IN_UNIT:
                    found |= {"unit", "target"}
    return frozenset(found)


def parts_of(key: str, lang: str) -> Parts:
    """What a message is made of, that of one where there are several numbers."""
    return _parsed(_template(key, lang, 1))


def plural_parts(key: str, lang: str) -> tuple[Parts, Parts, bool] | None:
    """A message in two numbers: that of one, that of many, and whether none is many; None for any other.

    Errors: ValueError for a language with more than two.
    """
    catalogue, plural = _catalogue(lang)
    if (key, 0) not in catalogue:
        return None
    if (key, 2) in catalogue:
        raise ValueError(lang)
    return _parsed(catalogue[key, 0]), _parsed(catalogue[key, 1]), bool(plural(0))


def begins_with_value(key: str, lang: str) -> bool:
    """Whether a message begins with a placeholder: then its first letter is that of a value."""
    _optional, pieces = _parsed(_template(key, lang, None))[0]
    return not pieces[0][0]


def message(key: str, lang: str, /, **args: object) -> str:
    """The message of a key in a language, filled in.

    Arguments:
        key: language-neutral key (``SX204``, ``client_matrix.RED_FLAG``).
        lang: one of ``LANGUAGES``.
        args: values for the placeholders; ``n`` also picks the plural form (none given: one).

    Raises MissingMessageError for an unknown key, KeyError for a missing argument.
    """
    return "".join(
        literal + (_piece(name, form, lang, args) if name is not None else "")
        for optional, pieces in _parsed(_template(key, lang, args.get("n", 1)))
        if not (optional and any(name is not None and _is_left_out(args[name]) for _, name, _ in pieces))
        for literal, name, form in pieces
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


def _column(name: str, form: str, lang: str, columns: Mapping[str, Sequence[object]], rows: int) -> list[str]:
    """One placeholder filled in for many rows."""
    plain, _sign, other = form.partition(APART)
    if not other and plain not in IN_UNIT:
        return _formatted(columns[name], plain, lang)
    number = _beside(other) if other else None
    beside = columns[other] if other and number is None else [number] * rows
    if plain not in IN_UNIT:
        return [
            format_beside(value, near, plain, lang) for value, near in zip(columns[name], beside, strict=True)
        ]
    units = columns["unit"] if "unit" in columns else [None] * rows
    targets = columns["target"] if "target" in columns else [None] * rows
    return [
        measure(value, unit, lang, Scale(target, near), plain)
        for value, unit, target, near in zip(columns[name], units, targets, beside, strict=True)
    ]


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
    found: list[list[str]] = []
    for optional, pieces in _parsed(_template(key, lang, None)):
        part: list[list[str]] = []
        for literal, name, form in pieces:
            if literal:
                part.append([literal] * rows)
            if name is not None:
                part.append(_column(name, form, lang, columns, rows))
        if optional:
            named = [columns[name] for _literal, name, _form in pieces if name is not None]
            told = [not any(map(_is_left_out, values)) for values in zip(*named, strict=True)]
            part = [[text if keep else "" for text, keep in zip(texts, told, strict=True)] for texts in part]
        found += part
    return ["".join(parts) for parts in zip(*found, strict=True)] if found else [""] * rows
