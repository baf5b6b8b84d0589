"""A name wherever it stands in a text, however it was typed: to find it, and to put another in its place.

Capitals, kinds of apostrophes and hyphens, composed or decomposed accents, characters without width and
repeated spaces do not matter, as for ``identity``; accents do. Parts of a name may be joined by a point, a
hyphen or an underscore, as in addresses, and a person may be called by the family name first. A name counts
where it stands by itself: Martin is not in Martinez.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from strategy_xl.errors import UsageError
from strategy_xl.text.identity import identity_key

SHORTEST = 3
"""Letters that a name needs at least: shorter ones stand everywhere."""
_NO_WIDTH = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0e\ufe0f\ufeff]*"
_APOSTROPHES = "['’‘ʼʹ′´`‛＇]"
_HYPHENS = "[-‐‑‒–—−－]"
_JOINT = "[\\s._‐‑‒–—−－\u200b-\u200f\u2060\ufeff-]+"
_TURNED = f"{_JOINT}|\\s*,\\s*"
_PART = "\\w\u0300-\u036f"
_MOST_TURNED = 3
"""Parts of a name up to which it is also sought with the last part first."""
_RUNS = re.compile("ss+|.", re.DOTALL)
_KEPT = re.compile("[a-z0-9]+")
_ODD = re.compile(f"[{_NO_WIDTH[1:-2]}\u00df\u1e9e\u0130\u0131\u017f\u212a]")
"""What may stand within a plain word unseen, or for a letter of it."""


def _letters(word: str) -> str:
    """A pattern for one part of a name, as ``identity_key`` gives it."""
    found = []
    for same in (run[0] for run in _RUNS.finditer(word)):
        letter = same[0]
        if len(same) > 1:  # two s of a key may have been typed as one ß
            found.append(f"(?:[sSßẞ]{_NO_WIDTH}){{{(len(same) + 1) // 2},{len(same)}}}")
        elif letter == "'":
            found.append(_APOSTROPHES)
        elif letter == "-":
            found.append(_HYPHENS)
        else:
            forms = dict.fromkeys(
                form
                for case in (letter, letter.upper())
                for form in (case, unicodedata.normalize("NFC", case), unicodedata.normalize("NFD", case))
            )
            found.append("(?:" + "|".join(map(re.escape, forms)) + ")")
    return _NO_WIDTH.join(found)


class Sought:
    """One name in all its spellings.

    Arguments:
        names: the name, and others of the same person or client.
        turned: whether it is also sought with its last part first.
        spared: longer names of others that hold this one: where they stand, it does not.
    """

    def __init__(self, names: Iterable[str], *, turned: bool = True, spared: Iterable[str] = ()) -> None:
        """Errors: UsageError SX100 for no name, and for one that is too short to be sought."""
        self.names = tuple(dict.fromkeys(name for name in map(str.strip, names) if name))
        self.keys = frozenset(map(identity_key, self.names))
        if not self.keys or any(sum(map(str.isalnum, key)) < SHORTEST for key in self.keys):
            raise UsageError("SX100", name=", ".join(self.names), least=SHORTEST)
        patterns: dict[str, None] = {}
        for key in sorted(self.keys, key=len, reverse=True):
            parts = tuple(key.split())
            patterns[_JOINT.join(map(_letters, parts))] = None
            if turned and 1 < len(parts) <= _MOST_TURNED:
                before = _JOINT.join(map(_letters, parts[:-1]))
                patterns[f"{_letters(parts[-1])}(?:{_TURNED}){before}"] = None
        others = sorted({identity_key(name) for name in spared} - self.keys, key=len, reverse=True)
        kept = "|".join(_JOINT.join(map(_letters, key.split())) for key in others if key) or "(?!)"
        self._loose = re.compile("|".join(patterns), re.IGNORECASE)
        self._pattern = re.compile(
            f"(?<![{_PART}])(?:(?P<spared>{kept})|(?P<name>{'|'.join(patterns)}))(?![{_PART}])", re.IGNORECASE
        )
        # A text without odd characters that lacks this lacks the name: most texts need no more.
        self._sure = [max(_KEPT.findall(key), key=len, default="") for key in self.keys]

    def is_in(self, text: str) -> bool:
        """Whether the name stands in a text."""
        return self._may(text) and any(found["name"] is not None for found in self._pattern.finditer(text))

    def is_name(self, text: str) -> bool:
        """Whether a text is the name and nothing else."""
        found = self._pattern.fullmatch(text.strip()) if self._may(text) else None
        return (found is not None and found["name"] is not None) or identity_key(text) in self.keys

    def replaced(self, text: str, other: str) -> str:
        """A text with another name in the place of this one."""
        if not self._may(text):
            return text
        return self._pattern.sub(lambda found: other if found["name"] is not None else found[0], text)

    def in_bytes(self, data: bytes) -> bool:
        """Whether the name stands in bytes of unknown kind, in an encoding that programs use."""
        if any(self.is_in(data.decode(encoding, "replace")) for encoding in ("utf-8", "cp1252")):
            return True
        # What stands before and behind in bytes may look like any letter.
        return any(self._loose.search(data[start:].decode("utf-16-le", "replace")) for start in (0, 1))

    def _may(self, text: str) -> bool:
        if not text.isascii() and _ODD.search(text):
            return True
        small = text.lower()
        return any(sure in small for sure in self._sure)
