"""What a run tells the history: all of it, once, whatever happens to the history meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from strategy_xl.commands import cli
from strategy_xl.errors import Finding, Location
from strategy_xl.history import queries, writing
from strategy_xl.history.book_record import BookRecord, EntityTable
from strategy_xl.history.database import Database
from strategy_xl.history.writing import RunEntry
from strategy_xl.ooxml.fingerprint import fingerprint
from strategy_xl.runs import remembering, runner
from strategy_xl.runs.histories import Target, find_target, part_of, told_from
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.remembering import Memory
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport, Lasting

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="jobs made here cross by forking only")

NOWHERE = "postgresql://ann:secret@127.0.0.1:1/strategy"


def one_client(verdict: str) -> BookRecord:
    """The record of a workbook with one client."""
    table = EntityTable(
        "client", "clients", "Clients", [7], ["B7"], ["n:ada"], ["Ada"], [verdict],
        {"x": [1.0]}, {}, [["a.B"]], [[]], "client_matrix.classify", "1",
    ).digested()  # fmt: skip
    return BookRecord("2027-03-01", "fr", 4, {"clients": 1.0}, {"client_matrix": 1.0}, tables=[table])


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of four workbooks; what is written in one is the class of its only client, or a code."""
    folder = tmp_path / "share"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.xlsx", "b.xlsx", "c.xlsx", "sub/d.xlsx"):
        (folder / name).write_text("ideal", encoding="ascii")
    monkeypatch.setattr(remembering, "_PAUSES", (0.0, 0.0))

    def recompute(path: Path, _spec: object, _today: object, **options: Any) -> JobReport:
        content = path.read_text(encoding="ascii")
        if content.startswith("SX"):
            return JobReport(
                path,
                failure=Finding(
                    content,
                    Location(str(path)),
                    {"user": "ann", "mark": "~$", "hours": 1.0, "detail": "", "reason": ""},
                ),
            )
        mark = f"9:{content}"
        record = replace(one_client(content), found=mark, left=mark) if options["remembers"] else None
        return JobReport(path, counts={"clients": 1.0}, record=record)

    monkeypatch.setattr(runner, "recompute_workbook", recompute)
    return folder


def night(*arguments: object) -> Result:
    """A run in this process."""
    return CliRunner().invoke(cli, ["recompute", *map(str, arguments)])


def history_of(folder: Path) -> Path:
    """The history beside workbooks."""
    return folder / ".strategy_xl" / "history.sqlite"


def told(where: Path | str) -> dict[str, list[tuple[int, str]]]:
    """What a history knows: by path, day and outcome of each night."""
    with Database(str(where)).reading() as connection:
        paths = {book.id: book.path for book in queries.books_of(connection)}
        found: dict[str, list[tuple[int, str]]] = {path: [] for path in paths.values()}
        for one in queries.nights_of(connection):
            found[paths[one.book]].append((one.day.day, one.outcome))
    return found


def verdicts(where: Path | str) -> dict[str, list[str | None]]:
    """By path, the classes that its client had."""
    with Database(str(where)).reading() as connection:
        paths = {book.id: book.path for book in queries.books_of(connection)}
        states = queries.states_of(connection, "client")
    return {paths[book]: [state.verdict for state in held] for (book, _), held in states.items()}


def waiting(folder: Path) -> list[str]:
    """The paths of what waits in the journal of a folder."""
    with closing(sqlite3.connect(folder / ".strategy_xl" / "journal.sqlite")) as connection:
        return [path for (path,) in connection.execute("SELECT path FROM undelivered ORDER BY day, path")]


def test_every_workbook_is_told_with_what_became_of_it(share: Path) -> None:
    """Treated ones with what was found, failed and skipped ones with their code; paths are told from home."""
    (share / "b.xlsx").write_text("SX901", encoding="ascii")
    (share / "c.xlsx").write_text("SX113", encoding="ascii")
    assert night(share, "--today", "2027-03-01").exit_code == 3
    assert told(history_of(share)) == {
        "a.xlsx": [(1, "treated")],
        "b.xlsx": [(1, "failed")],
        "c.xlsx": [(1, "skipped")],
        "sub/d.xlsx": [(1, "treated")],
    }
    assert verdicts(history_of(share)) == {"a.xlsx": ["ideal"], "sub/d.xlsx": ["ideal"]}
    with Database(str(history_of(share))).reading() as connection:
        (run,) = queries.runs_of(connection)
        codes = {one.failure for one in queries.nights_of(connection)}
    assert codes == {None, "SX901", "SX113"}
    assert run.ended is not None


