"""Help, completion and quiet: what all commands share for those who type them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from strategy_xl.commands import cli, completion, every_command
from strategy_xl.commands.examples import EXAMPLES
from strategy_xl.commands.results_table import show_results
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport


def run(*arguments: object, **environment: str) -> Result:
    """Run a command in this process; what stops it stays in ``result.exception``."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env=environment, color=True)


COMMANDS = dict(every_command())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_examples_that_the_command_understands(name: str) -> None:
    """Each line names the command, and its options are known."""
    command, shown = COMMANDS[name], run(*name.split(), "--help").output
    assert EXAMPLES[name]
    for line in EXAMPLES[name]:
        assert line in " ".join(shown.split())
        words = shlex.split(line.split(" >> ")[0])
        assert words[: 1 + len(name.split())] == ["strategy-xl", *name.split()] or isinstance(
            command, click.Group
        )
        context = click.Context(command, info_name=name, resilient_parsing=True)
        command.make_parser(context).parse_args(words[1 + len(name.split()) :])


def test_no_example_without_its_command() -> None:
    """An example of a command that is gone is gone too."""
    assert set(EXAMPLES) == set(COMMANDS)


def test_quiet_says_nothing_but_data(tmp_path: Path) -> None:
    """--quiet is silent; with --json the data still comes."""
    book = tmp_path / "plan.xlsx"
    made = run("new", book, "--only", "swot", "--quiet")
    assert (made.exit_code, made.output) == (0, "")
    assert book.is_file()
    told = run("recompute", book, "--quiet", "--json", "--no-journal")
    assert json.loads(told.stdout)[0]["workbook"] == str(book)
    book.write_bytes(b"no workbook")
    wrong = run("recompute", book, "-q", "--no-journal")
    assert (wrong.exit_code, wrong.stdout) == (3, "")
    assert "plan.xlsx" in wrong.stderr


def test_no_color_takes_colours_away(tmp_path: Path) -> None:
    """NO_COLOR counts for findings, which are coloured otherwise."""
    book = tmp_path / "plan.xlsx"
    book.write_bytes(b"no workbook")
    assert "\x1b[31m" in run("recompute", book, "--no-journal").stderr
    assert "\x1b[" not in run("recompute", book, "--no-journal", NO_COLOR="1").output


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    """What ``completion bash`` prints, read by a real bash."""
    program = tmp_path / "strategy-xl"
    start = "import sys; sys.argv[0] = 'strategy-xl'; from strategy_xl.commands import main; main()"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{start}" "$@"\n')
    program.chmod(0o755)
    (tmp_path / "script").write_text(run("completion", "bash").stdout)
    typed = (
        "source ./script; COMP_WORDS=(strategy-xl rec); COMP_CWORD=1; _strategy_xl_completion strategy-xl; "
        'echo "${COMPREPLY[@]}"; COMP_WORDS=(strategy-xl recompute --bo); COMP_CWORD=2; '
        'COMPREPLY=(); _strategy_xl_completion strategy-xl; echo "${COMPREPLY[@]}"'
    )
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shell = subprocess.run(
        ["bash", "-c", typed], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert shell.stdout.split() == ["recompute", "--book-minutes"]


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell"])
def test_other_shells_get_their_own_script(shell: str) -> None:
    """Each names the program and the variable by which it asks."""
    script = run("completion", shell).stdout
    assert f"{shell}_complete" in script
    assert completion.COMPLETION in script
    assert completion.PROGRAM in script


def test_powershell_is_answered_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line typed so far, and the word that is begun; a tip stands behind a tabulator."""
    monkeypatch.setenv("COMP_WORDS", "strategy-xl history pru")
    monkeypatch.setenv("COMP_CWORD", "pru")
    answer = completion.PowerShell(cli, {}, completion.PROGRAM, completion.COMPLETION).complete()
    assert [line.split("\t")[0] for line in answer.splitlines()] == ["prune"]


@pytest.mark.parametrize("width", [200, 160, 100, 80, 60, 40])
def test_the_table_of_results_takes_one_line_a_workbook(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Columns give way, then the middle of names; two books of one name are told apart by their folders."""
    long = "Plan commercial de la région Auvergne-Rhône-Alpes 2027 version définitive.xlsx"
    paths = [Path("Nord") / "plan.xlsx", Path("Sud") / "plan.xlsx", Path("Sud") / long]
    show_results([(JobReport(path), "à jour") for path in paths], load_default().figures, width)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert len(lines) == 2 + len(paths)
    assert max(map(len, lines)) <= width
    assert [line.split()[0] for line in lines[2:]] == ["Nord/plan.xlsx", "Sud/plan.xlsx", "Plan"]
    assert all("à jour" in line for line in lines[2:])
    assert ("Alertes" in lines[0]) == (width >= 60)
    assert ("Cellules écrites" in lines[0]) == (width >= 200)
