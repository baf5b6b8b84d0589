"""Texts that must fit where they are shown."""

from __future__ import annotations

MAX_TEXT = 255
"""Longest text that every Excel takes inside an array."""


def length(text: str) -> int:
    """Characters as Excel counts them: an emoji, and whatever lies beyond the first 65,536, is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int = MAX_TEXT) -> str:
    """The text within a limit, cut between words with an ellipsis; its length as Excel counts it."""
    if len(text) <= limit // 2 or length(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * limit - 2].decode("utf-16-le", "ignore")
    return kept.rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
