"""Where a history lies, and connections to it: one SQLite file beside the workbooks, or a PostgreSQL server.

In SQLite a run writes through a write-ahead log, so that people can read meanwhile, where the file lies on
this machine; file servers do not share the memory that this needs, and there the oldest mode serves, in which
readers wait a moment. When the last one lets go of it the file is whole again, without a log beside it, and
can be read over a network and copied.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from strategy_xl.errors import Location, StrategyXlError, UsageError
from strategy_xl.history import filesystems
from strategy_xl.history.tables import HEAD, metadata

_BUSY_SECONDS = 20.0
_CONNECT_SECONDS = 10
_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))
_MIGRATIONS = Path(__file__).parent / "migrations"
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
"""A value as a column of JSON has it."""
_scan: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]
_WRITES = "writes"
_LOCK = 0x5358_4C48
"""Key of the lock under which one program at a time changes the schema on a server."""


class HistoryError(StrategyXlError):
    """A history that cannot be used: not reached, of a newer program, full, or no history at all."""


def location_of(where: str) -> Location:
    """Where a history is, for messages: a file's path, or a server's address without the password."""
    if "://" not in where:
        return Location(where)
    return Location(make_url(where).set(query={}).render_as_string(hide_password=True))


def parse(where: str) -> URL:
    """The address of a history.

    Arguments:
        where: path of a SQLite file, or a URL: ``sqlite:///…``, ``postgresql://user@host/name``.

    Errors: UsageError SX963 for an address of something else.
    """
    if "://" not in where:
        return URL.create("sqlite", database=str(Path(where).absolute()))
    try:
        url = make_url(where)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise UsageError("SX963", Location()) from error  # it may hold a password: not shown
    match url.get_backend_name():
        case "sqlite" if url.database:
            return url.set(drivername="sqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
    raise UsageError("SX963", location_of(where))


class Database:
    """One history; connections to it are made when they are asked for and closed again.

    Arguments:
        where: as ``parse`` takes it.
    """

    def __init__(self, where: str) -> None:
        """Nothing is opened yet; errors: HistoryError SX962 without the driver, UsageError SX963."""
        url = parse(where)
        self.is_file = url.get_backend_name() == "sqlite"
        self.file = Path(url.database or "") if self.is_file else None
        self.location = Location(str(self.file)) if self.is_file else location_of(where)
        self._is_known = False
        self._is_remote = self.file is not None and filesystems.is_remote(self.file.parent)
        try:
            self._engine = sa.create_engine(
                url,
                connect_args={} if self.is_file else {"connect_timeout": _CONNECT_SECONDS},
                json_serializer=to_json,
                json_deserializer=_of_json,
                # A connection is open while it is used: none goes along into processes that are forked.
                poolclass=NullPool,
            )
        except ImportError as error:
            raise HistoryError("SX962", self.location, extra="postgresql") from error
        if self.is_file:
            sa.event.listen(self._engine, "do_connect", self._connect)
            sa.event.listen(self._engine, "begin", _begin)

    def exists(self) -> bool:
        """Whether there is a file; a server is always taken to be there."""
        return self.file is None or self.file.is_file()

    def prepare(self) -> None:
        """Make the tables of a new history, and those of an earlier version into ones of this.

        Errors: HistoryError SX960 not reached, SX961 of a newer program.
        """
        self._refuse_newer(self.version() or "")
        with self.writing() as connection:
            if not self.is_file:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            found = _version(connection)
            if found is None:
                metadata.create_all(connection)
                connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
                connection.execute(sa.insert(_VERSION).values(version_num=HEAD))
            elif found < HEAD:
                _upgrade(connection)
            else:
                self._refuse_newer(found)

    def version(self) -> str | None:
        """Version of the schema as it stands; None when there are no tables yet."""
        with self._connected(writes=False) as connection:
            return _version(connection)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that looks and changes nothing.

        Errors: HistoryError SX964 nothing is kept there, SX961 of a newer program, SX970 of an earlier one,
        SX965 a night is writing it on another machine, SX960 not reached.
        """
        if not self.exists():
            raise HistoryError("SX964", self.location)
        if self._is_remote and self.file is not None and filesystems.has_log(self.file):
            raise HistoryError("SX965", self.location)
        with self._connected(writes=False) as connection:
            if not self._is_known:
                self._check(connection)
            yield connection

    def _check(self, connection: sa.Connection) -> None:
        found = _version(connection)
        if found is None:
            raise HistoryError("SX964", self.location)
        self._refuse_newer(found)
        if found < HEAD:
            raise HistoryError("SX970", self.location, found=found, known=HEAD)
        self._is_known = True

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A connection and its transaction: all that is done is kept when it ends well, else nothing.

        Errors: HistoryError SX960 with what the database said.
        """
        with self._connected(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def looking(self) -> Iterator[sa.Connection]:
        """A connection that only looks, whatever the tables are: the journal is a database too.

        Errors: HistoryError SX960.
        """
        with self._connected(writes=False) as connection:
            yield connection

    def compact(self) -> None:
        """Give back the room of what was taken out; a server does that by itself."""
        if not self.is_file:
            return
        with self._connected(writes=True) as connection:
            driver: Any = connection.connection.driver_connection
            try:
                driver.execute("VACUUM")
            except sqlite3.Error as error:
                raise HistoryError("SX960", self.location, detail=str(error)) from error

    def rewrite(self) -> None:
        """Write everything anew, so that nothing of what was deleted or changed stays in the files.

        On a server the tables are; its own logs and copies are not ours.

        Errors: HistoryError SX960, also when somebody reads meanwhile and old pages had to stay.
        """
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if not self.is_file:
                    connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(metadata.tables)}")
                    return
                driver: Any = connection.connection.driver_connection
                for statement in ("PRAGMA secure_delete = ON", "VACUUM"):
                    driver.execute(statement)
                is_held = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                if is_held:
                    raise HistoryError("SX960", self.location, detail="wal_checkpoint: SQLITE_BUSY")
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise HistoryError("SX960", self.location, detail=_told(error)) from error

    def close(self) -> None:
        """Let go; the last one leaves a SQLite file whole, without a log beside it."""
        if self.is_file and not self._is_remote and self.exists():
            with suppress(sa.exc.SQLAlchemyError, sqlite3.Error), self._engine.connect() as connection:
                # While others read or write it stays as it is: the last one does it.
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA busy_timeout = 0")
                driver.execute("PRAGMA journal_mode = DELETE")
        self._engine.dispose()

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                if self.is_file:
                    self._set_mode(connection, writes=writes)
                yield connection
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            code = "SX966" if _refuses_values(error) else "SX960"
            raise HistoryError(code, self.location, detail=_told(error)) from error

    def _refuse_newer(self, found: str) -> None:
        if found > HEAD:
            raise HistoryError("SX961", self.location, found=found, known=HEAD)

    def _connect(
        self, _dialect: object, _record: object, _args: object, _words: object
    ) -> sqlite3.Connection:
        """A connection of SQLite in which we say ourselves when a transaction begins."""
        connection = sqlite3.connect(str(self.file), timeout=_BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _set_mode(self, connection: sa.Connection, *, writes: bool) -> None:
        connection.info[_WRITES] = writes
        if writes and not self._is_remote:
            driver: Any = connection.connection.driver_connection
            with suppress(sqlite3.OperationalError):  # others are at it: it keeps the mode it has
                driver.execute("PRAGMA journal_mode = WAL")
                driver.execute("PRAGMA synchronous = NORMAL")


def _of_json(text: str | bytes) -> Any:
    """What ``to_json`` wrote; ten thousand times a night, so without looking for blanks around it."""
    return _scan(text if isinstance(text, str) else text.decode(), 0)[0]


def _begin(connection: sa.Connection) -> None:
    """Begin as what is meant: two who both read first and then write would wait for each other."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get(_WRITES) else "BEGIN")


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    return found


def _upgrade(connection: sa.Connection) -> None:
    """Run the migrations that are missing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _refuses_values(error: Exception) -> bool:
    """Whether it is about the values that were given, not about the database."""
    if isinstance(error, sa.exc.DBAPIError):
        return isinstance(error, sa.exc.DataError | sa.exc.IntegrityError)
    return isinstance(error, sa.exc.StatementError)  # the driver never saw them


def _told(error: Exception) -> str:
    """What the driver said, in one line."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
    return " ".join(str(cause).split())
