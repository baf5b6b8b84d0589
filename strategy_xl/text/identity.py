"""Which names are one name: the same for clients, contacts and KPIs, in lists and in workbooks.

People type a name now on a telephone, now in a word processor, and export it from a program: capitals, the
kind of apostrophe or hyphen, the way an accent is stored and the spaces are not theirs. Accents are: Müller
is not Muller.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WITHOUT_WIDTH = (
    [0xAD, 0x180E, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF],
    range(0x200B, 0x2010),
    range(0x202A, 0x202F),
    range(0x2066, 0x206A),
)
"""Soft hyphen, joiners, variants, byte order mark, directions of writing."""
_NO_WIDTH = {code: "" for codes in _WITHOUT_WIDTH for code in codes}
_ALIKE = {
    **str.maketrans({**dict.fromkeys("’‘ʼʹ′´`‛＇", "'"), **dict.fromkeys("‐‑‒–—−－", "-")}),
    **_NO_WIDTH,
}


_EDGES = re.compile(rf"\A[\s{''.join(map(chr, _NO_WIDTH))}]+|[\s{''.join(map(chr, _NO_WIDTH))}]+\Z")


def trimmed(text: str) -> str:
    """A text without spaces and characters without width around it; what stands inside may have a meaning."""
    return text.strip() if text.isascii() else _EDGES.sub("", text)


def visible(text: str) -> str:
    """A text without the characters that take no room, and without spaces around it."""
    return (text if text.isascii() else text.translate(_NO_WIDTH)).strip()


@lru_cache(maxsize=65536)
def identity_key(name: str) -> str:
    """A name as it is compared with others: two names with one key are the same name.

    Capitals, kinds of apostrophes and hyphens, composed or decomposed accents, characters without width and
    repeated or outer spaces do not count; accents do. The key of a key is itself.
    """
    if name.isascii():
        return " ".join(name.replace("`", "'").casefold().split())
    plain = unicodedata.normalize("NFD", name.translate(_ALIKE)).casefold()
    return " ".join(unicodedata.normalize("NFC", plain).translate(_ALIKE).split())
