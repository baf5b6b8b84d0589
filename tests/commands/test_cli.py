"""Command line: the main job as a user runs it, exit codes, one broken workbook among good ones."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result
from complaints import by_schema
from package_audit import audit
from plain_cells import values

from strategy_xl import commands
from strategy_xl.commands import cli
from strategy_xl.errors import StrategyXlError
from strategy_xl.formulas.cell_refs import cell_name, parse_cell
from strategy_xl.ooxml.patch import set_cells

ROOT = Path(__file__).parents[2]
TODAY = ["--today", "2027-03-01"]


def run(*arguments: object) -> Result:
    """Run a command in this process; what stops it stays in ``result.exception``."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The French example of the clients and of readings, which a day makes old, made by the command."""
    path = tmp_path_factory.mktemp("example") / "exemple.xlsx"
    sheets = ("--only", "client_matrix", "--only", "readings")
    result = run("new", path, "--with-example", *sheets, *TODAY)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def book(example: Path, tmp_path: Path) -> Path:
    """A copy to work on."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(example.read_bytes())
    return path


def digest(path: Path) -> str:
    """Hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cell_of(path: Path, name: str) -> tuple[str, str]:
    """Sheet and cell that a defined name of a workbook points to."""
    target = openpyxl.load_workbook(path, read_only=True).defined_names[name].attr_text
    sheet, cell = target.rsplit("!", 1)
    return sheet.strip("'").replace("''", "'"), cell.replace("$", "")


def type_revenue(path: Path, target: Path) -> tuple[str, tuple[int, int]]:
    """A copy in which somebody typed a text as the first client's revenue; its sheet, row and column."""
    sheet, header = cell_of(path, "_sx.clients.revenue")
    place = parse_cell(header)
    assert place is not None
    cell = (place[0] + 1, place[1])
    set_cells(path, target, {sheet: {cell: "beaucoup"}}, backups=0)
    return sheet, cell


def test_second_run_changes_no_byte(book: Path) -> None:
    """The workbook that ``new`` made is up to date; recomputing it on the same day leaves every byte."""
    before = digest(book)
    result = run("recompute", book, "--jobs", 1, *TODAY)
    assert "à jour" in result.output
    assert digest(book) == before


def test_recompute_brings_back_owned_cells(book: Path) -> None:
    """An answer that somebody erased is there again after the next run."""
    sheet, header = cell_of(book, "_sx.clients.class_final")
    workbook = openpyxl.load_workbook(book)
    cell = workbook[sheet][header].offset(row=1)
    cell.value = None
    workbook.save(book)
    result = run("recompute", book, "--jobs", 1, "--json", *TODAY)
    assert json.loads(result.stdout)[0]["status"] == "changed"
    again = values(book)[sheet][cell.row, cell.column]
    assert again in {"Client idéal", "Client heureux", "Client à risque", "Client à éviter"}


