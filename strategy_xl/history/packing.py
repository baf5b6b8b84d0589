"""What is kept packed: plain data as compressed JSON."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any


def pack(value: Any) -> bytes:
    """Plain data as bytes."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack(content: bytes) -> Any:
    """The data that was packed; None when the bytes are damaged: nothing is known then."""
    try:
        return json.loads(zlib.decompress(content))
    except (zlib.error, ValueError):
        return None


def texts_in(content: bytes) -> Iterator[str]:
    """Every text in what is packed; of what is damaged, all that it is."""
    found = unpack(content)
    waiting = [content.decode("latin-1") if found is None else found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
