"""What the LAMBDAs are made of: a table of TOML a function, in the notation of the templates' formulas.

``[key]`` is an argument, a ``let`` of the definition or a computed field of its ``block``; ``table[key]`` a
column of an argument that is a table with headers. ``REASONS`` and ``SAY`` stand for sentences of the
catalogues (``sentence_formulas``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "definitions"


@dataclass(frozen=True, slots=True)
class Definition:
    """How a cell function is said as a formula.

    Arguments:
        results: a formula for each result of the function.
        block: block of the templates whose computed fields the formulas may name.
        let: formulas by name, which outrank fields of the block and stand for inputs that are no arguments.
        refuse: a condition on the ranges as a whole, and the key of what is said then (``functions.…``).
        fixed: settings that are taken to have one choice, whose list has the same key: where the others need
            what a LAMBDA cannot see, ``refuse`` says so.
        need: by table, the column that it must have.
        lines: how many lines of results there are, when it is not one a row; ``[i]`` is the line.
        split: names that go with the results into a LAMBDA of their own, for a formula has only so many
            characters.
        without: arguments of the function, the last ones, that the LAMBDA does not take.
    """

    results: tuple[str, ...]
    block: str = ""
    let: Mapping[str, str] = field(default_factory=dict)
    refuse: tuple[tuple[str, str], ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    need: Mapping[str, str] = field(default_factory=dict)
    lines: str = ""
    split: tuple[str, ...] = ()


@cache
def definitions() -> Mapping[str, Definition]:
    """The definitions by name of the cell function, in the files' order."""
    found: dict[str, Definition] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        for name, held in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[name] = Definition(
                tuple(held["results"]),
                held.get("block", ""),
                held.get("let", {}),
                tuple((condition, key) for condition, key in held.get("refuse", ())),
                held.get("fixed", {}),
                tuple(held.get("without", ())),
                held.get("need", {}),
                held.get("lines", ""),
                tuple(held.get("split", ())),
            )
    return found
