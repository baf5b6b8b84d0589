"""Words by which the rows and titles of a list are told apart; the lists are data (``words.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from strategy_xl.text.parsing import fold


@cache
def table(name: str) -> Mapping[str, Any]:
    """A table of data of this package, read once."""
    text = files("strategy_xl.work.importing").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def words(kind: str) -> frozenset[str]:
    """The words of a kind, folded."""
    found: Sequence[str] = table("words")[kind]
    return frozenset(fold(word) for word in found)
