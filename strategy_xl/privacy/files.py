"""Whether a file holds a name, whatever it is packed in; and whether it is one of our reports."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import gzip
import re
import zlib
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.erasing import holds_text, maker_of
from strategy_xl.text.sought import Sought

LARGEST = 1 << 28
"""Bytes of a file that is looked into."""
PROGRAM = "strategy-xl"
"""What our reports say that they were made by, near their beginning."""
_HEAD = 4096
_DEEP = 4
_PACKED = re.compile(rb"[A-Za-z0-9+/]{64}[A-Za-z0-9+/\r\n]*={0,2}")
_BOOKS = frozenset((".xlsx", ".xlsm", ".zip"))
_MAKERS = (
    re.compile(rb'<meta name="generator" content="strategy-xl\b'),
    re.compile(rb'"(?:program|generator)"\s*:\s*"strategy-xl\b'),
    re.compile(rb'<testsuites\b[^>]*\bname="strategy-xl\b'),
    re.compile(rb"^X-(?:Mailer|Generator): strategy-xl\b", re.MULTILINE),
)
_OUR_MAKERS = frozenset(("strategy_xl", PROGRAM))


def holds(path: Path, sought: Sought) -> bool:
    """Whether a name stands in a file: in its text, in what is packed in a page or a mail, in a workbook.

    Errors: OSError when it cannot be read, ValueError when it is too large.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(path.stat().st_size)
    if path.suffix.lower() in _BOOKS:
        try:
            return bool(holds_text(path, sought.is_in, sought.in_bytes))
        except StrategyXlError:  # not what its name says: its bytes are looked at
            pass
    return any(map(sought.in_bytes, _layers(path.read_bytes())))


def is_report(path: Path) -> bool:
    """Whether a file is a report of ours, which can be made anew.

    Errors: OSError when it cannot be read.
    """
    if path.suffix.lower() in _BOOKS:
        try:
            return maker_of(path) in _OUR_MAKERS
        except StrategyXlError:
            return False
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    return any(maker.search(head) for maker in _MAKERS)


def _layers(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Bytes, and those that are packed in them: gzip, parts of a mail, base64 with deflate."""
    yield data
    if depth >= _DEEP:
        return
    if data.startswith(b"\x1f\x8b"):
        try:
            yield from _layers(gzip.decompress(data), depth + 1)
        except (OSError, EOFError, zlib.error):
            return
    if re.match(rb"[A-Za-z-]+: ", data):
        yield from (layer for part in _parts(data) for layer in _layers(part, depth + 1))
    for found in _PACKED.finditer(data):
        try:
            inner = base64.b64decode(re.sub(rb"[\r\n]", b"", found[0]), validate=True)
        except (binascii.Error, ValueError):
            continue
        for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
            try:
                inner = zlib.decompress(inner, bits)
            except zlib.error:
                continue
            break
        yield from _layers(inner, depth + 1)


def _parts(data: bytes) -> Iterator[bytes]:
    """Headers and contents of a mail, decoded."""
    mail: Message = email.message_from_bytes(data, policy=email.policy.default)
    for part in mail.walk():
        for name, value in part.items():
            yield f"{name}: {value}".encode("utf-8", "replace")
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content
