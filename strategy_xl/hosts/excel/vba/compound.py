"""Write a compound file (the OLE container of a VBA project), version 3. Source: [MS-CFB].

Reading is left to ``olefile``, which cannot write a stream of another size.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

Storage = Mapping[str, "bytes | Storage"]
"""Streams (bytes) and storages by name."""

SECTOR = 512
MINI_SECTOR = 64
MINI_CUTOFF = 4096
_IN_HEADER = 109  # sectors of the allocation table that the header can list
_PER_SECTOR = SECTOR // 4

_FREE = 0xFFFFFFFF
_END = 0xFFFFFFFE
_FAT = 0xFFFFFFFD
_NONE = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_ENTRY = struct.Struct("<64sHBBIII16sIQQIQ")
_HEADER = struct.Struct("<8s16s5H6s9I")


@dataclass(slots=True)
class _Entry:
    """A directory entry."""

    name: str
    kind: int
    content: bytes = b""
    colour: int = _BLACK
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = _END

    def packed(self) -> bytes:
        raw = self.name.encode("utf-16le") + b"\0\0"
        size = len(self.content)
        start = 0 if self.kind == _STORAGE else self.start
        return _ENTRY.pack(
            raw,
            len(raw),
            self.kind,
            self.colour,
            self.left,
            self.right,
            self.child,
            b"",
            0,
            0,
            0,
            start,
            size,
        )


@dataclass(slots=True)
class _Sectors:
    """A run of sectors and its allocation table."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)

    def put(self, content: bytes) -> int:
        """Append a chain; its first sector."""
        if not content:
            return _END
        first = len(self.table)
        count = -(-len(content) // self.size)
        self.table += [*range(first + 1, first + count), _END]
        self.data += content.ljust(count * self.size, b"\0")
        return first


def write_compound(root: Storage) -> bytes:
    """The bytes of a compound file; the same content gives the same bytes.

    Arguments:
        root: content of the root storage; names have 1 to 31 characters, no slash, ``:`` or ``!``.

    Errors: ValueError for a name that is not allowed, or more than about 7 MB.
    """
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _fill(entries, root)
    mini, big = _Sectors(MINI_SECTOR), _Sectors(SECTOR)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.start = (mini if len(entry.content) < MINI_CUTOFF else big).put(entry.content)
    entries[0].content = bytes(mini.data)
    entries[0].start = big.put(entries[0].content)
    mini_sectors = -(-len(mini.table) // _PER_SECTOR)
    mini_table = big.put(_table(mini.table))
    directory = b"".join(entry.packed() for entry in entries)
    unused = _Entry("", 0, start=0).packed()
    unused = b"\0" * 66 + unused[66:]
    directory_start = big.put(directory + unused * (-len(entries) % (SECTOR // _ENTRY.size)))
    table_sectors = 0
    while table_sectors * _PER_SECTOR < len(big.table) + table_sectors:
        table_sectors += 1
    if table_sectors > _IN_HEADER:
        raise ValueError("size")
    listed = range(len(big.table), len(big.table) + table_sectors)
    table = _table([*big.table, *[_FAT] * table_sectors])
    header = _HEADER.pack(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, table_sectors, directory_start, 0, MINI_CUTOFF, mini_table, mini_sectors, _END, 0,
    )  # fmt: skip
    places = [*listed, *[_FREE] * (_IN_HEADER - table_sectors)]
    return header + struct.pack(f"<{_IN_HEADER}I", *places) + bytes(big.data) + table


def _table(links: list[int]) -> bytes:
    """An allocation table as whole sectors."""
    links = links + [_FREE] * (-len(links) % _PER_SECTOR)
    return struct.pack(f"<{len(links)}I", *links)


def _fill(entries: list[_Entry], storage: Storage) -> int:
    """Append the entries of a storage and those below; the number of its topmost child."""
    for name in storage:
        if not 0 < len(name.encode("utf-16le")) <= 62 or set(name) & set("/\\:!"):
            raise ValueError(name)
    names = sorted(storage, key=lambda name: (len(name.encode("utf-16le")), name.upper()))
    first = len(entries)
    for name in names:
        content = storage[name]
        if isinstance(content, bytes):
            entries.append(_Entry(name, _STREAM, content))
        else:
            entries.append(_Entry(name, _STORAGE))
    # A tree halved again and again is full but for its lowest level: that level red, the others black, is
    # a red-black tree.
    top = _link(entries, first, len(entries), len(names).bit_length())
    if names:
        entries[top].colour = _BLACK
    for at, name in enumerate(names, first):
        content = storage[name]
        if not isinstance(content, bytes):
            entries[at].child = _fill(entries, content)
    return top


def _link(entries: list[_Entry], start: int, stop: int, levels: int) -> int:
    """Make a balanced tree of the entries from start to stop; its root."""
    if start >= stop:
        return _NONE
    middle = (start + stop) // 2
    entry = entries[middle]
    entry.left = _link(entries, start, middle, levels - 1)
    entry.right = _link(entries, middle + 1, stop, levels - 1)
    entry.colour = _RED if levels == 1 and stop - start == 1 else _BLACK
    return middle
