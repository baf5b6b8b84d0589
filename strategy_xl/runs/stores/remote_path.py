"""The address of a workbook in a store: what a ``Path`` is for a file, without the file."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import final
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from strategy_xl.errors import Location, UsageError

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # a scheme has two letters: C:\ is a drive


@final
class RemotePath:
    """``s3://bucket/plans/a.xlsx``: the root that a store is opened with, and the names below it.

    It stands where a run has a path, with the same names for the same things. It cannot be opened as a file:
    whoever forgets to ask the store gets a TypeError, not another file.

    Arguments:
        root: protocol and server or bucket, such as ``sftp://me@server:22``.
        names: folders and name below it.
    """

    __slots__ = ("names", "root")

    def __init__(self, root: str, *names: str) -> None:
        """As told."""
        self.root, self.names = root, names

    @classmethod
    def parse(cls, address: str) -> RemotePath:
        """The path of an address.

        Errors: UsageError SX816 it names no server or bucket, or carries a password, which journals and
        messages would show.
        """
        protocol, _, rest = address.partition("://")
        server, _, below = rest.partition("/")
        user, at, host = server.rpartition("@")
        if ":" in user:
            raise UsageError("SX816", Location(f"{protocol}://{user.partition(':')[0]}:…@{host}"))
        if not host:
            raise UsageError("SX816", Location(address))
        return cls(f"{protocol.lower()}://{user}{at}{host}", *(name for name in below.split("/") if name))

    def __str__(self) -> str:
        """The address."""
        return "/".join((self.root, *self.names))

    def __repr__(self) -> str:
        """As it is made."""
        return f"RemotePath.parse({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """The same address."""
        return isinstance(other, RemotePath) and str(self) == str(other)

    def __hash__(self) -> int:
        """That of the address."""
        return hash(str(self))

    def __lt__(self, other: RemotePath) -> bool:
        """In the order of their names."""
        return (self.root, self.names) < (other.root, other.names)

    def __truediv__(self, name: str | PurePosixPath) -> RemotePath:
        """What lies below."""
        return RemotePath(self.root, *self.names, *PurePosixPath(name).parts)

    @property
    def protocol(self) -> str:
        """What comes before ``://``."""
        return self.root.partition("://")[0]

    @property
    def below(self) -> str:
        """The names below the root, with slashes."""
        return "/".join(self.names)

    @property
    def name(self) -> str:
        """The last name; that of the server or bucket when there is none."""
        return self.names[-1] if self.names else self.root.partition("://")[2]

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """What the name ends with, from the last dot."""
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> RemotePath:
        """The folder."""
        return RemotePath(self.root, *self.names[:-1])

    @property
    def parents(self) -> tuple[RemotePath, ...]:
        """The folder, the one above it, up to the root."""
        return tuple(RemotePath(self.root, *self.names[:end]) for end in reversed(range(len(self.names))))

    def with_name(self, name: str) -> RemotePath:
        """Another name in the same folder."""
        return self.parent / name

    def resolve(self) -> RemotePath:
        """Itself: an address has no other."""
        return self

    absolute = resolve

    as_posix = __str__

    def is_relative_to(self, other: object) -> bool:
        """Whether it lies below another."""
        return (
            isinstance(other, RemotePath)
            and self.root == other.root
            and self.names[: len(other.names)] == other.names
        )

    def relative_to(self, other: RemotePath) -> PurePosixPath:
        """How it is called below another.

        Errors: ValueError when it does not lie there.
        """
        if not self.is_relative_to(other):
            raise ValueError(f"{self} is not below {other}")  # noqa: EM102 - as Path does
        return PurePosixPath(*self.names[len(other.names) :])


def is_remote(argument: str) -> bool:
    """Whether an argument is an address of a store."""
    return _REMOTE.match(argument) is not None and urlsplit(argument).scheme != "file"


def path_of(text: str) -> Path | RemotePath:
    """The path that a text names: an address, or one of this machine."""
    return RemotePath.parse(text) if is_remote(text) else Path(text)


def is_below(path: Path | RemotePath, other: Path | RemotePath) -> bool:
    """Whether a path lies in a folder, or is it; what lies in a store is in no folder of this machine."""
    if isinstance(path, RemotePath):
        return path.is_relative_to(other)
    return not isinstance(other, RemotePath) and path.is_relative_to(other)


def file_name(argument: str) -> str:
    """The name of a file that is given as ``file://…``; other arguments as they are."""
    if not argument.lower().startswith("file://"):
        return argument
    parts = urlsplit(argument)
    return url2pathname(unquote(parts.path)) if parts.netloc in {"", "localhost"} else argument
