"""A workbook in a store is what it would be in a folder; who saves meanwhile keeps what he saved."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from strategy_xl.book.read import read_workbook
from strategy_xl.commands import cli
from strategy_xl.errors import Finding, Location
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.runs.outcome import stamp_of
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.staging import at_hand, tidy, treated
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport, recompute_workbook

pytestmark = pytest.mark.xdist_group("stores")
DAY = date(2027, 3, 1)


@pytest.fixture(params=["s3", "sftp"])
def plans(request: pytest.FixtureRequest) -> RemotePath:
    """A folder of each store."""
    server = request.getfixturevalue(request.param)
    address = "s3://plans" if request.param == "s3" else server.address
    return RemotePath.parse(f"{address}/ventes/été 2027")


@pytest.fixture(scope="module")
def stale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workbook in which the next run changes an answer."""
    path = tmp_path_factory.mktemp("seed") / "plan.xlsx"
    order = ["new", str(path), "--only", "client_matrix", "--with-example", "--today", DAY.isoformat()]
    assert CliRunner().invoke(cli, order).exit_code == 0
    block = read_workbook(path, load_default()).blocks["clients"]
    set_cells(path, path, {block.sheet: {block.a1("class_final", block.first_row): "?"}})
    return path


def put(folder: RemotePath, **contents: bytes) -> list[RemotePath]:
    """Objects ``<name>.xlsx`` in a folder."""
    paths = [folder / f"{name}.xlsx" for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        store_of(path).add(path, content)
    return paths


def content(path: RemotePath) -> bytes:
    """What is there now."""
    return store_of(path).read(path).content


def kept(path: RemotePath) -> list[bytes]:
    """The earlier versions in the store, the oldest first."""
    store, folder = store_of(path), path.parent / ".strategy_xl" / "backups" / path.name
    if store.info(folder) is None:
        return []
    return [content(other) for other in sorted(other for other, _info in store.entries(folder))]


def writing(new: bytes, meanwhile: Callable[[], None] = lambda: None) -> Callable[[Path], JobReport]:
    """A job that writes bytes, while somebody else does something."""

    def job(local: Path) -> JobReport:
        meanwhile()
        local.write_bytes(new)
        return JobReport(
            local, changed=1, findings=(Finding("SX300", Location(str(local), "Clients", "A1")),)
        )

    return job


def told(result: Any) -> dict[str, tuple[str, str | None]]:
    """Status and code of the failure by name, of a command's ``--json``."""
    return {
        entry["workbook"].rpartition("/")[2]: (
            entry["status"],
            entry["failure"] and entry["failure"]["code"],
        )
        for entry in json.loads(result.stdout)
    }


def test_a_run_on_a_store(plans: RemotePath, stale: Path, tmp_path: Path) -> None:
    """The same bytes as in a folder, the old ones kept beside; the next run finds its marks, and --resume."""
    local = Path(shutil.copy(stale, tmp_path))
    here = recompute_workbook(local, load_default(), DAY)
    paths = put(plans, one=stale.read_bytes(), two=stale.read_bytes(), broken=b"no workbook")
    order = ["recompute", str(plans), "--json", "--jobs", "2", "--today", DAY.isoformat()]
    result = CliRunner().invoke(cli, order)
    assert result.exit_code == 3
    assert told(result) == {
        "broken.xlsx": ("failed", "SX901"),
        "one.xlsx": ("changed", None),
        "two.xlsx": ("changed", None),
    }
    (entry,) = (entry for entry in json.loads(result.stdout) if entry["workbook"] == str(paths[0]))
    assert entry["backup"].startswith(f"{plans}/.strategy_xl/backups/one.xlsx/2")
    assert entry["counts"] == dict(here.counts)
    for path in paths[:2]:
        assert content(path) == local.read_bytes()
        assert kept(path) == [stale.read_bytes()]
    assert not Path(".strategy_xl").exists()
    (journal,) = (tmp_path / "state").rglob("journal.sqlite")
    assert journal.exists()
    again = CliRunner().invoke(cli, order)
    assert told(again)["one.xlsx"] == ("unchanged", None)
    shown = CliRunner().invoke(cli, ["history", str(plans), "--json"])
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)
    checked = CliRunner().invoke(cli, ["check", str(plans), "--today", DAY.isoformat()])
    assert f"{paths[2]} SX901" in checked.output
    assert len(kept(paths[0])) == 1


def test_somebody_saves_once(plans: RemotePath) -> None:
    """The work starts over with what he saved; that is what is kept as the version before ours."""
    (path,) = put(plans, plan=b"old")
    saved = iter([b"saved by somebody"])

    def meanwhile() -> None:
        for theirs in saved:
            store_of(path).add(path, theirs)

    report = treated(path, writing(b"ours", meanwhile), backups=3)
    assert report.failure is None
    assert content(path) == b"ours"
    assert kept(path) == [b"saved by somebody"]
    assert [str(finding.location) for finding in report.findings] == [f"{path}!Clients!A1"]
    assert report.path == path


