"""``new``: six questions or their options make the same workbook, and leaving early leaves nothing."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from strategy_xl.book.read import read_workbook
from strategy_xl.commands import cli, guided
from strategy_xl.schema.loader import load_default

TODAY = ("--today", "2027-03-01")
ENTER, DOWN, LEAVE = "\r", "\x1b[B", "\x03"
CLIENTS = f"a{DOWN * [module.key for module in load_default().modules].index('client_matrix')} "
"""Every sheet unticked, then the client matrix ticked."""


def run(*arguments: object) -> Result:
    """Run a command in this process; what stops it stays in ``result.exception``.

    In a thread of its own: the browser of other tests keeps an event loop running in this one, beside which
    no question can be asked.
    """
    words = [str(argument) for argument in arguments]
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, CliRunner().invoke, cli, words).result()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PipeInput]:
    """A keyboard in front of an empty folder that has a list of clients."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(guided, "can_ask", lambda: True)
    Path("liste.csv").write_text("Client;CA annuel\nAlpha;12000\nBêta;8000\n", encoding="utf-8")
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


def keys_for(*answers: str) -> str:
    """Answers, each closed with Enter."""
    return "".join(f"{answer}{ENTER}" for answer in answers)


def test_questions_and_the_command_that_they_print_make_the_same_workbook(typed: PipeInput) -> None:
    """Each answer is one option; both books are the same to the byte."""
    typed.send_text(keys_for("Électro & Fils", DOWN, "", "3", CLIENTS, "liste.csv", ""))
    asked = run("new", *TODAY)
    assert asked.exit_code == 0, asked.output
    made = Path("Strategie-Electro-Fils.xlsx")
    printed = next(line for line in asked.output.splitlines() if line.startswith("  strategy-xl new"))
    words = shlex.split(printed)[2:]
    assert words[0] == str(made)
    first = made.read_bytes()
    made.unlink()
    again = run("new", *words, *TODAY)
    assert again.exit_code == 0, again.output
    assert made.read_bytes() == first
    book = read_workbook(made, load_default())
    params = book.blocks["params"].frame.iloc[0]
    assert (params["company"], params["market"], params["capacity_hours_week"]) == (
        "Électro & Fils",
        "btoc",
        21,
    )
    assert book.blocks["clients"].frame["name"].tolist() == ["Alpha", "Bêta"]


@pytest.mark.parametrize("answered", range(6))
def test_leaving_at_any_question_leaves_nothing(typed: PipeInput, answered: int) -> None:
    """Ctrl+C at each question ends the command; the folder is as it was."""
    typed.send_text(keys_for(*("Kerlune", "", "", "3", "", "liste.csv")[:answered]) + LEAVE)
    left = run("new", *TODAY)
    assert left.exit_code == 1
    assert sorted(path.name for path in Path().iterdir()) == ["liste.csv"]


def test_saying_no_at_the_end_leaves_nothing(typed: PipeInput) -> None:
    """The plan is shown, then refused."""
    typed.send_text(keys_for("Kerlune", "", "", "", CLIENTS, "", DOWN))
    left = run("new", *TODAY)
    assert left.exit_code == 1
    assert "Strategie-Kerlune.xlsx, " in left.output
    assert sorted(path.name for path in Path().iterdir()) == ["liste.csv"]


def test_a_name_that_is_taken_gets_a_number(typed: PipeInput) -> None:
    """Nothing that is there is replaced by an answer."""
    Path("Strategie-Kerlune.xlsx").write_bytes(b"theirs")
    typed.send_text(keys_for("Kerlune", "", "", "", CLIENTS, "", ""))
    assert run("new", *TODAY).exit_code == 0
    assert Path("Strategie-Kerlune-2.xlsx").is_file()
    assert Path("Strategie-Kerlune.xlsx").read_bytes() == b"theirs"


def test_answers_that_do_not_fit_are_asked_again() -> None:
    """Each check says what it takes."""
    assert guided._is_team("deux") != guided._is_team("2") is True
    assert guided._is_team("0") is not True
    assert guided._is_list("") is True
    assert guided._is_list("nowhere.csv") is not True


def test_without_a_terminal_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that forgot the name is told, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    result = run("new")
    assert result.exception.finding.code == "SX592"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "code"), [(("--market", "b2g"), "SX591"), (("--only", "no such sheet"), "SX143")]
)
def test_what_is_not_known_is_refused_before_anything_is_made(
    tmp_path: Path, options: tuple[str, ...], code: str
) -> None:
    """A wrong option names what there is."""
    result = run("new", tmp_path / "plan.xlsx", *options)
    assert result.exception.finding.code == code
    assert not list(tmp_path.iterdir())


def test_json_tells_what_was_made(tmp_path: Path) -> None:
    """Workbook, sheets and imported rows, and nothing else on the output."""
    listed = tmp_path / "liste.csv"
    listed.write_text("Client;CA annuel\nAlpha;12000\n", encoding="utf-8")
    made = tmp_path / "plan.xlsx"
    result = run("new", made, "--json", "--only", "clients", "--import", listed, *TODAY)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert (data["workbook"], data["imported"], data["findings"]) == (str(made), 1, [])
    assert "Matrice clients" in data["sheets"]


def test_a_list_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    """The workbook comes whole or not at all."""
    listed = tmp_path / "liste.csv"
    listed.write_text("", encoding="utf-8")
    result = run("new", tmp_path / "plan.xlsx", "--only", "clients", "--import", listed)
    assert result.exit_code != 0
    assert [path.name for path in tmp_path.iterdir()] == ["liste.csv"]
