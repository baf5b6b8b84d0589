"""``recompute --log-json --metrics`` on real workbooks: who is in them is in neither."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strategy_xl.commands import cli

ROOT = Path(__file__).parents[2]
TODAY = ["--today", "2027-03-01"]


def run(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of the clients of the example."""
    path = tmp_path_factory.mktemp("new") / "plan.xlsx"
    result = run("new", path, "--only", "client_matrix", "--with-example", *TODAY)
    assert result.exit_code == 0, result.output
    return path


def names() -> set[str]:
    """The names of the clients of the example."""
    with (ROOT / "workbook_templates" / "example" / "clients.csv").open(encoding="utf-8") as stream:
        return {row["name"] for row in csv.DictReader(stream)}


def test_a_run_is_told_without_names(example: Path, tmp_path: Path) -> None:
    """The log tells each workbook by the id of --json, the metrics count them, neither holds a client."""
    shutil.copy(example, tmp_path / "Dupont SA.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK")
    log, metrics = tmp_path / "run.json", tmp_path / "run.prom"
    files = ("--log-json", log, "--metrics", metrics)
    result = run("recompute", tmp_path, *TODAY, "--jobs", 1, "--json", *files)
    assert result.exit_code == 3
    reports = {Path(report["workbook"]).name: report for report in json.loads(result.stdout)}
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    done = {line["book"]: line["state"] for line in lines if line["event"] == "book.done"}
    assert done == {reports["Dupont SA.xlsx"]["id"]: "unchanged", reports["broken.xlsx"]["id"]: "failed"}
    assert lines[-1]["exit_code"] == 3
    told = log.read_text(encoding="utf-8") + metrics.read_text(encoding="utf-8")
    assert 'strategy_xl_run_books{state="unchanged"} 1\n' in told
    assert 'strategy_xl_run_books{state="failed"} 1\n' in told
    clients = names()
    assert len(clients) > 10
    assert not [name for name in (*clients, "Dupont", "broken") if name in told]


def test_what_cannot_be_written_is_told(example: Path, tmp_path: Path) -> None:
    """The night goes on; each file that is missing is a finding, and the exit code says so."""
    book = shutil.copy(example, tmp_path / "plan.xlsx")
    assert run("recompute", book, *TODAY).exit_code in {0, 1}
    log, metrics = tmp_path / "none" / "run.json", tmp_path / "none" / "run.prom"
    result = run("recompute", book, *TODAY, "--log-json", log, "--metrics", metrics)
    assert result.exit_code == 1
    assert result.output.count("SX115") == 2


def test_a_folder_that_is_not_there_is_in_the_log(example: Path, tmp_path: Path) -> None:
    """What could not be opened is told as a workbook that failed."""
    shutil.copy(example, tmp_path / "plan.xlsx")
    (tmp_path / "gone.xlsx").symlink_to(tmp_path / "nowhere")
    log = tmp_path / "run.json"
    assert run("recompute", tmp_path, *TODAY, "--log-json", log).exit_code == 3
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["failure"] for line in lines if line["event"] == "book.done"] == [None, "SX109"]
