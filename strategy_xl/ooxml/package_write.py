"""Write a changed package: replaced parts deflated, all others copied byte for byte."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from strategy_xl.ooxml.codec import LARGE, Deflater
from strategy_xl.ooxml.package import (
    _CENTRAL,
    _END,
    _END64,
    _END64_LOCATOR,
    _FULL,
    _LOCAL,
    Member,
    Package,
    extra_field,
    pieces_of,
)

# From this size or offset on, the long form of the headers is needed.
_ZIP64_AT = _FULL
_DOS_1980 = 0x21  # 1 January 1980: a date that says nothing, so that equal input gives equal bytes


class Packed(NamedTuple):
    """A part already deflated, waiting in memory or in a temporary file.

    ``is_sound`` when it was found to be XML while it was made.
    """

    stream: BinaryIO
    crc: int
    compressed_size: int
    size: int
    is_sound: bool = False

    def pieces(self) -> Iterator[bytes]:
        """The compressed bytes."""
        self.stream.seek(0)
        while piece := self.stream.read(1 << 20):
            yield piece


Content = bytes | Iterable[bytes] | Packed


def pack(content: bytes | Iterable[bytes], size: int, folder: Path | None = None) -> Packed:
    """Deflate content; above 4 MiB into an unnamed temporary file of ``folder``.

    Arguments:
        content: bytes or pieces.
        size: about how many bytes that is.
        folder: where the temporary file goes.
    """
    deflater = Deflater()
    store = scratch(size, folder)
    for piece in pieces_of(content):
        store.write(deflater.feed(piece))
    store.write(deflater.finish())
    return Packed(store, deflater.crc, deflater.compressed_size, deflater.size)


def scratch(size: int, folder: Path | None = None) -> BinaryIO:
    """A place for intermediate bytes: memory when small, an unnamed temporary file otherwise."""
    if size < LARGE:
        return BytesIO()
    import tempfile

    return tempfile.TemporaryFile(dir=folder)


def write_package(
    package: Package,
    stream: BinaryIO,
    replaced: Mapping[str, Content],
    removed: AbstractSet[str] = frozenset(),
    added: Mapping[str, Content] | None = None,
) -> None:
    """Write the package to a stream with some parts replaced, removed or added.

    Arguments:
        package: the open source.
        stream: where to write, at position 0.
        replaced: new content by member name; everything else of the member's headers stays.
        removed: member names to leave out.
        added: new members, put after the others.

    Errors: KeyError when a name is not a member.
    """
    for name in (*replaced, *removed):
        if name not in package.members:
            raise KeyError(name)
    writer = _Writer(package, stream)
    in_file_order = sorted(package.members.values(), key=lambda member: member.offset)
    if in_file_order and in_file_order[0].offset:
        writer.copy(0, in_file_order[0].offset)
    for member in in_file_order:
        if member.name in removed:
            continue
        if member.name in replaced:
            writer.put_replaced(member, replaced[member.name])
        else:
            writer.put_copied(member)
    for name, content in (added or {}).items():
        writer.put_added(name, content)
    writer.close([name for name in package.members if name not in removed] + list(added or {}))


class _Writer:
    def __init__(self, package: Package, stream: BinaryIO) -> None:
        self._package = package
        self._stream = stream
        self._at = 0
        self._central: dict[str, bytes] = {}

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._at += len(data)

    def copy(self, start: int, stop: int) -> None:
        for piece in self._package.copy_bytes(start, stop):
            self._write(piece)

    def put_copied(self, member: Member) -> None:
        offset = self._at
        self.copy(member.offset, member.end)
        if offset == member.offset - self._package.shift:
            self._central[member.name] = member.header
            return
        fields = list(_CENTRAL.unpack_from(member.header))
        name, extra, comment = _split(member.header, fields)
        if fields[16] == _FULL or offset >= _ZIP64_AT:
            extra = _zip64(extra, fields, member.compressed_size, member.size, offset)
        else:
            fields[16] = offset
        fields[11] = len(extra)
        self._central[member.name] = _CENTRAL.pack(*fields) + name + extra + comment

    def put_replaced(self, member: Member, content: Content) -> None:
        fields = list(_CENTRAL.unpack_from(member.header))
        name, extra, comment = _split(member.header, fields)
        # Sizes are known before the data: no data descriptor; deflate's option bits meant the old stream.
        fields[3] &= ~0b1110
        self._put(member.name, fields, (name, _without_zip64(extra), comment), content)

    def put_added(self, name: str, content: Content) -> None:
        raw = name.encode()
        flags = 0 if raw.isascii() else 0x800
        fields: list[bytes | int] = [b"PK\x01\x02", 20, 20, flags, 8, 0, _DOS_1980]
        fields += [0, 0, 0, len(raw), 0, 0, 0, 0, 0, 0]
        self._put(name, fields, (raw, b"", b""), content)

    def _put(
        self, name: str, fields: list[bytes | int], texts: tuple[bytes, bytes, bytes], content: Content
    ) -> None:
        packed = content if isinstance(content, Packed) else _packed(content)
        raw_name, extra, comment = texts
        large = packed.size >= _ZIP64_AT or packed.compressed_size >= _ZIP64_AT
        fields[4], fields[7] = 8, packed.crc
        fields[2] = max(int(fields[2]), 45 if large else 20)
        offset = self._at
        fields[8], fields[9], fields[16] = packed.compressed_size, packed.size, offset
        local_extra = _pack64(packed.size, packed.compressed_size) + extra if large else extra
        sizes = (_FULL, _FULL) if large else (packed.compressed_size, packed.size)
        self._write(
            _LOCAL.pack(
                b"PK\x03\x04", fields[2], fields[3], 8, fields[5], fields[6], packed.crc, *sizes,
                len(raw_name), len(local_extra),
            )
            + raw_name
            + local_extra
        )  # fmt: skip
        for piece in packed.pieces():
            self._write(piece)
        if large or offset >= _ZIP64_AT:
            extra = _zip64(extra, fields, packed.compressed_size, packed.size, offset)
        fields[11] = len(extra)
        self._central[name] = _CENTRAL.pack(*fields) + raw_name + extra + comment

    def close(self, order: list[str]) -> None:
        """The central directory, in the source's order, and its end with the archive's comment."""
        start = self._at
        for name in order:
            self._write(self._central[name])
        size, count = self._at - start, len(order)
        if size >= _ZIP64_AT or start >= _ZIP64_AT or count >= 0xFFFF:
            end64 = self._at
            self._write(_END64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start))
            self._write(_END64_LOCATOR.pack(b"PK\x06\x07", 0, end64, 1))
            size = start = _FULL
        short = (min(count, 0xFFFF), min(count, 0xFFFF), size, start)
        comment = self._package.comment
        self._write(_END.pack(b"PK\x05\x06", 0, 0, *short, len(comment)) + comment)


def _packed(content: bytes | Iterable[bytes]) -> Packed:
    if isinstance(content, bytes):
        return pack(content, len(content))
    return pack(content, LARGE)


def _split(header: bytes, fields: list[bytes | int]) -> tuple[bytes, bytes, bytes]:
    """Name, extra and comment of a central header."""
    name_end = _CENTRAL.size + int(fields[10])
    extra_end = name_end + int(fields[11])
    return header[_CENTRAL.size : name_end], header[name_end:extra_end], header[extra_end:]


def _pack64(*values: int) -> bytes:
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)


def _without_zip64(extra: bytes) -> bytes:
    """The extra part without its zip64 field; as it is when it cannot be read."""
    data = extra_field(extra, 1)
    if not data:
        return extra
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind != 1:
            kept += extra[at : at + 4 + size]
        at += 4 + size
    return kept + extra[at:]


def _zip64(extra: bytes, fields: list[bytes | int], compressed_size: int, size: int, offset: int) -> bytes:
    """The extra part with a zip64 field for what is too large; marks those header fields as full."""
    values = []
    for index, value in ((9, size), (8, compressed_size), (16, offset)):
        if value >= _ZIP64_AT:
            values.append(value)
            fields[index] = _FULL
        else:
            fields[index] = value
    kept = _without_zip64(extra)
    return _pack64(*values) + kept if values else kept
