"""Texts that must fit where they are shown."""

from __future__ import annotations

MAX_TEXT = 255
"""Longest text that every Excel takes inside an array."""


def shorten(text: str, limit: int = MAX_TEXT) -> str:
    """The text within a limit, cut between words with an ellipsis."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
