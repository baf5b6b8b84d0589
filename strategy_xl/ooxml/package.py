"""The zip package of a workbook: read once, parts copied as raw bytes or written anew.

Nothing that is not replaced is decompressed: headers, times, flags, order and compressed bytes of the
other members stay as they are. Source: PKWARE APPNOTE 6.3.10, ECMA-376 part 2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml.codec import inflate, library_for
from strategy_xl.ooxml.snapshot import Snapshot

if TYPE_CHECKING:
    from types import TracebackType

# A part parsed as a whole (workbook, styles, texts) may not exceed this; sheets are streamed up to the next.
MAX_WHOLE = 1 << 29
MAX_STREAMED = 1 << 34
# No honest sheet shrinks more than this beyond that size; deflate itself cannot exceed 1,032.
_BOMB_SIZE = 1 << 28
_BOMB_RATIO = 300

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_END64_LOCATOR = struct.Struct("<4sIQI")
_COPY = 1 << 20
_FULL = 0xFFFFFFFF
_CFB_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Member(NamedTuple):
    """One entry of the central directory."""

    name: str
    header: bytes  # the central header as it stands in the file, with name, extra and comment
    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    offset: int  # of the local header in the file
    end: int  # where the next member, or the directory, begins


class Package:
    """An open workbook package; use as a context manager."""

    def __init__(self, path: Path | str, stream: BinaryIO, kept: dict[type, Any] | None = None) -> None:
        """Read the central directory of an open file; ``Package.open`` is the way in.

        Arguments:
            path: where it is, for messages.
            stream: the file.
            kept: of bytes in memory: what is known of them, for all who open them.
        """
        self.kept = kept
        self.path = str(path)
        self.where = Location(self.path)
        self._stream = stream
        # Texts may be read while a large sheet is being inflated in its own thread.
        self._reading = Lock()
        self.file_size = stream.seek(0, 2)
        self.comment = b""
        self.directory = b""
        self.directory_offset = 0
        self.members: dict[str, Member] = {}
        self._read_directory()
        self._by_key = {part_key(name): name for name in self.members}

    @classmethod
    def open(cls, source: Path | str | Snapshot) -> Package:
        """Open a workbook package for reading: a path, or what was read of it before.

        Errors: WorkbookError, by name: SX918 not there or not readable, SX901 not a zip, SX902 damaged,
        SX903 protected by a password, SX904 Excel 97–2003, SX907 the same part twice, SX908 unsafe part
        name, SX909 expands beyond measure.
        """
        if isinstance(source, Snapshot):
            if source.kept is None:
                return cls(source.path, BytesIO(source.content))
            if cls not in source.kept:
                source.kept[cls] = cls(source.path, BytesIO(source.content), source.kept)
            package: Package = source.kept[cls]
            return package
        try:
            stream = Path(source).open("rb")  # noqa: SIM115 - closed by the package
        except OSError as error:
            where = Location(str(source))
            raise WorkbookError("SX918", where, reason=error.strerror or str(error)) from error
        try:
            return cls(source, stream)
        except BaseException:
            stream.close()
            raise

    def __enter__(self) -> Package:  # noqa: PYI034 - not made for subclassing
        """The package itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; what is in memory stays open for the next."""
        if self.kept is None:
            self._stream.close()

    # -- the directory ---------------------------------------------------------------------------------

    def _at(self, offset: int, size: int) -> bytes:
        if offset < 0:
            raise self._damaged("offset")
        with self._reading:
            self._stream.seek(offset)
            data = self._stream.read(size)
        if len(data) != size:
            raise self._damaged("end of file")
        return data

    def _damaged(self, reason: str) -> WorkbookError:
        return WorkbookError("SX902", self.where, reason=reason)

    def _read_directory(self) -> None:
        start = self._at(0, min(8, self.file_size))
        if start == _CFB_MAGIC:
            raise WorkbookError(self._compound_code(), self.where)
        end_at, end = self._find_end()
        _, disk, cd_disk, here, count, size, offset, _ = end
        located = self._find_end64(end_at) if _FULL in (size, offset) or 0xFFFF in (count, here) else None
        if located is not None:
            end_at, count, size, offset = located
        elif disk or cd_disk or here != count:
            raise self._damaged("several disks")
        # Bytes put before the archive shift every offset by the same amount.
        shift = end_at - size - offset
        if shift < 0:
            raise self._damaged("central directory")
        self.shift = shift
        self.directory_offset = offset + shift
        self.directory = self._at(self.directory_offset, size)
        self._fill_members(count)

    def _compound_code(self) -> str:
        """Which kind of OLE file this is: an encrypted package or an Excel 97–2003 workbook."""
        self._stream.seek(0)
        content = self._stream.read(64 << 20)
        if "EncryptedPackage".encode("utf-16le") in content:
            return "SX903"
        if any(name.encode("utf-16le") in content for name in ("Workbook", "Book")):
            return "SX904"
        return "SX901"

    def _find_end(self) -> tuple[int, tuple[bytes, int, int, int, int, int, int, int]]:
        length = min(self.file_size, _END.size + 0xFFFF)
        tail = self._at(self.file_size - length, length)
        at = len(tail)
        while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
            if at + _END.size <= len(tail):
                fields = _END.unpack_from(tail, at)
                if at + _END.size + fields[7] <= len(tail):
                    # Bytes after the archive, if any, belong to nobody but are kept with the comment.
                    self.comment = tail[at + _END.size :]
                    return self.file_size - length + at, fields
        code = "SX902" if self._at(0, min(2, self.file_size)) == b"PK" else "SX901"
        raise WorkbookError(code, self.where, reason="end of central directory")

    def _find_end64(self, end_at: int) -> tuple[int, int, int, int] | None:
        at = end_at - _END64_LOCATOR.size
        if at < 0:
            return None
        magic, _, offset, _ = _END64_LOCATOR.unpack(self._at(at, _END64_LOCATOR.size))
        if magic != b"PK\x06\x07":
            return None
        for where in (offset, at - _END64.size):
            if 0 <= where <= at - _END64.size:
                fields = _END64.unpack(self._at(where, _END64.size))
                if fields[0] == b"PK\x06\x06":
                    return where, fields[7], fields[8], fields[9]
        raise self._damaged("zip64 directory")

    def _fill_members(self, count: int) -> None:
        raw = self.directory
        found: list[Member] = []
        seen: set[str] = set()
        at = 0
        for _ in range(count):
            if at + _CENTRAL.size > len(raw) or raw[at : at + 4] != b"PK\x01\x02":
                raise self._damaged("central directory")
            fields = _CENTRAL.unpack_from(raw, at)
            flags, method, crc = fields[3], fields[4], fields[7]
            name_size, extra_size, comment_size = fields[10], fields[11], fields[12]
            stop = at + _CENTRAL.size + name_size + extra_size + comment_size
            if stop > len(raw):
                raise self._damaged("central directory")
            name_at = at + _CENTRAL.size
            name = raw[name_at : name_at + name_size].decode("utf-8" if flags & 0x800 else "cp437", "replace")
            extra = raw[name_at + name_size : name_at + name_size + extra_size]
            compressed_size, size, offset = self._sizes64(extra, fields[8], fields[9], fields[16])
            key = part_key(name)
            if _unsafe(key):
                raise WorkbookError("SX908", self.where, part=name)
            if key in seen:
                raise WorkbookError("SX907", self.where, part=name)
            if size > MAX_STREAMED or (size > _BOMB_SIZE and size > _BOMB_RATIO * max(compressed_size, 1)):
                raise WorkbookError("SX909", self.where, part=name, size=size)
            seen.add(key)
            found.append(
                Member(name, raw[at:stop], flags, method, crc, compressed_size, size, offset + self.shift, 0)
            )
            at = stop
        self._set_ends(found)

    def _sizes64(self, extra: bytes, compressed_size: int, size: int, offset: int) -> tuple[int, int, int]:
        """Sizes and offset with the zip64 field applied where the short ones are full."""
        if _FULL not in (compressed_size, size, offset):
            return compressed_size, size, offset
        data = extra_field(extra, 1)
        values = iter(struct.unpack(f"<{len(data) // 8}Q", data[: len(data) // 8 * 8]))
        try:
            if size == _FULL:
                size = next(values)
            if compressed_size == _FULL:
                compressed_size = next(values)
            if offset == _FULL:
                offset = next(values)
        except StopIteration:
            raise self._damaged("zip64 field") from None
        return compressed_size, size, offset

    def _set_ends(self, found: list[Member]) -> None:
        """Where each member's bytes stop, data descriptor and padding included."""
        starts = sorted(member.offset for member in found)
        following = dict(zip(starts, [*starts[1:], self.directory_offset], strict=False))  # there may be none
        for member in found:
            end = following[member.offset]
            if len(following) != len(found) or member.offset + _LOCAL.size + member.compressed_size > end:
                raise self._damaged("members overlap")
            self.members[member.name] = member._replace(end=end)

    # -- reading ---------------------------------------------------------------------------------------

    def find(self, part: str) -> str | None:
        """The member's name of a part (no leading slash, any case), None when there is none."""
        return part if part in self.members else self._by_key.get(part_key(part))

    def relations_of(self, part: str) -> str | None:
        """The member that holds the relationships of a part (of the package for an empty name)."""
        folder, slash, name = part.replace("\\", "/").rpartition("/")
        return self.find(f"{folder}{slash}_rels/{name}.rels")

    def data_offset(self, member: Member) -> int:
        """Where the compressed bytes of a member begin."""
        fields = _LOCAL.unpack(self._at(member.offset, _LOCAL.size))
        if fields[0] != b"PK\x03\x04":
            raise self._damaged("local header")
        offset = member.offset + _LOCAL.size + fields[9] + fields[10]
        if offset + member.compressed_size > member.end:
            raise self._damaged("members overlap")
        return int(offset)

    def raw(self, name: str) -> bytes:
        """The compressed bytes of a member, as they stand in the file."""
        member = self.member(name)
        return self._at(self.data_offset(member), member.compressed_size)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a member in pieces, its size and CRC checked.

        Errors: WorkbookError SX911 no such part, SX912 damaged, SX903 encrypted, SX913 unknown method.
        """
        member = self.member(name)
        if member.flags & 1:
            raise WorkbookError("SX903", self.where)
        if member.method not in (0, 8):
            raise WorkbookError("SX913", self.where, part=name, method=member.method)
        compressed = self._pieces(self.data_offset(member), member.compressed_size)
        crc, size, library = 0, 0, library_for(member.size)
        try:
            for piece in compressed if member.method == 0 else inflate(compressed, member.size):
                size += len(piece)
                if size > member.size:
                    raise ValueError("longer than declared")  # noqa: TRY301 - one place names the part
                crc = library.crc32(piece, crc)
                yield piece
            if size != member.size or crc != member.crc:
                raise ValueError("CRC")  # noqa: TRY301
        except ValueError as error:
            raise WorkbookError("SX912", self.where, part=name, reason=str(error)) from error

    def read(self, name: str) -> bytes:
        """The whole content of a member; for parts that are parsed as a whole (at most 512 MiB)."""
        if self.member(name).size > MAX_WHOLE:
            raise WorkbookError("SX909", self.where, part=name, size=self.member(name).size)
        return b"".join(self.chunks(name))

    def whole(self) -> bytes:
        """All bytes of the file (those in memory are not copied)."""
        return self._at(0, self.file_size)

    def copy_bytes(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of the file from ``start`` to ``stop``, in pieces."""
        return self._pieces(start, stop - start)

    def _pieces(self, offset: int, size: int) -> Iterator[bytes]:
        while size > 0:
            piece = self._at(offset, min(_COPY, size))
            offset += len(piece)
            size -= len(piece)
            yield piece

    def member(self, name: str) -> Member:
        """The directory entry of a member.

        Errors: WorkbookError SX911 when there is none.
        """
        try:
            return self.members[name]
        except KeyError:
            raise WorkbookError("SX911", self.where, part=name) from None


def part_key(name: str) -> str:
    """A name to compare parts by: OPC ignores case, and some writers use backslashes."""
    return name.replace("\\", "/").lower()


def _unsafe(key: str) -> bool:
    return key.startswith("/") or "\0" in key or key[1:2] == ":" or ".." in key.split("/")


def extra_field(extra: bytes, wanted: int) -> bytes:
    """The data of one field of a zip header's extra part; empty when it is not there."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return b""


def pieces_of(content: bytes | Iterable[bytes]) -> Iterable[bytes]:
    """Content as pieces, whatever way it was given."""
    return (content,) if isinstance(content, bytes) else content
