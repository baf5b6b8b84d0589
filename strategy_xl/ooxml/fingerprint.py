"""The fingerprint of a package: its size and its directory, which tells name, size and CRC of every part."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from strategy_xl.ooxml.package import _END, _FULL

_TAIL = _END.size + 0xFFFF  # the end of the directory, and the longest comment behind it


def fingerprint(stream: BinaryIO) -> str:
    """What differs as soon as a part of the package does, found without reading the parts.

    Size of the file, and BLAKE2b of all from the directory to the end. Another content with the same name,
    size and CRC-32 would have to be made on purpose; bytes that were damaged under an unchanged directory
    are not seen.

    Arguments:
        stream: an open file that can be searched.

    Result: empty when there is none: no package, or one whose directory is in the long form of packages
    beyond 4 GB.
    """
    size = stream.seek(0, 2)
    begin = max(size - _TAIL, 0)
    stream.seek(begin)
    tail = stream.read(size - begin)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        return ""
    _, _, _, here, count, length, offset, comment = _END.unpack_from(tail, at)
    directory = begin + at - length
    if _FULL in (length, offset) or 0xFFFF in (here, count) or directory < 0:
        return ""
    if at + _END.size + comment > len(tail):  # no end of a directory, by chance its first bytes
        return ""
    stream.seek(directory)
    digest = hashlib.blake2b(stream.read(size - directory), digest_size=16)
    return f"{size}:{digest.hexdigest()}"
