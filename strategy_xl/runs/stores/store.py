"""A store as runs use it: look and read in any that fsspec reaches, write where a condition guards it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from strategy_xl.errors import Location, WorkbookChangedError, WorkbookError
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.troubles import patiently

_VERSIONS = ("ETag", "etag", "version_id", "generation", "content_md5", "md5")
_TIMES = ("mtime", "LastModified", "last_modified", "last_write_time", "created")
_Result = TypeVar("_Result")


class Version(NamedTuple):
    """What a store tells about whether an object is still the one that was read."""

    token: str


class Held(NamedTuple):
    """An object as it was read.

    Arguments:
        content: all its bytes.
        version: which one it was.
    """

    content: bytes
    version: Version


class Older(NamedTuple):
    """A version of an object, in a store that keeps those which were replaced or deleted.

    Arguments:
        path: the object.
        version: how the store calls the version.
        tag: what tells its bytes from others.
        size: bytes.
        is_shown: whether it is the one that everybody sees.
        stays: whether it is kept once another takes its place.
    """

    path: RemotePath
    version: str
    tag: str
    size: int
    is_shown: bool
    stays: bool


class Store:
    """One bucket or server. This class only reads: it knows no condition under which to write.

    Arguments:
        root: what the addresses in it begin with.
        options: of its file system, beyond what fsspec's configuration says.
    """

    def __init__(self, root: RemotePath, **options: Any) -> None:
        """Connect.

        Errors: WorkbookError SX812, SX813; UsageError SX811 the driver is missing, SX816 no such protocol.
        """
        self.root, self._options = root, options
        self.fs: Any = None
        self.ask(self.connect, root)

    def connect(self) -> None:
        """Open the file system anew."""
        import fsspec

        self.fs = fsspec.filesystem(self.root.protocol, skip_instance_cache=True, **self._options)

    def ask(self, step: Callable[[], _Result], path: RemotePath) -> _Result:
        """What an answer of the store is, asked again while it is busy or not to be reached.

        Errors: WorkbookError SX918, SX812, SX813.
        """
        return patiently(step, Location(str(path)), self.reconnect)

    def reconnect(self) -> None:
        """Make ready for another try."""

    def at(self, path: RemotePath) -> str:
        """How the file system calls a path."""
        from fsspec.core import strip_protocol

        return str(strip_protocol(str(path)))

    def _path(self, name: str) -> RemotePath:
        """The address of what the file system calls so."""
        start = self.at(self.root)
        return RemotePath(self.root.root, *(part for part in name[len(start) :].split("/") if part))

    # -- looking -------------------------------------------------------------------------------------------

    def info(self, path: RemotePath) -> Mapping[str, Any] | None:
        """What the store tells of a path, fresh; None when there is nothing.

        Errors: WorkbookError SX812, SX813.
        """

        def step() -> Mapping[str, Any] | None:
            self.fs.invalidate_cache()
            try:
                found: Mapping[str, Any] = self.fs.info(self.at(path))
            except FileNotFoundError:
                return None
            return found

        return self.ask(step, path)

    def version(self, path: RemotePath) -> Version | None:
        """The version that is there, None when there is none. Errors: as ``info``."""
        info = self.info(path)
        return None if info is None else self._version(info)

    def _version(self, info: Mapping[str, Any]) -> Version:
        for names in (_VERSIONS, _TIMES):
            for name in names:
                if info.get(name):
                    return Version(f"{info['size']} {info[name]}")
        return Version(str(info["size"]))

    def read(self, path: RemotePath, most: int | None = None) -> Held:
        """An object whole.

        Arguments:
            path: the object.
            most: bytes that it may have.

        Errors: WorkbookError SX918 it is not there, SX812, SX813; WorkbookChangedError SX916 somebody wrote
        it while it was being read; ValueError it is larger.
        """
        info = self.info(path)
        if info is None:
            raise WorkbookError("SX918", Location(str(path)), reason="404")
        if most is not None and info["size"] > most:
            raise ValueError(info["size"])
        before = self._version(info)
        content: bytes = self.ask(lambda: self.fs.cat_file(self.at(path)), path)
        if self.version(path) != before:
            raise WorkbookChangedError(Location(str(path)))
        return Held(content, before)

    def entries(self, folder: RemotePath) -> Iterator[tuple[RemotePath, Mapping[str, Any]]]:
        """What lies in a folder, and what the store tells of it. Errors: SX918, SX812, SX813."""

        def step() -> list[Mapping[str, Any]]:
            self.fs.invalidate_cache()
            return list(self.fs.ls(self.at(folder), detail=True))

        for info in self.ask(step, folder):
            path = self._path(info["name"])
            if path != folder:
                yield path, info

    def everything(self, folder: RemotePath) -> Iterator[tuple[RemotePath, Mapping[str, Any]]]:
        """All objects below a folder, hidden ones too; links are told, not followed.

        Errors: as ``entries``.
        """
        waiting = [folder]
        while waiting:
            try:
                found = list(self.entries(waiting.pop()))
            except WorkbookError as error:
                if error.finding.code != "SX918":
                    raise
                continue  # gone since it was told
            waiting += [path for path, info in found if info["type"] == "directory"]
            yield from ((path, info) for path, info in found if info["type"] != "directory")

    def older(self, folder: RemotePath) -> Iterator[Older]:  # noqa: ARG002 - for those that keep some
        """Versions that the store keeps by itself of what lies, or lay, below a folder; the shown ones too.

        Errors: WorkbookError SX812, SX813.
        """
        return iter(())

    def read_older(self, older: Older) -> bytes:
        """The bytes of such a version. Errors: WorkbookError SX918, SX812, SX813."""
        raise NotImplementedError

    def is_left_over(self, name: str) -> bool:  # noqa: ARG002 - for those that write so
        """Whether a name is that of a file that a write of ours did not finish."""
        return False

    def matching(self, pattern: RemotePath) -> list[RemotePath]:
        """What a pattern stands for. Errors: as ``entries``."""
        found = self.ask(lambda: list(self.fs.glob(self.at(pattern))), pattern)
        return sorted(self._path(name) for name in found)

    # -- writing -------------------------------------------------------------------------------------------

    def refuse_to_write(self, path: RemotePath) -> None:
        """Raise WorkbookError SX814 where no condition guards what others write."""
        raise WorkbookError("SX814", Location(str(path)), protocol=self.root.protocol)

    def replace(self, path: RemotePath, content: bytes, held: Held) -> None:
        """Put new bytes in the place of those that were read, or nothing.

        Arguments:
            path: the object.
            content: its new bytes.
            held: what was read; when another version is there by now, that one stays.

        Errors: WorkbookChangedError SX916; WorkbookError SX812 to SX815, SX170, SX172.
        """
        raise NotImplementedError

    def add(self, path: RemotePath, content: bytes) -> None:
        """Put bytes under a name that nobody else uses. Errors: WorkbookError SX812, SX813."""
        raise NotImplementedError

    def bring_back(self, path: RemotePath, version: RemotePath, content: bytes) -> None:
        """Give an object of ours a name under which nothing is.

        Arguments:
            path: the name.
            version: the object; it is gone afterwards.
            content: its bytes.

        Errors: WorkbookChangedError SX916 something is there; WorkbookError SX812 to SX815.
        """
        raise NotImplementedError

    def remove_empty(self, folder: RemotePath) -> None:
        """Take a folder of ours away that holds nothing any more; most stores have none by themselves."""

    def remove(self, path: RemotePath) -> None:
        """Take an object of ours away; one that is gone already is no error. Errors: SX812, SX813."""

        def step() -> None:
            try:
                self.fs.rm_file(self.at(path))
            except FileNotFoundError:
                return

        self.ask(step, path)

    def tidy(self, folder: RemotePath) -> None:
        """Take away what runs that were killed in the middle of a write left in a folder."""

    def is_ours(self, path: RemotePath, content: bytes) -> bool:
        """Whether an object has these very bytes: a write went through whose answer was lost."""
        try:
            return self.read(path).content == content
        except WorkbookError:
            return False
