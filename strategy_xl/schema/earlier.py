"""The templates of landed versions, packed into the program: what a workbook of theirs was made from.

``tools/earlier_templates.py`` packs them; the present classes read them, so that they can be rendered again.
"""

from __future__ import annotations

import json
import lzma
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from strategy_xl.languages import FALLBACK
from strategy_xl.schema.loader import assembled
from strategy_xl.schema.spec import WorkbookSpec

LABELLED = "1a"
"""The only landed version whose formulas spell the labels of choices; later ones read the choices' cells."""
BY_LENGTH_BEFORE = 3
"""Versions before this one count what is filled in by the length of its text."""

_CHOICE = re.compile(r"#([a-z0-9_]+)\.([a-z0-9_]+)")


def editions(schema_version: int) -> tuple[str, ...]:
    """Names of the packed templates of a schema version, the later ones first; none for the present one."""
    found = (
        entry.name.partition(".")[0] for entry in files("strategy_xl.schema").joinpath("landed").iterdir()
    )
    own = [name for name in found if name.rstrip("abc") == str(schema_version)]
    return tuple(sorted(own, key=lambda name: (len(name), name)))


@cache
def earlier(edition: str, lang: str) -> WorkbookSpec:
    """The templates of a landed version.

    Arguments:
        edition: its name (``editions``).
        lang: language of the workbook, whose labels the oldest ones have in their formulas.
    """
    packed = files("strategy_xl.schema").joinpath("landed", f"{edition}.json.xz").read_bytes()
    texts: dict[str, str] = json.loads(lzma.decompress(packed))
    read = {name: tomllib.loads(text) for name, text in texts.items()}
    if edition == LABELLED:
        labels = {
            (str(item["key"]), str(choice["key"])): str(choice.get(lang, choice[FALLBACK]))
            for item in _dicts(read["workbook"]["lists"])
            for choice in _dicts(item["choices"])
        }
        read = {name: _spelled(found, labels) for name, found in read.items()}
    return assembled(read)


def _dicts(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)]


def _spelled(data: Any, labels: dict[tuple[str, str], str]) -> Any:
    """The same with the labels of choices in place of references to them, in formulas only."""
    if isinstance(data, dict):
        return {key: _spelled(value, labels) for key, value in data.items()}
    if isinstance(data, list):
        return [_spelled(item, labels) for item in data]
    if isinstance(data, str) and data.startswith("="):
        return _CHOICE.sub(lambda found: '"' + labels[found[1], found[2]].replace('"', '""') + '"', data)
    return data
