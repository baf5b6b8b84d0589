"""``strategy-xl report`` over addresses: what the machine knows of them, told by address, no dead link."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from strategy_xl.book.read import read_workbook
from strategy_xl.commands import cli
from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.schema.loader import load_default

pytestmark = pytest.mark.xdist_group("stores")


def run(*arguments: object) -> Result:
    """Run a command in this process; what stops it stays in ``result.exception``."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small workbook in which the next run changes an answer."""
    path = tmp_path_factory.mktemp("seed") / "plan.xlsx"
    order = ("new", path, "--only", "client_matrix", "--with-example", "--today", "2027-03-01")
    assert run(*order).exit_code == 0
    block = read_workbook(path, load_default()).blocks["clients"]
    set_cells(path, path, {block.sheet: {block.a1("class_final", block.first_row): "?"}})
    return path.read_bytes()


def filled(root: RemotePath, book: bytes) -> RemotePath:
    """A folder of a store after a night: two workbooks, and one that could not be opened."""
    for name, content in (("nord/plan.xlsx", book), ("été.xlsx", book), ("broken.xlsx", b"no workbook")):
        store_of(root).add(root / name, content)
    assert run("recompute", root, "--jobs", 1, "--today", "2027-03-01").exit_code == 3
    return root


@pytest.fixture(params=["s3", "sftp"])
def share(request: pytest.FixtureRequest, book: bytes) -> RemotePath:
    """One in each store."""
    server = request.getfixturevalue(request.param)
    address = "s3://plans" if request.param == "s3" else server.address
    return filled(RemotePath.parse(f"{address}/ventes"), book)


def test_page_leads_nowhere_but_tells_addresses(share: RemotePath, tmp_path: Path) -> None:
    """History and journal are found here; a workbook is its address, to be copied, in every form."""
    target, data = tmp_path / "report.html", tmp_path / "report.json"
    result = run("report", share, "-o", target, "--lang", "en")
    assert result.exit_code == 0, result.output
    text = target.read_text(encoding="utf-8")
    assert f'title="{share}/nord/plan.xlsx' in text
    assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)"', text))
    assert run("report", share, "--format", "json", "-o", data).exit_code == 0
    told = json.loads(data.read_text())
    books = {book["workbook"]: book for book in told["lists"]["books"]}
    assert set(books) == {f"{share}/{name}" for name in ("nord/plan.xlsx", "été.xlsx", "broken.xlsx")}
    assert [books[f"{share}/{name}"]["backups"] for name in ("nord/plan.xlsx", "broken.xlsx")] == [1, 0]
    assert books[f"{share}/broken.xlsx"]["failure"].startswith("le fichier")
    assert told["night"]["seconds"] is not None  # from the journal
    assert told["night"]["folder"] == str(share)
    below = run("report", share / "nord", "--format", "json", "-o", data)
    assert below.exit_code == 0, below.output
    assert [book["workbook"] for book in json.loads(data.read_text())["lists"]["books"]] == [
        f"{share}/nord/plan.xlsx"
    ]
    sheets = tmp_path / "report.xlsx"
    assert run("report", share, "--format", "xlsx", "-o", sheets).exit_code == 0
    cells = [cell for sheet in openpyxl.load_workbook(sheets) for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == f"{share}/nord/plan.xlsx" for cell in cells)
    assert not [cell for cell in cells if cell.hyperlink is not None and cell.hyperlink.target]


def test_one_history_of_folders_and_stores(s3: Any, book: bytes, tmp_path: Path) -> None:
    """A run on both tells files by their place with a link, objects by their address without."""
    del s3
    folder, history = tmp_path / "plans", tmp_path / "common.sqlite"
    folder.mkdir()
    (folder / "here.xlsx").write_bytes(book)
    there = RemotePath.parse("s3://plans/there.xlsx")
    store_of(there).add(there, book)
    done = run("recompute", folder, there, "--history", history, "--jobs", 1, "--today", "2027-03-01")
    assert done.exit_code in {0, 1}, done.output
    target = folder / "report.html"
    assert run("report", folder, "--history", history, "-o", target).exit_code == 0
    text = target.read_text(encoding="utf-8")
    assert 'href="here.xlsx' in text
    assert f'title="{there}' in text
    assert 'href="s3' not in text
    assert 'href="plans/' not in text


def test_what_cannot_be_is_told(s3: Any, tmp_path: Path) -> None:
    """No history of an address, and a page that is to be written to one."""
    for arguments, code in (
        (("s3://plans/elsewhere",), "SX107"),
        ((tmp_path, "-o", "s3://plans/report.html"), "SX818"),
        ((tmp_path, "--mail", "s3://plans/report.eml"), "SX818"),
    ):
        error = run("report", *arguments, "--format", "json").exception
        assert isinstance(error, StrategyXlError), arguments
        assert error.finding.code == code
    assert list(tmp_path.glob("*.html")) == []


def test_a_store_that_does_not_answer_again(s3: Any, book: bytes, tmp_path: Path) -> None:
    """The report is made without what only the store knows; it is asked once, not for each folder."""
    share = filled(RemotePath.parse("s3://plans/ventes"), book)
    asked: list[str] = []

    def meddle(method: str, path: str) -> str | None:
        asked.append(f"{method} {path}")
        return "403"

    s3.meddle = meddle
    data = tmp_path / "report.json"
    result = run("report", share, "--format", "json", "-o", data)
    assert result.exit_code == 0, result.output
    assert asked == ["GET /plans"]
    assert {book["backups"] for book in json.loads(data.read_text())["lists"]["books"]} == {0}