def test_a_night_twice_is_one_record(share: Path) -> None:
    """The same day again leaves as many rows, and what the later run said."""
    for content in ("ideal", "avoid"):
        (share / "a.xlsx").write_text(content, encoding="ascii")
        assert night(share, "--today", "2027-03-01").exit_code == 0
    assert told(history_of(share))["a.xlsx"] == [(1, "treated")]
    assert verdicts(history_of(share))["a.xlsx"] == ["avoid"]


def test_a_workbook_that_was_renamed_goes_on(share: Path) -> None:
    """Under its new name it is the one it was; a copy begins its own history."""
    (share / "a.xlsx").write_text("happy", encoding="ascii")
    night(share, "--today", "2027-03-01")
    (share / "a.xlsx").rename(share / "sub" / "new.xlsx")
    (share / "e.xlsx").write_text("ideal", encoding="ascii")
    night(share, "--today", "2027-03-02")
    found = told(history_of(share))
    assert found["sub/new.xlsx"] == [(1, "treated"), (2, "treated")]
    assert found["e.xlsx"] == [(2, "treated")]
    assert "a.xlsx" not in found


def test_a_history_that_is_not_reached_gets_it_the_next_time(share: Path, tmp_path: Path) -> None:
    """The night goes on, says so with 1, and the next ones hand all over in the order of days."""
    spare = tmp_path / "spare.sqlite"
    spare.mkdir()  # a folder stands where the database is to be
    for day, content in ((1, "ideal"), (2, "avoid")):
        (share / "a.xlsx").write_text(content, encoding="ascii")
        result = night(share, "--today", f"2027-03-0{day}", "--history", spare)
        assert result.exit_code == 1
        assert "SX960" in result.stderr
        assert "SX967" in result.stderr
    assert len(waiting(share)) == 8
    spare.rmdir()
    (share / "a.xlsx").write_text("happy", encoding="ascii")
    result = night(share, "--today", "2027-03-03", "--history", spare)
    assert (result.exit_code, result.stderr) == (0, "")
    assert waiting(share) == []
    assert told(spare)["a.xlsx"] == [(1, "treated"), (2, "treated"), (3, "treated")]
    assert verdicts(spare)["a.xlsx"] == ["ideal", "avoid", "happy"]
    assert verdicts(spare)["b.xlsx"] == ["ideal"]


def test_a_server_that_is_not_there_tells_no_password(share: Path) -> None:
    """Neither the messages nor the journal hold it."""
    result = night(share, "--history", NOWHERE)
    assert result.exit_code == 1
    assert "secret" not in result.stderr
    assert b"secret" not in (share / ".strategy_xl" / "journal.sqlite").read_bytes()
    assert len(waiting(share)) == 4


def test_another_history_does_not_get_it(share: Path, tmp_path: Path) -> None:
    """What waits for one history is for that one."""
    night(share, "--history", NOWHERE)
    night(share, "--history", tmp_path / "other.sqlite")
    assert len(waiting(share)) == 4


def test_without_a_journal_it_is_said_what_is_missing(share: Path) -> None:
    """No journal, no history: the night is told as lost, and nothing is left beside the workbooks."""
    result = night(share, "--no-journal", "--history", NOWHERE)
    assert result.exit_code == 1
    assert "SX968" in result.stderr
    assert not (share / ".strategy_xl").exists()


