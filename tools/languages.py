"""Begin a language, or say what it does not say yet: there the program speaks English.

    python tools/languages.py de            how much is missing, area by area
    python tools/languages.py de --texts    and which texts
    python tools/languages.py de --begin    write its catalogues with what is missing in them, to fill in

``--begin`` keeps what is translated and adds what came since. ``tools/messages.py`` compiles.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from messages import LOCALES, TEMPLATES, is_said

from strategy_xl.languages import FALLBACK, HOUSE
from strategy_xl.schema.translations import said_in

FOLDER = "LC_MESSAGES"
_LOOK = 88


def wanted() -> Iterator[tuple[str, Catalog]]:
    """Every area in English; the templates' texts are their own keys, as in a catalogue for them."""
    for source in sorted(LOCALES.glob(f"{FALLBACK}/{FOLDER}/*.po")):
        with source.open("rb") as stream:
            yield source.stem, read_po(stream, locale=FALLBACK)
    texts = Catalog(locale=FALLBACK)
    read = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(TEMPLATES.parent.glob("*.toml"))
    }
    for way, said in said_in(read):
        texts.add(said[FALLBACK], said[FALLBACK], auto_comments=[way])
    yield TEMPLATES.parent.name, texts


def place(area: str, lang: str) -> Path:
    """Where a language has the texts of an area."""
    is_template = area == TEMPLATES.parent.name
    return (
        (TEMPLATES / lang / FOLDER / "templates.po")
        if is_template
        else LOCALES / lang / FOLDER / f"{area}.po"
    )


def held(path: Path, lang: str) -> Catalog:
    """What a language has of an area."""
    if not path.is_file():
        return Catalog(
            locale=lang, project="strategy-xl", header_comment=f"# strategy_xl in {lang}.", fuzzy=False
        )
    with path.open("rb") as stream:
        return read_po(stream, locale=lang)


def missing(english: Catalog, own: Catalog) -> list[str]:
    """Keys of an area that a language does not say, in no context either."""
    said = {_key(item.id) for item in own if item.id and is_said(item.string)}
    return [key for item in english if item.id and (key := _key(item.id)) not in said]


def _key(identity: object) -> str:
    return str(identity[0] if isinstance(identity, list | tuple) else identity)


def completed(area: str, english: Catalog, own: Catalog) -> None:
    """Add what a language does not say to its catalogue, without a text; the English stands above it."""
    lacking = set(missing(english, own))
    for item in english:
        if item.id and _key(item.id) in lacking and own.get(item.id) is None:
            told = [] if area == TEMPLATES.parent.name else [str(item.string)]
            own.add(item.id, auto_comments=[*item.auto_comments, *told])


def main() -> int:
    """Tell or write; 1 when something is missing, 2 without a language."""
    chosen = [word for word in sys.argv[1:] if not word.startswith("-")]
    if len(chosen) != 1:
        print(__doc__)
        return 2
    lang, begins = chosen[0], "--begin" in sys.argv
    lacks = 0
    for area, english in wanted():
        if area == TEMPLATES.parent.name and lang in {HOUSE, FALLBACK}:
            continue  # they stand in the templates themselves
        path = place(area, lang)
        own = held(path, lang)
        keys = missing(english, own)
        lacks += len(keys)
        if begins and keys:
            completed(area, english, own)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                write_po(stream, own, width=0, omit_header=False, ignore_obsolete=True)
        total = sum(1 for item in english if item.id)
        print(f"{area}: {len(keys)} of {total} missing")
        if "--texts" in sys.argv:
            for key in keys:
                print(f"  {key[:_LOOK]}")
    if not (LOCALES / lang / "language.toml").is_file():
        print(f"{LOCALES / lang / 'language.toml'}: missing; copy that of English and say how {lang} writes")
        lacks += 1
    return int(bool(lacks) and not begins)


if __name__ == "__main__":
    raise SystemExit(main())
