"""``doctor --night``: every check on a real folder, in its good and its bad case; nothing stays behind."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner

from strategy_xl.commands import cli
from strategy_xl.hosts.doctor import night as checks
from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.night import LOOKS, Night, database_side, disk_side, examine_night, folder_side
from strategy_xl.hosts.machine import Machine
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import message

HIDDEN = ".strategy_xl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two workbooks, as far as these checks look into them."""
    (tmp_path / "sub").mkdir()
    for name in ("a.xlsx", "sub/b.xlsx"):
        (tmp_path / name).write_bytes(b"PK" * 500)
    return tmp_path


def codes(results: Iterable[Result]) -> list[tuple[State, str]]:
    """State and code of each."""
    return [(each.state, each.code) for each in results]


def names(folder: Path) -> list[str]:
    """Everything below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


OK = [(State.OK, "OK")]


def test_a_folder_that_is_ready(folder: Path) -> None:
    """Every check is told once, none is a problem, every sentence is there, nothing stays behind."""
    before = names(folder)
    results = list(examine_night(Machine(books=folder), Night(folder)))
    assert [each.check for each in results] == list(LOOKS)
    assert not [each for each in results if each.state is State.PROBLEM]
    assert names(folder) == before
    for each in results:
        for lang in LANGUAGES:
            assert message(each.key, lang, **each.args)


def test_every_result_has_its_messages() -> None:
    """What the checks can answer and what the catalogue has are the same; what is to mend has a remedy."""
    root = Path(checks.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in root.glob("*.py"))
    given = set(re.findall(r'"(night_\w+)", State\.\w+, "([A-Z_]+)"', source))
    given |= {
        ("night_locks", "OK"),
        ("night_locks", "NONE"),
        ("night_database", "OK"),
        ("night_database", "NEW"),
    }
    given |= {("night_database", code) for code in database_side._OF_HISTORY.values()}
    given |= {("night_rights", code) for code in ("READ_ONLY", "LINKED", "ODD")}
    given |= {("night_drivers", "ALL"), ("night_drivers", "SOME")}
    path = root.parents[2] / "text" / "locales" / "fr" / "LC_MESSAGES" / "operate.po"
    with path.open("rb") as stream:
        ids = [entry.id for entry in read_po(stream) if entry.id]
    keys = {each if isinstance(each, str) else each[0] for each in ids}
    form = re.compile(r"doctor\.(night_[a-z]+)\.([A-Z_]+)(\.hint)?")
    assert {found.group(1, 2) for found in map(form.fullmatch, keys) if found} == given
    assert {key.split(".")[1] for key in keys if key.endswith(".title") and key.startswith("doctor.")} == set(
        LOOKS
    )
    well = {"OK", "NEW", "ALL"}
    assert {pair for pair in given if f"doctor.{pair[0]}.{pair[1]}.hint" not in keys} == {
        pair for pair in given if pair[1] in well
    }


def test_books(folder: Path, tmp_path: Path) -> None:
    """How many there are; none, and what cannot be opened, are pointed out."""
    assert codes(folder_side.books(Night(folder))) == OK
    (folder / "gone.xlsx").symlink_to(folder / "nowhere")
    assert codes(folder_side.books(Night(folder))) == [(State.PROBLEM, "UNREADABLE")]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert codes(folder_side.books(Night(empty))) == [(State.ATTENTION, "NONE")]


def test_rights(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which nothing can be made is a problem; protected and linked workbooks are pointed out."""
    assert codes(folder_side.rights(Night(folder))) == OK
    (folder / "a.xlsx").chmod(0o444)
    os.link(folder / "sub" / "b.xlsx", folder / "sub" / "c.xlsx")
    found = list(folder_side.rights(Night(folder)))
    assert codes(found) == [(State.ATTENTION, "READ_ONLY"), (State.ATTENTION, "LINKED")]
    assert [each.args["n"] for each in found] == [1, 1]  # two names, one file

    def refuse(prefix: str, suffix: str, dir: Path) -> tuple[int, str]:  # noqa: A002 - as tempfile has it
        if dir.name == "sub":
            raise PermissionError(13, "Permission denied")
        return mkstemp(prefix=prefix, suffix=suffix, dir=dir)

    import tempfile

    mkstemp = tempfile.mkstemp
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    (result,) = folder_side.rights(Night(folder))
    assert (result.state, result.code, result.args["n"]) == (State.PROBLEM, "FOLDER", 1)
    assert result.args["path"] == str((folder / "sub").resolve())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_rights_of_the_system(folder: Path) -> None:
    """A folder that the system closes is the same problem."""
    (folder / "sub").chmod(0o555)
    assert codes(folder_side.rights(Night(folder))) == [(State.PROBLEM, "FOLDER")]
    (folder / "sub").chmod(0o755)


def test_open_books(folder: Path) -> None:
    """Somebody at a workbook is pointed out; a mark of days ago is called one."""
    assert codes(folder_side.open_books(Night(folder))) == OK
    mark = folder / ".~lock.a.xlsx#"
    mark.write_text(",Anne,pc,01.12.2026 09:00,file:///x;", encoding="utf-8")
    assert codes(folder_side.open_books(Night(folder))) == [(State.ATTENTION, "OPEN")]
    os.utime(mark, (1, 1))
    assert codes(folder_side.open_books(Night(folder))) == [(State.ATTENTION, "OLD")]


