"""Markup in which whatever is no markup is escaped: texts of cells cannot become part of the page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"meta", "input"})
_DRAWN = frozenset({"rect", "polyline", "circle"})
"""Elements of drawings without content, which markup ends with a stroke."""


class Html(str):
    """A text that is markup already."""

    __slots__ = ()


def tag(name: str, /, *children: str | Iterable[str], **attributes: str | float | bool | None) -> Html:
    """An element.

    Arguments:
        name: of the element.
        children: texts, which are escaped, and markup, which is not; one by one or as a series.
        attributes: by name, with ``_`` for ``-`` and one more at the end for words of Python; True for one
            without a value, None and False for none.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    if name in _DRAWN:
        return Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: str | Iterable[str]) -> Html:
    """Markup one after the other, with texts escaped."""
    return Html("".join(_one(child) for child in children))


def _one(child: str | Iterable[str]) -> str:
    if isinstance(child, Html):
        return str(child)
    if isinstance(child, str):
        return escape(child)
    return "".join(map(_one, child))


def named(text: str, **attributes: str | float | bool | None) -> Html:
    """A text from a cell, whose direction (Arabic, Hebrew) turns nothing around it."""
    return tag("bdi", text, **attributes)
