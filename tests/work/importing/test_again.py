"""A list brought in again changes what it says otherwise, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from import_lists import codes, column, new_book, planned, read
from openpyxl import load_workbook

from strategy_xl.book.data import WorkbookData
from strategy_xl.commands import cli
from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.work.importing.known import merged_note
from strategy_xl.work.importing.plan import apply, plan

LIST = "Client;CA;Secteur;Commentaire\nAlpha;12 000;Eau;Fidèle\nL'Atelier;8 000;Air;\nBéta;300;;\n"


def write(path: Path, text: str) -> Path:
    """A list."""
    path.write_text(text, encoding="utf-8")
    return path


def values(data: WorkbookData, key: str, block: str = "clients") -> dict[str, object]:
    """A column of the workbook by name."""
    frame = data.blocks[block].frame
    return dict(zip(frame["name"], frame[key], strict=True))


def test_the_same_list_twice_changes_nothing(tmp_path: Path) -> None:
    """Not one byte, and it says so."""
    book = new_book(tmp_path / "plan.xlsx")
    source = write(tmp_path / "list.csv", LIST)
    apply(plan(source, "clients", read(book)), book)
    before = book.read_bytes()
    again = plan(source, "clients", read(book))
    report = apply(again, book)
    assert (report.added, report.updated, report.skipped, report.unchanged, report.patch) == (
        0,
        0,
        3,
        3,
        None,
    )
    assert (again.new, again.changed, again.gone) == ((), (), ())
    assert book.read_bytes() == before


def test_what_is_new_changed_and_gone_is_known_before(tmp_path: Path) -> None:
    """And people's own rows, cells and spellings stay."""
    rows = {
        "clients": [
            {"name": "ALPHA", "revenue": 11000.0, "hours": 8.0, "note": "Fidèle depuis 2012"},
            {"name": "L’Atelier", "revenue": 8000.0},
            {"name": "À nous", "revenue": 5.0},
        ]
    }
    book = new_book(tmp_path / "plan.xlsx", rows)
    found = plan(write(tmp_path / "list.csv", LIST), "clients", read(book))
    assert [row.cells["name"] for row in found.new] == ["Béta"]
    changes = {str(row.cells["name"]): dict(row.changes) for row in found.changed}
    sectors = {key: pair for name, pairs in changes.items() for key, pair in pairs.items() if key == "sector"}
    assert changes["Alpha"]["revenue"] == (11000.0, 12000.0)
    assert "note" not in changes["Alpha"]
    assert set(changes["L'Atelier"]) == {"sector"} == set(sectors)
    assert found.gone == ("À nous",)
    assert found.unchanged == 0
    report = apply(found, book)
    assert (report.added, report.updated) == (1, 2)
    after = read(book)
    assert list(after.blocks["clients"].frame["name"]) == ["ALPHA", "L’Atelier", "À nous", "Béta"]
    assert values(after, "revenue") == {"ALPHA": 12000, "L’Atelier": 8000, "À nous": 5, "Béta": 300}
    assert values(after, "hours")["ALPHA"] == 8
    assert values(after, "note")["ALPHA"] == "Fidèle depuis 2012"


@pytest.mark.parametrize(
    "name", ["L’Atelier", "l'atelier ", "L´ATELIER", "L'Ate\u200blier", "\ufeffL'Atelier"]
)
def test_one_name_in_many_spellings(name: str, tmp_path: Path) -> None:
    """Two rows of a list, or a row and the workbook, are the same client."""
    twice = planned(tmp_path, f"Client;CA\nL'Atelier;5\n{name};6\n")
    assert column(twice, "revenue") == [5]
    assert codes(twice) == ["SX161"]
    assert "3 = 2" in str(twice.findings[0].args["names"])


def test_accents_make_another_name_that_is_told(tmp_path: Path) -> None:
    """Müller is not Muller, nor is a legal form written otherwise: both go in, and people see it before."""
    book = new_book(tmp_path / "plan.xlsx", {"clients": [{"name": "Müller"}, {"name": "Alpha S.A."}]})
    found = plan(
        write(tmp_path / "list.csv", "Client;CA\nMuller;1\nAlpha SA;2\nZeta;3\n"), "clients", read(book)
    )
    assert [row.existing for row in found.rows] == [None, None, None]
    assert [finding.args["suggestion"] for finding in found.findings if finding.code == "SX183"] == [
        "Müller",
        "Alpha S.A.",
    ]


def test_own_formulas_and_skipped_rows_stay(tmp_path: Path) -> None:
    """What people calculate themselves is theirs; ``skip`` leaves rows alone, ``refuse`` stops."""
    book = new_book(
        tmp_path / "plan.xlsx", {"clients": [{"name": "Alpha", "revenue": 1.0}, {"name": "Béta"}]}
    )
    data = read(book).blocks["clients"]
    workbook = load_workbook(book)
    workbook[data.sheet].cell(*data.cell("revenue", data.first_row)).value = "=5000*2"
    workbook.save(book)
    source = write(tmp_path / "list.csv", LIST)
    found = plan(source, "clients", read(book))
    assert {str(row.cells["name"]): set(row.changes) for row in found.changed}["Alpha"] == {"sector", "note"}
    assert apply(found, book, on_existing="skip", dry_run=True).updated == 0
    with pytest.raises(WorkbookError):
        apply(found, book, on_existing="refuse")


