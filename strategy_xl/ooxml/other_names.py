"""Give defined names of a workbook that was built other names, wherever it uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from strategy_xl.formulas.renaming import rename_words
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.rewriting import NAMED_FORMULAS, any_of
from strategy_xl.ooxml.xml_bytes import content, escape, unescape

_TEXTS = re.compile(rb"(<(?:[\w.-]+:)?(?:%b)(?:\s[^<>]*)?>)([^<]+)(?=</)" % any_of(NAMED_FORMULAS))
_NAMED = re.compile(rb'(<definedName\b[^<>]*? name="|<hyperlink\b[^<>]*? location=")([^"]*)')


def with_other_names(package: Package, names: Mapping[str, str]) -> dict[str, bytes]:
    """The parts that change, by name.

    Arguments:
        package: of a workbook that this program built.
        names: name → the one it gets.
    """
    words = {old.casefold(): new for old, new in names.items()}
    any_of = re.compile(b"|".join(re.escape(old.encode()) for old in names))
    found = {}
    for part in package.members:
        if not part.endswith(".xml") or any_of.search(data := package.read(part)) is None:
            continue
        data = _TEXTS.sub(partial(_formula, words=words), data)
        found[part] = _NAMED.sub(partial(_name, words=words), data)
    return found


def _formula(match: re.Match[bytes], words: Mapping[str, str]) -> bytes:
    return match[1] + escape(rename_words(content(match[2]), words))


def _name(match: re.Match[bytes], words: Mapping[str, str]) -> bytes:
    name = unescape(match[2])
    return match[1] + escape(words.get(name.casefold(), name))
