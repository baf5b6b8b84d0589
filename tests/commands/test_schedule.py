"""``strategy-xl schedule``: files of the chosen form, checked commands, nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strategy_xl.commands import cli
from strategy_xl.errors import UsageError

AT = ["schedule", "--at", "02:00", "--today", "2026-12-01"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STRATEGY_XL_HISTORY", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    """Run the command in this process, with its own errors raised."""
    result = CliRunner().invoke(cli, [*AT, *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize(
    ("form", "names", "said"),
    [
        ("systemd", ["strategy-xl.service", "strategy-xl.timer"], "daemon-reload"),
        ("cron", ["strategy-xl.cron"], "| crontab -"),
    ],
)
def test_files_and_what_to_do(here: Path, form: str, names: list[str], said: str) -> None:
    """The files are written where one is, the next steps are told, and nothing else is touched."""
    result = run("--format", form, "--", "recompute", "Plans d'été", "--jobs", "2")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in here.iterdir()) == names
    assert said in result.output
    assert "Rien n’est encore installé." in result.output
    content = (here / names[0]).read_text(encoding="utf-8")
    assert "recompute" in content
    assert "STRATEGY_XL_LANG=fr" in content


def test_a_task_for_another_computer(here: Path) -> None:
    """Program and folder are those of the computer that is to work; without them it is refused."""
    with pytest.raises(UsageError, match="SX189"):
        run("--format", "windows", "--", "recompute", ".")
    result = run(
        *("--format", "windows", "--program", r"C:\sx.exe", "--directory", r"\\srv\Plans"),
        *("--name", "nuit", "--", "recompute", "."),
    )
    assert result.exit_code == 0, result.output
    assert r"<Command>C:\sx.exe</Command>" in (here / "nuit.xml").read_text(encoding="utf-16")
    assert 'schtasks /Create /TN "nuit" /XML "nuit.xml"' in result.output


def test_a_file_that_is_there_stays(here: Path) -> None:
    """Unless it is asked to be replaced; then it is, and an error before leaves no half of a pair."""
    (here / "strategy-xl.timer").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="SX144"):
        run("--format", "systemd", "--", "recompute", ".")
    assert [path.name for path in here.iterdir()] == ["strategy-xl.timer"]
    assert run("--format", "systemd", "--force", "--", "recompute", ".").exit_code == 0
    assert "OnCalendar" in (here / "strategy-xl.timer").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words", [["recompute"], ["recompute", ".", "--jbos", "2"], ["check", ".", "--today", "x"]]
)
def test_a_slip_in_the_command_is_told_now(here: Path, words: list[str]) -> None:
    """A missing argument, an unknown option and a wrong value are wrong usage, and nothing is written."""
    result = run("--format", "cron", "--", *words)
    assert result.exit_code == 2
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("words", [["serve"], ["rm", "-rf"], ["schedule"], ["recompute", ".", "--then"]])
def test_only_commands_for_the_night(words: list[str]) -> None:
    """Those that do not end, those of others and none are refused."""
    with pytest.raises(UsageError, match="SX187"):
        run("--format", "cron", "--", *words)


def test_then(here: Path) -> None:
    """A second command follows the first."""
    run("--format", "cron", "--", "recompute", ".", "--then", "check", ".")
    content = (here / "strategy-xl.cron").read_text(encoding="utf-8")
    assert content.count("strategy") >= 2
    assert content.index(" recompute .;") < content.index(" check .;")


def test_a_password_in_a_command_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a variable that will not be set at night; else neither is spoken of."""
    assert "mot de passe" not in run("--format", "cron", "--", "check", ".").output
    address = "postgresql://nuit:secret@db/plans"
    result = run("--format", "cron", "--force", "--", "check", ".", address)
    assert "mot de passe" in result.output
    monkeypatch.setenv("STRATEGY_XL_HISTORY", address)
    assert "STRATEGY_XL_HISTORY" in run("--format", "cron", "--force", "--", "check", ".").output


@pytest.mark.parametrize("at", ["2", "25:00", "02:60", ""])
def test_a_time_is_one(at: str) -> None:
    """Hours and minutes of a day."""
    assert CliRunner().invoke(cli, ["schedule", "--at", at, "--", "check", "."]).exit_code == 2
