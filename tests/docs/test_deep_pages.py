"""What pages in depth tell people to type runs, in their order; French pages have the same lines."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from fewer import few_of
from openpyxl import Workbook
from openpyxl.worksheet.table import Table

from strategy_xl.commands import cli

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import snippets  # noqa: E402 - a tool, not in the package

DOCS = ROOT / "docs"
EARLIER = ROOT / "tests" / "data" / "books" / "small-1.xlsx"


def typed(name: str, before: str = "strategy-xl") -> list[str]:
    """The lines of a page's blocks that begin with a program."""
    blocks = [each.text for each in snippets.snippets(DOCS / f"{name}.md") if each.kind == "console"]
    return [line for block in blocks for line in block.splitlines() if line.startswith(before)]


def new(path: Path, *only: str) -> None:
    """A workbook of few sheets with the example."""
    path.parent.mkdir(exist_ok=True)
    words = ["new", str(path), "--with-example", *(f"--only={sheet}" for sheet in only)]
    made = CliRunner().invoke(cli, words)
    assert made.exit_code == 0, made.output


def plan(folder: Path) -> None:
    """A French workbook."""
    new(folder / "plan.xlsx", "swot", "kpi")


def sales(folder: Path) -> None:
    """A folder with a workbook."""
    new(folder / "ventes" / "nord.xlsx", "client_matrix")


def earlier(folder: Path) -> None:
    """A workbook of the first version."""
    (folder / "clients").mkdir()
    shutil.copy(EARLIER, folder / "clients" / "plan.xlsx")


def theirs(folder: Path) -> None:
    """A workbook of somebody else with a table of clients."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Client", "CA", "Heures"), ("Alpha", 24000, 60), ("Bravo", 3000, 30)):
        sheet.append(row)
    sheet.add_table(Table(displayName="Ventes", ref="A1:C3"))
    book.save(folder / "ventes.xlsx")


PREPARED: dict[tuple[str, ...], Callable[[Path], None]] = {
    ("report", "history"): sales,  # the first page has the night of which the second tells
    ("upgrade",): earlier,
    ("translate",): plan,
    ("adopt",): theirs,
}
"""Pages that are run one after the other in a folder, and what is there before."""


def run(lines: list[str], folder: Path) -> None:
    """Type them there: exit codes are those of work that was done."""
    wrong: list[str] = []
    with snippets.settled(folder, "fr"):
        snippets.typed("\n".join(lines).replace("/srv/sales", "ventes"), "page", wrong)
    assert wrong == []


@pytest.mark.parametrize("names", few_of(2, PREPARED), ids=" ".join)
def test_pages_run(names: tuple[str, ...], tmp_path: Path) -> None:
    """Every command of this program on them."""
    with snippets.settled(tmp_path, "fr"):
        PREPARED[names](tmp_path)
    for name in names:
        lines = typed(name)
        assert len(lines) >= 2
        run(lines, tmp_path)


@pytest.mark.libreoffice
@pytest.mark.xdist_group("pdf")
def test_the_page_on_paper_runs(soffice: str, tmp_path: Path) -> None:
    """With LibreOffice; what is there already stays, so each line has a folder of its own."""
    assert soffice
    plan(tmp_path)
    made = tmp_path / "plan.xlsx"
    assert CliRunner().invoke(cli, ["recompute", str(made), "--quiet", "--backup", "none"]).exit_code < 2
    for at, line in enumerate(typed("pdf")):
        folder = tmp_path / str(at)
        folder.mkdir()
        shutil.copy(made, folder)
        run([line], folder)
        assert len(list(folder.glob("*.pdf"))) == 1


def test_a_repository_takes_the_lines_for_git(tmp_path: Path) -> None:
    """What they then do is tested in tests/commands/test_diff_git.py."""
    lines = [line for line in typed("diff", "") if line]
    assert len(lines) == len(typed("diff", "git config")) + 1
    for line in ("git init -q", *lines):
        subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, check=True)
    kept = (tmp_path / ".git" / "config").read_text(encoding="utf-8")
    names = set(re.findall(r"strategy-xl (\w+)", kept))
    assert names == {"diff", "merge"} <= set(cli.commands)
    assert (tmp_path / ".gitattributes").read_text(encoding="utf-8").startswith("*.xlsx ")
