"""Deflate streams in pieces: isal for large parts where it is installed, zlib otherwise."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

# Above this many uncompressed bytes a part is worth threads and a temporary file…
LARGE = 4 << 20
# …and above this many, isal.
_FAST = 256 << 10
_PIECE = 1 << 20
# Formulas repeat themselves at a distance that isal 1 does not see: it doubles a sheet of some hundred rows.
_FAST_OUT = 1 << 20
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
    """Raw deflate with running CRC and sizes; level chosen for speed on large parts."""

    def __init__(self, size: int, *, compact: bool = False) -> None:
        """Start a stream.

        Arguments:
            size: about how many bytes the part has; it may become much larger.
            compact: rather take the time than the room.
        """
        self._is_compact = compact
        # zlib 8 makes a twentieth less than Excel's 6; isal 1 takes a tenth of the time, for up to twice as
        # many bytes.
        self._is_fast = size >= _FAST_OUT and not compact
        self._library = library_for(size) if self._is_fast else zlib
        level = 1 if self._is_fast else _COMPACT if compact else 8
        self._stream = self._library.compressobj(level, zlib.DEFLATED, -15)
        self.crc = 0
        self.size = 0
        self.compressed_size = 0

    def feed(self, data: bytes) -> bytes:
        """Take content, give what is ready of the compressed stream."""
        before = b""
        if not (self._is_fast or self._is_compact) and self.size + len(data) >= 2 * _FAST_OUT:
            before = self._go_fast()
        self.crc = self._library.crc32(data, self.crc)
        self.size += len(data)
        return before + self._count(self._stream.compress(data))

    def _go_fast(self) -> bytes:
        """Go on with the fast library; blocks of two may follow each other where a full flush parts them."""
        end = self._count(self._stream.flush(zlib.Z_FULL_FLUSH))
        self._is_fast = True
        self._library = library_for(_FAST_OUT)
        self._stream = self._library.compressobj(1, zlib.DEFLATED, -15)
        return end

    def finish(self) -> bytes:
        """The end of the compressed stream."""
        return self._count(self._stream.flush())

    def _count(self, out: bytes) -> bytes:
        self.compressed_size += len(out)
        return out
