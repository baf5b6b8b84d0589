"""Formulas as tokens: our calls get the name that files have, blank cells become ranges of one cell.

A token that carries ``STRAT_CLIENT_CLASS`` itself, and not the add-in's own name, is computed by Calc (it
looks a name up among what people see) and written to .xlsx and .ods as it stands. Nothing that people can
type gives such a token: it has to be put there.
"""

from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, Optional, Sequence

from .calls import Names


class Codes(NamedTuple):
    """Calc's numbers of the tokens that matter; they differ between versions."""

    external: int
    bad: int
    opening: int
    closing: int
    separator: int
    spaces: int


def rewritten(
    tokens: Sequence[Any], names: Names, codes: Codes, one_cell: Callable[[Any], Optional[Any]]
) -> Optional[List[Any]]:
    """The tokens of a formula with plain names; None when nothing changes.

    Arguments:
        tokens: the formula's tokens (with ``OpCode`` and ``Data``); changed in place.
        names: our functions.
        codes: see ``Codes``.
        one_cell: for the data of a token that is a reference to a single blank cell, that of the range of
            this one cell; None for any other data.
    """
    changed = False
    stack: List[bool] = []  # for each open bracket, whether it is the one of a call of ours
    ours = False
    kept = [place for place, token in enumerate(tokens) if token.OpCode != codes.spaces]
    for order, place in enumerate(kept):
        token = tokens[place]
        code, data = token.OpCode, token.Data
        if code in (codes.external, codes.bad) and isinstance(data, str):
            plain = names.plain_name(data)
            ours = plain is not None
            if plain is not None and (code != codes.external or data != plain):
                token.OpCode, token.Data = codes.external, plain
                changed = True
            continue
        if code == codes.opening:
            stack.append(ours)
        elif code == codes.closing and stack:
            stack.pop()
        elif stack and stack[-1] and data is not None and _alone(tokens, kept, order, codes):
            range_of_one = one_cell(data)
            if range_of_one is not None:
                token.Data = range_of_one
                changed = True
        ours = False
    return list(tokens) if changed else None


def _alone(tokens: Sequence[Any], kept: Sequence[int], order: int, codes: Codes) -> bool:
    """Whether a token is a whole argument."""
    if order + 1 >= len(kept):
        return False
    before, after = tokens[kept[order - 1]].OpCode, tokens[kept[order + 1]].OpCode
    return before in (codes.opening, codes.separator) and after in (codes.closing, codes.separator)
