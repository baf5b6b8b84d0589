"""Where a history lies and what it does when it cannot be used: of another version, full, closed, in use."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from past import Nights, record, table

from strategy_xl.errors import UsageError
from strategy_xl.history import database as databases
from strategy_xl.history import filesystems, queries, tables
from strategy_xl.history.database import Database, HistoryError, location_of, parse
from strategy_xl.text.catalog import message

MIGRATIONS = Path(databases.__file__).parent / "migrations"


def code_of(error: pytest.ExceptionInfo[HistoryError]) -> str:
    """The code of what was raised."""
    return error.value.finding.code


def test_migrations_and_tables_say_the_same(where: str) -> None:
    """A history that went through all migrations is the one that is made at once, to the last column."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == tables.HEAD
    grown = Database(where)
    with grown.writing() as connection:
        databases._upgrade(connection)
    with grown.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        names = set(sa.inspect(connection).get_table_names())
    assert names == {*tables.metadata.tables, "alembic_version"}
    grown.prepare()
    assert grown.version() == tables.HEAD
    grown.close()


def test_tables_lie_by_workbook_in_both_ways_of_making_them(tmp_path: Path) -> None:
    """SQLite is told the same by a migration and at once: keys, references, order of rows."""
    made: list[dict[str, str]] = []
    for name in ("new", "grown"):
        history = Database(str(tmp_path / name))
        if name == "grown":
            with history.writing() as connection:
                databases._upgrade(connection)
        history.prepare()
        with history.reading() as connection:
            rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            made.append({key: " ".join(told.split()) for key, told in rows if key != "alembic_version"})
    assert made[0] == made[1]


def test_a_newer_schema_is_refused_with_both_versions(database: Database) -> None:
    """A program that is older than the history touches nothing and says which versions met."""
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (database.prepare, lambda: database.reading().__enter__()):
        with pytest.raises(HistoryError) as error:
            use()
        assert error.value.finding.args == {"found": "9999", "known": tables.HEAD}
        assert code_of(error) == "SX961"


def test_an_older_schema_is_brought_up_to_date_by_who_writes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who only looks is told to migrate; a run does it, with all migrations in one transaction."""
    seen: list[str] = []
    monkeypatch.setattr(databases, "HEAD", "9998")
    monkeypatch.setattr(databases, "_upgrade", lambda _connection: seen.append("upgraded"))
    with pytest.raises(HistoryError) as error, database.reading():
        pass
    assert (code_of(error), error.value.finding.args) == ("SX970", {"found": tables.HEAD, "known": "9998"})
    database.prepare()
    assert seen == ["upgraded"]


def test_there_is_none(where: str) -> None:
    """Looking makes no history: a file that is not there, a server without tables."""
    with pytest.raises(HistoryError) as error, Database(where).reading():
        pass
    assert code_of(error) == "SX964"
    assert "://" in where or not Path(where).exists()


@pytest.mark.parametrize(
    "where",
    ["mysql://u:secret@h/d", "sqlite://", "postgresql://u:sec ret@h:port/d", "://", "s3://b/x.sqlite"],
)
def test_other_addresses_are_refused_without_their_password(where: str) -> None:
    """What is neither a file nor a PostgreSQL is refused; no password comes into a message."""
    with pytest.raises(UsageError, match="SX963") as error:
        parse(where)
    assert "sec" not in str(error.value)


def test_passwords_are_in_no_message() -> None:
    """Neither the one of the address nor those among its options."""
    told = str(location_of("postgresql://ann:secret@db.example/strategy?password=other&sslmode=require"))
    assert told == "postgresql://ann:***@db.example/strategy"


def test_a_server_that_is_not_there() -> None:
    """It is said with what the driver says, located, without the password."""
    history = Database("postgresql://ann:secret@127.0.0.1:1/strategy")
    with pytest.raises(HistoryError) as error, history.writing():
        pass
    assert code_of(error) == "SX960"
    assert "refused" in str(error.value)
    assert "secret" not in str(error.value)


def test_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PostgreSQL without psycopg says which extra to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(HistoryError) as error:
        Database("postgresql://ann@db.example/strategy")
    assert (code_of(error), error.value.finding.args) == ("SX962", {"extra": "postgresql"})
    for lang in ("fr", "en"):
        assert '"strategy-xl[postgresql]"' in message("SX962.hint", lang, **error.value.finding.args)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at" * 9, None])
def test_a_file_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    """A file of something else stays as it is, a folder too; the message says what is wrong."""
    file = tmp_path / "history.sqlite"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(HistoryError) as error:
        Database(str(file)).prepare()
    assert code_of(error) == "SX960"
    assert content is None or file.read_bytes() == content


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A night that finds no room is not in the history at all; the nights before it are."""
    history = Database(str(tmp_path / "history.sqlite"))
    history.prepare()
    nights = Nights(history)
    nights.write("2027-03-01", record(table({"Ada": "ideal"})))
    history.close()
    connect = history._connect

    def full(*given: Any) -> sqlite3.Connection:
        connection = connect(*given)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        return connection

    sa.event.remove(history._engine, "do_connect", history._connect)
    sa.event.listen(history._engine, "do_connect", full)
    many = {f"Client {number}" + "x" * 200: "ideal" for number in range(500)}
    with pytest.raises(HistoryError) as error:
        nights.write("2027-03-02", record(table(many)))
    assert code_of(error) == "SX960"
    assert "full" in str(error.value)
    with history.reading() as connection:
        assert [night.day.day for night in queries.nights_of(connection)] == [1]
        assert len(queries.entities_of(connection, "client")) == 1


