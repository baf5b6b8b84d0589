"""The languages of workbooks and messages: a folder each beside the catalogues, found where it lies.

The folder of a language holds its catalogue and ``language.toml``: how it writes numbers and dates.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HOUSE = "fr"
"""The language where none is said."""
FALLBACK = "en"
"""The language of what another one, not French, does not say."""

_LOCALES = Path(__file__).parent / "text" / "locales"
_FORMS = "language.toml"

LANGUAGES: tuple[str, ...] = (
    HOUSE,
    FALLBACK,
    *sorted({entry.parent.name for entry in _LOCALES.glob(f"*/{_FORMS}")} - {HOUSE, FALLBACK}),
)
"""Languages of workbooks and messages."""


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes what the program shows; ``language.toml`` has these keys.

    Arguments:
        name: what its speakers call it.
        called: what else people call it when they name one in a cell, in small letters without accents.
        tag: language and country, for a file's properties and for LibreOffice.
        menus: the same for add-ins of Excel, which knows fewer.
        decimal, thousands: marks of a number.
        space: what stands between a number and ``%``, or behind ``×``: nothing or a no-break space.
        currency_first: whether the sign of a currency stands before the number.
        separator: between the arguments of a formula, and between the columns of a CSV file.
        date: a day in a sentence, from ``day``, ``month``, ``year`` and ``name`` (of the month).
        months: the names of the months for that, if it has ``name``.
        date_cell, month_cell: number formats of a day and of a month.
        date_text: a day as a plain text, as ``strftime`` takes it.
        yes, no: how people write it in a cell, in small letters without accents; the label first.
        day_first: whether ``03/04/2027`` is for sure the third of April.
    """

    name: str
    tag: str
    menus: str
    decimal: str
    thousands: str
    space: str
    currency_first: bool
    separator: str
    date: str
    date_cell: str
    month_cell: str
    date_text: str
    day_first: bool
    yes: tuple[str, ...]
    no: tuple[str, ...]
    called: tuple[str, ...] = ()
    months: tuple[str, ...] = field(default=())


@cache
def forms_of(code: str) -> Language:
    """How a language of ``LANGUAGES`` writes; ValueError for another one, TypeError for a wrong key."""
    if code not in LANGUAGES:
        raise ValueError(code)
    held = tomllib.loads((_LOCALES / code / _FORMS).read_text(encoding="utf-8"))
    lists = {key: tuple(value) for key, value in held.items() if isinstance(value, list)}
    return Language(**(held | lists))


def language_of(tag: str, default: str = FALLBACK) -> str:
    """The language of a tag such as ``fr-CH`` or ``de_AT``; the default one where we have not that one."""
    code = tag[:2].lower()
    return code if code in LANGUAGES else default
