"""Earlier versions on the command line: kept by recompute and import, shown, brought back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strategy_xl.commands import cli
from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.backups import Backups
from strategy_xl.runs.discover import workbooks

TODAY = ["--today", "2027-03-01"]
LIST = "Nom;Chiffre d'affaires\n{};{}\n"


def run(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def add_client(book: Path, name: str, *more: object) -> Result:
    """Import a list of one client."""
    listed = book.with_name("liste.csv")
    listed.write_text(LIST.format(name, 1000), encoding="utf-8")
    return run("import", listed, "--into", book, "--module", "clients", *more)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A new workbook."""
    path = tmp_path_factory.mktemp("new") / "plan.xlsx"
    result = run("new", path, "--only", "client_matrix", *TODAY)
    assert result.exit_code == 0, result.output
    assert not (path.parent / ".strategy_xl").exists()
    return path.read_bytes()


@pytest.fixture
def book(empty: bytes, tmp_path: Path) -> Path:
    """The same in a file."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(empty)
    return path


def test_import_recompute_restore(book: Path, empty: bytes) -> None:
    """Each keeps what it replaces and says where; restore shows it and brings it back, and can be undone."""
    done = add_client(book, "Alpha")
    assert ".strategy_xl/backups" in done.output
    filled = book.read_bytes()
    done = run("recompute", book, "--json", "--backup", 2, *TODAY)
    (report,) = json.loads(done.stdout)
    assert Path(report["backup"]).read_bytes() == filled
    recomputed = book.read_bytes()
    names = [version.name for version in Backups(book, 0).versions()]
    assert len(names) == 2
    listed = run("restore", book, "--list")
    assert [line.split(" ")[0] for line in listed.output.splitlines()] == names
    oldest = next(v.name for v in Backups(book, 0).versions() if v.path.read_bytes() == empty)
    done = run("restore", book, "--version", oldest)
    assert done.exit_code == 0
    assert book.read_bytes() == empty
    kept = next(v.name for v in Backups(book, 0).versions() if v.path.read_bytes() == recomputed)
    assert kept in done.output
    assert run("restore", book, "--version", kept).exit_code == 0
    assert book.read_bytes() == recomputed


def test_the_report_says_where(book: Path) -> None:
    """One line below the table, none when nothing was kept."""
    assert ".strategy_xl" not in add_client(book, "Alpha", "--backup", "none").output
    assert run("recompute", book, *TODAY).output.count(".strategy_xl/backups") == 1
    assert ".strategy_xl" not in run("recompute", book, *TODAY).output


@pytest.mark.parametrize("value", ["-1", "all", "1.5", ""])
def test_wrong_number(book: Path, value: str) -> None:
    """Anything but last, none and a number is wrong usage."""
    assert run("recompute", book, "--backup", value, *TODAY).exit_code == 2


def test_versions_are_no_workbooks(book: Path) -> None:
    """A run over the folder does not find what lies in hidden folders."""
    add_client(book, "Alpha")
    (version,) = Backups(book, 0).versions()
    assert workbooks([str(book.parent)]).books == [book]
    assert workbooks([str(book.parent / "**" / "*.xlsx")]).books == [book]
    assert workbooks([str(version.path)]).books == [version.path]  # when it is asked for itself


def test_list_and_version(book: Path) -> None:
    """The two options do not go together, and nothing kept is told."""
    for arguments, code in (
        (("--list", "--version", "x"), "SX179"),
        (("--list",), "SX177"),
        ((), "SX177"),
    ):
        result = run("restore", book, *arguments)
        assert isinstance(result.exception, StrategyXlError)
        assert result.exception.finding.code == code


def test_import_starts_over(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook saved while its list was looked at is read again, and both rows are in it."""
    from strategy_xl.work.importing import plan as importing

    real, saved = importing.apply, []

    def late(planned: object, path: Path, **options: object) -> object:
        if not saved:
            saved.append(path)
            monkeypatch.setattr(importing, "apply", real)
            result = add_client(path, "Saved meanwhile")
            assert result.exit_code == 0, result.output
        return real(planned, path, **options)  # type: ignore[arg-type]

    other = book.with_name("other.csv")
    other.write_text(LIST.format("Beta", 5), encoding="utf-8")
    monkeypatch.setattr(importing, "apply", late)
    result = run("import", other, "--into", book, "--module", "clients")
    assert result.exit_code == 0, result.output
    from strategy_xl.book.read import read_workbook
    from strategy_xl.schema.loader import load_default

    names = set(read_workbook(book, load_default()).blocks["clients"].frame["name"])
    assert names == {"Saved meanwhile", "Beta"}
