"""Addresses of stores where a command takes none: a message with what to do instead, and nothing done."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from strategy_xl.commands import cli, every_command, imported
from strategy_xl.commands.place import Here, Place
from strategy_xl.commands.render import finding_lines
from strategy_xl.errors import UsageError

ADDRESS = "s3://plans/nord.xlsx"
BOOK = str(Path(__file__).parent / "none.xlsx")


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (["new", ADDRESS], "SX818"),
        (["repair", ADDRESS], "SX817"),
        (["repair", BOOK, "--out", ADDRESS], "SX818"),
        (["import", ADDRESS, "--into", BOOK, "--module", "clients"], "SX817"),
        (["import", BOOK, "--into", ADDRESS, "--module", "clients"], "SX817"),
        (["register", "s3://plans/register.md"], "SX818"),
        (["lite", ADDRESS], "SX818"),
        (["addin", "build", "s3://plans/a.xlam"], "SX818"),
        (["doctor", "--night", "s3://plans"], "SX819"),
        (["recompute", BOOK, "--journal", "s3://plans/journal.sqlite"], "SX817"),
        (["recompute", BOOK, "--metrics", "s3://plans/m.prom"], "SX818"),
        (["recompute", BOOK, "--history", "s3://plans/history.sqlite"], "SX963"),
        (["check", BOOK, "--templates", "s3://plans/templates"], "SX817"),
        (["history", ".", "--csv", "sftp://host/states.csv"], "SX818"),
        (["export", "Anne Besnard", ".", "-o", "s3://plans/anne.md"], "SX818"),
        (["schedule", "--at", "03:00", "-o", "s3://plans", "--", "recompute", "."], "SX818"),
        (["schedule", "--at", "03:00", "--", "repair", ADDRESS], "SX817"),
        (["serve", "--certificate", "s3://plans/c.pem"], "SX817"),
    ],
)
def test_no_address(order: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the command or the address, and the hint another way."""
    monkeypatch.chdir(tmp_path)
    Path(BOOK).touch()
    try:
        error = CliRunner().invoke(cli, order).exception
    finally:
        Path(BOOK).unlink()
    assert isinstance(error, UsageError), error
    assert error.finding.code == code
    line, hint = finding_lines(error.finding)
    assert hint
    called = "repair" if order[-2:] == ["repair", ADDRESS] else order[0]
    assert code == "SX963" or f"« {called}" in line.replace("\N{NO-BREAK SPACE}", " ")
    assert code == "SX963" or line.startswith(("s3://plans", "sftp://host"))
    assert list(tmp_path.iterdir()) == []


def test_no_path_is_asked_for_otherwise() -> None:
    """Whatever a command takes as a path says whether it may be an address."""
    found = [parameter for _, command in every_command() for parameter in command.params]
    assert sum(isinstance(parameter.type, Place) for parameter in found) >= 7
    assert [
        each for each in found if isinstance(each.type, click.Path) and not isinstance(each.type, Here)
    ] == []


def test_a_shell_still_offers_files() -> None:
    """An argument that may be an address is completed like a path."""
    context = click.Context(imported("restore"))
    for kind, told in ((Place(), "file"), (Place(file_okay=False), "dir")):
        assert [item.type for item in kind.shell_complete(context, context.command.params[0], "")] == [told]
