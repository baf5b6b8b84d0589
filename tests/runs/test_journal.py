"""The journal: what it says of a run, how a killed one goes on, how two runs keep out of each other's way."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strategy_xl.commands import cli
from strategy_xl.errors import Finding, Location
from strategy_xl.runs import at_work, runner
from strategy_xl.runs import journal as journals
from strategy_xl.work.recompute import JobReport

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="jobs made here cross by forking only")

FORK = get_context("fork") if sys.platform == "linux" else get_context("spawn")


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of ten workbooks; treating one writes today's turn into it and takes a moment."""
    folder = tmp_path / "share"
    (folder / "sub").mkdir(parents=True)
    for number in range(10):
        (folder / ("sub" if number > 7 else ".") / f"book{number}.xlsx").write_bytes(b"old")
    work(monkeypatch, lambda _path: None)
    return folder


def work(monkeypatch: pytest.MonkeyPatch, job: Callable[[Path], Finding | None]) -> None:
    """Put a job in the place of recomputing."""

    def recompute(path: Path, _spec: object, today: object, **_options: object) -> JobReport:
        failure = job(path)
        if failure is not None:
            return JobReport(path, failure=failure)
        turns = int(path.read_bytes().partition(b"@")[0].removeprefix(b"old") or 0) + 1
        path.write_bytes(f"{turns}@{today}".encode())
        return JobReport(path, changed=1, counts={"clients": 7.0})

    monkeypatch.setattr(runner, "recompute_workbook", recompute)


def night(*arguments: object) -> Result:
    """A run in this process."""
    return CliRunner().invoke(cli, ["recompute", *map(str, arguments)])


def file_of(folder: Path) -> Path:
    """The journal of a folder."""
    return folder / ".strategy_xl" / "journal.sqlite"


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What a journal says; nothing when it is not there yet."""
    if not file_of(folder).exists():
        return []
    with closing(sqlite3.connect(file_of(folder), timeout=10)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:  # not laid out yet
            return []


def alter(folder: Path, statement: str, *values: object) -> None:
    """Change a journal by hand."""
    with closing(sqlite3.connect(file_of(folder))) as connection, connection:
        connection.execute(statement, values)


def turns(folder: Path) -> dict[str, str]:
    """What stands in each workbook: how often it was treated, and for which day."""
    return {path.name: path.read_text(encoding="ascii") for path in sorted(folder.rglob("book*.xlsx"))}


@pytest.fixture
def process() -> Iterator[Callable[..., BaseProcess]]:
    """Starts a run in a process of its own; none stays."""
    begun: list[BaseProcess] = []

    def start(*arguments: object) -> BaseProcess:
        begun.append(FORK.Process(target=cli.main, args=(["recompute", *map(str, arguments)],)))
        begun[-1].start()
        return begun[-1]

    yield start
    for one in begun:
        one.kill()
        one.join()


def until(condition: Callable[[], object]) -> None:
    """Wait for something that is to come."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_a_run_leaves(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Done, failed and skipped, with fingerprints, counts and times; the run's day, end and process."""

    def job(path: Path) -> Finding | None:
        if path.name == "book1.xlsx":
            return Finding("SX112", Location(str(path)), {"detail": "x"})
        if path.name == "book2.xlsx":
            return Finding("SX113", Location(str(path)), {"user": "Alice", "mark": "m", "hours": 1.0})
        if path.name == "book3.xlsx":
            raise ValueError
        return None

    work(monkeypatch, job)
    assert night(share, "--today", "2027-03-01").exit_code == 3
    states = dict(rows(share, "SELECT CAST(path AS TEXT), state FROM books"))
    assert (states.pop("book1.xlsx"), states.pop("book2.xlsx"), states.pop("book3.xlsx")) == (
        "failed", "skipped", "failed",
    )  # fmt: skip
    assert set(states.values()) == {"done"}
    assert "sub/book8.xlsx" in states
    ((size, when, counts, tries),) = rows(
        share,
        "SELECT fingerprint, ended >= started, counts, tries FROM books "
        "WHERE path = CAST('book0.xlsx' AS BLOB)",
    )
    status = (share / "book0.xlsx").stat()
    assert size == f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"
    assert (when, json.loads(str(counts)), tries) == (1, {"clients": 7.0}, 1)
    ((failure, tries),) = rows(
        share, "SELECT failure, tries FROM books WHERE path = CAST('book2.xlsx' AS BLOB)"
    )
    assert (json.loads(str(failure))["user"], tries) == ("Alice", 2)  # tried again at the end
    assert rows(share, "SELECT state, day, pid, host, ended IS NOT NULL FROM runs") == [
        ("ended", "2027-03-01", os.getpid(), socket.gethostname(), 1)
    ]


