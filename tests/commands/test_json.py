"""``--json`` and ``--quiet`` of every command: data and nothing else, also when something is wrong."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from strategy_xl.commands import cli, every_command
from strategy_xl.hosts import doctor as checks
from strategy_xl.hosts.excel.install import Outcome, Step
from strategy_xl.hosts.web import server

pytestmark = pytest.mark.xdist_group("json")  # its folder is made once
DAY = ["--today", "2027-03-01"]
COMMANDS = {name: command for name, command in every_command() if not isinstance(command, click.Group)}
EXCUSED = {"completion": "what it prints is a script that a shell reads"}
"""Commands without ``--json``, and why."""
CALLS = {
    "new": "new.xlsx --only swot",
    "check": "plan.xlsx",
    "recompute": "plan.xlsx --jobs 1 --no-history",
    "report": ".",
    "pdf": "plan.xlsx --one-page",
    "repair": "plan.xlsx --dry-run",
    "diff": "plan.xlsx other.xlsx",
    "merge": "plan.xlsx other.xlsx plan.xlsx -o merged.xlsx",
    "upgrade": "plan.xlsx --dry-run",
    "translate": "plan.xlsx --to fr",
    "import": "list.csv --into plan.xlsx --module clients",
    "adopt": "theirs.xlsx --modules swot -o adopted.xlsx",
    "release": "adopted.xlsx -o released.xlsx",
    "restore": "plan.xlsx --list",
    "history show": ".",
    "history prune": ". --keep-days 30",
    "history doctor": ".",
    "functions": "CLIENT_CLASS",
    "addin build": "addin.oxt",
    "addin install": "--for calc",
    "addin uninstall": "--for calc",
    "addin lambdas": "plan.xlsx --dry-run",
    "doctor": "",
    "schedule": "--at 02:00 --format cron -- recompute . --quiet --json",
    "forget": "Durand . --dry-run",
    "export": "Durand .",
    "purge": ". --dry-run",
    "register": "register.csv",
    "serve": "",
    "lite": "lite.xlsx",
}
"""What each is told, in a folder with workbooks that a night has been over."""
WRONG = {
    name: line.replace("plan.xlsx", "nowhere.xlsx").replace("theirs.xlsx", "nowhere.xlsx")
    for name, line in CALLS.items()
    if "plan.xlsx" in line or "theirs.xlsx" in line
} | {
    "new": "new.xlsx --only nothing",
    "recompute": "nowhere.xlsx",
    "report": "nowhere",
    "release": "plan.xlsx",
    "history show": "nowhere",
    "history prune": "nowhere --keep-days 30",
    "history doctor": "../empty",
    "functions": "NOTHING",
    "addin build": "addin.doc",
    "schedule": "--at 02:00 -- nothing",
    "forget": "Durand .",
    "export": "D .",
    "purge": "../empty --dry-run",
    "register": "nowhere/register.csv",
    "lite": "plan.xlsx",
}
"""A path that is not there, or what else cannot be."""


def run(name: str, line: str) -> Result:
    """Run a command with ``--json`` in this process."""
    words, dashes, rest = line.partition("-- ")
    given = [*name.split(), *shlex.split(words), "--json", *(["--"] if dashes else []), *rest.split()]
    return CliRunner().invoke(cli, given, catch_exceptions=False)


def found(result: Result) -> Any:
    """The data: all of the output, and nothing on the error stream."""
    assert result.stderr == ""
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of a workbook that a night has been over, a list, and somebody else's workbook."""
    from openpyxl import Workbook

    folder = tmp_path_factory.mktemp("json")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("list.csv").write_text("Client;CA annuel\nDurand SA;12000\n", encoding="utf-8")
        for line in (
            "new plan.xlsx --only clients --import list.csv",
            "recompute . --jobs 1",
            "new other.xlsx --only clients",
        ):
            made = CliRunner().invoke(cli, [*line.split(), *DAY], catch_exceptions=False)
            assert made.exit_code == 0, made.output
        Path("list.csv").write_text("Client;CA annuel\nDurand SA;13000\nNovak;900\n", encoding="utf-8")
        theirs = Workbook()
        theirs.active.append(["Client", "Ville"])
        theirs.save("theirs.xlsx")
        with_ours = run("adopt", "theirs.xlsx --modules swot -o adopted.xlsx")
        assert with_ours.exit_code == 0, with_ours.output
    return folder


