"""Personal data on the command line: forgotten to the last byte, given out, purged, entered in a register."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import os
import re
import shutil
import sqlite3
import zlib
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from commands_run import run
from names_left import held_in
from reportlab.pdfgen.canvas import Canvas

from strategy_xl.errors import StrategyXlError
from strategy_xl.privacy.files import holds, is_report
from strategy_xl.privacy.retention import limit
from strategy_xl.text.sought import Sought

pytestmark = pytest.mark.xdist_group("personal data")  # their night is held once
TODAY = ["--today", "2027-03-02"]
NAME, OTHERS = "Anne Besnard", "Marc Cariou"
HIDDEN = ".strategy_xl"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after a night: a workbook with contacts, the history, the journal, earlier versions."""
    folder = tmp_path_factory.mktemp("plans")
    result = run(
        "new", folder / "a.xlsx", "--only", "stakeholders", "--with-example", "--today", "2027-03-01"
    )
    assert result.exit_code == 0, result.output
    assert run("new", folder / "b.xlsx", "--only", "swot", "--today", "2027-03-01").exit_code == 0
    assert run("recompute", folder, *TODAY, "--jobs", 1).exit_code in {0, 1}
    assert (folder / HIDDEN / "history.sqlite").exists()
    return folder


@pytest.fixture
def folder(night: Path, tmp_path: Path) -> Path:
    """The same, for one test, with everything else in which the name can be."""
    target = tmp_path / "plans"
    shutil.copytree(night, target)
    (target / HIDDEN / "errors.log").write_text(f"2027 {target}/a.xlsx\n'{NAME}'\n", encoding="utf-8")
    with closing(sqlite3.connect(target / HIDDEN / "journal.sqlite")) as connection, connection:
        failure = json.dumps({"code": "SX190", "detail": f"« {NAME} »"})
        connection.execute("UPDATE books SET failure = ?", (failure,))
    (target / "page.html").write_text(page(NAME), encoding="utf-8")
    (target / "lists").mkdir()
    for name in ("accounts", "alerts", "books", "clients", "kpis", "objectives"):
        (target / "lists" / f"{name}.csv").write_text(f"x;strategy-xl\n{NAME};\n", encoding="utf-8")
    return target


def packed(text: str) -> str:
    """A text as pages hold their columns."""
    block = zlib.compress(f"{os.urandom(300).hex()}\0{text}".encode())
    return f"<script>{base64.b64encode(block).decode()}</script>"


def test_no_byte_stays_when_the_workbooks_are_included(folder: Path) -> None:
    """Nothing holds the name, everybody else is there, and the next night finds nothing wrong."""
    places = held_in(folder)
    for place in ("a.xlsx", "errors.log", "journal", "history", "backups", "page.html", "!blob"):
        assert any(place in found for found in places), place
    result = run("forget", NAME, folder, "--kind", "person", "--workbooks", "--yes")
    assert result.exit_code == 0, result.output
    assert held_in(folder) == []
    assert not (folder / "page.html").exists()
    assert list((folder / "lists").iterdir()) == []
    assert list((folder / HIDDEN / "backups").rglob("*.xlsx")) == []
    assert OTHERS in run("export", OTHERS, folder).output
    again = run("recompute", folder, *TODAY, "--jobs", 1, "--json")
    assert again.exit_code in {0, 1}, again.output
    assert held_in(folder) == []
    assert [report["failure"] for report in json.loads(again.stdout)] == [None, None]
    shown = run("export", "Personne effacée", folder, "--kind", "person").output
    assert "Personne effacée" in shown
    # What else was typed about the person is gone from her row; her answers are not anybody's.
    assert "Parle de nous" not in shown
    assert "Directrice" not in shown


def test_without_the_workbooks_it_says_where_the_name_stays(folder: Path) -> None:
    """What runs keep is clean; each workbook is named with its cells, and the exit code is 1."""
    result = run("forget", NAME, folder, "--kind", "person", "--yes")
    assert result.exit_code == 1
    assert {place.partition("!")[0] for place in held_in(folder)} == {"a.xlsx"}
    assert result.output.count("SX199") == 1
    assert re.search(r"a\.xlsx SX199 .*\(\S.*![A-Z]+\d+", result.output)


