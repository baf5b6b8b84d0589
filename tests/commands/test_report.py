"""``strategy-xl report`` as people run it: after two nights on a share, in every form."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.commands import cli
from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default

pytestmark = pytest.mark.xdist_group("report")  # their nights are held once
CLIENT = {
    "revenue": 60_000.0,
    "margin_rate": 0.4,
    "hours": 20.0,
    "satisfaction": 9.0,
    "impact": 4.0,
    "referrals": 2.0,
    "complaints": 0.0,
}


def run(*arguments: object) -> Result:
    """Run a command in this process; what stops it stays in ``result.exception``."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two workbooks after two nights; between them one client was neglected, and a formula erased."""
    folder = tmp_path_factory.mktemp("Ventes")
    (folder / "Nord").mkdir()
    book = folder / "Nord" / "plan.xlsx"
    rows = {
        "clients": [CLIENT | {"name": name} for name in ("Océa", "Valtrec", "Nérac", "Penhoat", "Tharon")]
    }
    spec = only(load_default(), ["client_matrix", "home"])
    book.write_bytes(render(spec, lang="fr", company="", today=date(2027, 3, 1), rows=rows))
    shutil.copyfile(book, folder / "équipe.xlsx")
    assert run("recompute", folder, "--jobs", 1, "--today", "2027-03-01").exit_code in {0, 1}
    clients = read_workbook(book, load_default()).blocks["clients"]
    typed = {
        clients.cell("satisfaction", clients.first_row): 0.0,
        clients.cell("hours", clients.first_row): 900.0,
    }
    set_cells(book, book, {clients.sheet: typed})
    other = folder / "équipe.xlsx"
    set_cells(other, other, {clients.sheet: {clients.cell("class_live", clients.first_row + 1): None}})
    assert run("recompute", folder, "--jobs", 1, "--today", "2027-03-02").exit_code in {0, 1}
    return folder


def test_page_tells_who_moved(share: Path, tmp_path: Path) -> None:
    """The page names the client that fell, and leads from where it lies to the workbook."""
    target = tmp_path / "out" / "report.html"
    target.parent.mkdir()
    result = run("report", share, "-o", target, "--lang", "en")
    assert result.exit_code == 0, result.output
    text = target.read_text(encoding="utf-8")
    data = tmp_path / "report.json"
    assert run("report", share, "--format", "json", "-o", data).exit_code == 0
    told = json.loads(data.read_text())["lists"]
    assert {book["workbook"]: book["restored"] for book in told["books"]} == {
        "Nord/plan.xlsx": 0,
        "équipe.xlsx": 1,
    }
    assert {book["backups"] for book in told["books"]} == {1}
    moved = [one for one in told["clients"] if one["before"] != one["class"]]
    assert [one["workbook"] for one in moved] == ["Nord/plan.xlsx"]
    assert f"Since 1 Mar 2027, 1 client moved down ({moved[0]['client']}" in text
    assert f"{share.name}/Nord/plan.xlsx#" in text
    assert run("report", share / "Nord", "--format", "json", "-o", data).exit_code == 0
    assert [book["workbook"] for book in json.loads(data.read_text())["lists"]["books"]] == ["Nord/plan.xlsx"]


def test_every_form_is_written(share: Path, tmp_path: Path) -> None:
    """Workbook, CSV, JUnit and mail are written beside each other; nothing is left of the way there."""
    for form, name in (("xlsx", "report.xlsx"), ("csv", "lists"), ("junit", "report.xml")):
        result = run("report", share, "--format", form, "-o", tmp_path / name)
        assert result.exit_code == 0, result.output
    result = run("report", share, "--mail", tmp_path / "report.eml", "--to", "a@example.invalid")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "lists",
        "report.eml",
        "report.xlsx",
        "report.xml",
    ]
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == [
        "accounts.csv", "alerts.csv", "books.csv", "clients.csv", "kpis.csv", "objectives.csv",
    ]  # fmt: skip
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames[0] == "L’essentiel"


def test_another_run_by_day(share: Path, tmp_path: Path) -> None:
    """A run is named by its day or the beginning of its name; an unknown one is told with those known."""
    data = tmp_path / "report.json"
    assert run("report", share, "--run", "2027-03-01", "--format", "json", "-o", data).exit_code == 0
    night = json.loads(data.read_text())["night"]
    assert (night["day"], night["compared"]) == ("2027-03-01", None)
    assert run("report", share, "--run", night["run"][:6], "--format", "json", "-o", data).exit_code == 0
    wrong = run("report", share, "--run", "nothing").exception
    assert isinstance(wrong, StrategyXlError)
    assert wrong.finding.code == "SX149"
    assert "2027-03-02" in str(wrong.finding.args["known"])


def test_what_cannot_be_is_told(share: Path, tmp_path: Path) -> None:
    """No workbook, no run, options against each other, a place that cannot be written have their message."""
    places = [tmp_path / name for name in ("empty", "never", "below")]
    shutil.copytree(share, tmp_path / "below")
    for place in (*places[:2], tmp_path / "below" / "new", tmp_path / "below" / "none"):
        place.mkdir()
    for place in (places[1], tmp_path / "below" / "new"):
        shutil.copyfile(share / "équipe.xlsx", place / "plan.xlsx")
    before = sorted(tmp_path.rglob("*"))
    for arguments, code in (
        ((places[0],), "SX107"),
        ((places[1],), "SX964"),
        ((tmp_path / "below" / "new",), "SX972"),
        ((tmp_path / "below" / "none",), "SX107"),
        ((tmp_path / "below" / "Nord", "--run", "2027-02-28"), "SX149"),
        ((share, "--last", "--run", "x"), "SX148"),
        ((share, "-o", tmp_path / "no" / "report.html"), "SX116"),
        ((share, "--format", "csv", "-o", share / "équipe.xlsx"), "SX116"),
    ):
        error = run("report", *arguments).exception
        assert isinstance(error, StrategyXlError), arguments
        assert error.finding.code == code
    assert sorted(tmp_path.rglob("*")) == before
