"""Earlier versions in a store come back under the condition of a write, and that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from click.testing import CliRunner, Result

from strategy_xl.commands import cli
from strategy_xl.errors import StrategyXlError, WorkbookChangedError, WorkbookError
from strategy_xl.ooxml.backups import version_name
from strategy_xl.ooxml.snapshot import digest_of
from strategy_xl.runs.stores.earlier import restore, versions
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.staging import folder_of, treated
from strategy_xl.work.recompute import JobReport

pytestmark = pytest.mark.xdist_group("stores")


@pytest.fixture(params=["s3", "sftp"])
def book(request: pytest.FixtureRequest) -> RemotePath:
    """A workbook that was written twice, in a folder of each store."""
    server = request.getfixturevalue(request.param)
    address = "s3://plans" if request.param == "s3" else server.address
    return written(RemotePath.parse(f"{address}/ventes/été 2027/plan.xlsx"))


def written(path: RemotePath) -> RemotePath:
    """A workbook with two earlier versions."""
    store_of(path).add(path, b"first")
    for content in (b"second", b"third"):
        assert treated(path, writing(content), backups=5).failure is None
    return path


def writing(new: bytes) -> Callable[[Path], JobReport]:
    """A job that writes bytes."""

    def job(local: Path) -> JobReport:
        local.write_bytes(new)
        return JobReport(local, changed=1)

    return job


def content(path: RemotePath) -> bytes:
    """What is there now."""
    return store_of(path).read(path).content


def kept(path: RemotePath) -> list[bytes]:
    """The earlier versions, the newest first."""
    return [content(each.version.path) for each in versions(path)]  # type: ignore[arg-type] - an address


def run(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, ["restore", *map(str, arguments)])


def code_of(result: Result) -> str:
    """What a command was stopped by."""
    assert isinstance(result.exception, StrategyXlError), result.output
    return result.exception.finding.code


def test_there_and_back(book: RemotePath) -> None:
    """It is listed with its size, comes back byte for byte, and a second time undoes it."""
    listed = run(book, "--list").output.splitlines()
    assert [line.split(" ")[0] for line in listed] == [each.version.name for each in versions(book)]
    assert kept(book) == [b"second", b"first"]
    first = run(book)
    assert first.exit_code == 0, first.output
    assert content(book) == b"second"
    assert kept(book) == [b"third", b"second", b"first"]
    assert versions(book)[0].version.name in first.output
    assert run(book).exit_code == 0
    assert content(book) == b"third"
    again = run(book, "--version", versions(book)[-1].version.name[-8:])
    assert (again.exit_code, content(book)) == (0, b"first")
    assert run(book, "--version", versions(book)[-1].version.name).exit_code == 0  # it is that version
    assert content(book) == b"first"
    assert kept(book) == [b"third", b"second", b"third", b"second", b"first"]


def test_a_deleted_workbook(book: RemotePath) -> None:
    """It comes back under its name, and is no earlier version any more."""
    store_of(book).remove(book)
    assert run(book).exit_code == 0
    assert content(book) == b"second"
    assert kept(book) == [b"first"]


def test_refusals(book: RemotePath) -> None:
    """No such version, several, none, a damaged one, a workbook that is open: told, nothing touched."""
    assert code_of(run(book, "--version", "19990101")) == "SX176"
    assert code_of(run(book, "--version", versions(book)[0].version.name[:8])) == "SX176"
    assert code_of(run(book.with_name("other.xlsx"))) == "SX177"
    assert code_of(run(book.with_name("other.xlsx"), "--list")) == "SX177"
    assert code_of(run(book, "--list", "--version", "x")) == "SX179"
    store_of(book).add(folder_of(book) / "20990101T000000_000000Z-00000000.xlsx", b"damaged")
    assert code_of(run(book)) == "SX178"
    store_of(book).add(book.with_name(f"~${book.name}"), b"\x03Ann" + bytes(60))
    opened = run(book, "--version", versions(book)[-1].version.name)
    assert code_of(opened) == "SX113"
    assert isinstance(opened.exception, StrategyXlError)
    assert opened.exception.finding.location.workbook == str(book)
    assert content(book) == b"third"


def test_somebody_saves_in_between(book: RemotePath, monkeypatch: pytest.MonkeyPatch) -> None:
    """What he saved stays, the version stays too, and nothing of ours is left beside them."""
    store = store_of(book)
    real = store.replace

    def late(path: RemotePath, new: bytes, held: Any) -> None:
        store.add(book, b"saved meanwhile")
        real(path, new, held)

    monkeypatch.setattr(store, "replace", late)
    with pytest.raises(WorkbookChangedError, match="SX916"):
        restore(book)
    assert content(book) == b"saved meanwhile"
    assert kept(book) == [b"second", b"first"]


def test_somebody_makes_it_anew_in_between(book: RemotePath, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook that was deleted, and is there again when its version is to come back, is his."""
    store = store_of(book)
    store.remove(book)
    real = store.bring_back

    def late(*arguments: Any) -> None:
        store.add(book, b"made anew")
        real(*arguments)

    monkeypatch.setattr(store, "bring_back", late)
    with pytest.raises(WorkbookChangedError, match="SX916"):
        restore(book)
    assert content(book) == b"made anew"
    assert kept(book) == [b"second", b"first"]


