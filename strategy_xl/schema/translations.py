"""The texts of templates in languages other than French and English, from one catalogue a language.

A template says French and English side by side. ``locales/<language>/LC_MESSAGES/templates.mo`` beside the
templates has the others, by the English text; where one English text is two in the language, its context is
the way to it (``client_matrix.blocks.clients.fields.revenue.label``). So it serves earlier templates too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations
from typing import Any

from strategy_xl.languages import FALLBACK, HOUSE, LANGUAGES
from strategy_xl.schema.shipped import default_folder

CATALOGUE = "LC_MESSAGES/templates.mo"


@cache
def catalogues() -> dict[str, GNUTranslations]:
    """What there is of translated templates, by language."""
    found = {}
    for lang in LANGUAGES:
        entry = default_folder().joinpath("locales", lang, *CATALOGUE.split("/"))
        if lang not in {HOUSE, FALLBACK} and entry.is_file():
            with entry.open("rb") as stream:
                found[lang] = GNUTranslations(stream)
    return found


def translate(read: dict[str, dict[str, object]]) -> None:
    """Put the texts of the other languages beside French and English, in place.

    Arguments:
        read: the files of the templates as they stand, by name without ending.
    """
    known = catalogues()
    if not known:
        return
    for way, said in said_in(read):
        for lang, catalogue in known.items():
            text = translated(catalogue, way, said[FALLBACK])
            if text is not None:
                said.setdefault(lang, text)


def translated(catalogue: GNUTranslations, way: str, english: str) -> str | None:
    """What a language has for an English text at a place; None when it has nothing."""
    here = catalogue.pgettext(way, english)
    found = here if here != english else catalogue.gettext(english)
    return found if found != english else None


def said_in(data: Any, way: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of templates as they stand, with the way to it.

    Arguments:
        data: files by name, or anything in one.
        way: the way to that.
    """
    if isinstance(data, dict):
        if isinstance(data.get(HOUSE), str) and isinstance(data.get(FALLBACK), str):
            yield way, data
        for key, part in data.items():
            yield from said_in(part, f"{way}.{key}" if way else key)
    elif isinstance(data, list):
        for place, part in enumerate(data):
            key = part.get("key", place) if isinstance(part, dict) else place
            yield from said_in(part, f"{way}.{key}")
