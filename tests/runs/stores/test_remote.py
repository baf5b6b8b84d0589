"""Which workbooks of a store are meant; stores without a driver, and those that can only be read."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import fsspec
import pytest
from click.testing import CliRunner

from strategy_xl.commands import cli
from strategy_xl.errors import UsageError
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.runs.discover import workbooks
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.stores import remote
from strategy_xl.runs.stores.keeping import keeping
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.staging import treated
from strategy_xl.work.recompute import JobReport

pytestmark = pytest.mark.xdist_group("stores")
NAMES = [
    "a.xlsx",
    "B.XLSM",
    "~$a.xlsx",
    ".~lock.a.xlsx#",
    "notes.txt",
    "deep/er/c.xlsx",
    "deep/plan[1].xlsx",
    ".strategy_xl/backups/a.xlsx/old.xlsx",
    "$RECYCLE.BIN/gone.xlsx",
]


@pytest.fixture(params=["s3", "sftp"])
def share(request: pytest.FixtureRequest) -> RemotePath:
    """A folder with workbooks and others in each store."""
    server = request.getfixturevalue(request.param)
    root = RemotePath.parse("s3://plans/share" if request.param == "s3" else f"{server.address}/share")
    for name in NAMES:
        store_of(root).add(root / name, b"x")
    return root


def found(*arguments: object) -> list[str]:
    """Names of the workbooks that arguments stand for, below the folder."""
    return [str(book).rpartition("/share/")[2] for book in workbooks(map(str, arguments)).books]


def test_folders_files_and_patterns(share: RemotePath) -> None:
    """As in a folder of this machine: no marks, nothing hidden, each once, a name before a pattern."""
    assert found(share) == ["B.XLSM", "a.xlsx", "deep/er/c.xlsx", "deep/plan[1].xlsx"]
    assert found(share / "a.xlsx", share) == ["a.xlsx", "B.XLSM", "deep/er/c.xlsx", "deep/plan[1].xlsx"]
    assert found(share / "deep/plan[1].xlsx") == ["deep/plan[1].xlsx"]
    assert found(f"{share}/*.xlsx") == ["a.xlsx"]
    assert found(f"{share}/d*") == ["deep/er/c.xlsx", "deep/plan[1].xlsx"]
    both = workbooks([str(share), f"{share}/none-*.xlsx", f"{share}/gone.xlsx"])
    assert [finding.code for finding in both.failures] == ["SX107", "SX107"]
    assert str(both.home) == str(share)
    with pytest.raises(UsageError, match="SX107"):
        workbooks([f"{share}/gone.xlsx"])


def test_files_beside_addresses(share: RemotePath, tmp_path: Path) -> None:
    """One run may have both."""
    (tmp_path / "here.xlsx").touch()
    result = workbooks([(tmp_path / "here.xlsx").as_uri(), str(share / "a.xlsx")])
    assert [book.name for book in result.books] == ["here.xlsx", "a.xlsx"]
    assert result.home == tmp_path
    journal = Journal(tmp_path / "journal.sqlite", workbooks([str(share)]).home)
    assert journal.begin(result.books, "task", date(2027, 3, 1)).done == frozenset()
    assert journal.fault is None


def test_store_that_refuses(s3: Any) -> None:
    """It is a failure among others, not the end of the run."""
    s3.meddle = lambda _method, _path: "403"
    result = workbooks(["s3://plans/share", __file__])
    assert [finding.code for finding in result.failures] == ["SX813"]
    assert [book.name for book in result.books] == [Path(__file__).name]


def test_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the protocol and what installs it; a word that is no protocol is no address."""
    remote._opened.clear()
    monkeypatch.setitem(sys.modules, "s3fs", None)
    result = CliRunner().invoke(cli, ["check", "s3://plans"])
    assert isinstance(result.exception, UsageError)
    assert result.exception.finding.code == "SX811"
    with pytest.raises(UsageError, match=r"SX811.*gcsfs"):
        store_of(RemotePath.parse("gs://plans"))
    with pytest.raises(UsageError, match="SX816"):
        store_of(RemotePath.parse("teleport://plans"))


def test_store_without_a_condition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be read and checked; nothing is written, and the message says what else to do."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    book = tmp_path / "plan.xlsx"
    order = ["new", str(book), "--only", "swot", "--with-example"]
    assert CliRunner().invoke(cli, order).exit_code == 0
    files = fsspec.filesystem("memory")
    files.pipe("/share/plan.xlsx", book.read_bytes())
    dry = CliRunner().invoke(cli, ["recompute", "memory://share", "--dry-run"])
    assert "SX814" not in dry.output
    assert dry.exit_code in {0, 1}

    def job(local: Path) -> JobReport:
        local.write_bytes(b"ours")
        return JobReport(local, changed=1)

    refused = treated(RemotePath.parse("memory://share/plan.xlsx"), job, backups=1).failure
    assert refused is not None
    assert (refused.code, refused.location.workbook) == ("SX814", "memory://share/plan.xlsx")
    assert files.cat("/share/plan.xlsx") == book.read_bytes()
    assert not list(tmp_path.rglob(HIDDEN))
    remote._opened.clear()


def test_where_a_run_keeps_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside files; for addresses in a folder of the user that only he may read, one for each."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert keeping(tmp_path) == tmp_path / HIDDEN
    places = {keeping(RemotePath.parse(f"s3://plans/{name}")) for name in ("a/b", "a-b", "a b", "x" * 900)}
    assert len(places) == 4
    (folder,) = {place.parent for place in places}
    assert folder.stat().st_mode & 0o777 == 0o700
    for place in places:
        place.mkdir()
