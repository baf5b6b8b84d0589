"""The command ``strategy-xl addin lambdas`` and ``new --lambdas``: what they write and tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from strategy_xl.commands import cli
from strategy_xl.functions.lambdas.definitions import definitions

COUNT = len(definitions())
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["addin", "lambdas", *map(str, words)])


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbook of somebody, and messages in English."""
    monkeypatch.setenv("STRATEGY_XL_LANG", "en")
    path = tmp_path / "theirs.xlsx"
    Workbook().save(path)
    return path


def test_they_come_once_and_go(book: Path) -> None:
    """Each step is told in a line, and the version before is kept unless told otherwise."""
    told = [_run(book, "--backup", "none"), _run(book), _run(book, "--remove"), _run(book, "--remove")]
    assert [result.exit_code for result in told] == [0, 0, 0, 0]
    assert f"{COUNT} functions added" in told[0].output
    assert "=STRATX_" in told[0].output
    assert "nothing to do" in told[1].output
    assert f"{COUNT} functions taken out" in told[2].output
    assert "nothing to do" in told[3].output
    assert len(list((book.parent / ".strategy_xl" / "backups" / book.name).iterdir())) == 1


def test_a_folder_of_workbooks(book: Path) -> None:
    """Each is treated; what stops one does not stop the rest, and a dry run writes none."""
    (book.parent / "broken.xlsx").write_bytes(b"no workbook")
    other = book.with_name("other.xlsx")
    other.write_bytes(book.read_bytes())
    content = book.read_bytes()
    assert "(nothing is written)" in _run(book.parent, "--dry-run").output
    assert book.read_bytes() == content
    result = _run(book.parent, "--json")
    data = json.loads(result.stdout)
    assert result.exit_code == 3
    assert [len(item["added"]) for item in data["workbooks"]] == [COUNT, COUNT]
    assert [finding["workbook"] for finding in data["findings"]] == [str(book.parent / "broken.xlsx")]


def test_an_open_workbook_is_left_alone(book: Path) -> None:
    """Excel holds the only good copy then."""
    book.with_name(f"~${book.name}").write_bytes(b"\x02ab")
    content = book.read_bytes()
    result = _run(book)
    assert (result.exit_code, "SX113" in result.output) == (3, True)
    assert book.read_bytes() == content


def test_formulas_that_call_them_are_told(book: Path) -> None:
    """With what to do, and with --force they go."""
    sheets = Workbook()
    for row in range(1, 9):
        sheets.worksheets[0].cell(row, 1, "=STRATX_GROWTH(B1:D1)")
    sheets.save(book)
    _run(book)
    result = _run(book, "--remove")
    assert result.exit_code == 1
    assert "8 formulas" in result.output
    assert "Sheet!A1, Sheet!A2, Sheet!A3, Sheet!A4, Sheet!A5, …" in result.output
    assert _run(book, "--remove", "--force").exit_code == 0
    assert not load_workbook(book).defined_names


def test_a_workbook_that_shows_them(book: Path) -> None:
    """It is made once; over another one only when asked to."""
    out = book.with_name("functions.xlsx")
    result = _run("--gallery", out, "--lang", "en")
    assert f"{COUNT} functions" in result.output
    made = load_workbook(out)
    typed = [name for name, said in made.defined_names.items() if not said.hidden]
    assert (made.sheetnames, len(typed)) == (["Functions"], COUNT)
    assert _run("--gallery", out).exit_code != 0
    assert json.loads(_run("--gallery", out, "--force", "--json").stdout)["lang"] == "fr"
    assert load_workbook(out).sheetnames == ["Fonctions"]


@pytest.mark.parametrize("words", [[], ["a.xlsx", "--gallery", "b.xlsx"]])
def test_either_workbooks_or_a_new_one(words: list[str], book: Path) -> None:
    """Nothing, or both, is no order."""
    result = _run(*words)
    assert result.exit_code == 2 or "SX537" in str(getattr(result.exception, "finding", ""))


def test_a_new_workbook_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sheet is the last one, the names are there; without the option neither is."""
    monkeypatch.chdir(tmp_path)
    for name, words in (("with.xlsx", ["--lambdas"]), ("without.xlsx", [])):
        call = ["new", name, "--only", "swot", "--lang", "en", "--today", "2027-03-01", *words]
        assert CliRunner().invoke(cli, call, catch_exceptions=False).exit_code == 0
    one, other = load_workbook("with.xlsx"), load_workbook("without.xlsx")
    assert one.sheetnames == [*other.sheetnames, "Functions"]
    more = set(one.defined_names) - set(other.defined_names)
    assert {name for name in more if "__" not in name} == {
        f"STRATX_{name.removeprefix('STRAT_')}" for name in definitions()
    }
