"""Short words of the templates for what formulas count as an input, written out when templates are read.

- ``COUNTED([key])``: a number within the bounds of that field, a day between 1950 and 2100.
- ``SAID([key])``: what stands in the cell, nothing for an error.
- ``NAMELESS([key])``: no name, but spaces at most or an error.
- ``EXACTLY([key])``: the criterion of COUNTIFS for that very text, ``*`` and ``?`` in it taken as they are.
"""

from __future__ import annotations

import re
from typing import Any

from strategy_xl.cellvalues import EARLIEST_YEAR, LATEST_YEAR

_WORD = re.compile(r"\b(COUNTED|SAID|NAMELESS|EXACTLY)\((\[\w+\])\)")
_SAID = 'IFERROR({0},"")'
_FORMS = {
    "SAID": _SAID,
    "NAMELESS": f'TRIM({_SAID})=""',
    "EXACTLY": '"="&SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({0},"~","~~"),"*","~*"),"?","~?")',
}


def counted(fields: Any) -> Any:
    """Raw fields of a block, the short words of their formulas written out.

    What is no list of fields is handed back for the next validator to tell.
    """
    if not isinstance(fields, list | tuple):
        return fields
    raw = {field.get("key"): field for field in fields if isinstance(field, dict)}

    def written(found: re.Match[str]) -> str:
        word, cell = found.groups()
        return _FORMS[word].format(cell) if word in _FORMS else _test(cell, raw.get(cell[1:-1], {}))

    return [
        {**field, "formula": _WORD.sub(written, formula)}
        if isinstance(field, dict) and isinstance(formula := field.get("formula"), str)
        else field
        for field in fields
    ]


def _test(cell: str, field: dict[str, Any]) -> str:
    """The condition on a number; Excel's AND would look at an error cell too."""
    bounds = [
        f"{cell}{sign}{field[key]}" for key, sign in (("minimum", ">="), ("maximum", "<=")) if key in field
    ]
    if field.get("type") == "date":
        bounds = [f"{cell}>=DATE({EARLIEST_YEAR},1,1)", f"{cell}<DATE({LATEST_YEAR + 1},1,1)"]
    if not bounds:
        return f"ISNUMBER({cell})"
    inside = bounds[0] if len(bounds) == 1 else f"AND({','.join(bounds)})"
    return f"IF(ISNUMBER({cell}),{inside},FALSE)"
