"""What the tests of the cell functions share: cells as people read them, one way to call."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.calling import call
from strategy_xl.functions.handed import visible
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction
from strategy_xl.functions.results import MAX_TEXT, Block
from strategy_xl.text.shortening import length

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


def well_formed(block: Block) -> bool:
    """Rows of one length, of cells that every host can show."""
    widths = {len(row) for row in block}
    kinds = {type(cell) for row in block for cell in row}
    texts = {cell for row in block for cell in row if isinstance(cell, str)}
    shown = all(length(text) <= MAX_TEXT and text == visible(text) for text in texts)
    finite = all(math.isfinite(cell) for row in block for cell in row if isinstance(cell, float))
    return len(widths) == 1 and widths != {0} and kinds <= {str, float, bool, ErrorValue} and shown and finite


def no_fault(block: Block) -> bool:
    """No cell that says that the program itself failed."""
    return not any(cell is ErrorValue.VALUE for row in block for cell in row)


def spoilt_row(function: CellFunction, row: Sequence[object]) -> bool:
    """Whether a row is that of an error cell: #N/A, and in words why where there is a column of reasons."""
    beside = [number > 0 and key == "reasons" for number, key in enumerate(function.results)]
    return all(
        isinstance(cell, str) and len(cell) > 0 if told else cell is ErrorValue.NA
        for cell, told in zip(row, beside, strict=True)
    )


def spoilt_whole(function: CellFunction, block: Block) -> bool:
    """Whether an answer is withheld for an error cell: #N/A alone, or with the reason among the reasons."""
    if "reasons" not in function.results[1:]:
        return block == [[ErrorValue.NA]]
    (row,) = block
    told = row[function.results.index("reasons")]
    return row[0] is ErrorValue.NA and isinstance(told, str) and {*row[1:]} <= {told, ""} and told != ""
