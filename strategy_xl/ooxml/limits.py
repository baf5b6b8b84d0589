"""Numbers that a file states: read in one place, held to bounds, refused by name.

A number in a file is a claim. What it counts may not be there, so that nothing is made or allocated by it
before it was held against these bounds.
"""

from __future__ import annotations

import re

from strategy_xl.errors import Finding, Location, WorkbookError

MAX_ID = 2**32 - 1
"""The largest identifier of a sheet, a table, a style (xsd:unsignedInt)."""
SPARE_ROWS = 2_000
"""Rows that may be missing in a row under what a table claims; beyond more of them nothing is looked at."""

_WHOLE = re.compile(r"\s*(-?[0-9]{1,12})\s*", re.ASCII)
_SHOWN = 40


def is_whole(text: str) -> bool:
    """Whether a text is a whole number of sensible length, in the digits that files use."""
    return _WHOLE.fullmatch(text) is not None


def whole(text: str | bytes, low: int, high: int, where: Location, part: str, attribute: str) -> int:
    """A whole number of a file.

    Arguments:
        text: as it stands in the file.
        low, high: the least and the largest that make sense there.
        where, part, attribute: where it stands, for the message.

    Errors: WorkbookError SX977 when it is something else.
    """
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    found = _WHOLE.fullmatch(shown)
    if found is None or not low <= int(found[1]) <= high:
        args = {"part": part, "attribute": attribute, "value": shown[:_SHOWN], "low": low, "high": high}
        raise WorkbookError("SX977", where, **args)
    return int(found[1])


def cut_short(where: Location, table: str, claimed: int, last: int) -> Finding:
    """That a table claims to reach a row, and was read to an earlier one, below which nothing stands."""
    return Finding("SX978", where, {"table": table, "claimed": claimed, "last": last})