def test_dry_run_writes_nothing(example: Path, tmp_path: Path) -> None:
    """A dry run says what would change and leaves the file as it is."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(example.read_bytes())
    before = digest(path)
    result = run("recompute", path, "--dry-run", "--jobs", 1, "--today", "2027-09-01")
    assert "à recalculer" in result.output
    assert digest(path) == before


def test_check_is_clean_on_a_new_workbook(tmp_path: Path) -> None:
    """An empty workbook just made has no finding, in either language."""
    for lang in ("fr", "en"):
        path = tmp_path / f"{lang}.xlsx"
        assert run("new", path, "--lang", lang, "--company", "Voltarys", *TODAY).exit_code == 0
        result = run("check", path)
        assert result.exit_code == 0, result.output


def test_check_tells_what_a_dry_run_tells(example: Path, tmp_path: Path) -> None:
    """Over a folder with a slip, a lock and a wrong file: the same findings, and the same exit code."""
    slip, marked, wrong = (tmp_path / name for name in ("a.xlsx", "b.xlsx", "c.xlsx"))
    type_revenue(example, slip)
    marked.write_bytes(example.read_bytes())
    (tmp_path / ".~lock.b.xlsx#").write_text(",Claire,pc,27.11.2026 08:00,file;", encoding="utf-8")
    wrong.write_bytes(b"PK")
    check = run("check", tmp_path, "--json", *TODAY)
    night = run("recompute", tmp_path, "--dry-run", "--json", "--jobs", 1, *TODAY)
    told = [
        finding
        for report in json.loads(night.stdout)
        for finding in (*report["findings"], *filter(None, [report["failure"]]))
    ]
    assert json.loads(check.stdout) == told
    assert {finding["code"] for finding in told} >= {"SX113", "SX201"}
    assert check.exit_code == night.exit_code == 3


def test_check_names_the_cell(book: Path) -> None:
    """Text in a number column is a located finding with a hint; the file is not touched."""
    sheet, cell = type_revenue(book, book)
    before = digest(book)
    result = run("check", book, "--json")
    assert result.exit_code == 1
    found = [entry for entry in json.loads(result.stdout) if entry["cell"] == cell_name(*cell)]
    assert found
    assert found[0]["sheet"] == sheet
    assert "beaucoup" in found[0]["message"]
    assert found[0]["hint"]
    assert digest(book) == before


def test_broken_workbook_stops_no_other(book: Path, tmp_path: Path) -> None:
    """A broken file, an open one and one of somebody else are named; the good one is done; exit code 3."""
    (tmp_path / "casse.xlsx").write_bytes(book.read_bytes()[:4000])
    openpyxl.Workbook().save(tmp_path / "autre.xlsx")
    opened = tmp_path / "ouvert.xlsx"
    opened.write_bytes(book.read_bytes())
    (tmp_path / "~$ouvert.xlsx").write_bytes(
        bytes([5]) + b"Alice".ljust(54) + b"\x05\x00" + "Alice".encode("utf-16-le")
    )
    result = run("recompute", tmp_path, "--jobs", 2, "--json", "--today", "2027-09-01")
    reports = {Path(entry["workbook"]).name: entry for entry in json.loads(result.stdout)}
    assert result.exit_code == 3
    assert reports["plan.xlsx"]["status"] == "changed"
    assert {name for name, entry in reports.items() if entry["status"] == "failed"} == {
        "casse.xlsx",
        "autre.xlsx",
        "ouvert.xlsx",
    }
    assert "Alice" in reports["ouvert.xlsx"]["failure"]["message"]
    assert all(entry["failure"]["hint"] for entry in reports.values() if entry["failure"])


def test_no_right_to_write(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that we may not replace is reported with a hint and unharmed; nothing is left beside."""

    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    before, beside = digest(book), sorted(book.parent.iterdir())
    monkeypatch.setattr("os.replace", refuse)
    result = run("recompute", book, "--jobs", 1, "--json", "--today", "2027-09-01")
    assert result.exit_code == 3
    assert json.loads(result.stdout)[0]["failure"]["hint"]
    assert digest(book) == before
    assert sorted(book.parent.iterdir()) == beside


