"""The administrator's guide: its commands run in their order, its shell lines are shell, options exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from typed_in_pages import read_by_a_shell, unknown_commands, unknown_options

from strategy_xl.commands import cli

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "administrator.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()
]


def test_its_commands_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a folder with two workbooks, from the first night to forgetting somebody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STRATEGY_XL_HISTORY", raising=False)
    folder = tmp_path / "plans"
    folder.mkdir()
    runner = CliRunner()
    made = runner.invoke(cli, ["new", "plans/plan.xlsx", "--only", "stakeholders", "--with-example"])
    assert made.exit_code == 0, made.output
    assert runner.invoke(cli, ["new", "plans/b.xlsx", "--only", "swot"]).exit_code == 0
    # A day on which there is something to write, so that there is an earlier version.
    assert runner.invoke(cli, ["recompute", "plans", "--today", "2030-01-01", "--no-history"]).exit_code < 2
    assert len(COMMANDS) >= 12
    for line in COMMANDS:
        words = shlex.split(line.replace("/srv/plans", str(folder)))
        assert words[0] == "strategy-xl"
        result = runner.invoke(cli, words[1:])
        assert result.exit_code in {0, 1}, (line, result.output, result.exception)
    assert (folder / "register.md").is_file()
    assert (tmp_path / "strategy-xl.timer").is_file()
    assert "strategy_xl_run_exit_code" in (folder / "night.prom").read_text(encoding="utf-8")


def test_what_it_says_in_passing_is_true() -> None:
    """Every command and option that it names elsewhere in the text exists."""
    outside = {"--upgrade"}  # of pip
    assert unknown_options(GUIDE) - outside - {"--then"} == set()
    assert unknown_commands(GUIDE) == set()


def test_its_shell_lines_are_shell() -> None:
    """A shell reads them without running them."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    assert blocks
    read_by_a_shell(blocks)
