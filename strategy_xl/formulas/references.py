"""The notation of formulas in templates: Excel's file syntax with four kinds of reference.

``[key]``        this row's column (table) or the field of the same instance (form)
``block[key]``   the whole column of a table, or the cell of a form's field
``@key``         a setting (``@today`` is the reference date)
``#list.key``    the label of a choice, in the workbook's language, as quoted text

Functions are in English with commas; text between quotes is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r'"(?:[^"]|"")*"'
    r"|(?P<block>[a-z][a-z0-9_]*)?\[(?P<key>[a-z][a-z0-9_]*)\]"
    r"|@(?P<setting>[a-z][a-z0-9_]*)"
    r"|#(?P<list>[a-z][a-z0-9_]*)\.(?P<choice>[a-z][a-z0-9_]*)"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference of a formula. ``kind``: ``row``, ``column``, ``setting`` or ``choice``."""

    kind: str
    key: str
    owner: str = ""


def _reference(match: re.Match[str]) -> Reference | None:
    if match["key"]:
        return Reference("column" if match["block"] else "row", match["key"], match["block"] or "")
    if match["setting"]:
        return Reference("setting", match["setting"])
    if match["choice"]:
        return Reference("choice", match["choice"], match["list"])
    return None


def references(formula: str) -> Iterator[Reference]:
    """The references of a formula, in order."""
    for match in _TOKEN.finditer(formula):
        reference = _reference(match)
        if reference is not None:
            yield reference


def render(formula: str, resolve: Callable[[Reference], str]) -> str:
    """The formula with every reference replaced by what ``resolve`` gives."""

    def replace(match: re.Match[str]) -> str:
        reference = _reference(match)
        return match[0] if reference is None else resolve(reference)

    return _TOKEN.sub(replace, formula)


_ARGUMENT = re.compile(r"([a-z]\w*)(?:\[([a-z]\w*)(?::([a-z]\w*))?\])?")


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
    match = _TOKEN.fullmatch(text.strip())
    if match is None or not match["block"]:
        raise ValueError(text)
    return match["block"], match["key"]
