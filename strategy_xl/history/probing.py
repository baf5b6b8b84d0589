"""Whether a history could be kept somewhere, and SQLite's locks hold in a folder; nothing is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from strategy_xl.history.database import Database
from strategy_xl.history.filesystems import mount_kind

_PROBE = sa.Table("strategy_xl_probe", sa.MetaData(), sa.Column("id", sa.Integer))


class Probe(NamedTuple):
    """What was found of a history.

    Arguments:
        version: of its schema; None when it is not there yet and can be made.
        place: where it is, for people, without a password.
        is_file: whether it is a file, else a server.
    """

    version: str | None
    place: str
    is_file: bool


def probe(where: str) -> Probe:
    """Whether a history can be reached, and tables be made in it; a table that is made for it is undone.

    Arguments:
        where: as ``database.parse`` takes it. A file that is not there is not made.

    Errors: HistoryError SX960 to SX963, as ``Database`` and its connections raise them.
    """
    database = Database(where)
    try:
        if not database.exists():
            return Probe(None, str(database.location), is_file=True)
        with database.writing() as connection:
            _PROBE.create(connection)
            transaction = connection.get_transaction()
            assert transaction is not None  # that of ``writing``
            transaction.rollback()
        return Probe(database.version(), str(database.location), database.is_file)
    finally:
        database.close()


def locks_hold(file: Path) -> bool:
    """Whether of two who write the same SQLite file one waits for the other.

    Arguments:
        file: an empty file, for this alone.

    Errors: OSError when the file cannot be used at all.
    """
    try:
        with closing(_connected(file)) as one, closing(_connected(file)) as other:
            one.execute("BEGIN IMMEDIATE")
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            return False
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def _connected(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=0, isolation_level=None)


__all__ = ["Probe", "locks_hold", "mount_kind", "probe"]