def test_swap(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where names cannot be exchanged it is said, with the kind of file system."""
    if sys.platform == "linux":
        assert codes(disk_side.swap(Night(folder))) == OK

    def cannot(_one: Path, _other: Path) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(disk_side, "exchange", cannot)
    assert codes(disk_side.swap(Night(folder))) == [(State.ATTENTION, "NOT_IN_ONE_STEP")]


def test_locks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real locks hold here; where the second writer is let in, it is a problem."""
    assert codes(disk_side.locks(Night(folder))) == OK
    monkeypatch.setattr(disk_side, "locks_hold", lambda _file: False)
    assert codes(disk_side.locks(Night(folder))) == [(State.PROBLEM, "NONE")]


@pytest.mark.parametrize(
    ("free", "expected"),
    [(10**9, (State.OK, "OK")), (100_002_100, (State.ATTENTION, "SHORT")), (10**6, (State.PROBLEM, "FULL"))],
)
def test_space(folder: Path, free: int, expected: tuple[State, str]) -> None:
    """Against the largest workbook, and against one earlier version of each."""
    assert codes(disk_side.space(Night(folder, free=lambda _folder: free))) == [expected]


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        (0, (State.OK, "OK")),
        (30, (State.ATTENTION, "DRIFTS")),
        (-600, (State.PROBLEM, "APART")),
        (-200_000, (State.PROBLEM, "BEHIND")),
    ],
)
def test_clock(folder: Path, away: float, expected: tuple[State, str]) -> None:
    """Against the clock of the file system, and against the workbooks."""
    now = (folder / "a.xlsx").stat().st_mtime
    assert codes(disk_side.clock(Night(folder, now=lambda: now + away))) == [expected]


def journal(folder: Path, *statements: str) -> Path:
    """A journal as a run leaves it, then changed."""
    from datetime import date

    from strategy_xl.runs.journal import Journal

    file = folder / HIDDEN / "journal.sqlite"
    kept = Journal(file, folder)
    kept.begin([], "task", date(2026, 12, 1))
    kept.end(whole=True)
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return file


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1", (State.OK, "OK")),
        ("DELETE FROM runs", (State.OK, "OK")),
        ("UPDATE runs SET state = 'left'", (State.ATTENTION, "NOT_ENDED")),
        ("UPDATE runs SET state = 'running', space = '', seen = 9e12", (State.ATTENTION, "BUSY")),
        ("PRAGMA user_version = 99", (State.PROBLEM, "WRONG")),
        ("DROP TABLE runs", (State.PROBLEM, "WRONG")),
    ],
)
def test_journal(folder: Path, statement: str, expected: tuple[State, str]) -> None:
    """None yet, a whole one, a run that was left or is at work, one of another program, a damaged one."""
    assert codes(database_side.journal(Night(folder))) == [(State.OK, "NEW")]
    file = journal(folder, statement)
    before = file.read_bytes()
    (result,) = database_side.journal(Night(folder))
    assert (result.state, result.code) == expected
    for lang in LANGUAGES:
        assert message(result.key, lang, **result.args)
    assert file.read_bytes() == before


def test_history_file(folder: Path) -> None:
    """One to come, one that is there, which stays as it was, and one that is none."""
    from strategy_xl.history.database import Database

    file = folder / HIDDEN / "history.sqlite"
    assert codes(database_side.database(Night(folder))) == [(State.OK, "NEW")]
    assert not file.exists()
    file.parent.mkdir()
    database = Database(str(file))
    database.prepare()
    database.close()
    assert codes(database_side.database(Night(folder))) == OK
    with closing(sqlite3.connect(file)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "entities" in tables
    assert not [name for name in tables if "probe" in name]
    assert [path.name for path in file.parent.iterdir()] == ["history.sqlite"]
    file.write_bytes(b"no database at all" * 100)
    assert codes(database_side.database(Night(folder))) == [(State.PROBLEM, "UNREACHED")]


@pytest.mark.parametrize(
    ("where", "code"),
    [("mysql://a@b/c", "ADDRESS"), ("postgresql://night:secret@127.0.0.1:1/plans", "UNREACHED")],
)
def test_history_elsewhere(folder: Path, where: str, code: str) -> None:
    """An address of something else, and a server that is not there; the password is not shown."""
    pytest.importorskip("psycopg")
    (result,) = database_side.database(Night(folder, where))
    assert (result.state, result.code) == (State.PROBLEM, code)
    for lang in LANGUAGES:
        assert "secret" not in message(result.key, lang, **result.args)


def test_drivers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is told with how to get it; it is no problem."""
    assert codes(database_side.drivers(Night(folder)))[0][0] is State.OK
    monkeypatch.setattr(database_side, "find_spec", lambda name: None if name == "psycopg" else object())
    (result,) = database_side.drivers(Night(folder))
    assert (result.code, result.args["missing"]) == ("SOME", "postgresql")


def test_the_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line a check and its remedy below; exit 1 for a problem; the variable gives the address."""
    runner = CliRunner()

    def run(*more: Any) -> Any:
        return runner.invoke(cli, ["doctor", "--night", str(folder), *more])

    result = run()
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1].replace("\N{NO-BREAK SPACE}", " ").startswith("Problèmes : 0")
    monkeypatch.setenv("STRATEGY_XL_HISTORY", "mysql://a@b/c")
    result = run()
    assert result.exit_code == 1
    assert "postgresql://" in result.output
    assert '"check": "night_database"' in run("--json").output
