"""A run explains what changed since the last night; what cannot be explained stops nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from strategy_xl.history import queries
from strategy_xl.history.book_record import BookRecord, EntityTable
from strategy_xl.history.database import Database
from strategy_xl.history.packing import pack, unpack
from strategy_xl.history.writing import BookNight, Outcome, RunEntry
from strategy_xl.runs import remembering
from strategy_xl.runs.explaining import explained
from strategy_xl.runs.histories import Target
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.outcome import Answer
from strategy_xl.runs.remembering import Memory
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport

SPEC = load_default()


def record(verdict: str, basis: bytes) -> BookRecord:
    """A workbook with one client."""
    table = EntityTable(
        kind="client", block="clients", sheet="Clients", rows=[7], cells=["B7"], identities=["n:acme"],
        names=["Acme"], verdicts=[verdict], columns={}, latest={}, reasons=[[]], missing=[[]],
        rule="client_matrix.classify", version="1",
    )  # fmt: skip
    return BookRecord("2027-03-01", "fr", 4, {}, {}, tables=[table.digested()], basis=basis)


def night(folder: Path, day: date, verdict: str) -> Memory:
    """A run that tells the history of one workbook."""
    place = Target(str(folder / "history.sqlite"), folder, is_beside=False)
    memory = Memory(place, Journal(None, folder), RunEntry(str(day), day, f"{day}T02:00:00", "1"), SPEC)
    memory.begin()
    report = JobReport(folder / "plan.xlsx", changed=1, record=record(verdict, b"no basis"))
    memory.take(Answer(report))
    memory.flush()
    memory.end(f"{day}T03:00:00", whole=True)
    return memory


def test_what_nobody_can_read_any_more_explains_nothing() -> None:
    """Damaged cells of an earlier night, or none at all, give no reasons, and no error."""
    for before, after in ((b"damaged", b"damaged"), (b"", b"")):
        assert explained(SPEC, before, record("ideal", after)) == []


def test_a_fault_while_explaining_stops_no_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When explaining fails, the night is in the history all the same, and a finding says so."""

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    night(tmp_path, date(2027, 3, 1), "ideal")
    monkeypatch.setattr(remembering, "explained", fail)
    memory = night(tmp_path, date(2027, 3, 2), "avoid")
    assert [finding.code for finding in memory.findings] == ["SX190"]
    assert "ZeroDivisionError" in caplog.text
    with Database(str(tmp_path / "history.sqlite")).reading() as connection:
        (states,) = queries.states_of(connection, "client").values()
        assert [state.verdict for state in states] == ["ideal", "avoid"]
        assert queries.changes_of(connection) == []


def test_remembered_cells_wait_in_the_journal() -> None:
    """What the history cannot take now keeps its cells on the way through JSON, and hides no name in it."""
    cells = [2, "2027-03-01", {"clients": [["Chez Anne", 3.5, None]]}]
    one = BookNight("plan.xlsx", Outcome.TREATED, record=record("ideal", pack(cells)))
    told = json.dumps(one.data(), ensure_ascii=False)
    assert "Chez Anne" in told
    again = BookNight.of_data(json.loads(told))
    assert again.record is not None
    assert unpack(again.record.basis) == cells


def test_damaged_cells_wait_as_none() -> None:
    """What nobody can unpack is not kept."""
    one = BookNight("plan.xlsx", Outcome.TREATED, record=record("ideal", b"damaged"))
    again = BookNight.of_data(json.loads(json.dumps(one.data())))
    assert again.record is not None
    assert again.record.basis == b""