def test_it_asks_first(folder: Path) -> None:
    """A no changes nothing, nor does a dry run; both say what there is."""
    before = held_in(folder)
    for arguments, answer in ((("--dry-run",), ""), ((), "n\n")):
        result = run("forget", NAME, folder, "--workbooks", *arguments, answer=answer)
        assert "Historique" in result.output
        assert held_in(folder) == before
    assert run("forget", NAME, folder, "--workbooks", answer="y\n").exit_code == 0
    assert held_in(folder) == []
    result = run("forget", NAME, folder)
    assert (result.exit_code, "Rien de ce qui est gardé" in result.output) == (0, True)


def test_files_of_others_are_told(folder: Path) -> None:
    """A list, a mail, a page of somebody, a workbook that is none of ours: they stay, and are named."""
    (folder / "liste.csv").write_text(f"Nom;CA\n{NAME};1\n", encoding="utf-8")
    (folder / "page.html").write_text(f"<p>{NAME}", encoding="utf-8")
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active["A1"] = NAME
    book.save(folder / "autre.xlsx")
    result = run("forget", NAME, folder, "--workbooks", "--yes")
    assert result.exit_code == 1
    assert result.output.count("SX198") == 3  # told before it asks, and not again
    assert {place.partition("!")[0] for place in held_in(folder)} == {"liste.csv", "page.html", "autre.xlsx"}


