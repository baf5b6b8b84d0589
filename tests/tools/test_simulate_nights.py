"""Simulated nights: the history tells exactly what the scripts foresee, and a difference is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
import simulate_nights
import sqlalchemy as sa
from simulate_nights import Script, differences, scripted_events, simulate

BOOKS, NIGHTS = 3, 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the small simulation is."""
    return tmp_path_factory.mktemp("nights")


@pytest.fixture
def server(postgresql: str) -> str:
    """The address of a server without tables, whatever tests before have left."""
    engine = sa.create_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    return postgresql


@pytest.mark.xdist_group("postgresql")
def test_small_simulation_in_both_databases(
    folder: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three workbooks over six nights, in SQLite and PostgreSQL: each migration, cause and trend, no other.

    The days of all edits are drawn together, so that each of them happens within six nights.
    """
    monkeypatch.setattr(simulate_nights, "COPIED_BOOK", 5)
    monkeypatch.setattr(simulate_nights, "RENAMED_BOOK", 6)
    monkeypatch.setattr(simulate_nights.Script, "of", _early)
    where = [str(folder / "history.sqlite"), server]
    simulate(folder, where, BOOKS, NIGHTS, 1)
    wanted = scripted_events(BOOKS, NIGHTS)
    assert {event.kind for event in wanted} == {"client", "account", "kpi"}
    assert any("renommé" in event.book for event in wanted)
    for place in where:
        assert differences(place, BOOKS, NIGHTS) == []
    # The comparison is no formality: another script is another history.
    monkeypatch.setattr(simulate_nights.Script, "of", lambda number: _early(number)._replace(improves=3))
    assert differences(where[0], BOOKS, NIGHTS)


_REAL = Script.of


def _early(number: int) -> Script:
    """A script whose edits are all done within six nights."""
    early = _REAL(number)._replace(
        improves=2 if number == 0 else 0,
        falls=3 if number == 1 else 0,
        leaves=2 if number == 2 else 0,
        renames=4 if number == 0 else 0,
        copies=3 if number == 2 else 0,
        reading=4 if number < 2 else 0,
        is_fixed=number == 1,
        copied=number == 0,
        renamed=number == 2,
    )
    return early._replace(value=20.0)


def test_scripts_reach_every_kind_of_edit() -> None:
    """In the whole simulation every edit happens, and KPIs drift by the day and by readings."""
    events = scripted_events(200, 30)
    causes = {event.cause for event in events}
    assert causes >= {"day", "value 20.0", "satisfaction 9.0", "hours 500.0", "left 2026-10-30"}
    assert {(event.old, event.new) for event in events if event.kind == "kpi"} >= {
        ("on_track", "at_risk"),
        ("at_risk", "late"),
        ("on_track", "late"),
    }
    assert any(event.name == simulate_nights.COPY for event in events)
    assert any("copie" in event.book for event in events)
    assert len(events) > 250