def test_somebody_saves_all_the_time(plans: RemotePath) -> None:
    """The workbook is his, the finding says that it changed, and nothing of ours is left beside it."""
    (path,) = put(plans, plan=b"old")
    saved = iter([b"first", b"secnd", b"third"])
    meanwhile = lambda: store_of(path).add(path, next(saved))  # noqa: E731 - one line in one place
    report = treated(path, writing(b"ours", meanwhile), backups=3)
    assert report.failure is not None
    assert (report.failure.code, report.failure.location.workbook) == ("SX916", str(path))
    assert content(path) == b"secnd"
    assert kept(path) == []
    names = {other.name for other, _info in store_of(path).entries(plans)}
    assert names - {".strategy_xl"} == {"plan.xlsx"}


def test_somebody_takes_it_away(plans: RemotePath) -> None:
    """It is not made again."""
    (path,) = put(plans, plan=b"old")
    report = treated(path, writing(b"ours", lambda: store_of(path).remove(path)), backups=1)
    assert report.failure is not None
    assert report.failure.code in {"SX916", "SX918"}
    assert store_of(path).info(path) is None


@pytest.mark.parametrize("mark", ["~$plan.xlsx", ".~lock.plan.xlsx#"])
def test_open_workbooks_are_left(plans: RemotePath, stale: Path, mark: str) -> None:
    """The mark beside it in the store names who has it open, and for how long."""
    (path,) = put(plans, plan=stale.read_bytes())
    name = "Zoé"
    wide = name.encode("utf-16-le")
    marks = {
        "~$plan.xlsx": bytes([len(name)]) + bytes(56) + wide + bytes(54),
        ".~lock.plan.xlsx#": f",{name},host,01.03.2027 08:00,file:///x;".encode(),
    }
    store_of(path).add(path.with_name(mark), marks[mark])
    result = CliRunner().invoke(cli, ["recompute", str(path), "--json", "--no-journal"])
    (entry,) = json.loads(result.stdout)
    assert entry["failure"]["code"] == "SX113"
    assert entry["failure"]["workbook"] == str(path)
    assert name in entry["failure"]["message"]
    assert content(path) == stale.read_bytes()


def test_what_is_not_to_be_written(plans: RemotePath) -> None:
    """A dry run, a job that changed nothing or that failed: the object is the same version as before."""
    (path,) = put(plans, plan=b"old")
    before = stamp_of(path)
    assert treated(path, writing(b"ours"), backups=1, writes=False).changed == 1
    assert at_hand(writing(b"ours"))(path).changed == 1  # type: ignore[arg-type] - an address in a path's place
    assert treated(path, JobReport, backups=1).failure is None

    def failing(local: Path) -> JobReport:
        local.write_bytes(b"half")
        return JobReport(local, changed=1, failure=Finding("SX902", Location(str(local))))

    report = treated(path, failing, backups=1)
    assert report.failure is not None
    assert report.failure.location.workbook == str(path)
    assert stamp_of(path) == before
    assert content(path) == b"old"
    gone = treated(path.with_name("gone.xlsx"), writing(b"ours"), backups=1)
    assert gone.failure is not None
    assert gone.failure.code == "SX918"
    assert stamp_of(path.with_name("gone.xlsx")) is None


def test_versions_beside_it(plans: RemotePath) -> None:
    """As many stay as are wanted, the newest; somebody's own file among them stays too."""
    (path,) = put(plans, plan=b"0")
    own = path.parent / ".strategy_xl" / "backups" / path.name / "keep-me.txt"
    store_of(path).add(own, b"mine")
    for turn in range(1, 5):
        report = treated(path, writing(str(turn).encode()), backups=2)
        assert str(report.backup).startswith(f"{path.parent}/.strategy_xl/backups/plan.xlsx/2")
    assert kept(path) == [b"2", b"3", b"mine"]
    assert treated(path, writing(b"5"), backups=0).backup is None
    assert kept(path) == [b"2", b"3", b"mine"]


def test_nothing_of_it_stays_here(plans: RemotePath, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The copy goes with the work, that of a run which was killed with the next; those of others stay."""
    stages = tmp_path / "stages"
    stages.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(stages))
    (path,) = put(plans, plan=b"old")
    seen: list[int] = []

    def job(local: Path) -> JobReport:
        seen.append(local.parent.stat().st_mode & 0o777)
        assert local.is_relative_to(stages)
        return JobReport(local)

    treated(path, job, backups=1)
    assert seen == [0o700]
    assert list(stages.iterdir()) == []
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f"strategy-xl-{dead.pid}-x", f"strategy-xl-{os.getpid()}-x", "strategy-xl-notes"):
        (stages / name).mkdir()
    assert [stage.name for stage in tidy(path.parent)] == [f"strategy-xl-{dead.pid}-x"]
    assert len(list(stages.iterdir())) == 2
