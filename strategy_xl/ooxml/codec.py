"""Deflate streams in pieces: isal where it is installed and worth it, zlib otherwise."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

# Above this many uncompressed bytes a part is worth threads and a temporary file…
LARGE = 4 << 20
# …and above this many, inflating with isal.
_FAST = 256 << 10
_PIECE = 1 << 20
# What Excel writes with.
_COMPACT = 6


def library_for(size: int) -> Any:
    """The module to use for a part of that many uncompressed bytes (both have zlib's interface)."""
    if size < _FAST:
        return zlib
    try:
        from isal import isal_zlib
    except ImportError:  # no wheel for this machine: the standard library does the same, slower
        return zlib
    return isal_zlib


def inflate(compressed: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The content of a raw deflate stream, in pieces of at most 1 MiB.

    Arguments:
        compressed: the stream in pieces.
        size: expected number of bytes, to choose the library.

    Errors: ValueError when the stream is damaged or ends too early.
    """
    library = library_for(size)
    stream = library.decompressobj(wbits=-15)
    try:
        for piece in compressed:
            data = piece
            while data:
                out = stream.decompress(data, _PIECE)
                if out:
                    yield out
                data = stream.unconsumed_tail
            while not stream.eof:
                # Output that the limit above kept inside the library although all input was taken.
                out = stream.decompress(b"", _PIECE)
                if not out:
                    break
                yield out
        if not stream.eof:
            out = stream.flush()
            if out:
                yield out
        if not stream.eof:
            raise ValueError("deflate stream ends early")
    except _errors(library) as error:
        raise ValueError(str(error)) from error


def _errors(library: Any) -> tuple[type[Exception], ...]:
    return (zlib.error,) if library is zlib else (zlib.error, library.error)


class Deflater:
    """Raw deflate with running CRC and sizes, rather fast than small."""

    def __init__(self, *, compact: bool = False) -> None:
        """Start a stream.

        Arguments:
            compact: rather take the time than the room.
        """
        # isal 1 takes a twentieth of the time of zlib 8, for a quarter to twice as many bytes more.
        self._library = zlib if compact else library_for(_FAST)
        self._stream = self._library.compressobj(_COMPACT if compact else 1, zlib.DEFLATED, -15)
        self.crc = 0
        self.size = 0
        self.compressed_size = 0

    def feed(self, data: bytes) -> bytes:
        """Take content, give what is ready of the compressed stream."""
        self.crc = self._library.crc32(data, self.crc)
        self.size += len(data)
        return self._count(self._stream.compress(data))

    def finish(self) -> bytes:
        """The end of the compressed stream."""
        return self._count(self._stream.flush())

    def _count(self, out: bytes) -> bytes:
        self.compressed_size += len(out)
        return out
