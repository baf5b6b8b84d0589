"""What ``strategy-xl history`` tells of changed verdicts: workbook, sheet and cell, old and new, and why."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy_xl.answers.changes import Cause, Change, Crossing, Why
from strategy_xl.commands import cli
from strategy_xl.history.book_record import BookRecord, ChangeRecord, EntityTable
from strategy_xl.history.database import Database
from strategy_xl.history.writing import (
    BookNight,
    Outcome,
    RunEntry,
    begin_run,
    share_id,
    write_nights,
)

CAUSE = Cause("cell", "clients", "satisfaction", "", "Clients", "I7", 3.0, 9.0)
CHANGE = Change(
    "clients", 7, "n:acme", "Acme", "Clients", "B7", "client_matrix.classify", "class_final", "at_risk",
    "ideal", Why.CELL, (CAUSE,), Crossing("x", 27.5, 57.5, 50.0, 50.0, "score_threshold"),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workbook whose client changed class on 2 March 2027, in the history beside it."""
    (tmp_path / "plan.xlsx").write_bytes(b"")
    (tmp_path / ".strategy_xl").mkdir()
    database = Database(str(tmp_path / ".strategy_xl" / "history.sqlite"))
    database.prepare()
    for day, verdict in ((1, "at_risk"), (2, "ideal")):
        run = RunEntry(f"run {day}", date(2027, 3, day), f"2027-03-0{day}T02:00:00", "1")
        table = EntityTable(
            "client", "clients", "Clients", [7], ["B7"], ["n:acme"], ["Acme"], [verdict], {}, {}, [[]], [[]],
            "client_matrix.classify", "1",
        )  # fmt: skip
        record = BookRecord("2027-03-01", "fr", 4, {}, {}, tables=[table.digested()])
        found = ChangeRecord("clients", 7, "class_final", "at_risk", "ideal", "cell", CHANGE.data())
        with database.writing() as connection:
            share, _ = share_id(connection, ".")
            begin_run(connection, share, run)
            night = BookNight("plan.xlsx", Outcome.TREATED, record=record)
            changes = {"plan.xlsx": [found] if verdict == "ideal" else []}
            write_nights(connection, share, run, [night], changes=changes)
    database.close()
    return tmp_path


def shown(folder: Path, *options: str) -> str:
    """What the command prints."""
    result = CliRunner().invoke(
        cli, ["history", str(folder / "plan.xlsx"), "--today", "2027-03-02", *options]
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_the_cell_and_the_reason(folder: Path) -> None:
    """A change has its day, both classes and its place; under it stand the figure and the cell that moved."""
    lines = [" ".join(line.split()) for line in shown(folder).splitlines()]
    at = lines.index(
        "02/03/2027 Acme — Classe retenue : Client à risque → Client idéal (plan.xlsx!Clients!B7)"
    )
    assert lines[at + 1] == "X 27,5 → 57,5, seuil 50. Satisfaction 3 → 9 (Clients!I7)."


def test_in_english(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in English."""
    monkeypatch.setenv("STRATEGY_XL_LANG", "en")
    assert "X 27.5 → 57.5, threshold 50. Satisfaction 3 → 9 (Clients!I7)." in shown(folder)


def test_nothing_changed(folder: Path) -> None:
    """After the last change it is said that there was none."""
    assert "Aucun verdict n’a changé d’une nuit à l’autre." in shown(folder, "--since", "2027-03-02")


def test_as_json(folder: Path) -> None:
    """Programs get the cause with its cell and the limit that was passed."""
    (change,) = json.loads(shown(folder, "--json"))["changes"]
    assert (change["workbook"], change["sheet"], change["cell"]) == ("plan.xlsx", "Clients", "B7")
    assert (change["before"], change["after"], change["why"]) == ("at_risk", "ideal", "cell")
    assert [(cause["cell"], cause["old"], cause["new"]) for cause in change["causes"]] == [("I7", 3.0, 9.0)]
    assert change["crossing"]["limit"] == 50.0
