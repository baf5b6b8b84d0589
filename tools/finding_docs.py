"""Reference page of the findings, in both languages: every code with an example and its remedy.

The sentences are the catalogues'; what stands in their gaps is in ``finding_docs.toml``. A gap that
nothing fills shows its name.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from docs_pages import LANGUAGES

from strategy_xl.text.catalog import has_message, message

DATA = Path(__file__).with_suffix(".toml")
LOCALES = Path(__file__).parents[1] / "strategy_xl" / "text" / "locales"
IN_CELLS = {"2", "3", "4"}
"""Families of codes that are about a cell."""


@cache
def data() -> dict[str, Any]:
    """What ``finding_docs.toml`` holds."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


@cache
def codes() -> list[str]:
    """Every finding that the catalogues have a sentence for."""
    found: set[str] = set()
    for path in LOCALES.glob("fr/LC_MESSAGES/*.po"):
        found.update(re.findall(r'^msgid "(SX\d{3})"$', path.read_text(encoding="utf-8"), re.MULTILINE))
    return sorted(found)


def arguments(code: str, lang: str) -> dict[str, object]:
    """What fills the gaps of a finding's sentences in a language."""
    values = {**data()["usual"], **data()["own"].get(code, {})}
    return {
        name: value[LANGUAGES.index(lang)] if isinstance(value, list) else value
        for name, value in values.items()
    }


def told(key: str, code: str, lang: str) -> str:
    """A sentence of a finding with its gaps filled; one that nothing fills shows its name, ‹name›.

    Errors: SystemExit when a value is of another kind than its gap.
    """
    values = arguments(code, lang)
    named: list[str] = []
    while True:
        try:
            return message(key, lang, **values)
        except KeyError as error:
            name = str(error.args[0])
            if name in values or name == key:
                raise
            values[name] = f"‹{name}›"
            named.append(name)
        except (ValueError, TypeError) as error:
            if named:  # a gap for a number
                values[named.pop()] = 3
                continue
            sys.exit(f"{DATA.name}: {key} wants a value of another kind ({error}), under own.{code}")


def example(code: str, lang: str) -> str:
    """The line that people would read."""
    place = f"plan.xlsx!{data()['heads'][lang]['sheet']}!C7" if code[2] in IN_CELLS else "plan.xlsx"
    return f"{place} {code} {told(code, code, lang)}"


def page(lang: str) -> str:
    """Every finding, family by family."""
    heads = data()["heads"][lang]
    lines = [f"# {heads['title']}\n", heads["intro"].strip() + "\n"]
    family = ""
    for code in codes():
        if code[2] != family:
            family = code[2]
            lines.append(f"## {heads.get(family, family + 'xx')}\n")
        lines += _finding(code, lang)
    return "\n".join(lines)


def _finding(code: str, lang: str) -> Iterator[str]:
    yield f"### {code}\n\n> `{example(code, lang)}`\n"
    if has_message(f"{code}.hint", lang):
        yield f"→ {told(f'{code}.hint', code, lang)}\n"
    elif code in data()["notes"]:
        yield f"→ {data()['heads'][lang]['noted']}\n"
    else:
        sys.exit(f"{code} says no remedy: write {code}.hint, or name it among the notes of {DATA.name}")


PAGES = {f"findings{'' if lang == 'en' else '.fr'}.md": partial(page, lang) for lang in LANGUAGES}