def test_a_connection_lost_in_the_middle_is_back_at_the_end(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written meanwhile is, before the night ends, and there is nothing to tell."""
    real, calls = writing.write_nights, []

    def write(connection: sa.Connection, *given: Any) -> list[str]:
        calls.append(1)
        if len(calls) <= 3:
            real(connection, *given)  # half of it is there
            raise sa.exc.OperationalError("insert", {}, Exception("connection lost"))
        return real(connection, *given)

    monkeypatch.setattr(writing, "write_nights", write)
    result = night(share, "--today", "2027-03-01")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(calls) == 4
    assert {path: len(nights) for path, nights in told(history_of(share)).items()} == {
        "a.xlsx": 1,
        "b.xlsx": 1,
        "c.xlsx": 1,
        "sub/d.xlsx": 1,
    }
    assert waiting(share) == []


def test_a_record_that_is_refused_costs_no_other(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that the database does not take is named; the others of its batch are there."""
    real = writing.write_nights

    def write(connection: sa.Connection, share_: int, run: RunEntry, nights: Any, *rest: Any) -> list[str]:
        if any(one.path == "b.xlsx" for one in nights):
            raise sa.exc.DataError("insert", {}, Exception("value too odd"))
        return real(connection, share_, run, nights, *rest)

    monkeypatch.setattr(writing, "write_nights", write)
    result = night(share, "--today", "2027-03-01")
    assert result.exit_code == 1
    assert "b.xlsx SX966" in result.stderr
    assert sorted(told(history_of(share))) == ["a.xlsx", "c.xlsx", "sub/d.xlsx"]


def test_a_newer_history_is_left_alone(share: Path) -> None:
    """Its records wait for a newer program; both versions are told."""
    night(share, "--today", "2027-03-01")
    with closing(sqlite3.connect(history_of(share))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = history_of(share).read_bytes()
    result = night(share, "--today", "2027-03-02")
    assert result.exit_code == 1
    assert "SX961" in result.stderr
    assert "9999" in result.stderr
    assert history_of(share).read_bytes() == before
    assert len(waiting(share)) == 4


def test_what_nobody_can_read_any_more_is_told(share: Path) -> None:
    """An entry of the journal that is damaged is named and forgotten; the others are handed over."""
    night(share, "--history", NOWHERE, "--today", "2027-03-01")
    name = remembering.name_of(Target(NOWHERE, share, is_beside=False))
    with closing(sqlite3.connect(share / ".strategy_xl" / "journal.sqlite")) as connection, connection:
        connection.execute("UPDATE undelivered SET entry = '{' WHERE path = 'a.xlsx'")
        connection.execute("UPDATE undelivered SET target = '.' WHERE target = ?", (name,))
    result = night(share, "--today", "2027-03-02")
    assert result.exit_code == 1
    assert "a.xlsx SX966" in result.stderr
    assert told(history_of(share))["a.xlsx"] == [(2, "treated")]
    assert told(history_of(share))["b.xlsx"] == [(1, "treated"), (2, "treated")]


def test_a_trial_in_the_past_changes_nothing(share: Path) -> None:
    """A day before the last one known is not taken; it is noted, and no fault."""
    night(share, "--today", "2027-03-05")
    (share / "a.xlsx").write_text("avoid", encoding="ascii")
    result = night(share, "--today", "2027-03-01")
    assert result.exit_code == 0
    assert "SX971" in result.stderr
    assert verdicts(history_of(share))["a.xlsx"] == ["ideal"]


def test_marks_are_trusted_only_for_what_the_history_has_read(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a new history every workbook is read once, though its mark says that it has not changed."""
    real = runner.recompute_workbook

    def lasting(path: Path, *given: Any, **options: Any) -> JobReport:
        with path.open("rb") as stream:
            mark = fingerprint(stream)
        return replace(real(path, *given, **options), lasting=Lasting(mark, date.min, date.max))

    monkeypatch.setattr(runner, "recompute_workbook", lasting)
    for path in share.rglob("*.xlsx"):
        path.write_text("ideal", encoding="ascii")
    monkeypatch.setattr("strategy_xl.runs.marks.fingerprint", lambda _stream: "")
    night(share, "--today", "2027-03-01", "--no-history")
    night(share, "--today", "2027-03-02")
    night(share, "--today", "2027-03-03")
    assert told(history_of(share))["a.xlsx"] == [(2, "treated"), (3, "unchanged")]


def test_a_run_that_is_killed_leaves_nothing_only_the_journal_knows(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the journal calls done is in the history; the run that goes on is the same run."""
    real = runner.recompute_workbook

    def stuck(path: Path, *given: Any, **options: Any) -> JobReport:
        if path.name == "d.xlsx" and not (share / "go").exists():
            time.sleep(60)
        return real(path, *given, **options)

    monkeypatch.setattr(runner, "recompute_workbook", stuck)
    monkeypatch.setattr("strategy_xl.runs.journal._FLUSH_SECONDS", 0.0)
    process = get_context("fork").Process(
        target=cli.main, args=(["recompute", str(share), "--jobs", "1", "--today", "2027-03-01"],)
    )
    process.start()
    journal = share / ".strategy_xl" / "journal.sqlite"
    deadline = time.monotonic() + 60

    def done() -> set[str]:
        if not journal.exists():
            return set()
        with closing(sqlite3.connect(journal, timeout=10)) as connection:
            try:
                rows = connection.execute("SELECT path FROM books WHERE state = 'done'")
                return {os.fsdecode(path) for (path,) in rows}
            except sqlite3.OperationalError:  # not laid out yet
                return set()

    while len(done()) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert done() == set(told(history_of(share))) == {"a.xlsx", "b.xlsx", "c.xlsx"}
    (share / "go").touch()
    assert night(share, "--resume", "--today", "2027-03-01").exit_code == 0
    assert len(told(history_of(share))) == 4
    with Database(str(history_of(share))).reading() as connection:
        assert len(queries.runs_of(connection)) == 1


# -- where it is -------------------------------------------------------------------------------------------


def test_where_the_history_is(tmp_path: Path) -> None:
    """Named, beside a journal that is elsewhere, of a folder above, beside the workbooks, or none."""
    home = tmp_path / "share" / "sub"
    home.mkdir(parents=True)
    assert find_target("x://", home) == Target("x://", home, is_beside=False)
    journal = tmp_path / "j" / "all.sqlite"
    assert find_target(None, home, journal=journal) == Target(
        str(tmp_path / "j" / "history.sqlite"), home, is_beside=False
    )
    assert find_target(None, home) == Target(str(history_of(home)), home, is_beside=True)
    assert find_target(None, home, begins=False) is None
    above = history_of(tmp_path / "share")
    above.parent.mkdir()
    above.touch()
    assert find_target(None, home, begins=False) == Target(str(above), tmp_path / "share", is_beside=True)


def test_one_workbook_alone_begins_no_history_but_goes_on_with_one(share: Path) -> None:
    """As with the journal; an address that is named is used in any case."""
    assert night(share / "a.xlsx", "--today", "2027-03-01").exit_code == 0
    assert not (share / ".strategy_xl").exists()
    night(share, "--today", "2027-03-02")
    night(share / "sub" / "d.xlsx", "--today", "2027-03-03")
    assert told(history_of(share))["sub/d.xlsx"] == [(2, "treated"), (3, "treated")]
    assert not (share / "sub" / ".strategy_xl").exists()


@pytest.mark.parametrize("option", ["--no-history", "--dry-run"])
def test_runs_that_are_not_to_be_remembered(share: Path, option: str) -> None:
    """No history is made, and the workbooks make no records for it."""
    assert night(share, option).exit_code == 0
    assert not history_of(share).exists()


def test_a_wrong_address_stops_the_run_before_the_first_workbook(share: Path) -> None:
    """It is the caller's mistake, not the night's."""
    result = night(share, "--history", "mysql://u:secret@h/d")
    assert isinstance(result.exception, Exception)
    assert "SX963" in str(result.exception)
    assert "secret" not in str(result.exception)
    assert not (share / ".strategy_xl").exists()


def test_the_address_may_stand_in_the_environment(
    share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STRATEGY_XL_HISTORY serves nights of a timer; the option outranks it."""
    monkeypatch.setenv("STRATEGY_XL_HISTORY", str(tmp_path / "one.sqlite"))
    night(share)
    night(share, "--history", tmp_path / "two.sqlite")
    assert len(told(tmp_path / "one.sqlite")) == len(told(tmp_path / "two.sqlite")) == 4


def test_colleagues_may_write_in_it(share: Path) -> None:
    """The file is open to those who may use the folder, whatever the umask."""
    share.chmod(0o770)
    before = os.umask(0o077)
    try:
        night(share)
    finally:
        os.umask(before)
    assert history_of(share).stat().st_mode & 0o777 == 0o660


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Callable[[str], Memory]]:
    """Makes what a run of a day tells a history in a folder that has no journal yet."""

    def make(day: str) -> Memory:
        target = Target(str(history_of(tmp_path)), tmp_path, is_beside=True)
        journal = Journal(tmp_path / ".strategy_xl" / "journal.sqlite", tmp_path)
        return Memory(target, journal, RunEntry(day, date.fromisoformat(day), day, "0.1"), load_default())

    return make


def test_what_people_ask_for_is_found_in_the_shares(tmp_path: Path) -> None:
    """The nearest share that holds it, all of it or a part; None where none does."""
    target = Target("x", tmp_path, is_beside=False)
    (tmp_path / "a" / "b").mkdir(parents=True)
    shares = [(1, str(tmp_path)), (2, str(tmp_path / "a")), (3, "/elsewhere")]
    assert part_of(target, tmp_path, shares) == (1, "")
    assert part_of(target, tmp_path / "a", shares) == (2, "")
    assert part_of(target, tmp_path / "a" / "b", shares) == (2, "b/")
    assert part_of(target, tmp_path / "a" / "x.xlsx", shares) == (2, "x.xlsx")
    assert part_of(target, Path("/other"), shares) is None
    assert part_of(target, tmp_path / "a", [(7, ".")]) == (7, "a/")


def test_names_that_are_no_text_are_told_with_escapes(tmp_path: Path) -> None:
    """A file name of other bytes does not stop the history."""
    assert told_from(tmp_path, tmp_path / os.fsdecode(b"caf\xe9.xlsx")) == "caf\\udce9.xlsx"


def test_the_history_hears_nothing_without_a_workbook(memory: Callable[[str], Memory]) -> None:
    """A run that ends at once is in the history as a run, with nothing to tell."""
    one = memory("2027-03-01")
    one.begin()
    one.end("2027-03-01", whole=True)
    assert one.findings == []