def test_readings_are_known_by_name_and_day(tmp_path: Path) -> None:
    """A reading put right is put right; two of one day are two; the same list again is nothing."""
    book = new_book(tmp_path / "plan.xlsx")
    rate = "Taux d'acceptation;01/03/2026;5\nTaux d'acceptation;01/04/2026;6\n"
    first = f"KPI;Date;Valeur\n{rate}X;01/04/2026;1\nX;01/04/2026;2\n"
    assert apply(plan(write(tmp_path / "a.csv", first), "readings", read(book)), book).added == 4
    assert apply(plan(tmp_path / "a.csv", "readings", read(book)), book).patch is None
    second = first.replace("01/04/2026;6", "01/04/2026;7").replace("d'", "d’") + "Y;01/05/2026;9\n"
    report = apply(plan(write(tmp_path / "b.csv", second), "readings", read(book)), book)
    assert (report.added, report.updated, report.unchanged) == (1, 1, 3)
    frame = read(book).blocks["readings"].frame
    assert list(frame["value"]) == [5, 7, 1, 2, 9]
    assert frame["date"].iloc[1].date() == date(2026, 4, 1)


def test_two_people_of_one_name_are_two(tmp_path: Path) -> None:
    """A firm tells them apart; without one, the name is all."""
    book = new_book(tmp_path / "plan.xlsx")
    text = "Nom;Société;Fonction\nJean Martin;Alpha;CEO\nJean Martin;Béta;CFO\n"
    assert apply(plan(write(tmp_path / "a.csv", text), "contacts", read(book)), book).added == 2
    assert apply(plan(tmp_path / "a.csv", "contacts", read(book)), book).patch is None
    other = plan(write(tmp_path / "b.csv", text.replace("CFO", "DAF")), "contacts", read(book))
    assert [dict(row.changes) for row in other.changed] == [{"job": ("CFO", "DAF")}]


def test_a_stage_moves_on_and_own_words_stay(tmp_path: Path) -> None:
    """The piece that a list keeps in a note is replaced; what people have written around it is not."""
    book = new_book(tmp_path / "plan.xlsx")
    text = "Client;Étape\nAlpha;Qualification\n"
    apply(plan(write(tmp_path / "a.csv", text), "clients", read(book)), book)
    data = read(book).blocks["clients"]
    note = f"{data.frame['note'].iloc[0]} ; rappeler en mai"
    set_cells(book, book, {data.sheet: {data.cell("note", data.first_row): note}})
    apply(
        plan(write(tmp_path / "b.csv", text.replace("Qualification", "Devis")), "clients", read(book)), book
    )
    assert values(read(book), "note") == {"Alpha": "Étape\xa0: Devis ; rappeler en mai"}


@pytest.mark.parametrize(
    ("old", "text", "pieces", "expected"),
    [
        (None, None, {}, None),
        (None, "a", {"E: ": "1"}, "a ; E: 1"),
        ("a ; E: 1 ; mine", "a", {"E: ": "2"}, "a ; E: 2 ; mine"),
        ("mine", "a", {}, "mine ; a"),
        ("Mine and a too", "a", {}, "Mine and a too"),
        ("E: 1", None, {"E: ": "x ; y"}, "E: x, y"),
    ],
)
def test_notes_are_merged(
    old: str | None, text: str | None, pieces: dict[str, str], expected: str | None
) -> None:
    """Nothing that people wrote is lost, and doing it again changes nothing."""
    assert merged_note(old, text, pieces) == expected
    assert merged_note(expected, text, pieces) == expected


def run(*arguments: object) -> Result:
    """A command as typed."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_a_dry_run_shows_it_all(tmp_path: Path) -> None:
    """Columns with how sure they are, new, changed and missing rows; the workbook stays."""
    book = new_book(
        tmp_path / "plan.xlsx", {"clients": [{"name": "Alpha", "revenue": 1.0}, {"name": "Ours"}]}
    )
    before = book.read_bytes()
    source = write(tmp_path / "list.csv", LIST + "Total;20 300;;\n")
    result = run(
        "import", source, "--into", book, "--module", "Matrice clients", "--column", "CA=revenue", "--dry-run"
    )
    assert result.exit_code == 0, result.output
    new, changed = "(2) : L'Atelier, Béta", "Alpha — CA 12 mois 1 → 12 000"
    for expected in (
        "CA CA 12 mois 100 % 3/3 12 000",
        new,
        changed,
        "elles restent : Ours",
        "5 (Total)",
        "à ajouter : 2",
    ):
        assert expected in " ".join(result.output.split())
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    "name", ["clients", "client_matrix", "Matrice clients", "client matrix", "MATRICE CLIENT", "Clients"]
)
def test_modules_have_the_same_names_everywhere(name: str, tmp_path: Path) -> None:
    """``--only`` and ``--module`` take keys of modules and tables, and sheets in both languages."""
    book = tmp_path / "plan.xlsx"
    assert run("new", book, "--only", name, "--today", "2026-11-28").exit_code == 0
    assert "Matrice clients" in load_workbook(book, read_only=True).sheetnames
    source = write(tmp_path / "list.csv", LIST)
    assert run("import", source, "--into", book, "--module", name, "--dry-run").exit_code == 0