@pytest.mark.parametrize("fault", ["503", "lost", "broken"])
@pytest.mark.parametrize("is_there", [True, False])
def test_s3_that_falters(s3: Any, fault: str, is_there: bool) -> None:
    """Busy, an answer that is lost, a connection that breaks: tried again, done once."""
    book = written(RemotePath.parse("s3://plans/plan.xlsx"))
    if not is_there:
        store_of(book).remove(book)
    faults = iter([fault])
    s3.meddle = lambda method, path: (
        next(faults, None) if (method, path) == ("PUT", "/plans/plan.xlsx") else None
    )
    report = restore(book)
    assert next(faults, None) is None
    assert content(book) == b"second"
    assert kept(book) == ([b"third", b"second", b"first"] if is_there else [b"first"])
    assert (report.backup is None) is not is_there


@pytest.mark.parametrize("is_there", [True, False])
def test_s3_that_does_not_come_back(s3: Any, is_there: bool) -> None:
    """The finding says so, and nothing is lost: what stood there does, and all versions are kept."""
    book = written(RemotePath.parse("s3://plans/plan.xlsx"))
    if not is_there:
        store_of(book).remove(book)
    s3.meddle = lambda method, path: "503" if (method, path) == ("PUT", "/plans/plan.xlsx") else None
    with pytest.raises(WorkbookError, match="SX812"):
        restore(book)
    s3.meddle = lambda _method, _path: None
    assert (store_of(book).version(book) is not None) is is_there
    assert set(kept(book)) >= {b"second", b"first"}


def test_s3_that_is_gone_after_the_write(s3: Any) -> None:
    """Nobody can say whether it was written: it was, and so what it replaced is kept."""
    book = written(RemotePath.parse("s3://plans/plan.xlsx"))
    gone: list[bool] = []

    def meddle(method: str, path: str) -> str | None:
        if gone and method != "DELETE":
            return "broken"
        if (method, path) == ("PUT", "/plans/plan.xlsx"):
            gone.append(True)
            return "lost"
        return None

    s3.meddle = meddle
    with pytest.raises(WorkbookError, match="SX812"):
        restore(book)
    s3.meddle = lambda _method, _path: None
    assert content(book) == b"second"
    assert kept(book) == [b"third", b"second", b"first"]


@pytest.mark.parametrize("is_there", [True, False])
def test_s3_that_knows_no_condition(s3: Any, is_there: bool) -> None:
    """It is found out before the write, and nothing is written."""
    book = written(RemotePath.parse("s3://plans/plan.xlsx"))
    if not is_there:
        store_of(book).remove(book)
    store_of(book)._keeps.clear()  # type: ignore[attr-defined] - of S3
    s3.meddle = lambda _method, _path: "deaf"
    with pytest.raises(WorkbookError, match="SX815"):
        restore(book)
    s3.meddle = lambda _method, _path: None
    assert (store_of(book).version(book) is not None) is is_there
    assert kept(book) == [b"second", b"first"]
    assert [path.name for path, _info in store_of(book).everything(book.parent) if "probe" in path.name] == []


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_sftp_that_falters(sftp: Any, moment: str, is_there: bool) -> None:
    """A connection that breaks before the renaming, or after it without an answer: done once."""
    book = written(RemotePath.parse(f"{sftp.address}/plan.xlsx"))
    if not is_there:
        store_of(book).remove(book)
    turns = iter([True])

    def interrupt(_server: asyncssh.SFTPServer) -> None:
        if next(turns, False):
            for connection in sftp.connections:
                connection.abort()
            sftp.connections.clear()
            raise asyncssh.SFTPConnectionLost("gone")

    setattr(sftp, f"{moment}_rename", interrupt)
    restore(book)
    assert next(turns, None) is None
    assert content(book) == b"second"
    assert kept(book) == ([b"third", b"second", b"first"] if is_there else [b"first"])
    assert not [path for path in sftp.folder.iterdir() if path.name.startswith(".sx-")]


def test_a_store_that_can_only_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions that somebody has copied there are listed; none is brought back without a condition."""
    import fsspec

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    book = RemotePath.parse("memory://share/plan.xlsx")
    (tmp_path / "v").write_bytes(b"old")
    with (tmp_path / "v").open("rb") as stream:
        name = version_name(datetime(2027, 3, 1, tzinfo=UTC), digest_of(stream), ".xlsx")
    files = fsspec.filesystem("memory")
    files.pipe(f"/share/.strategy_xl/backups/plan.xlsx/{name}", b"old")
    assert name.removesuffix(".xlsx") in run(book, "--list").output
    for present in (False, True):
        if present:
            files.pipe("/share/plan.xlsx", b"new")
        assert code_of(run(book)) == "SX814"
    assert files.cat("/share/plan.xlsx") == b"new"
    files.rm("/share", recursive=True)
