"""SFTP: compared, then renamed over in one step; what breaks in between leaves the old file or the new."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

import asyncssh
import fsspec.config
import pytest

from strategy_xl.errors import WorkbookChangedError, WorkbookError
from strategy_xl.runs.stores import remote
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath

pytestmark = pytest.mark.xdist_group("stores")


@pytest.fixture
def plan(sftp: Any) -> tuple[RemotePath, Path]:
    """A file as an address and as it lies on the server."""
    file = sftp.folder / "plan.xlsx"
    file.write_bytes(b"old")
    file.chmod(0o640)
    return RemotePath.parse(f"{sftp.address}/plan.xlsx"), file


def names(sftp: Any) -> set[str]:
    """What lies on the server."""
    return {path.name for path in sftp.folder.iterdir()}


def break_off(sftp: Any) -> None:
    """Break all connections that there are."""
    for connection in sftp.connections:
        with contextlib.suppress(OSError):
            connection.abort()


def test_replaced(sftp: Any, plan: tuple[RemotePath, Path]) -> None:
    """The new bytes under the old name, with the old mode, and nothing beside it."""
    path, file = plan
    store = store_of(path)
    store.replace(path, b"new bytes", store.read(path))
    assert file.read_bytes() == b"new bytes"
    assert file.stat().st_mode & 0o777 == 0o640
    assert names(sftp) == {"plan.xlsx"}


def test_a_save_that_size_and_time_do_not_show(sftp: Any, plan: tuple[RemotePath, Path]) -> None:
    """The server counts in seconds; other bytes of the same length in the same second are seen."""
    path, file = plan
    store = store_of(path)
    held = store.read(path)
    moment = file.stat()
    file.write_bytes(b"OLD")
    os.utime(file, ns=(moment.st_atime_ns, moment.st_mtime_ns))
    with pytest.raises(WorkbookChangedError):
        store.replace(path, b"new", held)
    assert file.read_bytes() == b"OLD"
    assert names(sftp) == {"plan.xlsx"}


def test_connection_that_breaks_before_the_renaming(sftp: Any, plan: tuple[RemotePath, Path]) -> None:
    """The file is the old one then; another connection does it, or, after all tries, nobody."""
    path, file = plan
    store = store_of(path)
    turns = iter([True])
    seen: list[bytes] = []

    def interrupt(_server: asyncssh.SFTPServer) -> None:
        if next(turns, False):
            break_off(sftp)
            seen.append(file.read_bytes())
            raise asyncssh.SFTPConnectionLost("gone")

    sftp.before_rename = interrupt
    store.replace(path, b"new", store.read(path))
    assert (seen, file.read_bytes()) == ([b"old"], b"new")
    turns = iter([True] * 9)
    with pytest.raises(WorkbookError, match="SX812"):
        store.replace(path, b"newer", store.read(path))
    assert file.read_bytes() == b"new"


def test_connection_that_breaks_after_the_renaming(sftp: Any, plan: tuple[RemotePath, Path]) -> None:
    """It is found done, and not done again."""
    path, file = plan
    store = store_of(path)
    renamed: list[int] = []

    def interrupt(_server: asyncssh.SFTPServer) -> None:
        renamed.append(file.stat().st_ino)
        break_off(sftp)
        raise asyncssh.SFTPConnectionLost("gone")

    sftp.after_rename = interrupt
    store.replace(path, b"new", store.read(path))
    assert file.read_bytes() == b"new"
    assert renamed == [file.stat().st_ino]


def test_connection_that_broke_while_nothing_was_asked(sftp: Any, plan: tuple[RemotePath, Path]) -> None:
    """The next question makes another one."""
    path, _file = plan
    store = store_of(path)
    break_off(sftp)
    time.sleep(0.1)
    assert store.read(path).content == b"old"


def test_server_that_cannot_rename_over(sftp: Any, plan: tuple[RemotePath, Path]) -> None:
    """It is refused: what a copy and a removal do in its place, a broken connection would halve."""
    path, file = plan
    store = store_of(path)

    def unsupported(_server: asyncssh.SFTPServer) -> None:
        raise asyncssh.SFTPOpUnsupported("no")

    sftp.before_rename = unsupported
    with pytest.raises(WorkbookError, match="SX814"):
        store.replace(path, b"new", store.read(path))
    assert file.read_bytes() == b"old"
    assert names(sftp) == {"plan.xlsx"}


def test_read_only(plan: tuple[RemotePath, Path]) -> None:
    """A file that somebody has made read-only is left, even where we could."""
    path, file = plan
    file.chmod(0o440)
    store = store_of(path)
    with pytest.raises(WorkbookError, match="SX170"):
        store.replace(path, b"new", store.read(path))
    assert file.read_bytes() == b"old"


def test_link(sftp: Any, plan: tuple[RemotePath, Path]) -> None:
    """What it leads to is replaced; the link stays one."""
    _path, file = plan
    link = sftp.folder / "link.xlsx"
    link.symlink_to(file.name)
    address = RemotePath.parse(f"{sftp.address}/link.xlsx")
    store = store_of(address)
    store.replace(address, b"new", store.read(address))
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_what_dead_runs_left_goes(sftp: Any, plan: tuple[RemotePath, Path]) -> None:
    """Temporary files of ours go a day later, younger ones and others' stay."""
    path, _file = plan
    made = {f".sx-{'a' * 24}.tmp": 90_000, f".sx-{'b' * 24}.tmp": 60, ".sx-mine.tmp": 90_000}
    for name, age in made.items():
        (sftp.folder / name).touch()
        os.utime(sftp.folder / name, (time.time() - age,) * 2)
    store_of(path).tidy(path.parent)
    assert names(sftp) == {"plan.xlsx", *list(made)[1:]}


def test_host_that_is_not_known(
    sftp: Any, plan: tuple[RemotePath, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A server that shows another key is refused, as OpenSSH does; so is one that nobody has met."""
    (tmp_path / "known").write_text("", encoding="ascii")
    monkeypatch.setitem(fsspec.config.conf, "sftp", {"known_hosts": str(tmp_path / "known"), "config": None})
    remote._opened.clear()
    with pytest.raises(WorkbookError, match=r"SX813.*[Hh]ost key"):
        store_of(plan[0])
