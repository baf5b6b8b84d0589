"""The notation of formulas in templates: Excel's file syntax with four kinds of reference.

``[key]``        this row's column (table) or the field of the same instance (form)
``block[key]``   the whole column of a table, or the cell of a form's field
``@key``         a setting (``@today`` is the reference date)
``#list.key``    the label of a choice, in the workbook's language, as quoted text

Functions are in English with commas; text between quotes is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from strategy_xl.formulas.tokens import BRACKET, WORD, Token, tokens

REFERENCE = "reference"
"""Kind of the tokens that are joined to a reference."""

_KEY = r"[a-z][a-z0-9_]*"
_REFERENCE = re.compile(
    rf"(?P<block>[\w.]+)?\[(?P<key>{_KEY})\]|@(?P<setting>{_KEY})|\#(?P<list>{_KEY})\.(?P<choice>{_KEY})"
)
_ARGUMENT = re.compile(rf"({_KEY})(?:\[({_KEY})(?::({_KEY}))?\])?")


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference of a formula. ``kind``: ``row``, ``column``, ``setting`` or ``choice``."""

    kind: str
    key: str
    owner: str = ""


@cache
def read_reference(text: str) -> Reference | None:
    """The reference that a text is; None when it is anything else."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    if match["setting"]:
        return Reference("setting", match["setting"])
    if match["choice"]:
        return Reference("choice", match["choice"], match["list"])
    return Reference("column" if match["block"] else "row", match["key"], match["block"] or "")


def pieces(formula: str) -> Iterator[Token]:
    """The tokens of a formula, those of a reference joined to one of kind ``REFERENCE``."""
    found = tokens(formula)
    at, last = 0, len(found) - 1
    while at <= last:
        token = found[at]
        text, width = token.text, 1
        if at < last and (text in ("@", "#") or (token.kind == WORD and found[at + 1].kind == BRACKET)):
            text, width = text + found[at + 1].text, 2
        if (width == 2 or token.kind == BRACKET) and read_reference(text) is not None:
            yield Token(REFERENCE, text, token.at)
            at += width
        else:
            yield token
            at += 1


def references(formula: str) -> Iterator[Reference]:
    """The references of a formula, in order."""
    found = (read_reference(piece.text) for piece in pieces(formula) if piece.kind == REFERENCE)
    return (reference for reference in found if reference is not None)


def parse_argument(text: str) -> tuple[str, tuple[str, ...]]:
    """A rule's argument — ``block``, ``block[key]`` or ``block[key:other]`` — as block and its 0 to 2 keys.

    Raises ValueError for anything else.
    """
    match = _ARGUMENT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    block, *keys = match.groups()
    return block, tuple(key for key in keys if key)


def parse_column(text: str) -> tuple[str, str]:
    """Split ``block[key]``; ValueError when the text is anything else."""
    block, keys = parse_argument(text.strip())
    if len(keys) != 1:
        raise ValueError(text)
    return block, keys[0]