def test_killed_run_goes_on(
    share: Path, monkeypatch: pytest.MonkeyPatch, process: Callable[..., BaseProcess]
) -> None:
    """After SIGKILL, --resume treats what was not done or has changed since, for the day of that run."""
    work(monkeypatch, lambda _path: time.sleep(0.5))
    one = process(share, "--jobs", 1, "--today", "2027-03-01")
    until(lambda: len(rows(share, "SELECT 1 FROM books WHERE state = 'done'")) >= 3)
    assert one.pid is not None
    os.kill(one.pid, signal.SIGKILL)
    one.join()
    done = {str(path) for (path,) in rows(share, "SELECT CAST(path AS TEXT) FROM books WHERE state = 'done'")}
    assert 3 <= len(done) < 10
    (share / "book0.xlsx").write_bytes(b"old saved by somebody"[:3] + b"0@")
    (share / "new.xlsx").write_bytes(b"old")
    work(monkeypatch, lambda _path: None)
    result = night(share, "--resume", "--json")
    assert result.exit_code == 0, result.output
    entries = {Path(entry["workbook"]).name: entry["status"] for entry in json.loads(result.stdout)}
    again = {name for name, status in entries.items() if status == "changed"}
    assert again == {path.name for path in share.rglob("*.xlsx")} - (done - {"book0.xlsx"})
    assert {name for name, status in entries.items() if status == "resumed"} == done - {"book0.xlsx"}
    assert f"{len(done) - 1} classeurs déjà faits" in result.stderr
    assert "01/03/2027" in result.stderr
    assert set(turns(share).values()) <= {"1@2027-03-01", "2@2027-03-01"}  # 2: killed before it was noted
    assert rows(share, "SELECT state FROM runs") == [("ended",)]


@pytest.mark.parametrize("option", [[], ["--resume"]])
def test_run_that_ended_is_not_gone_on_with(share: Path, option: list[str]) -> None:
    """After a whole run everything is treated again, with --resume too."""
    assert night(share, "--today", "2027-03-01").exit_code == 0
    assert night(share, "--today", "2027-03-02", *option).exit_code == 0
    assert set(turns(share).values()) == {"2@2027-03-02"}


def test_another_day_is_another_run(share: Path) -> None:
    """--resume for a day that the run was not for begins anew; without a day it keeps the run's."""
    assert night(share, "--today", "2027-03-01").exit_code == 0
    alter(share, "UPDATE runs SET state = 'left'")
    assert night(share, "--today", "2027-03-02", "--resume").exit_code == 0
    assert set(turns(share).values()) == {"2@2027-03-02"}
    alter(share, "UPDATE runs SET state = 'left'")
    alter(share, "UPDATE books SET state = 'started' WHERE path = CAST('book5.xlsx' AS BLOB)")
    result = night(share, "--resume")
    assert result.exit_code == 0
    assert "9 classeurs déjà faits" in result.output
    assert turns(share).pop("book5.xlsx") == "3@2027-03-02"


def test_second_run_leaves_and_names_the_first(
    share: Path, monkeypatch: pytest.MonkeyPatch, process: Callable[..., BaseProcess]
) -> None:
    """On the folder, one below, one above, one workbook of it: one finding, exit 3, nothing treated twice."""
    work(monkeypatch, lambda _path: time.sleep(0.3))
    one = process(share, "--jobs", 1)
    until(lambda: rows(share, "SELECT 1 FROM runs WHERE state = 'running'"))
    for arguments in (
        [share],
        [share / "sub"],
        [share.parent],
        [share / "sub" / "book9.xlsx"],
        [share, "--no-journal"],
    ):
        result = night(*arguments)
        assert result.exception is not None
        finding = getattr(result.exception, "finding", None)
        assert finding is not None, result.output
        assert finding.code == "SX191"
        assert (finding.args["pid"], finding.args["host"]) == (one.pid, socket.gethostname())
        assert str(finding.args["since"]).startswith("20")
    assert night(share, "--dry-run").exit_code == 0  # it writes nothing, so it disturbs nobody
    one.join()
    assert one.exitcode == 0


def test_second_run_waits(
    share: Path, monkeypatch: pytest.MonkeyPatch, process: Callable[..., BaseProcess]
) -> None:
    """With --wait it begins when the first has ended; both are whole, and neither reports a failure."""
    work(monkeypatch, lambda _path: time.sleep(0.1))
    one = process(share, "--jobs", 1)
    until(lambda: rows(share, "SELECT 1 FROM runs WHERE state = 'running'"))
    result = night(share, "--wait", 60)
    one.join()
    assert (one.exitcode, result.exit_code) == (0, 0)
    assert {text.partition("@")[0] for text in turns(share).values()} == {"2"}
    assert rows(share, "SELECT state FROM runs") == [("ended",), ("ended",)]


