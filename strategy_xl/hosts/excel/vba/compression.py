"""The compression of VBA sources and of the ``dir`` stream. Source: [MS-OVBA] 2.4.1."""

from __future__ import annotations

import struct
from collections.abc import Iterator

CHUNK = 4096
"""A chunk stands for this many bytes; only the last may stand for fewer."""

_SIGNATURE = 1
_COMPRESSED = 0xB000
_RAW = 0x3FFF
_SHORTEST = 3
_CANDIDATES = 64  # older places with the same beginning rarely give a longer match


def compress(content: bytes) -> bytes:
    """Bytes as a compressed container.

    Arguments:
        content: any bytes. A last part of 3,641 to 4,095 bytes in which nothing repeats cannot be expressed
            by the format; that never happens to text.

    Errors: ValueError for such bytes.
    """
    container = bytearray([_SIGNATURE])
    for start in range(0, len(content), CHUNK):
        chunk = content[start : start + CHUNK]
        tokens = _tokens(chunk)
        if len(tokens) <= CHUNK:
            container += struct.pack("<H", _COMPRESSED | (len(tokens) - 1)) + tokens
        elif len(chunk) == CHUNK:
            container += struct.pack("<H", _RAW) + chunk
        else:
            raise ValueError("incompressible")
    return bytes(container)


def _tokens(chunk: bytes) -> bytes:
    """The token sequences of one chunk: a flag byte, then up to eight literals or references back."""
    done = bytearray()
    places: dict[bytes, list[int]] = {}
    at = 0
    while at < len(chunk):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at >= len(chunk):
                break
            length_bits = _length_bits(at)
            longest = (1 << length_bits) - 1 + _SHORTEST
            offset, length = _match(chunk, at, longest, places)
            if length:
                flags |= 1 << bit
                group += struct.pack("<H", (offset - 1) << length_bits | (length - _SHORTEST))
            else:
                group.append(chunk[at])
                length = 1
            for passed in range(at, at + length):
                places.setdefault(chunk[passed : passed + _SHORTEST], []).append(passed)
            at += length
        done.append(flags)
        done += group
    return bytes(done)


def _length_bits(at: int) -> int:
    """How many bits of a reference tell its length: the others reach back over the chunk so far."""
    return 16 - max((at - 1).bit_length(), 4)


def _match(chunk: bytes, at: int, longest: int, places: dict[bytes, list[int]]) -> tuple[int, int]:
    """Distance and length of the longest earlier occurrence; length 0 when it is too short to refer to."""
    limit = min(longest, len(chunk) - at)
    best_offset = best = 0
    for place in reversed(places.get(chunk[at : at + _SHORTEST], [])[-_CANDIDATES:]):
        length = _SHORTEST
        while length < limit and chunk[place + length] == chunk[at + length]:
            length += 1
        if best < length <= limit:
            best_offset, best = at - place, length
            if best == limit:
                break
    return best_offset, best


def decompress(container: bytes) -> bytes:
    """The bytes of a compressed container.

    Errors: ValueError when it is damaged.
    """
    if container[:1] != bytes([_SIGNATURE]):
        raise ValueError("signature")
    return b"".join(_chunks(container))


def _chunks(container: bytes) -> Iterator[bytes]:
    at = 1
    while at < len(container):
        if at + 2 > len(container):
            raise ValueError("header")
        (header,) = struct.unpack_from("<H", container, at)
        end = at + (header & 0x0FFF) + 3
        if header & 0x7000 != 0x3000 or end > len(container):
            raise ValueError("header")
        data = container[at + 2 : end]
        yield _expanded(data) if header & 0x8000 else data
        at = end


def _expanded(data: bytes) -> bytes:
    """One chunk from its token sequences."""
    chunk = bytearray()
    at = 0
    while at < len(data):
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data):
                break
            if not flags >> bit & 1:
                chunk.append(data[at])
                at += 1
                continue
            if at + 2 > len(data):
                raise ValueError("token")
            (token,) = struct.unpack_from("<H", data, at)
            at += 2
            length_bits = _length_bits(len(chunk))
            offset = (token >> length_bits) + 1
            if offset > len(chunk):
                raise ValueError("offset")
            for _ in range((token & ((1 << length_bits) - 1)) + _SHORTEST):
                chunk.append(chunk[-offset])
        if len(chunk) > CHUNK:
            raise ValueError("size")
    return bytes(chunk)