def test_what_cannot_be_looked_into_is_told(folder: Path) -> None:
    """A damaged workbook and one with a password may hold the name: nobody is told that they do not."""
    (folder / "damaged.xlsx").write_bytes((folder / "a.xlsx").read_bytes()[:-400])
    secret = "EncryptedPackage".encode("utf-16le")
    (folder / "secret.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + secret)
    for arguments in (("forget", NAME, folder, "--workbooks", "--yes"), ("forget", NAME, folder, "--yes")):
        result = run(*arguments)
        assert result.exit_code == 1
        assert re.search(r"damaged\.xlsx SX90\d", result.output)
        assert re.search(r"secret\.xlsx SX903", result.output)
    result = run("export", NAME, folder)
    assert result.exit_code == 1
    assert result.output.count("SX198") == 2


def test_longer_names_of_others_stay(folder: Path) -> None:
    """A name that is part of another one's does not take that one along."""
    result = run("forget", "Besnard", folder, "--workbooks", "--yes")
    assert NAME in result.output
    assert "a.xlsx" in " ".join(held_in(folder))


def test_a_workbook_that_somebody_has_open_stays_and_is_told(folder: Path) -> None:
    """The others are done."""
    shutil.copy(folder / "a.xlsx", folder / "c.xlsx")
    (folder / ".~lock.a.xlsx#").write_text(",Anne,pc,,;", encoding="utf-8")
    result = run("forget", NAME, folder, "--workbooks", "--yes")
    assert result.exit_code == 1
    assert "SX113" in result.output
    assert {place.partition("!")[0] for place in held_in(folder)} == {"a.xlsx"}


def test_not_while_a_run_is_at_work(folder: Path) -> None:
    """What it is about to write would bring the name back."""
    with closing(sqlite3.connect(folder / HIDDEN / "journal.sqlite")) as connection, connection:
        connection.execute("UPDATE runs SET state = 'running', space = '', seen = 9e12")
    before = held_in(folder)
    for command in (("forget", NAME, folder, "--yes"), ("purge", folder, "--today", "2040-01-01")):
        with pytest.raises(StrategyXlError, match="SX191"):
            run(*command)
    assert held_in(folder) == before


def test_a_history_below_is_about_it_too(folder: Path) -> None:
    """A run on a folder below has begun a history of its own: it is looked through as well."""
    below = folder / "below"
    below.mkdir()
    shutil.copytree(folder / HIDDEN, below / HIDDEN)
    assert any(place.startswith("below/.strategy_xl/history") for place in held_in(folder))
    assert run("export", NAME, folder).output.count("### Interlocuteur") == 2
    assert run("forget", NAME, folder, "--workbooks", "--yes").exit_code == 0
    assert held_in(folder) == []


def test_a_run_above_is_about_the_folder_too(folder: Path) -> None:
    """Of runs on a folder above, journal, logs and history are looked through as well."""
    below = folder / "below"
    below.mkdir()
    (folder / "a.xlsx").rename(below / "a.xlsx")
    result = run("forget", NAME, below, "--workbooks", "--yes")
    assert result.exit_code == 0, result.output
    places = {place.partition("!")[0] for place in held_in(folder)}
    assert {place.split("/")[0] for place in places} == {HIDDEN, "lists", "page.html"}
    assert all("backups" in place for place in places if place.startswith(HIDDEN))


def test_a_short_name_is_refused(folder: Path) -> None:
    """It would stand everywhere."""
    with pytest.raises(StrategyXlError, match="SX100"):
        run("forget", "Al", folder)


def test_all_that_is_held_in_one_text(folder: Path, tmp_path: Path) -> None:
    """Her row with its labels, her days in the history, mentions and files; nobody else's row."""
    out = tmp_path / "out.md"
    result = run("export", NAME, folder, "--kind", "person", "-o", out)
    assert result.exit_code == 0, result.output
    text = out.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith(f"# Ce qui est gardé sur {NAME}\n")
    for said in (
        "une personne décide", "- Courriel : anne.besnard@", "- Fonction : Directrice générale",
        "- Décide : Oui", "## Dans l’historique", "Interlocuteur, a.xlsx (C", "- 02/03/2027 : ",
        "Rôle : ", "errors.log", "page.html", "backups",
    ):  # fmt: skip
        assert said in text, said
    assert OTHERS not in text
    with pytest.raises(StrategyXlError, match="SX144"):
        run("export", NAME, folder, "-o", out)
    nothing = run("export", "Zoé Inconnue", folder)
    assert "Rien n’est gardé." in nothing.output


def test_purge(folder: Path) -> None:
    """Contacts of long ago go from the history; those who still are in a workbook are named."""
    assert run("purge", folder, "--today", "2027-03-02").output.startswith("0")
    before = (folder / HIDDEN / "history.sqlite").read_bytes()
    result = run("purge", folder, "--today", "2031-01-01", "--dry-run")
    assert "SX199" in result.output
    assert (folder / HIDDEN / "history.sqlite").read_bytes() == before
    result = run("purge", folder, "--today", "2031-01-01")
    assert (result.exit_code, result.output.count("SX199")) == (1, 1)
    assert NAME.encode() not in (folder / HIDDEN / "history.sqlite").read_bytes()
    assert run("purge", folder, "--today", "2031-01-01").exit_code == 0
    with pytest.raises(StrategyXlError, match="SX964"):
        run("purge", folder.parent, "--history", folder / "none.sqlite")


@pytest.mark.parametrize(
    ("today", "years", "day"), [("2027-03-02", 3, "2024-03-02"), ("2028-02-29", 3, "2025-02-28")]
)
def test_the_limit(today: str, years: int, day: str) -> None:
    """The same day, years before."""
    from datetime import date

    assert limit(date.fromisoformat(today), years) == date.fromisoformat(day)


def test_register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry a kind of people with all data that the templates ask for, in both languages and forms."""
    for lang, sought in (("fr", "Courriel"), ("en", "E-mail")):
        out = tmp_path / f"register-{lang}.csv"
        assert run("register", out, "--lang", lang, "--years", 5, *TODAY).exit_code == 0
        rows = list(
            csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig")), delimiter=";,"[lang == "en"])
        )
        assert len(rows) == 6
        assert {len(row) for row in rows} == {9}
        assert any(sought in row[3] for row in rows)
        assert all(all(row) for row in rows)
        assert sum(row[6].startswith("5 ") for row in rows) == 5
    monkeypatch.setenv("STRATEGY_XL_RETENTION_YEARS", "1")
    text = tmp_path / "register.md"
    assert run("register", text, "--lang", "fr", *TODAY).exit_code == 0
    content = text.read_text(encoding="utf-8")
    assert "02/03/2027" in content
    assert content.count("\n## ") == 5
    assert "1 an après" in content
    assert "article 22" in content


def page(content: str) -> str:
    """A page of ours, as far as it is known by its beginning."""
    head = '<meta charset="utf-8"><meta name="generator" content="strategy-xl 0.1">'
    return f"<!DOCTYPE html><html><head>{head}</head>{packed(content)}</html>"


def mail(content: str, maker: str = "strategy-xl 0.1") -> bytes:
    """A mail that packs its texts, with a page."""
    made = EmailMessage()
    made["Subject"] = "Nuit"
    made["X-Mailer"] = maker
    made.set_content("Bonjour é", cte="base64")
    made.add_attachment(content, subtype="html", cte="base64", filename="page.html")
    return made.as_bytes()


def pdf(content: str, maker: str) -> bytes:
    """A PDF, which packs its text."""
    made = io.BytesIO()
    drawn = Canvas(made, pageCompression=1)
    drawn.setCreator(maker)
    drawn.drawString(100, 700, content.partition(" ")[0])
    drawn.drawString(100, 680, content.partition(" ")[2])
    drawn.save()
    return made.getvalue()


NIGHT = {"run": "1", "day": "2027-03-01"}
REPORT = {"program": "strategy-xl 0.1", "night": NIGHT, "highlights": {"better": NAME}}


@pytest.mark.parametrize(
    ("name", "content", "is_ours"),
    [
        ("a.eml", mail(page(NAME)), True),
        ("a.eml", mail(page(NAME), "strategy"), False),
        ("a.html", page(NAME).encode(), True),
        ("a.html", packed(NAME).encode(), False),
        ("a.json", json.dumps(REPORT, indent=1).encode(), True),
        ("a.json", json.dumps({"n": NAME}).encode(), False),
        ("a.xml", f'<testsuites name="strategy-xl 1 é">\n<testsuite><a n="{NAME}"/>'.encode(), True),
        ("a.xml", f'<testsuites name="x"><testsuite name="é"><a n="{NAME}"/>'.encode(), False),
        ("clients.csv", NAME.encode(), False),
        ("a.csv", f"\ufeffNom;strategy-xl\r\n{NAME};\r\n".encode(), True),
        ("a.csv", f"Nom,CA\n{NAME},strategy-xl\n".encode(), False),
        ("a.txt.gz", gzip.compress(NAME.encode(), mtime=0), False),
        ("a.html.gz", gzip.compress(page(NAME).encode(), mtime=0), True),
        ("a.pdf", pdf(NAME, "strategy-xl 0.1"), True),
        ("a", pdf(NAME, "Writer"), False),
        ("a.bin", b"\0\xff" + NAME.encode("utf-16-le"), False),
        ("a.xlsx", NAME.encode(), False),
    ],
)
def test_whatever_a_name_is_packed_in(tmp_path: Path, name: str, content: bytes, is_ours: bool) -> None:
    """It is found in mails, pages, archives and bytes; reports of ours are known by how they begin."""
    path = tmp_path / name
    path.write_bytes(content)
    assert holds(path, Sought([NAME]))
    assert not holds(path, Sought([OTHERS]))
    assert is_report(path) is is_ours


def test_a_pdf_that_cannot_be_read_is_no_report_and_is_told(tmp_path: Path) -> None:
    """Nobody knows what stands in it."""
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.7\nnothing of it")
    assert not is_report(file)
    with pytest.raises(ValueError, match=r"\S"):
        holds(file, Sought([NAME]))


def test_reports_of_all_forms_go(folder: Path) -> None:
    """Whatever `report` has made of a client is deleted, wherever it lies and whatever it is called now."""
    client = "Biscuiterie Trémazan"
    shutil.rmtree(folder / "lists")
    for form, out in (
        ("html", "r.html"),
        ("json", "r.json"),
        ("csv", "r"),
        ("junit", "r.xml"),
        ("xlsx", "r.xlsx"),
    ):
        assert run("report", folder, "--format", form, "-o", folder / out).exit_code == 0
    assert run("report", folder, "--mail", folder / "r.eml", "-o", folder / "r2.html").exit_code == 0
    (folder / "r" / "accounts.csv").rename(folder / "r" / "liste.txt")
    (folder / "archives" / "2027").mkdir(parents=True)
    (folder / "r.html").rename(folder / "archives" / "2027" / "page")
    sought = Sought([client])
    naming = {path for path in folder.rglob("*") if path.is_file() and holds(path, sought)}
    assert {path.name for path in naming} >= {
        "page", "r2.html", "r.json", "r.eml", "r.xlsx", "liste.txt",
    }  # fmt: skip
    result = run("forget", client, folder, "--kind", "client", "--workbooks", "--yes")
    assert result.exit_code == 0, result.output
    assert not [path for path in folder.rglob("*") if path.is_file() and holds(path, sought)]
    assert {path.name for path in folder.iterdir() if path.is_file()} >= {"a.xlsx", "b.xlsx", "page.html"}


def test_a_workbook_of_a_report_is_known_by_its_mark(tmp_path: Path, folder: Path) -> None:
    """Never one of the staff, whatever its title."""
    from openpyxl import Workbook

    book = Workbook()
    for keywords, is_ours in (("strategy-xl 0.1", True), ("stratégie", False), (None, False)):
        book.properties.title, book.properties.keywords = "Rapport du matin, 01/04/2027", keywords
        book.save(tmp_path / "portfolio.xlsx")
        assert is_report(tmp_path / "portfolio.xlsx") is is_ours
    assert not is_report(folder / "a.xlsx")
