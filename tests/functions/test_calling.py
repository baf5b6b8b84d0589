"""The hosts' door: an answer for every call, whatever was given and whatever breaks."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from cell_examples import run

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import WorkbookError
from strategy_xl.functions.calling import call


def test_unknown_function_is_a_sentence() -> None:
    """A name that does not exist is told, not raised."""
    assert "NOTHING" in str(run("NOTHING", 1)[0][0])


def test_fault_of_the_program_is_logged_and_a_real_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug shows as #VALUE! in the cell and with its name in the log, never as a traceback."""
    from strategy_xl.rules import client_matrix

    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(client_matrix, "classify", broken)
    with caplog.at_level(logging.ERROR):
        assert run("CLIENT_CLASS", 8, 9) == [[ErrorValue.VALUE]]
    assert "STRAT_CLIENT_CLASS" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_expected_error_is_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stops a workbook with a message gives that message in the cell, a setting by its label."""
    from strategy_xl.rules import client_matrix

    def refused(*_args: object) -> None:
        raise WorkbookError("SX390", setting="hourly_cost")

    monkeypatch.setattr(client_matrix, "classify", refused)
    assert "Coût d’une heure" in str(run("CLIENT_CLASS", 8, 9)[0][0])


def test_too_many_arguments_are_told() -> None:
    """An argument too many is a message with the number allowed."""
    assert "15" in str(run("CLIENT_CLASS", *range(1, 18))[0][0])


def test_unknown_host_language_falls_back() -> None:
    """A host that reports another language gets French, not an error."""
    assert call("STRAT_CLIENT_CLASS", (8, 9), lang="de", today=date(2026, 1, 1)) == [["Client idéal"]]
