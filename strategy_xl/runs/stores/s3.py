"""Amazon S3 and what speaks like it: an object is replaced under the condition of its ETag (``If-Match``)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from strategy_xl.errors import Location, WorkbookChangedError, WorkbookError
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Held, Older, Store, Version
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


_UNLIKELY, _NOTHING = {"IfMatch": '"00000000000000000000000000000000"'}, {"IfNoneMatch": "*"}
"""Conditions: that a version is there which is not, and that nothing is there."""


class S3Store(Store):
    """A bucket. That its server keeps to a condition is tried once before the first write under it."""

    def __init__(self, root: RemotePath, **options: Any) -> None:
        """As ``Store`` says."""
        self._keeps: set[str] = set()
        super().__init__(root, **options)

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

    def read(self, path: RemotePath, most: int | None = None) -> Held:
        """As ``Store`` says; bytes and ETag are of one answer."""
        return self._read(path, most)

    def _read(self, path: RemotePath, most: int | None = None, **which: str) -> Held:
        from fsspec.asyn import sync

        def step() -> Held:
            answer = self._call("get_object", path, **which)
            if most is not None and answer["ContentLength"] > most:
                answer["Body"].close()
                raise ValueError(answer["ContentLength"])
            return Held(sync(self.fs.loop, answer["Body"].read), Version(answer["ETag"]))

        return self.ask(step, path)

    def older(self, folder: RemotePath) -> Iterator[Older]:
        """As ``Store`` says, of buckets with versioning, and of those in which it was suspended."""
        bucket = self.root.name
        answer = self.ask(lambda: self.fs.call_s3("get_bucket_versioning", Bucket=bucket), folder)
        status = answer.get("Status", "")
        if not status:  # it never was switched on
            return
        prefix = f"{folder.below}/" if folder.names else ""
        start: dict[str, str] = {}
        while True:
            asked = {"Bucket": bucket, "Prefix": prefix, **start}
            page = self.ask(partial(self.fs.call_s3, "list_object_versions", **asked), folder)
            for one in page.get("Versions", ()):
                path = RemotePath(self.root.root, *(name for name in one["Key"].split("/") if name))
                version = one["VersionId"]
                stays = status == "Enabled" or version != "null"  # suspended: that one is written over
                yield Older(path, version, one["ETag"], one["Size"], one["IsLatest"], stays)
            if not page.get("IsTruncated"):
                return
            start = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    def read_older(self, older: Older) -> bytes:
        """As ``Store`` says."""
        return self._read(older.path, VersionId=older.version).content

    def refuse_to_write(self, path: RemotePath) -> None:
        """Raise WorkbookError SX815 where the server does not keep to the condition of a write."""
        self._try(path, _UNLIKELY)

    def _try(self, path: RemotePath, condition: Mapping[str, str]) -> None:
        """Raise WorkbookError SX815 where a condition that does not hold stops no write."""
        if self._keeps >= condition.keys():
            return
        probe = path.parent / HIDDEN / f"probe-{os.urandom(8).hex()}"
        self.ask(lambda: self._call("put_object", probe, Body=b""), path)
        try:
            kept = self.ask(lambda: self._refuses(probe, condition), path)
        finally:
            self.remove(probe)
        if not kept:
            raise WorkbookError("SX815", Location(str(path)))
        self._keeps |= condition.keys()

    def _refuses(self, probe: RemotePath, condition: Mapping[str, str]) -> bool:
        """Whether a write is refused whose condition does not hold."""
        try:
            self._call("put_object", probe, Body=b"", **condition)
        except Exception as error:
            if trouble_of(error) is Trouble.CHANGED:
                return True
            if status_of(error) == 501:  # it knows of no conditions, and says so
                return False
            raise
        return False

    def replace(self, path: RemotePath, content: bytes, held: Held) -> None:
        """As ``Store`` says, under the condition that the version that was read is there (``If-Match``)."""
        where = Location(str(path))
        head = self.ask(lambda: self._call("head_object", path), path)
        if head.get("ETag", "") != held.version.token:
            raise WorkbookChangedError(where)
        kept = {name: head[name] for name in _KEPT if head.get(name)}
        self._put(path, content, held.version, IfMatch=held.version.token, **kept)

    def _put(self, path: RemotePath, content: bytes, before: Version | None, **condition: Any) -> None:
        """Write under a condition that holds as long as there is what was ``before``.

        When the answer is lost, what stands there is looked at: ours (done), as before (again), or another.
        """
        where = Location(str(path))
        for delay in (*DELAYS, None):
            try:
                self._call("put_object", path, Body=content, **condition)
            except Exception as error:
                trouble = trouble_of(error)
                if trouble is None:
                    raise
                now = self.version(path)
                if now != before:
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

    def bring_back(self, path: RemotePath, version: RemotePath, content: bytes) -> None:
        """As ``Store`` says, under the condition that nothing is there (``If-None-Match``)."""
        self._try(path, _NOTHING)
        self._put(path, content, None, **_NOTHING)
        with suppress(WorkbookError):  # one version too many harms nobody
            self.remove(version)