def test_two_runs_at_the_same_moment(share: Path, process: Callable[..., BaseProcess]) -> None:
    """Of runs begun together one after the other gets its turn; every workbook is treated by each, once."""
    together = [process(share, "--wait", 100) for _ in range(4)]
    for one in together:
        one.join()
    assert [one.exitcode for one in together] == [0] * 4
    assert {text.partition("@")[0] for text in turns(share).values()} == {"4"}


@pytest.mark.parametrize(
    ("where", "seen", "is_alive"),
    [
        ("here", 0, False),  # its number is in use again, by a process that began later
        ("there", -1, True),  # another machine, heard of a second ago
        ("there", -600, False),
    ],
)
def test_lock_of_the_dead(share: Path, where: str, seen: int, is_alive: bool) -> None:
    """What a dead process left is taken over; another machine's counts as long as it is heard of."""
    assert night(share).exit_code == 0
    alter(
        share,
        "UPDATE runs SET state = 'running', birth = '1', seen = ?, space = ?, host = 'server'",
        time.time() + seen,
        at_work.space_here() if where == "here" else "another machine",
    )
    result = night(share)
    if is_alive:
        assert getattr(result.exception, "finding").args["host"] == "server"  # noqa: B009
    else:
        assert result.exit_code == 0
        assert rows(share, "SELECT state FROM runs") == [("killed",), ("ended",)]


@pytest.mark.parametrize("content", [b"this is no database, but somebody called it so" * 100, b"", None])
def test_journal_that_cannot_be_used(share: Path, content: bytes | None) -> None:
    """A damaged file, a version to come: the workbooks are treated, and one finding says what is wrong."""
    file = file_of(share)
    file.parent.mkdir()
    if content is None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA user_version = 99")
    else:
        file.write_bytes(content)
    result = night(share, "--resume")
    assert {text.partition("@")[0] for text in turns(share).values()} == {"1"}
    if content == b"":  # an empty file is an empty database
        assert (result.exit_code, result.stderr) == (0, "")
    else:
        assert result.exit_code == 1
        assert "SX196" in result.stderr
        assert content is None or file.read_bytes() == content


def test_journal_lost_on_the_way(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that is taken away or locked in the middle stops nothing."""

    def job(path: Path) -> None:
        if path.name == "book3.xlsx":
            file_of(share).write_bytes(b"#" * 5000)

    work(monkeypatch, job)
    monkeypatch.setattr(journals, "_FLUSH_SECONDS", 0.0)
    result = night(share, "--jobs", 1)
    assert result.exit_code == 1
    assert "SX196" in result.stderr
    assert len(set(turns(share).values())) == 1


def test_where_the_journal_stands(share: Path, tmp_path: Path) -> None:
    """--journal puts it elsewhere, for many folders; --no-journal, a dry run, one workbook make none."""
    common = tmp_path / "common" / "all.sqlite"
    assert night(share, "--no-journal").exit_code == 0
    assert night(share, "--dry-run").exit_code == 0
    assert night(share / "book0.xlsx").exit_code == 0
    assert night(share, "--journal", common).exit_code == 0
    assert not (share / ".strategy_xl").exists()
    assert night(share / "sub", "--journal", common, "--resume").exit_code == 0
    with closing(sqlite3.connect(common)) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    assert night(share / "sub", share).exit_code == 0
    assert file_of(share / "sub").exists()


def test_colleagues_may_write_in_it(share: Path) -> None:
    """Folder and journal are open to those who may use the folder around them, whatever the umask."""
    share.chmod(0o770)
    before = os.umask(0o077)
    try:
        assert night(share).exit_code == 0
    finally:
        os.umask(before)
    assert file_of(share).parent.stat().st_mode & 0o777 == 0o770
    assert file_of(share).stat().st_mode & 0o777 == 0o660


def test_old_runs_go(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal keeps so many runs."""
    monkeypatch.setattr(journals, "_RUNS_KEPT", 3)
    for _ in range(5):
        assert night(share / "sub").exit_code == 0
    assert [run for (run,) in rows(share / "sub", "SELECT id FROM runs")] == [3, 4, 5]
    assert [run for (run,) in rows(share / "sub", "SELECT DISTINCT run FROM books")] == [3, 4, 5]