def test_two_runs_write_side_by_side(where: str) -> None:
    """Two that write at once each wait their turn; nothing of either is lost."""
    Database(where).prepare()
    wrong: list[Exception] = []

    def run(name: str) -> None:
        try:
            history = Database(where)
            nights = Nights(history, place=f"/srv/{name}")
            for day in range(1, 7):
                rows = {f"{name} {number}": "ideal" for number in range(day)}
                nights.runs = hash(name) % 1000 + day
                nights.write(f"2027-03-0{day}", {f"{name}.xlsx": record(table(rows))})
            history.close()
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise it to
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    with Database(where).reading() as connection:
        assert len(queries.nights_of(connection)) == 18
        assert len(queries.states_on(connection, "client")) == 18


def test_people_read_while_a_run_writes(tmp_path: Path) -> None:
    """On this machine a reader waits for nobody and sees the night before."""
    file = tmp_path / "history.sqlite"
    history = Database(str(file))
    history.prepare()
    Nights(history).write("2027-03-01", record(table({"Ada": "ideal"})))
    with history.writing() as writer:
        writer.execute(sa.delete(tables.states))
        start = time.monotonic()
        with Database(str(file)).reading() as reader:
            assert len(queries.states_on(reader, "client")) == 1
        assert time.monotonic() - start < 5


def test_a_file_at_rest_is_whole(tmp_path: Path) -> None:
    """When the last one has let go there is no log beside it, and it can be read over a network."""
    file = tmp_path / "history.sqlite"
    history = Database(str(file))
    history.prepare()
    assert filesystems.has_log(file)
    history.close()
    assert not filesystems.has_log(file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history.sqlite"]


def test_on_a_file_server_there_is_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory is not shared the oldest mode serves; a file with a log there is not read at all."""
    monkeypatch.setattr(filesystems, "mount_kind", lambda _place: "cifs")
    file = tmp_path / "history.sqlite"
    history = Database(str(file))
    history.prepare()
    Nights(history).write("2027-03-01", record(table({"Ada": "ideal"})))
    assert not filesystems.has_log(file)
    with closing(sqlite3.connect(file)) as other:  # a night on the machine that has the file
        other.execute("PRAGMA journal_mode = WAL")
    with pytest.raises(HistoryError) as error, history.reading():
        pass
    assert code_of(error) == "SX965"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ("1 1 0:1 / / rw - ext4 /dev/sda rw", "ext4"),
        ("1 1 0:1 / / rw - ext4 d rw\n2 1 0:2 / /srv/my\\040plans rw shared:1 - cifs //s/p rw", "cifs"),
        ("1 1 0:1 / /srv rw - ext4 d rw\n2 1 0:2 / /srv rw - nfs4 s:/p rw", "nfs4"),
        ("1 1 0:1 / / rw - ext4 d rw\n2 1 0:2 / /srv/other rw - nfs s:/p rw", "ext4"),
    ],
)
def test_the_file_system_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, kind: str
) -> None:
    """The nearest mount above it counts, of two on one place the later one, and names may have spaces."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(lines, encoding="utf-8")
    monkeypatch.setattr(filesystems, "_MOUNTS", mounts)
    assert filesystems.mount_kind(Path("/srv/my plans/2027")) == kind


def test_where_the_system_does_not_tell_it_is_taken_for_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown file system gets the mode that works everywhere."""
    monkeypatch.setattr(filesystems, "_MOUNTS", tmp_path / "none")
    assert filesystems.is_remote(tmp_path)


def test_a_connection_goes_into_no_other_process(database: Database) -> None:
    """Between two uses nothing is open that a forked process would share."""
    assert re.match("NullPool", type(database._engine.pool).__name__)
    assert database._engine.pool.status() == "NullPool"


def test_looking_at_the_help_needs_no_database() -> None:
    """No command's help imports SQLAlchemy or Alembic."""
    code = (
        "import sys; from strategy_xl.commands import main; sys.argv = ['s', 'history', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit(bool({'sqlalchemy', 'alembic', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0
