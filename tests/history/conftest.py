"""A history of each kind, empty for each test; and records to put into it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from strategy_xl.history.database import Database

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode does not find helpers

from past import Nights

SERVER = pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))


@pytest.fixture(params=["sqlite", SERVER])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty history: a file that is not there yet, or a server without tables."""
    if request.param == "sqlite":
        return str(tmp_path / "history.sqlite")
    address: str = request.getfixturevalue("postgresql")
    engine = sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    return address


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history in a file with its tables, to be copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "history.sqlite"
    made = Database(str(path))
    made.prepare()
    made.close()
    return path


@pytest.fixture
def database(where: str, empty_file: Path) -> Iterator[Database]:
    """An empty history with its tables."""
    found = Database(where)
    if found.is_file:
        shutil.copy(empty_file, where)
    else:
        found.prepare()
    yield found
    found.close()


@pytest.fixture
def nights(database: Database) -> Nights:
    """A writer of nights into the empty history."""
    return Nights(database)