@pytest.fixture
def folder(ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to work in; what asks the machine, or waits for calls, is told instead."""
    shutil.copytree(ready, tmp_path / "plans")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "plans")
    outcome = Outcome((Step("addin.build.done", {"path": "x"}),), (Step("SX958"),))
    for name in ("install", "uninstall"):
        monkeypatch.setattr(f"strategy_xl.hosts.libreoffice.{name}", lambda *_, **__: outcome)
    monkeypatch.setattr(checks, "CHECKS", checks.CHECKS[:1])
    monkeypatch.setattr(
        server, "serve", lambda *_, told, **__: told("http://127.0.0.1:8321", ["it listens", "licence"])
    )
    return tmp_path / "plans"


def test_every_command_has_both_options_or_an_excuse() -> None:
    """No command without ``--quiet``, and none without ``--json`` but those that say why."""
    options = {
        name: {way for one in command.params for way in one.opts} for name, command in COMMANDS.items()
    }
    assert {name for name, own in options.items() if "--quiet" not in own} == set()
    assert {name for name, own in options.items() if "--json" not in own} == set(EXCUSED)
    assert all(EXCUSED.values())
    assert set(CALLS) == set(COMMANDS) - set(EXCUSED)


@pytest.mark.parametrize("name", CALLS)
def test_the_output_is_data(name: str, folder: Path) -> None:
    """What comes out is JSON and no more; one object has its findings with it."""
    if name == "adopt":
        (folder / "adopted.xlsx").unlink()
    told = found(run(name, CALLS[name]))
    if isinstance(told, dict) and name not in {"diff", "report", "history show", "history doctor"}:
        assert isinstance(told["findings"], list)
    for path in told.get("written") or () if isinstance(told, dict) else ():
        assert len(path) == 1 or Path(path).is_file()


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_data_too(name: str, folder: Path) -> None:
    """A wrong path or name: a finding with its code, and an exit code that says so; nothing is written."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    result = run(name, WRONG[name])
    told = found(result)
    assert result.exit_code in {2, 3}
    assert told["exit_code"] == result.exit_code
    assert [each["code"][:2] for each in told["findings"]] == ["SX"]
    assert all(each["message"] for each in told["findings"])
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", CALLS)
def test_an_unknown_option_is_data_and_tells_where_help_is(name: str) -> None:
    """What Click itself refuses is a finding, whose hint is the command to type next."""
    result = run(name, "--no-such-option=1")
    if name == "schedule":  # it takes other commands' options; its own are missing
        assert result.exit_code == 2
    told = found(result)["findings"][0]
    assert told["code"] == "SX660"
    assert f"{name} --help" in told["hint"]


def test_without_json_click_speaks_for_itself() -> None:
    """People get Click's own words, which name the help too."""
    result = CliRunner().invoke(cli, ["check", "--no-such-option"])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "check --help" in result.stderr


def test_data_of_a_file_is_not_told_again(folder: Path) -> None:
    """With -o the file has what is held, and the output, which may go into a log, only where it is."""
    assert "Durand SA" in run("export", "Durand .").stdout
    assert found(run("export", "Durand . -o held.md")) == {"written": "held.md", "findings": []}
    assert "Durand SA" in (folder / "held.md").read_text(encoding="utf-8")
    assert found(run("report", ". -o page.html")) == {"written": ["page.html"], "findings": []}


def test_forget_tells_no_name(folder: Path) -> None:
    """What forget tells may go into a log: the name is not in it."""
    (folder / "list.csv").unlink()
    result = run("forget", "'Durand SA' . --workbooks --yes")
    assert {"workbook", "history"} <= {place["kind"] for place in found(result)["places"]}
    assert found(result)["done"]
    assert "Durand" not in result.stdout
    assert found(run("export", "'Durand SA' ."))["workbooks"] == {}


def test_an_import_tells_what_changes_by_keys(folder: Path) -> None:
    """New records, and of the others the fields with both values, under the templates' keys."""
    told = found(run("import", CALLS["import"] + " --dry-run"))
    assert told["new"] == [{"name": "Novak"}]
    assert told["changes"] == [
        {"record": {"name": "Durand SA"}, "fields": {"revenue": {"before": 12000, "after": 13000}}}
    ]
    assert (told["written"], told["backup"]) == (None, None)


def test_options_of_a_scheduled_command_do_not_silence(folder: Path) -> None:
    """What is to be quiet at night is told now."""
    told = CliRunner().invoke(
        cli, ["schedule", "--at", "02:00", "--format", "cron", "--", "recompute", ".", "--quiet"]
    )
    assert (folder / "strategy-xl.cron").is_file()
    assert "strategy-xl.cron" in told.stdout
