"""SFTP: a finished file takes the place of the one that was read, when that is still the very one.

The protocol knows no condition. What stands under the name is read once more and compared, then the new file
is renamed over it in one step of the server. Between the comparison and that step lies a moment, one message
long, in which what somebody saves would be lost; its earlier version is in the backups.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
import stat
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from strategy_xl.errors import Location, WorkbookChangedError, WorkbookError
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Held, Store, Version
from strategy_xl.runs.stores.troubles import DELAYS, Trouble, located, pause, trouble_of

_TEMPORARY = re.compile(r"\.sx-[0-9a-f]{24}\.tmp")
_ABANDONED = 24 * 3600
_Result = TypeVar("_Result")


class SftpStore(Store):
    """A server. Its key must be known (``~/.ssh/known_hosts``), unless fsspec's settings say otherwise."""

    def connect(self) -> None:
        """Connect with what OpenSSH would use: known hosts, agent, keys, ``~/.ssh/config``."""
        from fsspec.config import conf
        from sshfs import SSHFileSystem

        user, _, host = self.root.root.partition("://")[2].rpartition("@")
        host, _, port = host.rpartition(":") if re.search(r":\d+$", host) else (host, "", "")
        options: dict[str, Any] = {
            "known_hosts": (),  # those of the user; the library's own default is to trust any host
            "keepalive_interval": 15,
            **({"username": user} if user else {}),
            **({"port": int(port)} if port else {}),
            **conf.get("ssh", {}),
            **conf.get("sftp", {}),
            **self._options,
        }
        self.fs = SSHFileSystem(host.strip("[]"), skip_instance_cache=True, **options)
        self._channel: Any = self._run(self.fs.client.start_sftp_client)

    def ask(self, step: Callable[[], _Result], path: RemotePath) -> _Result:
        """As ``Store`` says."""

        def said() -> _Result:
            try:
                return step()
            except ValueError as error:  # how sshfs says that its connection is gone
                raise ConnectionError(str(error)) from error

        return super().ask(said, path)

    def reconnect(self) -> None:
        """A connection that broke is no use any more."""
        try:
            self.connect()
        except Exception as error:
            if trouble_of(error) is not Trouble.PASSING:
                raise

    def _run(self, call: Any, *arguments: Any, **options: Any) -> Any:
        """What a call of asyncssh gives, made in the thread in which it lives."""
        from fsspec.asyn import sync

        return sync(self.fs.loop, partial(call, *arguments, **options))

    def at(self, path: RemotePath) -> str:
        """The path on the server."""
        return f"/{path.below}"

    def _version(self, info: Mapping[str, Any]) -> Version:
        return Version(f"{info['size']} {info['mtime']:%Y-%m-%dT%H:%M:%S}")

    def refuse_to_write(self, path: RemotePath) -> None:
        """Every server can rename; whether over a file shows when it is asked to."""

    def replace(self, path: RemotePath, content: bytes, held: Held) -> None:
        """As ``Store`` says; what a link leads to is replaced, not the link.

        Errors: beyond those WorkbookError SX170 read-only, SX172 the owner cannot be kept and would lose
        access.
        """
        where = Location(str(path))
        unsure: Exception | None = None
        name = f".sx-{os.urandom(12).hex()}.tmp"
        for delay in (*DELAYS, None):
            try:
                self._swap(path, content, held, name, is_again=unsure is not None)
            except WorkbookChangedError as changed:
                # Somebody may have saved over what we wrote without hearing that we did.
                raise changed from unsure
            except WorkbookError:
                raise
            except Exception as error:
                if trouble_of(error) is not Trouble.PASSING:
                    raise located(error, where) from error
                unsure = error
                pause(delay or DELAYS[0])
                self.reconnect()
                if self.is_ours(path, content):  # done, and only the answer was lost
                    return
                if delay is None:
                    raise located(error, where) from error
            else:
                return

    def _swap(self, path: RemotePath, content: bytes, held: Held, name: str, *, is_again: bool) -> None:
        where = Location(str(path))
        final: str = self._run(self._channel.realpath, self.at(path))
        before = self._run(self._channel.stat, final)
        if not before.permissions & 0o222:
            raise WorkbookError("SX170", where)
        new = posixpath.join(posixpath.dirname(final), name)
        if is_again:
            self._discard(new)  # what the try before could not, without a connection
        try:
            self._run(self._write, new, content, stat.S_IMODE(before.permissions))
            self._keep_owner(new, before, where)
            self._compare(path, held)
            self._run(self._rename, new, final, where)
        except BaseException:
            self._discard(new)
            raise

    def _compare(self, path: RemotePath, held: Held) -> None:
        """Raise WorkbookChangedError when what stands under a name is not what was read."""
        if self.read(path) != held:
            raise WorkbookChangedError(Location(str(path)))

    async def _write(self, name: str, content: bytes, mode: int) -> None:
        """Write a new file that nobody else may read before it has the mode of the old one."""
        import asyncssh

        attributes = asyncssh.SFTPAttrs(permissions=0o600)
        async with self._channel.open(name, "xb", attributes) as file:
            await file.write(content)
            with contextlib.suppress(asyncssh.SFTPOpUnsupported):
                await file.fsync()
        await self._channel.chmod(name, mode)

    def _keep_owner(self, new: str, before: Any, where: Location) -> None:
        """Give a file to the owner of the one it replaces, where that is somebody else."""
        import asyncssh

        now = self._run(self._channel.stat, new)
        if (now.uid, now.gid) == (before.uid, before.gid):
            return
        try:
            self._run(self._channel.chown, new, before.uid, before.gid)
        except asyncssh.SFTPError as error:
            if trouble_of(error) is Trouble.PASSING:
                raise
            if before.permissions & 0o006 != 0o006:
                raise WorkbookError("SX172", where, owner=f"{before.uid}:{before.gid}") from error

    async def _rename(self, new: str, final: str, where: Location) -> None:
        """Rename over a file in one step; where the server cannot, nothing is done."""
        import asyncssh

        try:
            await self._channel.posix_rename(new, final)
        except asyncssh.SFTPOpUnsupported as error:
            raise WorkbookError("SX814", where, protocol=self.root.protocol) from error

    def _discard(self, name: str) -> None:
        """Take a file of ours away, when the server can still be reached; else a later run does."""
        try:
            self._run(self._channel.unlink, name)
        except Exception as error:
            if trouble_of(error) is None:
                raise

    def add(self, path: RemotePath, content: bytes) -> None:
        """As ``Store`` says, in folders that are made for it."""

        def step() -> None:
            self._run(self._channel.makedirs, self.at(path.parent), exist_ok=True)
            self.fs.pipe_file(self.at(path), content)

        self.ask(step, path)

    def bring_back(self, path: RemotePath, version: RemotePath, content: bytes) -> None:
        """As ``Store`` says: renamed in one step, which a server refuses where something has that name."""

        def step() -> None:
            import asyncssh

            try:
                self._run(self._channel.rename, self.at(version), self.at(path))
            except asyncssh.SFTPError as error:
                if trouble_of(error) is Trouble.PASSING:
                    raise
                if self.version(path) is None:
                    raise
                if self.version(version) is None and self.is_ours(path, content):
                    return  # done, and only the answer was lost
                raise WorkbookChangedError(Location(str(path))) from error

        self.ask(step, path)

    def remove_empty(self, folder: RemotePath) -> None:
        """As ``Store`` says."""
        import asyncssh

        with contextlib.suppress(asyncssh.Error):  # it holds something, or is gone
            self._run(self._channel.rmdir, self.at(folder))

    def is_left_over(self, name: str) -> bool:
        """As ``Store`` says."""
        return _TEMPORARY.fullmatch(name) is not None

    def tidy(self, folder: RemotePath) -> None:
        """Files that nobody has finished for a day are nobody's."""
        for path, info in list(self.entries(folder)):
            is_old = time.time() - info["mtime"].timestamp() > _ABANDONED
            if self.is_left_over(path.name) and is_old:
                self.remove(path)
