"""Amazon S3 and what speaks like it: an object is replaced under the condition of its ETag (``If-Match``)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from strategy_xl.errors import Location, WorkbookChangedError, WorkbookError
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Held, Store, Version
from strategy_xl.runs.stores.troubles import DELAYS, Trouble, located, pause, status_of, trouble_of

_KEPT = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Metadata",
    "ServerSideEncryption",
    "SSEKMSKeyId",
    "StorageClass",
)
"""What S3 knows of an object beside its bytes and is told anew with each version."""


class S3Store(Store):
    """A bucket. That its server keeps to conditions is tried once before the first write."""

    _keeps_conditions = False

    def connect(self) -> None:
        """Open the file system; further tries are ours, not those of three libraries one in the other."""
        from fsspec.config import conf
        from s3fs import S3FileSystem

        options: dict[str, Any] = dict(conf.get("s3", {})) | self._options
        known: dict[str, Any] = {"connect_timeout": 10, "read_timeout": 60}
        given = known | options.pop("config_kwargs", {}) | {"retries": {"total_max_attempts": 1}}
        self.fs = S3FileSystem(
            config_kwargs=given, use_listings_cache=False, skip_instance_cache=True, **options
        )
        self.fs.retries = 1

    def at(self, path: RemotePath) -> str:
        """Bucket and key."""
        return "/".join((self.root.name, *path.names))

    def _version(self, info: Mapping[str, Any]) -> Version:
        return Version(str(info.get("ETag", "")))

    def version(self, path: RemotePath) -> Version | None:
        """As ``Store`` says, in one question: no folder has a version."""

        def step() -> Version | None:
            try:
                return self._version(self._call("head_object", path))
            except FileNotFoundError:
                return None

        return self.ask(step, path)

    def _call(self, method: str, path: RemotePath, **arguments: Any) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.fs.call_s3(
            method, Bucket=self.root.name, Key=path.below, **arguments
        )
        return answer

    def read(self, path: RemotePath) -> Held:
        """As ``Store`` says; bytes and ETag are of one answer."""
        from fsspec.asyn import sync

        def step() -> Held:
            answer = self._call("get_object", path)
            return Held(sync(self.fs.loop, answer["Body"].read), Version(answer["ETag"]))

        return self.ask(step, path)

    def refuse_to_write(self, path: RemotePath) -> None:
        """Raise WorkbookError SX815 where the server does not keep to conditions."""
        if self._keeps_conditions:
            return
        probe = path.parent / HIDDEN / f"probe-{os.urandom(8).hex()}"
        self.ask(lambda: self._call("put_object", probe, Body=b""), probe)
        try:
            kept = self.ask(lambda: self._refuses(probe), probe)
        finally:
            self.remove(probe)
        if not kept:
            raise WorkbookError("SX815", Location(str(path)))
        self._keeps_conditions = True

    def _refuses(self, probe: RemotePath) -> bool:
        """Whether a write is refused whose condition does not hold."""
        try:
            self._call("put_object", probe, Body=b"", IfMatch='"00000000000000000000000000000000"')
        except Exception as error:
            if trouble_of(error) is Trouble.CHANGED:
                return True
            if status_of(error) == 501:  # it knows of no conditions, and says so
                return False
            raise
        return False

    def replace(self, path: RemotePath, content: bytes, held: Held) -> None:
        """As ``Store`` says. A lost answer is looked after: there is ours, the old one, or another."""
        where = Location(str(path))
        head = self.ask(lambda: self._call("head_object", path), path)
        if head.get("ETag", "") != held.version.token:
            raise WorkbookChangedError(where)
        kept = {name: head[name] for name in _KEPT if head.get(name)}
        for delay in (*DELAYS, None):
            try:
                self._call("put_object", path, Body=content, IfMatch=held.version.token, **kept)
            except Exception as error:
                trouble = trouble_of(error)
                if trouble is None:
                    raise
                now = self.version(path)
                if now != held.version:
                    if now is not None and self.is_ours(path, content):
                        return
                    raise WorkbookChangedError(where) from error
                if trouble is not Trouble.PASSING or delay is None:
                    raise located(error, where) from error
                pause(delay)
            else:
                return

    def add(self, path: RemotePath, content: bytes) -> None:
        """As ``Store`` says."""
        self.ask(lambda: self._call("put_object", path, Body=content), path)