def test_import_then_recompute(tmp_path: Path) -> None:
    """A list with other titles goes in as text, grows nothing needlessly, and gets classified."""
    path = tmp_path / "plan.xlsx"
    run("new", path, "--only", "client_matrix", *TODAY)
    listed = tmp_path / "clients.csv"
    listed.write_text(
        "Société;CA;Heures passées;Satisfaction\n=1+1;12 000,50;20;9\nMarée Bleue;8000;;\n", encoding="cp1252"
    )
    result = run("import", listed, "--into", path, "--module", "clients")
    assert "2" in result.output
    sheet, header = cell_of(path, "_sx.clients.name")
    cell = openpyxl.load_workbook(path)[sheet][header].offset(row=1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    report = json.loads(run("recompute", path, "--jobs", 1, "--json", *TODAY).stdout)[0]
    assert report["counts"]["clients"] == 2
    assert report["counts"]["incomplete"] == 2


def test_a_list_speaks_to_no_terminal(tmp_path: Path) -> None:
    """Escapes, brackets and turned text of a list are shown, never obeyed."""
    path = tmp_path / "plan.xlsx"
    run("new", path, "--only", "client_matrix", *TODAY)
    listed = tmp_path / "clients.csv"
    told = "A\x1b[2J[/bold]\u202eB :smile:"
    listed.write_text(f"Société;CA;X\x1b]0;Y\x07\n{told};abc\x9b;\n", encoding="utf-8")
    output = run("import", listed, "--into", path, "--module", "clients", "--dry-run").output
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(output)
    assert "A\\x1b[2J[/bold]\\u202eB :smile:" in output
    assert "X\\x1b]0" in output
    assert "abc\\x9b" in output


def test_own_module_from_twelve_lines(tmp_path: Path) -> None:
    """A TOML of a few lines in a folder gives a working sheet, with no Python touched."""
    folder = tmp_path / "gabarits"
    folder.mkdir()
    guide = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    source = guide.split("```toml\n")[1].split("```")[0]
    assert len(source.strip().splitlines()) <= 12
    (folder / "visits.toml").write_text(source, encoding="utf-8")
    path = tmp_path / "plan.xlsx"
    assert run("new", path, "--templates", folder, "--only", "visits", *TODAY).exit_code == 0
    assert "Visites" in openpyxl.load_workbook(path, read_only=True).sheetnames
    assert run("check", path, "--templates", folder).exit_code == 0
    assert run("recompute", path, "--templates", folder, "--jobs", 1, *TODAY).exit_code == 0


def test_wrong_template_names_file_and_key(tmp_path: Path) -> None:
    """A misspelt key in a template is an error that names the file and the key."""
    (tmp_path / "visits.toml").write_text('sheet = { fr = "V", en = "V" }\ntitel = 1\n', encoding="utf-8")
    result = run("new", tmp_path / "x.xlsx", "--templates", tmp_path)
    assert isinstance(result.exception, StrategyXlError)
    assert "visits.toml" in str(result.exception)
    assert not (tmp_path / "x.xlsx").exists()


def test_never_overwrites_unasked(book: Path) -> None:
    """``new`` refuses a file that exists, unless told."""
    before = digest(book)
    assert isinstance(run("new", book).exception, StrategyXlError)
    assert digest(book) == before
    assert run("new", book, "--force", "--only", "client_matrix").exit_code == 0


def test_nothing_found_is_wrong_usage(tmp_path: Path) -> None:
    """A path that stands for nothing is a usage error, exit code 2, in the shell as well, in its language."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "recompute", str(tmp_path / "*.xlsx")],
        capture_output=True, text=True, check=False, env=os.environ | {"STRATEGY_XL_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "SX107" in done.stderr
    assert "no workbook found" in done.stderr


def test_the_list_of_commands_shows_their_own_help() -> None:
    """Every command of the package is in the list, under its name and with its help, in both languages."""
    folder = Path(commands.__file__).parent
    modules = {
        file.stem
        for file in folder.glob("[!_]*.py")
        if {"@click.command(", "@click.group("} & {line[: line.find("(") + 1] for line in file.open()}
    }
    groups = (commands.imported(name) for name in commands.cli.commands)
    within = {
        command.callback.__module__.rpartition(".")[2]
        for group in groups
        if isinstance(group, click.Group)
        for command in group.commands.values()
        if command.callback is not None
    }
    listed = {module for module, _ in commands._COMMANDS.values()}
    assert listed <= modules <= listed | within
    for name in commands.cli.commands:
        command = commands.imported(name)
        assert command.name == name
        assert command.help == commands.cli.commands[name].help


def test_help_imports_nothing_heavy() -> None:
    """``--help`` imports neither pandas, numpy, openpyxl nor pydantic; nor a database, Dask or a store."""
    script = (
        "import sys\nfrom strategy_xl.commands import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'openpyxl', 'pydantic', 'xlwings', 'lxml', 'babel'}\n"
        "heavy |= {'sqlalchemy', 'alembic', 'dask', 'distributed', 'fsspec'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("section", ["Use", "Functions in cells"])
def test_readme_commands(section: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What README shows runs as it stands (its Windows folder is this one)."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split(f"## {section}\n")[1].split("```console\n")[1].split("```")[0]
    lines = [line.split("#")[0].strip() for line in block.splitlines()]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clients.csv").write_text("Client;CA\nMarée Bleue;8000\n", encoding="utf-8")
    openpyxl.Workbook().save("ventes.xlsx")
    commands = [shlex.split(line.replace('"S:\\Ventes"', ".")) for line in lines if line]
    assert len(commands) >= 4
    for command in commands:
        assert command[0] == "strategy-xl"
        if command[1:] == ["new"]:
            continue  # questions, which tests/commands/test_new.py answers
        result = run(*command[1:])
        assert result.exception is None or isinstance(result.exception, SystemExit), (command, result.output)
        assert result.exit_code in {0, 1}, (command, result.output)


def test_recomputed_workbook_audits_clean(tmp_path: Path) -> None:
    """What the batch wrote after a change of day passes our own audit and openxml-audit.

    So does the workbook that it was made from: ``tests/build/test_build.py``.
    """
    book = tmp_path / "plan.xlsx"
    run("new", book, "--with-example", *TODAY)
    before = digest(book)
    assert run("recompute", book, "--jobs", 1, "--today", "2027-09-01").exit_code in {0, 1}
    assert digest(book) != before
    assert audit(book) == []
    assert by_schema(book) == {}


@pytest.mark.parametrize(
    ("lang", "said"),
    [("fr", ("Utilisation", "Erreur", "Vouliez-vous dire")), ("en", ("Usage", "Error", "mean"))],
)
def test_click_speaks_the_users_language(lang: str, said: tuple[str, ...]) -> None:
    """Usage, options and errors too, not only our own sentences."""
    done = subprocess.run(
        [sys.executable, "-m", "strategy_xl", "new", "--forc"],
        capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "STRATEGY_XL_LANG": lang, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 2
    assert all(word in done.stderr for word in said)
