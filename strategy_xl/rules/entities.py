"""Who is who from one night to the next: an id in the row, given once and kept whatever it is called later.

The id is made from the name at first sight, so that two runs on one workbook give the same; after that the
cell says it. It stands in the row, and goes where the row is sorted or moved. In a copy of a row it stands
twice: then the row that bears the name which the id was made from keeps it, else the upper one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import count

import numpy as np

from strategy_xl.rules.frame import Column, Frame, Objects, cells, make_frame
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.text.identity import identity_key

__all__ = ["ENTITY", "VERSION", "identify"]

VERSION = "entities 1"
ENTITY = "entity_id"
"""Key of the column that holds the ids."""

LETTERS = "bcdfghjklmnpqrstvwxz"
"""No vowels, so that no word appears; no digits, which a program counts up when a row is dragged down."""
LENGTH = 10
"""Letters of an id: 20¹⁰ of them."""
_ID = re.compile(f"[{LETTERS}]{{{LENGTH},{LENGTH + 6}}}")


def identify(rows: Frame, names: Column, kind: str) -> RuleResult:
    """The id of each row.

    Arguments:
        rows: one row an entity; column ``entity_id`` with the ids given before.
        names: what the entities are called now, by the rows' index.
        kind: what they are; the same name of another kind has another id.

    Result frame: entity_id, different in every row that has a name. No reasons, nothing missing.
    """
    found = _identities(kind, names.tolist(), cells(rows, ENTITY).tolist())
    nothing = Codes.from_masks({}, len(rows))
    return RuleResult(make_frame({ENTITY: found}, rows.index), nothing, nothing, VERSION)


def _identities(kind: str, names: Sequence[object], held: Sequence[object]) -> Objects:
    """The ids of entities in the order of their rows."""
    found: Objects = np.full(len(names), None, dtype=object)
    bearers: dict[str, list[int]] = {}
    for at, cell in enumerate(held):
        if isinstance(cell, str) and _ID.fullmatch(cell):
            bearers.setdefault(cell, []).append(at)
    for known, several in bearers.items():
        found[_original(kind, known, names, several) if len(several) > 1 else several[0]] = known
    taken = set(bearers)
    for at in np.flatnonzero(found == None).tolist():  # noqa: E711 - each cell of an array
        key = identity_key(str(names[at])) if isinstance(names[at], str) else ""
        if key:
            found[at] = next(made for made in _made_from(kind, key) if made not in taken)
            taken.add(found[at])
    return found


def _original(kind: str, known: str, names: Sequence[object], rows: Sequence[int]) -> int:
    """Which of the rows with one id keeps it."""
    for at in rows:
        if isinstance(names[at], str) and known.startswith(_letters(kind, identity_key(str(names[at])))):
            return at
    return rows[0]


def _made_from(kind: str, key: str) -> Iterator[str]:
    """The ids for a name: its own one first, then those for others that are called the same."""
    own = _letters(kind, key)
    yield own
    for number in count(1):
        yield own + _spelt(number)


def _letters(kind: str, key: str) -> str:
    """The letters made from a name."""
    digest = blake2b(f"{kind}\0{key}".encode(), digest_size=8).digest()
    return _spelt(int.from_bytes(digest) % len(LETTERS) ** LENGTH).rjust(LENGTH, LETTERS[0])


def _spelt(number: int) -> str:
    """A number from 1 on in letters; nothing for 0."""
    spelt = ""
    while number:
        number, digit = divmod(number, len(LETTERS))
        spelt = LETTERS[digit] + spelt
    return spelt
