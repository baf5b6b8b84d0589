"""The text of a list's bytes, whatever program wrote them.

A mark at the start says it; without one UTF-8 proves itself, UTF-16 shows by its zeros, and of the encodings
of one byte a letter (Windows, old Mac, DOS) that one is taken in which the letters stand where letters do.
Kept libraries did worse on short lists (docs/decisions/0008).
"""

from __future__ import annotations

import re

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SINGLE = ("cp1252", "latin-1", "mac_roman", "cp850")
"""Of equal ones the first is taken; Latin-1 has a (control) character where Windows has none."""
_MOST_LOOKED_AT = 2000
_ZEROS = 0.25
_HIGH = re.compile(r"[^\x00-\x7f]")
_USUAL = frozenset("éèêëàâäçôöûüùîïœñ")
_LOWER = _USUAL | frozenset("æáíóúãõåøßÿ")
_UPPER = frozenset("ÉÈÊËÀÂÄÇÔÖÛÜÙÎÏŒÑÁÍÓÚÃÕÅØ")
_SIGNS = frozenset("€£§°²³½¼®™©«»“”„‘’–—…•·±µº×\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_SPOILT_MARK = "ï»¿"


def decode(data: bytes) -> tuple[str, str]:
    """The text of a list and its encoding, without any mark at its start.

    Errors: UnicodeDecodeError when the mark says UTF-16 and the bytes are not.
    """
    text, encoding = _decoded(data)
    while text.startswith((_MARK, _SPOILT_MARK)):
        text = text.removeprefix(_MARK).removeprefix(_SPOILT_MARK)
    return text, encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding), encoding
    for encoding in _by_zeros(data), "utf-8":
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    texts = {}
    for encoding in _SINGLE:
        try:
            texts[encoding] = data.decode(encoding)
        except UnicodeDecodeError:
            continue
    best = max(texts, key=lambda encoding: _likeness(texts[encoding]))
    return texts[best], best


def _by_zeros(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of most letters is zero. Else UTF-8, which is tried anyway."""
    pairs = len(data) // 2
    behind, before = data[1::2].count(0), data[::2].count(0)
    if len(data) % 2 == 0 and max(behind, before) > _ZEROS * pairs:
        return "utf-16-le" if behind > before else "utf-16-be"
    return "utf-8"


def _likeness(text: str) -> int:
    """How much a text looks like one that people wrote, by its letters and signs beyond ASCII."""
    found = 0
    for count, match in enumerate(_HIGH.finditer(text)):
        if count == _MOST_LOOKED_AT:
            break
        at = match.start()
        before, behind = text[at - 1 : at], text[at + 1 : at + 2]
        char = match[0]
        if char in _LOWER:
            is_odd = behind.isupper() or (before.isupper() and text[at - 2 : at - 1].isupper())
            found += -2 if is_odd else 2 if char in _USUAL else 1
        elif char in _UPPER:
            found += (
                -2 if before.islower() else 2 if behind.isupper() or before.isupper() else behind.isalpha()
            )
        elif char in _SIGNS:
            is_inside = before.isalpha() and behind.isalpha()
            found += 2 if is_inside and char in "’‘" else -2 if is_inside else 1
        else:
            found -= 3
    return found
