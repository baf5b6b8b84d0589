"""What is kept packed: plain data as compressed JSON, and its long columns behind it as they are."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from strategy_xl.history.kept_columns import KeptColumn

_MARK = b"\x01SXK"
"""Begin of what has columns behind it, once inflated; JSON never begins so."""
_LENGTH = 4
_COLUMN = "\0column"
"""Key of what stands in the JSON for a column."""


@cache
def _codec() -> Any:
    """The quickest that there is; what isal packs, zlib reads."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


def _packed(content: bytes) -> bytes:
    found: bytes = _codec().compress(content, 1)
    return found


def pack(value: Any) -> bytes:
    """Plain data as bytes; sequences in it may be ``KeptColumn``."""
    bodies: list[bytes] = []

    def told(column: Any) -> dict[str, list[Any]]:
        if not isinstance(column, KeptColumn):
            raise TypeError(type(column))
        bodies.append(column.body)
        return {_COLUMN: [column.kind, column.rows, len(column.body), column.keys]}

    head = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=told).encode()
    if not bodies:
        return _packed(head)
    return _packed(b"".join([_MARK, len(head).to_bytes(_LENGTH, "big"), head, *bodies]))


def unpack(content: bytes) -> Any:
    """The data that was packed, its columns as such; None when the bytes are damaged."""
    try:
        held = _codec().decompress(content)
        if not held.startswith(_MARK):
            return json.loads(held)
        held = held[len(_MARK) :]
        length = int.from_bytes(held[:_LENGTH], "big")
        place = _LENGTH + length

        def column(found: dict[str, Any]) -> Any:
            nonlocal place
            if _COLUMN not in found:
                return found
            kind, rows, size, keys = found[_COLUMN]
            place += size
            return KeptColumn(kind, rows, held[place - size : place], keys)

        return json.loads(held[_LENGTH : _LENGTH + length], object_hook=column)
    except (zlib.error, _codec().error, ValueError, TypeError):
        return None


def plain(value: Any) -> Any:
    """Data with its columns as lists, for those who know only JSON."""
    if isinstance(value, KeptColumn):
        return value.plain
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def texts_in(content: bytes) -> Iterator[str]:
    """Every text in what is packed; of what is damaged, all that it is."""
    found = unpack(content)
    waiting = [content.decode("latin-1") if found is None else found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, KeptColumn):
            waiting += value.keys if value.kind == "choice" else value.plain if value.kind == "text" else ()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
