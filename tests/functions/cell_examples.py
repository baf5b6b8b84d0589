"""What the tests of the cell functions share: cells as people read them, one way to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import EXAMPLE_DAY
from strategy_xl.functions.results import Block

SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})


def readable(block: Sequence[Sequence[object]]) -> list[list[object]]:
    """Cells with plain spaces and at most four decimals."""
    return [
        [
            cell.translate(SPACES)
            if isinstance(cell, str)
            else round(cell, 4)
            if isinstance(cell, float)
            else cell
            for cell in row
        ]
        for row in block
    ]


def run(
    name: str,
    *args: object,
    lang: str = "fr",
    settings: Mapping[str, object] | None = None,
    today: date = EXAMPLE_DAY,
) -> Block:
    """Call ``STRAT_<name>``."""
    return call(f"STRAT_{name}", args, settings=settings, lang=lang, today=today)


def one(name: str, *args: object, **options: object) -> object:
    """The only cell of an answer, readable."""
    block = readable(run(name, *args, **options))  # type: ignore[arg-type]
    assert [len(row) for row in block] == [1], block
    return block[0][0]
